"""The first words with a server: which Odoo it is, how to speak to it, and who is calling."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flitstack_pipeline.odoo.errors import OdooError
from flitstack_pipeline.odoo.retry import Retrier
from flitstack_pipeline.odoo.transports.base import Call, Transport
from flitstack_pipeline.odoo.transports.http import HttpChannel
from flitstack_pipeline.odoo.transports.json2 import Json2
from flitstack_pipeline.odoo.transports.jsonrpc import JsonRpc
from flitstack_pipeline.odoo.transports.xmlrpc import XmlRpc
from flitstack_pipeline.odoo.versions import JSON2_SINCE, OdooVersion

PAGE = Call(model="", method="web/version")
LOGIN = Call(model="", method="login")


@dataclass(frozen=True)
class Link:
    """A proven connection."""

    transport: Transport
    version: OdooVersion
    uid: int


def connect(channel: HttpChannel, retrier: Retrier) -> Link:
    """Find version and protocol, log in; with less patience than later, so that a wrong address is said soon."""
    hasty = replace(retrier, policy=replace(retrier.policy, tries=min(3, retrier.policy.tries)))

    def ask(attempt: Callable[[], Any], label: str) -> Any:
        return hasty.run(attempt, repeatable=True, label=label)

    version, answering = _version(channel, ask)
    transport = _choose(channel, version, answering)
    return Link(transport, version, ask(transport.login, f"log in by {transport.name}"))


def _version(channel: HttpChannel, ask: Callable[[Callable[[], Any], str], Any]) -> tuple[OdooVersion, str]:
    """The version, and the best protocol that has answered: Odoo 19 has a page for it, older ones tell by RPC only."""
    if version := ask(lambda: _version_page(channel), "web/version"):
        return version, "json"
    refusals = []
    for rpc in (JsonRpc(channel), XmlRpc(channel)):
        try:
            told = ask(rpc.version, "common.version")
        except OdooError as error:
            refusals.append(error)
        else:
            if version := _read(told, "server_version"):
                return version, rpc.name
            refusals.append(OdooError(f"{channel.access.url} does not tell a version of Odoo", kind="NotOdoo"))
    raise refusals[0]


def _read(told: Any, name: str) -> OdooVersion | None:
    """The version in an answer; None if the answer is somebody else's."""
    if not isinstance(told, dict) or not told.get(f"{name}_info"):
        return None
    try:
        return OdooVersion.parse(str(told.get(name, "")), told[f"{name}_info"])
    except (ValueError, TypeError, LookupError):
        return None


def _version_page(channel: HttpChannel) -> OdooVersion | None:
    response = channel.get("/web/version", call=PAGE)
    if response.status_code != 200 or "json" not in response.headers.get("content-type", ""):
        return None
    try:
        return _read(response.json(), "version")
    except ValueError:
        return None


def _choose(channel: HttpChannel, version: OdooVersion, answering: str) -> Transport:
    access = channel.access
    protocol = access.protocol
    if protocol == "auto":
        if version.major >= JSON2_SINCE and access.api_key:
            protocol = "json2"
        else:
            protocol = "xmlrpc" if answering == "xmlrpc" else "jsonrpc"
    if protocol == "json2":
        if version.major < JSON2_SINCE:
            raise OdooError(f"Odoo {version.raw} has no JSON-2", kind="Protocol", hint="Leave `protocol` out.")
        return Json2(channel)
    if not access.login:
        hint = "Add `login`: only JSON-2 knows the user by the API key alone."
        raise OdooError(f"{protocol} needs the user's login", kind="Protocol", hint=hint)
    if protocol == "xmlrpc":
        return XmlRpc(channel)
    rpc = JsonRpc(channel)
    if not version.rule("jsonrpc.errors") and not rpc.tells_errors():
        if access.protocol == "jsonrpc":
            hint = "Say `protocol: xmlrpc` or leave it out. (A `dbfilter` on the server that lets one database through helps too.)"
            text = (
                f"with several databases on the server, Odoo {version.raw} does not say what it refuses over JSON-RPC"
            )
            raise OdooError(text, kind="Protocol", hint=hint)
        return XmlRpc(channel)
    return rpc
