"""The authority: gives tokens to the one registered application, and tells good tokens from bad ones."""

import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from support.dataverse_server.errors import unauthorized

_GRAPH = "https://graph.microsoft.com"


@dataclass(frozen=True)
class Identity:
    """The tenant, and the application that may ask for tokens."""

    tenant: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass
class Authority:
    """Tokens live `seconds`. `audience` is the address of the org. Token requests are counted in `issued`."""

    identity: Identity
    audience: str = ""
    seconds: float = 3599
    issued: int = 0
    _tokens: dict[str, tuple[str, float]] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def document(self, tenant: str, address: str) -> tuple[int, dict[str, Any]]:
        """The OpenID configuration of a tenant."""
        if tenant != self.identity.tenant:
            return _refused(400, "invalid_tenant", f"AADSTS90002: Tenant '{tenant}' not found.", 90002)
        root = f"{address}/{tenant}"
        return 200, {
            "issuer": f"{root}/v2.0",
            "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
            "token_endpoint": f"{root}/oauth2/v2.0/token",
            "device_authorization_endpoint": f"{root}/oauth2/v2.0/devicecode",
            "jwks_uri": f"{root}/discovery/v2.0/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "tenant_region_scope": "EU",
        }

    def token(self, tenant: str, body: bytes, content_type: str) -> tuple[int, dict[str, Any]]:
        """Answer a token request: status and JSON."""
        if not content_type.startswith("application/x-www-form-urlencoded"):
            return _refused(400, "invalid_request", "AADSTS900144: The request body must be a form.", 900144)
        form = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        if tenant != self.identity.tenant:
            return _refused(400, "invalid_request", f"AADSTS90002: Tenant '{tenant}' not found.", 90002)
        for name in ("grant_type", "client_id", "scope"):
            if not form.get(name):
                text = f"AADSTS900144: The request body must contain the following parameter: '{name}'."
                return _refused(400, "invalid_request", text, 900144)
        return self._refusal(form) or self._issue(form["scope"].removesuffix(".default").rstrip("/"))

    def _refusal(self, form: Mapping[str, str]) -> tuple[int, dict[str, Any]] | None:
        if form["grant_type"] != "client_credentials":
            text = f"AADSTS70003: The app requested an unsupported grant type '{form['grant_type']}'."
            return _refused(400, "unsupported_grant_type", text, 70003)
        if form["client_id"] != self.identity.client_id:
            text = f"AADSTS700016: Application with identifier '{form['client_id']}' was not found in the directory."
            return _refused(400, "unauthorized_client", text, 700016)
        if not secrets.compare_digest(form.get("client_secret", "").encode(), self.identity.client_secret.encode()):
            return _refused(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.", 7000215)
        scope = form["scope"]
        if not scope.endswith("/.default"):
            text = (
                f"AADSTS1002012: The provided value for scope {scope} is not valid. Client credential flows must have "
            )
            return _refused(
                400, "invalid_scope", text + "a scope value with /.default suffixed to the resource.", 1002012
            )
        if scope.removesuffix(".default").rstrip("/") not in (self.audience, _GRAPH):
            text = f"AADSTS500011: The resource principal named {scope.removesuffix('/.default')} was not found in the tenant."
            return _refused(400, "invalid_resource", text, 500011)
        return None

    def _issue(self, audience: str) -> tuple[int, dict[str, Any]]:
        token = f"fake.{secrets.token_urlsafe(48)}"
        with self._lock:
            now = time.monotonic()
            self._tokens = {t: known for t, known in self._tokens.items() if known[1] > now - 3600}
            self._tokens[token] = (audience, now + self.seconds)
            self.issued += 1
        seconds = int(self.seconds)
        return 200, {"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token}

    def check(self, header: str) -> None:
        """Raise DataverseError (401) unless the Authorization header has a living token for this org."""
        kind, _, token = header.partition(" ")
        with self._lock:
            known = self._tokens.get(token)
        if kind != "Bearer" or not token:
            raise self._challenge("HTTP Error 401 - Unauthorized: Access is denied")
        if known is None:
            raise self._challenge("Bearer token is malformed or its signature is invalid.")
        if known[0] != self.audience:
            raise self._challenge(f"Token was issued for another audience than {self.audience}.")
        if known[1] <= time.monotonic():
            raise self._challenge("ExpiredAuthTicket: The token has expired.")

    def expire_tokens(self) -> None:
        """All tokens given out so far are over."""
        with self._lock:
            self._tokens = {token: (audience, 0.0) for token, (audience, _) in self._tokens.items()}

    def _challenge(self, message: str) -> Exception:
        error = unauthorized(message)
        where = f"{self.audience}/{self.identity.tenant}/oauth2/authorize"
        error.headers["WWW-Authenticate"] = f"Bearer authorization_uri={where}, resource_id={self.audience}/"
        return error


def _refused(status: int, error: str, text: str, number: int) -> tuple[int, dict[str, Any]]:
    return status, {
        "error": error,
        "error_description": f"{text} Trace ID: 00000000-0000-0000-0000-000000000000",
        "error_codes": [number],
        "timestamp": time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime()),
        "trace_id": "00000000-0000-0000-0000-000000000000",
        "correlation_id": "00000000-0000-0000-0000-000000000000",
    }
