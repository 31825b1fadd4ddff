"""What a check finds, and how a check is run."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Literal, TypeVar

from flitstack_pipeline.errors import FlitstackError
from flitstack_pipeline.odoo.errors import OdooForbidden
from flitstack_pipeline.redact import redact

Level = Literal["ok", "warning", "blocking"]
OK: Level = "ok"
WARNING: Level = "warning"
BLOCKING: Level = "blocking"
SHOWN = 8

T = TypeVar("T")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `check`: its stable name (`odoo.version`); `todo`: what a person can do."""

    level: Level
    check: str
    text: str
    todo: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


Findings = Iterator[Finding]
Check = Callable[[T], Findings]


def ok(check: str, text: str) -> Finding:
    return Finding(OK, check, text)


def warning(check: str, text: str, todo: str) -> Finding:
    return Finding(WARNING, check, text, todo)


def blocking(check: str, text: str, todo: str) -> Finding:
    return Finding(BLOCKING, check, text, todo)


def look(
    group: str, check: Check[T], subject: T, *, forbidden: Level = BLOCKING
) -> tuple[list[Finding], FlitstackError | None]:
    """Run one group of checks; what it found before it broke, then a finding that says how it broke, and that error.

    `forbidden`: how bad it is that the user may not look. Errors that nobody raises on purpose are bugs and go through.
    """
    found: list[Finding] = []
    broke: FlitstackError | None = None
    try:
        found.extend(_masked(f) for f in check(subject))
    except OdooForbidden as error:
        todo = "give the migration's user the right to read this (Settings → Users: Administration = Settings)"
        found.append(
            _masked(Finding(forbidden, group, f"not all could be checked: {error.message}", error.hint or todo))
        )
    except FlitstackError as error:
        broke = error
        todo = error.hint or "mend what it says, then run the doctor again"
        found.append(_masked(blocking(group, f"the check could not be finished: {error.message}", todo)))
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        what = f"the check could not be finished: {where}{error.strerror or error}"
        found.append(_masked(blocking(group, what, "mend what it says, then run the doctor again")))
    return found, broke


def listed(items: Iterable[object], limit: int = SHOWN) -> str:
    """A list for people: the first few, and how many more there are."""
    every: Sequence[str] = [str(i) for i in items]
    more = f" and {len(every) - limit} more" if len(every) > limit else ""
    return ", ".join(every[:limit]) + more


def counted(number: int, one: str, many: str = "") -> str:
    """`1 file`, `2 files`, `1,200 files`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _masked(finding: Finding) -> Finding:
    return Finding(finding.level, finding.check, redact(finding.text), redact(finding.todo))
