"""Write the example organization of Lakeside Climate Services: the same bytes for the same seed, on every machine.

Usage: python examples/connect_field_service/generate.py [--into FOLDER]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from lakeside.assets import build_assets
from lakeside.catalogue import build_catalogue
from lakeside.customers import build_customers
from lakeside.left_behind import build_left_behind
from lakeside.notes import build_notes
from lakeside.orders import build_orders
from lakeside.readme import readme
from lakeside.tables import entities
from lakeside.visits import build_visits
from lakeside.world import World

SEED = 20261103
HERE = Path(__file__).resolve().parent


def build() -> World:
    """Make the company up, parents before what refers to them."""
    world = World(SEED)
    build_catalogue(world)
    build_customers(world)
    build_assets(world)
    build_orders(world)
    build_visits(world)
    build_notes(world)
    build_left_behind(world)
    return world


def main() -> None:
    options = argparse.ArgumentParser(description="Write the example organization.")
    options.add_argument("--into", type=Path, default=HERE, help="folder to write into (default: beside this file)")
    into = options.parse_args().into
    world = build()
    world.write(into / "org", entities())
    planted = json.dumps(world.planted, ensure_ascii=False, indent=1) + "\n"
    (into / "planted.json").write_text(planted, encoding="utf-8", newline="\n")
    (into / "README.md").write_text(readme(world), encoding="utf-8", newline="\n")
    for name, rows in world.rows.items():
        print(f"{len(rows):5d}  {name}")
    print(f"{sum(map(len, world.rows.values())):5d}  rows in {into / 'org'}")


if __name__ == "__main__":
    main()
