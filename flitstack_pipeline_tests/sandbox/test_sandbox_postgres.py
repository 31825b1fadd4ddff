from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flitstack_pipeline.errors import ConfigurationError, TerminalError
from flitstack_pipeline.sandbox.postgres import Cluster


@pytest.fixture
def cluster_in() -> Iterator[Callable[[Path], Cluster]]:
    started: list[Cluster] = []

    def start(folder: Path) -> Cluster:
        started.append(Cluster(folder))
        started[-1].start()
        return started[-1]

    yield start
    for cluster in started:
        cluster.stop()


def test_a_cluster_starts_keeps_its_data_over_a_restart_and_has_a_role_for_odoo(
    tmp_path: Path, cluster_in: Callable[[Path], Cluster]
) -> None:
    cluster = cluster_in(tmp_path / "with space")
    role = cluster.execute(
        "postgres", "SELECT rolname, rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    )
    assert role == [("odoo", False, True)]
    assert cluster.execute("postgres", "CREATE DATABASE kept") == []
    cluster.stop()
    assert not cluster.is_running()
    cluster.start()
    cluster.start()
    assert cluster.execute("kept", "SELECT %s", ["here"]) == [("here",)]


def test_nobody_else_can_reach_the_socket_or_the_data(tmp_path: Path, cluster_in: Callable[[Path], Cluster]) -> None:
    cluster = cluster_in(tmp_path)
    assert cluster.socket_folder.stat().st_mode & 0o077 == 0
    assert cluster.data.stat().st_mode & 0o077 == 0
    assert cluster.execute("postgres", "SHOW listen_addresses") == [("",)]


def test_a_path_too_long_for_a_socket_still_works(tmp_path: Path, cluster_in: Callable[[Path], Cluster]) -> None:
    cluster = cluster_in(tmp_path / ("x" * 120))
    assert not cluster.socket_folder.is_relative_to(tmp_path)
    assert cluster.execute("postgres", "SELECT 1") == [(1,)]
    cluster.stop()
    cluster.socket_folder.rmdir()


def test_a_short_socket_folder_that_somebody_prepared_is_refused(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / ("x" * 120))
    cluster.socket_folder.symlink_to(tmp_path)
    try:
        with pytest.raises(ConfigurationError, match="belongs to somebody else"):
            cluster.start()
    finally:
        cluster.socket_folder.unlink()


def test_what_postgresql_refuses_is_told_in_its_words(tmp_path: Path, cluster_in: Callable[[Path], Cluster]) -> None:
    cluster = cluster_in(tmp_path)
    with pytest.raises(TerminalError, match="does not exist"):
        cluster.execute("postgres", "SELECT * FROM nowhere")


def test_an_interrupted_initialisation_is_started_over(tmp_path: Path, cluster_in: Callable[[Path], Cluster]) -> None:
    (tmp_path / "data-making").mkdir()
    (tmp_path / "data-making" / "PG_VERSION").touch()
    assert cluster_in(tmp_path).is_running()


def test_broken_files_are_reported_with_postgresqls_words(
    tmp_path: Path, cluster_in: Callable[[Path], Cluster]
) -> None:
    cluster = cluster_in(tmp_path)
    cluster.stop()
    (cluster.data / "global" / "pg_control").unlink()
    with pytest.raises(ConfigurationError, match=r"(?s)pg_control.*remove"):
        cluster.start()
