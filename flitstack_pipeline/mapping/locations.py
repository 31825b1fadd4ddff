"""Where in a file a problem stands, and what could stand there: pydantic's locations in the words and lines of the file."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel


def in_file(data: Any, loc: Sequence[Any]) -> tuple[Any, ...]:
    """A location as the file has it.

    pydantic also names branches of unions, the one item of what may be a list, and the long form of what was written
    in short form; none of them is in the file. The last part may be a key that is missing.
    """
    found: list[Any] = []
    for number, part in enumerate(loc, 1):
        if _has(data, part):
            found.append(part)
            data = data[part]
        elif number == len(loc) and isinstance(part, str) and not _is_tag(part):
            found.append(part)
    return tuple(found)


def line_of(data: Any, loc: Sequence[Any]) -> int:
    """The 1-based line of a key, or of its nearest ancestor that is in the file. `data`: as ruamel.yaml read it."""
    line = 1
    for part in loc:
        if not _has(data, part):
            break
        position = getattr(data, "lc", None)
        try:
            if position:
                line = (position.key(part) if isinstance(data, Mapping) else position.item(part))[0] + 1
        except KeyError:  # it came by a merge key (`<<`) and has no line here
            break
        data = data[part]
    return line


def keys_at(kind: Any, loc: Sequence[Any]) -> list[str]:
    """The keys that exist at a location, by the annotations of the models."""
    kinds = [kind]
    for part in loc:
        # A part that leads nowhere names a branch of a union: the next one leads on.
        kinds = [inner for one in kinds for inner in _below(one, part)] or kinds
    models = [k for one in kinds for k in _flat(one) if isinstance(k, type) and issubclass(k, BaseModel)]
    return sorted({info.alias or name for model in models for name, info in model.model_fields.items()})


def _has(data: Any, part: Any) -> bool:
    if isinstance(data, Mapping):
        return part in data
    return isinstance(data, list) and isinstance(part, int) and part < len(data)


def _is_tag(part: str) -> bool:
    return bool(re.search(r"^(NumberWithin|literal|tuple|str)$|^\w[\w-]*\[|^\[key\]$", part))


def _flat(annotation: Any) -> Iterator[Any]:
    """A type, or those that it stands for."""
    origin = get_origin(annotation)
    if origin in (dict, tuple, list) or not get_args(annotation):
        yield annotation
    elif origin is Annotated:
        yield from _flat(get_args(annotation)[0])
    else:
        for inner in get_args(annotation):
            yield from _flat(inner)


def _below(annotation: Any, part: Any) -> Iterator[Any]:
    for kind in _flat(annotation):
        if get_origin(kind) is dict:
            yield get_args(kind)[1]
        elif get_origin(kind) in (tuple, list) and isinstance(part, int):
            yield get_args(kind)[0]
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from (info.annotation for name, info in kind.model_fields.items() if part in (name, info.alias))
