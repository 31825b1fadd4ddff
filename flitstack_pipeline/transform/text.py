"""Text: trimming, cutting, replacing, extracting, templates."""

import re
import string
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.transform.parameters import Check
from flitstack_pipeline.transform.registry import example, refused, shown, transform, type_words

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def _not_empty(value: str) -> str:
    if not value:
        raise ValueError("must not be empty")
    return value


def _positive(value: int) -> int:
    if value < 1:
        raise ValueError(f"must be at least 1, not {value}")
    return value


Length = Annotated[int, Check(_positive)]


def template_fields(text: str) -> tuple[str, ...]:
    """Return the names in braces of a template; ValueError for anything but plain `{name}` fields."""
    fields = []
    for _, name, spec, conversion in string.Formatter().parse(text):
        if name is None:
            continue
        if spec or conversion or not name.isidentifier():
            raise ValueError(f"only plain fields such as {{name}} can stand in a template, not {name!r} in {text!r}")
        fields.append(name)
    return tuple(fields)


def _template(text: str) -> str:
    if not template_fields(text):
        raise ValueError(f"{text!r} has no {{name}} in it")
    return text


def as_text(value: Any) -> str:
    """Write a value as text: decimals without trailing zeros, dates in ISO form; RecordError for what has no one
    form.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | Decimal | date):
        raise RecordError(f"{type_words((type(value),))} has no single form as text: {shown(value)}")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return decimal_text(value) if isinstance(value, Decimal) else str(value)


def decimal_text(value: Decimal) -> str:
    """Write a decimal exactly, without an exponent and without trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@transform("strip", accepts=(str,), returns=str, examples=(example("  Jane ", "Jane"), example("   ", None)))
def strip(value: str) -> str:
    """Remove white space at both ends."""
    return value.strip()


@transform("collapse_spaces", accepts=(str,), returns=str, examples=(example(" Jane\u00a0  Doe ", "Jane Doe"),))
def collapse_spaces(value: str) -> str:
    """Make each run of spaces one space, and remove them at the ends. Line breaks stay."""
    lines = re.sub(r"\r\n?", "\n", value).split("\n")
    return "\n".join(" ".join(line.split()) for line in lines).strip()


@transform("upper", accepts=(str,), returns=str, examples=(example("nsw", "NSW"),))
def upper(value: str) -> str:
    """Write in capitals."""
    return value.upper()


@transform("lower", accepts=(str,), returns=str, examples=(example("INFO", "info"),))
def lower(value: str) -> str:
    """Write in small letters."""
    return value.lower()


@transform(
    "title_case",
    accepts=(str,),
    returns=str,
    examples=(example("JANE O'BRIEN-SMITH", "Jane O'Brien-Smith"), example("the dog's bed", "The Dog's Bed")),
)
def title_case(value: str) -> str:
    """Write each word with a capital and the rest small. A name such as McDonald becomes Mcdonald: use with care."""
    return _WORD.sub(lambda found: _capitalised(found.group()), value)


def _capitalised(word: str) -> str:
    first, mark, rest = word[:1], word[1:2], word[2:]
    if mark and mark in "'’":  # O'Brien, D'Arcy; but not Dog'S
        return first.upper() + mark + rest.capitalize()
    return word.capitalize()


@transform("truncate", accepts=(str,), returns=str, examples=(example("Gutter cleaning", "Gutter", length=6),))
def truncate(value: str, *, length: Length) -> str:
    """Cut to at most `length` characters. What is beyond is lost: `max_length` refuses instead."""
    return value[:length]


@transform(
    "max_length",
    accepts=(str,),
    returns=str,
    examples=(example("Gutter", "Gutter", length=6), refused("Gutters", "7 characters", length=6)),
)
def max_length(value: str, *, length: Length) -> str:
    """Refuse text of more than `length` characters."""
    if len(value) > length:
        raise RecordError(f"has {len(value)} characters, {length} fit: {shown(value)}")
    return value


@transform("prefix", accepts=(str,), returns=str, examples=(example("10023", "JOB-10023", text="JOB-"),))
def prefix(value: str, *, text: Annotated[str, Check(_not_empty)]) -> str:
    """Put `text` in front."""
    return text + value


@transform("suffix", accepts=(str,), returns=str, examples=(example("10023", "10023 (old)", text=" (old)"),))
def suffix(value: str, *, text: Annotated[str, Check(_not_empty)]) -> str:
    """Put `text` behind."""
    return value + text


@transform("replace", accepts=(str,), returns=str, examples=(example("1.2.3", "1-2-3", old=".", new="-"),))
def replace(value: str, *, old: Annotated[str, Check(_not_empty)], new: str = "") -> str:
    """Replace `old` by `new` wherever it stands, letter by letter (no regular expression)."""
    return value.replace(old, new)


@transform(
    "regex_extract",
    accepts=(str,),
    returns=str,
    examples=(
        example("Job #1234 (NSW)", "1234", pattern=r"#(\d+)"),
        example("AB-12", "AB-12", pattern=r"[A-Z]+-\d+"),
        refused("none", "does not match", pattern=r"\d+"),
        example("none", None, pattern=r"\d+", otherwise="empty"),
    ),
)
def regex_extract(
    value: str, *, pattern: re.Pattern[str], otherwise: Literal["reject", "empty", "keep"] = "reject"
) -> str | None:
    """Take the part that `pattern` finds first: its first group, or the whole match when it has none.

    `otherwise`: what becomes of text in which it finds nothing.
    """
    if found := pattern.search(value):
        return found.group(1) if pattern.groups else found.group()
    if otherwise == "reject":
        raise RecordError(f"{shown(value)} does not match {pattern.pattern}")
    return value if otherwise == "keep" else None


@transform(
    "template",
    accepts=(dict,),
    returns=str,
    examples=(
        example({"first": "Jane", "last": "Doe"}, "Jane Doe", text="{first} {last}"),
        example({"first": "Jane", "middle": None, "last": "Doe"}, "Jane Doe", text="{first} {middle} {last}"),
        refused({"first": "Jane"}, "there is no last", text="{first} {last}"),
    ),
)
def template(value: Mapping[str, Any], *, text: Annotated[str, Check(_template, "text with {name} fields")]) -> str:
    """Put named values into `text` where it has `{name}`. An empty value leaves no double space behind."""
    filled = {}
    for name in template_fields(text):
        if name not in value:
            raise RecordError(
                f"there is no {name} to put into {text!r}; there is {', '.join(map(str, value)) or 'nothing'}"
            )
        filled[name] = "" if value[name] is None else as_text(value[name])
    if not any(filled.values()):
        return ""
    result = text.format_map(filled)
    return re.sub(r" {2,}", " ", result).strip() if "" in filled.values() else result


@transform("lines", accepts=(str,), returns=list, examples=(example("one\r\n\ntwo ", ["one", "two"]),))
def lines(value: str) -> list[str]:
    """Split text into its lines, without white space around them; empty ones are left out."""
    return [line.strip() for line in re.split(r"\r\n|\r|\n", value) if line.strip()]


@transform(
    "digits", accepts=(str,), returns=str, examples=(example("(02) 9374-4000", "0293744000"), example("n/a", None))
)
def digits(value: str) -> str:
    """Keep only the digits, written 0-9. Leading zeros stay."""
    found = (unicodedata.decimal(c, None) for c in value)
    return "".join(str(digit) for digit in found if digit is not None)
