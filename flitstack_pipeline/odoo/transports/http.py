"""HTTP to one Odoo: what may go wrong between the two, told apart by whether the request was sent."""

import contextlib
import logging
import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.odoo.errors import OdooBusy, OdooError, OdooForbidden, OdooReplyLost
from flitstack_pipeline.odoo.transports import faults
from flitstack_pipeline.odoo.transports.base import Call

CONNECT_SECONDS = 15.0
# Turned away before any work: by a limit (429), by a proxy that reaches no server (503), or half received (408, 425).
TURNED_AWAY = frozenset((408, 425, 429, 503))


@dataclass(frozen=True)
class Reply:
    """An answer that has the expected form, whatever its status says."""

    status: int
    body: bytes


class HttpChannel:
    """Keep-alive connections to one Odoo; safe to use from several threads."""

    def __init__(
        self, access: OdooAccess, *, timeout: float, max_connections: int, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.access = access
        # Odoo calls here carry their credentials each: a session cookie would only contradict them.
        no_cookies = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
        self._client = httpx.Client(
            base_url=access.url,
            cookies=no_cookies,
            follow_redirects=False,
            headers={"User-Agent": "flitstack-pipeline", "Accept-Encoding": "gzip"},
            limits=httpx.Limits(max_connections=max_connections, max_keepalive_connections=max_connections),
            timeout=httpx.Timeout(timeout, connect=min(CONNECT_SECONDS, timeout)),
            transport=transport,
            trust_env=not access.is_local,  # a proxy for the world does not lead back to this machine
        )

    def close(self) -> None:
        self._client.close()

    def post(self, path: str, content: bytes, *, call: Call, form: str, headers: dict[str, str] | None = None) -> Reply:
        """Send once. `form`: the media type of request and reply ("application/json").

        Raises OdooBusy when nothing was done, OdooReplyLost when that is not sure, OdooError for an answer not of Odoo.
        """
        with _network_errors(call, self.access):
            response = self._client.post(path, content=content, headers={"Content-Type": form, **(headers or {})})
        self._refuse_strangers(response, call, form)
        return Reply(response.status_code, response.content)

    def get(self, path: str, *, call: Call) -> httpx.Response:
        """Ask for a page that needs no credentials; every status is returned."""
        with _network_errors(call, self.access):
            return self._client.get(path)

    def _refuse_strangers(self, response: httpx.Response, call: Call, form: str) -> None:
        """Let only answers of Odoo's API through: everything else came from what stands before it, or is a page."""
        status = response.status_code
        if status in TURNED_AWAY:
            words = f"{call.label}: turned away with HTTP {status}{_title(response)}"
            raise call.blame(OdooBusy(words, retry_after=_retry_after(response)))
        if response.headers.get("content-type", "").partition(";")[0].strip().lower() == form:
            return
        if status >= 500:
            raise call.blame(OdooReplyLost(f"{call.label}: HTTP {status} without an answer of Odoo{_title(response)}"))
        if response.is_redirect:
            target = response.headers.get("location", "").partition("?")[0]
            hint = "Use the address that the browser shows when Odoo is open, without /web or /odoo."
            raise call.blame(OdooError(f"{self.access.url} redirects to {target}", kind="Redirect", hint=hint))
        if status == 404 and b"No database is selected" in response.content:
            raise call.blame(faults.no_database(self.access.database))
        if status == 413:
            hint = "Make batches smaller (options.batch_size) or let the proxy before Odoo take larger requests."
            words = f"{call.label}: the request is too large for the server"
            raise call.blame(OdooError(words, kind="TooLarge", hint=hint))
        kind: type[OdooError] = OdooForbidden if status in (401, 403) else OdooError
        hint = "Is this the address of Odoo itself, and does a proxy or login page stand before it?"
        if self.access.host.endswith(".odoo.com"):
            hint = f"{hint} {faults.PLAN_HINT}"
        words = f"{call.label}: HTTP {status} with a page instead of an answer of Odoo's API{_title(response)}"
        raise call.blame(kind(words, kind="NotOdoo", hint=hint))


@contextlib.contextmanager
def _network_errors(call: Call, access: OdooAccess) -> Iterator[None]:
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.PoolTimeout) as error:
        if _caused_by(error, ssl.SSLCertVerificationError):
            hint = "Certificates are always verified: have the server's mended, or set SSL_CERT_FILE to its authority."
            words = f"the certificate of {access.host} cannot be trusted: {error}"
            raise call.blame(OdooError(words, kind="Certificate", hint=hint)) from error
        hint = "Is the name in `url` right?" if _caused_by(error, socket.gaierror) else ""
        words = f"{call.label}: no connection to {access.url}: {_words(error)}"
        raise call.blame(OdooBusy(words, hint=hint)) from error
    except httpx.UnsupportedProtocol as error:
        raise call.blame(OdooError(f"{access.url} is no web address", kind="Address")) from error
    except httpx.TimeoutException as error:
        raise call.blame(OdooReplyLost(f"{call.label}: no reply in time: {_words(error)}")) from error
    except httpx.HTTPError as error:  # connection cut, broken reply, undecodable body
        raise call.blame(OdooReplyLost(f"{call.label}: the reply was lost: {_words(error)}")) from error


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _caused_by(error: BaseException | None, kind: type[BaseException]) -> bool:
    while error is not None:
        if isinstance(error, kind):
            return True
        error = error.__cause__ or error.__context__
    return False


def _title(response: httpx.Response) -> str:
    found = re.search(rb"<title[^>]*>([^<]{1,80})", response.content[:20_000], re.IGNORECASE)
    return f" ({faults.short(found.group(1).decode('utf-8', 'replace'))})" if found else ""


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds to wait as the server says, by number or by date; None if it does not say."""
    value = response.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", value):
        return float(value)
    if not value:
        return None
    try:
        then = parsedate_to_datetime(value)
    except ValueError:
        logging.getLogger(__name__).info("unreadable Retry-After header ignored")
        return None
    return max(0.0, (then - datetime.now(UTC)).total_seconds())
