"""Where a source's fields are in Odoo, as its map has it, and conditions on them as Odoo's domains."""

from pathlib import Path
from typing import Any

import pytest

from flitstack_pipeline.mapping.loading import load_system
from flitstack_pipeline.rebuild.build import Proposer
from flitstack_pipeline.rebuild.homes import Homes
from flitstack_pipeline.rebuild.parts import Check, Event, Parts
from flitstack_pipeline.rebuild.spec import BuildRule, RebuildSpec

OCTOPUS = load_system(Path(__file__).resolve().parents[2] / "mappings" / "systems" / "octopuspro.yaml")


@pytest.mark.parametrize(
    ("obj", "field", "path"),
    [
        ("booking", "status", "x_octo_status"),  # not the stage, whose values are translated
        ("booking", "total", "expected_revenue"),
        ("booking", "customer.email", "partner_id.email"),
        ("booking", "customer_id.labels", "partner_id.category_id.name"),
        ("customer", "customer.labels", "category_id.name"),
        ("customer", "labels", "category_id.name"),
        ("customer", "customer_type", "is_company"),
        ("Booking", "Cancel-Reason", "x_octo_cancel_reason"),
        ("fieldworker", "pay_rate", "x_octo_pay_rate"),  # of the employee: the user has fewer fields
        ("invoice", "customer_id", "partner_id.name"),
        ("booking", "nothing", None),
        ("nobody", "name", None),
    ],
)
def test_fields_are_found_where_the_map_sends_them(obj: str, field: str, path: str | None) -> None:
    home = Homes(OCTOPUS, {}).field(obj, field)
    assert (home.path if home else None) == path


def test_the_map_may_name_fields_itself() -> None:
    homes = Homes(OCTOPUS, {"booking.total": "x_total", "status": ""})
    assert homes.field("booking", "total").path == "x_total"
    assert homes.field("booking", "status") is None


@pytest.mark.parametrize(
    ("operator", "value", "domain"),
    [
        ("is", "Confirmed", [["x_octo_status", "=", "Confirmed"]]),
        ("is not", "Confirmed", [["x_octo_status", "!=", "Confirmed"]]),
        ("in", ["a", "b"], [["x_octo_status", "in", ["a", "b"]]]),
        ("is one of", "a", [["x_octo_status", "in", ["a"]]]),
        ("begins with", "Con", [["x_octo_status", "=ilike", "Con%"]]),
        ("is empty", None, [["x_octo_status", "=", False]]),
        ("not null", None, [["x_octo_status", "!=", False]]),
        ("sounds like", "x", []),
    ],
)
def test_operators(operator: str, value: Any, domain: list[Any]) -> None:
    build = _propose(Check("status", operator, value))
    assert list(build.domain) == domain
    assert build.by_hand == (() if domain else ("status sounds like x",))


def test_values_are_those_of_the_map_and_negations_hold_for_every_record() -> None:
    build = _propose(
        Check("customer.customer_type", "is", "business"), Check("customer.labels", "does not contain", "VIP")
    )
    assert list(build.domain) == [
        ["partner_id.is_company", "=", True],
        "!",
        ["partner_id.category_id.name", "ilike", "VIP"],
    ]


@pytest.mark.parametrize(
    ("events", "make", "trigger"),
    [
        ((Event("create"),), "base.automation", "on_create"),
        ((Event("create"), Event("update", ("status",))), "base.automation", "on_create_or_write"),
        ((Event("delete"),), "base.automation", "on_unlink"),
        ((Event("schedule"),), "ir.cron", None),
        ((Event("demand"),), "ir.actions.server", None),
        ((), "base.automation", None),
    ],
)
def test_what_sets_it_off_is_odoos_trigger(events: tuple[Event, ...], make: str, trigger: str | None) -> None:
    build = _propose(events=events)
    assert (build.make, build.trigger) == (make, trigger)
    assert build.trigger_fields == (("x_octo_status",) if Event("update", ("status",)) in events else ())


def test_the_first_rule_that_fits_holds() -> None:
    rules = (
        BuildRule(
            trigger="a.{n}h", when={"kind": "x"}, object="booking", on="on_time", date="start", delay="{n} hours after"
        ),
        BuildRule(trigger="a.{rest}", note="else {rest}"),
    )
    proposer = Proposer(OCTOPUS, RebuildSpec(name="name", build=rules))
    first = proposer.propose("automation", Parts(trigger="A.12h"), {"kind": "x"})
    assert (first.trigger, first.date_field, first.delay) == ("on_time", "x_octo_scheduled_start", "12 hours after")
    assert proposer.propose("automation", Parts(trigger="a.12h"), {"kind": "y"}).note == "else 12h"
    assert proposer.propose("automation", Parts(trigger="b"), {}).note == ""


def _propose(*tests: Check, events: tuple[Event, ...] = ()) -> Any:
    parts = Parts(object="booking", tests=tests, events=events)
    return Proposer(OCTOPUS, RebuildSpec(name="name")).propose("automation", parts, {})
