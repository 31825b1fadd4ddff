"""Fixtures that all tests share."""

pytest_plugins = ["odoo_fixtures"]
