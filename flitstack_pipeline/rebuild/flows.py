"""Read the definition of a cloud flow (`clientdata` of a Dataverse workflow): trigger, conditions and actions in words."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.rebuild.parts import Check, Event, Step
from flitstack_pipeline.rebuild.spec import Do
from flitstack_pipeline.redact import redact_values

# https://learn.microsoft.com/power-automate/dataverse/create-update-delete-trigger
_MESSAGES = {
    1: "create",
    2: "delete",
    3: "update",
    4: "create update",
    5: "create delete",
    6: "update delete",
    7: "create update delete",
}
_OPERATIONS: tuple[tuple[str, Do], ...] = (
    ("StartAndWaitForAnApproval", "activity"), ("CreateAnApproval", "activity"), ("WaitForAnApproval", "wait"),
    ("SendEmail", "email"), ("SendMail", "email"), ("PostMessage", "notify"), ("SendNotification", "notify"),
    ("SendMessage", "sms"), ("PostCard", "notify"), ("CreateRecord", "create"), ("UpdateRecord", "update"),
    ("UpdateOnlyRecord", "update"),
    ("CreateItem", "create"), ("PatchItem", "update"), ("AssociateEntities", "update"),
)  # fmt: skip
_TYPES: Mapping[str, Do] = {
    "Http": "webhook",
    "ApiConnectionWebhook": "webhook",
    "Wait": "wait",
    "Terminate": "stop",
    "Workflow": "child",
}
_READS = frozenset({"getitem", "listrecords", "getitems"})
_ATTRIBUTE = re.compile(r"trigger(?:Outputs|Body)\(\)(?:\?\['body)?[/'\[\]?]*?(?:body/)?(\w+)'?\]")
_TERM = re.compile(r"\(?\s*(\w+)\s+(eq|ne|gt|ge|lt|le)\s+('(?:[^']|'')*'|[^\s()]+)\s*\)?")
_COMPARE = {
    "equals": "=",
    "greater": ">",
    "greaterOrEquals": ">=",
    "less": "<",
    "lessOrEquals": "<=",
    "contains": "contains",
    "startsWith": "begins with",
    "endsWith": "ends with",
}
_MOST = 200


@dataclass(frozen=True)
class Flow:
    """A cloud flow, read."""

    trigger: str
    events: tuple[Event, ...]
    entity: str
    tests: tuple[Check, ...]
    words: tuple[str, ...]
    steps: tuple[Step, ...]
    approves: bool


def read_flow(text: str) -> Flow:
    """Read a flow's definition, secrets masked; RecordError where it is none."""
    try:
        data = redact_values(json.loads(text))
        definition = data["properties"]["definition"] if "properties" in data else data.get("definition", data)
        actions = definition.get("actions") or {}
        if not definition["triggers"]:
            raise RecordError("its flow definition has no trigger")
        name, trigger = next(iter(definition["triggers"].items()))
        said, events, entity, condition = _trigger(name, trigger)
        tests, words = _filter(condition)
        approves = any("Approval" in json.dumps(a) for a in actions.values())
        return Flow(said, events, entity, tests, words, tuple(_actions(actions, 0)), approves)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise RecordError(f"its flow definition cannot be read: {type(error).__name__} {error}") from error


def _trigger(name: str, trigger: Mapping[str, Any]) -> tuple[str, tuple[Event, ...], str, str]:
    kind = str(trigger.get("type", ""))
    inputs = trigger.get("inputs") or {}
    parameters = _parameters(inputs)
    entity = str(parameters.get("subscriptionRequest/entityname", ""))
    if entity:
        message = _MESSAGES.get(int(parameters.get("subscriptionRequest/message") or 0), "")
        fields = tuple(
            f.strip()
            for f in str(parameters.get("subscriptionRequest/filteringattributes") or "").split(",")
            if f.strip()
        )
        events = tuple(Event(what, fields if what == "update" else ()) for what in message.split())
        said = (
            " or ".join(message.split())
            + f" of {entity}"
            + (f", when one of {', '.join(fields)} changes" if fields else "")
        )
        return said, events, entity, str(parameters.get("subscriptionRequest/filterexpression") or "")
    if kind == "Recurrence":
        recurrence = trigger.get("recurrence") or {}
        every = f"every {recurrence.get('interval', 1)} {str(recurrence.get('frequency', '')).lower()}"
        schedule = _words(recurrence.get("schedule") or {})
        return every + (f" ({schedule})" if schedule else ""), (Event("schedule"),), "", ""
    if kind == "Request":
        demand = trigger.get("kind") in ("Button", "PowerApp", "PowerAppV2", "Skills", "VirtualAgent")
        return (
            ("by hand" if demand else "by a request to its address"),
            (Event("demand" if demand else "webhook"),),
            "",
            "",
        )
    return f"{name.replace('_', ' ')} ({_operation(inputs) or kind})", (Event("webhook"),), "", ""


def _parameters(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of a connector's operation, nested ones as `a/b`."""
    found: dict[str, Any] = {}
    for key, value in (inputs.get("parameters") or {}).items():
        if isinstance(value, Mapping):
            found |= {f"{key}/{k}": v for k, v in value.items()}
        else:
            found[key] = value
    return found


def _operation(inputs: Any) -> str:
    host = inputs.get("host") if isinstance(inputs, Mapping) else None
    return str(host.get("operationId", "")) if isinstance(host, Mapping) else ""


def _filter(text: str) -> tuple[tuple[Check, ...], tuple[str, ...]]:
    """An OData filter as tests, if it is a plain conjunction."""
    if not text:
        return (), ()
    parts = re.split(r"\s+and\s+", text.strip())
    matches = [_TERM.fullmatch(p) for p in parts]
    if any(m is None for m in matches):
        return (), (text,)
    return tuple(Check(m[1], m[2], _constant(m[3])) for m in matches if m), ()


def _constant(text: str) -> Any:
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    return {"true": True, "false": False, "null": None}.get(text, int(text) if re.fullmatch(r"-?\d+", text) else text)


def _actions(actions: Mapping[str, Any], depth: int) -> Iterator[Step]:
    for name in _order(actions):
        action = actions[name]
        kind, inputs = str(action.get("type", "")), action.get("inputs") or {}
        label = name.replace("_", " ")
        match kind:
            case "If":
                yield Step(f"if {_expression(action.get('expression'))}: ({label})", None, depth)
                yield from _actions(action.get("actions") or {}, depth + 1)
                if other := (action.get("else") or {}).get("actions"):
                    yield Step("otherwise:", None, depth)
                    yield from _actions(other, depth + 1)
            case "Switch":
                yield Step(f"by {_text(action.get('expression'))}: ({label})", None, depth)
                for case in (action.get("cases") or {}).values():
                    yield Step(f"if it is {_text(case.get('case'))}:", None, depth + 1)
                    yield from _actions(case.get("actions") or {}, depth + 2)
                if other := (action.get("default") or {}).get("actions"):
                    yield Step("otherwise:", None, depth + 1)
                    yield from _actions(other, depth + 2)
            case "Foreach" | "Until" | "Scope":
                head = {
                    "Foreach": f"for each of {_text(action.get('foreach'))}",
                    "Until": f"until {_expression(action.get('expression'))}",
                }
                yield Step(f"{head.get(kind, 'together')}: ({label})", None, depth)
                yield from _actions(action.get("actions") or {}, depth + 1)
            case _:
                yield _leaf(label, kind, inputs, depth)


def _leaf(label: str, kind: str, inputs: Any, depth: int) -> Step:
    operation = _operation(inputs)
    do: Do | None = next((d for word, d in _OPERATIONS if word in operation), None) or _TYPES.get(kind)
    given = _parameters(inputs) if operation and isinstance(inputs, Mapping) else inputs
    details = _words(given)
    step = f"{label} ({operation or kind})"
    if operation.casefold() in _READS:
        step = f"look up {label} ({operation})"
    return Step(step + (f": {details}" if details else ""), do, depth)


def _order(actions: Mapping[str, Any]) -> list[str]:
    """The names in the order in which they run; those that nobody waits for keep their place."""
    done: list[str] = []
    left = list(actions)
    while left:
        ready = [n for n in left if not set(actions[n].get("runAfter") or {}).intersection(left)]
        step = ready[0] if ready else left[0]
        done.append(step)
        left.remove(step)
    return done


def _expression(value: Any) -> str:
    """A condition of a flow: {"and": [{"equals": [a, b]}]} or an expression's text."""
    if isinstance(value, Mapping):
        parts = []
        for key, inner in value.items():
            items = inner if isinstance(inner, list) else [inner]
            if key in ("and", "or"):
                said = [_expression(i) for i in items]
                parts.append(f" {key} ".join(f"({s})" if len(said) > 1 else s for s in said))
            elif key == "not":
                parts.append(f"not ({_expression(inner)})")
            else:
                parts.append(f" {_COMPARE.get(key, key)} ".join(_text(i) for i in items))
        return " and ".join(parts)
    return _text(value)


def _text(value: Any) -> str:
    """A value or an expression; an attribute of the record that set the flow off by its name."""
    if isinstance(value, Mapping | list):
        return _words(value)
    text = "" if value is None else str(value)
    match = _ATTRIBUTE.search(text)
    return match[1] if match and text.startswith("@") else text


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        text = ", ".join(f"{k} {_words(v)}" for k, v in value.items() if v not in (None, "", {}, []))
    elif isinstance(value, list):
        text = "; ".join(map(_words, value))
    else:
        text = " ".join(_text(value).split())
    return text if len(text) <= _MOST else f"{text[:_MOST]}…"
