"""The page is made by full runs alone, and a run that finds it otherwise fails."""

from importlib.util import find_spec
from pathlib import Path

import pytest
from coverage_page import PAGE, Proof, all_rows, load_rows, page
from coverage_table import REWRITTEN

TESTS = """
import pytest

@pytest.mark.row("servecircle", 5)
@pytest.mark.parametrize("year", [2023, 2024])
def test_quotations(counted, year):
    counted("quotations", 3)

@pytest.mark.row("octopuspro", 1)
@pytest.mark.row("octopuspro", 2)
def test_two(counted):
    counted("customers | people", 7, row=1)
    counted("bookings", 1200, row=2)

def test_other():
    pass
"""
BOTH = [pytest.param([], id="one process"), pytest.param(["-n", "2"], id="workers")]
if find_spec("xdist") is None:
    BOTH.pop()


CONFTEST = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
pytest_plugins = ["coverage_table"]
"""


def _run(pytester: pytest.Pytester, *arguments: str) -> tuple[int, str]:
    pytester.makeconftest(CONFTEST)
    done = pytester.runpytest("-p", "no:cacheprovider", *arguments)
    return int(done.ret), done.stdout.str() + done.stderr.str()


def _text(pytester: pytest.Pytester) -> str:
    path = pytester.path / PAGE
    return path.read_text("utf-8") if path.exists() else ""


@pytest.mark.parametrize("workers", BOTH)
def test_a_full_run_writes_the_page_once(pytester: pytest.Pytester, workers: list[str]) -> None:
    pytester.makepyfile(test_it=TESTS)
    code, out = _run(pytester, *workers)
    assert (code, REWRITTEN in out) == (1, True)
    text = _text(pytester)
    assert "| 5 | Quotation | draft `sale.order` |" in text
    assert "| 6 quotations | [`test_quotations`](../test_it.py) |" in text
    assert "| 7 customers \\| people | [`test_two`](../test_it.py) |" in text
    assert "| 1,200 bookings | [`test_two`](../test_it.py) |" in text
    assert "| [OctopusPro](#octopuspro) | 2 of 12 |" in text
    assert text.count("**not proved**") == 57
    code, out = _run(pytester, *workers)
    assert (code, REWRITTEN in out) == (0, False)
    assert _text(pytester) == text


def test_tests_that_the_project_itself_leaves_out_do_not_matter(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it=TESTS, test_slow="import pytest\n\n@pytest.mark.slow\ndef test_slow(): pass\n")
    pytester.makeini('[pytest]\naddopts = -m "not slow"\nmarkers = slow\n')
    code, out = _run(pytester)
    assert (code, REWRITTEN in out, "1 deselected" in out) == (1, True, True)
    assert _run(pytester)[0] == 0
    (pytester.path / PAGE).write_text("as it was", "utf-8")
    assert _run(pytester, "-m", "not slow and not row")[0] == 0
    assert _text(pytester) == "as it was"


@pytest.mark.parametrize(
    "part",
    [
        ["-k", "two"],
        ["-m", "row"],
        ["test_it.py"],
        ["test_it.py::test_two"],
        ["--deselect", "test_it.py::test_two"],
        *([["-k", "two", "-n", "2"]] if len(BOTH) > 1 else []),
    ],
    ids=" ".join,
)
def test_a_run_of_a_part_touches_nothing(pytester: pytest.Pytester, part: list[str]) -> None:
    pytester.makepyfile(test_it=TESTS, test_more="def test_more(): pass")
    pytester.makeini("[pytest]\nmarkers =\n")
    (pytester.path / PAGE).parent.mkdir()
    (pytester.path / PAGE).write_text("as it was", "utf-8")
    code, out = _run(pytester, *part)
    assert (code, _text(pytester)) == (0, "as it was"), out


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("def test_bad(counted):\n    assert False", "tests of rows have not passed"),
        ("def test_bad(counted):\n    pytest.skip('no Odoo')", "tests of rows have not passed"),
        ("def test_bad(counted):\n    counted('quotations', 0)", "no quotations: the test has looked at none"),
        ("def test_bad(counted):\n    pass", "nothing was counted for"),
        ("def test_bad(counted):\n    counted('x', 1, row=3)", "is not marked as one of row 3"),
    ],
)
def test_a_row_whose_test_does_not_pass_leaves_the_page_alone(pytester: pytest.Pytester, more: str, words: str) -> None:
    pytester.makepyfile(test_it=TESTS, test_bad=f"import pytest\n\n@pytest.mark.row('servecircle', 1)\n{more}\n")
    code, out = _run(pytester)
    assert words in out
    assert "was not looked at: 1 tests of rows have not passed" in out
    assert (code, _text(pytester)) == (0 if "skip" in more else 1, "")


def test_a_file_that_cannot_be_read_leaves_the_page_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it=TESTS, test_bad="import nothing_of_that_name")
    code, _ = _run(pytester, "--continue-on-collection-errors")
    assert (code, _text(pytester)) == (1, "")


@pytest.mark.parametrize("mark", ["'servecircle', 13", "'servecircle', 0", "'nobody', 1", "'servecircle'"])
def test_there_are_no_other_rows(pytester: pytest.Pytester, mark: str) -> None:
    pytester.makepyfile(
        test_it=f"import pytest\n\n@pytest.mark.row({mark})\ndef test_it(counted):\n    counted('x', 1)\n"
    )
    code, out = _run(pytester)
    assert code == pytest.ExitCode.USAGE_ERROR
    assert "there is no row" in out


def test_the_order_of_the_proofs_does_not_matter() -> None:
    systems = load_rows()
    proofs = [
        Proof(row, f"tests/test_{n % 7}.py::test_{n}", (("things", n + 1),)) for n, row in enumerate(all_rows(systems))
    ]
    assert page(systems, proofs) == page(systems, proofs[::-1])
    assert "not proved" not in page(systems, proofs)
