"""Ways to reach someone: e-mail, phone, web addresses, the parts of a name."""

import re
import unicodedata
from typing import Annotated, Literal
from urllib.parse import urlsplit

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.transform.parameters import Check
from flitstack_pipeline.transform.registry import example, refused, shown, transform

_BETWEEN = re.compile(r"[;,|/\s]+")
_EXTENSION = re.compile(r"(?:;ext=|\b(?:extension|extn|ext|x)(?=[\s.:]*\d)|(?<=\d)x(?=\d)|#)", re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(?!\d)", re.IGNORECASE)
_HOST = re.compile(r"(?=.{4,253}$)(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{1,62}")
_PARTICLES = frozenset(
    re.findall(r"\w+", "af al bin da das de del della den der di do dos du el ibn la le ten ter van vom von zu zur")
)
_TITLES = frozenset(["dr", "mr", "mrs", "miss", "ms", "prof", "sir"])

OnInvalid = Literal["reject", "keep"]


def _region(value: str) -> str:
    code = value.upper()
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"{value!r} is no country with phone numbers: use a code such as AU")
    return code


Region = Annotated[str, Check(_region, "a country code such as AU")]


def _address(text: str) -> str:
    """The address in its normal form: domain in small letters, the part before the @ as it is."""
    try:
        return validate_email(text, check_deliverability=False, allow_quoted_local=True).normalized
    except EmailNotValidError as error:
        if _reserved(text, str(error)):
            return unicodedata.normalize("NFC", text.rpartition("@")[0]) + "@" + text.rpartition("@")[2].lower()
        raise RecordError(f"{shown(text)} is not an e-mail address: {error}") from error


def _reserved(text: str, reason: str) -> bool:
    # The library refuses names that are not reachable from everywhere (jane@corp.local); in a company's own records
    # they are real addresses. The rest of the address is checked with a domain that stands in for the reserved one.
    if "special-use or reserved" not in reason:
        return False
    local, _, domain = text.rpartition("@")
    try:
        validate_email(f"{local}@{domain}.com", check_deliverability=False, allow_quoted_local=True)
    except EmailNotValidError:
        return False
    return True


def _addresses(text: str) -> list[str]:
    """The parts of a cell that are separated by `;`, `,`, `|`, `/` or white space, if there is more than one and all
    have an @.
    """
    parts = [part for part in _BETWEEN.split(text.strip()) if part]
    return parts if len(parts) > 1 and all("@" in part for part in parts) else [text.strip()]


@transform(
    "email",
    accepts=(str,),
    returns=str,
    examples=(
        example(" Jane.Doe@EXAMPLE.com ", "Jane.Doe@example.com"),
        refused("jane@", "is not an e-mail address"),
        refused("a@example.com; b@example.com", "holds 2 addresses"),
        example("a@example.com; b@example.com", "a@example.com", many="first"),
        example("ask Jane", "ask Jane", on_invalid="keep"),
    ),
)
def email(value: str, *, many: Literal["reject", "first"] = "reject", on_invalid: OnInvalid = "reject") -> str:
    """Check an e-mail address and write its domain in small letters. Nothing is looked up.

    `many`: what to do with a cell that holds several; `emails` takes all of them. `on_invalid: keep` leaves other text
    as it is.
    """
    parts = _addresses(value)
    if len(parts) > 1 and many == "reject":
        raise RecordError(f"holds {len(parts)} addresses: {shown(value)}")
    try:
        return _address(parts[0])
    except RecordError:
        if on_invalid == "keep":
            return value
        raise


@transform(
    "emails",
    accepts=(str,),
    returns=list,
    examples=(
        example("a@example.com; B@Example.com", ["a@example.com", "B@example.com"]),
        refused("a@example.com, b@", "is not an"),
    ),
)
def emails(value: str) -> list[str]:
    """Check the e-mail addresses of a cell, separated by `;`, `,`, `|`, `/` or white space."""
    return [_address(part) for part in _addresses(value)]


@transform(
    "email_key",
    accepts=(str,),
    returns=str,
    examples=(example(" Jane.Doe@EXAMPLE.com", "jane.doe@example.com"), example("Ask  Jane", "ask jane")),
)
def email_key(value: str) -> str:
    """Write an e-mail address in the form by which two are the same: without case. Of several the first.

    Refuses nothing, because it only compares: other text becomes small letters with single spaces.
    """
    first = _addresses(value)[0]
    try:
        text = _address(first)
    except RecordError:
        text = " ".join(first.split())
    return unicodedata.normalize("NFC", text.casefold())


@transform(
    "phone",
    accepts=(str,),
    returns=str,
    context=("country",),
    examples=(
        example("(02) 9374 4000", "+61 2 9374 4000", country="AU"),
        example("0412 345 678", "+61412345678", country="AU", format="e164"),
        example("(02) 9374 4000 x12", "+61 2 9374 4000 ext. 12", country="AU"),
        example("0412 345 678 (Jane)", "0412 345 678 (Jane)", country="AU"),
        refused("0412", "is not a phone number", country="AU", on_invalid="reject"),
    ),
)
def phone(
    value: str,
    *,
    country: Region,
    format: Literal["international", "e164"] = "international",
    on_invalid: Literal["keep", "reject"] = "keep",
) -> str:
    """Write a phone number in international form; numbers without a country's prefix are of `country`.

    Text that is not one valid number and nothing else (two numbers, a name beside it, letters for digits) stays
    exactly as it is, so that nothing is lost, or is refused with `on_invalid: reject`. An extension is kept in both
    forms.
    """
    number = _number(value, country)
    if number is None:
        if on_invalid == "reject":
            raise RecordError(f"{shown(value)} is not a phone number of {country} or an international one")
        return value
    if format == "international":
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    extension = f" ext. {number.extension}" if number.extension else ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) + extension


def _number(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    """The one valid number that the text is. None if anything would be lost: the library drops what it does not
    understand.
    """
    if any(c.isalpha() for c in _EXTENSION.sub("", text.strip().removeprefix("tel:"))):
        return None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    said = "".join(str(unicodedata.decimal(c)) for c in text if unicodedata.decimal(c, None) is not None)
    kept = phonenumbers.national_significant_number(number) + (number.extension or "")
    before = said.removesuffix(kept)
    trunk = phonenumbers.ndd_prefix_for_region(phonenumbers.region_code_for_number(number) or region, True) or "0"
    prefixes = rf"(?:(?:0\d{{1,4}})?{number.country_code})?(?:{trunk})?"
    return number if said.endswith(kept) and re.fullmatch(prefixes, before) else None


@transform(
    "url",
    accepts=(str,),
    returns=str,
    examples=(
        example("www.example.com/about", "https://www.example.com/about"),
        example("http://example.com", "http://example.com"),
        refused("n/a", "is not a web address"),
        refused("javascript:alert(1)", "is not a web address"),
    ),
)
def url(value: str) -> str:
    """Check a web address, and put https:// in front of one without a scheme."""
    text = value.strip()
    scheme = _SCHEME.match(text)
    full = text if scheme else f"https://{text.removeprefix('//')}"
    if (scheme and scheme[1].lower() not in ("http", "https")) or re.search(r"[\s<>\"\\]", full):
        raise RecordError(f"{shown(value)} is not a web address")
    try:
        parts = urlsplit(full)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise RecordError(f"{shown(value)} is not a web address: {error}") from error
    if (
        not _HOST.fullmatch(host.rstrip("."))
        and host != "localhost"
        and not re.fullmatch(r"[\d.]{7,15}|[0-9a-f:]{2,}", host)
    ):
        raise RecordError(f"{shown(value)} is not a web address")
    return full


@transform(
    "name_parts",
    accepts=(str,),
    returns=dict,
    examples=(
        example("Jane Doe", {"title": "", "first": "Jane", "last": "Doe"}),
        example("Dr. Ludwig van Beethoven", {"title": "Dr.", "first": "Ludwig", "last": "van Beethoven"}),
        example("Doe, Jane Mary", {"title": "", "first": "Jane Mary", "last": "Doe"}),
        example("Madonna", {"title": "", "first": "Madonna", "last": ""}),
    ),
)
def name_parts(value: str) -> dict[str, str]:
    """Take a full name apart: title, first, last. No word is dropped or changed.

    The last word (with van, de la and the like before it) is the last name, or what stands before a comma. One word is
    a first name.
    """
    words = value.split()
    title = ""
    if len(words) > 1 and words[0].rstrip(".").lower() in _TITLES:
        title = words.pop(0)
    head, comma, tail = " ".join(words).partition(",")
    if comma and head.strip() and tail.strip():
        return {"title": title, "first": tail.strip(), "last": head.strip()}
    if len(words) < 2:
        return {"title": title, "first": " ".join(words), "last": ""}
    start = len(words) - 1
    while start > 1 and words[start - 1].lower() in _PARTICLES:
        start -= 1
    return {"title": title, "first": " ".join(words[:start]), "last": " ".join(words[start:])}
