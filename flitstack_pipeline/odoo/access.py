"""Who connects to which Odoo, and with what secret."""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from flitstack_pipeline import redact
from flitstack_pipeline.errors import ConfigurationError, Problem

PROTOCOLS = ("auto", "json2", "jsonrpc", "xmlrpc")


@dataclass(frozen=True, kw_only=True)
class OdooAccess:
    """Address, database and credentials of one Odoo.

    `api_key` is a key of the user (needed for JSON-2, and taken before the password elsewhere); `login` is needed for
    everything but JSON-2. `protocol` "auto" takes the best that the server has. Certificates are always verified, and
    plain `http` is refused but for this machine itself, unless `allow_http` says that the network between is trusted.
    """

    url: str
    database: str
    login: str = ""
    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    protocol: str = "auto"
    allow_http: bool = False

    def __post_init__(self) -> None:
        for secret in (self.password, self.api_key):
            if secret:
                redact.register_secret(secret)
        object.__setattr__(self, "url", self.url.strip().rstrip("/"))
        if problems := tuple(self._problems()):
            raise ConfigurationError(problems)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def secret(self) -> str:
        """What JSON-RPC and XML-RPC take for a password: an API key works there too."""
        return self.api_key or self.password

    @property
    def is_local(self) -> bool:
        """The address is this machine's own: what is sent there does not leave it."""
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def _problems(self) -> Iterator[Problem]:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            yield Problem("target.url", f"{_without_user(self.url)!r} is no web address", "like https://acme.odoo.com")
        elif parts.username or parts.password:
            yield Problem("target.url", "holds a user name or password", "name an environment variable instead")
        elif parts.query or parts.fragment:
            yield Problem("target.url", "holds more than an address", "leave out everything from ? or # on")
        elif parts.scheme == "http" and not (self.is_local or self.allow_http):
            yield Problem("target.url", f"http://{parts.hostname} would carry the secret in the clear", "use https://")
        if not self.database:
            yield Problem("target.database", "is missing", "on odoo.com it is the first part of the address")
        if self.protocol not in PROTOCOLS:
            yield Problem("target.protocol", f"{self.protocol!r} is unknown", "one of " + ", ".join(PROTOCOLS))
        elif self.protocol == "json2" and not self.api_key:
            yield Problem(
                "target.api_key_env", "JSON-2 takes an API key only", "Preferences → Security → API keys in Odoo"
            )
        if not self.secret:
            yield Problem("target.api_key_env", "neither API key nor password is given", "name an environment variable")
        elif not self.login and not self.api_key:
            yield Problem("target.login", "is missing", "a password needs the user's login")


def _without_user(url: str) -> str:
    return url.rpartition("@")[2]
