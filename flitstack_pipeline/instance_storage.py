"""Where Dagster keeps runs and events: below the project's home, or in PostgreSQL by one environment variable.

`dagster.yaml` names these classes. Dagster has no switch between storages of its own; this one reads the variable that also moves
FlitStack's ledger, so that both are always on the same side.
"""

from typing import Any, Self

from dagster._core.storage.local_compute_log_manager import LocalComputeLogManager
from dagster._core.storage.root import LocalArtifactStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData

from flitstack_pipeline.settings import load_settings


def sqlalchemy_url(url: str) -> str:
    """The URL with the driver named that is installed: SQLAlchemy would take another one for `postgresql://`."""
    for scheme in ("postgresql://", "postgres://"):
        if url.startswith(scheme):
            return "postgresql+psycopg2://" + url.removeprefix(scheme)
    return url


class EnvStorage(DagsterSqliteStorage):
    """SQLite in the home, or PostgreSQL when `FLITSTACK_POSTGRES_URL` is set."""

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> Any:
        settings = load_settings()
        if settings.postgres_url:
            from dagster_postgres import DagsterPostgresStorage

            return DagsterPostgresStorage(sqlalchemy_url(settings.postgres_url), inst_data=inst_data)
        settings.dagster_dir.mkdir(parents=True, exist_ok=True)
        return DagsterSqliteStorage.from_local(str(settings.dagster_dir), inst_data=inst_data)


class HomeArtifactStorage(LocalArtifactStorage):
    """Files of runs, below the home."""

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> Self:
        folder = load_settings().dagster_dir
        folder.mkdir(parents=True, exist_ok=True)
        return cls(base_dir=str(folder), inst_data=inst_data)


class HomeComputeLogManager(LocalComputeLogManager):
    """Logs of steps, below the home."""

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> Self:
        folder = load_settings().dagster_dir / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        return cls(base_dir=str(folder), inst_data=inst_data)
