"""Write the reference of all transforms: `python -m flitstack_pipeline.transform.document > docs/transforms.md`."""

import inspect
import sys
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

from flitstack_pipeline.transform.registry import Example, Transform, describe, type_words

_INTRODUCTION = """\
# Transforms

A transform makes one value out of another. A map names those that a field passes, in order:

```yaml
phone:  {from: mobile, transform: [strip, {phone: AU}]}
street: {from: [street, suburb], transform: {join: {separator: ", "}}}
```

`{phone: AU}` gives the first parameter; several are given by name. A map with an unknown transform, an unknown
parameter, a value of the wrong type or a step that cannot take what the step before gives is refused when it is read.

An empty cell stays empty, and text without a character is an empty cell. A value that cannot be transformed puts its
row into quarantine, with the reason; nothing is guessed. A parameter that is marked *migration* is filled from the
migration where the map leaves it out.

This page is written by `python -m flitstack_pipeline.transform.document`; its examples are run as tests.
"""


def document() -> str:
    """Return the reference as Markdown."""
    parts = [_INTRODUCTION]
    group = ""
    for transform in describe():
        if transform.group != group:
            group = transform.group
            parts.append(f"## {_title(sys.modules[group])}\n")
        parts.append("\n".join(_entry(transform)))
    return "\n".join(parts)


def _title(module: ModuleType) -> str:
    return (inspect.getdoc(module) or module.__name__).split("\n")[0].rstrip(".")


def _entry(transform: Transform) -> Iterator[str]:
    yield f"### `{transform.name}`\n"
    yield f"{transform.summary}\n"
    if transform.details:
        yield f"{transform.details}\n"
    yield f"Takes {type_words(transform.accepts)}, gives {type_words(transform.returns)}.\n"
    if transform.parameters:
        yield "| parameter | what | if left out |"
        yield "|---|---|---|"
        for each in transform.parameters:
            missing = "*migration*" if each.from_context else "has to be given" if each.required else ""
            default = "" if each.required or each.default is None else f"`{_shown(each.default)}`"
            left_out = ", else ".join(filter(None, (missing, default))) or "nothing"
            yield f"| `{each.name}` | {each.type_text} | {left_out} |"
        yield ""
    for example in transform.examples:
        yield _example(transform, example)
    yield ""


def _example(transform: Transform, example: Example) -> str:
    params = {name: value for name, value in example.params.items() if not isinstance(value, Path)}
    spec = transform.name
    if params:
        first = transform.parameters[0].name
        given = (
            _shown(params[first])
            if list(params) == [first]
            else "{" + ", ".join(f"{name}: {_shown(value)}" for name, value in params.items()) + "}"
        )
        spec = f"{{{transform.name}: {given}}}"
    result = f"refused: … {example.refused} …" if example.refused else _code(_shown(example.result))
    return f"- {_code(spec)}: {_code(_shown(example.value))} → {result}"


def _code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}"


def _shown(value: Any) -> str:
    """A value as a map or a person would write it."""
    if value is None:
        return "(empty)"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace('"', '\\"')
        return '"' + escaped.replace("\u00a0", "\\u00a0") + '"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_shown(v) for v in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_shown(v)}" for k, v in value.items()) + "}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M UTC")
    if isinstance(value, date | Decimal):
        return str(value)
    return repr(value)


if __name__ == "__main__":
    sys.stdout.write(document())
