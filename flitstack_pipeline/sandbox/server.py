"""The one Odoo process that serves all databases of the sandbox. It keeps running when we end."""

import json
import secrets
import socket
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

from flitstack_pipeline.errors import ConfigurationError
from flitstack_pipeline.sandbox.install import OdooInstall, odoo_environment
from flitstack_pipeline.sandbox.postgres import ROLE
from flitstack_pipeline.sandbox.processes import ProcessId, is_alive, last_lines, start_detached, stop

_ADDRESS = "127.0.0.1"
_START_SECONDS = 90.0
TEMPLATE_PREFIX = "tpl_"


@dataclass(frozen=True)
class OdooServer:
    """`folder` holds its configuration, log, state and file store; `socket_folder` is PostgreSQL's."""

    folder: Path
    socket_folder: Path

    @property
    def log(self) -> Path:
        return self.folder / "odoo.log"

    @property
    def config(self) -> Path:
        return self.folder / "odoo.conf"

    @property
    def filestore(self) -> Path:
        return self.folder / "odoo-data" / "filestore"

    @property
    def url(self) -> str:
        """The address; it stays the same over restarts unless somebody else takes the port meanwhile."""
        return f"http://{_ADDRESS}:{self._state()['port']}"

    def is_running(self, install: OdooInstall | None = None) -> bool:
        """Tell whether our process lives; with `install`, whether it runs from exactly that one."""
        state = self._state()
        if install and state.get("install") != str(install.folder):
            return False
        return "odoo" in state and is_alive(ProcessId(**state["odoo"]))

    def start(self, install: OdooInstall) -> None:
        """Start Odoo and wait until it answers; raises ConfigurationError with the end of its log if it does not."""
        if self.is_running(install):
            return
        kept = self.is_running() and self.is_kept
        self.stop()
        self._write_config(install)
        self.log.touch(mode=0o600)
        command = [install.python, "-m", "odoo", "server", "-c", self.config]
        process = start_detached(command, log=self.log, cwd=self.folder, env=odoo_environment(install.folder / "odoo"))
        if process:
            self._save(self._state() | {"odoo": asdict(process), "install": str(install.folder), "keep": kept})
        deadline = time.monotonic() + _START_SECONDS
        while process and is_alive(process) and time.monotonic() < deadline:
            if self._answers():
                return
            time.sleep(0.1)
        self.stop()
        raise ConfigurationError(f"Odoo did not start. The end of {self.log}:\n{last_lines(self.log)}")

    def keep(self) -> None:
        """Remember that somebody wants the server to go on running when the tests are over."""
        state = self._state()
        if not state.get("keep"):
            self._save(state | {"keep": True})

    @property
    def is_kept(self) -> bool:
        return bool(self._state().get("keep"))

    def stop(self) -> None:
        """End Odoo if it is the process that we started; fine if it is gone."""
        state = self._state()
        if known := state.pop("odoo", None):
            stop(ProcessId(**known))
            state.pop("keep", None)
            self._save(state)

    def _write_config(self, install: OdooInstall) -> None:
        """(Re)write odoo.conf. Odoo's own commands and the server read the same file."""
        self.filestore.mkdir(parents=True, exist_ok=True)
        state = self._state()
        state.setdefault("master_password", secrets.token_urlsafe(24))
        # The port is chosen once, so that addresses in a person's notes and browser stay valid.
        if "port" not in state or not (self.is_running() or _is_free(state["port"])):
            state["port"] = _free_port()
        self._save(state)
        lines = [
            "[options]",
            f"addons_path = {install.packages / 'odoo' / 'addons'}",
            f"data_dir = {self.filestore.parent}",
            f"db_host = {self.socket_folder}",
            f"db_user = {ROLE}",
            "db_maxconn = 48",
            f"admin_passwd = {state['master_password']}",
            # Templates must stay without connections, or they cannot be cloned.
            f"dbfilter = ^(?!{TEMPLATE_PREFIX})",
            f"http_interface = {_ADDRESS}",
            f"http_port = {state['port']}",
            "workers = 0",
            # No scheduled actions: tests want the same result twice, and some of them call services outside.
            "max_cron_threads = 0",
            # Nobody listens on the discard port, so no mail can leave, whatever a bug tries.
            f"smtp_server = {_ADDRESS}",
            "smtp_port = 9",
            f"publisher_warranty_url = http://{_ADDRESS}:9/",
            "limit_memory_soft = 0",
            "limit_memory_hard = 0",
            "limit_time_real = 0",
            "limit_time_cpu = 0",
            # Nobody rotates the log: the account of each request is left out, and refused SQL with all its data.
            "log_handler = :INFO,werkzeug:WARNING,odoo.sql_db:CRITICAL",
        ]
        self.config.touch(mode=0o600)
        self.config.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/web/health", timeout=5, trust_env=False).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def _state(self) -> dict:
        try:
            return json.loads((self.folder / "state.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}

    def _save(self, state: dict) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        new = self.folder / "state.json.new"
        new.touch(mode=0o600)
        new.write_text(json.dumps(state, indent=1), encoding="utf-8")
        new.rename(self.folder / "state.json")


def _free_port() -> int:
    with socket.create_server((_ADDRESS, 0)) as chosen:
        return chosen.getsockname()[1]


def _is_free(port: int) -> bool:
    try:
        socket.create_server((_ADDRESS, port)).close()
    except OSError:
        return False
    return True
