"""All that speaks to Odoo."""
