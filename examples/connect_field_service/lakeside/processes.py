"""What the workflows, rules and flows of Lakeside do: their definitions, by name."""

from __future__ import annotations

from workflow_bodies import Definition, flow, operation, row_trigger

POSTED, CLOSED = "690970004", "1"
STAGES = ("Unscheduled", "Scheduled", "In Progress", "Completed", "Posted")


def definition(name: str, entity: str) -> tuple[str | None, str | None]:
    """XAML and client data. That of the old reminder was cut short when it was saved."""
    made = Definition(entity)
    match name.partition(" ")[0]:
        case "Notify":
            urgent = [
                ("msdyn_priority", "NotNull", "", ""),
                ("msdyn_systemstatus", "Equal", "OptionSetValue", "690970000"),
            ]
            return made.xaml(made.check(urgent, [made.send_email("Emergency work order", "dispatchers")])), None
        case "Close":
            posted = [("msdyn_systemstatus", "Equal", "OptionSetValue", POSTED)]
            return made.xaml(made.check(posted, [made.set_state(CLOSED, "2")])), None
        case "Set":
            steps = [made.set_value("territoryid", "Lookup", territory) for territory in ("Chicago", "Lake County")]
            return made.xaml(
                made.check([("address1_postalcode", "BeginsWith", "String", "606")], steps[:1], steps[1:])
            ), None
        case "Lock":
            scrapped = [("new_operationalstatus", "Equal", "OptionSetValue", "3")]
            locked = [
                made.form("SetDisplayMode", control, IsReadOnly="True") for control in ("msdyn_name", "msdyn_product")
            ]
            return made.xaml(made.check(scrapped, locked)), None
        case "Work":
            stages = [
                {
                    "id": f"5a7b0c00-0000-4000-8000-00000000000{number}",
                    "name": stage,
                    "category": -1,
                    "next": f"5a7b0c00-0000-4000-8000-00000000000{number + 1}" if number < len(STAGES) else "",
                    "fields": {"msdyn_substatus": "Sub-status"},
                }
                for number, stage in enumerate(STAGES, 1)
            ]
            return made.xaml(made.stages(entity, stages)), None
        case "IoT":
            return None, _alert(name, entity)
        case _:
            return made.xaml(made.send_email("Do you still need us?", "contact"))[:1500], None


def _alert(name: str, entity: str) -> str:
    if "heartbeat" in name:
        mail = {"emailMessage/To": "dispatch@lakeside.example", "emailMessage/Subject": "A device is silent"}
        trigger = row_trigger(entity, 1, only="statecode eq 0 and contains(msdyn_description,'heartbeat')")
        return flow(trigger, {"Mail_the_dispatcher": operation("SendEmailV2", mail, connector="office365")})
    order = {
        "entityName": "msdyn_workorders",
        "item/msdyn_workordersummary": "@triggerOutputs()?['body/msdyn_description']",
    }
    severe = {"and": [{"greaterOrEquals": ["@triggerOutputs()?['body/msdyn_alertpriorityscore']", 70]}]}
    checked = {
        "type": "If",
        "expression": severe,
        "actions": {"Create_work_order": operation("CreateRecord", order)},
        "else": {"actions": {"Note_the_alert": operation("UpdateOnlyRecord", {"entityName": "msdyn_iotalerts"})}},
        "runAfter": {},
    }
    return flow(row_trigger(entity, 1), {"Is_it_severe": checked})
