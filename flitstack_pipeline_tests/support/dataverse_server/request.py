"""What a request asks for: its path, its query options and its preferences, refused where the real server refuses."""

import json
import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from support.dataverse_server.errors import bad_request
from support.dataverse_server.values import Annotations

MAX_PAGE = 5000
_OPTIONS = ("$select", "$expand", "$filter", "$orderby", "$top", "$count", "$skiptoken", "$deltatoken")
_NOT_HERE = ("$apply", "fetchXml", "savedQuery", "userQuery")
_TRACKED = ("$filter", "$orderby", "$expand", "$top")


@dataclass(frozen=True)
class Preferences:
    """The Prefer header. `applied` is what goes back as Preference-Applied."""

    annotations: Annotations = field(default_factory=Annotations)
    page_size: int | None = None
    track_changes: bool = False
    applied: tuple[str, ...] = ()


def read_preferences(header: str) -> Preferences:
    """Read a Prefer header; what is unknown or badly written is left alone, as the real server does."""
    annotations, size, tracking, applied = Annotations(), None, False, []
    for part in re.findall(r'(?:[^,"]|"[^"]*")+', header or ""):
        name, _, value = part.strip().partition("=")
        value = value.strip().strip('"')
        if name == "odata.include-annotations" and value:
            annotations = Annotations(tuple(v.strip() for v in value.split(",")))
        elif name == "odata.maxpagesize" and value.isdigit() and int(value) > 0:
            size = min(int(value), MAX_PAGE)
        elif name == "odata.track-changes" and not value:
            tracking = True
        else:
            continue
        applied.append(part.strip())
    return Preferences(annotations, size, tracking, tuple(applied))


@dataclass(frozen=True)
class Query:
    """The query options by name, decoded; `raw` is the query as it was sent, without the paging token."""

    options: dict[str, str]
    aliases: dict[str, str]
    raw: str

    def get(self, name: str) -> str | None:
        return self.options.get(name)

    @property
    def select(self) -> list[str] | None:
        """The selected names; None if the request selects nothing in particular."""
        text = self.options.get("$select")
        return None if text is None else [name.strip() for name in text.split(",") if name.strip()]

    @property
    def top(self) -> int | None:
        if (text := self.options.get("$top")) is None:
            return None
        if not text.isdigit() or int(text) == 0:
            raise bad_request(f"Invalid value '{text}' for $top query option found. The $top query option requires a "
                              "positive integer value.")  # fmt: skip
        return min(int(text), MAX_PAGE)

    @property
    def count(self) -> bool:
        text = self.options.get("$count", "false")
        if text not in ("true", "false"):
            raise bad_request(
                f"Invalid value '{text}' for $count query option found. Valid values are 'true' and 'false'."
            )
        return text == "true"


def read_query(raw: str) -> Query:
    """Split and decode a query; refuses options that Dataverse does not know, and ones that this server does not."""
    options: dict[str, str] = {}
    kept: list[str] = []
    for part in raw.split("&") if raw else []:
        name, _, value = part.partition("=")
        name, value = unquote(name.replace("+", " ")), unquote(value.replace("+", " "))
        if name == "$skip":
            raise bad_request("Skip Clause is not supported in CRM", "0x80060888")
        if name in _NOT_HERE:
            raise bad_request(f"This test server does not implement the query option '{name}'.", "0x8006088b")
        if name.startswith("$") and name not in _OPTIONS:
            raise bad_request(f"The query parameter {name} is not supported", "0x80060888")
        if name in options:
            raise bad_request(
                f"Query option '{name}' was specified more than once, but it must be specified at most once."
            )
        options[name] = value
        if name != "$skiptoken":
            kept.append(part)
    aliases = {n: v for n, v in options.items() if n.startswith("@")}
    return Query(options, aliases, "&".join(kept))


def refuse_with_tracking(query: Query) -> None:
    """Change tracking takes no filter, no order, no expansion and no top."""
    for name in _TRACKED:
        if name in query.options:
            raise bad_request(
                f'The "{name}" query parameter isn\'t supported when Change Tracking is enabled.', "0x80060888"
            )


def json_list(text: str) -> list:
    """A list argument of a function: `['a','b']` or JSON."""
    try:
        values = json.loads(text if '"' in text else text.replace("'", '"'))
    except ValueError:
        values = None
    if not isinstance(values, list):
        raise bad_request(f"A binary operator or list was expected, found '{text}'.")
    return values
