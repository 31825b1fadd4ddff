"""What the details of an inventory and of a plan hold, made by hand."""

from dataclasses import asdict
from typing import Any

from flitstack_pipeline.sources.base import ColumnFinding, FileFinding
from flitstack_pipeline.sources.integrity import Orphan
from flitstack_pipeline.sources.profile import ColumnProfile, ObjectProfile

LEFT_EMPTY = ["booking BK-20040: user_id: no res.users with login gone@example.com"]

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
            "customer": _profile(
                "customer",
                258,
                [
                    _column_profile(
                        "customer_id", "id", 258, 258, distinct=258, longest=4, least="1001", greatest="1311"
                    ),
                    _column_profile(
                        "date_joined",
                        "date",
                        258,
                        255,
                        distinct=241,
                        longest=10,
                        least="2019-02-01",
                        greatest="2026-10-30",
                        top=(("2023-05-01", 3),),
                    ),
                    _column_profile(
                        "email",
                        "text",
                        258,
                        257,
                        distinct=246,
                        longest=41,
                        shape="email",
                        top=(("info@example.com", 3), (RTL, 2), (LONG[:119] + "…", 1)),
                        duplicates=(("info@example.com", 3),),
                    ),
                    _column_profile("VIP <b>level</b>", "text", 258, 1, distinct=1, longest=4, top=(("<i>", 1),)),
                ],
            ),
            "payment": _profile(
                "payment",
                169,
                [
                    _column_profile(
                        "amount",
                        "decimal",
                        169,
                        169,
                        distinct=120,
                        longest=8,
                        least="-20",
                        greatest="4120.5",
                        top=(("154", 4),),
                    )
                ],
            ),
        },
        "orphans": [
            _orphan("booking", "BK-20111", "bookings.csv", 112, "customer_id", "1999", "customer", ""),
            _orphan(
                "booking_fieldworker",
                "BK-20300|FW-99",
                "booking_fieldworkers.csv",
                301,
                "worker_id",
                "FW-99",
                "fieldworker",
                "it was rejected",
            ),
        ],
        "relations": [
            {
                "child": "booking",
                "column": "customer_id",
                "parent": "customer",
                "rows": 327,
                "filled": 327,
                "orphans": 1,
            },
            {
                "child": "booking_fieldworker",
                "column": "worker_id",
                "parent": "fieldworker",
                "rows": 319,
                "filled": 319,
                "orphans": 1,
            },
        ],
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
    return asdict(
        FileFinding(
            file=file,
            object=obj,
            format=format_,
            encoding=encoding,
            separator=separator,
            header_row=header,
            rows=rows,
            skipped=tuple(skipped),
        )
    )


def _column(name: str, header: str, type_: str, stated: str, *, declared: bool = True) -> dict[str, Any]:
    return asdict(ColumnFinding(name=name, header=header, declared=declared, type=type_, stated=stated))


def _profile(name: str, rows: int, columns: list[ColumnProfile]) -> dict[str, Any]:
    return asdict(
        ObjectProfile(
            object=name, rows=rows, rejected=2 if name == "customer" else 1, sha256="0" * 64, columns=tuple(columns)
        )
    )


def _column_profile(
    name: str,
    type_: str,
    rows: int,
    filled: int,
    *,
    distinct: int,
    longest: int,
    least: str | None = None,
    greatest: str | None = None,
    shape: str = "",
    top: tuple[tuple[str, int], ...] = (),
    duplicates: tuple[tuple[str, int], ...] = (),
) -> ColumnProfile:
    return ColumnProfile(
        name=name,
        type=type_,
        declared="VIP" not in name,
        rows=rows,
        filled=filled,
        fill_rate=filled / rows,
        distinct=distinct,
        distinct_text=f"{distinct:,}",
        minimum=least,
        maximum=greatest,
        longest=longest,
        shape=shape,
        top=top,
        duplicates=duplicates,
        duplicate_values=len(duplicates),
        duplicate_rows=sum(n for _, n in duplicates),
        stated="",
    )


def _orphan(
    obj: str, source_id: str, file: str, row: int, column: str, value: str, parent: str, hint: str
) -> dict[str, Any]:
    found = Orphan(
        object=obj, source_id=source_id, file=file, row=row, column=column, value=value, parent=parent, hint=hint
    )
    return {**asdict(found), "reason": f"there is no {parent} {value}" + (f": {hint}" if hint else "")}


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
