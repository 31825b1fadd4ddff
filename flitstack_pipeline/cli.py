"""`flitstack`: every verb launches the Dagster job of the same name and shows its progress and result."""

import getpass
import json
import logging
import sys
import warnings
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.console import Console

from flitstack_pipeline import redact
from flitstack_pipeline.commands import demo as demo_command
from flitstack_pipeline.commands import sandbox as sandbox_command
from flitstack_pipeline.commands import ui as ui_command
from flitstack_pipeline.commands.status import show_status, show_where
from flitstack_pipeline.errors import FlitstackError
from flitstack_pipeline.progress import shown_by
from flitstack_pipeline.settings import load_settings
from flitstack_pipeline.stages.result import VerbResult, failed_result
from flitstack_pipeline.terminal import RichProgress, render

app = typer.Typer(
    no_args_is_help=True, pretty_exceptions_enable=False, help="Migrate a field-service or CRM system into Odoo."
)
app.add_typer(sandbox_command.app, name="sandbox")
app.command("demo")(demo_command.demo)
app.command("ui")(ui_command.ui)

Migration = Annotated[str, typer.Argument(help="Name of a file in mappings/migrations, without .yaml")]
Json = Annotated[bool, typer.Option("--json", help="Print one machine-readable result (docs/cli.md) and nothing else")]


@app.command()
def doctor(migration: Migration, as_json: Json = False) -> None:
    """Check source and target before anything else; changes nothing."""
    _verb("doctor", migration, as_json)


@app.command()
def inventory(migration: Migration, as_json: Json = False) -> None:
    """Extract and profile every source object."""
    _verb("inventory", migration, as_json)


@app.command()
def plan(migration: Migration, as_json: Json = False) -> None:
    """Validate the map against the live Odoo and run it dry; changes nothing."""
    _verb("plan", migration, as_json)


@app.command()
def approve(
    migration: Migration,
    who: Annotated[str, typer.Option(help="Who approves; the login name if left out")] = "",
    comment: Annotated[str, typer.Option(help="Why, or on what condition")] = "",
    as_json: Json = False,
) -> None:
    """Approve exactly the plan that was last shown."""
    _verb("approve", migration, as_json, {"who": who or getpass.getuser(), "comment": comment})


@app.command()
def load(migration: Migration, as_json: Json = False) -> None:
    """Run the full load; refuses (exit code 3) without an approval of exactly this plan."""
    _verb("load", migration, as_json)


@app.command()
def reconcile(migration: Migration, as_json: Json = False) -> None:
    """Read back and compare every mapped field of every record."""
    _verb("reconcile", migration, as_json)


@app.command()
def rollback(
    migration: Migration,
    keep_changed: Annotated[bool, typer.Option(help="Keep records that a person changed since the load")] = True,
    as_json: Json = False,
) -> None:
    """Return Odoo to its state before the migration, and prove it."""
    _verb("rollback", migration, as_json, {"keep_changed": keep_changed})


@app.command()
def status(migration: Migration, as_json: Json = False) -> None:
    """Show where a migration stands: its stages, its counts, what is left over."""
    show_status(load_settings(), migration, as_json=as_json)


@app.command()
def where(
    migration: Migration,
    object_: Annotated[str, typer.Argument(metavar="OBJECT", help="A source object, such as customer")],
    source_id: Annotated[str, typer.Argument(help="The record's id in the source")],
    as_json: Json = False,
) -> None:
    """Tell what became of one source record."""
    show_where(load_settings(), migration, object_, source_id, as_json=as_json)


def run_verb(verb: str, migration: str, config: Mapping[str, Any] | None = None, *, quiet: bool = False) -> VerbResult:
    """Launch a verb's job and show its progress on the terminal (on standard error, so that output can be piped)."""
    from flitstack_pipeline.orchestration.launch import launch  # Dagster takes a second to import: not for --help

    console = Console(stderr=True, quiet=quiet)
    with RichProgress(console) as progress, shown_by(progress):
        return launch(load_settings(), verb, migration, config=config)


def _verb(verb: str, migration: str, as_json: bool, config: Mapping[str, Any] | None = None) -> None:
    try:
        result = run_verb(verb, migration, config, quiet=as_json)
    except FlitstackError as error:
        if not as_json:
            raise
        result = failed_result(migration, "", verb, error)
    if as_json:
        typer.echo(json.dumps(result.as_json(), ensure_ascii=False))
    else:
        render(result, Console())
    raise typer.Exit(result.exit_code)


def main() -> None:
    """Entry point: typed errors become one message and their exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    redact.guard_handlers()
    warnings.simplefilter("ignore")  # library warnings are for developers; the tests turn them into errors
    try:
        app()
    except FlitstackError as error:
        Console(stderr=True).print(redact.redact(str(error)), style="red", markup=False, highlight=False)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
