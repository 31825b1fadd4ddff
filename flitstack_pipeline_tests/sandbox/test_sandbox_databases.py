"""What the sandbox's databases are like, on the real Odoo."""

import re
from collections.abc import Callable
from uuid import uuid4

import httpx
import psycopg2
import pytest

from flitstack_pipeline.errors import ConfigurationError
from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.sandbox import CRM_ONLY, FULL, Sandbox

pytestmark = pytest.mark.odoo


def _call(access: OdooAccess, model: str, method: str, **named: object) -> object:
    reply = httpx.post(
        f"{access.url}/json/2/{model}/{method}",
        headers={"Authorization": f"bearer {access.api_key}", "X-Odoo-Database": access.database},
        json=named,
        timeout=60,
    )
    reply.raise_for_status()
    return reply.json()


def test_all_apps_are_there_and_no_demo_data(sandbox: Sandbox, odoo_access_module: OdooAccess) -> None:
    database = odoo_access_module.database
    installed = {
        name for (name,) in sandbox.psql(database, "SELECT name FROM ir_module_module WHERE state = 'installed'")
    }
    assert installed >= {*FULL, "l10n_au"}
    assert sandbox.psql(database, "SELECT count(*) FROM crm_lead") == [(0,)]
    assert sandbox.psql(database, "SELECT count(*) FROM ir_module_module WHERE demo") == [(0,)]


def test_the_company_is_australian_with_its_taxes_and_journals(
    sandbox: Sandbox, odoo_access_module: OdooAccess
) -> None:
    database = odoo_access_module.database
    company = sandbox.psql(
        database,
        "SELECT c.chart_template, cu.name, co.code FROM res_company c JOIN res_currency cu ON cu.id = c.currency_id "
        "JOIN res_partner p ON p.id = c.partner_id JOIN res_country co ON co.id = p.country_id",
    )
    assert company == [("au", "AUD", "AU")]
    taxes = "SELECT name->>'en_US' FROM account_tax WHERE type_tax_use = 'sale' AND amount = 10 AND active"
    assert sandbox.psql(database, taxes) == [("10% GST",)]
    journals = {kind for (kind,) in sandbox.psql(database, "SELECT type FROM account_journal")}
    assert journals >= {"sale", "purchase", "bank", "cash"}


def test_crm_alone_has_no_accounting(sandbox: Sandbox, odoo_access_crm_only: OdooAccess) -> None:
    tables = sandbox.tables(odoo_access_crm_only.database)
    assert "crm_lead" in tables
    assert not {"account_move", "sale_order", "product_product", "project_task"} & set(tables)
    assert _call(odoo_access_crm_only, "crm.lead", "search_count", domain=[]) == 0


def test_another_country_gets_its_own_currency_and_taxes(
    sandbox: Sandbox, make_odoo: Callable[..., OdooAccess]
) -> None:
    access = make_odoo(("account",), "l10n_us")
    sql = "SELECT c.chart_template, cu.name FROM res_company c JOIN res_currency cu ON cu.id = c.currency_id"
    assert sandbox.psql(access.database, sql) == [("us", "USD")]
    country = _call(access, "res.company", "search_read", domain=[], fields=["country_code"])
    assert country == [{"id": 1, "country_code": "US"}]


def test_a_person_can_log_in_with_the_browser(odoo_access_module: OdooAccess) -> None:
    access = odoo_access_module
    with httpx.Client(base_url=access.url, timeout=120, follow_redirects=True) as browser:
        login = browser.get("/web/login", params={"db": access.database})
        token = re.search(r'name="csrf_token" value="([^"]+)"', login.text)
        assert token
        form = {"csrf_token": token[1], "login": access.login, "password": access.password}
        page = browser.post("/web/login", data=form)
        assert page.status_code == 200
        assert page.url.path.startswith("/odoo")
        files = re.findall(r'(?:src|href)="(/web/assets/[^"]+)"', page.text)
        assert {file.rpartition(".")[2] for file in files} == {"js", "css"}
        for file in (*files, "/web/static/src/libs/fontawesome/fonts/fontawesome-webfont.woff2"):
            asset = browser.get(file)
            assert asset.status_code == 200
            assert len(asset.content) > 10_000


def test_no_mail_can_leave(sandbox: Sandbox, odoo_access: OdooAccess) -> None:
    values = {"subject": "Out", "email_from": "a@example.com", "email_to": "b@example.com", "body_html": "<p>Out</p>"}
    ids = _call(odoo_access, "mail.mail", "create", vals_list=[values])
    _call(odoo_access, "mail.mail", "send", ids=ids)
    state, reason = sandbox.psql(odoo_access.database, "SELECT state, failure_reason FROM mail_mail")[0]
    assert state == "exception"
    assert "Connection refused" in reason
    assert sandbox.psql(odoo_access.database, "SELECT count(*) FROM ir_mail_server WHERE active") == [(0,)]
    assert sandbox.psql(odoo_access.database, "SELECT count(*) FROM ir_cron WHERE active") == [(0,)]


def test_databases_do_not_see_each_other(make_odoo: Callable[..., OdooAccess]) -> None:
    one, two = make_odoo(CRM_ONLY, None), make_odoo(CRM_ONLY, None)
    _call(one, "res.partner", "create", vals_list=[{"name": "Only in one"}])
    domain = [["name", "=", "Only in one"]]
    assert _call(one, "res.partner", "search_count", domain=domain) == 1
    assert _call(two, "res.partner", "search_count", domain=domain) == 0
    identity = [[["key", "=", "database.uuid"]], ["value"]]
    uuids = [
        _call(access, "ir.config_parameter", "search_read", domain=identity[0], fields=identity[1])
        for access in (one, two)
    ]
    assert uuids[0] != uuids[1]


def test_reset_gives_the_state_at_birth_and_odoo_forgets_the_fields_of_before(
    sandbox: Sandbox, make_odoo: Callable[..., OdooAccess]
) -> None:
    access = make_odoo(CRM_ONLY, None)
    watched = ["res_partner", "ir_model_fields", "crm_stage", "ir_attachment"]
    before = sandbox.dump(access.database, watched)
    model = _call(access, "ir.model", "search", domain=[["model", "=", "res.partner"]])
    field = {"name": "x_own", "field_description": "Own", "ttype": "char", "model_id": model[0]}  # type: ignore[index]
    _call(access, "ir.model.fields", "create", vals_list=[field])
    _call(access, "res.partner", "create", vals_list=[{"name": "Short-lived", "x_own": "value"}])
    changed = sandbox.dump(access.database, watched)
    assert len(changed["res_partner"]) == len(before["res_partner"]) + 1

    again = sandbox.reset(access.database)

    assert again == access
    assert sandbox.dump(access.database, watched) == before
    assert "x_own" not in _call(access, "res.partner", "fields_get", attributes=["type"])  # type: ignore[operator]


def test_a_database_that_exists_is_kept_with_its_data_unless_replaced(
    sandbox: Sandbox, make_odoo: Callable[..., OdooAccess]
) -> None:
    access = make_odoo(CRM_ONLY, None)
    _call(access, "res.partner", "create", vals_list=[{"name": "Kept"}])

    def partners() -> list[tuple]:
        return sandbox.psql(access.database, "SELECT count(*) FROM res_partner WHERE name = 'Kept'")

    assert sandbox.create_database(access.database, modules=("crm", "contacts"), localization=None) == access
    assert partners() == [(1,)]
    assert sandbox.access(access.database) == access
    with pytest.raises(ConfigurationError, match="exists with other apps"):
        sandbox.create_database(access.database, modules=("contacts",), localization="l10n_au")
    assert partners() == [(1,)]
    sandbox.create_database(access.database, modules=CRM_ONLY, localization=None, replace=True)
    assert partners() == [(0,)]


def test_a_dropped_database_is_gone_with_its_files_though_connections_were_open(
    sandbox: Sandbox, make_odoo: Callable[..., OdooAccess]
) -> None:
    access = make_odoo(CRM_ONLY, None)
    files = sandbox.status().folder / "odoo-data" / "filestore" / access.database
    assert files.is_dir()
    connection = sandbox.connect(access.database)
    try:
        sandbox.drop_database(access.database)
        with pytest.raises(psycopg2.OperationalError), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close()
    assert access.database not in sandbox.databases()
    assert not files.exists()
    sandbox.drop_database(access.database)
    with pytest.raises(ConfigurationError, match="has no database"):
        sandbox.access(access.database)


@pytest.mark.parametrize("name", ["", "Upper", "1st", 'a"b', "postgres", "template1", "tpl_x", "a" * 52])
def test_names_that_would_do_harm_are_refused(sandbox: Sandbox, name: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be the name"):
        sandbox.create_database(name, modules=CRM_ONLY, localization=None)


def test_an_app_that_does_not_exist_is_named(sandbox: Sandbox) -> None:
    with pytest.raises(ConfigurationError, match="no module 'industry_fsm'"):
        sandbox.create_database(f"t_{uuid4().hex[:8]}", modules=("crm", "industry_fsm"), localization=None)


def test_templates_are_not_served(sandbox: Sandbox, odoo_access_module: OdooAccess) -> None:
    (template,) = sandbox.psql(
        odoo_access_module.database, "SELECT datname FROM pg_database WHERE datname LIKE 'tpl\\_%%' LIMIT 1"
    )
    headers = {"Authorization": f"bearer {odoo_access_module.api_key}", "X-Odoo-Database": template[0]}
    url = f"{odoo_access_module.url}/json/2/res.partner/search_count"
    assert httpx.post(url, headers=headers, json={"domain": []}, timeout=60).status_code == 404
