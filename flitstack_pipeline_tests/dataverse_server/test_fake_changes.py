"""Change tracking: delta links, what they bring, and when they are over."""

from typing import Any

import pytest
from support.dataverse_server.toy import account, contact

TRACKED = "odata.track-changes"
EXPIRED = (400, "0x80044352", "Version stamp associated with the client has expired. Please perform a full sync.")


def _start(org: Any, path: str = "accounts?$select=name") -> str:
    return org.get(path, TRACKED).json()["@odata.deltaLink"]


def _changes(org: Any, link: str) -> tuple[list[str], list[str], str]:
    """Names of changed rows, ids of deleted ones, the next link."""
    page = org.get(link).json()
    changed = [row["name"] for row in page["value"] if "reason" not in row]
    return changed, [row["id"] for row in page["value"] if "reason" in row], page["@odata.deltaLink"]


def test_the_delta_link_is_on_the_last_page_alone(org: Any) -> None:
    prefer = f"{TRACKED},odata.maxpagesize=3"
    pages, link = [], "accounts?$select=name"
    while link:
        page = org.get(link, prefer).json()
        pages.append((len(page["value"]), "@odata.deltaLink" in page))
        link = page.get("@odata.nextLink")
    assert pages == [(3, False), (3, False), (1, True)]
    assert "$deltatoken=" in page["@odata.deltaLink"]
    assert "@odata.deltaLink" not in org.get("accounts?$select=name").json()


def test_without_changes_there_is_nothing_but_a_new_link(org: Any) -> None:
    reply = org.get(_start(org))
    assert reply.json()["value"] == []
    assert reply.json()["@odata.context"].endswith("/$metadata#accounts(name)/$delta")
    assert "$deltatoken=" in reply.json()["@odata.deltaLink"]


def test_a_delta_brings_changed_rows_by_version_then_deleted_ones(org: Any) -> None:
    link = _start(org)
    org.control.delete("account", account(1))
    org.control.update("account", account(4), {"name": "Four"})
    org.control.update("account", account(2), {"name": "Two"})
    new = org.control.create("account", {"name": "New"})
    gone = org.control.create("account", {"name": "Gone"})
    org.control.delete("account", gone)
    page = org.get(link).json()
    assert [row.get("name") for row in page["value"]] == ["Four", "Two", "New", None, None]
    assert page["value"][2]["accountid"] == new
    assert page["value"][3:] == [
        {
            "@odata.context": f"{org.server.url}/api/data/v9.2/$metadata#accounts/$deletedEntity",
            "id": row_id,
            "reason": "deleted",
        }
        for row_id in (account(1), gone)
    ]
    assert _changes(org, page["@odata.deltaLink"])[:2] == ([], [])


def test_an_edit_sets_version_and_time(org: Any) -> None:
    before = org.get(f"accounts({account(1)})").json()
    org.control.update("account", account(1), {"name": "One", "industrycode": None})
    after = org.get(f"accounts({account(1)})").json()
    assert after["versionnumber"] > before["versionnumber"]
    assert after["modifiedon"] > before["modifiedon"]
    assert (after["createdon"], after["industrycode"]) == (before["createdon"], None)


def test_changes_made_while_pages_are_read_come_with_the_next_delta(org: Any) -> None:
    edits = [{"do": "update", "entity": "account", "row_id": account(1), "values": {"name": "Late"}}]
    org.control.fault("edit", match="/accounts", after=1, edits=edits)
    prefer = f"{TRACKED},odata.maxpagesize=3"
    link: str | None = "accounts?$select=name"
    while link:
        page = org.get(link, prefer).json()
        link = page.get("@odata.nextLink")
    assert _changes(org, page["@odata.deltaLink"])[0] == ["Late"]


def test_a_long_delta_comes_in_pages(org: Any) -> None:
    link = _start(org)
    for number in range(1, 6):
        org.control.update("account", account(number), {"name": f"New {number}"})
    org.control.delete("account", account(7))
    prefer = "odata.maxpagesize=2"
    pages = []
    following: str | None = link
    while following:
        page = org.get(following, prefer).json()
        pages.append(([row.get("name") for row in page["value"]], "@odata.deltaLink" in page))
        following = page.get("@odata.nextLink")
    assert pages == [(["New 1", "New 2"], False), (["New 3", "New 4"], False), (["New 5", None], True)]


def test_changes_can_be_counted(org: Any) -> None:
    link = _start(org)
    org.control.update("account", account(1), {"name": "One"})
    org.control.delete("account", account(2))
    assert org.get(link.replace("accounts?", "accounts/$count?")).text == "2"


@pytest.mark.parametrize("option", ["$filter=name eq 'x'", "$orderby=name", "$expand=primarycontactid", "$top=3"])
def test_options_that_tracking_refuses(org: Any, option: str) -> None:
    name = option.partition("=")[0]
    status, _, message = org.error(f"accounts?{option}", TRACKED)
    assert (status, message) == (400, f'The "{name}" query parameter isn\'t supported when Change Tracking is enabled.')
    assert org.error(f"{_start(org)}&{option}")[0] == 400


def test_a_table_without_tracking(org: Any) -> None:
    assert org.error("systemusers", TRACKED)[2] == "Entity: systemuser isn't enabled for change tracking."


def test_a_delta_link_expires_after_days(org: Any) -> None:
    link = _start(org)
    org.control.put_clock_forward(6.9)
    assert org.get(link).status_code == 200
    org.control.put_clock_forward(0.2)
    assert org.error(link) == EXPIRED


def test_delta_links_of_one_table_can_be_ended(org: Any) -> None:
    accounts, contacts = _start(org), _start(org, "contacts?$select=fullname")
    org.control.expire_deltas("account")
    assert org.error(accounts) == EXPIRED
    assert org.get(contacts).status_code == 200
    assert org.get(_start(org)).status_code == 200


def test_changed_columns_end_delta_links(org: Any) -> None:
    link = _start(org)
    org.control.add_attribute("account", "new_extra", "String")
    assert org.error(link) == EXPIRED


@pytest.mark.parametrize("token", ["nonsense", "99999999%2101%2f01%2f2026%2000%3a00%3a00"])
def test_tokens_of_nobody(org: Any, token: str) -> None:
    assert org.error(f"accounts?$deltatoken={token}")[1] == "0x80044352"


def test_modifiedon_is_the_other_road(org: Any) -> None:
    moment = org.server.database.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    org.control.update("contact", contact(3), {"fullname": "Three"})
    rows = org.rows(f"contacts?$select=fullname&$filter=modifiedon ge {moment}&$orderby=modifiedon,contactid")
    assert [row["fullname"] for row in rows] == ["Three"]
