"""References become ids, or say why they cannot."""

from decimal import Decimal

import pytest
from support.compiled import prepared, records
from support.odoo import FakeOdoo, IdMap

from flitstack_pipeline.mapping.target import TargetField
from flitstack_pipeline.odoo.resolve import Resolved, Resolver, Unresolved, folded, references
from flitstack_pipeline.transform.values import LineRows, LiveRef, Many, Ref, XmlId

LINE = {"name": "char", "tax": "many2many"}
KINDS = {
    "name": "char",
    "one": "many2one",
    "many": "many2many",
    "amount": "float",
    "lines": TargetField("lines", "one2many", relation="x.line"),
}
RECORDS = records(KINDS, lines={"lines": LINE}, fields={"lines": {"lines": {"from": "l", "parent": "p", "fields": {}}}})


def odoo() -> FakeOdoo:
    return FakeOdoo().add(
        "tax",
        {"id": 1, "amount": 10.0, "use": "sale", "name": "GST"},
        {"id": 2, "amount": 5.0, "use": "sale", "name": "Half"},
        {"id": 3, "amount": 10.0, "use": "purchase", "name": "gst "},
        {"id": 4, "amount": 0.0, "use": "sale", "name": False},
    )


def tax(*values, by=("amount",), missing="hold", domain=(("use", "=", "sale"),), follow="") -> LiveRef:
    return LiveRef("tax", by, values, domain, missing, follow)


def resolve(*given, id_map=None, client=None, **more):
    resolver = Resolver(client or odoo(), id_map or IdMap(a={"1": 11, "2": 12}, b={"2": 22, "3": 23}), **more)
    return list(resolver.resolve(RECORDS, given)), resolver


def resolve_one(value, **more):
    (found,), resolver = resolve(prepared("s", one=value), **more)
    return found.values["one"] if isinstance(found, Resolved) else found, resolver


# -- records of this migration ------------------------------------------------------------------------------------------


def test_values_pass_in_both_forms():
    (found,), _ = resolve(prepared("s", name=7, amount=Decimal("1.50"), expected={"name": 8}))

    assert found.raw == {"name": 7, "amount": Decimal("1.50")}
    assert found.values == {"name": "7", "amount": Decimal("1.5")}
    assert found.expected == {"name": "8"}
    assert found.source_id == "s"


@pytest.mark.parametrize(("source_id", "found"), [("1", 11), ("2", 12), ("3", 23)])
def test_the_first_record_set_that_has_the_id_counts(source_id, found):
    assert resolve_one(Ref(("a", "b"), source_id, "hold"))[0] == found


def test_results_come_in_order():
    found, _ = resolve(
        prepared("x", one=Ref(("a",), "9", "hold")),
        prepared("y", one=Ref(("a",), "1", "hold")),
        prepared("z", name="n"),
    )

    assert [(item.prepared.source_id, type(item)) for item in found] == [
        ("x", Unresolved),
        ("y", Resolved),
        ("z", Resolved),
    ]


def test_a_batch_asks_once_per_record_set():
    id_map = IdMap()
    many = Many((Ref(("b",), "8", "empty"),))
    lines = LineRows(({"tax": many}, {"name": Ref(("c",), "5", "empty")}))

    resolve(
        prepared("x", one=Ref(("a", "b"), "9", "empty"), many=many),
        prepared("y", one=Ref(("a",), "1", "empty"), lines=lines, expected={"one": Ref(("a",), "7", "empty")}),
        id_map=id_map,
    )

    assert sorted(id_map.asked) == [("a", ("1", "7", "9")), ("b", ("8", "9")), ("c", ("5",))]


OUTCOMES = {"hold": "held", "quarantine": "quarantined", "skip": "skipped"}


@pytest.mark.parametrize("missing", OUTCOMES)
def test_what_is_missing_is_dealt_with_as_the_map_says(missing):
    ref = Ref(("a", "b"), "9", missing)

    found, resolver = resolve_one(ref)

    assert (found.outcome, found.field) == (OUTCOMES[missing], "one")
    assert found.reason == "waits for a or b 9, which is not in Odoo"
    assert found.waits_for == (ref if missing == "hold" else None)
    assert resolver.left_empty == set()


def test_what_is_missing_may_be_left_empty_and_is_noted():
    found, resolver = resolve_one(Ref(("a",), "9", "empty"))

    assert found is None
    assert resolver.left_empty == {"a 9"}


@pytest.mark.parametrize("missing", OUTCOMES)
def test_one_missing_of_many_stops_the_record(missing):
    (found,), _ = resolve(prepared("s", many=Many((Ref(("a",), "1", missing), Ref(("a",), "9", missing)))))

    assert (found.outcome, found.field) == (OUTCOMES[missing], "many")


def test_one_missing_of_many_may_be_left_out():
    (found,), resolver = resolve(
        prepared("s", many=Many((Ref(("b",), "3", "empty"), Ref(("b",), "9", "empty"), Ref(("b",), "2", "empty"))))
    )

    assert found.values["many"] == (22, 23)
    assert resolver.left_empty == {"b 9"}


def test_references_inside_lines():
    lines = LineRows(({"name": "n", "tax": Many((tax(10),))}, {"name": None, "tax": None}))

    (found,), _ = resolve(prepared("s", lines=lines))

    assert found.values["lines"] == ({"name": "n", "tax": (1,)}, {"name": None, "tax": ()})


def test_a_value_that_the_field_cannot_hold_is_quarantined():
    bad_line = LineRows(({"name": "n"}, {"name": ["x"]}))

    (plain, inside, expected), _ = resolve(
        prepared("s", amount="x"), prepared("t", lines=bad_line), prepared("u", expected={"amount": "x"})
    )

    assert (plain.outcome, plain.field, plain.reason) == ("quarantined", "amount", "'x' is not a number")
    assert (inside.field, inside.reason[:6]) == ("lines.name", "line 2")
    assert (expected.outcome, expected.field) == ("quarantined", "amount")


# -- records that Odoo has ----------------------------------------------------------------------------------------------


def test_a_live_record_by_number_within_a_domain():
    assert resolve_one(tax(Decimal("10.0000000000")))[0] == 1
    assert resolve_one(tax(10))[0] == 1


def test_a_live_record_by_zero():
    assert resolve_one(tax(0))[0] == 4


def test_a_live_record_by_text_without_case_and_spaces():
    assert resolve_one(tax(" half ", by=("name",)))[0] == 2


def test_a_live_record_by_several_fields():
    assert resolve_one(tax(10, "gst", by=("amount", "name")))[0] == 1
    assert resolve_one(tax(5, "gst", by=("amount", "name")))[0].outcome == "held"


def test_a_live_record_by_a_many2one_field():
    client = FakeOdoo().add("tax", {"id": 1, "country": [13, "Australia"]}, {"id": 2, "country": False})

    assert resolve_one(tax(13, by=("country",), domain=()), client=client)[0] == 1


@pytest.mark.parametrize("missing", OUTCOMES)
def test_several_hits_are_never_guessed(missing):
    found, _ = resolve_one(tax(10, domain=(), missing=missing))

    assert (found.outcome, found.field, found.waits_for) == (OUTCOMES[missing], "one", None)
    assert found.reason == "Odoo has 2 tax with amount 10"


def test_several_hits_may_be_left_empty_and_are_noted():
    found, resolver = resolve_one(tax(10, domain=(), missing="empty"))

    assert found is None
    assert resolver.left_empty == {"Odoo has 2 tax with amount 10"}


def test_no_hit():
    held, _ = resolve_one(tax(7))
    empty, resolver = resolve_one(tax(7, missing="empty"))

    assert (held.outcome, held.reason) == ("held", "Odoo has no tax with amount 7")
    assert (empty, resolver.left_empty) == (None, {"tax with amount 7"})


def test_a_record_without_a_value_is_not_found_by_an_empty_one():
    assert resolve_one(tax(None, by=("name",)))[0].reason == "Odoo has no tax with name None"


def follow(*users):
    client = FakeOdoo().add("user", *users)
    ref = LiveRef("user", ("login",), ("jo",), (), "hold", "partner")
    return resolve_one(ref, client=client)[0]


def test_following_a_field_of_the_record_that_was_found():
    assert follow({"login": "jo", "partner": [30, "Jo"]}) == 30
    assert follow({"login": "jo", "partner": False}).reason == "Odoo has no user with login 'jo'"
    assert follow({"login": "jo", "partner": [30, "Jo"]}, {"login": "JO", "partner": [30, "Jo"]}) == 30
    assert follow({"login": "jo", "partner": [30, "Jo"]}, {"login": "JO", "partner": [31, "Joe"]}).outcome == "held"


def test_an_index_is_read_once_and_forgotten_on_demand():
    client = odoo()
    resolver = Resolver(client, IdMap())

    def search():
        return list(resolver.resolve(RECORDS, [prepared("s", one=tax(7)), prepared("t", one=tax(5))]))

    first = search()
    client.add("tax", {"id": 9, "amount": 7.0, "use": "sale"})
    second = search()
    resolver.forget("other")
    third = search()
    resolver.forget("tax")
    fourth = search()

    assert [type(found[0]) for found in (first, second, third, fourth)] == [
        Unresolved,
        Unresolved,
        Unresolved,
        Resolved,
    ]
    assert client.calls.count(("tax", "search_read")) == 2


def test_a_dry_run_has_stand_ins_for_what_is_coming():
    def coming(ref):
        return -1 if ref.values == (7,) else None

    assert resolve_one(tax(7), coming=coming)[0] == -1
    assert resolve_one(tax(8), coming=coming)[0].outcome == "held"
    assert resolve_one(tax(5), coming=coming)[0] == 2, "what is there needs no stand-in"
    assert resolve_one(tax(10, domain=()), coming=lambda ref: -1)[0].outcome == "held", "nor does what is there twice"


# -- XML IDs ------------------------------------------------------------------------------------------------------------


def test_xml_ids_are_looked_up_once():
    client = FakeOdoo().add("ir.model.data", {"module": "mail", "name": "mt_note", "res_id": 3})

    found, _ = resolve(
        prepared("s", one=XmlId("mail.mt_note")), prepared("t", one=XmlId("mail.mt_note")), client=client
    )

    assert [item.values["one"] for item in found] == [3, 3]
    assert len(client.calls) == 1


def test_an_xml_id_that_is_not_there_quarantines():
    found, _ = resolve_one(XmlId("mail.mt_zzz"))

    assert (found.outcome, found.reason) == ("quarantined", "Odoo has no record with the XML ID mail.mt_zzz")


# -- odds ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("A  b ", "a B", True),
        (10, 10.0, True),
        (Decimal("10.0000000000"), 10, True),
        ([7, "Name"], 7, True),
        ("10", 10, False),
        (True, 1, False),
        (None, "", False),
    ],
)
def test_what_is_folded_alike(one, other, same):
    assert (type(folded(one)) is type(folded(other)) and folded(one) == folded(other)) is same


def test_references_of_a_value():
    a, b, c = (Ref(("x",), n, "hold") for n in "abc")

    assert list(references(a)) == [a]
    assert list(references(Many((a, tax(1), b)))) == [a, b]
    assert list(references(LineRows(({"f": a, "g": Many((b,))}, {"f": c})))) == [a, b, c]
    assert list(references("text")) == []


def test_equal_values_have_equal_fingerprints():
    (one, two, other), _ = resolve(
        prepared("s", amount=Decimal("1.50")),
        prepared("s", amount=Decimal("1.5")),
        prepared("s", amount=Decimal("1.51")),
    )

    assert one.fingerprint == two.fingerprint != other.fingerprint
