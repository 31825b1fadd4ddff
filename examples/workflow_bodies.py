"""Definitions of Dataverse processes for the example organizations, in the form in which a designer saves them.

XAML for classic workflows, business rules and business process flows, JSON for cloud flows. Only what such a definition says is
made up; the elements and their order are those of the platform. Needs nothing but Python.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

_VERSION = "Version=9.0.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35"
_SYSTEM = "assembly=mscorlib, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089"
_CRM = "clr-namespace:Microsoft.Crm.Workflow"
_NAMESPACES = {
    "xmlns": "http://schemas.microsoft.com/netfx/2009/xaml/activities",
    "xmlns:mcwb": f"{_CRM}.BusinessProcessFlowActivities;assembly=Microsoft.Crm.Workflow, {_VERSION}",
    "xmlns:mcwc": f"{_CRM}.ClientActivities;assembly=Microsoft.Crm.Workflow, {_VERSION}",
    "xmlns:mcwo": f"{_CRM}.ObjectModel;assembly=Microsoft.Crm, {_VERSION}",
    "xmlns:mva": "clr-namespace:Microsoft.VisualBasic.Activities;assembly=System.Activities, Version=4.0.0.0",
    "xmlns:mxs": f"clr-namespace:Microsoft.Xrm.Sdk;assembly=Microsoft.Xrm.Sdk, {_VERSION}",
    "xmlns:mxswa": f"clr-namespace:Microsoft.Xrm.Sdk.Workflow.Activities;assembly=Microsoft.Xrm.Sdk.Workflow, {_VERSION}",
    "xmlns:s": f"clr-namespace:System;{_SYSTEM}",
    "xmlns:scg": f"clr-namespace:System.Collections.Generic;{_SYSTEM}",
    "xmlns:sco": f"clr-namespace:System.Collections.ObjectModel;{_SYSTEM}",
    "xmlns:this": "clr-namespace:",
    "xmlns:x": "http://schemas.microsoft.com/winfx/2006/xaml",
}
_PRIMARY = '[InputEntities("primaryEntity")]'
_TEMPORARY = '[CreatedEntities("primaryEntity#Temp")]'

Term = tuple[str, str, str, str]
"""Attribute, operator (Equal, GreaterThan, Contains, NotNull, …), type (Picklist, String, …), value."""
Values = Mapping[str, tuple[str, str]]
"""Attribute to type and value."""


class Definition:
    """Builds one XAML definition; steps are numbered as the designer numbers them."""

    def __init__(self, entity: str) -> None:
        self.entity = entity
        self._number = 0

    def xaml(self, *steps: str) -> str:
        """The whole document."""
        kind = "scg:IDictionary(x:String, mxs:Entity)"
        names = ("InputEntities", "CreatedEntities")
        members = "".join(_el("x:Property", {"Name": n, "Type": f"InArgument({kind})"}) for n in names)
        given = "".join(_el(f"this:XrmWorkflow.{n}", {}, _el("InArgument", {"x:TypeArguments": kind})) for n in names)
        settings = _el(
            "mva:VisualBasic.Settings", {}, "Assembly references and imported namespaces for internal implementation"
        )
        body = _el("x:Members", {}, members) + given + settings + _el("mxswa:Workflow", {}, "".join(steps))
        return '<?xml version="1.0" encoding="utf-16"?>' + _el(
            "Activity", {"x:Class": "XrmWorkflow", **_NAMESPACES}, body
        )

    def check(
        self, terms: Sequence[Term], then: Sequence[str], otherwise: Sequence[str] = (), *, wait: bool = False
    ) -> str:
        """If all terms hold, then …; or with `wait` not before they do."""
        number, branch = self._next(), self._next()
        before, results = "", []
        for place, term in enumerate(terms):
            result = f"ConditionBranchStep{branch}_{place}"
            before += self._term(term, result)
            results.append(result)
        while len(results) > 1:
            joined = f"ConditionBranchStep{branch}_and{len(results)}"
            sides = {"LeftOperand": f"[{results[0]}]", "RightOperand": f"[{results[1]}]", "Result": f"[{joined}]"}
            before += _reference("EvaluateLogicalCondition", arguments={"LogicalOperator": "And", **sides})
            results = [joined, *results[2:]]
        branches = self._branch(results[0] if results else "True", then, branch)
        if otherwise:
            branches += self._branch("True", otherwise, self._next())
        return _reference(
            "ConditionSequence", f"ConditionStep{number}", arguments={"Wait": str(wait)}, activities=before + branches
        )

    def update(self, values: Values) -> str:
        """Change the record."""
        name = f"UpdateStep{self._next()}"
        element = _el("mxswa:UpdateEntity", {"DisplayName": name, "Entity": _TEMPORARY, "EntityName": self.entity})
        return _sequence(name, self._values(values, name, _TEMPORARY), element)

    def create(self, entity: str, values: Values) -> str:
        """Make another record."""
        name = f"CreateStep{self._next()}"
        at = f'[CreatedEntities("{name}_localParameter")]'
        element = _el(
            "mxswa:CreateEntity", {"DisplayName": name, "EntityId": "{x:Null}", "Entity": at, "EntityName": entity}
        )
        return _sequence(name, self._values(values, name, at, entity), element)

    def send_email(self, subject: str, to: str) -> str:
        """Send an e-mail that the workflow itself has the words of."""
        name = f"SendEmailStep{self._next()}"
        at = f'[CreatedEntities("{name}_localParameter")]'
        values = self._values({"subject": ("String", subject), "to": ("PartyList", to)}, name, at, "email")
        return _sequence(
            name, values, _el("mxswa:SendEmail", {"DisplayName": name, "EntityId": "{x:Null}", "Entity": at})
        )

    def assign(self, owner: str) -> str:
        """Give the record to somebody."""
        name = f"AssignStep{self._next()}"
        about = {"Entity": _PRIMARY, "EntityId": "{x:Null}", "EntityName": self.entity, "Owner": f"[{name}_1]"}
        return _sequence(name, _made("EntityReference", owner, f"{name}_1"), _el("mxswa:AssignEntity", about))

    def set_state(self, state: str, status: str) -> str:
        """Change state and status."""
        name = f"SetStateStep{self._next()}"
        before = _made("OptionSetValue", state, f"{name}_1") + _made("OptionSetValue", status, f"{name}_2")
        about = {
            "Entity": _PRIMARY,
            "EntityId": "{x:Null}",
            "EntityName": self.entity,
            "State": f"[{name}_1]",
            "Status": f"[{name}_2]",
        }
        return _sequence(name, before, _el("mxswa:SetState", about))

    def wait_until(self, when: str) -> str:
        """Wait for a moment."""
        name = f"PostponeStep{self._next()}"
        return _sequence(
            name, _made("DateTime", when, f"{name}_1"), _el("mxswa:Postpone", {"PostponeUntil": f"[{name}_1]"})
        )

    def child(self, workflow: str) -> str:
        """Start another workflow by its id."""
        name = f"ChildWorkflowStep{self._next()}"
        about = {"DisplayName": name, "Entity": _PRIMARY, "EntityName": self.entity, "WorkflowId": workflow}
        return _el("mxswa:StartChildWorkflow", about)

    def stop(self) -> str:
        """End the workflow."""
        status = {"StatusReason": "[OperationStatus.Succeeded]"}
        return _reference("TerminateWorkflow", f"StopWorkflowStep{self._next()}", arguments=status)

    def code(self, kind: str, assembly: str) -> str:
        """Run code of somebody's own."""
        about = {
            "AssemblyQualifiedName": f"{kind}, {assembly}, Version=1.0.0.0",
            "DisplayName": f"CustomStep{self._next()}",
        }
        return _el("mxswa:ActivityReference", about)

    def form(self, action: str, control: str, **properties: str) -> str:
        """A step of a business rule: SetVisibility, SetDisplayMode, SetFieldRequiredLevel, SetMessage."""
        about = {"ControlId": control, "ControlType": "standard", "DisplayName": f"{action}Step{self._next()}"}
        return _el(f"mcwc:{action}", {**about, "Entity": _PRIMARY, "EntityName": self.entity, **properties})

    def set_value(self, attribute: str, kind: str, value: str) -> str:
        """A step of a business rule that fills a field."""
        name = f"SetAttributeValueStep{self._next()}"
        about = {"DisplayName": name, "Entity": _TEMPORARY, "EntityName": self.entity}
        return _sequence(
            name, self._values({attribute: (kind, value)}, name, _TEMPORARY), _el("mcwc:SetAttributeValue", about)
        )

    def stages(self, entity: str, stages: Sequence[Mapping[str, Any]], relation: str = "") -> str:
        """The stages of a process flow that are of one entity: {id, name, category, next, fields: {column: label}, required}."""
        name = f"EntityStep{self._next()}: {entity}"
        made = "".join(self._stage(stage) for stage in stages)
        properties = _text("RelationshipName", relation) + _text("AttributeName", "")
        closed = _el("x:Boolean", {"x:Key": "IsClosedLoop"}, "False")
        return _reference("EntityComposite", name, activities=made, properties=properties + closed)

    def _stage(self, stage: Mapping[str, Any]) -> str:
        name, required = f"StageStep{self._next()}: {stage['name']}", stage.get("required", ())
        steps = "".join(self._control(column, label, column in required) for column, label in stage["fields"].items())
        properties = _label(stage["name"], stage["id"]) + _text("StageId", stage["id"])
        properties += _text("StageCategory", str(stage["category"])) + _text("NextStageId", stage.get("next", ""))
        return _reference("StageComposite", name, activities=steps, properties=properties)

    def _control(self, column: str, label: str, required: bool) -> str:
        number = self._next()
        about = {"ClassId": "4273EDBD-AC1D-40D3-9FB2-095C621B552D", "ControlDisplayName": label, "ControlId": column}
        control = _el(
            "mcwb:Control", {**about, "DataFieldName": column, "IsSystemControl": "False", "SystemStepType": "0"}
        )
        needed = _el("x:Boolean", {"x:Key": "IsProcessRequired"}, str(required))
        properties = _label(label, column) + _text("ProcessStepId", column) + needed
        inner = _sequence(f"ControlStep{number}", control)
        return _reference("StepComposite", f"StepStep{number}: {label}", activities=inner, properties=properties)

    def _term(self, term: Term, result: str) -> str:
        attribute, operator, kind, value = term
        left, right = f"{result}_left", f"{result}_right"
        about = {"Attribute": attribute, "Entity": _PRIMARY, "EntityName": self.entity, "Value": f"[{left}]"}
        target = _el("mxswa:ReferenceLiteral", {"x:TypeArguments": "s:Type", "Value": "x:Object"})
        target = _el("mxswa:GetEntityProperty.TargetType", {}, _el("InArgument", {"x:TypeArguments": "s:Type"}, target))
        bare = operator in ("Null", "NotNull")
        arguments = {
            "ConditionOperator": operator,
            "Parameters": "[New Object() {}]" if bare else f"[New Object() {{ {right} }}]",
            "Operand": f"[{left}]",
            "Result": f"[{result}]",
        }
        read = _el("mxswa:GetEntityProperty", about, target)
        return read + ("" if bare else _made(kind, value, right)) + _reference("EvaluateCondition", arguments=arguments)

    def _branch(self, condition: str, steps: Sequence[str], number: int) -> str:
        name = f"ConditionBranchStep{number}"
        then = _reference("Composite", name, activities="".join(steps), key="Then")
        properties = then + _text("Else", "") + _text("Description", "")
        return _reference("ConditionBranch", name, arguments={"Condition": f"[{condition}]"}, properties=properties)

    def _values(self, values: Values, name: str, at: str, entity: str = "") -> str:
        text = ""
        for place, (attribute, (kind, value)) in enumerate(values.items(), 1):
            text += _made(kind, value, f"{name}_{place}")
            about = {
                "Attribute": attribute,
                "Entity": at,
                "EntityName": entity or self.entity,
                "Value": f"[{name}_{place}]",
            }
            text += _el("mxswa:SetEntityProperty", about)
        return text

    def _next(self) -> int:
        self._number += 1
        return self._number


def flow(trigger: Mapping[str, Any], actions: Mapping[str, Any]) -> str:
    """`clientdata` of a cloud flow."""
    definition = {
        "$schema": "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#",
        "contentVersion": "1.0.0.0",
        "triggers": dict(trigger),
        "actions": dict(actions),
    }
    return json.dumps(
        {"properties": {"connectionReferences": {}, "definition": definition}, "schemaVersion": "1.0.0.0"}
    )


def row_trigger(entity: str, message: int, *, columns: str = "", only: str = "") -> dict[str, Any]:
    """When rows of a table change: message 1 added, 2 deleted, 3 modified, 4 added or modified."""
    said = {
        "message": message,
        "entityname": entity,
        "scope": 4,
        "filteringattributes": columns,
        "filterexpression": only,
    }
    parameters = {f"subscriptionRequest/{name}": value for name, value in said.items() if value}
    inputs = {"host": _host("SubscribeWebhookTrigger"), "parameters": parameters}
    return {"When_a_row_is_added_or_modified": {"type": "OpenApiConnectionWebhook", "inputs": inputs}}


def operation(
    name: str, parameters: Mapping[str, Any], *, after: str = "", connector: str = "commondataserviceforapps"
) -> dict[str, Any]:
    """An action that calls a connector."""
    inputs = {
        "host": _host(name, connector),
        "parameters": dict(parameters),
        "authentication": "@parameters('$authentication')",
    }
    return {"type": "OpenApiConnection", "runAfter": {after: ["Succeeded"]} if after else {}, "inputs": inputs}


def _host(name: str, connector: str = "commondataserviceforapps") -> dict[str, str]:
    api = f"/providers/Microsoft.PowerApps/apis/shared_{connector}"
    return {"connectionName": f"shared_{connector}", "operationId": name, "apiId": api}


def _made(kind: str, value: str, name: str) -> str:
    parameters = f'[New Object() {{ Microsoft.Xrm.Sdk.Workflow.WorkflowPropertyType.{kind}, "{value}" }}]'
    arguments = {"ExpressionOperator": "CreateCrmType", "Parameters": parameters, "Result": f"[{name}]"}
    return _reference("EvaluateExpression", arguments=arguments)


def _label(text: str, number: str) -> str:
    label = _el("mcwo:StepLabel", {"Description": text, "LabelId": number, "LanguageCode": "1033"})
    return _el("sco:Collection", {"x:TypeArguments": "mcwo:StepLabel", "x:Key": "StepLabels"}, label)


def _text(key: str, value: str) -> str:
    return _el("x:String", {"x:Key": key}, escape(value)) if value else _el("x:Null", {"x:Key": key})


def _sequence(name: str, *parts: str) -> str:
    return _el("Sequence", {"DisplayName": name}, "".join(parts))


def _reference(
    kind: str,
    name: str = "",
    *,
    arguments: Mapping[str, str] | None = None,
    activities: str | None = None,
    properties: str = "",
    key: str = "",
) -> str:
    """An activity of the platform's own, which stands in a definition by reference."""
    types = {"Wait": "x:Boolean", "Condition": "x:Boolean", "Parameters": "s:Object[]"}
    given = "".join(
        _el(
            "OutArgument" if n == "Result" else "InArgument",
            {"x:TypeArguments": types.get(n, "x:Object"), "x:Key": n},
            escape(v),
        )
        for n, v in (arguments or {}).items()
    )
    inner = _el("mxswa:ActivityReference.Arguments", {}, given) if given else ""
    if activities is not None or properties:
        listed = ""
        if activities is not None:
            listed = _el("sco:Collection", {"x:TypeArguments": "Variable", "x:Key": "Variables"})
            listed += _el("sco:Collection", {"x:TypeArguments": "Activity", "x:Key": "Activities"}, activities)
        inner += _el("mxswa:ActivityReference.Properties", {}, listed + properties)
    about = {"AssemblyQualifiedName": f"Microsoft.Crm.Workflow.Activities.{kind}, Microsoft.Crm.Workflow, {_VERSION}"}
    return _el(
        "mxswa:ActivityReference", {**({"x:Key": key} if key else {}), **about, "DisplayName": name or kind}, inner
    )


def _el(tag: str, attributes: Mapping[str, str], inner: str = "") -> str:
    given = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    return f"<{tag}{given}>{inner}</{tag}>" if inner else f"<{tag}{given} />"
