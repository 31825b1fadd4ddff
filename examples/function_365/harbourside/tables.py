"""The tables of the organization: Microsoft's own with the columns that are used, and two of its own."""

from collections.abc import Mapping, Sequence

from harbourside.definitions import (
    ADDRESS,
    SIMPLE_STATE,
    Json,
    choice,
    column,
    lookup,
    moments,
    own,
    owned,
    state,
    table,
)

PEOPLE = ["account", "contact", "systemuser", "lead"]
ABOUT = ["account", "contact", "lead", "opportunity", "incident", "hb_treatmentplan"]
INDUSTRIES = {
    1: "Accounting",
    4: "Brokers",
    7: "Consulting",
    8: "Consumer Services",
    11: "Doctor's Offices and Clinics",
    12: "Durable Manufacturing",
    13: "Eating and Drinking Places",
    16: "Financial",
    21: "Legal Services",
    27: "Social Services",
    30: "Transportation",
    33: "Wholesale",
    870000: "Sports Club",
    870001: "Space Tourism",
}


def _activity(
    name: str, plural: str, label: str, columns: Sequence[Json], reasons: Mapping[int, tuple[int, str]]
) -> Json:
    states = {0: "Open", 1: "Completed", 2: "Canceled"} | ({3: "Scheduled"} if name == "appointment" else {})
    shared = [
        column("subject", "String", "Subject", max_length=800),
        column("description", "Memo", "Description"),
        lookup("regardingobjectid", *ABOUT, label="Regarding"),
        column("scheduledstart", "DateTime", "Start Date"),
        column("scheduledend", "DateTime", "Due Date"),
        column("actualstart", "DateTime", "Actual Start", format="DateOnly"),
        column("actualend", "DateTime", "Actual End", format="DateOnly"),
        column("actualdurationminutes", "Integer", "Duration"),
        choice("prioritycode", {0: "Low", 1: "Normal", 2: "High"}, "Priority"),
        *state(states, reasons),
    ]
    own = [*shared, *columns, *owned(), *moments()]
    return table(name, plural, label, own, primary_id="activityid", primary_name="subject", activity=True)


DIRECTION = choice("directioncode", {0: "Incoming", 1: "Outgoing"}, "Direction", kind="Boolean")
_MASK = {
    1: "Sender",
    2: "To Recipient",
    3: "CC Recipient",
    5: "Required attendee",
    6: "Optional attendee",
    7: "Organizer",
    8: "Regarding",
    9: "Owner",
}


def _sales() -> list[Json]:
    accounts = [
        column("name", "String", "Account Name", max_length=160),
        column("accountnumber", "String", "Account Number", max_length=20),
        lookup("parentaccountid", "account", label="Parent Account"),
        lookup("primarycontactid", "contact", label="Primary Contact"),
        *(column(n, "String", n, max_length=100) for n in ("emailaddress1", "telephone1", "telephone2")),
        column("websiteurl", "String", "Website", max_length=200),
        column("description", "Memo", "Description"),
        choice("industrycode", INDUSTRIES, "Industry"),
        choice("customertypecode", {3: "Customer", 5: "Partner", 8: "Prospect", 10: "Supplier"}, "Relationship Type"),
        column("numberofemployees", "Integer", "Number of Employees"),
        column("revenue", "Money", "Annual Revenue", precision=2),
        *ADDRESS,
        *SIMPLE_STATE,
        *owned(),
        *moments(),
        own("hb_contractref", "String", "Contract reference", max_length=40),
        own("hb_wellbeingprogramme", "Boolean", "Wellbeing programme"),
    ]
    contacts = [
        column("fullname", "String", "Full Name", max_length=160),
        *(
            column(n, "String", n, max_length=100)
            for n in ("firstname", "middlename", "lastname", "jobtitle", "department")
        ),
        *(
            column(n, "String", n, max_length=100)
            for n in ("emailaddress1", "emailaddress2", "telephone1", "mobilephone")
        ),
        column("parentcustomerid", "Customer", "Company Name"),
        column("birthdate", "DateTime", "Birthday", behavior="DateOnly"),
        column("description", "Memo", "Description"),
        column("donotemail", "Boolean", "Do not allow Emails"),
        column("donotphone", "Boolean", "Do not allow Phone Calls"),
        *ADDRESS,
        *SIMPLE_STATE,
        *owned(),
        *moments(),
        own("hb_nhsnumber", "String", "NHS number", max_length=20),
        own("hb_consentgivenon", "DateTime", "Consent given on"),
        own("hb_consentrecorded", "String", "Consent as recorded", max_length=60),
        own("hb_consentwithdrawnon", "DateTime", "Consent withdrawn on (local)", behavior="TimeZoneIndependent"),
        choice("hb_funding", {1: "Self-funded", 2: "Insurer", 3: "Employer", 4: "NHS"}, "Funding", custom=True),
        choice(
            "hb_interests",
            {1: "Back care", 2: "Running", 3: "Pilates", 4: "Hydrotherapy"},
            "Interests",
            kind="MultiSelectPicklist",
            custom=True,
        ),
        own("hb_sessionrate", "Money", "Session rate", precision=2),
        own("hb_riskscore", "Decimal", "Risk score", precision=3),
        own("hb_firstvisit", "DateTime", "First visit", behavior="DateOnly", format="DateOnly"),
        own("hb_scan", "File", "Scan", max_size_kb=1024),
    ]
    leads = [
        column("subject", "String", "Topic", max_length=300),
        column("fullname", "String", "Name", max_length=160),
        *(
            column(n, "String", n, max_length=100)
            for n in ("firstname", "lastname", "companyname", "jobtitle", "emailaddress1", "telephone1")
        ),
        column("websiteurl", "String", "Website", max_length=200),
        column("description", "Memo", "Description"),
        choice(
            "leadsourcecode",
            {
                1: "Advertisement",
                3: "External Referral",
                7: "Trade Show",
                8: "Web",
                9: "Word of Mouth",
                192350100: "Landing page",
            },
            "Lead Source",
        ),
        choice("leadqualitycode", {1: "Hot", 2: "Warm", 3: "Cold"}, "Rating"),
        column("estimatedamount", "Money", "Est. Value", precision=2),
        column("estimatedclosedate", "DateTime", "Est. Close Date", behavior="DateOnly"),
        column("customerid", "Customer", "Customer"),
        lookup("parentcontactid", "contact"),
        lookup("qualifyingopportunityid", "opportunity"),
        *state(
            {0: "Open", 1: "Qualified", 2: "Disqualified"},
            {
                1: (0, "New"),
                2: (0, "Contacted"),
                3: (1, "Qualified"),
                4: (2, "Lost"),
                5: (2, "Cannot Contact"),
                6: (2, "No Longer Interested"),
                7: (2, "Canceled"),
            },
        ),
        *owned(),
        *moments(),
    ]
    opportunities = [
        column("name", "String", "Topic", max_length=300),
        column("customerid", "Customer", "Potential Customer"),
        lookup("parentcontactid", "contact", label="Contact"),
        lookup("originatingleadid", "lead", label="Originating Lead"),
        column("description", "Memo", "Description"),
        column("estimatedvalue", "Money", "Est. Revenue", precision=2),
        column("actualvalue", "Money", "Actual Revenue", precision=2),
        column("estimatedclosedate", "DateTime", "Est. Close Date", behavior="DateOnly"),
        column("actualclosedate", "DateTime", "Actual Close Date", behavior="DateOnly"),
        column("closeprobability", "Integer", "Probability"),
        choice("opportunityratingcode", {1: "Hot", 2: "Warm", 3: "Cold"}, "Rating"),
        column("stepname", "String", "Pipeline Phase", max_length=200),
        *state(
            {0: "Open", 1: "Won", 2: "Lost"},
            {1: (0, "In Progress"), 2: (0, "On Hold"), 3: (1, "Won"), 4: (2, "Canceled"), 5: (2, "Out-Sold")},
        ),
        *owned(),
        *moments(),
        own("hb_sites", "Integer", "Sites covered"),
        choice("hb_tender", {1: "Open tender", 2: "Framework", 3: "Direct award"}, "Tender route", custom=True),
    ]
    return [
        table("account", "accounts", "Account", accounts),
        table("contact", "contacts", "Contact", contacts, primary_name="fullname"),
        table("lead", "leads", "Lead", leads, primary_name="fullname"),
        table("opportunity", "opportunities", "Opportunity", opportunities),
        table(
            "incident", "incidents", "Case", [column("title", "String", "Case Title"), *moments()], primary_name="title"
        ),
    ]


def _activities() -> list[Json]:
    calls = {1: (0, "Open"), 2: (1, "Made"), 4: (1, "Received"), 3: (2, "Canceled")}
    mails = {1: (0, "Draft"), 2: (1, "Completed"), 3: (1, "Sent"), 4: (1, "Received"), 5: (2, "Canceled")}
    meetings = {1: (0, "Free"), 2: (0, "Tentative"), 3: (1, "Completed"), 4: (2, "Canceled"), 5: (3, "Busy")}
    tasks = {2: (0, "Not Started"), 3: (0, "In Progress"), 5: (1, "Completed"), 6: (2, "Canceled")}
    mail = [
        DIRECTION,
        column("sender", "String", "From", max_length=250),
        column("torecipients", "String", "To Recipients", max_length=500),
        column("senton", "DateTime", "Date Sent"),
    ]
    party = [
        lookup("activityid", "activitypointer", "phonecall", "email", "appointment", "task"),
        lookup("partyid", *PEOPLE),
        choice("participationtypemask", _MASK, "Participation Type"),
        column("addressused", "String", "Address", max_length=320),
    ]
    body = [
        lookup("objectid", "email", "activitypointer"),
        column("filename", "String", "File Name", max_length=255),
        column("mimetype", "String", "Mime Type"),
        column("filesize", "Integer", "File Size"),
        column("body", "String", "Body"),
    ]
    note = [
        column("subject", "String", "Title"),
        column("notetext", "Memo", "Description"),
        lookup("objectid", *ABOUT),
        column("isdocument", "Boolean", "Is Document"),
        column("filename", "String", "File Name"),
        column("mimetype", "String", "Mime Type"),
        column("filesize", "Integer", "File Size"),
        column("documentbody", "String", "Document"),
        *moments(),
    ]
    return [
        _activity(
            "phonecall", "phonecalls", "Phone Call", [DIRECTION, column("phonenumber", "String", "Phone Number")], calls
        ),
        _activity("email", "emails", "Email", mail, mails),
        _activity("appointment", "appointments", "Appointment", [column("location", "String", "Location")], meetings),
        _activity("task", "tasks", "Task", [], tasks),
        table(
            "activityparty",
            "activityparties",
            "Activity Party",
            party,
            primary_name=None,
            change_tracking=False,
            ownership="None",
        ),
        table(
            "activitymimeattachment",
            "activitymimeattachments",
            "Attachment",
            body,
            primary_name="filename",
            change_tracking=False,
            ownership="None",
        ),
        table("annotation", "annotations", "Note", note, primary_name="subject"),
    ]


def _system() -> list[Json]:
    categories = {0: "Workflow", 2: "Business Rule", 3: "Action", 4: "Business Process Flow", 5: "Modern Flow"}
    user = [
        column("fullname", "String", "Full Name"),
        column("internalemailaddress", "String", "Primary Email"),
        column("domainname", "String", "User Name"),
        column("isdisabled", "Boolean", "Status"),
        choice("accessmode", {0: "Read-Write", 1: "Administrative", 4: "Non-interactive"}, "Access Mode"),
        column("applicationid", "Uniqueidentifier", "Application ID"),
        lookup("businessunitid", "businessunit"),
        column("mobilephone", "String", "Mobile"),
        column("jobtitle", "String", "Job Title"),
    ]
    unit = [
        column("name", "String", "Name"),
        lookup("parentbusinessunitid", "businessunit"),
        column("isdisabled", "Boolean", "Is Disabled"),
    ]
    workflow = [
        column("name", "String", "Process Name"),
        choice("category", categories, "Category"),
        choice("type", {1: "Definition", 2: "Activation"}, "Type"),
        *state({0: "Draft", 1: "Activated", 2: "Suspended"}, {1: (0, "Draft"), 2: (1, "Activated")}),
        choice("mode", {0: "Background", 1: "Real-time"}, "Mode"),
        choice("scope", {1: "User", 2: "Business unit", 4: "Organization"}, "Scope"),
        column("primaryentity", "EntityName", "Primary Entity"),
        column("ondemand", "Boolean", "Run as On Demand"),
        column("subprocess", "Boolean", "Is Child Process"),
        column("triggeroncreate", "Boolean", "Trigger On Create"),
        column("triggerondelete", "Boolean", "Trigger On Delete"),
        column("triggeronupdateattributelist", "Memo", "Trigger On Update"),
        column("xaml", "Memo", "Xaml"),
        column("clientdata", "Memo", "Client Data"),
        column("description", "Memo", "Description"),
        *moments(),
    ]
    stage = [
        column("stagename", "String", "Stage Name"),
        choice(
            "stagecategory",
            {0: "Qualify", 1: "Develop", 2: "Propose", 3: "Close", 4: "Identify", 6: "Resolve"},
            "Stage Category",
        ),
        lookup("processid", "workflow"),
        column("primaryentitytypecode", "EntityName", "Primary Entity"),
    ]
    way = [
        column("name", "String", "Name"),
        lookup("processid", "workflow"),
        lookup("activestageid", "processstage"),
        lookup("opportunityid", "opportunity"),
        column("traversedpath", "String", "Traversed Path", max_length=1250),
        *state({0: "Active", 1: "Inactive"}, {1: (0, "Active"), 2: (1, "Finished"), 3: (1, "Aborted")}),
    ]
    connected = [
        column("name", "String", "Name"),
        lookup("record1id", *PEOPLE, "opportunity"),
        lookup("record1roleid", "connectionrole"),
        lookup("record2id", *PEOPLE, "opportunity"),
        lookup("record2roleid", "connectionrole"),
        lookup("relatedconnectionid", "connection"),
        column("ismaster", "Boolean", "Is Master"),
        column("description", "Memo", "Description"),
        *moments(),
    ]
    currency = [
        column("currencyname", "String", "Currency Name"),
        column("isocurrencycode", "String", "Currency Code"),
        column("currencysymbol", "String", "Symbol"),
        column("exchangerate", "Decimal", "Exchange Rate", precision=12),
    ]
    role = [
        column("name", "String", "Name"),
        choice("category", {1000: "Stakeholder", 1001: "Sales Team", 1002: "Service"}, "Connection Role Category"),
    ]
    untracked: Json = {"change_tracking": False, "ownership": "None"}
    key: Json = {"primary_id": "businessprocessflowinstanceid"}
    return [
        table("systemuser", "systemusers", "User", user, primary_name="fullname", ownership="None"),
        table("businessunit", "businessunits", "Business Unit", unit, ownership="None"),
        table(
            "team",
            "teams",
            "Team",
            [column("name", "String", "Team Name"), lookup("businessunitid", "businessunit")],
            ownership="None",
        ),
        table("workflow", "workflows", "Process", workflow, **untracked),
        table("processstage", "processstages", "Process Stage", stage, primary_name="stagename", **untracked),
        table(
            "opportunitysalesprocess", "opportunitysalesprocesses", "Opportunity Sales Process", way, **key, **untracked
        ),
        table(
            "leadtoopportunitysalesprocess",
            "leadtoopportunitysalesprocesses",
            "Lead to Opportunity Sales Process",
            [*way, lookup("leadid", "lead")],
            **key,
            **untracked,
        ),
        table("connection", "connections", "Connection", connected),
        table("connectionrole", "connectionroles", "Connection Role", role, **untracked),
        table(
            "transactioncurrency",
            "transactioncurrencies",
            "Currency",
            currency,
            primary_name="currencyname",
            **untracked,
        ),
    ]


def _own_tables() -> list[Json]:
    clinic = [
        own("hb_name", "String", "Name", max_length=100),
        own("hb_city", "String", "City", max_length=80),
        own("hb_rooms", "Integer", "Treatment rooms"),
        own("hb_openedon", "DateTime", "Opened on", behavior="DateOnly"),
        own("hb_accountid", "Lookup", "Landlord", targets=["account"]),
        own("hb_hydropool", "Boolean", "Hydrotherapy pool"),
        *SIMPLE_STATE,
        *moments(),
    ]
    plan = [
        own("hb_name", "String", "Plan number", max_length=100),
        own("hb_contactid", "Lookup", "Patient", targets=["contact"]),
        own("hb_clinicid", "Lookup", "Clinic", targets=["hb_clinic"]),
        own("hb_opportunityid", "Lookup", "Contract", targets=["opportunity"]),
        own("hb_previousplanid", "Lookup", "Follows plan", targets=["hb_treatmentplan"]),
        choice(
            "hb_bodyregion",
            {1: "Neck", 2: "Shoulder", 3: "Lower back", 4: "Knee", 5: "Ankle"},
            "Body region",
            custom=True,
        ),
        own("hb_sessions", "Integer", "Sessions planned"),
        own("hb_agreedfee", "Money", "Agreed fee", precision=2),
        own("hb_score", "Decimal", "Outcome score", precision=2),
        own("hb_firstsession", "DateTime", "First session"),
        own("hb_reviewon", "DateTime", "Review on", behavior="DateOnly"),
        own("hb_goals", "Memo", "Goals"),
        own("hb_discharged", "Boolean", "Discharged"),
        *SIMPLE_STATE,
        *owned(),
        *moments(),
    ]
    custom: Json = {"custom": True, "primary_name": "hb_name"}
    return [
        table(
            "hb_clinic",
            "hb_clinics",
            "Clinic",
            clinic,
            schema_name="hb_Clinic",
            ownership="OrganizationOwned",
            **custom,
        ),
        table(
            "hb_treatmentplan", "hb_treatmentplans", "Treatment Plan", plan, schema_name="hb_TreatmentPlan", **custom
        ),
    ]


TABLES = [*_sales(), *_activities(), *_system(), *_own_tables()]
