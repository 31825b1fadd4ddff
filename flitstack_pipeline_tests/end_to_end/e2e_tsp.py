"""The example of The Service Program migrated once, and what its tests ask of it."""

import html
import json
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from e2e_dumps import Dump, everything
from e2e_project import Project, demo_file
from ruamel.yaml import YAML
from support import tsp_export as tsp

from flitstack_pipeline.ledger.records import RecordedOutcome
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.features import switch_on
from flitstack_pipeline.sandbox import FULL, Sandbox
from flitstack_pipeline.stages.result import VerbResult

SYSTEM = "the_service_program"
USERS = {"T01": "marisol.vega@example.com", "T03": "priya.raman@example.com", "T04": "sean.omalley@example.com"}
EVERYTHING = {"active_test": False, "tz": "UTC", "lang": "en_US"}
PLANTED: list[dict[str, Any]] = json.loads((tsp.EXAMPLE / "planted.json").read_text("utf-8"))
STOPPED = ("quarantined", "held")


@dataclass
class Story:
    """One migration, told once for all tests of this file."""

    project: Project
    sandbox: Sandbox
    odoo: OdooClient
    users: dict[str, int]
    results: dict[str, VerbResult] = field(default_factory=dict)
    tables: dict[str, Dump] = field(default_factory=dict)
    rows: dict[tuple[str, int], list[RecordedOutcome]] = field(default_factory=dict)

    def read(self, model: str, record_set: str, *fields: str) -> dict[str, dict[str, Any]]:
        """The migrated records of a record set by source id."""
        ids = self.project.ids(record_set)
        rows = {r["id"]: r for r in self.odoo.read(model, sorted(ids.values()), list(fields), context=EVERYTHING)}
        return {source_id: rows[res_id] for source_id, res_id in ids.items()}

    def dump(self, name: str) -> None:
        self.tables[name] = everything(self.sandbox, self.project.access.database)


@contextmanager
def told(folder: Path, sandbox: Sandbox) -> Iterator[Story]:
    """The migration of the example from the inventory to the reconciliation, in a database of its own."""
    demo = YAML(typ="safe").load(demo_file(SYSTEM).read_text("utf-8"))["target"]["sandbox"]
    database = "t_" + secrets.token_hex(4)
    access = sandbox.create_database(database, modules=FULL, localization=demo["localization"], progress=print)
    try:
        with Project(folder, access, system=SYSTEM, name="garden") as project, project.odoo() as odoo:
            switch_on(odoo, demo["features"])
            users = {tech: _user(odoo, email) for tech, email in USERS.items()}
            story = Story(project, sandbox, odoo, users)
            story.results["inventory"] = project.verb("inventory")
            story.results["doctor"] = project.verb("doctor")
            story.dump("before")
            for verb in ("plan", "approve", "load", "reconcile"):
                story.results[verb] = project.verb(verb)
            story.dump("loaded")
            with project.ledger() as ledger:
                for row in ledger.outcomes(project.id):
                    story.rows.setdefault((row.object, row.row), []).append(row)
            yield story
    finally:
        sandbox.drop_database(database)


def _user(odoo: OdooClient, email: str) -> int:
    """A technician who works with Odoo already."""
    values = {"name": email.partition("@")[0].replace(".", " ").title(), "login": email, "email": email}
    return odoo.create("res.users", [values], context={"no_reset_password": True})[0]


def stopped(name: str) -> set[int]:
    """Rows of an object that planted.json says stay behind."""
    return {e["row"] for e in PLANTED if e["object"] == name and e["expected_outcome"] in STOPPED}


def arrived(name: str) -> dict[str, tsp.Record]:
    """What has to be in Odoo, by source id."""
    return {r.id: r for r in tsp.records(name) if r.row not in stopped(name)}


def one(reference: Any) -> int | None:
    return reference[0] if reference else None


def words(text: str | bool) -> str:
    """The words of simple HTML."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", str(text or ""))).split())
