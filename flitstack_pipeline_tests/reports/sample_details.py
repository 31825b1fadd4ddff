"""What the details of an inventory and of a plan hold, made by hand."""

from typing import Any

SCRIPT = '<script>alert("x")</script>'
RTL = "שלום עולם — نظافة 25.50"
LONG = "Gate code changes monthly; ring first. " * 400


def inventory_details() -> dict[str, Any]:
    return {
        "files": [
            _file(
                "customers.csv",
                "customer",
                "CSV",
                "Windows-1252",
                ",",
                1,
                260,
                ["row 88 has no Customer ID", "column Password is secret and not kept"],
            ),
            _file(
                "fieldworkers.xlsx",
                "fieldworker",
                "XLSX",
                "",
                "",
                3,
                12,
                ["rows 1 to 2: titles", "row 16: totals (“Total workers”)"],
            ),
            _file("payments.txt", "payment", "CSV", "UTF-16LE with BOM", "\t", 1, 170, []),
            _file("bookings.csv", "booking", "CSV", "UTF-8 with BOM", ",", 1, 329, []),
            _file("Copy of customers (old).csv", None, "CSV", "", "", 0, 0, []),
        ],
        "columns": {
            "customer": [
                _column("customer_id", "Customer ID", "id", ""),
                _column("date_joined", "Date Joined", "date", "dates DD/MM/YYYY (found: 25/03/2024 in row 7)"),
                _column("email", "Email", "text", ""),
                _column("VIP <b>level</b>", "VIP <b>level</b>", "text", "", declared=False),
            ],
            "payment": [_column("amount", "Amount", "decimal", "decimal point, thousands comma, $")],
        },
        "profiles": {
            "customer": {
                "rows": 258,
                "columns": [
                    {"name": "customer_id", "filled": 258, "distinct": 258, "longest": 4, "top": [["1001", 1]]},
                    {"name": "date_joined", "filled": 255, "distinct": 241, "longest": 10, "top": [["2023-05-01", 3]]},
                    {
                        "name": "email",
                        "filled": 249,
                        "distinct": 246,
                        "longest": 41,
                        "top": [["info@example.com", 3], [RTL, 2], [LONG, 1]],
                    },
                    {
                        "name": "VIP <b>level</b>",
                        "filled": 12,
                        "distinct": 2,
                        "longest": 4,
                        "top": [["Gold", 9], ["<i>", 3]],
                    },
                ],
            },
            "payment": {
                "rows": 169,
                "columns": [{"name": "amount", "filled": 169, "distinct": 120, "longest": 8, "top": [["154.00", 4]]}],
            },
        },
        "orphans": [
            {
                "object": "booking",
                "source_id": "BK-20111",
                "file": "bookings.csv",
                "row": 112,
                "column": "customer_id",
                "parent": "customer",
                "value": "1999",
                "reason": "not in the source",
            },
            {
                "object": "booking_fieldworker",
                "source_id": "BK-20300|FW-99",
                "file": "booking_fieldworkers.csv",
                "row": 301,
                "column": "worker_id",
                "parent": "fieldworker",
                "value": "FW-99",
                "reason": "not in the source",
            },
        ],
        "rejects": [
            {
                "object": "customer",
                "source_id": "1203",
                "file": "customers.csv",
                "row": 41,
                "column": "Date Joined",
                "value": "31/02/2023",
                "reason": "not a date of the calendar",
            },
            {
                "object": "customer",
                "source_id": None,
                "file": "customers.csv",
                "row": 88,
                "column": "Customer ID",
                "value": "",
                "reason": "the row has no key",
            },
            {
                "object": "payment",
                "source_id": "PAY-4100",
                "file": "payments.txt",
                "row": 102,
                "column": "Amount",
                "value": SCRIPT,
                "reason": "not a number",
            },
        ],
        "rejected": 3,
        "titles": {
            "customer": "Customer",
            "gps_point": "GPS history",
            "automation": "Automation",
            "payment": "Payment",
        },
        "not_migrated": {
            "gps_point": ["Odoo has no tracking of people", "nothing; the count stays in this report"],
            "automation": [
                "rules of OctopusPro mean nothing to Odoo",
                "Settings → Technical → Automation Rules, one for each row here",
            ],
        },
    }


def _file(
    file: str, obj: str | None, format_: str, encoding: str, separator: str, header: int, rows: int, skipped: list[str]
) -> dict[str, Any]:
    return {
        "file": file,
        "object": obj,
        "format": format_,
        "encoding": encoding,
        "separator": separator,
        "header_row": header,
        "rows": rows,
        "skipped": skipped,
    }


def _column(name: str, header: str, type_: str, stated: str, *, declared: bool = True) -> dict[str, Any]:
    return {"name": name, "header": header, "declared": declared, "type": type_, "stated": stated}


def plan_fields() -> dict[str, list[dict[str, Any]]]:
    own = {"records": ["customer"]}
    return {
        "service": [
            _field("name", "Name", "char", "name", {"required": True}),
            _field("list_price", "Sales Price", "float", "price", {"default": "0"}),
            _field("type", "Product Type", "selection", "constant", {"value": "service"}),
        ],
        "worker": [
            _field(
                "name",
                "Employee Name",
                "char",
                "first_name, last_name",
                {"transform": ["join_words"], "required": True},
            )
        ],
        "customer": [
            _field(
                "name",
                "Name",
                "char",
                "business_name",
                {"transform": ["strip"], "when": {"columns": {"customer_type": {"is": "Business"}}}},
            ),
            _field(
                "email",
                "Email",
                "char",
                "email",
                {"transform": ["strip", "lower", "email"]},
                why="the key by which duplicates are found",
            ),
            _field(
                "country_id",
                "Country",
                "many2one",
                "country",
                {
                    "transform": ["country"],
                    "lookup": {"model": "res.country", "by": ["code"], "missing": "empty"},
                    "default": {"xmlid": "base.au"},
                },
            ),
            _field("parent_id", "Related Company", "many2one", "parent_id", {"lookup": own}),
            _field(
                "x_labels",
                "Labels",
                "many2many",
                "labels",
                {
                    "transform": [{"split": {"separator": ";"}}],
                    "lookup": {"records": ["label"], "many": True, "missing": "quarantine"},
                },
                new=True,
            ),
        ],
        "booking": [
            _field("partner_id", "Customer", "many2one", "customer_id", {"lookup": own, "required": True}),
            _field(
                "stage_id",
                "Stage",
                "many2one",
                "status",
                {
                    "values": {
                        "New": "new",
                        "Scheduled": "scheduled",
                        "Done": "done",
                        "Invoiced": "won",
                        "Cancelled": "lost",
                    },
                    "lookup": {"records": ["stage"]},
                },
            ),
            _field(
                "description",
                "Notes",
                "html",
                "merge",
                {"merge": {"from": "booking_note", "parent": "booking_no", "template": "{at} {text}"}},
            ),
            _field(
                "x_workers",
                "Workers",
                "text",
                "bundle",
                {
                    "bundle": {
                        "from": "booking_fieldworker",
                        "parent": "booking_no",
                        "columns": {"id": "worker_id", "role": "role"},
                    }
                },
                new=True,
            ),
            _field("user_id", "Salesperson", "many2one", "constant", {}),
        ],
        "invoice": [
            _field("partner_id", "Customer", "many2one", "customer_id", {"lookup": own}),
            _field(
                "x_booking",
                "Booking",
                "many2one",
                "booking_no",
                {"lookup": {"records": ["booking"], "missing": "empty"}},
                new=True,
            ),
            _field(
                "invoice_line_ids",
                "Invoice lines",
                "one2many",
                "lines",
                {
                    "lines": {
                        "from": "invoice_item",
                        "parent": "invoice_no",
                        "required": True,
                        "fields": {
                            "product_id": [{"from": ["service_id"], "lookup": {"records": ["service"]}}],
                            "quantity": [{"from": ["qty"]}],
                            "tax_ids": [{"value": []}],
                        },
                    }
                },
            ),
            _field("amount_total", "Total", "monetary", "total", {"write": False}),
        ],
        "payment": [
            _field(
                "invoice_ids", "Invoices", "many2many", "invoice_no", {"lookup": {"records": ["invoice"], "many": True}}
            ),
            _field("amount", "Amount", "monetary", "amount", {}),
        ],
    }


def _field(
    name: str, label: str, type_: str, from_: str, rule: dict[str, Any], *, new: bool = False, why: str = ""
) -> dict[str, Any]:
    return {"field": name, "label": label, "type": type_, "from": from_, "rule": rule, "new": new, "why": why}
