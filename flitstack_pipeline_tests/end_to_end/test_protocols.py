"""The older protocols carry the same data: what is loaded by them equals, field by field, what JSON-2 loads."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from e2e_dumps import migrated, record_changes
from e2e_project import Project
from e2e_subset import write_subset

from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.outcomes import Counts

pytestmark = pytest.mark.odoo


@dataclass(frozen=True)
class Loaded:
    """What a load has brought about: the counts by object, and the records by key."""

    objects: dict[str, Counts]
    records: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_subset(tmp_path_factory.mktemp("export"), customers=25)


@pytest.fixture(scope="module")
def by_json2(
    tmp_path_factory: pytest.TempPathFactory, odoo_access_module: OdooAccess, export: Path
) -> Iterator[Loaded]:
    access = replace(odoo_access_module, protocol="json2")
    with Project(tmp_path_factory.mktemp("json2"), access, export, accepted=False) as project:
        yield _load(project, "json2")


@pytest.mark.parametrize(
    ("protocol", "secret"),
    [("jsonrpc", "password"), ("xmlrpc", "api_key")],
)
def test_the_result_is_that_of_json2(
    new_project: Callable[..., Project],
    odoo_access: OdooAccess,
    export: Path,
    by_json2: Loaded,
    protocol: str,
    secret: str,
) -> None:
    other = {"api_key": "", "password": ""} | {secret: getattr(odoo_access, secret)}
    loaded = _load(new_project(replace(odoo_access, protocol=protocol, **other), export, accepted=False), protocol)

    assert loaded.objects == by_json2.objects
    assert record_changes(by_json2.records, loaded.records) == {}


def _load(project: Project, protocol: str) -> Loaded:
    result = project.migrate()
    assert result.exit_code == 0, result.problems
    again = project.verb("reconcile")
    assert (again.ok, again.problems) == (True, ())
    assert sum(figures.values_compared for figures in again.models.values()) > 1000
    with project.run() as run:
        assert run.client.protocol == protocol
    records = migrated(project)
    assert len(records) > 150
    return Loaded(dict(result.objects), records)
