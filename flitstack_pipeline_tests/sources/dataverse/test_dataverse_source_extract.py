"""Tables become typed rows: columns, labels, lookups, dates, what is missing, what cannot be."""

import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from support.dataverse_server.toy import USER, account, contact

from flitstack_pipeline.errors import ConfigurationError, SourceError
from flitstack_pipeline.sources.base import Source
from flitstack_pipeline.sources.dataverse.errors import DataverseError


def test_it_is_a_source(org):
    assert isinstance(org.thing(), Source)


def test_every_kind_of_column(org):
    result = org.read(
        {
            "name": "text", "ownerid": "id", "ownerid__name": "text", "ownerid__table": "text", "revenue": "decimal",
            "numberofemployees": "integer", "new_discount": "decimal", "industrycode": "integer",
            "industrycode__label": "text", "new_skills": "text", "new_skills__labels": "text", "new_region": "text",
            "new_region__label": "text", "creditonhold": "boolean", "creditonhold__label": "text",
            "createdon": "datetime", "statecode__label": "text",
        }
    )  # fmt: skip
    first = {k: v for k, v in result.rows[0].items() if k not in ("_file", "numberofemployees")}
    assert first == {
        "_id": account(1),
        "_row": 1,
        "name": "Account 1",
        "ownerid": USER,
        "ownerid__name": "Ada Byron",
        "ownerid__table": "systemuser",
        "revenue": Decimal("1000.5"),
        "new_discount": Decimal("1.125"),
        "industrycode": 2,
        "industrycode__label": "Broadcasting",
        "new_skills": "1;3",
        "new_skills__labels": "Gas; Power",
        "new_region": "10",
        "new_region__label": "North",
        "creditonhold": False,
        "creditonhold__label": "No",
        "createdon": datetime(2023, 4, 7, 21, 59, 1, tzinfo=UTC),
        "statecode__label": "Active",
    }
    assert result.extract.rows == 7 and not result.rejects
    assert "3 pages" in result.said


def test_three_kinds_of_date_and_whose_day_a_moment_is(org):
    org.control.update("contact", contact(1), {"createdon": "2024-06-30T23:30:00Z"})
    columns = {"birthdate": "date", "new_visit": "date", "created": {"type": "date", "aliases": "createdon"}}
    row = org.read({**columns, "createdon": "datetime"}, entity="contact").rows[0]
    assert row["birthdate"] == date(1980, 2, 3)
    assert row["new_visit"] == date(2024, 1, 5), "a wall clock is not shifted"
    assert row["created"] == date(2024, 7, 1), "half past eleven in UTC is the next day in London's summer"
    assert row["createdon"] == datetime(2024, 6, 30, 23, 30, tzinfo=UTC)


def test_a_day_of_a_moment_needs_a_zone(org):
    with pytest.raises(SourceError, match="no zone says whose day"):
        org.read({"createdon": "date"}, timezone=None)


def test_polymorphic_lookup_tells_its_table(org):
    result = org.read({"parentcustomerid": "id", "parentcustomerid__table": "text"}, entity="contact")
    assert result.rows[0]["parentcustomerid__table"] == "account"
    assert result.rows[1] | {"_file": ""} == {
        "_id": contact(2), "_file": "", "_row": 2, "parentcustomerid": contact(1), "parentcustomerid__table": "contact",
    }  # fmt: skip


def test_the_first_name_that_the_organization_has_counts(org):
    result = org.read({"title": {"aliases": ["Name", "fullname"]}}, entity=["msdyn_account", "Account"])
    assert result.rows[0]["title"] == "Account 1"
    assert result.extract.columns[0].header == "name"


def test_an_alias_names_another_attribute_and_the_column_says_what_of_it(org):
    result = org.read({"area__label": {"aliases": "new_region"}, "holder__name": {"aliases": "ownerid__name"}})
    assert result.rows[0]["area__label"] == "North"
    assert result.rows[0]["holder__name"] == "Ada Byron"


def test_only_what_the_map_needs_is_asked_for(org):
    org.read({"name": "text", "ownerid__name": "text", "password": {"aliases": "new_discount", "secret": True}})
    (path,) = {p for p in org.paths() if p.startswith("accounts") and "skiptoken" not in p}
    assert path == "accounts?$select=accountid,versionnumber,modifiedon,name,_ownerid_value"


def test_rows_as_received_stand_beside_with_their_checksum(org):
    result = org.read({"revenue": "decimal"})
    (raw,) = org.into.glob("thing.*.jsonl")
    lines = raw.read_text().splitlines()
    assert len(lines) == 7 and '"revenue":1000.5000' in lines[0].replace(" ", ""), "digits as they came"
    digest = hashlib.sha256(raw.read_bytes()).hexdigest()
    assert raw.with_name(f"{raw.name}.sha256").read_text() == f"{digest}  {raw.name}\n"
    assert result.rows[0]["_file"] == raw.name and result.rows[6]["_row"] == 7
    assert digest in result.said


def test_the_same_rows_give_the_same_checksum(org):
    columns = {"name": "text", "revenue": "decimal"}
    first = org.read(columns).extract.sha256
    assert org.read(columns, page_size=2).extract.sha256 == first
    org.control.update("account", account(3), {"name": "Other"})
    assert org.read(columns).extract.sha256 != first


def test_columns_that_the_table_has_not(org):
    with pytest.raises(SourceError) as caught:
        org.read({"nmae": "text", "revenu__name": "text", "new_secret": "text", "maybe": {"optional": True}})
    said = str(caught.value)
    assert "objects.thing.columns.nmae: the table account has no such column (did you mean name?" in said
    assert "did you mean revenue__name" in said
    assert "new_secret" in said, "it may not be read"
    assert "maybe" not in said


def test_an_optional_column_is_empty(org):
    result = org.read({"name": "text", "maybe": {"optional": True, "type": "decimal"}})
    assert result.column("maybe") == [None] * 7
    assert result.stated("maybe") == "the organization has no such column"


@pytest.mark.parametrize(
    ("column", "kind", "words"),
    [
        (
            "revenue",
            "boolean",
            "of type Money, which cannot be read as boolean (declare it as decimal or text or integer)",
        ),
        ("name__label", "text", "only a choice or yes-no column has `__label`"),
        ("new_contract", "text", "declare new_contract__path"),
        ("industrycode", "decimal", "declare it as integer or text or id"),
    ],
)
def test_types_that_do_not_fit(org, column, kind, words):
    with pytest.raises(SourceError) as caught:
        org.read({column: kind})
    assert words in str(caught.value)


def test_a_table_that_is_not_there(org):
    with pytest.raises(SourceError, match=r"no table acount or Acc.*did you mean account"):
        org.read(entity=["acount", "Acc"])
    result = org.read({"name": "text"}, entity="acount", optional=True)
    assert result.rows == [] and "no table acount" in result.said


def test_unknown_object(org):
    with pytest.raises(ConfigurationError, match=r"did you mean thing\?"):
        org.thing().extract("thingy", into=org.into)


def test_inline_and_derived_objects(org):
    objects = {
        "account": {"entity": "account", "columns": {"accountid": {"type": "id"}, "new_skills": {}}},
        "skill": {"explode": {"from": "account", "column": "new_skills"}, "key": ["accountid", "new_skills"]},
        "kind": {"distinct": {"from": "account", "columns": "new_skills", "separator": ";"}, "key": "new_skills"},
        "stage": {"rows": [{"key": "new"}], "key": "key"},
    }
    source = org.source(objects)
    assert source.extract("skill", into=org.into).rows == 14
    assert source.extract("kind", into=org.into).rows == 2
    assert source.extract("stage", into=org.into).rows == 1
    assert next(f.file for f in source.files() if f.object == "account").endswith(".jsonl")


def test_what_the_organization_has_of_its_own_and_no_object_is_read_from(org):
    source = org.thing({"name": "text"})
    found = {f.file: f.object for f in source.files()}
    assert found == {"account": "thing", "new_inspection": None}
    source.extract("thing", into=org.into)
    assert {f.object: f.rows for f in source.files()} == {"thing": 7, None: 0}


def test_wrong_values_become_rejects(org):
    org.control.update("account", account(2), {"name": "no number"})
    org.control.update("account", account(3), {"name": "12.50"})
    for number in (1, 4, 5, 6, 7):
        org.control.update("account", account(number), {"name": "1"})
    result = org.read({"name": "decimal", "ownerid": "id"})
    assert result.extract.rows == 6
    (reject,) = result.rejects
    assert (reject.source_id, reject.column, reject.value, reject.reason) == (
        account(2), "name", "no number", "is no number",
    )  # fmt: skip
    assert reject.raw["_ownerid_value"] == USER
    assert Decimal("12.5") in result.column("name")


def test_a_missing_privilege_names_the_table(org):
    org.control.switch(denied=["account"])
    with pytest.raises(DataverseError) as caught:
        org.read()
    said = str(caught.value)
    assert "Dataverse table “account”" in said and "HTTP 403 0x80040220" in said and "prvRead" in said
    assert "Read of this table for the whole organization" in said
    assert caught.value.status == 403 and caught.value.exit_code == 2
