"""Keep secrets out of everything that people read: logs, errors, reports, the ledger.

Two nets. Every secret that the project reads is registered, and its exact value is masked wherever it turns up,
however it was encoded on the way. What was never registered (a token in somebody else's error message) is
recognised by its shape.
"""

import base64
import json
import logging
import re
import threading
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "***"

# Shorter values would be found inside ordinary words and numbers; they are still masked where a pattern says
# "password=".
SHORTEST_REGISTERED = 4
# Below this length a value such as "admin" is masked only where it stands as a word of its own.
SHORTEST_INSIDE_WORDS = 8

_NAMES = (
    r"(?:api[ _-]?key|x-api-key|password|passwd|passphrase|pwd|client[_-]?secret|secret[_-]?key|secret"
    r"|(?:access|refresh|id|auth|bearer|session)[_-]?token|token|session[_-]?id|private[_-]?key)"
)
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?P<keep>://[^/\s:@'\"]*:)[^/\s'\"]+(?=@)"), rf"\g<keep>{MASK}"),
    (re.compile(r"(?i)(?P<keep>\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/-]{8,}=*"), rf"\g<keep>{MASK}"),
    (
        re.compile(r"(?i)(?P<keep>\bauthorization['\"]?\s*[:=]\s*['\"]?)(?!bearer\b|basic\b)[^\s'\",;]+"),
        rf"\g<keep>{MASK}",
    ),
    # "name": "value", name='value'
    (
        re.compile(rf"(?i)(?P<keep>\b{_NAMES}\b['\"]?\s*[:=]\s*)(?P<quote>['\"])(?:\\.|(?!(?P=quote)).)*(?P=quote)"),
        rf"\g<keep>\g<quote>{MASK}\g<quote>",
    ),
    # name=value in addresses, forms and connection strings; \w before the name takes in PGPASSWORD= and ACME_API_KEY=
    (re.compile(rf"(?i)(?P<keep>\b\w*{_NAMES}=)[^\s&'\",;)]+"), rf"\g<keep>{MASK}"),
    # name: value. In prose ("password: wrong") the next word is no secret; a value with a digit or a sign in it may
    # be one.
    (
        re.compile(rf"(?i)(?P<keep>\b{_NAMES}['\"]?:\s*)(?=[^\s,;]*[^\sA-Za-z,;.'\"])[^\s,;'\"]{{4,}}"),
        rf"\g<keep>{MASK}",
    ),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*"), MASK),
    (re.compile(r"\b(?:sk|pk|rk|ghp|gho|ghs|glpat|xox[abprs])[-_][A-Za-z0-9_-]{16,}"), MASK),
)
_SECRET_KEY = re.compile(rf"(?i)(?:\w*[_-])?(?:{_NAMES}|authorization)")


class Redactor:
    """Masks registered secrets and what looks like one. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: frozenset[str] = frozenset()
        self._registered: re.Pattern[str] | None = None

    def register(self, *secrets: str | None) -> None:
        """Mask these values from now on. None and values of fewer than four characters are left to the patterns."""
        found = {form for secret in secrets if secret and len(secret) >= SHORTEST_REGISTERED for form in _forms(secret)}
        with self._lock:
            if found <= self._values:
                return
            self._values |= found
            # The longest first, so that a secret that contains another is masked whole.
            longest_first = sorted(self._values, key=lambda value: (-len(value), value))
            self._registered = re.compile("|".join(_expression(value) for value in longest_first))

    def redact(self, text: str) -> str:
        """Return the text with every secret replaced by `***`. Doing it twice changes nothing more."""
        registered = self._registered
        if registered is not None:
            text = registered.sub(MASK, text)
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        return text

    def redact_values(self, value: Any) -> Any:
        """Return a copy of a JSON-like structure with its texts redacted; keys named like a secret lose their value."""
        if isinstance(value, str):
            return self.redact(value)
        if isinstance(value, Mapping):
            return {
                key: MASK if _names_a_secret(key) and isinstance(item, str) and item else self.redact_values(item)
                for key, item in value.items()
            }
        if isinstance(value, list):
            return [self.redact_values(item) for item in value]
        if isinstance(value, tuple):
            return tuple(self.redact_values(item) for item in value)
        return value


class RedactingFilter(logging.Filter):
    """Redacts a record's message, its traceback and its stack.

    Put it on handlers, not on loggers: a logger's filter does not see what its children log.
    """

    def __init__(self, redactor: Redactor | None = None) -> None:
        super().__init__()
        self._redactor = redactor or REDACTOR
        self._formatter = logging.Formatter()

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = self._redactor.redact(record.getMessage())
        record.args = None
        if record.exc_info and not record.exc_text:
            # A formatter uses exc_text when it is there instead of formatting the exception itself.
            record.exc_text = self._formatter.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self._redactor.redact(record.exc_text)
        if record.stack_info:
            record.stack_info = self._redactor.redact(record.stack_info)
        return True


REDACTOR = Redactor()
"""The process's own: settings, clients and sources register here what they read."""


def register_secret(*secrets: str | None) -> None:
    """Register with the process's redactor."""
    REDACTOR.register(*secrets)


def redact(text: str) -> str:
    """Redact with the process's redactor."""
    return REDACTOR.redact(text)


def redact_values(value: Any) -> Any:
    """Redact a JSON-like structure with the process's redactor."""
    return REDACTOR.redact_values(value)


def guard_handlers(logger: logging.Logger | None = None) -> None:
    """Put a filter on each handler of a logger (the root logger by default) that has none yet."""
    for handler in (logger or logging.getLogger()).handlers:
        if not any(isinstance(present, RedactingFilter) for present in handler.filters):
            handler.addFilter(RedactingFilter())


def _forms(secret: str) -> Iterable[str]:
    """Give the secret as it looks in an address, in JSON, in a repr and in base64."""
    yield secret
    # A variable that is not valid UTF-8 holds surrogates; an address cannot hold them, so any replacement will do.
    yield quote(secret, safe="", errors="replace")
    yield quote(secret, errors="replace")
    yield quote_plus(secret, errors="replace")
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield repr(secret)[1:-1]
    if len(secret) >= SHORTEST_INSIDE_WORDS:
        yield base64.b64encode(secret.encode("utf-8", "surrogatepass")).decode("ascii").rstrip("=")


def _expression(value: str) -> str:
    escaped = re.escape(value)
    return escaped if len(value) >= SHORTEST_INSIDE_WORDS else rf"(?<!\w){escaped}(?!\w)"


def _names_a_secret(key: object) -> bool:
    return isinstance(key, str) and _SECRET_KEY.fullmatch(key) is not None
