"""Reads a table page by page, each row with the very text that was received."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

from flitstack_pipeline.sources.dataverse.errors import DataverseError, Subject
from flitstack_pipeline.sources.dataverse.http import DataverseClient, no_json

ANNOTATIONS = "OData.Community.Display.V1.FormattedValue,Microsoft.Dynamics.CRM.lookuplogicalname"
_DECODER = json.JSONDecoder(parse_float=Decimal)
_SPACES = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True)
class Row:
    """One row: parsed (fractions are Decimals), and its JSON text on one line."""

    values: dict[str, Any]
    text: str


@dataclass(frozen=True)
class Page:
    """One answer. `next_link` is set on every page but the last; `delta_link` on the last of a tracked reading. `date`: the
    server's clock as its header tells it."""

    rows: list[Row]
    context: str
    next_link: str | None
    delta_link: str | None
    date: str


def preferences(page_size: int, *, tracked: bool = False) -> str:
    """The Prefer header. It has to be the same for every page of one reading."""
    wanted = [f'odata.include-annotations="{ANNOTATIONS}"', f"odata.maxpagesize={page_size}"]
    return ",".join([*wanted, *(["odata.track-changes"] if tracked else [])])


def read_pages(client: DataverseClient, url: str, *, prefer: str, subject: Subject) -> Iterator[Page]:
    """Yield the pages from `url` on, which is a query or a link of Dataverse; one page is in memory at a time.

    Links are followed as they are. Raises DataverseError for a link that repeats or leads elsewhere.
    """
    followed: set[int] = set()
    following: str | None = url
    while following is not None:
        if hash(following) in followed:
            raise DataverseError("a page links to one that was read before", subject=subject, hint="run it again later")
        followed.add(hash(following))
        page = parse_page(client.get(following, subject=subject, headers={"Prefer": prefer}), subject)
        following = page.next_link
        yield page
        del page  # or it would be in memory beside the next one


def parse_page(response: httpx.Response, subject: Subject) -> Page:
    """Take an answer apart. Raises DataverseError if it is no page of rows."""
    try:
        head, rows = _take_apart(response.content.decode("utf-8"))
    except (ValueError, IndexError) as error:
        raise no_json(response, subject) from error
    if rows is None:
        raise no_json(response, subject)
    return Page(
        rows,
        str(head.get("@odata.context", "")),
        head.get("@odata.nextLink"),
        head.get("@odata.deltaLink"),
        response.headers.get("date", ""),
    )


def _take_apart(text: str) -> tuple[dict[str, Any], list[Row] | None]:
    """Parse the outermost object by hand, so that each row of `value` keeps its text.

    Parsing a row and writing it again would lose how its numbers were written.
    """
    head: dict[str, Any] = {}
    rows: list[Row] | None = None
    at = _expect(text, 0, "{")
    if text[at] == "}":
        return head, rows
    while True:
        name, at = _DECODER.raw_decode(text, at)
        at = _expect(text, at, ":")
        if name == "value":
            rows, at = _take_rows(text, at)
        else:
            head[name], at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if text[at] == "}":
            if _skip(text, at + 1) != len(text):
                raise ValueError("something follows the object")
            return head, rows
        at = _expect(text, at, ",")


def _take_rows(text: str, at: int) -> tuple[list[Row], int]:
    rows: list[Row] = []
    at = _expect(text, at, "[")
    if text[at] == "]":
        return rows, at + 1
    while True:
        values, end = _DECODER.raw_decode(text, at)
        if not isinstance(values, dict):
            raise ValueError("a row is no object")
        # Line ends are possible between tokens only: inside a text JSON writes them as \\n.
        rows.append(Row(values, text[at:end].replace("\r", " ").replace("\n", " ")))
        at = _skip(text, end)
        if text[at] == "]":
            return rows, at + 1
        at = _expect(text, at, ",")


def _skip(text: str, at: int) -> int:
    found = _SPACES.match(text, at)
    return found.end() if found else at


def _expect(text: str, at: int, sign: str) -> int:
    """Position behind `sign` and the spaces around it."""
    at = _skip(text, at)
    if text[at] != sign:
        raise ValueError(f"{sign} expected")
    return _skip(text, at + 1)
