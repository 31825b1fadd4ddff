"""Write the organization as the folder that the sandbox's Dataverse serves."""

import json
import random
import shutil
import uuid
from pathlib import Path
from typing import Any

from harbourside.tables import TABLES
from harbourside.world import World


def write_org(folder: Path, world: World) -> None:
    """Write `org/` anew."""
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("entities", "data", "files"):
        (folder / part).mkdir(parents=True)
    reader = next(u for u in world.rows["systemuser"] if u.get("applicationid"))
    root = next(u for u in world.rows["businessunit"] if "parentbusinessunitid" not in u)
    organization = uuid.UUID(int=random.Random("organization").getrandbits(128), version=4)
    _json(
        folder / "org.json",
        {
            "name": "Harbourside Physiotherapy",
            "organization_id": str(organization),
            "business_unit_id": root["businessunitid"],
            "user_id": reader["systemuserid"],
            "base_language": 1033,
            "languages": [1033],
            "tracking_days": 7,
        },
    )
    for table in TABLES:
        _json(folder / "entities" / f"{table['logical_name']}.json", table)
    for name, rows in world.rows.items():
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / "data" / f"{name}.jsonl").write_text(lines, encoding="utf-8", newline="\n")
    for (table, row_id, column), (name, body) in world.files.items():
        place = folder / "files" / table / row_id / column
        place.mkdir(parents=True)
        # the name of a note's file stands in its row; a folder on disk need not be able to hold it
        (place / (name if table == "contact" else "content")).write_bytes(body)


def write_planted(path: Path, world: World) -> None:
    _json(path, world.planted)


def _json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
