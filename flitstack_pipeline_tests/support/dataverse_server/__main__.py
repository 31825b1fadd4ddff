"""Starts the fake Dataverse as a process of its own: `python …/dataverse_server --org DIR --port 0 --state FILE [--tls]`."""

import sys
from pathlib import Path

# Started by its path, Python would look for our modules in this folder instead of above it.
sys.path[:] = [p for p in sys.path if Path(p).resolve() != Path(__file__).resolve().parent]
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from support.dataverse_server.command import main  # noqa: E402 - only found after the line above

if __name__ == "__main__":
    sys.exit(main())
