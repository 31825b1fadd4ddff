"""What every verb returns: one result, the same for terminal, JSON, Dagster metadata and reports."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from flitstack_pipeline.errors import FlitstackError
from flitstack_pipeline.outcomes import Counts
from flitstack_pipeline.redact import redact

EXIT_DONE, EXIT_FAILED, EXIT_USAGE, EXIT_GATE, EXIT_TOLERANCE = 0, 1, 2, 3, 4


@dataclass(frozen=True)
class ModelFigures:
    """One Odoo model in a result. `differences`: those that nobody has explained; `accepted`: those that somebody has."""

    records: int = 0
    values_compared: int = 0
    differences: int = 0
    accepted: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class VerbResult:
    """The outcome of a verb. `details` is what its report and its display show beyond the common part; JSON-safe."""

    migration: str
    verb: str
    run_id: str
    ok: bool
    exit_code: int = EXIT_DONE
    objects: Mapping[str, Counts] = field(default_factory=dict)
    models: Mapping[str, ModelFigures] = field(default_factory=dict)
    reports: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    summary: str = ""
    next_step: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The stable, documented form of `--json`."""
        return {
            "migration": self.migration,
            "verb": self.verb,
            "run_id": self.run_id,
            "ok": self.ok,
            "objects": {name: counts.as_dict() for name, counts in self.objects.items()},
            "models": {name: figures.as_dict() for name, figures in self.models.items()},
            "reports": list(self.reports),
            "problems": list(self.problems),
        }

    def as_record(self) -> dict[str, Any]:
        """Everything, for the ledger; `from_record` reads it back."""
        extra = {
            "exit_code": self.exit_code,
            "summary": self.summary,
            "next_step": self.next_step,
            "details": dict(self.details),
        }
        return {**self.as_json(), **extra}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "VerbResult":
        """Out of `as_record`."""
        objects = {name: Counts(**counts) for name, counts in record["objects"].items()}
        models = {name: ModelFigures(**figures) for name, figures in record["models"].items()}
        rest = {
            k: record[k] for k in ("migration", "verb", "run_id", "ok", "exit_code", "summary", "next_step", "details")
        }
        return cls(
            objects=objects, models=models, reports=tuple(record["reports"]), problems=tuple(record["problems"]), **rest
        )


def failed_result(migration: str, run_id: str, verb: str, error: FlitstackError) -> VerbResult:
    """The result of a verb that ended in a typed error."""
    problems = tuple(redact(str(p)) for p in getattr(error, "problems", ())) or (redact(error.message),)
    return VerbResult(
        migration=migration,
        verb=verb,
        run_id=run_id,
        ok=False,
        exit_code=error.exit_code,
        problems=problems,
        summary=redact(error.message.splitlines()[0]),
        next_step=redact(error.hint),
    )
