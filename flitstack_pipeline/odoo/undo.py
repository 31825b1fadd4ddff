"""The ledger read backwards: what was created is removed, what was written is restored, what a person changed since is kept.

Every step is marked in the ledger as it is done, so that an interrupted rollback goes on where it stopped. What was kept stays
open there: another rollback looks at it again. What is gone is forgotten, so that another load makes it anew.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flitstack_pipeline.ledger.records import JournalEntry
from flitstack_pipeline.ledger.store import Ledger
from flitstack_pipeline.mapping.target import TargetField
from flitstack_pipeline.odoo.actions import ACTIONS, release
from flitstack_pipeline.odoo.canonical import canonical_to_odoo, from_odoo
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.consequences import Notes
from flitstack_pipeline.odoo.errors import OdooError, OdooMissing, OdooRejected, OdooUnsupported
from flitstack_pipeline.odoo.keeping import Place, changed_by_others, references, side_records
from flitstack_pipeline.odoo.keys import KEY_FIELD, QUIET, keys_like, split_key
from flitstack_pipeline.odoo.schema import remove_inherit_names, remove_mirrors

log = logging.getLogger(__name__)
SCHEMA_ORDER = (
    "ir.ui.view",
    "ir.ui.menu",
    "ir.actions.act_window",
    "ir.model.fields.selection",
    "ir.model.fields",
    "ir.model",
)
BATCH = 500


@dataclass(frozen=True)
class Kept:
    """Something that a rollback left in Odoo, and why."""

    model: str
    res_id: int
    what: str
    reason: str


@dataclass
class UndoResult:
    """How many records were removed and restored, per model, how many schema entries went, and what was kept."""

    removed: dict[str, int] = field(default_factory=dict)
    restored: dict[str, int] = field(default_factory=dict)
    schema: dict[str, int] = field(default_factory=dict)
    kept: list[Kept] = field(default_factory=list)


def undo_migration(
    client: OdooClient,
    ledger: Ledger,
    migration: str,
    *,
    run_id: str,
    keep_changed: bool,
    on_step: Callable[[str, int], None],
) -> UndoResult:
    """Undo all of a migration's journal, newest first; schema last, whenever it was made.

    `keep_changed`: a record that another user wrote to after us stays, and so does what it refers to. `on_step` gets
    what is being undone and how many.
    """
    changed = changed_by_others(client, ledger, migration, run_id) if keep_changed else {}
    undo = _Undo(client, ledger, migration, changed, keep_changed=keep_changed)
    for group in _groups(ledger.journal_backwards(migration, schema=False)):
        on_step(f"{group[0].op} {group[0].model}", len(group))
        undo.group(group)
    undo.deferred_sides()
    undo.strays()
    for model in SCHEMA_ORDER:
        entries = [e for e in ledger.journal_backwards(migration, schema=True) if e.model == model]
        if entries:
            on_step(f"schema {model}", len(entries))
            undo.schema(model, entries)
    return undo.result


def _groups(entries: Iterable[JournalEntry]) -> Iterator[list[JournalEntry]]:
    """Consecutive entries that are undone alike, at most `BATCH` at a time."""
    group: list[JournalEntry] = []
    for entry in entries:
        alike = group and (group[0].op, group[0].model, group[0].detail if entry.op == "action" else "") == (
            entry.op,
            entry.model,
            entry.detail if entry.op == "action" else "",
        )
        if group and (not alike or len(group) >= BATCH):
            yield group
            group = []
        group.append(entry)
    if group:
        yield group


class _Undo:
    def __init__(
        self,
        client: OdooClient,
        ledger: Ledger,
        migration: str,
        changed: Mapping[Place, str],
        *,
        keep_changed: bool,
    ) -> None:
        self._client, self._ledger, self._migration, self._keep_changed = client, ledger, migration, keep_changed
        self._changed = changed
        self._needed: dict[Place, str] = {}
        self._notes = Notes(client)
        self._unlink_context: Mapping[str, Mapping[str, Any]] = client.version.rule("unlink.context")
        self._kept_ids: set[Place] = set()
        self._kept_fields: set[str] = set()
        self._deferred: dict[Place, list[JournalEntry]] = {}
        self.result = UndoResult()

    def group(self, group: list[JournalEntry]) -> None:
        model = group[0].model
        if group[0].op in ("create", "side"):
            done = self._remove(model, group)
        elif group[0].op == "write":
            done = self._restore_all(model, group)
        else:
            done = self._undo_action(model, group)
        self._done(done)

    def _done(self, entries: Sequence[JournalEntry]) -> None:
        """Forget what is gone or as before, then say in the ledger that it is: in this order, for we may be killed between."""
        gone: dict[str, list[str]] = {}
        for entry in entries:
            if entry.op in ("create", "write") and entry.source_id:
                gone.setdefault(entry.record_set, []).append(entry.source_id)
        for record_set, source_ids in gone.items():
            self._ledger.forget_mapped(self._migration, record_set, source_ids)
        self._ledger.mark_undone([e.id for e in entries])

    def _remove(self, model: str, group: list[JournalEntry]) -> list[JournalEntry]:
        ids = self._without_kept(model, group)
        release(self._client, model, ids)
        removed = self._unlink(model, ids, defer=group if group[0].op == "side" else ())
        if removed:
            self.result.removed[model] = self.result.removed.get(model, 0) + removed
        return [e for e in group if (model, e.res_id) not in self._kept_ids and (model, e.res_id) not in self._deferred]

    def _there(self, model: str, ids: Sequence[int]) -> list[int]:
        """Those of the records that exist; none where the app that brought the model is gone."""
        try:
            return self._client.existing(model, ids)
        except OdooUnsupported:
            return []

    def _without_kept(self, model: str, group: Sequence[JournalEntry]) -> list[int]:
        """Ids of the group's records that are there and may go; those that stay are noted, with what they refer to."""
        there = set(self._there(model, [e.res_id for e in group]))
        while staying := [e for e in group if e.res_id in there and self._stays((model, e.res_id))]:
            ids = [e.res_id for e in staying]
            rows = self._client.read(model, ids, ["display_name"], context={**QUIET, "active_test": False})
            names = {row["id"]: str(row["display_name"]) for row in rows}
            for place in dict.fromkeys((model, i) for i in ids):
                self._keep(*place, names.get(place[1], ""), self._changed.get(place) or self._needed[place])
            self._need(model, staying)  # which may be others of this group
        return [e.res_id for e in group if e.res_id in there and (model, e.res_id) not in self._kept_ids]

    def _stays(self, place: Place) -> bool:
        return place not in self._kept_ids and (place in self._changed or place in self._needed)

    def _need(self, model: str, staying: Sequence[JournalEntry]) -> None:
        """What records refer to that stay has to stay too."""
        lines: set[str] = set()
        for record_set in {e.record_set for e in staying if e.source_id}:
            mapped = self._ledger.mapped(self._migration, record_set, [e.source_id for e in staying])
            lines.update(f for m in mapped.values() for f, v in m.values.items() if isinstance(v, list | tuple))
        for place, owner in references(self._client, model, [e.res_id for e in staying], lines).items():
            self._needed.setdefault(place, f"{model} {owner}, which is kept, refers to it")

    def deferred_sides(self) -> None:
        """Remove the side records that were still in use when their own record went: two records may share one."""
        for (model, res_id), entries in self._deferred.items():
            removed = self._unlink(model, self._there(model, [res_id]))
            self.result.removed[model] = self.result.removed.get(model, 0) + removed
            if (model, res_id) not in self._kept_ids:
                self._done(entries)

    def strays(self) -> None:
        """Remove records that carry a key of the migration and that the journal does not know.

        A run was killed during a create, and Odoo finished it after that had been looked into.
        """
        suffix = f".{KEY_FIELD}"
        entries = self._ledger.journal_backwards(self._migration, schema=True)
        models = [e.detail.removesuffix(suffix) for e in entries if e.detail.endswith(suffix)]
        # What belongs to another model's record that is kept: Odoo 14 copies a payment's key to its journal entry.
        homes = {e.record_set: e.model for e in self._ledger.journal_backwards(self._migration, schema=False)}
        for model in dict.fromkeys(models):  # newest first, so what refers to others goes before them
            found = self._carrying_a_key(model)
            ids = [i for i, rs in found.items() if (model, i) not in self._kept_ids and homes.get(rs, model) == model]
            if ids:
                log.warning("%d records of %s came after their call had been given up; removing them", len(ids), model)
                sides = side_records(self._client, model, ids)
                release(self._client, model, ids)
                self.result.removed[model] = self.result.removed.get(model, 0) + self._unlink(model, ids)
                for side, res_id in sides:
                    self._unlink(side, self._there(side, [res_id]))

    def _carrying_a_key(self, model: str) -> dict[int, str]:
        """Ids of records with a key of this migration, each with the record set that the key names."""
        # A rollback that was killed may have left Odoo taking the fields away right now: they come and go while it does.
        for wait in (1.0, 3.0, 8.0):
            try:
                return self._search_keys(model)
            except (OdooRejected, OdooUnsupported):
                time.sleep(wait)
        return self._search_keys(model)

    def _search_keys(self, model: str) -> dict[int, str]:
        self._client.refresh(model)
        if not self._client.has_model(model) or KEY_FIELD not in self._client.fields_get(model):
            return {}
        rows = self._client.search_read(model, keys_like(self._migration), [KEY_FIELD], context={"active_test": False})
        return {row["id"]: split_key(row[KEY_FIELD])[1] for row in rows}

    def _unlink(self, model: str, ids: Sequence[int], *, defer: Sequence[JournalEntry] = ()) -> int:
        """Delete, halving where Odoo refuses, so that one record that is in use does not keep the others."""
        if not ids:
            return 0
        try:
            # Some models, such as the locations of a warehouse, look their records up once more: the archived ones too, then.
            context = {**QUIET, "active_test": False, **self._unlink_context.get(model, {})}
            self._client.unlink(model, ids, context=context)
        except OdooError as error:
            if defer and len(ids) == 1:
                self._deferred[model, ids[0]] = [e for e in defer if e.res_id == ids[0]]
                return 0
            if len(ids) == 1:
                self._keep(model, ids[0], "", error.odoo_message or str(error))
                return 0
            middle = len(ids) // 2
            return self._unlink(model, ids[:middle], defer=defer) + self._unlink(model, ids[middle:], defer=defer)
        return len(ids)

    def _restore_all(self, model: str, group: list[JournalEntry]) -> list[JournalEntry]:
        """Restore before-images; of records that we created ourselves none is needed, for they are removed or kept whole."""
        ours: set[tuple[str, str]] = set()
        for record_set in dict.fromkeys(e.record_set for e in group):
            ids = [e.source_id for e in group if e.record_set == record_set]
            mapped = self._ledger.mapped(self._migration, record_set, ids)
            ours.update((record_set, m.source_id) for m in mapped.values() if m.origin == "created")
        open_ = [e for e in group if (e.record_set, e.source_id) in ours]
        rest = [e for e in group if (e.record_set, e.source_id) not in ours]
        self._ledger.mark_undone([e.id for e in open_])
        return [e for e in rest if self._restore(model, e)]

    def _restore(self, model: str, entry: JournalEntry) -> bool:
        """Restore one record as far as nobody else has changed it since; says whether all of it is as before, or gone."""
        before = entry.before or {}
        live = self._client.fields_get(model)
        targets = {
            f: TargetField.from_live(f, live[f])
            for f in before
            if f in live and live[f]["type"] not in ("binary", "one2many")
        }
        try:
            rows = self._client.read(model, [entry.res_id], list(targets), context={**QUIET, "active_test": False})
        except OdooMissing:
            rows = []
        if not rows:
            self._say(Kept(model, entry.res_id, "", "deleted by somebody since; it cannot be restored"))
            return True
        now = {f: from_odoo(rows[0][f], t) for f, t in targets.items()}
        # HTML was kept word for word: it is compared by what it says, and written as it was.
        was = {f: from_odoo(before[f], t) if t.type == "html" else before[f] for f, t in targets.items()}
        after = entry.after or {}
        edited = [f for f in targets if f in after and _differs(now[f], after[f]) and _differs(now[f], was[f])]
        if not self._keep_changed:
            edited = []
        values = {
            f: canonical_to_odoo(before[f], t)
            for f, t in targets.items()
            if f not in edited and _differs(now[f], was[f])
        }
        if edited:
            self._kept_fields.update(f"{model}.{f}" for f in edited)
            reason = "edited by somebody since; their values stay"
            self._say(Kept(model, entry.res_id, ", ".join(edited), reason))
        if values:
            self._notes.begin(model)
            self._client.write(model, [entry.res_id], values, context=QUIET)
            self._notes.remove(model, [entry.res_id])
        self.result.restored[model] = self.result.restored.get(model, 0) + 1
        return not edited

    def _undo_action(self, model: str, group: list[JournalEntry]) -> list[JournalEntry]:
        action = ACTIONS[group[0].detail]
        ids = self._without_kept(model, group)
        if ids:
            action.undo(self._client, ids)
        return [e for e in group if (model, e.res_id) not in self._kept_ids]

    def schema(self, model: str, entries: Sequence[JournalEntry]) -> None:
        """Remove schema entries of one kind in one call; names that hold kept records stay with them."""
        there = set(self._client.existing(model, [e.res_id for e in entries]))
        kept_models = self._kept_models()
        ids = []
        staying: dict[str, list[JournalEntry]] = {}
        for entry in entries:
            if entry.res_id not in there:
                continue
            named = entry.detail.partition("=")[0]  # `model`, `model.field` or `model.field=value`
            owner = named.rpartition(".")[0] if model.startswith("ir.model.fields") else named
            if owner in kept_models or named in self._kept_fields:
                self._kept_ids.add((model, entry.res_id))
                staying.setdefault(owner, []).append(entry)
            else:
                ids.append(entry.res_id)
        for owner, stay in staying.items():
            names = ", ".join(sorted(e.detail.removeprefix(f"{owner}.") for e in stay))
            self._say(Kept(model, stay[0].res_id, names, f"records of {owner} were kept, and this is part of them"))
        removed = self._unlink(model, ids)
        if model == "ir.model.fields":
            self._client.refresh()
            remove_mirrors(self._client, [e.detail for e in entries if (model, e.res_id) not in self._kept_ids])
        elif model == "ir.model":
            remove_inherit_names(self._client, [e.detail for e in entries if (model, e.res_id) not in self._kept_ids])
        self.result.schema[model] = self.result.schema.get(model, 0) + removed
        self._ledger.mark_undone([e.id for e in entries if (model, e.res_id) not in self._kept_ids])
        self._client.refresh()

    def _kept_models(self) -> set[str]:
        """Models of which records stay, and our own models that their fields lead to."""
        kept = {model for model, _ in self._kept_ids}
        ours = {e.detail for e in self._ledger.journal_backwards(self._migration, schema=True) if e.model == "ir.model"}
        for model in list(kept):
            known = self._client.fields_get(model) if self._client.has_model(model) else {}
            kept.update(
                str(i["relation"]) for f, i in known.items() if f.startswith("x_") and i.get("relation") in ours
            )
        return kept

    def _keep(self, model: str, res_id: int, what: str, reason: str) -> None:
        self._kept_ids.add((model, res_id))
        self._say(Kept(model, res_id, what, reason))

    def _say(self, kept: Kept) -> None:
        log.warning("kept %s %s %s: %s", kept.model, kept.res_id, kept.what, kept.reason)
        self.result.kept.append(kept)


def _differs(one: Any, other: Any) -> bool:
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return list(one) != list(other)
    return bool(one != other)
