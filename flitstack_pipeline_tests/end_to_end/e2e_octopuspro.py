"""What the OctopusPro example's rows have become, read back from Odoo and compared with the files of the export.

The files are read here by other means than the product's own; every check returns how much it has compared.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
from e2e_dumps import Dump, everything
from e2e_project import EXAMPLE, Done, Project
from e2e_subset import BOOKINGS, CUSTOMERS, INVOICE_ITEMS, INVOICES, PAYMENTS, QUOTE_ITEMS, QUOTES, Export, Table

from flitstack_pipeline.errors import GateClosed
from flitstack_pipeline.ledger.records import RecordedOutcome
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.sandbox import Sandbox
from flitstack_pipeline.stages.result import VerbResult

EVERYTHING = {"active_test": False, "tz": "UTC", "lang": "en_US"}
SERVICES = Table("services.csv", "utf-8-sig", ";")
FORMS = EXAMPLE / "export" / "forms.json"
SYDNEY = ZoneInfo("Australia/Sydney")
# Odoo has this person as a user before the migration; the others who log in are for an administrator to make.
KNOWN_USER = ("FW-02", "Lachlan Doyle", "l.doyle@example.com")

Row = dict[str, str]


@dataclass
class Story:
    """One migration, told once for all tests of a file."""

    project: Project
    sandbox: Sandbox
    odoo: OdooClient
    results: dict[str, VerbResult] = field(default_factory=dict)
    refused: dict[str, GateClosed] = field(default_factory=dict)
    unapproved: Done | None = None
    loaded: Done | None = None
    last_message: int = 0
    user: int = 0
    tables: dict[str, Dump] = field(default_factory=dict)
    rows: dict[tuple[str, int], list[RecordedOutcome]] = field(default_factory=dict)

    def ids(self, record_set: str) -> dict[str, int]:
        return self.project.ids(record_set)

    def read(self, model: str, record_set: str, *fields: str) -> dict[str, dict[str, Any]]:
        """The migrated records of a record set by source id."""
        ids = self.ids(record_set)
        rows = self.odoo.read(model, sorted(ids.values()), list(fields), context=EVERYTHING)
        by_id = {row["id"]: row for row in rows}
        return {source_id: by_id[res_id] for source_id, res_id in ids.items()}

    def dump(self, name: str) -> None:
        self.tables[name] = everything(self.sandbox, self.project.access.database)

    def reference(self) -> dict[str, Any]:
        """The rebuild reference that the inventory wrote."""
        folder = self.project.settings.migration_dir(self.project.id) / "reports"
        return json.loads((folder / "rebuild.json").read_text("utf-8"))


# -- the export ---------------------------------------------------------------------------------------------------------


def by_key(table: Table, key: str) -> dict[str, Row]:
    """Rows by id; of a number that is used twice the first counts."""
    found: dict[str, Row] = {}
    for row in Export().rows(table):
        found.setdefault(row[key], row)
    return found


def workers() -> dict[str, dict[str, Any]]:
    """The rows of the workbook, by worker id; its titles and its totals are none."""
    sheet = openpyxl.load_workbook(EXAMPLE / "export" / "fieldworkers.xlsx").active
    assert sheet is not None
    header, *rows = [list(r) for r in sheet.iter_rows(min_row=3, values_only=True)]
    named = [dict(zip(map(str, header), row, strict=True)) for row in rows]
    return {str(r["Worker ID"]): r for r in named if str(r["Worker ID"]).startswith("FW-")}


def children(table: Table, parent: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in Export().rows(table):
        found[row[parent]].append(row)
    return found


def money(text: str) -> Decimal:
    return Decimal(text.replace("$", "").replace(",", "").rstrip("%"))


def utc(text: str) -> str | bool:
    """A time on Sydney's clock as Odoo has it."""
    if not text:
        return False
    local = datetime.strptime(text, "%d/%m/%Y %I:%M %p").replace(tzinfo=SYDNEY)
    return local.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%d %H:%M:%S")


def day(text: str) -> str | bool:
    return datetime.strptime(text, "%d/%m/%Y").date().isoformat() if text else False


def _spaces(text: Any) -> str:
    return " ".join(str(text or "").split())


# -- the rows -----------------------------------------------------------------------------------------------------------


def customers(story: Story) -> int:
    """Name, kind, e-mail, telephone; who shares an address is flagged and not merged."""
    rows = by_key(CUSTOMERS, "Customer ID")
    found = story.read(
        "res.partner",
        "customer",
        "name",
        "is_company",
        "email",
        "phone",
        "x_octo_mobile",
        "x_octo_duplicate_of",
        "x_octo_customer_id",
    )
    owners: dict[str, str] = {}
    for row in Export().rows(CUSTOMERS):
        if email := row["Email"].strip().casefold():
            owners.setdefault(email, row["Customer ID"])
    for source_id, record in found.items():
        row = rows[source_id]
        person = _spaces(f"{row['First Name']} {row['Last Name']}")
        assert record["name"] == (_spaces(row["Business Name"]) or person), row
        assert record["is_company"] == (row["Customer Type"] == "Business"), row
        assert (record["email"] or "") == row["Email"].strip(), row
        assert _spaces(record["phone"]) == _spaces(row["Phone"] or row["Mobile"]), row
        assert _spaces(record["x_octo_mobile"]) == _spaces(row["Mobile"]), row
        assert record["x_octo_customer_id"] == source_id
        first = owners.get(row["Email"].strip().casefold())
        assert (record["x_octo_duplicate_of"] or None) == (first if first not in (None, source_id) else None), row
    return len(found)


def bookings(story: Story) -> int:
    """Service, schedule, workers, address and id of every booking."""
    rows, services, people = by_key(BOOKINGS, "Booking No"), by_key(SERVICES, "Service ID"), workers()
    teams = children(Table("booking_fieldworkers.csv"), "Booking No")
    more = children(Table("booking_services.csv"), "Booking No")
    employees, partners = story.ids("fieldworker"), story.ids("customer")
    fields = (
        "x_octo_booking_id",
        "x_octo_service_type",
        "x_octo_scheduled_start",
        "x_octo_scheduled_end",
        "x_octo_service_address",
    )
    found = story.read(
        "crm.lead", "booking", *fields, "x_octo_workers", "x_octo_fieldworker_ids", "x_octo_more_services", "partner_id"
    )
    for source_id, lead in found.items():
        row, team = rows[source_id], teams[source_id]
        address = ", ".join(row[c] for c in ("Street", "Suburb", "State", "Postcode") if row[c])
        expected = (
            source_id,
            services[row["Service ID"]]["Name"] if row["Service ID"] else False,
            utc(row["Start"]),
            utc(row["End"]),
            address or False,
        )
        assert tuple(lead[f] for f in fields) == expected, row
        names = {f"{people[w['Worker ID']]['Name']} ({w['Role']})" for w in team}
        assert set((lead["x_octo_workers"] or "").split(", ")) - {""} == names, row
        assert set(lead["x_octo_fieldworker_ids"]) == {employees[w["Worker ID"]] for w in team}, row
        listed = json.loads(lead["x_octo_more_services"] or "[]")
        assert sorted(s["service"] for s in listed) == sorted(s["Service ID"] for s in more[source_id]), row
        assert (lead["partner_id"] or [None])[0] == (partners[row["Customer ID"]] if row["Customer ID"] else None), row
    return len(found)


def field_workers(story: Story) -> int:
    """Every worker is an employee with pay rate and tracking; the one whom Odoo knows as a user is linked to him."""
    found = story.read(
        "hr.employee", "fieldworker", "name", "work_email", "x_octo_pay_rate", "x_octo_tracking", "active", "user_id"
    )
    rows = workers()
    assert set(found) == set(rows)
    for source_id, record in found.items():
        row = rows[source_id]
        assert (record["name"], record["work_email"] or None) == (row["Name"], row["Email"])
        assert Decimal(str(record["x_octo_pay_rate"])) == Decimal(str(row["Pay Rate"]))
        assert record["x_octo_tracking"] == row["Location Tracking"]
        assert record["active"] == (row["Active"] == "Yes")
        assert (record["user_id"] or [0])[0] == (story.user if source_id == KNOWN_USER[0] else 0), row
    return len(found)


def quotes(story: Story) -> int:
    """State, flag, validity, lines and totals of every quote."""
    rows, lines = by_key(QUOTES, "Quote No"), children(QUOTE_ITEMS, "Quote No")
    partners, leads = story.ids("customer"), story.ids("booking")
    found = story.read(
        "sale.order", "quote", "name", "state", "x_octo_status", "x_octo_accepted", "validity_date", "partner_id",
        "opportunity_id", "amount_untaxed", "amount_tax", "amount_total", "order_line",
    )  # fmt: skip
    state = {"Draft": "draft", "Sent": "sent", "Accepted": "sent", "Expired": "sent", "Rejected": "cancel"}
    items = _lines(
        story, "sale.order.line", (i for r in found.values() for i in r["order_line"]), "product_uom_qty", "tax_ids"
    )
    for source_id, order in found.items():
        row = rows[source_id]
        assert (order["name"], order["state"], order["x_octo_status"]) == (
            source_id,
            state[row["Status"]],
            row["Status"],
        )
        assert order["x_octo_accepted"] == (row["Status"] == "Accepted")
        assert order["validity_date"] == day(row["Valid Until"])
        assert order["partner_id"][0] == partners[row["Customer ID"]]
        assert (order["opportunity_id"] or [None])[0] == (leads[row["Booking No"]] if row["Booking No"] else None)
        totals = tuple(Decimal(str(order[f])) for f in ("amount_untaxed", "amount_tax", "amount_total"))
        assert totals == tuple(money(row[c]) for c in ("Subtotal", "GST", "Total")), row
        expected = [
            (r["Description"], money(r["Qty"]), money(r["Unit Price"]), money(r["GST"]) != 0) for r in lines[source_id]
        ]
        made = [items[i] for i in order["order_line"]]
        got = [(r["name"], _exact(r["product_uom_qty"]), _exact(r["price_unit"]), bool(r["tax_ids"])) for r in made]
        assert got == expected, row
    return len(found)


def invoice_lines(story: Story) -> int:
    """Account, quantity, price, discount and tax of every line of every invoice."""
    lines, codes = children(INVOICE_ITEMS, "Invoice No"), {"Service income": "41110", "Recovered costs": "41110"}
    found = story.read("account.move", "invoice", "invoice_line_ids", "x_octo_opportunity_id")
    leads, rows = story.ids("booking"), by_key(INVOICES, "Invoice No")
    items = _lines(
        story, "account.move.line", (i for r in found.values() for i in r["invoice_line_ids"]),
        "quantity", "tax_ids", "discount", "account_id",
    )  # fmt: skip
    accounts = {a["id"]: a["code"] for a in story.odoo.search_read("account.account", [], ["code"])}
    number = 0
    for source_id, move in found.items():
        opportunity = rows[source_id]["Booking No"]
        assert (move["x_octo_opportunity_id"] or [None])[0] == (leads[opportunity] if opportunity else None)
        made = [items[i] for i in move["invoice_line_ids"]]
        got = [
            (
                r["name"],
                _exact(r["quantity"]),
                _exact(r["price_unit"]),
                _exact(r["discount"]),
                bool(r["tax_ids"]),
                accounts[r["account_id"][0]],
            )
            for r in made
        ]
        expected = [
            (
                r["Description"],
                money(r["Qty"]),
                money(r["Unit Price"]),
                money(r["Discount %"] or "0"),
                money(r["GST %"]) != 0,
                codes[r["Account"]],
            )
            for r in lines[source_id]
        ]
        assert got == expected, source_id
        number += len(got)
    return number


def payments(story: Story) -> int:
    """Amount, kind and invoice of every payment, as it is reconciled."""
    rows = by_key(PAYMENTS, "Payment ID")
    found = story.read(
        "account.payment", "payment", "amount", "payment_type", "reconciled_invoice_ids", "invoice_ids", "memo"
    )
    invoices = story.ids("invoice")
    for source_id, record in found.items():
        row = rows[source_id]
        assert _exact(record["amount"]) == money(row["Amount"])
        assert (record["memo"] or "") == row["Reference"]
        assert invoices[row["Invoice No"]] in {*record["reconciled_invoice_ids"], *record["invoice_ids"]}, row
    return len(found)


def services(story: Story) -> int:
    """Name, description, price and duration of every service."""
    rows = by_key(SERVICES, "Service ID")
    fields = ("name", "description_sale", "list_price", "x_octo_duration", "x_octo_category")
    found = story.read("product.product", "service", *fields) | story.read(
        "product.template", "service_template", *fields
    )
    assert set(found) == set(rows)
    for source_id, record in found.items():
        row = rows[source_id]
        assert record["name"] == row["Name"]
        assert _spaces(record["description_sale"]) == _spaces(row["Description"])
        assert _exact(record["list_price"]) == money(row["Price"])
        assert (record["x_octo_duration"], record["x_octo_category"]) == (
            int(row["Duration (minutes)"]),
            row["Category"],
        )
    return len(found)


def custom_fields(story: Story) -> tuple[int, int]:
    """Type of every field and each of its values; returns fields and values. Signature and formula have no equivalent."""
    types = {"text": "char", "number": "float", "date": "date", "selection": "selection", "multi-select": "many2many"}
    tables = {
        "Customer": ("res.partner", "customer", CUSTOMERS, "Customer ID"),
        "Booking": ("crm.lead", "booking", BOOKINGS, "Booking No"),
    }
    fields = values = 0
    for definition in Export().rows(Table("custom_fields.csv")):
        model, record_set, table, key = tables[definition["Object"]]
        name, kind = f"x_octo_{definition['Key']}", types.get(definition["Type"])
        live = story.odoo.fields_get(model)
        if kind is None:
            assert name not in live
            continue
        assert (live[name]["type"], live[name]["string"]) == (kind, definition["Label"])
        if kind == "selection":
            assert [label for _, label in live[name]["selection"]] == definition["Options"].split(";")
        rows = by_key(table, key)
        options = {r["id"]: r["x_name"] for r in story.odoo.search_read("x_octo_option", [], ["x_name"])}
        for source_id, record in story.read(model, record_set, name).items():
            text = rows[source_id][definition["Column"]].strip()
            assert _custom(kind, record[name], options) == _said(kind, text), (source_id, name)
            values += bool(text)
        fields += 1
    return fields, values


def _custom(kind: str, value: Any, options: dict[int, str]) -> Any:
    if kind == "float":
        return _exact(value)
    return sorted(options[i] for i in value) if kind == "many2many" else value or ""


def _said(kind: str, text: str) -> Any:
    if kind == "float":
        return money(text or "0")
    if kind == "many2many":
        return sorted(p.strip() for p in text.split(";") if p.strip())
    return day(text) or "" if kind == "date" else text


def forms(story: Story) -> int:
    """Every answer is in the key-value field of its booking and in a note."""
    held = set(story.ids("booking"))
    answers: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in json.loads(FORMS.read_text("utf-8")):
        if row["booking_no"] in held:
            answers[row["booking_no"]].append(row)
    leads = story.read("crm.lead", "booking", "x_octo_forms")
    notes = story.read("mail.message", "form_response", "body", "res_id", "model", "subject")
    ids = story.ids("booking")
    number = 0
    for source_id, lead in leads.items():
        kept = json.loads(lead["x_octo_forms"] or "[]")
        wanted = [(r["form"], r["question"], str(r["answer"] or "")) for r in answers[source_id]]
        assert [(a["form"], a["question"], str(a["answer"] or "")) for a in kept] == wanted, source_id
        number += len(wanted)
    for source_id, rows in answers.items():
        for row in rows:
            note = notes[row["response_id"]]
            assert (note["model"], note["res_id"], note["subject"]) == ("crm.lead", ids[source_id], row["form"])
            assert row["question"] in note["body"]
    return number


def _lines(story: Story, model: str, ids: Iterable[int], *fields: str) -> dict[int, dict[str, Any]]:
    rows = story.odoo.read(model, sorted(ids), ["name", "price_unit", *fields], context=EVERYTHING)
    return {row["id"]: row for row in rows}


def _exact(number: float) -> Decimal:
    return Decimal(str(number))
