"""Show the created fields in Odoo's own forms: one page per model, added by a view of our own that a rollback removes."""

import logging
from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

from defusedxml import ElementTree

from flitstack_pipeline.ledger.records import NewJournalEntry
from flitstack_pipeline.ledger.store import Ledger
from flitstack_pipeline.mapping.target import KEY_FIELD, FieldPlan, SchemaPlan
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.errors import OdooRejected

log = logging.getLogger(__name__)
MODEL = "ir.ui.view"


def show_fields(
    client: OdooClient, ledger: Ledger, plan: SchemaPlan, *, title: str, migration: str, run_id: str
) -> list[str]:
    """Add a page with the created fields to the main form of every model that has one; returns the models that got it now.

    A second call finds the views there and makes none. A form that cannot take a page (no notebook, no sheet, or a view of
    somebody else's that breaks) is left as it is: the fields are there all the same.
    """
    by_model: dict[str, list[FieldPlan]] = {}
    custom = {m.model for m in plan.models}
    for field in plan.fields:
        if field.name != KEY_FIELD and field.model not in custom:
            by_model.setdefault(field.model, []).append(field)
    names = {f"flitstack.{migration}.{model}": model for model in by_model}
    for row in client.search_read(MODEL, [["name", "in", list(names)]], ["name"], context={"active_test": False}):
        names.pop(row["name"])
    return [
        model
        for name, model in names.items()
        if _add(client, ledger, name, model, by_model[model], title, migration, run_id)
    ]


def _add(
    client: OdooClient,
    ledger: Ledger,
    name: str,
    model: str,
    fields: Sequence[FieldPlan],
    title: str,
    migration: str,
    run_id: str,
) -> bool:
    domain = [["model", "=", model], ["type", "=", "form"], ["mode", "=", "primary"], ["inherit_id", "=", False]]
    forms = client.search_read(MODEL, domain, ["arch_db"], order="priority, id", limit=1)
    anchor = _anchor(forms[0]["arch_db"]) if forms else ""
    if not anchor:
        return False
    values = {"name": name, "model": model, "type": "form", "mode": "extension", "inherit_id": forms[0]["id"]}
    intent = ledger.open_intent(migration, run_id, model=MODEL, record_set="", op="schema", keys=[name])
    try:
        ids = client.create(MODEL, [{**values, "arch": page(fields, title, anchor)}])
    except OdooRejected as error:
        ledger.close_intent(intent, "failed")
        log.warning("%s: the form takes no page for the new fields: %s", model, error.odoo_message)
        return False
    ledger.close_intent(intent, "done", journal=[NewJournalEntry(MODEL, i, "schema", detail=model) for i in ids])
    return True


def _anchor(arch: str) -> str:
    """Where a page can go: into the outermost notebook, else into the sheet as a notebook of its own."""
    form = ElementTree.fromstring(arch)
    if form.find(".//notebook") is not None:
        return "//notebook[1]"
    return "//sheet" if form.find(".//sheet") is not None else ""


def page(fields: Sequence[FieldPlan], title: str, anchor: str) -> str:
    """The view's XML: short fields in two columns, long ones below across the whole width."""
    long = [f for f in fields if f.new.type in ("text", "html")]
    short = [_tag(f) for f in fields if f not in long]
    half = (len(short) + 1) // 2
    groups = f"<group><group>{''.join(short[:half])}</group><group>{''.join(short[half:])}</group></group>"
    below = "".join(f"<separator string={quoteattr(f.new.label)}/>{_tag(f, nolabel=True)}" for f in long)
    content = f'<page string={quoteattr(title)} name="flitstack">{groups}{below}</page>'
    if anchor == "//sheet":
        content = f"<notebook>{content}</notebook>"
    return f'<data><xpath expr="{anchor}" position="inside">{content}</xpath></data>'


def _tag(field: FieldPlan, *, nolabel: bool = False) -> str:
    widget = ' widget="many2many_tags"' if field.new.type == "many2many" else ""
    label = ' nolabel="1"' if nolabel else ""
    return f"<field name={quoteattr(field.name)}{widget}{label}/>"
