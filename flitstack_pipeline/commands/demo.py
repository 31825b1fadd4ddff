"""`flitstack demo`: the example of a source system, migrated into a real Odoo from beginning to end."""

import subprocess
import sys
from typing import Annotated

import typer
from rich.console import Console

from flitstack_pipeline.errors import ConfigurationError, TerminalError
from flitstack_pipeline.mapping.loading import migration_ids
from flitstack_pipeline.sandbox import Sandbox
from flitstack_pipeline.settings import Settings, load_settings
from flitstack_pipeline.stages.result import EXIT_DONE, EXIT_TOLERANCE
from flitstack_pipeline.stages.target import sandbox_database
from flitstack_pipeline.terminal import render

ALL = "all"
ENDING = "-demo"
STEPS = ("doctor", "inventory", "plan", "approve", "load", "reconcile")


def demo(
    system: Annotated[str, typer.Argument(help="A source system with an example, or all")] = "octopuspro",
) -> None:
    """Migrate the example of a source system into the sandbox's Odoo and verify it."""
    settings, console = load_settings(), Console()
    examples = [m.removesuffix(ENDING) for m in migration_ids(settings) if m.endswith(ENDING)]
    if system not in (*examples, ALL):
        raise ConfigurationError(
            f"there is no example for {system!r}", hint=f"there are: {', '.join([*examples, ALL])}"
        )
    ended = {name: _demo(settings, console, name) for name in (examples if system == ALL else [system])}
    for name in ended:
        _farewell(settings, f"{name}{ENDING}", console)
    console.rule("done")
    console.print("Odoo keeps running until: .venv/bin/flitstack sandbox down")
    console.print("Dagster    make ui   shows the runs that were just made")
    raise typer.Exit(max(ended.values()))


def _demo(settings: Settings, console: Console, system: str) -> int:
    """All verbs on one example; stops the whole demo where one fails."""
    from flitstack_pipeline.cli import run_verb

    migration = f"{system}{ENDING}"
    _generate(settings, system)
    exit_code = EXIT_DONE
    for verb in STEPS:
        console.rule(f"{verb} {migration}")
        config = {"who": "demo", "comment": "approved by the demo itself"} if verb == "approve" else None
        result = run_verb(verb, migration, config)
        render(result, console)
        exit_code = result.exit_code
        if exit_code not in (EXIT_DONE, EXIT_TOLERANCE):
            raise typer.Exit(exit_code)
    return exit_code


def _generate(settings: Settings, system: str) -> None:
    """Large files of an example are made on the spot, so that they need not be kept in the repository."""
    generator = settings.root / "examples" / system / "generate.py"
    if not generator.is_file() or "--large" not in generator.read_text("utf-8"):
        return  # all of it is in the repository
    done = subprocess.run([sys.executable, generator, "--large"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise TerminalError(f"{generator} failed: {done.stderr.strip()[-500:]}")


def _farewell(settings: Settings, migration: str, console: Console) -> None:
    access = Sandbox(settings).access(sandbox_database(migration))
    console.rule(migration)
    console.print(f"Report     {settings.migration_dir(migration) / 'reports' / 'index.html'}", soft_wrap=True)
    console.print(
        f"Odoo       {access.url}/web?db={access.database}   login {access.login}, password {access.password}",
        soft_wrap=True,
    )
    console.print(f"Undo       .venv/bin/flitstack rollback {migration}")
