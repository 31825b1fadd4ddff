"""Runs of the command line that were killed: Dagster does not know that their process is gone, and would keep their place.

Such a run would count as in progress for ever, and with one run at a time per migration nothing could be started from the UI any
more. So a run carries the identity of its process, and whoever comes next reports the dead ones as failed.
"""

import os

import dagster as dg

from flitstack_pipeline.sandbox.processes import ProcessId, identify, is_alive

PROCESS_TAG = "flitstack/process"
_UNFINISHED = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]


def process_tag() -> dict[str, str]:
    """The tag of a run that this process executes itself."""
    me = identify(os.getpid())
    return {PROCESS_TAG: f"{me.pid} {me.started} {me.boot}"} if me else {}


def report_dead_runs(instance: dg.DagsterInstance) -> list[str]:
    """Report as failed every unfinished run whose process is gone; returns their ids."""
    dead = []
    for run in instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED)):
        pid, _, rest = run.tags.get(PROCESS_TAG, "").partition(" ")
        started, _, boot = rest.partition(" ")
        if boot and not is_alive(ProcessId(pid=int(pid), started=int(started), boot=boot)):
            message = "The process of this run was killed. Start it again: it goes on where it stopped, and makes nothing twice."
            instance.report_run_failed(run, message)
            dead.append(run.run_id)
    return dead
