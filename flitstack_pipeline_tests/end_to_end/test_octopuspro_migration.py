"""The whole example, once through all stages on a real Odoo: what becomes of every row, and what must not be anywhere."""

import base64
import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import e2e_octopuspro as rows_of
import pyarrow.parquet as pq
import pytest
from e2e_dumps import changes, everything, tables_with
from e2e_octopuspro import EVERYTHING, KNOWN_USER, Story
from e2e_project import DEMO, EXAMPLE, Project
from e2e_subset import INVOICES, PAYMENTS, Export
from ruamel.yaml import YAML

from flitstack_pipeline.errors import GateClosed
from flitstack_pipeline.ledger.records import RecordedOutcome

pytestmark = pytest.mark.odoo

Counted = Callable[..., None]

PLANTED: list[dict[str, Any]] = json.loads((EXAMPLE / "planted.json").read_text("utf-8"))
# Written where the export has them, and nowhere else.
PASSWORD = "not-a-password-"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, odoo_access_module, sandbox) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("coastal")
    with Project(folder, odoo_access_module, EXAMPLE / "export") as project, project.odoo() as odoo:
        story = Story(project, sandbox, odoo)
        _, name, login = KNOWN_USER
        (story.user,) = odoo.create("res.users", [{"name": name, "login": login, "email": login}])
        for verb in ("doctor", "inventory"):
            story.results[verb] = project.verb(verb)
        story.dump("before")
        story.last_message = max(odoo.search("mail.message", []))
        story.refused["approve without a plan"] = _refusal(project, "approve")
        story.results["plan"] = project.verb("plan")
        story.unapproved = project.cli("load", project.id, "--json")
        project.verb("approve")
        original = project.map_file.read_text("utf-8")
        project.map_file.write_text(original.replace("label: Duration (minutes)", "label: Minutes"), "utf-8")
        story.refused["load of another map"] = _refusal(project, "load")
        story.refused["approve of another map"] = _refusal(project, "approve")
        project.map_file.write_text(original, "utf-8")
        story.dump("refused")
        story.loaded = project.cli("load", project.id, "--json")
        assert story.loaded.code == 0, story.loaded.stdout + story.loaded.stderr
        story.results["reconcile"] = project.verb("reconcile")
        story.dump("loaded")
        with project.ledger() as ledger:
            for row in ledger.outcomes(project.id):
                story.rows.setdefault((row.object, row.row), []).append(row)
        yield story


def _refusal(project: Project, verb: str) -> GateClosed:
    with pytest.raises(GateClosed) as caught:
        project.verb(verb)
    return caught.value


# -- the gate ---------------------------------------------------------------------------------------------------------


def test_the_doctor_finds_nothing_blocking(story: Story) -> None:
    doctor = story.results["doctor"]
    assert doctor.ok, [f for f in doctor.details["findings"] if f["level"] == "blocking"]


def test_nothing_is_written_before_exactly_this_plan_is_approved(story: Story) -> None:
    assert story.unapproved is not None
    assert story.unapproved.code == 3, story.unapproved.stderr
    refused = story.unapproved.result
    assert (refused["verb"], refused["ok"]) == ("load", False)
    assert "nobody has approved the map of coastal" in " ".join(refused["problems"])
    assert "nobody has seen a plan" in str(story.refused["approve without a plan"])
    assert "the plan has changed since it was last shown" in str(story.refused["approve of another map"])
    drift = str(story.refused["load of another map"])
    assert "is not the one that Test Person approved" in drift
    assert "Minutes" in drift
    assert changes(story.tables["before"], story.tables["refused"]) == {}


# -- outcomes ---------------------------------------------------------------------------------------------------------


def _outcome(story: Story, entry: dict[str, Any]) -> RecordedOutcome:
    """What counts for a row that is in several record sets: what needs a person first."""
    order = ("quarantined", "held", "created", "updated", "unchanged", "skipped", "excluded")
    return min(story.rows[entry["object"], entry["row"]], key=lambda r: order.index(str(r.outcome)))


@pytest.mark.parametrize("outcome", ["quarantined", "held", "excluded"])
def test_planted_rows_stay_behind_with_a_reason(story: Story, outcome: str) -> None:
    entries = [e for e in PLANTED if e["expected_outcome"] == outcome and e["row"] is not None]
    found = {e["id"]: _outcome(story, e) for e in entries}
    assert {i: str(o.outcome) for i, o in found.items()} == {e["id"]: outcome for e in entries}
    assert [i for i, o in found.items() if not o.reason] == []


def test_planted_objects_stay_behind_whole(story: Story) -> None:
    for entry in PLANTED:
        if entry["row"] is None and entry["kind"] != "column":
            words = Counter(str(r.outcome) for (o, _), rows in story.rows.items() if o == entry["object"] for r in rows)
            assert words == {entry["expected_outcome"]: entry["count"]}, entry["id"]


def test_quarantined_rows_name_their_column(story: Story) -> None:
    fields = {
        e["id"]: (_outcome(story, e).field, e["column"].lower().replace(" ", "_"))
        for e in PLANTED
        if e["expected_outcome"] == "quarantined" and e["object"] == "booking"
    }
    assert len(fields) == 4
    assert [i for i, (field_, column) in fields.items() if field_ != column] == []
    missing = next(e for e in PLANTED if e["object"] == "attachment" and e["expected_outcome"] == "quarantined")
    assert _outcome(story, missing).field == "datas"
    assert "is not in the export" in _outcome(story, missing).reason


def test_held_rows_say_what_they_wait_for(story: Story) -> None:
    for entry in (e for e in PLANTED if e["expected_outcome"] == "held"):
        reason = _outcome(story, entry).reason
        assert "waits for" in reason, (entry["id"], reason)
    # The whole chain, down to what is missing in the end.
    assert (
        _reason(story, "customer", "1044")
        == "waits for customer 1043, which is held: waits for customer 9999, which is not in the source"
    )
    assert "waits for customer 9997, which is not in the source" in _reason(story, "payment", "PAY-7158")
    assert _reason(story, "invoice_item", "INV-31131|1").startswith("with invoice INV-31131: waits for customer 1043")
    assert "waits for booking BK-20083, which is quarantined" in _reason(story, "booking_note", "N-0039")


def _reason(story: Story, obj: str, source_id: str) -> str:
    return story.project.outcome(obj, source_id)[2]


def test_all_other_rows_arrived(story: Story) -> None:
    """What is not in planted.json is in Odoo: nothing else stays behind."""
    stopped = ("quarantined", "held", "skipped", "excluded")
    planted = {(e["object"], e["row"]) for e in PLANTED if e["expected_outcome"] in (*stopped, "listed")}
    whole = {e["object"] for e in PLANTED if e["row"] is None and e["kind"] != "column"}
    derived = {n for n, o in _system_objects(story).items() if o.derived_from or o.rows}
    left = {
        (name, number)
        for (name, number), rows in story.rows.items()
        if name not in whole | derived and all(str(r.outcome) in stopped for r in rows)
    }
    assert left <= planted


def _system_objects(story: Story) -> dict[str, Any]:
    with story.project.run() as run:
        return dict(run.system.objects)


def test_every_row_has_one_outcome(story: Story) -> None:
    assert story.loaded is not None
    assert story.loaded.code == 0, story.loaded.stderr
    manifest = json.loads((EXAMPLE / "export" / "manifest.json").read_text("utf-8"))
    expected = {entry["object"]: entry["rows"] for entry in manifest["files"]}
    counts = story.loaded.result["objects"]
    assert {name: counts[name]["extracted"] for name in expected} == expected
    for name, count in counts.items():
        words = sum(number for word, number in count.items() if word != "extracted")
        assert words == count["extracted"], name
    assert story.results["reconcile"].objects.keys() == counts.keys()


def test_the_dry_run_predicted_what_the_load_did(story: Story) -> None:
    predicted = {
        n: {w: c for w, c in words.items() if c} for n, words in story.results["plan"].details["predicted"].items()
    }
    objects = {name: records.from_ for name, (_, records) in _record_sets(story).items()}
    done: dict[str, Counter[str]] = {name: Counter() for name in objects}
    for (name, _), rows in story.rows.items():
        for row in rows:
            if row.record_set and objects[row.record_set] == name:
                done[row.record_set][str(row.outcome)] += 1
    # Odoo makes these records itself while it loads, so nobody can know before which values they will have.
    options = predicted.pop("option_price"), done.pop("option_price")
    assert options[0]["updated"] == options[1]["updated"] + options[1]["unchanged"] == 10
    assert {n: dict(c) for n, c in done.items() if c} == {n: c for n, c in predicted.items() if c}


def _record_sets(story: Story) -> dict[str, Any]:
    with story.project.run() as run:
        return run.system.record_sets()


# -- the reconciliation -----------------------------------------------------------------------------------------------


def test_every_planted_difference_is_found_and_accepted_by_name(story: Story) -> None:
    result = story.results["reconcile"]
    assert (result.ok, result.exit_code, result.problems) == (True, 0, ())
    columns = {"Subtotal": "amount_untaxed", "GST": "amount_tax", "Total": "amount_total", "Balance": "amount_residual"}
    planted = {(e["source_id"], columns[e["column"]]) for e in PLANTED if e["expected_outcome"] == "difference"}
    found = [d for of_model in result.details["differences"].values() for d in of_model]
    assert {(d["source_id"], d["field"]) for d in found} == planted
    demo = YAML(typ="safe").load(DEMO.read_text("utf-8"))
    assert {(a["id"], a["field"]) for a in demo["accepted_differences"]} == planted
    assert all(len(d["accepted"]) > 10 for d in found)
    assert sum(f.differences for f in result.models.values()) == 0
    assert sum(f.accepted for f in result.models.values()) == len(planted)
    assert sum(f.values_compared for f in result.models.values()) > 20_000


def test_flagged_and_listed_rows_are_in_the_report(story: Story) -> None:
    review = {(r["object"], r["row"]) for r in story.results["plan"].details["review"]}
    people = [
        e
        for e in PLANTED
        if e["expected_outcome"] in ("flagged", "listed") and e["object"] in ("customer", "fieldworker", "booking")
    ]
    assert {(e["object"], e["row"]) for e in people} == review
    notes = " ".join(n["text"] for n in story.results["plan"].details["notes"] if n["kind"] == "no_equivalent")
    assert "signature" in notes
    assert "formula" in notes
    authors = {e["row"] for e in PLANTED if e["object"] == "booking_note" and e["expected_outcome"] == "listed"}
    lines = (EXAMPLE / "export" / "booking_notes.jsonl").read_text("utf-8").splitlines()
    unknown = " ".join(story.results["plan"].details["left_empty"])
    for number in authors:
        assert json.loads(lines[number - 1])["author_email"] in unknown


def test_a_second_load_changes_nothing(story: Story) -> None:
    result = story.project.verb("load")
    total = Counter[str]()
    for counts in result.objects.values():
        total.update(counts.as_dict())
    assert (total["created"], total["updated"]) == (0, 0)
    assert total["unchanged"] > 2000
    assert changes(story.tables["loaded"], everything(story.sandbox, story.project.access.database)) == {}


# -- what must not be -------------------------------------------------------------------------------------------------


def test_passwords_are_nowhere(story: Story) -> None:
    export = (EXAMPLE / "export" / "customers.csv").read_bytes()
    assert export.count(PASSWORD.encode()) == 260
    assert tables_with(story.sandbox, story.project.access.database, PASSWORD) == []
    home = story.project.settings.home
    files = [p for p in home.rglob("*") if p.is_file()]
    assert any(p.suffix == ".parquet" for p in files)
    assert any(p.suffix == ".html" for p in files)
    assert any(p.suffix == ".sqlite" for p in files)
    for path in files:
        assert PASSWORD.encode() not in path.read_bytes(), path
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            assert "password" not in {name.lower() for name in table.column_names}
            assert PASSWORD not in str(table.to_pydict()), path
    for done in (story.unapproved, story.loaded):
        assert done is not None
        assert PASSWORD not in done.stdout + done.stderr


def test_nobody_is_written_to(story: Story) -> None:
    for table in ("mail_mail", "mail_followers", "mail_notification", "mail_activity"):
        assert story.tables["loaded"][table] == story.tables["before"][table], table
    ours = story.odoo.search_read("mail.message", [["id", ">", story.last_message]], ["message_type", "model"])
    kinds = Counter((m["message_type"], m["model"]) for m in ours)
    # Odoo greets every new employee on his own page ("onboarding plan?"): a note, which nobody is sent.
    assert kinds.keys() == {("comment", "crm.lead"), ("notification", "hr.employee")}
    assert kinds["comment", "crm.lead"] == len(story.ids("booking_note")) + len(story.ids("form_response"))


def test_the_customers_own_books_are_untouched(story: Story) -> None:
    """The next invoice of the customer's own journal has his next number; his bank journal has no entries of ours."""
    journals = story.odoo.search_read("account.journal", [["code", "in", ["INV", "BNK1", "CSH1"]]], ["code"])
    assert {j["code"] for j in journals} == {"INV", "BNK1", "CSH1"}
    ids = [j["id"] for j in journals]
    assert story.odoo.search_count("account.move", [["journal_id", "in", ids]]) == 0


# -- how things arrived -----------------------------------------------------------------------------------------------


def test_every_record_has_its_key_and_an_xml_id(story: Story) -> None:
    with story.project.ledger() as ledger, story.project.run() as run:
        for name, records in run.compiled.record_sets().items():
            made = [m for batch in ledger.iter_mapped(run.id, name) for m in batch if m.origin == "created"]
            rows = story.odoo.read(records.model, [m.res_id for m in made], ["x_flitstack_key"], context=EVERYTHING)
            assert {r["id"]: r["x_flitstack_key"] for r in rows} == {
                m.res_id: f"coastal/{name}/{m.source_id}" for m in made
            }
        created = [
            m
            for n in run.compiled.record_sets()
            for b in ledger.iter_mapped(run.id, n)
            for m in b
            if m.origin != "linked"
        ]
    named = story.odoo.search_read("ir.model.data", [["module", "=", "__flitstack_coastal__"]], ["model", "res_id"])
    assert sorted((r["model"], r["res_id"]) for r in named) == sorted((m.model, m.res_id) for m in created)


@pytest.mark.row("octopuspro", 4)
def test_invoices_are_owed_and_paid_as_in_the_source(story: Story, counted: Counted) -> None:
    invoices = story.read(
        "account.move",
        "invoice",
        "state",
        "payment_state",
        "amount_residual",
        "amount_total",
        "name",
        "x_octo_opportunity_id",
    )
    accepted = {e["source_id"] for e in PLANTED if e["object"] == "invoice" and e["expected_outcome"] == "difference"}
    state = {"Draft": "draft", "Void": "cancel", "Open": "posted", "Overdue": "posted", "Closed": "posted"}
    checked = Counter[str]()
    for row in Export().rows(INVOICES):
        if row["Invoice No"] not in invoices:
            continue
        record = invoices[row["Invoice No"]]
        assert record["name"] == row["Invoice No"]
        assert record["state"] == state[row["Status"]], row
        assert bool(record["x_octo_opportunity_id"]) == bool(row["Booking No"]), row
        if record["state"] != "posted" or row["Invoice No"] in accepted:
            continue
        money = {n: Decimal(row[n].replace("$", "").replace(",", "")) for n in ("Total", "Paid", "Balance")}
        paid = "paid" if row["Status"] == "Closed" else "not_paid" if money["Paid"] == 0 else "partial"
        found = (record["payment_state"], Decimal(str(record["amount_residual"])), Decimal(str(record["amount_total"])))
        assert found == (paid, money["Balance"], money["Total"]), row
        checked[paid] += 1
    assert checked["paid"] > 50
    assert checked["partial"] >= 1
    assert checked["not_paid"] >= 1
    counted("invoices with their number, state, payment state, total and balance", len(invoices))


@pytest.mark.row("octopuspro", 5)
def test_refunds_are_payments_of_their_own(story: Story, counted: Counted) -> None:
    payments = story.read(
        "account.payment", "payment", "payment_type", "amount", "state", "date", "payment_method_line_id"
    )
    rows = {row["Payment ID"]: row for row in Export().rows(PAYMENTS)}
    refunds = {i for i, row in rows.items() if row["Type"] == "Refund"}
    assert {i for i, p in payments.items() if p["payment_type"] == "outbound"} == refunds
    assert {p["state"] for p in payments.values()} == {"paid"}
    for source_id, payment in payments.items():
        row = rows[source_id]
        assert payment["date"] == datetime.strptime(row["Date"], "%d/%m/%Y").date().isoformat()
        assert payment["payment_method_line_id"][1].startswith(row["Method"])
    counted("payments with method and date", len(payments))
    counted("refunds as payments out", len(refunds))


@pytest.mark.row("octopuspro", 9)
def test_attachments_are_the_same_bytes(story: Story, counted: Counted) -> None:
    found = story.read("ir.attachment", "attachment", "datas", "name", "res_model", "res_id")
    bookings = story.ids("booking")
    with (EXAMPLE / "export" / "attachments.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["Attachment ID"]: row for row in csv.DictReader(file)}
    assert len(found) == len(rows) - 3  # two files are missing, one booking is held
    for source_id, record in found.items():
        row = rows[source_id]
        assert base64.b64decode(record["datas"]) == (EXAMPLE / "export" / row["Path"]).read_bytes()
        assert (record["name"], record["res_model"], record["res_id"]) == (
            row["File Name"],
            "crm.lead",
            bookings[row["Booking No"]],
        )
    counted("photos and documents with the same bytes", len(found))


def test_notes_keep_author_and_date(story: Story) -> None:
    messages = story.read(
        "mail.message", "booking_note", "author_id", "email_from", "date", "body", "message_type", "res_id"
    )
    lines = [json.loads(t) for t in (EXAMPLE / "export" / "booking_notes.jsonl").read_text("utf-8").splitlines()]
    bookings = story.ids("booking")
    workers = story.read("hr.employee", "fieldworker", "work_email", "work_contact_id")
    contacts = {w["work_email"]: w["work_contact_id"][0] for w in workers.values() if w["work_email"]}
    held = {e["source_id"] for e in PLANTED if e["object"] == "booking_note" and e["expected_outcome"] == "held"}
    unknown = {e["source_id"] for e in PLANTED if e["object"] == "booking_note" and e["expected_outcome"] == "listed"}
    assert set(messages) == {n["note_id"] for n in lines} - held
    for note in lines:
        if note["note_id"] in held:
            continue
        message = messages[note["note_id"]]
        created = datetime.fromisoformat(note["created"])
        assert created.tzinfo is not None
        assert datetime.fromisoformat(message["date"]).replace(tzinfo=UTC) == created.astimezone(UTC)
        assert message["message_type"] == "comment"
        assert message["res_id"] == bookings[note["booking_no"]]
        author = None if note["note_id"] in unknown else contacts[note["author_email"]]
        assert (message["author_id"] or [None])[0] == author, note["note_id"]
        assert note["author_email"] in message["email_from"]
        assert note["author_name"] in message["email_from"]
        assert "<script" not in message["body"].lower()
    body = messages["N-0022"]["body"]
    assert "&lt;script" in body


@pytest.mark.row("octopuspro", 2)
def test_bookings_stand_in_their_stage(story: Story, counted: Counted) -> None:
    leads = story.read(
        "crm.lead",
        "booking",
        "x_octo_status",
        "stage_id",
        "active",
        "won_status",
        "lost_reason_id",
        "type",
        "date_closed",
        "user_id",
    )
    stages = {
        "Pending": ("New", True, "pending"),
        "Quoted": ("Quoted", True, "pending"),
        "Confirmed": ("Confirmed", True, "pending"),
        "In Progress": ("In Progress", True, "pending"),
        "Completed": ("Won", True, "won"),
        "Invoiced": ("Won", True, "won"),
        "Cancelled": ("New", False, "lost"),
        "Failed": ("New", False, "lost"),
    }
    seen = Counter[str]()
    for source_id, lead in leads.items():
        status = lead["x_octo_status"]
        assert (lead["stage_id"][1], lead["active"], lead["won_status"]) == stages[status], source_id
        assert bool(lead["lost_reason_id"]) == (status in ("Cancelled", "Failed"))
        assert (lead["type"], lead["user_id"]) == ("opportunity", False)
        assert bool(lead["date_closed"]) == (status in ("Completed", "Invoiced", "Cancelled", "Failed"))
        seen[status] += 1
    assert set(seen) == set(stages)
    counted("opportunities in their stage, won or lost", len(leads))


@pytest.mark.row("octopuspro", 7)
def test_services_with_options_are_products_with_variants(story: Story, counted: Counted) -> None:
    fields = (
        "default_code",
        "lst_price",
        "product_tmpl_id",
        "product_template_attribute_value_ids",
        "active",
        "taxes_id",
    )
    variants = story.read("product.product", "service_variant", *fields)
    with (EXAMPLE / "export" / "service_options.csv").open(encoding="utf-8", newline="") as file:
        options = list(csv.DictReader(file))
    with (EXAMPLE / "export" / "services.csv").open(encoding="utf-8-sig", newline="") as file:
        services = {r["Service ID"]: r for r in csv.DictReader(file, delimiter=";")}
    assert len(variants) == len(options) == 10
    templates = {v["product_tmpl_id"][0] for v in variants.values()}
    assert len(templates) == len({o["Service ID"] for o in options})
    # No variant but those of the source.
    assert (
        story.odoo.search_count("product.product", [["product_tmpl_id", "in", sorted(templates)]], context=EVERYTHING)
        == 10
    )
    for option in options:
        code = f"{option['Service ID']}/{option['Option']}"
        variant = next(v for v in variants.values() if v["default_code"] == code)
        price = Decimal(services[option["Service ID"]]["Price"].replace("$", "").replace(",", ""))
        assert Decimal(str(variant["lst_price"])) == price + Decimal(option["Price Difference"]), code
    plain = story.read("product.product", "service", "list_price", "active", "type")
    assert Decimal(str(plain["SV-12"]["list_price"])) == Decimal("49.995")
    assert {i for i, p in plain.items() if not p["active"]} == {"SV-14"}
    assert {p["type"] for p in plain.values()} == {"service"}
    counted("options as variants", len(variants))


@pytest.mark.row("octopuspro", 1)
def test_hierarchies_addresses_and_owners(story: Story, counted: Counted) -> None:
    customers = story.read(
        "res.partner", "customer", "parent_id", "is_company", "type", "user_id", "tz", "street", "x_octo_duplicate_of"
    )
    ids = story.ids("customer")
    table = pq.read_table(story.project.settings.migration_dir("coastal") / "source" / "customer.parquet").to_pylist()
    for row in table:
        if row["_id"] not in customers:
            continue
        record = customers[row["_id"]]
        parent = row["parent_customer_id"]
        assert (record["parent_id"] or [None])[0] == (ids[parent] if parent else None)
        assert record["is_company"] == (row["customer_type"] == "Business")
        assert (record["street"] or None) == row["street"]
        assert record["user_id"] is False
    assert customers["1256"]["x_octo_duplicate_of"] == "1059"
    counted("customers under their parent, with street", len(customers))


# -- row by row -------------------------------------------------------------------------------------------------------


@pytest.mark.row("octopuspro", 1)
def test_customers(story: Story, counted: Counted) -> None:
    counted("customers with name, kind, e-mail and telephone", rows_of.customers(story))
    flagged = [
        r for r in story.results["plan"].details["review"] if r["object"] == "customer" and r["what"] == "shared"
    ]
    planted = {e["row"] for e in PLANTED if e["object"] == "customer" and "shared" in e["problem"]}
    assert {r["row"] for r in flagged} == planted
    counted("customers with a shared e-mail address, flagged", len(flagged))


@pytest.mark.row("octopuspro", 2)
def test_bookings(story: Story, counted: Counted) -> None:
    counted("opportunities with service, schedule, workers, address and booking number", rows_of.bookings(story))
    several = Counter(
        lead["partner_id"] and lead["partner_id"][0]
        for lead in story.read("crm.lead", "booking", "partner_id").values()
    )
    counted("customers with several bookings", sum(1 for partner, n in several.items() if partner and n > 1))


@pytest.mark.row("octopuspro", 3)
def test_field_workers(story: Story, counted: Counted) -> None:
    counted("employees with e-mail, pay rate and tracking", rows_of.field_workers(story))
    counted("employees linked to the user whom Odoo knows", len(story.ids("fieldworker_user")))
    assert story.ids("fieldworker_user") == {KNOWN_USER[0]: story.user}
    workers = rows_of.workers()
    without = {w for w, row in workers.items() if row["Has Login"] == "Yes" and row["Email"] and w != KNOWN_USER[0]}
    skipped = [
        r
        for rows in story.rows.values()
        for r in rows
        if r.record_set == "fieldworker_user" and str(r.outcome) == "skipped"
    ]
    assert {r.source_id for r in skipped} == without
    assert all("an administrator makes the user" in r.reason for r in skipped)
    counted("workers who log in and have no user, listed", len(without))


@pytest.mark.row("octopuspro", 4)
def test_lines_of_invoices(story: Story, counted: Counted) -> None:
    counted("invoice lines with account, quantity, price, discount and tax", rows_of.invoice_lines(story))


@pytest.mark.row("octopuspro", 5)
def test_payments(story: Story, counted: Counted) -> None:
    counted("payments with amount, reconciled with their invoice", rows_of.payments(story))
    partly = story.odoo.search_count("account.move", [["payment_state", "=", "partial"]])
    counted("invoices that are partly paid", partly)


@pytest.mark.row("octopuspro", 6)
def test_quotes(story: Story, counted: Counted) -> None:
    counted("quotations with state, validity, lines, prices and totals", rows_of.quotes(story))
    for what, status in (("accepted, flagged", "Accepted"), ("rejected, cancelled", "Rejected")):
        orders = story.odoo.search_count("sale.order", [["x_octo_status", "=", status]])
        counted(f"quotations {what}", orders)


@pytest.mark.row("octopuspro", 7)
def test_services(story: Story, counted: Counted) -> None:
    counted("services with name, description, price and duration", rows_of.services(story))


@pytest.mark.row("octopuspro", 8)
def test_custom_fields(story: Story, counted: Counted) -> None:
    fields, values = rows_of.custom_fields(story)
    counted("custom fields of their type", fields)
    counted("values of custom fields", values)
    notes = [n["text"] for n in story.results["plan"].details["notes"] if n["kind"] == "no_equivalent"]
    counted("custom fields without an equivalent, listed", len(notes))


@pytest.mark.row("octopuspro", 9)
def test_forms(story: Story, counted: Counted) -> None:
    counted("answers of forms as key and value, and in a note", rows_of.forms(story))


@pytest.mark.row("octopuspro", 10)
def test_the_portal_is_in_the_rebuild_reference(story: Story, counted: Counted) -> None:
    settings = json.loads((EXAMPLE / "export" / "portal_settings.json").read_text("utf-8"))
    entries = [e for e in story.reference()["entries"] if e["kind"] == "portal"]
    assert {e["name"]: e["trigger"] for e in entries} == {s["key"]: " ".join(s["value"].split()) for s in settings}
    assert all(e["build"]["note"] for e in entries)
    counted("settings of the portal, each with what to do", len(entries))


@pytest.mark.row("octopuspro", 11)
def test_automations_are_in_the_rebuild_reference(story: Story, counted: Counted) -> None:
    """Each with trigger, conditions and actions; what is proposed exists in this very Odoo, and its domain finds records."""
    rules = {r["id"]: r for r in json.loads((EXAMPLE / "export" / "automations.json").read_text("utf-8"))}
    entries = {e["source_id"]: e for e in story.reference()["entries"] if e["kind"] == "automation"}
    assert set(entries) == set(rules)
    found = 0
    for source_id, entry in entries.items():
        rule, build = rules[source_id], entry["build"]
        assert (entry["name"], entry["active"], entry["owner"]) == (rule["name"], rule["active"], rule["owner"])
        assert entry["trigger"] == rule["trigger"]
        assert entry["conditions"] == [f"{c['field']} {c['operator']} {c['value']}" for c in rule["conditions"]]
        assert len(entry["actions"]) == len(build["actions"]) == len(rule["actions"])
        assert build["by_hand"] == []
        fields = story.odoo.fields_get(build["model"])
        assert {*build["trigger_fields"], *filter(None, [build["date_field"]])} <= set(fields)
        found += story.odoo.search_count(build["model"], build["domain"], context=EVERYTHING)
    assert found > 100
    counted("automations with trigger, conditions, actions and what to build", len(entries))
    counted("records that their domains find in Odoo", found)


@pytest.mark.row("octopuspro", 12)
def test_the_gps_history_is_counted_and_stays_behind(story: Story, counted: Counted) -> None:
    (behind,) = (b for b in story.reference()["left_behind"] if b["object"] == "gps_point")
    assert "does not migrate" in behind["reason"]
    page = (story.project.settings.migration_dir("coastal") / "reports" / "inventory.html").read_text("utf-8")
    assert behind["reason"] in page
    words = Counter(str(r.outcome) for (name, _), rows in story.rows.items() if name == "gps_point" for r in rows)
    assert words == {"excluded": behind["rows"]}
    counted("points of the GPS history left behind, said so", behind["rows"])
