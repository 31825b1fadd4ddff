"""Which Odoo receives a migration, and with what secret."""

import pytest
from support.project import MAP, MIGRATION, Project

from flitstack_pipeline.errors import ConfigurationError
from flitstack_pipeline.stages.target import sandbox_database, target_access

OWN = """\
target:
  url: https://odoo.toy.example
  database: toy
  login: bot
  api_key_env: TOY_KEY
  password_env: TOY_PASSWORD
"""


@pytest.fixture
def own(tmp_path):
    project = Project(tmp_path)
    project.map(MAP)
    project.migration(MIGRATION.replace("target:\n  sandbox: {}\n", OWN))

    def access(**environment: str):
        return target_access(project.settings, "toy-co", project.load()[0], environment)

    return access


def test_secrets_come_from_the_environment(own):
    access = own(TOY_KEY="k1", TOY_PASSWORD="p1")

    assert (access.url, access.database, access.login) == ("https://odoo.toy.example", "toy", "bot")
    assert (access.api_key, access.password) == ("k1", "p1")
    assert "k1" not in repr(access)
    assert "p1" not in repr(access)


def test_every_variable_that_is_not_set_is_named(own):
    with pytest.raises(ConfigurationError) as error:
        own(TOY_PASSWORD="")

    assert [str(problem) for problem in error.value.problems] == [
        "environment variable TOY_KEY: is not set (the migration toy-co names it in target.api_key_env; "
        "export it and start again)",
        "environment variable TOY_PASSWORD: is not set (the migration toy-co names it in target.password_env; "
        "export it and start again)",
    ]


def test_a_migration_has_a_database_of_its_own_in_the_sandbox():
    assert sandbox_database("toy-co") == "toy_co"
