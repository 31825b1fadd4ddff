"""Pages: rows keep their text, links are followed as they are and only where they may lead."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from flitstack_pipeline.mapping.objects import ObjectSpec
from flitstack_pipeline.sources.base import iter_rows
from flitstack_pipeline.sources.dataverse import DataverseAccess, DataverseSource
from flitstack_pipeline.sources.dataverse.errors import DataverseAway, DataverseError, Subject
from flitstack_pipeline.sources.dataverse.http import DataverseClient
from flitstack_pipeline.sources.dataverse.limiter import CallLimiter
from flitstack_pipeline.sources.dataverse.pages import parse_page, preferences, read_pages
from flitstack_pipeline.sources.dataverse.patience import Patience

URL = "https://acme.crm4.dynamics.com"
API = f"{URL}/api/data/v9.2"
ACCESS = DataverseAccess(url=URL, tenant="t", client_id="c", client_secret="unguessable-7731")
HASTY = Patience(base=0.01, tries=3)
ABOUT = Subject("account", doing="reading")

Answer = Callable[[httpx.Request], httpx.Response]


def transport(answer: Answer) -> httpx.MockTransport:
    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.host == "login.microsoftonline.com":
            return httpx.Response(200, json={"access_token": "token-of-the-test", "expires_in": 3599})
        return answer(request)

    return httpx.MockTransport(handle)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Callable[[Answer], DataverseClient]]:
    made: list[DataverseClient] = []

    def make(answer: Answer) -> DataverseClient:
        limiter = CallLimiter(tmp_path / "calls", 8000)
        made.append(DataverseClient(ACCESS, limiter=limiter, transport=transport(answer), patience=HASTY))
        return made[-1]

    yield make
    for one in made:
        one.close()


def page(text: str) -> httpx.Response:
    return httpx.Response(200, content=text.encode())


def test_rows_keep_their_text():
    text = """ { "@odata.context" : "x", "value" :
      [ {"id":"1","amount":20000.0000,
         "note":"a\\nb \\u20ac","big":12345678901234567890.12} , {} ], "@odata.nextLink" : "next" } """
    found = parse_page(page(text), ABOUT)
    assert (
        found.rows[0].text
        == '{"id":"1","amount":20000.0000,          "note":"a\\nb \\u20ac","big":12345678901234567890.12}'
    )
    assert found.rows[0].values["big"] == Decimal("12345678901234567890.12")
    assert found.rows[0].values["note"] == "a\nb €"
    assert found.rows[1].values == {} and found.next_link == "next" and found.delta_link is None
    assert parse_page(page('{"value":[]}'), ABOUT).rows == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html>",
        "[]",
        "{}",
        '{"value":{}}',
        '{"value":[1]}',
        '{"value":[]',
        '{"value":[]} x',
        '{"value":[{}',
        '{"a"',
    ],
)
def test_what_is_no_page(text):
    with pytest.raises(DataverseError, match=r"no JSON of the Web API"):
        parse_page(page(text), ABOUT)


def test_links_are_followed_as_they_are(client):
    link = f"{API}/accounts?$select=name&$skiptoken=%3Ccookie%20pagenumber=%222%22%20pagingcookie=%22%253ca%2520b%22%20/%3E"
    asked: list[tuple[bytes, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.raw_path, request.headers["prefer"]))
        return httpx.Response(200, json={"value": [{}], **({"@odata.nextLink": link} if len(asked) == 1 else {})})

    prefer = preferences(500, tracked=True)
    assert len(list(read_pages(client(answer), "accounts?$select=name", prefer=prefer, subject=ABOUT))) == 2
    assert asked[1][0].decode() == link.removeprefix(URL)
    assert asked[0][1] == asked[1][1] == prefer
    assert "odata.maxpagesize=500" in prefer and "odata.track-changes" in prefer


@pytest.mark.parametrize(
    "link", ["https://evil.example/api/data/v9.2/a", f"http{URL.removeprefix('https')}/api/data/v9.2/a", f"{URL}/other"]
)
def test_a_link_to_somewhere_else_is_not_followed(client, link):
    calls = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(request.url)
        return httpx.Response(200, json={"value": [], "@odata.nextLink": link})

    with pytest.raises(DataverseError, match="which is not the organization"):
        list(read_pages(client(answer), "accounts", prefer="", subject=ABOUT))
    assert len(calls) == 1


def test_a_repeated_link_ends_the_reading(client):
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"value": [], "@odata.nextLink": f"{API}/accounts?$skiptoken=1"})

    with pytest.raises(DataverseError, match="links to one that was read before"):
        list(read_pages(client(answer), "accounts", prefer="", subject=ABOUT))


def test_an_address_that_is_too_long_is_not_asked(client):
    def answer(request: httpx.Request) -> httpx.Response:
        raise AssertionError("asked")

    with pytest.raises(DataverseError, match="declare fewer columns"):
        client(answer).get("accounts?$select=" + ",".join(["msdyn_something"] * 3000), subject=ABOUT)


def test_a_redirect_is_not_followed(client):
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"location": "https://evil.example"})

    with pytest.raises(DataverseError, match="redirects instead of answering"):
        client(answer).get("accounts", subject=ABOUT)


def test_nobody_there(client):
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(DataverseAway, match=r"no whole answer from https://acme.*refused, 3 times in a row"):
        client(answer).get("accounts", subject=ABOUT)


def test_a_row_that_came_twice_counts_once_in_its_later_version(tmp_path):
    def row(number: int, version: int) -> dict[str, Any]:
        return {"accountid": f"id-{number}", "versionnumber": version, "name": f"{number} v{version}"}

    pages = [[row(1, 5), row(2, 6)], [row(1, 9), row(3, 7), row(2, 6)], [row(3, 4)]]

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/data/v9.2/")
        if path == "EntityDefinitions":
            fields = {"EntitySetName": "accounts", "PrimaryIdAttribute": "accountid", "ChangeTrackingEnabled": False}
            return httpx.Response(200, json={"value": [{"LogicalName": "account", **fields}]})
        if path.startswith("EntityDefinitions"):
            types = {"accountid": "UniqueidentifierType", "versionnumber": "BigIntType", "name": "StringType"}
            return httpx.Response(
                200, json={"value": [{"LogicalName": n, "AttributeTypeName": {"Value": t}} for n, t in types.items()]}
            )
        if path == "organizations":
            return httpx.Response(403, json={"error": {"code": "0x80040220", "message": "no"}})
        number = int(request.url.params.get("$skiptoken", "0"))
        more = {"@odata.nextLink": f"{API}/accounts?$skiptoken={number + 1}"} if number < 2 else {}
        return httpx.Response(200, json={"value": pages[number], **more})

    spec = ObjectSpec.model_validate({"entity": "account", "columns": {"name": {}}})
    with DataverseSource(ACCESS, {"a": spec}, timezone=None, cache=tmp_path, transport=transport(answer)) as source:
        extract = source.extract("a", into=tmp_path / "into")
    names = [r["name"] for batch in iter_rows(extract) for r in batch]
    assert sorted(names) == ["1 v9", "2 v6", "3 v7"]
    assert "3 rows came twice" in extract.files[0].skipped[-1]
