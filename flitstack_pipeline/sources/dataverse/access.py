"""Who reads which Dataverse organization, and with what secret."""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, quote, urlsplit

from flitstack_pipeline.errors import ConfigurationError, Problem
from flitstack_pipeline.redact import register_secret

API = "/api/data/v9.2"
MAX_PAGE_SIZE = 5000
PUBLIC_AUTHORITY = "https://login.microsoftonline.com"


@dataclass(frozen=True, kw_only=True)
class DataverseAccess:
    """Address of one organization and the app registration that reads it.

    `url`: the organization's address without a path (https://acme.crm4.dynamics.com). `authority`: where tokens are
    issued; sovereign clouds have their own. `calls_per_minute` is shared by everything on this machine that reads the
    organization with the same cache folder. `page_size`: rows to a page, 5,000 at most. `ca_file`: certificates to
    trust beside those of the system. Plain http is refused but for this machine itself.
    """

    url: str
    tenant: str
    client_id: str
    client_secret: str = field(repr=False)
    authority: str = PUBLIC_AUTHORITY
    calls_per_minute: int = 100
    page_size: int = MAX_PAGE_SIZE
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        if self.client_secret:
            register_secret(self.client_secret)
        object.__setattr__(self, "url", self.url.strip().rstrip("/"))
        object.__setattr__(self, "authority", self.authority.strip().rstrip("/"))
        if problems := tuple(self._problems()):
            raise ConfigurationError(problems)

    @property
    def api(self) -> str:
        """Address of the Web API, without a slash at its end."""
        return self.url + API

    @property
    def token_url(self) -> str:
        return f"{self.authority}/{quote(self.tenant, safe='')}/oauth2/v2.0/token"

    @property
    def scope(self) -> str:
        return f"{self.url}/.default"

    @property
    def host(self) -> str:
        """Host, and the port where it is not the usual one."""
        return urlsplit(self.url).netloc.casefold()

    @property
    def key(self) -> str:
        """The host as the name of a folder."""
        return "".join(c if c.isalnum() or c in ".-" else "_" for c in self.host)

    @property
    def is_local(self) -> bool:
        """The organization is served by this machine: no proxy for the world leads there."""
        return _is_local(urlsplit(self.url))

    def _problems(self) -> Iterator[Problem]:
        yield from _address_problems("source.url", self.url, "like https://acme.crm4.dynamics.com", path=False)
        yield from _address_problems("source.authority", self.authority, f"like {PUBLIC_AUTHORITY}", path=True)
        if not self.tenant:
            yield Problem("source.tenant", "is missing", "Microsoft Entra admin center → Overview → Tenant ID")
        if not self.client_id:
            yield Problem("source.client_id", "is missing", "the Application (client) ID of the app registration")
        if not self.client_secret:
            yield Problem("source.client_secret_env", "the secret is empty", "set the variable that it names")
        if self.calls_per_minute < 1:
            yield Problem("source.calls_per_minute", f"{self.calls_per_minute} is less than 1")
        if not 1 <= self.page_size <= MAX_PAGE_SIZE:
            yield Problem("source.page_size", f"{self.page_size} is not from 1 to {MAX_PAGE_SIZE}")
        if self.ca_file is not None and not self.ca_file.is_file():
            yield Problem("source.ca_file", f"there is no file {self.ca_file}")


def _address_problems(where: str, url: str, example: str, *, path: bool) -> Iterator[Problem]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        yield Problem(where, f"{url.rpartition('@')[2]!r} is no web address", example)
    elif parts.username or parts.password:
        yield Problem(where, "holds a user name or password", "leave it out")
    elif parts.query or parts.fragment or (parts.path and not path):
        yield Problem(where, "holds more than an address", f"leave out what follows the host: {example}")
    elif parts.scheme == "http" and not _is_local(parts):
        yield Problem(where, f"http://{parts.hostname} would carry secrets in the clear", "use https://")


def _is_local(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
