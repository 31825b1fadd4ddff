"""The tables of the organization: Microsoft's own, and what the company added to them."""

from __future__ import annotations

from lakeside.columns import Json, address, choice, column, entity, lookup, lookup_table, memo, state, text
from lakeside.options import (
    INDUSTRY,
    PRODUCT_STATE,
    PRODUCT_STRUCTURE,
    PRODUCT_TYPE,
    RELATIONSHIP,
    SERVICE_PRODUCT,
    SYSTEM_STATUS,
)
from lakeside.tables_of_work import orders, rest, work


def entities() -> list[Json]:
    return [*_parties(), *_catalogue(), *orders(), *work(), *rest()]


def _parties() -> list[Json]:
    account = [
        text("name", "Account Name", 160),
        text("accountnumber", "Account Number", 20),
        lookup("parentaccountid", "Parent Account", "account"),
        lookup("primarycontactid", "Primary Contact", "contact"),
        text("emailaddress1", "Email"),
        text("telephone1", "Main Phone", 50),
        text("telephone2", "Other Phone", 50),
        text("fax", "Fax", 50),
        text("websiteurl", "Website", 200),
        memo("description", "Description", 2000),
        choice("customertypecode", "Picklist", "Relationship Type", RELATIONSHIP),
        choice("industrycode", "Picklist", "Industry", INDUSTRY),
        *address("address1_", "line"),
        lookup("territoryid", "Territory", "territory"),
        lookup("msdyn_serviceterritory", "Service Territory", "territory"),
        lookup("msdyn_billingaccount", "Billing Account", "account"),
        memo("msdyn_workorderinstructions", "Work Order Instructions", 4000),
        choice(
            "new_contractlevel",
            "Picklist",
            "Contract level",
            {1: ("Bronze", "Bronze"), 2: ("Silver", "Argent"), 3: ("Gold", "Or")},
            custom=True,
        ),
        *state(),
    ]
    contact = [
        text("fullname", "Full Name", 160),
        text("firstname", "First Name", 50),
        text("lastname", "Last Name", 50),
        lookup("parentcustomerid", "Company Name", "account", "contact"),
        text("jobtitle", "Job Title"),
        text("department", "Department"),
        text("emailaddress1", "Email"),
        text("emailaddress2", "Email 2"),
        text("telephone1", "Business Phone", 50),
        text("mobilephone", "Mobile Phone", 50),
        memo("description", "Description", 2000),
        *address("address1_", "line"),
        choice(
            "new_preferredlanguage",
            "Picklist",
            "Preferred language",
            {1: ("English", "Anglais"), 2: ("Spanish", "Espagnol"), 3: ("Polish", "Polonais")},
            custom=True,
        ),
        *state(),
    ]
    user = [
        text("fullname", "Full Name", 200),
        text("internalemailaddress", "Primary Email"),
        text("domainname", "User Name", 1024),
        column("isdisabled", "Boolean", "Disabled"),
    ]
    territory = [
        text("name", "Name", 200),
        lookup("managerid", "Manager", "systemuser"),
        lookup("parentterritoryid", "Parent Territory", "territory"),
    ]
    unit = [text("name", "Name", 160), lookup("parentbusinessunitid", "Parent Business", "businessunit")]
    return [
        entity("account", "accounts", "Account", account),
        entity("contact", "contacts", "Contact", contact, title="fullname"),
        entity("systemuser", "systemusers", "User", user, title="fullname", owned=False),
        entity("team", "teams", "Team", [text("name", "Name", 160)], owned=False),
        entity("territory", "territories", "Territory", territory, owned=False),
        entity("businessunit", "businessunits", "Business Unit", unit, owned=False),
    ]


def _catalogue() -> list[Json]:
    product = [
        text("name", "Name"),
        text("productnumber", "Product ID"),
        memo("description", "Description", 2000),
        choice("producttypecode", "Picklist", "Product Type", PRODUCT_TYPE),
        choice("productstructure", "Picklist", "Product Structure", PRODUCT_STRUCTURE),
        choice("msdyn_fieldserviceproducttype", "Picklist", "Field Service Product Type", SERVICE_PRODUCT),
        column("price", "Money", "List Price", precision=2),
        column("standardcost", "Money", "Standard Cost", precision=2),
        column("currentcost", "Money", "Current Cost", precision=2),
        lookup("defaultuomid", "Default Unit", "uom"),
        lookup("parentproductid", "Parent", "product"),
        column("entityimage", "Image", "Entity Image"),
        column("new_hazardous", "Boolean", "Hazardous", custom=True),
        *state(PRODUCT_STATE, {1: ("Active", "Actif", 0), 2: ("Retired", "Retiré", 1), 3: ("Draft", "Brouillon", 2)}),
    ]
    currency = [
        text("currencyname", "Currency Name"),
        text("isocurrencycode", "Currency Code", 5),
        text("currencysymbol", "Symbol", 10),
        column("currencyprecision", "Integer", "Precision"),
        column("exchangerate", "Decimal", "Exchange Rate", precision=12),
    ]
    return [
        entity("product", "products", "Product", product, owned=False),
        entity("uom", "uoms", "Unit", [text("name", "Name")], owned=False),
        entity("transactioncurrency", "transactioncurrencies", "Currency", currency, title="currencyname", owned=False),
        lookup_table(
            "msdyn_workordersubstatus",
            "msdyn_workordersubstatuses",
            "Work Order Substatus",
            choice("msdyn_systemstatus", "Picklist", "System Status", SYSTEM_STATUS),
        ),
        lookup_table("msdyn_workordertype", "msdyn_workordertypes", "Work Order Type"),
        lookup_table(
            "msdyn_priority", "msdyn_priorities", "Priority", column("msdyn_priorityvalue", "Integer", "Priority Value")
        ),
        lookup_table("msdyn_resolution", "msdyn_resolutions", "Resolution"),
        lookup_table("msdyn_incidenttype", "msdyn_incidenttypes", "Incident Type"),
        lookup_table(
            "msdyn_servicetasktype",
            "msdyn_servicetasktypes",
            "Service Task Type",
            column("msdyn_estimatedduration", "Integer", "Estimated Duration"),
        ),
        lookup_table("msdyn_customerassetcategory", "msdyn_customerassetcategories", "Customer Asset Category"),
        lookup_table("msdyn_functionallocation", "msdyn_functionallocations", "Functional Location"),
        lookup_table("msdyn_iotdevice", "msdyn_iotdevices", "IoT Device", text("msdyn_deviceid", "Device ID")),
    ]
