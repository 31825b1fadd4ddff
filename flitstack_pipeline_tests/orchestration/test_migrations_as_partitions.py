"""Every migration file is a partition of its system, and shows up by itself."""

import dagster as dg
import pytest
from support.project import MAP, MIGRATION

from flitstack_pipeline.mapping.loading import load_system
from flitstack_pipeline.orchestration.partitions import partitions_of, register_partitions
from flitstack_pipeline.orchestration.sensors import register_sensor


@pytest.fixture
def files(project):
    project.map(MAP.replace("system: toy", "system: other"), "other")
    project.migration(MIGRATION, "second")
    project.migration(MIGRATION.replace("system: toy", "system: other"), "elsewhere")
    project.migration(MIGRATION, "Not a name")
    return project


def registered(instance, system: str = "toy") -> list[str]:
    return sorted(instance.get_dynamic_partitions(str(partitions_of(system).name)))


def test_files_become_partitions_of_their_own_system(files, instance):
    new = register_partitions(instance, files.settings, "toy")
    register_partitions(instance, files.settings, "other")

    assert new == ["second", "toy-co"]
    assert registered(instance) == ["second", "toy-co"]
    assert registered(instance, "other") == ["elsewhere"]


def test_only_new_files_are_registered(files, instance):
    register_partitions(instance, files.settings, "toy")
    files.migration(MIGRATION, "third")

    assert register_partitions(instance, files.settings, "toy") == ["third"]
    assert register_partitions(instance, files.settings, "toy") == []


def test_a_partition_outlives_its_file(files, instance):
    register_partitions(instance, files.settings, "toy")
    (files.settings.migrations_dir / "second.yaml").unlink()
    register_partitions(instance, files.settings, "toy")

    assert registered(instance) == ["second", "toy-co"], "its runs are still to be seen"


def evaluate(files, instance):
    sensor = register_sensor(load_system(files.settings.systems_dir / "toy.yaml"))
    with dg.build_sensor_context(instance=instance) as context:
        return sensor(context)


def test_the_sensor_registers_files(files, instance):
    result = evaluate(files, instance)

    (request,) = result.dynamic_partitions_requests
    assert (request.partitions_def_name, request.partition_keys) == ("toy_migrations", ["second", "toy-co"])
    assert not result.run_requests, "registering starts nothing"


def test_the_sensor_is_quiet_when_there_is_nothing_new(files, instance):
    register_partitions(instance, files.settings, "toy")

    result = evaluate(files, instance)

    assert result.skip_reason.skip_message == "every migration file is registered"
    assert not result.dynamic_partitions_requests
