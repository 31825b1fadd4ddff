"""Run `flitstack` and die by SIGKILL at one call to Odoo: `python e2e_killer.py '<json>' load coastal`.

The JSON says which call: {"model": "crm.lead", "method": "create", "nth": 2, "when": "after"}. "before": the call is never
sent; "during": it is under way; "after": Odoo has answered, and nobody has noted the answer.
"""

import json
import os
import signal
import sys
import threading
import time
from typing import Any

from flitstack_pipeline import cli
from flitstack_pipeline.odoo.client import OdooClient

IN_THE_MIDDLE = 0.03  # seconds after sending


def arm(model: str, method: str, nth: int, when: str) -> None:
    """Replace the one function that all calls go through."""
    original, seen = OdooClient.call, [0]

    def call(self: OdooClient, of_model: str, of_method: str, **named: Any) -> Any:
        seen[0] += (of_model, of_method) == (model, method)
        if seen[0] != nth or (of_model, of_method) != (model, method):
            return original(self, of_model, of_method, **named)
        if when == "before":
            die()
        if when == "during":
            threading.Thread(target=lambda: (time.sleep(IN_THE_MIDDLE), die())).start()
        answer = original(self, of_model, of_method, **named)
        die()
        return answer

    OdooClient.call = call  # type: ignore[method-assign]


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    arm(**json.loads(sys.argv[1]))
    sys.argv[:2] = ["flitstack"]
    cli.main()
