"""Conclude a verb: its report is written, its result kept in the ledger."""

from dataclasses import replace

from flitstack_pipeline.reports.html import write_report
from flitstack_pipeline.stages.result import VerbResult
from flitstack_pipeline.stages.run import MigrationRun


def conclude(run: MigrationRun, result: VerbResult) -> VerbResult:
    """Write the report, save the result, and return it with the report's path."""
    report = write_report(result, run.reports, title=run.migration.title)
    result = replace(result, reports=(*result.reports, str(report)))
    run.ledger.save_result(run.id, result.verb, run.run_id, ok=result.ok, result=result.as_record())
    return result
