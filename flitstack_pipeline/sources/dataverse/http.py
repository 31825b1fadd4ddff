"""Calls to one organization: within the limit, with a token, repeated where that helps."""

import json
import logging
import ssl
from dataclasses import replace
from decimal import Decimal
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from flitstack_pipeline.sources.dataverse.access import API, DataverseAccess
from flitstack_pipeline.sources.dataverse.auth import TokenSource
from flitstack_pipeline.sources.dataverse.errors import DataverseError, Subject, refusal
from flitstack_pipeline.sources.dataverse.limiter import CallLimiter
from flitstack_pipeline.sources.dataverse.patience import Patience, error_of, network_turn, turned_away

MAX_URL = 32_768
CONNECT_SECONDS = 20.0
READ_SECONDS = 180.0
_HEADERS = {
    "Accept": "application/json",
    "OData-Version": "4.0",
    "OData-MaxVersion": "4.0",
    "If-None-Match": "null",
    "User-Agent": "flitstack-pipeline",
}

logging.getLogger("httpx").setLevel(logging.WARNING)  # it writes a line for every call


class DataverseClient:
    """Keep-alive connections to one organization; safe to use from several threads.

    `transport` and `patience` are for tests. `limiter` is shared with everybody who reads this organization.
    """

    def __init__(
        self,
        access: DataverseAccess,
        *,
        limiter: CallLimiter,
        patience: Patience | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.access = access
        self.limiter = limiter
        patience = patience or Patience()
        no_cookies = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
        self._client = httpx.Client(
            headers=_HEADERS,
            cookies=no_cookies,
            follow_redirects=False,  # a token goes to the organization's own host only
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            verify=_context(access),
            trust_env=not access.is_local,
            transport=transport,
        )
        self.tokens = TokenSource(access, self._client, patience=patience, clock=patience.clock)
        self._patience = replace(patience, paused=limiter.pause)

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> "DataverseClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def get(self, url: str, *, subject: Subject, headers: dict[str, str] | None = None) -> httpx.Response:
        """GET a path below the API, or a link that Dataverse gave, exactly as it stands. The body is whole.

        Raises DataverseError; DataverseAway where a later try may succeed.
        """
        return self._send("GET", url, subject=subject, headers=headers or {}, content=None)

    def get_json(self, url: str, *, subject: Subject, prefer: str = "") -> dict[str, Any]:
        """GET an object. Numbers with a fraction are Decimals, digit for digit."""
        response = self.get(url, subject=subject, headers={"Prefer": prefer} if prefer else {})
        return parse_object(response, subject)

    def post_json(self, path: str, body: dict[str, Any], *, subject: Subject) -> dict[str, Any]:
        """POST to an action that only reads."""
        content = json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        return parse_object(self._send("POST", path, subject=subject, headers=headers, content=content), subject)

    def address(self, url: str, subject: Subject) -> str:
        """The full address of a path or link. Raises DataverseError for one that leads to another host, or is too long."""
        full = urljoin(f"{self.access.api}/", url)
        here, there = urlsplit(self.access.url), urlsplit(full)
        if (there.scheme, there.netloc.casefold()) != (
            here.scheme,
            here.netloc.casefold(),
        ) or not there.path.startswith(API):
            what = f"a link leads to {there.scheme}://{there.netloc}, which is not the organization"
            raise DataverseError(
                what, subject=subject, hint="the token is sent to nobody else; is `url` its own address?"
            )
        if len(full) > MAX_URL:
            what = (
                f"the address of the request has {len(full):,} characters, more than the {MAX_URL:,} that are allowed"
            )
            raise DataverseError(what, subject=subject, hint="declare fewer columns for this object in the map")
        return full

    def _send(
        self, method: str, url: str, *, subject: Subject, headers: dict[str, str], content: bytes | None
    ) -> httpx.Response:
        full = self.address(url, subject)

        def attempt() -> httpx.Response:
            token = self.tokens.token()
            response = self._once(method, full, token, headers=headers, content=content, subject=subject)
            if response.status_code == httpx.codes.UNAUTHORIZED:
                self.tokens.refused(token)
                token = self.tokens.token()
                response = self._once(method, full, token, headers=headers, content=content, subject=subject)
            if turn := turned_away(response, subject):
                raise turn
            return response

        response = self._patience.run(attempt, label=str(subject))
        if response.is_success:
            return response
        if response.is_redirect:
            what = "redirects instead of answering"
            hint = "`url` is the address that the browser shows when the app is open, without a path"
            raise DataverseError(what, subject=subject, hint=hint, status=response.status_code)
        code, said = error_of(response)
        raise refusal(status=response.status_code, code=code, said=said, subject=subject)

    def _once(
        self, method: str, url: str, token: str, *, headers: dict[str, str], content: bytes | None, subject: Subject
    ) -> httpx.Response:
        self.limiter.acquire()
        try:
            return self._client.request(
                method, url, headers={**headers, "Authorization": f"Bearer {token}"}, content=content
            )
        except httpx.HTTPError as error:
            raise network_turn(error, self.access.url, subject) from error


def parse_object(response: httpx.Response, subject: Subject) -> dict[str, Any]:
    """The JSON object of an answer. Raises DataverseError for an answer that is none of the Web API."""
    try:
        found = json.loads(response.content, parse_float=Decimal)
    except ValueError as error:
        raise no_json(response, subject) from error
    if not isinstance(found, dict):
        raise no_json(response, subject)
    return found


def no_json(response: httpx.Response, subject: Subject) -> DataverseError:
    """The error of an answer that is a page, or anything else but what the Web API gives."""
    hint = "does a proxy or a login page stand before it, and is `url` the organization's address?"
    what = "the answer is no JSON of the Web API"
    return DataverseError(what, subject=subject, status=response.status_code, hint=hint)


def _context(access: DataverseAccess) -> ssl.SSLContext | bool:
    if access.ca_file is None:
        return True
    context = ssl.create_default_context()
    context.load_verify_locations(cafile=access.ca_file)
    return context
