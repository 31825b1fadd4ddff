"""The same export into an Odoo that has CRM and Contacts alone: what has no place there is excluded, and said beforehand."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from e2e_project import EXAMPLE, Project

from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.stages.result import VerbResult

pytestmark = pytest.mark.odoo

ABSENT = {
    "fieldworker": "hr.employee: the app hr",
    "service": "product.product: the app product",
    "service_option": "product.product: the app product",
    "quote": "sale.order: the app sale_management",
    "quote_item": "sale.order: the app sale_management",
    "invoice": "account.move: the app account",
    "invoice_item": "account.move: the app account",
    "payment": "account.payment: the app account",
}


@dataclass(frozen=True)
class Story:
    project: Project
    results: dict[str, VerbResult]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, crm_only: OdooAccess) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("crm_only")
    with Project(folder, crm_only, EXAMPLE / "export", accepted=False) as project:
        verbs = ("doctor", "inventory", "plan", "approve", "load", "reconcile")
        yield Story(project, {verb: project.verb(verb) for verb in verbs})


def test_the_doctor_says_beforehand_what_will_stay_behind(story: Story) -> None:
    doctor = story.results["doctor"]
    assert doctor.ok
    said = " ".join(f["text"] for f in doctor.details["findings"] if f["level"] == "warning")
    for where in ABSENT.values():
        assert f"{where} is not installed" in said
    assert "all rows of invoice" in said


def test_rows_of_absent_models_are_excluded_and_the_app_is_named(story: Story) -> None:
    counts = story.results["load"].objects
    manifest = json.loads((EXAMPLE / "export" / "manifest.json").read_text("utf-8"))
    rows = {entry["object"]: entry["rows"] for entry in manifest["files"]}
    assert story.results["load"].ok, story.results["load"].problems
    with story.project.ledger() as ledger:
        for name, where in ABSENT.items():
            assert counts[name].extracted == rows[name], name
            # Some of the field workers log in, and users there are in every Odoo.
            assert counts[name].excluded + (counts[name].skipped if name == "fieldworker" else 0) == rows[name], name
            reasons = [row.reason for row in ledger.outcomes(story.project.id, name)]
            assert any(f"{where} is not installed" in reason for reason in reasons), (name, reasons[0])
            assert all(reasons)
    for name, count in counts.items():
        assert count.balanced, name


def test_the_dry_run_says_so_too(story: Story) -> None:
    plan = story.results["plan"].details
    assert plan["predicted"]["invoice"] == {"excluded": 170}
    absent = {n["where"]: n["text"] for n in plan["notes"] if n["kind"] == "absent"}
    assert "booking.x_octo_fieldworker_ids" in absent
    assert "account_move" in absent


def test_the_rest_arrives_without_what_it_cannot_refer_to(story: Story) -> None:
    counts = story.results["load"].objects
    assert (counts["customer"].created, counts["booking"].created) == (258, 323)
    with story.project.odoo() as odoo:
        assert "x_octo_fieldworker_ids" not in odoo.fields_get("crm.lead")
        ids = sorted(story.project.ids("booking").values())
        fields = ["x_octo_workers", "partner_id", "stage_id", "x_octo_service_type"]
        leads = odoo.read("crm.lead", ids, fields, context={"active_test": False})
    filled = Counter(f for lead in leads for f in fields if lead[f])
    assert filled["stage_id"] == len(ids)
    assert filled["x_octo_workers"] > 200  # their names, at least
    assert filled["x_octo_service_type"] > 300
    notes = counts["booking_note"]
    assert notes.created == 104


def test_nothing_is_different_and_nothing_is_missing(story: Story) -> None:
    result = story.results["reconcile"]
    assert (result.ok, result.exit_code, result.problems) == (True, 0, ())
    assert sum(f.differences for f in result.models.values()) == 0
    assert sum(f.values_compared for f in result.models.values()) > 15_000


def test_nothing_is_left_after_a_rollback(story: Story) -> None:
    result = story.project.verb("rollback")
    assert (result.exit_code, result.problems) == (0, ())


def test_files_over_the_limit_are_skipped_with_their_size(
    tmp_path: Path, new_project: Callable[..., Project], crm_only: OdooAccess
) -> None:
    more = "options: {max_file_mb: 0.0001}"
    project = new_project(crm_only, EXAMPLE / "export", name="large", more=more, accepted=False)
    project.verb("inventory")
    plan = project.verb("plan").details
    # One file of the example is never there, and one only after its generator has made it: then it is too large as well.
    missing = [
        line for line in plan["will_not_go"] if line["records"] == "attachment" and line["outcome"] == "quarantined"
    ]
    assert plan["predicted"]["attachment"] == {"skipped": 17 - len(missing), "quarantined": len(missing)}
    assert len(missing) in (1, 2)
    reasons = [line["reason"] for line in plan["will_not_go"] if line["records"] == "attachment"]
    assert any("more than 0.0001 MB" in reason for reason in reasons)
