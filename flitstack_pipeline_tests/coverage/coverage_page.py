"""The page that says which tests prove which row of which system: text from data, nothing of pytest."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from posixpath import relpath

from ruamel.yaml import YAML

ROWS = Path(__file__).with_name("rows.yaml")
PAGE = Path("docs") / "coverage.md"

Row = tuple[str, int]


@dataclass(frozen=True)
class RowText:
    """What a row promises, as Markdown."""

    source: str
    target: str
    holds: str


@dataclass(frozen=True)
class SystemRows:
    """A system's rows; row 1 is the first."""

    title: str
    rows: tuple[RowText, ...]


@dataclass(frozen=True)
class Proof:
    """A test that passed and what it counted for one row. `test`: its node id without parameters."""

    row: Row
    test: str
    counts: tuple[tuple[str, int], ...]


def load_rows(path: Path = ROWS) -> dict[str, SystemRows]:
    """The promised rows of all systems, in the order of the page."""
    data = YAML(typ="safe").load(path.read_text("utf-8"))
    return {
        name: SystemRows(system["title"], tuple(RowText(**row) for row in system["rows"]))
        for name, system in data.items()
    }


def all_rows(systems: Mapping[str, SystemRows]) -> list[Row]:
    return [(name, number) for name, system in systems.items() for number in range(1, len(system.rows) + 1)]


def page(systems: Mapping[str, SystemRows], proofs: Iterable[Proof]) -> str:
    """The whole page. The same proofs give the same text, in whatever order they come."""
    by_row: dict[Row, list[Proof]] = {}
    for proof in sorted(proofs, key=lambda p: (p.row, p.test)):
        by_row.setdefault(proof.row, []).append(proof)
    lines = [
        "# What is proved, row by row",
        "",
        "Each system has twelve rows: a source object, where it goes, what must hold there. The tests below migrate the example",
        "of that system into a real Odoo and read it back. A full run of the tests writes this page; it is not edited by hand.",
        "",
        "| System | Rows proved |",
        "|---|---|",
    ]
    for name, system in systems.items():
        proved = sum((name, n) in by_row for n in range(1, len(system.rows) + 1))
        lines.append(f"| [{system.title}](#{_anchor(system.title)}) | {proved} of {len(system.rows)} |")
    for name, system in systems.items():
        lines += [
            "",
            f"## {system.title}",
            "",
            "| # | Source | In Odoo | What holds | Counted | Proved by |",
            "|--:|---|---|---|---|---|",
        ]
        for number, row in enumerate(system.rows, 1):
            found = by_row.get((name, number), [])
            cells = [str(number), row.source, row.target, row.holds, _counts(found), _tests(found)]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join([*lines, ""])


def _counts(proofs: list[Proof]) -> str:
    total = Counter[str]()
    for proof in proofs:
        for what, number in proof.counts:
            total[what] += number
    return "<br>".join(f"{number:,} {_cell(what)}" for what, number in total.items()) or "-"


def _tests(proofs: list[Proof]) -> str:
    tests = dict.fromkeys(p.test for p in proofs)
    return "<br>".join(f"[`{test.rpartition('::')[2]}`]({_link(test)})" for test in tests) or "**not proved**"


def _link(test: str) -> str:
    return relpath(test.partition("::")[0], PAGE.parent.as_posix())


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")
