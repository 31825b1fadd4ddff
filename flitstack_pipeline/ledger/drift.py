"""How two JSON-like structures differ, told in lines that a person can act on."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from flitstack_pipeline.ledger.jsonvalues import canonical

# An entry of a list is followed by one of these if they tell all entries of both lists apart: inserting a field at
# the top is then one added line, not a change of every field below.
IDENTIFYING = ("key", "id", "name", "record_set", "field", "target", "object", "model", "source")
LONGEST_VALUE = 80


def differences(old: Any, new: Any) -> list[str]:
    """Return one line per difference, in the order of the paths.

    They read "added <path>: <value>", "removed <path>: <value>" or "changed <path>: <old> -> <new>". The list is
    empty exactly when both have the same canonical JSON, so when their fingerprints agree.
    """
    return list(_compare(old, new, ""))


def _compare(old: Any, new: Any, path: str) -> Iterator[str]:
    if canonical(old) == canonical(new):
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _compare_mappings(old, new, path)
    elif isinstance(old, list | tuple) and isinstance(new, list | tuple):
        yield from _compare_lists(old, new, path)
    else:
        yield f"changed {path or 'plan'}: {_shown(old)} -> {_shown(new)}"


def _compare_mappings(old: Mapping[Any, Any], new: Mapping[Any, Any], path: str) -> Iterator[str]:
    for key in sorted({*old, *new}, key=str):
        here = f"{path}.{key}" if path else str(key)
        if key not in new:
            yield f"removed {here}: {_shown(old[key])}"
        elif key not in old:
            yield f"added {here}: {_shown(new[key])}"
        else:
            yield from _compare(old[key], new[key], here)


def _compare_lists(old: Sequence[Any], new: Sequence[Any], path: str) -> Iterator[str]:
    if name := _identifying_name(old, new):
        yield from _compare_named(old, new, path, name)
        return
    before, after = [canonical(item) for item in old], [canonical(item) for item in new]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if tag == "replace" and i2 - i1 == j2 - j1:
            for index, (left, right) in enumerate(zip(old[i1:i2], new[j1:j2], strict=True), start=j1):
                yield from _compare(left, right, f"{path}[{index}]")
            continue
        yield from (f"removed {path}[{index}]: {_shown(old[index])}" for index in range(i1, i2))
        yield from (f"added {path}[{index}]: {_shown(new[index])}" for index in range(j1, j2))


def _compare_named(old: Sequence[Any], new: Sequence[Any], path: str, name: str) -> Iterator[str]:
    before = {str(item[name]): item for item in old}
    after = {str(item[name]): item for item in new}
    here = {key: f"{path}[{key}]" for key in (*before, *after)}
    for key in (*before, *(key for key in after if key not in before)):
        if key not in after:
            yield f"removed {here[key]}: {_shown(before[key])}"
        elif key not in before:
            yield f"added {here[key]}: {_shown(after[key])}"
        else:
            yield from _compare(before[key], after[key], here[key])
    common_before = [key for key in before if key in after]
    common_after = [key for key in after if key in before]
    if common_before != common_after:
        # The order is part of what was approved: it is the order in which fields are created and models are loaded.
        yield f"changed order of {path or 'plan'}: {_shown(common_before)} -> {_shown(common_after)}"


def _identifying_name(old: Sequence[Any], new: Sequence[Any]) -> str | None:
    if not all(isinstance(item, Mapping) for item in (*old, *new)):
        return None
    for name in IDENTIFYING:
        if all(_tells_apart(items, name) for items in (old, new)):
            return name
    return None


def _tells_apart(items: Sequence[Mapping[Any, Any]], name: str) -> bool:
    names = [item.get(name) for item in items]
    return all(isinstance(value, str | int) for value in names) and len({str(value) for value in names}) == len(names)


def _shown(value: Any) -> str:
    text = canonical(value) if not isinstance(value, str) else f'"{value}"'
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
