"""Which calls are repeated, and when. All calls to Dataverse read, so repeating one does no harm."""

import logging
import random
import re
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx

from flitstack_pipeline.redact import redact
from flitstack_pipeline.sources.dataverse.errors import DataverseAway, DataverseError, Subject

log = logging.getLogger(__name__)
T = TypeVar("T")

LATER = frozenset((408, 429, 500, 502, 503, 504))
_LIMITS = {
    "0x80072322": "too many calls in five minutes",
    "0x80072321": "too much computing time in five minutes",
    "0x80072326": "too many calls at once",
}
# A server error without one of these codes of passing trouble is tried only this often: it may be the request's fault.
_SERVER_ERROR_TRIES = 3


class Turned(DataverseAway):
    """One try was turned away. `retry_after`: seconds that the server asked for, None if it did not say."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """Bounds of patience in seconds; `total` counts from the first try, waiting included. A test injects its clock."""

    tries: int = 10
    base: float = 1.0
    cap: float = 60.0
    total: float = 1800.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    paused: Callable[[float], None] | None = field(default=None)

    def run(self, attempt: Callable[[], T], *, label: str) -> T:
        """Call `attempt` until it succeeds or patience ends; then a DataverseAway of its last error comes out.

        A wait that the server asked for goes to `paused` (which lets everybody wait) where there is one.
        """
        began = self.clock()
        number = 1
        while True:
            try:
                return attempt()
            except Turned as turn:
                tries = min(self.tries, _SERVER_ERROR_TRIES) if turn.status == 500 else self.tries
                pause = self._pause(number, turn.retry_after)
                if number >= tries or self.clock() - began + pause > self.total:
                    raise _given_up(turn, number) from turn
                log.warning("%s: try %d of %d failed, again in %.1f s: %s", label, number, tries, pause, turn.message)
                if turn.retry_after is not None and self.paused is not None:
                    self.paused(pause)
            self.sleep(pause)
            number += 1

    def _pause(self, number: int, asked: float | None) -> float:
        """What was asked for and a little more; else doubling, half of it left to chance, so that nobody is in step."""
        if asked is not None:
            return asked + self.chance() / 10
        return min(self.cap, self.base * 2 ** (number - 1)) * (0.5 + self.chance() / 2)


def _given_up(turn: Turned, tries: int) -> DataverseAway:
    what = f"{turn.what}, {tries} times in a row"
    hint = turn.problems[0].hint
    away = DataverseAway(what, subject=turn.subject, hint=hint, status=turn.status, code=turn.code, said=turn.said)
    away.retry_after = turn.retry_after
    return away


def turned_away(response: httpx.Response, subject: Subject) -> Turned | None:
    """The error of an answer that says "later"; None for every other."""
    status = response.status_code
    if status not in LATER:
        return None
    code, said = error_of(response)
    what = _LIMITS.get(code.casefold(), "the server is busy or away")
    hint = "lower `calls_per_minute` in the migration file" if status == 429 else "run it again later; it resumes"
    turn = Turned(what, subject=subject, hint=hint, status=status, code=code, said=said)
    turn.retry_after = retry_after(response)
    return turn


def network_turn(error: httpx.HTTPError, address: str, subject: Subject) -> DataverseError:
    """The error of a call that got no (whole) answer. A certificate that cannot be trusted is final."""
    words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            hint = "certificates are always verified: have the server's mended, or name its authority in `ca_file`"
            return DataverseError(
                f"the certificate of {address} cannot be trusted: {cause}", subject=subject, hint=hint
            )
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
        return DataverseError(f"{address} is no web address", subject=subject)
    return Turned(
        f"no whole answer from {address}: {redact(words)}", subject=subject, hint="run it again later; it resumes"
    )


def error_of(response: httpx.Response) -> tuple[str, str]:
    """Dataverse's code and message in an answer, or "" and what little an answer of somebody else says.

    Nothing else of an answer is repeated: traces in it can hold data.
    """
    try:
        error = response.json()["error"]
        return str(error.get("code") or ""), " ".join(str(error.get("message") or "").split())[:500]
    except (ValueError, KeyError, TypeError, AttributeError):
        title = re.search(r"<title[^>]*>([^<]{1,80})", response.text[:20_000], re.IGNORECASE)
        return "", title.group(1).strip() if title else ""


def retry_after(response: httpx.Response) -> float | None:
    """Seconds to wait as the server says, by number or by date; None if it does not say."""
    value = response.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", value):
        return float(value)
    if not value:
        return None
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        log.info("an unreadable Retry-After header was left aside")
        return None
