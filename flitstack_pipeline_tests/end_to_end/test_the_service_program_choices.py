"""What a migration of The Service Program may choose, and what it does where Odoo lacks an app, on a handful of rows."""

from collections.abc import Callable
from pathlib import Path

import pytest
from e2e_project import Project

from flitstack_pipeline.errors import ConfigurationError
from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.odoo.features import switch_on

pytestmark = pytest.mark.odoo
SYSTEM = "the_service_program"
FILES = {
    "Technicians.csv": "TechID,TechName,Phone,Email,Certifications,HireDate,Active\n"
    "T1,Ana Ruiz,201-555-0101,ana@example.com,EPA 608; CPO,03/25/2020,Yes\n"
    "T2,Bo Lee,201-555-0102,,,03/26/2021,Yes\n",
    "Customers.csv": "CustomerID,CustomerName,Company,CustomerType,BillState,QBCustomerID,DateCreated,Active\n"
    "0001,Night Diner,Night Diner,Commercial,NJ,00042,03/25/2024 9:00 AM,Yes\n"
    '0002,"Moretti, Al",,Residential,NJ,00043,03/26/2024 9:00 AM,Yes\n',
    "Service Locations.csv": "LocationID,CustomerID,LocationName,Addr1,City,State,Zip\n"
    "L1,0001,Kitchen,1 Grove St,Hoboken,NJ,07030\nL2,0002,Pool,2 Cedar Ln,Nyack,NJ,07000\n",
    "Work Orders.csv": "WorkOrderNo,CustomerID,LocationID,WOType,Status,DateCreated,ScheduledDate\n"
    "WO-1,0001,L1,HVAC,Completed,03/28/2025 8:15 AM,03/29/2025\nWO-2,0002,L2,HVAC,Open,03/28/2025 8:20 AM,\n",
    "Work Order Detail.csv": "WorkOrderNo,LineNo,LineType,ItemCode,Description,Qty,Technician,LineStatus\n"
    "WO-1,1,Labor,LAB,Repair,1.5,T1,Done\n,2,Material,CAP,Capacitor,1,,Done\n",
    "Equipment.csv": "EquipmentID,LocationID,Item,Make,Model,SerialNo,InstallDate,WarrantyEnd\n"
    "EQ-1,L1,Heat pump,Trane,XR15,0077,05/20/2024,05/20/2029\n"
    "EQ-2,L2,Sand filter,Hayward,S244T,0077,05/21/2024,\nEQ-3,L2,Sand filter,Hayward,S244T,0078,05/21/2024,\n",
    "Recurring Schedules.csv": "ScheduleID,CustomerID,LocationID,Service,Frequency,NextDate\n",
    "Invoices.csv": "InvoiceNo,CustomerID,InvoiceDate,TaxRate,Total\n",
}


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def test_equipment_as_products_and_projects_by_customer(
    make_odoo: Callable[..., OdooAccess], new_project: Callable[..., Project], export: Path
) -> None:
    access = make_odoo(localization="l10n_us")
    chosen = "choices: {equipment: product, project_name: customer}"
    project = new_project(access, export, system=SYSTEM, name="chosen", more=chosen, accepted=False)
    with project.odoo() as odoo:
        doctor = project.verb("doctor")
        blocking = [f for f in doctor.details["findings"] if f["level"] == "blocking"]
        assert [f["check"] for f in blocking] == ["schema.map"]
        assert "stage_id" in blocking[0]["text"]
        assert "Project Stages" in blocking[0]["todo"]
        with pytest.raises(ConfigurationError, match="group_of_nobody"):
            switch_on(odoo, ["project.group_of_nobody", "project.group_project_stages"])
        switch_on(odoo, ["project.group_project_stages"])
        assert project.verb("doctor").ok
        project.write_migration(more="choices: {recurring: subscription}")
        blocking = [f for f in project.verb("doctor").details["findings"] if f["level"] == "blocking"]
        assert any("sale.order has no field plan_id" in f["text"] for f in blocking)
        assert not any("schedule_board" in f["text"] for f in blocking)
        project.write_migration(more=chosen, accepted=False)
        assert project.migrate().exit_code == 0
        assert project.verb("reconcile").ok
        ids = project.ids("equipment_product")
        assert ids.keys() == {"EQ-1", "EQ-2", "EQ-3"}
        assert project.ids("equipment_lot") == {}
        assert odoo.search_count("stock.lot", []) == 0
        product = odoo.read(
            "product.product", [ids["EQ-1"]], ["name", "default_code", "x_warranty_end", "x_tsp_location_id"]
        )[0]
        assert (product["name"], product["default_code"]) == ("Trane XR15 Heat pump", "0077")
        assert (product["x_warranty_end"], product["x_tsp_location_id"][0]) == (
            "2029-05-20",
            project.id_of("location", "L1"),
        )
        orders = [
            odoo.read("project.project", [project.id_of("work_order", i)], ["name", "x_tsp_wo_id"])[0]
            for i in ("WO-1", "WO-2")
        ]
        assert (orders[0]["name"], orders[0]["x_tsp_wo_id"]) == ("Night Diner 2025-03-29", "WO-1")
        assert orders[1]["name"] == "Moretti, Al WO-2"
        assert project.verb("rollback").exit_code == 0
        assert odoo.search_count("product.product", [["default_code", "=", "0077"]]) == 0


@pytest.mark.row("the_service_program", 5)
def test_technicians_become_users_where_there_is_no_hr(
    crm_only: OdooAccess, new_project: Callable[..., Project], export: Path, counted: Callable[[str, int], None]
) -> None:
    project = new_project(crm_only, export, system=SYSTEM, name="nohr", accepted=False)
    with project.odoo() as odoo:
        assert not odoo.has_model("hr.employee")
        assert project.migrate().exit_code == 0
        assert project.verb("reconcile").ok
        ids = project.ids("technician_user")
        fields = ["name", "login", "phone", "x_certifications", "active"]
        users = {i: odoo.read("res.users", [res_id], fields)[0] for i, res_id in ids.items()}
        assert [users["T1"][f] for f in fields] == ["Ana Ruiz", "ana@example.com", "201-555-0101", "EPA 608; CPO", True]
        assert users["T2"]["login"] == "T2"
        assert project.outcome("work_order", "WO-1")[0] == "excluded"
        assert "project is not installed" in project.outcome("work_order", "WO-1")[2]
        counted("technicians read back as users where HR is absent", len(users))
        assert project.verb("rollback").exit_code == 0
        assert odoo.search_count("res.users", [["login", "=", "ana@example.com"]], context={"active_test": False}) == 0
