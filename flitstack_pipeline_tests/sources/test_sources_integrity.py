"""The relational pass."""

import pytest

from flitstack_pipeline.errors import ConfigurationError, SourceError
from flitstack_pipeline.sources.integrity import Orphan, Relation, check_relations, iter_orphans

OBJECTS = {
    "customer": {"files": "customers", "key": "id", "columns": {"since": {"type": "date"}}},
    "booking": {"files": "bookings", "key": "no", "columns": {"customer": {"type": "id"}, "n": {"type": "integer"}}},
}
RELATION = Relation("booking", "customer", "customer")


@pytest.fixture
def into(export):
    export.file("customers.csv", "id,since\n001,\n002,25/03/2024\n003,31/02/2024\n")
    export.file("bookings.csv", "no,customer,n\nB1,001,1\nB2,2,1\nB3,003,1\nB4,999,1\nB5,,1\nB6,999,1\n")
    source = export.source(OBJECTS)
    for name in OBJECTS:
        source.extract(name, into=export.into)
    return export.into


def test_orphans_are_listed_with_where_they_stand(into):
    orphans = list(iter_orphans(into, [("booking", "customer", "customer")]))
    assert [(o.source_id, o.row, o.value) for o in orphans] == [
        ("B2", 3, "2"),
        ("B3", 4, "003"),
        ("B4", 5, "999"),
        ("B6", 7, "999"),
    ]
    assert orphans[2] == Orphan(
        object="booking",
        source_id="B4",
        file="bookings.csv",
        row=5,
        column="customer",
        value="999",
        parent="customer",
        hint="",
    )


def test_orphans_are_explained_where_they_can_be(into):
    hints = {o.source_id: o.hint for o in iter_orphans(into, [RELATION])}
    assert hints["B2"] == "customer “002” differs only in leading zeros, case or spaces"
    assert hints["B3"] == "row 4 of customers.csv has this id and was rejected"


def test_relations_are_counted(into):
    (finding,) = check_relations(into, [RELATION])
    assert (finding.rows, finding.filled, finding.orphans, finding.missing_parents) == (6, 5, 4, 3)
    assert [o.source_id for o in finding.examples] == ["B2", "B3", "B4", "B6"]


def test_relation_on_a_column_that_is_not_text(export):
    export.file("customers.csv", "id\n1\n2\n")
    export.file("bookings.csv", "no,n\nA,1\nB,3\n")
    source = export.source(OBJECTS)
    for name in OBJECTS:
        source.extract(name, into=export.into)
    assert [o.value for o in iter_orphans(export.into, [("booking", "n", "customer")])] == ["3"]


def test_unknown_column_and_object(into):
    with pytest.raises(ConfigurationError, match=r"objects\.booking: has no column “client”"):
        check_relations(into, [("booking", "client", "customer")])
    with pytest.raises(SourceError, match="“invoice” has not been extracted yet"):
        check_relations(into, [("booking", "customer", "invoice")])


def test_of_a_reference_to_several_objects_only_those_that_mean_this_one_count(export):
    export.file("customers.csv", "id\n1\n")
    export.file("bookings.csv", "no,customer,table\nA,1,customer\nB,2,customer\nC,2,supplier\n")
    columns = {"customer": {"type": "id"}, "table": {}}
    source = export.source(
        {
            "customer": {"files": "customers", "key": "id", "columns": {}},
            "booking": {"files": "bookings", "key": "no", "columns": columns},
        }
    )
    for name in OBJECTS:
        source.extract(name, into=export.into)

    (finding,) = check_relations(export.into, [Relation("booking", "customer", "customer", "table", ("customer",))])

    assert (finding.rows, finding.filled, finding.orphans) == (3, 2, 1)
    assert [o.source_id for o in finding.examples] == ["B"]
