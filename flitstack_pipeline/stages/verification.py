"""Read back and compare one model; the finding is kept as a file, so that checks and report of a run share one reading."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

from flitstack_pipeline.mapping.compile import CompiledModel, CompiledRecords
from flitstack_pipeline.odoo.keys import KEY_FIELD, keys_like
from flitstack_pipeline.progress import current
from flitstack_pipeline.stages.result import ModelFigures
from flitstack_pipeline.stages.run import MigrationRun
from flitstack_pipeline.verify.diff import Difference, FieldTally, RecordSetComparison, RecordSetDiff
from flitstack_pipeline.verify.differences_file import DifferencesFile, read_differences
from flitstack_pipeline.verify.schemas import SchemaFailure, read_back_schema, schema_failures, tallies_frame

MAX_FAILURES = 1000


@dataclass(frozen=True)
class Identity:
    """Records of one record set by the ledger and by the keys in Odoo: equal, or something was lost or doubled."""

    record_set: str
    in_ledger: int
    in_odoo: int

    @property
    def agrees(self) -> bool:
        return self.in_ledger == self.in_odoo


@dataclass(frozen=True)
class ModelVerification:
    """Everything that was found out about one model in one run."""

    model: str
    run_id: str
    figures: ModelFigures
    fields: Mapping[str, Mapping[str, Any]]
    failures: tuple[SchemaFailure, ...]
    identities: tuple[Identity, ...]
    used: tuple[Mapping[str, str], ...]
    differences_path: Path
    tallies: pd.DataFrame = field(repr=False)

    def differences(self, limit: int | None = None) -> list[Difference]:
        """The differences, from their Parquet file."""
        return list(islice(read_differences(self.differences_path), limit))


def verify_once(run: MigrationRun, name: str) -> ModelVerification:
    """The verification of a model in this run; Odoo is read at the first call only."""
    path = run.folder / "diff" / f"{name}.parquet"
    saved = path.with_suffix(".json")
    if saved.is_file() and (data := json.loads(saved.read_text("utf-8")))["run_id"] == run.run_id:
        return _from_json(data, path)
    model = run.compiled.model(name)
    diffs: list[RecordSetDiff] = []
    failures: list[SchemaFailure] = []
    with DifferencesFile(path) as file:
        for records in () if model.absent else model.records:
            diffs.append(_compare(run, records, file, failures))
    data = {
        "model": name,
        "run_id": run.run_id,
        "figures": _figures(diffs).as_dict(),
        "fields": {f"{d.record_set}.{n}": _tally(t) for d in diffs for n, t in d.fields.items()},
        "tallies": tallies_frame(diffs).to_dict("records"),
        "failures": [asdict(f) for f in failures[:MAX_FAILURES]],
        "identities": [asdict(i) for i in _identities(run, model)],
        "used": [a.model_dump() for d in diffs for a in d.used],
    }
    temporary = saved.with_suffix(".json.tmp")
    temporary.write_text(json.dumps(data, ensure_ascii=False, indent=1), "utf-8")
    temporary.replace(saved)
    return _from_json(data, path)


def _compare(
    run: MigrationRun, records: CompiledRecords, file: DifferencesFile, failures: list[SchemaFailure]
) -> RecordSetDiff:
    comparison = RecordSetComparison(
        records,
        client=run.client,
        resolver=run.resolver,
        ledger=run.ledger,
        migration=run.id,
        accepted=run.migration.accepted_differences,
    )
    schema = read_back_schema(records)
    progress, task = current(), f"compare {records.model} ← {records.name}"
    progress.start(task, run.extracted(records.spec.from_).rows)
    for batch in run.prepared(records):
        file.write(comparison.compare(batch))
        failures += schema_failures(schema, comparison.frames)
        progress.advance(task, len(batch))
    tally = comparison.tally
    progress.finish(
        task, f"{tally.values_compared:,} values of {tally.records:,} records, {tally.differences:,} different"
    )
    return tally


def _figures(diffs: list[RecordSetDiff]) -> ModelFigures:
    return ModelFigures(
        records=sum(d.records for d in diffs),
        values_compared=sum(d.values_compared for d in diffs),
        differences=sum(d.unexplained for d in diffs),
        accepted=sum(d.differences - d.unexplained for d in diffs),
    )


def _tally(tally: FieldTally) -> dict[str, Any]:
    return {**asdict(tally), "unexplained": tally.unexplained}


def _identities(run: MigrationRun, model: CompiledModel) -> list[Identity]:
    # Before the first load a custom model is not there yet, and no record has a key.
    if model.absent or not run.client.has_model(model.model) or KEY_FIELD not in run.client.fields_get(model.model):
        return []
    found = []
    for records in model.records:
        in_ledger = sum(m.origin == "created" for batch in run.ledger.iter_mapped(run.id, records.name) for m in batch)
        domain = keys_like(run.id, records.name)
        in_odoo = run.client.search_count(model.model, domain, context={"active_test": False})
        found.append(Identity(records.name, in_ledger, in_odoo))
    return found


def _from_json(data: Mapping[str, Any], path: Path) -> ModelVerification:
    columns = {"field": str, "compared": int, "different": int, "accepted": int, "unexplained": int}
    return ModelVerification(
        model=data["model"],
        run_id=data["run_id"],
        figures=ModelFigures(**data["figures"]),
        fields=data["fields"],
        failures=tuple(SchemaFailure(**f) for f in data["failures"]),
        identities=tuple(Identity(**i) for i in data["identities"]),
        used=tuple(data["used"]),
        differences_path=path,
        tallies=pd.DataFrame(data["tallies"], columns=list(columns)).astype(columns),
    )
