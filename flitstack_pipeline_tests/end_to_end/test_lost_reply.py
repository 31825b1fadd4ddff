"""Answers of Odoo that never arrive: every record is made once, whether Odoo did it, did not, or does it later."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from e2e_project import VERBS, Project
from e2e_proxy import Fault, Proxy
from e2e_subset import BOOKINGS, Export, write_customers, write_subset

from flitstack_pipeline.errors import TransientError
from flitstack_pipeline.odoo import writer
from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.keys import KEY_FIELD, XML_IDS_FIELD, xml_module
from flitstack_pipeline.odoo.retry import Retrier, RetryPolicy
from flitstack_pipeline.stages import load
from flitstack_pipeline.stages.conclude import conclude
from flitstack_pipeline.stages.result import VerbResult

pytestmark = pytest.mark.odoo

NUMBERS = [f"C{n:02d}" for n in range(20)]
SMALL_BATCHES = "options: {batch_size: 6}"
# Long enough for what the proxy sends late, short enough for a test.
SETTLE = (0.5, 1.5, 3.0)


@pytest.fixture
def proxy(crm_only: OdooAccess) -> Iterator[Proxy]:
    made = Proxy(crm_only.url)
    yield made
    made.close()


class Tried:
    """A project whose loads go by the proxy, with little patience."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def verb(self, name: str) -> VerbResult:
        with self.project.run() as run:
            retrier = Retrier(policy=RetryPolicy(tries=3, base=0.05))
            run.client = OdooClient.connect(run.access, retrier=retrier, timeout=20)
            return conclude(run, VERBS[name](run))


@pytest.fixture
def tried(
    tmp_path: Path,
    new_project: Callable[..., Project],
    crm_only: OdooAccess,
    proxy: Proxy,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Tried:
    monkeypatch.setattr(writer, "SETTLE_SECONDS", SETTLE)
    rows = [{"Customer ID": n, "Business Name": f"Company {n}", "Suburb": "Perth"} for n in NUMBERS]
    name = "lost" + "".join(c for c in request.node.name if c.isalnum()).lower()[-40:]
    project = new_project(crm_only, write_customers(tmp_path / "export", rows), name=name, accepted=False)
    project.write_migration(more=SMALL_BATCHES, accepted=False, url=proxy.url)
    project.prepare()
    return Tried(project)


def _assert_all_are_there_once(project: Project) -> None:
    wanted = set(NUMBERS)
    ids = project.ids("customer")
    with project.odoo() as odoo:
        found = odoo.search_read("res.partner", [[KEY_FIELD, "=like", f"{project.id}/customer/%"]], ["name", KEY_FIELD])
        named = [["module", "=", xml_module(project.id)], ["model", "=", "res.partner"]]
        assert odoo.search_count("ir.model.data", named) == len(wanted)
    assert {r["id"]: (r["name"], r[KEY_FIELD]) for r in found} == {
        ids[n]: (f"Company {n}", f"{project.id}/customer/{n}") for n in wanted
    }
    assert set(ids) == wanted
    assert project.open_intents() == 0


@pytest.mark.parametrize("what", ["answered", "never", "late"])
@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "unguarded"])
def test_customers_are_made_once(
    tried: Tried, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, what: str, guarded: bool
) -> None:
    """Guarded: with the field that carries XML IDs, so that Odoo's own database refuses doubles."""
    if not guarded:
        monkeypatch.setattr(load, "ensure_guard", lambda *_, **__: None)
    proxy.fault = Fault("res.partner", "create", 2, what)

    result = tried.verb("load")

    proxy.settle()
    assert proxy.happened == 1
    assert result.exit_code == 0, result.problems
    assert result.objects["customer"].created == len(NUMBERS)
    _assert_all_are_there_once(tried.project)


def test_only_the_bad_records_of_a_batch_go_into_quarantine(
    tmp_path: Path, new_project: Callable[..., Project], crm_only: OdooAccess
) -> None:
    export = write_subset(tmp_path / "export", customers=20)
    statuses = {row["Booking No"]: row["Status"] for row in Export(export).rows(BOOKINGS)}
    bad = {number for number, status in statuses.items() if status == "Pending"}
    assert 0 < len(bad) < 6
    project = new_project(crm_only, export, name="bisected", accepted=False)
    text = project.map_file.read_text("utf-8")
    assert text.count("values: {Pending: 10,") == 1
    project.map_file.write_text(text.replace("values: {Pending: 10,", "values: {Pending: 1000,"), "utf-8")

    project.migrate()

    outcomes = project.outcomes("booking")
    assert {n for n, outcome in outcomes.items() if outcome == "quarantined"} == bad
    assert {n for n, outcome in outcomes.items() if outcome == "created"} == statuses.keys() - bad
    for number in bad:
        _, field, reason = project.outcome("booking", number)
        assert field == "probability"
        assert "between 0% and 100%" in reason  # Odoo's own words
    assert project.open_intents() == 0
    with project.odoo() as odoo:
        domain = [[KEY_FIELD, "=like", f"{project.id}/booking/%"]]
        found = odoo.search_count("crm.lead", domain, context={"active_test": False})
    assert found == len(statuses) - len(bad)
    result = project.verb("reconcile")
    assert result.ok, result.problems


@pytest.mark.parametrize("what", ["down", "answered, down"])
@pytest.mark.parametrize(("model", "method"), [("res.partner", "create"), ("ir.model.fields", "create")])
def test_odoo_goes_away_in_the_middle_and_the_next_load_goes_on(
    tried: Tried, proxy: Proxy, model: str, method: str, what: str
) -> None:
    proxy.fault = Fault(model, method, 1, what)
    with pytest.raises(TransientError):
        tried.verb("load")
    with pytest.raises(TransientError):  # still away
        tried.verb("load")

    proxy.up()
    result = tried.verb("load")

    assert result.exit_code == 0, result.problems
    _assert_all_are_there_once(tried.project)


def test_a_rollback_survives_lost_answers_and_leaves_nothing(tried: Tried, proxy: Proxy) -> None:
    tried.verb("load")
    proxy.fault = Fault("res.partner", "unlink", 1, "answered")

    result = tried.verb("rollback")

    assert proxy.happened == 1
    assert (result.exit_code, result.problems) == (0, ())
    with tried.project.odoo() as odoo:
        assert not odoo.search("ir.model.data", [["module", "=", xml_module(tried.project.id)]])
        assert XML_IDS_FIELD not in odoo.fields_get("res.partner")
