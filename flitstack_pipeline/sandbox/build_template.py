"""Run by Odoo's own Python, not imported by the project: make an empty database into a template.

    python build_template.py <odoo.conf> <database> <job.json>

The job: {"modules": [...], "country": "AU" or null, "key_name": "...", "password": "...", "result": <path>}. The result
file gets {"api_key": "...", "modules": [names installed]}. Any failure ends with a traceback and a non-zero exit code.
"""
# pyright: reportMissingImports=false, reportAttributeAccessIssue=false

import json
import sys
from pathlib import Path

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config


def main(config_file: str, database: str, job_file: str) -> None:
    job = json.loads(Path(job_file).read_text(encoding="utf-8"))
    config.parse_config(["-c", config_file, "-d", database, "--no-http"], setup_logging=True)
    registry = Registry.new(database, update_module=True, install_modules=["base"], new_db_demo=False)
    with registry.cursor() as cr:
        _prepare_company(api.Environment(cr, SUPERUSER_ID, {}), job)
    registry = Registry.new(database, update_module=True, install_modules=job["modules"], new_db_demo=False)
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        key = _finish(env, job)
        installed = env["ir.module.module"].search([("state", "=", "installed")]).mapped("name")
        _warm(env)
    result = json.dumps({"api_key": key, "modules": sorted(installed)})
    file = Path(job["result"])
    file.touch(mode=0o600)
    file.write_text(result, encoding="utf-8")


def _prepare_company(env: api.Environment, job: dict) -> None:
    """Set country and currency before accounting is installed: they decide which chart of accounts it loads."""
    if job["country"]:
        country = env["res.country"].search([("code", "=", job["country"])])
        country.currency_id.active = True
        company = env.company
        company.partner_id.country_id = country
        company.currency_id = country.currency_id


def _finish(env: api.Environment, job: dict) -> str:
    """Make the administrator's key, and cut what would call out of the machine."""
    if "account.journal" in env and not env["account.journal"].search([("type", "=", "cash")]):
        # Odoo 19's charts of accounts bring a bank journal only; a business that is paid in cash adds this one first.
        env["account.journal"].create({"name": "Cash", "type": "cash", "code": "CSH1"})
    admin = env.ref("base.user_admin")
    admin.password = job["password"]
    # No guided tour and no chat robot in front of what a person came to look at.
    quiet = {"tour_enabled": False, "odoobot_state": "disabled"}
    admin.write({name: value for name, value in quiet.items() if name in admin._fields})
    settings = env["ir.config_parameter"]
    # Nobody listens on the discard port: what would ask Odoo's paid services fails at once and stays here.
    settings.set_param("iap.endpoint", "http://127.0.0.1:9")
    env["ir.mail_server"].search([]).active = False
    env["ir.cron"].search([]).active = False
    return env["res.users.apikeys"].with_user(admin).sudo()._generate(None, job["key_name"], None)


def _warm(env: api.Environment) -> None:
    """Compile the web client's files once, so that the first page of every clone comes without waiting for it."""
    qweb = env["ir.qweb"]
    for bundle in ("web.assets_frontend", "web.assets_backend", "web.assets_web", "web.assets_web_print"):
        qweb._get_asset_bundle(bundle, css=True, js=False).css()
        if bundle != "web.assets_web_print":
            qweb._get_asset_bundle(bundle, css=False, js=True).js()


if __name__ == "__main__":
    main(*sys.argv[1:])
