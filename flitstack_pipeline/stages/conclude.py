"""Conclude a verb: its result is kept in the ledger, its report written."""

from dataclasses import replace

from flitstack_pipeline.reports.html import write_report
from flitstack_pipeline.stages.result import VerbResult
from flitstack_pipeline.stages.run import MigrationRun


def conclude(run: MigrationRun, result: VerbResult) -> VerbResult:
    """Save the result, write its report, and return the result with the report's path.

    In this order: what a long load has done is known even if its report cannot be written.
    """
    result = replace(result, reports=(*result.reports, str(run.reports / f"{result.verb}.html")))
    run.ledger.save_result(run.id, result.verb, run.run_id, ok=result.ok, result=result.as_record())
    write_report(replace(result, reports=result.reports[:-1]), run.reports, title=run.migration.title)
    return result
