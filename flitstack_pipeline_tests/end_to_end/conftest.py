"""Databases that all tests of a file share, and projects in folders of their own."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from e2e_project import Project

from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.sandbox import CRM_ONLY, Sandbox


@pytest.fixture(scope="module")
def crm_only(sandbox: Sandbox) -> Iterator[OdooAccess]:
    """A fresh database with CRM and contacts alone, for all tests of a file."""
    name = "t_" + secrets.token_hex(4)
    try:
        yield sandbox.create_database(name, modules=CRM_ONLY, localization=None, progress=print)
    finally:
        sandbox.drop_database(name)


@pytest.fixture
def new_project(tmp_path: Path) -> Iterator[Callable[..., Project]]:
    """Return a function `(access, export, name=…, …)` that makes projects in folders of their own."""
    made: list[Project] = []

    def make(access: OdooAccess, export: Path, *, name: str = "coastal", **options: Any) -> Project:
        made.append(Project(tmp_path / name, access, export, name=name, **options))
        return made[-1]

    yield make
    for project in made:
        project.close()
