"""Who is the migration's user, what may he do, and for which company?"""

from flitstack_pipeline.stages.doctor.examination import Examination
from flitstack_pipeline.stages.doctor.findings import Findings, blocking, counted, listed, ok, warning

# What a run does with Odoo's own models, and what for.
NEEDED = (
    ("ir.config_parameter", "read", "tell this database from another"),
    ("ir.module.module", "read", "see which apps are installed"),
    ("ir.model", "create", "create custom models"),
    ("ir.model.fields", "create", "create x_ fields"),
    ("ir.model.fields", "unlink", "remove them in a rollback"),
    ("ir.model.data", "create", "give records their XML IDs"),
)
OWN_USER = "Settings → Users, the migration's user:"


def check(examination: Examination) -> Findings:
    """Rights on Odoo's own models, kind of user, language, zone, company."""
    user = examination.user
    lacking = [
        f"{why} ({operation} {model})" for model, operation, why in NEEDED if not examination.may(model, operation)
    ]
    if lacking:
        text = f"the user {user['login']} may not: {listed(lacking)}"
        yield blocking(
            "user.administrator", text, f"{OWN_USER} set Administration to Settings (Access Rights alone is not enough)"
        )
    else:
        yield ok("user.administrator", f"the user {user['login']} ({user['name']}) is an administrator")
    if user.get("share"):
        yield blocking("user.kind", f"{user['login']} is a portal user", "make an internal user for the migration")
    elif examination.client.uid == 1:
        text = "the user is OdooBot, under whose name Odoo itself writes: whose records are whose could not be told"
        yield warning("user.kind", text, "make a user of its own for the migration")
    else:
        yield ok("user.kind", "an internal user; records carry it as their creator")
    yield from _language(examination)
    yield from _company(examination)


def _language(examination: Examination) -> Findings:
    codes = [row["code"] for row in examination.client.search_read("res.lang", [("active", "=", True)], ["code"])]
    user = examination.user
    text = (
        f"languages: {listed(codes)}; texts are written as en_US, which the others show until somebody translates them"
    )
    yield ok("user.language", f"{text}; the user's own is {user.get('lang') or 'not set'}")
    yield ok("user.timezone", f"times are sent in UTC; the user's zone ({user.get('tz') or 'not set'}) changes nothing")


def _company(examination: Examination) -> Findings:
    user, wanted = examination.user, examination.run.migration.options.company
    own_id, own = user["company_id"]
    allowed = examination.client.search_read("res.company", [("id", "in", user["company_ids"])], ["name"])
    names = [row["name"] for row in allowed]
    if wanted and wanted not in names:
        text = f"`options.company` says {wanted!r}; the companies of this user are: {listed(names)}"
        yield blocking(
            "user.company", text, f"correct the name, or {OWN_USER} allow the company and make it the default"
        )
    elif wanted and wanted != own:
        text = f"`options.company` says {wanted!r}, but the user's default company, {own!r}, would receive the records"
        yield blocking("user.company", text, f"{OWN_USER} make {wanted} the default company")
    elif len(names) > 1 and not wanted:
        number = counted(len(names), "company", "companies")
        text = f"the user has {number} ({listed(names)}); {own!r}, the default one, receives the records"
        yield warning("user.company", text, f"say so in the migration file, to be sure: `options: {{company: {own}}}`")
    else:
        yield ok("user.company", f"{own} receives the records (company {own_id})")
