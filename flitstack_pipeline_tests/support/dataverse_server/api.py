"""The Web API without HTTP: a request in, an answer or a DataverseError out."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from support.dataverse_server.database import Database
from support.dataverse_server.definitions import Definitions
from support.dataverse_server.errors import DataverseError, bad_request, no_such_row, unknown_segment
from support.dataverse_server.expand import read_expand
from support.dataverse_server.files import ACTIONS, Files
from support.dataverse_server.model import Entity
from support.dataverse_server.query import RowQuery
from support.dataverse_server.request import Preferences, Query, read_preferences, read_query
from support.dataverse_server.values import Renderer, to_json

_VERSION = re.compile(r"/api/data/v9\.[0-2]/?(.*)")
_ROW = re.compile(r"(\w+)\((?:(\w+)=)?([0-9A-Fa-f-]{36})\)")
_COUNTED = re.compile(r"RetrieveTotalRecordCount\((?:EntityNames=(\[.*\]|@\w+))\)")
_LIST_ONLY = {"activityparty"}


@dataclass(frozen=True)
class Call:
    """A request. Header names are lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class WebApi:
    """What the org answers. `denied` are tables that the application may not read; `application_user` False refuses all."""

    database: Database
    files: Files
    url: str = ""
    application_user: bool = True
    denied: set[str] = field(default_factory=set)

    def answer(self, call: Call) -> Answer:
        """Answer a request whose token is good; raises DataverseError."""
        match = _VERSION.fullmatch(call.path)
        if not match:
            raise DataverseError(404, "0x8006088a", f"Resource not found for the segment '{call.path.strip('/')}'.")
        if not self.application_user:
            message = f"The user is not a member of the organization {self.database.info.name}."
            raise DataverseError(403, "0x80072560", message)
        preferences = read_preferences(call.headers.get("prefer", ""))
        segments = [unquote(s) for s in match[1].split("/")] if match[1] else []
        with self.database.lock:
            shown = self._route(call, segments, preferences)
        if isinstance(shown, Answer):
            return shown
        headers = {"Content-Type": "application/json; odata.metadata=minimal"}
        if preferences.applied:
            headers["Preference-Applied"] = ",".join(preferences.applied)
        return Answer(200, to_json(shown), headers)

    @property
    def base(self) -> str:
        return f"{self.url}/api/data/v9.2"

    def _route(self, call: Call, segments: list[str], preferences: Preferences) -> dict[str, Any] | Answer:
        if call.method == "POST" and segments and segments[-1].removeprefix("Microsoft.Dynamics.CRM.") in ACTIONS:
            return self._action(segments[-1].removeprefix("Microsoft.Dynamics.CRM."), call.body)
        if call.method != "GET":
            raise self._no_writing(segments)
        if not segments:
            sets = self.database.entities.values()
            listed = [{"name": e.entity_set_name, "kind": "EntitySet", "url": e.entity_set_name} for e in sets]
            return {"@odata.context": f"{self.base}/$metadata", "value": listed}
        query = read_query(call.query)
        first = segments[0]
        if first.split("(")[0] in ("EntityDefinitions", "GlobalOptionSetDefinitions"):
            return Definitions(self.database, query, self.base).answer(segments)
        if first.removesuffix("()") == "WhoAmI" and len(segments) == 1:
            return self._who_am_i()
        if first.startswith("RetrieveTotalRecordCount("):
            return self._total_count(first, query)
        if row := _ROW.fullmatch(first):
            return self._row(call, row, segments[1:], query, preferences)
        entity = self._readable(first)
        if segments[1:] == ["$count"]:
            count = RowQuery(self.database, entity, query, preferences, self.base).count()
            return Answer(200, str(count).encode(), {"Content-Type": "text/plain"})
        if len(segments) > 1:
            raise unknown_segment(segments[1])
        return RowQuery(self.database, entity, query, preferences, self.base).answer()

    # -- single things ------------------------------------------------------------------------------------------------

    def _row(
        self, call: Call, match: re.Match[str], rest: list[str], query: Query, preferences: Preferences
    ) -> dict[str, Any] | Answer:
        entity, row_id = self._readable(match[1]), match[3].lower()
        if match[2] and match[2] != entity.primary_id:
            raise bad_request(f"Bad Request - Error in query syntax: {match[2]} is no key of {entity.logical_name}.")
        if entity.logical_name in _LIST_ONLY:
            raise DataverseError(
                405, "0x80040800", f"The 'Retrieve' method does not support entities of type '{entity.logical_name}'."
            )
        in_json = len(rest) == 1 and "range" in call.headers
        if rest[1:] == ["$value"] or in_json:
            full = "size=full" in call.query
            headers = {"Range": value} if (value := call.headers.get("range")) else {}
            found = self.files.value(entity, row_id, rest[0], headers, full=full)
            if in_json and found.status < 300:
                # Without `$value` the bytes come as base64 in JSON, with the same headers: a foreign client reads them so.
                content = {"value": base64.b64encode(found.content).decode()}
                return Answer(found.status, to_json(content), found.headers | {"Content-Type": "application/json"})
            return Answer(found.status, found.content, found.headers)
        row = self.database.table(entity.logical_name).get(row_id)
        if row is None:
            raise no_such_row(entity.title, row_id)
        if rest and (len(rest) > 1 or rest[0] not in entity.by_property()):
            raise unknown_segment(rest[0])
        # The same checks as for a list: what it selects, and that it asks for nothing a row cannot have.
        RowQuery(self.database, entity, query, Preferences(), self.base)
        context = f"{self.base}/$metadata#{entity.entity_set_name}"
        if rest:
            shown = Renderer(self.database, entity, rest, preferences.annotations)(row)
            return {"@odata.context": f"{context}({row_id})/{rest[0]}", "value": shown[rest[0]]}
        shown = Renderer(self.database, entity, query.select, preferences.annotations)(row)
        for expansion in read_expand(query.get("$expand"), self.database, entity, preferences.annotations):
            shown[expansion.navigation] = expansion.show(row)
        return {"@odata.context": f"{context}/$entity", **shown}

    def _who_am_i(self) -> dict[str, Any]:
        info = self.database.info
        return {
            "@odata.context": f"{self.base}/$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse",
            "BusinessUnitId": info.business_unit_id,
            "UserId": info.user_id,
            "OrganizationId": info.organization_id,
        }

    def _total_count(self, segment: str, query: Query) -> dict[str, Any]:
        match = _COUNTED.fullmatch(segment)
        text = query.aliases.get(match[1], match[1]) if match else ""
        try:
            names = json.loads(text.replace("'", '"'))
        except ValueError:
            raise bad_request("The parameter EntityNames is no list of names.", "0x80060888") from None
        if missing := [n for n in names if n not in self.database.entities]:
            raise bad_request(
                f"The entity with a name = '{missing[0]}' was not found in the MetadataCache.", "0x80041102"
            )
        return {
            "@odata.context": f"{self.base}/$metadata#Microsoft.Dynamics.CRM.RetrieveTotalRecordCountResponse",
            "EntityRecordCountCollection": {
                "Count": len(names),
                "IsReadOnly": False,
                "Keys": names,
                "Values": [len(self.database.table(n)) for n in names],
            },
        }

    def _action(self, name: str, body: bytes) -> dict[str, Any]:
        try:
            arguments = json.loads(body or b"{}")
        except ValueError:
            raise bad_request("Stream was not readable.", "0x80048d19") from None
        kind = f"Microsoft.Dynamics.CRM.{name}Response"
        return {"@odata.context": f"{self.base}/$metadata#{kind}", **self.files.action(name, arguments)}

    def _readable(self, set_name: str) -> Entity:
        entity = self.database.entity_of_set(set_name)
        if entity is None:
            raise unknown_segment(set_name)
        if entity.logical_name in self.denied:
            user = self.database.info.user_id
            message = f"Principal user (Id={user}, type=8) is missing prvRead{entity.title} privilege."
            raise DataverseError(403, "0x80040220", message)
        return entity

    def _no_writing(self, segments: list[str]) -> DataverseError:
        name = segments[0].partition("(")[0] if segments else ""
        entity = self.database.entity_of_set(name)
        if entity is None:
            return unknown_segment(name)
        message = (
            f"Principal user (Id={self.database.info.user_id}, type=8) is missing prvWrite{entity.title} privilege."
        )
        return DataverseError(403, "0x80040220", message)
