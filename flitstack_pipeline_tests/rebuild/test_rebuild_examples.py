"""The examples of all systems: their rules are read to the last one, and what is planted as broken is told."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from flitstack_pipeline.mapping.loading import load_system
from flitstack_pipeline.rebuild.build import Proposer
from flitstack_pipeline.rebuild.dataverse import read_workflow
from flitstack_pipeline.rebuild.entries import Entry
from flitstack_pipeline.rebuild.parts import Parts
from flitstack_pipeline.rebuild.reference import rebuild_reference
from flitstack_pipeline.rebuild.spec import RebuildSpec
from flitstack_pipeline.settings import Settings
from flitstack_pipeline.stages.run import MigrationRun

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"


def _entries(system: str, home: Path) -> dict[str, list[Entry]]:
    """The entries of an example of exports by object; only what the reference needs is extracted."""
    with MigrationRun(Settings(root=ROOT, home=home, cache=home), f"{system}-demo", "run-1") as run:
        for name in run.system.objects:
            run.extract(name)
        reference = rebuild_reference(run)
    assert reference.problems == ()
    found: dict[str, list[Entry]] = {c.object: [] for c in reference.counts}
    for entry in reference.entries:
        found[entry.object].append(entry)
    return found


def _rows(path: str) -> list[dict[str, str]]:
    with (EXAMPLES / path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_octopuspro(tmp_path: Path) -> None:
    found = _entries("octopuspro", tmp_path)
    rules = json.loads((EXAMPLES / "octopuspro/export/automations.json").read_text("utf-8"))
    settings = json.loads((EXAMPLES / "octopuspro/export/portal_settings.json").read_text("utf-8"))
    assert {k: len(v) for k, v in found.items()} == {"automation": len(rules), "portal_setting": len(settings)}
    assert not [e for e in found["automation"] if e.problem or e.build.by_hand or not e.build.model]
    assert all(len(e.actions) == len(r["actions"]) for e, r in zip(found["automation"], rules, strict=True))


def test_the_service_program(tmp_path: Path) -> None:
    found = _entries("the_service_program", tmp_path)
    rules = _rows("the_service_program/export/Dispatch and Schedule Rules.csv")
    schedules = (
        (EXAMPLES / "the_service_program/export/Recurring Schedules.csv").read_text("utf-8", "replace").splitlines()
    )
    assert {e.source_id: (e.trigger, e.actions) for e in found["dispatch_rule"]} == {
        r["RuleID"]: (r["When"], (r["Action"],)) for r in rules
    }
    assert Counter(e.kind for e in found["dispatch_rule"])["escalation"] == 1
    assert len(found["recurring"]) == sum(line.startswith("RS-") for line in schedules)
    assert {e.kind for e in found["recurring"]} <= {"schedule", "other"}


def test_servecircle(tmp_path: Path) -> None:
    found = _entries("servecircle", tmp_path)
    assert [e.name for e in found["escalation_rule"]] == [
        f"{r['Level']}: {r['Trigger']}" for r in _rows("servecircle/export/escalation_rules.csv")
    ]
    assert {e.build.trigger for e in found["escalation_rule"]} == {"on_time", "on_time_created"}
    approvals = {e.source_id: e for e in found["approval_rule"]}
    assert approvals["AP-1"].conditions == ("Grand Total above 25,000",)
    assert approvals["AP-1"].build.domain == (["amount_total", ">", 25000],)
    assert len(found["sms_alert"]) == len(_rows("servecircle/export/sms_alerts.csv"))


def _workflows(system: str) -> list[tuple[dict[str, object], Parts]]:
    path = EXAMPLES / system / "org" / "data" / "workflow.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    spec = RebuildSpec(reader="dataverse_workflow")
    stages = {
        "23a660d7-fff4-439c-9da0-b98933e8a9ad": "Qualify tender",
        "de285cf9-b44f-49a9-a27d-4da36e77d13c": "Identify",
    }
    given = [{**row, "_id": row["workflowid"], "stages": stages.get(row["workflowid"])} for row in rows]
    return [(row, read_workflow(spec, row)) for row in given]


def test_function_365() -> None:
    found = {str(row["name"]): parts for row, parts in _workflows("function_365")}
    assert {name: parts.problem for name, parts in found.items() if parts.problem} == {}
    conversion = found["Lead to Opportunity Sales Process"].details["conversion"]
    assert "lead becomes opportunity between Qualify and Develop by opportunity_originating_lead" in conversion
    assert found["Qualify lead: create account, contact and opportunity"].steps[1].text.startswith("create account")
    system = load_system(ROOT / "mappings" / "systems" / "function_365.yaml")
    (spec,) = [s for s in system.objects["process"].rebuild_as if not s.leave_out]
    row, parts = next((r, p) for r, p in _workflows("function_365") if str(r["name"]).startswith("Lead to"))
    build = Proposer(system, spec).propose("process", parts, row)
    assert (build.make, build.model) == ("crm.stage", "crm.lead")
    assert "crm.lead2opportunity.partner" in build.note


def test_connect_field_service() -> None:
    found = {str(row["name"]): parts for row, parts in _workflows("connect_field_service")}
    problems = {name: parts.problem for name, parts in found.items() if parts.problem}
    assert list(problems) == ["Old reminder"]
    assert problems["Old reminder"].startswith("its XAML cannot be read")
    alert = found["IoT alert creates work order"]
    assert alert.object == "msdyn_iotalert"
    assert alert.steps[0].text == "if msdyn_alertpriorityscore >= 70: (Is it severe)"
    assert [str(t) for t in found["Close work order when posted"].tests] == ["msdyn_systemstatus = 690970004"]


@pytest.mark.parametrize(
    "system", ["connect_field_service", "function_365", "octopuspro", "servecircle", "the_service_program"]
)
def test_what_does_not_migrate_is_described_or_counted(system: str) -> None:
    """An object of rules without `rebuild_as:` would only be a number in the reference."""
    objects = load_system(ROOT / "mappings" / "systems" / f"{system}.yaml").objects
    words = ("rule", "workflow", "process", "automation", "setting", "agreement", "alert")
    silent = [n for n, o in objects.items() if not o.migrates and not o.rebuild_as and any(w in n for w in words)]
    assert silent == []
