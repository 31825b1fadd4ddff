"""What the doctor says of an organization."""

import pytest

from flitstack_pipeline.stages.doctor.dataverse import examine

OBJECTS = {
    "account": {"entity": "account", "columns": {"name": {}, "statecode__label": {}}},
    "user": {"entity": "systemuser", "columns": {"fullname": {}}},
    "maybe": {"entity": "new_missing", "optional": True, "columns": {"name": {}}},
}


def findings(org, objects=OBJECTS, **settings) -> dict[str, tuple[str, str, str]]:
    return {f.check: (f.level, f.text, f.todo) for f in examine(org.source(objects, **settings))}


def test_a_good_organization(org):
    found = findings(org)
    assert not [c for c, f in found.items() if f[0] == "blocking"]
    assert found["source.connection"][0] == "ok"
    assert "base language 1033" in found["source.language"][1]
    assert "7 days" in found["source.tracking"][1]
    assert found["source.objects"][1] == "2 tables to read; optional and not there: maybe (new_missing)"
    assert found["source.privileges"][0] == "ok"
    assert found["source.untracked"][:2] == ("warning", "1 table without change tracking: systemuser")
    assert "new_inspection" in found["source.unknown_tables"][1]
    assert "about 8 rows" in found["source.volume"][1]


def test_no_application_user(org):
    org.control.switch(application_user=False)
    found = findings(org)
    assert list(found) == ["source.connection"]
    level, text, todo = found["source.connection"]
    assert level == "blocking" and "0x80072560" in text and "Application users" in todo


def test_a_wrong_secret(org):
    level, text, todo = findings(org, client_secret="wrong-secret-1234")["source.connection"]
    assert level == "blocking" and "invalid_client" in text and "wrong-secret-1234" not in text + todo


def test_tables_and_columns_that_are_not_there(org):
    objects = {
        "a": {"entity": "acount", "columns": {"name": {}}},
        "b": {"entity": "account", "columns": {"nme": {}}},
    }
    found = findings(org, objects)
    assert found["source.columns"][0] == "blocking" and "nme" in found["source.columns"][1]
    assert "a (acount)" in "".join(f[1] for f in found.values())


def test_a_missing_privilege(org):
    org.control.switch(denied=["account", "organization"])
    found = findings(org)
    assert found["source.privileges"][0] == "blocking" and "prvRead" in found["source.privileges"][1]
    assert found["source.organization"][0] == "warning"


@pytest.mark.parametrize("match", ["WhoAmI", "EntityDefinitions"])
def test_a_server_that_is_away(org, match):
    org.control.fault("unavailable", match=match, times=99, retry_after=None)
    found = findings(org)
    assert found["source.connection"][0] == "blocking" and "HTTP 503" in found["source.connection"][1]
