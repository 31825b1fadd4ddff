"""What does not migrate: workflows, flows, rules of the schedule board, parameters, agreements."""

from __future__ import annotations

from lakeside.catalogue import owner
from lakeside.processes import definition
from lakeside.world import World

WORKFLOWS = (
    # name, category, mode, entity, on create, on update of, state, type
    ("Notify dispatcher of emergency work orders", 0, 0, "msdyn_workorder", True, "msdyn_priority", 1, 1),
    ("Close work order when posted", 0, 1, "msdyn_workorder", False, "msdyn_systemstatus", 1, 1),
    ("Close work order when posted", 0, 1, "msdyn_workorder", False, "msdyn_systemstatus", 1, 2),
    ("Set territory from ZIP", 2, 1, "account", True, "address1_postalcode", 1, 1),
    ("Lock asset after scrapping", 2, 1, "msdyn_customerasset", False, "new_operationalstatus", 1, 1),
    ("Work order life cycle", 4, 0, "msdyn_workorder", False, None, 1, 1),
    ("IoT alert creates work order", 5, 0, "msdyn_iotalert", True, None, 1, 1),
    ("IoT heartbeat lost: e-mail", 5, 0, "msdyn_iotalert", True, None, 0, 1),
    ("Old reminder", 0, 0, "contact", False, None, 0, 1),
)


def build_left_behind(world: World) -> None:
    for number, (name, category, mode, entity, on_create, on_update, state, kind) in enumerate(WORKFLOWS, 1):
        xaml, client_data = definition(name, entity)
        row = {
            "name": name,
            "category": category,
            "mode": mode,
            "scope": 4,
            "type": kind,
            "primaryentity": entity,
            "triggeroncreate": on_create,
            "triggerondelete": False,
            "triggeronupdateattributelist": on_update,
            "ondemand": number % 3 == 0,
            "subprocess": False,
            "runas": 0,
            "xaml": xaml,
            "clientdata": client_data,
            "statecode": state,
            "statuscode": state + 1,
            "ownerid": owner(world),
        }
        world.add("workflow", "workflowid", row)
    for table, names in (
        (
            "msdyn_bookingrule",
            ("No booking outside the technician's territory", "Gas work only with a gas licence", "Warn of overtime"),
        ),
        ("msdyn_schedulingparameter", ("Schedule board defaults", "Travel time by road")),
        ("msdyn_agreement", ("Prairie Foods – quarterly inspection", "Northshore Schools – filters")),
    ):
        for name in names:
            more = (
                {"msdyn_description": "Checks the booking before it is saved."} if table == "msdyn_bookingrule" else {}
            )
            world.add(
                table,
                f"{table}id",
                {"msdyn_name": name, **more, "statecode": 0, "statuscode": 1, "ownerid": owner(world)},
            )
