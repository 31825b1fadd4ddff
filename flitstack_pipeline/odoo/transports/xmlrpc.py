"""XML-RPC: every version from 14, deprecated since 19; slower than JSON: for servers that let nothing else through.

Two things it cannot carry: control characters (refused before sending; Odoo drops them from what it returns) and
integers over 32 bits. A carriage return is escaped, else the parser on the other side would make a line feed of it.
"""

import re
import xmlrpc.client
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from xml.parsers.expat import ExpatError

from defusedxml.common import DefusedXmlException
from defusedxml.xmlrpc import DefusedExpatParser

from flitstack_pipeline.odoo.errors import OdooReplyLost
from flitstack_pipeline.odoo.transports import faults
from flitstack_pipeline.odoo.transports.base import Call
from flitstack_pipeline.odoo.transports.http import HttpChannel
from flitstack_pipeline.odoo.transports.jsonrpc import LOGIN, VERSION
from flitstack_pipeline.odoo.transports.wire import NOT_XML, plain, unsendable

FORM = "text/xml"
# Odoo's fault codes: 1 is any other exception, with its traceback for text.
FAULT_NAMES = {2: "UserError", 3: "AccessDenied", 4: "AccessError"}
# The work is done and committed; only its result has no form in Odoo's XML: None, or records (of `reconcile` in Odoo 14, say).
NO_FORM = re.compile(r"cannot marshal (None unless allow_none is enabled|<class 'odoo\.)")


class XmlRpc:
    """`POST /xmlrpc/2/object` with `execute_kw`."""

    name = "xmlrpc"

    def __init__(self, channel: HttpChannel) -> None:
        self._channel = channel
        self._uid = 0

    def login(self) -> int:
        access = self._channel.access
        uid = self._service(LOGIN, "common", "authenticate", (access.database, access.login, access.secret, {}))
        if not uid:
            raise faults.not_let_in(access.login, access.host)
        self._uid = int(uid)
        return self._uid

    def version(self) -> dict[str, Any]:
        """Odoo's version as it tells anyone: keys `server_version`, `server_version_info`."""
        return self._service(VERSION, "common", "version", ())

    def send(self, call: Call) -> Any:
        access = self._channel.access
        args, kwargs = call.execute_kw()
        head = (access.database, self._uid, access.secret, call.model, call.method)
        return self._service(call, "object", "execute_kw", (*head, args, kwargs))

    def _service(self, call: Call, service: str, method: str, params: tuple[Any, ...]) -> Any:
        body = _dumps(call, method, params)
        reply = self._channel.post(f"/xmlrpc/2/{service}", body, call=call, form=FORM)
        try:
            return _loads(reply.body)
        except xmlrpc.client.Fault as error:
            text = str(error.faultString)
            if NO_FORM.search(text) and not call.reads:
                return None
            code = int(error.faultCode)
            name, message = (FAULT_NAMES[code], text) if code in FAULT_NAMES else _last_exception(text)
            raise faults.fault(call, name=name, message=message, host=self._channel.access.host) from None
        except (ExpatError, DefusedXmlException, xmlrpc.client.Error, ValueError, LookupError) as error:
            lost = OdooReplyLost(
                f"{call.label}: the reply is no XML-RPC (HTTP {reply.status}, {len(reply.body)} bytes)"
            )
            lost.of(call.model, call.method, call.ids)
            raise lost from error


class _Marshaller(xmlrpc.client.Marshaller):
    """Python's own, made exact: what XML cannot carry is an error, not broken XML."""

    # Python's marshaller looks its handlers up by exact type, in the class.
    dispatch: ClassVar[dict[Any, Any]] = dict(xmlrpc.client.Marshaller.dispatch)  # pyright: ignore[reportIncompatibleVariableOverride]

    def dump_text(self, value: str, write: Any) -> None:
        if NOT_XML.search(value):
            raise ValueError("control character")
        write("<value><string>")
        write(xmlrpc.client.escape(value).replace("\r", "&#13;"))
        write("</string></value>\n")

    def dump_plain(self, value: Any, write: Any) -> None:
        self.dispatch[type(simple := plain(value))](self, simple, write)

    def dump_finite(self, value: float, write: Any) -> None:
        if value - value != 0:
            raise ValueError("not finite")
        write(f"<value><double>{value!r}</double></value>\n")

    dispatch[str] = dump_text
    dispatch[float] = dump_finite
    for _type in (bytes, bytearray, date, datetime, Decimal, frozenset, set):
        dispatch[_type] = dump_plain


def _dumps(call: Call, method: str, params: tuple[Any, ...]) -> bytes:
    try:
        body = _Marshaller(encoding="utf-8", allow_none=True).dumps(params)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise unsendable(call, xml=True) from error
    head = f"<?xml version='1.0'?>\n<methodCall>\n<methodName>{method}</methodName>\n"
    return f"{head}{body}</methodCall>\n".encode()


def _loads(body: bytes) -> Any:
    target = xmlrpc.client.Unmarshaller(use_builtin_types=True)
    parser = DefusedExpatParser(target, forbid_dtd=True)
    parser.feed(body)
    parser.close()
    return target.close()[0]


def _last_exception(text: str) -> tuple[str, str]:
    """Name and message of the exception that a traceback ends in; its frames are of no use to a caller."""
    lines = text.rpartition("Traceback (most recent call last):\n")[2].splitlines()
    while lines and lines[0].startswith("  "):
        del lines[0]
    name, colon, message = "\n".join(lines).partition(": ")
    return (name, message) if colon and " " not in name else ("Error", "\n".join(lines) or text)
