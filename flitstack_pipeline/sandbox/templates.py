"""Template databases: an Odoo with its modules, company and API key, made once and cloned in half a second."""

import hashlib
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from flitstack_pipeline.errors import ConfigurationError
from flitstack_pipeline.sandbox.access import PASSWORD
from flitstack_pipeline.sandbox.install import OdooInstall, odoo_environment
from flitstack_pipeline.sandbox.postgres import ROLE, Cluster
from flitstack_pipeline.sandbox.processes import last_lines
from flitstack_pipeline.sandbox.server import TEMPLATE_PREFIX, OdooServer

_SCRIPT = Path(__file__).with_name("build_template.py")
_BUILD_SECONDS = 1800
# Charts of accounts that live in a module with another name than the country's, or in `account` itself.
_MODULES: dict[str, tuple[str, ...]] = {"l10n_us": ("l10n_us", "l10n_us_account"), "l10n_generic_coa": ()}
# Countries whose module is not called by their code.
_CODES = {"uk": "GB"}
_SAME_PURPOSE = "SELECT datname FROM pg_database WHERE shobj_description(oid, 'pg_database') = %s"


@dataclass(frozen=True)
class Template:
    """`localization`: a module `l10n_<country>`, `l10n_generic_coa`, or None for no country and no accounts."""

    modules: tuple[str, ...]
    localization: str | None
    fingerprint: str

    @property
    def name(self) -> str:
        return f"{TEMPLATE_PREFIX}{self.fingerprint}"

    @property
    def recipe(self) -> dict:
        """What makes two databases the same at birth; kept as the database's comment."""
        return {"modules": list(self.modules), "localization": self.localization}

    @property
    def country(self) -> str | None:
        """The company's two-letter country code; it decides on currency, taxes and accounts."""
        has_country = self.localization and _localization_modules(self.localization)
        name = self.localization.split("_")[1] if self.localization and has_country else None
        return _CODES.get(name, name.upper()) if name else None


def describe(modules: Sequence[str], localization: str | None, install: OdooInstall) -> Template:
    """Name the template of a set of modules; the name changes with Odoo's version and with how templates are made."""
    wanted = tuple(sorted(set(modules)))
    for module in (*wanted, *_localization_modules(localization)):
        if not (install.packages / "odoo" / "addons" / module / "__manifest__.py").exists():
            raise ConfigurationError(f"Odoo {install.version} of the sandbox has no module {module!r}.")
    parts = (*wanted, str(localization), PASSWORD, install.version, _SCRIPT.read_text(encoding="utf-8"))
    return Template(wanted, localization, hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12])


def ensure_template(
    template: Template, *, install: OdooInstall, cluster: Cluster, server: OdooServer, progress: Callable[[str], None]
) -> None:
    """Make the template database if it is not there (a minute and a half for the full set)."""
    if template.name in database_names(cluster) and key_file(server, template.name).exists():
        return
    started = time.monotonic()
    chart = f" with {template.localization}" if template.localization else ""
    progress(f"installing {len(template.modules)} Odoo apps{chart} into a template database (about a minute, once)")
    making = f"{template.name}_making"
    drop_database(making, cluster=cluster, server=server)
    cluster.execute("postgres", f"CREATE DATABASE \"{making}\" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'")
    _build(template, database=making, install=install, server=server)
    recipe = json.dumps(template.recipe)
    cluster.execute("postgres", f'COMMENT ON DATABASE "{making}" IS %s', [recipe])
    # The rename comes last: a template under its name is complete.
    drop_database(template.name, cluster=cluster, server=server)
    if (files := server.filestore / making).exists():
        files.rename(server.filestore / template.name)
    cluster.execute("postgres", f'ALTER DATABASE "{making}" RENAME TO "{template.name}"')
    # A former template for the same purpose, of an older Odoo say, is of no use any more. Its key stays for its clones.
    for (old,) in cluster.execute("postgres", _SAME_PURPOSE, [recipe]):
        if old != template.name and old.startswith(TEMPLATE_PREFIX):
            drop_database(old, cluster=cluster, server=server)
    progress(f"the template database is ready ({time.monotonic() - started:.0f} s)")


def _build(template: Template, *, database: str, install: OdooInstall, server: OdooServer) -> None:
    key = key_file(server, template.name)
    key.parent.mkdir(mode=0o700, exist_ok=True)
    job = key.with_suffix(".job.json")
    modules = [*template.modules, *_localization_modules(template.localization)]
    job.write_text(
        json.dumps(
            {
                "modules": modules,
                "country": template.country,
                "key_name": "sandbox",
                "password": PASSWORD,
                "result": str(key),
            }
        ),
        encoding="utf-8",
    )
    log = server.folder / f"{template.name}.log"
    with log.open("wb") as output:
        done = subprocess.run(
            [str(part) for part in (install.python, _SCRIPT, server.config, database, job)],
            env=odoo_environment(install.folder / "odoo"),
            cwd=server.folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=_BUILD_SECONDS,
        )
    job.unlink()
    if done.returncode or not key.exists():
        raise ConfigurationError(f"Installing Odoo's apps failed. The end of {log}:\n{last_lines(log, 40)}")


def key_file(server: OdooServer, template_name: str) -> Path:
    return server.folder / "keys" / f"{template_name}.json"


def database_names(cluster: Cluster) -> tuple[str, ...]:
    rows = cluster.execute("postgres", "SELECT datname FROM pg_database WHERE datdba = %s::regrole ORDER BY 1", [ROLE])
    return tuple(name for (name,) in rows)


def drop_database(name: str, *, cluster: Cluster, server: OdooServer) -> None:
    """Remove a database with its files, cutting its connections; fine if it is not there."""
    cluster.execute("postgres", f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    shutil.rmtree(server.filestore / name, ignore_errors=True)


def _localization_modules(localization: str | None) -> tuple[str, ...]:
    if localization is None:
        return ()
    return _MODULES.get(localization, (localization,))
