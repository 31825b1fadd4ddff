"""Values as they leave: exact, or refused with the place that cannot be sent."""

import json
import pickle
import xmlrpc.client
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flitstack_pipeline.odoo.errors import OdooMissing, OdooRejected, call_label
from flitstack_pipeline.odoo.transports.base import Call
from flitstack_pipeline.odoo.transports.wire import to_json
from flitstack_pipeline.odoo.transports.xmlrpc import _dumps
from flitstack_pipeline.odoo.versions import OdooVersion, field_name, model_name

EXACT = {
    "decimal": Decimal("19.90"),
    "date": date(2024, 2, 29),
    "local": datetime(2024, 3, 1, 9, 30, tzinfo=timezone(timedelta(hours=11))),
    "utc": datetime(2024, 3, 1, 9, 30, 5, 999, tzinfo=UTC),
    "bytes": b"\x00\xff",
    "text": "a\r\nß€🙂 <&>",
    "none": None,
    "no": False,
    "many": [[6, 0, [1, 2]]],
}
AS_ODOO_READS = {
    "decimal": 19.9,
    "date": "2024-02-29",
    "local": "2024-02-29 22:30:00",
    "utc": "2024-03-01 09:30:05",
    "bytes": "AP8=",
    "text": "a\r\nß€🙂 <&>",
    "none": None,
    "no": False,
    "many": [[6, 0, [1, 2]]],
}


def call(values: dict) -> Call:
    return Call(model="res.partner", method="create", named={"vals_list": [{"name": "ok"}, values]})


def by_json(value):
    return json.loads(to_json(call({}), value))


def by_xml(value):
    return xmlrpc.client.loads(_dumps(call({}), "execute_kw", (value,)))[0][0]


@pytest.mark.parametrize("send", [by_json, by_xml])
def test_exact_values_arrive_as_odoo_reads_them(send):
    assert send(EXACT) == AS_ODOO_READS


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_survives_json(text):
    assert by_json(text) == text


@given(
    st.text(
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff", include_characters="\r\n\t")
    )
)
def test_every_text_that_xml_can_hold_survives_xml(text):
    assert by_xml(text) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_are_not_rounded(number):
    assert by_json(number) == number == by_xml(number)


@pytest.mark.parametrize("text", ["a\x00b", "a\x0bb", "a\x1fb", "a\ufffeb", "a\ud800b"])
def test_xml_refuses_what_it_cannot_hold(text):
    values = {"name": text}
    with pytest.raises(OdooRejected, match=r"vals_list\[1\]\.name: character U\+\w{4} at position 1") as caught:
        _dumps(call(values), "execute_kw", (values,))
    assert caught.value.kind == "NotSendable"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (float("nan"), "nan is no number"),
        (float("inf"), "inf is no number"),
        (Decimal("NaN"), "NaN is no number"),
        ("a\ud800b", r"character U\+D800 at position 1"),
        (object(), "a object cannot be sent"),
    ],
)
def test_json_refuses_what_it_cannot_hold(value, words):
    with pytest.raises(OdooRejected, match=words):
        to_json(call({"x": [value]}), {"x": [value]})


def test_large_integers_pass_json_and_are_refused_by_xml():
    assert by_json(2**40) == 2**40
    with pytest.raises(OdooRejected, match="more than the 32 bits"):
        _dumps(call({"n": 2**31}), "execute_kw", (2**31,))


def test_only_what_the_table_lists_goes_by_position():
    args, kwargs = Call(
        model="res.partner", method="search_read", named={"fields": ["name"], "domain": [], "limit": 3}
    ).execute_kw()
    assert args == [[], ["name"]]
    assert kwargs == {"limit": 3}
    args, kwargs = Call(model="mail.thread", method="message_post", ids=(4,), named={"body": "x"}).execute_kw()
    assert args == [[4]]
    assert kwargs == {"body": "x"}


def test_a_gap_sends_the_rest_by_name():
    args, kwargs = Call(model="res.partner", method="fields_get", named={"attributes": ["type"]}).execute_kw()
    assert args == []
    assert kwargs == {"attributes": ["type"]}


@pytest.mark.parametrize(
    ("raw", "info", "expected"),
    [
        ("19.0", [19, 0, 0, "final", 0, ""], (19, 0, "community")),
        ("saas~18.2+e", ["saas~18", 2, 0, "final", 0, "e"], (18, 2, "enterprise")),
        ("14.0-20230101", [14, 0, 0, "final", 0, ""], (14, 0, "community")),
        ("19.0+e", [19, 0], (19, 0, "enterprise")),
    ],
)
def test_versions_are_read(raw, info, expected):
    version = OdooVersion.parse(raw, info)
    assert (version.major, version.minor, version.edition) == expected
    assert version.raw == raw


def test_rules_hold_from_their_version_on():
    def rule(major):
        return OdooVersion(major=major, minor=0, edition="community", raw="").rule("product.stored")

    assert rule(14) == {"type": "product"}
    assert rule(15) == rule(17) == {"detailed_type": "product"}
    assert rule(18) == rule(23) == {"type": "consu", "is_storable": True}


def test_names_are_looked_up_in_what_is_there():
    assert field_name("project.task", "user_ids", {"user_id"}) == "user_id"
    assert field_name("project.task", "user_ids", {"user_id", "user_ids"}) == "user_ids"
    assert field_name("project.task", "user_ids", {"name"}) is None
    assert field_name("res.partner", "name", {"name"}) == "name"
    assert model_name("stock.lot", {"stock.production.lot"}.__contains__) == "stock.production.lot"
    assert model_name("stock.lot", set().__contains__) is None


def test_errors_travel_between_processes():
    error = OdooMissing("gone", kind="MissingError", odoo_message="gone", hint="look")
    error.of("res.partner", "read", [1])
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.message, copy.kind, copy.hint, copy.ids) == ("gone", "MissingError", "look", (1,))


def test_many_ids_are_named_by_the_first():
    assert call_label("res.partner", "write", range(1, 501)) == "res.partner.write [1, 2, 3, 4, 5, … 500 records]"
