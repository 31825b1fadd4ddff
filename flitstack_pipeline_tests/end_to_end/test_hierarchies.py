"""Customers that belong to customers: whatever their order in the file, however deep, and when the chain is broken."""

import random
from collections import Counter

import pytest
from e2e_subset import write_customers

pytestmark = pytest.mark.odoo

# Smaller than the families, so that parents and children are never in one batch by luck.
SMALL_BATCHES = "options: {batch_size: 7}"


def _customer(number: str, parent: str = "") -> dict[str, str]:
    return {"Customer ID": number, "Business Name": f"Company {number}", "Parent Customer ID": parent}


@pytest.mark.parametrize("seed", [1, 2])
def test_five_levels_in_random_order(tmp_path, new_project, crm_only, seed):
    parents: dict[str, str] = {}
    for family in range(4):
        for level in range(5):
            for sibling in range(1 + level):
                above = f"{family}{level - 1}{min(sibling, level - 1)}" if level else ""
                parents[f"{family}{level}{sibling}"] = above
    rows = [_customer(number, parent) for number, parent in parents.items()]
    random.Random(seed).shuffle(rows)
    project = new_project(crm_only, write_customers(tmp_path / "export", rows), name=f"deep{seed}", more=SMALL_BATCHES)

    result = project.migrate()

    assert len(parents) == 60
    assert result.objects["customer"].created == 60
    ids = project.ids("customer")
    with project.odoo() as odoo:
        found = {r["id"]: r["parent_id"] for r in odoo.read("res.partner", list(ids.values()), ["parent_id"])}
    assert {n: (found[ids[n]] or [None])[0] for n in parents} == {n: ids.get(p) for n, p in parents.items()}
    _agrees(project)


def test_a_missing_parent_holds_its_branch_until_it_arrives(tmp_path, new_project, crm_only):
    rows = [_customer("E", "D"), _customer("D", "C"), _customer("C", "B"), _customer("A"), _customer("Z")]
    export = write_customers(tmp_path / "export", rows)
    project = new_project(crm_only, export, name="branch", more=SMALL_BATCHES)

    predicted = _predicted(project)
    first = project.migrate().objects["customer"]

    assert (first.created, first.held) == (2, 3)
    assert predicted == {"created": 2, "held": 3}
    waits = "waits for customer B, which is not in the source"
    assert project.outcome("customer", "C") == ("held", "parent_id", waits)
    assert project.outcome("customer", "D") == ("held", "parent_id", f"waits for customer C, which is held: {waits}")
    assert project.outcome("customer", "E")[2].endswith(f"waits for customer C, which is held: {waits}")
    _agrees(project)

    write_customers(export, [*rows, _customer("B", "A")])
    project.verb("inventory")
    second = project.verb("load").objects["customer"]  # the map is the same, so its approval holds

    assert (second.created, second.unchanged, second.held) == (4, 2, 0)
    ids = project.ids("customer")
    with project.odoo() as odoo:
        found = {r["id"]: r["parent_id"][0] for r in odoo.read("res.partner", [ids[n] for n in "BCDE"], ["parent_id"])}
    assert found == {ids["B"]: ids["A"], ids["C"]: ids["B"], ids["D"]: ids["C"], ids["E"]: ids["D"]}
    _agrees(project)


def test_a_circle_is_named_and_holds_what_hangs_on_it(tmp_path, new_project, crm_only):
    rows = [
        _customer("below", "under-A"), _customer("under-A", "A"),
        _customer("A", "B"), _customer("B", "C"), _customer("C", "A"),
        _customer("own", "own"), _customer("fine"), _customer("under-fine", "fine"),
    ]  # fmt: skip
    project = new_project(crm_only, write_customers(tmp_path / "export", rows), name="circle", more=SMALL_BATCHES)

    predicted = _predicted(project)
    result = project.migrate()

    assert Counter(project.outcomes("customer").values()) == {"created": 2, "quarantined": 4, "held": 2}
    assert predicted == {"created": 2, "quarantined": 4, "held": 2}
    circle = "refers to itself in a circle: A → B → C → A"
    assert {project.outcome("customer", n) for n in "ABC"} == {("quarantined", "parent_id", circle)}
    assert project.outcome("customer", "own")[2] == "refers to itself in a circle: own → own"
    under = f"waits for customer A, which is quarantined: {circle}"
    assert project.outcome("customer", "under-A") == ("held", "parent_id", under)
    assert project.outcome("customer", "below")[2] == f"waits for customer under-A, which is held: {under}"
    left = {row["source_id"] for row in result.details["left_over"] if row["object"] == "customer"}
    assert left == {"A", "B", "C", "own", "under-A", "below"}
    _agrees(project)


def _agrees(project) -> None:
    result = project.verb("reconcile")
    assert result.ok, result.problems


def _predicted(project) -> dict[str, int]:
    project.verb("inventory")
    return {word: number for word, number in project.verb("plan").details["predicted"]["customer"].items() if number}
