"""Lists of rows: filter, order, pages, counts and changes since a delta link."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote, unquote

from support.dataverse_server.database import Database
from support.dataverse_server.errors import bad_request, unknown_property
from support.dataverse_server.expand import Expansion, read_expand
from support.dataverse_server.filters import comparable, compile_filter, read_order
from support.dataverse_server.model import LOOKUPS, Attribute, Entity
from support.dataverse_server.org import Row
from support.dataverse_server.request import MAX_PAGE, Preferences, Query, refuse_with_tracking
from support.dataverse_server.values import Renderer

TOTAL = "Microsoft.Dynamics.CRM.totalrecordcount"
TOTAL_EXCEEDED = "Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"
METADATA_VERSION = "Microsoft.Dynamics.CRM.globalmetadataversion"
_EXPIRED = "Version stamp associated with the client has expired. Please perform a full sync."
# A deleted row in a list of changes: stands among the rows until it is shown.
_GONE = "\0gone"


@dataclass(frozen=True)
class Cookie:
    """What a `$skiptoken` carries: the page, where the last one ended, and what the pages belong to."""

    page: int
    last: list[Any]
    size: int
    since: int | None = None
    start: int | None = None


class RowQuery:
    """One request for a list of rows of one table."""

    def __init__(
        self, database: Database, entity: Entity, query: Query, preferences: Preferences, base_url: str
    ) -> None:
        self._database = database
        self._entity = entity
        self._query = query
        self._preferences = preferences
        self._base = base_url
        self._known = entity.by_property()
        for name in query.select or ():
            if name not in self._known:
                raise unknown_property(name, entity.logical_name)
        self._delta = query.get("$deltatoken")
        self._tracking = preferences.track_changes or self._delta is not None
        if self._tracking:
            refuse_with_tracking(query)
            if not entity.change_tracking:
                raise bad_request(f"Entity: {entity.logical_name} isn't enabled for change tracking.", "0x8006088a")
        self._cookie = self._read_cookie()
        self._predicate = self._filter()
        self._order = read_order(query.options["$orderby"]) if query.get("$orderby") else []
        for name, _ in self._order:
            if name not in self._known:
                raise unknown_property(name, entity.logical_name)
        self._expansions: list[Expansion] = read_expand(query.get("$expand"), database, entity, preferences.annotations)

    # -- answers ------------------------------------------------------------------------------------------------------

    def answer(self) -> dict[str, Any]:
        """The page that the request asks for."""
        size = self._page_size()
        rows, more = self._page(size)
        render = Renderer(self._database, self._entity, self._query.select, self._preferences.annotations)
        entity_set = self._entity.entity_set_name
        answer: dict[str, Any] = {"@odata.context": self._context()}
        self._add_counts(answer)
        links = {}
        if more and (self._query.top is None or self._preferences.page_size):
            links["@odata.nextLink"] = self._next_link(rows[-1], size)
        elif self._tracking:
            links["@odata.deltaLink"] = self._delta_link()
        answer["value"] = [
            self._gone(row, entity_set) if _GONE in row else self._expanded(render(row), row) for row in rows
        ]
        return answer | links

    def count(self) -> int:
        """How many rows there are; never more than 5,000."""
        return min(sum(1 for _ in self._matching("")), MAX_PAGE)

    def _context(self) -> str:
        selected = f"({','.join(self._query.select)})" if self._query.select else ""
        delta = "/$delta" if self._delta else ""
        return f"{self._base}/$metadata#{self._entity.entity_set_name}{selected}{delta}"

    def _add_counts(self, answer: dict[str, Any]) -> None:
        wants = self._preferences.annotations.wants
        total = -1
        exceeded = False
        if self._query.count:
            total = sum(1 for _ in self._matching(""))
            exceeded, total = total > MAX_PAGE, min(total, MAX_PAGE)
            answer["@odata.count"] = total
        if wants(TOTAL):
            answer[f"@{TOTAL}"] = total
        if wants(TOTAL_EXCEEDED):
            answer[f"@{TOTAL_EXCEEDED}"] = exceeded
        if wants(METADATA_VERSION):
            answer[f"@{METADATA_VERSION}"] = str(self._database.metadata_version)

    def _gone(self, row: Row, entity_set: str) -> dict[str, Any]:
        return {
            "@odata.context": f"{self._base}/$metadata#{entity_set}/$deletedEntity",
            "id": row[_GONE],
            "reason": "deleted",
        }

    def _expanded(self, shown: dict[str, Any], row: Row) -> dict[str, Any]:
        for expansion in self._expansions:
            shown[expansion.navigation] = expansion.show(row)
        return shown

    # -- rows ---------------------------------------------------------------------------------------------------------

    def _page_size(self) -> int:
        if self._preferences.page_size:
            return self._preferences.page_size
        return self._query.top or MAX_PAGE

    def _page(self, size: int) -> tuple[list[Row], bool]:
        rows: list[Row] = []
        for row in self._ordered():
            if len(rows) == size:
                return rows, True
            rows.append(row)
        return rows, False

    def _ordered(self) -> Iterator[Row]:
        last = self._cookie.last if self._cookie else None
        if self._since() is not None:
            return self._changes(last)
        if not self._order:
            return self._matching(last[-1] if last else "")
        keyed = sorted(((self._sort_key(row), row) for row in self._matching("")), key=lambda pair: pair[0])
        after = self._restored_key(last) if last else None
        return (row for key, row in keyed if after is None or key > after)

    def _matching(self, after: str) -> Iterator[Row]:
        rows = self._changes(None) if self._delta else self._database.table(self._entity.logical_name).after(after)
        return filter(self._predicate, rows) if self._predicate else rows

    def _changes(self, last: list[Any] | None) -> Iterator[Row]:
        """New and changed rows in the order of their versions, then deleted ones."""
        since = self._since() or 0
        table = self._database.table(self._entity.logical_name)
        changed = sorted((r for r in table.after("") if r["versionnumber"] > since), key=lambda r: r["versionnumber"])
        gone = [{_GONE: row_id, "versionnumber": version} for version, row_id in table.deleted() if version > since]
        place = tuple(last[:2]) if last else (0, 0)
        for group, rows in enumerate((changed, gone)):
            yield from (row for row in rows if (group, row["versionnumber"]) > place)

    def _filter(self) -> Any:
        text = self._query.get("$filter")
        if text is None:
            return None
        return compile_filter(text, aliases=self._query.aliases, values=self._value)

    def _value(self, row: Row | None, name: str) -> Any:
        attribute = self._known.get(name)
        if attribute is None:
            raise unknown_property(name, self._entity.logical_name)
        return None if row is None else plain(attribute, row)

    def _sort_key(self, row: Row) -> "_Key":
        parts = []
        for name, descending in self._order:
            attribute = self._known[name]
            value = plain(attribute, row)
            if attribute.type in LOOKUPS and value is not None:
                value = (self._database.name_of(row[attribute.name]) or "").casefold()
            parts.append((value, descending))
        return _Key([*parts, (row[self._entity.primary_id], False)])

    def _restored_key(self, last: list[Any]) -> "_Key":
        values = [Decimal(v["d"]) if isinstance(v, dict) else v for v in last]
        return _Key(list(zip(values, [*(d for _, d in self._order), False], strict=True)))

    # -- links --------------------------------------------------------------------------------------------------------

    def _next_link(self, row: Row, size: int) -> str:
        page = self._cookie.page if self._cookie else 1
        if self._since() is not None:
            place: list[Any] = [int(_GONE in row), row["versionnumber"]]
        elif self._order:
            values = [value for value, _ in self._sort_key(row).parts]
            place = [{"d": str(v)} if isinstance(v, Decimal) else v for v in values]
        else:
            place = [row[self._entity.primary_id]]
        start = self._cookie.start if self._cookie else self._database.version
        state = {"last": place, "size": size, "since": self._since(), "start": start, "query": self._query.raw}
        text = base64.urlsafe_b64encode(json.dumps(state).encode()).decode()
        row_id = row.get(self._entity.primary_id) or row.get(_GONE)
        inner = (
            f'<cookie page="{page}"><{self._entity.primary_id} last="{{{row_id.upper()}}}" state="{text}" /></cookie>'
        )
        once = re.sub("%..", lambda m: m[0].lower(), quote(inner, safe=""))
        tracking = "True" if self._tracking else "False"
        outer = f'<cookie pagenumber="{page + 1}" pagingcookie="{once}" istracking="{tracking}" />'
        token = quote(outer, safe="=/")
        before = f"{self._query.raw}&" if self._query.raw else ""
        return f"{self._base}/{self._entity.entity_set_name}?{before}$skiptoken={token}"

    def _read_cookie(self) -> Cookie | None:
        text = self._query.get("$skiptoken")
        if text is None:
            return None
        outer = re.fullmatch(r'<cookie pagenumber="(\d+)" pagingcookie="([^"]+)" istracking="(True|False)" />', text)
        inner = re.search(r'state="([\w=-]+)"', unquote(outer[2])) if outer else None
        if not outer or not inner:
            raise bad_request("Malformed XML in the Paging Cookie", "0x80040203")
        state = json.loads(base64.urlsafe_b64decode(inner[1]))
        size = self._preferences.page_size or MAX_PAGE
        if state["query"] != self._query.raw or state["size"] != size:
            raise bad_request("The paging cookie belongs to another query or another page size.", "0x80040203")
        if (outer[3] == "True") and not self._tracking:
            self._tracking = True
        return Cookie(int(outer[1]), state["last"], state["size"], state["since"], state["start"])

    def _delta_link(self) -> str:
        # The token is the version at which the first page was read: what changed meanwhile comes (again) next time.
        version = self._cookie.start if self._cookie else self._database.version
        stamp = self._database.now().strftime("%m/%d/%Y %H:%M:%S")
        token = re.sub("%..", lambda m: m[0].lower(), quote(f"{version}!{stamp}", safe=""))
        kept = [p for p in self._query.raw.split("&") if p and not unquote(p).startswith("$deltatoken=")]
        return f"{self._base}/{self._entity.entity_set_name}?{'&'.join([*kept, f'$deltatoken={token}'])}"

    def _since(self) -> int | None:
        """The version from which changes are asked for; None if all rows are."""
        if self._delta is None:
            return None
        match = re.fullmatch(r"(\d+)!(\d\d/\d\d/\d{4} \d\d:\d\d:\d\d)", self._delta)
        if not match:
            raise bad_request("Invalid Delta Token", "0x80044352")
        version = int(match[1])
        taken = datetime.strptime(match[2], "%m/%d/%Y %H:%M:%S").replace(tzinfo=UTC)
        age = self._database.now() - taken
        oldest = self._database.oldest_delta.get(self._entity.logical_name, 0)
        known = oldest <= version <= self._database.version and taken >= self._database.written.replace(microsecond=0)
        if not known or age > timedelta(days=self._database.info.tracking_days):
            raise bad_request(_EXPIRED, "0x80044352")
        return version


def plain(attribute: Attribute, row: Row) -> Any:
    """A value of a row as filters and orders compare it."""
    value = row.get(attribute.name)
    if value is None:
        return None
    if attribute.type in LOOKUPS:
        return value["id"]
    if attribute.type in ("Money", "Decimal", "Double"):
        return Decimal(str(value))
    if attribute.type == "MultiSelectPicklist":
        return ",".join(map(str, value))
    return comparable(value)


class _Key:
    """A place in an order: empty values first, each part up or down."""

    def __init__(self, parts: list[tuple[Any, bool]]) -> None:
        self.parts = parts

    def __lt__(self, other: "_Key") -> bool:
        for (mine, descending), (theirs, _) in zip(self.parts, other.parts, strict=True):
            if mine == theirs:
                continue
            less = mine is None or (theirs is not None and mine < theirs)
            return less != descending
        return False
