"""The client against a real Odoo 14: both protocols that it has, values, and errors by their types."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.errors import OdooError, OdooForbidden, OdooMissing, OdooRejected, OdooUnsupported

pytestmark = pytest.mark.odoo14


@pytest.fixture
def odoo(access: OdooAccess) -> Iterator[OdooClient]:
    with OdooClient.connect(access) as client:
        yield client


@pytest.mark.parametrize("secret", ["api_key", "password"])
def test_key_and_password_are_let_in(access: OdooAccess, secret: str) -> None:
    other = {"api_key": "password", "password": "api_key"}[secret]
    with OdooClient.connect(replace(access, **{other: ""})) as odoo:
        assert (odoo.version.major, odoo.version.edition, odoo.protocol) == (14, "community", access.protocol)
        assert odoo.uid == 2


def test_the_protocol_is_chosen_by_the_version(access14: OdooAccess) -> None:
    with OdooClient.connect(access14) as odoo:
        assert odoo.protocol == "jsonrpc"
    with pytest.raises(OdooError, match="has no JSON-2"):
        OdooClient.connect(replace(access14, protocol="json2"))


def test_several_databases_mean_xml_rpc(access14: OdooAccess, fresh14: Callable[..., Any]) -> None:
    with fresh14():
        with OdooClient.connect(access14) as odoo:
            assert odoo.protocol == "xmlrpc"
            assert not odoo.has_model("stock.lot")
        with pytest.raises(OdooError, match="does not say what it refuses"):
            OdooClient.connect(replace(access14, protocol="jsonrpc"))


def test_who_is_not_let_in(access: OdooAccess) -> None:
    with pytest.raises(OdooForbidden, match="does not let user"):
        OdooClient.connect(replace(access, api_key="", password="not-the-password"))
    with pytest.raises(OdooError, match="no database 'nowhere'") as caught:
        OdooClient.connect(replace(access, database="nowhere"))
    assert caught.value.kind == "NoSuchDatabase"


def test_records_come_and_go(odoo: OdooClient) -> None:
    ids = odoo.create("res.partner", [{"name": f"Zoë & <Söhne> {n}"} for n in range(3)])
    assert [r["name"] for r in odoo.read("res.partner", ids, ["name"])] == [f"Zoë & <Söhne> {n}" for n in range(3)]
    odoo.write("res.partner", ids[:2], {"city": "Perth", "active": False})
    assert odoo.search("res.partner", [("id", "in", ids)]) == ids[2:]
    assert odoo.existing("res.partner", [*ids, 10**8]) == ids
    batches = odoo.iter_search_read(
        "res.partner", [("id", "in", ids)], ["city"], batch=1, context={"active_test": False}
    )
    assert [[r["city"] for r in rows] for rows in batches] == [["Perth"], ["Perth"], [False]]
    odoo.unlink("res.partner", ids)
    odoo.unlink("res.partner", ids)  # gone already
    assert odoo.existing("res.partner", ids) == []


def test_values_arrive_exactly(odoo: OdooClient) -> None:
    (partner,) = odoo.create("res.partner", [{"name": "Ada", "comment": "one\ntwo"}])
    (country,) = odoo.search("res.country", [("code", "=", "AU")])
    odoo.write("res.partner", [partner], {"country_id": country, "credit_limit": Decimal("1234.56")})
    (lead,) = odoo.create(
        "crm.lead",
        [{
            "name": "Lead", "partner_id": partner, "expected_revenue": Decimal("99.95"), "date_deadline": date(2024, 2, 29),
            "date_closed": datetime(2024, 2, 29, 23, 30, tzinfo=UTC), "tag_ids": [[6, 0, []]],
        }],
    )  # fmt: skip
    (row,) = odoo.read(
        "crm.lead", [lead], ["expected_revenue", "date_deadline", "date_closed", "partner_id", "tag_ids"]
    )
    assert row == {
        "id": lead,
        "expected_revenue": 99.95,
        "date_deadline": "2024-02-29",
        "date_closed": "2024-02-29 23:30:00",
        "partner_id": [partner, "Ada"],
        "tag_ids": [],
    }
    (row,) = odoo.read("res.partner", [partner], ["country_id", "credit_limit", "comment"])
    assert (row["country_id"][0], row["credit_limit"], row["comment"]) == (country, 1234.56, "one\ntwo")


def test_what_a_database_has(odoo: OdooClient) -> None:
    assert odoo.fields_get("crm.lead")["stage_id"]["relation"] == "crm.stage"
    assert odoo.has_model("stock.production.lot")
    assert not odoo.has_model("stock.lot")
    assert odoo.installed_modules()["crm"].startswith("14.0.")
    assert len(odoo.database_uuid) == 36


def _attempts(odoo: OdooClient) -> dict[str, tuple[type[OdooError], Callable[[], object]]]:
    (ada,) = odoo.create("res.partner", [{"name": "Ada"}])
    return {
        "a wrong value": (OdooRejected, lambda: odoo.create("res.partner", [{"name": "A", "type": "bogus"}])),
        "a missing value": (OdooRejected, lambda: odoo.create("res.partner", [{"name": False}])),
        "a doubled value": (OdooRejected, lambda: odoo.create("res.users", [{"name": "A", "login": "admin"}])),
        "a record in use": (OdooRejected, lambda: odoo.unlink("res.partner", [1])),
        "no such record": (OdooMissing, lambda: odoo.write("res.partner", [10**8], {"name": "A"})),
        "no such field to write": (OdooUnsupported, lambda: odoo.create("res.partner", [{"name": "A", "nope": 1}])),
        "no such field to read": (OdooUnsupported, lambda: odoo.read("res.partner", [ada], ["nope"])),
        "no such model": (OdooUnsupported, lambda: odoo.fields_get("no.model")),
        "no such method": (OdooUnsupported, lambda: odoo.call("res.partner", "nope", ids=[ada], retry=True)),
    }


def test_errors_have_types(odoo: OdooClient) -> None:
    for what, (wanted, attempt) in _attempts(odoo).items():
        with pytest.raises(OdooError) as caught:
            attempt()
        assert type(caught.value) is wanted, (what, caught.value)


def test_a_right_that_is_missing(odoo: OdooClient, access: OdooAccess) -> None:
    name = f"pat-{access.protocol}"
    odoo.create(
        "res.users", [{"name": name, "login": name, "password": "pat-pat-pat"}], context={"no_reset_password": True}
    )
    with OdooClient.connect(replace(access, login=name, api_key="", password="pat-pat-pat")) as pat:
        with pytest.raises(OdooForbidden):
            pat.write("ir.model", [1], {"name": "Mine"})
        assert pat.has_model("account.move")  # it is there, for others
