"""The README of the example, written from the same data as the files so that no row number in it can be out of date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from coastal.export import described, large_path
from coastal.world import World

_HEAD = """\
# Example export: Coastal Cleaning Co (OctopusPro)

A made-up Australian cleaning and home-maintenance company, as OctopusPro's support would hand it over: {records}
records in {files} files, with the formats, encodings and mistakes of real exports. All people are invented; e-mail
addresses are of `example.com`, `.net` and `.org`, telephone numbers are from the ranges kept for fiction in Australia.
Dates are DD/MM/YYYY on Sydney's clock, money is AUD, GST is 10 %. The export was "made" on 01/11/2026.

`generate.py` writes everything here from one fixed seed, this page too:

    python examples/octopuspro/generate.py           # the same bytes every time
    python examples/octopuspro/generate.py --large   # also the 26 MB attachment, which is not kept in git

| file | what it shows |
|---|---|
| `export/` | the export itself |
| `planted.json` | every row that does not come through clean, and what is expected of it |
| `oddities.json` | rows that look wrong and must come through all the same |
| `coastal/` | the generator's parts |
"""

_RULES = """\
## How to read it

- `row` is the number that a spreadsheet shows: the header counts, a cell with line breaks is one row, title rows above
  a header count too. In `.jsonl` it is the line, in `.json` the place in the list; both start at 1.
- `source_id` is the key of the row; keys of several columns are joined with `|`: a line is `<invoice no>|<line>`, an
  answer `<response id>|<position>`, an option `<service id>|<group>|<option>`. `*` with row null means every row of
  the object, `count` of them.
- `kind` is *planted* for the problem itself, *follows* for a row that is held only because its parent is missing, and
  *column* for a column that stays behind while its rows migrate.
- `expected_outcome`: **quarantined** the row cannot be read, or its file is missing; **held** its parent is missing;
  **excluded** left behind by a rule; **difference** migrates, and the reconciliation shows the difference in that
  column; **flagged** migrates, a person should look; **listed** migrates or is left out as the note says, and the
  report lists it. One row may have several entries, one for each column.
- A booking's own service is in `bookings.csv`; `booking_services.csv` has what was added to it. `Total` is with GST.
- Amount and Unit Price of lines are without GST. GST is rounded half up on every line. Prices are chosen so that
  rounding once per invoice gives the same, except on the one planted invoice.
- Paid is approved payments and deposits less approved refunds, Balance is Total less Paid, and an invoice is Closed
  exactly when its balance is zero. On a void invoice nothing counts as paid. Refunds have positive amounts and the
  type Refund.
- Below the invoices stands a row of totals, and one below the workers: they are no records.
- `manifest.json` describes the export and is no object.
- `--large` makes `{large}`, which is over the limit of 25 MB: its row is then *skipped*.
- The password column is OctopusPro's own; the values are made up, and no value of it may be stored anywhere.
"""


def readme(world: World, planted: Sequence[dict[str, Any]], odd: Sequence[dict[str, Any]]) -> str:
    records = sum(len(table.rows) for table in world.tables.values())
    parts = [_HEAD.format(records=f"{records:,}", files=len(world.tables)), "## The files\n"]
    parts.append(
        _table(
            ("object", "file", "rows", "format"),
            [(f"`{t.object}`", f"`{t.file}`", len(t.rows), described(t)) for t in world.tables.values()],
        )
    )
    parts.append(_RULES.format(large=large_path(world)))
    own = [entry for entry in planted if entry["kind"] != "follows"]
    follows = [entry for entry in planted if entry["kind"] == "follows"]
    counts = Counter(entry["expected_outcome"] for entry in own)
    parts.append("## What was planted\n")
    parts.append(", ".join(f"{name}: {count}" for name, count in sorted(counts.items())) + ".\n")
    parts.append(
        _table(("id", "file", "row", "record", "column", "problem", "expected", "note"), _cells(own, note=True))
    )
    parts.append("## What follows from it\n")
    parts.append(f"{len(follows)} rows are held until their parent is in Odoo.\n")
    parts.append(_table(("id", "file", "row", "record", "column", "problem", "expected"), _cells(follows)))
    parts.append("## Odd, but clean\n")
    shown = [entry for entry in odd if entry["problem"] != "stands before its parent"]
    before = len(odd) - len(shown)
    parts.append(f"And {before} customers that stand before their parent (listed in `oddities.json`).\n")
    parts.append(_table(("id", "file", "row", "record", "column", "what", "becomes"), _cells(shown)))
    return "\n".join(parts)


def _cells(entries: Sequence[dict[str, Any]], *, note: bool = False) -> list[tuple[Any, ...]]:
    rows = []
    for entry in entries:
        row = f"all {entry['count']}" if entry["row"] is None else entry["row"]
        cells = (entry["id"], f"`{entry['file']}`", row, f"`{entry['source_id']}`", entry["column"], entry["problem"])
        rows.append((*cells, entry["expected_outcome"], *([entry["note"]] if note else [])))
    return rows


def _table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    shown = (
        "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines
    )
    return "\n".join(shown) + "\n"
