"""Indian goods and services tax: how Odoo treats a customer, and which of its taxes for India a line bears."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.transform.identifiers import gstin
from flitstack_pipeline.transform.registry import example, refused, transform
from flitstack_pipeline.transform.text import decimal_text


def _number(value: Any) -> Decimal:
    if value is None or value == "":
        return Decimal(0)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise RecordError(f"{value!r} is not a number")
    return Decimal(value)


@transform(
    "gst_tax",
    accepts=(list,),
    returns=str,
    examples=(
        example([Decimal(18), Decimal("9.00"), Decimal("9.00"), None], "18% GST S"),
        example([Decimal(12), None, Decimal(0), Decimal("120.00")], "12% IGST S"),
        example([Decimal(0), None, None, None], None),
        refused([Decimal(18), Decimal(9), Decimal(9), Decimal(18)], "both CGST/SGST and IGST"),
        refused([Decimal(18), Decimal(9), None, None], "CGST but no SGST"),
        refused([Decimal(18), None, None, None], "neither CGST and SGST nor IGST"),
        refused([None, None, None, None], "no GST rate"),
    ),
)
def gst_tax(value: Sequence[Any]) -> str | None:
    """Name Odoo's sale tax for a line, out of its GST rate in percent and its document's CGST, SGST and IGST.

    Within a state CGST and SGST are due in halves, between states IGST alone. A document that shows both, or one half, or
    neither with a rate above 0, contradicts itself and is refused. A rate of 0 names no tax.
    """
    if len(value) != 4:
        raise RecordError(f"needs four columns (rate, CGST, SGST, IGST), but {len(value)} came")
    if value[0] in (None, ""):
        raise RecordError("has no GST rate")
    rate, cgst, sgst, igst = (_number(part) for part in value)
    if (cgst or sgst) and igst:
        raise RecordError("its document shows both CGST/SGST and IGST: only one of them can be due")
    if bool(cgst) != bool(sgst):
        here, gone = ("CGST", "SGST") if cgst else ("SGST", "CGST")
        raise RecordError(f"its document shows {here} but no {gone}: they are due in equal halves")
    if not rate:
        return None
    if not cgst and not igst:
        raise RecordError(f"has GST of {decimal_text(rate)}%, but its document shows neither CGST and SGST nor IGST")
    return f"{decimal_text(rate)}% {'IGST' if igst else 'GST'} S"


@transform(
    "gst_sale_tax",
    accepts=(int, Decimal),
    returns=str,
    examples=(example(Decimal("18.00"), "18% GST S"), example(Decimal(0), None)),
)
def gst_sale_tax(value: int | Decimal) -> str | None:
    """Name Odoo's tax on a sale within the state for a rate in percent; it makes the other one of it where that is due."""
    return f"{decimal_text(Decimal(value))}% GST S" if value else None


@transform(
    "gst_treatment",
    accepts=(str,),
    returns=str,
    examples=(example("27AAPFU0939F1ZV", "regular"), example("27AAPFU0939F1ZW", "unregistered")),
)
def gst_treatment(value: str) -> str:
    """Say how Odoo treats whoever has this GST number: `regular`, or `unregistered` if the number is wrong."""
    return "regular" if gstin(value, otherwise="empty") else "unregistered"
