"""The gate: a person approves exactly one plan, and nothing writes to Odoo without that approval."""

from typing import Final

from flitstack_pipeline.errors import GateClosed
from flitstack_pipeline.stages.result import VerbResult
from flitstack_pipeline.stages.run import MigrationRun

STAGE: Final = "map"
SHOWN = 12


def approve(run: MigrationRun, *, who: str, comment: str) -> VerbResult:
    """Record that `who` approves the plan that the last `plan` showed; refuses when that plan is no longer the current one."""
    if not who.strip():
        raise GateClosed(
            "an approval needs a name", hint="say who approves: --who 'Jo Doe' (in Dagster: the field `who`)"
        )
    plan_hash = run.compiled.hash
    seen = run.ledger.last_result(run.id, "plan")
    if seen is None:
        raise GateClosed(
            f"nobody has seen a plan of {run.id} yet",
            hint=f"run `flitstack plan {run.id}`, read its report, then approve",
        )
    if seen.result["details"].get("plan_hash") != plan_hash:
        raise GateClosed(
            "the plan has changed since it was last shown",
            hint=f"run `flitstack plan {run.id}` again, read what changed, then approve",
        )
    run.ledger.approve(
        run.id,
        STAGE,
        plan_hash=plan_hash,
        who=who.strip(),
        comment=comment,
        plan_json=run.compiled.document,
        run_id=run.run_id,
    )
    return VerbResult(
        migration=run.id,
        verb="approve",
        run_id=run.run_id,
        ok=True,
        summary=f"{who.strip()} approved plan {plan_hash[:12]}",
        next_step=f"flitstack load {run.id}",
        details={"plan_hash": plan_hash, "who": who.strip()},
    )


def require_approval(run: MigrationRun) -> None:
    """Raise GateClosed unless somebody has approved exactly the plan that is about to be executed."""
    plan_hash = run.compiled.hash
    approval = run.ledger.approval(run.id, STAGE)
    if approval is None:
        raise GateClosed(
            f"nobody has approved the map of {run.id}",
            hint=f"run `flitstack plan {run.id}`, read its report, then `flitstack approve {run.id}`",
        )
    if approval.plan_hash != plan_hash:
        lines = run.ledger.drift(approval, run.compiled.document)
        shown = "\n".join(f"  - {line}" for line in lines[:SHOWN]) + (
            f"\n  … and {len(lines) - SHOWN} more" if len(lines) > SHOWN else ""
        )
        run.ledger.append(run.id, run.run_id, "refused", {"approved": approval.plan_hash, "current": plan_hash})
        raise GateClosed(
            f"the plan of {run.id} is not the one that {approval.who} approved on {approval.at:%Y-%m-%d %H:%M} UTC:\n{shown}",
            hint=f"run `flitstack plan {run.id}`, read what changed, then `flitstack approve {run.id}` again",
        )
