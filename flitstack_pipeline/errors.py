"""Errors, sorted by what the operator does next.

FlitstackError
├── ConfigurationError   a file or variable is wrong: mend it (exit code 2); carries every problem found, not the first
├── SourceError          the source's data cannot be read as it stands: mend the file or add a line to the migration (2)
├── GateClosed           a person has to approve first (3)
├── TransientError       try again later; `retry_after` in seconds when the other side said so (1)
│   └── OutcomeUnknown   the call may have been carried out: look before trying again (1)
├── TerminalError        trying again will not help (1)
└── RecordError          one record is wrong, its neighbours are not; becomes a quarantined row
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, where it is, and what would be right."""

    where: str
    what: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f" ({self.hint})" if self.hint else "")


class FlitstackError(Exception):
    """Root of all errors that the project raises on purpose."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  {self.hint}" if self.hint else self.message


class _ProblemsError(FlitstackError):
    exit_code = 2

    def __init__(self, problems: Sequence[Problem] | str, *, hint: str = "") -> None:
        self.problems: tuple[Problem, ...] = (Problem("", problems),) if isinstance(problems, str) else tuple(problems)
        text = problems if isinstance(problems, str) else "\n".join(f"- {p}" for p in self.problems)
        super().__init__(text, hint=hint)


class ConfigurationError(_ProblemsError):
    """A mapping, migration file or environment variable is wrong."""


class SourceError(_ProblemsError):
    """The source's data cannot be read as it stands."""


class GateClosed(FlitstackError):
    """A step that changes Odoo lacks the approval of exactly what it is about to do."""

    exit_code = 3


class TransientError(FlitstackError):
    """The other side is busy or away. `retry_after`: seconds it asked for, if it did."""

    def __init__(self, message: str, *, retry_after: float | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class OutcomeUnknown(TransientError):
    """The reply to a write was lost: the write may or may not have happened."""


class TerminalError(FlitstackError):
    """The other side refused and will refuse again."""


class RecordError(FlitstackError):
    """One record cannot be migrated. `field` and `reason` go to the quarantine as they are."""

    def __init__(self, reason: str, *, field: str = "", key: str = "") -> None:
        super().__init__(f"{key}: {field}: {reason}" if key else f"{field}: {reason}" if field else reason)
        self.reason = reason
        self.field = field
        self.key = key
