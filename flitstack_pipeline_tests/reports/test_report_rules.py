"""The rules of a map in words."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from flitstack_pipeline.mapping.spec import FieldSpec, Lookup, SystemMap
from flitstack_pipeline.reports.rules import condition_in_words, references, rule_in_words, says_its_origin, value_map

SYSTEMS = sorted((Path(__file__).parents[2] / "mappings" / "systems").glob("*.yaml"))

RULES = {
    "value": ({"value": "service"}, ["always “service”"]),
    "template": ({"template": "{first} {last}"}, ["put together as “{first} {last}”"]),
    "also": (
        {"value": [], "also": {"from": "seller", "lookup": {"model": "res.users", "by": "login"}}},
        [
            "always nothing",
            "and also: seller; the res.users of Odoo with that login; waits until it is there",
        ],
    ),
    "xmlid": ({"xmlid": "base.au"}, ["Odoo's own record base.au"]),
    "lines": (
        {"lines": {"from": "item", "parent": "no", "required": True, "fields": {"qty": "qty", "name": {"value": None}}}},
        ["one line for each item row whose no names it", "↳ qty: qty", "↳ name: left empty", "quarantined without a line"],
    ),
    "bundle": (
        {"bundle": {"from": "worker", "parent": ["a", "b"], "columns": {"id": "worker_id"}, "where": {"role": "Lead"}}},
        ["every worker row whose a | b names it, where role is “Lead”, together as JSON: id"],
    ),
    "merge": (
        {"merge": {"from": "note", "parent": "no", "template": "{text}", "separator": "; "}},
        ["every note row whose no names it, as text: each “{text}”, with “; ” between"],
    ),
    "collect": ({"collect": {"from": "worker", "parent": "no", "column": "id"}}, ["id of every worker row whose no names it"]),
    "duplicate_of": (
        {"duplicate_of": {"column": "email"}},
        ["the first row with the same email, for rows that are not the first"],
    ),
    "transform": (
        {"from": "a", "transform": ["strip", {"truncate": 9}, {"split": {"separator": ";"}}]},
        ["cleaned by strip, truncate (9), split (separator “;”)"],
    ),
    "values": ({"from": "a", "values": {"New": "new", "Gone": None}}, ["any other value is quarantined"]),
    "values_else": ({"from": "a", "values": {"New": "new"}, "values_else": "keep"}, ["any other value stays as it is"]),
    "lookup": (
        {"from": "a", "lookup": {"model": "res.users", "by": "login", "missing": "empty"}},
        ["the res.users of Odoo with that login; left empty if there is none"],
    ),
    "default": ({"from": "a", "default": {"xmlid": "base.au"}}, ["Odoo's own record base.au where empty"]),
    "when": (
        {"from": "a", "when": {"status": ["open", "new"], "none": [{"total": {"filled": False}}]}},
        ["only when status is one of “open”, “new”, and not (total is empty)"],
    ),
    "required": ({"from": "a", "required": True}, ["quarantined where empty"]),
    "write": ({"from": "a", "write": False}, ["computed by Odoo: only compared, never written"]),
    "compare": ({"from": "a", "compare": False}, ["written, not compared afterwards"]),
    "fallback": ({"from": "a", "fallback": {"field": "x_a"}}, ["goes to x_a where Odoo lacks the field"]),
}  # fmt: skip


def dumped(rule):
    return FieldSpec.model_validate(rule).model_dump(mode="json", by_alias=True, exclude_defaults=True)


@pytest.mark.parametrize("part", RULES)
def test_each_part_of_a_rule_has_its_words(part):
    rule, words = RULES[part]
    assert rule_in_words(dumped(rule)) == words


def test_no_part_of_a_rule_is_without_words():
    told_elsewhere = {"from_", "create", "why", "choice"}  # a choice is settled before there is a report
    assert set(FieldSpec.model_fields) == set(RULES) | told_elsewhere


@pytest.mark.parametrize(
    ("lookup", "words"),
    [
        ({"records": "customer"}, "the customer record of that source id; waits until it is there"),
        (
            {"records": ["a", "b"], "many": True},
            "all of them: the a or b record of that source id; waits until it is there",
        ),
        ({"records": "o", "key_prefix": "k|"}, "the o record of that source id after “k|”; waits until it is there"),
        (
            {"model": "hr.employee", "by": ["name", "code"], "follow": "user_id", "missing": "skip"},
            "the hr.employee of Odoo with that name and code, of that its user_id; the row is skipped if there is none",
        ),
    ],
)
def test_lookups(lookup, words):
    assert rule_in_words(dumped({"from": "a", "lookup": lookup})) == [words]


def test_a_lookup_has_no_part_that_is_not_said():
    assert set(Lookup.model_fields) == {"records", "key_prefix", "model", "by", "domain", "follow", "many", "missing"}


def test_value_maps_are_pairs():
    assert value_map(dumped({"from": "a", "values": {"New": "new", "Gone": None}})) == [
        ("New", "“new”"),
        ("Gone", "nothing"),
    ]


def test_references_are_found_in_lines_too():
    lookup = {"lookup": {"records": ["product"]}}
    rule = {"lookup": {"records": ["a", "b"]}, "lines": {"fields": {"product_id": [{"from": ["p"], **lookup}]}}}
    assert references(rule) == {"a", "b", "product"}
    assert references([{"value": 1}]) == set()


def test_an_empty_condition_is_always():
    assert condition_in_words({}) == "always"


@pytest.mark.parametrize("path", SYSTEMS, ids=lambda path: path.stem)
def test_every_rule_of_a_real_map_can_be_said(path):
    system = SystemMap.model_validate(YAML(typ="safe").load(path))
    said = 0
    for _, records in system.record_sets().values():
        for alternatives in records.fields.values():
            for alternative in alternatives:
                rule = alternative.model_dump(mode="json", by_alias=True, exclude_defaults=True)
                words = rule_in_words(rule)
                assert all(words)
                assert words or rule.get("from") or not says_its_origin(rule)
                said += len(words)
    assert said
