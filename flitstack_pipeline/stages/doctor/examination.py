"""What the checks look at, each part fetched once."""

from datetime import datetime
from functools import cached_property
from typing import Any

from flitstack_pipeline.errors import ConfigurationError, Problem
from flitstack_pipeline.mapping.compile import CompiledMap, compile_map
from flitstack_pipeline.mapping.spec import ModelSpec
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.stages.doctor.survey import Survey, Wanted, constants, is_owner, survey
from flitstack_pipeline.stages.run import MigrationRun


class Examination:
    """One migration under examination at the moment `now` (UTC)."""

    def __init__(self, run: MigrationRun, now: datetime) -> None:
        self.run = run
        self.now = now
        self.is_administrator = True  # until the connection has told

    @property
    def client(self) -> OdooClient:
        return self.run.client

    def has_extract(self, name: str) -> bool:
        """The object was extracted before."""
        return (self.run.extracts / f"{name}.json").is_file()

    @cached_property
    def extracted(self) -> bool:
        """All objects were extracted before, so that values can be compared and not only names."""
        return all(self.has_extract(name) for name in self.run.system.objects)

    @cached_property
    def present(self) -> dict[str, ModelSpec]:
        """The models of the map that this Odoo has."""
        return {name: m for name, m in self.run.system.models.items() if self.client.has_model(m.model)}

    @cached_property
    def targets(self) -> list[str]:
        """The Odoo models that receive records and are there, those of lines included."""
        found = [m.model for m in self.present.values()]
        if self.compiled:
            there = [r for m in self.compiled.models if not m.absent for r in m.records]
            found += [records.targets[field].relation for records in there for field in records.lines]
        return list(dict.fromkeys(found))

    def fields(self, model: str) -> dict[str, dict[str, Any]]:
        """The fields of a model that is there."""
        return self.client.fields_get(model)

    def may(self, model: str, operation: str) -> bool:
        """Ask Odoo for the right to `read`, `write`, `create` or `unlink` records of a model, without using it."""
        if self.client.version.major >= 18:
            return bool(self.client.call(model, "has_access", ids=[], retry=True, operation=operation))
        return bool(
            self.client.call(model, "check_access_rights", retry=True, operation=operation, raise_exception=False)
        )

    def in_group(self, group: str) -> bool:
        """The user belongs to the group with this XML ID; False where there is no such group."""
        ids = [self.client.uid] if self.client.version.major >= 18 else None
        return bool(self.client.call("res.users", "has_group", ids=ids, retry=True, group_ext_id=group))

    @cached_property
    def user(self) -> dict[str, Any]:
        """The migration's user."""
        wanted = ("login", "name", "lang", "tz", "company_id", "company_ids", "share")
        there = [f for f in wanted if f in self.fields("res.users")]
        return self.client.read("res.users", [self.client.uid], there)[0]

    @cached_property
    def company_id(self) -> int:
        """The company that receives the records: the user's own."""
        return int(self.user["company_id"][0])

    @cached_property
    def parameters(self) -> dict[str, str]:
        """Odoo's system parameters that say something about the database. Needs an administrator."""
        domain = [("key", "in", ["database.expiration_date", "database.expiration_reason", "database.is_neutralized"])]
        return {
            row["key"]: str(row["value"])
            for row in self.client.search_read("ir.config_parameter", domain, ["key", "value"])
        }

    @cached_property
    def _compilation(self) -> tuple[CompiledMap | None, tuple[Problem, ...]]:
        run = self.run
        try:
            compiled = compile_map(
                run.system,
                live=self.client,
                target={},
                source_schema={},
                # Before the inventory there are no definitions yet: the map's own fields are checked all the same.
                rows_of=lambda name: run.rows_of(name) if self.has_extract(name) else [],
                distinct=lambda name, column: run.distinct(name, column) if self.has_extract(name) else [],
            )
        except ConfigurationError as error:
            return None, error.problems
        return compiled, ()

    @property
    def compiled(self) -> CompiledMap | None:
        """The map against this Odoo; None if they do not fit, see `map_problems`."""
        return self._compilation[0]

    @property
    def map_problems(self) -> tuple[Problem, ...]:
        """What the map names and this Odoo does not have, or has otherwise."""
        return self._compilation[1]

    @cached_property
    def survey(self) -> Survey | None:
        """What the extracted rows will ask of Odoo; None before the inventory, or if the map does not fit."""
        return survey(self.run, self.compiled) if self.extracted and self.compiled else None

    @cached_property
    def wanted(self) -> list[Wanted]:
        """The live records that values mean: of all rows, or, before the inventory, those that the map itself names."""
        if self.survey:
            found = list(self.survey.wanted.values())
        else:
            there = [r for m in self.compiled.models if not m.absent for r in m.records] if self.compiled else []
            found = [
                Wanted(ref, f"{records.name}.{path}", is_owner(records, path, ref))
                for records in there
                for path, ref in constants(records.spec.fields)
            ]
        have = {model: self.client.has_model(model) for model in {w.ref.model for w in found}}
        return [w for w in found if have[w.ref.model]]
