"""Stages of business process flows: their order, what they ask for, and where a lead becomes an opportunity."""

from rebuild_xaml import activities, properties, reference, workflow

from flitstack_pipeline.rebuild.dataverse import read_workflow
from flitstack_pipeline.rebuild.spec import RebuildSpec
from flitstack_pipeline.rebuild.stages import read_stages
from flitstack_pipeline.rebuild.xaml import parse

SPEC = RebuildSpec(reader="dataverse_workflow")


def _label(text: str) -> str:
    label = f'<mcwo:StepLabel Description="{text}" LabelId="1" LanguageCode="1033" />'
    return f'<sco:Collection x:TypeArguments="mcwo:StepLabel" x:Key="StepLabels">{label}</sco:Collection>'


def _field(column: str, label: str, required: bool = False) -> str:
    control = (
        f'<Sequence DisplayName="ControlStep"><mcwb:Control ControlId="{column}" DataFieldName="{column}" /></Sequence>'
    )
    needed = f'<x:Boolean x:Key="IsProcessRequired">{required}</x:Boolean>'
    return reference("StepComposite", properties(activities(control) + _label(label) + needed))


def _stage(number: str, name: str, category: int, after: str, *fields: str) -> str:
    follows = f'<x:String x:Key="NextStageId">{after}</x:String>' if after else '<x:Null x:Key="NextStageId" />'
    said = (
        f'<x:String x:Key="StageId">{number}</x:String><x:String x:Key="StageCategory">{category}</x:String>{follows}'
    )
    return reference("StageComposite", properties(activities(*fields) + _label(name) + said), name=f"StageStep: {name}")


def _entity(name: str, relation: str, *stages: str) -> str:
    said = (
        f'<x:String x:Key="RelationshipName">{relation}</x:String>'
        if relation
        else '<x:Null x:Key="RelationshipName" />'
    )
    return reference("EntityComposite", properties(activities(*stages) + said), name=f"EntityStep1: {name}")


QUALIFY = _stage("A1", "Qualify", 0, "b2", _field("need", "Need", True), _field("budgetamount", "Budget"))
DEVELOP = _stage("B2", "Find the need", 1, "c3", _field("customerneed", "Customer need"))
CLOSE = _stage("C3", "Close", 3, "")
CONVERTS = workflow(
    _entity("lead", "", QUALIFY) + _entity("opportunity", "opportunity_originating_lead", CLOSE, DEVELOP)
)


def test_stages_come_in_the_order_of_their_path() -> None:
    stages = read_stages(parse(CONVERTS))
    assert [str(s) for s in stages] == [
        "Qualify (lead): Need (required), Budget",
        "Find the need (opportunity, category Develop): Customer need",
        "Close (opportunity)",
    ]
    assert [f.column for f in stages[0].fields] == ["need", "budgetamount"]


def test_without_a_path_they_stand_as_in_the_document() -> None:
    body = _entity("incident", "", _stage("1", "Identify", 4, ""), _stage("2", "Sort", -1, ""))
    assert [(s.name, s.category) for s in read_stages(parse(workflow(body)))] == [
        ("Identify", "Identify"),
        ("Sort", ""),
    ]


def test_stages_that_name_each_other_end() -> None:
    body = _entity("lead", "", _stage("1", "One", 0, "2"), _stage("2", "Two", 0, "1"))
    assert [s.name for s in read_stages(parse(workflow(body)))] == ["One", "Two"]


def test_a_conversion_is_described() -> None:
    row = {"_id": "w1", "name": "Sales", "category": 4, "primaryentity": "lead", "statecode": 1, "xaml": CONVERTS}
    parts = read_workflow(SPEC, row)
    assert (parts.kind, parts.active, parts.problem) == ("process", True, "")
    assert parts.steps[0].text == "stage 1: Qualify (lead): Need (required), Budget"
    assert parts.details["conversion"] == (
        "lead becomes opportunity between Qualify and Find the need by opportunity_originating_lead; asks for Need first"
    )


def test_a_process_whose_definition_is_gone_has_the_stages_that_its_rows_name() -> None:
    row = {
        "_id": "w1",
        "name": "Old",
        "category": 4,
        "primaryentity": "lead",
        "statecode": 0,
        "stages": "One (lead)\nTwo (lead)",
    }
    parts = read_workflow(SPEC, row)
    assert [s.text for s in parts.steps] == ["stage 1: One (lead)", "stage 2: Two (lead)"]
    assert (parts.active, parts.problem) == (False, "")
