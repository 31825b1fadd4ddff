"""Read the XAML of Dataverse's workflows and business rules: conditions and steps in words.

What a designer shows as one step is a handful of activities here: a value is read into a variable, another is made into one,
both are compared into a third, and a branch names that. So variables are followed as the document goes, and only what does
something becomes a step. Elements that are not known become steps too, by their name: nothing is dropped silently.
https://learn.microsoft.com/power-automate/workflow-processes
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.rebuild.parts import Check, Step
from flitstack_pipeline.rebuild.spec import Do

_KEY = "{http://schemas.microsoft.com/winfx/2006/xaml}Key"
_STRING = re.compile(r'"((?:[^"]|"")*)"')
_VALUE_TYPES = re.compile(r"^(?:Microsoft\.Xrm\.Sdk\.Workflow\.)?WorkflowPropertyType\.\w+$")
_OURS = ("Microsoft.Crm.Workflow", "Microsoft.Xrm.Sdk")
# They carry values and structure, and do nothing by themselves.
_SILENT = {
    "Activity", "Members", "Property", "Workflow", "Variable", "Variables", "Collection", "Null", "Boolean", "String", "Int32",
    "Persist", "InArgument", "OutArgument", "InOutArgument", "Assign", "ReferenceLiteral", "Settings", "VisualBasicValue",
    "VisualBasicReference", "StepLabel", "Control", "Literal",
}  # fmt: skip
_WORDS = {
    "Equal": "=", "NotEqual": "!=", "GreaterThan": ">", "GreaterEqual": ">=", "LessThan": "<", "LessEqual": "<=",
    "Contains": "contains", "DoesNotContain": "does not contain", "BeginsWith": "begins with", "EndsWith": "ends with",
    "DoesNotBeginWith": "does not begin with", "DoesNotEndWith": "does not end with", "Null": "is empty",
    "NotNull": "is not empty", "In": "in", "NotIn": "not in", "On": "=", "OnOrAfter": ">=", "OnOrBefore": "<=",
    "Like": "contains", "NotLike": "does not contain",
}  # fmt: skip
_STEPS: dict[str, tuple[Do, str]] = {
    "CreateEntity": ("create", "create"),
    "UpdateEntity": ("update", "update"),
    "AssignEntity": ("assign", "assign"),
    "SetState": ("update", "change the status of"),
    "SendEmail": ("email", "send an e-mail"),
    "SendEmailFromTemplate": ("email", "send an e-mail from a template"),
    "StartChildWorkflow": ("child", "start the child workflow"),
    "TerminateWorkflow": ("stop", "stop the workflow"),
    "StopWorkflow": ("stop", "stop the workflow"),
    "Postpone": ("wait", "wait until"),
    "SetVisibility": ("form", "show or hide the field"),
    "SetDisplayMode": ("form", "lock or unlock the field"),
    "SetFieldRequiredLevel": ("form", "set how far the field is required:"),
    "SetAttributeValue": ("update", "set on the form"),
    "SetDefaultValue": ("update", "set as default"),
    "SetMessage": ("form", "show a message:"),
}


@dataclass(frozen=True)
class All:
    """Conditions of which all (or `any`: one) have to hold."""

    parts: tuple["Check | All | str", ...]
    any: bool = False

    def __str__(self) -> str:
        return (" or " if self.any else " and ").join(f"({p})" if isinstance(p, All) else str(p) for p in self.parts)


@dataclass(frozen=True)
class Body:
    """What a workflow does. `tests`, `words`: the condition of the whole, where its body is one branch without alternative."""

    steps: tuple[Step, ...]
    tests: tuple[Check, ...] = ()
    words: tuple[str, ...] = ()


@dataclass
class _State:
    values: dict[str, "Check | All | str"] = field(default_factory=dict)
    set_: dict[str, list[str]] = field(default_factory=dict)
    first: "Check | All | str | None" = None


def parse(text: str) -> Element:
    """The document; RecordError where it is not XML or tries what a document of this kind has no need of."""
    try:
        return fromstring(text)
    except (ParseError, DefusedXmlException) as error:
        raise RecordError(f"its XAML cannot be read: {error}") from error


def read_body(root: Element) -> Body:
    """Conditions and steps of a workflow or business rule, in the order of the document."""
    state = _State()
    steps = list(_walk(root, 0, state))
    opening = [s for s in steps if s.depth == 0]
    if len(opening) == 1 and opening[0].text.startswith("if "):
        condition = state.first
        tests, words = _flat(condition)
        return Body(tuple(steps), tests, words)
    return Body(tuple(steps))


def name_of(element: Element) -> tuple[str, str]:
    """Short name of an activity, and its assembly if it is one by reference."""
    tag = element.tag.rpartition("}")[2]
    if tag != "ActivityReference":
        return tag, element.tag.partition("assembly=")[2].partition(",")[0].rstrip(
            "}"
        ) if "assembly=" in element.tag else ""
    kind, _, assembly = element.get("AssemblyQualifiedName", "").partition(",")
    return kind.strip().rpartition(".")[2], assembly.partition(",")[0].strip()


def argument(element: Element, name: str) -> str:
    """An argument or property of an activity, as text; "" if it has none."""
    if name in element.attrib:
        return element.attrib[name]
    for child in element:
        tag = child.tag.rpartition("}")[2]
        if tag.endswith(f".{name}"):
            return "".join(child.itertext()).strip() or _literal(child)
        if tag.endswith((".Arguments", ".Properties")):
            for part in child:
                if part.get(_KEY) == name:
                    return "".join(part.itertext()).strip() or _literal(part)
    return ""


def _literal(element: Element) -> str:
    return next((e.get("Value", "") for e in element.iter() if e.get("Value")), "")


def _walk(element: Element, depth: int, state: _State) -> Iterator[Step]:
    name, assembly = name_of(element)
    match name:
        case "GetEntityProperty":
            of = _entity(argument(element, "Entity"))
            attribute = argument(element, "Attribute")
            state.values[_variable(argument(element, "Value"))] = f"{of}.{attribute}" if of else attribute
        case "SetEntityProperty":
            value = _value(argument(element, "Value"), state)
            state.set_.setdefault(argument(element, "Entity"), []).append(f"{argument(element, 'Attribute')} = {value}")
        case "EvaluateExpression":
            state.values[_variable(argument(element, "Result"))] = _expression(element, state)
        case "EvaluateCondition":
            state.values[_variable(argument(element, "Result"))] = _comparison(element, state)
        case "EvaluateLogicalCondition":
            sides = tuple(_value(argument(element, f"{side}Operand"), state) for side in ("Left", "Right"))
            either = argument(element, "LogicalOperator").casefold() == "or"
            flat = [s.parts if isinstance(s, All) and s.any == either else (s,) for s in sides]
            state.values[_variable(argument(element, "Result"))] = All(
                tuple(p for parts in flat for p in parts), either
            )
        case "ConditionSequence":
            yield from _branches(element, depth, state)
        case _ if name in _STEPS:
            yield from _step(name, element, depth, state)
        case _ if assembly and not assembly.startswith(_OURS) and element.tag.endswith("}ActivityReference"):
            yield Step(f"run custom code {name} ({assembly})", "code", depth)
        case _:
            known = (
                name in _SILENT
                or "." in name
                or name.endswith(("Composite", "Sequence"))
                or assembly.startswith(("mscorlib", "System"))
            )
            if not known:
                yield Step(f"{name} {element.get('DisplayName', '')}".strip(), None, depth)
            for child in element:
                yield from _walk(child, depth, state)


def _branches(element: Element, depth: int, state: _State) -> Iterator[Step]:
    """A check, or a wait, with its branches. What is evaluated stands before the branch that names it."""
    wait = argument(element, "Wait").strip("[]").casefold() == "true"
    first = True
    for child in _activities(element):
        if name_of(child)[0] != "ConditionBranch":
            yield from _walk(child, depth, state)
            continue
        variable = _variable(argument(child, "Condition"))
        condition = state.values.get(variable)
        if condition is None:
            head = "wait" if wait else "always" if first else "otherwise"
        else:
            head = f"{'wait until' if wait else 'if' if first else 'otherwise, if'} {condition}"
        yield Step(f"{head}:", "wait" if wait else None, depth)
        if first and depth == 0:
            state.first = condition
        for part in child:
            for branch in part if part.tag.rpartition("}")[2].endswith(".Properties") else ():
                if branch.get(_KEY) == "Else" and not branch.tag.endswith("}Null"):
                    yield Step("otherwise:", None, depth)
                yield from _walk(branch, depth + 1, state)
        first = False


def _activities(element: Element) -> Iterator[Element]:
    for child in element:
        if child.tag.rpartition("}")[2].endswith(".Properties"):
            for collection in child:
                if collection.get(_KEY) == "Activities":
                    yield from collection


def _step(name: str, element: Element, depth: int, state: _State) -> Iterator[Step]:
    do, words = _STEPS[name]
    entity = argument(element, "Entity")
    values = state.set_.pop(entity, [])
    of = argument(element, "EntityName")
    if name == "CreateEntity" and of == "email":
        # The e-mail is a record first; the step that sends it comes right after and says what is in it.
        state.set_[entity] = values
        return
    about = {
        "AssignEntity": [_value(argument(element, "Owner"), state)],
        "SetState": [
            f"{n.lower()} {_value(argument(element, n), state)}" for n in ("State", "Status") if argument(element, n)
        ],
        "StartChildWorkflow": [argument(element, "WorkflowId")],
        "TerminateWorkflow": [_value(argument(element, "StatusReason") or argument(element, "Reason"), state)],
        "Postpone": [_value(argument(element, "PostponeUntil") or argument(element, "BlockExecutionUntil"), state)],
        "SendEmailFromTemplate": [argument(element, "TemplateId")],
        "SetVisibility": [argument(element, "ControlId"), f"visible {argument(element, 'IsVisible')}"],
        "SetDisplayMode": [argument(element, "ControlId"), f"read-only {argument(element, 'IsReadOnly')}"],
        "SetFieldRequiredLevel": [argument(element, "ControlId"), argument(element, "RequiredLevel")],
        "SetMessage": [argument(element, "ControlId"), argument(element, "Message") or element.get("DisplayName", "")],
    }.get(name, [])
    details = [str(a) for a in (*about, *values) if str(a).strip()]
    related = _entity(entity)
    target = (
        "" if name.startswith(("SetV", "SetD", "SetF", "SetM", "SendE")) else of + (f" ({related})" if related else "")
    )
    text = f"{words} {target}".strip() + (
        f"{'' if words.endswith(':') else ':'} {', '.join(details)}" if details else ""
    )
    yield Step(text, do, depth)


def _expression(element: Element, state: _State) -> str:
    operator = argument(element, "ExpressionOperator")
    given = [str(v) for v in _parameters(argument(element, "Parameters"), state) if not _VALUE_TYPES.match(str(v))]
    if operator == "CreateCrmType":
        return given[0] if given else ""
    if operator == "SelectFirstNonNull":
        return " or else ".join(dict.fromkeys(given))
    if operator in ("Add", "Concatenate") and any(" " in g or g == "" for g in given):
        return " + ".join(given)
    return f"{operator}({', '.join(given)})"


def _comparison(element: Element, state: _State) -> Check:
    operator = argument(element, "ConditionOperator")
    values = [str(v) for v in _parameters(argument(element, "Parameters"), state)]
    found: object = None if not values else values[0] if len(values) == 1 else values
    return Check(str(_value(argument(element, "Operand"), state)), _WORDS.get(operator, operator), found)


def _parameters(text: str, state: _State) -> list["Check | All | str"]:
    """`[New Object() { Step_1, "text" }]` as values."""
    inner = text[text.find("{") + 1 : text.rfind("}")] if "{" in text else text.strip("[]")
    tokens = re.findall(r'\s*("(?:[^"]|"")*"|[^,]+)', inner)
    return [_value(t.strip(), state) for t in tokens if t.strip()]


def _value(text: str, state: _State) -> "Check | All | str":
    inner = _variable(text)
    if inner in state.values:
        return state.values[inner]
    if match := _STRING.fullmatch(inner):
        return match[1].replace('""', '"')
    return inner


def _variable(text: str) -> str:
    return text.strip()[1:-1].strip() if text.strip().startswith("[") else text.strip()


def _entity(text: str) -> str:
    """The relation by which an activity reaches a record; "" for the record itself."""
    match = _STRING.search(text)
    name = match[1] if match else ""
    return (
        ""
        if name.startswith("primaryEntity") or text.startswith("[CreatedEntities(")
        else name.replace("related_", "").partition("#")[0]
    )


def _flat(condition: "Check | All | str | None") -> tuple[tuple[Check, ...], tuple[str, ...]]:
    """A condition as tests that all hold, and what is left in words."""
    if isinstance(condition, Check):
        return (condition,), ()
    if isinstance(condition, All) and not condition.any:
        found = [_flat(p) for p in condition.parts]
        return tuple(t for tests, _ in found for t in tests), tuple(w for _, words in found for w in words)
    return (), (str(condition),) if condition else ()
