"""What the sandbox tells its callers: where it is, what is in it, and how to log in."""

from dataclasses import dataclass
from pathlib import Path

LOGIN = "admin"
# The server listens on this machine alone and holds throw-away data: the password is a convenience, not a secret. It is
# no word of its own, because the password of a target is masked in everything that people read.
PASSWORD = "sandbox-admin"  # noqa: S105

FULL = (
    "calendar",
    "contacts",
    "crm",
    "project",
    "hr",
    "account",
    "product",
    "sale_management",
    "sale_crm",
    "stock",
    "hr_timesheet",
    "maintenance",
)
CRM_ONLY = ("contacts", "crm")
DEFAULT_LOCALIZATION = "l10n_au"


@dataclass(frozen=True)
class SandboxState:
    """`url` is "" while Odoo does not run. `log` is Odoo's log file."""

    running: bool
    url: str
    databases: tuple[str, ...]
    log: Path
    folder: Path
