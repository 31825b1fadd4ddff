"""What is remembered of an object between extractions: its place in the change log, and what its columns were like."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from flitstack_pipeline.sources.dataverse.columns import Layout, wire_types
from flitstack_pipeline.sources.dataverse.files import read_json, write_json
from flitstack_pipeline.sources.dataverse.metadata import Metadata
from flitstack_pipeline.sources.dataverse.schema import CHOICES, label_in

WITH_OPTIONS = (*CHOICES, "MultiSelectPicklist")


@dataclass(frozen=True, kw_only=True)
class Memory:
    """`select`: names that were asked for. `delta`: the stored link, None without change tracking. `began`: when the
    reading began by the server's clock, ISO 8601. `types`: attribute to type. `options`: attribute to value to label.
    """

    entity: str
    select: tuple[str, ...]
    delta: str | None
    began: str
    types: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def remember(into: Path, name: str, memory: Memory, *, pending: bool = False) -> None:
    write_json(_path(into, name, pending=pending), asdict(memory))


def recall(into: Path, name: str) -> Memory | None:
    """What was remembered; None before the first extraction."""
    return _of(read_json(_path(into, name, pending=False)))


def accept(into: Path, name: str) -> bool:
    """Let what a reading of changes remembered count from now on; False if nothing waits for that."""
    pending = _path(into, name, pending=True)
    if not pending.is_file():
        return False
    pending.replace(_path(into, name, pending=False))
    return True


def drop_pending(into: Path, name: str) -> None:
    _path(into, name, pending=True).unlink(missing_ok=True)


def memory_of(metadata: Metadata, layout: Layout, *, delta: str | None, began: str) -> Memory:
    """What to remember of a reading that is complete now."""
    language = metadata.language
    options = {
        c.attribute.name: {
            str(o.value): label_in(o.labels, language) for o in metadata.options(layout.table, c.attribute)
        }
        for c in layout.columns
        if c.attribute and c.attribute.type in WITH_OPTIONS
    }
    return Memory(
        entity=layout.table.entity.name,
        select=layout.select,
        delta=delta,
        began=began,
        types=wire_types(layout),
        options=options,
    )


def differences(before: Memory | None, now: Memory, layout: Layout) -> Iterator[str]:
    """Say what became of the columns and options since the last extraction."""
    if before is None:
        return
    if before.entity != now.entity:
        yield f"WARNING: the rows come from {now.entity} now, and came from {before.entity} at the last extraction"
        return
    for name, kind in before.types.items():
        if name in now.types and now.types[name] != kind:
            yield f"WARNING: {name} is of type {now.types[name]} now, and was of type {kind} at the last extraction"
        elif name not in now.types and not layout.table.has(name):
            yield f"WARNING: the table has no column {name} any more; it had one at the last extraction"
    for name, options in before.options.items():
        present = now.options.get(name)
        if present is None:
            continue
        for value, label in options.items():
            if value not in present:
                yield f"WARNING: {name} has no option {value} (“{label}”) any more"
            elif present[value] != label:
                yield f"WARNING: option {value} of {name} is “{present[value]}” now, and was “{label}”"


def _path(into: Path, name: str, *, pending: bool) -> Path:
    return into / "state" / f"{name}.{'pending' if pending else 'last'}.json"


def _of(data: dict[str, Any] | None) -> Memory | None:
    try:
        return Memory(**{**data, "select": tuple(data["select"])}) if data else None
    except (TypeError, KeyError):  # of another version of this program: as if it were the first time
        return None
