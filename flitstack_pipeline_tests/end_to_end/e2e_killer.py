"""Do a verb and die by SIGKILL at one call to Odoo: `python e2e_killer.py '<json>' load coastal`.

The JSON says which call: {"model": "crm.lead", "method": "create", "nth": 2, "when": "after"}. "before": the call is never
sent; "during": it is under way; "after": Odoo has answered, and nobody has noted the answer. With "command" true the verb
is done by `flitstack`, as a job of Dagster, else by the same stages without it, which starts sooner.
"""

import json
import os
import signal
import sys
import threading
import time
import uuid
from typing import Any

from e2e_project import VERBS

from flitstack_pipeline import cli
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.settings import load_settings
from flitstack_pipeline.stages.run import MigrationRun

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


def main(spec: dict[str, Any], verb: str, migration: str) -> None:
    by_command = spec.pop("command", False)
    arm(**spec)
    if by_command:
        sys.argv = ["flitstack", verb, migration, "--json"]
        cli.main()
    else:
        with MigrationRun(load_settings(), migration, uuid.uuid4().hex) as run:
            VERBS[verb](run)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), *sys.argv[2:])
