"""The doctor against a real Odoo: what is fine is called fine, and each thing that was made wrong is found."""

import dataclasses
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flitstack_pipeline.errors import TransientError
from flitstack_pipeline.ledger.records import MappedRecord
from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.keys import KEY_FIELD, xml_module
from flitstack_pipeline.settings import Settings
from flitstack_pipeline.stages import doctor as package
from flitstack_pipeline.stages.doctor import BLOCKING, OK, WARNING, doctor, verb
from flitstack_pipeline.stages.doctor.findings import blocking, look, ok
from flitstack_pipeline.stages.result import EXIT_DONE, EXIT_FAILED, VerbResult
from flitstack_pipeline.stages.run import MigrationRun

KEY, PASSWORD = "DOCTOR_TEST_KEY", "DOCTOR_TEST_PASSWORD"

MAP = """
system: toy
title: Toy
reader: exports
objects:
  customer:
    title: Customer
    files: [customers]
    key: [customer_id]
    columns: {customer_id: {type: id}, name: {required: true}, email: {}, country: {}}
  job:
    title: Job
    files: [jobs]
    key: [job_id]
    columns: {job_id: {type: id}, customer_id: {type: id}, title: {}, owner: {}, starts: {type: datetime}}
  invoice:
    title: Invoice
    files: [invoices]
    key: [number]
    columns: {number: {type: id}, customer_id: {type: id}, issued: {type: date}}
  line:
    title: Invoice line
    files: [lines]
    key: [line_id]
    columns: {line_id: {type: id}, number: {type: id}, text: {}, price: {type: decimal}, gst: {type: decimal}}
  remark:
    files: [remarks]
    key: [id]
    columns: {id: {type: id}}
    optional: true
    migrates: false
    reason: nobody needs them
models:
  contacts:
    model: res.partner
    module: contacts
    records:
      customers:
        from: customer
        fields:
          name: name
          email: email
          country_id: {from: country, lookup: {model: res.country, by: [name], missing: empty}}
          x_toy_id: {from: customer_id, create: {type: char, label: Toy id}}
  opportunities:
    model: crm.lead
    module: crm
    records:
      jobs:
        from: job
        owner: [user_id]
        fields:
          name: title
          partner_id: {from: customer_id, lookup: {records: customers}}
          user_id: {from: owner, lookup: {model: res.users, by: [login]}}
  invoices:
    model: account.move
    module: account
    records:
      invoices:
        from: invoice
        fields:
          move_type: {value: out_invoice}
          name: number
          partner_id: {from: customer_id, lookup: {records: customers}, required: true}
          invoice_date: issued
          invoice_line_ids:
            lines:
              from: line
              parent: number
              fields:
                name: text
                price_unit: price
                tax_ids:
                  from: gst
                  lookup:
                    model: account.tax
                    by: [amount]
                    domain: [[type_tax_use, "=", sale], [amount_type, "=", percent], [price_include, "=", false]]
                    many: true
"""

FILES = {
    "customers.csv": "customer_id,name,email,country\n1,Ann,ann@toy.example,Australia\n2,Bob,,Atlantis\n",
    "jobs.csv": "job_id,customer_id,title,owner,starts\n"
    "J1,1,Clean,admin,2024-03-25 09:00\n"
    "J2,2,Mow,gone@toy.example,2024-03-26 09:00\nJ3,2,Mow,gone@toy.example,2024-04-26 09:00\n",
    "invoices.csv": "number,customer_id,issued\nA1,1,2024-03-25\nA2,2,2025-07-13\n",
    "lines.csv": "line_id,number,text,price,gst\n1,A1,Cleaning,100.00,10\n2,A2,Mowing,50.00,10\n3,A2,Rake,20.00,12.5\n",
}


class Project:
    """A migration of a toy system in a folder of its own, into the given Odoo."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._environment = monkeypatch
        self.settings = Settings(root=folder, home=folder / "home", cache=folder / "cache")
        self.export = folder / "export"
        for place in (self.export, self.settings.systems_dir, self.settings.migrations_dir, self.settings.home):
            place.mkdir(parents=True)
        for name, text in FILES.items():
            (self.export / name).write_text(text)
        self.map(MAP)

    def map(self, text: str) -> None:
        (self.settings.systems_dir / "toy.yaml").write_text(text)

    def target(
        self, access: OdooAccess, more: str = "", *, login: str = "admin", timezone: str = "Australia/Sydney"
    ) -> None:
        self._environment.setenv(KEY, access.api_key)
        self._environment.setenv(PASSWORD, access.password)
        secret = f"api_key_env: {KEY}" if access.api_key else f"password_env: {PASSWORD}"
        zone = f"timezone: {timezone}" if timezone else ""
        text = f"""
system: toy
title: Toy Co
source:
  folder: export
  date_order: {{"*": YMD}}
  {zone}
target: {{url: "{access.url}", database: {access.database}, login: {login}, {secret}, protocol: {access.protocol}}}
{more}
"""
        (self.settings.migrations_dir / "toy-co.yaml").write_text(text)

    def run(self) -> MigrationRun:
        return MigrationRun(self.settings, "toy-co", "run-1")

    def extract(self) -> None:
        with self.run() as run:
            for name in run.system.objects:
                run.extract(name)

    def doctor(self, now: datetime | None = None) -> "Diagnosis":
        with self.run() as run:
            return Diagnosis(doctor(run, now=now))


@dataclasses.dataclass
class Diagnosis:
    result: VerbResult

    @property
    def findings(self) -> list[dict[str, str]]:
        return self.result.details["findings"]

    def of(self, check: str, *levels: str) -> list[str]:
        wanted = levels or (OK, WARNING, BLOCKING)
        return [f["text"] for f in self.findings if f["check"] == check and f["level"] in wanted]

    def one(self, check: str, level: str) -> dict[str, str]:
        (found,) = [f for f in self.findings if f["check"] == check and f["level"] == level]
        return found

    def bad(self, level: str) -> set[str]:
        return {f["check"] for f in self.findings if f["level"] == level}


@pytest.fixture
def project(tmp_path, monkeypatch) -> Project:
    return Project(tmp_path, monkeypatch)


# -- source and ledger: no Odoo is needed, and none is there ---------------------------------------

NOWHERE = OdooAccess(url="http://127.0.0.1:9", database="none", login="admin", password="nobody-s-password")


def test_without_a_connection_the_rest_is_still_checked(project):
    project.target(NOWHERE)
    diagnosis = project.doctor()
    assert diagnosis.bad(BLOCKING) == {"odoo.connection"}
    assert diagnosis.one("odoo.connection", BLOCKING)["todo"]
    assert diagnosis.of("source.files", OK)
    assert diagnosis.of("ledger.reachable", OK)
    result = diagnosis.result
    assert (result.ok, result.exit_code, result.next_step) == (False, EXIT_FAILED, "flitstack doctor toy-co")
    assert NOWHERE.password not in repr(result)


def test_a_secret_that_is_not_set_is_a_reason_for_no_connection(project, monkeypatch):
    project.target(NOWHERE)
    monkeypatch.delenv(PASSWORD)
    assert PASSWORD in project.doctor().one("odoo.connection", BLOCKING)["text"]


def test_a_missing_export_folder(project):
    project.target(NOWHERE)
    project.export.rename(project.folder / "elsewhere")
    diagnosis = project.doctor()
    assert diagnosis.one("source.folder", BLOCKING)
    assert diagnosis.of("ledger.reachable", OK)


def test_an_empty_export_folder(project):
    project.target(NOWHERE)
    for name in FILES:
        (project.export / name).unlink()
    assert "empty" in project.doctor().one("source.folder", BLOCKING)["text"]


def test_files_that_are_missing_unreadable_or_of_no_object(project):
    project.target(NOWHERE)
    (project.export / "jobs.csv").unlink()
    (project.export / "invoices.csv").write_bytes(b"")
    (project.export / "customers.csv").write_text("customer_id,email\n1,a@toy.example\n")
    (project.export / "suppliers.csv").write_text("id,name\n1,Eve\n")
    diagnosis = project.doctor()
    assert "object job" in diagnosis.one("source.objects", BLOCKING)["text"]
    assert "remark" in diagnosis.one("source.objects", OK)["text"]
    empty, headless = sorted(diagnosis.of("source.files", BLOCKING), reverse=True)
    assert "invoices.csv" in empty
    assert "customers.csv" in headless
    assert "name" in headless
    assert "suppliers.csv" in diagnosis.one("source.unknown_files", WARNING)["text"]


def test_an_old_export_and_no_time_zone(project):
    project.target(NOWHERE, timezone="")
    diagnosis = project.doctor(now=datetime.now(UTC) + timedelta(days=45))
    assert "45 days" in diagnosis.one("source.age", WARNING)["text"]
    assert "job.starts" in diagnosis.one("source.timezone", WARNING)["text"]
    project.target(NOWHERE, timezone="Australia/Sidney")
    assert "Sidney" in project.doctor().one("source.settings", BLOCKING)["text"]


def test_too_little_disk(project, monkeypatch):
    project.target(NOWHERE)
    for free, level in ((10, BLOCKING), (10_000, WARNING)):
        usage = shutil._ntuple_diskusage(total=10**12, used=0, free=free)
        monkeypatch.setattr(shutil, "disk_usage", lambda _, usage=usage: usage)
        diagnosis = project.doctor()
        assert diagnosis.one("source.disk", level)["todo"]
        assert diagnosis.one("ledger.disk", WARNING)["todo"]


def test_calls_that_a_killed_run_left_open_and_a_forged_audit_log(project):
    project.target(NOWHERE)
    with project.run() as run:
        run.ledger.open_intent(
            run.id, "run-0", model="crm.lead", record_set="jobs", op="create", keys=["toy-co/jobs/J1"]
        )
        run.ledger.append(run.id, "run-0", "load started", {"rows": 3})
    assert "create of 1 in crm.lead" in project.doctor().one("ledger.open_calls", WARNING)["text"]
    with closing(sqlite3.connect(project.settings.home / "ledger.sqlite")) as connection, connection:
        connection.execute("update flitstack_audit set detail_json = '{\"rows\": 4}'")
    assert "entry 1" in project.doctor().one("ledger.audit", BLOCKING)["text"]


# -- how checks are run ----------------------------------------------------------------------------


def test_a_check_that_breaks_says_so_and_keeps_what_it_found():
    def breaks(_):
        yield ok("a.b", "first")
        raise TransientError("Odoo is away")

    found, broke = look("a", breaks, None)
    assert [(f.level, f.check) for f in found] == [(OK, "a.b"), (BLOCKING, "a")]
    assert "Odoo is away" in found[1].text
    assert isinstance(broke, TransientError)

    def unreadable(_):
        raise PermissionError(13, "Permission denied", "jobs.csv")
        yield

    ((finding,), broke) = look("a", unreadable, None)
    assert finding.level == BLOCKING
    assert "jobs.csv: Permission denied" in finding.text

    def bug(_):
        raise AttributeError("no such thing")
        yield

    with pytest.raises(AttributeError):
        look("a", bug, None)


@pytest.mark.odoo
def test_when_the_connection_is_lost_what_was_not_checked_is_said(project, odoo_access_module, monkeypatch):
    def lost(_):
        raise TransientError("Odoo is away")
        yield

    def unfinished(_):
        yield blocking("never", "reached", "")

    monkeypatch.setattr(verb, "IN_ODOO", (("first", lost), ("second", unfinished), ("third", unfinished)))
    project.target(odoo_access_module)
    diagnosis = project.doctor()
    assert diagnosis.bad(BLOCKING) == {"first"}
    assert "second, third" in diagnosis.one("odoo.connection", WARNING)["text"]


# -- a real Odoo -----------------------------------------------------------------------------------


@pytest.mark.odoo
def test_all_is_fine_before_the_inventory_and_values_are_compared_after_it(project, odoo_access_module):
    project.target(odoo_access_module)
    before = project.doctor()
    assert {f["level"] for f in before.findings} == {OK}
    assert (before.result.ok, before.result.exit_code) == (True, EXIT_DONE)
    assert before.result.problems == ()
    assert before.result.next_step == "flitstack inventory toy-co"
    assert before.result.summary == f"{len(before.findings)} findings: {len(before.findings)} ok, 0 warning, 0 blocking"
    assert "after the inventory" in before.one("people.owners", OK)["text"]
    assert VerbResult.from_record(before.result.as_record()) == before.result

    project.extract()
    after = project.doctor()
    assert after.result.ok
    assert after.bad(WARNING) == {"people.owners", "values.lookups"}
    (owners,) = after.of("people.owners")
    assert "1 of 2 owners" in owners
    assert "gone@toy.example (none, 2 uses)" in owners
    country, tax = after.of("values.lookups")
    assert "res.country by name" in country
    assert "Atlantis (none, 1 use)" in country
    assert "invoice_line_ids.tax_ids" in tax
    assert "12.5 (none, 1 use)" in tax
    assert list(after.result.problems) == [f["text"] for f in after.findings if f["level"] == WARNING]


@pytest.mark.odoo
def test_nothing_in_odoo_is_changed(project, odoo_access, sandbox):
    project.target(odoo_access)
    project.extract()
    project.doctor()
    tables = sandbox.tables(odoo_access.database)
    before = sandbox.dump(odoo_access.database, tables)
    project.doctor()
    after = sandbox.dump(odoo_access.database, tables)
    assert {t for t in tables if before[t] != after[t]} <= {"res_device_log", "res_users_log"}


@pytest.mark.odoo
def test_a_database_with_crm_alone(project, odoo_access_crm_only):
    project.target(odoo_access_crm_only)
    diagnosis = project.doctor()
    assert diagnosis.result.ok
    absent = diagnosis.one("apps.models", WARNING)
    assert "account.move: the app account is not installed" in absent["text"]
    assert "all rows of invoice are excluded" in absent["text"]
    assert "install account" in absent["todo"]
    assert not [f for f in diagnosis.findings if f["check"].startswith("accounting")]
    project.extract()
    assert "2 rows of invoice" in project.doctor().one("apps.models", WARNING)["text"]


@pytest.mark.odoo
def test_a_user_without_rights(project, odoo_access_module):
    plain = dataclasses.replace(odoo_access_module, login="plain", password="plain-user-s-password", api_key="")
    with OdooClient.connect(odoo_access_module) as odoo:
        ids = odoo.create("res.users", [{"name": "Plain", "login": "plain", "password": plain.password}])
    project.target(plain, login="plain")
    diagnosis = project.doctor()
    assert {"user.administrator", "apps.rights"} <= diagnosis.bad(BLOCKING)
    assert "create x_ fields (create ir.model.fields)" in diagnosis.one("user.administrator", BLOCKING)["text"]
    rights = diagnosis.of("apps.rights", BLOCKING)
    assert any("may not read, create, write, unlink account.move" in text for text in rights)
    assert any("Sales = User: All Documents" in text for text in rights)
    assert diagnosis.one("odoo.protocol", WARNING)["text"].startswith("jsonrpc")
    # What such a user may not even read is said, and does not keep the other checks from being made.
    assert "may not" in diagnosis.one("user.administrator", BLOCKING)["text"]
    assert {"odoo", "automation"} <= diagnosis.bad(WARNING)
    assert diagnosis.of("people.users")
    with OdooClient.connect(odoo_access_module) as odoo:
        odoo.write("res.users", ids, {"active": False})


@pytest.mark.odoo
def test_a_wrong_key(project, odoo_access_module):
    project.target(dataclasses.replace(odoo_access_module, api_key="0" * 40))
    diagnosis = project.doctor()
    assert diagnosis.bad(BLOCKING) == {"odoo.connection"}
    assert diagnosis.of("source.files", OK)


@pytest.mark.odoo
def test_locked_periods(project, odoo_access):
    with OdooClient.connect(odoo_access) as odoo:
        odoo.write("res.company", [1], {"fiscalyear_lock_date": "2024-12-31", "tax_lock_date": "2023-12-31"})
    project.target(odoo_access)
    early = project.doctor().of("accounting.locks", WARNING)
    assert any("fiscalyear_lock_date is 2024-12-31" in text for text in early)
    project.extract()
    diagnosis = project.doctor()
    locked = diagnosis.one("accounting.locks", BLOCKING)["text"]
    assert "fiscalyear_lock_date is 2024-12-31: 1 of 2 documents (account.move)" in locked
    assert "2024-03-25" in locked
    assert "tax_lock_date is 2023-12-31, before every document" in diagnosis.one("accounting.locks", OK)["text"]
    assert not diagnosis.result.ok


@pytest.mark.odoo
def test_books_that_are_not_ready(project, odoo_access, sandbox):
    text = MAP.replace(
        "name: number\n",
        "name: number\n          currency_id: {value: USD, lookup: {model: res.currency, by: [name]}}\n",
    )
    payments = """
  payments:
    model: account.payment
    module: account
    records: {payments: {from: invoice, fields: {date: issued, memo: number}}}
"""
    project.map(text + payments)
    project.target(odoo_access)
    diagnosis = project.doctor()
    assert "Bank: Manual Payment" in diagnosis.one("accounting.outstanding", OK)["text"]
    assert "USD" in diagnosis.one("accounting.currency", WARNING)["text"]
    # An inactive currency is none that a document can have.
    assert "USD (none)" in diagnosis.one("values.lookups", WARNING)["text"]
    with OdooClient.connect(odoo_access) as odoo:
        journals = odoo.search("account.journal", [("type", "in", ["sale", "bank", "cash"])])
        odoo.write("account.journal", journals, {"active": False})
        odoo.write("res.company", [1], {"restrictive_audit_trail": True})
    sandbox.psql(odoo_access.database, "update account_account set active = false")
    diagnosis = project.doctor()
    missing = diagnosis.of("accounting.journals", BLOCKING)
    assert [any(word in text for text in missing) for word in ("sales journal", "bank or cash")] == [True, True]
    assert diagnosis.one("accounting.chart", BLOCKING)
    assert diagnosis.one("accounting.audit_trail", WARNING)


@pytest.mark.odoo
def test_what_would_stir_when_records_arrive(project, odoo_access):
    with OdooClient.connect(odoo_access) as odoo:
        modules = odoo.search("ir.module.module", [("name", "=", "base_automation")])
        odoo.call("ir.module.module", "button_immediate_install", ids=modules, retry=False)
        (model,) = odoo.search("ir.model", [("model", "=", "crm.lead")])
        (partner,) = odoo.search("ir.model", [("model", "=", "res.partner")])
        (other,) = odoo.search("ir.model", [("model", "=", "hr.employee")])
        rules = [("Ring", model, True), ("Sleep", model, False), ("Greet", partner, True), ("Elsewhere", other, True)]
        odoo.create(
            "base.automation",
            [{"name": n, "model_id": m, "active": a, "trigger": "on_create"} for n, m, a in rules],
        )
        everything = {"active_test": False}
        assign = odoo.search("ir.cron", [("cron_name", "ilike", "Lead Assignment")], context=everything)
        score = odoo.search("ir.cron", [("cron_name", "ilike", "Predictive Lead Scoring")], context=everything)
        odoo.write("ir.cron", [*assign, *score], {"active": True})
        odoo.create("ir.mail_server", [{"name": "Out", "smtp_host": "127.0.0.1"}])
    project.target(odoo_access)
    diagnosis = project.doctor()
    greet, ring = sorted(diagnosis.of("automation.rules", WARNING))
    assert "“Greet” on res.partner (on_create)" in greet
    assert "“Ring” on crm.lead" in ring
    (scheduled,) = diagnosis.of("automation.scheduled")
    assert "Lead Assignment" in scheduled
    assert "gives leads without a salesperson to one" in scheduled
    assert "Out" in diagnosis.one("automation.mail", WARNING)["text"]
    assert "not cover automation rules" in diagnosis.one("automation.quiet", OK)["text"]
    assert diagnosis.result.ok


@pytest.mark.odoo
def test_the_life_of_key_and_database(project, odoo_access, sandbox):
    database, now = odoo_access.database, datetime.now(UTC)
    tomorrow, in_a_week = (now + timedelta(days=d) for d in (1, 7))
    sandbox.psql(database, "update res_users_apikeys set expiration_date = %s", [tomorrow.replace(tzinfo=None)])
    parameters = {"database.expiration_date": f"{in_a_week:%Y-%m-%d %H:%M:%S}", "database.expiration_reason": "trial"}
    with OdooClient.connect(odoo_access) as odoo:
        odoo.create("ir.config_parameter", [{"key": k, "value": v} for k, v in parameters.items()])
        odoo.create("ir.config_parameter", [{"key": "database.is_neutralized", "value": "true"}])
    project.target(odoo_access)
    diagnosis = project.doctor()
    assert f"ends on {tomorrow:%Y-%m-%d}" in diagnosis.one("odoo.key", WARNING)["text"]
    assert "(trial)" in diagnosis.one("odoo.expiration", WARNING)["text"]
    assert diagnosis.one("odoo.neutralized", WARNING)
    project.target(odoo_access, "delta_window_hours: 12")
    assert project.doctor().of("odoo.key", OK)
    project.target(odoo_access, "delta_window_hours: 200")
    assert "before the delta window is over" in project.doctor().one("odoo.expiration", BLOCKING)["text"]


@pytest.mark.odoo
def test_which_company_receives(project, odoo_access):
    with OdooClient.connect(odoo_access) as odoo:
        (other,) = odoo.create("res.company", [{"name": "Toy North"}])
        odoo.write("res.users", [odoo.uid], {"company_ids": [[4, other]]})
    project.target(odoo_access)
    assert "'My Company', the default one, receives" in project.doctor().one("user.company", WARNING)["text"]
    project.target(odoo_access, "options: {company: Toy North}")
    assert "would receive" in project.doctor().one("user.company", BLOCKING)["text"]
    project.target(odoo_access, "options: {company: Toy South}")
    assert "'Toy South'" in project.doctor().one("user.company", BLOCKING)["text"]
    project.target(odoo_access, "options: {company: My Company}")
    assert project.doctor().of("user.company", OK)


@pytest.mark.odoo
def test_a_map_that_does_not_fit(project, odoo_access):
    with OdooClient.connect(odoo_access) as odoo:
        (model,) = odoo.search("ir.model", [("model", "=", "res.partner")])
        field = {
            "model_id": model,
            "name": "x_toy_id",
            "field_description": "Toy",
            "ttype": "integer",
            "state": "manual",
        }
        odoo.create("ir.model.fields", [field])
    text = MAP.replace("email: email\n", "email: email\n          e_mail: email\n")
    text = text.replace("name: title\n", "name: title\n          stage_id: {xmlid: crm.stage_lead99}\n")
    project.map(text)
    project.target(odoo_access)
    diagnosis = project.doctor()
    unknown, collision = diagnosis.of("schema.map", BLOCKING)
    assert "no field e_mail" in unknown
    assert "x_toy_id is there already as integer, not char" in collision
    assert "crm.stage_lead99" in diagnosis.one("schema.xml_ids", WARNING)["text"]
    assert diagnosis.of("apps.rights", OK)


@pytest.mark.odoo
def test_what_an_earlier_migration_left(project, odoo_access):
    with OdooClient.connect(odoo_access) as odoo:
        (model,) = odoo.search("ir.model", [("model", "=", "res.partner")])
        field = {"model_id": model, "name": KEY_FIELD, "field_description": "Key", "ttype": "char", "state": "manual"}
        odoo.create("ir.model.fields", [field])
        keys = ("toy-co2/customers/1", "toyXco/customers/1")
        odoo.create("res.partner", [{"name": k, KEY_FIELD: k} for k in keys])
        project.target(odoo_access)
        others = project.doctor().one("schema.leftovers", WARNING)["text"]
        assert "res.partner 2" in others
        (partner,) = odoo.create("res.partner", [{"name": "Ann", KEY_FIELD: "toy-co/customers/1", "active": False}])
        xml_id = {"module": xml_module("toy-co"), "name": "customers_1", "model": "res.partner", "res_id": partner}
        odoo.create("ir.model.data", [xml_id])
    diagnosis = project.doctor()
    assert "res.partner 1" in diagnosis.one("schema.leftovers", BLOCKING)["text"]
    assert "1 XML ID" in diagnosis.one("schema.namespace", BLOCKING)["text"]
    with project.run() as run:
        known = MappedRecord("customers", "1", "res.partner", partner, "created", {}, "")
        run.ledger.save_mapped(run.id, [known])
    diagnosis = project.doctor()
    assert diagnosis.result.ok
    assert diagnosis.one("schema.leftovers", WARNING)


# -- documentation ---------------------------------------------------------------------------------


def test_every_check_is_documented():
    code = "".join(p.read_text() for p in Path(package.__file__).parent.glob("*.py"))
    named = set(
        re.findall(r'"((?:source|ledger|odoo|user|apps|schema|accounting|automation|values|people)\.[a-z_]+)"', code)
    )
    documented = set(re.findall(r"`([a-z]+\.[a-z_]+)`", (Path(__file__).parents[2] / "docs" / "doctor.md").read_text()))
    assert len(named) > 30
    assert named - documented - {"account.journal"} == set()
