"""Lay tables out as reports: titles, headers on every page, groups, subtotals, totals and footers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from gardenstate.world import Row, Table, dollars

Cells = list[list[Any]]


def laid_out(table: Table) -> Cells:
    """All rows of the file; notes in the table where each record stands."""
    report, cells = table.report, []
    for title in report.titles:
        cells.append([title])
    if report.titles:
        cells.append([])
    cells.append(list(table.columns))
    table.places = []
    pages = -(-len(table.rows) // report.page) if report.page else 1
    group: list[Row] = []
    for number, row in enumerate(table.rows):
        if report.page and number and number % report.page == 0:
            cells += [[], [f"Page {number // report.page} of {pages}"], list(table.columns)]
        first = not group or group[-1][report.group] != row[report.group] if report.group else True
        if report.group and group and first:
            cells.append(_totals(table, group, f"Subtotal for {group[0][report.group]}"))
            group = []
        line = [row[column] for column in table.columns]
        if report.group:
            if not first:
                line[table.columns.index(report.group)] = ""
            group.append(row)
        cells.append(line)
        table.places.append(len(cells))
    if report.group and group:
        cells.append(_totals(table, group, f"Subtotal for {group[0][report.group]}"))
    if (report.sums and not report.group) or report.group:
        cells.append(_totals(table, table.rows, "Grand Total"))
    if report.page:
        cells += [[], [f"Page {pages} of {pages}"]]
    return cells


def _totals(table: Table, rows: list[Row], label: str) -> list[Any]:
    line: list[Any] = [""] * len(table.columns)
    line[0] = label
    for column in table.report.sums:
        cents = sum(_cents(row[column]) for row in rows)
        money = any(isinstance(row[column], str) and "$" in row[column] for row in rows)
        line[table.columns.index(column)] = dollars(cents) if money else cents / 100
    return line


def _cents(value: Any) -> int:
    text = str(value or "0").replace("$", "").replace(",", "")
    sign = -1 if text.startswith("(") else 1
    try:
        return sign * int(Decimal(text.strip("()")) * 100)
    except ArithmeticError:
        return 0
