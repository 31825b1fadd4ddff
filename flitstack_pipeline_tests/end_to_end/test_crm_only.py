"""An Odoo with CRM and contacts alone: what it has a place for migrates, and the rest is left out by name, not by accident."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from e2e_dumps import Dump, changes, everything
from e2e_project import Project
from e2e_subset import write_subset

from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.sandbox import Sandbox
from flitstack_pipeline.stages.result import VerbResult

pytestmark = pytest.mark.odoo

ABSENT = {
    "hr.employee": ("hr", ["fieldworker"]),
    "product.template": ("product", ["service"]),
    "product.product": ("product", ["service", "service_option"]),
    "sale.order": ("sale_management", ["quote"]),
    "account.move": ("account", ["invoice"]),
    "account.payment": ("account", ["payment"]),
}


@dataclass(frozen=True)
class Story:
    """One migration into a small Odoo, from the doctor to the rollback."""

    project: Project
    results: dict[str, VerbResult]
    reasons: dict[str, Counter[tuple[str, str]]]
    lead: dict[str, object]
    tables: dict[str, Dump]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, crm_only: OdooAccess, sandbox: Sandbox) -> Iterator[Story]:
    export = write_subset(tmp_path_factory.mktemp("export"), customers=25)
    results: dict[str, VerbResult] = {}
    tables: dict[str, Dump] = {}
    reasons: dict[str, Counter[tuple[str, str]]] = {}
    with Project(tmp_path_factory.mktemp("small"), crm_only, export, accepted=False) as project, project.odoo() as odoo:
        results["inventory"] = project.verb("inventory")
        tables["before"] = everything(sandbox, crm_only.database)
        for verb in ("doctor", "plan", "approve", "load", "reconcile"):
            results[verb] = project.verb(verb)
        with project.ledger() as ledger:
            for row in ledger.outcomes(project.id):
                reasons.setdefault(row.object, Counter())[str(row.outcome), row.reason] += 1
        lead = _lead(project, odoo)
        results["rollback"] = project.verb("rollback")
        tables["after"] = everything(sandbox, crm_only.database)
        yield Story(project, results, reasons, lead, tables)


def _lead(project: Project, odoo: OdooClient) -> dict[str, object]:
    """A booking's lead as it was loaded."""
    (lead,) = odoo.read("crm.lead", [min(project.ids("booking").values())], [])
    return lead


def test_the_doctor_says_beforehand_which_apps_are_missing_and_what_happens(story: Story) -> None:
    findings = story.results["doctor"].details["findings"]
    assert [f for f in findings if f["level"] == "blocking"] == []
    looked_up = [f["text"] for f in findings if f["check"] == "apps.lookups" and f["level"] == "warning"]
    assert looked_up == [
        "Odoo has no hr.employee, in which booking_note.author_id look up values; the map leaves them empty"
    ]
    warnings = {f["text"]: f["todo"] for f in findings if f["check"] == "apps.models" and f["level"] == "warning"}
    for model, (app, objects) in ABSENT.items():
        (text,) = [t for t in warnings if t.startswith(f"Odoo has no {model}:")]
        assert f"the app {app} is not installed" in text
        assert all(o in text for o in objects)
        assert "are excluded, and references to them stay empty" in text
        assert warnings[text].startswith(f"install {app} in Odoo (Apps) before the load")


def test_rows_of_absent_models_are_excluded_with_the_app_that_they_lack(story: Story) -> None:
    # Those who log in are looked for among the users, which every Odoo has.
    workers = {reason for outcome, reason in story.reasons["fieldworker"] if outcome == "excluded"}
    assert "Odoo has no hr.employee: the app hr is not installed" in workers
    for obj, model in (("invoice", "account.move"), ("quote", "sale.order"), ("service", "product.product")):
        app = ABSENT[model][0]
        outcomes = story.reasons[obj]
        assert {outcome for outcome, _ in outcomes} == {"excluded"}
        assert any(f"the app {app} is not installed" in reason for _, reason in outcomes)
    for obj in ("invoice_item", "quote_item"):
        assert {outcome for outcome, _ in story.reasons[obj]} <= {"excluded", "held"}


def test_what_has_a_place_arrives(story: Story) -> None:
    objects = story.results["load"].objects
    assert objects["customer"].created > 25
    assert objects["booking"].created > 20
    assert objects["booking_note"].created > 0
    assert [(name, c) for name, c in objects.items() if not c.balanced] == []
    assert story.results["load"].exit_code == 0


def test_lookups_to_absent_models_are_left_out_and_noted(story: Story) -> None:
    notes = {n["where"]: n["text"] for n in story.results["plan"].details["notes"] if n["kind"] == "absent"}
    assert notes["booking.x_octo_fieldworker_ids"] == "left out: Odoo has no hr.employee"
    assert notes["booking_note.author_id"] == "left empty: Odoo has no hr.employee"
    assert "x_octo_fieldworker_ids" not in story.lead
    assert story.lead["x_octo_workers"] is not None
    assert "x_octo_service_type" in story.lead  # a name out of the source needs no product


def test_both_sides_agree(story: Story) -> None:
    result = story.results["reconcile"]
    assert (result.ok, result.problems) == (True, ())
    assert sum(figures.values_compared for figures in result.models.values()) > 1000


def test_the_rollback_leaves_the_database_as_it_was(story: Story) -> None:
    result = story.results["rollback"]
    assert (result.exit_code, result.problems) == (0, ())
    assert changes(story.tables["before"], story.tables["after"]) == {}
