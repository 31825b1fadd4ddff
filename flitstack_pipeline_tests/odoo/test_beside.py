"""What Odoo makes beside records, and what it shares between them: only what came with a record is its own."""

import time

import pytest

from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.odoo.actions.release import release
from flitstack_pipeline.odoo.beside import beside
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.company import furnish

pytestmark = pytest.mark.odoo
EVERYTHING = {"active_test": False}
GSTIN = "29AABCR1718E1ZL"


@pytest.fixture
def india(make_odoo) -> OdooAccess:
    return make_odoo(localization="l10n_in")


def test_a_tax_identity_that_was_there_before_is_nobodys_side(india: OdooAccess) -> None:
    with OdooClient.connect(india) as odoo:
        country = odoo.search("res.country", [["code", "=", "IN"]])[0]
        known = odoo.create("l10n_in.pan.entity", [{"name": GSTIN[2:12]}])[0]
        time.sleep(1.1)  # Odoo tells moments of creation by the second
        values = [
            {"name": name, "vat": vat, "country_id": country} for name, vat in (("A", GSTIN), ("B", "27AAPFU0939F1ZV"))
        ]
        ids = odoo.create("res.partner", values)
        identities = {
            r["id"]: r["l10n_in_pan_entity_id"][0] for r in odoo.read("res.partner", ids, ["l10n_in_pan_entity_id"])
        }
        assert identities[ids[0]] == known
        found = beside(odoo, "res.partner", ids)
        assert [(s.model, s.res_id, s.owner) for s in found] == [("l10n_in.pan.entity", identities[ids[1]], ids[1])]
        assert beside(odoo, "res.partner", ids, given=("l10n_in_pan_entity_id",)) == []


def test_a_branch_and_a_warehouse_can_go_with_all_that_odoo_made(india: OdooAccess) -> None:
    with OdooClient.connect(india) as odoo:
        furnish(odoo, state="MH", tax_number="27AAPFU0939F1ZV")
        models = (
            "stock.location",
            "ir.sequence",
            "project.project",
            "account.fiscal.position",
            "resource.calendar",
            "stock.rule",
        )
        before = {m: odoo.search_count(m, [], context=EVERYTHING) for m in models}
        company = odoo.create("res.company", [{"name": "Branch", "parent_id": 1, "country_id": _india(odoo)}])
        warehouse = odoo.create("stock.warehouse", [{"name": "Second", "code": "SEC"}])
        for model, ids in (("stock.warehouse", warehouse), ("res.company", company)):
            sides = beside(odoo, model, ids)
            assert {s.owner for s in sides} == set(ids)
            release(odoo, model, ids)
            odoo.unlink(model, ids)
            for name in dict.fromkeys(s.model for s in reversed(sides)):
                there = odoo.existing(name, [s.res_id for s in sides if s.model == name])
                odoo.unlink(name, there, context=EVERYTHING)
        assert {m: odoo.search_count(m, [], context=EVERYTHING) for m in models} == before


def _india(odoo: OdooClient) -> int:
    return odoo.search("res.country", [["code", "=", "IN"]])[0]
