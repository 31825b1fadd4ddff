"""Read rows of Dataverse's table `workflow`: classic workflows, business rules, actions, process flows, cloud flows."""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.rebuild.flows import read_flow
from flitstack_pipeline.rebuild.parts import Event, Parts, Step
from flitstack_pipeline.rebuild.rules import is_on, said, said_text
from flitstack_pipeline.rebuild.spec import Kind, RebuildSpec
from flitstack_pipeline.rebuild.stages import Stage, read_stages
from flitstack_pipeline.rebuild.xaml import parse, read_body
from flitstack_pipeline.transform.apply import filled

Row = Mapping[str, Any]

# Numbers of the platform's own, the same in every organization.
_KINDS: Mapping[int, Kind] = {
    0: "workflow", 1: "dialog", 2: "business_rule", 3: "action", 4: "process", 5: "flow", 6: "flow", 7: "other", 9000: "flow",
}  # fmt: skip
_CATEGORIES = {
    0: "classic workflow", 1: "dialog", 2: "business rule", 3: "custom action", 4: "business process flow", 5: "cloud flow",
    6: "desktop flow", 7: "AI flow", 9000: "web client flow",
}  # fmt: skip
_MODES = {0: "in the background", 1: "at once (real-time)"}
_SCOPES = {
    1: "the user's records",
    2: "the business unit's records",
    3: "records of the business unit and those below",
    4: "all records of the organization",
}
_PROCESS, _FLOW = 4, 5


def read_workflow(spec: RebuildSpec, row: Row) -> Parts:
    """Read a row; what the map itself names for an entry takes the place of what the row says."""
    category = _number(row.get("category"))
    kind = _KINDS.get(category if category is not None else -1, "other")
    entity = str(row.get("primaryentity") or "")
    parts = Parts(
        name=said_text(spec.name, row) or str(row.get("name") or ""),
        kind=kind if spec.kind == "other" else spec.kind,
        owner=said_text(spec.owner, row) or str(row.get("ownerid__name") or ""),
        active=is_on(said(spec.active, row)) if spec.active else _active(row),
        object=filled(spec.object, dict(row)) or ("" if entity == "none" else entity),
        details=_details(category, row),
    )
    trigger, events = _trigger(parts.object, category, row)
    parts = replace(parts, trigger=said_text(spec.trigger, row) or trigger, events=events)
    try:
        return _read_body(category, parts, row, fixed=spec.kind != "other")
    except RecordError as error:
        return replace(parts, problem=error.reason)


def _read_body(category: int | None, parts: Parts, row: Row, *, fixed: bool) -> Parts:
    """What the row's definition says. `fixed`: the map has said of what kind it is."""
    flow_text, xaml = str(row.get("clientdata") or ""), str(row.get("xaml") or "")
    if category == _FLOW or (not xaml and flow_text.lstrip().startswith("{")):
        if not flow_text:
            raise RecordError("its definition (clientdata) is empty")
        flow = read_flow(flow_text)
        kind: Kind = "approval" if flow.approves else "schedule" if flow.events[0].what == "schedule" else "flow"
        return replace(
            parts, kind=parts.kind if fixed else kind, trigger=flow.trigger, events=flow.events, object=flow.entity or parts.object,
            tests=flow.tests, words=flow.words, steps=flow.steps,
        )  # fmt: skip
    if not xaml and category == _PROCESS and row.get("stages"):
        stages = str(row["stages"]).splitlines()
        return replace(parts, steps=tuple(Step(f"stage {n}: {stage}") for n, stage in enumerate(stages, 1)))
    if not xaml:
        raise RecordError("its definition (xaml) is empty")
    root = parse(xaml)
    if category == _PROCESS:
        stages = read_stages(root)
        if not stages:
            raise RecordError("its definition has no stage")
        return replace(parts, steps=tuple(_stage_steps(stages)), details={**parts.details, **_conversion(stages)})
    body = read_body(root)
    if not body.steps:
        raise RecordError("its definition has no step")
    return replace(parts, tests=body.tests, words=body.words, steps=body.steps)


def _stage_steps(stages: tuple[Stage, ...]) -> list[Step]:
    return [Step(f"stage {number}: {stage}") for number, stage in enumerate(stages, 1)]


def _conversion(stages: tuple[Stage, ...]) -> dict[str, str]:
    """Where a process goes from one entity to the next, such as from the lead to the opportunity."""
    found = []
    for before, after in itertools.pairwise(stages):
        if before.entity != after.entity:
            required = ", ".join(f.label or f.column for f in before.fields if f.required)
            via = f" by {after.relation}" if after.relation else ""
            asks = f"; asks for {required} first" if required else ""
            found.append(f"{before.entity} becomes {after.entity} between {before.name} and {after.name}{via}{asks}")
    return {"conversion": ". ".join(found)} if found else {}


def _trigger(entity: str, category: int | None, row: Row) -> tuple[str, tuple[Event, ...]]:
    fields = tuple(f.strip() for f in str(row.get("triggeronupdateattributelist") or "").split(",") if f.strip())
    events = [Event("create")] if row.get("triggeroncreate") else []
    events += [Event("update", fields)] if fields else []
    events += [Event("delete")] if row.get("triggerondelete") else []
    events += [Event("demand")] if row.get("ondemand") else []
    if not events and category is not None and _KINDS.get(category) == "business_rule":
        return f"form of {entity}, and on saving", (Event("form"),)
    if not events and category == _PROCESS:
        return f"a record of {entity} is worked on", ()
    if not events and row.get("subprocess"):
        return "started by another process", (Event("demand"),)
    words = {
        "create": f"{entity} is created",
        "update": f"{', '.join(fields)} of {entity} changes",
        "delete": f"{entity} is deleted",
        "demand": "by hand",
    }
    return "; ".join(words[e.what] for e in events), tuple(events)


def _details(category: int | None, row: Row) -> dict[str, str]:
    mode, scope = _number(row.get("mode")), _number(row.get("scope"))
    found = {
        "type": _CATEGORIES.get(category if category is not None else -1, f"category {category}"),
        "state": str(row.get("statecode__label") or ""),
        "runs": (str(row.get("mode__label") or "") or _MODES.get(mode or 0, "")) if category in (0, 3) else "",
        "for": (_SCOPES.get(scope or 0, "") or str(row.get("scope__label") or "")) if category in (0, 3) else "",
        "as": str(row.get("runas__label") or ""),
        "stages": " → ".join(str(row.get("stages") or "").splitlines()),
        "description": " ".join(str(row.get("description") or "").split()),
    }
    return {name: text for name, text in found.items() if text}


def _active(row: Row) -> bool | None:
    state = _number(row.get("statecode"))
    return None if state is None else state == 1


def _number(value: Any) -> int | None:
    return int(value) if value is not None and str(value).lstrip("-").isdigit() else None
