"""The id map."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from flitstack_pipeline.ledger.database import CHUNK
from flitstack_pipeline.ledger.records import MappedRecord


def record(source_id: str, res_id: int = 1, **changes) -> MappedRecord:
    plain = MappedRecord(
        record_set="customer",
        source_id=source_id,
        model="res.partner",
        res_id=res_id,
        origin="created",
        values={"name": f"Customer {source_id}"},
        fingerprint="f" * 64,
        run_id="run-1",
    )
    return replace(plain, **changes)


def test_a_record_comes_back_with_exact_types(ledger):
    values = {
        "name": "Zoë \x00 \ud800",
        "rate": Decimal("12.50"),
        "since": date(2024, 2, 29),
        "at": datetime(2024, 2, 29, 1, 2, 3, 4, tzinfo=UTC),
        "image_1920": {"sha1": "0" * 40, "size": 5},
        "tags": [1, (2, 3)],
        "user_id": None,
    }
    saved = record("C1", 7, values=values, state="posted", origin="linked")
    ledger.save_mapped("acme", [saved])
    assert ledger.mapped("acme", "customer", ["C1"]) == {"C1": saved}
    assert str(ledger.mapped("acme", "customer", ["C1"])["C1"].values["rate"]) == "12.50"


def test_unknown_ids_other_record_sets_and_other_migrations_are_absent(ledger):
    ledger.save_mapped("acme", [record("C1", 7), record("C1", 8, record_set="invoice")])
    ledger.save_mapped("other", [record("C1", 9)])
    assert ledger.resolve("acme", "customer", ["C1", "C2"]) == {"C1": 7}
    assert ledger.resolve("acme", "invoice", ["C1"]) == {"C1": 8}
    assert ledger.resolve("acme", "nothing", ["C1"]) == {}
    assert ledger.mapped("other", "customer", ["C1"])["C1"].res_id == 9
    assert ledger.resolve("acme", "customer", []) == {}


def test_saving_again_replaces_all_but_that_it_was_created(ledger):
    ledger.save_mapped("acme", [record("C1", 7), record("C2", 8, origin="linked"), record("C3", 9)])
    ledger.save_mapped(
        "acme",
        [
            record("C1", 7, origin="updated", values={"name": "New"}, state="done", run_id="run-2", fingerprint="e"),
            record("C2", 8, origin="updated"),
            # The record that was created is gone, and this row was linked to another one.
            record("C3", 10, origin="linked"),
        ],
    )
    found = ledger.mapped("acme", "customer", ["C1", "C2", "C3"])
    assert found["C1"] == record("C1", 7, values={"name": "New"}, state="done", run_id="run-2", fingerprint="e")
    assert [found[key].origin for key in ("C1", "C2", "C3")] == ["created", "updated", "linked"]
    assert ledger.count_mapped("acme") == {"customer": 3}


def test_the_same_key_twice_in_a_batch_is_refused_and_nothing_is_saved(ledger):
    with pytest.raises(ValueError, match="customer/C1"):
        ledger.save_mapped("acme", [record("C0"), record("C1", 1), record("C1", 2)])
    assert ledger.count_mapped("acme") == {}


def test_more_ids_than_a_statement_can_hold_are_found_forgotten_and_saved(ledger):
    number = 40 * CHUNK + 1
    ids = [f"C{index:06d}" for index in range(number)]
    ledger.save_mapped("acme", [record(source_id, index + 1) for index, source_id in enumerate(ids)])
    assert ledger.count_mapped("acme") == {"customer": number}
    assert ledger.resolve("acme", "customer", [*ids, *(f"X{index}" for index in range(40_000))]) == {
        source_id: index + 1 for index, source_id in enumerate(ids)
    }
    assert len(ledger.mapped("acme", "customer", ids)) == number
    ledger.forget_mapped("acme", "customer", ids[1:])
    assert ledger.count_mapped("acme") == {"customer": 1}


@pytest.mark.parametrize("number", [0, 1, 4, 5, 9])
def test_iterating_meets_every_record_once_by_code_point_whatever_the_batch(ledger, number):
    ids = ["Z", "a", "é", "B-2", "B 1", "b", "10", "9", "Ω"][:number]
    ledger.save_mapped("acme", [record(source_id, index + 1) for index, source_id in enumerate(ids)])
    ledger.save_mapped("acme", [record("A", record_set="invoice")])
    ledger.save_mapped("other", [record("A")])
    batches = list(ledger.iter_mapped("acme", "customer", batch=4))
    assert [found.source_id for batch in batches for found in batch] == sorted(ids)
    assert all(1 <= len(batch) <= 4 for batch in batches)


def test_records_may_be_forgotten_while_iterating(ledger):
    ledger.save_mapped("acme", [record(f"C{index}", index + 1) for index in range(7)])
    met = []
    for batch in ledger.iter_mapped("acme", "customer", batch=2):
        met += [found.source_id for found in batch]
        ledger.forget_mapped("acme", "customer", [found.source_id for found in batch])
    assert met == [f"C{index}" for index in range(7)]
    assert ledger.count_mapped("acme") == {}


def test_ids_of_odoo_may_exceed_32_bits(ledger):
    ledger.save_mapped("acme", [record("C1", 2**40)])
    assert ledger.resolve("acme", "customer", ["C1"]) == {"C1": 2**40}
