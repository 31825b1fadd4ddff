"""Countries, states, currencies, languages: names and codes to the codes that Odoo looks up.

Names are compared without case, accents and punctuation. A name that could be two things is refused.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Annotated, Any, Literal

import pycountry

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.transform.parameters import Check
from flitstack_pipeline.transform.registry import example, refused, shown, transform

# What people write and the standard does not.
_COUNTRY_NAMES = {
    "america": "US", "britain": "GB", "burma": "MM", "cape verde": "CV", "czech republic": "CZ", "east timor": "TL",
    "england": "GB", "great britain": "GB", "holland": "NL", "ivory coast": "CI", "kosovo": "XK", "macau": "MO",
    "macedonia": "MK", "northern ireland": "GB", "palestine": "PS", "russia": "RU", "scotland": "GB",
    "swaziland": "SZ", "turkey": "TR", "uae": "AE", "uk": "GB", "united states of america": "US", "u s": "US",
    "u s a": "US", "u k": "GB", "vatican": "VA", "wales": "GB", "xk": "XK", "brunei": "BN",
    "democratic republic of the congo": "CD", "dr congo": "CD", "falkland islands": "FK", "hong kong sar": "HK",
    "micronesia": "FM", "st lucia": "LC", "viet nam": "VN", "congo drc": "CD", "congo republic": "CG",
    "pitcairn islands": "PN", "usa minor outlying islands": "UM", "virgin islands usa": "VI",
    "us virgin islands": "VI",
}  # fmt: skip
_STATE_NAMES = {
    ("IN", "CT"): "CG", ("IN", "OR"): "OD", ("IN", "UT"): "UK", ("IN", "TG"): "TS", ("IN", "ORISSA"): "OD",
    ("IN", "UTTARANCHAL"): "UK", ("IN", "PONDICHERRY"): "PY", ("IN", "NEW DELHI"): "DL", ("US", "WASHINGTON DC"): "DC",
    ("US", "WASHINGTON D C"): "DC", ("US", "ARMED FORCES AMERICAS"): "AA", ("US", "ARMED FORCES EUROPE"): "AE",
    ("US", "ARMED FORCES PACIFIC"): "AP", ("US", "AA"): "AA", ("US", "AE"): "AE", ("US", "AP"): "AP",
    ("US", "VIRGIN ISLANDS"): "VI", ("IN", "ANDAMAN AND NICOBAR"): "AN", ("IN", "CHATTISGARH"): "CG",
    ("NZ", "WELLINGTON"): "WGN", ("NZ", "MANAWATU WANGANUI"): "MWT",
}  # fmt: skip
_LANGUAGE_NAMES = {
    "greek": "el",
    "malay": "ms",
    "swahili": "sw",
    "norwegian bokmal": "nb",
    "farsi": "fa",
    "mandarin": "zh",
}
_CURRENCY_SIGNS = {
    "€": "EUR", "₹": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY", "₫": "VND", "₪": "ILS", "₱": "PHP", "฿": "THB",
    "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD", "US$": "USD", "S$": "SGD", "HK$": "HKD",
    "R$": "BRL", "RS": "INR", "RS.": "INR",
}  # fmt: skip


def _folded(text: str) -> str:
    """Small letters without accents and punctuation, single spaces, without a leading "the"."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    words = re.sub(r"[\W_]+", " ", bare.replace("&", " and ").replace("'", "").replace("’", "")).casefold().split()
    return " ".join(words[1:] if words[:1] == ["the"] else words)


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    found = {}
    for country in pycountry.countries:
        for attribute in ("alpha_2", "alpha_3", "name", "official_name", "common_name"):
            if name := getattr(country, attribute, None):
                found[_folded(name)] = country.alpha_2
    return found | _COUNTRY_NAMES


def find_country(text: str) -> str | None:
    """Return the ISO 3166 two-letter code for a name or code; None for what is none."""
    return _countries().get(_folded(text))


def _known_country(value: str) -> str:
    if (code := find_country(value)) is None:
        raise ValueError(f"{value!r} is no country")
    return code


Country = Annotated[str, Check(_known_country, "a country")]


@transform(
    "country_code",
    accepts=(str,),
    returns=str,
    examples=(
        example("Australia", "AU"),
        example("GBR", "GB"),
        example("U.S.A.", "US"),
        example("South Korea", "KR"),
        refused("Atlantis", "is no country"),
        example("Atlantis", None, otherwise="empty"),
    ),
)
def country_code(value: str, *, otherwise: Literal["reject", "empty"] = "reject") -> str | None:
    """Turn a country's name or code (two or three letters) into the two-letter code.

    `otherwise`: what becomes of text that is no country.
    """
    if (code := find_country(value)) is None:
        if otherwise == "empty":
            return None
        raise RecordError(f"{shown(value)} is no country that ISO 3166 or common usage knows")
    return code


@lru_cache(maxsize=64)
def _states(country: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    # pycountry gives None for a country without subdivisions
    for state in pycountry.subdivisions.get(country_code=country) or ():
        code = state.code.split("-", 1)[1]
        for name in (code, *re.split(r"\s*[\[\]/]\s*", state.name)):
            if name:
                found.setdefault(_folded(name), set()).add(code)
    for (land, name), code in _STATE_NAMES.items():
        if land == country:
            found.setdefault(_folded(name), {code})
    return found


@transform(
    "state_code",
    accepts=(str, list),
    returns=str,
    context=("country",),
    examples=(
        example("New South Wales", "NSW", country="AU"),
        example("nsw", "NSW", country="Australia"),
        example(["Maharashtra", "India"], "MH"),
        refused("Bavaria", "is no state of AU", country="AU"),
        refused("NSW", "without a country"),
    ),
)
def state_code(
    value: Any, *, country: Country | None = None, otherwise: Literal["reject", "keep", "empty"] = "reject"
) -> str | None:
    """Turn a state's name or code into its ISO 3166-2 code without the country's.

    Takes the state, or state and country from two columns; `country` is for rows that name none. `otherwise`: what
    becomes of a name that is no state. Odoo has the ISO codes for Australia, Canada, New Zealand, South Africa, the
    United States and (but for Daman and Diu, Dadra and Nagar Haveli) India; for the United Kingdom and Ireland it has
    codes of its own: look up states by name there.
    """
    name = value
    if isinstance(value, list):
        if len(value) != 2 or any(part is not None and not isinstance(part, str) for part in value):
            raise RecordError(f"takes a state and a country, not {shown(value)}")
        name, land = value
        if not name or not name.strip():
            return None
        country = country_code(land) if land and land.strip() else country
    if country is None:
        raise RecordError(f"{shown(name)} is a state without a country")
    codes = _states(country).get(_folded(name.strip().removeprefix(f"{country}-")), set())
    if not codes and otherwise != "reject":
        return name if otherwise == "keep" else None
    if len(codes) != 1:
        what = f"could be {' or '.join(sorted(codes))}" if codes else f"is no state of {country}"
        raise RecordError(f"{shown(name)} {what}")
    return next(iter(codes))


@lru_cache(maxsize=1)
def _currencies() -> dict[str, str]:
    return {_folded(name): c.alpha_3 for c in pycountry.currencies for name in (c.alpha_3, c.name)}


@transform(
    "currency_code",
    accepts=(str,),
    returns=str,
    examples=(
        example("aud", "AUD"),
        example("Indian Rupee", "INR"),
        example("€", "EUR"),
        refused("$", "more than one currency"),
    ),
)
def currency_code(value: str) -> str:
    """Turn a currency's code, name or unmistakable sign into its ISO 4217 code."""
    text = value.strip()
    if code := _CURRENCY_SIGNS.get(text.upper()):
        return code
    if text in ("$", "£", "¥", "kr"):
        raise RecordError(f"{shown(value)} is the sign of more than one currency")
    if code := _currencies().get(_folded(text)):
        return code
    raise RecordError(f"{shown(value)} is no currency that ISO 4217 knows")


@lru_cache(maxsize=1)
def _languages() -> dict[str, str]:
    found = {}
    for language in pycountry.languages:
        code = getattr(language, "alpha_2", language.alpha_3)
        for name in (language.alpha_3, language.name):
            found.setdefault(_folded(name), code)
    found.update(
        {language.alpha_2: language.alpha_2 for language in pycountry.languages if hasattr(language, "alpha_2")}
    )
    return found | _LANGUAGE_NAMES


@transform(
    "language_code",
    accepts=(str,),
    returns=str,
    examples=(
        example("en-AU", "en_AU"),
        example("English (United Kingdom)", "en_GB"),
        example("en", "en_AU", country="AU"),
        example("es-419", "es_419"),
        refused("Klingonish", "is no language"),
    ),
)
def language_code(value: str, *, country: Country | None = None) -> str:
    """Turn a language tag or name into the form of Odoo's language codes (en_AU). `country` is for those that name
    none.
    """
    text = re.sub(r"\.[\w-]+$", "", value.strip())  # en_AU.UTF-8
    named = re.fullmatch(r"([^()]+?)\s*\(([^()]+)\)", text)
    tag = re.fullmatch(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|\d{3}))?(?:@(\w+))?", text)
    if tag:
        language, script, region, variant = tag.groups()
        suffix = f"@{variant}" if variant else {"latn": "@latin", "cyrl": "@Cyrl"}.get((script or "").lower(), "")
    else:
        language, region = named.groups() if named else (text, None)
        suffix = ""
    code = _languages().get(_folded(language))
    land = region if region and region.isdigit() else find_country(region) if region else country
    if code is None or (region and land is None):
        raise RecordError(f"{shown(value)} is no language")
    return f"{code}_{land}{suffix}" if land else code + suffix
