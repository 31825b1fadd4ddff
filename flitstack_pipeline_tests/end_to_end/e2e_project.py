"""An example as a project of its own, migrated into a given Odoo: verbs in this process or by the command line."""

import io
import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from flitstack_pipeline.ledger.store import Ledger
from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.sandbox.dataverse import stop_dataverses
from flitstack_pipeline.settings import ENV_HOME, ENV_PROJECT, Settings
from flitstack_pipeline.stages.approve import STAGE, approve
from flitstack_pipeline.stages.conclude import conclude
from flitstack_pipeline.stages.doctor import doctor
from flitstack_pipeline.stages.inventory import extract_object, inventory
from flitstack_pipeline.stages.load import begin_load, finish_load, load_model
from flitstack_pipeline.stages.plan import plan
from flitstack_pipeline.stages.reconcile import reconcile
from flitstack_pipeline.stages.result import VerbResult
from flitstack_pipeline.stages.rollback import rollback
from flitstack_pipeline.stages.run import MigrationRun

CHECKOUT = Path(__file__).resolve().parents[2]
EXAMPLE = CHECKOUT / "examples" / "octopuspro"
DEMO = CHECKOUT / "mappings" / "migrations" / "octopuspro-demo.yaml"


def demo_file(system: str) -> Path:
    """The migration file of a system's example."""
    return CHECKOUT / "mappings" / "migrations" / f"{system}-demo.yaml"


def _inventory(run: MigrationRun) -> VerbResult:
    for name in run.system.objects:
        extract_object(run, name)
    return inventory(run)


def _approve(run: MigrationRun) -> VerbResult:
    return approve(run, who="Test Person", comment="read")


def _load(run: MigrationRun) -> VerbResult:
    begin_load(run)
    for model in run.compiled.models:
        load_model(run, model.name)
    return finish_load(run)


VERBS: Mapping[str, Callable[..., VerbResult]] = {
    "doctor": doctor,
    "inventory": _inventory,
    "plan": plan,
    "approve": _approve,
    "load": _load,
    "reconcile": reconcile,
    "rollback": rollback,
}


@dataclass(frozen=True)
class Done:
    """How a command ended. `result`: what it printed with `--json`."""

    code: int
    stdout: str
    stderr: str

    @property
    def result(self) -> dict[str, Any]:
        return json.loads(self.stdout)


class Project:
    """A copy of a system's map and one migration: the system's demo, but that it points to `export` and to one database.

    `export`: another folder than the demo's; `source`: settings that replace the demo's `source:`; `accepted`: with the demo's
    accepted differences; `more`: YAML to append to the migration's file. Migrations into the same database need different names.
    """

    def __init__(
        self,
        folder: Path,
        access: OdooAccess,
        export: Path | None = None,
        *,
        system: str = "octopuspro",
        source: Mapping[str, Any] | None = None,
        name: str = "coastal",
        more: str = "",
        accepted: bool = True,
    ) -> None:
        self.system = system
        self.source = source
        self.id = name
        self.folder = folder
        self.access = access
        self.export = export
        self.settings = Settings(root=folder, home=folder / "home", cache=folder / "cache")
        for place in (self.settings.systems_dir, self.settings.migrations_dir, self.settings.home):
            place.mkdir(parents=True, exist_ok=True)
        self.map_file = self.settings.systems_dir / f"{system}.yaml"
        shutil.copy(CHECKOUT / "mappings" / "systems" / f"{system}.yaml", self.map_file)
        for name in ("dagster.yaml", "workspace.yaml"):
            shutil.copy(CHECKOUT / name, folder / name)
        self._key = f"FLITSTACK_TEST_{access.database.upper()}"
        os.environ[self._key] = access.api_key or access.password
        self.write_migration(more=more, accepted=accepted)

    def close(self) -> None:
        os.environ.pop(self._key, None)
        stop_dataverses(self.settings.sandbox_dir)

    def __enter__(self) -> "Project":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write_migration(self, *, more: str = "", accepted: bool = True, url: str = "") -> None:
        """(Re)write the migration's file; `url` in place of the database's own goes by a proxy, say."""
        access, yaml = self.access, YAML(typ="safe", pure=True)
        demo = yaml.load(demo_file(self.system).read_text("utf-8"))
        if self.source is not None:
            demo["source"] = dict(self.source)
        elif "folder" in demo["source"]:
            demo["source"]["folder"] = str(self.export or CHECKOUT / demo["source"]["folder"])
        else:
            demo["source"]["sandbox"] = str(CHECKOUT / demo["source"]["sandbox"])
        if self.system == "octopuspro" and self.export != EXAMPLE / "export":
            # The example's own dates settle their order; a part of them may not.
            demo["source"]["date_order"] = {"*": "DMY"}
        target = {"url": url or access.url, "database": access.database, "login": access.login}
        demo["target"] = target | {"api_key_env" if access.api_key else "password_env": self._key}
        demo["target"]["protocol"] = access.protocol
        if not accepted:
            demo.pop("accepted_differences", None)
        text = io.StringIO()
        yaml.dump(demo | (yaml.load(more) or {}), text)
        (self.settings.migrations_dir / f"{self.id}.yaml").write_text(text.getvalue(), "utf-8")

    # -- verbs --------------------------------------------------------------------------------------------------------

    def run(self) -> MigrationRun:
        return MigrationRun(self.settings, self.id, uuid.uuid4().hex)

    def verb(self, name: str, **config: Any) -> VerbResult:
        """Do one verb in this process, as its job does, and return its result; typed errors come out as they are."""
        with self.run() as run:
            return conclude(run, VERBS[name](run, **config))

    def prepare(self) -> None:
        """Up to the approval, in one go and without the reports: most tests begin where these end."""
        with self.run() as run:
            for name in run.system.objects:
                run.extract(name)
            plan = run.compiled
            run.ledger.approve(
                run.id,
                STAGE,
                plan_hash=plan.hash,
                who="Test Person",
                comment="",
                plan_json=plan.document,
                run_id=run.run_id,
            )

    def migrate(self) -> VerbResult:
        """From the inventory to the end of the load; returns the load's result."""
        self.prepare()
        return self.verb("load")

    def environment(self) -> dict[str, str]:
        """For processes that work on this project."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("DAGSTER")}
        own.pop("FLITSTACK_DAGSTER_DIR", None)
        return {
            **own,
            "PYTHONPATH": str(CHECKOUT),
            ENV_PROJECT: str(self.folder),
            ENV_HOME: str(self.settings.home),
            "COLUMNS": "200",
        }

    def cli(self, *arguments: str) -> Done:
        """`flitstack <arguments>` as a process of its own."""
        return self.python("-m", "flitstack_pipeline.cli", *arguments)

    def python(self, *arguments: str | Path) -> Done:
        """A Python process on this project, in its environment."""
        done = subprocess.run(
            [sys.executable, *arguments],
            env=self.environment(), cwd=CHECKOUT, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)

    # -- looking ------------------------------------------------------------------------------------------------------

    def ledger(self) -> Ledger:
        return Ledger.open(self.settings)

    def odoo(self) -> OdooClient:
        return OdooClient.connect(self.access)

    def outcome(self, obj: str, source_id: str) -> tuple[str, str, str]:
        """Outcome, field and reason of a source row; empty texts if it has none."""
        with self.ledger() as ledger:
            found = ledger.where(self.id, obj, source_id).outcome
        return (str(found.outcome), found.field, found.reason) if found else ("", "", "")

    def outcomes(self, obj: str) -> dict[str, str]:
        """The outcome of every row of an object, by source id."""
        with self.ledger() as ledger:
            return {row.source_id: str(row.outcome) for row in ledger.outcomes(self.id, obj)}

    def ids(self, record_set: str) -> dict[str, int]:
        """The id map of a record set."""
        with self.ledger() as ledger:
            return {m.source_id: m.res_id for batch in ledger.iter_mapped(self.id, record_set) for m in batch}

    def id_of(self, record_set: str, source_id: str) -> int:
        return self.ids(record_set)[source_id]

    def open_intents(self) -> int:
        with self.ledger() as ledger:
            return len(ledger.open_intents(self.id))


def read_json_lines(path: Path) -> Sequence[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
