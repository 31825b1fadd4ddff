"""Run a verb's job from the command line: the same job, in the same instance, so that its run is in the UI."""

import logging
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import dagster as dg

from flitstack_pipeline.mapping.loading import load_migration
from flitstack_pipeline.orchestration.keys import VERB_TAG
from flitstack_pipeline.orchestration.partitions import register_partitions
from flitstack_pipeline.orchestration.runs import place_in_code_location, process_tag, report_dead_runs
from flitstack_pipeline.redact import redact
from flitstack_pipeline.settings import ENV_HOME, ENV_PROJECT, Settings
from flitstack_pipeline.stages.result import EXIT_FAILED, VerbResult


def prepare_environment(settings: Settings) -> None:
    """Point Dagster at the project: its instance is configured by the project's `dagster.yaml`, its files lie in the home."""
    os.environ.setdefault("DAGSTER_HOME", str(settings.root))
    os.environ.setdefault(ENV_PROJECT, str(settings.root))
    os.environ.setdefault(ENV_HOME, str(settings.home))
    Path(settings.dagster_dir).mkdir(parents=True, exist_ok=True)


def launch(settings: Settings, verb: str, migration_id: str, *, config: Mapping[str, Any] | None = None) -> VerbResult:
    """Execute `<system>_<verb>` for a migration and return the verb's result; a run that broke without one is a failed result."""
    prepare_environment(settings)
    warnings.filterwarnings("ignore", category=dg.PreviewWarning)
    _, system = load_migration(settings, migration_id)
    from flitstack_pipeline.definitions import defs  # only now: it reads the maps

    with dg.DagsterInstance.get() as instance:
        report_dead_runs(instance)
        register_partitions(instance, settings, system.system)
        job = defs.resolve_job_def(f"{system.system}_{verb}")
        run_config: dict[str, Any] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        if config:
            run_config["ops"] = {f"{system.system}_{verb}_op": {"config": dict(config)}}
        run_id = str(uuid4())
        outcome = job.execute_in_process(
            run_id=run_id,
            instance=instance,
            partition_key=migration_id,
            run_config=run_config,
            raise_on_error=False,
            tags={VERB_TAG: verb, **process_tag(run_id)},
        )
        place_in_code_location(instance, run_id)
        return _result(settings, verb, migration_id, outcome)


def _result(settings: Settings, verb: str, migration_id: str, outcome: dg.ExecuteInProcessResult) -> VerbResult:
    from flitstack_pipeline.ledger.store import Ledger

    with Ledger.open(settings) as ledger:
        last = ledger.last_result(migration_id, verb)
    if last is not None and last.run_id == outcome.run_id:
        return VerbResult.from_record(last.result)
    messages = [redact(_cause(event)) for event in outcome.all_events if event.is_step_failure]
    logging.getLogger(__name__).error("run %s of %s failed: %s", outcome.run_id, verb, messages)
    return VerbResult(
        migration=migration_id,
        verb=verb,
        run_id=outcome.run_id,
        ok=False,
        exit_code=EXIT_FAILED,
        problems=tuple(messages) or ("the run ended without a result",),
        summary=f"{verb} failed",
        next_step=f"look at run {outcome.run_id} in the Dagster UI (`make ui`)",
    )


def _cause(event: dg.DagsterEvent) -> str:
    """The innermost error of a failed step, in one line."""
    error = getattr(event.event_specific_data, "error", None)
    while error is not None and error.cause is not None:
        error = error.cause
    return f"{event.step_key}: {error.message.strip() if error else event.message}"
