"""Who allowed what: the approval of a plan, and how a later plan differs from the approved one."""

from collections.abc import Mapping
from typing import Any, get_args

from sqlalchemy import Row, insert, select, update

from flitstack_pipeline.ledger import audit
from flitstack_pipeline.ledger.database import Database
from flitstack_pipeline.ledger.drift import differences
from flitstack_pipeline.ledger.jsonvalues import loads
from flitstack_pipeline.ledger.records import Approval, Stage
from flitstack_pipeline.ledger.tables import approvals as table
from flitstack_pipeline.redact import redact


class Approvals:
    """The approvals' part of the ledger. Giving and revoking one goes into the audit log in the same transaction."""

    _db: Database

    def approve(
        self,
        migration: str,
        stage: Stage,
        *,
        plan_hash: str,
        who: str,
        comment: str,
        plan_json: str | Mapping[str, Any],
        run_id: str = "",
    ) -> Approval:
        """Approve a plan, given as JSON text or as its structure. It supersedes the stage's earlier approval."""
        _check(stage)
        row = {
            "migration": migration,
            "stage": stage,
            "plan_hash": plan_hash,
            "plan_json": _structure(plan_json),
            "who": who,
            "comment": redact(comment),
            "at": self._db.clock(),
        }
        with self._db.write() as connection:
            stored = connection.execute(insert(table).returning(table), row).one()
            detail = {"stage": stage, "plan_hash": plan_hash, "who": who, "comment": comment}
            audit.append(connection, self._db, migration, run_id, "approved", detail)
        return _approval(stored)

    def approval(self, migration: str, stage: Stage) -> Approval | None:
        """Return the stage's latest approval, None when there is none or it was revoked."""
        _check(stage)
        query = select(table).where(
            table.c.migration == migration, table.c.stage == stage, table.c.revoked_at.is_(None)
        )
        with self._db.read() as connection:
            row = connection.execute(query.order_by(table.c.id.desc()).limit(1)).one_or_none()
        return None if row is None else _approval(row)

    def revoke(self, migration: str, stage: Stage, *, who: str, why: str, run_id: str = "") -> Approval | None:
        """Revoke the stage's approval and all that it superseded; return the one that was in force, if any."""
        _check(stage)
        statement = update(table).where(
            table.c.migration == migration, table.c.stage == stage, table.c.revoked_at.is_(None)
        )
        statement = statement.values(revoked_at=self._db.clock(), revoked_by=who, revoked_why=redact(why))
        with self._db.write() as connection:
            revoked = connection.execute(statement.returning(table)).all()
            if not revoked:
                return None
            latest = _approval(max(revoked, key=lambda row: row.id))
            detail = {"stage": stage, "plan_hash": latest.plan_hash, "who": who, "why": why}
            audit.append(connection, self._db, migration, run_id, "revoked", detail)
        return latest

    def drift(self, approval: Approval, plan_json: str | Mapping[str, Any]) -> list[str]:
        """Say, one line per difference, how a plan differs from the approved one; an empty list when it does not."""
        return differences(approval.plan, _structure(plan_json))


def _structure(plan_json: str | Mapping[str, Any]) -> Any:
    return loads(plan_json) if isinstance(plan_json, str) else plan_json


def _check(stage: str) -> None:
    if stage not in get_args(Stage):
        raise ValueError(f"{stage} is no stage that is approved; there are {', '.join(get_args(Stage))}")


def _approval(row: Row[Any]) -> Approval:
    return Approval(
        id=row.id,
        stage=row.stage,
        plan_hash=row.plan_hash,
        plan=row.plan_json,
        who=row.who,
        comment=row.comment,
        at=row.at,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
        revoked_why=row.revoked_why,
    )
