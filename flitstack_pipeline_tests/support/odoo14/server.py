"""Odoo 14 on a PostgreSQL of its own: one process for all databases, ended when the tests are over.

Below the project's home, in `odoo14/`: PostgreSQL, and `work/` (configuration, log, files), which Odoo sees as `/srv/work`.
It runs as the account that also owns PostgreSQL's socket, and listens on 127.0.0.1 alone.
"""

import contextlib
import hashlib
import json
import os
import pwd
import shutil
import socket
import subprocess
import uuid
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from support.odoo14.install import Install, ensure_install, entering, require_possible

from flitstack_pipeline.errors import ConfigurationError
from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.sandbox.access import LOGIN, PASSWORD
from flitstack_pipeline.sandbox.postgres import ROLE, Cluster
from flitstack_pipeline.sandbox.processes import (
    ProcessId,
    file_lock,
    is_alive,
    last_lines,
    start_detached,
    stop,
    wait_until,
)
from flitstack_pipeline.settings import Settings

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

FULL = (
    "calendar",
    "contacts",
    "crm",
    "project",
    "hr",
    "account",
    "product",
    "sale_management",
    "sale_crm",
    "stock",
    "hr_timesheet",
    "maintenance",
)
_ADDRESS = "127.0.0.1"
_ACCOUNT = "nobody"
_SCRIPT = Path(__file__).with_name("build_template.py")
_TEMPLATE = "tpl14_"
_WORK = "/srv/work"
_SOCKET = "/srv/postgresql"


class Odoo14:
    """`with Odoo14(settings, progress=print) as odoo14: odoo14.create_database("mine")`."""

    def __init__(self, settings: Settings, *, progress: Callable[[str], None]) -> None:
        self._progress = progress
        self._cache = settings.cache
        self._folder = settings.home / "odoo14"
        self._work = self._folder / "work"
        self._cluster = Cluster(self._folder / "postgresql")
        self._process: ProcessId | None = None
        self._port = 0
        self._stack = contextlib.ExitStack()

    @property
    def log(self) -> Path:
        return self._work / "odoo.log"

    @property
    def url(self) -> str:
        return f"http://{_ADDRESS}:{self._port}"

    def __enter__(self) -> "Odoo14":
        require_possible()
        waiting = lambda: self._progress("another process is using Odoo 14: waiting for it")  # noqa: E731
        with self._stack:
            self._stack.enter_context(file_lock(self._folder / "lock", waiting=waiting))
            self._install = ensure_install(self._cache, progress=self._progress)
            self._cluster.start()
            self._stack.callback(self._cluster.stop)
            self._drop_leftovers()
            self._start(self._install)
            self._stack.callback(self._stop)
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def create_database(self, name: str, *, modules: Sequence[str] = FULL, country: str | None = "AU") -> OdooAccess:
        """A fresh database with these apps, cloned from a template that is made first (about a minute, once)."""
        template = self._ensure_template(tuple(sorted(modules)), country)
        self._cluster.execute("postgres", f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        files = self._work / "data" / "filestore"
        if (files / template).exists():
            shutil.copytree(files / template, files / name, copy_function=os.link)
            self._own(files / name)
        sql = "UPDATE ir_config_parameter SET value = %s WHERE key = 'database.uuid'"
        self._cluster.execute(name, sql, [str(uuid.uuid4())])
        key = (self._work / f"{template}.key").read_text(encoding="utf-8")
        return OdooAccess(url=self.url, database=name, login=LOGIN, password=PASSWORD, api_key=key)

    def drop_database(self, name: str) -> None:
        # As the superuser: PostgreSQL's own vacuum may be in the database, and Odoo's role may not end that.
        self._cluster.execute("postgres", f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', admin=True)
        shutil.rmtree(self._work / "data" / "filestore" / name, ignore_errors=True)

    def connect(self, database: str) -> "Connection":
        """Open a psycopg2 connection to a database. The caller closes it."""
        return self._cluster.connect(database)

    def psql(self, database: str, sql: str, parameters: Sequence[object] = ()) -> list[tuple]:
        """Run one SQL statement and return its rows."""
        return self._cluster.execute(database, sql, parameters)

    def tables(self, database: str) -> tuple[str, ...]:
        """The names of a database's tables."""
        sql = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        return tuple(name for (name,) in self.psql(database, sql))

    def dump(self, database: str, tables: Sequence[str]) -> dict[str, list[str]]:
        """Each table's rows as sorted JSON text."""
        rows = {}
        with closing(self.connect(database)) as connection, connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t ORDER BY 1')
                rows[table] = [text for (text,) in cursor]
        return rows

    # -- inside -------------------------------------------------------------------------------------------------------

    def _drop_leftovers(self) -> None:
        """Databases of tests that were killed; nobody else holds the lock."""
        for name in self._databases():
            if not name.startswith(_TEMPLATE) or name.endswith("_making"):
                self.drop_database(name)

    def _databases(self) -> tuple[str, ...]:
        sql = "SELECT datname FROM pg_database WHERE datdba = %s::regrole ORDER BY 1"
        return tuple(name for (name,) in self._cluster.execute("postgres", sql, [ROLE]))

    def _start(self, install: Install) -> None:
        self._end_former()
        with socket.create_server((_ADDRESS, 0)) as chosen:
            self._port = chosen.getsockname()[1]
        self._write_config()
        command = [*self._entering(install), "/usr/bin/odoo", "-c", f"{_WORK}/odoo.conf"]
        self._progress("starting Odoo 14")
        self._process = start_detached(command, log=self.log, cwd=self._folder, env=self._environment())
        if self._process:
            self._state.write_text(json.dumps(vars(self._process)), encoding="utf-8")
        process = self._process
        if process:
            wait_until(lambda: not is_alive(process) or self._answers(), seconds=60, every=0.2)
        if process and is_alive(process) and self._answers():
            return
        self._stop()
        raise ConfigurationError(f"Odoo 14 did not start. The end of {self.log}:\n{last_lines(self.log)}")

    @property
    def _state(self) -> Path:
        return self._folder / "process.json"

    def _end_former(self) -> None:
        """End the server of a test run that was killed."""
        if self._state.exists():
            stop(ProcessId(**json.loads(self._state.read_text(encoding="utf-8"))))
            self._state.unlink()

    def _stop(self) -> None:
        if self._process:
            stop(self._process)
        self._state.unlink(missing_ok=True)

    def _entering(self, install: Install) -> list[str]:
        for place in (_WORK, _SOCKET):
            (install.root / place[1:]).mkdir(parents=True, exist_ok=True)
        mounts = ((self._work, _WORK), (self._cluster.socket_folder, _SOCKET))
        return entering(install.root, mounts=mounts, user=f"{_ACCOUNT}:{pwd.getpwnam(_ACCOUNT).pw_gid}")

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": f"{_WORK}/data", "PYTHONUNBUFFERED": "1"}

    def _write_config(self) -> None:
        lines = [
            "[options]",
            "addons_path = /usr/lib/python3/dist-packages/odoo/addons",
            f"data_dir = {_WORK}/data",
            f"db_host = {_SOCKET}",
            f"db_user = {ROLE}",
            "db_maxconn = 32",
            f"admin_passwd = {uuid.uuid4().hex}",
            # Templates must stay without connections, or they cannot be cloned.
            f"dbfilter = ^(?!{_TEMPLATE})",
            f"http_interface = {_ADDRESS}",
            f"http_port = {self._port}",
            "workers = 0",
            "max_cron_threads = 0",
            # Nobody listens on the discard port, so no mail can leave.
            f"smtp_server = {_ADDRESS}",
            "smtp_port = 9",
            f"publisher_warranty_url = http://{_ADDRESS}:9/",
            "limit_time_real = 0",
            "limit_time_cpu = 0",
            "limit_memory_soft = 0",
            "limit_memory_hard = 0",
            "log_handler = :INFO,werkzeug:WARNING,odoo.sql_db:CRITICAL",
        ]
        (self._work / "data").mkdir(parents=True, exist_ok=True)
        (self._work / "odoo.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
        shutil.copy(_SCRIPT, self._work / _SCRIPT.name)
        self._own(self._work)

    def _own(self, folder: Path) -> None:
        account = pwd.getpwnam(_ACCOUNT)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
        folder.chmod(0o700)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/web/webclient/version_info", timeout=5, trust_env=False).status_code < 500
        except httpx.TransportError:
            return False

    def _ensure_template(self, modules: tuple[str, ...], country: str | None) -> str:
        parts = (*modules, str(country), PASSWORD, self._install.version, _SCRIPT.read_text(encoding="utf-8"))
        name = _TEMPLATE + hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
        if name in self._databases() and (self._work / f"{name}.key").exists():
            return name
        making = f"{name}_making"
        self._progress(f"installing {len(modules)} apps of Odoo 14 into a template database (about a minute, once)")
        self.drop_database(making)
        self._cluster.execute(
            "postgres", f"CREATE DATABASE \"{making}\" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'"
        )
        self._build(name, making, modules, country)
        self.drop_database(name)
        files = self._work / "data" / "filestore"
        if (files / making).exists():
            (files / making).rename(files / name)
        self._cluster.execute("postgres", f'ALTER DATABASE "{making}" RENAME TO "{name}"')
        return name

    def _build(self, name: str, making: str, modules: Sequence[str], country: str | None) -> None:
        job = self._work / f"{name}.json"
        charts = [f"l10n_{country.lower()}"] if country else []
        job.write_text(
            json.dumps({"modules": [*modules, *charts], "country": country, "password": PASSWORD}), encoding="utf-8"
        )
        self._own(self._work)
        log = self._folder / f"{name}.log"
        inside = ["/usr/bin/python3", f"{_WORK}/{_SCRIPT.name}", f"{_WORK}/odoo.conf", making, f"{_WORK}/{job.name}"]
        with log.open("wb") as output:
            done = subprocess.run(
                [*self._entering(self._install), *inside],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                timeout=1200,
            )
        if done.returncode or not (self._work / f"{name}.key").exists():
            raise ConfigurationError(f"Installing Odoo 14's apps failed. The end of {log}:\n{last_lines(log, 40)}")
