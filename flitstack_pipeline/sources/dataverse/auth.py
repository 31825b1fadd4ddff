"""Tokens by client credentials: one at a time, renewed before it ends."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from flitstack_pipeline.errors import ConfigurationError, Problem
from flitstack_pipeline.redact import redact, register_secret
from flitstack_pipeline.sources.dataverse.access import DataverseAccess
from flitstack_pipeline.sources.dataverse.errors import DataverseError, Subject
from flitstack_pipeline.sources.dataverse.patience import Patience, network_turn, turned_away

EARLY = 300.0
"""Seconds before its end at which a token is no longer used."""

_SUBJECT = Subject(doing="asking for a token")
_ADVICE = {
    "invalid_client": (
        "source.client_secret_env",
        "the secret is wrong or has expired: make a new one, set the variable",
    ),
    "unauthorized_client": ("source.client_id", "no app registration of this tenant has this id"),
    "invalid_request": ("source.tenant", "is the tenant's id right?"),
    "invalid_scope": ("source.url", "is this the organization's address?"),
    "invalid_resource": ("source.url", "is this the organization's address?"),
}


@dataclass(frozen=True)
class _Token:
    text: str
    until: float


class TokenSource:
    """Gives the current token; safe to use from several threads, of which one asks and the others wait."""

    def __init__(
        self,
        access: DataverseAccess,
        client: httpx.Client,
        *,
        patience: Patience,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._access = access
        self._client = client
        self._patience = patience
        self._clock = clock
        self._lock = threading.Lock()
        self._current: _Token | None = None
        self.asked = 0

    def token(self) -> str:
        """A token that is good for the next call.

        Raises ConfigurationError for credentials that are refused, DataverseAway when nobody answers.
        """
        with self._lock:
            if self._current is None or self._clock() >= self._current.until:
                self._current = self._patience.run(self._ask, label="asking for a token")
            return self._current.text

    def refused(self, token: str) -> None:
        """Never give this token again. One that another thread has replaced already stays."""
        with self._lock:
            if self._current is not None and self._current.text == token:
                self._current = None

    def _ask(self) -> _Token:
        self.asked += 1
        form = {
            "grant_type": "client_credentials",
            "client_id": self._access.client_id,
            "client_secret": self._access.client_secret,
            "scope": self._access.scope,
        }
        try:
            response = self._client.post(self._access.token_url, data=form)
        except httpx.HTTPError as error:
            raise network_turn(error, self._access.authority, _SUBJECT) from error
        if turn := turned_away(response, _SUBJECT):
            raise turn
        try:
            reply = response.json()
        except ValueError as error:
            raise self._no_authority(response.status_code) from error
        if not isinstance(reply, dict):
            raise self._no_authority(response.status_code)
        if response.status_code != httpx.codes.OK:
            raise self._refusal(str(reply.get("error", "")), str(reply.get("error_description", "")))
        text, seconds = reply.get("access_token"), reply.get("expires_in")
        if not isinstance(text, str) or not text:
            raise self._no_authority(response.status_code)
        register_secret(text)
        lasts = float(seconds) if isinstance(seconds, int | float | str) and str(seconds).isdigit() else 2 * EARLY
        # A token that lasts less than ten minutes is used for half of its time.
        return _Token(text, self._clock() + max(lasts - EARLY, lasts / 2))

    def _no_authority(self, status: int) -> DataverseError:
        hint = f"is `authority` right? {self._access.authority}"
        return DataverseError("the answer is none of a token service", subject=_SUBJECT, status=status, hint=hint)

    def _refusal(self, error: str, description: str) -> ConfigurationError:
        where, hint = _ADVICE.get(error, ("source.client_id", "check tenant, client_id and the secret"))
        first = description.partition("\r\n")[0].partition("\n")[0]
        return ConfigurationError([Problem(where, redact(f"no token is given: {error} {first}".strip()), hint)])
