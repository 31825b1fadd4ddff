"""Write the example export of Coastal Cleaning Co: the same bytes for the same seed, on every machine.

Usage: python examples/octopuspro/generate.py [--large] [--into FOLDER]
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from coastal.bookings import build_bookings
from coastal.catalogue import build_catalogue
from coastal.consequences import add_consequences, listed
from coastal.customers import build_customers
from coastal.export import write_export, write_large_file
from coastal.invoices import build_invoices
from coastal.payments import build_payments
from coastal.quotes import build_quotes
from coastal.readme import readme
from coastal.settings_left_behind import build_left_behind
from coastal.visits import build_visits
from coastal.world import World
from coastal.writing import write_json

SEED = 20261101
HERE = Path(__file__).resolve().parent


def build() -> World:
    """Make the company up, parents before what refers to them."""
    world = World(SEED)
    build_catalogue(world)
    build_customers(world)
    build_bookings(world)
    build_visits(world)
    build_quotes(world)
    build_payments(world, build_invoices(world))
    build_left_behind(world)
    add_consequences(world)
    return world


def main() -> None:
    options = argparse.ArgumentParser(description="Write the OctopusPro example export.")
    options.add_argument("--large", action="store_true", help="also write the 26 MB attachment that git does not keep")
    options.add_argument("--into", type=Path, default=HERE, help="folder to write into (default: beside this file)")
    chosen = options.parse_args()
    world = build()
    export = chosen.into / "export"
    write_export(world, export)
    planted, odd = listed(world), listed(world, odd=True)
    write_json(chosen.into / "planted.json", planted)
    write_json(chosen.into / "oddities.json", odd)
    page = readme(world, planted, odd)
    (chosen.into / "README.md").write_text(page, encoding="utf-8", newline="\n")

    for table in world.tables.values():
        print(f"{len(table.rows):5d}  {table.object:20s} {table.file}")
    print(f"{sum(len(table.rows) for table in world.tables.values()):5d}  records in {export}")
    outcomes = Counter(entry["expected_outcome"] for entry in planted)
    print("planted: " + ", ".join(f"{count} {name}" for name, count in sorted(outcomes.items())))
    if chosen.large:
        print(f"large attachment: {write_large_file(world, export)}")
    else:
        print("large attachment: not written (--large writes it; without it that file counts as missing)")
    print("next: point a migration's source.folder at the export folder, then run: flitstack inventory <migration>")
    print("what to expect of each row: README.md and planted.json")


if __name__ == "__main__":
    main()
