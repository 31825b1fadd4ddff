"""A real Odoo 14 for the tests of this folder, and databases in it."""

import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from support.odoo14 import Odoo14

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


@pytest.fixture(scope="session")
def fresh14(odoo14: Odoo14) -> Callable[[], AbstractContextManager[OdooAccess]]:
    """Return a function that makes a database with all apps and takes it away again.

    One at a time: Odoo 14 does not say what it refuses over JSON-RPC when it has several.
    """

    @contextmanager
    def fresh() -> Iterator[OdooAccess]:
        name = "t_" + secrets.token_hex(4)
        try:
            yield odoo14.create_database(name)
        finally:
            odoo14.drop_database(name)

    return fresh


@pytest.fixture(scope="module")
def access14(fresh14: Callable[[], AbstractContextManager[OdooAccess]]) -> Iterator[OdooAccess]:
    """A database for all tests of a file."""
    with fresh14() as access:
        yield access


@pytest.fixture(params=PROTOCOLS)
def access(request: pytest.FixtureRequest, access14: OdooAccess) -> OdooAccess:
    """That database by each of the protocols that Odoo 14 has."""
    return replace(access14, protocol=request.param)
