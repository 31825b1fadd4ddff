"""Where a migration's source is and with what secret: a folder of exports, or a Dataverse organization."""

from collections.abc import Mapping
from pathlib import Path

from flitstack_pipeline.errors import ConfigurationError, Problem
from flitstack_pipeline.mapping.migration import SourceSettings
from flitstack_pipeline.sandbox.dataverse import dataverse
from flitstack_pipeline.settings import Settings
from flitstack_pipeline.sources.dataverse import DataverseAccess


def absolute(settings: Settings, path: str) -> Path:
    """A path of a migration file: absolute, or relative to the project."""
    found = Path(path).expanduser()
    return found if found.is_absolute() else settings.root / found


def dataverse_access(
    settings: Settings, migration_id: str, source: SourceSettings, environ: Mapping[str, str]
) -> DataverseAccess:
    """Access to the organization. That of the sandbox is started on first use."""
    if source.sandbox:
        local = dataverse(settings, absolute(settings, source.sandbox))
        return DataverseAccess(
            url=local.url,
            tenant=local.tenant,
            client_id=local.client_id,
            client_secret=local.client_secret,
            authority=local.authority,
            calls_per_minute=source.calls_per_minute,
            page_size=source.page_size,
        )
    name = source.client_secret_env or ""
    if not environ.get(name):
        hint = f"the migration {migration_id} names it in source.client_secret_env; export it and start again"
        raise ConfigurationError([Problem(f"environment variable {name}", "is not set", hint)])
    return DataverseAccess(
        url=source.url or "",
        tenant=source.tenant or "",
        client_id=source.client_id or "",
        client_secret=environ[name],
        authority=source.authority,
        calls_per_minute=source.calls_per_minute,
        page_size=source.page_size,
    )
