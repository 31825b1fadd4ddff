"""The tables of work orders, bookings, notes, alerts, and of what does not migrate."""

from __future__ import annotations

from lakeside.columns import Json, address, choice, column, entity, lookup, lookup_table, memo, state, text, when
from lakeside.options import (
    ALERT_STATE,
    ALERT_STATUS,
    ALERT_TYPE,
    ASSET_WORKING,
    BOOKING_STATUS,
    CATEGORY,
    EQUIPMENT,
    FIELD_SERVICE_STATUS,
    INSPECTION,
    REGISTRATION,
    RESOURCE_TYPE,
    SKILLS,
    SUGGESTED,
    SYSTEM_STATUS,
    WORKFLOW_STATE,
)

REGARDING = [
    "account",
    "contact",
    "product",
    "incident",
    "msdyn_workorder",
    "msdyn_customerasset",
    "bookableresourcebooking",
]


def orders() -> list[Json]:
    order = [
        text("msdyn_name", "Work Order Number"),
        lookup("msdyn_serviceaccount", "Service Account", "account"),
        lookup("msdyn_billingaccount", "Billing Account", "account"),
        lookup("msdyn_reportedbycontact", "Reported By", "contact"),
        choice("msdyn_systemstatus", "Picklist", "System Status", SYSTEM_STATUS),
        lookup("msdyn_substatus", "Substatus", "msdyn_workordersubstatus"),
        lookup("msdyn_workordertype", "Work Order Type", "msdyn_workordertype"),
        lookup("msdyn_priority", "Priority", "msdyn_priority"),
        lookup("msdyn_primaryresolution", "Primary Resolution", "msdyn_resolution"),
        lookup("msdyn_primaryincidenttype", "Primary Incident Type", "msdyn_incidenttype"),
        memo("msdyn_workordersummary", "Work Order Summary"),
        memo("msdyn_instructions", "Instructions"),
        lookup("msdyn_customerasset", "Primary Incident Customer Asset", "msdyn_customerasset"),
        lookup("msdyn_parentworkorder", "Parent Work Order", "msdyn_workorder"),
        lookup("msdyn_serviceterritory", "Service Territory", "territory"),
        column("msdyn_totalamount", "Money", "Total Amount", precision=2),
        *address("msdyn_", "address"),
        when("msdyn_datewindowstart", "Date Window Start", format="DateOnly"),
        when("msdyn_datewindowend", "Date Window End", format="DateOnly"),
        when("msdyn_timefrompromised", "Time From Promised"),
        when("msdyn_timetopromised", "Time To Promised"),
        when("msdyn_firstarrivedon", "First Arrived On"),
        when("msdyn_completedon", "Completed On"),
        when("msdyn_timeclosed", "Closed On"),
        text("new_gatecode", "Gate code", 20, custom=True),
        memo("new_accessnotes", "Access notes", custom=True),
        when("new_permitdate", "Permit date", "DateOnly", "DateOnly", custom=True),
        when("new_nextinspection", "Next inspection", custom=True),
        column("new_visitcount", "Integer", "Visits so far", custom=True),
        column("new_humidity", "Decimal", "Humidity on arrival (%)", precision=2, custom=True),
        column("new_partscost", "Money", "Parts cost", precision=2, custom=True),
        column("new_warranty", "Boolean", "Under warranty", custom=True),
        choice(
            "new_equipmentclass",
            "Picklist",
            "Equipment class",
            EQUIPMENT,
            custom=True,
            global_option_set="new_equipmentclass",
        ),
        choice("new_skills", "MultiSelectPicklist", "Skills needed", SKILLS, custom=True),
        lookup("new_sitecontact", "Contact on site", "contact", custom=True),
        column("new_report", "File", "Inspection report", custom=True, max_size_kb=32768),
        *state(),
    ]
    task = [
        text("msdyn_name", "Name", 200),
        lookup("msdyn_workorder", "Work Order", "msdyn_workorder"),
        lookup("msdyn_tasktype", "Task Type", "msdyn_servicetasktype"),
        memo("msdyn_description", "Description", 2000),
        column("msdyn_lineorder", "Integer", "Line Order"),
        column("msdyn_estimatedduration", "Integer", "Estimated Duration"),
        column("msdyn_actualduration", "Integer", "Actual Duration"),
        column("msdyn_percentcomplete", "Decimal", "% Complete", precision=2),
        choice("msdyn_inspectiontaskresult", "Picklist", "Inspection Result", INSPECTION),
        *state(),
    ]
    asset = [
        text("msdyn_name", "Name"),
        lookup("msdyn_account", "Account", "account"),
        lookup("msdyn_product", "Product", "product"),
        lookup("msdyn_parentasset", "Parent Asset", "msdyn_customerasset"),
        lookup("msdyn_customerassetcategory", "Category", "msdyn_customerassetcategory"),
        lookup("msdyn_functionallocation", "Functional Location", "msdyn_functionallocation"),
        text("msdyn_assettag", "Asset Tag"),
        text("msdyn_deviceid", "Device ID"),
        when("msdyn_manufacturingdate", "Manufacturing Date", "TimeZoneIndependent", "DateOnly"),
        column("msdyn_latitude", "Double", "Latitude", precision=5),
        column("msdyn_longitude", "Double", "Longitude", precision=5),
        choice("msdyn_registrationstatus", "Picklist", "Registration Status", REGISTRATION),
        text("new_serialnumber", "Serial number", 60, custom=True),
        text("new_location", "Location", custom=True),
        when("new_installdate", "Installed on", "DateOnly", "DateOnly", custom=True),
        choice("new_operationalstatus", "Picklist", "Working state", ASSET_WORKING, custom=True),
        text("new_refrigerant", "Refrigerant", 20, custom=True),
        *state(),
    ]
    return [
        entity("msdyn_workorder", "msdyn_workorders", "Work Order", order, title="msdyn_name"),
        entity(
            "msdyn_workorderservicetask",
            "msdyn_workorderservicetasks",
            "Work Order Service Task",
            task,
            title="msdyn_name",
        ),
        entity("msdyn_customerasset", "msdyn_customerassets", "Customer Asset", asset, title="msdyn_name"),
    ]


def work() -> list[Json]:
    booking = [
        text("name", "Name"),
        lookup("resource", "Resource", "bookableresource"),
        lookup("bookingstatus", "Booking Status", "bookingstatus"),
        lookup("msdyn_workorder", "Work Order", "msdyn_workorder"),
        when("starttime", "Start Time"),
        when("endtime", "End Time"),
        column("duration", "Integer", "Duration"),
        when("msdyn_actualarrivaltime", "Actual Arrival Time"),
        column("msdyn_actualtravelduration", "Integer", "Actual Travel Duration"),
        memo("msdyn_signature", "Signature", 15000),
        *state(),
    ]
    resource = [
        text("name", "Name"),
        choice("resourcetype", "Picklist", "Resource Type", RESOURCE_TYPE),
        lookup("userid", "User", "systemuser"),
        text("msdyn_primaryemail", "Primary Email"),
        *state(),
    ]
    status = [
        text("name", "Name"),
        choice("status", "Picklist", "Status", BOOKING_STATUS),
        choice("msdyn_fieldservicestatus", "Picklist", "Field Service Status", FIELD_SERVICE_STATUS),
        *state(),
    ]
    note = [
        text("subject", "Title", 500),
        memo("notetext", "Description", 100000),
        lookup("objectid", "Regarding", *REGARDING),
        column("isdocument", "Boolean", "Is Document"),
        text("filename", "File Name", 255),
        text("mimetype", "Mime Type", 256),
        column("filesize", "Integer", "File Size"),
        memo("documentbody", "Document", 1073741823),
    ]
    alert = [
        text("msdyn_description", "Description"),
        when("msdyn_alerttime", "Alert Time"),
        choice("msdyn_alerttype", "Picklist", "Alert Type", ALERT_TYPE),
        memo("msdyn_alertdata", "Alert Data", 8192),
        column("msdyn_alertpriorityscore", "Integer", "Priority Score"),
        choice("msdyn_suggestedpriority", "Picklist", "Suggested Priority", SUGGESTED),
        lookup("msdyn_customerasset", "Customer Asset", "msdyn_customerasset"),
        lookup("msdyn_device", "Device", "msdyn_iotdevice"),
        text("msdyn_deviceid", "Device ID"),
        lookup("msdyn_parentalert", "Parent Alert", "msdyn_iotalert"),
        lookup("msdyn_workorder", "Work Order", "msdyn_workorder"),
        text("msdyn_alerttoken", "Alert Token"),
        text("msdyn_alerturl", "Alert URL", 500),
        *state(ALERT_STATE, ALERT_STATUS),
    ]
    return [
        entity("bookableresourcebooking", "bookableresourcebookings", "Bookable Resource Booking", booking),
        entity("bookableresource", "bookableresources", "Bookable Resource", resource),
        entity("bookingstatus", "bookingstatuses", "Booking Status", status),
        entity("annotation", "annotations", "Note", note, title="subject"),
        entity("msdyn_iotalert", "msdyn_iotalerts", "IoT Alert", alert, title="msdyn_description"),
    ]


def rest() -> list[Json]:
    workflow = [
        text("name", "Process Name"),
        choice("category", "Picklist", "Category", CATEGORY),
        choice(
            "type",
            "Picklist",
            "Type",
            {1: ("Definition", "Définition"), 2: ("Activation", "Activation"), 3: ("Template", "Modèle")},
        ),
        choice("mode", "Picklist", "Mode", {0: ("Background", "Arrière-plan"), 1: ("Real-time", "Temps réel")}),
        choice("scope", "Picklist", "Scope", {1: ("User", "Utilisateur"), 4: ("Organization", "Organisation")}),
        column("primaryentity", "EntityName", "Primary Entity"),
        column("triggeroncreate", "Boolean", "Trigger On Create"),
        column("triggerondelete", "Boolean", "Trigger On Delete"),
        memo("triggeronupdateattributelist", "Trigger On Update Attributes", 1073741823),
        column("ondemand", "Boolean", "On Demand"),
        column("subprocess", "Boolean", "Is Child Process"),
        choice(
            "runas",
            "Picklist",
            "Run As User",
            {0: ("Owner", "Propriétaire"), 1: ("Calling User", "Utilisateur appelant")},
        ),
        memo("xaml", "Definition", 1073741823),
        memo("clientdata", "Client Data", 1073741823),
        memo("description", "Description", 100000),
        choice("statecode", "State", "Status", WORKFLOW_STATE),
        column(
            "statuscode",
            "Status",
            "Status Reason",
            options=[
                {"value": 1, "labels": {"1033": "Draft"}, "state": 0},
                {"value": 2, "labels": {"1033": "Activated"}, "state": 1},
            ],
        ),
    ]
    return [
        entity("workflow", "workflows", "Process", workflow),
        entity("incident", "incidents", "Case", [text("title", "Case Title", 200), *state()], title="title"),
        lookup_table(
            "msdyn_bookingrule", "msdyn_bookingrules", "Booking Rule", memo("msdyn_description", "Description")
        ),
        lookup_table("msdyn_schedulingparameter", "msdyn_schedulingparameters", "Scheduling Parameter"),
        lookup_table("msdyn_agreement", "msdyn_agreements", "Agreement"),
    ]
