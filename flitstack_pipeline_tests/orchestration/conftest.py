"""A toy project as Dagster sees it: its folder is the one that the environment names."""

import dagster as dg
import pytest
from support.project import MAP, MIGRATION, Project
from support.toy_odoo import FILES

from flitstack_pipeline.orchestration.factory import system_definitions
from flitstack_pipeline.orchestration.resource import Engine
from flitstack_pipeline.settings import ENV_HOME, ENV_POSTGRES, ENV_PROJECT

# An Odoo of one's own that nobody can reach.
NOWHERE = MIGRATION.replace(
    "  sandbox: {}\n", "  url: http://127.0.0.1:9\n  database: toy\n  login: bot\n  api_key_env: TOY_KEY\n"
)


@pytest.fixture
def project(tmp_path, monkeypatch):
    made = Project(tmp_path)
    made.map(MAP)
    made.migration(NOWHERE)
    made.files(**FILES)
    monkeypatch.setenv(ENV_PROJECT, str(tmp_path))
    monkeypatch.setenv(ENV_HOME, str(made.settings.home))
    monkeypatch.delenv(ENV_POSTGRES, raising=False)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    # Set by a launch, and left to the processes that it starts.
    monkeypatch.setenv("FLITSTACK_DAGSTER_DIR", str(made.settings.dagster_dir))
    monkeypatch.setenv("TOY_KEY", "key-of-nothing")
    return made


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@pytest.fixture
def defs(project):
    engine = dg.Definitions(resources={"engine": Engine()}, executor=dg.in_process_executor)
    return dg.Definitions.merge(system_definitions(project.system()), engine)
