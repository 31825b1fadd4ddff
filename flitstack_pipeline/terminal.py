"""A verb's result and its progress on a terminal. Colour only repeats what the words say, so a pipe or a log loses nothing."""

import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from flitstack_pipeline.outcomes import Counts, Outcome
from flitstack_pipeline.reports.text import amount, one_line
from flitstack_pipeline.stages.result import EXIT_DONE, EXIT_TOLERANCE, VerbResult

PROBLEMS_SHOWN = 15
LONGEST_PROBLEM = 300
NARROWEST_TABLE = 80

_STYLES = {"created": "green", "updated": "green", "held": "yellow", "quarantined": "red", "skipped": "", "excluded": "", "unchanged": ""}
_LEVELS = {"blocking": "bold red", "warning": "yellow", "ok": "green"}
# Broken where a table would otherwise be wider than a terminal.
_HEADS = {"extracted": "ex-\ntracted", "unchanged": "un-\nchanged", "quarantined": "quaran-\ntined", "excluded": "ex-\ncluded"}


def render(result: VerbResult, console: Console) -> None:
    """Print a result: figures first, then what is wrong, then where the reports are; what it comes to and what is next stand last."""
    for part in (_counts(result, console), _models(result), *_details(result)):
        if part is not None:
            console.print(part)
            console.print()
    _print_problems(result, console)
    for path in result.reports:
        _line(console, Text.assemble(("Report  ", "dim"), one_line(path, 4096)))
    word, style = _verdict(result)
    _line(console, Text.assemble((word, style), f"  {one_line(result.summary, 1000)}" if result.summary else ""))
    if result.next_step:
        _line(console, Text.assemble(("Next    ", "bold"), one_line(result.next_step, 1000)))


class RichProgress:
    """Shows progress on a terminal: a line per running task with its rate, and one that stays for each that has finished.

    Use it as a context manager. Where the output is no terminal, plain lines: at the start and end of a task, and at most every
    `seconds` between. Writes to stderr if no console is given, so that stdout holds the result alone.
    """

    def __init__(self, console: Console | None = None, *, seconds: float = 5.0, clock: Any = time.monotonic) -> None:
        self._console = console or Console(stderr=True)
        self._seconds = seconds
        self._clock = clock
        self._tasks: dict[str, _Task] = {}
        self._live: Live | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal and not self._console.is_dumb_terminal:
            self._live = Live(console=self._console, get_renderable=self._running, refresh_per_second=5, transient=True)
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        tasks, self._tasks = self._tasks, {}
        if self._live:
            self._live.stop()
            self._live = None
        for task in tasks.values():  # only after an interruption
            self._say(Text.assemble(("✕ ", "red"), f"{task.name}: stopped{task.so_far(self._clock())}"))

    def start(self, task: str, total: int) -> None:
        now = self._clock()
        self._tasks[task] = _Task(one_line(task, 60), total, began=now, said=now)
        if not self._live:
            self._say(Text(f"{self._tasks[task].name}: starts" + (f", {amount(total, 'row')}" if total else "")))

    def advance(self, task: str, count: int) -> None:
        now = self._clock()
        running = self._tasks.setdefault(task, _Task(one_line(task, 60), 0, began=now, said=now))
        running.done += count
        if not self._live and now - running.said >= self._seconds:
            running.said = now
            self._say(Text(f"{running.name}:{running.so_far(now)}"))

    def finish(self, task: str, summary: str) -> None:
        """A task that was never started is a remark: its line is all there is."""
        running = self._tasks.pop(task, None)
        took = f"  {_duration(self._clock() - running.began)}" if running else ""
        self._say(Text.assemble(("✓ ", "green"), f"{one_line(task, 60)}: {one_line(summary, 1000)}", (took, "dim")))

    def _say(self, line: Text) -> None:
        _line(self._console, line)

    def _running(self) -> RenderableType:
        now = self._clock()
        return Group(*(task.line(now) for task in list(self._tasks.values())))


class _Task:
    """A running task. `done` and `total` in records; a total of 0 is unknown."""

    def __init__(self, name: str, total: int, *, began: float, said: float) -> None:
        self.name, self.total, self.began, self.said = name, total, began, said
        self.done = 0
        self._spinner = Spinner("dots", style="cyan")

    def so_far(self, now: float) -> str:
        """ " 1,200 of 5,000 rows, 240 a second", or "" if nothing has happened yet."""
        if not self.done:
            return ""
        seconds = now - self.began
        rate = f", {self.done / seconds:,.0f} a second" if seconds >= 1 else ""
        return f" {self.done:,}{f' of {self.total:,}' if self.total else ''} rows{rate}"

    def line(self, now: float) -> RenderableType:
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=1)
        grid.add_column(no_wrap=True, overflow="ellipsis")
        grid.add_column(no_wrap=True, style="dim")
        share = f"{min(100 * self.done // self.total, 100):>3}% " if self.total else ""
        grid.add_row(self._spinner, self.name, f"{share}{self.so_far(now).strip()}  {_duration(now - self.began)}".strip())
        return grid


def _verdict(result: VerbResult) -> tuple[str, str]:
    if result.exit_code == EXIT_TOLERANCE:
        return "BEYOND TOLERANCE", "bold yellow"
    return ("DONE   ", "bold green") if result.ok and result.exit_code == EXIT_DONE else ("FAILED ", "bold red")


def _line(console: Console, text: Text) -> None:
    """Print on one line however long, so that paths and commands can be copied and searched."""
    console.print(text, soft_wrap=True, highlight=False)


def _counts(result: VerbResult, console: Console) -> RenderableType | None:
    if not result.objects:
        return None
    total = sum(result.objects.values(), Counts())
    decided = result.verb not in ("inventory", "plan")
    words = [str(word) for word in Outcome if decided and any(getattr(c, word) for c in result.objects.values())]
    if console.width < NARROWEST_TABLE:
        return Group(*(_sum_line(name, counts, words, decided) for name, counts in result.objects.items()))
    rows = [(name, counts) for name, counts in result.objects.items()]
    table = _table("Object")
    for word in ("extracted", *words):
        table.add_column(_HEADS.get(word, word) if len(words) > 4 else word, justify="right", vertical="bottom")
    if decided:
        table.add_column("")
    for name, counts in rows:
        table.add_row(*_counts_cells(name, counts, words, decided))
    if len(rows) > 1:
        table.add_section()
        table.add_row(*_counts_cells("all", total, words, decided), style="bold")
    return table


def _counts_cells(name: str, counts: Counts, words: Sequence[str], decided: bool) -> list[Text]:
    cells = [Text(one_line(name, 200), overflow="fold"), Text(f"{counts.extracted:,}")]
    cells += [_number(getattr(counts, word), _STYLES[word]) for word in words]
    return [*cells, _tick(counts)] if decided else cells


def _sum_line(name: str, counts: Counts, words: Sequence[str], decided: bool) -> Text:
    parts = " + ".join(f"{getattr(counts, word):,} {word}" for word in words if getattr(counts, word))
    line = Text(f"{one_line(name, 200)}: {counts.extracted:,} extracted" + (f" = {parts}" if parts else ""))
    return line.append(" ").append_text(_tick(counts)) if decided else line


def _tick(counts: Counts) -> Text:
    missing = counts.extracted - counts.accounted
    return Text("✓", "green") if not missing else Text(f"✕ {missing:+,}", "bold red")


def _models(result: VerbResult) -> RenderableType | None:
    if not result.models:
        return None
    columns = [("records", ""), ("values_compared", ""), ("differences", "bold red"), ("accepted", "")]
    if not any(m.values_compared for m in result.models.values()):
        columns = columns[:1]
    table = _table("Model")
    for name, _ in columns:
        table.add_column(name.replace("_", " "), justify="right", vertical="bottom")
    for name, figures in result.models.items():
        table.add_row(Text(one_line(name, 200), overflow="fold"), *(_number(getattr(figures, c), style) for c, style in columns))
    return table


def _details(result: VerbResult) -> list[RenderableType | None]:
    details = result.details
    if result.verb == "doctor":
        return [_findings(details.get("findings") or ())]
    if result.verb == "plan":
        return [_predicted(details.get("predicted") or {}), *_short_list("Changed since the approval", details.get("changed_since_approval") or ())]
    if result.verb == "rollback":
        return [_undone(details)]
    return []


def _findings(findings: Sequence[Mapping[str, str]]) -> RenderableType | None:
    if not findings:
        return None
    grid = Table.grid(padding=(0, 2))
    for finding in sorted(findings, key=lambda f: list(_LEVELS).index(f["level"])):
        text = Text(f"{one_line(finding['check'], 80)}: {one_line(finding['text'], 500)}")
        if finding.get("todo"):
            text.append(f"\n→ {one_line(finding['todo'], 500)}", "bold")
        grid.add_row(Text(finding["level"], _LEVELS[finding["level"]]), text)
    return grid


def _predicted(predicted: Mapping[str, Mapping[str, int]]) -> RenderableType | None:
    words = [str(word) for word in Outcome if any(tally.get(word) for tally in predicted.values())]
    if not words:
        return None
    table = _table("Would become")
    for word in words:
        table.add_column(_HEADS.get(word, word) if len(words) > 4 else word, justify="right", vertical="bottom")
    for name, tally in predicted.items():
        table.add_row(Text(one_line(name, 200), overflow="fold"), *(_number(tally.get(word, 0), _STYLES[word]) for word in words))
    return table


def _undone(details: Mapping[str, Any]) -> RenderableType | None:
    removed, restored = details.get("removed") or {}, details.get("restored") or {}
    if not (removed or restored):
        return None
    table = _table("Model")
    for name in ("removed", "restored"):
        table.add_column(name, justify="right")
    for model in dict.fromkeys([*removed, *restored]):
        table.add_row(model, _number(removed.get(model, 0), ""), _number(restored.get(model, 0), ""))
    return table


def _print_problems(result: VerbResult, console: Console) -> None:
    for part in _short_list("Problems", result.problems, style="yellow" if result.exit_code in (EXIT_DONE, EXIT_TOLERANCE) else "red"):
        console.print(part)
        console.print()


def _short_list(title: str, items: Sequence[str], *, style: str = "yellow") -> list[RenderableType]:
    """A heading and the first lines; the rest is counted."""
    if not items:
        return []
    lines = [Text(f"- {one_line(item, LONGEST_PROBLEM)}") for item in items[:PROBLEMS_SHOWN]]
    if len(items) > PROBLEMS_SHOWN:
        lines.append(Text(f"… and {len(items) - PROBLEMS_SHOWN:,} more, in the report"))
    return [Group(Text(f"{title} ({len(items):,})", f"bold {style}"), *(Padding(line, (0, 0, 0, 2)) for line in lines))]


def _table(first: str) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1), header_style="dim")
    table.add_column(first, vertical="bottom", overflow="fold")
    return table


def _number(number: int, style: str) -> Text:
    return Text(f"{number:,}", style) if number else Text("·", "dim")


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"
