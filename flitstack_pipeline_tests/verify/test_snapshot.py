"""How touched models looked before, and whether they look so again."""

import pytest
from support.compiled import records
from support.odoo import FakeOdoo

from flitstack_pipeline.ledger.store import Ledger
from flitstack_pipeline.mapping.compile import CompiledModel
from flitstack_pipeline.mapping.target import TargetField
from flitstack_pipeline.verify.snapshot import compare_snapshots, state_of, take_snapshots, touched_models

ORDERS = records(
    {"line_ids": TargetField("line_ids", "one2many", relation="sale.order.line")},
    model="sale.order",
    lines={"line_ids": {}},
    fields={"line_ids": {"lines": {"from": "l", "parent": "p", "fields": {}}}},
)
MODELS = [CompiledModel("users", "res.users", ()), CompiledModel("orders", "sale.order", (ORDERS,))]


@pytest.fixture
def ledger(tmp_path):
    with Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as opened:
        yield opened


@pytest.fixture
def odoo():
    there = {"id": 1, "create_uid": [1, "Boss"]}
    return FakeOdoo(sale__order={"create_uid": "many2one"}, res__users={}).add("sale.order", there, {**there, "id": 2})


def test_what_a_load_touches():
    assert touched_models(MODELS) == [
        "res.users",
        "sale.order",
        "res.partner",
        "sale.order.line",
        "ir.model",
        "ir.model.fields",
        "ir.model.fields.selection",
        "ir.model.data",
    ]


def test_a_state_depends_on_every_id(odoo):
    before = state_of(odoo, "sale.order")
    odoo.add("sale.order", {"id": 7})
    more = state_of(odoo, "sale.order")
    del odoo.records["sale.order"][1]
    other = state_of(odoo, "sale.order")

    assert (before.count, before.last_id, more.count, more.last_id) == (2, 2, 3, 7)
    assert len({before.digest, more.digest, other.digest}) == 3
    assert state_of(odoo, "no.model") == state_of(odoo, "res.users"), "a model that is not there has no records"


def comparison(odoo, ledger):
    return {c.model: c for c in compare_snapshots(odoo, ledger, "toy")}["sale.order"]


def test_nothing_changed(odoo, ledger):
    take_snapshots(odoo, ledger, "toy", MODELS)

    assert len(compare_snapshots(odoo, ledger, "toy")) == 8
    assert all(c.same for c in compare_snapshots(odoo, ledger, "toy"))


def test_a_record_of_ours_that_is_left(odoo, ledger):
    take_snapshots(odoo, ledger, "toy", MODELS)
    odoo.add("sale.order", {"id": 9, "create_uid": [odoo.uid, "Bot"]})

    found = comparison(odoo, ledger)

    assert (found.same, found.ours, found.others) == (False, (9,), ())


def test_a_record_that_somebody_else_made_meanwhile_is_none_of_our_business(odoo, ledger):
    take_snapshots(odoo, ledger, "toy", MODELS)
    odoo.add("sale.order", {"id": 9, "create_uid": [1, "Boss"]})

    found = comparison(odoo, ledger)

    assert (found.same, found.ours, found.others) == (True, (), (9,))


def test_a_record_that_was_there_and_is_gone(odoo, ledger):
    take_snapshots(odoo, ledger, "toy", MODELS)
    del odoo.records["sale.order"][1]

    assert not comparison(odoo, ledger).same


def test_the_first_snapshot_stays(odoo, ledger):
    take_snapshots(odoo, ledger, "toy", MODELS)
    odoo.add("sale.order", {"id": 9, "create_uid": [odoo.uid, "Bot"]})
    take_snapshots(odoo, ledger, "toy", MODELS)

    assert comparison(odoo, ledger).before.count == 2


def test_of_a_model_without_account_of_its_makers_nothing_is_said_to_be_ours(odoo, ledger):
    del odoo.schema["sale.order"]["create_uid"]
    take_snapshots(odoo, ledger, "toy", MODELS)
    odoo.add("sale.order", {"id": 9})

    found = comparison(odoo, ledger)

    assert (found.same, found.ours, found.others) == (True, (), (9,))
