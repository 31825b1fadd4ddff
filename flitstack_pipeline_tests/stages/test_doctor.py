"""The doctor without Odoo: source, ledger, and how checks are run."""

import re
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from toy_migration import FILES, PASSWORD, Project

from flitstack_pipeline.errors import TransientError
from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.stages import doctor as package
from flitstack_pipeline.stages.doctor import BLOCKING, OK, WARNING
from flitstack_pipeline.stages.doctor.examination import Examination
from flitstack_pipeline.stages.doctor.findings import look, ok
from flitstack_pipeline.stages.result import EXIT_FAILED


@pytest.fixture
def project(tmp_path, monkeypatch) -> Project:
    return Project(tmp_path, monkeypatch)


# -- source and ledger: no Odoo is needed, and none is there ---------------------------------------

NOWHERE = OdooAccess(url="http://127.0.0.1:9", database="none", login="admin", password="nobody-s-password")


def test_without_a_connection_the_rest_is_still_checked(project):
    project.target(NOWHERE)
    diagnosis = project.doctor()
    assert diagnosis.bad(BLOCKING) == {"odoo.connection"}
    assert diagnosis.one("odoo.connection", BLOCKING)["todo"]
    assert diagnosis.of("source.files", OK)
    assert diagnosis.of("ledger.reachable", OK)
    result = diagnosis.result
    assert (result.ok, result.exit_code, result.next_step) == (False, EXIT_FAILED, "flitstack doctor toy-co")
    assert NOWHERE.password not in repr(result)


def test_a_secret_that_is_not_set_is_a_reason_for_no_connection(project, monkeypatch):
    project.target(NOWHERE)
    monkeypatch.delenv(PASSWORD)
    assert PASSWORD in project.doctor().one("odoo.connection", BLOCKING)["text"]


def test_a_missing_export_folder(project):
    project.target(NOWHERE)
    project.export.rename(project.folder / "elsewhere")
    diagnosis = project.doctor()
    assert diagnosis.one("source.folder", BLOCKING)
    assert diagnosis.of("ledger.reachable", OK)


def test_an_empty_export_folder(project):
    project.target(NOWHERE)
    for name in FILES:
        (project.export / name).unlink()
    assert "empty" in project.doctor().one("source.folder", BLOCKING)["text"]


def test_files_that_are_missing_unreadable_or_of_no_object(project):
    project.target(NOWHERE)
    (project.export / "jobs.csv").unlink()
    (project.export / "invoices.csv").write_bytes(b"")
    (project.export / "customers.csv").write_text("customer_id,email\n1,a@toy.example\n")
    (project.export / "suppliers.csv").write_text("id,name\n1,Eve\n")
    diagnosis = project.doctor()
    assert "object job" in diagnosis.one("source.objects", BLOCKING)["text"]
    assert "remark" in diagnosis.one("source.objects", OK)["text"]
    empty, headless = sorted(diagnosis.of("source.files", BLOCKING), reverse=True)
    assert "invoices.csv" in empty
    assert "customers.csv" in headless
    assert "name" in headless
    assert "suppliers.csv" in diagnosis.one("source.unknown_files", WARNING)["text"]


def test_an_old_export_and_no_time_zone(project):
    project.target(NOWHERE, timezone="")
    diagnosis = project.doctor(now=datetime.now(UTC) + timedelta(days=45))
    assert "45 days" in diagnosis.one("source.age", WARNING)["text"]
    assert "job.starts" in diagnosis.one("source.timezone", WARNING)["text"]
    project.target(NOWHERE, timezone="Australia/Sidney")
    assert "Sidney" in project.doctor().one("source.settings", BLOCKING)["text"]


def test_too_little_disk(project, monkeypatch):
    project.target(NOWHERE)
    for free, level in ((10, BLOCKING), (10_000, WARNING)):
        usage = shutil._ntuple_diskusage(total=10**12, used=0, free=free)
        monkeypatch.setattr(shutil, "disk_usage", lambda _, usage=usage: usage)
        diagnosis = project.doctor()
        assert diagnosis.one("source.disk", level)["todo"]
        assert diagnosis.one("ledger.disk", WARNING)["todo"]


def test_calls_that_a_killed_run_left_open_and_a_forged_audit_log(project):
    project.target(NOWHERE)
    with project.run() as run:
        run.ledger.open_intent(
            run.id, "run-0", model="crm.lead", record_set="jobs", op="create", keys=["toy-co/jobs/J1"]
        )
        run.ledger.append(run.id, "run-0", "load started", {"rows": 3})
    assert "create of 1 in crm.lead" in project.doctor().one("ledger.open_calls", WARNING)["text"]
    with closing(sqlite3.connect(project.settings.home / "ledger.sqlite")) as connection, connection:
        connection.execute("update flitstack_audit set detail_json = '{\"rows\": 4}'")
    assert "entry 1" in project.doctor().one("ledger.audit", BLOCKING)["text"]


# -- how checks are run ----------------------------------------------------------------------------


def test_a_check_that_breaks_says_so_and_keeps_what_it_found():
    def breaks(_):
        yield ok("a.b", "first")
        raise TransientError("Odoo is away")

    found, broke = look("a", breaks, None)
    assert [(f.level, f.check) for f in found] == [(OK, "a.b"), (BLOCKING, "a")]
    assert "Odoo is away" in found[1].text
    assert isinstance(broke, TransientError)

    def unreadable(_):
        raise PermissionError(13, "Permission denied", "jobs.csv")
        yield

    ((finding,), broke) = look("a", unreadable, None)
    assert finding.level == BLOCKING
    assert "jobs.csv: Permission denied" in finding.text

    def bug(_):
        raise AttributeError("no such thing")
        yield

    with pytest.raises(AttributeError):
        look("a", bug, None)


@pytest.mark.parametrize(
    ("major", "rights", "group"),
    [
        (16, ("check_access_rights", None, {"operation": "unlink", "raise_exception": False}), None),
        (18, ("has_access", [], {"operation": "unlink"}), [7]),
    ],
)
def test_rights_are_asked_for_as_each_version_has_it(major, rights, group):
    asked = []

    class Client:
        version, uid = SimpleNamespace(major=major), 7

        def call(self, model, method, *, ids=None, retry, **named):
            asked.append((method, ids, named))
            return True

    examination = Examination(SimpleNamespace(client=Client()), datetime.now(UTC))
    assert examination.may("crm.lead", "unlink") is True
    assert examination.in_group("base.group_system") is True
    assert asked == [rights, ("has_group", group, {"group_ext_id": "base.group_system"})]


# -- documentation ---------------------------------------------------------------------------------


def test_every_check_is_documented():
    code = "".join(p.read_text() for p in Path(package.__file__).parent.glob("*.py"))
    named = set(
        re.findall(r'"((?:source|ledger|odoo|user|apps|schema|accounting|automation|values|people)\.[a-z_]+)"', code)
    )
    documented = set(re.findall(r"`([a-z]+\.[a-z_]+)`", (Path(__file__).parents[2] / "docs" / "doctor.md").read_text()))
    assert len(named) > 30
    assert named - documented - {"account.journal"} == set()
