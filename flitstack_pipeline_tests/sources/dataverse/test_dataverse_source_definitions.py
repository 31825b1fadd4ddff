"""Objects made of metadata: what the map does not name, options in all languages, the list of tables."""

import json

import pytest
from support.dataverse_org import Org, Result
from support.dataverse_server import DataverseServer
from support.dataverse_server.toy import choice

OBJECTS = {
    "account": {
        "entity": "account",
        "columns": {"name": {}, "new_region__label": {}, "area": {"aliases": "new_skills"}},
    },
    "contact": {"entity": "contact", "columns": {"fullname": {}}},
    "attributes": {"metadata": "attributes"},
    "options": {"metadata": "options"},
    "entities": {"metadata": "entities"},
}


def rows(org, name: str, **settings) -> list[dict]:

    return Result(org.source(OBJECTS, **settings).extract(name, into=org.into)).rows


def test_custom_columns_that_no_map_names(org):
    found = {row["_id"]: row for row in rows(org, "attributes")}
    assert "account.new_region" not in found and "account.new_skills" not in found, "the map names them"
    assert "account.new_secret" not in found, "it may not be read"
    assert found["account.new_discount"] | {"_file": "", "_row": 0} == {
        "_id": "account.new_discount", "_file": "", "_row": 0, "entity": "account", "name": "new_discount",
        "label": "Discount", "type": "Decimal", "options": None, "column": "new_discount",
    }  # fmt: skip
    assert found["account.new_contract"]["column"] == "new_contract__path"
    assert found["contact.new_site"]["column"] == "new_site__name"
    assert found["contact.new_visit"]["type"] == "DateTime"


@pytest.mark.parametrize(
    ("kind", "column"), [("Picklist", "new_more__label"), ("MultiSelectPicklist", "new_more__labels")]
)
def test_choices_come_with_their_options(org_folder, kind, column):

    path = org_folder / "entities" / "account.json"
    entity = json.loads(path.read_text())
    entity["attributes"].append(choice("new_more", kind, {1: "One", 2: "Two"}, "More", custom=True))
    path.write_text(json.dumps(entity))
    with DataverseServer(org_folder) as server:
        org = Org(server, org_folder.parent)
        (more,) = [row for row in rows(org, "attributes") if row["name"] == "new_more"]
        org.close()
    assert (more["options"], more["column"], more["type"]) == ("One\nTwo", column, kind)


def test_what_was_added_to_the_objects_is_still_listed(org):
    """Custom columns are read with their table; the list of them stays the same."""

    from flitstack_pipeline.mapping.objects import ObjectSpec

    mapped = {n: ObjectSpec.model_validate(o) for n, o in OBJECTS.items()}
    more = {**OBJECTS["account"]["columns"], "new_discount": {"type": "decimal"}}
    objects = {**OBJECTS, "account": {"entity": "account", "columns": more}}
    source = org.source(objects, mapped=mapped)
    assert source.extract("account", into=org.into).rows == 7
    extract = source.extract("attributes", into=org.into)
    from flitstack_pipeline.sources.base import iter_rows

    assert "account.new_discount" in {r["_id"] for batch in iter_rows(extract) for r in batch}


def test_options_with_all_languages(org):
    found = {row["_id"]: row for row in rows(org, "options")}
    row = found["account.new_region.20"]
    assert (row["value"], row["label"], row["position"]) == (20, "South", 2)
    assert json.loads(row["labels"]) == {"1033": "South", "1036": "South (fr)"}
    assert "account.statuscode.1" in found


def test_all_tables(org):
    found = {row["_id"]: row for row in rows(org, "entities")}
    assert found["account"]["in_map"] and found["account"]["set_name"] == "accounts"
    assert found["new_inspection"] | {"_file": "", "_row": 0} == {
        "_id": "new_inspection", "_file": "", "_row": 0, "name": "new_inspection", "set_name": "new_inspections",
        "label": "New_Inspection", "custom": True, "activity": False, "change_tracking": True,
        "primary_id": "new_inspectionid", "primary_name": "name", "in_map": False,
    }  # fmt: skip
    assert found["phonecall"]["activity"]
