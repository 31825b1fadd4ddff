"""The doctor against a real Odoo: what is fine is called fine, and each thing that was made wrong is found."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from toy_migration import MAP, Project

from flitstack_pipeline.errors import TransientError
from flitstack_pipeline.ledger.records import MappedRecord
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.keys import KEY_FIELD, xml_module
from flitstack_pipeline.stages.doctor import BLOCKING, OK, WARNING, verb
from flitstack_pipeline.stages.doctor.findings import blocking
from flitstack_pipeline.stages.result import EXIT_DONE, VerbResult

pytestmark = pytest.mark.odoo


@pytest.fixture
def project(tmp_path, monkeypatch) -> Project:
    return Project(tmp_path, monkeypatch)


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


def test_what_the_migration_itself_brings_is_not_missed(project, odoo_access_module):
    known = "partner_id: {from: customer_id, lookup: {model: res.partner, by: [ref]}}"
    text = MAP.replace("name: name\n", "name: name\n          ref: {from: customer_id, transform: [strip]}\n")
    project.map(text.replace("partner_id: {from: customer_id, lookup: {records: customers}}\n", f"{known}\n", 1))
    (project.export / "customers.csv").write_text("customer_id,name,email,country\n1,Ann,,Australia\n")
    project.target(odoo_access_module)
    project.extract()
    (partners,) = [text for text in project.doctor().of("values.lookups", WARNING) if "jobs.partner_id" in text]
    assert "res.partner by ref" in partners
    assert ": 2 (none, 2 uses);" in partners


def test_nothing_in_odoo_is_changed(project, odoo_access, sandbox):
    project.target(odoo_access)
    project.extract()
    project.doctor()
    tables = sandbox.tables(odoo_access.database)
    before = sandbox.dump(odoo_access.database, tables)
    project.doctor()
    after = sandbox.dump(odoo_access.database, tables)
    assert {t for t in tables if before[t] != after[t]} <= {"res_device_log", "res_users_log"}


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


def test_a_wrong_key(project, odoo_access_module):
    project.target(dataclasses.replace(odoo_access_module, api_key="0" * 40))
    diagnosis = project.doctor()
    assert diagnosis.bad(BLOCKING) == {"odoo.connection"}
    assert diagnosis.of("source.files", OK)


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


def test_books_that_are_not_ready(project, odoo_access, sandbox):
    text = MAP.replace(
        "name: number\n",
        "name: number\n          currency_id: {value: CHF, lookup: {model: res.currency, by: [name]}}\n",
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
    assert "CHF" in diagnosis.one("accounting.currency", WARNING)["text"]
    # An inactive currency is none that a document can have.
    assert "CHF (none)" in diagnosis.one("values.lookups", WARNING)["text"]
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


def test_what_an_earlier_migration_left(project, odoo_access):
    project.id = "toy_co"  # `_` means any character to SQL, and must not here
    with OdooClient.connect(odoo_access) as odoo:
        (model,) = odoo.search("ir.model", [("model", "=", "res.partner")])
        field = {"model_id": model, "name": KEY_FIELD, "field_description": "Key", "ttype": "char", "state": "manual"}
        odoo.create("ir.model.fields", [field])
        keys = ("toy_co2/customers/1", "toyXco/customers/1")
        odoo.create("res.partner", [{"name": k, KEY_FIELD: k} for k in keys])
        project.target(odoo_access)
        others = project.doctor().one("schema.leftovers", WARNING)["text"]
        assert "res.partner 2" in others
        (partner,) = odoo.create("res.partner", [{"name": "Ann", KEY_FIELD: "toy_co/customers/1", "active": False}])
        xml_id = {"module": xml_module("toy_co"), "name": "customers_1", "model": "res.partner", "res_id": partner}
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
