"""The identity of a migrated record."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flitstack_pipeline.odoo.keys import record_key, split_key, xml_module, xml_name

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
MIGRATIONS = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,12}", fullmatch=True)
IDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=120)


@given(MIGRATIONS, NAMES, IDS)
def test_a_key_reads_back(migration, record_set, source_id):
    assert split_key(record_key(migration, record_set, source_id)) == (migration, record_set, source_id)


@given(NAMES, IDS)
def test_an_xml_name_has_no_character_that_odoo_refuses(record_set, source_id):
    name = xml_name(record_set, source_id)

    assert re.fullmatch(r"[a-zA-Z0-9_\-]+", name)
    assert len(name) <= len(record_set) + 81


@given(NAMES, IDS, NAMES, IDS)
def test_two_records_never_share_an_xml_name(one, first, other, second):
    assert (xml_name(one, first) == xml_name(other, second)) == ((one, first) == (other, second))


@pytest.mark.parametrize("source_id", ["1042", "INV-31090", "a_b", "x" * 80])
def test_a_plain_id_stays_readable(source_id):
    assert xml_name("customer", source_id) == f"customer-{source_id}"


@pytest.mark.parametrize(("source_id", "kept"), [("A|2", "A_2"), ("caf\u00e9", "caf_"), ("x" * 81, "x" * 60)])
def test_any_other_id_keeps_what_it_can_and_gets_a_digest(source_id, kept):
    assert re.fullmatch(rf"customer-{kept}_[0-9a-f]{{12}}", xml_name("customer", source_id))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("customer", "label_5"), ("customer_label", "5")),
        (("customer", "a b"), ("customer", "a_b")),
        (("customer", "a/b"), ("customer", "a|b")),
        (("customer", "x" * 90), ("customer", "x" * 91)),
    ],
)
def test_names_that_look_alike_are_different(one, other):
    assert xml_name(*one) != xml_name(*other)


def test_the_namespace_is_no_modules_name():
    assert xml_module("toy-co") == "__flitstack_toy-co__" != xml_module("toy_co")
