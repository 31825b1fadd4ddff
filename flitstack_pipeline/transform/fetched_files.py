"""Files that were fetched from an API with the rows that they belong to: saved beside the extracts, or left for their size."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.transform.files import MEGABYTE, FileContent, TooLarge, describe_file
from flitstack_pipeline.transform.registry import refused, shown, transform


@transform(
    "fetched_file",
    accepts=(list,),
    returns=FileContent,
    context=("base", "max_mb"),
    examples=(
        refused([None, 27262976, "survey.pdf", "6f1c"], "fetch it by hand", base=Path()),
        refused([None, None, "survey.pdf", "6f1c"], "has no file for it", base=Path()),
    ),
)
def fetched_file(value: Sequence[Any], *, max_mb: Decimal = Decimal(25), base: Path) -> FileContent:
    """Find a file that came with its row. Takes four columns: its path, its size in bytes, its name, and the row's id.

    A file over `max_mb` (of 1,048,576 bytes; 25 unless the migration says otherwise) is not fetched: its row is skipped, with
    what to do by hand. `base` comes from the migration and cannot be set in a map.
    """
    if len(value) != 4:
        raise RecordError(f"takes path, size, name and id of a file, not {len(value)} values")
    path, size, name, row_id = value
    name = str(name or "a file without a name")
    by_hand = (
        f"fetch it by hand: open the row {row_id} in the source, save {shown(name)} and attach it to the record in Odoo"
    )
    if path in (None, ""):
        if isinstance(size, int) and size > max_mb * MEGABYTE:
            words = f"the file {shown(name)} has {Decimal(size) / MEGABYTE:.1f} MB, more than {max_mb:f} MB; {by_hand}"
            raise TooLarge(words, path=name, size=size)
        raise RecordError(f"the row tells of the file {shown(name)}, but the source has no file for it")
    try:
        return describe_file(str(path), base, max_mb=max_mb)
    except TooLarge as error:
        raise TooLarge(f"{error.reason}; {by_hand}", path=error.path, size=error.size) from error
