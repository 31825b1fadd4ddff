"""`flitstack sandbox up|down|reset|status`: the real Odoo for demos and tests."""

from typing import Annotated

import typer
from rich.console import Console

from flitstack_pipeline.mapping.loading import load_migration
from flitstack_pipeline.sandbox import Sandbox
from flitstack_pipeline.sandbox.dataverse import running_dataverses
from flitstack_pipeline.settings import load_settings
from flitstack_pipeline.stages.target import sandbox_database, target_access

app = typer.Typer(no_args_is_help=True, help="A real Odoo 19 on this machine, for demos and tests.")
Migration = Annotated[str, typer.Argument(help="A migration whose target is the sandbox")]


@app.command()
def up(migration: Annotated[str | None, typer.Argument(help="Also make this migration's database")] = None) -> None:
    """Start PostgreSQL and Odoo; the first time they are installed below ~/.cache/flitstack."""
    settings, console = load_settings(), Console(stderr=True)
    Sandbox(settings).up(progress=lambda line: console.print(line, style="dim"))
    if migration:
        target_access(settings, migration, load_migration(settings, migration)[0], {})
    status()


@app.command()
def down() -> None:
    """Stop Odoo, PostgreSQL and every Dataverse; the databases stay."""
    Sandbox(load_settings()).down()
    typer.echo("the sandbox is down; its databases are kept. Start it again: flitstack sandbox up")


@app.command()
def reset(migration: Migration) -> None:
    """Throw a migration's database away and make it anew."""
    settings = load_settings()
    load_migration(settings, migration)
    Sandbox(settings).reset(sandbox_database(migration))
    typer.echo(
        f"the database of {migration} is as new; what the ledger knows of it is not. Next time: flitstack rollback {migration}"
    )


@app.command()
def status() -> None:
    """Show whether it runs, where, and with which databases."""
    settings = load_settings()
    sandbox = Sandbox(settings)
    state = sandbox.status()
    for org in running_dataverses(settings.sandbox_dir):
        typer.echo(f"Dataverse runs at {org.url}: {org.org}")
    if not state.running:
        typer.echo("the sandbox is down. Start it: flitstack sandbox up")
        return
    typer.echo(f"Odoo runs at {state.url}")
    for name in sandbox.databases():
        access = sandbox.access(name)
        typer.echo(f"  database {name}: login {access.login}, password {access.password}")
