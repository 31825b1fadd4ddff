"""What a list of rows looks like, and how many there are."""

from typing import Any

import pytest
from support.dataverse_server.toy import APP_USER, POUND, TEAM, USER, account, contact, guid

FORMATTED = "@OData.Community.Display.V1.FormattedValue"
TABLE = "@Microsoft.Dynamics.CRM.lookuplogicalname"
NAVIGATION = "@Microsoft.Dynamics.CRM.associatednavigationproperty"
EVERYTHING = 'odata.include-annotations="*"'


def test_a_select_gives_what_it_names_and_the_key(reader: Any) -> None:
    page = reader.get("accounts?$select=name,_ownerid_value").json()
    assert page["value"][0] == {
        "@odata.etag": 'W/"1000001"',
        "name": "Account 1",
        "_ownerid_value": USER,
        "accountid": account(1),
    }
    assert page["@odata.context"] == f"{reader.server.url}/api/data/v9.2/$metadata#accounts(name,_ownerid_value)"
    assert [row["name"] for row in page["value"]] == [f"Account {n}" for n in range(1, 8)]
    assert "@odata.nextLink" not in page


def test_without_a_select_there_is_everything_but_what_may_not_be_read(reader: Any) -> None:
    row = reader.get("accounts").json()["value"][0]
    assert row["_parentaccountid_value"] is None
    assert not {"new_secret", "ownerid", "primarycontactid", "primarycontactidname", "statecodename"} & set(row)


def test_money_is_exact_and_brings_its_currency(reader: Any) -> None:
    reply = reader.get("accounts?$select=revenue,revenue_base,new_discount,exchangerate&$top=1")
    row = reply.json()["value"][0]
    assert row["_transactioncurrencyid_value"] == POUND
    for text in (
        '"revenue":1000.5000',
        '"revenue_base":2001.0000',
        '"new_discount":1.125',
        '"exchangerate":0.500000000000',
    ):
        assert text in reply.text


def test_annotations_come_only_when_asked_for(reader: Any) -> None:
    path = "accounts?$select=_ownerid_value,statecode,new_skills,revenue,creditonhold,createdon,numberofemployees"
    assert not [n for n in reader.get(path).json()["value"][0] if "@" in n and n != "@odata.etag"]
    row = reader.get(path, EVERYTHING).json()["value"][0]
    assert row[f"_ownerid_value{FORMATTED}"] == "Ada Byron"
    assert row[f"_ownerid_value{TABLE}"] == "systemuser"
    assert row[f"_ownerid_value{NAVIGATION}"] == "ownerid"
    assert row[f"statecode{FORMATTED}"] == "Active"
    assert (row["new_skills"], row[f"new_skills{FORMATTED}"]) == ("1,3", "Gas; Power")
    assert row[f"revenue{FORMATTED}"] == "£1,000.50"
    assert row[f"creditonhold{FORMATTED}"] == "No"
    assert row[f"createdon{FORMATTED}"] == "4/7/2023 9:59 PM"
    assert row[f"_transactioncurrencyid_value{FORMATTED}"] == "Pound Sterling"
    assert reader.get(path, EVERYTHING).json()["value"][4][f"_ownerid_value{TABLE}"] == "team"
    assert reader.get(path, EVERYTHING).json()["value"][4]["_ownerid_value"] == TEAM


def test_some_annotations_can_be_asked_for(reader: Any) -> None:
    wanted = 'odata.include-annotations="Microsoft.Dynamics.CRM.lookuplogicalname"'
    row = reader.get("accounts?$select=_ownerid_value,statecode", wanted).json()["value"][0]
    assert [n for n in row if "@" in n] == ["@odata.etag", f"_ownerid_value{TABLE}"]
    by_pattern = reader.get(
        "accounts?$select=statecode", 'odata.include-annotations="OData.Community.Display.V1.*"'
    ).json()
    assert by_pattern["value"][0][f"statecode{FORMATTED}"] == "Active"


def test_the_kinds_of_dates(reader: Any) -> None:
    row = reader.get("contacts?$select=birthdate,new_visit,createdon,_new_site_value", EVERYTHING).json()["value"][0]
    assert (row["birthdate"], row[f"birthdate{FORMATTED}"]) == ("1980-02-03", "2/3/1980")
    assert row["new_visit"] == "2024-01-05T08:30:00Z"
    assert row["createdon"] == "2023-04-07T21:59:01Z"
    assert row[f"_new_site_value{NAVIGATION}"] == "new_Site"


def test_a_lookup_to_several_tables_says_which(reader: Any) -> None:
    first, second = reader.get("contacts?$select=_parentcustomerid_value", EVERYTHING).json()["value"][:2]
    assert (first[f"_parentcustomerid_value{TABLE}"], second[f"_parentcustomerid_value{TABLE}"]) == (
        "account",
        "contact",
    )
    assert first[f"_parentcustomerid_value{NAVIGATION}"] == "parentcustomerid_account"


REFUSED = [
    ("Accounts", 404, "0x8006088a", "Resource not found for the segment 'Accounts'."),
    ("account", 404, "0x8006088a", "Resource not found for the segment 'account'."),
    ("accounts?$select=nmae", 400, "0x0", "Could not find a property named 'nmae' on type 'Microsoft.Dynamics.CRM.account'."),
    ("accounts?$select=Name", 400, "0x0", "Could not find a property named 'Name' on type"),
    ("accounts?$select=ownerid", 400, "0x0", "Could not find a property named 'ownerid' on type"),
    ("accounts?$select=new_secret", 400, "0x0", "Could not find a property named 'new_secret' on type"),
    ("accounts?$skip=10", 400, "0x80060888", "Skip Clause is not supported in CRM"),
    ("accounts?$search=x", 400, "0x80060888", "The query parameter $search is not supported"),
    ("accounts?$format=json", 400, "0x80060888", "The query parameter $format is not supported"),
    ("accounts?$Select=name", 400, "0x80060888", "The query parameter $Select is not supported"),
    ("accounts?$select=name&$select=name", 400, "0x0", "Query option '$select' was specified more than once"),
    ("accounts?$top=0", 400, "0x0", "Invalid value '0' for $top"),
    (f"accounts({account(99)})", 404, "0x80040217", f"Account With Id = {account(99)} Does Not Exist"),
    (f"activityparties({guid(0xF0, 1)})", 405, "0x80040800", "The 'Retrieve' method does not support entities"),
    ("accounts?$expand=nothing", 400, "0x0", "Could not find a property named 'nothing' on type"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "status", "code", "message"), REFUSED)
def test_what_the_real_one_refuses_is_refused(reader: Any, path: str, status: int, code: str, message: str) -> None:
    found = reader.error(path)
    assert found[:2] == (status, code)
    assert found[2].startswith(message)


def test_other_versions_and_paths_are_not_there(reader: Any) -> None:
    assert reader.http.get(f"{reader.server.url}/api/data/v8.2/accounts").status_code == 404
    assert reader.http.get(f"{reader.server.url}/api/data/v9.2/accounts/nothing").status_code == 404


def test_one_row(reader: Any) -> None:
    row = reader.get(f"accounts({account(2)})?$select=name", EVERYTHING).json()
    assert (row["name"], row["accountid"]) == ("Account 2", account(2))
    assert row["@odata.context"].endswith("#accounts/$entity")
    assert reader.get(f"accounts({account(2)})/name").json()["value"] == "Account 2"


def test_expand_shows_the_row_that_a_lookup_points_to(reader: Any) -> None:
    path = "contacts?$select=fullname&$expand=parentcustomerid_account($select=name),parentcustomerid_contact($select=fullname)"
    first, second = reader.get(path).json()["value"][:2]
    assert first["parentcustomerid_account"]["name"] == "Account 2"
    assert first["parentcustomerid_contact"] is None
    assert second["parentcustomerid_contact"]["contactid"] == contact(1)


def test_counts(reader: Any) -> None:
    page = reader.get("accounts?$select=name&$count=true&$top=2", EVERYTHING).json()
    assert (page["@odata.count"], len(page["value"])) == (7, 2)
    assert page["@Microsoft.Dynamics.CRM.totalrecordcount"] == 7
    assert reader.get("accounts", EVERYTHING).json()["@Microsoft.Dynamics.CRM.totalrecordcount"] == -1
    reply = reader.get("accounts/$count")
    assert (reply.text, reply.headers["Content-Type"]) == ("7", "text/plain")
    counted = reader.get("RetrieveTotalRecordCount(EntityNames=['account','contact'])").json()[
        "EntityRecordCountCollection"
    ]
    assert (counted["Keys"], counted["Values"]) == (["account", "contact"], [7, 4])
    assert reader.error("RetrieveTotalRecordCount(EntityNames=['nothing'])")[1] == "0x80041102"


def test_activitypointer_is_all_activities(reader: Any) -> None:
    rows = reader.get("activitypointers?$select=activityid,subject,activitytypecode").json()["value"]
    assert {(r["activityid"], r["activitytypecode"]) for r in rows} == {
        (guid(0xD, 1), "phonecall"),
        (guid(0xD, 2), "task"),
    }


def test_headers(reader: Any) -> None:
    reply = reader.get("accounts?$select=name", 'odata.maxpagesize=3, odata.include-annotations="*",nonsense')
    assert reply.headers["OData-Version"] == "4.0"
    assert reply.headers["Preference-Applied"] == 'odata.maxpagesize=3,odata.include-annotations="*"'
    assert "Preference-Applied" not in reader.get("accounts?$select=name").headers
    before = int(reply.headers["x-ms-ratelimit-burst-remaining-xrm-requests"])
    after = int(reader.get("WhoAmI").headers["x-ms-ratelimit-burst-remaining-xrm-requests"])
    assert after == before - 2


def test_a_link_that_is_too_long(reader: Any) -> None:
    assert reader.get("accounts?$filter=" + "x" * 32_800).status_code == 414
    assert reader.get("accounts?$filter=name eq '" + "x" * 32_000 + "'").status_code == 200


def test_details_of_errors_come_with_the_annotations(reader: Any) -> None:
    assert set(reader.get("nothing").json()["error"]) == {"code", "message"}
    assert "@Microsoft.PowerApps.CDS.TraceText" in reader.get("nothing", EVERYTHING).json()["error"]


def test_the_service_document(reader: Any) -> None:
    assert {"name": "accounts", "kind": "EntitySet", "url": "accounts"} in reader.get("").json()["value"]
    assert reader.get("WhoAmI").json()["UserId"] == APP_USER
