"""The rebuild reference as data. Its JSON Schema is `rebuild.schema.json` beside this file."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from flitstack_pipeline.rebuild.spec import Kind, Make, On

VERSION = 1
SCHEMA = Path(__file__).with_name("rebuild.schema.json")


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Origin(_Data):
    """Where an entry comes from: a file and its row, or an entity and its id."""

    file: str = ""
    row: int | None = None
    entity: str = ""
    id: str = ""


class BuildAction(_Data):
    """One action of what is built. `state`: the type of Odoo's server action, null where Odoo has none that does this."""

    state: str | None
    text: str


class Build(_Data):
    """What to build in Odoo.

    `domain`: the conditions that could be said in Odoo's fields; `by_hand`: those that could not. `needs`: apps that must be
    installed. `date_field` and `delay` belong to triggers by time, `trigger_fields` to those by change.
    """

    make: Make
    model: str | None = None
    trigger: On | None = None
    trigger_fields: tuple[str, ...] = ()
    date_field: str | None = None
    delay: str = ""
    domain: tuple[Any, ...] = ()
    by_hand: tuple[str, ...] = ()
    actions: tuple[BuildAction, ...] = ()
    needs: tuple[str, ...] = ()
    note: str = ""


class Entry(_Data):
    """One workflow, rule, schedule, setting or process of the source.

    `active`: null where the source does not say. `details`: what else is known, name by name. `problem`: why (a part of) it
    could not be read; `raw` then has what the source says, secrets masked.
    """

    id: str
    kind: Kind
    name: str
    object: str
    source_id: str
    origin: Origin
    owner: str = ""
    active: bool | None = None
    trigger: str = ""
    conditions: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    details: dict[str, str] = {}
    group: str = ""
    build: Build
    problem: str = ""
    raw: str | None = None


class LeftOut(_Data):
    """Rows that are no entries, by a rule of the map."""

    reason: str
    rows: int


class ObjectCount(_Data):
    """Rows in, entries out. `missing`: rows that are neither an entry nor left out; anything but 0 is a fault."""

    object: str
    title: str
    rows: int
    entries: int
    unreadable: int
    left_out: tuple[LeftOut, ...] = ()
    missing: int = 0


class LeftBehind(_Data):
    """Rows that are not migrated and of which there is nothing to rebuild one by one."""

    object: str
    title: str
    rows: int
    reason: str
    rebuild: str


class RebuildReference(_Data):
    """Everything of one migration that has to be built anew."""

    version: Literal[1] = VERSION
    migration: str
    system: str
    entries: tuple[Entry, ...]
    counts: tuple[ObjectCount, ...]
    left_behind: tuple[LeftBehind, ...] = Field(default=())

    @property
    def problems(self) -> tuple[str, ...]:
        """What is missing, in words; empty where each row is accounted for."""
        return tuple(
            f"rebuild reference: {c.rows} rows of {c.object} and {c.entries} entries, {abs(c.missing)} "
            f"{'missing' if c.missing > 0 else 'too many'}"
            for c in self.counts
            if c.missing
        )

    def as_json(self) -> str:
        """The text of `rebuild.json`; the same for the same source and map."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"


def json_schema() -> Mapping[str, Any]:
    """JSON Schema (2020-12) of `rebuild.json`."""
    schema = RebuildReference.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Rebuild reference"}
