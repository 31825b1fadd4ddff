"""What Odoo makes by itself beside records that are created: a rollback takes it away too."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.keys import QUIET
from flitstack_pipeline.odoo.sides import deciding_fields, made_beside
from flitstack_pipeline.odoo.traits import SHARED_SIDES, SIDE_RECORDS, SIDES_POINTING

EVERYTHING = {**QUIET, "active_test": False}


@dataclass(frozen=True)
class Side:
    """A record that Odoo made, and the one (`owner`) that it was made for."""

    model: str
    res_id: int
    owner: int


def beside(client: OdooClient, model: str, ids: Sequence[int], *, given: Collection[str] = ()) -> list[Side]:
    """What Odoo made with records of a model, by the model of what it made. Fields in `given` were filled by us."""
    if not ids:
        return []
    return [*_referred_to(client, model, ids, given), *_pointing(client, model, ids)]


def _referred_to(client: OdooClient, model: str, ids: Sequence[int], given: Collection[str]) -> Iterator[Side]:
    sides = SIDE_RECORDS.get(model, {})
    known = client.fields_get(model) if sides else {}
    fields = [f for f in sides if f in known and f not in given]
    wanted = [*fields, *deciding_fields(model), "create_date"]
    rows = client.read(model, list(ids), wanted, context=EVERYTHING) if fields else []
    for field in fields:  # by model, so that a rollback can remove many in one call
        mine = [row for row in rows if made_beside(model, field, row)]
        found = [(row["id"], i, row["create_date"]) for row in mine for i in _ids(row[field])]
        if (model, field) in SHARED_SIDES:
            found = _made_together(client, sides[field], found)
        yield from (Side(sides[field], res_id, owner) for owner, res_id, _ in found)


def _made_together(client: OdooClient, model: str, found: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Those that we made in the second in which their owner came: what is made in one transaction has one moment of creation."""
    there = sorted({res_id for _, res_id, _ in found})
    rows = client.read(model, there, ["create_date", "create_uid"], context=EVERYTHING) if there else []
    made = {row["id"]: row["create_date"] for row in rows if row["create_uid"] and row["create_uid"][0] == client.uid}
    first: dict[int, tuple[int, int, str]] = {}
    for owner, res_id, moment in found:
        if made.get(res_id) == moment:
            first.setdefault(res_id, (owner, res_id, moment))
    return list(first.values())


def _pointing(client: OdooClient, model: str, ids: Sequence[int]) -> Iterator[Side]:
    for pointing, field, follow in SIDES_POINTING.get(model, ()):
        if not client.has_model(pointing):
            continue
        fields = client.fields_get(pointing)
        if field not in fields or (follow and follow not in fields):
            continue
        rows = client.search_read(
            pointing, [[field, "in", list(ids)]], [field, *([follow] if follow else [])], context=EVERYTHING
        )
        target = str(fields[follow]["relation"]) if follow else pointing
        for row in rows:
            for res_id in _ids(row[follow]) if follow else [row["id"]]:
                yield Side(target, res_id, row[field][0])


def _ids(value: object) -> list[int]:
    """The ids of a reference, be it to one (id and name) or to many."""
    if not value or not isinstance(value, list | tuple):
        return []
    return [value[0]] if len(value) == 2 and isinstance(value[1], str) else list(value)
