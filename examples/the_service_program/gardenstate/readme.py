"""The page beside the export: what is in it, how to read it, and what was planted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from gardenstate.world import Table, World

_NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8 with BOM", "cp1252": "Windows-1252"}
_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}


def readme(world: World, planted: Sequence[dict[str, Any]]) -> str:
    tables = list(world.tables.values())
    total = sum(len(table.rows) for table in tables)
    counts = Counter(entry["expected_outcome"] for entry in planted)
    own = [e for e in planted if e["kind"] == "planted"]
    files = [(f"`{t.object}`", f"`{t.report.file}`", str(len(t.rows)), described(t)) for t in tables]
    rows = [
        (
            e["id"],
            f"`{e['file']}`",
            str(e["row"]),
            f"`{e['source_id']}`",
            e["column"],
            e["problem"],
            e["expected_outcome"],
            e["note"],
        )
        for e in own
    ]
    return f"""# Example export: Garden State Pool & Comfort (The Service Program)

A made-up New Jersey pool, heating and irrigation company, as the report writer of The Service Program prints it: {total:,}
records in {len(tables)} files. All people are invented; e-mail addresses are of `example.com`, `.net` and `.org`, telephone
numbers are 555 numbers kept for fiction. Dates are MM/DD/YYYY on New York's clock, money is USD. `generate.py` writes everything
here from one fixed seed, this page too:

    python examples/the_service_program/generate.py      # needs xlwt, which the project's `dev` group brings

## The files

{_table(("object", "file", "rows", "format"), files)}

`.xls` files are Excel's own binary format, `.xlsx` are workbooks. Reports have title rows and a date range above the header, and
print the header again on every page, with a page footer. Detail reports print a work order's or invoice's number only on its first
line, with a subtotal below each; the last row is a grand total. None of these is a record.

## How to read planted.json

`row` is the number that a spreadsheet shows. `kind` is *planted* for the problem itself, *follows* for a row that stays behind
because of another, *rule* for objects that never migrate. `expected_outcome`: **quarantined** cannot be read or is refused;
**held** its parent is missing; **excluded** left behind by a rule; **difference** migrates, and the reconciliation shows it;
**flagged** migrates, a person should look; **listed** migrates or is left out as the note says, and the report lists it.

In all: {", ".join(f"{counts[name]} {name}" for name in sorted(counts))}.

## What was planted

{_table(("id", "file", "row", "record", "column", "problem", "expected", "note"), rows)}
"""


def described(table: Table) -> str:
    """The format of a table's file, in words."""
    report = table.report
    kind = report.file.rpartition(".")[2]
    parts = [f".{kind} workbook"] if kind != "csv" else [_SEPARATORS[report.separator], _NAMES[report.encoding]]
    parts += [f"{len(report.titles)} title rows"] if report.titles else []
    parts += [f"pages of {report.page} rows"] if report.page else []
    parts += [f"grouped by {report.group} with subtotals"] if report.group else []
    parts += ["grand total"] if report.sums or report.group else []
    return ", ".join(parts)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
