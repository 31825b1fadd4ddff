"""Reads an org folder: what the org is, its tables, their rows, and where the bodies of its files are."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from support.dataverse_server import organization
from support.dataverse_server.errors import OrgError
from support.dataverse_server.model import LOOKUPS, Attribute, Entity, read_entity

GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
Row = dict[str, Any]


@dataclass(frozen=True)
class OrgInfo:
    """The contents of org.json."""

    name: str
    organization_id: str
    business_unit_id: str
    user_id: str
    base_language: int
    languages: tuple[int, ...]
    tracking_days: int


@dataclass(frozen=True)
class OrgFolder:
    """A folder on disk. Nothing in it is ever written."""

    path: Path

    def info(self) -> OrgInfo:
        raw = _json(self.path / "org.json")
        base = raw.get("base_language", 1033)
        try:
            return OrgInfo(
                name=raw["name"],
                organization_id=raw["organization_id"],
                business_unit_id=raw["business_unit_id"],
                user_id=raw["user_id"],
                base_language=base,
                languages=tuple(raw.get("languages") or [base]),
                tracking_days=raw.get("tracking_days", 7),
            )
        except KeyError as missing:
            raise OrgError(f"org.json: {missing} is missing") from None

    def entities(self) -> dict[str, Entity]:
        found: dict[str, Entity] = {}
        for file in sorted((self.path / "entities").glob("*.json")):
            entity = read_entity(_json(file), f"entities/{file.name}")
            if entity.logical_name != file.stem:
                raise OrgError(f"entities/{file.name} defines {entity.logical_name!r}")
            found[entity.logical_name] = entity
        # Every Dataverse has it; a folder may define more of it.
        found.setdefault(organization.NAME, organization.definition())
        sets = [e.entity_set_name for e in found.values()]
        if twice := {s for s in sets if sets.count(s) > 1}:
            raise OrgError(f"two tables have the same set name: {sorted(twice)}")
        for file in (self.path / "data").glob("*.jsonl"):
            if file.stem not in found:
                raise OrgError(f"data/{file.name}: there is no entities/{file.stem}.json")
        return found

    def has_rows(self, entity: str) -> bool:
        return (self.path / "data" / f"{entity}.jsonl").exists()

    def rows(self, entity: Entity) -> Iterator[Row]:
        """The rows of a table, every value checked against its column."""
        file = self.path / "data" / f"{entity.logical_name}.jsonl"
        if not file.exists():
            if entity.logical_name == organization.NAME:
                info = self.info()
                language, days = info.base_language, info.tracking_days
                yield organization.row(info.organization_id, info.name, language=language, days=days)
            return
        seen: set[str] = set()
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                where = f"data/{file.name}:{number}"
                row = {n: v for n, v in json.loads(line).items() if v is not None}
                row_id = row.get(entity.primary_id)
                if not isinstance(row_id, str) or row_id in seen:
                    raise OrgError(f"{where}: {entity.primary_id} is missing or was there before: {row_id}")
                seen.add(row_id)
                check_row(entity, row, where)
                yield row

    def body(self, entity: str, row_id: str, attribute: str) -> Path | None:
        """The file that holds the body of a file-like column of a row."""
        folder = self.path / "files" / entity / row_id / attribute
        return next((f for f in sorted(folder.iterdir()) if f.is_file()), None) if folder.is_dir() else None

    def written(self) -> datetime:
        """When the youngest of its definitions and rows was written."""
        files = [f for part in ("entities", "data") for f in (self.path / part).iterdir() if f.is_file()]
        return datetime.fromtimestamp(max(f.stat().st_mtime for f in [self.path / "org.json", *files]), UTC)


def check_row(entity: Entity, row: Mapping[str, Any], where: str) -> None:
    """Refuse values that the real column could not hold; raises OrgError."""
    for name, value in row.items():
        if (attribute := entity.attributes.get(name)) is None:
            raise OrgError(f"{where}: {entity.logical_name} has no column {name!r}")
        if value is not None and (wrong := _wrong(attribute, value)):
            raise OrgError(f"{where}: {name} ({attribute.type}): {wrong}: {str(value)[:80]!r}")


def _wrong(attribute: Attribute, value: Any) -> str:
    kind = attribute.type
    if kind in LOOKUPS:
        if not isinstance(value, dict) or not GUID.fullmatch(str(value.get("id"))):
            return "not {id, table} with a lower-case GUID"
        return "" if value.get("table") in attribute.targets else f"not one of its targets {attribute.targets[:8]}"
    if kind == "Uniqueidentifier":
        return "" if GUID.fullmatch(str(value)) else "not a lower-case GUID"
    if kind in ("Picklist", "State", "Status", "Integer", "BigInt"):
        return "" if type(value) is int else "not a whole number"
    if kind == "MultiSelectPicklist":
        fine = isinstance(value, list) and value and all(type(v) is int for v in value)
        return "" if fine else "not a list of whole numbers"
    if kind == "Boolean":
        return "" if isinstance(value, bool) else "not a boolean"
    if kind in ("Money", "Decimal", "Double"):
        return "" if _is_number(value) else "not a number"
    if kind == "DateTime":
        return _wrong_time(attribute, value)
    if kind in ("String", "Memo", "EntityName"):
        if not isinstance(value, str):
            return "not a text"
        return (
            f"longer than {attribute.max_length}" if attribute.max_length and len(value) > attribute.max_length else ""
        )
    return ""


def _is_number(value: Any) -> bool:
    try:
        return not isinstance(value, bool) and Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False


def _wrong_time(attribute: Attribute, value: Any) -> str:
    try:
        if attribute.is_date_only:
            moment = date.fromisoformat(value)
        else:
            moment = datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").date()
    except (TypeError, ValueError):
        return "not YYYY-MM-DD" if attribute.is_date_only else "not YYYY-MM-DDTHH:MM:SSZ"
    return "" if moment.year >= 1753 else "before 1753"


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise OrgError(f"{file} is missing") from None
    except ValueError as error:
        raise OrgError(f"{file}: {error}") from None
