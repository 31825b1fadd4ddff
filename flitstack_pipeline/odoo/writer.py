"""Writes to Odoo such that every record exists exactly once, whatever breaks in between.

Before a call leaves, the ledger has its intent; after it, in one transaction, the journal and the id map. A create carries the
record's key and its XML ID, which Odoo's database lets exist only once: when a reply is lost, or a run was killed, sending
again can double nothing. A batch that Odoo refuses is halved until the bad record stands alone: Odoo has undone the rest.
"""

import logging
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flitstack_pipeline.errors import OutcomeUnknown, TerminalError
from flitstack_pipeline.ledger.records import MappedRecord, NewJournalEntry, Origin
from flitstack_pipeline.ledger.store import Ledger
from flitstack_pipeline.mapping.compile import CompiledRecords
from flitstack_pipeline.odoo.beside import beside
from flitstack_pipeline.odoo.canonical import canonical_to_odoo, from_odoo, to_odoo
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.consequences import LAST_NOTE, Images, Notes, followers, images
from flitstack_pipeline.odoo.displaced import Displaced
from flitstack_pipeline.odoo.errors import OdooMissing, OdooRejected
from flitstack_pipeline.odoo.keys import KEY_FIELD, QUIET, guard_field, record_key, xml_module, xml_name
from flitstack_pipeline.odoo.resolve import Resolved
from flitstack_pipeline.odoo.traits import ALONE, MAX_BATCH, PRECOMPUTED
from flitstack_pipeline.odoo.versions import field_name

log = logging.getLogger(__name__)
MAX_CALL_BYTES = 16 * 1024 * 1024
SETTLE_SECONDS = (1.0, 3.0, 8.0, 20.0, 45.0)
DUPLICATE = "ir_model_data_module_name_uniq"


@dataclass(frozen=True)
class Refused:
    """A record that Odoo did not take. `field`: the one that Odoo's message names, if it names one."""

    record: Resolved
    field: str
    reason: str


@dataclass(frozen=True)
class Written:
    """What became of a batch: ids by source id, and what Odoo refused."""

    ids: Mapping[str, int]
    refused: tuple[Refused, ...] = ()


class Writer:
    """Creates and updates records of one migration in one run."""

    def __init__(
        self,
        client: OdooClient,
        ledger: Ledger,
        migration: str,
        run_id: str,
        *,
        guard: Callable[[], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`guard` is called before every create, to see to it that models have the field that carries XML IDs."""
        self._client = client
        self._ledger = ledger
        self._migration = migration
        self._run_id = run_id
        self._guard = guard
        self._notes = Notes(client)
        self._sleep = sleep

    def key(self, records: CompiledRecords, source_id: str) -> str:
        """The key of a record in this migration."""
        return record_key(self._migration, records.name, source_id)

    def existing(self, records: CompiledRecords, source_ids: Sequence[str]) -> dict[str, int]:
        """Ids of the records that Odoo has under these keys; one search. More than one under a key is an error."""
        keys = {self.key(records, s): s for s in source_ids}
        context = {**QUIET, "active_test": False}
        rows = self._client.search_read(records.model, [[KEY_FIELD, "in", list(keys)]], [KEY_FIELD], context=context)
        found: dict[str, int] = {}
        for row in rows:
            source_id = keys[row[KEY_FIELD]]
            if source_id in found:
                raise TerminalError(
                    f"{records.model} {found[source_id]} and {row['id']} both carry the key {row[KEY_FIELD]}",
                    hint="one of them is a copy, or came late; empty the key of the wrong one in Odoo, then load again",
                )
            found[source_id] = row["id"]
        return found

    def create(self, records: CompiledRecords, batch: Sequence[Resolved]) -> Written:
        """Create a batch; slow models and big contents are sent in several calls."""
        if self._guard:
            self._guard()
        ids: dict[str, int] = {}
        refused: list[Refused] = []
        alone = [r for r in batch if any(r.values.get(f) for f in ALONE.get(records.model, ()))]
        together = [r for r in batch if r not in alone] if alone else batch
        for part in (*_by_size(together, MAX_BATCH.get(records.model, len(batch))), *([r] for r in alone)):
            self._create(records, part, ids, refused)
        return Written(ids, tuple(refused))

    def _create(
        self, records: CompiledRecords, batch: Sequence[Resolved], ids: dict[str, int], refused: list[Refused]
    ) -> None:
        intent = self._ledger.open_intent(
            self._migration,
            self._run_id,
            model=records.model,
            record_set=records.name,
            op="create",
            keys=[self.key(records, r.source_id) for r in batch],
        )
        displaced = Displaced(self._client, records.model, [r.raw for r in batch])
        try:
            made = self._create_once(records, batch)
        except OdooRejected as error:
            self._ledger.close_intent(intent, "failed")
            if len(batch) == 1:
                refused.append(
                    Refused(batch[0], _field_in(error.odoo_message, records), error.odoo_message or str(error))
                )
                return
            middle = len(batch) // 2
            self._create(records, batch[:middle], ids, refused)
            self._create(records, batch[middle:], ids, refused)
            return
        self.record_created(records, batch, made, intent, displaced.settle(records.name))
        ids.update(made)

    def _create_once(self, records: CompiledRecords, batch: Sequence[Resolved]) -> dict[str, int]:
        """One create, sent again after a lost reply.

        The XML ID inside it is unique in Odoo's database: a second arrival, however late the first one ends, is refused as a
        duplicate, and that refusal says that the first one was carried out.
        """
        # "manual": not the mirror of the field of a model that this one inherits from.
        guarded = bool(self._client.fields_get(records.model).get(guard_field(records.model), {}).get("manual"))
        payload = [self._payload(records, r, guarded=guarded) for r in batch]
        context = {**QUIET, **records.spec.context}
        for wait in (*SETTLE_SECONDS, None):
            try:
                made = self._client.create(records.model, payload, context=context)
                return dict(zip((r.source_id for r in batch), made, strict=True))
            except OutcomeUnknown:
                log.warning(
                    "%s: the reply to a create of %d was lost; finding out what came of it", records.model, len(batch)
                )
                if wait is None:
                    raise
                # Without the guard a second arrival would double the records: only after all patience is it sent again.
                if found := self._look(records, batch, (wait,) if guarded else SETTLE_SECONDS):
                    return found
            except OdooRejected as error:
                if DUPLICATE not in error.odoo_message + str(error):
                    raise
                found = self.existing(records, [r.source_id for r in batch])
                if len(found) == len(batch):
                    return found
                if not found:
                    raise self._taken(records, batch) from error
                rest = [r for r in batch if r.source_id not in found]
                return {**found, **self._create_once(records, rest)}
        raise AssertionError("unreachable: the last round returns or raises")

    def _look(self, records: CompiledRecords, batch: Sequence[Resolved], waits: Sequence[float]) -> dict[str, int]:
        """Look for the records of a lost create, until they are there or the last wait is over."""
        for wait in waits:
            self._sleep(wait)
            if found := self.existing(records, [r.source_id for r in batch]):
                return found
        return {}

    def _taken(self, records: CompiledRecords, batch: Sequence[Resolved]) -> TerminalError:
        return TerminalError(
            f"{records.model}: XML IDs of {len(batch)} records (from {self.key(records, batch[0].source_id)} on) are taken, but no "
            "record carries their keys",
            hint=f"they are left over in Odoo under the module {xml_module(self._migration)}: remove them there (Settings, "
            "Technical, External Identifiers), then load again",
        )

    def _payload(self, records: CompiledRecords, record: Resolved, *, guarded: bool) -> dict[str, Any]:
        values = {f: to_odoo(v, records.targets[f], records.lines.get(f)) for f, v in record.raw.items()}
        if guarded:
            name = xml_name(records.name, record.source_id)
            xml_id = {"module": xml_module(self._migration), "name": name, "model": records.model, "noupdate": True}
            values[guard_field(records.model)] = [[0, 0, xml_id]]
        return {KEY_FIELD: self.key(records, record.source_id), **self._beside(records.model), **values}

    def _beside(self, model: str) -> dict[str, object]:
        """What is given to every record of a model unless the map gives it, as far as this Odoo has the fields."""
        live = self._client.fields_get(model)
        found = {field_name(model, name, live): value for name, value in PRECOMPUTED.get(model, {}).items()}
        return {f: v or (v if live[f]["type"].endswith("2many") else False) for f, v in found.items() if f}

    def record_created(
        self,
        records: CompiledRecords,
        batch: Sequence[Resolved],
        ids: Mapping[str, int],
        intent: int | None,
        displaced: Sequence[NewJournalEntry] = (),
    ) -> None:
        """Put created records into journal and id map, with what Odoo made beside them and did to others for them."""
        # What Odoo made beside them comes first: undone backwards, it is removed after the records that need it.
        journal = [*displaced]
        journal += self._side_records(records, [ids[r.source_id] for r in batch])
        journal += [
            NewJournalEntry(records.model, ids[r.source_id], "create", records.name, r.source_id, after=dict(r.values))
            for r in batch
        ]
        mapped = [self.mapped(records, r, ids[r.source_id], "created") for r in batch]
        if intent is None:
            self._ledger.add_journal(self._migration, self._run_id, journal)
            self._ledger.save_mapped(self._migration, mapped)
        else:
            self._ledger.close_intent(intent, "done", journal=journal, mapped=mapped)

    def _side_records(self, records: CompiledRecords, ids: Sequence[int]) -> list[NewJournalEntry]:
        return [
            NewJournalEntry(
                side.model, side.res_id, "side", records.name, detail=f"made by Odoo with {records.model} {side.owner}"
            )
            for side in beside(self._client, records.model, ids, given=records.targets)
        ]

    def mapped(
        self, records: CompiledRecords, record: Resolved, res_id: int, origin: Origin, state: str = ""
    ) -> MappedRecord:
        """An id map entry for a record as it was last written."""
        return MappedRecord(
            records.name,
            record.source_id,
            records.model,
            res_id,
            origin,
            dict(record.values),
            record.fingerprint,
            state,
            self._run_id,
        )

    def read_current(
        self, records: CompiledRecords, ids: Sequence[int], fields: Sequence[str]
    ) -> dict[int, dict[str, Any]]:
        """Current values in canonical form; one2many fields are left out (they are never overwritten in place)."""
        plain = [f for f in fields if records.targets[f].type != "one2many"]
        rows = self._client.read(records.model, list(ids), plain, context={**QUIET, "active_test": False})
        return {row["id"]: {f: from_odoo(row[f], records.targets[f]) for f in plain} for row in rows}

    def write(self, records: CompiledRecords, changes: Sequence["Change"]) -> tuple[list["Change"], list[Refused]]:
        """Write changed fields, one call per distinct set of values; returns what was written and what was refused."""
        done: list[Change] = []
        refused: list[Refused] = []
        groups: dict[str, list[Change]] = {}
        alone = ALONE.get(records.model, ())
        for change in changes:
            own = str(change.res_id) if any(change.after.get(f) for f in alone) else ""
            groups.setdefault(repr(sorted(change.after.items(), key=lambda kv: kv[0])) + own, []).append(change)
        self._notes.begin(records.model)
        was = self._before(records, [c for c in changes if c.origin == "updated"])
        for group in groups.values():
            self._write_group(records, group, was, done, refused)
        self._notes.remove(records.model, [c.res_id for c in done])
        return done, refused

    def _before(self, records: CompiledRecords, theirs: Sequence["Change"]) -> Images:
        """What a rollback needs to know of records that Odoo had, beyond what is written: HTML as it is, and what follows."""
        if not theirs:
            return {}
        written = {f for c in theirs for f in c.after}
        html = {f: records.targets[f] for f in written if records.targets[f].type == "html"}
        fields = {**html, **followers(self._client, records.model, written)}
        return images(self._client, records.model, [c.res_id for c in theirs], fields)

    def _write_group(
        self,
        records: CompiledRecords,
        group: list["Change"],
        was: Images,
        done: list["Change"],
        refused: list[Refused],
    ) -> None:
        first = group[0]
        values = {}
        for field in first.after:
            target = records.targets[field]
            whole = target.type in ("binary", "html", "one2many")
            raw = first.record.raw.get(field)
            values[field] = (
                to_odoo(raw, target, records.lines.get(field))
                if whole
                else canonical_to_odoo(first.after[field], target)
            )
            if target.type == "one2many":
                values[field] = [[5, 0, 0], *values[field]]
        keys = [self.key(records, c.record.source_id) for c in group]
        # The id and the newest message: for a run that is killed right here.
        before = [{"id": c.res_id, LAST_NOTE: self._notes.last, **_image(c, was)} for c in group]
        intent = self._ledger.open_intent(
            self._migration,
            self._run_id,
            model=records.model,
            record_set=records.name,
            op="write",
            keys=keys,
            before=before,
        )
        try:
            self._client.write(
                records.model, [c.res_id for c in group], values, context={**QUIET, **records.spec.context}
            )
        except (OdooRejected, OdooMissing) as error:
            self._ledger.close_intent(intent, "failed")
            if len(group) > 1:
                for change in group:
                    self._write_group(records, [change], was, done, refused)
            else:
                refused.append(
                    Refused(first.record, _field_in(error.odoo_message, records), error.odoo_message or str(error))
                )
            return
        follow = followers(self._client, records.model, first.after) if was else {}
        now = (
            images(self._client, records.model, [c.res_id for c in group if c.res_id in was], follow) if follow else {}
        )
        journal = [self._written(records, c, was, now) for c in group]
        self._ledger.close_intent(
            intent,
            "done",
            journal=journal,
            mapped=[self.mapped(records, c.record, c.res_id, c.origin, c.state) for c in group],
        )
        done.extend(group)

    def _written(self, records: CompiledRecords, change: "Change", was: Images, now: Images) -> NewJournalEntry:
        """The journal entry of a write: of what follows only those fields that really did."""
        image = _image(change, was)
        followed = {
            f: v
            for f, v in now.get(change.res_id, {}).items()
            if f in image and f not in change.after and v != image[f]
        }
        before = {f: v for f, v in image.items() if f in change.after or f in followed}
        after = {**change.after, **followed}
        return NewJournalEntry(
            records.model, change.res_id, "write", records.name, change.record.source_id, before=before, after=after
        )


@dataclass(frozen=True)
class Change:
    """Fields of an existing record that are to be written: what they are now and what they shall be, in canonical form."""

    record: Resolved
    res_id: int
    origin: Origin
    state: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def _image(change: Change, was: Images) -> dict[str, Any]:
    """Everything that a rollback may have to write again."""
    extra = {f: v for f, v in was.get(change.res_id, {}).items() if f in change.before or f not in change.after}
    return {**change.before, **extra}


def _by_size(batch: Sequence[Resolved], most: int) -> list[list[Resolved]]:
    """Parts of at most `most` records whose binary contents stay within what one call should carry."""
    parts: list[list[Resolved]] = [[]]
    size = 0
    for record in batch:
        weight = sum(v["size"] for v in record.values.values() if isinstance(v, dict) and "size" in v) * 4 // 3
        if parts[-1] and (size + weight > MAX_CALL_BYTES or len(parts[-1]) >= most):
            parts.append([])
            size = 0
        parts[-1].append(record)
        size += weight
    return [p for p in parts if p]


def _field_in(message: str, records: CompiledRecords) -> str:
    """The mapped field that Odoo's message names, by technical name or label; "" if none or several."""
    named = [f for f in records.targets if re.search(rf"(?<![A-Za-z0-9_]){re.escape(f)}(?![A-Za-z0-9_])", message)]
    if not named:
        named = [
            f
            for f, t in records.targets.items()
            if t.label and re.search(rf"['\"“(]{re.escape(t.label)}['\"”)]", message)
        ]
    return named[0] if len(named) == 1 else ""
