"""Pages: their size, their links, and rows that change between them."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from support.dataverse_server import DataverseServer
from support.dataverse_server.asker import served
from support.dataverse_server.toy import account


def _names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["name"] for row in rows]


def test_pages_follow_each_other_to_the_end(org: Any) -> None:
    first = org.get("accounts?$select=name", "odata.maxpagesize=3").json()
    second = org.get(first["@odata.nextLink"], "odata.maxpagesize=3").json()
    third = org.get(second["@odata.nextLink"], "odata.maxpagesize=3").json()
    assert [_names(p["value"]) for p in (first, second, third)] == [
        ["Account 1", "Account 2", "Account 3"],
        ["Account 4", "Account 5", "Account 6"],
        ["Account 7"],
    ]
    assert "@odata.nextLink" not in third


def test_a_full_last_page_has_no_link(org: Any) -> None:
    assert "@odata.nextLink" not in org.get("accounts", "odata.maxpagesize=7").json()


def test_the_link_is_absolute_and_its_cookie_encoded_twice(org: Any) -> None:
    link = org.get("accounts?$select=name", "odata.maxpagesize=3").json()["@odata.nextLink"]
    assert link.startswith(
        f"{org.server.url}/api/data/v9.2/accounts?$select=name&$skiptoken=%3Ccookie%20pagenumber=%222%22%20"
    )
    assert "pagingcookie=%22%253ccookie%2520page%253d%25221%2522" in link
    assert unquote(link).endswith('istracking="False" />')


@pytest.mark.parametrize("prefer", ["", "odata.maxpagesize=2", "odata.maxpagesize=4"])
def test_a_link_is_good_for_its_page_size_alone(org: Any, prefer: str) -> None:
    link = org.get("accounts?$select=name", "odata.maxpagesize=3").json()["@odata.nextLink"]
    assert org.error(link, prefer)[0] == 400


@pytest.mark.parametrize("change", [("=name&", "=name&$filter=name ne null&"), ("=name&", "=name,accountid&")])
def test_a_link_with_something_changed_is_refused(org: Any, change: tuple[str, str]) -> None:
    link = org.get("accounts?$select=name", "odata.maxpagesize=3").json()["@odata.nextLink"]
    assert org.error(link.replace(*change), "odata.maxpagesize=3")[0] == 400


def test_a_cookie_that_was_decoded_or_encoded_once_more_is_refused(org: Any) -> None:
    link = org.get("accounts?$select=name", "odata.maxpagesize=3").json()["@odata.nextLink"]
    for wrong in (link.replace("%25", "%"), link.replace("%", "%25")):
        status, _, message = org.error(wrong, "odata.maxpagesize=3")
        assert (status, message) == (400, "Malformed XML in the Paging Cookie")


def test_top_is_ignored_with_a_page_size_and_ends_the_list_without(org: Any) -> None:
    assert len(org.rows("accounts?$select=name&$top=2", "odata.maxpagesize=3")) == 7
    page = org.get("accounts?$select=name&$top=2").json()
    assert (len(page["value"]), "@odata.nextLink" in page) == (2, False)


def test_rows_that_change_between_pages_are_seen_as_they_are_then(org: Any) -> None:
    edits = [
        {"do": "delete", "entity": "account", "row_id": account(5)},
        {"do": "delete", "entity": "account", "row_id": account(2)},
        {"do": "update", "entity": "account", "row_id": account(6), "values": {"name": "Renamed"}},
        {"do": "create", "entity": "account", "values": {"name": "New"}, "row_id": account(9)},
    ]
    org.control.fault("edit", match="/accounts", after=1, edits=edits)
    rows = org.rows("accounts?$select=name", "odata.maxpagesize=3")
    assert _names(rows) == ["Account 1", "Account 2", "Account 3", "Account 4", "Renamed", "Account 7", "New"]


def test_no_page_is_larger_than_5000_and_counts_end_there(toy_folder: Path) -> None:
    server = DataverseServer(toy_folder, synthetic={"account": 12_000})
    with served(toy_folder, server) as org:
        page = org.get(
            "accounts?$select=name&$count=true", 'odata.maxpagesize=20000,odata.include-annotations="*"'
        ).json()
        assert len(page["value"]) == 5000
        assert page["@odata.count"] == 5000
        assert page["@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"] is True
        assert len(org.get("accounts?$select=name").json()["value"]) == 5000
        rows = org.rows("accounts?$select=name")
        assert len({row["accountid"] for row in rows}) == len(rows) == 12_007
        assert org.get("accounts/$count").text == "5000"
        count = org.get("RetrieveTotalRecordCount(EntityNames=['account'])").json()
        assert count["EntityRecordCountCollection"]["Values"] == [12_007]


def test_made_up_rows_are_the_same_each_time_and_can_be_read_one_by_one(toy_folder: Path) -> None:
    with served(toy_folder, DataverseServer(toy_folder, synthetic={"account": 50})) as org:
        rows = org.rows("accounts", "odata.maxpagesize=9")
        assert rows == org.rows("accounts", "odata.maxpagesize=57")
        one = org.get(f"accounts({rows[30]['accountid']})").json()
        assert {n: v for n, v in one.items() if n != "@odata.context"} == rows[30]
        assert [r["accountid"] for r in rows] == sorted(r["accountid"] for r in rows)
