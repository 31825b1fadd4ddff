"""What a person sees on the terminal, in a pipe and in a log."""

import io
import re

import pytest
from rich.console import Console

from flitstack_pipeline.outcomes import Counts
from flitstack_pipeline.progress import current, shown_by
from flitstack_pipeline.stages.result import EXIT_TOLERANCE, ModelFigures, VerbResult
from flitstack_pipeline.terminal import RichProgress, render
from flitstack_pipeline_tests.reports import samples
from flitstack_pipeline_tests.reports.snapshots import assert_as_before

RESULTS = {
    "doctor": samples.doctor(),
    "inventory": samples.inventory(),
    "plan-changed": samples.plan(changed=True),
    "approve": samples.approve(),
    "load-beyond": samples.load(beyond=True),
    "reconcile": samples.reconcile(),
    "reconcile-clean": samples.clean_reconcile(),
    "rollback": samples.rollback(),
    "ugly": samples.ugly_reconcile(3),
    "empty": samples.empty("load"),
}


def printed(result, *, width=80, terminal=False, **options):
    console = Console(file=io.StringIO(), width=width, force_terminal=terminal, **options)
    render(result, console)
    return console.file.getvalue()


def result(**parts):
    return VerbResult(**{"migration": "m", "verb": "load", "run_id": "r", "ok": True, **parts})


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_looks_as_before(name):
    assert_as_before(f"{name}-terminal", printed(RESULTS[name]))


@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.parametrize("width", [30, 60, 80, 120])
def test_nothing_but_sentences_paths_and_commands_is_wider_than_the_terminal(name, width):
    lines = printed(RESULTS[name], width=width, terminal=True, color_system=None).split("\n")
    may_be = ("DONE", "FAILED", "BEYOND", "Next", "Report")
    assert [line for line in lines if len(line) > width and not line.startswith(may_be) and not is_sentence(line)] == []


def is_sentence(line):
    """`customer: 260 extracted = …`, the form that figures take where a table has no room."""
    return re.match(r"[^ ]+: [\d,]+ [a-z]", line)


@pytest.mark.parametrize("name", RESULTS)
def test_colour_says_nothing_that_the_words_do_not(name):
    coloured = printed(RESULTS[name], terminal=True, color_system="standard")
    plain = printed(RESULTS[name], terminal=True, color_system=None)
    assert "\x1b" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


@pytest.mark.parametrize("name", RESULTS)
def test_nothing_of_a_source_drives_the_terminal(name):
    text = printed(RESULTS[name])
    assert not [c for c in text if ord(c) < 0x20 and c != "\n"]
    assert all(line == line.rstrip() for line in text.split("\n"))


@pytest.mark.parametrize(
    ("parts", "first"),
    [
        ({}, "DONE    all there"),
        ({"exit_code": EXIT_TOLERANCE}, "BEYOND TOLERANCE all there"),
        ({"ok": False, "exit_code": EXIT_TOLERANCE}, "BEYOND TOLERANCE all there"),
        ({"ok": False, "exit_code": 1}, "FAILED  all there"),
    ],
)
def test_the_last_lines_are_the_verdict_and_what_is_next(parts, first):
    text = printed(result(summary="all there", next_step="flitstack reconcile m", reports=("/a/b.html",), **parts))
    assert text.split("\n")[-4:] == ["Report  /a/b.html", first, "Next    flitstack reconcile m", ""]


def test_paths_and_commands_are_not_broken():
    path = "/srv/" + "very-long-folder/" * 12 + "load.html"
    text = printed(
        result(reports=(path,), next_step="flitstack approve m --who " + "x" * 100), terminal=True, color_system=None
    )
    assert path in text
    assert "x" * 100 in text


def test_only_outcomes_that_occur_have_a_column():
    text = printed(result(objects={"a": Counts(extracted=3, created=2, held=1)}))
    assert text.split("\n")[0] == "Object  extracted  created  held"
    assert text.split("\n")[2] == "a               3        2     1  ✓"


def test_a_sum_that_does_not_hold_is_seen():
    text = printed(result(objects={"a": Counts(extracted=3, created=1), "b": Counts(extracted=1, created=3)}))
    assert "✕ -2" in text
    assert "✕ +2" in text
    assert text.split("\n")[5].endswith("✓"), "the sums of both agree, and it is the rows above that tell"


def test_a_very_narrow_terminal_gets_sentences():
    counts = {"a": Counts(extracted=1_234, created=1_233, held=1)}
    assert printed(result(objects=counts), width=20).startswith("a: 1,234 extracted = 1,233 created + 1 held ✓\n")


def test_models_show_what_was_compared_only_if_anything_was():
    loaded = printed(result(models={"lead": ModelFigures(records=3)}))
    assert "compared" not in loaded
    compared = printed(result(models={"lead": ModelFigures(records=3, values_compared=9, differences=2, accepted=1)}))
    assert compared.split("\n")[0] == "Model  records  values compared  differences  accepted"
    assert compared.split("\n")[2] == "lead         3                9            2         1"


def test_fifteen_problems_are_shown_and_the_rest_counted():
    text = printed(result(ok=False, exit_code=1, problems=tuple(f"problem {i}" for i in range(40))))
    assert "Problems (40)" in text
    assert "problem 14\n" in text
    assert "problem 15\n" not in text
    assert "… and 25 more, in the report" in text


def test_secrets_are_masked():
    assert "hunter2" not in printed(
        result(ok=False, problems=("password='hunter2-hunter2'",), summary="token=hunter2hunter2")
    )


def test_markup_of_rich_in_a_value_is_text():
    assert "[red]x[/red]" in printed(
        result(objects={"[red]x[/red]": Counts(extracted=1, created=1)}, problems=("[bold]y",))
    )


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def log_of(steps, *, seconds=5.0):
    clock, console = Clock(), Console(file=io.StringIO(), force_terminal=False, width=80)
    with RichProgress(console, seconds=seconds, clock=clock) as progress:
        steps(progress, clock)
    return console.file.getvalue().splitlines()


def test_without_a_terminal_there_are_lines_and_not_too_many():
    def steps(progress, clock):
        progress.start("crm.lead ← booking", 5_000)
        for _ in range(25):
            clock.now += 1
            progress.advance("crm.lead ← booking", 200)
        progress.finish("crm.lead ← booking", "4,990 created, 10 held")

    assert log_of(steps) == [
        "  crm.lead ← booking: starts, 5,000 rows",
        "  crm.lead ← booking: 1,000 of 5,000 rows, 200 a second",
        "  crm.lead ← booking: 2,000 of 5,000 rows, 200 a second",
        "  crm.lead ← booking: 3,000 of 5,000 rows, 200 a second",
        "  crm.lead ← booking: 4,000 of 5,000 rows, 200 a second",
        "  crm.lead ← booking: 5,000 of 5,000 rows, 200 a second",
        "✓ crm.lead ← booking: 4,990 created, 10 held  25.0 s",
    ]


def test_an_unknown_total_and_a_remark_without_a_task():
    def steps(progress, clock):
        progress.finish("sandbox", "Odoo 19 is up")
        progress.advance("surprise", 1)
        progress.start("extract", 0)
        clock.now += 3_680
        progress.finish("extract", "done")
        progress.finish("surprise", "done")

    assert log_of(steps) == [
        "✓ sandbox: Odoo 19 is up",
        "  extract: starts",
        "✓ extract: done  1 h 01 min",
        "✓ surprise: done  1 h 01 min",
    ]


def test_what_an_error_interrupts_is_said():
    clock, console = Clock(), Console(file=io.StringIO(), force_terminal=False, width=80)
    with pytest.raises(KeyboardInterrupt), RichProgress(console, clock=clock) as progress:
        progress.start("load", 10)
        progress.start("other", 10)
        progress.advance("load", 4)
        raise KeyboardInterrupt
    assert console.file.getvalue().splitlines()[-2:] == [
        "✕ load: stopped after 4 of 10 rows",
        "✕ other: stopped after no row",
    ]


def test_on_a_terminal_a_finished_task_leaves_one_line_and_a_running_one_shows_its_rate(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    clock, console = Clock(), Console(file=io.StringIO(), force_terminal=True, width=80, color_system=None)
    with RichProgress(console, clock=clock) as progress:
        progress.start("load", 100)
        clock.now += 2
        progress.advance("load", 50)
        with console.capture() as live:
            console.print(progress._running())
        progress.finish("load", "100 created")
    assert "load 50% 50 of 100 rows, 25 a second 2.0 s" in " ".join(live.get().split())
    assert console.file.getvalue().count("✓ load: 100 created  2.0 s\n") == 1


def test_it_writes_to_stderr_and_is_what_the_engine_reports_to(capsys):
    with RichProgress() as progress, shown_by(progress):
        current().start("load", 3)
        current().finish("load", "3 created")
    out, err = capsys.readouterr()
    assert out == ""
    assert "✓ load: 3 created" in err


def test_a_dumb_terminal_gets_plain_lines(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    console = Console(file=io.StringIO(), force_terminal=True, width=80)
    with RichProgress(console) as progress:
        progress.start("load", 3)
        progress.finish("load", "3 created")
    assert "\x1b" not in console.file.getvalue()
