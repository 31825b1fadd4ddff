"""The whole of what Dagster sees, as a text that a change of names shows up in."""

import importlib
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from flitstack_pipeline.mapping.loading import load_system
from flitstack_pipeline.orchestration.factory import system_definitions
from flitstack_pipeline.orchestration.partitions import partitions_of
from flitstack_pipeline.orchestration.resource import Engine
from flitstack_pipeline.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
SNAPSHOT = Path(__file__).parent / "definitions.txt"


@pytest.fixture(scope="module")
def defs():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FLITSTACK_PROJECT", str(ROOT))
        return importlib.import_module("flitstack_pipeline.definitions").defs


def described(defs: dg.Definitions) -> str:
    """Assets with what they need, checks by asset, jobs with what they do, sensors."""
    graph = defs.resolve_asset_graph()
    lines = ["ASSETS"]
    for key in sorted(graph.get_all_asset_keys()):
        node = graph.get(key)
        lines.append(f"{key.to_user_string()} [{node.group_name}]")
        lines += [f"    ← {parent.to_user_string()}" for parent in sorted(node.parent_keys)]
    lines.append("CHECKS")
    checks: dict[str, list[str]] = {}
    for check in graph.asset_check_keys:
        checks.setdefault(check.asset_key.to_user_string(), []).append(check.name)
    lines += [f"{asset}: {', '.join(sorted(names))}" for asset, names in sorted(checks.items())]
    lines.append("JOBS")
    for job in sorted(defs.resolve_all_job_defs(), key=lambda j: j.name):
        if not job.name.startswith("__"):
            lines.append(f"{job.name}: {len(job.graph.nodes)} steps")
    lines.append("SENSORS")
    lines += sorted(sensor.name for sensor in defs.sensors or [])
    return "\n".join(lines) + "\n"


def test_the_definitions_are_as_written_down(defs):
    found = described(defs)

    assert found == SNAPSHOT.read_text("utf-8"), (
        f"if this is meant, write it down: python {Path(__file__).relative_to(ROOT)} > {SNAPSHOT.relative_to(ROOT)}"
    )


def test_dagster_can_load_them(defs):
    dg.Definitions.validate_loadable(defs)


def test_dagster_validates_the_code_location(tmp_path):
    """As its command line does, in a process of its own."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "FLITSTACK_PROJECT": str(ROOT),
        "FLITSTACK_HOME": str(tmp_path),
        "DAGSTER_HOME": "",
    }
    code = "import flitstack_pipeline.definitions as d; import dagster as dg; dg.Definitions.validate_loadable(d.defs); print('ok')"

    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60
    )

    assert done.stdout.strip() == "ok", done.stderr
    assert list(tmp_path.iterdir()) == [], "loading definitions writes nothing"


def test_every_asset_and_check_belongs_to_its_systems_migrations(defs):
    graph = defs.resolve_asset_graph()

    for key in graph.get_all_asset_keys():
        assert graph.get(key).partitions_def == partitions_of(key.path[0]), key
    for check in graph.asset_check_keys:
        assert graph.get(check).partitions_def == partitions_of(check.asset_key.path[0]), check


def test_every_job_belongs_to_its_systems_migrations(defs):
    jobs = [job for job in defs.resolve_all_job_defs() if not job.name.startswith("__")]

    verbs = ("doctor", "inventory", "plan", "approve", "load", "reconcile", "rollback")
    systems = {job.name.rpartition("_")[0] for job in jobs}
    assert systems == {path.stem for path in load_settings().systems_dir.glob("*.yaml")}
    assert {job.name for job in jobs} == {f"{system}_{verb}" for system in systems for verb in verbs}
    for job in jobs:
        assert job.partitions_def == partitions_of(job.name.rpartition("_")[0]), job.name


def test_nothing_is_loaded_before_the_schema_is_there(defs):
    graph = defs.resolve_asset_graph()

    for key in graph.get_all_asset_keys():
        if key.path[1] == "odoo" and key.path[2] != "schema":
            assert dg.AssetKey([key.path[0], "odoo", "schema"]) in graph.get_ancestor_asset_keys(key)


def test_each_system_has_assets_of_its_own():
    system = load_system(ROOT / "mappings" / "systems" / "octopuspro.yaml")
    other = system.model_copy(update={"system": "other"})

    engine = dg.Definitions(resources={"engine": Engine()})
    both = dg.Definitions.merge(system_definitions(system), system_definitions(other), engine)

    keys = {key.path[0] for key in both.resolve_asset_graph().get_all_asset_keys()}
    assert keys == {"octopuspro", "other"}


if __name__ == "__main__":
    from flitstack_pipeline.definitions import defs as current

    print(described(current), end="")
