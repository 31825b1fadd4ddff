"""Values of a selection field that is to be created: listed in the map, those that rows have, or rows of a look-up table."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from flitstack_pipeline.mapping.spec import NewField, SelectionOf
from flitstack_pipeline.transform.conditions import holds
from flitstack_pipeline.transform.values import text_of

Options = tuple[tuple[str, str], ...]


def completed(
    new: NewField, *, rows_of: Callable[[str], list[dict[str, Any]]], used: Callable[[], Iterable[str]]
) -> Options:
    """The values with their labels, in order: those of the map, those of the object it names, then what rows have beside them.

    `used`: the values that the rows of the record set have; asked for only where the map says `selection: distinct`.
    """
    options = {} if new.selection == "distinct" else dict(new.selection)
    if new.selection_of:
        for value, label in options_of(new.selection_of, rows_of(new.selection_of.object)):
            options.setdefault(value, label)
    if new.selection == "distinct":
        for value in used():
            options.setdefault(value, value)
    return tuple(options.items())


def options_of(selection: SelectionOf, rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Value and label of each row that is an option; rows without a label are none."""
    for row in rows:
        if option := option_of(selection, row):
            yield option


def option_of(selection: SelectionOf, row: Mapping[str, Any]) -> tuple[str, str] | None:
    """The option that a row is, if it is one."""
    label, value = row.get(selection.label), row.get(selection.value or selection.label)
    if label in (None, "") or value in (None, "") or not holds(selection.where, row):
        return None
    return text_of(value), text_of(label)
