"""Runs of the command line, made to look in the UI like any other.

One that was killed: Dagster does not know that its process is gone. It would count as in progress for ever, and with one run at a
time per migration nothing could be started from the UI any more. So a run carries the identity of its process, and whoever comes
next reports the dead ones as failed.

All of them: a run in a process of its own has no code location, and without one the UI cannot execute it again.
"""

import os

import dagster as dg
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin

from flitstack_pipeline.orchestration.keys import LOCATION
from flitstack_pipeline.sandbox.processes import ProcessId, identify, is_alive

# Dagster's UI does not show tags with this prefix.
PROCESS_TAG = ".dagster/flitstack_process"
REPOSITORY = "__repository__"  # Dagster's name for the definitions of a module
_UNFINISHED = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]


def process_tag(run_id: str) -> dict[str, str]:
    """The tag of a run that this process executes itself. It names the run, because a run that is executed again inherits tags."""
    me = identify(os.getpid())
    return {PROCESS_TAG: f"{run_id} {me.pid} {me.started} {me.boot}"} if me else {}


def report_dead_runs(instance: dg.DagsterInstance) -> list[str]:
    """Report as failed every unfinished run whose process is gone; returns their ids."""
    dead = []
    for run in instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED)):
        process = _process_of(run)
        if process and not is_alive(process):
            message = "The process of this run was killed. Start it again: it goes on where it stopped, and makes nothing twice."
            instance.report_run_failed(run, message)
            place_in_code_location(instance, run.run_id)
            dead.append(run.run_id)
    return dead


def _process_of(run: dg.DagsterRun) -> ProcessId | None:
    run_id, _, process = run.tags.get(PROCESS_TAG, "").partition(" ")
    if run_id != run.run_id:
        return None
    pid, started, boot = process.split(" ", 2)
    return ProcessId(pid=int(pid), started=int(started), boot=boot)


def place_in_code_location(instance: dg.DagsterInstance, run_id: str) -> None:
    """Say of a run that has ended which job of which code location it is, so that the UI offers to execute it again.

    Dagster has no public way to do so; this is what its own `dagster run migrate-repository` does.
    """
    run = instance.get_run_by_id(run_id)
    if run is not None and run.remote_job_origin is None:
        repository = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin(LOCATION), REPOSITORY)
        instance.run_storage.replace_job_origin(run, RemoteJobOrigin(repository, run.job_name))
