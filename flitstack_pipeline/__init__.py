"""FlitStack Pipeline: field-service and CRM systems into Odoo, as a Dagster project."""
