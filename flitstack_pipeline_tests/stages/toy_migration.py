"""A migration of a toy system in a folder of its own, and what the doctor says of it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.settings import Settings
from flitstack_pipeline.stages.doctor import BLOCKING, OK, WARNING, doctor
from flitstack_pipeline.stages.result import VerbResult
from flitstack_pipeline.stages.run import MigrationRun

KEY, PASSWORD = "DOCTOR_TEST_KEY", "DOCTOR_TEST_PASSWORD"

MAP = """
system: toy
title: Toy
reader: exports
objects:
  customer:
    title: Customer
    files: [customers]
    key: [customer_id]
    columns: {customer_id: {type: id}, name: {required: true}, email: {}, country: {}}
  job:
    title: Job
    files: [jobs]
    key: [job_id]
    columns: {job_id: {type: id}, customer_id: {type: id}, title: {}, owner: {}, starts: {type: datetime}}
  invoice:
    title: Invoice
    files: [invoices]
    key: [number]
    columns: {number: {type: id}, customer_id: {type: id}, issued: {type: date}}
  line:
    title: Invoice line
    files: [lines]
    key: [line_id]
    columns: {line_id: {type: id}, number: {type: id}, text: {}, price: {type: decimal}, gst: {type: decimal}}
  remark:
    files: [remarks]
    key: [id]
    columns: {id: {type: id}}
    optional: true
    migrates: false
    reason: nobody needs them
models:
  contacts:
    model: res.partner
    module: contacts
    records:
      customers:
        from: customer
        fields:
          name: name
          email: email
          country_id: {from: country, lookup: {model: res.country, by: [name], missing: empty}}
          x_toy_id: {from: customer_id, create: {type: char, label: Toy id}}
  opportunities:
    model: crm.lead
    module: crm
    records:
      jobs:
        from: job
        owner: [user_id]
        fields:
          name: title
          partner_id: {from: customer_id, lookup: {records: customers}}
          user_id: {from: owner, lookup: {model: res.users, by: [login]}}
  invoices:
    model: account.move
    module: account
    records:
      invoices:
        from: invoice
        fields:
          move_type: {value: out_invoice}
          name: number
          partner_id: {from: customer_id, lookup: {records: customers}, required: true}
          invoice_date: issued
          invoice_line_ids:
            lines:
              from: line
              parent: number
              fields:
                name: text
                price_unit: price
                tax_ids:
                  from: gst
                  lookup:
                    model: account.tax
                    by: [amount]
                    domain: [[type_tax_use, "=", sale], [amount_type, "=", percent], [price_include, "=", false]]
                    many: true
"""

FILES = {
    "customers.csv": "customer_id,name,email,country\n1,Ann,ann@toy.example,Australia\n2,Bob,,Atlantis\n",
    "jobs.csv": "job_id,customer_id,title,owner,starts\n"
    "J1,1,Clean,admin,2024-03-25 09:00\n"
    "J2,2,Mow,gone@toy.example,2024-03-26 09:00\nJ3,2,Mow,gone@toy.example,2024-04-26 09:00\n",
    "invoices.csv": "number,customer_id,issued\nA1,1,2024-03-25\nA2,2,2025-07-13\n",
    "lines.csv": "line_id,number,text,price,gst\n1,A1,Cleaning,100.00,10\n2,A2,Mowing,50.00,10\n3,A2,Rake,20.00,12.5\n",
}


class Project:
    """A migration of a toy system in a folder of its own, into the given Odoo."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.id = "toy-co"
        self.folder = folder
        self._environment = monkeypatch
        self.settings = Settings(root=folder, home=folder / "home", cache=folder / "cache")
        self.export = folder / "export"
        for place in (self.export, self.settings.systems_dir, self.settings.migrations_dir, self.settings.home):
            place.mkdir(parents=True)
        for name, text in FILES.items():
            (self.export / name).write_text(text)
        self.map(MAP)

    def map(self, text: str) -> None:
        (self.settings.systems_dir / "toy.yaml").write_text(text)

    def target(
        self, access: OdooAccess, more: str = "", *, login: str = "admin", timezone: str = "Australia/Sydney"
    ) -> None:
        self._environment.setenv(KEY, access.api_key)
        self._environment.setenv(PASSWORD, access.password)
        secret = f"api_key_env: {KEY}" if access.api_key else f"password_env: {PASSWORD}"
        zone = f"timezone: {timezone}" if timezone else ""
        text = f"""
system: toy
title: Toy Co
source:
  folder: export
  date_order: {{"*": YMD}}
  {zone}
target: {{url: "{access.url}", database: {access.database}, login: {login}, {secret}, protocol: {access.protocol}}}
{more}
"""
        (self.settings.migrations_dir / f"{self.id}.yaml").write_text(text)

    def run(self) -> MigrationRun:
        return MigrationRun(self.settings, self.id, "run-1")

    def extract(self) -> None:
        with self.run() as run:
            for name in run.system.objects:
                run.extract(name)

    def doctor(self, now: datetime | None = None) -> "Diagnosis":
        with self.run() as run:
            return Diagnosis(doctor(run, now=now))


@dataclass
class Diagnosis:
    result: VerbResult

    @property
    def findings(self) -> list[dict[str, str]]:
        return self.result.details["findings"]

    def of(self, check: str, *levels: str) -> list[str]:
        wanted = levels or (OK, WARNING, BLOCKING)
        return [f["text"] for f in self.findings if f["check"] == check and f["level"] in wanted]

    def one(self, check: str, level: str) -> dict[str, str]:
        (found,) = [f for f in self.findings if f["check"] == check and f["level"] == level]
        return found

    def bad(self, level: str) -> set[str]:
        return {f["check"] for f in self.findings if f["level"] == level}
