"""The example of The Service Program, once through all stages on a real Odoo: every object read back and compared."""

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from e2e_dumps import changes, everything
from e2e_tsp import PLANTED, STOPPED, Story, arrived, one, told, words
from support import tsp_export as tsp

from flitstack_pipeline.sandbox import Sandbox

pytestmark = pytest.mark.odoo
Count = Callable[[str, int], None]

# Odoo stamps the restoring of what it had before as well: contacts of users who are technicians, and the recurring tasks' group.
STAMPED = {name: frozenset({"write_date", "write_uid"}) for name in ("res_partner", "res_groups")}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Iterator[Story]:
    with told(tmp_path_factory.mktemp("garden"), sandbox) as story:
        yield story


# -- stages -----------------------------------------------------------------------------------------------------------


def test_the_doctor_finds_nothing_blocking(story: Story) -> None:
    doctor = story.results["doctor"]
    assert doctor.ok, [f for f in doctor.details["findings"] if f["level"] == "blocking"]


def test_reports_are_read_without_their_titles_totals_and_footers(story: Story) -> None:
    counts = story.results["load"].objects
    for name in tsp.FILES:
        assert counts[name].extracted == len(tsp.records(name)), name
    said = {f["file"]: " ".join(f["skipped"]) for f in story.results["inventory"].details["files"]}
    assert "Date range: 01/01/2025 - 10/31/2026" in said["Work Orders.xlsx"]
    assert "header again" in said["Customer List.xls"]
    assert "Page …" in said["Equipment.xlsx"] or "Page 1 of" in said["Equipment.xlsx"]
    assert "totals in" in said["Work Order Detail.xls"]
    assert "WARNING" not in " ".join(text for file, text in said.items() if file != "Invoice Register.csv")


def test_every_row_that_joins_to_nothing_is_reported(story: Story) -> None:
    reported = {(o["object"], o["row"]) for o in story.results["inventory"].details["orphans"]}
    planted = {
        (e["object"], e["row"]) for e in PLANTED if e["kind"] == "planted" and "is not in the export" in e["problem"]
    }
    assert len(planted) >= 9
    assert planted <= reported
    # What else joins to nothing hangs on a row that could not be read.
    assert {name for name, _ in reported - planted} <= {
        "work_order_line",
        "note",
        "time_log",
        "invoice",
        "invoice_line",
    }


@pytest.mark.parametrize("outcome", ["quarantined", "held", "excluded"])
def test_planted_rows_stay_behind_with_a_reason(story: Story, outcome: str) -> None:
    order = ("quarantined", "held", "created", "updated", "unchanged", "skipped", "excluded")
    entries = [e for e in PLANTED if e["expected_outcome"] == outcome and e["object"] != "custom_field"]
    found = {
        e["id"]: min(story.rows[e["object"], e["row"]], key=lambda r: order.index(str(r.outcome))) for e in entries
    }
    assert {i: str(o.outcome) for i, o in found.items()} == {e["id"]: outcome for e in entries}
    assert [i for i, o in found.items() if not o.reason] == []


def test_all_other_rows_arrived(story: Story) -> None:
    left = {
        place
        for place, rows in story.rows.items()
        if place[0] in tsp.FILES and all(str(r.outcome) in (*STOPPED, "skipped", "excluded") for r in rows)
    }
    assert left == {(e["object"], e["row"]) for e in PLANTED if e["expected_outcome"] in (*STOPPED, "excluded")} | {
        ("custom_field", e["row"]) for e in PLANTED if e["object"] == "custom_field"
    }


def test_only_the_planted_differences_are_found(story: Story) -> None:
    result = story.results["reconcile"]
    assert (result.ok, result.exit_code, result.problems) == (True, 0, ())
    columns = {"Total": "amount_total", "Balance": "amount_residual"}
    planted = {(e["source_id"], columns[e["column"]]) for e in PLANTED if e["expected_outcome"] == "difference"}
    found = [d for of_model in result.details["differences"].values() for d in of_model]
    assert {(d["source_id"], d["field"]) for d in found} == planted
    assert all(len(d["accepted"]) > 10 for d in found)
    assert sum(f.values_compared for f in result.models.values()) > 15_000


def test_flagged_and_listed_rows_are_in_the_plan(story: Story) -> None:
    plan = story.results["plan"].details
    review = {(r["object"], r["row"]) for r in plan["review"]}
    assert {(e["object"], e["row"]) for e in PLANTED if e["expected_outcome"] == "flagged"} <= review
    assert "Site photo" in " ".join(n["where"] for n in plan["notes"] if n["kind"] == "no_equivalent")
    assert "Front desk" in " ".join(plan["left_empty"])


def test_nobody_is_written_to(story: Story) -> None:
    for table in ("mail_mail", "mail_notification", "mail_activity", "mail_followers"):
        assert story.tables["loaded"][table] == story.tables["before"][table], table


# -- row by row -------------------------------------------------------------------------------------------------------


@pytest.mark.row("the_service_program", 1)
def test_customers(story: Story, counted: Count) -> None:
    partners = story.read(
        "res.partner", "customer", "name", "is_company", "x_tsp_customer_id", "email", "phone", "street", "street2", "city",
        "zip", "state_id", "active", "comment", "x_original_create_date", "parent_id",
    )  # fmt: skip
    source = {i: r for i, r in arrived("customer").items() if r["CustomerType"] != "Prospect"}
    assert partners.keys() == source.keys()
    kinds = Counter[bool]()
    for source_id, row in source.items():
        partner = partners[source_id]
        assert partner["is_company"] == (row["CustomerType"] != "Residential"), source_id
        assert partner["name"] == (row["Company"] or row["CustomerName"])
        assert partner["x_tsp_customer_id"] == row["CustomerID"]
        assert [partner[f] or "" for f in ("email", "phone", "street", "street2", "city", "zip")] == [
            row[c] for c in ("Email", "Phone", "BillAddr1", "BillAddr2", "BillCity", "BillZip")
        ]
        assert partner["state_id"][1].endswith("(US)")
        assert partner["active"] == (row["Active"] == "Yes")
        assert partner["x_original_create_date"] == tsp.moment(row["DateCreated"])
        kinds[partner["is_company"]] += 1
    assert min(kinds.values()) > 20
    counted("customers read back: companies and persons", len(partners))


@pytest.mark.row("the_service_program", 2)
def test_service_locations(story: Story, counted: Count) -> None:
    sites = story.read(
        "res.partner", "location", "name", "parent_id", "type", "street", "city", "zip", "state_id", "x_tsp_contact_name",
        "commercial_partner_id",
    )  # fmt: skip
    customers = story.project.ids("customer")
    source = arrived("service_location")
    assert sites.keys() == source.keys()
    own = 0
    for source_id, row in source.items():
        site = sites[source_id]
        assert one(site["parent_id"]) == customers[row["CustomerID"]]
        assert (site["street"], site["city"], site["zip"]) == (row["Addr1"], row["City"], row["Zip"])
        assert (site["x_tsp_contact_name"], site["name"]) == (row["ContactName"], row["LocationName"])
        own += 1
    billing = story.read("res.partner", "customer", "street")
    by_id = {r["id"]: r["street"] for r in billing.values()}
    assert sum(site["street"] != by_id[site["parent_id"][0]] for site in sites.values()) > own * 0.9
    counted("service locations read back under their customer, with their own address", own)


@pytest.mark.row("the_service_program", 3)
def test_work_orders(story: Story, counted: Count) -> None:
    fields = ("name", "stage_id", "partner_id", "x_tsp_wo_id", "x_original_create_date", "x_original_close_date")
    projects = story.read(
        "project.project", "work_order", *fields, "x_tsp_location_id", "x_tsp_scheduled", "date_start"
    )
    customers, sites = story.project.ids("customer"), story.project.ids("location")
    source = arrived("work_order")
    assert projects.keys() == source.keys()
    stages = Counter[str]()
    for source_id, row in source.items():
        project = projects[source_id]
        assert (project["name"], project["x_tsp_wo_id"]) == (row["WorkOrderNo"], row["WorkOrderNo"])
        assert project["stage_id"][1] == row["Status"].capitalize()
        assert one(project["partner_id"]) == customers[row["CustomerID"]]
        assert one(project["x_tsp_location_id"]) == sites[row["LocationID"]]
        assert project["x_original_create_date"] == tsp.moment(row["DateCreated"])
        assert (project["x_original_close_date"] or None) == (
            tsp.moment(row["DateClosed"]) if row["DateClosed"] else None
        )
        scheduled = tsp.day(row["ScheduledDate"])
        assert (project["date_start"] or None) == (scheduled.isoformat() if scheduled else None)
        stages[project["stage_id"][1]] += 1
    assert stages.keys() == {"Open", "Scheduled", "Completed", "Invoiced"}
    assert {p["x_original_create_date"][:4] for p in projects.values()} == {"2025", "2026"}
    counted("work orders read back in their stage, with their original times", len(projects))


@pytest.mark.row("the_service_program", 4)
def test_lines(story: Story, counted: Count) -> None:
    fields = (
        "name",
        "project_id",
        "stage_id",
        "state",
        "user_ids",
        "description",
        "x_tsp_technician_id",
        "x_tsp_amount",
    )
    tasks = story.read("project.task", "line", *fields)
    projects, employees = story.project.ids("work_order"), story.project.ids("technician")
    source = arrived("work_order_line")
    assert tasks.keys() == source.keys()
    assigned = 0
    for source_id, row in source.items():
        task, technician = tasks[source_id], row["Technician"]
        assert one(task["project_id"]) == projects[row["WorkOrderNo"]]
        assert task["stage_id"][1] == row["LineStatus"]
        closed = {"Done": "1_done", "Cancelled": "1_canceled"}.get(row["LineStatus"], "01_in_progress")
        assert task["state"] == closed
        assert task["user_ids"] == ([story.users[technician]] if technician in story.users else [])
        assert one(task["x_tsp_technician_id"]) == employees.get(technician)
        assert row["Description"].split(",")[0].split('"')[0].strip() in words(task["description"])
        assert Decimal(str(task["x_tsp_amount"])) == Decimal(str(row["Amount"]))
        assigned += bool(task["user_ids"])
    assert assigned > 50
    counted("lines read back as tasks of their work order, in their stage", len(tasks))
    counted("tasks assigned to the technician's user", assigned)


@pytest.mark.row("the_service_program", 5)
def test_technicians(story: Story, counted: Count) -> None:
    employees = story.read(
        "hr.employee", "technician", "name", "work_phone", "work_email", "x_certifications", "active", "user_id"
    )
    source = arrived("technician")
    assert employees.keys() == source.keys()
    for source_id, row in source.items():
        employee = employees[source_id]
        assert [employee[f] or "" for f in ("name", "work_phone", "work_email", "x_certifications")] == [
            row[c] for c in ("TechName", "Phone", "Email", "Certifications")
        ]
        assert employee["active"] == (row["Active"] == "Yes")
        assert one(employee["user_id"]) == story.users.get(source_id)
    logs = story.read(
        "account.analytic.line", "time_log", "employee_id", "project_id", "unit_amount", "date", "x_tsp_time_in"
    )
    hours = arrived("time_log")
    assert logs.keys() == hours.keys()
    for source_id, row in hours.items():
        log = logs[source_id]
        assert one(log["employee_id"]) == employees[row["TechID"]]["id"]
        assert one(log["project_id"]) == story.project.id_of("work_order", row["WorkOrderNo"])
        assert Decimal(str(log["unit_amount"])) == Decimal(row["Hours"])
        assert log["date"] == tsp.day(row["TimeIn"].split(" ")[0]).isoformat()
        assert log["x_tsp_time_in"] == tsp.moment(row["TimeIn"])
    counted("technicians read back as employees", len(employees))
    counted("time logs read back as their timesheets, of those who left too", len(logs))


@pytest.mark.row("the_service_program", 6)
def test_invoices(story: Story, counted: Count) -> None:
    fields = (
        "name",
        "state",
        "invoice_date",
        "partner_id",
        "amount_untaxed",
        "amount_tax",
        "amount_total",
        "amount_residual",
    )
    moves = story.read(
        "account.move", "invoice", *fields, "x_qb_invoice_number", "x_qb_txn_id", "x_tsp_project_id", "payment_state",
        "invoice_line_ids",
    )  # fmt: skip
    customers, projects = story.project.ids("customer"), story.project.ids("work_order")
    source = arrived("invoice")
    assert moves.keys() == source.keys()
    wrong = {e["source_id"] for e in PLANTED if e["expected_outcome"] == "difference"}
    states = Counter[str]()
    for source_id, row in source.items():
        move = moves[source_id]
        assert (move["name"], move["state"]) == (row["InvoiceNo"], "posted")
        assert move["invoice_date"] == tsp.day(row["InvoiceDate"]).isoformat()
        assert one(move["partner_id"]) == customers[row["CustomerID"]]
        assert (move["x_qb_invoice_number"], move["x_qb_txn_id"]) == (row["QBRefNumber"], row["QBTxnID"])
        assert one(move["x_tsp_project_id"]) == projects.get(row["WorkOrderNo"])
        if source_id not in wrong:
            amounts = [
                Decimal(str(move[f])) for f in ("amount_untaxed", "amount_tax", "amount_total", "amount_residual")
            ]
            assert amounts == [tsp.money(row[c]) for c in ("SubTotal", "Tax", "Total", "Balance")], source_id
        states[move["payment_state"]] += 1
    assert {"paid", "partial", "not_paid"} <= states.keys()
    lines = _invoice_lines(story, moves)
    counted("invoices read back posted, totals and what is owed to the cent", len(moves))
    counted("invoice lines read back", lines)


def _invoice_lines(story: Story, moves: dict[str, dict[str, Any]]) -> int:
    every = sorted(line for move in moves.values() for line in move["invoice_line_ids"])
    rows = story.odoo.read(
        "account.move.line", every, ["move_id", "name", "quantity", "price_unit", "price_subtotal", "sequence"]
    )
    rates = {r["InvoiceNo"]: r["TaxRate"] for r in tsp.records("invoice")}
    names = {move["id"]: source_id for source_id, move in moves.items()}
    found = Counter(
        (names[r["move_id"][0]], r["name"], *(Decimal(str(r[f])) for f in ("quantity", "price_unit", "price_subtotal")))
        for r in rows
    )
    wanted = Counter(
        (
            r["InvoiceNo"],
            f"{r['ItemCode']}: {r['Description']}",
            *(Decimal(str(r[c])) for c in ("Qty", "Rate", "Amount")),
        )
        for r in tsp.records("invoice_line")
        if r["InvoiceNo"] in moves
    )
    assert found == wanted
    assert set(rates.values()) == {"6.625%", "6%", "8.875%"}
    return len(rows)


@pytest.mark.row("the_service_program", 7)
def test_quickbooks_ids_keep_their_zeros(story: Story, counted: Count) -> None:
    partners = story.read("res.partner", "customer", "x_qb_customer_ref")
    source = arrived("customer")
    for source_id, partner in partners.items():
        assert partner["x_qb_customer_ref"] == source[source_id]["QBCustomerID"]
    zeros = sum(p["x_qb_customer_ref"].startswith("00") for p in partners.values())
    assert zeros > 100
    counted("QuickBooks ids read back character by character", len(partners))


@pytest.mark.row("the_service_program", 8)
def test_equipment_as_serial_numbers(story: Story, counted: Count) -> None:
    lots = story.read(
        "stock.lot",
        "equipment_lot",
        "name",
        "product_id",
        "x_warranty_end",
        "x_install_date",
        "x_tsp_location_id",
        "x_tsp_model",
    )
    sites = story.project.ids("location")
    source = arrived("equipment")
    assert lots.keys() == source.keys()
    for source_id, row in source.items():
        lot = lots[source_id]
        assert lot["name"] == (row["SerialNo"] or row["EquipmentID"])
        assert lot["product_id"][1] == row["Item"]
        assert (lot["x_warranty_end"] or None) == (row["WarrantyEnd"].isoformat() if row["WarrantyEnd"] else None)
        assert one(lot["x_tsp_location_id"]) == sites[row["LocationID"]]
    products = story.read("product.product", "equipment_item", "name", "tracking", "is_storable")
    assert {p["tracking"] for p in products.values()} == {"serial"}
    counted("equipment read back as serial numbers with warranty and location", len(lots))


@pytest.mark.row("the_service_program", 9)
def test_recurring_schedules(story: Story, counted: Count) -> None:
    fields = (
        "recurring_task",
        "repeat_interval",
        "repeat_unit",
        "repeat_type",
        "repeat_until",
        "recurrence_id",
        "project_id",
        "active",
    )
    tasks = story.read("project.task", "schedule", *fields, "x_recurrence_frequency", "x_next_scheduled_date")
    every = {
        "Weekly": (1, "week"), "Bi-Weekly": (2, "week"), "Every 4 Weeks": (4, "week"), "Monthly": (1, "month"),
        "Quarterly": (3, "month"), "Semi-Annual": (6, "month"), "Annual": (1, "year"),
    }  # fmt: skip
    source = arrived("recurring")
    assert tasks.keys() == source.keys()
    for source_id, row in source.items():
        task = tasks[source_id]
        assert task["recurring_task"] is True
        assert task["recurrence_id"]
        assert (task["repeat_interval"], task["repeat_unit"]) == every[row["Frequency"]]
        assert task["x_recurrence_frequency"] == row["Frequency"]
        assert task["x_next_scheduled_date"] == tsp.day(row["NextDate"]).isoformat()
        end = tsp.day(row["EndDate"])
        assert (task["repeat_type"], task["repeat_until"]) == (
            ("until", end.isoformat()) if end else ("forever", False)
        )
        assert task["active"] == (row["Active"] == "Yes")
    (board,) = {t["project_id"][0] for t in tasks.values()}
    assert story.odoo.read("project.project", [board], ["allow_recurring_tasks"])[0]["allow_recurring_tasks"]
    counted("recurring schedules read back as recurring tasks", len(tasks))


@pytest.mark.row("the_service_program", 10)
def test_custom_fields(story: Story, counted: Count) -> None:
    models = {
        "Work Order": ("project.project", "work_order", "work_order"),
        "Line": ("project.task", "line", "work_order_line"),
    }
    types = {"Text": "char", "Number": "float", "Date": "date", "List": "selection"}
    values = 0
    definitions = [r for r in tsp.records("custom_field") if r["Type"] in types]
    for definition in definitions:
        model, record_set, name = models[definition["Level"]]
        target = f"x_tsp_{definition['FieldName']}"
        info = story.odoo.fields_get(model)[target]
        assert (info["type"], info["string"]) == (types[definition["Type"]], definition["Label"])
        if definition["Type"] == "List":
            assert [v for v, _ in info["selection"]] == definition["Choices"].split("; ")
        rows = arrived(name)
        for source_id, record in story.read(model, record_set, target).items():
            wanted = rows[source_id][definition["Column"]]
            wanted = wanted.isoformat() if definition["Type"] == "Date" and wanted else wanted
            assert (record[target] or "") == wanted, (source_id, target)
            values += bool(record[target])
    assert len(definitions) == 7
    counted("custom fields made with the type of their definition", len(definitions))
    counted("values of custom fields read back", values)


@pytest.mark.row("the_service_program", 11)
def test_notes(story: Story, counted: Count) -> None:
    messages = story.read(
        "mail.message", "note", "model", "res_id", "body", "date", "author_id", "email_from", "message_type"
    )
    tasks, projects = story.project.ids("line"), story.project.ids("work_order")
    contacts = {
        e["name"]: e["work_contact_id"][0]
        for e in story.read("hr.employee", "technician", "name", "work_contact_id").values()
    }
    source = arrived("note")
    assert messages.keys() == source.keys()
    on_tasks = 0
    for source_id, row in source.items():
        message = messages[source_id]
        line = f"{row['WorkOrderNo']}|{row['LineNo'] or 1}"
        place = ("project.task", tasks[line]) if line in tasks else ("project.project", projects[row["WorkOrderNo"]])
        assert (message["model"], message["res_id"]) == place
        assert message["date"] == tsp.moment(row["NoteDate"])
        assert one(message["author_id"]) == contacts.get(row["Author"])
        assert message["email_from"] == row["Author"]
        assert words(message["body"]) == " ".join(row["Note"].split())
        on_tasks += place[0] == "project.task"
    # The one work order without any line keeps its note itself.
    assert on_tasks == len(messages) - 1
    counted("notes read back on their task with author and original date", on_tasks)


@pytest.mark.row("the_service_program", 12)
def test_leads(story: Story, counted: Count) -> None:
    fields = (
        "type",
        "name",
        "expected_revenue",
        "partner_id",
        "email_from",
        "active",
        "lost_reason_id",
        "x_tsp_estimate_no",
    )
    leads = story.read("crm.lead", "estimate", *fields)
    customers = story.project.ids("customer")
    source = {i: r for i, r in arrived("estimate").items() if r["Status"] != "Accepted"}
    assert leads.keys() == source.keys()
    sent = 0
    for source_id, row in source.items():
        lead = leads[source_id]
        assert lead["type"] == "lead"
        assert Decimal(str(lead["expected_revenue"])) == tsp.money(row["Amount"])
        assert one(lead["partner_id"]) == customers.get(row["CustomerID"])
        assert row["CustomerID"] or lead["email_from"] == row["Email"]
        assert (lead["active"], bool(lead["lost_reason_id"])) == (row["Status"] == "Sent", row["Status"] == "Declined")
        sent += row["Status"] == "Sent"
    prospects = story.read("crm.lead", "prospect", "type", "name", "x_tsp_customer_id", "email_from")
    unqualified = {i: r for i, r in arrived("customer").items() if r["CustomerType"] == "Prospect"}
    assert prospects.keys() == unqualified.keys()
    assert {p["type"] for p in prospects.values()} == {"lead"}
    counted("estimates that were sent read back as leads", sent)
    counted("unqualified prospects read back as leads", len(prospects))


# -- again, and back --------------------------------------------------------------------------------------------------


def test_a_second_load_changes_nothing(story: Story) -> None:
    result = story.project.verb("load")
    total = Counter[str]()
    for counts in result.objects.values():
        total.update(counts.as_dict())
    assert (total["created"], total["updated"]) == (0, 0)
    assert total["unchanged"] > 1200
    assert changes(story.tables["loaded"], everything(story.sandbox, story.project.access.database)) == {}


def test_a_rollback_leaves_the_tables_as_before(story: Story) -> None:
    result = story.project.verb("rollback")
    assert (result.exit_code, result.problems) == (0, ())
    left = changes(story.tables["before"], everything(story.sandbox, story.project.access.database), ignoring=STAMPED)
    assert left == {}
