"""Return Odoo to its state before the migration, and prove it."""

from dataclasses import asdict

from flitstack_pipeline.odoo.recover import recover
from flitstack_pipeline.odoo.undo import undo_migration
from flitstack_pipeline.progress import current
from flitstack_pipeline.stages.result import EXIT_DONE, EXIT_FAILED, EXIT_TOLERANCE, VerbResult
from flitstack_pipeline.stages.run import MigrationRun, odoo_place
from flitstack_pipeline.verify.snapshot import compare_snapshots

PATIENCE = 20.0  # seconds in which Odoo ends a create whose caller was killed, or well begins to


def rollback(run: MigrationRun, *, keep_changed: bool = True) -> VerbResult:
    """Undo the whole migration, newest first. `keep_changed`: what a person changed since stays, and is listed."""
    run.claim()
    recover(run.client, run.ledger, run.id, run.run_id, patience=PATIENCE)
    run.ledger.append(run.id, run.run_id, "rollback started", {})
    progress, task = current(), "rollback"
    progress.start(task, 0)
    undone = undo_migration(
        run.client,
        run.ledger,
        run.id,
        run_id=run.run_id,
        keep_changed=keep_changed,
        on_step=lambda what, number: progress.advance(task, number),
    )
    removed, restored = sum(undone.removed.values()), sum(undone.restored.values())
    progress.finish(task, f"{removed:,} records removed, {restored:,} restored")
    comparisons = compare_snapshots(run.client, run.ledger, run.id)
    left = [c for c in comparisons if not c.same]
    problems = [
        f"{c.model}: {c.before.count} records before, {c.after.count} now"
        + (f"; left by the migration: {', '.join(map(str, c.ours[:10]))}" if c.ours else "")
        for c in left
    ]
    kept = [f"kept {k.model} {k.res_id} {k.what}: {k.reason}" for k in undone.kept]
    if not undone.kept:
        run.ledger.reset_migration(run.id, run_id=run.run_id)
    run.ledger.append(
        run.id,
        run.run_id,
        "rollback finished",
        {"removed": undone.removed, "restored": undone.restored, "kept": len(kept)},
    )
    unexplained = bool(left) and not kept
    return VerbResult(
        migration=run.id,
        verb="rollback",
        run_id=run.run_id,
        ok=not unexplained,
        exit_code=EXIT_FAILED if unexplained else EXIT_TOLERANCE if kept else EXIT_DONE,
        problems=tuple(problems + kept),
        summary=f"{removed:,} records removed, {restored:,} restored, {sum(undone.schema.values()):,} schema entries removed, "
        f"{len(kept):,} kept; {len(comparisons) - len(left)} of {len(comparisons)} models are as before",
        next_step=f"flitstack plan {run.id}" if not kept else "look at what was kept, in the report",
        details={
            **odoo_place(run),
            "removed": undone.removed,
            "restored": undone.restored,
            "schema": undone.schema,
            "kept": [asdict(k) for k in undone.kept],
            "comparisons": [asdict(c) | {"same": c.same} for c in comparisons],
        },
    )
