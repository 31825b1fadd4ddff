"""Which failed calls are repeated, and when.

A call that Odoo never began, or undid by itself (`OdooBusy`), is repeated whatever it does. A call whose reply was lost
(`OdooReplyLost`) is repeated only if doing it twice equals doing it once. Everything else ends at once.
"""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from flitstack_pipeline.odoo.errors import OdooBusy, OdooReplyLost

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """Bounds of patience. `base`, `cap`, `total`: seconds; `total` counts from the first try, waiting included."""

    tries: int = 6
    base: float = 0.5
    cap: float = 30.0
    total: float = 300.0


@dataclass(frozen=True, kw_only=True)
class Retrier:
    """Repeat calls by a policy. Clock, sleep and chance are injected, so that tests do not wait."""

    policy: RetryPolicy = field(default_factory=RetryPolicy)
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random

    def run(self, attempt: Callable[[], T], *, repeatable: bool, label: str) -> T:
        """Call `attempt` until it succeeds or patience ends, then let its last error out as it is."""
        began = self.clock()
        number = 1
        while True:
            try:
                return attempt()
            except (OdooBusy, OdooReplyLost) as error:
                if number >= self.policy.tries or (isinstance(error, OdooReplyLost) and not repeatable):
                    raise
                pause = self._pause(number, error.retry_after)
                if self.clock() - began + pause > self.policy.total:
                    raise
                log.warning(
                    "%s: try %d of %d failed, again in %.1f s: %s",
                    label, number, self.policy.tries, pause, error.message,
                )  # fmt: skip
            self.sleep(pause)
            number += 1

    def _pause(self, number: int, asked: float | None) -> float:
        """Exponential, with half of it left to chance so that parallel loads do not come back in step."""
        step = min(self.policy.cap, self.policy.base * 2 ** (number - 1))
        return max(asked or 0.0, step * (0.5 + self.chance() / 2))
