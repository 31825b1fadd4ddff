"""`flitstack status` and `flitstack where`: what the ledger knows, without asking Odoo."""

import json
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from flitstack_pipeline.errors import ConfigurationError, Problem
from flitstack_pipeline.ledger.store import Ledger
from flitstack_pipeline.mapping.loading import load_migration
from flitstack_pipeline.settings import Settings
from flitstack_pipeline.stages.result import VerbResult

VERBS = ("doctor", "inventory", "plan", "approve", "load", "reconcile", "rollback")


def show_status(settings: Settings, migration_id: str, *, as_json: bool) -> None:
    """Print the last result of every verb, the approval in force, and the audit chain's state."""
    migration, _ = load_migration(settings, migration_id)
    with Ledger.open(settings) as ledger:
        results = {verb: ledger.last_result(migration_id, verb) for verb in VERBS}
        approval = ledger.approval(migration_id, "map")
        broken = ledger.verify_chain(migration_id)
        mapped = ledger.count_mapped(migration_id)
    if as_json:
        stages = {verb: VerbResult.from_record(r.result).as_json() if r else None for verb, r in results.items()}
        known = {"migration": migration_id, "stages": stages, "records": mapped, "audit_intact": broken is None}
        typer.echo(json.dumps(known))
        return
    console = Console()
    table = Table(title=f"{migration_id}: {migration.title}", title_justify="left")
    for column in ("stage", "when (UTC)", "", "what"):
        table.add_column(column)
    for verb, found in results.items():
        if found is None:
            table.add_row(verb, "", "", "[dim]not yet[/dim]")
        else:
            mark = {0: "[green]done[/green]", 3: "[yellow]gate[/yellow]", 4: "[yellow]done, beyond tolerance[/yellow]"}
            state = mark.get(int(found.result["exit_code"]), "[red]failed[/red]")
            table.add_row(verb, f"{found.at:%Y-%m-%d %H:%M}", state, str(found.result["summary"]))
    console.print(table)
    console.print(f"Records in Odoo: {sum(mapped.values()):,}")
    console.print(
        f"Approved by: {approval.who} on {approval.at:%Y-%m-%d %H:%M} UTC" if approval else "Approved by: nobody"
    )
    console.print(
        "Audit log: intact" if broken is None else f"[red]Audit log: broken at entry {broken.seq}: {broken.what}[/red]"
    )
    last = max((r for r in results.values() if r), key=lambda r: r.at, default=None)
    following = str(last.result["next_step"]) if last else f"flitstack doctor {migration_id}"
    if following == f"flitstack status {migration_id}":
        following = f"nothing is open; let the users in, or undo it all: flitstack rollback {migration_id}"
    console.print(f"Next: {following}")


def show_where(settings: Settings, migration_id: str, name: str, source_id: str, *, as_json: bool) -> None:
    """Print the story of one source record."""
    _, system = load_migration(settings, migration_id)
    if name not in system.objects:
        raise ConfigurationError(
            [Problem(f"object {name!r}", "does not exist", f"there are: {', '.join(system.objects)}")]
        )
    sets = [rs for rs, (_, records) in system.record_sets().items() if records.from_ == name]
    with Ledger.open(settings) as ledger:
        trace = ledger.where(migration_id, name, source_id, record_sets=sets)
    if as_json:
        typer.echo(json.dumps(_as_json(trace), ensure_ascii=False, default=str))
        return
    console = Console()
    if trace.outcome is None:
        console.print(f"Nothing is known of {name} {source_id}: it is not in the source, or has not been loaded yet.")
        console.print(f"Next: flitstack status {migration_id}")
        return
    at = f" ({trace.outcome.file} row {trace.outcome.row})" if trace.outcome.file else ""
    why = ": ".join(part for part in (trace.outcome.field, trace.outcome.reason) if part)
    console.print(
        f"{name} {source_id}{at}: [bold]{trace.outcome.outcome}[/bold]" + (f", {why}" if why else ""), soft_wrap=True
    )
    for entry in trace.mapped:
        console.print(
            f"  is {entry.model} {entry.res_id} ({entry.origin})" + (f", {entry.state}" if entry.state else "")
        )
    for past in trace.history:
        what = f"{past.outcome} as {past.record_set}" if past.record_set else str(past.outcome)
        why = f": {past.reason}" if past.reason else ""
        console.print(f"  {past.at:%Y-%m-%d %H:%M} {what}{why} (run {past.run_id[:8]})", style="dim")
    for change in trace.journal:
        undone = " (undone)" if change.undone else ""
        console.print(
            f"  {change.at:%Y-%m-%d %H:%M} {change.op} {change.model} {change.res_id} {change.detail}{undone}",
            style="dim",
        )


def _as_json(trace: Any) -> dict[str, Any]:
    return {
        "outcome": trace.outcome.__dict__ if trace.outcome else None,
        "records": [{"model": m.model, "id": m.res_id, "origin": m.origin, "state": m.state} for m in trace.mapped],
        "history": [h.__dict__ for h in trace.history],
        "journal": [
            {"op": j.op, "model": j.model, "id": j.res_id, "at": j.at, "undone": j.undone} for j in trace.journal
        ],
    }
