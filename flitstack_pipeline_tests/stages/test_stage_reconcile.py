"""Reading back and comparing, and the verdict with its exit code."""

import json

import pytest
from support.project import MAP, MIGRATION, Project
from support.running import extract, opened, settle
from support.toy_odoo import FILES, toy_odoo

from flitstack_pipeline.errors import ConfigurationError, GateClosed, Problem
from flitstack_pipeline.ledger.records import MappedRecord, RowOutcome
from flitstack_pipeline.odoo.keys import KEY_FIELD, record_key
from flitstack_pipeline.odoo.resolve import Resolved
from flitstack_pipeline.stages.accounts import account_for_rest
from flitstack_pipeline.stages.conclude import conclude
from flitstack_pipeline.stages.reconcile import reconcile
from flitstack_pipeline.stages.result import (
    EXIT_DONE,
    EXIT_FAILED,
    EXIT_TOLERANCE,
    ModelFigures,
    VerbResult,
    failed_result,
)
from flitstack_pipeline.stages.verification import verify_once

CLEAN = {
    "customers": FILES["customers"].replace("CEM@toy.example,XX", "cem@toy.example,AU"),
    "jobs": "job_id,customer_id,title,status\nJ1,1,Clean,open\nJ2,2,Mow,open\n",
}


@pytest.fixture
def project(tmp_path):
    made = Project(tmp_path)
    made.map(MAP)
    made.migration()
    made.files(**{**FILES, **CLEAN})
    return made


@pytest.fixture
def migrated(project):
    """Open a run on an Odoo that holds what the map says, but for what a test changes in it.

    Customers 1 and 3 were created, 2 was linked; both jobs were created.
    """
    odoo = toy_odoo()

    def make(migration: str = MIGRATION, run_id: str = "run-1"):
        project.migration(migration)
        return opened(project, odoo, run_id)

    with make() as run:
        extract(run)
        for model in run.compiled.schema.fields:
            odoo.schema[model.model] = {
                **odoo.schema[model.model],
                model.name: {"type": model.new.type, "string": model.new.label},
            }
    with make() as run:
        ids = {"customer": {"1": 60, "2": 50, "3": 61}, "job": {"J1": 70, "J2": 71}}
        for name, known in ids.items():
            records = run.compiled.record_sets()[name]
            for batch in run.prepared(records):
                ready = [item for item in batch if item.source_id in known]
                for result in run.resolver.resolve(records, ready):
                    assert isinstance(result, Resolved)
                    res_id = known[result.source_id]
                    origin = "linked" if res_id == 50 else "created"
                    if origin == "created":
                        values = {**result.values, KEY_FIELD: record_key("toy-co", name, result.source_id)}
                        odoo.add(records.model, {"id": res_id, **values})
                    run.ledger.save_mapped(
                        run.id, [MappedRecord(name, result.source_id, records.model, res_id, origin, {}, "")]
                    )
        account_for_rest(run, made=())
        settle(run)
    make.odoo = odoo
    return make


# -- one model --------------------------------------------------------------------------------------------------------------


def test_a_model_that_agrees(migrated):
    with migrated() as run:
        found = verify_once(run, "partners")

    assert found.figures == ModelFigures(records=3, values_compared=11)
    assert (found.failures, found.differences()) == ((), [])
    assert [(i.record_set, i.in_ledger, i.in_odoo, i.agrees) for i in found.identities] == [("customer", 2, 2, True)]
    assert found.fields["customer.name"] == {
        "label": "Name",
        "type": "char",
        "compared": 2,
        "filled": 2,
        "different": 0,
        "accepted": 0,
        "unexplained": 0,
    }
    assert list(found.tallies["field"]) == [
        f"customer.{f}" for f in ("name", "email", "is_company", "country_id", "x_toy_id")
    ]


def test_a_model_that_does_not_agree(migrated):
    migrated.odoo.records["res.partner"][60].update(name="Anna", country_id=7)
    migrated.odoo.records["res.partner"][99] = {"id": 99, KEY_FIELD: "toy-co/customer/8"}
    del migrated.odoo.records["res.partner"][61]

    with migrated() as run:
        found = verify_once(run, "partners")

    told = {(d.source_id, d.field): (d.expected, d.actual) for d in found.differences()}
    assert told == {
        ("1", "name"): ("Ann", "Anna"),
        ("1", "country_id"): ("13", "7"),
        ("3", "(record)"): ("there", "not in Odoo any more"),
    }
    assert found.figures.differences == 3
    assert [i.in_odoo for i in found.identities] == [2], "one gone, one too many: the numbers alone would agree"
    assert len(found.differences(limit=2)) == 2


def test_one_reading_of_odoo_serves_a_whole_run(migrated):
    with migrated() as run:
        first = verify_once(run, "partners")
        calls = len(migrated.odoo.calls)
        again = verify_once(run, "partners")
        assert len(migrated.odoo.calls) == calls
    with migrated(run_id="run-2") as run:
        later = verify_once(run, "partners")

    assert len(migrated.odoo.calls) > calls, "another run reads anew"
    assert (first.figures, list(first.fields), first.identities) == (
        again.figures,
        list(again.fields),
        again.identities,
    )
    assert first.tallies.equals(again.tallies)
    assert (again.run_id, later.run_id) == ("run-1", "run-2")


def test_values_of_the_wrong_kind_are_found(migrated):
    migrated.odoo.records["res.partner"][60]["name"] = 7

    with migrated() as run:
        found = verify_once(run, "partners")
        kept = verify_once(run, "partners")

    assert [(f.source_id, f.column, f.check) for f in found.failures] == [("1", "name", "is a char")]
    assert kept.failures == found.failures


def test_a_model_that_odoo_does_not_have_is_not_read(migrated):
    del migrated.odoo.schema["crm.lead"]

    with migrated() as run:
        found = verify_once(run, "leads")

    assert (found.figures, found.identities, found.differences()) == (ModelFigures(), (), [])


# -- the verdict ------------------------------------------------------------------------------------------------------------

TOLERANT = MIGRATION + "tolerance: {differences: 1}\n"
ACCEPTED = (
    MIGRATION + 'accepted_differences:\n  - {records: customer, id: "1", field: name, why: she calls herself Anna}\n'
)


def verdict(migrated, migration: str = MIGRATION) -> VerbResult:
    with migrated(migration) as run:
        return reconcile(run)


def test_both_sides_agree(migrated):
    result = verdict(migrated)

    assert (result.ok, result.exit_code, result.problems) == (True, EXIT_DONE, ())
    assert (
        result.summary
        == "17 values of 5 records compared: 0 unexplained differences, 0 accepted; every row is accounted for"
    )
    assert set(result.models) == {"partners", "leads"}
    assert result.next_step == "flitstack status toy-co"


def test_unexplained_differences_are_beyond_the_tolerance(migrated):
    migrated.odoo.records["res.partner"][60]["name"] = "Anna"

    result = verdict(migrated)

    assert (result.ok, result.exit_code) == (False, EXIT_TOLERANCE)
    assert result.problems == ("1 unexplained differences, 0 are tolerated",)
    assert result.details["differences"]["partners"][0]["actual"] == "Anna"
    assert result.next_step == "open the report and look at each difference"


def test_differences_may_be_tolerated_in_number(migrated):
    migrated.odoo.records["res.partner"][60]["name"] = "Anna"

    assert verdict(migrated, TOLERANT).exit_code == EXIT_DONE

    migrated.odoo.records["res.partner"][61]["name"] = "Jem"
    with migrated(TOLERANT, "run-2") as run:
        assert reconcile(run).exit_code == EXIT_TOLERANCE


def test_differences_may_be_accepted_one_by_one(migrated):
    migrated.odoo.records["res.partner"][60]["name"] = "Anna"

    result = verdict(migrated, ACCEPTED)

    assert (result.ok, result.exit_code, result.problems) == (True, EXIT_DONE, ())
    assert result.models["partners"] == ModelFigures(records=3, values_compared=11, differences=0, accepted=1)


def test_an_acceptance_that_explains_nothing_is_said(migrated):
    result = verdict(migrated, ACCEPTED)

    assert (result.ok, result.exit_code) == (True, EXIT_DONE)
    assert result.problems == (
        "the accepted difference customer 1 name does not occur (any more); take it out of the migration's file",
    )


HARD = {
    "a lost record": lambda odoo, run: odoo.records["res.partner"][60].update({KEY_FIELD: False}),
    "a doubled record": lambda odoo, run: odoo.add("res.partner", {"id": 99, KEY_FIELD: "toy-co/customer/1"}),
    "a value of the wrong kind": lambda odoo, run: odoo.records["res.partner"][60].update(name=7),
    "a row without an outcome": lambda odoo, run: run.ledger.clear_outcomes(run.id, "gps"),
    "an outcome without a row": lambda odoo, run: run.ledger.save_outcomes(
        run.id, "run-1", [RowOutcome("gps", "v7#1", "excluded", "made up")]
    ),
}


@pytest.mark.parametrize("case", HARD)
def test_no_tolerance_covers_what_is_lost(migrated, case):
    with migrated(MIGRATION + "tolerance: {differences: 1000}\n") as run:
        HARD[case](migrated.odoo, run)

        result = reconcile(run)

    assert (result.ok, result.exit_code) == (False, EXIT_FAILED)
    expected = {
        "a lost record": "customer: the ledger has 2 records, Odoo has 1 under its keys",
        "a doubled record": "customer: the ledger has 2 records, Odoo has 3 under its keys",
        "a value of the wrong kind": "name of 1: 7 (is a char)",
        "a row without an outcome": "gps: 2 rows were extracted but 0 are accounted for",
        "an outcome without a row": "gps: 2 rows were extracted but 3 are accounted for",
    }
    assert expected[case] in result.problems


def test_records_of_another_migration_are_not_counted(project, migrated):
    """An underscore stands for any character where Odoo is asked for keys that begin alike."""
    project.migration(MIGRATION, "toy_co")

    with opened(project, migrated.odoo, name="toy_co") as run:
        extract(run)
        found = verify_once(run, "partners")

    assert [(i.in_ledger, i.in_odoo) for i in found.identities] == [(0, 0)]


def test_records_of_another_record_set_are_not_counted(migrated):
    migrated.odoo.add("res.partner", {"id": 99, KEY_FIELD: "toy-co/customer_2/1"})

    assert verdict(migrated).exit_code == EXIT_DONE


# -- results ----------------------------------------------------------------------------------------------------------------


def test_a_concluded_result_has_a_report_and_is_in_the_ledger(migrated):
    migrated.odoo.records["res.partner"][60]["name"] = "Anna"
    with migrated() as run:
        result = conclude(run, reconcile(run))

        (report,) = result.reports
        assert report == str(run.reports / "reconcile.html")
        assert "Toy Co" in (run.reports / "reconcile.html").read_text("utf-8")
        saved = run.ledger.last_result(run.id, "reconcile")

    assert (saved.ok, saved.run_id) == (False, "run-1")
    assert VerbResult.from_record(json.loads(json.dumps(saved.result))).as_record() == result.as_record()


def test_the_stable_form_of_a_result(migrated):
    result = verdict(migrated)

    assert list(result.as_json()) == ["migration", "verb", "run_id", "ok", "objects", "models", "reports", "problems"]
    assert json.loads(json.dumps(result.as_json()))["objects"]["gps"]["excluded"] == 2


def test_a_verb_that_ended_in_an_error_has_a_result_too(project):
    listed = failed_result(
        "m", "r", "plan", ConfigurationError([Problem("a.yaml:1: b", "is wrong", "do c"), Problem("d", "too")])
    )
    single = failed_result("m", "r", "load", GateClosed("first line\nsecond", hint="approve it"))

    assert (listed.ok, listed.exit_code, listed.problems) == (False, 2, ("a.yaml:1: b: is wrong (do c)", "d: too"))
    assert (single.exit_code, single.problems, single.summary) == (3, ("first line\nsecond",), "first line")
    assert single.next_step == "approve it"
