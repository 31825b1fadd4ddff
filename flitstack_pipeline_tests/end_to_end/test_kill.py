"""A load or a rollback that is killed in the middle of a call: the next one finishes it, and nobody can tell the difference."""

import json
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from e2e_dumps import changes, everything, migrated, record_changes, row_counts
from e2e_project import Project
from e2e_subset import write_subset

from flitstack_pipeline.errors import TransientError
from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.sandbox import Sandbox

pytestmark = pytest.mark.odoo

KILLER = Path(__file__).with_name("e2e_killer.py")
# Small enough for several batches of every model that matters.
SMALL_BATCHES = "options: {batch_size: 5}"
# Those that are killed here, and finished, by the command line; the others by the same stages without Dagster.
BY_COMMAND = "before"
# Of the customer's own: two of the migration's customers have this address.
CONTACT = {"name": "Quillback (old)", "email": "info@example.org", "phone": "+61 2 5550 0000"}

# Odoo stamps every write, also the one that restores the contact.
STAMPS = {"res_partner": frozenset({"write_date", "write_uid"})}

LOADS = [
    pytest.param("ir.model.fields", "create", 1, "after", id="fields made, nobody knows"),
    pytest.param("ir.actions.act_window", "create", 1, "after", id="a custom model without its menu"),
    pytest.param("res.partner", "create", 2, "after", id="customers made, nobody knows"),
    pytest.param("res.partner", "write", 1, "after", id="a contact written, nobody knows"),
    pytest.param("crm.lead", "create", 2, "before", id="bookings half way"),
    pytest.param("account.move", "create", 1, "during", id="invoices under way"),
    pytest.param("account.move", "action_post", 1, "during", id="posting under way"),
    pytest.param("account.move.line", "reconcile", 2, "after", id="payments half matched"),
]
ROLLBACKS = [
    pytest.param("crm.lead", "unlink", 1, "after", id="bookings gone, nobody knows"),
    pytest.param("ir.model.fields", "unlink", 1, "during", id="fields going"),
]


@dataclass(frozen=True)
class Undisturbed:
    """How it is when nobody is killed."""

    records: dict[str, Any]
    rows: dict[str, int]


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_subset(tmp_path_factory.mktemp("export"), customers=6, also=["1001", "1002", "1004", "1213"])


def _with_contact(access: OdooAccess) -> OdooAccess:
    with OdooClient.connect(access) as odoo:
        odoo.create("res.partner", [CONTACT])
    return access


@pytest.fixture(scope="module")
def undisturbed(
    tmp_path_factory: pytest.TempPathFactory, odoo_access_module: OdooAccess, export: Path, sandbox: Sandbox
) -> Iterator[Undisturbed]:
    access = _with_contact(odoo_access_module)
    folder = tmp_path_factory.mktemp("undisturbed")
    with Project(folder, access, export, more=SMALL_BATCHES, accepted=False) as project:
        result = project.migrate()
        assert result.exit_code == 0, result.problems
        yield Undisturbed(migrated(project), row_counts(sandbox, access.database))


@pytest.fixture
def project(new_project: Callable[..., Project], odoo_access: OdooAccess, export: Path) -> Project:
    made = new_project(_with_contact(odoo_access), export, more=SMALL_BATCHES, accepted=False)
    made.prepare()
    return made


def _kill(project: Project, verb: str, model: str, method: str, nth: int, when: str) -> None:
    spec = {"model": model, "method": method, "nth": nth, "when": when, "command": when == BY_COMMAND}
    done = project.python(KILLER, json.dumps(spec), verb, project.id)
    assert done.code == -signal.SIGKILL, done.stdout + done.stderr


@pytest.mark.parametrize(("model", "method", "nth", "when"), LOADS)
def test_a_killed_load_is_finished_by_the_next(
    project: Project, undisturbed: Undisturbed, sandbox: Sandbox, model: str, method: str, nth: int, when: str
) -> None:
    _kill(project, "load", model, method, nth, when)

    if when == BY_COMMAND:  # it finds the killed run in Dagster's instance
        done = project.cli("load", project.id, "--json")
        assert done.code == 0, done.stdout + done.stderr
    else:
        result = project.verb("load")
        assert result.exit_code == 0, result.problems

    assert project.open_intents() == 0
    assert record_changes(undisturbed.records, migrated(project)) == {}
    rows = row_counts(sandbox, project.access.database)
    assert {t: (n, rows.get(t)) for t, n in undisturbed.rows.items() if rows.get(t) != n} == {}


@pytest.mark.parametrize(("model", "method", "nth", "when"), ROLLBACKS)
def test_a_killed_rollback_is_finished_by_the_next(
    project: Project, sandbox: Sandbox, model: str, method: str, nth: int, when: str
) -> None:
    before = everything(sandbox, project.access.database)
    project.verb("load")
    _kill(project, "rollback", model, method, nth, when)

    result = project.verb("rollback")

    assert (result.exit_code, result.problems) == (0, ())
    assert changes(before, everything(sandbox, project.access.database), ignoring=STAMPS) == {}


def test_a_killed_load_is_rolled_back_with_what_odoo_made_of_it_later(project: Project, sandbox: Sandbox) -> None:
    before = everything(sandbox, project.access.database)
    _kill(project, "load", "account.move", "create", 1, "during")

    result = project.verb("rollback")

    assert (result.exit_code, result.problems) == (0, ())
    assert result.details["removed"]["account.move"] == 5  # one batch
    assert changes(before, everything(sandbox, project.access.database), ignoring=STAMPS) == {}


def test_a_contact_is_restored_though_the_load_was_killed_while_it_wrote_to_it(project: Project) -> None:
    with project.odoo() as odoo:
        fields = [*CONTACT, "street", "is_company", "country_id", "peppol_eas", "comment"]
        (contact,) = odoo.search_read("res.partner", [["name", "=", CONTACT["name"]]], fields)
        _kill(project, "load", "res.partner", "write", 1, "after")
        assert odoo.read("res.partner", [contact["id"]], fields)[0] != contact

        result = project.verb("rollback")

        assert (result.exit_code, result.problems) == (0, ())
        assert odoo.read("res.partner", [contact["id"]], fields)[0] == contact


def test_two_loads_at_once_are_refused(project: Project) -> None:
    """The one that comes second is told who is writing, and may be started again later."""
    with project.run() as first:
        first.claim()
        with pytest.raises(TransientError, match="is writing to this Odoo"):
            project.verb("load")
        with pytest.raises(TransientError, match="is writing to this Odoo"):
            project.verb("rollback")
