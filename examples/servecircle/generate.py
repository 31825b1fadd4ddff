"""Write the example export of Nagar Seva Electronics: the same bytes for the same seed, on every machine.

Usage: python examples/servecircle/generate.py [--into FOLDER]
"""

from __future__ import annotations

import argparse
from pathlib import Path

from nagarseva.accounts import build_accounts, build_people
from nagarseva.documents import build_documents, build_items
from nagarseva.export import add_consequences, listed, readme, write_export, write_json
from nagarseva.jobs import build_jobs
from nagarseva.left_behind import build_left_behind
from nagarseva.world import World

SEED = 20260401
HERE = Path(__file__).resolve().parent


def build() -> World:
    """Make the company up, parents before what refers to them."""
    world = World(SEED)
    build_people(world)
    build_accounts(world)
    build_items(world)
    build_jobs(world)
    build_documents(world)
    build_left_behind(world)
    add_consequences(world)
    return world


def main() -> None:
    options = argparse.ArgumentParser(description="Write the ServeCircle example export.")
    options.add_argument("--into", type=Path, default=HERE, help="folder to write into (default: beside this file)")
    into = options.parse_args().into
    world = build()
    planted, odd = listed(world), listed(world, odd=True)
    write_export(world, into / "export")
    write_json(into / "planted.json", planted)
    write_json(into / "oddities.json", odd)
    (into / "README.md").write_text(readme(world, planted, odd), encoding="utf-8", newline="\n")
    for table in world.tables.values():
        print(f"{len(table.rows):5d}  {table.object:20s} {table.file}")


if __name__ == "__main__":
    main()
