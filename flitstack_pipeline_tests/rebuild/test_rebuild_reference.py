"""Each row is an entry or left out by a rule, whatever is wrong with it; the files say so and keep secrets to themselves."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
from support.project import MAP, Project
from support.toy_odoo import FILES

from flitstack_pipeline.errors import ConfigurationError
from flitstack_pipeline.rebuild.entries import SCHEMA, RebuildReference, json_schema
from flitstack_pipeline.rebuild.reference import rebuild_reference
from flitstack_pipeline.reports.rebuild import render_rebuild, write_rebuild
from flitstack_pipeline.stages.inventory import extract_object, inventory
from flitstack_pipeline.stages.run import MigrationRun

RULES = """\
  rule:
    files: rules
    key: id
    columns: {id: {type: id, required: true}, name: {}, kind: {}, on: {type: boolean}, event: {}, conditions: {}, actions: {}}
    migrates: false
    reason: rules do not migrate
    rebuild_as:
      - {where: {kind: copy}, leave_out: a copy of another rule}
      - {kind: schedule, where: {kind: timed}, name: name, trigger: "each {event}", group: Timed, active: on}
      - kind: automation
        where: {kind: [rule, ""]}
        name: "{name} ({id})"
        trigger: event
        conditions: conditions
        actions: actions
        active: on
        steps: {mail: email, post: {do: webhook, note: "to {url}"}}
        build:
          - {trigger: "job.{days}d_old", object: job, on: on_time, date: status, delay: "{days} days after"}
          - {trigger: "job.{what}", object: job, on: on_create_or_write, watch: status, domain: [[name, "!=", "{what}"]]}
"""
DONE = '[{"field": "status", "operator": "is", "value": "done"}]'
POST = '[{"type": "post", "url": "https://x.example"}, {"type": "sing"}]'
ROWS = [
    ("R1", "Mail", "rule", "yes", "job.done", DONE, '[{"type": "mail", "to": "office"}]'),
    ("R2", "Age", "rule", "no", "job.7d_old", "status is old\nno holiday", POST),
    ("R3", "Nightly", "timed", "", "night", "", ""),
    ("R4", "Copy", "copy", "yes", "", "", ""),
    ("R5", "Broken", "rule", "yes", "job.done", '[{"field": ', ""),
    ("R6", "Odd", "mystery", "yes", "", "", ""),
    ("R7", "Bad cell", "rule", "perhaps", "", "", ""),
    ("R8", "<b>Secret</b>", "rule", "yes", "job.done", "", "password: hunter2! and go"),
]  # fmt: skip


def _map(rules: str) -> str:
    status = "          x_status: {from: status, create: {type: char, label: Status}}\n          partner_id: {from: customer_id"
    return MAP.replace("  gps:\n", f"{rules}  gps:\n").replace("          partner_id: {from: customer_id", status)


@pytest.fixture
def run(project_of_rules: Project) -> Iterator[MigrationRun]:
    with MigrationRun(project_of_rules.settings, "toy-co", "run-1") as run:
        for name in run.system.objects:
            extract_object(run, name)
        yield run


@pytest.fixture
def project_of_rules(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    project.map(_map(RULES))
    project.migration()
    lines = ["id,name,kind,on,event,conditions,actions"]
    lines += [",".join(f'"{c.replace(chr(34), chr(34) * 2)}"' for c in row) for row in ROWS]
    project.files(**FILES, rules="\n".join(lines) + "\n")
    return project


def test_every_row_is_accounted_for(run: MigrationRun) -> None:
    reference = rebuild_reference(run)
    (count,) = reference.counts
    assert (count.rows, count.entries, count.missing, count.unreadable) == (8, 7, 0, 3)
    assert [(left.reason, left.rows) for left in count.left_out] == [("a copy of another rule", 1)]
    assert {e.source_id for e in reference.entries} == {"R1", "R2", "R3", "R5", "R6", "R7", "R8"}
    assert reference.problems == ()


def test_a_missing_row_is_said(run: MigrationRun) -> None:
    reference = rebuild_reference(run)
    (count,) = reference.counts
    short = reference.model_copy(update={"counts": (count.model_copy(update={"entries": 6, "missing": 1}),)})
    assert short.problems == ("rebuild reference: 8 rows of rule and 6 entries, 1 missing",)


def test_what_cannot_be_read_is_an_entry_with_what_the_source_says(run: MigrationRun) -> None:
    entries = {e.source_id: e for e in rebuild_reference(run).entries}
    assert entries["R5"].problem == "its conditions are not JSON: Expecting value at character 12"
    assert entries["R6"].problem == "no rule of the map says how to read it"
    assert entries["R7"].problem.startswith("on: ")
    assert json.loads(entries["R7"].raw or "")["name"] == "Bad cell"
    assert json.loads(entries["R6"].raw or "")["kind"] == "mystery"
    assert entries["R7"].origin.row == 8
    assert [e.raw for e in entries.values() if not e.problem] == [None] * 4


def test_an_entry_says_where_it_is_from_and_what_to_build(run: MigrationRun) -> None:
    entries = {e.source_id: e for e in rebuild_reference(run).entries}
    mail, age = entries["R1"], entries["R2"]
    assert (mail.name, mail.kind, mail.active, mail.trigger) == ("Mail (R1)", "automation", True, "job.done")
    assert (mail.origin.file, mail.origin.row) == ("rules.csv", 2)
    assert mail.conditions == ("status is done",)
    assert mail.actions == ("mail: to office",)
    assert (mail.build.make, mail.build.model, mail.build.trigger) == (
        "base.automation",
        "crm.lead",
        "on_create_or_write",
    )
    assert mail.build.domain == (["name", "!=", "done"], ["x_status", "=", "done"])
    assert mail.build.trigger_fields == ("x_status",)
    assert [(a.state, a.text) for a in mail.build.actions] == [
        ("mail_post", "mail: to office → with an e-mail template")
    ]
    assert (age.active, age.build.trigger, age.build.delay) == (False, "on_time", "7 days after")
    assert age.conditions == ("status is old", "no holiday")
    assert set(age.build.by_hand) >= {"status is old", "no holiday"}
    assert [a.state for a in age.build.actions] == ["webhook", None]
    assert age.actions[0] == "post: url https://x.example → to https://x.example"
    assert "switched off" in age.build.note
    assert (entries["R3"].kind, entries["R3"].trigger, entries["R3"].group, entries["R3"].active) == (
        "schedule",
        "each night",
        "Timed",
        None,
    )


def test_the_files_fit_the_schema_that_is_committed(run: MigrationRun, tmp_path: Path) -> None:
    committed = json.loads(SCHEMA.read_text("utf-8"))
    assert committed == json_schema()
    result = inventory(run)
    page, data = map(Path, result.reports)
    document = json.loads(data.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(committed)
    jsonschema.validate(document, committed)
    assert RebuildReference.model_validate(document) == rebuild_reference(run)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, "counts": [{}]}, committed)
    assert page.name == "rebuild.html"
    again = write_rebuild(rebuild_reference(run), tmp_path / "again", title="Toy", run_id="run-2")
    assert Path(again[1]).read_bytes() == data.read_bytes()


def test_the_page_shows_every_entry_and_trusts_none(run: MigrationRun) -> None:
    reference = rebuild_reference(run)
    page = render_rebuild(reference, title="Toy", run_id="run-1", at=datetime(2026, 1, 1, tzinfo=UTC))
    for entry in reference.entries:
        assert f'id="{entry.id}"' in page
    assert "&lt;b&gt;Secret&lt;/b&gt;" in page
    assert "<b>Secret</b>" not in page
    assert "Timed" in page
    assert "nobody needs it" in page
    for text in (page, reference.as_json()):
        assert "hunter2" not in text


def test_what_has_nothing_to_rebuild_is_counted_all_the_same(run: MigrationRun) -> None:
    assert [(b.object, b.rows, b.reason) for b in rebuild_reference(run).left_behind] == [("gps", 2, "nobody needs it")]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("{kind: portal, name: nme}", "there is no column 'nme'"),
        ("{kind: portal, name: name, trigger: '{evnt}'}", "there is no column 'evnt'"),
        ("{kind: portal, name: name, where: {knd: x}}", "there is no column 'knd'"),
        ("{kind: portal, name: name, build: [{object: jobs}]}", "there is no object 'jobs'"),
        ("{kind: portal, name: name, build: [{object: job, watch: stat}]}", "there is no column 'stat'"),
        ("{kind: portal, name: name, build: [{date: status}]}", "names columns but no object"),
        ("{kind: portal, name: name, build: [{note: 'in {days}'}]}", "there is no column 'days'"),
        ("{kind: portal, name: name, joins: {j: {object: nothing, on: id}}}", "there is no object 'nothing'"),
        ("{kind: portal, name: name, object: nothing}", "there is no object 'nothing'"),
        ("{kind: portal, name: name, reader: dataverse_workflow}", "there is no column 'category'"),
        ("{kind: portal}", "entries have a name"),
        ("{kind: gate, name: name}", "rebuild_as.kind: should be 'automation'"),
        ("{kind: portal, name: name, build: [{on: on_monday}]}", "build.0.on: should be 'on_create'"),
    ],
)
def test_mistakes_in_the_map_are_named(project_of_rules: Project, wrong: str, said: str) -> None:
    start = RULES[: RULES.index("    rebuild_as:\n")]
    project_of_rules.map(_map(f"{start}    rebuild_as: {wrong}\n"))
    with pytest.raises(ConfigurationError) as caught:
        project_of_rules.load()
    assert said in str(caught.value)
