"""Odoo's older interfaces carry a migration just as well: same records, no difference."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from e2e_dumps import migrated, record_changes
from e2e_project import Project
from e2e_subset import write_subset

from flitstack_pipeline.odoo.access import OdooAccess

pytestmark = pytest.mark.odoo


def test_json_rpc_and_xml_rpc(
    tmp_path: Path, new_project: Callable[..., Project], make_odoo: Callable[..., OdooAccess]
) -> None:
    export = write_subset(tmp_path / "export", customers=5)
    found = {}
    for protocol in ("jsonrpc", "xmlrpc"):
        access = replace(make_odoo(), protocol=protocol)
        project = new_project(access, export, accepted=False)
        with project.odoo() as odoo:
            assert odoo.protocol == protocol
        loaded = project.migrate()
        assert loaded.exit_code == 0, loaded.problems
        assert loaded.objects["invoice"].created >= 2
        compared = project.verb("reconcile")
        assert (compared.exit_code, compared.problems) == (0, ())
        assert sum(f.differences for f in compared.models.values()) == 0
        found[protocol] = migrated(project)
        undone = project.verb("rollback")
        assert (undone.exit_code, undone.problems) == (0, ())
    assert record_changes(found["jsonrpc"], found["xmlrpc"]) == {}
