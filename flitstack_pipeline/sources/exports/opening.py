"""Opens a file as sheets, by what is in it."""

from collections.abc import Sequence
from typing import Any

from flitstack_pipeline.errors import Problem, SourceError
from flitstack_pipeline.sources.exports.encoding import detect_encoding
from flitstack_pipeline.sources.exports.extract import effective_columns, layout_for, layout_problems
from flitstack_pipeline.sources.exports.folder import Claim
from flitstack_pipeline.sources.exports.header import known_headers, normalise
from flitstack_pipeline.sources.exports.items import Item
from flitstack_pipeline.sources.exports.markup import looks_like_markup, markup_sheets
from flitstack_pipeline.sources.exports.records import looks_like_json, records_sheet
from flitstack_pipeline.sources.exports.separated import separated_sheet, text_stream
from flitstack_pipeline.sources.exports.table import Sheet
from flitstack_pipeline.sources.exports.workbook import workbook_sheets


def open_claim(claim: Claim, spec: Any) -> tuple[list[Sheet], list[str]]:
    """Give the sheets of a file that hold the object's rows, and what to say about those that do not."""
    if claim.kind == "empty":
        raise SourceError([Problem(claim.name, "is empty (0 bytes)", "export it again, or take it out of the folder")])
    if claim.kind == "text":
        return _choose(_text_sheets(claim.item, spec), spec)
    book = workbook_sheets(claim.item)
    notes = [f"hidden sheet left out: “{tab}”" for tab in book.hidden]
    if claim.tab is not None:
        return [book.sheets[claim.tab]], notes
    sheets, left_out = _choose(list(book.sheets.values()), spec)
    return sheets, [*notes, *left_out]


def _text_sheets(item: Item, spec: Any) -> list[Sheet]:
    with item.open() as stream:
        encoding = detect_encoding(stream)
    with text_stream(item.open(), encoding) as stream:
        start = stream.read(16_384).replace("\0", "")
    if markup := looks_like_markup(start):
        return markup_sheets(item, encoding, markup)
    if looks_like_json(start):
        return [records_sheet(item, encoding)]
    return [separated_sheet(item, encoding, known_headers=known_headers(effective_columns(spec)), normalise=normalise)]


def _choose(sheets: Sequence[Sheet], spec: Any) -> tuple[list[Sheet], list[str]]:
    """Of several sheets take those that have all required columns; if none has, the first: its lack is reported."""
    if len(sheets) <= 1:
        return list(sheets), []
    fitting = [s for s in sheets if not layout_problems(s, layout_for(s, spec), spec)]
    if not fitting:
        return [sheets[0]], []
    return fitting, [f"sheet left out, it lacks required columns: “{s.name}”" for s in sheets if s not in fitting]
