"""Trouble on the way: tokens, limits, servers that are busy, connections that are cut; and secrets stay secret."""

import json
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest
from support.dataverse_org import Org
from support.dataverse_server import DataverseServer

from flitstack_pipeline.errors import ConfigurationError, SourceError, TransientError
from flitstack_pipeline.sources.dataverse import DataverseAccess
from flitstack_pipeline.sources.dataverse.errors import DataverseAway, DataverseError
from flitstack_pipeline.sources.dataverse.patience import retry_after


def tokens(org) -> int:
    return sum(1 for p in org.paths() if p.endswith("oauth2/v2.0/token"))


def test_one_token_serves_many_calls(org):
    org.read()
    assert tokens(org) == 1


def test_a_token_that_ends_midway_is_renewed_and_the_page_asked_again(org):
    org.control.fault("expire_tokens", match="skiptoken", times=1, after=1)
    result = org.read()
    assert result.extract.rows == 7
    assert tokens(org) == 2
    assert 401 in [r["status"] for r in org.control.requests()]


def test_a_token_that_is_refused_twice(org):
    source = org.thing()
    source.metadata.table("account")
    org.control.fault("unauthorized", match="accounts", times=5)
    with pytest.raises(DataverseError, match="the token was refused twice"):
        source.extract("thing", into=org.into)
    assert [r["status"] for r in org.control.requests()].count(401) == 2


def test_a_token_is_renewed_before_it_ends(org):
    org.control.switch(token_seconds=1.2)
    source = org.thing()
    source.extract("thing", into=org.into)
    asked = source.client.tokens.asked
    time.sleep(0.7)  # more than half of its time
    source.extract("thing", into=org.into)
    assert source.client.tokens.asked == asked + 1
    assert 401 not in [r["status"] for r in org.control.requests()]


def test_a_wrong_secret(org):
    source = org.thing(client_secret="a-wrong-secret-9431")
    with pytest.raises(
        ConfigurationError, match=r"source.client_secret_env: no token is given: invalid_client"
    ) as caught:
        source.extract("thing", into=org.into)
    assert "a-wrong-secret-9431" not in str(caught.value)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_busy_servers_are_asked_again(org, status):
    org.control.fault("error", match="accounts", times=3, retry_after=None, status=status, code="", message="busy")
    assert org.read().extract.rows == 7


def paused(source) -> bool:
    with source.client.limiter._open() as (_, store):
        return store.pause_until > 0


@pytest.mark.parametrize("kind", ["throttle_requests", "throttle_time", "throttle_concurrency"])
def test_a_storm_of_429_makes_everybody_wait(org, kind):
    one, other = org.thing(), org.source({"other": {"entity": "contact", "columns": {"fullname": {}}}})
    one.metadata.table("account")
    other.metadata.table("contact")
    org.control.clear_requests()
    org.control.fault(kind, match="accounts", times=2, retry_after=0.3)
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(one.extract, "thing", into=org.into)
        while not paused(one):
            time.sleep(0.005)
        # The server turned the first away: the second does not even ask before the pause is over.
        assert other.extract("other", into=org.into).rows == 4
        assert reading.result().rows == 7
    entries = org.control.requests()
    assert sorted(e["status"] for e in entries if "accounts" in e["path"])[-2:] == [429, 429]
    first_contact = next(e["at"] for e in entries if "contacts" in e["path"])
    assert first_contact - entries[0]["at"] >= 0.25


def test_patience_ends_with_an_error_that_can_be_tried_again(org):
    source = org.thing()
    source.metadata.table("account")
    org.control.fault("error", match="accounts", times=99, retry_after=None, status=503, code="", message="busy")
    with pytest.raises(DataverseAway, match=r"6 times in a row \(HTTP 503\)") as caught:
        source.extract("thing", into=org.into)
    assert isinstance(caught.value, TransientError) and isinstance(caught.value, SourceError)
    assert caught.value.exit_code == 1


@pytest.mark.parametrize(("kind", "data"), [("cut", {}), ("cut", {"bytes": 10}), ("drop", {})])
def test_connections_that_are_cut(org, kind, data):
    org.control.fault(kind, match="skiptoken", times=2, **data)
    assert org.read().extract.rows == 7


def test_no_secret_in_errors_logs_or_files(org, caplog):
    caplog.set_level(logging.DEBUG)
    org.control.fault("error", match="accounts", times=2, retry_after=None, status=503, code="", message="busy")
    source = org.thing()
    source.extract("thing", into=org.into)
    secret, token = org.access.client_secret, source.client.tokens.token()
    assert secret not in repr(source.access) and secret not in str(source.access)
    org.control.switch(denied=["account"])
    with pytest.raises(DataverseError) as caught:
        source.extract("thing", into=org.into)
    written = [p.read_bytes().decode("utf-8", "replace") for p in org.folder.rglob("*") if p.is_file()]
    for text in (caplog.text, str(caught.value), *written):
        assert secret not in text and token not in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"url": "http://acme.crm4.dynamics.com"}, "in the clear"),
        ({"url": "https://acme.crm4.dynamics.com/api/data"}, "leave out what follows the host"),
        ({"url": "acme"}, "is no web address"),
        ({"authority": "http://login.example"}, "in the clear"),
        ({"client_secret": ""}, "the secret is empty"),
        ({"tenant": ""}, "source.tenant: is missing"),
        ({"page_size": 5001}, "is not from 1 to 5000"),
        ({"calls_per_minute": 0}, "is less than 1"),
    ],
)
def test_access_that_cannot_be(changes, words):
    good = DataverseAccess(
        url="https://acme.crm4.dynamics.com/", tenant="t", client_id="c", client_secret="secret-0815"
    )
    assert good.api == "https://acme.crm4.dynamics.com/api/data/v9.2"
    with pytest.raises(ConfigurationError) as caught:
        replace(good, **changes)
    assert words in str(caught.value)


def test_https_with_an_authority_of_ones_own(org_folder, tmp_path):

    with DataverseServer(org_folder, tls=tmp_path) as server:
        org = Org(server, tmp_path)
        with pytest.raises(DataverseError, match="cannot be trusted"):
            org.read()
        assert org.read(ca_file=server.ca).extract.rows == 7
        org.close()


def test_retry_after_forms():
    def asked(value: str) -> float | None:
        return retry_after(httpx.Response(429, headers={"retry-after": value}))

    assert asked("17") == 17.0
    assert asked("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
    assert asked("soon") is None and asked("") is None


def test_what_an_answer_says_beside_the_error_is_not_repeated(org):
    org.control.fault("error", match="accounts", times=2, status=400, code="0x0", message="Could not read.")
    with pytest.raises(DataverseError) as caught:
        org.read()
    assert json.dumps(str(caught.value)).count("Could not read.") == 1
