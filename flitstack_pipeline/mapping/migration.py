"""The migration file: one company's move, `mappings/migrations/<id>.yaml`. Each file is one partition in Dagster."""

import re
from typing import Any, Literal

from pydantic import Field, model_validator

from flitstack_pipeline.mapping.spec import Name, Spec

MIGRATION_ID = re.compile(r"^[a-z0-9][a-z0-9_-]{0,62}\Z")
_VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"


class SourceSettings(Spec):
    """Where the source is and how its ambiguous cells are to be read.

    A `folder` of exports, a Dataverse organization by `url`, or `sandbox:` with the folder of an organization that the sandbox
    serves. The keys of `date_order` and `decimal_mark` are `object.column`, `object.*` or `*`.
    """

    folder: str | None = None
    sandbox: str | None = None
    url: str | None = Field(default=None, pattern=r"^https?://")
    tenant: str | None = None
    client_id: str | None = None
    client_secret_env: str | None = Field(default=None, pattern=_VARIABLE)
    authority: str = "https://login.microsoftonline.com"
    calls_per_minute: int = Field(default=100, ge=1)
    page_size: int = Field(default=5000, ge=1, le=5000)
    timezone: str | None = None
    country: str | None = Field(
        default=None, pattern=r"^[A-Z]{2}$", description="for phone numbers and states without one"
    )
    date_order: dict[str, Literal["DMY", "MDY", "YMD"]] = {}
    decimal_mark: dict[str, Literal[".", ","]] = {}

    @model_validator(mode="after")
    def _one_source(self) -> "SourceSettings":
        given = [name for name in ("folder", "sandbox", "url") if getattr(self, name)]
        if len(given) != 1:
            raise ValueError(
                "a source is exactly one of `folder:` (exports), `url:` (Dataverse) or `sandbox:` (a Dataverse of the sandbox); "
                f"this one has {', '.join(given) or 'none'}"
            )
        if self.url and (missing := [n for n in ("tenant", "client_id", "client_secret_env") if not getattr(self, n)]):
            raise ValueError(f"a Dataverse needs {', '.join(missing)} too")
        return self

    @property
    def reader(self) -> Literal["exports", "dataverse"]:
        """What kind of source this is."""
        return "exports" if self.folder else "dataverse"


class SandboxCompany(Spec):
    """What the sandbox's company is given: `state` by its code, `tax_number` as its country writes it."""

    name: str = ""
    state: str = ""
    tax_number: str = ""


class SandboxTarget(Spec):
    """A real Odoo of the sandbox, with this country's accounting."""

    localization: str = "l10n_generic_coa"
    apps: Literal["full", "crm_only"] = "full"
    features: tuple[str, ...] = Field(
        default=(),
        description="XML IDs of the groups that a settings page gives to all users: project.group_project_stages",
    )
    company: SandboxCompany | None = None


class TargetSettings(Spec):
    """The Odoo that receives the records. Secrets stand in the environment; this names the variables."""

    sandbox: SandboxTarget | None = None
    url: str | None = None
    database: str | None = None
    login: str | None = None
    api_key_env: str | None = Field(default=None, pattern=_VARIABLE)
    password_env: str | None = Field(default=None, pattern=_VARIABLE)
    protocol: Literal["auto", "json2", "jsonrpc", "xmlrpc"] = "auto"

    @model_validator(mode="after")
    def _one_target(self) -> "TargetSettings":
        if self.sandbox:
            if self.url or self.api_key_env or self.password_env:
                raise ValueError("a target is either `sandbox:` or an Odoo of your own by `url:`, not both")
            return self
        if missing := [n for n in ("url", "database") if not getattr(self, n)]:
            raise ValueError(f"an Odoo of your own needs {' and '.join(missing)}; or say `sandbox: {{}}`")
        if not (self.api_key_env or self.password_env):
            raise ValueError(
                "name the environment variable that holds the key: `api_key_env:` (or `password_env:` with `login:`)"
            )
        if self.password_env and not self.login:
            raise ValueError("`password_env:` needs `login:`")
        return self


class Options(Spec):
    """How the load works."""

    batch_size: int = Field(default=500, ge=1, le=2000)
    max_file_mb: float = Field(default=25, gt=0)
    company: str | None = Field(default=None, description="name of the Odoo company that receives the records")


class Tolerance(Spec):
    """What a person accepts: beyond it a verb ends with exit code 4."""

    differences: int = Field(default=0, ge=0, description="differences that no accepted_differences entry explains")
    quarantined: int | None = Field(default=None, ge=0)
    held: int | None = Field(default=None, ge=0)


class AcceptedDifference(Spec):
    """One difference that a person has looked at, and why it stands."""

    records: Name
    id: str
    field: str
    why: str = Field(min_length=5)


class Migration(Spec):
    """One migration: its source, its target, its changes to the system's map."""

    system: Name
    title: str
    source: SourceSettings
    target: TargetSettings
    options: Options = Options()
    tolerance: Tolerance = Tolerance()
    sample_size: int = Field(default=200, ge=50, le=500)
    delta_window_hours: int = Field(default=48, ge=1, le=24 * 14)
    choices: dict[Name, str] = {}
    changes: dict[str, Any] = {}
    accepted_differences: tuple[AcceptedDifference, ...] = ()
