"""The command line of the server."""

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from support.dataverse_server.errors import OrgError
from support.dataverse_server.server import DataverseServer, write_state
from support.dataverse_server.tokens import Identity


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT, or until the state file is gone or another server's, for then nobody finds us any more.

    The state file appears when the server answers; the identity in it is kept over restarts.
    """
    options = _options(arguments)
    try:
        server = DataverseServer(
            options.org,
            port=options.port,
            tls=options.state.parent if options.tls else None,
            synthetic=dict(_rows(text) for text in options.rows),
            token_seconds=options.token_seconds,
            identity=_identity(options.state),
        )
    except (OrgError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    for sign in (signal.SIGTERM, signal.SIGINT):
        # serve_forever may not be ended from the thread it runs in.
        signal.signal(sign, lambda *_: threading.Thread(target=server.stop).start())
    write_state(server.state(), options.state)
    server.serve(wanted=lambda: _state(options.state).get("pid") == os.getpid())
    server.close()
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dataverse_server", description=__doc__)
    parser.add_argument("--org", type=Path, required=True, help="the org folder to serve")
    parser.add_argument(
        "--state", type=Path, required=True, help="file for addresses and secrets (made unreadable to others)"
    )
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument(
        "--tls", action="store_true", help="https, with a new authority's root in ca.pem beside the state"
    )
    parser.add_argument(
        "--rows", action="append", default=[], metavar="TABLE=COUNT", help="serve that many made-up rows too"
    )
    parser.add_argument("--token-seconds", type=float, default=3599, help="how long a token lives")
    return parser.parse_args(arguments)


def _rows(text: str) -> tuple[str, int]:
    table, _, count = text.partition("=")
    if not count.isdigit():
        raise OrgError(f"--rows {text}: not like account=100000")
    return table, int(count)


def _state(file: Path) -> dict[str, Any]:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _identity(file: Path) -> Identity | None:
    known = _state(file)
    names = ("tenant", "client_id", "client_secret")
    return Identity(*(known[n] for n in names)) if all(known.get(n) for n in names) else None
