"""Does this Odoo have what the map writes to, and may the user write there?"""

from collections.abc import Iterator

from flitstack_pipeline.mapping.spec import ModelSpec
from flitstack_pipeline.mapping.walk import places
from flitstack_pipeline.stages.doctor.examination import Examination
from flitstack_pipeline.stages.doctor.findings import Finding, Findings, blocking, listed, ok, warning
from flitstack_pipeline.stages.doctor.user import OWN_USER

OPERATIONS = ("read", "create", "write", "unlink")
# Apps that maps may name and that come with the Enterprise edition alone.
ENTERPRISE_ONLY = frozenset(
    ("sale_subscription", "helpdesk", "industry_fsm", "planning", "web_studio", "sign", "documents", "appointment",
     "approvals", "knowledge", "accountant", "account_accountant", "quality_control", "timesheet_grid", "sale_renting")
)  # fmt: skip
# Below these groups Odoo shows or changes only part of a model's records: rights on the model do not tell.
ALL_RECORDS = {
    "crm.lead": ("sales_team.group_sale_salesman_all_leads", "Sales = User: All Documents"),
    "sale.order": ("sales_team.group_sale_salesman_all_leads", "Sales = User: All Documents"),
    "project.project": ("project.group_project_manager", "Project = Administrator"),
    "project.task": ("project.group_project_manager", "Project = Administrator"),
    "account.move": ("account.group_account_manager", "Invoicing = Administrator"),
    "account.payment": ("account.group_account_manager", "Invoicing = Administrator"),
}


def check(examination: Examination) -> Findings:
    """Models, apps, what the map does where one is missing, look-up models, rights."""
    models = examination.run.system.models
    absent = {name: m for name, m in models.items() if name not in examination.present and not m.create}
    for name, model in absent.items():
        yield _absent(examination, name, model)
    there = len(examination.present)
    coming = f"; {listed(custom)} will be created" if (custom := _to_create(examination)) else ""
    yield ok("apps.models", f"{there} of {len(models)} models of the map are there{coming}")
    yield from _looked_up(examination)
    yield from _rights(examination)


def _to_create(examination: Examination) -> list[str]:
    models = examination.run.system.models
    return [m.model for name, m in models.items() if m.create and name not in examination.present]


def _absent(examination: Examination, name: str, model: ModelSpec) -> Finding:
    run = examination.run
    objects = list(dict.fromkeys(records.from_ for records in model.records.values()))
    rows = sum(run.extracted(o).rows for o in objects) if all(examination.has_extract(o) for o in objects) else None
    what = f"{rows:,} rows" if rows is not None else "all rows"
    fate = (
        f"the map then leaves out {name}: {what} of {listed(objects)} are excluded, and references to them stay empty"
    )
    app = f": the app {model.module} is not installed" if model.module else ""
    return warning("apps.models", f"Odoo has no {model.model}{app}; {fate}", _how_to_get(examination, model.module))


def _how_to_get(examination: Examination, module: str) -> str:
    accept = "or accept that these rows do not migrate"
    if not module:
        return f"install the app that brings the model, {accept}"
    if module in ENTERPRISE_ONLY and examination.client.version.edition != "enterprise":
        return f"{module} comes with the Enterprise edition only: map these objects elsewhere by `changes:`, {accept}"
    if examination.is_administrator and not examination.client.search_count(
        "ir.module.module", [("name", "=", module)]
    ):
        return f"this Odoo does not offer {module} at all: map these objects elsewhere by `changes:`, {accept}"
    return f"install {module} in Odoo (Apps) before the load, {accept}"


def _looked_up(examination: Examination) -> Findings:
    """Models of Odoo in which values are looked up; the map leaves empty what would be looked up in one that is missing."""
    wanted: dict[str, set[str]] = {}
    for name in examination.present:
        for place, model in _lookups(name, examination.run.system.models[name]):
            wanted.setdefault(model, set()).add(place)
    for model, where in sorted(wanted.items()):
        if not examination.client.has_model(model):
            todo = "install the app that brings it before the load, or accept that these fields stay empty"
            text = f"Odoo has no {model}, in which {listed(sorted(where))} look up values; the map leaves them empty"
            yield warning("apps.lookups", text, todo)
        elif not examination.may(model, "read"):
            text = f"the user may not read {model}, in which {listed(sorted(where))} look up values"
            yield blocking("apps.lookups", text, f"{OWN_USER} give the right to read it")
    if wanted:
        yield ok("apps.lookups", f"values are looked up in {listed(sorted(wanted))}")


def _lookups(name: str, model: ModelSpec) -> Iterator[tuple[str, str]]:
    for record_set, records in model.records.items():
        for place in places(name, record_set, records):
            if place.field.lookup and place.field.lookup.model:
                yield f"{record_set}.{place.name}", place.field.lookup.model


def _rights(examination: Examination) -> Findings:
    bad = False
    for model in examination.targets:
        lacking = [operation for operation in OPERATIONS if not examination.may(model, operation)]
        if lacking:
            bad = True
            undo = " (without unlink nothing can be rolled back)" if lacking == ["unlink"] else ""
            text = f"the user may not {', '.join(lacking)} {model}{undo}"
            yield blocking("apps.rights", text, f"{OWN_USER} raise the role in the app that {model} belongs to")
    for group, role in dict.fromkeys(ALL_RECORDS[m] for m in examination.targets if m in ALL_RECORDS):
        if not examination.in_group(group):
            bad = True
            models = listed(m for m in examination.targets if ALL_RECORDS.get(m) == (group, role))
            text = f"the user has not the role {role}: other people's records of {models} are out of reach"
            yield blocking("apps.rights", text, f"{OWN_USER} set {role}")
    if not bad:
        number = len(examination.targets)
        yield ok(
            "apps.rights", f"the user may read, create, write and unlink in all {number} models that receive records"
        )
