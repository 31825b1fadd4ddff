"""What goes wrong between this program and Dataverse, with what a person can do about it.

DataverseError          Dataverse refused, or the map asks for what the organization does not have (a SourceError)
├── DataverseAway       no answer, or none but "later", for as long as patience lasted (a TransientError too)
├── MetadataChanged     a column or table is not there (any more): the metadata has to be read anew
├── DeltaExpired        the place in the change log is forgotten: everything has to be read again
└── TrackingRefused     the organization does not give this user its change log
"""

from dataclasses import dataclass, replace

from flitstack_pipeline.errors import Problem, SourceError, TransientError
from flitstack_pipeline.redact import redact


@dataclass(frozen=True)
class Subject:
    """What a call is about, for the words of an error."""

    entity: str = ""
    column: str = ""
    doing: str = ""

    def of_column(self, column: str) -> "Subject":
        return replace(self, column=column)

    def __str__(self) -> str:
        place = ".".join(p for p in (self.entity, self.column) if p)
        where = f"Dataverse table “{place}”" if place else "Dataverse"
        return f"{where}, {self.doing}" if self.doing else where


class DataverseError(SourceError):
    """`status`: HTTP's, None without an answer. `code`: Dataverse's own ("0x80040220"), "" if it gave none."""

    def __init__(
        self, what: str, *, subject: Subject, hint: str = "", status: int | None = None, code: str = "", said: str = ""
    ) -> None:
        numbers = " ".join(p for p in (f"HTTP {status}" if status is not None else "", code) if p)
        words = what + (f" ({numbers})" if numbers else "") + (f": {said}" if said else "")
        super().__init__([Problem(str(subject), redact(words), redact(hint))])
        self.what = what
        self.subject = subject
        self.status = status
        self.code = code
        self.said = redact(said)


class DataverseAway(DataverseError, TransientError):
    """The same call may succeed later."""

    exit_code = 1


class MetadataChanged(DataverseError):
    """The organization lacks a column or table that its metadata had."""


class DeltaExpired(DataverseError):
    """The change log no longer reaches back to the stored link."""


class TrackingRefused(DataverseError):
    """Changes of this table are not given to this user."""


# Code, or status, to (what happened, what to do). Codes are looked for first.
ADVICE: dict[str, tuple[str, str]] = {
    "0x80072560": (
        "the app registration has no user in this organization",
        "Power Platform admin center → environment → Settings → Users + permissions → Application users: add the app "
        "with a security role that may read",
    ),
    "0x80040220": (
        "the application user lacks a privilege",
        "give its security role Read of this table for the whole organization",
    ),
    "0x80040217": ("the row is not there (any more)", "run `inventory` again"),
    "0x8006088a": ("there is no table of this name", "set names are case-sensitive and come from the metadata"),
    "0x80044352": ("the stored place in the change log has expired", "a full read follows by itself"),
    "0x80090017": ("the file cannot be read in blocks", "its environment's encryption does not allow that"),
    "0x80048d19": ("the request was not readable", ""),
    "400": ("the request was refused", "correct the columns of this object in the map"),
    "401": ("the token was refused twice", "is the application user enabled, and is `url` of the same tenant?"),
    "403": ("reading is forbidden", "give the application user's security role Read of this table"),
    "404": ("was not found", "is `url` the organization's address, and does the table exist there?"),
    "412": ("a precondition failed", ""),
    "413": ("the answer is too large", "make `page_size` smaller in the migration file"),
}

EXPIRED_DELTA = ("0x80044352", "-2147204270")


def refusal(*, status: int, code: str, said: str, subject: Subject) -> DataverseError:
    """The error for an answer that is final."""
    what, hint = ADVICE.get(code.casefold()) or ADVICE.get(str(status)) or ("answered with an error", "")
    kind: type[DataverseError] = DataverseError
    lower = said.casefold()
    if code.casefold() in EXPIRED_DELTA or "version stamp associated with the client has expired" in lower:
        kind = DeltaExpired
    elif status == 400 and "could not find a property named" in lower:
        kind = MetadataChanged
        what, hint = "the table lacks a column that was asked for", "correct the columns of this object in the map"
    elif status == 404 and (code.casefold() == "0x8006088a" or "resource not found for the segment" in lower):
        kind = MetadataChanged
    return kind(what, subject=subject, hint=hint, status=status, code=code, said=said)
