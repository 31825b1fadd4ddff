"""Records read back in canonical form."""

from decimal import Decimal

from support.compiled import records
from support.odoo import FakeOdoo

from flitstack_pipeline.mapping.target import TargetField
from flitstack_pipeline.odoo.reader import read_back

DOCUMENTS = records(
    {
        "name": "char",
        "amount": TargetField("amount", "float", digits=2),
        "lines": TargetField("lines", "one2many", relation="line"),
    },
    model="document",
    lines={"lines": {"text": "char", "partner": "many2one"}},
    fields={"lines": {"lines": {"from": "l", "parent": "p", "fields": {}}}},
)


def test_values_come_in_canonical_form():
    odoo = FakeOdoo().add(
        "document", {"id": 1, "name": "A", "amount": 0.1 + 0.2}, {"id": 2, "name": False, "amount": 0.0}
    )

    assert read_back(odoo, DOCUMENTS, [1, 2], ["name", "amount"]) == {
        1: {"name": "A", "amount": Decimal("0.3")},
        2: {"name": None, "amount": Decimal(0)},
    }


def test_only_what_is_asked_for_is_read():
    odoo = FakeOdoo().add("document", {"id": 1, "name": "A", "amount": 1.0})

    assert read_back(odoo, DOCUMENTS, [1], ["name"]) == {1: {"name": "A"}}


def test_lines_come_in_the_order_in_which_they_were_made():
    odoo = FakeOdoo().add("document", {"id": 1, "lines": [9, 8]}, {"id": 2, "lines": []}, {"id": 3, "lines": [7]})
    odoo.add(
        "line",
        {"id": 7, "text": "x", "partner": False},
        {"id": 8, "text": "first", "partner": [5, "Ann"]},
        {"id": 9, "text": "second"},
    )

    found = read_back(odoo, DOCUMENTS, [1, 2, 3], ["lines"])

    assert found[1]["lines"] == ({"text": "first", "partner": 5}, {"text": "second", "partner": None})
    assert (found[2]["lines"], found[3]["lines"]) == ((), ({"text": "x", "partner": None},))
    assert odoo.calls == [("document", "read"), ("line", "read")], "one call for the lines of all"


def test_records_that_are_gone_are_absent():
    odoo = FakeOdoo().add("document", {"id": 1, "name": "A"})

    assert read_back(odoo, DOCUMENTS, [1, 99], ["name"]) == {1: {"name": "A"}}


def test_files_are_read_by_their_digest():
    files = records({"name": "char", "datas": "binary"}, model="ir.attachment")
    odoo = FakeOdoo().add(
        "ir.attachment", {"id": 1, "name": "A", "checksum": "abc", "file_size": 5}, {"id": 2, "name": "B"}
    )

    assert read_back(odoo, files, [1, 2], ["name", "datas"]) == {
        1: {"name": "A", "datas": {"sha1": "abc", "size": 5}},
        2: {"name": "B", "datas": None},
    }
