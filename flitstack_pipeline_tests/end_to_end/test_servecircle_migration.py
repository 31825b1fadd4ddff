"""The example of ServeCircle, once through all stages on a real Odoo with India's accounting: every object read back."""

import base64
import hashlib
import html
import json
import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from e2e_dumps import Dump, changes, everything
from e2e_project import Project
from support import servecircle_export as sc

from flitstack_pipeline.ledger.records import RecordedOutcome
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.company import furnish
from flitstack_pipeline.rebuild.reference import rebuild_reference
from flitstack_pipeline.sandbox import FULL, Sandbox
from flitstack_pipeline.stages.result import VerbResult

pytestmark = pytest.mark.odoo
Count = Callable[[str, int], None]

EVERYTHING = {"active_test": False, "tz": "UTC", "lang": "en_US"}
KOLKATA = ZoneInfo("Asia/Kolkata")
STAGES = ("Registered", "In-Progress", "On-Hold", "Completed", "Delivered")
STAGE = {
    "registered": "Registered",
    "inprogress": "In-Progress",
    "onhold": "On-Hold",
    "completed": "Completed",
    "delivered": "Delivered",
}
TAGS = {
    "mobile repair": "Mobile repair", "mobile reparing": "Mobile repair", "mobile - screen": "Mobile repair",
    "computer repair": "Computer repair", "laptop repair": "Computer repair", "warranty service": "Warranty service",
    "warranty (in)": "Warranty service", "home appliance repair": "Home appliance repair", "installation": "Installation",
    "amc": "Maintenance contract", "amc visit": "Maintenance contract",
}  # fmt: skip
# Contacts and users that Odoo had before; the contact of one is renamed to match an account.
KNOWN = {"SA00001": "by e-mail", "SA00002": "by name and mobile number"}
RAVI = "ravi.sawant@nagarseva.example"
# Odoo stamps the restoring of what it had before.
STAMPED = {name: frozenset({"write_date", "write_uid"}) for name in ("res_partner", "res_users", "digest_digest")}
# A user of Odoo gets private to-do stages and a greeting that nobody else may touch: they stay when he is removed.
USERS_LEAVE = frozenset(
    {
        "project_task", "project_task_type", "project_task_user_rel", "mail_message", "mail_followers", "mail_alias",
        "mail_followers_mail_message_subtype_rel",
    }
)  # fmt: skip


@dataclass
class Story:
    """One migration, told once for all tests of this file."""

    project: Project
    sandbox: Sandbox
    odoo: OdooClient
    known: dict[str, int]
    results: dict[str, VerbResult] = field(default_factory=dict)
    tables: dict[str, Dump] = field(default_factory=dict)
    rows: dict[tuple[str, int], list[RecordedOutcome]] = field(default_factory=dict)

    def read(self, model: str, record_set: str, *fields: str) -> dict[str, dict[str, Any]]:
        """The migrated records of a record set by source id."""
        ids = self.project.ids(record_set)
        rows = {r["id"]: r for r in self.odoo.read(model, sorted(ids.values()), list(fields), context=EVERYTHING)}
        return {source_id: rows[res_id] for source_id, res_id in ids.items()}

    def dump(self, name: str) -> None:
        self.tables[name] = everything(self.sandbox, self.project.access.database)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Iterator[Story]:
    database = "t_" + secrets.token_hex(4)
    access = sandbox.create_database(database, modules=FULL, localization="l10n_in", progress=print)
    folder = tmp_path_factory.mktemp("nagar")
    try:
        with Project(folder, access, system="servecircle", name="nagar") as project, project.odoo() as odoo:
            furnish(odoo, state="MH", tax_number="27AAPFU0939F1ZV")
            story = Story(project, sandbox, odoo, _what_odoo_had(odoo))
            story.results["inventory"] = project.verb("inventory")
            story.results["doctor"] = project.verb("doctor")
            story.dump("before")
            for verb in ("plan", "approve", "load", "reconcile"):
                story.results[verb] = project.verb(verb)
            story.dump("loaded")
            with project.ledger() as ledger:
                for row in ledger.outcomes(project.id):
                    story.rows.setdefault((row.object, row.row), []).append(row)
            yield story
    finally:
        sandbox.drop_database(database)


def _what_odoo_had(odoo: OdooClient) -> dict[str, int]:
    """Two contacts that accounts match, typed otherwise than in the export; a technician who works with Odoo already."""
    accounts = {r.id: r for r in sc.records("service_account")}
    by_mail, by_name = accounts["SA00001"], accounts["SA00002"]
    digits = re.sub(r"\D", "", by_name["Mobile No"])[-10:]
    contacts = [
        {"name": "Ms. Aditi", "email": f"Aditi J <{by_mail['Email'].upper()}>"},
        {"name": by_name["Account Name"].upper(), "phone": f"0{digits[:4]}-{digits[4:]}", "country_id": _india(odoo)},
    ]
    contacts.append({"name": "Known to a person only"})
    ids = odoo.create("res.partner", contacts)
    users = [{"name": "R. Sawant", "login": RAVI, "email": RAVI}]
    ids += odoo.create("res.users", users, context={"no_reset_password": True})
    return dict(zip(("SA00001", "SA00002", "contact", "ravi"), ids, strict=True))


def _india(odoo: OdooClient) -> int:
    return odoo.search("res.country", [["code", "=", "IN"]])[0]


def one(reference: Any) -> int | None:
    return reference[0] if reference else None


def number(value: float) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))


# -- stages -----------------------------------------------------------------------------------------------------------


def test_the_doctor_names_what_a_person_has_to_settle(story: Story) -> None:
    doctor = story.results["doctor"]
    assert doctor.ok, [f for f in doctor.details["findings"] if f["level"] == "blocking"]
    said = " ".join(f["text"] for f in doctor.details["findings"] if f["level"] == "warning")
    assert "left.long.ago@nagarseva.example (none, 2 uses)" in said
    assert "Bombay" in said


@pytest.mark.parametrize("outcome", ["quarantined", "held", "excluded"])
def test_planted_rows_stay_behind_with_a_reason(story: Story, outcome: str) -> None:
    order = ("quarantined", "held", "created", "updated", "unchanged", "skipped", "excluded")
    entries = [e for e in sc.PLANTED if e["expected_outcome"] == outcome and e["row"]]
    found = {
        e["id"]: min(story.rows[e["object"], e["row"]], key=lambda r: order.index(str(r.outcome))) for e in entries
    }
    assert {i: str(o.outcome) for i, o in found.items()} == {e["id"]: outcome for e in entries}
    assert [i for i, o in found.items() if len(o.reason) < 15] == []


def test_all_other_rows_arrived(story: Story) -> None:
    left = {
        place
        for place, rows in story.rows.items()
        if place[0] in sc.FILES and all(str(r.outcome) in (*sc.STOPPED, "skipped", "excluded") for r in rows)
    }
    whole = {e["object"] for e in sc.PLANTED if e["expected_outcome"] == "excluded"}
    planted = {(e["object"], e["row"]) for e in sc.PLANTED if e["expected_outcome"] in sc.STOPPED}
    planted |= {(name, r.row) for name in whole for r in sc.records(name)}
    assert left == planted | {("custom_field", e["row"]) for e in sc.PLANTED if e["object"] == "custom_field"}
    counts = story.results["load"].objects
    assert {name: counts[name].extracted for name in sc.FILES} == {name: len(sc.records(name)) for name in sc.FILES}


def test_damage_by_a_spreadsheet_is_named(story: Story) -> None:
    reasons = {
        e["source_id"]: story.rows[e["object"], e["row"]][0].reason for e in sc.PLANTED if "Excel" in e["problem"]
    }
    assert len(reasons) == 3
    for reason in reasons.values():
        assert "shortened by a spreadsheet" in reason
        assert "export the column as text" in reason


def test_only_the_planted_difference_is_found(story: Story) -> None:
    result = story.results["reconcile"]
    assert (result.ok, result.exit_code, result.problems) == (True, 0, ())
    found = [d for of_model in result.details["differences"].values() for d in of_model]
    planted = {(e["source_id"], "amount_total") for e in sc.PLANTED if e["expected_outcome"] == "difference"}
    assert {(d["source_id"], d["field"]) for d in found} == planted
    assert all(len(d["accepted"]) > 10 for d in found)
    assert sum(f.values_compared for f in result.models.values()) > 20_000


def test_flagged_and_listed_rows_are_on_the_review_list(story: Story) -> None:
    plan = story.results["plan"].details
    review = {(r["object"], r["row"]) for r in plan["review"]}
    wanted = {(e["object"], e["row"]) for e in sc.PLANTED if e["expected_outcome"] in ("flagged", "listed")}
    assert {place for place in wanted if place[0] != "custom_field"} <= review
    assert "Customer Sign" in " ".join(n["where"] for n in plan["notes"] if n["kind"] == "no_equivalent")


def test_nobody_is_written_to(story: Story) -> None:
    for table in ("mail_mail", "mail_notification", "mail_activity"):
        assert story.tables["loaded"][table] == story.tables["before"][table], table


# -- row by row -------------------------------------------------------------------------------------------------------


@pytest.mark.row("servecircle", 1)
def test_job_sheets(story: Story, counted: Count) -> None:
    leads = story.read(
        "crm.lead", "job_sheet", "name", "type", "stage_id", "user_id", "partner_id", "x_sc_job_no", "x_sc_device_model",
        "x_sc_brand", "x_sc_serial", "x_sc_estimated_cost", "expected_revenue", "description", "won_status", "probability",
        "x_sc_expected_delivery", "x_original_create_date", "x_original_write_date", "company_id",
    )  # fmt: skip
    source = sc.arrived("job_sheet")
    assert leads.keys() == source.keys()
    accounts = {u: i for r in ("service_account", "service_account_unknown") for u, i in story.project.ids(r).items()}
    technicians = story.project.ids("technician")
    stages = {s["id"]: s["name"] for s in story.odoo.search_read("crm.stage", [], ["name"])}
    for job_no, row in source.items():
        lead = leads[job_no]
        assert (lead["name"], lead["x_sc_job_no"], lead["type"]) == (job_no, job_no, "opportunity")
        status = re.sub(r"[-_ ]", "", row["Status"]).lower()
        assert stages[lead["stage_id"][0]] == STAGE[status], job_no
        assert lead["won_status"] == ("won" if status == "delivered" else "pending")
        assert one(lead["user_id"]) == (
            technicians[row["Technician Email"].lower()] if row["Technician Email"] else None
        )
        if row["Account No"]:
            assert one(lead["partner_id"]) == accounts[row["Account No"]]
        assert lead["x_sc_device_model"] == row["Device Model"]
        assert lead["x_sc_serial"] == row["Serial/IMEI"]
        assert (
            number(lead["x_sc_estimated_cost"]) == number(lead["expected_revenue"]) == sc.amount(row["Estimated Cost"])
        )
        assert lead["x_sc_expected_delivery"] == sc.day(row["Expected Delivery"]).isoformat()
        created = datetime.combine(sc.day(row["Job Date"]), datetime.min.time(), KOLKATA)
        assert lead["x_original_create_date"] == created.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%d %H:%M:%S")
        text = html.unescape(re.sub(r"<[^>]+>", "", lead["description"]))
        assert text == row["Problem Reported"]
    assert max(number(lead["x_sc_estimated_cost"]) for lead in leads.values()) > 100_000  # grouped as 1,23,456.00
    counted("job sheets read back: number, stage, technician, contact, device, cost, dates", len(leads))


@pytest.mark.row("servecircle", 1)
@pytest.mark.row("servecircle", 2)
def test_job_sheets_without_an_account_number(story: Story, counted: Count) -> None:
    """Matched by e-mail, else by name and mobile number; one that fits nobody is held, and nothing is guessed."""
    leads = story.read("crm.lead", "job_sheet", "partner_id")
    accounts = story.project.ids("service_account")
    matched = [e for e in sc.PLANTED if e["problem"] == "no account number"]
    assert {("e-mail" in e["note"]) for e in matched} == {True, False}
    for entry in matched:
        account = entry["note"].rpartition(" ")[2]
        assert one(leads[entry["source_id"]]["partner_id"]) == accounts[account], entry
    stray = next(e for e in sc.PLANTED if "that no account has" in e["problem"])
    assert stray["source_id"] not in leads
    assert "no res.partner with name" in story.rows["job_sheet", stray["row"]][0].reason
    counted("job sheets without an account number matched by e-mail or name and mobile number", len(matched))


@pytest.mark.row("servecircle", 2)
def test_service_accounts(story: Story, counted: Count) -> None:
    fields = ("name", "email", "phone_sanitized", "vat", "x_sc_gstin", "l10n_in_gst_treatment", "street", "city", "zip", "state_id",
              "x_sc_account_no", "x_sc_contact_person", "is_company", "x_sc_duplicate_of")  # fmt: skip
    partners = story.read("res.partner", "service_account", *fields)
    source = sc.arrived("service_account")
    assert partners.keys() == source.keys()
    wrong = {e["source_id"] for e in sc.PLANTED if e["column"] == "GSTIN"}
    assert len(wrong) == 2
    for account_no, row in source.items():
        partner = partners[account_no]
        assert partner["name"] == row["Account Name"]
        assert (partner["email"] or "") == row["Email"]
        digits = re.sub(r"\D", "", row["Mobile No"])[-10:]
        assert (partner["phone_sanitized"] or "") == (f"+91{digits}" if digits else "")
        assert (partner["x_sc_gstin"] or "") == row["GSTIN"]
        assert (partner["vat"] or "") == ("" if account_no in wrong else row["GSTIN"])
        treatment = "unregistered" if account_no in wrong else "regular" if row["GSTIN"] else "consumer"
        assert partner["l10n_in_gst_treatment"] == treatment
        assert partner["zip"] == row["Pincode"].lstrip("'")
        assert partner["state_id"][1] == f"{row['State']} (IN)"
    names = {p["name"] for p in partners.values()}
    assert "सुनीता देशपांडे" in names
    assert sum(1 for p in partners.values() if p["x_sc_duplicate_of"]) == 2
    counted("service accounts read back: address, GST number, GST treatment, form of the phone number", len(partners))


@pytest.mark.row("servecircle", 2)
def test_contacts_that_odoo_had_are_recognised(story: Story, counted: Count) -> None:
    ids = story.project.ids("service_account")
    assert {a: ids[a] for a in KNOWN} == {a: story.known[a] for a in KNOWN}
    accounts = {r.id: r.row for r in sc.records("service_account")}
    for account in KNOWN:
        assert "updated" in {str(r.outcome) for r in story.rows["service_account", accounts[account]]}
    nobody = next(e for e in sc.PLANTED if "neither e-mail nor" in e["problem"])
    outcome, _, reason = story.project.outcome("service_account", nobody["source_id"])
    assert outcome == "held"
    assert "ServeCircle account" in reason
    counted("contacts that Odoo had, recognised by e-mail or by name and mobile number", len(KNOWN))


@pytest.mark.row("servecircle", 3)
def test_branches_are_tags(story: Story, counted: Count) -> None:
    names = {r.id: r["Branch Name"] for r in sc.records("branch")}
    tags = {t["id"]: t["name"] for t in story.odoo.search_read("crm.tag", [], ["name"])}
    categories = {t["id"]: t["name"] for t in story.odoo.search_read("res.partner.category", [], ["name"])}
    leads, partners = (
        story.read("crm.lead", "job_sheet", "tag_ids"),
        story.read("res.partner", "service_account", "category_id"),
    )
    for job_no, row in sc.arrived("job_sheet").items():
        assert names[row["Branch"]] in {tags[t] for t in leads[job_no]["tag_ids"]}
    for account_no, row in sc.arrived("service_account").items():
        assert {categories[c] for c in partners[account_no]["category_id"]} == {names[row["Branch"]]}
    counted("branches as tags, read back on opportunities and contacts", len(leads) + len(partners))


@pytest.mark.row("servecircle", 4)
def test_technicians(story: Story, counted: Count) -> None:
    users = story.read("res.users", "technician", "login", "email", "name", "x_sc_role", "active", "share")
    assert users.keys() == sc.arrived("technician").keys()
    for email, row in sc.arrived("technician").items():
        user = users[email]
        assert (user["login"], user["email"], user["name"], user["x_sc_role"]) == (
            email,
            email,
            row["Name"],
            row["Role"],
        )
        assert user["active"]
    assert story.project.ids("technician")[RAVI] == story.known["ravi"]
    counted("technicians: users made or recognised by e-mail, with their role", len(users))


@pytest.mark.row("servecircle", 5)
def test_quotations(story: Story, counted: Count) -> None:
    orders = story.read("sale.order", "quotation", "name", "state", "date_order", "validity_date", "partner_id", "opportunity_id",
                        "amount_untaxed", "amount_tax", "amount_total", "order_line", "x_sc_approval_status")  # fmt: skip
    source = sc.arrived("quotation")
    assert orders.keys() == source.keys()
    jobs, items = story.project.ids("job_sheet"), story.project.ids("item")
    state = {"Approval Pending": "draft", "Approved": "draft", "Rejected": "cancel"}
    seen, lines = Counter[str](), 0
    for name, row in source.items():
        order = orders[name]
        assert (order["name"], order["state"], order["x_sc_approval_status"]) == (
            name,
            state[row["Approval Status"]],
            row["Approval Status"],
        )
        assert one(order["opportunity_id"]) == jobs[row["Job No"]]
        assert number(order["amount_total"]) == sc.amount(row["Grand Total"])
        assert number(order["amount_tax"]) == sum(sc.amount(row[c]) for c in ("CGST", "SGST", "IGST"))
        wanted = [r for r in sc.records("quotation_line") if r["Quotation No"] == name]
        read = story.odoo.read(
            "sale.order.line",
            order["order_line"],
            ["product_id", "name", "product_uom_qty", "price_unit", "price_subtotal"],
        )
        assert [one(line["product_id"]) for line in read] == [items[w["Item Code"]] for w in wanted]
        assert [number(line["price_subtotal"]) for line in read] == [sc.amount(w["Taxable"]) for w in wanted]
        seen[row["Approval Status"]] += 1
        lines += len(wanted)
    assert set(seen) == set(state)
    counted("quotations read back with their lines and products", len(orders))
    counted("lines of quotations", lines)


@pytest.mark.row("servecircle", 6)
def test_invoices(story: Story, counted: Count) -> None:
    moves = story.read("account.move", "invoice", "name", "state", "move_type", "invoice_date", "amount_untaxed", "amount_tax",
                       "amount_total", "line_ids", "l10n_in_state_id", "partner_id", "x_sc_opportunity_id")  # fmt: skip
    source = sc.arrived("invoice")
    assert moves.keys() == source.keys()
    lines: dict[int, list[dict[str, Any]]] = {}
    wanted = ["move_id", "display_type", "balance", "tax_group_id", "l10n_in_hsn_code", "account_id"]
    for line in story.odoo.search_read(
        "account.move.line", [["move_id", "in", [m["id"] for m in moves.values()]]], wanted
    ):
        lines.setdefault(line["move_id"][0], []).append(line)
    different = {e["source_id"] for e in sc.PLANTED if e["expected_outcome"] == "difference"}
    seen = Counter[str]()
    for name, row in source.items():
        move = moves[name]
        assert (move["name"], move["move_type"]) == (name, "out_invoice")
        assert move["state"] == ("posted" if row["Payment Status"] == "Confirmed" else "draft")
        assert move["invoice_date"] == sc.day(row["Date"]).isoformat()
        assert row["Place of Supply"][3:] in move["l10n_in_state_id"][1]
        mine = lines[move["id"]]
        for column, group in (("CGST", "CGST"), ("SGST", "SGST/UTGST"), ("IGST", "IGST")):
            tax = sum(
                -number(li["balance"]) for li in mine if li["display_type"] == "tax" and li["tax_group_id"][1] == group
            )
            assert tax == sc.amount(row[column]), (name, column)
            seen[column] += bool(tax)
        rounding = sum(-number(li["balance"]) for li in mine if li["display_type"] == "rounding")
        assert rounding == sc.amount(row["Round Off"]), name
        seen["round off"] += bool(rounding)
        if name not in different:
            assert number(move["amount_total"]) == sc.amount(row["Grand Total"])
        codes = [li["l10n_in_hsn_code"] for li in mine if li["display_type"] == "product"]
        assert codes == [r["HSN/SAC"] for r in sc.records("invoice_line") if r["Invoice No"] == name]
        seen[move["state"]] += 1
    assert min(seen[k] for k in ("CGST", "SGST", "IGST", "round off", "posted", "draft")) > 10
    counted("invoices read back: number, date, state, CGST, SGST, IGST, round-off line, total", len(moves))


@pytest.mark.row("servecircle", 7)
def test_service_types(story: Story, counted: Count) -> None:
    tags = {t["id"]: t["name"] for t in story.odoo.search_read("crm.tag", [], ["name"])}
    leads = story.read("crm.lead", "job_sheet", "tag_ids", "x_sc_service_type")
    source = sc.arrived("job_sheet")
    for job_no, row in source.items():
        assert TAGS[row["Service Type"].lower()] in {tags[t] for t in leads[job_no]["tag_ids"]}
        assert leads[job_no]["x_sc_service_type"] == row["Service Type"]
    unmapped = [e for e in sc.PLANTED if e["problem"] == "service type that nobody has mapped"]
    for entry in unmapped:
        assert (
            "'Laptop formating' is not in the value map; add it to the map"
            in story.rows["job_sheet", entry["row"]][0].reason
        )
    counted("distinct service types mapped to tags", len({r["Service Type"] for r in source.values()}))
    counted("job sheets with a service type that nobody has mapped, held back", len(unmapped))


@pytest.mark.row("servecircle", 8)
def test_job_statuses(story: Story, counted: Count) -> None:
    stages = story.read("crm.stage", "job_status", "name", "sequence", "is_won")
    in_order = sorted(stages.values(), key=lambda s: s["sequence"])
    assert [s["name"] for s in in_order] == list(STAGES)
    assert [s["is_won"] for s in in_order] == [False, False, False, False, True]
    assert len({s["sequence"] for s in in_order}) == len(STAGES)
    made = story.odoo.read("crm.stage", [s["id"] for s in in_order], ["create_date"])
    first = story.odoo.search_read("crm.lead", [], ["create_date"], order="create_date", limit=1, context=EVERYTHING)[0]
    assert max(s["create_date"] for s in made) <= first["create_date"]
    counted("job statuses as stages, in sequence and before any opportunity", len(stages))


@pytest.mark.row("servecircle", 9)
def test_attachments(story: Story, counted: Count) -> None:
    found = story.read("ir.attachment", "job_attachment", "name", "datas", "checksum", "res_model", "res_id")
    source, jobs = sc.arrived("job_attachment"), story.project.ids("job_sheet")
    assert found.keys() == source.keys()
    for key, row in source.items():
        content = (sc.EXPORT / row["Path"]).read_bytes()
        record = found[key]
        assert base64.b64decode(record["datas"]) == content
        assert record["checksum"] == hashlib.sha1(content, usedforsecurity=False).hexdigest()
        assert (record["name"], record["res_model"], record["res_id"]) == (
            row["File Name"],
            "crm.lead",
            jobs[row["Job No"]],
        )
    counted("files with identical bytes", len(found))


@pytest.mark.row("servecircle", 10)
def test_custom_fields(story: Story, counted: Count) -> None:
    types = {"Text": "char", "Long Text": "text", "Number": "float", "Date": "date", "Dropdown": "selection"}
    columns = {
        "x_sc_cf_" + re.sub(r"\W+", "_", r["Field"].lower()): (r["Column"], types[r["Type"]])
        for r in sc.records("custom_field")
        if r["Type"] in types
    }
    assert len(columns) == 5
    live = story.odoo.fields_get("crm.lead")
    assert {name: live[name]["type"] for name in columns} == {name: kind for name, (_, kind) in columns.items()}
    leads, values = story.read("crm.lead", "job_sheet", *columns), 0
    for job_no, row in sc.arrived("job_sheet").items():
        for name, (column, kind) in columns.items():
            cell, value = row[column], leads[job_no][name]
            if kind == "float":
                assert number(value) == sc.amount(cell)
            elif kind == "date":
                assert value == sc.day(cell).isoformat()
            else:
                assert (value or "") == cell
            values += bool(cell)
    counted("values of custom fields", values)


@pytest.mark.row("servecircle", 11)
def test_escalation_levels(story: Story, counted: Count) -> None:
    leads = story.read("crm.lead", "job_sheet", "priority", "x_sc_escalation_level")
    seen = Counter[str]()
    for job_no, row in sc.arrived("job_sheet").items():
        level = row["Escalation Level"]
        assert leads[job_no]["priority"] == (level.lstrip("L") or "0")
        assert (leads[job_no]["x_sc_escalation_level"] or "") == level
        seen[leads[job_no]["priority"]] += 1
    assert set(seen) == {"0", "1", "2", "3"}
    rules = story.results["load"].objects["escalation_rule"]
    assert (rules.extracted, rules.excluded) == (4, 4)
    reference = json.loads(
        (story.project.settings.migration_dir("nagar") / "reports" / "rebuild.json").read_text("utf-8")
    )
    chain = {e["id"] for e in reference["entries"] if e["object"] == "escalation_rule"}
    assert chain == {f"escalation_rule/{r.id}" for r in sc.records("escalation_rule")}
    counted("escalation levels as priorities", len(leads))
    with story.project.run() as run:
        chain = [e for e in rebuild_reference(run).entries if e.object == "escalation_rule"]
    assert [(e.kind, e.build.model, e.problem) for e in chain] == [("escalation", "crm.lead", "")] * 4
    assert {e.build.trigger for e in chain} == {"on_time", "on_time_created"}
    counted("rules of the escalation chain in the rebuild reference", len(chain))


@pytest.mark.row("servecircle", 12)
def test_warranty_claim_accounts(story: Story, counted: Count) -> None:
    partners = story.read("res.partner", "service_account", "x_warranty_claim_account")
    source = sc.arrived("service_account")
    assert {a: p["x_warranty_claim_account"] or "" for a, p in partners.items()} == {
        a: r["Claim Account"] for a, r in source.items()
    }
    filled = sum(1 for r in source.values() if r["Claim Account"])
    assert filled > 10
    counted("warranty claim accounts, zeros kept", filled)


# -- again, and back --------------------------------------------------------------------------------------------------


def test_a_second_load_changes_nothing(story: Story) -> None:
    result = story.project.verb("load")
    total = Counter[str]()
    for counts in result.objects.values():
        total.update(counts.as_dict())
    assert (total["created"], total["updated"]) == (0, 0)
    assert total["unchanged"] > 1200
    assert changes(story.tables["loaded"], everything(story.sandbox, story.project.access.database)) == {}


def test_a_person_decides_and_the_row_comes_in(story: Story) -> None:
    """The account that nothing tells: its number is entered in a contact's field, and what hangs on it follows."""
    entry = next(e for e in sc.PLANTED if "neither e-mail nor" in e["problem"])
    contact = story.known["contact"]
    story.odoo.write("res.partner", [contact], {"x_sc_account_no": entry["source_id"]})
    story.project.verb("load")
    assert story.project.ids("service_account_unknown") == {entry["source_id"]: contact}
    waiting = [
        e
        for e in sc.PLANTED
        if e["object"] == "job_sheet" and e["kind"] == "follows" and entry["source_id"] in e["problem"]
    ]
    leads = story.read("crm.lead", "job_sheet", "partner_id")
    assert waiting
    assert {one(leads[e["source_id"]]["partner_id"]) for e in waiting} == {contact}


def test_a_rollback_leaves_the_tables_as_before(story: Story) -> None:
    result = story.project.verb("rollback")
    assert (result.ok, result.exit_code, result.problems) == (True, 0, ()), json.dumps(result.problems)[:2000]
    left = changes(story.tables["before"], everything(story.sandbox, story.project.access.database), ignoring=STAMPED)
    assert {table: rows for table, rows in left.items() if table not in USERS_LEAVE} == {}
    assert all(not rows["gone"] for rows in left.values())
