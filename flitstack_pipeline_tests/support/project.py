"""A project in a folder of its own: maps, migration files and an export, all of them tiny."""

from pathlib import Path

from flitstack_pipeline.mapping.loading import load_migration, load_system
from flitstack_pipeline.mapping.migration import Migration
from flitstack_pipeline.mapping.spec import SystemMap
from flitstack_pipeline.settings import Settings

MAP = """\
system: toy
title: Toy
reader: exports

objects:
  customer:
    files: customers
    key: customer_id
    columns:
      customer_id: {type: id, required: true}
      name: {}
      kind: {}
      email: {}
      country: {}
      joined: {type: date}
      credit: {type: decimal}
      parent: {type: id}
  job:
    files: jobs
    key: job_id
    columns:
      job_id: {type: id}
      customer_id: {type: id}
      title: {}
      status: {}
  task:
    files: tasks
    key: [job_id, number]
    optional: true
    columns:
      job_id: {type: id}
      number: {type: integer}
      text: {}
      hours: {type: decimal}
  gps:
    files: gps
    key: {number_within: van}
    optional: true
    columns: {van: {type: id}}
    migrates: false
    reason: nobody needs it

models:
  partners:
    model: res.partner
    module: contacts
    records:
      customer:
        from: customer
        match: [{by: email}]
        fields:
          name: {from: name, required: true}
          email: email
          is_company: {from: kind, values: {Business: true, Personal: false}}
          country_id: {from: country, lookup: {model: res.country, by: code}}
          x_toy_id: {from: customer_id, create: {type: char, label: Toy id}}
  leads:
    model: crm.lead
    module: crm
    records:
      job:
        from: job
        joins: {owner: {object: customer, on: customer_id}}
        fields:
          name: {from: title, transform: strip, default: Job}
          partner_id: {from: customer_id, lookup: {records: customer}}
          description:
            merge: {from: task, parent: job_id, order_by: number, template: "{number}. {text}"}
"""

MIGRATION = """\
system: toy
title: Toy Co
source:
  folder: export
  timezone: UTC
  date_order: {"*": YMD}
target:
  sandbox: {}
"""


class Project:
    """Maps in `mappings/systems`, migration files in `mappings/migrations`, an export in `export`."""

    def __init__(self, root: Path) -> None:
        self.settings = Settings(root=root, home=root / "home", cache=root / "cache")
        for folder in (self.settings.systems_dir, self.settings.migrations_dir, self.export):
            folder.mkdir(parents=True)
        (root / "workspace.yaml").touch()

    @property
    def export(self) -> Path:
        return self.settings.root / "export"

    def map(self, text: str, name: str = "toy") -> Path:
        """Write a system's map."""
        path = self.settings.systems_dir / f"{name}.yaml"
        path.write_text(text, "utf-8")
        return path

    def migration(self, text: str = MIGRATION, name: str = "toy-co") -> Path:
        """Write a migration file."""
        path = self.settings.migrations_dir / f"{name}.yaml"
        path.write_text(text, "utf-8")
        return path

    def files(self, **texts: str) -> None:
        """Write CSV files of the export by their stems."""
        for stem, text in texts.items():
            (self.export / f"{stem}.csv").write_text(text, "utf-8")

    def system(self, name: str = "toy") -> SystemMap:
        """Read a system's map."""
        return load_system(self.settings.systems_dir / f"{name}.yaml")

    def load(self, name: str = "toy-co") -> tuple[Migration, SystemMap]:
        """Read a migration file and its map."""
        return load_migration(self.settings, name)


def line_of(text: str, part: str) -> int:
    """The number of the first line that holds a text."""
    return next(n for n, line in enumerate(text.splitlines(), 1) if part in line)
