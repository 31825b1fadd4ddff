"""Counts, figures, rows and differences that the sample results share."""

from typing import Any

from flitstack_pipeline.outcomes import Counts
from flitstack_pipeline.stages.result import ModelFigures
from flitstack_pipeline_tests.reports.sample_details import SCRIPT


def counts() -> dict[str, Counts]:
    """Rows of the objects after a load."""
    return {
        "service": Counts(extracted=14, created=14),
        "fieldworker": Counts(extracted=12, created=11, unchanged=1),
        "custom_field": Counts(extracted=12, created=9, unchanged=1, excluded=2),
        "customer": Counts(extracted=260, created=255, updated=1, quarantined=2, skipped=2),
        "booking": Counts(extracted=329, created=325, held=2, quarantined=2),
        "booking_fieldworker": Counts(extracted=319, created=317, held=2),
        "quote": Counts(extracted=50, created=50),
        "invoice": Counts(extracted=170, created=169, held=1),
        "payment": Counts(extracted=170, created=168, held=1, quarantined=1),
        "gps_point": Counts(extracted=300, excluded=300),
    }


def models() -> dict[str, ModelFigures]:
    return {
        "product": ModelFigures(records=14, values_compared=112, differences=0, accepted=1),
        "partner": ModelFigures(records=256, values_compared=4_864),
        "lead": ModelFigures(records=325, values_compared=7_150, differences=3, accepted=1),
        "invoice": ModelFigures(records=169, values_compared=2_197, differences=0, accepted=1),
        "payment": ModelFigures(records=168, values_compared=1_176),
    }


def left_over() -> list[dict[str, Any]]:
    return [
        row_of(
            "quarantined",
            "customer",
            "1203",
            "customers.csv",
            41,
            "date_joined",
            "31/02/2023 is not a date of the calendar",
        ),
        row_of(
            "quarantined",
            "customer",
            "customers.csv#88",
            "customers.csv",
            88,
            "customer_id",
            "the row has no Customer ID",
        ),
        row_of(
            "quarantined",
            "booking",
            "BK-20077",
            "bookings.csv",
            78,
            "total",
            f"not a number (the cell holds {SCRIPT!r})",
        ),
        row_of(
            "held",
            "booking",
            "BK-20111",
            "bookings.csv",
            112,
            "customer_id",
            "waits for customer 1999, which is not in the source",
        ),
        row_of(
            "held",
            "invoice",
            "INV-31090",
            "invoices.csv",
            91,
            "booking_no",
            "waits for booking BK-20077, which is quarantined: not a number",
        ),
        row_of(
            "held",
            "payment",
            "PAY-4090",
            "payments.txt",
            92,
            "invoice_no",
            "waits for invoice INV-31090, which is held",
        ),
        row_of(
            "skipped",
            "customer",
            "1311",
            "customers.csv",
            199,
            "email",
            "same e-mail as customer 1012; for a person to merge",
        ),
    ]


def difference(**changes: Any) -> dict[str, Any]:
    """A difference as reconcile gives it."""
    made = {
        "record_set": "booking",
        "source_id": "BK-20005",
        "file": "bookings.csv",
        "row": 6,
        "model": "crm.lead",
        "res_id": 5,
        "field": "name",
        "label": "Opportunity",
        "expected": "Oven clean – Bondi",
        "actual": "Oven clean - Bondi",
        "accepted": "",
    }
    return {**made, **changes}


def tally(label: str, type_: str, compared: int, filled: int, different: int = 0, accepted: int = 0) -> dict[str, Any]:
    """One field's figures as reconcile gives them."""
    return {
        "label": label,
        "type": type_,
        "compared": compared,
        "filled": filled,
        "different": different,
        "accepted": accepted,
        "unexplained": different - accepted,
    }


def row_of(outcome: str, obj: str, source_id: str, file: str, row: int, field: str, reason: str) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "object": obj,
        "source_id": source_id,
        "file": file,
        "row": str(row),
        "field": field,
        "reason": reason,
        "record_set": obj,
    }


def review() -> list[dict[str, Any]]:
    """Rows that migrate and that a person should look at."""
    row = {"object": "customer", "file": "customers.csv", "column": "email"}
    shared, empty = "the same address on several customers: one person?", "no e-mail, so no key to find duplicates by"
    return [
        {**row, "source_id": "1012", "row": 13, "value": "info@example.com", "what": "shared", "say": shared},
        {**row, "source_id": "1019", "row": 20, "value": "Info@Example.com", "what": "shared", "say": shared},
        {**row, "source_id": "1188", "row": 5, "value": "", "what": "empty", "say": empty},
    ]
