"""Where a migration's Odoo is and with what secret: the sandbox's, or one's own by environment variables."""

from collections.abc import Mapping

from flitstack_pipeline.errors import ConfigurationError, Problem
from flitstack_pipeline.mapping.migration import Migration
from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.company import furnish
from flitstack_pipeline.odoo.features import switch_on
from flitstack_pipeline.progress import current
from flitstack_pipeline.sandbox import CRM_ONLY, FULL, Sandbox
from flitstack_pipeline.settings import Settings


def sandbox_database(migration_id: str) -> str:
    """The name of a migration's database in the sandbox."""
    return migration_id.replace("-", "_")


def target_access(
    settings: Settings, migration_id: str, migration: Migration, environ: Mapping[str, str]
) -> OdooAccess:
    """Access to the target. A sandbox target is brought up, its database made on first use."""
    target = migration.target
    if target.sandbox:
        sandbox = Sandbox(settings)
        name = sandbox_database(migration_id)
        sandbox.up(progress=_say)
        if name in sandbox.databases():
            return sandbox.access(name)
        crm_only = target.sandbox.apps == "crm_only"
        access = sandbox.create_database(
            name,
            modules=CRM_ONLY if crm_only else FULL,
            localization=None if crm_only else target.sandbox.localization,
            progress=_say,
        )
        with OdooClient.connect(access) as client:
            if company := target.sandbox.company:
                furnish(client, name=company.name, state=company.state, tax_number=company.tax_number)
            if target.sandbox.features:
                switch_on(client, target.sandbox.features)
        return access
    problems = [
        Problem(
            f"environment variable {name}",
            "is not set",
            f"the migration {migration_id} names it in target.{key}; export it and start again",
        )
        for key, name in (("api_key_env", target.api_key_env), ("password_env", target.password_env))
        if name and not environ.get(name)
    ]
    if problems:
        raise ConfigurationError(problems)
    return OdooAccess(
        url=target.url or "",
        database=target.database or "",
        login=target.login or "",
        api_key=environ[target.api_key_env] if target.api_key_env else "",
        password=environ[target.password_env] if target.password_env else "",
        protocol=target.protocol,
    )


def _say(line: str) -> None:
    current().finish("sandbox", line)
