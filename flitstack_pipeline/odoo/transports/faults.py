"""Odoo's exceptions as ours: one table from the exception's name to what the caller does next."""

import re

from flitstack_pipeline import redact
from flitstack_pipeline.odoo.errors import (
    OdooBusy,
    OdooError,
    OdooForbidden,
    OdooMissing,
    OdooRejected,
    OdooReplyLost,
    OdooUnsupported,
)
from flitstack_pipeline.odoo.transports.base import Call

SHORT = 500
PLAN_HINT = "On odoo.com, access from outside is part of the Custom plan only."
KEY_HINT = (
    "The key or password is wrong, revoked or expired (a key lasts 3 months at most unless an administrator says "
    "otherwise), or belongs to another database: make a new key under Preferences → Security in Odoo."
)
DATABASE_HINT = "Check `database` of the target; on odoo.com it is the first part of the address."

# Odoo undid everything because of somebody else's transaction, or had no database connection to begin with.
_ROLLED_BACK = frozenset(
    (
        *("SerializationFailure", "DeadlockDetected", "LockNotAvailable", "TransactionRollbackError"),
        *("ConcurrencyError", "PoolError"),
    )
)
_ROLLED_BACK_TEXT = re.compile(
    r"could not serialize access|deadlock detected|could not obtain lock|connection pool is full"
    r"|too many (clients|connections)|remaining connection slots"
    # Fields came or went in another thread of the same server while this call walked over all of them.
    r"|dictionary changed size during iteration",
    re.IGNORECASE,
)
# The database went away: at a commit, nobody can tell on which side of it.
_LOST = frozenset(("OperationalError", "InterfaceError", "AdminShutdown", "CrashShutdown", "ConnectionFailure"))

_FORBIDDEN = ("AccessError", "AccessDenied", "SessionExpiredException", "Unauthorized", "Forbidden")
_UNSUPPORTED = ("NotFound", "AttributeError", "NameError", "UnprocessableEntity", "MethodNotAllowed")
_REJECTED = (
    *("UserError", "ValidationError", "RedirectWarning", "Warning", "except_orm"),
    *("ValueError", "TypeError", "KeyError", "IndexError", "OverflowError", "AssertionError", "ParserError", "Error"),
    *("UnicodeEncodeError", "UnicodeDecodeError", "InvalidOperation"),
    *("IntegrityError", "UniqueViolation", "NotNullViolation", "ForeignKeyViolation", "CheckViolation"),
    *("ExclusionViolation", "RestrictViolation", "DataError", "NumericValueOutOfRange", "StringDataRightTruncation"),
    *("InvalidTextRepresentation", "InvalidDatetimeFormat", "DatetimeFieldOverflow"),
    *("CharacterNotInRepertoire", "UntranslatableCharacter"),
    "ProgramLimitExceeded",  # a text that is too long for the index on its column
)
_CLASSES: dict[str, type[OdooError]] = {
    **dict.fromkeys(_FORBIDDEN, OdooForbidden),
    **dict.fromkeys(_UNSUPPORTED, OdooUnsupported),
    **dict.fromkeys(_REJECTED, OdooRejected),
    "MissingError": OdooMissing,
}
# What the names above cannot tell: older versions use UserError and ValueError for it.
_UNSUPPORTED_TEXT = re.compile(
    r"^Object \S+ doesn't exist|the model '\S+' does not exist|^The method '?\S+ does not exist"
    r"|^Invalid field '\S+' (on|in) |unexpected keyword argument|missing a required argument",
)
_MISSING_TEXT = re.compile(r"Record does not exist or has been deleted")
_NO_DATABASE_TEXT = re.compile(r'database "([^"]*)" does not exist|No database is selected')


def short(text: str) -> str:
    """One line of at most 500 characters without secrets: what a person needs of Odoo's message."""
    line = " ".join(redact.redact(text).split())
    return line if len(line) <= SHORT else line[: SHORT - 1] + "…"


def fault(call: Call, *, name: str, message: str, host: str) -> Exception:
    """The error for an exception of Odoo, `name` with or without its module."""
    kind = name.rpartition(".")[2]
    words = short(message) or kind
    if found := _NO_DATABASE_TEXT.search(message):
        return call.blame(no_database(found.group(1) or ""))
    if kind in _ROLLED_BACK or _ROLLED_BACK_TEXT.search(message):
        return call.blame(OdooBusy(f"{call.label}: Odoo undid the call over a conflict: {words}"))
    if kind in _LOST:
        return call.blame(OdooReplyLost(f"{call.label}: Odoo lost its database: {words}"))
    refusal = _class_of(kind, message)
    return call.blame(refusal(f"{call.label}: {kind}: {words}", kind=kind, odoo_message=words, hint=_hint(kind, host)))


def no_database(name: str) -> OdooError:
    return OdooError(f"the server has no database {name!r}", kind="NoSuchDatabase", hint=DATABASE_HINT)


def not_let_in(login: str, host: str) -> OdooForbidden:
    who = f"user {login!r}" if login else "the owner of the API key"
    return OdooForbidden(f"Odoo does not let {who} in", kind="AccessDenied", hint=_hint("AccessDenied", host))


def _class_of(kind: str, message: str) -> type[OdooError]:
    if _UNSUPPORTED_TEXT.search(message):
        return OdooUnsupported
    if _MISSING_TEXT.search(message):
        return OdooMissing
    return _CLASSES.get(kind, OdooError)


def _hint(kind: str, host: str) -> str:
    if kind not in ("AccessDenied", "SessionExpiredException", "Unauthorized"):
        return ""
    return f"{KEY_HINT} {PLAN_HINT}" if host.endswith(".odoo.com") else KEY_HINT
