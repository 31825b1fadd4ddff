"""`flitstack ui`: the Dagster UI with the project's instance."""

import os
import sys
from typing import Annotated

import typer

from flitstack_pipeline.settings import load_settings


def ui(
    port: Annotated[int, typer.Option(help="Port of the UI")] = 3000, host: Annotated[str, typer.Option()] = "127.0.0.1"
) -> None:
    """Serve the Dagster UI; the runs of the command line are in it too."""
    from flitstack_pipeline.orchestration.launch import prepare_environment

    settings = load_settings()
    prepare_environment(settings)
    typer.echo(f"Dagster UI: http://{host}:{port} (stop it with Ctrl-C)")
    sys.stdout.flush()
    os.chdir(settings.root)
    command = [
        sys.executable,
        "-m",
        "dagster",
        "dev",
        "-w",
        str(settings.root / "workspace.yaml"),
        "-h",
        host,
        "-p",
        str(port),
    ]
    os.execv(sys.executable, command)  # noqa: S606  # replaces this process, so that Ctrl-C reaches Dagster itself
