"""Pytest plugin: which tests prove which row of which system, and docs/coverage.md, which says so.

    @pytest.mark.row("servecircle", 5)
    def test_quotations(story, counted):
        ...
        counted("quotations read back with their lines", len(quotations))

A run of all tests in which every test with a row has passed compares the page with what it has seen. If they differ the
page is rewritten and the run fails, so that the page that is committed is always one that a run has made. A run of a part
of the tests touches nothing.

Rows and counts travel in the reports' `user_properties`, and what was collected in the workers' output: under pytest-xdist
the process that writes the page has run no test itself.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from coverage_page import PAGE, Proof, Row, load_rows, page

_ROW, _COUNTED, _OUTPUT = "row", "counted", "flitstack_rows"
# Options that leave tests out. `--failed-first` and the like only change their order.
_PARTIAL = ("keyword", "deselect", "ignore", "ignore_glob", "lf", "stepwise", "collectonly")
REWRITTEN = f"{PAGE.as_posix()} was not what this run has proved: it was rewritten and must be committed"


class CoverageTable:
    """What one run knows of the rows."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.systems = load_rows()
        self.collected: dict[str, list[Row]] = {}
        self.left_out = False
        self.passed: dict[str, list[Proof]] = {}
        self.message = ""

    @property
    def is_full(self) -> bool:
        """Whether this run collects every test of the project."""
        config = self.config
        asked = [] if any("::" in a for a in config.args) else [config.invocation_params.dir / a for a in config.args]
        wanted = [config.rootpath / p for p in config.getini("testpaths") or ["."]]
        if config.option.markexpr != _standing_marks(config):
            return False
        everywhere = all(any(w.resolve().is_relative_to(a.resolve()) for a in asked) for w in wanted)
        return everywhere and not self.left_out and not any(getattr(config.option, o, None) for o in _PARTIAL)

    # -- what is collected ----------------------------------------------------------------------------------------------

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        # Those without a row may be left out by the project's own choice of marks.
        self.left_out = self.left_out or any(item.nodeid in self.collected for item in items)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.left_out = self.left_out or not report.passed

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            if rows := self._rows(item):
                self.collected[item.nodeid] = rows

    def _rows(self, item: pytest.Item) -> list[Row]:
        rows = []
        for mark in item.iter_markers(_ROW):
            system, number = mark.args if len(mark.args) == 2 else (None, None)
            if system not in self.systems or number not in range(1, len(self.systems[system].rows) + 1):
                raise pytest.UsageError(
                    f"{item.nodeid}: there is no row {mark.args}; see {Path(__file__).parent.name}/rows.yaml"
                )
            rows.append((system, number))
        return sorted(set(rows))

    # -- what is counted ------------------------------------------------------------------------------------------------

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Iterator[None]:
        result = yield
        counted = {tuple(row) for name, count in pyfuncitem.user_properties if name == _COUNTED for row in count[2]}
        if missing := [row for row in self.collected.get(pyfuncitem.nodeid, []) if row not in counted]:
            pytest.fail(f"a test of a row says by `counted` what it has looked at; nothing was counted for {missing}")
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" or not report.passed:
            return
        proofs: dict[Row, list[tuple[str, int]]] = {}
        for what, number, rows in (value for name, value in report.user_properties if name == _COUNTED):
            for system, row in rows:
                proofs.setdefault((system, row), []).append((what, number))
        test = report.nodeid.partition("[")[0]
        self.passed[report.nodeid] = [Proof(row, test, tuple(counts)) for row, counts in proofs.items()]

    # -- what is written ------------------------------------------------------------------------------------------------

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """A worker of pytest-xdist has ended; one that crashed has no output, and its tests have not passed."""
        output = getattr(node, "workeroutput", {}).get(_OUTPUT)
        if output is not None:
            self.collected.update({test: [(s, n) for s, n in rows] for test, rows in output["collected"].items()})
            self.left_out = self.left_out or output["left_out"]

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if (output := getattr(self.config, "workeroutput", None)) is not None:
            output[_OUTPUT] = {
                "collected": {t: [list(r) for r in rows] for t, rows in self.collected.items()},
                "left_out": self.left_out,
            }
            return
        if not self.is_full or not self.collected:
            return
        if missing := self.collected.keys() - self.passed.keys():
            self.message = f"{PAGE.as_posix()} was not looked at: {len(missing)} tests of rows have not passed"
            return
        made = page(self.systems, [p for test in self.collected for p in self.passed[test]])
        path = self.config.rootpath / PAGE
        if path.exists() and path.read_text("utf-8") == made:
            return
        path.parent.mkdir(exist_ok=True)
        path.write_text(made, "utf-8")
        self.message = REWRITTEN
        if session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.message:
            terminalreporter.section("rows of the systems")
            terminalreporter.line(self.message, red=True)


def _standing_marks(config: pytest.Config) -> str:
    """The `-m` that the project's own settings give to every run."""
    given = [*config.getini("addopts"), ""]
    return next((given[n + 1] for n, word in enumerate(given) if word == "-m"), "")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "row(system, number): proves this row of this system (see docs/coverage.md)")
    config.pluginmanager.register(CoverageTable(config), "flitstack_coverage_table")


@pytest.fixture
def coverage_table(pytestconfig: pytest.Config) -> CoverageTable:
    """What this run knows of the rows."""
    found = pytestconfig.pluginmanager.get_plugin("flitstack_coverage_table")
    assert isinstance(found, CoverageTable)
    return found


@pytest.fixture
def counted(request: pytest.FixtureRequest, coverage_table: CoverageTable) -> Callable[..., None]:
    """Return a function `(what, n)`: this test has looked at `n` of `what`, which must be more than none.

    It counts for all rows of the test's marks, or with `row=` for that one number of them.
    """
    item: pytest.Item = request.node
    rows = coverage_table.collected.get(item.nodeid, [])

    def count(what: str, n: int, *, row: int | None = None) -> None:
        of = [r for r in rows if row in (None, r[1])]
        if rows and not of:
            pytest.fail(f"{what}: this test is not marked as one of row {row}")
        if n <= 0:
            pytest.fail(f"no {what}: the test has looked at none")
        item.user_properties.append((_COUNTED, [what, int(n), [list(r) for r in of]]))

    return count
