"""Dataverse for demos and tests: one detached process per org folder, on this machine alone.

The server is the project's own fake (its tests judge it with other people's clients). It keeps running when we end, as the
sandbox's Odoo does. Its secret is random, lives in a file that only this user can read, and stays the same over restarts.
"""

import hashlib
import json
import os
import re
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from flitstack_pipeline.errors import ConfigurationError
from flitstack_pipeline.sandbox.disk import explained
from flitstack_pipeline.sandbox.processes import (
    ProcessId,
    file_lock,
    is_alive,
    last_lines,
    start_detached,
    stop,
    wait_until,
)
from flitstack_pipeline.settings import ENV_HOME, Settings

# Beside this package, whatever project folder is in use.
_SERVER = Path(__file__).resolve().parents[2] / "flitstack_pipeline_tests/support/dataverse_server"
_ADDRESS = "127.0.0.1"
_START_SECONDS = 60.0


@dataclass(frozen=True)
class DataverseAccess:
    """How to log in to an org. `authority` gives the tokens; `state_file` also holds the key of the tests' side door."""

    url: str
    authority: str
    tenant: str
    client_id: str
    client_secret: str = field(repr=False)
    org: Path
    state_file: Path


def dataverse(settings: Settings, org: Path) -> DataverseAccess:
    """Return a running Dataverse that serves this org folder, starting one if none does or the folder has changed since.

    Raises ConfigurationError if the folder is no org, or holds what a Dataverse could not hold.
    """
    org = org.resolve()
    if not (org / "org.json").is_file():
        raise ConfigurationError(f"{org} is no org folder: it has no org.json.")
    if not _SERVER.is_dir():
        raise ConfigurationError(
            f"The sandbox's Dataverse is not here: {_SERVER}.", hint="It comes with a checkout of the project."
        )
    with _lock(settings.sandbox_dir):
        for one in _servers(settings.sandbox_dir):
            if not one.org.exists():
                one.stop()
        server = _Server(_folder(settings.sandbox_dir) / _name(org))
        if not server.is_running() or server.content != _content(org):
            server.start(org)
        return server.access()


def running_dataverses(sandbox_dir: Path) -> tuple[DataverseAccess, ...]:
    """Return those that run now."""
    return tuple(server.access() for server in _servers(sandbox_dir) if server.is_running())


def stop_dataverses(sandbox_dir: Path) -> None:
    """End all of them; fine if none runs. Their secrets stay for the next time."""
    if _folder(sandbox_dir).exists():
        with _lock(sandbox_dir):
            for server in _servers(sandbox_dir):
                server.stop()


@dataclass(frozen=True)
class _Server:
    """`folder` holds the state that the server writes, our note of the process, and the server's log."""

    folder: Path

    @property
    def state_file(self) -> Path:
        return self.folder / "state.json"

    @property
    def content(self) -> str:
        """What the org folder was like when the server started."""
        return self._note().get("content", "")

    @property
    def org(self) -> Path:
        return Path(self._note().get("org", "/nowhere"))

    def is_running(self) -> bool:
        process = self._note().get("process")
        return (
            process is not None
            and is_alive(ProcessId(**process))
            and _read(self.state_file).get("pid") == process["pid"]
        )

    def access(self) -> DataverseAccess:
        state = _read(self.state_file)
        names = ("url", "authority", "tenant", "client_id", "client_secret")
        return DataverseAccess(**{n: state[n] for n in names}, org=Path(state["org"]), state_file=self.state_file)

    def start(self, org: Path) -> None:
        self.stop()
        self.folder.mkdir(parents=True, exist_ok=True)
        log = self.folder / "server.log"
        log.touch(mode=0o600)
        content = _content(org)
        command = [sys.executable, _SERVER, "--org", org, "--state", self.state_file, "--port", str(self._port())]
        # Nothing of our environment: it may hold the secrets of real systems.
        env = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        process = start_detached(command, log=log, cwd=self.folder, env=env)
        if process:
            note = {"process": asdict(process), "org": str(org), "content": content}
            _write(self.folder / "process.json", note)
            if (
                wait_until(lambda: self.is_running() or not is_alive(process), seconds=_START_SECONDS)
                and self.is_running()
            ):
                return
        self.stop()
        raise ConfigurationError(
            f"The sandbox's Dataverse did not start for {org}. The end of {log}:\n{last_lines(log)}"
        )

    def stop(self) -> None:
        note = self._note()
        if known := note.pop("process", None):
            stop(ProcessId(**known))
            _write(self.folder / "process.json", note)

    def _port(self) -> int:
        """The port of the last time if it is free, so that addresses in notes and delta links stay valid; else 0."""
        port = int(_read(self.state_file).get("url", ":0").rpartition(":")[2])
        try:
            socket.create_server((_ADDRESS, port)).close()
        except OSError:
            return 0
        return port

    def _note(self) -> dict[str, Any]:
        return _read(self.folder / "process.json")


def _folder(sandbox_dir: Path) -> Path:
    return sandbox_dir / "dataverse"


def _servers(sandbox_dir: Path) -> list[_Server]:
    return [_Server(file.parent) for file in sorted(_folder(sandbox_dir).glob("*/process.json"))]


def _name(org: Path) -> str:
    readable = re.sub(r"\W+", "-", org.parent.name).strip("-") or "org"
    return f"{readable}-{hashlib.sha256(str(org).encode()).hexdigest()[:8]}"


def _content(org: Path) -> str:
    """Tells whether anything in an org folder is different: names, sizes and times of its files."""
    told = hashlib.sha256()
    for file in sorted(org.rglob("*")):
        if file.is_file():
            about = file.stat()
            told.update(f"{file.relative_to(org)}\0{about.st_size}\0{about.st_mtime_ns}\n".encode())
    return told.hexdigest()


def _read(file: Path) -> dict[str, Any]:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}


def _write(file: Path, content: Mapping[str, Any]) -> None:
    new = file.with_name(file.name + ".new")
    new.write_text(json.dumps(content, indent=1), encoding="utf-8")
    new.rename(file)


@contextmanager
def _lock(sandbox_dir: Path) -> Iterator[None]:
    with explained(sandbox_dir, variable=ENV_HOME), file_lock(_folder(sandbox_dir) / "lock"):
        yield
