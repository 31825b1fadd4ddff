"""Progress of long work, wherever it is shown."""

import logging

import pytest

from flitstack_pipeline.progress import LogProgress, current, shown_by


class Noted:
    """A display that only remembers."""

    def __init__(self) -> None:
        self.lines: list[tuple] = []

    def start(self, task, total):
        self.lines.append(("start", task, total))

    def advance(self, task, count):
        self.lines.append(("advance", task, count))

    def finish(self, task, summary):
        self.lines.append(("finish", task, summary))


def test_the_display_of_a_block_is_used_inside_it_only():
    outer, inner = Noted(), Noted()

    with shown_by(outer):
        current().start("a", 1)
        with shown_by(inner):
            current().start("b", 2)
        current().finish("a", "done")

    assert outer.lines == [("start", "a", 1), ("finish", "a", "done")]
    assert inner.lines == [("start", "b", 2)]
    assert isinstance(current(), LogProgress)


def test_an_error_ends_the_block_too():
    with pytest.raises(RuntimeError), shown_by(Noted()):
        raise RuntimeError

    assert isinstance(current(), LogProgress)


def test_the_log_says_how_far_and_how_fast(caplog):
    times = [100.0]
    caplog.set_level(logging.INFO, "flitstack_pipeline.progress")
    log = LogProgress(seconds=5.0, clock=lambda: times[-1])

    log.start("load", 2000)
    for at, count in ((101.0, 500), (106.0, 700), (107.0, 10)):
        times.append(at)
        log.advance("load", count)
    log.finish("load", "1,210 created")

    assert [record.message for record in caplog.records] == [
        "load: starts, 2,000 rows",
        "load: 1200 of 2,000 rows, 200 a second",
        "load: 1,210 created",
    ]


def test_a_task_without_a_known_size(caplog):
    caplog.set_level(logging.INFO, "flitstack_pipeline.progress")
    log = LogProgress(seconds=0.0)

    log.start("read", 0)
    log.advance("read", 5)
    log.advance("never started", 1)

    assert caplog.records[0].message == "read: starts"
    assert caplog.records[1].message.startswith("read: 5 rows, ")
    assert caplog.records[2].message.startswith("never started: 1 rows, ")
