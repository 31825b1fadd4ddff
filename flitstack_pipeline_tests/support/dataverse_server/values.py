"""A stored row as the Web API shows it: names, numbers, formatted values and the other annotations."""

import base64
import json
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from support.dataverse_server.database import Database
from support.dataverse_server.model import BODIES, LOOKUPS, Attribute, Entity
from support.dataverse_server.org import Row

FORMATTED = "OData.Community.Display.V1.FormattedValue"
LOOKUP_TABLE = "Microsoft.Dynamics.CRM.lookuplogicalname"
NAVIGATION = "Microsoft.Dynamics.CRM.associatednavigationproperty"
# A private-use character starts a text that is to become a JSON number with exactly these digits.
_EXACT = "\ue0f1"
_EXACT_TEXT = re.compile(f'"{_EXACT}([-0-9.]+)"')
_FILES = uuid.UUID("2b1f0a52-4c2f-4f7e-9d55-7a2f0f0f3a11")
Show = Callable[[Row, dict[str, Any]], None]


@dataclass(frozen=True)
class Annotations:
    """Which annotations a request asked for: names, `*`, or names that end in `*`."""

    patterns: tuple[str, ...] = ()

    def wants(self, name: str) -> bool:
        return any(p == name or (p.endswith("*") and name.startswith(p[:-1])) for p in self.patterns)


def exact(number: Any, digits: int | None) -> str | None:
    """A decimal with this many digits after the point, to be written as a JSON number."""
    if number is None:
        return None
    value = Decimal(str(number))
    return _EXACT + (f"{value:f}" if digits is None else f"{value:.{digits}f}")


def to_json(answer: Any) -> bytes:
    """JSON as the server writes it: UTF-8, exact decimals."""
    return _EXACT_TEXT.sub(r"\1", json.dumps(answer, ensure_ascii=False, separators=(",", ":"))).encode()


class Renderer:
    """Shows rows of one table with the selected properties (all if None)."""

    def __init__(
        self, database: Database, entity: Entity, selected: Sequence[str] | None, annotations: Annotations
    ) -> None:
        self._database = database
        self._entity = entity
        self._formatted = annotations.wants(FORMATTED)
        self._lookup_table = annotations.wants(LOOKUP_TABLE)
        self._navigation = annotations.wants(NAVIGATION)
        known = entity.by_property()
        names = list(known) if selected is None else list(dict.fromkeys([*selected, entity.primary_id]))
        if any(known[n].type == "Money" for n in names) and "_transactioncurrencyid_value" not in names:
            names.append("_transactioncurrencyid_value")
        self._shows = [self._show(known[name]) for name in names if name in known]

    def __call__(self, row: Row) -> dict[str, Any]:
        shown: dict[str, Any] = {"@odata.etag": f'W/"{row["versionnumber"]}"'}
        for show in self._shows:
            show(row, shown)
        return shown

    def _show(self, attribute: Attribute) -> Show:
        if attribute.type in LOOKUPS:
            return self._lookup(attribute)
        name = attribute.property_name
        value_of, text_of = self._value_of(attribute), self._text_of(attribute)
        label = f"{name}@{FORMATTED}"

        def show(row: Row, shown: dict[str, Any]) -> None:
            value = value_of(row)
            if value is not None and text_of and (text := text_of(value, row)) is not None:
                shown[label] = text
            shown[name] = value

        return show

    def _lookup(self, attribute: Attribute) -> Show:
        name, stored = attribute.property_name, attribute.name
        name_of = self._database.name_of
        is_currency = stored == "transactioncurrencyid"

        def show(row: Row, shown: dict[str, Any]) -> None:
            target = row.get(stored)
            if target is None and is_currency and (currency := self._database.currency_of(row)):
                target = {"id": currency["transactioncurrencyid"], "table": "transactioncurrency"}
            if target is None:
                shown[name] = None
                return
            if self._formatted and (text := name_of(target)) is not None:
                shown[f"{name}@{FORMATTED}"] = text
            if self._navigation:
                shown[f"{name}@{NAVIGATION}"] = attribute.navigation_to(target["table"])
            if self._lookup_table:
                shown[f"{name}@{LOOKUP_TABLE}"] = target["table"]
            shown[name] = target["id"]

        return show

    def _value_of(self, attribute: Attribute) -> Callable[[Row], Any]:
        name, kind = attribute.name, attribute.type
        if BODIES.get(self._entity.logical_name) == name:
            return lambda row: self._body(row, name)
        if kind == "Money":
            return self._money(attribute)
        if name == "exchangerate":
            return lambda row: exact(row.get(name) or self._database.currency_of(row).get("exchangerate") or "1", 12)
        if kind in ("Decimal", "Double"):
            digits = attribute.precision if kind == "Decimal" else None
            return lambda row: exact(row.get(name), digits)
        if kind == "MultiSelectPicklist":
            return lambda row: ",".join(map(str, row[name])) if row.get(name) else None
        if kind == "File":
            return lambda row: self._file_id(row, name)
        if kind == "Image":
            return lambda row: self._body(row, name)
        if attribute.attribute_of and (owner := self._entity.attributes.get(attribute.attribute_of)):
            return self._companion(attribute, owner)
        return lambda row: row.get(name)

    def _money(self, attribute: Attribute) -> Callable[[Row], Any]:
        name = attribute.name
        source = name.removesuffix("_base") if name.endswith("_base") else ""
        # The API shows four digits whatever the precision of the column: it says how many are meant, not how many are kept.
        if not source or source not in self._entity.attributes:
            return lambda row: exact(row.get(name), 4)

        def base(row: Row) -> Any:
            if name in row or row.get(source) is None:
                return exact(row.get(name), 4)
            rate = Decimal(str(row.get("exchangerate") or self._database.currency_of(row).get("exchangerate") or 1))
            return exact(Decimal(str(row[source])) / rate, 4)

        return base

    def _companion(self, attribute: Attribute, owner: Attribute) -> Callable[[Row], Any]:
        """The file's name, or the URL, time stamp and id of an image."""

        def value(row: Row) -> Any:
            path = self._database.folder.body(self._entity.logical_name, row[self._entity.primary_id], owner.name)
            if path is None:
                return row.get(attribute.name)
            if owner.type == "File":
                return path.name
            image, stamp = self._file_id(row, owner.name), row["versionnumber"] + 637_000_000_000_000_000
            url = f"/Image/download.aspx?Entity={self._entity.logical_name}&Attribute={owner.name}&Id={image}&Timestamp={stamp}"
            return {"BigInt": stamp, "Uniqueidentifier": image}.get(attribute.type, url)

        return value

    def _body(self, row: Row, attribute: str) -> str | None:
        if attribute in row:
            return row[attribute]
        path = self._database.folder.body(self._entity.logical_name, row[self._entity.primary_id], attribute)
        return base64.b64encode(path.read_bytes()).decode() if path else None

    def _file_id(self, row: Row, attribute: str) -> str | None:
        row_id = row[self._entity.primary_id]
        path = self._database.folder.body(self._entity.logical_name, row_id, attribute)
        return str(uuid.uuid5(_FILES, f"{row_id}/{attribute}")) if path else None

    def _text_of(self, attribute: Attribute) -> Callable[[Any, Row], str | None] | None:
        if not self._formatted:
            return None
        kind = attribute.type
        labels = self._labels(attribute)
        if kind in ("Picklist", "State", "Status"):
            return lambda value, _: labels.get(value)
        if kind == "MultiSelectPicklist":
            return lambda _, row: "; ".join(labels.get(v, str(v)) for v in row[attribute.name])
        if kind == "Boolean":
            return lambda value, _: labels.get(int(value), "Yes" if value else "No")
        if kind == "Money":
            return lambda value, row: self._price(value, row, attribute.precision)
        if kind in ("Decimal", "Double"):
            digits = attribute.precision if attribute.precision is not None else 2
            return lambda value, _: f"{Decimal(value.removeprefix(_EXACT)):,.{digits}f}"
        if kind in ("Integer", "BigInt"):
            return lambda value, _: f"{value:,}"
        if kind == "DateTime":
            return lambda value, _: formatted_time(value, attribute)
        if kind == "EntityName":
            return lambda value, _: self._entity_label(value)
        return None

    def _labels(self, attribute: Attribute) -> dict[int, str]:
        base = self._database.info.base_language
        return {o.value: o.labels[base] for o in attribute.options if base in o.labels}

    def _entity_label(self, name: str) -> str:
        entity = self._database.entities.get(name)
        return entity.labels.get(self._database.info.base_language, name) if entity else name

    def _price(self, value: str, row: Mapping[str, Any], precision: int | None) -> str:
        symbol = self._database.currency_of(row).get("currencysymbol", "$")
        number = Decimal(value.removeprefix(_EXACT))
        text = f"{symbol}{abs(number):,.{2 if precision is None else min(precision, 4)}f}"
        return f"({text})" if number < 0 else text


def formatted_time(value: str, attribute: Attribute) -> str:
    """A date or time as it is shown to an American in UTC."""
    if attribute.is_date_only:
        day = date.fromisoformat(value)
        return f"{day.month}/{day.day}/{day.year}"
    moment = datetime.fromisoformat(value)
    day = f"{moment.month}/{moment.day}/{moment.year}"
    return day if attribute.format == "DateOnly" else f"{day} {moment.hour % 12 or 12}:{moment:%M %p}"
