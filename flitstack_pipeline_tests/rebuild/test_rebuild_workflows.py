"""Rows of the table of workflows: what kind they are, what sets them off, and what cannot be read."""

import json
import re
from typing import Any

import pytest
from rebuild_xaml import reference, workflow

from flitstack_pipeline.rebuild.dataverse import read_workflow
from flitstack_pipeline.rebuild.parts import Check, Event, Parts
from flitstack_pipeline.rebuild.spec import RebuildSpec

STOP = workflow(reference("TerminateWorkflow"))


def _read(spec: RebuildSpec | None = None, **row: Any) -> Parts:
    given = {"_id": "w", "name": "A rule", "category": 0, "primaryentity": "account", "statecode": 1, **row}
    return read_workflow(spec or RebuildSpec(reader="dataverse_workflow"), given)


def _flow(trigger: dict[str, Any], actions: dict[str, Any] | None = None) -> Parts:
    definition = {"triggers": {"When": trigger}, "actions": actions or {}}
    return _read(category=5, clientdata=json.dumps({"properties": {"definition": definition}}))


def _row_trigger(**parameters: Any) -> dict[str, Any]:
    named = {f"subscriptionRequest/{k}": v for k, v in parameters.items()}
    host = {"operationId": "SubscribeWebhookTrigger"}
    return {"type": "OpenApiConnectionWebhook", "inputs": {"host": host, "parameters": named}}


@pytest.mark.parametrize(
    ("category", "kind"),
    [(0, "workflow"), (1, "dialog"), (2, "business_rule"), (3, "action"), (7, "other"), (77, "other"), (None, "other")],
)
def test_the_category_is_the_kind(category: int | None, kind: str) -> None:
    assert _read(category=category, xaml=STOP).kind == kind


def test_the_map_may_say_the_kind_itself() -> None:
    spec = RebuildSpec(reader="dataverse_workflow", kind="iot_trigger", name="{name}!", active="ondemand")
    parts = _read(spec, xaml=STOP, ondemand=False)
    assert (parts.kind, parts.name, parts.active) == ("iot_trigger", "A rule!", False)


def test_what_sets_a_workflow_off() -> None:
    parts = _read(
        xaml=STOP,
        triggeroncreate=True,
        triggeronupdateattributelist="name, revenue",
        triggerondelete=True,
        ondemand=True,
    )
    assert parts.trigger == "account is created; name, revenue of account changes; account is deleted; by hand"
    assert parts.events == (Event("create"), Event("update", ("name", "revenue")), Event("delete"), Event("demand"))
    assert _read(xaml=STOP, subprocess=True).trigger == "started by another process"
    assert _read(category=2, xaml=STOP).events == (Event("form"),)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"xaml": "<Activity"}, "its XAML cannot be read"),
        ({"xaml": ""}, r"its definition \(xaml\) is empty"),
        ({"xaml": "<Activity/>"}, "its definition has no step"),
        ({"category": 4, "xaml": workflow("")}, "its definition has no stage"),
        ({"category": 5}, r"its definition \(clientdata\) is empty"),
        ({"category": 5, "clientdata": "{"}, "its flow definition cannot be read"),
        ({"category": 5, "clientdata": "[]"}, "its flow definition cannot be read"),
        ({"category": 5, "clientdata": '{"properties": {"definition": {"triggers": {}}}}'}, "has no trigger"),
        ({"category": 5, "clientdata": '{"properties": {"definition": {"triggers": {"a": 7}}}}'}, "cannot be read"),
    ],
)
def test_what_cannot_be_read_says_why_and_keeps_what_is_known(row: dict[str, Any], problem: str) -> None:
    parts = _read(**row)

    assert re.search(problem, parts.problem)
    assert (parts.name, parts.active, parts.object) == ("A rule", True, "account")


def test_a_flow_on_rows_says_its_table_columns_and_filter() -> None:
    parts = _flow(
        _row_trigger(
            message=4,
            entityname="lead",
            filteringattributes="a,b",
            filterexpression="statecode eq 0 and name ne 'O''Neil'",
        )
    )
    assert parts.trigger == "create or update of lead, when one of a, b changes"
    assert parts.events == (Event("create"), Event("update", ("a", "b")))
    assert parts.object == "lead"
    assert parts.tests == (Check("statecode", "eq", 0), Check("name", "ne", "O'Neil"))


def test_a_filter_that_is_no_plain_conjunction_stays_in_words() -> None:
    parts = _flow(_row_trigger(message=1, entityname="lead", filterexpression="contains(name,'x') or a eq 1"))
    assert (parts.tests, parts.words) == ((), ("contains(name,'x') or a eq 1",))


def test_schedules_and_requests() -> None:
    hours = {"hours": ["6"], "weekDays": ["Monday"]}
    parts = _flow({"type": "Recurrence", "recurrence": {"frequency": "Week", "interval": 2, "schedule": hours}})
    assert (parts.kind, parts.trigger) == ("schedule", "every 2 week (hours 6, weekDays Monday)")
    assert _flow({"type": "Request", "kind": "Button"}).trigger == "by hand"
    assert _flow({"type": "Request", "kind": "Http"}).events == (Event("webhook"),)


def test_actions_stand_in_the_order_in_which_they_run_with_their_branches() -> None:
    def call(name: str, after: str = "", **parameters: Any) -> dict[str, Any]:
        run_after = {after: ["Succeeded"]} if after else {}
        return {
            "type": "OpenApiConnection",
            "runAfter": run_after,
            "inputs": {"host": {"operationId": name}, "parameters": parameters},
        }

    score = ["@triggerOutputs()?['body/score']", 70]
    check = {
        "type": "If",
        "runAfter": {"Find": ["Succeeded"]},
        "expression": {"and": [{"greater": score}, {"not": {"equals": ["@x", 1]}}]},
        "actions": {"Mail": call("SendEmailV2", To="a@b.example")},
        "else": {"actions": {"Wait_a_day": {"type": "Wait", "inputs": {}}}},
    }
    case = {"A": {"case": "a", "actions": {"Post": {"type": "Http", "inputs": {"uri": "https://x.example"}}}}}
    switch = {
        "type": "Switch",
        "runAfter": {"Check": ["Succeeded"]},
        "expression": "@y",
        "cases": case,
        "default": {"actions": {"End": {"type": "Terminate"}}},
    }
    loop = {
        "type": "Foreach",
        "runAfter": {"Switch": ["Succeeded"]},
        "foreach": "@z",
        "actions": {"Update": call("UpdateOnlyRecord", entityName="leads")},
    }
    parts = _flow(
        _row_trigger(message=1, entityname="lead"),
        {"Loop": loop, "Switch": switch, "Check": check, "Find": call("ListRecords", entityName="leads")},
    )
    assert ["  " * s.depth + s.text for s in parts.steps] == [
        "look up Find (ListRecords): entityName leads",
        "if (score > 70) and (not (@x = 1)): (Check)",
        "  Mail (SendEmailV2): To a@b.example",
        "otherwise:",
        "  Wait a day (Wait)",
        "by @y: (Switch)",
        "  if it is a:",
        "    Post (Http): uri https://x.example",
        "  otherwise:",
        "    End (Terminate)",
        "for each of @z: (Loop)",
        "  Update (UpdateOnlyRecord): entityName leads",
    ]
    assert [s.do for s in parts.steps if s.do] == ["email", "wait", "webhook", "stop", "update"]


def test_an_approval_is_one() -> None:
    approve = {
        "type": "OpenApiConnectionWebhook",
        "inputs": {"host": {"operationId": "StartAndWaitForAnApproval"}, "parameters": {"title": "Discount"}},
    }
    parts = _flow(_row_trigger(message=1, entityname="quote"), {"Ask": approve})
    assert parts.kind == "approval"
    assert parts.steps[0].do == "activity"


def test_secrets_of_a_flow_are_masked() -> None:
    call = {
        "type": "Http",
        "inputs": {"uri": "https://x.example?api_key=abc123def", "headers": {"Authorization": "Bearer abcdefgh12345"}},
    }
    told = " ".join(s.text for s in _flow(_row_trigger(message=1, entityname="lead"), {"Call": call}).steps)
    assert "abc123def" not in told
    assert "abcdefgh12345" not in told
    assert "***" in told
