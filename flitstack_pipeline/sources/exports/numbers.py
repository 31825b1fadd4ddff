"""Reads numbers as people and programs write them, under both decimal marks at once.

`read_number("1,234")` is 1234 with a decimal point and 1.234 with a decimal comma: which of the two a column means is
settled by its other cells, or by the migration file, never here.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

MARKS = (".", ",")
MAX_DECIMALS = 10
MAX_DIGITS = 28

# The currencies that field-service exports print as codes; symbols may have a country in front (AU$, US$, NZ$).
_CODES = [
    "USD",
    "AUD",
    "NZD",
    "CAD",
    "GBP",
    "EUR",
    "INR",
    "CHF",
    "SEK",
    "NOK",
    "DKK",
    "JPY",
    "CNY",
    "HKD",
    "SGD",
    "ZAR",
    "AED",
    "SAR",
    "MXN",
    "BRL",
    "PLN",
    "CZK",
    "HUF",
    "MYR",
    "PHP",
    "THB",
    "IDR",
    "ILS",
    "TRY",
]
_SYMBOL = rf"(?:[A-Z]{{1,3}})?[$€£₹¥₩₪฿₺]|Rs\.?|(?:{'|'.join(_CODES)})(?![A-Za-z])"
_MONEY = re.compile(
    rf"^(?P<minus>-)?\s*(?P<before>{_SYMBOL})?\s*(?P<inner>[-+]?[\d.,'’ ]*\d[\d.,'’ ]*-?)\s*(?P<after>{_SYMBOL}|%)?$"
)
_EXPONENT = re.compile(r"^[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+$")
_GROUPS = {
    # Thousands by three, or lakhs and crores: two, two, three. A first group of nothing but 0 groups nothing.
    ".": re.compile(
        r"^(?P<whole>\d+|[1-9]\d{0,2}(?:([,'’ ])\d{3})(?:\2\d{3})*|[1-9]\d?(?:,\d{2})+,\d{3})?(?:\.(?P<part>\d+))?$"
    ),
    ",": re.compile(r"^(?P<whole>\d+|[1-9]\d{0,2}(?:([.'’ ])\d{3})(?:\2\d{3})*)?(?:,(?P<part>\d+))?$"),
}
_NOT_DIGITS = re.compile(r"\D")
# Rs. 4,500/-: on Indian bills, so that nobody adds paise.
_NO_PAISE = re.compile(r"(?<=\d)\s*/[-=]$")


@dataclass(frozen=True)
class Number:
    """`readings`: decimal mark to value, for each mark under which the text is a number. `sign`: currency or %."""

    readings: dict[str, Decimal]
    sign: str = ""

    @property
    def marks(self) -> frozenset[str]:
        """Decimal marks under which the text can be read."""
        return frozenset(self.readings)

    @property
    def is_ambiguous(self) -> bool:
        """Whether the mark makes a difference."""
        return len(set(self.readings.values())) > 1


def read_number(text: str) -> Number | str:
    """Read a number with its signs; the answer is a str, the reason, if it is none.

    A percentage keeps its figure: 12.5% is 12.5. Numbers in parentheses or with a minus behind them are negative.
    """
    plain = _NO_PAISE.sub("", _plain(text))
    if _EXPONENT.match(plain):
        return "has been shortened by a spreadsheet to powers of ten, digits may be lost: export the column as text"
    negative = False
    if plain.startswith("(") and plain.endswith(")"):
        negative, plain = True, plain[1:-1].strip()
    match = _MONEY.match(plain)
    if match is None:
        return "is no number"
    inner = match["inner"].strip()
    if match["before"] and match["after"]:
        return "has two currency signs"
    signs = (match["minus"] is not None) + negative + inner.startswith(("-", "+")) + inner.endswith("-")
    if signs > 1:
        return "has two signs"
    negative = negative or match["minus"] is not None or inner.startswith("-") or inner.endswith("-")
    figure = inner.strip("+- ")
    readings = {mark: value for mark in MARKS if (value := _figure(figure, mark)) is not None}
    if not readings:
        return "is no number under either decimal mark"
    signed = {mark: -value if negative else value for mark, value in readings.items()}
    return Number(signed, (match["before"] or match["after"] or "").strip())


def read_literal(text: str) -> Number | str:
    """Read a number of a workbook or JSON, which knows no marks and may have an exponent."""
    try:
        value = Decimal(text)
    except ArithmeticError:
        return "is no number"
    return Number(dict.fromkeys(MARKS, value)) if value.is_finite() else "is no number"


def fits_decimal(value: Decimal) -> str | None:
    """Say why a value does not fit decimal(38, 10); None if it does."""
    exponent = int(value.normalize().as_tuple().exponent)
    if -exponent > MAX_DECIMALS:
        return f"has more than {MAX_DECIMALS} decimals"
    if value.adjusted() >= MAX_DIGITS:
        return f"has more than {MAX_DIGITS} digits before the decimal mark"
    return None


def _plain(text: str) -> str:
    """Make all spaces, minus signs and digits (Devanagari, full width) plain ones."""
    text = text.strip()
    if not text.isascii():
        text = "".join(_PLAIN.get(unicodedata.category(c), c) if c not in _DASHES else "-" for c in text)
        text = "".join(str(unicodedata.decimal(c)) if unicodedata.category(c) == "Nd" else c for c in text)
    return text


_DASHES = "−–—‒﹣-"
_PLAIN = {"Zs": " ", "Cf": ""}


def _figure(text: str, mark: str) -> Decimal | None:
    match = _GROUPS[mark].match(text)
    if match is None or not (match["whole"] or match["part"]):
        return None
    return Decimal(f"{_NOT_DIGITS.sub('', match['whole'] or '') or '0'}.{match['part'] or '0'}")
