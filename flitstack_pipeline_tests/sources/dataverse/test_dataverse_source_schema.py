"""An organization that changes between two runs, or while one goes on: an error, or said; never silently other data."""

import pytest
from support.dataverse_server.toy import account

from flitstack_pipeline.errors import SourceError


def test_a_column_that_is_gone(org):
    org.read({"name": "text", "new_discount": "decimal"})
    org.control.remove_attribute("account", "new_discount")
    with pytest.raises(SourceError, match=r"objects.thing.columns.new_discount: the table account has no such column"):
        org.read({"name": "text", "new_discount": "decimal"})


def test_an_optional_column_that_is_gone_is_said(org):
    columns = {"name": "text", "new_discount": {"type": "decimal", "optional": True}}
    org.read(columns)
    org.control.remove_attribute("account", "new_discount")
    result = org.read(columns)
    assert result.column("new_discount") == [None] * 7
    assert "WARNING: the table has no column new_discount any more" in result.said


def test_a_column_that_goes_while_the_table_is_read(org):
    source = org.thing({"name": "text", "new_discount": {"type": "decimal", "optional": True}})
    source.metadata.table("account")
    org.control.remove_attribute("account", "new_discount")
    assert source.extract("thing", into=org.into).rows == 7, "the metadata was read anew"
    strict = org.thing({"name": "text", "new_discount": "decimal"})
    with pytest.raises(SourceError, match="new_discount"):
        strict.extract("thing", into=org.into)


def test_a_type_that_fits_no_more_is_an_error(org):
    org.read({"numberofemployees": "integer"})
    org.control.change_attribute("account", "numberofemployees", {"type": "DateTime"})
    with pytest.raises(SourceError, match="is of type DateTime, which cannot be read as integer"):
        org.read({"numberofemployees": "integer"})


def test_a_type_that_still_fits_is_said(org):
    org.read({"name": "text"})
    org.control.change_attribute("account", "name", {"type": "Memo"})
    assert "WARNING: name is of type Memo now, and was of type String" in org.read({"name": "text"}).said


def test_options_that_are_gone_or_called_otherwise(org):
    columns = {"industrycode__label": "text", "industrycode": "integer"}
    org.read(columns)
    org.control.remove_option("account", "industrycode", 2)
    org.control.relabel_option("account", "industrycode", 1, "Books")
    result = org.read(columns)
    assert "WARNING: industrycode has no option 2 (“Broadcasting”) any more" in result.said
    assert "WARNING: option 1 of industrycode is “Books” now, and was “Accounting”" in result.said
    rows = {row["industrycode"]: row["industrycode__label"] for row in result.rows}
    assert rows[1] == "Books"
    assert 2 in rows, "the number stays whatever became of its label"


def test_metadata_is_kept_until_it_changes(org):
    columns = {"name": "text", "statecode__label": "text", "createdon": "datetime"}
    org.read(columns)
    org.control.clear_requests()
    org.read(columns)
    assert not any(p.startswith("EntityDefinitions") for p in org.paths())
    org.control.add_attribute("account", "new_added", "String", "Added")
    org.control.update("account", account(1), {"new_added": "here"})
    result = org.read({**columns, "new_added": "text"})
    assert "here" in result.column("new_added")


def test_a_table_that_came_under_its_other_name(org):
    spec = {"entity": ["new_missing", "account"]}
    assert org.read({"name": "text"}, **spec).extract.rows == 7


def test_organization_that_may_not_be_read(org):
    """Its version is not known then: metadata is asked for by every run, labels are as they come."""
    org.control.switch(denied=["organization"])
    result = org.read({"industrycode__label": "text"})
    assert set(result.column("industrycode__label")) == {"Accounting", "Broadcasting"}
    org.control.clear_requests()
    org.read({"industrycode__label": "text"})
    assert any(p.startswith("EntityDefinitions") for p in org.paths())
