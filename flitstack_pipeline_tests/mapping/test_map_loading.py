"""What a good map may look like: short forms, anchors, and the map that the project comes with."""

import os
from pathlib import Path

import pytest
from support.project import MAP

from flitstack_pipeline.errors import ConfigurationError
from flitstack_pipeline.mapping.graph import model_order, stable_order
from flitstack_pipeline.mapping.loading import load_system
from flitstack_pipeline.mapping.spec import Condition, FieldSpec, NewField, ObjectSpec

ROOT = Path(__file__).resolve().parents[2]


def test_short_and_long_forms_mean_the_same():
    assert FieldSpec.model_validate("email") == FieldSpec.model_validate({"from": ["email"]})
    assert FieldSpec.model_validate({"from": "a", "transform": "strip"}) == FieldSpec.model_validate(
        {"from": "a", "transform": ["strip"]}
    )
    assert Condition.model_validate({"a": 1, "b": [1, 2]}) == Condition.model_validate(
        {"columns": {"a": {"is": 1}, "b": {"in": [1, 2]}}}
    )
    assert NewField.model_validate({"type": "selection", "label": "L", "selection": {"a": "A"}}).selection == (
        ("a", "A"),
    )
    assert ObjectSpec.model_validate({"files": "a", "key": "id"}) == ObjectSpec.model_validate(
        {"files": ["a"], "key": ["id"]}
    )


def test_a_constant_may_be_empty():
    assert FieldSpec.model_validate({"value": None}).value is None
    assert FieldSpec.model_validate({"value": False}).value is False


def test_a_part_of_a_map_does_not_change_after_it_was_read():
    with pytest.raises(ValueError, match="frozen"):
        FieldSpec.model_validate("email").required = True


def test_anchors_and_merge_keys(project):
    text = MAP.replace("email: email", "email: &mail {from: email, transform: strip}").replace(
        "          x_toy_id:",
        "          ref: {<<: *mail, required: true}\n          street: *mail\n          x_toy_id:",
    )
    project.map(text)

    fields = project.system().record_sets()["customer"][1].fields

    assert fields["street"] == fields["email"]
    assert fields["ref"][0] == FieldSpec.model_validate({"from": "email", "transform": "strip", "required": True})


def test_a_mistake_that_came_by_a_merge_key_is_named_where_it_is_used(project):
    text = MAP.replace("email: email", "email: &mail {from: emial}").replace(
        "          x_toy_id:", "          ref: {<<: *mail, required: true}\n          x_toy_id:"
    )
    project.map(text)

    with pytest.raises(ConfigurationError) as error:
        project.system()

    lines = text.splitlines()
    places = [str(p).split(": there is")[0] for p in error.value.problems]
    assert [int(place.split(":")[1]) for place in places] == [
        next(n for n, line in enumerate(lines, 1) if "email: &mail" in line),
        next(n for n, line in enumerate(lines, 1) if "ref: {" in line),
    ]


def test_numbers_and_words_keep_their_yaml_types(project):
    values = (
        "email: email\n          credit: {from: credit, default: 1.5, when: {kind: {in: [true, 0, yes, 2024-05-06]}}}"
    )
    project.map(MAP.replace("email: email", values))

    field = project.system().record_sets()["customer"][1].fields["credit"][0]

    assert type(field.default) is float
    tested = field.when.columns["kind"].in_
    assert tested[:3] == (True, 0, "yes")
    assert str(tested[3]) == "2024-05-06"


def test_a_map_is_read_again_when_its_file_has_changed(project):
    path = project.map(MAP)
    before = project.system()
    assert project.system() is before

    path.write_text(MAP.replace("title: Toy", "title: Other"), "utf-8")
    os.utime(path, ns=(1, 1))

    assert project.system().title == "Other"


def test_equal_models_stay_in_the_order_of_the_file():
    needs = {"c": set(), "a": {"b"}, "b": set(), "d": {"a", "c"}}

    assert stable_order(needs) == ["c", "b", "a", "d"]


def test_the_order_of_the_map_that_the_project_comes_with():
    system = load_system(ROOT / "mappings" / "systems" / "octopuspro.yaml")

    order = model_order(system)

    assert order == (Path(__file__).parent / "octopuspro_model_order.txt").read_text("utf-8").split()


@pytest.mark.parametrize("path", sorted((ROOT / "mappings" / "systems").glob("*.yaml")), ids=lambda p: p.stem)
def test_every_map_that_the_project_comes_with_loads(path):
    assert load_system(path).system == path.stem
