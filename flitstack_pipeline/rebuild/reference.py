"""The rebuild reference of a migration: one entry for each row of the objects that the map says are to be built anew."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from flitstack_pipeline.mapping.spec import ObjectSpec, SystemMap
from flitstack_pipeline.rebuild.build import Proposer
from flitstack_pipeline.rebuild.dataverse import read_workflow
from flitstack_pipeline.rebuild.entries import Build, Entry, LeftBehind, LeftOut, ObjectCount, Origin, RebuildReference
from flitstack_pipeline.rebuild.labels import Labels
from flitstack_pipeline.rebuild.parts import Parts
from flitstack_pipeline.rebuild.rules import read_rules
from flitstack_pipeline.rebuild.spec import RebuildSpec
from flitstack_pipeline.redact import redact, redact_values
from flitstack_pipeline.sources.base import ObjectExtract, RejectedRow, iter_rejects, iter_rows
from flitstack_pipeline.transform.apply import filled
from flitstack_pipeline.transform.conditions import holds
from flitstack_pipeline.transform.related import ChildRows, JoinedRows, OpenTable, table_reader

Row = Mapping[str, Any]

READERS: Mapping[str, Callable[[RebuildSpec, Row], Parts]] = {
    "rules": read_rules,
    "dataverse_workflow": read_workflow,
}

LONGEST_RAW = 20_000
"""Characters of what a row says that an unreadable entry keeps."""


class Run(Protocol):
    """What is needed of a migration's run."""

    @property
    def id(self) -> str: ...
    @property
    def system(self) -> SystemMap: ...
    @property
    def extracts(self) -> Path: ...
    def extracted(self, name: str) -> ObjectExtract:
        """What the last extraction of an object found."""
        ...


def rebuild_reference(run: Run) -> RebuildReference:
    """Make the reference out of the extracts. Every row is an entry or left out by a rule; the counts say so object by object."""
    entries: list[Entry] = []
    counts: list[ObjectCount] = []
    behind: list[LeftBehind] = []
    for name, obj in run.system.objects.items():
        if obj.rebuild_as:
            found = _Entries(run, name, obj)
            entries += found.entries
            counts.append(found.count())
        elif not obj.migrates:
            extract = run.extracted(name)
            rows = extract.rows + extract.rejected
            behind.append(
                LeftBehind(object=name, title=obj.title or name, rows=rows, reason=obj.reason, rebuild=obj.rebuild)
            )
    return RebuildReference(
        migration=run.id,
        system=run.system.system,
        entries=tuple(entries),
        counts=tuple(counts),
        left_behind=tuple(behind),
    )


class _Entries:
    """The entries of one object."""

    def __init__(self, run: Run, name: str, obj: ObjectSpec) -> None:
        self._name, self._obj = name, obj
        self._extract = run.extracted(name)
        read = table_reader(run.extracts)
        self._labels = Labels(run.system, run.extracts)
        self._rules = [_Rule(run.system, spec, read) for spec in obj.rebuild_as]
        self._left: Counter[str] = Counter()
        self.entries = [*self._read(), *map(self._rejected, iter_rejects(self._extract))]

    def count(self) -> ObjectCount:
        """Rows in, entries out."""
        rows = self._extract.rows + self._extract.rejected
        left = sum(self._left.values())
        return ObjectCount(
            object=self._name,
            title=self._obj.title or self._name,
            rows=rows,
            entries=len(self.entries),
            unreadable=sum(1 for e in self.entries if e.problem),
            left_out=tuple(LeftOut(reason=reason, rows=n) for reason, n in self._left.items()),
            missing=rows - len(self.entries) - left,
        )

    def _read(self) -> Iterator[Entry]:
        for batch in iter_rows(self._extract):
            for row in batch:
                whole, rule = self._rule(row)
                if rule is None:
                    yield self._unread(row, "no rule of the map says how to read it")
                elif rule.spec.leave_out:
                    self._left[rule.spec.leave_out] += 1
                else:
                    yield self._entry(rule, whole)

    def _rule(self, row: dict[str, Any]) -> tuple[dict[str, Any], "_Rule | None"]:
        for rule in self._rules:
            whole = rule.whole(row)
            if holds(rule.spec.where, whole):
                return whole, rule
        return row, None

    def _entry(self, rule: "_Rule", row: dict[str, Any]) -> Entry:
        parts = self._labelled(rule.read(row))
        kind = parts.kind or rule.spec.kind
        entry = Entry(
            id=f"{self._name}/{row['_id']}",
            kind=kind,
            name=parts.name or str(row["_id"]),
            object=self._name,
            source_id=str(row["_id"]),
            origin=self._origin(str(row["_id"]), row.get("_file"), row.get("_row")),
            owner=parts.owner,
            active=parts.active,
            trigger=parts.trigger,
            conditions=parts.conditions,
            actions=tuple("  " * s.depth + s.text for s in parts.steps),
            details=dict(parts.details),
            group=filled(rule.spec.group, row),
            build=rule.proposer.propose(kind, parts, row),
            problem=parts.problem,
            raw=_raw(row) if parts.problem else None,
        )
        return Entry.model_validate(redact_values(entry.model_dump()))

    def _labelled(self, parts: Parts) -> Parts:
        """The parts with the labels of choices, where the entry is about a table that has them."""
        tests = [
            t
            if isinstance(t.value, list) or t.value is None
            else replace(t, label=self._labels.of(parts.object, t.field, t.value))
            for t in parts.tests
        ]
        return replace(parts, tests=tuple(tests))

    def _unread(self, row: Row, problem: str) -> Entry:
        source_id = str(row["_id"])
        return self._bare(source_id, self._origin(source_id, row.get("_file"), row.get("_row")), problem, _raw(row))

    def _rejected(self, reject: RejectedRow) -> Entry:
        problem = f"{reject.column}: {reject.reason}" if reject.column else reject.reason
        at = f"{reject.file} row {reject.row}"
        return self._bare(
            reject.source_id or at,
            self._origin(reject.source_id or "", reject.file, reject.row),
            problem,
            _raw(reject.raw),
        )

    def _bare(self, source_id: str, origin: Origin, problem: str, raw: str) -> Entry:
        return Entry(
            id=f"{self._name}/{source_id}",
            kind="other",
            name=redact(source_id),
            object=self._name,
            source_id=source_id,
            origin=origin,
            build=Build(make="nothing", note="read what the source says and decide"),
            problem=redact(problem),
            raw=raw,
        )

    def _origin(self, source_id: str, file: Any, row: Any) -> Origin:
        entity = self._obj.entity[0] if self._obj.entity else ""
        number = int(row) if row is not None else None
        return Origin(file=str(file or ""), row=number, entity=entity, id=source_id if entity else "")


class _Rule:
    """One alternative of `rebuild_as`, with the rows that it joins."""

    def __init__(self, system: SystemMap, spec: RebuildSpec, read: OpenTable) -> None:
        self.spec = spec
        self.proposer = Proposer(system, spec)
        self._joins = {a: _joined(read, system, join) for a, join in spec.joins.items()}
        self._children = {
            name: (merge, ChildRows(read, merge), {a: _joined(read, system, j) for a, j in merge.joins.items()})
            for name, merge in spec.children.items()
        }

    def whole(self, row: dict[str, Any]) -> dict[str, Any]:
        """A row with its joins and merged children."""
        whole = dict(row)
        for alias, rows in self._joins.items():
            whole.update(rows.columns_for(alias, whole))
        for name, (merge, children, joins) in self._children.items():
            texts = []
            for child in children.of(whole):
                found = dict(child)
                for alias, rows in joins.items():
                    found.update(rows.columns_for(alias, found))
                if holds(merge.where, found):
                    texts.append(filled(merge.template, found))
            whole[name] = merge.separator.join(texts) or None
        return whole

    def read(self, row: Row) -> Parts:
        return READERS[self.spec.reader](self.spec, row)


def _joined(read: OpenTable, system: SystemMap, join: Any) -> JoinedRows:
    return JoinedRows(read, join, [n for n, c in system.objects[join.object].columns.items() if not c.secret])


def _raw(row: Row) -> str:
    """What a row says, as JSON, secrets masked."""
    said = {k: v for k, v in row.items() if v is not None and not k.startswith("_")}
    text = json.dumps(redact_values(said), ensure_ascii=False, indent=1, default=str)
    return text if len(text) <= LONGEST_RAW else f"{text[:LONGEST_RAW]}…"
