"""How the touched models looked before the first write, so that a rollback can prove that they look so again."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from flitstack_pipeline.ledger.store import Ledger
from flitstack_pipeline.mapping.compile import CompiledModel
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.traits import SIDE_RECORDS

_SCHEMA_MODELS = ("ir.model", "ir.model.fields", "ir.model.fields.selection", "ir.model.data")


@dataclass(frozen=True)
class ModelState:
    """A model's records: how many, up to which id, and a digest of all ids."""

    count: int
    last_id: int
    digest: str


@dataclass(frozen=True)
class Comparison:
    """One model before and after. `ours` and `others`: records that are there in addition, by who created them."""

    model: str
    before: ModelState
    after: ModelState
    ours: tuple[int, ...] = ()
    others: tuple[int, ...] = ()

    @property
    def same(self) -> bool:
        """Nothing of ours is left and nothing that was there is gone."""
        return self.before.digest == self.after.digest or (
            not self.ours and self.after.count - len(self.others) == self.before.count
        )


def state_of(client: OdooClient, model: str) -> ModelState:
    """The state of a model now; ids only, streamed. A model that is not there is in the state of one without records."""
    digest, count, last = hashlib.sha256(), 0, 0
    if not client.has_model(model):
        return ModelState(count, last, digest.hexdigest())
    for rows in client.iter_search_read(model, [], ["id"], batch=20_000, context={"active_test": False}):
        for row in rows:
            digest.update(b"%d," % row["id"])
        count += len(rows)
        last = rows[-1]["id"]
    return ModelState(count, last, digest.hexdigest())


def touched_models(models: Sequence[CompiledModel]) -> list[str]:
    """Target models, those that Odoo fills by itself beside them, line models and the schema's."""
    found = [m.model for m in models]
    found += [side for m in models for side in SIDE_RECORDS.get(m.model, {}).values()]
    found += [records.targets[f].relation for m in models for records in m.records for f in records.lines]
    return list(dict.fromkeys([*found, *_SCHEMA_MODELS]))


def take_snapshots(client: OdooClient, ledger: Ledger, migration: str, models: Sequence[CompiledModel]) -> None:
    """Save the state of all touched models, unless that has been done before this migration's first write.

    Models that are still to be created count as empty: a later load of the same migration must not take what this one
    puts into them for what was there before.
    """
    there = {s.model for s in ledger.snapshots(migration)}
    for model in touched_models(models):
        if model not in there:
            state = state_of(client, model)
            ledger.save_snapshot(migration, model, state.__dict__)


def compare_snapshots(client: OdooClient, ledger: Ledger, migration: str) -> list[Comparison]:
    """Every touched model, before and now."""
    compared = []
    for snapshot in ledger.snapshots(migration):
        before = ModelState(**snapshot.snapshot)
        after = state_of(client, snapshot.model)
        ours: list[int] = []
        others: list[int] = []
        if before.digest != after.digest and after.count:
            newer = [["id", ">", before.last_id]]
            # Of some models, such as mail.followers, Odoo does not keep who made a record: what the journal removed is gone,
            # and what came besides is not known to be ours.
            fields = [f for f in ("create_uid",) if f in client.fields_get(snapshot.model)]
            for rows in client.iter_search_read(snapshot.model, newer, ["id", *fields], context={"active_test": False}):
                for row in rows:
                    by_us = row.get("create_uid") and row["create_uid"][0] == client.uid
                    (ours if by_us else others).append(row["id"])
        compared.append(Comparison(snapshot.model, before, after, tuple(ours), tuple(others)))
    return compared
