"""Identifiers: numbers that are names. They are checked and kept, character for character."""

import hashlib
import re
from datetime import date
from typing import Any, Literal

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.transform.collections import json_text
from flitstack_pipeline.transform.registry import example, refused, shown, transform
from flitstack_pipeline.transform.text import as_text

_GSTIN = re.compile(r"\d{2}[A-Z]{5}\d{4}[A-Z][1-9A-Z][A-Z][0-9A-Z]", re.ASCII)
_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@transform("identifier", accepts=(str,), returns=str, examples=(example(" 00 123-A ", "00 123-A"),))
def identifier(value: str) -> str:
    """Keep an identifier as it is, leading zeros and inner spaces too; only white space around it goes."""
    return value.strip()


@transform(
    "unwrap_excel", accepts=(str,), returns=str, examples=(example('="00123"', "00123"), example("00123", "00123"))
)
def unwrap_excel(value: str) -> str:
    """Take text out of the formula that keeps spreadsheets from reading it as a number (="00123"). Other text stays."""
    found = re.fullmatch(r'\s*=\s*"((?:[^"]|"")*)"\s*', value)
    return found[1].replace('""', '"') if found else value


@transform(
    "gstin",
    accepts=(str,),
    returns=str,
    examples=(
        example("27AAPFU0939F1ZV", "27AAPFU0939F1ZV"),
        refused("27AAPFU0939F1ZW", "check character"),
        example("27AAPFU0939F1ZW", None, otherwise="empty"),
    ),
)
def gstin(value: str, *, otherwise: Literal["reject", "empty"] = "reject") -> str | None:
    """Check an Indian GST number by its form and check character, and keep it as it is.

    `otherwise: empty` leaves a wrong one out, for a field that a person fills later.
    """
    try:
        return _checked_gstin(value)
    except RecordError:
        if otherwise == "empty":
            return None
        raise


def _checked_gstin(value: str) -> str:
    text = value.strip()
    number = text.upper()
    if not _GSTIN.fullmatch(number):
        raise RecordError(f"{shown(value)} is not a GST number: two digits, a PAN, three more characters")
    total = 0
    for position, character in enumerate(number[:14]):
        product = _BASE36.index(character) * (1 + position % 2)
        total += product // 36 + product % 36
    if _BASE36[-total % 36] != number[14]:
        raise RecordError(f"{shown(value)} is not a GST number: its check character is wrong")
    return text


@transform(
    "nhs_number",
    accepts=(str,),
    returns=str,
    examples=(example("943 476 5919", "943 476 5919"), refused("943 476 5918", "check digit")),
)
def nhs_number(value: str) -> str:
    """Check an NHS number by its check digit, and keep it exactly as it is, with its spaces."""
    bare = re.sub(r"[\s-]", "", value)
    if not re.fullmatch(r"\d{10}", bare, re.ASCII):
        raise RecordError(f"{shown(value)} is not an NHS number: it has ten digits")
    check = -sum(int(digit) * weight for digit, weight in zip(bare, range(10, 1, -1), strict=False)) % 11
    if check != int(bare[9]):  # 10 is never issued, and no digit equals it
        raise RecordError(f"{shown(value)} is not an NHS number: its check digit is wrong")
    return value


@transform(
    "checksum",
    accepts=(object,),
    returns=str,
    examples=(example("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),),
)
def checksum(value: Any, *, algorithm: Literal["sha256", "sha1"] = "sha256") -> str:
    """Write the checksum of a value in hexadecimal: of bytes, of text in UTF-8, of named values and lists as JSON."""
    if isinstance(value, dict | list):
        value = json_text(value)
    elif isinstance(value, bool):
        value = str(value).lower()
    elif not isinstance(value, bytes | date):
        value = as_text(value)
    data = value if isinstance(value, bytes) else as_text(value).encode("utf-8", "surrogatepass")
    return hashlib.new(algorithm, data).hexdigest()
