"""A real Odoo for tests: `odoo_access` gives each test a fresh database in about a second.

The tests share the sandbox of this checkout with whatever runs there, a demo say: their databases have names of their
own, and the servers are stopped at the end only if nobody but tests asked for them.
"""

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import IO

import pytest

from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.sandbox import CRM_ONLY, DEFAULT_LOCALIZATION, FULL, Sandbox
from flitstack_pipeline.settings import load_settings

_PREFIX = "t_"


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """The sandbox, running. The first time on a machine this takes a minute."""
    settings = load_settings()
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        # An Odoo of its own for each of several test processes: one server uses one core.
        settings = replace(settings, home=settings.home / f"tests-{worker}")
    shared = Sandbox(settings, temporary=True)
    shared.up(progress=print)
    with (settings.sandbox_dir / "tests.lock").open("ab") as users:
        if _alone(users):
            # Databases of tests that were killed: no other test run is there to whom they could belong.
            for name in shared.databases():
                if name.startswith(_PREFIX):
                    shared.drop_database(name)
        fcntl.flock(users, fcntl.LOCK_SH)
        yield shared
        if _alone(users):
            shared.release()


@pytest.fixture
def odoo_access(sandbox: Sandbox) -> Iterator[OdooAccess]:
    """A fresh database with all apps and an Australian company, for one test."""
    with _database(sandbox, FULL, DEFAULT_LOCALIZATION) as access:
        yield access


@pytest.fixture(scope="module")
def odoo_access_module(sandbox: Sandbox) -> Iterator[OdooAccess]:
    """The same for all tests of a file, where they do not get in each other's way."""
    with _database(sandbox, FULL, DEFAULT_LOCALIZATION) as access:
        yield access


@pytest.fixture
def odoo_access_crm_only(sandbox: Sandbox) -> Iterator[OdooAccess]:
    """A fresh database with CRM and contacts alone: no products, invoices, projects or company country."""
    with _database(sandbox, CRM_ONLY, None) as access:
        yield access


@pytest.fixture
def make_odoo(sandbox: Sandbox) -> Iterator[Callable[..., OdooAccess]]:
    """Return a function `(modules, localization)` that makes further databases for one test."""
    names: list[str] = []

    def make(modules: Sequence[str] = FULL, localization: str | None = DEFAULT_LOCALIZATION) -> OdooAccess:
        names.append(_PREFIX + secrets.token_hex(4))
        return sandbox.create_database(names[-1], modules=modules, localization=localization, progress=print)

    yield make
    for name in names:
        sandbox.drop_database(name)


@contextmanager
def _database(sandbox: Sandbox, modules: Sequence[str], localization: str | None) -> Iterator[OdooAccess]:
    name = _PREFIX + secrets.token_hex(4)
    try:
        yield sandbox.create_database(name, modules=modules, localization=localization, progress=print)
    finally:
        sandbox.drop_database(name)


def _alone(users: IO[bytes]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
