"""A real Odoo 14 for the tests of this folder, and databases in it."""

import secrets
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.odoo14 import FULL, Odoo14

from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.settings import load_settings

# The examples' migrations have their helpers beside the tests for Odoo 19.
sys.path.append(str(Path(__file__).parent.parent / "end_to_end"))

PROTOCOLS = ("jsonrpc", "xmlrpc")


@pytest.fixture(scope="session")
def odoo14() -> Iterator[Odoo14]:
    """Odoo 14, running. The first time on a machine this takes four minutes."""
    with Odoo14(load_settings(), progress=print) as running:
        yield running


@pytest.fixture(scope="module")
def make_odoo14(odoo14: Odoo14) -> Iterator[Callable[..., OdooAccess]]:
    """Return a function `(modules, country)` that makes databases for the tests of a file."""
    names: list[str] = []

    def make(modules: tuple[str, ...] = FULL, country: str | None = "AU") -> OdooAccess:
        names.append("t_" + secrets.token_hex(4))
        return odoo14.create_database(names[-1], modules=modules, country=country)

    yield make
    for name in names:
        odoo14.drop_database(name)


@pytest.fixture(scope="module")
def access14(make_odoo14: Callable[..., OdooAccess]) -> OdooAccess:
    """A database with all apps for all tests of a file."""
    return make_odoo14()


@pytest.fixture(params=PROTOCOLS)
def access(request: pytest.FixtureRequest, access14: OdooAccess) -> OdooAccess:
    """That database by each of the protocols that Odoo 14 has."""
    return replace(access14, protocol=request.param)
