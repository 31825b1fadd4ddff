"""A real Odoo 14 for tests: Debian 11's package, in a folder that `debootstrap` makes."""

from support.odoo14.server import FULL, Odoo14

__all__ = ["FULL", "Odoo14"]
