"""What would be added to Odoo's schema, what is in the way, and what an earlier migration has left."""

from flitstack_pipeline.mapping.spec import FieldSpec, ModelSpec
from flitstack_pipeline.mapping.walk import places
from flitstack_pipeline.odoo.keys import KEY_FIELD, XML_IDS_FIELD, guard_field, xml_module
from flitstack_pipeline.odoo.schema import schema_gap
from flitstack_pipeline.stages.doctor.examination import Examination
from flitstack_pipeline.stages.doctor.findings import Findings, blocking, counted, listed, ok, warning
from flitstack_pipeline.stages.doctor.hidden import hidden_hint

_ALL = {"active_test": False}


def check(examination: Examination) -> Findings:
    """Map against live fields, fields to create, XML IDs that the map names, leftovers."""
    for problem in examination.map_problems:
        todo = (
            hidden_hint(examination.client, problem)
            or problem.hint
            or "correct the map by `changes:` in the migration file"
        )
        yield blocking("schema.map", f"{problem.where}: {problem.what}", todo)
    if examination.compiled:
        yield ok("schema.map", "every field and value that the map names is there, or will be created")
        yield from _gap(examination)
        fallbacks = [f"{n.where}: {n.text}" for n in examination.compiled.notes if n.kind == "fallback"]
        if fallbacks:
            yield ok(
                "schema.fallbacks", f"{counted(len(fallbacks), 'value')} go elsewhere than usual: {listed(fallbacks)}"
            )
    yield from _xml_ids(examination)
    yield from _keys(examination)
    yield from _namespace(examination)
    yield from _guard(examination)


def _gap(examination: Examination) -> Findings:
    compiled = examination.compiled
    if compiled is None:
        return
    gap = schema_gap(examination.client, compiled.schema)
    if gap.is_empty:
        yield ok("schema.create", "nothing has to be created in Odoo's schema")
        return
    on = len({f.model for f in gap.fields})
    parts = [f"{counted(len(gap.fields), 'x_ field')} on {counted(on, 'model')}"]
    parts += [counted(len(gap.models), "custom model")] if gap.models else []
    parts += [counted(len(gap.values), "selection value")] if gap.values else []
    later = (
        "" if examination.extracted else "; those of the source's own custom fields come on top, after the inventory"
    )
    yield ok("schema.create", f"the load would create {', '.join(parts)} (Odoo sets no limit){later}")


def _xml_ids(examination: Examination) -> Findings:
    wanted: dict[str, list[str]] = {}
    for name, model in examination.present.items():
        for place, xml_id in _named(name, model):
            wanted.setdefault(xml_id, []).append(place)
    if not wanted:
        return
    modules = sorted({xml_id.partition(".")[0] for xml_id in wanted})
    names = sorted({xml_id.partition(".")[2] for xml_id in wanted})
    rows = examination.client.search_read(
        "ir.model.data", [("module", "in", modules), ("name", "in", names)], ["module", "name"]
    )
    there = {f"{row['module']}.{row['name']}" for row in rows}
    missing = {xml_id: where for xml_id, where in wanted.items() if xml_id not in there}
    for xml_id, where in missing.items():
        text = (
            f"Odoo has no record with the XML ID {xml_id}: rows that need it for {listed(where)} would be quarantined"
        )
        yield warning("schema.xml_ids", text, "install the app that brings it, or name another record by `changes:`")
    if not missing:
        yield ok("schema.xml_ids", f"{counted(len(wanted), 'XML ID')} named by the map: all there")


def _named(name: str, model: ModelSpec) -> list[tuple[str, str]]:
    found = []
    for record_set, records in model.records.items():
        found += [(f"{record_set}.{p.name}", x) for p in places(name, record_set, records) for x in _of_field(p.field)]
    return found


def _of_field(field: FieldSpec) -> list[str]:
    default = field.default.get("xmlid") if isinstance(field.default, dict) else None
    return [str(x) for x in (field.xmlid, default) if x]


def _keys(examination: Examination) -> Findings:
    """Records that carry a key: of this migration without the ledger knowing of any, or of another one."""
    run, client = examination.run, examination.client
    models = list(dict.fromkeys(m.model for m in examination.present.values()))
    keyed = [m for m in models if KEY_FIELD in examination.fields(m)]
    ours: dict[str, int] = {}
    others: dict[str, int] = {}
    for model in keyed:
        total = client.search_count(model, [(KEY_FIELD, "!=", False)], context=_ALL)
        own = client.search_count(model, [(KEY_FIELD, "=like", f"{_literal(run.id)}/%")], context=_ALL) if total else 0
        ours |= {model: own} if own else {}
        others |= {model: total - own} if total > own else {}
    known = sum(run.ledger.count_mapped(run.id).values()) or len(run.ledger.open_intents(run.id))
    if ours and not known:
        text = f"Odoo has records with keys of this migration that the ledger knows nothing of: {_by_model(ours)}"
        todo = "point FLITSTACK_HOME (or FLITSTACK_POSTGRES_URL) to the ledger that made them, or delete them first"
        yield blocking("schema.leftovers", text, todo)
    elif others:
        text = f"records of other migrations are in this database: {_by_model(others)}"
        yield warning(
            "schema.leftovers", text, "fine if you mean to; nothing of them is touched, though a `match:` may find them"
        )
    else:
        yield ok("schema.leftovers", "no record carries a key that the ledger does not know")


def _namespace(examination: Examination) -> Findings:
    run = examination.run
    module = xml_module(run.id)
    there = examination.client.search_count("ir.model.data", [("module", "=", module)])
    if there and not run.ledger.count_mapped(run.id) and not run.ledger.open_intents(run.id):
        text = f"{counted(there, 'XML ID')} {module}.… are there, and the ledger knows none of their records"
        todo = "find the ledger that made them, or remove them (Settings → Technical → External Identifiers)"
        yield blocking("schema.namespace", text, todo)
    else:
        yield ok("schema.namespace", f"XML IDs of this migration ({module}.…): {there:,}")


def _guard(examination: Examination) -> Findings:
    models = [m.model for m in examination.present.values() if guard_field(m.model) in examination.fields(m.model)]
    if models:
        text = f"the helper field {XML_IDS_FIELD}, which stands only while a load runs, is on {listed(models)}"
        yield warning("schema.helper", text, "if no load runs now: the end of the next load, or a rollback, removes it")
    else:
        yield ok("schema.helper", "no helper field of a load is left")


def _by_model(numbers: dict[str, int]) -> str:
    return listed(f"{model} {number:,}" for model, number in numbers.items())


def _literal(text: str) -> str:
    """For SQL's LIKE, in which `_` means any character."""
    return text.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%")
