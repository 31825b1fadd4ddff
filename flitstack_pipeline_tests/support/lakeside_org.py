"""The example organization of Connect Field Service as its files have it: what is expected of Odoo, told without the pipeline."""

import html
import json
import re
from collections import defaultdict
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "connect_field_service"
ORG = EXAMPLE / "org"
PLANTED: list[dict[str, Any]] = json.loads((EXAMPLE / "planted.json").read_text("utf-8"))
CHICAGO = ZoneInfo("America/Chicago")
STOPPED = ("quarantined", "held", "skipped", "excluded")
# The objects of the map by table.
OBJECTS = {
    "account": "account", "contact": "contact", "product": "product", "msdyn_customerasset": "customer_asset",
    "msdyn_workorder": "work_order", "msdyn_workorderservicetask": "service_task", "bookableresourcebooking": "booking",
    "annotation": "note", "msdyn_iotalert": "iot_alert",
}  # fmt: skip
Row = dict[str, Any]


@cache
def definition(table: str) -> Row:
    return json.loads((ORG / "entities" / f"{table}.json").read_text("utf-8"))


@cache
def rows(table: str) -> dict[str, Row]:
    """All rows by id, in the order of the file."""
    key = definition(table)["primary_id"]
    lines = (ORG / "data" / f"{table}.jsonl").read_text("utf-8").splitlines()
    return {row[key]: row for row in map(json.loads, lines)}


@cache
def stopped(records: str) -> frozenset[str]:
    """Ids of rows that planted.json says do not become a record of this set."""
    return frozenset(e["source_id"] for e in PLANTED if e["records"] == records and e["expected_outcome"] in STOPPED)


def planted(records: str, outcome: str) -> list[str]:
    return [e["source_id"] for e in PLANTED if (e["records"], e["expected_outcome"]) == (records, outcome)]


def arriving(table: str, records: str = "") -> dict[str, Row]:
    """The rows of a table that have to be in Odoo."""
    left = stopped(records or OBJECTS[table])
    return {row_id: row for row_id, row in rows(table).items() if row_id not in left}


def target(row: Row, lookup: str) -> str | None:
    """The id that a lookup holds."""
    return row[lookup]["id"] if lookup in row else None


def name(row: Row, lookup: str) -> str | None:
    """The name of what a lookup refers to, if that is in the organization."""
    if lookup not in row or row[lookup]["id"] not in rows(row[lookup]["table"]):
        return None
    return rows(row[lookup]["table"])[row[lookup]["id"]].get(definition(row[lookup]["table"])["primary_name"])


@cache
def labels(table: str, column: str) -> dict[int, str]:
    """Value to label of a choice, in the base language."""
    found = next(a for a in definition(table)["attributes"] if a["name"] == column)
    return {option["value"]: option["labels"]["1033"] for option in found["options"]}


def label(table: str, row: Row, column: str) -> str | None:
    return labels(table, column)[row[column]] if column in row else None


def children(table: str, lookup: str) -> dict[str, list[Row]]:
    """Rows by what they refer to."""
    found = defaultdict(list)
    for row in rows(table).values():
        if lookup in row:
            found[row[lookup]["id"]].append(row)
    return found


def moment(text: str | None) -> str | bool:
    """A moment as Odoo's API writes it."""
    return text.replace("T", " ").removesuffix("Z") if text else False


def local_day(text: str | None) -> date | None:
    """The day of a moment where the company is."""
    return datetime.fromisoformat(text).astimezone(CHICAGO).date() if text else None


def iso(text: str | None) -> str | None:
    """A moment as the JSON documents write it."""
    return datetime.fromisoformat(text).astimezone(UTC).isoformat() if text else None


def body(table: str, row_id: str, column: str) -> bytes | None:
    """The bytes of a file of a row."""
    folder = ORG / "files" / table / row_id / column
    return next(folder.iterdir()).read_bytes() if folder.is_dir() else None


def mail(row: Row, lookup: str = "ownerid") -> str | None:
    """The e-mail address of the user that a lookup refers to; None for a team."""
    if lookup not in row or row[lookup]["table"] != "systemuser":
        return None
    return rows("systemuser")[row[lookup]["id"]]["internalemailaddress"]


def words(*texts: str | None) -> list[str]:
    """The words of plain texts."""
    return " ".join(filter(None, texts)).split()


def words_of_html(written: Any) -> list[str]:
    """The words of an HTML text, whatever its elements."""
    return html.unescape(re.sub(r"<[^>]+>", " ", written or "")).replace("\xa0", " ").split()


def alert(row: dict[str, Any]) -> dict[str, Any]:
    """An alert as a history has it: every column, empty or not."""
    return {
        "id": row["msdyn_iotalertid"],
        "description": row.get("msdyn_description"),
        "alert_time": iso(row.get("msdyn_alerttime")),
        "type": label("msdyn_iotalert", row, "msdyn_alerttype"),
        "data": row.get("msdyn_alertdata"),
        "priority_score": row.get("msdyn_alertpriorityscore"),
        "suggested_priority": label("msdyn_iotalert", row, "msdyn_suggestedpriority"),
        "customer_asset": target(row, "msdyn_customerasset"),
        "device": name(row, "msdyn_device"),
        "device_id": row.get("msdyn_deviceid"),
        "parent_alert": target(row, "msdyn_parentalert"),
        "work_order": target(row, "msdyn_workorder"),
        "token": row.get("msdyn_alerttoken"),
        "url": row.get("msdyn_alerturl"),
        "state": label("msdyn_iotalert", row, "statecode"),
        "status": label("msdyn_iotalert", row, "statuscode"),
        "created": iso(row["createdon"]),
    }
