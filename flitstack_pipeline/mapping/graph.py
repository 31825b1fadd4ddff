"""The dependency order of models, and the cycles that forbid one."""

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from flitstack_pipeline.mapping.spec import SystemMap
from flitstack_pipeline.mapping.walk import model_needs


def model_order(system: SystemMap) -> list[str]:
    """Model names such that each stands after all that it refers to; equal ones in the order of the file.

    Raises `graphlib.CycleError` (its `args[1]` is the cycle) when there is no such order.
    """
    needs = {name: model_needs(system, name)[1] for name in system.models}
    return stable_order(needs)


def stable_order(needs: Mapping[str, set[str]]) -> list[str]:
    """A topological order: what needs nothing, then what needs only that, and so on; each in the given order."""
    sorter = TopologicalSorter(needs)
    sorter.prepare()
    rank = {name: i for i, name in enumerate(needs)}
    order: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=lambda n: rank.get(n, len(rank)))
        order.extend(ready)
        sorter.done(*ready)
    return order


def cycle_of(system: SystemMap) -> list[str] | None:
    """The models of a reference cycle, or None."""
    try:
        model_order(system)
    except CycleError as error:
        return list(error.args[1])
    return None
