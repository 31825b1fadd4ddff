"""Approvals, and how a plan differs from the approved one."""

from decimal import Decimal

import pytest

from flitstack_pipeline.ledger.drift import differences
from flitstack_pipeline.ledger.jsonvalues import canonical, dumps, fingerprint

PLAN = {
    "fields": [
        {"name": "x_octo_id", "model": "res.partner", "type": "char"},
        {"name": "x_rate", "model": "hr.employee", "type": "float"},
    ],
    "order": ["customer", "booking"],
    "rules": {"customer": {"email": {"transform": ["strip", "email"]}, "name": "customer_name"}},
    "tolerance": Decimal("0.05"),
}


def approve(ledger, stage="map", plan=PLAN, **more):
    return ledger.approve(
        "acme", stage, plan_hash=fingerprint(plan), who="jane", comment="fine", plan_json=plan, **more
    )


def test_there_is_no_approval_before_one_is_given(ledger):
    assert ledger.approval("acme", "map") is None


def test_an_approval_comes_back_with_the_plan_as_it_was(ledger):
    given = approve(ledger)
    found = ledger.approval("acme", "map")
    assert found == given
    assert (found.who, found.comment, found.plan_hash, found.stage) == ("jane", "fine", fingerprint(PLAN), "map")
    assert fingerprint(found.plan) == fingerprint(PLAN)
    assert ledger.drift(found, PLAN) == []
    assert ledger.approval("acme", "sample") is None
    assert ledger.approval("other", "map") is None


@pytest.mark.parametrize("write", [dumps, canonical])
def test_a_plan_may_be_given_as_json_text(ledger, write):
    approval = approve(ledger, plan=PLAN)
    assert ledger.drift(approval, write(PLAN)) == []
    again = ledger.approve("acme", "map", plan_hash="h", who="jane", comment="", plan_json=write(PLAN))
    assert ledger.drift(again, PLAN) == []


def test_the_latest_approval_stands(ledger):
    approve(ledger)
    second = approve(ledger, plan={**PLAN, "order": []})
    assert ledger.approval("acme", "map") == second


def test_revoking_revokes_what_was_superseded_too(ledger):
    approve(ledger)
    second = approve(ledger)
    approve(ledger, "sample")
    revoked = ledger.revoke("acme", "map", who="joe", why="the map changed")
    assert (revoked.id, revoked.revoked_by, revoked.revoked_why) == (second.id, "joe", "the map changed")
    assert revoked.revoked_at > revoked.at
    assert ledger.approval("acme", "map") is None
    assert ledger.approval("acme", "sample") is not None
    assert ledger.revoke("acme", "map", who="joe", why="again") is None
    third = approve(ledger)
    assert ledger.approval("acme", "map") == third


def test_approving_and_revoking_are_audited(ledger):
    approve(ledger, run_id="run-1")
    ledger.revoke("acme", "map", who="joe", why="the map changed", run_id="run-2")
    entries = list(ledger.iter_audit("acme"))
    assert [(entry.event, entry.run_id, entry.detail["who"]) for entry in entries] == [
        ("approved", "run-1", "jane"),
        ("revoked", "run-2", "joe"),
    ]
    assert {entry.detail["plan_hash"] for entry in entries} == {fingerprint(PLAN)}


def test_another_stage_is_refused(ledger):
    for ask in (
        lambda: ledger.approval("acme", "load"),
        lambda: ledger.revoke("acme", "load", who="joe", why=""),
        lambda: approve(ledger, "load"),
    ):
        with pytest.raises(ValueError, match="load"):
            ask()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"tolerance": Decimal("0.050")}, []),
        ({"order": ("customer", "booking")}, []),
        ({"tolerance": Decimal("0.1")}, ['changed tolerance: {"$decimal":"5E-2"} -> {"$decimal":"1E-1"}']),
        ({"note": None}, ["added note: null"]),
        ({"order": ["customer", "site", "booking"]}, ['added order[1]: "site"']),
        ({"order": ["booking"]}, ['removed order[0]: "customer"']),
        ({"order": ["customer", "invoice"]}, ['changed order[1]: "booking" -> "invoice"']),
        ({"order": "customer"}, ['changed order: ["customer","booking"] -> "customer"']),
        (
            {"rules": {"customer": {"email": {"transform": ["strip"]}, "name": "name"}}},
            [
                'removed rules.customer.email.transform[1]: "email"',
                'changed rules.customer.name: "customer_name" -> "name"',
            ],
        ),
        ({"rules": {}}, ['removed rules.customer: {"email":{"transform":["strip","email"]},"name":"customer_name"}']),
        (
            {"fields": [{"name": "x_new"}, PLAN["fields"][0], {**PLAN["fields"][1], "type": "monetary"}]},
            ['changed fields[x_rate].type: "float" -> "monetary"', 'added fields[x_new]: {"name":"x_new"}'],
        ),
        (
            {"fields": list(reversed(PLAN["fields"]))},
            ['changed order of fields: ["x_octo_id","x_rate"] -> ["x_rate","x_octo_id"]'],
        ),
    ],
)
def test_drift_is_told_path_by_path(change, expected):
    assert differences(PLAN, {**PLAN, **change}) == expected


def test_entries_that_share_a_name_are_compared_by_place():
    old = [{"name": "a", "type": "x"}, {"name": "a", "type": "y"}]
    new = [{"name": "a", "type": "x"}, {"name": "a", "type": "z"}]
    assert differences(old, new) == ['changed [1].type: "y" -> "z"']


def test_a_drift_line_stays_readable():
    (line,) = differences({"a": "x" * 500}, {"a": "y" * 500})
    assert len(line) < 200
    assert "…" in line


def test_there_is_a_line_whenever_the_fingerprints_differ():
    for old, new in [(1, True), ([1], [1, 1]), ({"a": None}, {}), ([{}], [{}, {}]), ("1", 1), ([], {})]:
        assert fingerprint(old) != fingerprint(new)
        assert differences(old, new)
