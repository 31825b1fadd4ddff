"""Measure a pull of a large table from the fake Dataverse: rows a second, calls a minute, memory.

    python -m benchmarks.dataverse_pull --rows 100000 --calls-per-minute 100

The server runs in a process of its own, so that the memory measured is of the reader alone. Memory is looked at after
every page: what is kept per row would show as a line that climbs.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flitstack_pipeline.mapping.spec import ObjectSpec
from flitstack_pipeline.progress import shown_by
from flitstack_pipeline.sources.dataverse import DataverseAccess, DataverseSource

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "flitstack_pipeline_tests"
PAGE = os.sysconf("SC_PAGE_SIZE")
COLUMNS: dict[str, Any] = {
    "name": {},
    "ownerid": {"type": "id"},
    "ownerid__name": {},
    "primarycontactid": {"type": "id"},
    "primarycontactid__name": {},
    "revenue": {"type": "decimal"},
    "numberofemployees": {"type": "integer"},
    "industrycode": {"type": "integer"},
    "industrycode__label": {},
    "new_skills__labels": {},
    "creditonhold": {"type": "boolean"},
    "createdon": {"type": "datetime"},
    "modifiedon": {"type": "datetime"},
}


class Memory:
    """Shows nothing; writes down the resident memory in MB after every page and at every other step."""

    def __init__(self) -> None:
        self.seen: list[float] = []

    def start(self, task: str, total: int) -> None:
        self._look()

    def advance(self, task: str, count: int) -> None:
        self._look()

    def finish(self, task: str, summary: str) -> None:
        self._look()

    def _look(self) -> None:
        self.seen.append(int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE / 1e6)


@contextlib.contextmanager
def served(folder: Path, rows: int) -> Iterator[dict[str, Any]]:
    """Serve the toy organization with so many accounts, in another process."""
    sys.path.insert(0, str(TESTS))
    from support.dataverse_server.toy import write_org

    org, state = write_org(folder / "org"), folder / "server" / "state.json"
    state.parent.mkdir()
    command = [sys.executable, TESTS / "support" / "dataverse_server", "--org", org, "--state", state]
    process = subprocess.Popen([*command, "--rows", f"account={rows}"])
    try:
        while not state.is_file():
            if process.poll() is not None:
                raise RuntimeError("the server did not start")
            time.sleep(0.05)
        yield json.loads(state.read_text(encoding="utf-8"))
    finally:
        process.terminate()
        process.wait()


def pull(folder: Path, state: dict[str, Any], *, calls_per_minute: int, page_size: int) -> None:
    """Extract the accounts once and print what it took."""
    known = {k: state[k] for k in ("url", "tenant", "client_id", "client_secret", "authority")}
    access = DataverseAccess(**known, calls_per_minute=calls_per_minute, page_size=page_size)
    spec = ObjectSpec.model_validate({"entity": "account", "columns": COLUMNS})
    memory = Memory()
    with DataverseSource(access, {"account": spec}, timezone=None, cache=folder / "cache") as source, shown_by(memory):
        began, busy = time.perf_counter(), time.process_time()
        extract = source.extract("account", into=folder / "extracts")
        seconds, busy = time.perf_counter() - began, time.process_time() - busy
        limiter = source.client.limiter
    pages = memory.seen[1:-1]
    quarter = max(len(pages) // 4, 1)
    first, last = sum(pages[:quarter]) / quarter, sum(pages[-quarter:]) / quarter
    peak = max(memory.seen)
    sys.stdout.write(
        f"{extract.rows:,} rows in {seconds:.1f} s ({busy:.1f} s CPU): {extract.rows / seconds:,.0f} rows/s\n"
        f"{limiter.calls} calls, {limiter.waited:.1f} s waited for the limit of {calls_per_minute} a minute\n"
        f"memory: {first:.0f} MB over the first quarter of the pages, {last:.0f} MB over the last, peak {peak:.0f} MB\n"
    )


def main() -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--calls-per-minute", type=int, default=6000)
    parser.add_argument("--page-size", type=int, default=5000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, served(Path(name), options.rows) as state:
        pull(Path(name), state, calls_per_minute=options.calls_per_minute, page_size=options.page_size)


if __name__ == "__main__":
    main()
