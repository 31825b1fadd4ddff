"""The example of Connect Field Service, once through all stages on a real Odoo: every row of its table read back and compared."""

import ast
import base64
import html
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from defusedxml import ElementTree
from e2e_dumps import changes, everything
from e2e_lakeside import EVERYTHING, Story, lakeside, one
from support import lakeside_org as org

from flitstack_pipeline.sandbox import Sandbox

pytestmark = pytest.mark.odoo
Count = Callable[[str, int], None]
SYSTEM = "connect_field_service"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Iterator[Story]:
    with lakeside(tmp_path_factory.mktemp("lakeside"), sandbox) as told:
        yield told


def text(value: Any) -> Any:
    """What is empty in the source is false in Odoo."""
    return value if value not in (None, "") else False


# -- stages -----------------------------------------------------------------------------------------------------------


def test_the_doctor_finds_nothing_blocking_and_lists_owners_that_odoo_does_not_know(story: Story) -> None:
    doctor = story.results["doctor"]
    assert doctor.ok, [f for f in doctor.details["findings"] if f["level"] == "blocking"]
    said = " ".join(f["text"] for f in doctor.details["findings"] if f["check"] == "people.owners")
    assert "hank.stone@lakeside-climate.example" in said
    assert "dana.whitfield" not in said


def test_every_row_is_accounted_for_and_no_difference_is_unexplained(story: Story) -> None:
    load, reconcile = story.results["load"], story.results["reconcile"]
    assert (load.ok, load.problems) == (True, ())
    assert (reconcile.ok, reconcile.exit_code, reconcile.problems) == (True, 0, ())
    assert sum(f.differences + f.accepted for f in reconcile.models.values()) == 0
    assert sum(f.values_compared for f in reconcile.models.values()) > 15_000
    for table, name in org.OBJECTS.items():
        assert load.objects[name].extracted == len(org.rows(table)), name


@pytest.mark.parametrize("outcome", org.STOPPED)
def test_planted_rows_stay_behind_with_a_reason(story: Story, outcome: str) -> None:
    entries = [e for e in org.PLANTED if e["expected_outcome"] == outcome]
    assert entries
    for entry in entries:
        found = [o for o in story.outcomes(entry["source_id"], entry["records"]) if str(o.outcome) == outcome]
        assert found, (entry, story.rows.get(entry["source_id"]))
        assert all(o.reason for o in found)


def test_rows_that_a_person_should_look_at_are_listed(story: Story) -> None:
    listed = {(r["source_id"], r["column"]) for r in story.results["plan"].details["review"]}
    flagged = {
        (e["source_id"], e["column"])
        for e in org.PLANTED
        if e["expected_outcome"] == "flagged" and e["column"] != "address1_country"
    }
    assert flagged <= listed


def test_what_does_not_migrate_is_inventoried(story: Story) -> None:
    objects = story.results["load"].objects
    for name, table in (
        ("workflow", "workflow"),
        ("booking_rule", "msdyn_bookingrule"),
        ("agreement", "msdyn_agreement"),
    ):
        assert objects[name].as_dict()["excluded"] == objects[name].extracted == len(org.rows(table)) > 0
    tables = len(list((org.ORG / "entities").glob("*.json")))
    assert objects["table"].extracted >= tables


# -- rows of the table ------------------------------------------------------------------------------------------------


@pytest.mark.row(SYSTEM, 1)
def test_accounts(story: Story, counted: Count) -> None:
    found, ids, depths = story.read("res.partner", "account"), story.ids("account"), Counter[int]()
    expected = org.arriving("account")
    assert set(found) == set(expected)
    for row_id, row in expected.items():
        record = found[row_id]
        service = org.rows("territory")[row["msdyn_serviceterritory"]["id"]]
        unit = org.rows("businessunit")[row["owningbusinessunit"]["id"]]
        assert record["name"] == " ".join(row["name"].split())
        assert record["is_company"] is True
        assert one(record["parent_id"]) == ids.get(org.target(row, "parentaccountid") or "")
        assert one(record["x_billing_account_id"]) == ids.get(org.target(row, "msdyn_billingaccount") or "")
        assert (record["ref"], record["phone"]) == (text(row.get("accountnumber")), text(row.get("telephone1")))
        assert (record["email"], record["street"]) == (text(row.get("emailaddress1")), text(row.get("address1_line1")))
        assert (record["x_territory"], record["x_service_territory"]) == (org.name(row, "territoryid"), service["name"])
        territory = org.rows("territory")[row["territoryid"]["id"]]
        assert record["x_parent_territory"] == text(org.name(territory, "parentterritoryid"))
        assert record["x_parent_service_territory"] == text(org.name(service, "parentterritoryid"))
        assert record["x_territory_manager"] == org.name(service, "managerid")
        assert (record["x_business_unit"], record["x_parent_business_unit"]) == (
            unit["name"],
            text(org.name(unit, "parentbusinessunitid")),
        )
        assert record["x_new_contractlevel"] == text(org.label("account", row, "new_contractlevel"))
        assert record["x_customer_type"] == text(org.label("account", row, "customertypecode"))
        assert record["active"] == (row["statecode"] == 0)
        assert record["x_original_create_date"] == org.moment(row["createdon"])
        assert one(record["user_id"]) == story.users.get(org.mail(row) or "")
        assert record["x_source_owner"] == org.name(row, "ownerid")
        depth, at = 1, row
        while "parentaccountid" in at:
            depth, at = depth + 1, org.rows("account")[at["parentaccountid"]["id"]]
        depths[depth] += 1
    assert set(depths) == {1, 2, 3, 4}
    circle = org.planted("account", "quarantined")
    assert len(circle) == 3
    for row_id in circle:
        (outcome,) = story.outcomes(row_id, "account")
        assert "refers to itself in a circle" in outcome.reason
        assert all(other in outcome.reason for other in circle)
    counted("accounts read back, four levels deep", len(found))


@pytest.mark.row(SYSTEM, 2)
def test_contacts(story: Story, counted: Count) -> None:
    found, expected = story.read("res.partner", "contact"), org.arriving("contact")
    parents = story.ids("account") | story.ids("contact")
    assert set(found) == set(expected)
    owners = Counter[bool]()
    for row_id, row in expected.items():
        record = found[row_id]
        assert (record["name"], record["is_company"]) == (row["fullname"], False)
        assert one(record["parent_id"]) == parents.get(org.target(row, "parentcustomerid") or "")
        for field, column in (
            ("function", "jobtitle"),
            ("email", "emailaddress1"),
            ("phone", "telephone1"),
            ("x_mobile", "mobilephone"),
            ("street", "address1_line1"),
            ("city", "address1_city"),
            ("zip", "address1_postalcode"),
        ):
            assert record[field] == text(row.get(column)), (row_id, field)
        assert bool(record["country_id"]) == bool(record["state_id"]) == ("address1_country" in row)
        assert record["x_new_preferredlanguage"] == text(org.label("contact", row, "new_preferredlanguage"))
        assert one(record["user_id"]) == story.users.get(org.mail(row) or "")
        owners[bool(record["user_id"])] += 1
    assert min(owners.values()) > 10
    counted("contacts read back with parent and owner", len(found))


@pytest.mark.row(SYSTEM, 3)
def test_work_orders(story: Story, counted: Count) -> None:
    found, expected = story.read("crm.lead", "work_order"), org.arriving("msdyn_workorder")
    accounts, contacts, assets, orders = (story.ids(n) for n in ("account", "contact", "customer_asset", "work_order"))
    assert set(found) == set(expected)
    for row_id, row in expected.items():
        record, status = found[row_id], row["msdyn_systemstatus"]
        assert (record["x_msdyn_workorder_id"], record["name"], record["type"]) == (
            row_id,
            row["msdyn_name"],
            "opportunity",
        )
        assert one(record["partner_id"]) == accounts[row["msdyn_serviceaccount"]["id"]]
        assert org.words_of_html(record["description"]) == org.words(
            row.get("msdyn_workordersummary"), row.get("msdyn_instructions")
        )
        assert record["x_work_order_status"] == org.label("msdyn_workorder", row, "msdyn_systemstatus")
        assert record["x_work_order_priority"] == text(org.name(row, "msdyn_priority"))
        priority = org.rows("msdyn_priority").get(org.target(row, "msdyn_priority") or "", {})
        assert record["x_internal_priority"] == (str(priority["msdyn_priorityvalue"]) if priority else False)
        assert record["x_resolution_type"] == text(org.name(row, "msdyn_primaryresolution"))
        assert one(record["x_customer_asset_id"]) == assets.get(org.target(row, "msdyn_customerasset") or "")
        assert one(record["x_reported_by_id"]) == contacts.get(org.target(row, "msdyn_reportedbycontact") or "")
        assert one(record["x_parent_work_order_id"]) == orders.get(org.target(row, "msdyn_parentworkorder") or "")
        day = org.local_day(row.get("msdyn_datewindowstart"))
        assert record["x_window_start"] == (day.isoformat() if day else False)
        assert record["x_promised_to"] == org.moment(row.get("msdyn_timetopromised"))
        won, lost = status in (690970003, 690970004), status == 690970005
        assert (record["active"], record["won_status"]) == (not lost, "won" if won else "lost" if lost else "pending")
        assert Decimal(str(record["expected_revenue"])) == Decimal(row.get("msdyn_totalamount", "0"))
        assert record["x_original_close_date"] == org.moment(row.get("msdyn_timeclosed"))
        assert one(record["user_id"]) == story.users.get(org.mail(row) or "")
    statuses = set(org.labels("msdyn_workorder", "msdyn_systemstatus").values())
    assert _selection(story, "x_work_order_status") == statuses
    assert {r["x_work_order_status"] for r in found.values()} == statuses
    assert _selection(story, "x_internal_priority") == {"1", "2", "3", "4", "5"}
    counted("work orders read back as opportunities", len(found))


def _selection(story: Story, field: str, model: str = "crm.lead") -> set[str]:
    story.odoo.refresh()
    return {value for value, _ in story.odoo.fields_get(model)[field]["selection"]}


@pytest.mark.row(SYSTEM, 4)
@pytest.mark.row(SYSTEM, 5)
def test_sub_status_and_type_have_every_active_value(story: Story, counted: Count) -> None:
    found, expected = (
        story.read("crm.lead", "work_order", "x_work_order_sub_status", "x_work_order_type"),
        org.arriving("msdyn_workorder"),
    )
    total = 0
    for field, lookup, table in (
        ("x_work_order_sub_status", "msdyn_substatus", "msdyn_workordersubstatus"),
        ("x_work_order_type", "msdyn_workordertype", "msdyn_workordertype"),
    ):
        active = {r["msdyn_name"] for r in org.rows(table).values() if r["statecode"] == 0}
        inactive = {r["msdyn_name"] for r in org.rows(table).values()} - active
        used = {org.name(row, lookup) for row in expected.values()} - {None}
        assert active - used, "the example has values that no work order uses"
        assert _selection(story, field) == active | used
        assert inactive - used
        for row_id, row in expected.items():
            assert found[row_id][field] == text(org.name(row, lookup)), row_id
        outcomes = Counter(str(o.outcome) for i in org.rows(table) for o in story.rows[i])
        assert outcomes == {"created": len(active), "excluded": len(inactive)}
        total += len(active)
    (kept,) = org.planted("work_order", "kept")
    assert found[kept]["x_work_order_sub_status"] == "Waiting for fax"
    counted("active sub-statuses and types that are values in Odoo, used or not", total)


@pytest.mark.row(SYSTEM, 6)
def test_service_tasks_become_one_activity(story: Story, counted: Count) -> None:
    found = story.read("mail.activity", "task_list")
    leads = story.ids("work_order")
    on_lead = story.read("crm.lead", "work_order", "x_estimated_duration", "x_task_completion")
    of_order = {
        o: rows for o, rows in org.children("msdyn_workorderservicetask", "msdyn_workorder").items() if o in leads
    }
    assert set(found) == set(of_order)
    ours = story.odoo.search_count("mail.activity", [["res_model", "=", "crm.lead"]], context=EVERYTHING)
    assert ours == len(found)
    states = Counter[str]()
    for order, tasks in of_order.items():
        record, ordered = found[order], sorted(tasks, key=lambda t: t["msdyn_lineorder"])
        assert (record["res_model"], record["res_id"]) == ("crm.lead", leads[order])
        texts = [(f"{t['msdyn_lineorder']}.", t["msdyn_name"], t.get("msdyn_description")) for t in ordered]
        assert org.words_of_html(record["note"]) == org.words(*(part for parts in texts for part in parts))
        minutes = sum(t.get("msdyn_estimatedduration", 0) for t in tasks)
        flags = [(t["msdyn_name"], t["msdyn_percentcomplete"] == "100.00") for t in ordered]
        for holder in (record, on_lead[order]):
            assert holder["x_estimated_duration"] == minutes
            assert [(f["task"], f["completed"]) for f in json.loads(holder["x_task_completion"])] == flags
        done = all(flag for _, flag in flags)
        assert (record["active"], record["state"] == "done") == (not done, done)
        last = max(t["modifiedon"] for t in tasks)
        assert record["date_done"] == (str(org.local_day(last)) if done else False)
        states["done" if done else "open"] += 1
    assert min(states["done"], states["open"]) > 20
    counted("service tasks in the activities of their work orders", sum(map(len, of_order.values())))


@pytest.mark.row(SYSTEM, 7)
def test_products(story: Story, counted: Count) -> None:
    found, families = story.read("product.product", "product"), story.ids("product_family")
    goods = {i: r for i, r in org.arriving("product").items() if r["productstructure"] != 2}
    assert set(found) == set(goods)
    (large,) = org.planted("product", "changed")
    pictures = 0
    for row_id, row in goods.items():
        record = found[row_id]
        kind = row.get("msdyn_fieldserviceproducttype")
        service = kind == 690970002 if kind is not None else row["producttypecode"] in (3, 4)
        assert (record["type"], record["default_code"]) == ("service" if service else "consu", row["productnumber"])
        assert Decimal(str(record["list_price"])) == Decimal(row["price"])
        assert Decimal(str(record["standard_price"])) == Decimal(row.get("standardcost") or row.get("currentcost") or 0)
        assert record["active"] == (row["statecode"] == 0)
        assert record["x_new_hazardous"] == row["new_hazardous"]
        if "parentproductid" in row:
            assert one(record["categ_id"]) == families[row["parentproductid"]["id"]]
        picture = org.body("product", row_id, "entityimage")
        assert bool(record["image_1920"]) == bool(picture), row_id
        if picture and row_id != large:
            assert base64.b64decode(record["image_1920"]) == picture
            pictures += 1
    assert pictures >= 8
    originals = story.read("ir.attachment", "product_picture", "datas", "res_model", "res_id")
    assert base64.b64decode(originals[large]["datas"]) == org.body("product", large, "entityimage")
    assert (originals[large]["res_model"], originals[large]["res_id"]) == ("product.product", found[large]["id"])
    assert any(a["objectid"]["table"] == "product" for a in org.arriving("annotation", "note_file").values())
    counted("products and services read back, with their pictures", len(found))


@pytest.mark.row(SYSTEM, 8)
def test_bookings(story: Story, counted: Count) -> None:
    found = story.read("crm.lead", "work_order", "x_assigned_bookings")
    of_order, total = org.children("bookableresourcebooking", "msdyn_workorder"), 0
    for order, record in found.items():
        bookings = sorted(of_order.get(order, ()), key=lambda b: (b["starttime"], b["name"]))
        kept = json.loads(record["x_assigned_bookings"]) if record["x_assigned_bookings"] else []
        assert [(b["id"], b["booking"], b["resource"], b["start"], b["end"], b["status"]) for b in kept] == [
            (
                b["bookableresourcebookingid"],
                b["name"],
                org.name(b, "resource"),
                org.iso(b["starttime"]),
                org.iso(b["endtime"]),
                org.name(b, "bookingstatus"),
            )
            for b in bookings
        ]
        total += len(kept)
    assert total == len(org.arriving("bookableresourcebooking"))
    compared = story.results["reconcile"].details["fields"]["crm_lead"]["work_order.x_assigned_bookings"]
    assert compared["filled"] > 100
    counted("bookings in the JSON of their opportunities", total)


@pytest.mark.row(SYSTEM, 9)
def test_customer_assets(story: Story, counted: Count) -> None:
    found, expected = story.read("x_customer_asset", "customer_asset"), org.arriving("msdyn_customerasset")
    accounts, products, assets = story.ids("account"), story.ids("product"), story.ids("customer_asset")
    assert set(found) == set(expected)
    for row_id, row in expected.items():
        record = found[row_id]
        assert (record["x_name"], record["x_serial_number"]) == (row["msdyn_name"], text(row.get("new_serialnumber")))
        assert one(record["x_partner_id"]) == accounts[row["msdyn_account"]["id"]]
        assert one(record["x_product_id"]) == products[row["msdyn_product"]["id"]]
        assert one(record["x_parent_asset_id"]) == assets.get(org.target(row, "msdyn_parentasset") or "")
        assert record["x_location"] == text(row.get("new_location") or org.name(row, "msdyn_functionallocation"))
        assert record["x_install_date"] == text(row.get("new_installdate"))
        working = org.label("msdyn_customerasset", row, "new_operationalstatus")
        assert record["x_status"] == (working or org.label("msdyn_customerasset", row, "statuscode"))
        assert record["x_manufacturing_date"] == row["msdyn_manufacturingdate"][:10]  # wall clock, in no zone
        assert record["x_new_refrigerant"] == text(row.get("new_refrigerant"))
    # A person looks for a serial number in the search box of the model's own menu.
    (action,) = story.odoo.search("ir.actions.act_window", [["res_model", "=", "x_customer_asset"]])
    assert story.odoo.search_count("ir.ui.menu", [["action", "=", f"ir.actions.act_window,{action}"]]) == 1
    views = story.odoo.call(
        "x_customer_asset", "get_views", retry=True, views=[[False, "list"], [False, "form"], [False, "search"]]
    )["views"]
    assert "x_serial_number" in views["list"]["arch"]
    assert "<chatter" in views["form"]["arch"]
    box = ElementTree.fromstring(views["search"]["arch"]).find("field").get("filter_domain")
    serial = next(
        r["new_serialnumber"] for r in expected.values() if "new_serialnumber" in r and r["msdyn_name"] == "Unit 2"
    )
    domain = [list(t) if isinstance(t, tuple) else t for t in ast.literal_eval(box.replace("self", repr(serial[2:])))]
    hits = story.odoo.search("x_customer_asset", domain)
    assert hits == [assets[i] for i, r in expected.items() if r.get("new_serialnumber") == serial]
    counted("customer assets read back, found by serial number", len(found))


@pytest.mark.row(SYSTEM, 10)
def test_custom_fields_of_the_work_order(story: Story, counted: Count) -> None:
    types = {
        "x_new_gatecode": "char",
        "x_new_accessnotes": "text",
        "x_new_permitdate": "date",
        "x_new_nextinspection": "datetime",
        "x_new_visitcount": "integer",
        "x_new_humidity": "float",
        "x_new_partscost": "float",
        "x_new_warranty": "boolean",
        "x_new_equipmentclass": "selection",
        "x_new_skills": "many2many",
        "x_new_sitecontact": "char",
    }
    domain = [["model", "=", "crm.lead"], ["name", "=like", "x_new_%"]]
    made = story.odoo.search_read("ir.model.fields", domain, ["name", "ttype", "create_date"])
    assert {f["name"]: f["ttype"] for f in made} == types
    found = story.read("crm.lead", "work_order", *types, "create_date")
    assert max(f["create_date"] for f in made) < min(r["create_date"] for r in found.values())
    assert _selection(story, "x_new_equipmentclass") == set(
        org.labels("msdyn_workorder", "new_equipmentclass").values()
    )
    options = {r["id"]: r["x_name"] for r in story.odoo.search_read("x_cfs_option", [], ["x_name"])}
    assert sorted(options.values()) == sorted(org.labels("msdyn_workorder", "new_skills").values())
    for row_id, row in org.arriving("msdyn_workorder").items():
        record = found[row_id]
        assert (record["x_new_gatecode"], record["x_new_accessnotes"]) == (
            text(row.get("new_gatecode")),
            text(row.get("new_accessnotes")),
        )
        assert (record["x_new_permitdate"], record["x_new_visitcount"]) == (
            text(row.get("new_permitdate")),
            row.get("new_visitcount", 0),
        )
        assert record["x_new_nextinspection"] == org.moment(row.get("new_nextinspection"))
        assert Decimal(str(record["x_new_humidity"])) == Decimal(row.get("new_humidity", "0"))
        assert Decimal(str(record["x_new_partscost"])) == Decimal(row.get("new_partscost", "0"))
        assert record["x_new_warranty"] == row["new_warranty"]
        assert record["x_new_equipmentclass"] == text(org.label("msdyn_workorder", row, "new_equipmentclass"))
        skills = [org.labels("msdyn_workorder", "new_skills")[v] for v in row.get("new_skills", ())]
        assert sorted(options[i] for i in record["x_new_skills"]) == sorted(skills)
        assert record["x_new_sitecontact"] == text(org.name(row, "new_sitecontact"))
    notes = " ".join(n["text"] for n in story.results["plan"].details["notes"] if n["kind"] == "no_equivalent")
    assert "type File" in notes
    counted("custom columns of the work order, read back in their own type", len(types))


@pytest.mark.row(SYSTEM, 11)
def test_files_are_the_same_bytes(story: Story, counted: Count) -> None:
    found = story.read("ir.attachment", "note_file", "datas", "name", "res_model", "res_id", "mimetype")
    expected = {i: r for i, r in org.arriving("annotation", "note_file").items() if r.get("isdocument")}
    assert set(found) == set(expected)
    homes = {
        "msdyn_workorder": ("crm.lead", "work_order"),
        "account": ("res.partner", "account"),
        "contact": ("res.partner", "contact"),
        "product": ("product.product", "product"),
        "msdyn_customerasset": ("x_customer_asset", "customer_asset"),
    }
    tables = Counter[str]()
    for row_id, row in expected.items():
        record, table, regarding = found[row_id], row["objectid"]["table"], row["objectid"]["id"]
        tables[table] += 1
        if table == "bookableresourcebooking":
            table, regarding = "msdyn_workorder", org.rows(table)[regarding]["msdyn_workorder"]["id"]
        model, records = homes[table]
        assert base64.b64decode(record["datas"]) == org.body("annotation", row_id, "documentbody")
        assert (record["name"], record["mimetype"]) == (row["filename"], row["mimetype"])
        assert (record["res_model"], record["res_id"]) == (model, story.ids(records)[regarding])
    assert set(tables) == {*homes, "bookableresourcebooking"}
    signatures = story.read("ir.attachment", "signature", "datas", "res_model", "res_id", "mimetype")
    signed = {
        i: r
        for i, r in org.rows("bookableresourcebooking").items()
        if "msdyn_signature" in r and i not in org.stopped("signature")
    }
    assert set(signatures) == set(signed)
    for row_id, row in signed.items():
        drawn = base64.b64decode(row["msdyn_signature"].rpartition(",")[2])
        record = signatures[row_id]
        assert (base64.b64decode(record["datas"]), record["mimetype"]) == (drawn, "image/png")
        assert record["res_id"] == story.ids("work_order")[row["msdyn_workorder"]["id"]]
    counted("files and signatures, byte for byte", len(found) + len(signatures))


@pytest.mark.row(SYSTEM, 11)
def test_a_file_over_the_limit_is_flagged_with_how_to_fetch_it(story: Story, counted: Count) -> None:
    (large,) = org.planted("note_file", "skipped")
    (outcome,) = (o for o in story.outcomes(large, "note_file") if str(o.outcome) == "skipped")
    assert "“roof survey.mp4” has 27.0 MB, more than 25 MB" in outcome.reason
    assert f"fetch it by hand: open the row {large}" in outcome.reason
    fetched = [p.name for p in (story.project.settings.migration_dir("lakeside") / "source").rglob("*survey*")]
    assert fetched == []
    counted("files over the limit, flagged with the way to fetch them", 1)


@pytest.mark.row(SYSTEM, 11)
def test_texts_of_notes_are_in_the_chatter_with_date_and_author(story: Story, counted: Count) -> None:
    found = story.read(
        "mail.message", "note_text", "model", "res_id", "body", "date", "author_id", "email_from", "message_type"
    )
    expected = {i: r for i, r in org.arriving("annotation", "note_text").items() if r.get("notetext")}
    assert set(found) == set(expected)
    partners = {
        mail: story.odoo.read("res.users", [user], ["partner_id"])[0]["partner_id"][0]
        for mail, user in story.users.items()
    }
    for row_id, row in expected.items():
        record, author = found[row_id], org.mail(row, "createdby")
        assert record["date"] == org.moment(row["createdon"])
        assert one(record["author_id"]) == partners.get(author or "")
        assert str(author) in record["email_from"]
        assert str(org.name(row, "createdby")) in record["email_from"]
        plain = (
            row["notetext"]
            if not row["notetext"].startswith("<div")
            else html.unescape(re.sub(r"<[^>]+>", " ", row["notetext"]))
        )
        assert "".join(org.words_of_html(record["body"])) == "".join(plain.split())
        if row["objectid"]["table"] == "msdyn_workorder":
            assert (record["model"], record["res_id"]) == ("crm.lead", story.ids("work_order")[row["objectid"]["id"]])
    counted("texts of notes in the chatter", len(found))


@pytest.mark.row(SYSTEM, 12)
def test_alerts(story: Story, counted: Count) -> None:
    seen: set[str] = set()
    for table, lookup, records, home, model in (
        ("msdyn_workorder", "msdyn_workorder", "alerts_of_work_order", "work_order", "crm.lead"),
        ("msdyn_customerasset", "msdyn_customerasset", "alerts_of_asset", "customer_asset", "x_customer_asset"),
    ):
        files = story.read("ir.attachment", records, "datas", "name", "res_model", "res_id", "mimetype")
        of_parent = {p: a for p, a in org.children("msdyn_iotalert", lookup).items() if p in story.ids(home)}
        latest = story.read(model, home, "x_latest_alert_time", "x_latest_alert_summary")
        assert set(files) == set(of_parent), table
        for parent, alerts in of_parent.items():
            record = files[parent]
            document = json.loads(base64.b64decode(record["datas"]))
            assert (record["name"], record["res_model"], record["res_id"]) == (
                "IoT alerts.json",
                model,
                story.ids(home)[parent],
            )
            assert Counter(json.dumps(a, sort_keys=True) for a in document) == Counter(
                json.dumps(org.alert(a), sort_keys=True) for a in alerts
            )
            seen.update(a["id"] for a in document)
            timed = [a for a in alerts if "msdyn_alerttime" in a]
            if timed:
                last = max(timed, key=lambda a: (a["msdyn_alerttime"], a["createdon"]))
                shown = latest[parent]
                assert (shown["x_latest_alert_time"], shown["x_latest_alert_summary"]) == (
                    org.moment(last["msdyn_alerttime"]),
                    last["msdyn_description"],
                )
    loose = story.read("ir.attachment", "loose_alert", "datas", "res_model")
    for row_id, record in loose.items():
        assert json.loads(base64.b64decode(record["datas"])) == [org.alert(org.rows("msdyn_iotalert")[row_id])]
        assert record["res_model"] == "res.company"
        seen.add(row_id)
    assert sorted(loose) == sorted(org.planted("loose_alert", "with the company"))
    assert seen == set(org.rows("msdyn_iotalert")) - org.stopped("alerts_of_asset")
    counted("alerts in the JSON histories, none dropped", len(seen))


# -- again, and back --------------------------------------------------------------------------------------------------


def test_nobody_is_written_to(story: Story) -> None:
    for table in ("mail_mail", "mail_notification"):
        assert story.tables["loaded"][table] == story.tables["before"][table], table


def test_a_second_load_changes_nothing_and_a_rollback_leaves_the_tables_as_they_were(story: Story) -> None:
    again = story.project.verb("load")
    total = Counter[str]()
    for counts in again.objects.values():
        total.update(counts.as_dict())
    assert (total["created"], total["updated"]) == (0, 0)
    assert total["unchanged"] > 1500
    assert changes(story.tables["loaded"], everything(story.sandbox, story.project.access.database)) == {}
    undone = story.project.verb("rollback")
    assert undone.ok
    assert changes(story.tables["before"], everything(story.sandbox, story.project.access.database)) == {}
