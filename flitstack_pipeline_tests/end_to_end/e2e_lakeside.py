"""The example of Connect Field Service, migrated once: the story that the tests of it look at."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from e2e_dumps import Dump, everything
from e2e_project import Project

from flitstack_pipeline.ledger.records import RecordedOutcome
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.sandbox import FULL, Sandbox
from flitstack_pipeline.stages.result import VerbResult

EVERYTHING = {"active_test": False, "tz": "UTC", "lang": "en_US"}
# Colleagues who work with Odoo already. Some owners of the source do not.
USERS = ("dana.whitfield", "marco.reyes", "priya.nair", "tom.becker")
MAIL = "{}@lakeside-climate.example"


@dataclass
class Story:
    """One migration, told once for all tests of a file."""

    project: Project
    sandbox: Sandbox
    odoo: OdooClient
    users: dict[str, int]
    results: dict[str, VerbResult] = field(default_factory=dict)
    tables: dict[str, Dump] = field(default_factory=dict)
    rows: dict[str, list[RecordedOutcome]] = field(default_factory=dict)

    def ids(self, record_set: str) -> dict[str, int]:
        return self.project.ids(record_set)

    def read(self, model: str, record_set: str, *fields: str) -> dict[str, dict[str, Any]]:
        """The migrated records of a record set by source id; all their fields if none are named."""
        ids = self.ids(record_set)
        rows = {r["id"]: r for r in self.odoo.read(model, sorted(ids.values()), list(fields), context=EVERYTHING)}
        return {source_id: rows[res_id] for source_id, res_id in ids.items()}

    def dump(self, name: str) -> None:
        self.tables[name] = everything(self.sandbox, self.project.access.database)

    def outcomes(self, source_id: str, records: str) -> list[RecordedOutcome]:
        """What became of a row in a record set, or in none."""
        return [o for o in self.rows.get(source_id, ()) if o.record_set in (records, "")]


@contextmanager
def lakeside(folder: Path, sandbox: Sandbox) -> Iterator[Story]:
    """Migrate the example into a new Odoo of the sandbox, up to the reconciliation."""
    database = "t_" + secrets.token_hex(4)
    access = sandbox.create_database(database, modules=FULL, localization="l10n_us", progress=print)
    try:
        with (
            Project(folder, access, system="connect_field_service", name="lakeside") as project,
            project.odoo() as odoo,
        ):
            mails = [MAIL.format(login) for login in USERS]
            people = [{"name": m.partition("@")[0], "login": m, "email": m} for m in mails]
            ids = odoo.create("res.users", people, context={"no_reset_password": True})
            story = Story(project, sandbox, odoo, dict(zip(mails, ids, strict=True)))
            for verb in ("inventory", "doctor"):
                story.results[verb] = project.verb(verb)
            story.dump("before")
            for verb in ("plan", "approve", "load", "reconcile"):
                story.results[verb] = project.verb(verb)
            story.dump("loaded")
            with project.ledger() as ledger:
                for row in ledger.outcomes(project.id):
                    story.rows.setdefault(row.source_id, []).append(row)
            yield story
    finally:
        sandbox.drop_database(database)


def one(reference: Any) -> int | None:
    """The id that a many2one was read as."""
    return reference[0] if reference else None
