"""What an action is, and how one is taken on many records without one bad record sinking the others."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from flitstack_pipeline.errors import OutcomeUnknown
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.errors import OdooMissing, OdooRejected
from flitstack_pipeline.odoo.keys import QUIET

log = logging.getLogger(__name__)

BATCH = 100
SETTLE_SECONDS = (1.0, 3.0, 8.0, 20.0, 45.0)
EVERYTHING = {**QUIET, "active_test": False}

Params = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class ActionFailure:
    """A record on which an action could not be taken, and why, in Odoo's words or ours."""

    res_id: int
    reason: str


@dataclass(frozen=True)
class ActionResult:
    """`done`: records on which the action has been taken, now or before. Every given id is in one of the two."""

    done: tuple[int, ...]
    failures: tuple[ActionFailure, ...] = ()


@dataclass(frozen=True)
class ActionSpec:
    """A step of Odoo's own that a map can ask for.

    `apply(client, ids, params)` asks Odoo for each record's state and acts only where the action is still due, so that
    it may be taken again after a run was killed. `undo(client, ids)` restores the state before or makes the records
    deletable; what Odoo refuses to undo is logged and left, for the deletion that follows to be refused and told.
    `params`: names that `with:` may give, and their defaults.
    """

    name: str
    models: tuple[str, ...]
    apply: Callable[[OdooClient, Sequence[int], Params], ActionResult]
    undo: Callable[[OdooClient, Sequence[int]], None]
    doc: str
    params: Params


def chunks(ids: Sequence[int], size: int = BATCH) -> Iterator[Sequence[int]]:
    """Yield consecutive parts of `ids`."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def halved(act: Callable[[Sequence[int]], None], ids: Sequence[int]) -> tuple[list[int], list[ActionFailure]]:
    """Do `act` to `ids`; where Odoo refuses, which undoes the call as a whole, do it to each half.

    Returns the ids that went through and the failures of those that were refused alone.
    """
    if not ids:
        return [], []
    try:
        act(ids)
    except (OdooRejected, OdooMissing) as error:
        if len(ids) == 1:
            return [], [ActionFailure(ids[0], error.odoo_message or error.message)]
        middle = len(ids) // 2
        first, second = halved(act, ids[:middle]), halved(act, ids[middle:])
        return first[0] + second[0], first[1] + second[1]
    return list(ids), []


def settled(step: Callable[[], T], *, what: str, sleep: Callable[[float], None] = time.sleep) -> T:
    """Do a step that looks before it acts; when a reply is lost, let the late call end, then do the step again."""
    for wait in SETTLE_SECONDS:
        try:
            return step()
        except OutcomeUnknown:
            log.warning("%s: the reply was lost; looking in %g s what has been done", what, wait)
            sleep(wait)
    return step()


def read_states(client: OdooClient, model: str, ids: Sequence[int], field: str) -> dict[int, Any]:
    """The value of one field of those records that still exist, archived ones too."""
    rows = client.search_read(model, [("id", "in", list(ids))], [field], context=EVERYTHING)
    return {row["id"]: row[field] for row in rows}
