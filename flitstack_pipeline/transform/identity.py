"""Pairs of values by which people are recognised where they have no number of their own."""

from collections.abc import Sequence
from typing import Any

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.transform.contact import Region, phone
from flitstack_pipeline.transform.registry import example, refused, transform
from flitstack_pipeline.transform.text import as_text


@transform(
    "name_and_phone",
    accepts=(list,),
    returns=list,
    context=("country",),
    examples=(
        example(["Meera  Joshi", "90000 00012"], ["Meera Joshi", "+919000000012"], country="IN"),
        example(["Meera Joshi", None], ["Meera Joshi", None], country="IN"),
        refused(["Meera"], "needs a name and a phone number", country="IN"),
    ),
)
def name_and_phone(value: Sequence[Any], *, country: Region) -> list[str | None]:
    """Write a name and a phone number in the forms that Odoo compares: single spaces, and E.164.

    For a lookup by two fields, such as `by: [name, phone_sanitized]`.
    """
    if len(value) != 2:
        raise RecordError(f"needs a name and a phone number, but {len(value)} values came")
    name, number = (as_text(part).strip() if part not in (None, "") else None for part in value)
    return [" ".join(name.split()) if name else None, phone(number, country=country, format="e164") if number else None]
