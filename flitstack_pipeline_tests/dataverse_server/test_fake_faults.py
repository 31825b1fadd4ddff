"""Trouble on demand, limits, and the log."""

import time
from typing import Any

import httpx
import pytest

THROTTLED = [
    ("throttle_requests", "0x80072322", "Number of requests exceeded"),
    ("throttle_time", "0x80072321", "Combined execution time"),
    ("throttle_concurrency", "0x80072326", "Number of concurrent requests"),
]


@pytest.mark.parametrize(("kind", "code", "message"), THROTTLED)
def test_the_three_ways_of_being_too_much(org: Any, kind: str, code: str, message: str) -> None:
    org.control.fault(kind, times=2, retry_after=7)
    for _ in range(2):
        reply = org.get("accounts")
        assert (reply.status_code, reply.headers["Retry-After"]) == (429, "7")
        assert reply.json()["error"]["code"] == code
        assert reply.json()["error"]["message"].startswith(message)
    assert org.get("accounts").status_code == 200


@pytest.mark.parametrize(
    ("kind", "status"),
    [("unavailable", 503), ("bad_gateway", 502), ("gateway_timeout", 504), ("unauthorized", 401), ("forbidden", 403)],
)
def test_other_refusals(org: Any, kind: str, status: int) -> None:
    org.control.fault(kind, retry_after=None)
    reply = org.get("accounts")
    assert (reply.status_code, "Retry-After" in reply.headers) == (status, False)
    assert org.get("accounts").status_code == 200


def test_any_error(org: Any) -> None:
    org.control.fault("error", status=412, code="0x80060882", message="No.")
    assert org.error("accounts") == (412, "0x80060882", "No.")


def test_a_fault_waits_for_its_requests(org: Any) -> None:
    org.control.fault("unavailable", match=r"GET .*/contacts\?\$select=fullname", after=1)
    statuses = [
        org.get(p).status_code
        for p in ("accounts", "contacts", "contacts?$select=fullname", "contacts?$select=fullname", "accounts")
    ]
    assert statuses == [200, 200, 200, 503, 200]
    assert org.control.faults() == []
    org.control.fault("unavailable")
    assert [f["kind"] for f in org.control.faults()] == ["unavailable"]
    org.control.clear_faults()
    assert org.get("accounts").status_code == 200


def test_an_unknown_fault_or_edit_is_an_error(org: Any) -> None:
    with pytest.raises(Exception, match="there is no fault 'nonsense'"):
        org.control.fault("nonsense")
    with pytest.raises(Exception, match="there is no edit 'requests'"):
        org.control.edit([{"do": "requests"}])
    with pytest.raises(Exception, match="there is no setting 'nonsense'"):
        org.control.switch(nonsense=1)
    with pytest.raises(Exception, match="no column 'nmae'"):
        org.control.create("account", {"nmae": "x"})


def test_a_body_that_is_cut(org: Any) -> None:
    org.control.fault("cut", bytes=40)
    with pytest.raises(httpx.RemoteProtocolError, match="40 bytes"):
        org.get("accounts")
    assert len(org.get("accounts").json()["value"]) == 7


def test_a_connection_that_ends_without_a_reply(org: Any) -> None:
    org.control.fault("drop")
    with pytest.raises(httpx.TransportError):
        org.get("accounts")
    assert org.get("accounts").status_code == 200


def test_a_token_that_ends_between_pages(org: Any) -> None:
    org.control.fault("expire_tokens", match="/accounts", after=1)
    link = org.get("accounts?$select=name", "odata.maxpagesize=3").json()["@odata.nextLink"]
    assert org.get(link, "odata.maxpagesize=3").status_code == 401
    org.log_in()
    assert len(org.get(link, "odata.maxpagesize=3").json()["value"]) == 3


def test_the_authority_can_be_in_trouble_too(org: Any) -> None:
    org.control.fault("unavailable", match="oauth2")
    assert org.get("accounts").status_code == 200
    assert org.token_request().status_code == 503
    assert org.token_request().status_code == 200


def test_a_slow_answer(org: Any) -> None:
    org.control.fault("slow", seconds=0.2)
    started = time.monotonic()
    assert org.get("accounts").status_code == 200
    assert time.monotonic() - started >= 0.2


def test_too_many_requests_are_really_too_many(org: Any) -> None:
    org.control.switch(limit_requests=2)
    assert [org.get("WhoAmI").status_code for _ in range(3)] == [200, 200, 429]
    reply = org.get("WhoAmI")
    assert reply.json()["error"]["code"] == "0x80072322"
    assert 0 < int(reply.headers["Retry-After"]) <= 300


def test_the_log_tells_requests_and_no_secrets(org: Any) -> None:
    org.control.clear_requests()
    org.control.fault("unavailable")
    org.get("accounts?$select=name", "odata.maxpagesize=3")
    org.get("accounts?$select=name", "odata.maxpagesize=3")
    org.log_in()
    first, second, third = org.control.requests()
    assert (first["status"], first["faults"]) == (503, ("unavailable",))
    assert (second["method"], second["path"]) == ("GET", "/api/data/v9.2/accounts?$select=name")
    assert (second["status"], second["prefer"], second["faults"]) == (200, "odata.maxpagesize=3", ())
    assert second["size"] > 100
    assert third["path"].endswith("/oauth2/v2.0/token")
    for secret in (org.server.identity.client_secret, org.http.headers["Authorization"].removeprefix("Bearer ")):
        assert secret not in str([first, second, third])
