"""Several requests in one."""

from typing import Any

import httpx
from support.dataverse_server.toy import account


def _batch(*lines: str) -> str:
    parts = [
        f"--b1\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n{line} HTTP/1.1\r\n\r\n"
        for line in lines
    ]
    return "".join(parts) + "--b1--\r\n"


def _post(org: Any, body: str, **headers: str) -> httpx.Response:
    sent = {"Content-Type": "multipart/mixed; boundary=b1"} | headers
    return org.http.post(f"{org.server.url}/api/data/v9.2/$batch", content=body, headers=sent)


def test_answers_come_in_the_order_of_the_requests(reader: Any) -> None:
    one, two = f"GET accounts({account(2)})?$select=name", f"GET {reader.server.url}/api/data/v9.2/accounts/$count"
    reply = _post(reader, _batch(one, two))
    assert reply.status_code == 200
    boundary = reply.headers["Content-Type"].partition("boundary=")[2]
    first, second = reply.text.removesuffix(f"--{boundary}--\r\n").split(f"--{boundary}\r\n")[1:]
    assert "HTTP/1.1 200 OK\r\n" in first
    assert '"name":"Account 2"' in first
    assert second.endswith("\r\n\r\n7\r\n")


def test_a_refusal_ends_the_batch_unless_it_may_go_on(reader: Any) -> None:
    body = _batch("GET /api/data/v9.2/Accounts", "GET /api/data/v9.2/WhoAmI")
    reply = _post(reader, body)
    assert (reply.status_code, reply.text.count("HTTP/1.1 ")) == (404, 1)
    reply = _post(reader, body, Prefer="odata.continue-on-error")
    assert reply.status_code == 200
    assert ["HTTP/1.1 404" in reply.text, "HTTP/1.1 200" in reply.text] == [True, True]


def test_line_ends_are_strict(reader: Any) -> None:
    body = _batch("GET WhoAmI")
    for wrong in (body.replace("\r\n", "\n"), body.removesuffix("\r\n"), body.removesuffix("\n")):
        reply = _post(reader, wrong)
        assert (reply.status_code, reply.json()["error"]["message"]) == (400, "Stream was not readable.")
    assert _post(reader, body, **{"Content-Type": "application/json"}).status_code == 400


def test_the_url_may_be_longer_and_there_are_no_more_than_1000(reader: Any) -> None:
    long = f"GET accounts?$filter=name%20eq%20'{'x' * 60_000}'"
    assert _post(reader, _batch(long)).status_code == 200
    assert _post(reader, _batch(long + "x" * 9_000)).status_code == 414
    assert _post(reader, _batch(*["GET WhoAmI"] * 1001)).status_code == 400


def test_requests_in_a_batch_count_one_by_one_and_write_nothing(org: Any) -> None:
    before = int(org.get("WhoAmI").headers["x-ms-ratelimit-burst-remaining-xrm-requests"])
    _post(org, _batch("GET WhoAmI", "GET WhoAmI", "GET WhoAmI"))
    assert int(org.get("WhoAmI").headers["x-ms-ratelimit-burst-remaining-xrm-requests"]) == before - 4
    assert _post(org, _batch("POST accounts")).status_code == 403
