"""The plan and its dry run, the gate that it opens, and the list of rows that a person should look at."""

import pytest
from support.odoo import FakeOdoo
from support.project import MAP, Project
from support.running import extract, opened
from support.toy_odoo import FILES, toy_odoo

from flitstack_pipeline.errors import ConfigurationError, GateClosed
from flitstack_pipeline.ledger.records import MappedRecord
from flitstack_pipeline.stages.approve import approve, require_approval
from flitstack_pipeline.stages.conclude import conclude
from flitstack_pipeline.stages.plan import plan
from flitstack_pipeline.stages.result import VerbResult
from flitstack_pipeline.stages.review import review_list


@pytest.fixture
def project(tmp_path):
    made = Project(tmp_path)
    made.map(MAP)
    made.migration()
    made.files(**FILES)
    return made


@pytest.fixture
def run(project):
    with opened(project, toy_odoo()) as opened_run:
        extract(opened_run)
        yield opened_run


# -- plan -------------------------------------------------------------------------------------------------------------------


def test_a_plan_needs_an_inventory(project):
    with opened(project, toy_odoo()) as run, pytest.raises(ConfigurationError) as error:
        plan(run)

    assert "these objects have not been extracted: customer, job, task, gps" in str(error.value)
    assert "run `flitstack inventory toy-co` first" in str(error.value)


def test_what_a_load_would_do_is_predicted(run):
    result = plan(run)

    assert result.ok
    assert result.details["predicted"] == {
        "customer": {"quarantined": 1, "unchanged": 1, "created": 1, "held": 1},
        "job": {"created": 1, "held": 2},
    }
    told = {
        (e["records"], e["id"]): (e["outcome"], e["at"], e["field"], e["reason"]) for e in result.details["will_not_go"]
    }
    assert told == {
        ("customer", "4"): ("quarantined", "customers.csv row 5", "name", "is empty, and must not be (from name)"),
        ("customer", "3"): ("held", "customers.csv row 4", "country_id", "Odoo has no res.country with code 'XX'"),
        ("job", "J2"): ("held", "jobs.csv row 3", "partner_id", "waits for customer 4, which is not in Odoo"),
        ("job", "J3"): ("held", "jobs.csv row 4", "partner_id", "waits for customer 9, which is not in Odoo"),
    }


def test_a_plan_says_what_a_person_approves(run):
    details = plan(run).details

    assert details["plan_hash"] == run.compiled.hash
    assert details["schema_missing"] == [
        "res.partner.x_flitstack_key",
        "res.partner.x_toy_id",
        "crm.lead.x_flitstack_key",
    ]
    assert [(m["name"], m["records"]) for m in details["order"]] == [("partners", ["customer"]), ("leads", ["job"])]
    assert {(f["field"], f["type"], f["from"], f["new"]) for f in details["fields"]["job"]} == {
        ("name", "char", "title", False),
        ("partner_id", "many2one", "customer_id", False),
        ("description", "text", "merge", False),
    }


def test_a_plan_writes_nothing(run):
    plan(run)

    assert {method for _, method in run.client.calls} == {"search_read"}
    assert run.ledger.count_mapped(run.id) == {}
    assert run.ledger.count_outcomes(run.id) == {}


def test_what_is_loaded_already_is_predicted_as_it_is(run):
    records = run.compiled.record_sets()["customer"]
    (resolved,) = run.resolver.resolve(records, [next(run.prepared(records))[0]])
    run.ledger.save_mapped(
        run.id, [MappedRecord("customer", "1", "res.partner", 60, "created", {}, resolved.fingerprint)]
    )
    same = plan(run).details["predicted"]["customer"]
    run.ledger.save_mapped(run.id, [MappedRecord("customer", "1", "res.partner", 60, "created", {}, "other")])
    changed = plan(run).details["predicted"]["customer"]

    assert (same["unchanged"], same.get("created", 0)) == (2, 0)
    assert (changed["updated"], changed["unchanged"]) == (1, 1)


def test_records_that_wait_for_records_of_their_own_set(project):
    project.map(
        MAP.replace("email: email", "parent_id: {from: parent, lookup: {records: customer}}").replace(
            "match: [{by: email}]", "title: C"
        )
    )
    project.files(
        customers="customer_id,name,kind,email,country,joined,credit,parent\n"
        "1,a,,,,,,2\n2,b,,,,,,3\n3,c,,,,,,\n4,d,,,,,,5\n5,e,,,,,,4\n6,f,,,,,,9\n7,g,,,,,,6\n"
    )
    odoo = toy_odoo()
    odoo.schema["res.partner"]["parent_id"] = {"type": "many2one", "relation": "res.partner"}

    with opened(project, odoo) as run:
        extract(run)
        result = plan(run)

    assert result.details["predicted"]["customer"] == {"created": 3, "quarantined": 2, "held": 2}
    reasons = {e["id"]: e["reason"] for e in result.details["will_not_go"] if e["records"] == "customer"}
    assert "circle: 4 → 5 → 4" in reasons["4"]
    assert "customer 9" in reasons["6"]


def test_references_that_are_left_empty_are_listed(project):
    project.map(MAP.replace("by: code}", "by: code, missing: empty}"))

    with opened(project, toy_odoo()) as run:
        extract(run)
        result = plan(run)

    assert result.details["left_empty"] == ["res.country with code 'XX'"]
    assert "held" not in result.details["predicted"]["customer"]


def test_rows_of_a_model_that_odoo_does_not_have_are_excluded(project):
    odoo = toy_odoo()
    del odoo.schema["res.partner"]

    with opened(project, odoo) as run:
        extract(run)
        result = plan(run)

    assert result.details["predicted"]["customer"] == {"excluded": 4}
    assert result.details["predicted"]["job"] == {"created": 3}, "what referred to them is left empty"
    assert {note["kind"] for note in result.details["notes"]} == {"absent"}


# -- the gate ---------------------------------------------------------------------------------------------------------------


def shown(run) -> VerbResult:
    return conclude(run, plan(run))


def test_a_load_needs_an_approval(run):
    with pytest.raises(GateClosed, match="nobody has approved the map of toy-co"):
        require_approval(run)


def test_an_approval_needs_a_plan_that_was_shown(run):
    with pytest.raises(GateClosed, match="nobody has seen a plan of toy-co yet"):
        approve(run, who="Jo Doe", comment="")


@pytest.mark.parametrize("who", ["", "  "])
def test_an_approval_needs_a_name(run, who):
    shown(run)

    with pytest.raises(GateClosed, match="an approval needs a name"):
        approve(run, who=who, comment="")


def test_what_was_approved_may_be_loaded(run):
    before = shown(run)

    result = approve(run, who=" Jo Doe ", comment="fine")

    assert before.next_step == "flitstack approve toy-co --who 'your name'"
    assert (result.ok, result.next_step) == (True, "flitstack load toy-co")
    require_approval(run)
    approval = run.ledger.approval(run.id, "map")
    assert (approval.who, approval.comment, approval.plan_hash) == ("Jo Doe", "fine", run.compiled.hash)
    assert plan(run).details["approved_by"] == "Jo Doe"
    assert plan(run).next_step == "flitstack load toy-co"


def changed(project, odoo: FakeOdoo | None = None):
    """The next run, after somebody has changed the map."""
    project.map(MAP.replace("default: Job", "default: Visit"))
    return opened(project, odoo or toy_odoo(), "run-2")


def test_another_plan_than_the_one_shown_cannot_be_approved(run, project):
    shown(run)

    with changed(project) as later, pytest.raises(GateClosed, match="the plan has changed since it was last shown"):
        approve(later, who="Jo", comment="")


def test_another_plan_than_the_one_approved_is_not_loaded(run, project):
    shown(run)
    approve(run, who="Jo Doe", comment="")

    with changed(project) as later:
        with pytest.raises(GateClosed) as error:
            require_approval(later)
        drift = plan(later).details["changed_since_approval"]

    assert "the plan of toy-co is not the one that Jo Doe approved on " in str(error.value)
    assert 'changed models.leads.records.job.rules.fields.name[0].default: "Job" -> "Visit"' in str(error.value)
    assert drift == ['changed models.leads.records.job.rules.fields.name[0].default: "Job" -> "Visit"']
    assert error.value.exit_code == 3


def test_another_database_is_another_plan(run, project):
    shown(run)
    approve(run, who="Jo Doe", comment="")
    other = toy_odoo()
    other.database_uuid = "uuid-2"

    with opened(project, other, "run-2") as later, pytest.raises(GateClosed, match=r"changed target\.uuid"):
        require_approval(later)


# -- rows to look at --------------------------------------------------------------------------------------------------------

REVIEW = """\
        match: [{by: email}]
        review:
          - {column: email, what: empty, say: has no e-mail address}
          - {column: email, what: invalid, transform: email, say: has no valid e-mail address}
          - {column: email, what: shared, transform: email_key, say: shares its address}
          - {column: credit, what: shared, say: has the same credit}
"""


def reviewed(project, emails, odoo=None):
    project.map(MAP.replace("        match: [{by: email}]\n", REVIEW))
    rows = (f"{n},Name,Personal,{email},AU,,{credit},\n" for n, (email, credit) in enumerate(emails, 1))
    project.files(customers=FILES["customers"].splitlines()[0] + "\n" + "".join(rows))
    with opened(project, odoo or toy_odoo()) as run:
        extract(run)
        return review_list(run)


def test_rows_that_a_person_should_look_at(project):
    found = reviewed(
        project,
        [("", ""), ("ann@toy.example", "5"), ("not one", ""), ("Ann@Toy.example ", "5.00"), ("bob@toy.example", "6")],
    )

    assert [(f["source_id"], f["what"], f["value"]) for f in found] == [
        ("1", "empty", ""),
        ("3", "invalid", "not one"),
        ("2", "shared", "ann@toy.example"),
        ("4", "shared", "Ann@Toy.example "),
        ("2", "shared", "5"),
        ("4", "shared", "5"),
    ]
    assert found[0] == {
        "object": "customer",
        "source_id": "1",
        "file": "customers.csv",
        "row": 2,
        "column": "email",
        "value": "",
        "what": "empty",
        "say": "has no e-mail address",
    }


def test_rows_that_do_not_migrate_need_no_look(project):
    odoo = toy_odoo()
    del odoo.schema["res.partner"]

    assert reviewed(project, [("", "")], odoo) == []
