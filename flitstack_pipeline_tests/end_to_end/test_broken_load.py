"""A load of all apps in which many replies are lost and some records refused: nothing is doubled, only what is bad stays behind."""

import random
import socket
import string
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from e2e_project import Project
from e2e_subset import INVOICE_ITEMS, Export, header_of, write_customers, write_subset, write_table

from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.odoo.keys import KEY_FIELD, XML_IDS_FIELD, xml_module
from flitstack_pipeline.odoo.retry import Retrier
from flitstack_pipeline.odoo.writer import Writer

pytestmark = pytest.mark.odoo

# How the connection of a create ends. `early`: it is gone while Odoo is still at work.
DONE, UNDONE, BAD_GATEWAY, EARLY = "done", "undone", "bad gateway", "early"
Faults = Mapping[tuple[str, int], str]

BROKEN_MODELS = ("res.partner", "crm.lead", "account.move")
SMALL_BATCHES = "options: {batch_size: 4}"
# An account on which Odoo lets no invoice line be.
BAD_ACCOUNT = """\
options: {batch_size: 4}
changes:
  models:
    account_move:
      records:
        invoice:
          fields:
            invoice_line_ids: {lines: {fields: {account_id: {values: {Bad: "%s"}}}}}
"""
BARCODES = """\
options: {batch_size: 20}
changes:
  models:
    res_partner: {records: {customer: {fields: {barcode: {from: title}}}}}
"""


class Line(ThreadingHTTPServer):
    """Stands before an Odoo and lets the n-th create of a model end as `faults` say; everything else passes."""

    def __init__(self, url: str, faults: Faults) -> None:
        super().__init__(("127.0.0.1", 0), _Forward)
        self.upstream = urlsplit(url).netloc
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.faults = faults
        self.creates: Counter[str] = Counter()
        self.broken: list[tuple[str, int]] = []
        self.lock = threading.Lock()

    def fate(self, path: str) -> str:
        """What is to happen to this call; "" for most."""
        model, _, method = path.removeprefix("/json/2/").rpartition("/")
        if method != "create":
            return ""
        with self.lock:
            self.creates[model] += 1
            this = (model, self.creates[model])
            if this in self.faults:
                self.broken.append(this)
            return self.faults.get(this, "")


class _Forward(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Line

    def do_GET(self) -> None:
        self._pass()

    def do_POST(self) -> None:
        self._pass()

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fate = self.server.fate(self.path)
        if fate in (UNDONE, EARLY):
            self._hang_up()
        if fate == UNDONE:
            return
        status, headers, answer = self._ask(body)
        if fate == DONE:
            self._hang_up()
        if fate in (DONE, EARLY):
            return
        if fate == BAD_GATEWAY:
            status, headers, answer = 502, {"Content-Type": "text/html"}, b"<title>502 Bad Gateway</title>"
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(answer))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def _ask(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        passed = ("Authorization", "X-Odoo-Database", "Content-Type", "Accept-Encoding")
        connection = HTTPConnection(self.server.upstream, timeout=120)
        try:
            headers = {name: self.headers[name] for name in passed if name in self.headers}
            connection.request(self.command, self.path, body, headers)
            reply = connection.getresponse()
            kept = {n: v for n, v in reply.getheaders() if n in ("Content-Type", "Content-Encoding")}
            return reply.status, kept, reply.read()
        finally:
            connection.close()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:
        """Not to the terminal."""


@contextmanager
def line(project: Project, faults: Faults, *, more: str) -> Iterator[Line]:
    """Let the project reach its Odoo only by a line that breaks."""
    server = Line(project.access.url, faults)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    project.write_migration(url=server.url, more=more, accepted=False)
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        project.write_migration(more=more, accepted=False)


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What would have been waited for, in seconds."""
    seconds: list[float] = []

    def sleep(pause: float) -> None:
        seconds.append(pause)
        time.sleep(min(pause, 0.05))

    monkeypatch.setattr("flitstack_pipeline.stages.load.Writer", partial(Writer, sleep=sleep))
    monkeypatch.setattr("flitstack_pipeline.odoo.client.Retrier", partial(Retrier, sleep=sleep))
    return seconds


def _faults(*fates: str) -> Faults:
    return {(model, number): fate for model in BROKEN_MODELS for number, fate in enumerate(fates, 1)}


def _load_by(project: Project, faults: Faults, slept: list[float], *, more: str) -> None:
    with line(project, faults, more=more) as server:
        result = project.migrate()
    assert sorted(server.broken) == sorted(faults)
    assert len(slept) >= len(faults)
    assert result.exit_code == 0, result.problems
    assert [name for name, c in result.objects.items() if not c.balanced] == []
    _exactly_once(project, *BROKEN_MODELS)


def _exactly_once(project: Project, *models: str) -> None:
    """Odoo has one record under each key and one XML ID for it, and the ledger knows just these by their ids."""
    with project.run() as run, project.odoo() as odoo:
        sets = {r.name: m.model for m in run.compiled.models if not m.absent for r in m.records}
        for model in models:
            known = {
                f"{project.id}/{name}/{source_id}": res_id
                for name, of in sets.items()
                if of == model
                for source_id, res_id in project.ids(name).items()
            }
            assert len(known) > 3
            domain = [[KEY_FIELD, "=like", f"{project.id}/%"]]
            rows = odoo.search_read(model, domain, [KEY_FIELD], context={"active_test": False})
            assert sorted((row[KEY_FIELD], row["id"]) for row in rows) == sorted(known.items())
            ours = [["module", "=", xml_module(project.id)], ["model", "=", model]]
            named = odoo.search_read("ir.model.data", ours, ["res_id"])
            assert sorted(row["res_id"] for row in named) == sorted(known.values())
    assert project.open_intents() == 0
    result = project.verb("reconcile")
    assert (result.ok, result.problems) == (True, ()), result.details["differences"]


def test_lost_replies_double_nothing_beside_a_refused_invoice(
    tmp_path: Path, new_project: Callable[..., Project], odoo_access: OdooAccess, slept: list[float]
) -> None:
    export = write_subset(tmp_path / "export", customers=25)
    items = Export(export).rows(INVOICE_ITEMS)
    bad = items[0]["Invoice No"]
    for row in items:
        if row["Invoice No"] == bad:
            row["Account"] = "Bad"
    write_table(export, INVOICE_ITEMS, items, header_of(INVOICE_ITEMS))
    project = new_project(odoo_access, export, name="guarded")
    with project.odoo() as odoo:
        payable = odoo.search_read("account.account", [["account_type", "=", "liability_payable"]], ["code"])

    _load_by(project, _faults(DONE, UNDONE, BAD_GATEWAY, EARLY), slept, more=BAD_ACCOUNT % payable[0]["code"])

    assert [i for i, outcome in project.outcomes("invoice").items() if outcome == "quarantined"] == [bad]
    assert "is of payable type, but is used in a sale operation" in project.outcome("invoice", bad)[2]
    with project.odoo() as odoo:
        assert XML_IDS_FIELD not in odoo.fields_get("res.partner")  # the guard is gone after the load


def test_lost_replies_double_nothing_without_the_guard(
    tmp_path: Path,
    new_project: Callable[..., Project],
    odoo_access: OdooAccess,
    slept: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In an Odoo that lets no field carry XML IDs, the keys tell what came of a call, once it has ended."""
    monkeypatch.setattr("flitstack_pipeline.stages.load.ensure_guard", lambda *_, **__: None)
    project = new_project(odoo_access, write_subset(tmp_path / "export", customers=25), name="unguarded")
    _load_by(project, _faults(DONE, UNDONE, BAD_GATEWAY), slept, more=SMALL_BATCHES)


def test_refused_customers_stay_behind_alone_with_the_words_of_odoo(
    tmp_path: Path, new_project: Callable[..., Project], crm_only: OdooAccess
) -> None:
    customers = [{"Customer ID": f"C{n}", "Business Name": f"Company {n}", "Title": f"B{n}"} for n in range(12)]
    customers[4]["Title"] = "TAKEN"
    too_long = "".join(random.Random(1).choices(string.ascii_letters, k=9000))  # no index takes it, packed or not
    customers[7]["Business Name"] = too_long
    export = write_customers(tmp_path / "export", customers)
    project = new_project(crm_only, export, name="refused", more=BARCODES, accepted=False)
    with project.odoo() as odoo:
        odoo.create("res.partner", [{"name": "Theirs", "barcode": "TAKEN"}])

    result = project.migrate()

    assert (result.objects["customer"].created, result.objects["customer"].quarantined) == (10, 2)
    outcome, _, reason = project.outcome("customer", "C4")
    assert (outcome, "already has this barcode" in reason) == ("quarantined", True), reason
    outcome, _, reason = project.outcome("customer", "C7")
    assert (outcome, "index row" in reason) == ("quarantined", True), reason
    _exactly_once(project, "res.partner")
