"""Fixtures that all tests share."""

import sys
from pathlib import Path

import pytest

# By path and not as a package: `coverage` is also the name of a well-known tool.
sys.path.insert(0, str(Path(__file__).parent / "coverage"))

pytest.register_assert_rewrite("e2e_octopuspro")

pytest_plugins = ["odoo_fixtures", "coverage_table", "pytester"]
