"""Which of the records that stand beside another one Odoo has made for it, and which were there before."""

from collections.abc import Mapping
from typing import Any

# An employee with a user shares that user's contact, which belongs to the user: it was there first.
_OF_ANOTHER: dict[str, dict[str, str]] = {"hr.employee": {"work_contact_id": "user_id"}}


def deciding_fields(model: str) -> list[str]:
    """Fields to read along with those of `traits.SIDE_RECORDS` so that `made_beside` can tell."""
    return list(dict.fromkeys(_OF_ANOTHER.get(model, {}).values()))


def made_beside(model: str, field: str, row: Mapping[str, Any]) -> bool:
    """Whether what a field of a record refers to was made by Odoo for this record."""
    owner = _OF_ANOTHER.get(model, {}).get(field)
    return bool(row[field]) and not (owner and row.get(owner))
