"""Whole records: which rows become one, with which joined and child rows, and what becomes of the others."""

from decimal import Decimal

import pytest
from support.tables import Tables, rows, transform

from flitstack_pipeline.errors import ConfigurationError
from flitstack_pipeline.transform.values import LineRows, Many, Prepared, Ref, Rejected, RowRef

INVOICES = rows(
    {"id": "A", "status": "open"}, {"id": "B", "status": "void"}, {"id": "C", "status": "open"}, file="i.csv"
)
LINES = rows(
    {"id": "A|2", "no": "A", "n": 2, "text": "second", "price": Decimal("2.50")},
    {"id": "B|1", "no": "B", "n": 1, "text": "void line", "price": None},
    {"id": "A|1", "no": "A", "n": 1, "text": "first", "price": Decimal(1)},
    file="l.csv",
)
SERIALS = rows(
    {"id": "s1", "line": "A|1", "code": "x"},
    {"id": "s2", "line": "A|1", "code": "y"},
    {"id": "s3", "line": "A|2", "code": "z"},
    file="s.csv",
)


def invoice_map(**more):
    lines = {
        "from": "line",
        "parent": "no",
        "order_by": "n",
        "fields": {"name": {"from": "text", "required": True}, "price": {"from": "price", "default": 0}},
    }
    return {"from": "invoice", "fields": {"number": "_id", "lines": {"lines": lines}}, **more}


def all_tables() -> Tables:
    return Tables(invoice=INVOICES, line=LINES, serial=SERIALS)


def ref(obj: str, given: list, at: int) -> RowRef:
    row = given[at]
    return RowRef(obj, row["_id"], row["_file"], row["_row"])


# -- which rows -------------------------------------------------------------------------------------------------------


def test_one_outcome_per_row_in_order():
    found = transform({"from": "invoice", "fields": {"number": "_id"}}, all_tables())

    assert [item.source_id for item in found] == ["A", "B", "C"]
    assert found[0] == Prepared(
        record_set="things", source_id="A", rows=(ref("invoice", INVOICES, 0),), values={"number": "A"}, expected={}
    )


def test_rows_that_the_map_leaves_out_are_excluded_with_its_reason():
    named = transform(invoice_map(where={"status": "open"}, where_not_reason="is void"), all_tables())[1]
    unnamed = transform(invoice_map(where={"status": "open"}), all_tables())[1]

    assert isinstance(named, Rejected)
    assert (named.outcome, named.reason, named.field) == ("excluded", "is void", "")
    assert unnamed.reason == "not taken into things by the map's rule"


def test_actions_that_are_due_for_a_row():
    actions = [
        {"do": "post", "when": {"status": "open"}},
        {"do": "cancel", "when": {"status": "void"}},
        {"do": "archive"},
    ]

    found = transform(invoice_map(actions=actions), all_tables())

    assert [item.actions for item in found] == [("post", "archive"), ("cancel", "archive"), ("post", "archive")]


# -- joins ------------------------------------------------------------------------------------------------------------


def test_joined_columns_wherever_a_column_may_stand():
    jobs = rows({"id": "1", "who": "a"}, {"id": "2", "who": "b"}, {"id": "3", "who": None}, {"id": "4", "who": "gone"})
    people = rows({"id": "a", "name": "Ann", "boss": "b"}, {"id": "b", "name": "Bob", "boss": None})
    spec = {
        "from": "job",
        "joins": {"who": {"object": "person", "on": "who"}, "boss": {"object": "person", "on": "who.boss"}},
        "where": {"none": [{"who.name": "Nobody"}]},
        "fields": {
            "f": {"template": "{_id} {who.name} {boss.name}"},
            "g": [{"when": {"who.name": "Bob"}, "from": "who.name"}, {"from": "_id"}],
        },
    }

    found = transform(spec, Tables(job=jobs, person=people))

    assert [item.values for item in found] == [
        {"f": "1 Ann Bob", "g": "1"},
        {"f": "2 Bob", "g": "Bob"},
        {"f": "3", "g": "3"},
        {"f": "4", "g": "4"},
    ]


def test_only_the_columns_that_the_map_names_are_read_of_a_join():
    read = Tables(job=rows({"who": "a"}), person=rows({"id": "a", "name": "Ann", "secret": "x", "kind": "k"}))
    spec = {
        "from": "job",
        "joins": {"who": {"object": "person", "on": "who"}},
        "where": {"who.kind": "k"},
        "fields": {"f": "who.name"},
    }

    transform(spec, read)

    assert read.asked["person"] == ["_id", "kind", "name"]


# -- lines ------------------------------------------------------------------------------------------------------------


def test_lines_in_order_with_exact_values():
    (found, _, empty) = transform(invoice_map(), all_tables())

    assert found.values["lines"] == LineRows(
        ({"name": "first", "price": 1}, {"name": "second", "price": Decimal("2.50")})
    )
    assert found.rows == (ref("invoice", INVOICES, 0), ref("line", LINES, 2), ref("line", LINES, 0))
    assert empty.values["lines"] is None


def test_lines_without_an_order_stay_as_they_stand_in_the_files():
    first = rows({"id": "1", "no": "A"}, {"id": "2", "no": "A"}, file="march.csv")
    second = rows({"id": "3", "no": "A"}, file="april.csv")
    lines = {"from": "line", "parent": "no", "fields": {"name": "_id"}}

    (found,) = transform(
        {"from": "invoice", "fields": {"lines": {"lines": lines}}}, Tables(invoice=INVOICES[:1], line=[*first, *second])
    )

    assert [line["name"] for line in found.values["lines"].rows] == ["1", "2", "3"]


def test_a_document_that_must_have_lines():
    spec = invoice_map()
    spec["fields"]["lines"]["lines"]["required"] = True

    found = transform(spec, all_tables())

    assert [type(item) for item in found] == [Prepared, Prepared, Rejected]
    assert (found[2].outcome, found[2].field) == ("quarantined", "lines")
    assert found[2].reason == "has no line in line, and must have one"


def test_a_wrong_line_quarantines_its_document_with_file_and_row():
    wrong = [{**row, "text": None} if row["_id"] == "A|1" else row for row in LINES]

    found = transform(invoice_map(), Tables(invoice=INVOICES, line=wrong))[0]

    assert (found.outcome, found.field) == ("quarantined", "lines.name")
    assert found.reason == "line A|1 (l.csv row 4): is empty, and must not be (from text)"


def test_a_line_that_could_not_be_read_quarantines_its_document():
    unread = {"line": {"A": "its line in l.csv row 9 could not be read: price: 'x' is no number"}}

    first, second, _ = transform(invoice_map(), all_tables(), rejected=unread)

    assert (first.outcome, first.field, first.reason) == ("quarantined", "lines", unread["line"]["A"])
    assert isinstance(second, Prepared)


def test_lines_that_the_map_leaves_out_still_belong_to_their_document():
    spec = invoice_map()
    spec["fields"]["lines"]["lines"]["where"] = {"n": 1}

    found = transform(spec, all_tables())[0]

    assert [line["name"] for line in found.values["lines"].rows] == ["first"]
    assert set(found.rows) == {ref("invoice", INVOICES, 0), ref("line", LINES, 0), ref("line", LINES, 2)}


def test_lines_have_joins_and_alternatives_of_their_own():
    spec = invoice_map()
    spec["fields"]["lines"]["lines"] |= {
        "joins": {"inv": {"object": "invoice", "on": "no"}},
        "fields": {"name": [{"when": {"inv.status": "void"}, "value": "nothing"}, {"template": "{text} of {inv._id}"}]},
    }

    found = transform(spec, all_tables())

    assert [line["name"] for line in found[0].values["lines"].rows] == ["first of A", "second of A"]
    assert [line["name"] for line in found[1].values["lines"].rows] == ["nothing"]


def nested():
    spec = invoice_map()
    spec["fields"]["lines"]["lines"]["fields"]["serials"] = {
        "collect": {"from": "serial", "parent": "line", "column": "code"},
        "lookup": {"records": "serial", "many": True},
    }
    return spec


def every_row_of_a():
    return {
        ref("invoice", INVOICES, 0),
        *(ref("line", LINES, at) for at in (0, 2)),
        *(ref("serial", SERIALS, at) for at in (0, 1, 2)),
    }


def test_lines_may_be_made_of_child_rows_too():
    found = transform(nested(), all_tables())[0]

    first, second = found.values["lines"].rows
    assert first["serials"] == Many((Ref(("serial",), "x", "hold"), Ref(("serial",), "y", "hold")))
    assert second["serials"] == Many((Ref(("serial",), "z", "hold"),))
    assert set(found.rows) == every_row_of_a()


BROKEN = {
    "a rule of the map": lambda spec: spec | {"where": {"status": "void"}},
    "an earlier field": lambda spec: spec | {"fields": {"first": {"value": None, "required": True}, **spec["fields"]}},
    "a later field": lambda spec: spec | {"fields": {**spec["fields"], "last": {"value": None, "required": True}}},
    "an unread line": lambda spec: spec,
    "no fitting alternative": lambda spec: (
        spec | {"fields": {"number": "_id", "lines": {**spec["fields"]["lines"], "when": {"status": "void"}}}}
    ),
    "a wrong line": lambda spec: spec,
}


@pytest.mark.parametrize("why", BROKEN)
def test_every_child_row_shares_the_fate_of_its_record(why):
    """Also when the record is rejected: the sum of outcomes would be less than the rows that were read."""
    lines = [{**r, "text": None} if why == "a wrong line" and r["_id"] == "A|1" else r for r in LINES]
    unread = {"line": {"A": "unread"}} if why == "an unread line" else {}

    found = transform(BROKEN[why](nested()), Tables(invoice=INVOICES, line=lines, serial=SERIALS), rejected=unread)[0]

    assert isinstance(found, Prepared) is (why == "no fitting alternative")
    assert set(found.rows) == every_row_of_a()
    assert len(found.rows) == len(set(found.rows))
    assert found.rows[0] == ref("invoice", INVOICES, 0)


# -- other child rows -------------------------------------------------------------------------------------------------


def test_a_bundle_is_a_list_of_named_values():
    spec = {
        "from": "invoice",
        "fields": {
            "f": {
                "bundle": {"from": "line", "parent": "no", "order_by": "n", "columns": {"t": "text", "p": "price"}},
                "transform": "json_text",
            }
        },
    }

    found = transform(spec, all_tables())

    assert found[0].values["f"] == '[{"p": 1, "t": "first"}, {"p": 2.5, "t": "second"}]'
    assert found[2].values["f"] is None


def test_a_merge_is_one_text():
    merge = {"from": "line", "parent": "no", "order_by": "n", "template": "{n}. {text} ({price})", "separator": "; "}

    found = transform({"from": "invoice", "fields": {"f": {"merge": merge}}}, all_tables())

    assert [item.values["f"] for item in found] == ["1. first (1); 2. second (2.5)", "1. void line ()", None]


def test_a_collection_leaves_out_incomplete_keys():
    collect = {"from": "line", "parent": "no", "order_by": "n", "column": ["n", "price"]}

    found = transform(
        {"from": "invoice", "fields": {"f": {"collect": collect, "lookup": {"records": "x", "many": True}}}},
        all_tables(),
    )

    assert found[0].values["f"] == Many((Ref(("x",), "1|1", "hold"), Ref(("x",), "2|2.5", "hold")))
    assert found[1].values["f"] is None


def test_child_rows_may_name_their_parent_by_several_columns():
    orders = rows({"id": "N|1"}, {"id": "N|2"})
    items = rows(
        {"book": "N", "no": 1, "t": "a"}, {"book": "N", "no": None, "t": "lost"}, {"book": "N", "no": 2, "t": "b"}
    )
    merge = {"from": "item", "parent": ["book", "no"], "template": "{t}"}

    found = transform({"from": "order", "fields": {"f": {"merge": merge}}}, Tables(order=orders, item=items))

    assert [item.values["f"] for item in found] == ["a", "b"]


def test_child_rows_may_refer_to_another_column_than_the_id():
    people = rows({"id": "1", "mail": "a@x"}, {"id": "2", "mail": None})
    notes = rows({"mail": "a@x", "t": "hi"}, {"mail": None, "t": "to nobody"})
    merge = {"from": "note", "parent": "mail", "on": "mail", "template": "{t}"}

    found = transform({"from": "person", "fields": {"f": {"merge": merge}}}, Tables(person=people, note=notes))

    assert [item.values["f"] for item in found] == ["hi", None]
    assert [len(item.rows) for item in found] == [2, 1]


def test_an_object_without_rows_has_no_children():
    lines = {"from": "line", "parent": "no", "fields": {"name": "no"}}
    empty = Tables(invoice=INVOICES[:1])
    empty.tables["line"] = all_tables().tables["line"].slice(0, 0)

    (found,) = transform({"from": "invoice", "fields": {"lines": {"lines": lines}}}, empty)

    assert found.values["lines"] is None


# -- as a whole -------------------------------------------------------------------------------------------------------


def test_the_first_field_that_fails_is_told():
    fields = {"a": "_id", "b": {"value": None, "required": True}, "c": {"value": "x", "values": {"y": "z"}}}

    found = transform({"from": "invoice", "fields": fields}, all_tables())[0]

    assert (found.outcome, found.field) == ("quarantined", "b")


def test_transforms_that_do_not_fit_together_are_found_before_any_row():
    with pytest.raises(ConfigurationError, match="strip: takes text"):
        transform(
            {
                "from": "invoice",
                "fields": {"f": {"from": "_id", "transform": [{"split": {"separator": ";"}}, "strip"]}},
            },
            all_tables(),
        )
