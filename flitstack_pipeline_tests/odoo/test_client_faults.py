"""What the client does when something between it and Odoo goes wrong: a scripted server, no waiting."""

import json
import logging
import xmlrpc.client
from collections.abc import Callable

import httpx
import pytest

from flitstack_pipeline.errors import ConfigurationError, OutcomeUnknown, TerminalError, TransientError
from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.errors import (
    OdooBusy,
    OdooError,
    OdooForbidden,
    OdooMissing,
    OdooRejected,
    OdooReplyLost,
    OdooUnsupported,
)
from flitstack_pipeline.odoo.retry import Retrier, RetryPolicy

KEY = "secret-key-0123456789"
PASSWORD = "hunter2-hunter2"
Step = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class Server:
    """Odoo 19 as far as logging in; then it answers as the script says and remembers what it was asked."""

    def __init__(self, protocol: str) -> None:
        self.protocol = protocol
        self.script: list[Step] = []
        self.requests: list[httpx.Request] = []
        self.slept: list[float] = []
        self.now = 0.0

    def handle(self, request: httpx.Request) -> httpx.Response:
        if (answer := self._greeting(request)) is not None:
            return answer
        self.requests.append(request)
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        return step(request) if callable(step) else step

    def _greeting(self, request: httpx.Request) -> httpx.Response | None:
        body = request.content.decode()
        if request.url.path == "/web/version":
            return httpx.Response(200, json={"version": "19.0", "version_info": [19, 0, 0, "final", 0, ""]})
        if request.url.path.endswith("context_get"):
            return httpx.Response(200, json={"uid": 2})
        if "authenticate" in body:
            return self.ok(2)
        if "web_enterprise" in body:
            return self.ok(0)
        return None

    def ok(self, result: object) -> httpx.Response:
        if self.protocol == "json2":
            return httpx.Response(200, json=result)
        if self.protocol == "jsonrpc":
            return httpx.Response(200, json={"jsonrpc": "2.0", "id": 1, "result": result})
        text = xmlrpc.client.dumps((result,), methodresponse=True, allow_none=True)
        return httpx.Response(200, text=text, headers={"content-type": "text/xml"})

    def fault(self, name: str, message: str, status: int = 422) -> httpx.Response:
        if self.protocol == "json2":
            return httpx.Response(status, json={"name": name, "message": message, "debug": "Traceback " + KEY})
        if self.protocol == "jsonrpc":
            data = {"name": name, "message": message, "debug": "Traceback " + KEY}
            return httpx.Response(200, json={"jsonrpc": "2.0", "id": 1, "error": {"code": 200, "data": data}})
        trace = f'Traceback (most recent call last):\n  File "x.py", line 1, in f\n    {KEY}\n{name}: {message}\n'
        text = xmlrpc.client.dumps(xmlrpc.client.Fault(1, trace))
        return httpx.Response(200, text=text, headers={"content-type": "text/xml"})

    def connect(self, *, policy: RetryPolicy | None = None) -> OdooClient:
        def sleep(seconds: float) -> None:
            self.slept.append(seconds)
            self.now += seconds

        access = OdooAccess(
            url="https://odoo.example", database="acme", login="bot", api_key=KEY, protocol=self.protocol
        )
        retrier = Retrier(policy=policy or RetryPolicy(), sleep=sleep, clock=lambda: self.now, chance=lambda: 1.0)
        return OdooClient.connect(access, transport=httpx.MockTransport(self.handle), retrier=retrier)


@pytest.fixture(params=["json2", "jsonrpc", "xmlrpc"])
def server(request):
    return Server(request.param)


@pytest.fixture
def json2():
    return Server("json2")


HTML = httpx.Response(200, text="<html><title>Sign in</title></html>", headers={"content-type": "text/html"})
BAD_GATEWAY = httpx.Response(502, text="<title>502 Bad Gateway</title>", headers={"content-type": "text/html"})
LOST = [
    httpx.ReadTimeout("timed out"),
    httpx.ReadError("reset"),
    httpx.WriteError("reset"),
    httpx.RemoteProtocolError("Server disconnected without sending a response."),
    BAD_GATEWAY,
    httpx.Response(504, text="late"),
    httpx.Response(500, text="Internal Server Error"),
    httpx.Response(200, content=b'[{"id": 1', headers={"content-type": "application/json"}),
]
NOT_BEGUN = [
    httpx.ConnectError("connection refused"),
    httpx.ConnectTimeout("timed out"),
    httpx.PoolTimeout("timed out"),
    httpx.Response(429, text="slow down"),
    httpx.Response(503, text="no server"),
]


def name_of(step):
    return type(step).__name__ if isinstance(step, Exception) else str(step.status_code)


@pytest.mark.parametrize("step", LOST, ids=name_of)
def test_a_create_whose_reply_is_lost_is_not_sent_again(json2, step):
    odoo = json2.connect()
    json2.script = [step]
    with pytest.raises(OutcomeUnknown) as caught:
        odoo.create("res.partner", [{"name": "Ada"}])
    assert len(json2.requests) == 1
    assert json2.slept == []
    assert (caught.value.model, caught.value.method) == ("res.partner", "create")


@pytest.mark.parametrize("step", LOST, ids=name_of)
def test_reads_writes_and_deletes_are_sent_again_after_a_lost_reply(json2, step):
    odoo = json2.connect()
    json2.script = [step, json2.ok([{"id": 1}]), step, json2.ok(True), step, json2.ok(True)]
    assert odoo.read("res.partner", [1], ["name"]) == [{"id": 1}]
    odoo.write("res.partner", [1], {"name": "Ada"})
    odoo.unlink("res.partner", [1])
    assert len(json2.requests) == 6


@pytest.mark.parametrize("step", NOT_BEGUN, ids=name_of)
def test_what_was_never_begun_is_sent_again_even_if_it_creates(server, step):
    odoo = server.connect()
    server.script = [step, step, server.ok([7])]
    assert odoo.create("res.partner", [{"name": "Ada"}]) == [7]
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("psycopg2.errors.SerializationFailure", "could not serialize access due to concurrent update"),
        ("builtins.RuntimeError", "dictionary changed size during iteration"),
        ("psycopg2.errors.DeadlockDetected", "deadlock detected"),
        ("psycopg2.errors.LockNotAvailable", "could not obtain lock on row"),
        ("psycopg2.pool.PoolError", "The Connection Pool Is Full"),
        ("odoo.exceptions.ConcurrencyError", "changed meanwhile"),
    ],
)
def test_what_odoo_undid_by_itself_is_sent_again(server, name, message):
    odoo = server.connect()
    server.script = [server.fault(name, message, 500), server.ok([7])]
    assert odoo.create("res.partner", [{"name": "Ada"}]) == [7]


def test_a_database_that_goes_away_leaves_a_create_unknown(server):
    odoo = server.connect()
    server.script = [server.fault("psycopg2.OperationalError", "server closed the connection unexpectedly", 500)]
    with pytest.raises(OdooReplyLost):
        odoo.create("res.partner", [{"name": "Ada"}])
    assert len(server.requests) == 1


def test_actions_are_not_repeated_and_say_so_by_retry(json2):
    odoo = json2.connect()
    json2.script = [httpx.ReadTimeout("timed out")]
    with pytest.raises(OutcomeUnknown):
        odoo.call("account.move", "action_post", ids=[4, 5], retry=False)
    json2.script = [httpx.ReadTimeout("timed out"), json2.ok(True)]
    assert odoo.call("account.move", "button_draft", ids=[4, 5], retry=True) is True


def test_a_write_that_would_create_lines_is_sent_once(json2):
    odoo = json2.connect()
    json2.script = [httpx.ReadTimeout("timed out")]
    with pytest.raises(OutcomeUnknown):
        odoo.write("sale.order", [3], {"order_line": [[0, 0, {"name": "x"}]]})
    assert len(json2.requests) == 1


def test_unique_records_may_be_created_again(json2):
    odoo = json2.connect()
    taken = 'duplicate key value violates unique constraint "ir_model_data_module_name_uniq_index"'
    json2.script = [httpx.ReadTimeout("timed out"), json2.fault("odoo.exceptions.ValidationError", taken)]
    with pytest.raises(OdooRejected) as caught:
        odoo.create("res.partner", [{"name": "Ada"}], unique=True)
    assert caught.value.xmlid_taken
    assert len(json2.requests) == 2


def test_patience_is_bounded_by_tries_and_grows_between_them(json2):
    odoo = json2.connect(policy=RetryPolicy(tries=4, base=1, cap=3, total=100))
    json2.script = [httpx.ReadTimeout("timed out")] * 4
    with pytest.raises(TransientError):
        odoo.search("res.partner", [])
    assert len(json2.requests) == 4
    assert json2.slept == [1, 2, 3]


def test_patience_is_bounded_by_time(json2):
    odoo = json2.connect(policy=RetryPolicy(tries=50, base=10, cap=10, total=25))
    json2.script = [httpx.ConnectError("refused")] * 3
    with pytest.raises(OdooBusy):
        odoo.create("res.partner", [{"name": "Ada"}])
    assert json2.slept == [10, 10]


def test_retry_after_is_honoured_in_seconds_and_as_a_date(json2):
    odoo = json2.connect()
    json2.script = [
        httpx.Response(429, headers={"retry-after": "17"}),
        httpx.Response(503, headers={"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}),
        json2.ok([7]),
    ]
    assert odoo.create("res.partner", [{"name": "Ada"}]) == [7]
    assert json2.slept == [17, 1]  # a date that has passed asks for no more than the usual pause


def test_a_server_that_asks_for_more_patience_than_there_is_ends_the_call(json2):
    odoo = json2.connect()
    json2.script = [httpx.Response(429, headers={"retry-after": "3600"})]
    with pytest.raises(OdooBusy) as caught:
        odoo.search("res.partner", [])
    assert caught.value.retry_after == 3600
    assert json2.slept == []


def test_each_repeat_is_logged_without_secrets(json2, caplog):
    odoo = json2.connect()
    json2.script = [httpx.ReadTimeout("timed out"), json2.ok([])]
    with caplog.at_level(logging.WARNING, logger="flitstack_pipeline"):
        odoo.search("res.partner", [])
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "res.partner.search: try 1 of 6 failed" in caplog.text
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    ("step", "kind", "words"),
    [
        (HTML, "NotOdoo", "Sign in"),
        (httpx.Response(302, headers={"location": "https://odoo.example/web/login?a=b"}), "Redirect", "/web/login"),
        (httpx.Response(404, text="No database is selected"), "NoSuchDatabase", "'acme'"),
        (httpx.Response(404, text="nginx"), "NotOdoo", "HTTP 404"),
        (httpx.Response(413, text="too large"), "TooLarge", "too large"),
    ],
)
def test_pages_instead_of_answers_are_final_and_say_what_they_are(server, step, kind, words):
    odoo = server.connect()
    server.script = [step]
    with pytest.raises(OdooError) as caught:
        odoo.create("res.partner", [{"name": "Ada"}])
    assert caught.value.kind == kind
    assert words in caught.value.message
    assert caught.value.hint
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("name", "message", "expected"),
    [
        ("odoo.exceptions.UserError", "No.", OdooRejected),
        ("odoo.exceptions.ValidationError", "Bad e-mail", OdooRejected),
        ("builtins.ValueError", "Wrong value for res.partner.type: 'x'", OdooRejected),
        ("psycopg2.errors.NumericValueOutOfRange", "integer out of range", OdooRejected),
        ("odoo.exceptions.AccessError", "You may not", OdooForbidden),
        ("odoo.exceptions.MissingError", "Record does not exist or has been deleted.", OdooMissing),
        ("builtins.ValueError", "Invalid field 'x' on 'res.partner'", OdooUnsupported),
        ("builtins.AttributeError", "The method 'res.partner.x' does not exist", OdooUnsupported),
        ("odoo.exceptions.UserError", "Object x.y doesn't exist", OdooUnsupported),
        ("builtins.ZeroDivisionError", "division by zero", OdooError),
    ],
)
def test_odoos_exceptions_become_ours(server, name, message, expected):
    odoo = server.connect()
    server.script = [server.fault(name, message)]
    with pytest.raises(TerminalError) as caught:
        odoo.write("res.partner", [3, 4], {"name": "Ada"})
    error = caught.value
    assert type(error) is expected
    assert (error.model, error.method, error.ids) == ("res.partner", "write", (3, 4))
    assert error.kind == name.rpartition(".")[2]
    assert error.odoo_message == message
    assert KEY not in str(error)
    assert "Traceback" not in str(error)
    assert "Ada" not in str(error)


def test_long_messages_are_cut_and_secrets_in_them_masked(json2):
    odoo = json2.connect()
    json2.script = [json2.fault("odoo.exceptions.UserError", f"{KEY} " + "x\n " * 1000)]
    with pytest.raises(OdooRejected) as caught:
        odoo.create("res.partner", [{"name": "Ada"}])
    assert len(caught.value.odoo_message) == 500
    assert "\n" not in caught.value.odoo_message
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("protocol", ["json2", "jsonrpc", "xmlrpc"])
def test_a_wrong_key_says_what_to_do(protocol):
    server = Server(protocol)
    refused = httpx.Response(401, json={"name": "werkzeug.exceptions.Unauthorized", "message": "Invalid apikey"})
    server._greeting = lambda request: (  # the server knows its version, but not this caller
        httpx.Response(200, json={"version": "19.0", "version_info": [19, 0, 0, "final", 0, ""]})
        if request.url.path == "/web/version"
        else None
    )
    server.script = [refused if protocol == "json2" else server.ok(False)]
    with pytest.raises(OdooForbidden, match="does not let user 'bot' in") as caught:
        server.connect()
    assert "expired" in caught.value.hint
    assert len(server.requests) == 1


def test_the_plan_is_mentioned_where_odoo_hosts():
    access = OdooAccess(url="https://acme.odoo.com", database="acme", api_key=KEY)
    transport = httpx.MockTransport(lambda _: httpx.Response(403, text="<title>403</title>"))
    with pytest.raises(OdooForbidden, match="HTTP 403") as caught:
        OdooClient.connect(access, transport=transport)
    assert "Custom plan" in caught.value.hint


def test_connecting_to_nothing_ends_after_three_tries(json2):
    tries = []

    def refuse(request):
        tries.append(request)
        raise httpx.ConnectError("connection refused")

    json2.handle = refuse
    with pytest.raises(OdooBusy, match=r"no connection to https://odoo\.example"):
        json2.connect()
    assert len(tries) == 3


def test_deleting_what_is_gone_already_is_fine(server):
    odoo = server.connect()
    server.script = [
        server.fault("odoo.exceptions.MissingError", "Record does not exist or has been deleted."),
        server.ok([5]),
        server.ok(True),
    ]
    odoo.unlink("res.partner", [4, 5])
    assert len(server.requests) == 3


def test_deleting_what_may_not_be_deleted_says_so(server):
    odoo = server.connect()
    server.script = [server.fault("odoo.exceptions.UserError", "Posted."), server.ok([4, 5])]
    with pytest.raises(OdooRejected, match="Posted"):
        odoo.unlink("res.partner", [4, 5])


def test_an_answer_with_another_number_of_records_is_an_error(json2):
    odoo = json2.connect()
    json2.script = [json2.ok([1])]
    with pytest.raises(OdooError, match="2 records were sent"):
        odoo.create("res.partner", [{"name": "Ada"}, {"name": "Bob"}])


@pytest.mark.parametrize(
    "what", ["None unless allow_none is enabled", "<class 'odoo.api.account.partial.reconcile'> objects"]
)
def test_a_result_that_has_no_form_in_xml_is_no_error(what):
    server = Server("xmlrpc")
    odoo = server.connect()
    server.script = [server.fault("TypeError", f"cannot marshal {what}")] * 2
    assert odoo.call("account.move", "action_x", ids=[1], retry=False) is None
    with pytest.raises(OdooRejected):  # for a read it means that a value is missing
        odoo.read("res.partner", [1], ["x_json"])


def test_a_document_type_in_a_reply_is_refused():
    server = Server("xmlrpc")
    odoo = server.connect()
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><methodResponse>&a;</methodResponse>'
    server.script = [httpx.Response(200, text=bomb, headers={"content-type": "text/xml"})] * 6
    with pytest.raises(OdooReplyLost):
        odoo.search("res.partner", [])


def test_json2_sends_names_and_rpc_sends_positions(server):
    odoo = server.connect()
    server.script = [server.ok(True)]
    odoo.write("res.partner", [3], {"name": "Ada"}, context={"tz": "UTC"})
    body = server.requests[0].content
    if server.protocol == "json2":
        assert server.requests[0].url.path == "/json/2/res.partner/write"
        assert server.requests[0].headers["x-odoo-database"] == "acme"
        assert json.loads(body) == {"ids": [3], "vals": {"name": "Ada"}, "context": {"tz": "UTC"}}
    else:
        args = json.loads(body)["params"]["args"] if server.protocol == "jsonrpc" else xmlrpc.client.loads(body)[0]
        expected = ["acme", 2, KEY, "res.partner", "write", [[3], {"name": "Ada"}], {"context": {"tz": "UTC"}}]
        assert list(args) == expected


def test_cookies_are_not_kept(json2):
    odoo = json2.connect()
    json2.script = [
        httpx.Response(200, json=[], headers={"set-cookie": "session_id=abc; Path=/"}),
        json2.ok([]),
    ]
    odoo.search("res.partner", [])
    odoo.search("res.partner", [])
    assert "cookie" not in json2.requests[1].headers


def test_an_old_version_is_spoken_to_by_json_rpc_then_by_xml_rpc():
    asked = []

    def old(request, *, rpc):
        asked.append(request.url.path)
        if request.url.path == "/jsonrpc" and rpc != "xmlrpc":
            told = {"server_version": "14.0", "server_version_info": [14, 0, 0, "final", 0, ""]}
            result = told if "version" in request.content.decode() else 6
            return httpx.Response(200, json={"jsonrpc": "2.0", "id": 1, "result": result})
        if request.url.path.startswith("/xmlrpc/2") and rpc == "xmlrpc":
            told = {"server_version": "14.0", "server_version_info": [14, 0, 0, "final", 0, ""]}
            result = told if b"<methodName>version" in request.content else 6
            text = xmlrpc.client.dumps((result,), methodresponse=True)
            return httpx.Response(200, text=text, headers={"content-type": "text/xml"})
        return httpx.Response(404, text="<title>404</title>", headers={"content-type": "text/html"})

    access = OdooAccess(url="https://old.example", database="acme", login="bot", api_key=KEY)
    for rpc in ("jsonrpc", "xmlrpc"):
        odoo = OdooClient.connect(access, transport=httpx.MockTransport(lambda r, rpc=rpc: old(r, rpc=rpc)))
        assert (odoo.version.major, odoo.protocol, odoo.uid) == (14, rpc, 6)


@pytest.mark.parametrize("protocol", ["auto", "jsonrpc"])
def test_an_old_server_that_does_not_say_what_it_refuses_is_spoken_to_by_xml_rpc(protocol):
    """Odoo 14 with several databases."""
    told = {"server_version": "14.0", "server_version_info": [14, 0, 0, "final", 0, ""]}

    def old(request):
        if request.url.path == "/jsonrpc":
            if json.loads(request.content)["params"]["method"] == "version":
                return httpx.Response(200, json={"jsonrpc": "2.0", "id": 1, "result": told})
            return httpx.Response(500, text="<title>500</title>", headers={"content-type": "text/html"})
        if request.url.path.startswith("/xmlrpc/2"):
            text = xmlrpc.client.dumps((6,), methodresponse=True)
            return httpx.Response(200, text=text, headers={"content-type": "text/xml"})
        return httpx.Response(404, text="<title>404</title>", headers={"content-type": "text/html"})

    access = OdooAccess(url="https://old.example", database="acme", login="bot", api_key=KEY, protocol=protocol)
    if protocol == "auto":
        assert OdooClient.connect(access, transport=httpx.MockTransport(old)).protocol == "xmlrpc"
    else:
        with pytest.raises(OdooError, match="does not say what it refuses"):
            OdooClient.connect(access, transport=httpx.MockTransport(old))


def test_password_only_on_odoo_19_means_json_rpc():
    server = Server("jsonrpc")
    access = OdooAccess(url="https://odoo.example", database="acme", login="bot", password=PASSWORD)
    odoo = OdooClient.connect(access, transport=httpx.MockTransport(server.handle))
    assert odoo.protocol == "jsonrpc"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"url": "http://acme.example"}, "in the clear"),
        ({"url": "acme.example"}, "no web address"),
        ({"url": "https://bot:pw@acme.example"}, "user name or password"),
        ({"url": "https://acme.example/?db=x"}, "more than an address"),
        ({"database": ""}, "database"),
        ({"protocol": "soap"}, "'soap' is unknown"),
        ({"api_key": "", "password": ""}, "neither API key nor password"),
        ({"api_key": "", "login": "", "password": PASSWORD}, "login"),
        ({"api_key": "", "password": PASSWORD, "protocol": "json2"}, "API key only"),
    ],
)
def test_a_wrong_access_is_said_at_once(changes, words):
    good = {"url": "https://acme.example", "database": "acme", "login": "bot", "api_key": KEY}
    with pytest.raises(ConfigurationError, match=words) as caught:
        OdooAccess(**(good | changes))
    assert PASSWORD not in str(caught.value)
    assert "pw@" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8069", "http://localhost:8069/", "http://[::1]:8069"])
def test_this_machine_needs_no_encryption(url):
    assert OdooAccess(url=url, database="x", api_key=KEY).is_local


def test_plain_http_can_be_allowed_by_name():
    access = OdooAccess(url="http://10.0.0.5:8069/", database="x", api_key=KEY, allow_http=True)
    assert access.url == "http://10.0.0.5:8069"


def test_secrets_are_not_in_the_repr():
    access = OdooAccess(url="https://acme.example", database="x", login="bot", api_key=KEY, password=PASSWORD)
    assert KEY not in repr(access)
    assert PASSWORD not in repr(access)


@pytest.mark.parametrize("told", ["{", "[]", '{"version_info": "?"}', '{"version_info": ["x"]}'])
def test_a_server_that_is_no_odoo_says_so(told):
    headers = {"content-type": "application/json"}

    def other(request):
        if request.url.path == "/web/version":
            return httpx.Response(200, text=told, headers=headers)
        if request.url.path == "/jsonrpc":
            return httpx.Response(200, json={"jsonrpc": "2.0", "id": 1, "result": "hello"})
        return httpx.Response(404, text="<title>Not here</title>")

    access = OdooAccess(url="https://shop.example", database="acme", login="bot", api_key=KEY)
    with pytest.raises(OdooError, match="does not tell a version of Odoo") as caught:
        OdooClient.connect(access, transport=httpx.MockTransport(other))
    assert caught.value.kind == "NotOdoo"
