"""A real Odoo 19 on an embedded PostgreSQL, without root: for the demo, the tests and sample runs."""

from flitstack_pipeline.sandbox.access import CRM_ONLY, DEFAULT_LOCALIZATION, FULL, SandboxState
from flitstack_pipeline.sandbox.sandbox import Sandbox

__all__ = ["CRM_ONLY", "DEFAULT_LOCALIZATION", "FULL", "Sandbox", "SandboxState"]
