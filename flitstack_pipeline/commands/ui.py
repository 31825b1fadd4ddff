"""`flitstack ui`: the Dagster UI with the project's instance."""

import os
import signal
import socket
import sys
from typing import Annotated

import typer

from flitstack_pipeline.errors import ConfigurationError
from flitstack_pipeline.settings import Settings, load_settings

# Dagster recommends another command, which needs about a hundred packages more; the advice is for developers of Dagster projects.
_QUIET = "ignore:Function `dev_command` is superseded"


def ui(
    port: Annotated[int, typer.Option(help="Port of the UI")] = 3000,
    host: Annotated[str, typer.Option(help="Address to listen on; Dagster has no login of its own")] = "127.0.0.1",
    verbose: Annotated[bool, typer.Option("--verbose", help="Show what Dagster's services do")] = False,
) -> None:
    """Serve the Dagster UI; the runs of the command line are in it too."""
    from flitstack_pipeline.orchestration.launch import prepare_environment

    settings = load_settings()
    _require_free(host, port)
    prepare_environment(settings)
    os.environ["PYTHONWARNINGS"] = ",".join(filter(None, [os.environ.get("PYTHONWARNINGS"), _QUIET]))
    typer.echo(f"Dagster UI: http://{host}:{port} (ready in about 15 seconds; stop it with Ctrl-C)")
    sys.stdout.flush()
    os.chdir(settings.root)
    # A shell ignores it for what it starts in the background, and Dagster would then not be stopped by SIGTERM either.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execv(sys.executable, command(settings, host, port, verbose=verbose))  # noqa: S606  # Ctrl-C then reaches Dagster itself


def command(settings: Settings, host: str, port: int, *, verbose: bool) -> list[str]:
    """The command that serves the UI, with the daemon that starts queued runs."""
    level = "info" if verbose else "warning"
    workspace = str(settings.root / "workspace.yaml")
    serve = [sys.executable, "-m", "dagster", "dev", "-w", workspace, "-h", host, "-p", str(port)]
    return [*serve, "--log-level", level]


def _require_free(host: str, port: int) -> None:
    """Dagster itself would start its other services and fail late, without saying what to do."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ConfigurationError(
                f"port {port} of {host} cannot be used: {error.strerror}", hint="take another: flitstack ui --port 3001"
            ) from error
