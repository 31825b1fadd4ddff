"""The client against a real Odoo, by each of the three transports."""

import dataclasses
import threading
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from flitstack_pipeline.errors import TerminalError
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.errors import (
    OdooError,
    OdooForbidden,
    OdooMissing,
    OdooRejected,
    OdooUnsupported,
)
from flitstack_pipeline.odoo.keys import QUIET
from flitstack_pipeline.odoo.versions import FIELDS, GONE

pytestmark = pytest.mark.odoo


@pytest.fixture(scope="module", params=["json2", "jsonrpc", "xmlrpc"])
def odoo(request, odoo_access_module):
    with OdooClient.connect(dataclasses.replace(odoo_access_module, protocol=request.param)) as client:
        yield client


def test_connecting_tells_what_is_there(odoo, odoo_access_module):
    assert odoo.version.major == 19
    assert odoo.version.edition == "community"
    assert odoo.uid == 2
    assert len(odoo.database_uuid) == 36
    assert odoo.installed_modules()["crm"].startswith("19.0.")
    assert odoo.has_model("crm.lead")
    assert not odoo.has_model("helpdesk.ticket")
    assert odoo_access_module.api_key not in repr(odoo)


def test_records_are_made_read_changed_and_removed(odoo):
    ids = odoo.create("res.partner", [{"name": "Zoë & Söhne <GmbH>"}, {"name": "B", "active": False}], context=QUIET)
    assert [row["name"] for row in odoo.read("res.partner", ids, ["name"])] == ["Zoë & Söhne <GmbH>", "B"]
    odoo.write("res.partner", ids, {"comment": "<p>x</p>", "active": False})
    assert odoo.search("res.partner", [("id", "in", ids)]) == []
    assert odoo.existing("res.partner", [*reversed(ids), 999_999_999]) == [ids[1], ids[0]]
    odoo.unlink("res.partner", [*ids, 999_999_999])
    odoo.unlink("res.partner", ids)
    assert odoo.existing("res.partner", ids) == []


def test_exact_types_arrive(odoo):
    lead = {
        "name": "Exact",
        "expected_revenue": Decimal("1234567.89"),
        "date_deadline": date(2024, 2, 29),
        "date_open": datetime(2024, 3, 1, 9, 30, 5, tzinfo=UTC),
    }
    [lead_id] = odoo.create("crm.lead", [lead], context=QUIET)
    [row] = odoo.read("crm.lead", [lead_id], ["expected_revenue", "date_deadline", "date_open"])
    assert Decimal(repr(row["expected_revenue"])) == Decimal("1234567.89")
    assert row["date_deadline"] == "2024-02-29"
    assert row["date_open"] == "2024-03-01 09:30:05"
    [file_id] = odoo.create("ir.attachment", [{"name": "x.bin", "datas": b"\x00\xff\x10"}])
    [stored] = odoo.read("ir.attachment", [file_id], ["datas", "file_size"])
    assert (stored["datas"], stored["file_size"]) == ("AP8Q", 3)


def test_wrong_data_is_rejected_and_nothing_of_the_batch_stays(odoo):
    before = odoo.search_count("res.partner", [])
    with pytest.raises(OdooRejected) as caught:
        odoo.create("res.partner", [{"name": "good"}, {"name": "bad", "type": "nonsense"}])
    assert "nonsense" in caught.value.odoo_message
    assert "Traceback" not in str(caught.value)
    with pytest.raises(OdooRejected):
        odoo.create("res.partner", [{"name": "good"}, {"name": "nul \x00"}])
    assert odoo.search_count("res.partner", []) == before


def test_what_this_odoo_does_not_have_is_unsupported(odoo):
    with pytest.raises(OdooUnsupported):
        odoo.search("helpdesk.ticket", [])
    with pytest.raises(OdooUnsupported):
        odoo.call("res.partner", "no_such_method", ids=[1], retry=False)
    with pytest.raises(OdooUnsupported):
        odoo.read("res.partner", [1], ["no_such_field"])
    with pytest.raises(OdooUnsupported):
        odoo.create("res.partner", [{"name": "x", "no_such_field": 1}])
    with pytest.raises(OdooUnsupported):
        odoo.call("res.partner", "search_read", retry=True, no_such_argument=1)


def test_rights_and_missing_records_have_their_own_errors(odoo):
    with pytest.raises(OdooForbidden):
        odoo.call("res.partner", "_compute_display_name", ids=[1], retry=False)
    with pytest.raises(OdooMissing):
        odoo.write("res.partner", [999_999_999], {"name": "x"})


def test_a_posted_invoice_refuses_to_be_deleted(odoo):
    [partner] = odoo.create("res.partner", [{"name": "Payer"}], context=QUIET)
    lines = [[0, 0, {"name": "Work", "quantity": 1, "price_unit": 10}]]
    invoice = {"move_type": "out_invoice", "partner_id": partner, "invoice_line_ids": lines}
    ids = odoo.create("account.move", [invoice], context=QUIET)
    odoo.call("account.move", "action_post", ids=ids, retry=False)
    with pytest.raises(OdooRejected):
        odoo.unlink("account.move", ids)
    assert odoo.existing("account.move", ids) == ids


def test_a_method_without_a_result_is_no_error(odoo):
    [partner] = odoo.create("res.partner", [{"name": "Quiet"}], context=QUIET)
    odoo.call("res.partner", "message_unsubscribe", ids=[partner], retry=True, partner_ids=[partner])


def test_many_records_come_in_batches_by_id(odoo):
    domain = ["|", ("model", "=", "res.partner"), ("model", "=", "crm.lead")]
    batches = list(odoo.iter_search_read("ir.model.fields", domain, ["model"], batch=100))
    ids = [row["id"] for batch in batches for row in batch]
    assert [len(batch) for batch in batches[:-1]] == [100] * (len(batches) - 1)
    assert ids == odoo.search("ir.model.fields", domain, order="id")
    assert {row["model"] for batch in batches for row in batch} == {"res.partner", "crm.lead"}


def test_long_lists_of_ids_are_cut_into_calls(odoo):
    ids = odoo.search("ir.model.fields", [], order="id desc", limit=4500)
    rows = odoo.read("ir.model.fields", ids, ["name"])
    assert [row["id"] for row in rows] == ids


def test_fields_are_kept_until_refreshed(odoo):
    first = odoo.fields_get("res.partner")
    assert first["parent_id"]["relation"] == "res.partner"
    assert odoo.fields_get("res.partner") is first
    odoo.refresh("res.partner")
    assert odoo.fields_get("res.partner") is not first


def test_names_of_this_version_are_those_of_the_table(odoo):
    missing = {f"{m}.{f}" for m, fields in FIELDS.items() for f in fields if f not in odoo.fields_get(m)}
    assert missing == set()
    assert {f"{m}.{f}" for m, f in GONE if f in odoo.fields_get(m)} == set()


def test_an_xml_id_made_twice_is_told_apart(odoo):
    row = {"module": f"flitstack_{odoo.protocol}", "name": "twice", "model": "res.partner", "res_id": 1}
    odoo.create("ir.model.data", [row])
    with pytest.raises(OdooRejected) as caught:
        odoo.create("ir.model.data", [row])
    assert caught.value.xmlid_taken


def test_threads_share_a_client(odoo):
    results: list[int] = []

    def work(number: int) -> None:
        ids = odoo.create("res.partner", [{"name": f"thread {number}"}] * 5, context=QUIET)
        results.extend(ids)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(results)) == 30


def test_wrong_database_and_wrong_key_are_told_apart(odoo):
    with pytest.raises(OdooError) as caught:
        OdooClient.connect(dataclasses.replace(odoo.access, database="no_such_database"))
    assert caught.value.kind == "NoSuchDatabase"
    assert "'no_such_database'" in caught.value.message
    with pytest.raises(OdooForbidden, match="does not let") as caught:
        OdooClient.connect(dataclasses.replace(odoo.access, api_key="0" * 40, password=""))
    assert "0" * 40 not in str(caught.value)


def test_the_password_alone_logs_in_by_json_rpc(odoo_access_module):
    with OdooClient.connect(dataclasses.replace(odoo_access_module, api_key="")) as client:
        assert client.protocol == "jsonrpc"
        assert client.search_count("res.users", [("id", "=", client.uid)]) == 1


def test_the_best_protocol_is_taken(odoo_access_module):
    with OdooClient.connect(odoo_access_module) as client:
        assert client.protocol == "json2"


def test_carriage_returns_reach_odoo_by_every_transport(odoo, odoo_access_module):
    [partner] = odoo.create("res.partner", [{"name": "Lines", "street": "a\r\nb"}], context=QUIET)
    with OdooClient.connect(odoo_access_module) as exact:
        assert exact.read("res.partner", [partner], ["street"])[0]["street"] == "a\r\nb"


def test_writes_that_collide_are_repeated_until_they_fit(odoo):
    [partner] = odoo.create("res.partner", [{"name": "Contended"}], context=QUIET)
    errors: list[TerminalError] = []

    def work(number: int) -> None:
        try:
            odoo.write("res.partner", [partner], {"ref": str(number)})
        except TerminalError as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
