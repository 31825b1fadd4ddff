"""Reads JSON: an array of objects, an object that holds one such array, or one object per line.

A row's number is the position of its object in the array, or the number of its line.
"""

import json
from collections.abc import Iterator
from typing import Any

from flitstack_pipeline.errors import Problem, SourceError
from flitstack_pipeline.sources.base import BATCH_ROWS
from flitstack_pipeline.sources.exports.cells import JsonFloat, fault, from_json
from flitstack_pipeline.sources.exports.encoding import Encoding
from flitstack_pipeline.sources.exports.items import Item
from flitstack_pipeline.sources.exports.separated import text_stream
from flitstack_pipeline.sources.exports.table import Block, Fault, Row, Sheet


class _NotFinite(str):
    """NaN or Infinity, which some programs write though JSON has neither."""

    __slots__ = ()


def loads(text: str) -> Any:
    """Read JSON with every number kept as written."""
    return json.loads(text, parse_float=JsonFloat, parse_constant=_NotFinite)


def looks_like_json(text: str) -> bool:
    """Tell whether the start of a text can only be JSON."""
    start = text.lstrip("\ufeff \t\r\n")
    return start[:1] == "{" or (start[:1] == "[" and start[1:].lstrip()[:1] in ("{", "]"))


def records_sheet(item: Item, encoding: Encoding) -> Sheet:
    """Make a sheet of a JSON or JSON lines file."""
    if _is_lines(item, encoding):
        header: dict[str, None] = {}
        for _, record in _lines(item, encoding):
            if isinstance(record, dict):
                header.update(dict.fromkeys(record))
        names = tuple(header)
        return Sheet(
            name=item.name,
            format="JSON lines",
            encoding=encoding.stated,
            header=names,
            marked=True,
            read=lambda: _line_blocks(item, encoding, names),
        )
    records, notes = _array(item, encoding)
    return array_sheet(item.name, records, encoding=encoding.stated, notes=notes)


def array_sheet(
    name: str, records: list[Any], *, encoding: str = "", notes: tuple[str, ...] = (), kind: str = "JSON"
) -> Sheet:
    """Make a sheet of records that are in memory."""
    header: dict[str, None] = {}
    for record in records:
        if isinstance(record, dict):
            header.update(dict.fromkeys(record))
    names = tuple(header)

    def read() -> Iterator[Block]:
        for start in range(0, len(records), BATCH_ROWS):
            yield Block(start + 1, [_row(r, names) for r in records[start : start + BATCH_ROWS]])

    return Sheet(name=name, format=kind, encoding=encoding, header=names, marked=True, notes=notes, read=read)


def _row(record: Any, header: tuple[str, ...]) -> Row:
    if isinstance(record, dict):
        return [_cell(record.get(name)) for name in header]
    if isinstance(record, Fault):
        return record
    return Fault("is no JSON object", json.dumps(record, ensure_ascii=False, default=str))


def _cell(value: Any) -> str | None:
    return fault("is no number", value) if isinstance(value, _NotFinite) else from_json(value)


def _is_lines(item: Item, encoding: Encoding) -> bool:
    """JSON lines: the first line that is not blank is a whole object, and another or nothing follows."""
    with text_stream(item.open(), encoding) as stream:
        lines = (line for line in stream if line.strip())
        first, second = next(lines, "").strip(), next(lines, "").strip()
    if not first.startswith("{") or (second and not second.startswith("{")):
        return False
    try:
        value = json.loads(first)
    except ValueError:
        return False
    # One object on one line is an object holding an array if it has one of objects, else a single record.
    return bool(second) or not any(isinstance(v, list) and v and isinstance(v[0], dict) for v in value.values())


def _lines(item: Item, encoding: Encoding) -> Iterator[tuple[int, Any]]:
    with text_stream(item.open(), encoding) as stream:
        for number, line in enumerate(stream, 1):
            text = line.strip("\0 \t\r\n")
            if not text:
                yield number, {}
                continue
            try:
                yield number, loads(text)
            except ValueError as error:
                yield number, Fault(f"is no JSON: {error}", text)


def _line_blocks(item: Item, encoding: Encoding, header: tuple[str, ...]) -> Iterator[Block]:
    rows: list[Row] = []
    first = 1
    for number, record in _lines(item, encoding):
        if not rows:
            first = number
        rows.append([] if record == {} else _row(record, header))
        if len(rows) == BATCH_ROWS:
            yield Block(first, rows)
            rows = []
    if rows:
        yield Block(first, rows)


def _array(item: Item, encoding: Encoding) -> tuple[list[Any], tuple[str, ...]]:
    with text_stream(item.open(), encoding) as stream:
        text = stream.read().replace("\0", "")
    try:
        value = loads(text)
    except ValueError as error:
        raise SourceError([Problem(item.name, f"is no JSON: {error}", "export the file again")]) from error
    if isinstance(value, list):
        return value, ()
    arrays = {k: v for k, v in value.items() if isinstance(v, list)} if isinstance(value, dict) else {}
    if len(arrays) > 1:
        arrays = {k: v for k, v in arrays.items() if v and isinstance(v[0], dict)}
    if len(arrays) == 1:
        (name, records), others = next(iter(arrays.items())), [k for k in value if k not in arrays]
        left = f"; left out beside it: {', '.join(others)}" if others else ""
        return records, (f"rows are the array “{name}”{left}",)
    what = (
        f"an object with several arrays ({', '.join(arrays)})"
        if arrays
        else "neither an array nor an object that holds one"
    )
    raise SourceError([Problem(item.name, f"is {what}", "give one array of objects, or one object per line")])
