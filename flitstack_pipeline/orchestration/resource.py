"""The engine as a Dagster resource: opens a migration for a run, keeps it open between the run's steps, and translates errors."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
from pydantic import PrivateAttr

from flitstack_pipeline.errors import FlitstackError, TransientError
from flitstack_pipeline.ledger.store import Ledger
from flitstack_pipeline.redact import redact
from flitstack_pipeline.settings import load_settings
from flitstack_pipeline.stages.result import VerbResult
from flitstack_pipeline.stages.run import MigrationRun


class Engine(dg.ConfigurableResource):
    """Opens `MigrationRun`s. Steps of one run in one process share one: its Odoo connection and its compiled map."""

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
            retry = isinstance(error, TransientError)
            raise dg.Failure(redact(str(error)), allow_retries=retry) from error


def save_failure(migration: str, run_id: str, verb: str, error: FlitstackError) -> None:
    """Leave a failed result in the ledger."""
    problems = tuple(redact(str(p)) for p in getattr(error, "problems", ())) or (redact(error.message),)
    result = VerbResult(
        migration=migration,
        verb=verb,
        run_id=run_id,
        ok=False,
        exit_code=error.exit_code,
        problems=problems,
        summary=redact(error.message.splitlines()[0]),
        next_step=redact(error.hint),
    )
    with Ledger.open(load_settings()) as ledger:
        ledger.save_result(migration, verb, run_id, ok=False, result=result.as_record())


def verb_of(job_name: str, system: str, default: str) -> str:
    """The verb that a run was started for; runs of single assets from the UI count as the asset's own."""
    return job_name.removeprefix(f"{system}_") if job_name.startswith(f"{system}_") else default
