"""A verb's result and its progress on a terminal. Colour only repeats what the words say: a pipe loses nothing."""

import textwrap
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from flitstack_pipeline.outcomes import Counts, Outcome
from flitstack_pipeline.reports.plain_table import table
from flitstack_pipeline.reports.text import amount, one_line
from flitstack_pipeline.stages.result import EXIT_DONE, EXIT_TOLERANCE, VerbResult

PROBLEMS_SHOWN = 15
LONGEST_PROBLEM = 300

_STYLES = {"created": "green", "updated": "green", "held": "yellow", "quarantined": "red"}
_LEVELS = {"blocking": "bold red", "warning": "yellow", "ok": "green"}
_FIGURES = ("records", "values_compared", "differences", "accepted")


def render(result: VerbResult, console: Console) -> None:
    """Print a result: figures, what is wrong, where the reports are; the verdict and what is next stand last."""
    for lines in (*_tables(result, console.width), *_lists(result, console)):
        for line in lines:
            _print(console, line)
        _print(console, Text())
    for path in result.reports:
        _print(console, Text.assemble(("Report  ", "dim"), one_line(path, 4096)))
    word, style = _verdict(result)
    _print(console, Text.assemble((word.ljust(7), style), " ", one_line(result.summary, 1000)))
    if result.next_step:
        _print(console, Text.assemble(("Next    ", "bold"), one_line(result.next_step, 1000)))


def _verdict(result: VerbResult) -> tuple[str, str]:
    if result.exit_code == EXIT_TOLERANCE:
        return "BEYOND TOLERANCE", "bold yellow"
    return ("DONE", "bold green") if result.ok and result.exit_code == EXIT_DONE else ("FAILED", "bold red")


def _print(console: Console, line: Text) -> None:
    """Print without breaking the line, so that paths and commands can be copied and searched."""
    line.rstrip()
    console.print(line, soft_wrap=True, highlight=False)


def _tables(result: VerbResult, width: int) -> Iterator[list[Text]]:
    details = result.details
    if result.verb == "plan":
        if predicted := details.get("predicted"):
            yield _outcomes("Would become", predicted, width)
    elif result.objects:
        yield _counts(result, width)
    if result.models:
        figures = {name: m.as_dict() for name, m in result.models.items()}
        compared = any(m.values_compared for m in result.models.values())
        yield _numbers("Model", _FIGURES if compared else _FIGURES[:1], figures, width, {"differences": "bold red"})
    if result.verb == "rollback" and (details.get("removed") or details.get("restored")):
        models = dict.fromkeys([*details["removed"], *details["restored"]])
        undone = {
            m: {"removed": details["removed"].get(m, 0), "restored": details["restored"].get(m, 0)} for m in models
        }
        yield _numbers("Model", ("removed", "restored"), undone, width, {})


def _counts(result: VerbResult, width: int) -> list[Text]:
    decided = result.verb != "inventory"
    words = [str(word) for word in Outcome if decided and any(getattr(c, word) for c in result.objects.values())]
    rows = [(one_line(name, 200), _counts_cells(counts, words, decided)) for name, counts in result.objects.items()]
    total = _counts_cells(sum(result.objects.values(), Counts()), words, decided) if len(rows) > 1 else ()
    lines = table("Object", ["extracted", *words, *([""] if decided else [])], rows, width=width, total=total)
    if _fits(lines, width):
        return lines
    return [_sum_line(name, counts, words, decided) for name, counts in result.objects.items()]


def _fits(lines: Sequence[Text], width: int) -> bool:
    return all(line.cell_len <= width for line in lines)


def _counts_cells(counts: Counts, words: Sequence[str], decided: bool) -> list[Text]:
    cells = [Text(f"{counts.extracted:,}"), *(_number(getattr(counts, word), _STYLES.get(word, "")) for word in words)]
    return [*cells, _tick(counts)] if decided else cells


def _sum_line(name: str, counts: Counts, words: Sequence[str], decided: bool) -> Text:
    parts = " + ".join(f"{getattr(counts, word):,} {word}" for word in words if getattr(counts, word))
    line = Text(f"{one_line(name, 200)}: {counts.extracted:,} extracted" + (f" = {parts}" if parts else ""))
    return line.append(" ").append_text(_tick(counts)) if decided else line


def _tick(counts: Counts) -> Text:
    return Text("✓", "green") if counts.balanced else Text(f"✕ {counts.accounted - counts.extracted:+,}", "bold red")


def _outcomes(first: str, tallies: Mapping[str, Mapping[str, int]], width: int) -> list[Text]:
    words = [str(word) for word in Outcome if any(tally.get(word) for tally in tallies.values())]
    return _numbers(first, words, tallies, width, _STYLES)


def _numbers(
    first: str, columns: Sequence[str], rows: Mapping[str, Mapping[str, int]], width: int, styles: Mapping[str, str]
) -> list[Text]:
    names = {name: one_line(name, 200) for name in rows}
    cells = [(names[n], [_number(row.get(c, 0), styles.get(c, "")) for c in columns]) for n, row in rows.items()]
    lines = table(first, [c.replace("_", " ") for c in columns], cells, width=width)
    if _fits(lines, width):
        return lines
    said = {n: ", ".join(f"{row[c]:,} {c.replace('_', ' ')}" for c in columns if row.get(c)) for n, row in rows.items()}
    return [Text(f"{names[n]}: {words or 'nothing'}") for n, words in said.items()]


def _number(number: int, style: str) -> Text:
    return Text(f"{number:,}", style) if number else Text("·", "dim")


def _lists(result: VerbResult, console: Console) -> Iterator[list[Text]]:
    if findings := result.details.get("findings"):
        # What blocks stands last: there it is still on the screen when the list is long.
        ordered = sorted(findings, key=lambda f: list(_LEVELS).index(f["level"]), reverse=True)
        yield [line for finding in ordered for line in _finding(finding, console)]
    if changed := result.details.get("changed_since_approval"):
        yield _short_list("Changed since the approval", changed, console, "bold yellow")
    if result.problems and not result.details.get("findings"):  # findings say the same, and what to do
        style = "bold yellow" if result.exit_code in (EXIT_DONE, EXIT_TOLERANCE) else "bold red"
        yield _short_list("Problems", result.problems, console, style)


def _finding(finding: Mapping[str, str], console: Console) -> list[Text]:
    level = finding["level"]
    first, *rest = _wrapped(f"{finding['check']}: {finding['text']}", console, 10)
    lines = [Text.assemble((level.ljust(10), _LEVELS[level]), first), *(Text(" " * 10 + line) for line in rest)]
    if todo := finding.get("todo"):
        lines += [Text(f"{' ' * 10}{line}", "bold") for line in _wrapped(f"→ {todo}", console, 10)]
    return lines


def _short_list(title: str, items: Sequence[str], console: Console, style: str) -> list[Text]:
    """A heading and the first items; the rest is counted."""
    lines = [Text(f"{title} ({len(items):,})", style)]
    for item in items[:PROBLEMS_SHOWN]:
        wrapped = _wrapped(item, console, 4)
        lines += [Text(f"  {'-' if number == 0 else ' '} {line}") for number, line in enumerate(wrapped)]
    if len(items) > PROBLEMS_SHOWN:
        lines.append(Text(f"  … and {len(items) - PROBLEMS_SHOWN:,} more, in the report"))
    return lines


def _wrapped(text: str, console: Console, indent: int) -> list[str]:
    """Lines for a terminal; a pipe gets one, so that each item is a line there."""
    line = one_line(text, LONGEST_PROBLEM)
    return textwrap.wrap(line, max(console.width - indent, 20)) or [""] if console.is_terminal else [line]


class RichProgress:
    """Shows progress on a terminal: a line per running task with its rate, and one that stays when it ends.

    Use it as a context manager. Where the output is no terminal, plain lines: at the start and end of a task, and
    at most every `seconds` between. Writes to stderr if no console is given, so that stdout holds the result alone.
    """

    def __init__(
        self, console: Console | None = None, *, seconds: float = 5.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
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

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        tasks, self._tasks = self._tasks, {}
        if self._live:
            self._live.stop()
            self._live = None
        for task in tasks.values():  # only after an interruption
            _print(
                self._console,
                Text.assemble(("✕ ", "red"), f"{task.name}: stopped after{task.so_far(self._clock()) or ' no row'}"),
            )

    def start(self, task: str, total: int) -> None:
        self._tasks[task] = _Task(one_line(task, 60), total, self._clock())
        if not self._live:
            _print(
                self._console,
                Text(f"  {self._tasks[task].name}: starts" + (f", {amount(total, 'row')}" if total else "")),
            )

    def advance(self, task: str, count: int) -> None:
        now = self._clock()
        running = self._tasks.setdefault(task, _Task(one_line(task, 60), 0, now))
        running.done += count
        if not self._live and now - running.said >= self._seconds:
            running.said = now
            _print(self._console, Text(f"  {running.name}:{running.so_far(now)}"))

    def finish(self, task: str, summary: str) -> None:
        """End a task. One that was never started is a remark: its line is all there is."""
        running = self._tasks.pop(task, None)
        if self._live:
            self._live.refresh()
        took = f"  {_duration(self._clock() - running.began)}" if running else ""
        _print(
            self._console,
            Text.assemble(("✓ ", "green"), f"{one_line(task, 60)}: {one_line(summary, 1000)}", (took, "dim")),
        )

    def _running(self) -> RenderableType:
        now = self._clock()
        return Group(*(task.line(now) for task in list(self._tasks.values())))


class _Task:
    """A running task. `done` and `total` in records, 0 is unknown; `said`: when it last had a line in a log."""

    def __init__(self, name: str, total: int, now: float) -> None:
        self.name, self.total, self.began, self.said = name, total, now, now
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
        """The line of a live display."""
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=1)
        grid.add_column(no_wrap=True, overflow="ellipsis")
        grid.add_column(no_wrap=True, style="dim")
        share = f"{min(100 * self.done // self.total, 100)}% " if self.total else ""
        grid.add_row(
            self._spinner, Text(self.name), Text(f"{share}{self.so_far(now).strip()}  {_duration(now - self.began)}")
        )
        return grid


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"
