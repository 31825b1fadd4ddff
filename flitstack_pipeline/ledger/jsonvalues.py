"""JSON that keeps exact Python types, and fingerprints of it.

Types that JSON lacks are written as an object with one tag:

    Decimal("1.50")        {"$decimal": "1.50"}
    date(2024, 3, 31)      {"$date": "2024-03-31"}
    datetime (UTC)         {"$datetime": "2024-03-31T01:02:03.000004+00:00"}
    (1, 2)                 {"$tuple": [1, 2]}
    {1: "a"}               {"$dict": [[1, "a"]]}      also for text keys that begin with "$"

Binary content is never stored: bytes become the plain object {"sha1": ..., "size": ...} and are read back as that
dictionary.
"""

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any


def dumps(value: Any) -> str:
    """Write a value as JSON text with sorted keys; `loads` gives an equal value back, apart from bytes.

    Takes None, bool, int, float, str, Decimal, date, date-time with a zone, bytes, and lists, tuples and
    dictionaries of them. An enum member counts as its text or number. Anything else, a naive date-time, NaN and
    infinity raise ValueError that names the place inside the value.
    """
    return _to_text(_encode(value, "", exact=True))


def loads(text: str) -> Any:
    """Read what `dumps` or `canonical` wrote. Date-times come back in UTC."""
    return json.loads(text, object_hook=_decode)


def canonical(value: Any) -> str:
    """Write a value so that what means the same has the same text.

    As `dumps`, but a tuple counts as a list, and Decimals that are equal (1.5 and 1.50) are written alike.
    """
    return _to_text(_encode(value, "", exact=False))


def fingerprint(value: Any) -> str:
    """Return the SHA-256 of the canonical JSON, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value).encode("ascii")).hexdigest()


def _to_text(encoded: Any) -> str:
    # ASCII keeps unpaired surrogates and NUL characters, which badly decoded files contain, storable in every database.
    return json.dumps(encoded, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def _encode(value: Any, where: str, *, exact: bool) -> Any:
    kind = type(value)
    if value is None or kind is str or kind is bool or kind is int:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{_place(where)}: {value} is not a number that can be kept")
        # 0.0 == -0.0, and -0.0 has no meaning in a business record
        return float(value) + 0.0
    if isinstance(value, Mapping):
        return _encode_mapping(value, where, exact=exact)
    if isinstance(value, list | tuple):
        items = [_encode(item, f"{where}[{index}]", exact=exact) for index, item in enumerate(value)]
        return {"$tuple": items} if exact and isinstance(value, tuple) else items
    if isinstance(value, Decimal):
        return {"$decimal": _decimal_text(value, where, exact=exact)}
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise ValueError(f"{_place(where)}: {value.isoformat()} has no time zone, so its moment is not known")
        return {"$datetime": value.astimezone(UTC).isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, bytes | bytearray | memoryview):
        content = bytes(value)
        return {"sha1": hashlib.sha1(content, usedforsecurity=False).hexdigest(), "size": len(content)}
    raise ValueError(f"{_place(where)}: a value of type {kind.__name__} cannot be kept")


def _encode_mapping(value: Mapping[Any, Any], where: str, *, exact: bool) -> dict[str, Any]:
    encoded = {}
    for key, item in value.items():
        if not isinstance(key, str) or key.startswith("$"):
            return _encode_pairs(value, where, exact=exact)
        encoded[str.__str__(key)] = _encode(item, f"{where}.{key}" if where else key, exact=exact)
    return encoded


def _encode_pairs(value: Mapping[Any, Any], where: str, *, exact: bool) -> dict[str, Any]:
    pairs = [
        [_encode(key, f"{where} key", exact=exact), _encode(item, f"{where}[{key!r}]", exact=exact)]
        for key, item in value.items()
    ]
    return {"$dict": sorted(pairs, key=lambda pair: _to_text(pair[0]))}


def _decimal_text(value: Decimal, where: str, *, exact: bool) -> str:
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        raise ValueError(f"{_place(where)}: {value} is not a number that can be kept")
    if exact:
        return str(value)
    # Decimal.normalize() would round to the context's precision, and the source has up to 38 digits.
    number = int("".join(map(str, digits)))
    if number == 0:
        return "0"
    while number % 10 == 0:
        number //= 10
        exponent += 1
    return f"{'-' if sign else ''}{number}E{exponent}" if exponent else f"{'-' if sign else ''}{number}"


def _decode(value: dict[str, Any]) -> Any:
    if len(value) == 1:
        (tag, content), *_ = value.items()
        if decoder := _DECODERS.get(tag):
            return decoder(content)
    return value


_DECODERS: dict[str, Callable[[Any], Any]] = {
    "$decimal": Decimal,
    "$date": date.fromisoformat,
    "$datetime": datetime.fromisoformat,
    "$tuple": tuple,
    "$dict": dict,
}


def _place(where: str) -> str:
    return where or "value"
