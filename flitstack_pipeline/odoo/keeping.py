"""What a rollback has to leave: records that somebody has worked on since, and what those refer to."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flitstack_pipeline.ledger.store import Ledger
from flitstack_pipeline.odoo.beside import beside
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.errors import OdooUnsupported
from flitstack_pipeline.odoo.keys import QUIET
from flitstack_pipeline.odoo.traits import SIDE_RECORDS

Place = tuple[str, int]  # model, id

EVENT = "kept"
EVERYTHING = {**QUIET, "active_test": False}
ODOO_ITSELF = 1
CHUNK = 1000


def changed_by_others(client: OdooClient, ledger: Ledger, migration: str, run_id: str) -> dict[Place, str]:
    """Records that the migration made and that another user has written to since, each with the reason to show.

    They are noted in the audit log before anything is undone. For a rollback touches records in passing, and Odoo then
    names us as the last who wrote: a rollback that goes on after an interruption could no longer tell.
    """
    made: dict[str, set[int]] = {}
    for entry in ledger.journal_backwards(migration, schema=False):
        if entry.op in ("create", "side"):
            made.setdefault(entry.model, set()).add(entry.res_id)
    known = {
        (e.detail["model"], res_id): e.detail["reason"]
        for e in ledger.iter_audit(migration)
        if e.event == EVENT
        for res_id in e.detail["ids"]
    }
    found = {place: reason for place, reason in known.items() if place[1] in made.get(place[0], ())}
    for model, ids in made.items():
        found.update(_written_by_others(client, model, sorted(ids)))
    for place in _owners(client, made, set(found)):
        found.setdefault(place, "what Odoo made beside it was changed since")
    _note(ledger, migration, run_id, {p: r for p, r in found.items() if p not in known})
    return found


def _written_by_others(client: OdooClient, model: str, ids: Sequence[int]) -> Iterator[tuple[Place, str]]:
    if client.has_model(model) and "write_uid" not in client.fields_get(model):
        return  # Odoo keeps no account of who writes to some models, such as mail.followers
    for start in range(0, len(ids), CHUNK):
        domain = [["id", "in", ids[start : start + CHUNK]], ["write_uid", "not in", [client.uid, ODOO_ITSELF]]]
        try:
            rows = client.search_read(model, domain, ["write_uid"], context=EVERYTHING)
        except OdooUnsupported:
            return  # the app that brought the model is gone, and its records with it
        for row in rows:
            who = row["write_uid"][1] if row["write_uid"] else "somebody"
            yield (model, row["id"]), f"changed by {who} since"


def _owners(client: OdooClient, made: Mapping[str, Iterable[int]], changed: set[Place]) -> Iterator[Place]:
    """Records whose side record was changed: a product is changed through its template."""
    for owner, sides in SIDE_RECORDS.items():
        if not any((model, i) in changed for model in sides.values() for i in made.get(model, ())):
            continue
        fields = [f for f in sides if f in client.fields_get(owner)]
        ids = client.existing(owner, sorted(made.get(owner, ())))
        for row in client.read(owner, ids, fields, context=EVERYTHING):
            if any(row[f] and (sides[f], row[f][0]) in changed for f in fields):
                yield owner, row["id"]


def side_records(client: OdooClient, model: str, ids: Sequence[int]) -> list[Place]:
    """What Odoo made beside records of a model."""
    return [(side.model, side.res_id) for side in beside(client, model, ids)]


def _note(ledger: Ledger, migration: str, run_id: str, found: Mapping[Place, str]) -> None:
    by_reason: dict[tuple[str, str], list[int]] = {}
    for (model, res_id), reason in found.items():
        by_reason.setdefault((model, reason), []).append(res_id)
    for (model, reason), ids in by_reason.items():
        ledger.append(migration, run_id, EVENT, {"model": model, "ids": sorted(ids), "reason": reason})


def references(client: OdooClient, model: str, ids: Sequence[int], lines: Iterable[str]) -> dict[Place, int]:
    """Everything that records refer to, by themselves or in these one2many fields; each with one of the records."""
    found: dict[Place, int] = {}
    fields = client.fields_get(model)
    there = client.existing(model, ids)
    for place, owner in _links(client, model, there):
        found.setdefault(place, owner)
    for name in set(lines) & set(fields):
        rows = client.read(model, there, [name], context=EVERYTHING)
        owners = {line: row["id"] for row in rows for line in row[name]}
        for place, line in _links(client, fields[name]["relation"], sorted(owners)):
            found.setdefault(place, owners[line])
    return found


def _links(client: OdooClient, model: str, ids: Sequence[int]) -> Iterator[tuple[Place, int]]:
    fields = client.fields_get(model)
    kinds = ("many2one", "many2many", "many2one_reference")
    links = {f: info for f, info in fields.items() if info.get("store") and info["type"] in kinds}
    # The model that a many2one_reference leads to stands in a field of its own.
    beside = [f for f in ("res_model", "model") if f in fields]
    for row in client.read(model, ids, [*links, *beside], context=EVERYTHING) if ids and links else ():
        for name, info in links.items():
            target = info.get("relation") or next((row[f] for f in beside if row[f]), "")
            for res_id in _ids(row[name], many=info["type"] == "many2many"):
                yield (str(target), res_id), row["id"]


def _ids(value: Any, *, many: bool) -> list[int]:
    if not value:
        return []
    if many:
        return list(value)
    return [value[0] if isinstance(value, list | tuple) else value]
