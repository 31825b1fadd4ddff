"""The sandbox as its callers see it: up, down, and databases that come in a second."""

import json
import os
import re
import secrets
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from flitstack_pipeline.errors import ConfigurationError
from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.sandbox.access import LOGIN, PASSWORD, SandboxState
from flitstack_pipeline.sandbox.dataverse import stop_dataverses
from flitstack_pipeline.sandbox.disk import explained
from flitstack_pipeline.sandbox.install import OdooInstall, ensure_install
from flitstack_pipeline.sandbox.postgres import Cluster
from flitstack_pipeline.sandbox.processes import file_lock
from flitstack_pipeline.sandbox.server import TEMPLATE_PREFIX, OdooServer
from flitstack_pipeline.sandbox.templates import (
    Template,
    database_names,
    describe,
    drop_database,
    ensure_template,
    key_file,
)
from flitstack_pipeline.settings import ENV_HOME, Settings

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

Progress = Callable[[str], None]
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,50}")


def _silent(_: str) -> None:
    pass


class Sandbox:
    """A real Odoo 19 on a PostgreSQL of its own below `settings.sandbox_dir`. Safe to use from several processes.

    All methods raise ConfigurationError where the sandbox cannot be made, saying what failed and what to do instead.
    A `temporary` user (the tests) starts what it needs and may call `release` at the end, which leaves the servers
    running if anybody else asked for them.
    """

    def __init__(self, settings: Settings, *, temporary: bool = False) -> None:
        self._temporary = temporary
        self._cache = settings.cache
        self._folder = settings.sandbox_dir
        self._cluster = Cluster(self._folder / "postgresql")
        self._server = OdooServer(folder=self._folder, socket_folder=self._cluster.socket_folder)

    def up(self, *, progress: Progress = _silent) -> SandboxState:
        """Start PostgreSQL and Odoo, unpacking Odoo first if this machine has not done it yet; fine if both run."""
        with self._lock(progress):
            self._ensure_up(progress)
        return self.status()

    def down(self) -> None:
        """Stop Odoo, PostgreSQL and every Dataverse; the databases stay for the next time."""
        with self._lock(_silent):
            self._stop()

    def release(self) -> None:
        """Stop the servers unless somebody other than a temporary user wants them."""
        with self._lock(_silent):
            if not self._server.is_kept:
                self._stop()

    def _stop(self) -> None:
        stop_dataverses(self._folder)
        self._server.stop()
        self._cluster.stop()

    def status(self) -> SandboxState:
        running = self._server.is_running()
        return SandboxState(
            running=running,
            url=self._server.url if running else "",
            databases=self.databases() if self._cluster.is_running() else (),
            log=self._server.log,
            folder=self._folder,
        )

    def databases(self) -> tuple[str, ...]:
        """Return the names of the databases, without the templates."""
        return tuple(n for n in database_names(self._cluster) if not n.startswith(TEMPLATE_PREFIX))

    def create_database(
        self,
        name: str,
        *,
        modules: Sequence[str],
        localization: str | None,
        replace: bool = False,
        progress: Progress = _silent,
    ) -> OdooAccess:
        """Return a database with these Odoo modules, cloned from a template that is made first if it is not there.

        `localization`: `l10n_<country>` gives the company that country, its currency, taxes and chart of accounts. A
        database of this name stays as it is, with its data, unless `replace`; one that was made otherwise is an error.
        """
        if not _NAME.fullmatch(name) or name.startswith((TEMPLATE_PREFIX, "postgres", "template")):
            raise ConfigurationError(
                f"{name!r} cannot be the name of a sandbox database.", hint="Like: acme_2, trial-run."
            )
        with self._lock(progress):
            return self._create(name, modules, localization, replace=replace, progress=progress)

    def access(self, name: str) -> OdooAccess:
        """Return how to log in to an existing database."""
        return self._access(name, self._recipe(name)["template"])

    def reset(self, name: str, *, progress: Progress = _silent) -> OdooAccess:
        """Return the database as it was when new: everything in it is lost."""
        with self._lock(progress):
            self._ensure_up(progress)
            recipe = self._recipe(name)
            return self._create(name, recipe["modules"], recipe["localization"], replace=True, progress=progress)

    def drop_database(self, name: str) -> None:
        """Remove a database and its files; fine if it is not there."""
        with self._lock(_silent):
            if not self._cluster.is_running():
                self._cluster.start()
            if name in self.databases():
                drop_database(name, cluster=self._cluster, server=self._server)

    def connect(self, database: str) -> "Connection":
        """Open a psycopg2 connection to a database, for looking at tables directly. The caller closes it."""
        return self._cluster.connect(database)

    def psql(self, database: str, sql: str, parameters: Sequence[object] = ()) -> list[tuple]:
        """Run one SQL statement and return its rows."""
        return self._cluster.execute(database, sql, parameters)

    def dump(self, database: str, tables: Sequence[str]) -> dict[str, list[str]]:
        """Return each table's rows as sorted JSON text, so that two dumps can be compared row by row."""
        rows = {}
        with closing(self.connect(database)) as connection, connection.cursor() as cursor:
            for table in tables:
                quoted = '"' + table.replace('"', '""') + '"'
                cursor.execute(f"SELECT to_jsonb(t)::text FROM {quoted} t ORDER BY 1")  # noqa: S608 - quoted above
                rows[table] = [text for (text,) in cursor]
        return rows

    def tables(self, database: str) -> tuple[str, ...]:
        """Return the names of a database's tables."""
        sql = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        return tuple(name for (name,) in self.psql(database, sql))

    def _ensure_up(self, progress: Progress) -> OdooInstall:
        install = ensure_install(self._cache, progress=progress)
        self._folder.mkdir(parents=True, exist_ok=True)
        if not self._cluster.is_running():
            progress("starting PostgreSQL")
            self._cluster.start()
        if not self._server.is_running(install):
            progress("starting Odoo")
            started = time.monotonic()
            self._server.start(install)
            progress(f"Odoo {install.version} listens on {self._server.url} ({time.monotonic() - started:.1f} s)")
        if not self._temporary:
            self._server.keep()
        return install

    def _create(
        self, name: str, modules: Sequence[str], localization: str | None, *, replace: bool, progress: Progress
    ) -> OdooAccess:
        install = self._ensure_up(progress)
        template = describe(modules, localization, install)
        exists = name in self.databases()
        if exists and not replace:
            self._require_same(name, template)
            return self._access(name, self._recipe(name)["template"])
        ensure_template(template, install=install, cluster=self._cluster, server=self._server, progress=progress)
        if exists:
            drop_database(name, cluster=self._cluster, server=self._server)
        self._clone(template, name)
        return self._access(name, template.name)

    def _clone(self, template: Template, name: str) -> None:
        files = self._server.filestore / name
        shutil.rmtree(files, ignore_errors=True)
        if (source := self._server.filestore / template.name).exists():
            # Odoo names these files after their content and never changes one in place, so a link is as good as a copy.
            shutil.copytree(source, files, copy_function=os.link)
        self._cluster.execute("postgres", f'CREATE DATABASE "{name}" TEMPLATE "{template.name}"')
        self._cluster.execute(name, _NEW_IDENTITY, [str(uuid.uuid4()), str(uuid.uuid4()), _jump()])
        recipe = json.dumps({"template": template.name} | template.recipe)
        self._cluster.execute(name, f'COMMENT ON DATABASE "{name}" IS %s', [recipe])

    def _recipe(self, name: str) -> dict:
        sql = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
        rows = self._cluster.execute("postgres", sql, [name])
        if not rows or not rows[0][0]:
            raise ConfigurationError(
                f"The sandbox has no database {name!r}.", hint=f"It has: {', '.join(self.databases())}"
            )
        return json.loads(rows[0][0])

    def _require_same(self, name: str, template: Template) -> None:
        recipe = self._recipe(name)
        if (tuple(recipe["modules"]), recipe["localization"]) != (template.modules, template.localization):
            raise ConfigurationError(
                f"The sandbox database {name!r} exists with other apps ({', '.join(recipe['modules'])}; "
                f"{recipe['localization']}).",
                hint="Choose another name, or replace it.",
            )

    def _access(self, name: str, template_name: str) -> OdooAccess:
        key = json.loads(key_file(self._server, template_name).read_text(encoding="utf-8"))["api_key"]
        return OdooAccess(url=self._server.url, database=name, login=LOGIN, password=PASSWORD, api_key=key)

    @contextmanager
    def _lock(self, progress: Progress) -> Iterator[None]:
        waiting = partial(progress, "another process is using the sandbox: waiting for it")
        with explained(self._folder, variable=ENV_HOME), file_lock(self._folder / "lock", waiting=waiting):
            yield


def _jump() -> int:
    # Random, for a former database of this name may have counted on from a value that was made the same way.
    return secrets.randbelow(1_900_000_000) + 100_000_000


# A clone is another database to Odoo and to us: it gets an id of its own. The jump in the registry's sequence tells a
# server that still remembers a former database of this name to forget what it knows about it.
_NEW_IDENTITY = """
UPDATE ir_config_parameter SET value = CASE key WHEN 'database.uuid' THEN %s ELSE %s END
 WHERE key IN ('database.uuid', 'database.secret');
SELECT setval('orm_signaling_registry_id_seq', %s);
INSERT INTO orm_signaling_registry DEFAULT VALUES
"""
