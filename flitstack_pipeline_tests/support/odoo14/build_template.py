"""Run by Odoo 14's own Python, not imported: make an empty database into a template.

    python3 build_template.py <odoo.conf> <database> <job.json>

The job: {"modules": [...], "country": "AU" or null, "password": "..."}. The key that is made for the administrator is
written beside the job. Any failure ends with a traceback and a non-zero exit code.
"""
# ruff: noqa: UP - this runs under Python 3.9
# pyright: reportMissingImports=false

import json
import sys
from pathlib import Path

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config


def main(config_file, database, job_file):
    job = json.loads(Path(job_file).read_text(encoding="utf-8"))
    config.parse_config(["-c", config_file, "-d", database, "--no-http", "--without-demo=all"])
    odoo.netsvc.init_logger()
    with api.Environment.manage():
        registry = _install(database, ["base"])
        with registry.cursor() as cr:
            _prepare_company(api.Environment(cr, SUPERUSER_ID, {}), job)
        registry = _install(database, job["modules"])
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            key = _finish(env, job)
    Path(job_file).with_suffix(".key").write_text(key, encoding="utf-8")


def _install(database, modules):
    config["init"] = dict.fromkeys(modules, 1)
    return Registry.new(database, update_module=True)


def _prepare_company(env, job):
    """Set country and currency before accounting is installed: they decide which chart of accounts it loads."""
    if job["country"]:
        country = env["res.country"].search([("code", "=", job["country"])])
        country.currency_id.active = True
        env.company.partner_id.country_id = country
        env.company.currency_id = country.currency_id


def _finish(env, job):
    """Make the administrator's key, and cut what would call out of the machine."""
    admin = env.ref("base.user_admin")
    admin.password = job["password"]
    settings = env["ir.config_parameter"]
    settings.set_param("iap.endpoint", "http://127.0.0.1:9")
    env["ir.mail_server"].search([]).active = False
    env["ir.cron"].search([]).active = False
    return env["res.users.apikeys"].with_user(admin).sudo()._generate(None, "tests")


if __name__ == "__main__":
    main(*sys.argv[1:])
