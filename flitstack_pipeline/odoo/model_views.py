"""Screens of custom models: a list, a form and a search for each model that a migration creates, removed by its rollback.

Odoo's own stopgap shows a list of names and searches in names alone; people look for a serial number, a place, a customer.
"""

import logging
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import quoteattr

from flitstack_pipeline.ledger.records import NewJournalEntry
from flitstack_pipeline.ledger.store import Ledger
from flitstack_pipeline.mapping.target import KEY_FIELD, FieldPlan, ModelPlan, SchemaPlan
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.errors import OdooRejected
from flitstack_pipeline.odoo.views import MODEL

log = logging.getLogger(__name__)
NAME = "x_name"
LONG = ("text", "html")
SHOWN_IN_LISTS = 8
EXTERNAL_CHATTER = 18  # from this version on a form says <chatter/>


def show_models(client: OdooClient, ledger: Ledger, plan: SchemaPlan, *, migration: str, run_id: str) -> list[str]:
    """Give every model that this migration has created its views; returns the names of the views that were made now.

    A second call finds them there and makes none, whatever a person has changed in them since.
    """
    created = {e.detail for e in ledger.journal_backwards(migration, schema=True) if e.model == "ir.model"}
    wanted: dict[str, tuple[str, str, str]] = {}
    for model in (m for m in plan.models if m.model in created):
        fields = [f for f in plan.fields if f.model == model.model and f.name not in (KEY_FIELD, NAME)]
        for kind, arch in _views(model, fields, client.version.major):
            wanted[f"flitstack.{migration}.{model.model}.{kind}"] = (model.model, kind, arch)
    there = client.search_read(MODEL, [["name", "in", list(wanted)]], ["name"], context={"active_test": False})
    for row in there:
        wanted.pop(row["name"])
    return [name for name, view in wanted.items() if _add(client, ledger, name, view, migration, run_id)]


def _add(
    client: OdooClient, ledger: Ledger, name: str, view: tuple[str, str, str], migration: str, run_id: str
) -> bool:
    model, kind, arch = view
    intent = ledger.open_intent(migration, run_id, model=MODEL, record_set="", op="schema", keys=[name])
    try:
        ids = client.create(MODEL, [{"name": name, "model": model, "type": kind, "arch": arch}])
    except OdooRejected as error:
        ledger.close_intent(intent, "failed")
        log.warning("%s: Odoo does not take the %s: %s", model, kind, error.odoo_message)
        return False
    ledger.close_intent(intent, "done", journal=[NewJournalEntry(MODEL, i, "schema", detail=model) for i in ids])
    return True


def _views(model: ModelPlan, fields: Sequence[FieldPlan], version: int) -> Iterator[tuple[str, str]]:
    yield ("list" if version >= EXTERNAL_CHATTER else "tree"), list_view(fields, version=version)
    yield "form", form_view(fields, chatter=model.chatter, version=version)
    yield "search", search_view(fields)


def list_view(fields: Sequence[FieldPlan], *, version: int) -> str:
    """The name and all short fields; those beyond the first few can be shown by choice."""
    tag = "list" if version >= EXTERNAL_CHATTER else "tree"
    columns = [
        f'<field name={quoteattr(f.name)} optional="{"show" if at < SHOWN_IN_LISTS else "hide"}"{_widget(f)}/>'
        for at, f in enumerate(f for f in fields if f.new.type not in LONG)
    ]
    return f'<{tag}><field name="{NAME}"/>{"".join(columns)}</{tag}>'


def form_view(fields: Sequence[FieldPlan], *, chatter: bool, version: int) -> str:
    """The name as the title, short fields in two columns, long ones below, and the chatter where the model has one."""
    short = [f"<field name={quoteattr(f.name)}{_widget(f)}/>" for f in fields if f.new.type not in LONG]
    half = (len(short) + 1) // 2
    title = f'<div class="oe_title"><h1><field name="{NAME}"/></h1></div>'
    groups = f"<group><group>{''.join(short[:half])}</group><group>{''.join(short[half:])}</group></group>"
    below = "".join(
        f'<separator string={quoteattr(f.new.label)}/><field name={quoteattr(f.name)} nolabel="1"/>'
        for f in fields
        if f.new.type in LONG
    )
    return f"<form><sheet>{title}{groups}{below}</sheet>{_chatter(version) if chatter else ''}</form>"


def _chatter(version: int) -> str:
    if version >= EXTERNAL_CHATTER:
        return "<chatter/>"
    inside = ("message_follower_ids", "activity_ids", "message_ids")
    return f'<div class="oe_chatter">{"".join(f"<field name={quoteattr(name)}/>" for name in inside)}</div>'


def search_view(fields: Sequence[FieldPlan]) -> str:
    """One box that looks in the name and in all short texts, one per field, and groups by what the records refer to."""
    texts = [NAME, *(f.name for f in fields if f.new.type == "char")]
    domain = ["|"] * (len(texts) - 1) + [(name, "ilike", "self") for name in texts]
    written = str(domain).replace("'self'", "self")
    everywhere = f'<field name="{NAME}" filter_domain={quoteattr(written)}/>'
    single = "".join(
        f"<field name={quoteattr(f.name)}/>" for f in fields if f.new.type in ("char", "text", "selection", "many2one")
    )
    groups = "".join(
        f"<filter name={quoteattr(f'by_{f.name}')} string={quoteattr(f.new.label)} "
        f"context={quoteattr(str({'group_by': f.name}))}/>"
        for f in fields
        if f.new.type in ("selection", "many2one", "date")
    )
    return f"<search>{everywhere}{single}{f'<group>{groups}</group>' if groups else ''}</search>"


def _widget(field: FieldPlan) -> str:
    return ' widget="many2many_tags"' if field.new.type == "many2many" else ""
