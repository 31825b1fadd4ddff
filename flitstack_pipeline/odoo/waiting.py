"""Records that wait for others of their own record set: which stand in a circle, and in what order the rest is told."""

from collections.abc import Iterator, Mapping, Sequence

from flitstack_pipeline.odoo.resolve import Unresolved
from flitstack_pipeline.transform.values import Ref


def circles(waiting: Sequence[Unresolved]) -> dict[str, str]:
    """By source id, for each record that waits for itself through others: the circle in words ("A → B → A")."""
    needs = _needs(waiting)
    found: dict[str, str] = {}
    done: set[str] = set()
    for start in needs:
        path: list[str] = []
        at = start
        while at in needs and at not in done:
            done.add(at)
            path.append(at)
            at = needs[at]
        if at in path:
            circle = path[path.index(at) :]
            text = " → ".join([*circle, circle[0]])
            found.update(dict.fromkeys(circle, text))
    return found


def by_level(waiting: Sequence[Unresolved]) -> Iterator[list[Unresolved]]:
    """Yield the records in groups such that what a record waits for is in an earlier group, or not among them at all."""
    needs = _needs(waiting)
    below: dict[str, list[Unresolved]] = {}
    level: list[Unresolved] = []
    for item in waiting:
        parent = needs.get(item.prepared.source_id)
        if parent is not None and parent in needs and parent != item.prepared.source_id:
            below.setdefault(parent, []).append(item)
        else:
            level.append(item)
    while level:
        yield level
        level = [child for item in level for child in below.pop(item.prepared.source_id, ())]


def _needs(waiting: Sequence[Unresolved]) -> Mapping[str, str]:
    """For each record the source id of the one of its own set that it waits for."""
    return {w.prepared.source_id: w.waits_for.source_id for w in waiting if isinstance(w.waits_for, Ref)}
