"""An Odoo in memory: its schema for compiling, and records to look up and read back. It cannot be written to.

It answers in the forms in which the client gives Odoo's answers (many2one as [id, name], empty as False).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from flitstack_pipeline.odoo.errors import OdooMissing

Info = Mapping[str, Any]


def fields(**types: str | Info) -> dict[str, Info]:
    """Fields as `fields_get` tells them: a type by its name, or a whole entry."""
    return {
        n: {"string": n.replace("_", " ").title(), **({"type": t} if isinstance(t, str) else t)}
        for n, t in types.items()
    }


class FakeOdoo:
    """Models with their fields and records. `calls` notes every method that was called, with its model."""

    def __init__(self, **models: Mapping[str, Info]) -> None:
        self.schema: dict[str, dict[str, Info]] = {name.replace("__", "."): dict(f) for name, f in models.items()}
        self.records: dict[str, dict[int, dict[str, Any]]] = {}
        self.calls: list[tuple[str, str]] = []
        self.uid = 2
        self.database_uuid = "uuid-1"
        self.version = SimpleNamespace(major=19, raw="19.0")

    def add(self, model: str, *records: Mapping[str, Any]) -> "FakeOdoo":
        """Put records into a model; those without an `id` are numbered."""
        there = self.records.setdefault(model, {})
        for record in records:
            number = int(record.get("id") or len(there) + 1)
            there[number] = {"id": number, **record}
        return self

    # -- what the client offers ---------------------------------------------------------------------------------------

    def close(self) -> None:
        self.calls.append(("", "close"))

    def has_model(self, model: str) -> bool:
        return model in self.schema

    def fields_get(self, model: str) -> dict[str, Info]:
        return self.schema[model]

    def installed_modules(self) -> dict[str, str]:
        return {"base": "19.0"}

    def existing(self, model: str, ids: Sequence[int]) -> list[int]:
        return [i for i in ids if i in self.records.get(model, {})]

    def read(
        self, model: str, ids: Sequence[int], names: Sequence[str], *, context: Any = None
    ) -> list[dict[str, Any]]:
        self.calls.append((model, "read"))
        there = self.records.get(model, {})
        if gone := [i for i in ids if i not in there]:
            raise OdooMissing(f"{model} {gone} is gone", kind="MissingError")
        return [self._shown(there[i], names) for i in ids]

    def search_read(self, model: str, domain: Sequence[Any], names: Sequence[str], **_: Any) -> list[dict[str, Any]]:
        self.calls.append((model, "search_read"))
        return [self._shown(r, names) for r in self.records.get(model, {}).values() if self._meets(r, domain)]

    def iter_search_read(
        self, model: str, domain: Sequence[Any], names: Sequence[str], **_: Any
    ) -> Iterator[list[dict[str, Any]]]:
        if found := self.search_read(model, domain, names):
            yield found

    def search_count(self, model: str, domain: Sequence[Any], *, context: Any = None) -> int:
        return sum(self._meets(r, domain) for r in self.records.get(model, {}).values())

    # -- inside -------------------------------------------------------------------------------------------------------

    def _shown(self, record: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
        return {"id": record["id"], **{name: record.get(name, False) for name in names}}

    def _meets(self, record: Mapping[str, Any], domain: Sequence[Any]) -> bool:
        return all(self._test(record.get(name, False), operator, wanted) for name, operator, wanted in domain)

    def _test(self, value: Any, operator: str, wanted: Any) -> bool:
        if operator == "=":
            return bool(value == wanted)
        if operator == ">":
            return bool(value > wanted)
        if operator == "in":
            return value in wanted
        if operator == "=like":
            return isinstance(value, str) and bool(re.fullmatch(_like(wanted), value))
        raise NotImplementedError(f"this Odoo does not know {operator}")


def _like(pattern: str) -> str:
    """SQL's pattern as a regular expression."""
    wild = {"%": ".*", "_": "."}
    return "".join(
        re.escape(part[1:]) if part.startswith("\\") else wild.get(part, re.escape(part))
        for part in re.findall(r"\\.|.", pattern)
    )


class IdMap:
    """Ids of this migration's records by record set; `asked` notes what was asked for."""

    def __init__(self, **known: Mapping[str, int]) -> None:
        self.known = known
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def resolve(self, record_set: str, source_ids: Sequence[str]) -> dict[str, int]:
        self.asked.append((record_set, tuple(source_ids)))
        there = self.known.get(record_set, {})
        return {s: there[s] for s in source_ids if s in there}
