"""Every promised row has a test that proves it."""

import pytest
from coverage_page import all_rows
from coverage_table import CoverageTable


def test_every_system_has_twelve_rows(coverage_table: CoverageTable) -> None:
    assert {name: len(system.rows) for name, system in coverage_table.systems.items()} == dict.fromkeys(
        ("connect_field_service", "the_service_program", "servecircle", "function_365", "octopuspro"), 12
    )


def test_every_row_is_proved(coverage_table: CoverageTable) -> None:
    if not coverage_table.is_full:
        pytest.skip("only a run of all tests knows the tests of all rows")
    proved = {row for rows in coverage_table.collected.values() for row in rows}
    assert [row for row in all_rows(coverage_table.systems) if row not in proved] == []
