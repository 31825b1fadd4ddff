"""Every extracted row ends in exactly one outcome, also those that never reach a record set."""

import pytest
from support.odoo import FakeOdoo, fields
from support.project import Project
from support.running import extract, opened, settle

from flitstack_pipeline.outcomes import Counts
from flitstack_pipeline.stages.accounts import account_for_rest, counts

MAP = """\
system: toy
title: Toy
reader: exports
objects:
  customer: {files: customers, key: id, columns: {id: {type: id}, name: {}, country: {type: id}, kind: {}}}
  country: {files: countries, key: code, columns: {code: {type: id}, name: {}}}
  order: {files: orders, key: no, columns: {no: {type: id}, customer: {type: id}, status: {}}}
  line: {files: lines, key: [no, n], columns: {no: {type: id}, n: {type: integer}, text: {}}}
  serial: {files: serials, key: code, columns: {code: {type: id}, no: {type: id}, n: {type: integer}}}
  note: {files: notes, key: id, columns: {id: {type: id}, customer: {type: id}, no: {type: id}, text: {}}}
  definition: {files: definitions, key: id, columns: {id: {type: id}, key: {}, label: {}, type: {}, column: {}}}
  gps: {files: gps, key: id, columns: {id: {type: id}}, migrates: false, reason: nobody needs it}
models:
  partners:
    model: res.partner
    records:
      customer:
        from: customer
        joins: {land: {object: country, on: country}}
        fields:
          name: {from: name, required: true}
          ref: land.name
          comment: {merge: {from: note, parent: customer, template: "{text}"}}
        custom_fields: {from: definition, name: key, label: label, type: type, column: column, types: {text: char, drawing: null}}
  orders:
    model: sale.order
    records:
      order:
        from: order
        where: {status: {not: void}}
        where_not_reason: is void
        fields:
          name: no
          partner_id: {from: customer, lookup: {records: customer}}
          note: {merge: {from: note, parent: no, template: "{text}"}}
          line_ids:
            lines:
              from: line
              parent: no
              fields:
                name: {from: text, required: true}
                serials: {merge: {from: serial, parent: [no, n], template: "{code}"}}
"""

FILES = {
    "customers": "id,name,country,Favourite\n1,Ann,AU,tea\n2,Bob,NZ,\n3,,AU,\n,Nameless,AU,\n1,Ann again,AU,\n",
    "countries": "code,name\nAU,Australia\nNZ,New Zealand\n",
    "orders": "no,customer,status\nA,1,open\nB,1,void\nC,3,open\n",
    "lines": "no,n,text\nA,1,one\nA,2,two\nB,1,void line\nC,1,of a customer who is not there\n"
    "Z,1,of no order\n,1,of nothing\nA,x,unreadable\n",
    "serials": "code,no,n\ns1,A,1\ns2,B,1\ns3,Z,1\ns4,A,9\ns5,,\n",
    "notes": "id,customer,no,text\n1,1,,for a customer\n2,,A,for an order\n3,9,,for nobody\n"
    "4,,,for nothing\n5,9,A,for an order of nobody\n",
    "definitions": "id,key,label,type,column\nd1,tea,Favourite,text,Favourite\nd2,face,Face,drawing,Face\n"
    "d3,smell,Smell,odour,Smell\n",
    "gps": "id\n1\n2\n",
}


def odoo() -> FakeOdoo:
    return FakeOdoo(
        res__partner=fields(name="char", ref="char", comment="text"),
        sale__order=fields(
            name="char",
            note="text",
            partner_id={"type": "many2one", "relation": "res.partner"},
            line_ids={"type": "one2many", "relation": "sale.order.line"},
        ),
        sale__order__line=fields(name="char", serials="char"),
    )


@pytest.fixture
def project(tmp_path):
    made = Project(tmp_path)
    made.map(MAP)
    made.migration()
    made.files(**FILES)
    return made


@pytest.fixture
def accounted(project):
    """All outcomes of a load: object → source id → (outcome, reason)."""

    def run(made=(), live=None):
        with opened(project, live or odoo()) as opened_run:
            extract(opened_run)
            # The customers are in Odoo already, except the one that cannot be loaded.
            opened_run.resolver._id_map = type("Known", (), {"resolve": lambda self, rs, ids: {"1": 11, "2": 12}})()
            account_for_rest(opened_run, made=made)
            settle(opened_run)
            sums = counts(opened_run)
            found = {}
            for row in opened_run.ledger.outcomes(opened_run.id):
                found.setdefault(row.object, {}).setdefault(row.source_id, set()).add((str(row.outcome), row.reason))
        return found, sums

    return run


def test_the_sums_hold_for_every_object(accounted):
    _, sums = accounted()

    assert {name: (c.extracted, c.balanced) for name, c in sums.items()} == {
        "customer": (5, True),
        "country": (2, True),
        "order": (3, True),
        "line": (7, True),
        "serial": (5, True),
        "note": (5, True),
        "definition": (3, True),
        "gps": (2, True),
    }
    assert sums["customer"] == Counts(extracted=5, created=2, quarantined=3)
    assert sums["line"] == Counts(extracted=7, held=2, quarantined=4, excluded=1)


def test_unreadable_rows_are_quarantined_each_under_a_name_of_its_own(accounted):
    found, _ = accounted()

    assert set(found["customer"]) == {"1", "2", "3", "customers.csv#5", "1 (customers.csv#6)"}
    assert all(outcome == "quarantined" for key in list(found["customer"])[3:] for outcome, _ in found["customer"][key])
    ((outcome, reason),) = found["line"]["lines.csv#8"]
    assert outcome == "quarantined"
    assert "(the cell holds 'x')" in reason


def test_rows_that_do_not_migrate_are_excluded_with_the_maps_reason(accounted):
    found, _ = accounted()

    assert found["gps"] == {"1": {("excluded", "nobody needs it")}, "2": {("excluded", "nobody needs it")}}


def test_rows_that_are_only_looked_up_are_excluded(accounted):
    found, _ = accounted()

    reason = "read for the records of other objects; has none of its own"
    assert found["country"] == {"AU": {("excluded", reason)}, "NZ": {("excluded", reason)}}


def test_definitions_became_fields_or_have_no_equivalent(accounted):
    kept, _ = accounted()
    made, _ = accounted(made={"res.partner.x_tea"})

    assert kept["definition"]["d1"] == {("unchanged", "the field res.partner.x_tea")}
    assert made["definition"]["d1"] == {("created", "the field res.partner.x_tea")}
    ((outcome, reason),) = kept["definition"]["d2"]
    assert outcome == "excluded"
    assert reason.startswith("a custom field of type drawing: no equivalent in Odoo")
    assert "no type of that name in the map" in str(kept["definition"]["d3"])


def test_definitions_that_no_rule_takes_are_excluded(project, accounted):
    project.map(MAP.replace("custom_fields: {from: definition,", "custom_fields: {from: definition, where: {id: d1},"))

    found, sums = accounted()

    assert found["definition"]["d2"] == {("excluded", "no rule of the map takes this definition")}
    assert sums["definition"].balanced


def test_child_rows_without_a_parent_are_held(accounted):
    found, _ = accounted()

    assert found["line"]["Z|1"] == {("held", "waits for order Z, which is not in the source")}
    assert found["note"]["3"] == {("held", "waits for customer 9, which is not in the source")}
    assert found["note"]["4"] == {("held", "names no customer: customer is empty")}


def test_child_rows_whose_parent_could_not_be_read_are_held(project, accounted):
    project.map(MAP.replace("customer: {type: id}, status: {}", "customer: {type: integer}, status: {}"))
    project.files(orders="no,customer,status\nA,1,open\nZ,nobody,open\n")

    found, sums = accounted()

    ((outcome, reason),) = found["line"]["Z|1"]
    assert outcome == "held"
    assert reason.startswith("waits for order Z, which could not be read (orders.csv row 3: ")
    assert sums["line"].balanced
    assert sums["order"].balanced


def test_child_rows_of_child_rows_without_a_parent_are_held_too(accounted):
    found, _ = accounted()

    assert found["serial"]["s3"] == {("held", "waits for line Z|1, which waits itself")}
    assert found["serial"]["s4"] == {("held", "waits for line A|9, which is not in the source")}
    assert found["serial"]["s5"] == {("held", "names no line: no/n is empty")}


def test_child_rows_share_the_fate_of_their_record(accounted):
    found, _ = accounted()

    assert {outcome for outcome, _ in found["line"]["B|1"]} == {"excluded"}
    assert {outcome for outcome, _ in found["serial"]["s2"]} == {"excluded"}
    assert {outcome for outcome, _ in found["line"]["C|1"]} == {"held"}


def test_a_row_that_one_of_its_parents_takes_is_no_orphan(accounted):
    found, _ = accounted()

    assert "held" not in {outcome for outcome, _ in found["note"]["1"] | found["note"]["2"]}
    assert "not in the source" not in str(found["note"]["5"])


def test_child_rows_for_a_field_that_this_odoo_cannot_have_are_excluded(project, accounted):
    collect = """
          x_serials:
            collect: {from: gadget, parent: customer, column: id}
            lookup: {model: stock.lot, by: name, many: true}
            create: {type: many2many, label: Lots, relation: stock.lot}
"""
    text = MAP.replace("          ref: land.name\n", "          ref: land.name" + collect).replace(
        "  gps:", "  gadget: {files: gadgets, key: id, columns: {id: {type: id}, customer: {type: id}}}\n  gps:"
    )
    project.map(text)
    project.files(gadgets="id,customer\ng1,1\ng2,9\n")

    found, sums = accounted()

    reason = "the field that would hold it refers to what this Odoo does not have"
    assert found["gadget"] == {"g1": {("excluded", reason)}, "g2": {("excluded", reason)}}
    assert sums["gadget"].balanced


def test_an_object_that_is_a_record_and_a_part_of_two_others_has_the_outcome_of_its_record(project, accounted):
    records = """\
      note_record:
        from: note
        fields: {name: text}
"""
    project.map(MAP.replace("  orders:\n    model: sale.order\n", f"{records}  orders:\n    model: sale.order\n"))

    found, sums = accounted()

    assert sums["note"].balanced
    assert ("created", "") in found["note"]["1"]
    assert found["note"]["3"] == {("created", "")}
    assert sums["note"].held == 0


def test_many_rows_are_saved_in_pieces(project, accounted):
    project.files(gps="id\n" + "".join(f"{n}\n" for n in range(2500)))

    found, sums = accounted()

    assert len(found["gps"]) == 2500
    assert sums["gps"] == Counts(extracted=2500, excluded=2500)


def test_an_empty_export_is_balanced(project, accounted):
    project.files(**{name: text.split("\n")[0] + "\n" for name, text in FILES.items()})

    _, sums = accounted()

    assert all(c.balanced and c.extracted == 0 for c in sums.values())
