"""What would stir in Odoo when records arrive: rules, scheduled actions, mails."""

from collections.abc import Iterator
from typing import Any

from flitstack_pipeline.stages.doctor.examination import Examination
from flitstack_pipeline.stages.doctor.findings import Findings, counted, listed, ok, warning

QUIET_COVERS = (
    "the load is quiet: no tracking notes, no followers, no notes of creation, no mails about assignments, no "
    "invitations of users; that does not cover automation rules, scheduled actions and invitations to meetings"
)
# Scheduled actions that stand on another model than the records which they work on.
ACTS_ON = {"crm.team": "crm.lead", "calendar.alarm_manager": "calendar.event", "project.task.type": "project.task"}
# Those of Odoo that leave migrated records as they are.
HARMLESS = frozenset(
    (
        "crm.website_crm_score_cron",  # recomputes probabilities that nobody has set
        "account.ir_cron_account_move_send",  # sends what a person has queued
        "sale.send_invoice_cron",  # only after an online payment
        "sale.send_pending_emails_cron",
        "hr.ir_cron_data_employee_update_current_version",
    )
)
EFFECTS = {
    "crm.ir_cron_crm_lead_assign": "gives leads without a salesperson to one, and mails them",
    "crm_iap_enrich.ir_cron_lead_enrichment": "sends leads' addresses to Odoo's enrichment service and fills fields",
    "account.ir_cron_auto_post_draft_entry": "posts drafts that are marked for it",
    "calendar.ir_cron_scheduler_alarm": "mails reminders of meetings to come",
    "auth_signup.ir_cron_auth_signup_send_pending_user_reminder": "mails who invited users that have not signed in",
    "project.ir_cron_rating_project": "mails customers a request to rate tasks",
}
SWITCH_OFF = "switch it off until the migration is handed over, if that is not meant"
_CONTEXT_OF_EVENTS = "no_mail_to_attendees"


def check(examination: Examination) -> Findings:
    """Automation rules, scheduled actions, mails that stages send, outgoing mail, calendar invitations."""
    yield ok("automation.quiet", QUIET_COVERS)
    yield from _rules(examination)
    yield from _scheduled(examination)
    yield from _stages(examination)
    yield from _mail_servers(examination)
    yield from _invitations(examination)


def _rules(examination: Examination) -> Findings:
    client = examination.client
    if not client.has_model("base.automation"):
        yield ok("automation.rules", "automation rules are not installed")
        return
    domain = [("active", "=", True), ("model_name", "in", examination.targets)]
    rules = client.search_read("base.automation", domain, ["name", "model_name", "trigger"])
    for rule in rules:
        when = "later, by date" if str(rule["trigger"]).startswith("on_time") else "at once"
        text = f"the automation rule “{rule['name']}” on {rule['model_name']} ({rule['trigger']}) would act {when}"
        yield warning("automation.rules", f"{text} on migrated records", SWITCH_OFF)
    if not rules:
        yield ok("automation.rules", "no automation rule is active on a model that receives records")


def _scheduled(examination: Examination) -> Findings:
    client = examination.client
    models = [*examination.targets, *(m for m, acted_on in ACTS_ON.items() if acted_on in examination.targets)]
    crons = client.search_read(
        "ir.cron", [("active", "=", True), ("model_name", "in", models)], ["name", "model_name", "nextcall"]
    )
    names = _xml_ids(examination, [c["id"] for c in crons])
    stirring = [c for c in crons if names.get(c["id"]) not in HARMLESS]
    for cron in stirring:
        effect = EFFECTS.get(names.get(cron["id"], ""), "may act on migrated records")
        text = f"the scheduled action “{cron['name']}” on {cron['model_name']} {effect} (next {cron['nextcall']} UTC)"
        yield warning(
            "automation.scheduled", text, "switch it off until the migration is handed over, if that is not meant"
        )
    if not stirring:
        yield ok("automation.scheduled", "no scheduled action is active that works on models that receive records")


def _xml_ids(examination: Examination, ids: list[int]) -> dict[int, str]:
    domain = [("model", "=", "ir.cron"), ("res_id", "in", ids)]
    rows = examination.client.search_read("ir.model.data", domain, ["module", "name", "res_id"]) if ids else []
    return {row["res_id"]: f"{row['module']}.{row['name']}" for row in rows}


def _stages(examination: Examination) -> Findings:
    """Stages with a mail template: silent in the quiet load, heard from the first time that a person moves a record."""
    found = []
    for model, template in _stage_templates(examination):
        for stage in examination.client.search_read(model, [(template, "!=", False)], ["display_name"]):
            found.append(f"{stage['display_name']} ({model}.{template})")
    if found:
        text = f"stages that mail the customer when a record enters them, though not in the quiet load: {listed(found)}"
        yield ok("automation.stages", text)
    else:
        yield ok("automation.stages", "no stage sends a mail")


def _stage_templates(examination: Examination) -> Iterator[tuple[str, str]]:
    related: dict[str, None] = {}
    for model in examination.targets:
        for name, info in examination.fields(model).items():
            if info["type"] == "many2one" and "stage" in name and info.get("store", True):
                related[str(info["relation"])] = None
    for model in related:
        for name, info in examination.fields(model).items():
            if info.get("relation") == "mail.template" and info["type"] == "many2one" and "rating" not in name:
                yield model, name


def _mail_servers(examination: Examination) -> Findings:
    servers = examination.client.search_read("ir.mail_server", [("active", "=", True)], ["name"])
    if servers:
        names = listed(server["name"] for server in servers)
        text = f"mail can leave this Odoo by {counted(len(servers), 'server')} ({names})"
        yield warning(
            "automation.mail",
            text,
            "switch them off during the load, or make sure of the rules and scheduled actions named here",
        )
    else:
        yield ok(
            "automation.mail",
            "no outgoing mail server is set in Odoo (the server's own configuration may still name one)",
        )


def _invitations(examination: Examination) -> Findings:
    record_sets: dict[str, Any] = {
        name: records
        for m in examination.present.values()
        if m.model == "calendar.event"
        for name, records in m.records.items()
    }
    loud = [name for name, records in record_sets.items() if not records.context.get(_CONTEXT_OF_EVENTS)]
    if loud:
        text = f"meetings to come ({listed(loud)}) would mail an invitation to everyone who attends"
        yield warning(
            "automation.invitations",
            text,
            f"add `context: {{{_CONTEXT_OF_EVENTS}: true}}` to the record set in the map",
        )
