"""Tables and columns under the names that older descriptions give them are read like the real ones."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e_project import Project
from support import lakeside_org as org

from flitstack_pipeline.odoo.access import OdooAccess

TABLES = {
    "account": "msdyn_account",
    "contact": "msdyn_contact",
    "product": "msdyn_product",
    "msdyn_workorderservicetask": "msdyn_servicetask",
    "bookableresourcebooking": "msdyn_bookings",
}
COLUMNS = {"msdyn_systemstatus": "msdyn_workorderstatus", "msdyn_fieldserviceproducttype": "msdyn_productservicetype"}
OBJECTS = ("account", "contact", "product", "work_order", "service_task", "booking")


@pytest.fixture
def older(tmp_path: Path) -> Iterator[dict[str, Project]]:
    """The example as it is, and with older names; neither is migrated."""
    folder = tmp_path / "org"
    for file in sorted(p for p in org.ORG.rglob("*") if p.is_file() and p.suffix in (".json", ".jsonl")):
        path = file.relative_to(org.ORG)
        new = folder / path.with_name(f"{TABLES.get(path.stem, path.stem)}{path.suffix}")
        new.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(_renamed(file.read_text("utf-8"), path.stem), "utf-8")
    shutil.copytree(org.ORG / "files", folder / "files")
    shutil.move(folder / "files" / "product", folder / "files" / "msdyn_product")
    nowhere = OdooAccess(url="http://127.0.0.1:9", database="none", login="nobody", password="none")
    made = {}
    for name, source in (("real", org.ORG), ("older", folder)):
        settings = {"sandbox": str(source), "timezone": "America/Chicago", "country": "US", "calls_per_minute": 6000}
        made[name] = Project(tmp_path / name, nowhere, system="connect_field_service", source=settings, name=name)
    yield made
    for project in made.values():
        project.close()


def _renamed(text: str, table: str) -> str:
    if table in ("msdyn_workorder", "product"):
        for name, other in COLUMNS.items():
            text = text.replace(f'"{name}"', f'"{other}"')
    for name, other in TABLES.items():
        text = text.replace(f'"table": "{name}"', f'"table": "{other}"')
        if table == name:
            text = text.replace(f'"logical_name": "{name}"', f'"logical_name": "{other}"')
        if '"attributes"' in text:
            data = json.loads(text)
            for attribute in data["attributes"]:
                attribute["targets"] = [other if t == name else t for t in attribute.get("targets", ())]
            text = json.dumps(data)
    return text


def test_older_names_are_read_like_the_real_ones(older: dict[str, Project]) -> None:
    found = {}
    for name, project in older.items():
        with project.run() as run:
            found[name] = {
                o: (e.rows, e.rejected, {c.name for c in e.columns}) for o in OBJECTS for e in [run.extract(o)]
            }
            found[name]["status"] = [row["msdyn_systemstatus__label"] for row in run.rows_of("work_order")]
            found[name]["type"] = [row["msdyn_fieldserviceproducttype"] for row in run.rows_of("product")]
    assert found["older"] == found["real"]
    assert found["older"]["booking"][0] == len(org.rows("bookableresourcebooking"))
    assert "On Hold - Parts" in found["older"]["status"]
