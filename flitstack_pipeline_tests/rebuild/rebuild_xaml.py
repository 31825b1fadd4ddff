"""XAML of workflows as a designer saves it, written out by hand around a body."""

_V = "Version=9.0.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35"


def workflow(body: str) -> str:
    """A whole definition around what it does."""
    return (
        '<?xml version="1.0" encoding="utf-16"?>'
        '<Activity x:Class="XrmWorkflow0" xmlns="http://schemas.microsoft.com/netfx/2009/xaml/activities"'
        f' xmlns:mcwc="clr-namespace:Microsoft.Crm.Workflow.ClientActivities;assembly=Microsoft.Crm.Workflow, {_V}"'
        f' xmlns:mcwb="clr-namespace:Microsoft.Crm.Workflow.BusinessProcessFlowActivities;assembly=Microsoft.Crm.Workflow, {_V}"'
        f' xmlns:mcwo="clr-namespace:Microsoft.Crm.Workflow.ObjectModel;assembly=Microsoft.Crm, {_V}"'
        ' xmlns:mva="clr-namespace:Microsoft.VisualBasic.Activities;assembly=System.Activities"'
        f' xmlns:mxs="clr-namespace:Microsoft.Xrm.Sdk;assembly=Microsoft.Xrm.Sdk, {_V}"'
        f' xmlns:mxswa="clr-namespace:Microsoft.Xrm.Sdk.Workflow.Activities;assembly=Microsoft.Xrm.Sdk.Workflow, {_V}"'
        ' xmlns:sco="clr-namespace:System.Collections.ObjectModel;assembly=mscorlib"'
        ' xmlns:this="clr-namespace:" xmlns:x="http://schemas.microsoft.com/winfx/2006/xaml">'
        '<x:Members><x:Property Name="InputEntities" Type="InArgument(mxs:Entity)" /></x:Members>'
        '<this:XrmWorkflow0.InputEntities><InArgument x:TypeArguments="mxs:Entity" /></this:XrmWorkflow0.InputEntities>'
        "<mva:VisualBasic.Settings>Assembly references and imported namespaces</mva:VisualBasic.Settings>"
        f"<mxswa:Workflow>{body}</mxswa:Workflow></Activity>"
    )


def reference(kind: str, inner: str = "", *, key: str = "", name: str = "") -> str:
    """An activity that stands in a definition by reference."""
    of = f' x:Key="{key}"' if key else ""
    name = f'"Microsoft.Crm.Workflow.Activities.{kind}, Microsoft.Crm.Workflow, {_V}" DisplayName="{name or kind}"'
    return f"<mxswa:ActivityReference{of} AssemblyQualifiedName={name}>{inner}</mxswa:ActivityReference>"


def arguments(**given: str) -> str:
    inner = "".join(f'<InArgument x:TypeArguments="x:Object" x:Key="{k}">{v}</InArgument>' for k, v in given.items())
    return f"<mxswa:ActivityReference.Arguments>{inner}</mxswa:ActivityReference.Arguments>"


def properties(inner: str) -> str:
    return f"<mxswa:ActivityReference.Properties>{inner}</mxswa:ActivityReference.Properties>"


def activities(*steps: str) -> str:
    return f'<sco:Collection x:TypeArguments="Activity" x:Key="Activities">{"".join(steps)}</sco:Collection>'


def literal(kind: str, value: str, result: str) -> str:
    parameters = f'[New Object() {{ Microsoft.Xrm.Sdk.Workflow.WorkflowPropertyType.{kind}, "{value}" }}]'
    return reference(
        "EvaluateExpression", arguments(ExpressionOperator="CreateCrmType", Parameters=parameters, Result=f"[{result}]")
    )


def attribute(name: str, result: str, entity: str = "primaryEntity") -> str:
    at = f"[InputEntities(&quot;{entity}&quot;)]"
    return f'<mxswa:GetEntityProperty Attribute="{name}" Entity="{at}" EntityName="lead" Value="[{result}]" />'


def compared(operand: str, operator: str, parameters: str, result: str) -> str:
    given = f"[New Object() {{ {parameters} }}]"
    return reference(
        "EvaluateCondition",
        arguments(ConditionOperator=operator, Parameters=given, Operand=f"[{operand}]", Result=f"[{result}]"),
    )


def combined(operator: str, left: str, right: str, result: str) -> str:
    given = arguments(
        LogicalOperator=operator, LeftOperand=f"[{left}]", RightOperand=f"[{right}]", Result=f"[{result}]"
    )
    return reference("EvaluateLogicalCondition", given)


def branch(condition: str, *steps: str) -> str:
    then = reference("Composite", properties(activities(*steps)), key="Then")
    return reference(
        "ConditionBranch", arguments(Condition=f"[{condition}]") + properties(then + '<x:Null x:Key="Else" />')
    )


def sequence(*parts: str, wait: str = "False") -> str:
    return reference("ConditionSequence", arguments(Wait=wait) + properties(activities(*parts)))
