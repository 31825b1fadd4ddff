"""Where things are: every path and environment variable of the project, in one place.

The project root is the folder that holds `workspace.yaml` and `mappings/`. It is `FLITSTACK_PROJECT` if set, else the nearest
such folder at or above the working directory, else the folder above this package. Everything that a run writes goes below
`FLITSTACK_HOME` (default `<project root>/.flitstack`); downloads that several checkouts can share go below `FLITSTACK_CACHE`
(default `~/.cache/flitstack`).
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

ENV_PROJECT = "FLITSTACK_PROJECT"
ENV_HOME = "FLITSTACK_HOME"
ENV_CACHE = "FLITSTACK_CACHE"
ENV_POSTGRES = "FLITSTACK_POSTGRES_URL"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Absolute paths of one installation."""

    root: Path
    home: Path
    cache: Path
    postgres_url: str | None = field(default=None, repr=False)

    @property
    def systems_dir(self) -> Path:
        return self.root / "mappings" / "systems"

    @property
    def migrations_dir(self) -> Path:
        return self.root / "mappings" / "migrations"

    @property
    def sandbox_dir(self) -> Path:
        return self.home / "sandbox"

    @property
    def dagster_dir(self) -> Path:
        return self.home / "dagster"

    def migration_dir(self, migration: str) -> Path:
        """The folder that holds one migration's Parquet files and reports, so that it can be archived as one thing."""
        return self.home / "migrations" / migration


def load_settings() -> Settings:
    """Read the environment; no file is touched."""
    root = _project_root()
    home = Path(os.environ.get(ENV_HOME) or root / ".flitstack").expanduser().absolute()
    cache = Path(os.environ.get(ENV_CACHE) or Path.home() / ".cache" / "flitstack").expanduser().absolute()
    return Settings(root=root, home=home, cache=cache, postgres_url=os.environ.get(ENV_POSTGRES) or None)


def _project_root() -> Path:
    if configured := os.environ.get(ENV_PROJECT):
        return Path(configured).expanduser().absolute()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "workspace.yaml").is_file() and (folder / "mappings").is_dir():
            return folder
    return Path(__file__).resolve().parent.parent
