"""Actions against a real Odoo: states, totals to the cent, refusals, and replies that never come."""

from collections.abc import Iterator

import httpx
import pytest

from flitstack_pipeline.odoo.actions import ACTIONS, ActionResult, base
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.keys import QUIET

pytestmark = pytest.mark.odoo


# -- posting -----------------------------------------------------------------------------------------------------------


def test_a_posted_invoice_keeps_its_number_and_totals_to_the_cent(shop):
    lines = [
        shop.line(100),
        shop.line(33.33, quantity=3, discount=12.5),
        shop.line(19.99, quantity=2.5, taxes=[shop.free]),
    ]
    invoice = shop.invoice(*lines, name="INV-2019-0007")

    assert shop.do("post", invoice) == ActionResult(done=(invoice,))

    fields = ["name", "state", "invoice_date", "date", "amount_untaxed", "amount_tax", "amount_total", "payment_state"]
    row = shop.odoo.read("account.move", [invoice], fields)[0]
    assert row == {
        "id": invoice, "name": "INV-2019-0007", "state": "posted", "invoice_date": "2025-03-25", "date": "2025-03-25",
        "amount_untaxed": 237.47, "amount_tax": 18.75, "amount_total": 256.22, "payment_state": "not_paid",
    }  # fmt: skip


def test_the_customers_own_numbers_are_left_alone(shop):
    shop.posted(name="ZZ-99-0001")
    theirs = shop.odoo.create(
        "account.move",
        [
            {
                "move_type": "out_invoice",
                "partner_id": shop.customer,
                "invoice_date": "2026-01-05",
                "invoice_line_ids": [shop.line(1)],
            }
        ],
    )
    shop.odoo.call("account.move", "action_post", ids=theirs, retry=False)
    assert shop.odoo.read("account.move", theirs, ["name"])[0]["name"] == "INV/25-26/0001"


def test_taking_an_action_twice_is_taking_it_once(shop):
    done, due = shop.posted(), shop.invoice()
    rank = shop.odoo.read("res.partner", [shop.customer], ["customer_rank"])[0]["customer_rank"]

    assert shop.do("post", done, due) == ActionResult(done=(done, due))
    assert shop.do("post", done, due) == ActionResult(done=(done, due))

    assert shop.state("account.move", done, due) == ["posted", "posted"]
    assert shop.odoo.read("res.partner", [shop.customer], ["customer_rank"])[0]["customer_rank"] == rank + 1


def test_one_bad_record_does_not_sink_the_others(shop):
    good = [shop.invoice() for _ in range(3)]
    empty = shop.invoice(invoice_line_ids=[])
    negative = shop.invoice(shop.line(-5))
    cancelled = shop.invoice()
    shop.do("cancel", cancelled)
    gone = shop.invoice()
    shop.odoo.unlink("account.move", [gone])

    result = shop.do("post", good[0], empty, good[1], cancelled, negative, gone, good[2])

    assert result.done == tuple(good)
    reasons = {f.res_id: f.reason for f in result.failures}
    assert "can't post nothing" in reasons.pop(empty)
    assert "negative total" in reasons.pop(negative)
    assert reasons == {cancelled: "its state is 'cancel'", gone: "the record does not exist any more"}


def test_the_same_number_twice_is_refused_for_the_second(shop):
    first, second = shop.invoice(name="TWICE-1"), shop.invoice(name="TWICE-1")
    result = shop.do("post", first, second)
    assert result.done == (first,)
    assert [f.res_id for f in result.failures] == [second]
    assert "same name already exists" in result.failures[0].reason


def test_a_void_invoice_is_cancelled_whether_it_was_posted_or_not(shop):
    draft, posted = shop.invoice(), shop.posted()
    assert shop.do("cancel", draft, posted) == ActionResult(done=(draft, posted))
    assert shop.state("account.move", draft, posted) == ["cancel", "cancel"]
    ACTIONS["cancel"].undo(shop.odoo, [draft, posted])
    assert shop.state("account.move", draft, posted) == ["draft", "draft"]


# -- payments ----------------------------------------------------------------------------------------------------------


def test_payments_pay_invoices_in_full_in_part_and_in_parts(shop):
    full, part, parts, early = (shop.posted() for _ in range(4))
    payments = [
        shop.payment(110, full), shop.payment(30.05, part), shop.payment(60, parts), shop.payment(50, parts),
        shop.payment(110, early, date="2025-01-02"),
    ]  # fmt: skip
    assert shop.do("reconcile", *payments) == ActionResult(done=tuple(payments))
    assert shop.do("reconcile", *payments) == ActionResult(done=tuple(payments))

    assert [shop.owed(i) for i in (full, part, parts, early)] == [
        ("paid", 0),
        ("partial", 79.95),
        ("paid", 0),
        ("paid", 0),
    ]
    rows = shop.odoo.read("account.payment", payments, ["state", "is_reconciled"])
    assert {(r["state"], r["is_reconciled"]) for r in rows} == {("paid", True)}
    matches = [shop.matches(p) for p in payments]
    assert matches == [{(full, 110)}, {(part, 30.05)}, {(parts, 60)}, {(parts, 50)}, {(early, 110)}]


def test_what_was_paid_too_much_stays_open_and_its_refund_settles_it(shop):
    invoice = shop.posted()
    payment = shop.payment(140, invoice)
    assert shop.do("reconcile", payment).done == (payment,)
    assert shop.odoo.read("account.payment", [payment], ["is_reconciled"])[0]["is_reconciled"] is False

    refund = shop.payment(30, invoice, date="2025-05-01", out=True)
    assert shop.do("reconcile", refund) == ActionResult(done=(refund,))

    assert shop.owed(invoice) == ("paid", 0)
    rows = shop.odoo.read("account.payment", [payment, refund], ["is_reconciled"])
    assert [r["is_reconciled"] for r in rows] == [True, True]


@pytest.mark.parametrize("together", [True, False])
def test_a_refund_in_full_leaves_the_invoice_owed_again(shop, together):
    invoice = shop.posted()
    payment = shop.payment(110, invoice)
    if not together:
        shop.do("reconcile", payment)
        assert shop.owed(invoice) == ("paid", 0)
    refund = shop.payment(110, invoice, date="2025-05-01", out=True)

    for _ in range(2):
        assert shop.do("reconcile", payment, refund) == ActionResult(done=(payment, refund))
        assert shop.owed(invoice) == ("not_paid", 110)


def test_a_refund_takes_the_latest_payment_back_first(shop):
    invoice = shop.posted()
    first, second = shop.payment(60, invoice, date="2025-04-01"), shop.payment(50, invoice, date="2025-04-09")
    shop.do("reconcile", first, second)
    refund = shop.payment(40, invoice, date="2025-05-01", out=True)

    assert shop.do("reconcile", refund) == ActionResult(done=(refund,))

    assert shop.owed(invoice) == ("partial", 40)
    assert shop.matches(first) == {(invoice, 60)}
    assert shop.matches(second) == {(invoice, 10), (refund, 40)}
    assert shop.matches(refund) == {(second, 40)}


def test_a_refund_whose_run_was_killed_half_way_is_settled_by_the_next(shop):
    invoice = shop.posted()
    payment = shop.payment(110, invoice)
    shop.do("reconcile", payment)
    refund = shop.payment(40, invoice, out=True)
    # As if the process had died after the payment was taken off the invoice and before anything was matched anew.
    ACTIONS["reconcile"].undo(shop.odoo, [payment])
    assert shop.owed(invoice) == ("not_paid", 110)

    assert shop.do("reconcile", refund) == ActionResult(done=(refund,))
    assert shop.owed(invoice) == ("partial", 40)


def test_what_cannot_be_reconciled_says_why(shop):
    draft, void, paid = shop.invoice(), shop.invoice(), shop.posted()
    shop.do("cancel", void)
    on_draft, on_void, lonely = shop.payment(110, draft), shop.payment(110, void), shop.payment(110, paid)
    refund = shop.payment(25, shop.posted(), out=True)
    shop.odoo.write("account.payment", [lonely], {"invoice_ids": [[6, 0, []]]}, context=QUIET)
    unposted = shop.odoo.create(
        "account.payment",
        [{"partner_id": shop.customer, "amount": 1, "journal_id": shop.payments, "invoice_ids": [[6, 0, [paid]]]}],
    )[0]

    result = shop.do("reconcile", on_draft, on_void, lonely, refund, unposted)

    assert result.done == ()
    reasons = {f.res_id: f.reason for f in result.failures}
    assert "is not posted (its state is 'draft')" in reasons[on_draft]
    assert "is not posted (its state is 'cancel')" in reasons[on_void]
    assert reasons[lonely] == "the payment names no invoice"
    assert "25.00 of the refund stay open" in reasons[refund]
    assert reasons[unposted] == "the payment is not posted (its state is 'draft')"
    assert shop.owed(paid) == ("not_paid", 110)


def test_the_invoice_may_stand_in_a_field_of_the_map(shop):
    field = {
        "name": "x_octo_invoice_id",
        "ttype": "many2one",
        "relation": "account.move",
        "field_description": "Invoice",
    }
    (model,) = shop.odoo.search("ir.model", [("model", "=", "account.payment")])
    shop.odoo.create("ir.model.fields", [{**field, "model_id": model}], context=QUIET)
    shop.odoo.refresh()
    invoice = shop.posted()
    payment = shop.payment(110, invoice, invoice_ids=[[6, 0, []]], x_octo_invoice_id=invoice)

    assert shop.do("reconcile", payment, invoice_field="x_octo_invoice_id").done == (payment,)
    assert shop.owed(invoice) == ("paid", 0)


# -- quotations and products -------------------------------------------------------------------------------------------


def test_quotations_are_sent_and_cancelled_without_a_mail(shop):
    line = [
        0,
        0,
        {"name": "Window", "product_uom_qty": 2, "price_unit": 33.33, "discount": 10, "tax_ids": [[6, 0, [shop.gst]]]},
    ]
    values = {"partner_id": shop.customer, "order_line": [line]}
    draft, sent, rejected = shop.odoo.create(
        "sale.order", [{**values, "name": f"QU-{i}"} for i in range(3)], context=QUIET
    )
    mails = shop.odoo.search_count("mail.mail", [])

    assert shop.do("mark_sent", sent, rejected).done == (sent, rejected)
    assert shop.do("mark_sent", sent).done == (sent,)
    assert shop.do("cancel_order", rejected) == ActionResult(done=(rejected,))
    assert shop.do("mark_sent", rejected).failures[0].reason == "its state is 'cancel'"

    rows = shop.odoo.read(
        "sale.order", [draft, sent, rejected], ["name", "state", "amount_untaxed", "amount_tax", "amount_total"]
    )
    assert [r["state"] for r in rows] == ["draft", "sent", "cancel"]
    assert {(r["amount_untaxed"], r["amount_tax"], r["amount_total"]) for r in rows} == {(59.99, 6.0, 65.99)}
    assert shop.odoo.search_count("mail.mail", []) == mails
    ACTIONS["mark_sent"].undo(shop.odoo, [sent])
    assert shop.state("sale.order", sent) == ["draft"]


def test_an_archived_product_takes_its_template_along(shop):
    product = shop.odoo.create(
        "product.product", [{"name": "Old", "type": "service", "taxes_id": [[6, 0, []]]}], context=QUIET
    )
    template = shop.odoo.read("product.product", product, ["product_tmpl_id"])[0]["product_tmpl_id"][0]

    for _ in range(2):
        assert shop.do("archive", *product).done == tuple(product)
        assert shop.odoo.read("product.template", [template], ["active"])[0]["active"] is False
    ACTIONS["archive"].undo(shop.odoo, product)
    assert shop.odoo.read("product.template", [template], ["active"])[0]["active"] is True


# -- lost replies ------------------------------------------------------------------------------------------------------


class Losing(httpx.HTTPTransport):
    """Passes requests on, and loses the reply (or the request, `before`) of the next call to one method."""

    def __init__(self) -> None:
        super().__init__()
        self.method = ""
        self.before = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if not self.method or not request.url.path.endswith(f"/{self.method}"):
            return super().handle_request(request)
        self.method = ""
        if not self.before:
            super().handle_request(request).read()
        raise httpx.ReadTimeout("no reply", request=request)


@pytest.fixture
def losing(odoo_access_module, monkeypatch) -> Iterator[tuple[OdooClient, Losing]]:
    monkeypatch.setattr(base, "SETTLE_SECONDS", (0.0, 0.0))
    transport = Losing()
    with OdooClient.connect(odoo_access_module, transport=transport) as client:
        yield client, transport


@pytest.mark.parametrize("before", [True, False], ids=["request lost", "reply lost"])
def test_a_lost_reply_is_settled_by_looking(shop, losing, before):
    client, transport = losing
    invoice = shop.invoice()
    transport.method, transport.before = "action_post", before
    assert ACTIONS["post"].apply(client, [invoice], {}).done == (invoice,)
    assert shop.state("account.move", invoice) == ["posted"]

    payment = shop.payment(110, invoice)
    transport.method = "reconcile"
    assert ACTIONS["reconcile"].apply(client, [payment], {}).done == (payment,)
    assert not transport.method
    assert shop.owed(invoice) == ("paid", 0)
