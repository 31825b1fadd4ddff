"""The engine as a Dagster resource: opens a migration for a run, keeps it open between the run's steps, and translates errors."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
from pydantic import PrivateAttr

from flitstack_pipeline.errors import FlitstackError, Problem, TransientError
from flitstack_pipeline.ledger.store import Ledger
from flitstack_pipeline.orchestration.verbs import in_ui, next_steps
from flitstack_pipeline.redact import redact
from flitstack_pipeline.settings import load_settings
from flitstack_pipeline.stages.result import failed_result
from flitstack_pipeline.stages.run import MigrationRun

PARTITION_TAG = "dagster/partition"
log = logging.getLogger(__name__)


class Engine(dg.ConfigurableResource):
    """FlitStack itself; there is nothing to configure here."""

    # Steps of one run in one process share one opened migration: its Odoo connection and its compiled map.
    _open: dict[tuple[str, str], MigrationRun] = PrivateAttr(default_factory=dict)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Engine"]:
        try:
            yield self
        finally:
            for run in self._open.values():
                run.close()
            self._open.clear()

    @contextmanager
    def run(self, migration: str, run_id: str, verb: str) -> Iterator[MigrationRun]:
        """An open migration; typed errors become Dagster failures that say what to do, and a result that `--json` can show."""
        try:
            key = (migration, run_id)
            if key not in self._open:
                self._open[key] = MigrationRun(load_settings(), migration, run_id)
            yield self._open[key]
        except FlitstackError as error:
            save_failure(migration, run_id, verb, error)
            opened = self._open.get((migration, run_id))
            raise failure_of(error, opened.system.system if opened else "") from error


def migration_of(
    context: dg.OpExecutionContext | dg.AssetExecutionContext | dg.AssetCheckExecutionContext,
    todo: str = "choose one as the partition, and launch it again",
) -> str:
    """The migration that a run is for; a run that was started without one fails and says what to do."""
    migration = context.run.tags.get(PARTITION_TAG)
    if not migration:
        raise dg.Failure(f"this run was started without a migration\nWhat to do: {todo}", allow_retries=False)
    return migration


def failure_of(error: FlitstackError, system: str) -> dg.Failure:
    """An error as a step's failure: what happened in the first line, what to do in the second."""
    what, hint = redact(error.message), redact(error.hint)
    problems: tuple[Problem, ...] = getattr(error, "problems", ())
    if len(problems) == 1:
        what, hint = (
            redact(f"{problems[0].where}: {problems[0].what}".removeprefix(": ")),
            redact(problems[0].hint or hint),
        )
    todo = in_ui(hint, system)
    return dg.Failure(
        in_ui(what, system) + (f"\nWhat to do: {todo}" if todo else ""),
        metadata=next_steps(hint, system),
        allow_retries=isinstance(error, TransientError),
    )


def save_failure(migration: str, run_id: str, verb: str, error: FlitstackError) -> None:
    """Leave a failed result in the ledger. If the ledger itself is what failed, the error that is being told says so."""
    result = failed_result(migration, run_id, verb, error)
    try:
        with Ledger.open(load_settings()) as ledger:
            ledger.save_result(migration, verb, run_id, ok=False, result=result.as_record())
    except FlitstackError as second:
        log.warning("the result of %s could not be kept in the ledger: %s", verb, redact(str(second)))


def verb_of(job_name: str, system: str, default: str) -> str:
    """The verb that a run was started for; runs of single assets from the UI count as the asset's own."""
    return job_name.removeprefix(f"{system}_") if job_name.startswith(f"{system}_") else default
