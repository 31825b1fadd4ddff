"""Calls to one Odoo, whatever its version: a few verbs, one way for every model."""

import functools
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx

from flitstack_pipeline.odoo import connecting
from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.odoo.errors import OdooError, OdooForbidden, OdooUnsupported
from flitstack_pipeline.odoo.retry import Retrier
from flitstack_pipeline.odoo.transports.base import Call, Transport
from flitstack_pipeline.odoo.transports.http import HttpChannel
from flitstack_pipeline.odoo.versions import OdooVersion

Record = dict[str, Any]
Domain = Sequence[Any]

IDS_PER_CALL = 2000
FIELD_ATTRIBUTES = (
    "string", "type", "required", "readonly", "store", "relation", "relation_field", "selection", "help",
    "company_dependent", "translate", "size", "digits", "currency_field", "searchable", "sortable", "manual", "depends",
)  # fmt: skip


class OdooClient:
    """One user's connection to one database.

    Values are sent as exact Python types (str, int, Decimal, date, UTC datetime, bytes) and come back as Odoo's JSON.
    Several threads may share a client. What may be repeated is repeated inside (see `odoo.retry`); what comes out
    is final.

    Usage::

        with OdooClient.connect(OdooAccess(url="https://acme.odoo.com", database="acme", api_key=key)) as odoo:
            ids = odoo.create("res.partner", [{"name": "Ada"}])
    """

    def __init__(
        self,
        *,
        access: OdooAccess,
        channel: HttpChannel,
        transport: Transport,
        version: OdooVersion,
        uid: int,
        retrier: Retrier,
    ) -> None:
        self.access = access
        self.version = version
        self.uid = uid
        self._channel = channel
        self._transport = transport
        self._retrier = retrier
        self._lock = threading.Lock()
        self._fields: dict[tuple[str, tuple[str, ...]], dict[str, Record]] = {}

    @classmethod
    def connect(
        cls,
        access: OdooAccess,
        *,
        transport: httpx.BaseTransport | None = None,
        retrier: Retrier | None = None,
        timeout: float = 120.0,
        max_connections: int = 4,
    ) -> "OdooClient":
        """Ask the server for its version, choose the protocol and prove who is calling.

        `timeout`: seconds that one reply may take. `transport` and `retrier` (clock, sleep, patience) are for tests and
        special networks. Raises OdooForbidden (not let in), OdooError (no Odoo there, no such database) and
        TransientError (away).
        """
        retrier = retrier or Retrier()
        channel = HttpChannel(access, timeout=timeout, max_connections=max_connections, transport=transport)
        try:
            link = connecting.connect(channel, retrier)
            client = cls(
                access=access,
                channel=channel,
                transport=link.transport,
                version=link.version,
                uid=link.uid,
                retrier=retrier,
            )
            client.version = link.version.of_edition(client._edition(link.version))
        except BaseException:
            channel.close()
            raise
        return client

    def __enter__(self) -> "OdooClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return (
            f"<OdooClient {self.access.url} {self.access.database} uid={self.uid} {self.protocol} {self.version.raw}>"
        )

    def close(self) -> None:
        self._channel.close()

    @property
    def protocol(self) -> str:
        """ "json2", "jsonrpc" or "xmlrpc"."""
        return self._transport.name

    @functools.cached_property
    def database_uuid(self) -> str:
        """The database's own mark, which a copy or a restore elsewhere changes; needs an administrator."""
        found = self.search_read("ir.config_parameter", [("key", "=", "database.uuid")], ["value"], limit=1)
        return str(found[0]["value"]) if found else ""

    # -- calling -------------------------------------------------------------------------------------------------------

    def call(
        self,
        model: str,
        method: str,
        *,
        ids: Sequence[int] | None = None,
        context: Mapping[str, Any] | None = None,
        retry: bool,
        **named: Any,
    ) -> Any:
        """Call a public method; `ids` is None for methods of the model, a sequence for methods of records.

        `retry` says that doing it twice equals doing it once. Without it a lost reply is OdooReplyLost (an
        OutcomeUnknown) at once; calls that Odoo never began or undid by itself are repeated in both cases.
        """
        call = Call(
            model=model, method=method, ids=None if ids is None else tuple(ids), named=named, context=context or None
        )
        return self._retrier.run(lambda: self._transport.send(call), repeatable=retry, label=call.label)

    def create(
        self,
        model: str,
        values: Sequence[Mapping[str, Any]],
        *,
        context: Mapping[str, Any] | None = None,
        unique: bool = False,
    ) -> list[int]:
        """Create records in one transaction; their ids in the order of `values`. Not repeated after a lost reply.

        `unique` says that the database itself refuses the same records a second time, because each brings an XML ID
        along. Then they are sent again, which creates them, or ends in OdooRejected with `xmlid_taken`: the first try
        did it.
        """
        if not values:
            return []
        ids = self.call(model, "create", context=context, retry=unique, vals_list=list(values))
        if not isinstance(ids, list) or len(ids) != len(values):
            raise OdooError(
                f"{model}.create: {len(values)} records were sent, Odoo answered {ids!r:.200}", kind="Protocol"
            )
        return ids

    def write(
        self, model: str, ids: Sequence[int], values: Mapping[str, Any], *, context: Mapping[str, Any] | None = None
    ) -> None:
        """Write the same absolute values to all of `ids` in one transaction.

        Repeated after a lost reply, so x2many commands must be of the absolute kind too: set (6), link (4), unlink (3),
        update (1); a create command (0) would be carried out twice and is sent once only.
        """
        if ids:
            self.call(model, "write", ids=ids, context=context, retry=not _creates(values), vals=dict(values))

    def unlink(self, model: str, ids: Sequence[int], *, context: Mapping[str, Any] | None = None) -> None:
        """Delete records, 2,000 a transaction. Those that are gone already are fine."""
        for chunk in _chunks(ids):
            self._unlink(model, chunk, context)

    def _unlink(self, model: str, ids: Sequence[int], context: Mapping[str, Any] | None) -> None:
        try:
            self.call(model, "unlink", ids=ids, context=context, retry=True)
        except (OdooForbidden, OdooUnsupported):
            raise
        except OdooError:
            left = self.existing(model, ids)
            if len(left) == len(ids):
                raise
            if left:
                self._unlink(model, left, context)

    # -- reading -------------------------------------------------------------------------------------------------------

    def existing(self, model: str, ids: Sequence[int]) -> list[int]:
        """Which of `ids` are there, archived ones too, in the given order."""
        found: set[int] = set()
        for chunk in _chunks(ids):
            found.update(self.search(model, [("id", "in", list(chunk))], order="id", context={"active_test": False}))
        return [i for i in ids if i in found]

    def read(
        self, model: str, ids: Sequence[int], fields: Sequence[str], *, context: Mapping[str, Any] | None = None
    ) -> list[Record]:
        """Read fields, 2,000 records a call, in the order of `ids`; many2one values come as [id, name] pairs.

        Records that are gone are left out or raise OdooMissing, as the version has it.
        """
        rows: list[Record] = []
        for chunk in _chunks(ids):
            rows += self.call(model, "read", ids=chunk, context=context, retry=True, fields=list(fields))
        return rows

    def search(
        self,
        model: str,
        domain: Domain,
        *,
        order: str | None = None,
        limit: int | None = None,
        offset: int = 0,
        context: Mapping[str, Any] | None = None,
    ) -> list[int]:
        """Find ids. Archived records count only with `active_test` False in the context, or a condition on `active`."""
        named = _page(order=order, limit=limit, offset=offset)
        return self.call(model, "search", context=context, retry=True, domain=list(domain), **named)

    def search_count(self, model: str, domain: Domain, *, context: Mapping[str, Any] | None = None) -> int:
        return self.call(model, "search_count", context=context, retry=True, domain=list(domain))

    def search_read(
        self,
        model: str,
        domain: Domain,
        fields: Sequence[str],
        *,
        order: str | None = "id",
        limit: int | None = None,
        offset: int = 0,
        context: Mapping[str, Any] | None = None,
    ) -> list[Record]:
        """Find and read in one call: for results that fit in memory; see `iter_search_read` for those that may not."""
        named = _page(order=order, limit=limit, offset=offset)
        return self.call(
            model, "search_read", context=context, retry=True, domain=list(domain), fields=list(fields), **named
        )

    def iter_search_read(
        self,
        model: str,
        domain: Domain,
        fields: Sequence[str],
        *,
        batch: int = IDS_PER_CALL,
        context: Mapping[str, Any] | None = None,
    ) -> Iterator[list[Record]]:
        """Yield batches in order of id. Each continues behind the last id, so that records which come or go meanwhile
        neither shift a page nor show twice, and memory stays flat."""
        last = 0
        while True:
            # A domain's conditions are joined by "and", and a further one in front does not change what follows it.
            rows = self.search_read(model, [("id", ">", last), *domain], fields, limit=batch, context=context)
            if rows:
                yield rows
            if len(rows) < batch:
                return
            last = rows[-1]["id"]

    # -- what this database has ----------------------------------------------------------------------------------------

    def fields_get(self, model: str, attributes: Sequence[str] = FIELD_ATTRIBUTES) -> dict[str, Record]:
        """The fields that this user may see, by name; kept until `refresh`. OdooUnsupported if there is no model."""
        key = (model, tuple(attributes))
        with self._lock:
            known = self._fields.get(key)
        if known is None:
            known = self.call(model, "fields_get", retry=True, attributes=list(attributes))
            with self._lock:
                self._fields[key] = known
        return known

    def refresh(self, model: str | None = None) -> None:
        """Forget what `fields_get` knows, of one model or of all, after fields or modules have changed."""
        with self._lock:
            self._fields = {key: known for key, known in self._fields.items() if model is not None and key[0] != model}

    def has_model(self, model: str) -> bool:
        try:
            self.search_count(model, [("id", "=", 0)])
        except OdooUnsupported:
            return False
        except OdooForbidden:
            return True  # it is there, for others
        return True

    def installed_modules(self) -> dict[str, str]:
        """Installed modules and their versions; needs an administrator."""
        rows = self.search_read(
            "ir.module.module", [("state", "in", ("installed", "to upgrade"))], ["name", "installed_version"]
        )
        return {row["name"]: row["installed_version"] or "" for row in rows}

    def _edition(self, version: OdooVersion) -> str:
        domain = [("name", "=", "web_enterprise"), ("state", "in", ("installed", "to upgrade"))]
        try:
            return "enterprise" if self.search_count("ir.module.module", domain) else "community"
        except OdooForbidden:
            return version.edition  # what the server says of its program: near enough for who may not look


def _page(*, order: str | None, limit: int | None, offset: int) -> dict[str, Any]:
    page = {"order": order, "limit": limit, "offset": offset}
    return {name: value for name, value in page.items() if value}


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), IDS_PER_CALL):
        yield ids[start : start + IDS_PER_CALL]


def _creates(values: Mapping[str, Any]) -> bool:
    """An x2many create command is among the values."""
    return any(
        isinstance(command, list | tuple) and len(command) == 3 and command[0] == 0
        for value in values.values()
        if isinstance(value, list | tuple)
        for command in value
    )
