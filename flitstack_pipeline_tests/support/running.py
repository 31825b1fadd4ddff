"""Runs of a project's migration against an Odoo in memory."""

from collections.abc import Iterator
from contextlib import contextmanager

from support.odoo import FakeOdoo
from support.project import Project

from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.odoo.loader import row_outcomes
from flitstack_pipeline.odoo.resolve import Resolved
from flitstack_pipeline.outcomes import Outcome
from flitstack_pipeline.stages.run import MigrationRun
from flitstack_pipeline.transform.values import Rejected

ACCESS = OdooAccess(url="http://127.0.0.1:9", database="toy", api_key="key-of-nothing")


@contextmanager
def opened(project: Project, odoo: FakeOdoo, run_id: str = "run-1", name: str = "toy-co") -> Iterator[MigrationRun]:
    """A run whose Odoo is the given one."""
    with MigrationRun(project.settings, name, run_id) as run:
        run.__dict__.update(client=odoo, access=ACCESS)  # in place of what they would be on first use
        yield run


def extract(run: MigrationRun) -> None:
    """Extract every object."""
    for name in run.system.objects:
        run.extract(name)


def settle(run: MigrationRun) -> None:
    """Save the outcomes of all record sets' rows as a load does whose creates all succeed. Nothing is written to Odoo."""
    for records in run.compiled.record_sets().values():
        for batch in run.prepared(records):
            prepared = [item for item in batch if not isinstance(item, Rejected)]
            refused = [(item, item.outcome, item.reason) for item in batch if isinstance(item, Rejected)]
            for result in run.resolver.resolve(records, prepared):
                created = isinstance(result, Resolved)
                refused.append(
                    (result.prepared, Outcome.CREATED if created else result.outcome, "" if created else result.reason)
                )
            rows = [row for item, outcome, why in refused for row in row_outcomes(item, outcome, why, "", records.name)]
            run.ledger.save_outcomes(run.id, run.run_id, rows)
