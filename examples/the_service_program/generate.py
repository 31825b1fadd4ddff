"""Write the example export of Garden State Pool & Comfort: the same bytes for the same seed, on every machine.

Usage: python examples/the_service_program/generate.py [--into FOLDER]     (needs xlwt, of the project's `dev` group)
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from gardenstate.consequences import add_consequences
from gardenstate.office import build_office
from gardenstate.people import build_people
from gardenstate.readme import readme
from gardenstate.sites import build_sites
from gardenstate.work import build_work
from gardenstate.world import World
from gardenstate.writing import write_json, write_table

SEED = 20261102
HERE = Path(__file__).resolve().parent


def build() -> World:
    """Make the company up, parents before what refers to them."""
    world = World(SEED)
    build_people(world)
    build_work(world)
    build_sites(world)
    build_office(world)
    add_consequences(world)
    return world


def main() -> None:
    options = argparse.ArgumentParser(description="Write the example export of The Service Program.")
    options.add_argument("--into", type=Path, default=HERE, help="folder to write into (default: beside this file)")
    chosen = options.parse_args()
    world = build()
    export = chosen.into / "export"
    export.mkdir(parents=True, exist_ok=True)
    for table in world.tables.values():
        write_table(export, table)
    planted = world.listed()
    write_json(chosen.into / "planted.json", planted)
    (chosen.into / "README.md").write_text(readme(world, planted), encoding="utf-8", newline="\n")
    for table in world.tables.values():
        print(f"{len(table.rows):5d}  {table.object:20s} {table.report.file}")
    print(f"{sum(len(table.rows) for table in world.tables.values()):5d}  records in {export}")
    outcomes = Counter(entry["expected_outcome"] for entry in planted)
    print("planted: " + ", ".join(f"{count} {name}" for name, count in sorted(outcomes.items())))
    print("next: point a migration's source.folder at the export folder, then run: flitstack inventory <migration>")


if __name__ == "__main__":
    main()
