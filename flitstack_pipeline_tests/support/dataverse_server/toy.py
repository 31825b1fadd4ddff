"""Writes a small org folder with something of every kind, for the tests of the server and of its clients."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Json = dict[str, Any]
ORG = "7d3f6c1e-0000-4000-8000-000000000001"
UNIT = "7d3f6c1e-0000-4000-8000-000000000002"
APP_USER = "7d3f6c1e-0000-4000-8000-000000000003"
USER = "7d3f6c1e-0000-4000-8000-000000000004"
TEAM = "7d3f6c1e-0000-4000-8000-000000000005"
POUND = "7d3f6c1e-0000-4000-8000-000000000006"


def guid(kind: int, number: int) -> str:
    """The id of a toy row."""
    return f"{kind:08x}-0000-4000-8000-{number:012x}"


def account(number: int) -> str:
    return guid(0xA, number)


def contact(number: int) -> str:
    return guid(0xC, number)


def column(name: str, kind: str, label: str | None = None, **more: Any) -> Json:
    return {"name": name, "type": kind, "labels": {"1033": label or name.title()}, **more}


def choice(
    name: str,
    kind: str,
    options: Mapping[int, str],
    label: str | None = None,
    *,
    states: Mapping[int, int] | None = None,
    **more: Any,
) -> Json:
    """A choice; `states` says to which state each status reason belongs."""
    shown = [
        {"value": v, "labels": {"1033": t, "1036": f"{t} (fr)"}} | ({"state": states[v]} if states else {})
        for v, t in options.items()
    ]
    return column(name, kind, label, options=shown, **more)


def entity(name: str, set_name: str, columns: Sequence[Json], **more: Any) -> Json:
    common = [column("createdon", "DateTime", "Created On"), column("modifiedon", "DateTime", "Modified On")]
    defaults = {
        "logical_name": name,
        "schema_name": name.title(),
        "entity_set_name": set_name,
        "primary_id": f"{name}id",
        "primary_name": "name",
        "ownership": "UserOwned",
        "custom": False,
        "activity": False,
        "change_tracking": True,
        "labels": {"1033": name.title()},
    }
    return {**defaults, "attributes": [*columns, *common], **more}


def _entities() -> list[Json]:
    owner = column("ownerid", "Owner", "Owner")
    name = column("name", "String", "Name", max_length=160)
    state = [
        choice("statecode", "State", {0: "Active", 1: "Inactive"}, "Status"),
        choice("statuscode", "Status", {1: "Active", 2: "Inactive"}, "Status Reason", states={1: 0, 2: 1}),
    ]
    accounts = [
        name,
        owner,
        *state,
        column("revenue", "Money", "Annual Revenue", precision=2),
        column("primarycontactid", "Lookup", "Primary Contact", targets=["contact"]),
        column("parentaccountid", "Lookup", "Parent", targets=["account"]),
        column("numberofemployees", "Integer", "Employees"),
        column("new_discount", "Decimal", "Discount", custom=True, precision=3),
        choice("industrycode", "Picklist", {1: "Accounting", 2: "Broadcasting"}, "Industry"),
        choice("new_skills", "MultiSelectPicklist", {1: "Gas", 2: "Water", 3: "Power"}, "Skills", custom=True),
        choice(
            "new_region", "Picklist", {10: "North", 20: "South"}, "Region", custom=True, global_option_set="new_regions"
        ),
        column("creditonhold", "Boolean", "Credit Hold"),
        column("new_contract", "File", "Contract", custom=True, max_size_kb=32768),
        column("entityimage", "Image", "Picture"),
        column("new_secret", "String", "Secret", custom=True, valid_for_read=False),
    ]
    contacts = [
        column("fullname", "String", "Full Name", max_length=160),
        column("parentcustomerid", "Customer", "Company Name"),
        column("birthdate", "DateTime", "Birthday", behavior="DateOnly"),
        column("new_visit", "DateTime", "Visit", custom=True, behavior="TimeZoneIndependent"),
        column("new_Site".lower(), "Lookup", "Site", custom=True, targets=["account"]),
    ]
    party = [
        column("activityid", "Lookup", "Activity", targets=["activitypointer"]),
        column("partyid", "Lookup", "Party", targets=["contact", "account", "systemuser"]),
        choice("participationtypemask", "Picklist", {1: "Sender", 2: "To Recipient"}, "Participation Type"),
    ]
    activity = [
        column("subject", "String", "Subject", max_length=200),
        column("regardingobjectid", "Lookup", "Regarding", targets=["account", "contact"]),
        column("activitytypecode", "EntityName", "Activity Type"),
    ]
    note = [
        column("subject", "String", "Title"),
        column("notetext", "Memo", "Description"),
        column("objectid", "Lookup", "Regarding", targets=["account", "contact"]),
        column("isdocument", "Boolean", "Is Document"),
        column("filename", "String", "File Name"),
        column("mimetype", "String", "Mime Type"),
        column("filesize", "Integer", "File Size"),
        column("documentbody", "String", "Document"),
    ]
    user = [column("fullname", "String", "Full Name"), column("internalemailaddress", "String", "Primary Email")]
    currency = [
        column("currencyname", "String", "Currency Name"),
        column("isocurrencycode", "String", "Currency Code"),
        column("currencysymbol", "String", "Currency Symbol"),
        column("exchangerate", "Decimal", "Exchange Rate", precision=12),
    ]
    activities = {"primary_id": "activityid", "primary_name": "subject", "activity": True}
    return [
        entity("account", "accounts", accounts),
        entity("contact", "contacts", contacts, primary_name="fullname"),
        entity("systemuser", "systemusers", user, primary_name="fullname", change_tracking=False),
        entity("team", "teams", [name], change_tracking=False),
        entity("transactioncurrency", "transactioncurrencies", currency, primary_name="currencyname"),
        entity("annotation", "annotations", note, primary_name="subject"),
        entity("phonecall", "phonecalls", activity, **activities),
        entity("task", "tasks", activity, **activities),
        entity("activitypointer", "activitypointers", activity, **activities),
        entity("activityparty", "activityparties", party, primary_name=None, change_tracking=False),
        entity("new_inspection", "new_inspections", [name, owner], custom=True, schema_name="new_Inspection"),
    ]


def _rows(accounts: int, contacts: int) -> dict[str, list[Json]]:
    when = {"createdon": "2023-04-07T21:59:01Z", "modifiedon": "2023-04-08T09:00:00Z"}
    owner = {"id": USER, "table": "systemuser"}

    def one_account(number: int) -> Json:
        return {
            "accountid": account(number),
            "name": f"Account {number}",
            "ownerid": owner if number % 5 else {"id": TEAM, "table": "team"},
            "statecode": 0,
            "statuscode": 1,
            "revenue": f"{number * 1000}.50",
            "transactioncurrencyid": {"id": POUND, "table": "transactioncurrency"},
            "exchangerate": "0.500000000000",
            "primarycontactid": {"id": contact(1 + number % contacts), "table": "contact"},
            "numberofemployees": number * 100,
            "new_discount": f"{number}.125",
            "industrycode": 1 + number % 2,
            "new_skills": [1, 3],
            "new_region": 10,
            "creditonhold": number % 2 == 0,
            **when,
        }

    def one_contact(number: int) -> Json:
        to_account = {"id": account(1 + number % accounts), "table": "account"}
        return {
            "contactid": contact(number),
            "fullname": f"Zoë O'Neil {number}",
            "parentcustomerid": to_account if number % 2 else {"id": contact(1), "table": "contact"},
            "birthdate": "1980-02-03",
            "new_visit": "2024-01-05T08:30:00Z",
            "new_site": to_account,
            **when,
        }

    note = {"subject": "Terms", "objectid": {"id": account(1), "table": "account"}, "isdocument": True, **when}
    call = {"subject": "Rang back", "regardingobjectid": {"id": account(2), "table": "account"}, **when}
    party = {
        "activitypartyid": guid(0xF0, 1),
        "activityid": {"id": guid(0xD, 1), "table": "activitypointer"},
        "partyid": {"id": contact(1), "table": "contact"},
        "participationtypemask": 2,
    }
    return {
        "account": [one_account(n) for n in range(1, accounts + 1)],
        "contact": [one_contact(n) for n in range(1, contacts + 1)],
        "systemuser": [{"systemuserid": USER, "fullname": "Ada Byron", "internalemailaddress": "ada@example.org"}],
        "team": [{"teamid": TEAM, "name": "Field team"}],
        "transactioncurrency": [
            {
                "transactioncurrencyid": POUND,
                "currencyname": "Pound Sterling",
                "isocurrencycode": "GBP",
                "currencysymbol": "£",
                "exchangerate": "1.000000000000",
            }
        ],
        "annotation": [
            {"annotationid": guid(0xE, 1), "filename": "terms.txt", "mimetype": "text/plain", "filesize": 11, **note},
            {"annotationid": guid(0xE, 2), "notetext": "<p>only text</p>", **note, "isdocument": False},
            {"annotationid": guid(0xE, 3), "filename": "big.bin", "filesize": BIG, **note},
        ],
        "phonecall": [{"activityid": guid(0xD, 1), "activitytypecode": "phonecall", **call}],
        "task": [{"activityid": guid(0xD, 2), "activitytypecode": "task", **call}],
        "activityparty": [party],
        "new_inspection": [{"new_inspectionid": guid(0x1, 1), "name": "Boiler", "ownerid": owner, **when}],
    }


BIG = 9 * 1024 * 1024 + 5
BIG_BODY = bytes(range(256)) * (BIG // 256) + b"\0" * (BIG % 256)
CONTRACT = b"%PDF-1.4\n" + b"0123456789" * 1000
PICTURE = bytes.fromhex("89504e470d0a1a0a") + b"not really"


def write_org(folder: Path, *, accounts: int = 7, contacts: int = 4) -> Path:
    """Write the toy org below `folder` and return it."""
    for part in ("entities", "data"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    info = {
        "name": "toy",
        "organization_id": ORG,
        "business_unit_id": UNIT,
        "user_id": APP_USER,
        "base_language": 1033,
        "languages": [1033, 1036],
        "tracking_days": 7,
    }
    (folder / "org.json").write_text(json.dumps(info))
    for one in _entities():
        (folder / "entities" / f"{one['logical_name']}.json").write_text(json.dumps(one))
    for name, rows in _rows(accounts, contacts).items():
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / "data" / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    _body(folder, f"annotation/{guid(0xE, 1)}/documentbody/terms.txt", b"hello world")
    _body(folder, f"annotation/{guid(0xE, 3)}/documentbody/big.bin", BIG_BODY)
    _body(folder, f"account/{account(1)}/new_contract/contract é.pdf", CONTRACT)
    _body(folder, f"account/{account(1)}/entityimage/picture.png", PICTURE)
    return folder


def _body(folder: Path, name: str, content: bytes) -> None:
    file = folder / "files" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
