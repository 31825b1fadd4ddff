"""The side door for tests: edits, faults, switches and the request log. In process, or over HTTP with a key."""

import json
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from support.dataverse_server.api import WebApi
from support.dataverse_server.errors import OrgError
from support.dataverse_server.faults import Fault, Faults, Limits, Log
from support.dataverse_server.model import Attribute
from support.dataverse_server.tokens import Authority

KEY_HEADER = "X-Control-Key"
PATH = "/_control/"


class Control:
    """Everything a test can do to a running server. Values are written as in the data files of an org folder."""

    def __init__(self, api: WebApi, *, authority: Authority, faults: Faults, log: Log, limits: Limits) -> None:
        self._api = api
        self._database = api.database
        self._authority = authority
        self._faults = faults
        self._log = log
        self._limits = limits

    # -- rows and definitions -----------------------------------------------------------------------------------------

    def create(self, entity: str, values: Mapping[str, Any], row_id: str | None = None) -> str:
        """Add a row; its id is returned. `modifiedon` and `versionnumber` are set as Dataverse would."""
        return self._database.create(entity, values, row_id)

    def update(self, entity: str, row_id: str, values: Mapping[str, Any]) -> None:
        self._database.update(entity, row_id, values)

    def delete(self, entity: str, row_id: str) -> None:
        self._database.delete(entity, row_id)

    def remove_attribute(self, entity: str, attribute: str) -> None:
        """The column is gone, for selects as for metadata; delta links of its table expire."""
        self._database.remove_attribute(entity, attribute)

    def change_attribute(self, entity: str, attribute: str, changes: Mapping[str, Any]) -> None:
        """For example {"type": "Memo"} or {"max_length": 20}; delta links of its table expire."""
        self._database.change_attribute(entity, attribute, changes)

    def add_attribute(self, entity: str, name: str, kind: str, label: str = "") -> None:
        """A new custom column, empty in every row."""
        labels = {self._database.info.base_language: label or name}
        self._database.add_attribute(entity, Attribute(name, kind, labels=labels, custom=True, schema_name=name))

    def remove_option(self, entity: str, attribute: str, value: int) -> None:
        self._database.remove_option(entity, attribute, value)

    def relabel_option(self, entity: str, attribute: str, value: int, label: str) -> None:
        self._database.relabel_option(entity, attribute, value, label)

    def edit(self, edits: Sequence[Mapping[str, Any]]) -> None:
        """Several of the above in a row: each {"do": "update", …its arguments}."""
        for one in edits:
            arguments = dict(one)
            name = arguments.pop("do")
            if name not in _EDITS:
                raise OrgError(f"there is no edit {name!r}; known: {', '.join(sorted(_EDITS))}")
            getattr(self, name)(**arguments)

    # -- trouble ------------------------------------------------------------------------------------------------------

    def fault(
        self,
        kind: str,
        match: str = "/api/data/",
        times: int = 1,
        after: int = 0,
        retry_after: float | None = 1,
        **data: Any,
    ) -> None:
        """Add trouble for requests to come: see `faults.KINDS` for kinds and their data."""
        self._faults.add(Fault(kind, match, times, after, retry_after, data))

    def clear_faults(self) -> None:
        self._faults.clear()

    def faults(self) -> list[dict[str, Any]]:
        """Faults that no request has met yet."""
        return self._faults.waiting()

    def expire_tokens(self) -> None:
        self._authority.expire_tokens()

    def expire_deltas(self, entity: str | None = None) -> None:
        """Delta links given out so far (of one table) are refused with 0x80044352."""
        for name in [entity] if entity else list(self._database.entities):
            self._database.version += 1
            self._database.oldest_delta[name] = self._database.version

    def put_clock_forward(self, days: float) -> None:
        """Changes from now on are that many days later, and old delta links expire by themselves."""
        self._database.clock_ahead += timedelta(days=days)

    def switch(self, **settings: Any) -> None:
        """token_seconds, chunking, application_user, denied (names of tables), limit_requests, limit_concurrent."""
        targets = {
            "token_seconds": (self._authority, "seconds"),
            "chunking": (self._api.files, "chunking"),
            "application_user": (self._api, "application_user"),
            "denied": (self._api, "denied"),
            "limit_requests": (self._limits, "requests"),
            "limit_concurrent": (self._limits, "concurrent"),
        }
        for name, value in settings.items():
            if name not in targets:
                raise OrgError(f"there is no setting {name!r}; known: {', '.join(targets)}")
            setattr(*targets[name], set(value) if name == "denied" else value)

    # -- the log ------------------------------------------------------------------------------------------------------

    def requests(self) -> list[dict[str, Any]]:
        """method, path (with the query as it was sent), status, at (epoch), seconds, size, prefer, faults; oldest first."""
        return [asdict(entry) for entry in self._log.entries()]

    def clear_requests(self) -> None:
        self._log.clear()


_EDITS = frozenset({
    "create", "update", "delete", "remove_attribute", "change_attribute", "add_attribute", "remove_option",
    "relabel_option", "expire_tokens", "expire_deltas", "switch", "put_clock_forward",
})  # fmt: skip
CALLS = _EDITS | {"edit", "fault", "clear_faults", "faults", "requests", "clear_requests"}


class RemoteControl:
    """The same calls to a server in another process, by the state file that it wrote."""

    def __init__(self, state: Mapping[str, Any]) -> None:
        self._url = state["control_url"]
        self._key = state["control_key"]

    def __getattr__(self, name: str) -> Any:
        if name not in CALLS:
            raise AttributeError(name)
        return lambda *args, **kwargs: self._call(name, args, kwargs)

    def _call(self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        body = json.dumps({"args": args, "kwargs": kwargs}).encode()
        request = urllib.request.Request(self._url + name, data=body, headers={KEY_HEADER: self._key})
        # No proxy: the server is on this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as reply:
            answer = json.load(reply)
        if "error" in answer:
            raise OrgError(answer["error"])
        return answer["result"]
