"""Extract every source object, profile every field, and find every row that joins to nothing."""

from collections import Counter
from dataclasses import asdict
from itertools import islice
from typing import Any

from flitstack_pipeline.mapping.spec import SystemMap
from flitstack_pipeline.mapping.walk import children_of, places
from flitstack_pipeline.outcomes import Counts
from flitstack_pipeline.progress import current
from flitstack_pipeline.rebuild.reference import rebuild_reference
from flitstack_pipeline.reports.rebuild import write_rebuild
from flitstack_pipeline.sources.base import ObjectExtract
from flitstack_pipeline.sources.integrity import Orphan, Relation, check_relations, iter_orphans
from flitstack_pipeline.sources.profile import profile_object
from flitstack_pipeline.stages.result import EXIT_DONE, VerbResult
from flitstack_pipeline.stages.run import MigrationRun

ORPHANS_SHOWN = 2000
KNOWN = ("manifest", "attachments")  # belong to no object, and are used all the same


def extract_object(run: MigrationRun, name: str) -> ObjectExtract:
    """Extract one object anew."""
    progress, task = current(), f"extract {name}"
    progress.start(task, 0)
    extract = run.extract(name)
    rejected = f", {extract.rejected:,} rows could not be read" if extract.rejected else ""
    progress.finish(task, f"{extract.rows:,} rows{rejected}")
    return extract


def inventory(run: MigrationRun) -> VerbResult:
    """Profile what was extracted; the details hold files, columns, rejects and orphans for the report."""
    extracts = {name: run.extracted(name) for name in run.system.objects}
    links = relations(run.system)
    checked = check_relations(run.extracts, links)
    orphans = sum(f.orphans for f in checked)
    unmatched = [f for f in run.source().files() if f.object is None and f.format not in KNOWN]
    rejected = sum(e.rejected for e in extracts.values())
    reference = rebuild_reference(run)
    written = write_rebuild(reference, run.reports, title=run.migration.title, run_id=run.run_id)
    problems = [*(f"{f.file} belongs to no object of the map" for f in unmatched), *reference.problems]
    details: dict[str, Any] = {
        "files": [asdict(f) for e in extracts.values() for f in e.files] + [asdict(f) for f in unmatched],
        "columns": {name: [asdict(c) for c in e.columns] for name, e in extracts.items()},
        "profiles": {name: asdict(profile_object(e)) for name, e in extracts.items()},
        "orphans": [_orphan(o) for o in islice(iter_orphans(run.extracts, links), ORPHANS_SHOWN)],
        "relations": [
            {**asdict(f.relation), "rows": f.rows, "filled": f.filled, "orphans": f.orphans} for f in checked
        ],
        "titles": {name: obj.title or name for name, obj in run.system.objects.items()},
        "not_migrated": {
            name: [obj.reason, obj.rebuild] for name, obj in run.system.objects.items() if not obj.migrates
        },
    }
    total = sum(e.rows + e.rejected for e in extracts.values())
    return VerbResult(
        migration=run.id,
        verb="inventory",
        run_id=run.run_id,
        ok=True,
        exit_code=EXIT_DONE,
        objects={name: Counts(extracted=e.rows + e.rejected) for name, e in extracts.items()},
        problems=tuple(problems),
        reports=written,
        summary=f"{total:,} rows in {len(extracts)} objects; {rejected:,} could not be read, {orphans:,} join to nothing",
        next_step=f"flitstack plan {run.id}",
        details=details,
    )


def _orphan(orphan: Orphan) -> dict[str, Any]:
    reason = f"there is no {orphan.parent} {orphan.value}" + (f": {orphan.hint}" if orphan.hint else "")
    return {**asdict(orphan), "reason": reason}


def _relation(system: SystemMap, child: str, column: str, parent: str) -> Relation:
    """One relation. Of a lookup to several tables only the rows that mean this one count."""
    table = f"{column}__table"
    if table in system.objects[child].columns and (tables := system.objects[parent].entity):
        return Relation(child, column, parent, table, tuple(tables))
    return Relation(child, column, parent)


def relations(system: SystemMap) -> list[Relation]:
    """Which column refers to which object, as the map's lookups, joins and child rows have it."""
    found: dict[tuple[str, str, str], Relation] = {}
    homes = {name: records.from_ for name, (_, records) in system.record_sets().items()}
    for name, (model, records) in system.record_sets().items():
        links = [(records.from_, join.on, join.object) for join in records.joins.values() if not join.by]
        for place in places(model, name, records):
            lookup = place.field.lookup
            if (
                lookup
                and len(lookup.records) == 1
                and len(place.field.from_) == 1
                and not lookup.many
                and "." not in place.field.from_[0]
            ):
                links.append((place.object, place.field.from_[0], homes[lookup.records[0]]))
            if (children := children_of(place.field)) and children.on == "_id" and len(children.parent) == 1:
                links.append((children.from_, children.parent[0], place.object))
        for child, column, parent in links:
            if (
                column in system.objects[child].columns
                and not system.objects[parent].rows
                and not system.objects[parent].derived_from
            ):
                found[child, column, parent] = _relation(system, child, column, parent)
    # A column that may mean one of several objects, and does not say which, cannot be judged by any of them.
    meanings = Counter((r.child, r.column) for r in found.values() if not r.tables)
    return [r for r in found.values() if r.tables or meanings[r.child, r.column] == 1]
