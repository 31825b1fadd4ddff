"""Python values as Odoo takes them: exact types in, JSON out, and a plain word on what cannot be sent."""

import base64
import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from flitstack_pipeline.odoo.errors import OdooRejected
from flitstack_pipeline.odoo.transports.base import Call

# Outside of XML 1.0's Char production: no escape brings them through.
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SURROGATES = re.compile("[\ud800-\udfff]")
XML_INT = 2**31


def plain(value: Any) -> Any:
    """Turn an exact value into JSON's types as Odoo reads them.

    Date-times are sent in UTC without a zone (one without a zone counts as UTC) and to the second, which is all that
    Odoo keeps; bytes as base64; decimals as the float that Odoo computes with.
    """
    if isinstance(value, datetime):
        utc = value if value.tzinfo is None else value.astimezone(UTC)
        return utc.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(type(value).__name__)


def to_json(call: Call, document: Any) -> bytes:
    """Encode a request. OdooRejected names the place of what JSON cannot carry (NaN, lone surrogates, objects)."""
    try:
        return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=plain).encode()
    except (TypeError, ValueError, RecursionError) as error:  # UnicodeEncodeError is a ValueError
        raise unsendable(call, xml=False) from error


def unsendable(call: Call, *, xml: bool) -> OdooRejected:
    """Say which value of the call cannot be sent: costs a walk, so only once sending has failed."""
    where, why = next(_faults(dict(call.named), "", xml), ("", "a value has a form that cannot be sent"))
    return call.blame(
        OdooRejected(
            f"{call.label}: {where}: {why}" if where else f"{call.label}: {why}",
            kind="NotSendable",
            odoo_message=f"{where}: {why}" if where else why,
            hint="clean the value in the map (transform) or leave the field out",
        )
    )


def _faults(value: Any, where: str, xml: bool) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str):
                yield where, f"key {key!r} is no text"
            yield from _faults(inner, f"{where}.{key}" if where else str(key), xml)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _faults(inner, f"{where}[{index}]", xml)
    elif isinstance(value, str):
        if bad := (NOT_XML if xml else SURROGATES).search(value):
            yield where, f"character U+{ord(bad.group()):04X} at position {bad.start()} cannot be sent"
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int):
        if xml and not -XML_INT <= value < XML_INT:
            yield where, f"number {value} has more than the 32 bits that XML-RPC carries"
    elif isinstance(value, float | Decimal):
        if not math.isfinite(value):
            yield where, f"{value} is no number that can be sent"
    else:
        try:
            plain(value)
        except (TypeError, ValueError):
            yield where, f"a {type(value).__name__} cannot be sent"
