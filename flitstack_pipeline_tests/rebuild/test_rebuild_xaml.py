"""Workflows and business rules in words: what is compared, what is done, and nothing dropped."""

import pytest
from rebuild_xaml import attribute, branch, combined, compared, literal, reference, sequence, workflow

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.rebuild.parts import Check
from flitstack_pipeline.rebuild.xaml import Body, parse, read_body

STOP = reference("TerminateWorkflow", name="Stop")


def _read(*steps: str) -> Body:
    return read_body(parse(workflow("".join(steps))))


def _texts(body: Body) -> list[str]:
    return ["  " * s.depth + s.text for s in body.steps]


def _update(field: str, kind: str, value: str) -> str:
    at = "[CreatedEntities(&quot;primaryEntity#Temp&quot;)]"
    return (
        f'<Sequence DisplayName="UpdateStep"><Assign To="{at}" Value="[New Entity(&quot;lead&quot;)]" />'
        f"{literal(kind, value, 'v1')}"
        f'<mxswa:SetEntityProperty Attribute="{field}" Entity="{at}" EntityName="lead" Value="[v1]" />'
        f'<mxswa:UpdateEntity DisplayName="UpdateStep" Entity="{at}" EntityName="lead" /></Sequence>'
    )


def test_all_of_several_conditions_become_tests() -> None:
    body = _read(
        sequence(
            attribute("statuscode", "a"), literal("OptionSetValue", "3", "b"), compared("a", "Equal", "b", "one"),
            attribute("estimatedvalue", "c"), literal("Money", "1000", "d"), compared("c", "GreaterThan", "d", "two"),
            combined("And", "one", "two", "both"), branch("both", _update("rating", "String", "warm, at least")),
        )
    )  # fmt: skip
    assert body.tests == (Check("statuscode", "=", "3"), Check("estimatedvalue", ">", "1000"))
    assert _texts(body) == ["if statuscode = 3 and estimatedvalue > 1000:", "  update lead: rating = warm, at least"]
    assert [s.do for s in body.steps] == [None, "update"]


def test_one_of_several_stays_in_words() -> None:
    """A domain in which both have to hold would say something else."""
    body = _read(
        sequence(
            attribute("a", "a"), compared("a", "NotNull", "", "one"), attribute("b", "b"), compared("b", "Null", "", "two"),
            combined("Or", "one", "two", "any"), attribute("c", "c"), compared("c", "NotNull", "", "three"),
            combined("And", "any", "three", "all"), branch("all", STOP),
        )
    )  # fmt: skip
    assert body.tests == (Check("c", "is not empty"),)
    assert body.words == ("a is not empty or b is empty",)
    assert _texts(body)[0] == "if (a is not empty or b is empty) and c is not empty:"


def test_a_condition_with_an_alternative_is_not_that_of_the_whole() -> None:
    body = _read(
        sequence(
            attribute("a", "a"),
            compared("a", "NotNull", "", "r"),
            branch("r", STOP),
            branch("True", _update("b", "Integer", "2")),
        )
    )
    assert body.tests == body.words == ()
    assert _texts(body) == ["if a is not empty:", "  stop the workflow", "otherwise:", "  update lead: b = 2"]


def test_steps_beside_a_condition_are_not_under_it() -> None:
    body = _read(
        sequence(attribute("a", "a"), compared("a", "NotNull", "", "r"), branch("r", STOP)), _update("b", "String", "x")
    )
    assert body.tests == ()
    assert _texts(body) == ["if a is not empty:", "  stop the workflow", "update lead: b = x"]


def test_related_records_and_waits_are_said() -> None:
    related = attribute("emailaddress1", "a", "related_parentcontactid#contact")
    body = _read(sequence(related, compared("a", "NotNull", "", "r"), branch("r", STOP), wait="True"))
    assert _texts(body)[0] == "wait until parentcontactid.emailaddress1 is not empty:"
    assert body.steps[0].do == "wait"


def test_an_email_is_one_step() -> None:
    at = "[CreatedEntities(&quot;SendEmailStep_localParameter&quot;)]"
    body = _read(
        literal("String", "Say &quot;hello&quot;", "s"),
        f'<mxswa:SetEntityProperty Attribute="subject" Entity="{at}" EntityName="email" Value="[s]" />',
        f'<mxswa:CreateEntity Entity="{at}" EntityName="email" /><mxswa:SendEmail Entity="{at}" DisplayName="SendEmailStep" />',
    )
    assert [(s.text.split(":")[0], s.do) for s in body.steps] == [("send an e-mail", "email")]
    assert "subject = Say" in body.steps[0].text


def test_what_a_business_rule_does_to_the_form() -> None:
    at = 'Entity="[InputEntities(&quot;primaryEntity&quot;)]" EntityName="lead"'
    body = _read(
        f'<mcwc:SetVisibility ControlId="budget" {at} IsVisible="False" />',
        f'<mcwc:SetDisplayMode ControlId="name" {at} IsReadOnly="True" />',
        f'<mcwc:SetFieldRequiredLevel ControlId="phone" {at} RequiredLevel="Required" />',
        f'<mcwc:SetMessage ControlId="phone" {at} Message="Ask for it" />',
    )
    assert [s.text for s in body.steps] == [
        "show or hide the field: budget, visible False",
        "lock or unlock the field: name, read-only True",
        "set how far the field is required: phone, Required",
        "show a message: phone, Ask for it",
    ]
    assert {s.do for s in body.steps} == {"form"}


def test_custom_code_and_unknown_activities_are_steps() -> None:
    body = _read(
        '<mxswa:ActivityReference AssemblyQualifiedName="Acme.Steps.Score, Acme.Steps, Version=1.0" DisplayName="Score" />',
        '<mxswa:SetTheWeather DisplayName="WeatherStep1" />',
    )
    assert [(s.text, s.do) for s in body.steps] == [
        ("run custom code Score (Acme.Steps)", "code"),
        ("SetTheWeather WeatherStep1", None),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "<Activity",
        '<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;&x;">]><a>&z;</a>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
        "",
    ],
)
def test_what_is_no_definition_is_refused(text: str) -> None:
    with pytest.raises(RecordError, match="its XAML cannot be read"):
        parse(text)
