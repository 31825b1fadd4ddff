"""Function 365's example, once through all stages on a real Odoo, and every row of its table read back from there."""

import base64
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from e2e_dumps import Dump, changes, everything
from e2e_project import CHECKOUT, Project

from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.keys import QUIET
from flitstack_pipeline.rebuild.reference import rebuild_reference
from flitstack_pipeline.sandbox import Sandbox
from flitstack_pipeline.stages.result import VerbResult

pytestmark = pytest.mark.odoo

EXAMPLE = CHECKOUT / "examples" / "function_365"
EVERYTHING = {"active_test": False, "tz": "UTC", "lang": "en_US"}
PLANTED: list[dict[str, Any]] = json.loads((EXAMPLE / "planted.json").read_text("utf-8"))
LONDON = ZoneInfo("Europe/London")
MODELS = {
    "account": "res.partner", "contact": "res.partner", "lead": "crm.lead", "opportunity": "crm.lead",
    "hb_treatmentplan": "x_treatment_plan",
}  # fmt: skip
ACTIVITIES = {"phonecall": "Call", "email": "Email", "appointment": "Meeting", "task": "To-Do"}
# Odoo stamps every write, the restoring one too; nobody can write a stamp.
STAMPS = frozenset({"write_date", "write_uid"})
IGNORED = {"res_partner": STAMPS, "crm_team_member": STAMPS, "res_users": STAMPS}
KNOWN_COMPANY = "copperfield & SONS"


def source(table: str) -> dict[str, dict[str, Any]]:
    """The rows of a table of the example's organization, by id."""
    definition = json.loads((EXAMPLE / "org" / "entities" / f"{table}.json").read_text("utf-8"))
    lines = (EXAMPLE / "org" / "data" / f"{table}.jsonl").read_text("utf-8").splitlines()
    return {row[definition["primary_id"]]: row for row in map(json.loads, lines)}


def label(table: str, attribute: str, value: int) -> str:
    """What a choice's value is called."""
    definition = json.loads((EXAMPLE / "org" / "entities" / f"{table}.json").read_text("utf-8"))
    options = next(a["options"] for a in definition["attributes"] if a["name"] == attribute)
    return next(o["labels"]["1033"] for o in options if o["value"] == value)


def planted(obj: str, *outcomes: str) -> set[str]:
    return {e["source_id"] for e in PLANTED if e["object"] == obj and e["expected_outcome"] in outcomes}


def moment(text: str | None) -> str | bool:
    """A time of Dataverse as Odoo shows it; both are UTC."""
    return text.replace("T", " ").removesuffix("Z") if text else False


def day(text: str) -> str:
    """The date that the calendar in London showed."""
    return datetime.fromisoformat(text).astimezone(LONDON).date().isoformat()


@dataclass
class Story:
    """One migration, told once for all tests of this file."""

    project: Project
    sandbox: Sandbox
    odoo: OdooClient
    users: dict[str, int]
    results: dict[str, VerbResult] = field(default_factory=dict)
    tables: dict[str, Dump] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    _ids: dict[str, dict[str, int]] = field(default_factory=dict)

    def ids(self, record_set: str) -> dict[str, int]:
        if record_set not in self._ids:
            self._ids[record_set] = self.project.ids(record_set)
        return self._ids[record_set]

    def read(self, model: str, record_set: str, *fields: str) -> dict[str, dict[str, Any]]:
        """The migrated records of a record set by source id."""
        ids = self.ids(record_set)
        rows = self.odoo.read(model, sorted(ids.values()), list(fields), context=EVERYTHING)
        by_id = {row["id"]: row for row in rows}
        return {source_id: by_id[res_id] for source_id, res_id in ids.items()}

    def place(self, reference: dict[str, str]) -> tuple[str, int]:
        """Model and id of what a reference of the source means in Odoo; a qualified lead is its opportunity."""
        table, row_id = reference["table"], reference["id"]
        if table == "lead" and row_id not in self.ids("lead"):
            row_id, table = source("lead")[row_id]["qualifyingopportunityid"]["id"], "opportunity"
        return MODELS[table], self.ids({"hb_treatmentplan": "treatment_plan"}.get(table, table))[row_id]

    def owner(self, row: dict[str, Any]) -> int | bool:
        """The user who owns a row, or none."""
        return self.ids("user").get(row["ownerid"]["id"], False)

    def dump(self, name: str) -> None:
        self.tables[name] = everything(self.sandbox, self.project.access.database)


def one(value: Any) -> int | bool:
    """The id of a many2one value."""
    return value[0] if value else False


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, odoo_access_module, sandbox) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("harbourside")
    more = "choices: {unmatched_users: leave}"
    with (
        Project(folder, odoo_access_module, system="function_365", name="harbourside", more=more) as project,
        project.odoo() as odoo,
    ):
        story = Story(project, sandbox, odoo, _prepare(odoo))
        story.dump("before")
        story.last = {
            m: max(odoo.search(m, [], context=EVERYTHING), default=0) for m in ("mail.message", "mail.followers")
        }
        for verb in ("inventory", "doctor", "plan", "approve", "load", "reconcile"):
            story.results[verb] = project.verb(verb)
        story.dump("loaded")
        yield story


def _prepare(odoo: OdooClient) -> dict[str, int]:
    """What an administrator has made before: users with the people's addresses, one in a team, a company known already."""
    left = {"ruth.leaver@harbourside.example", None}
    people = [u for u in source("systemuser").values() if u["accessmode"] == 0 and "applicationid" not in u]
    rows = [
        {"name": p["fullname"], "login": p["internalemailaddress"].lower(), "email": p["internalemailaddress"]}
        for p in people
        if p.get("internalemailaddress") not in left
    ]
    users = dict(zip((r["login"] for r in rows), odoo.create("res.users", rows, context=QUIET), strict=True))
    (sales,) = odoo.search("crm.team", [["name", "=", "Sales"]])
    member = {"user_id": users["tom.whitcombe@harbourside.example"], "crm_team_id": sales}
    odoo.create("crm.team.member", [member], context=QUIET)
    odoo.create("res.partner", [{"name": KNOWN_COMPANY, "is_company": True, "city": "Hull"}], context=QUIET)
    return users


# -- outcomes ---------------------------------------------------------------------------------------------------------


def test_every_stage_ends_well_and_no_value_differs(story: Story) -> None:
    blocking = [f for f in story.results["doctor"].details["findings"] if f["level"] == "blocking"]
    assert blocking == []
    assert {v: (r.ok, r.exit_code) for v, r in story.results.items()} == dict.fromkeys(story.results, (True, 0))
    assert [r.problems for v, r in story.results.items() if v != "doctor" and r.problems] == []
    result = story.results["reconcile"]
    assert sum(f.differences + f.accepted for f in result.models.values()) == 0
    assert sum(f.values_compared for f in result.models.values()) > 20_000
    for name, count in result.objects.items():
        assert count.balanced, name


@pytest.mark.parametrize("outcome", ["quarantined", "held", "excluded", "skipped", "created"])
def test_planted_rows_have_their_outcome_with_a_reason(story: Story, outcome: str) -> None:
    entries = [e for e in PLANTED if e["expected_outcome"] == outcome]
    assert entries
    found = {e["id"]: story.project.outcome(e["object"], e["source_id"]) for e in entries}
    assert {i: f[0] for i, f in found.items()} == {e["id"]: outcome for e in entries}
    if outcome != "created":
        assert [i for i, f in found.items() if not f[2]] == []


def test_nothing_else_stays_behind(story: Story) -> None:
    stopped = ("quarantined", "held", "skipped")
    with story.project.ledger() as ledger:
        left = {(r.object, r.source_id) for r in ledger.outcomes(story.project.id) if str(r.outcome) in stopped}
    children = {place for place in left if place[0] in ("party", "email_attachment")}
    known = {(e["object"], e["source_id"]) for e in PLANTED}
    assert left - children <= known
    of_planted = {
        p for p in source("activityparty") if source("activityparty")[p]["activityid"]["id"] in {i for _, i in known}
    }
    assert {i for _, i in children} <= of_planted


def test_flagged_rows_are_in_the_plan(story: Story) -> None:
    review = {(r["object"], r["source_id"]) for r in story.results["plan"].details["review"]}
    assert {(e["object"], e["source_id"]) for e in PLANTED if e["expected_outcome"] == "flagged"} <= review


# -- the twelve rows --------------------------------------------------------------------------------------------------


@pytest.mark.row("function_365", 1)
def test_contacts(story: Story, counted) -> None:
    partners = story.read(
        "res.partner", "contact", "name", "is_company", "parent_id", "email", "phone", "function", "street", "city", "zip",
        "country_id", "user_id", "active", "x_mobile", "x_birthdate", "x_original_create_date",
    )  # fmt: skip
    rows = source("contact")
    assert set(partners) == set(rows) - planted("contact", "held")
    linked = 0
    for row_id, partner in partners.items():
        row = rows[row_id]
        parent = row.get("parentcustomerid")
        names = (row.get("firstname"), row.get("middlename"), row.get("lastname"))
        assert partner["name"] == " ".join(n for n in names if n)
        assert partner["is_company"] is False
        assert one(partner["parent_id"]) == (story.place(parent)[1] if parent else False), row_id
        assert partner["email"] == row["emailaddress1"]
        assert partner["phone"] == (row.get("telephone1") or row["mobilephone"])
        assert (partner["function"] or None, partner["street"], partner["city"], partner["zip"]) == (
            row.get("jobtitle"), row["address1_line1"], row["address1_city"], row["address1_postalcode"]
        )  # fmt: skip
        assert partner["country_id"][1] == "United Kingdom"
        assert (one(partner["user_id"]), partner["active"]) == (story.owner(row), row["statecode"] == 0)
        assert (partner["x_mobile"], partner["x_birthdate"]) == (row["mobilephone"], row["birthdate"])
        assert partner["x_original_create_date"] == moment(row["createdon"])
        linked += bool(parent)
    counted("contacts read back", len(partners))
    counted("contacts that belong to an account or a contact", linked)


@pytest.mark.row("function_365", 2)
def test_accounts(story: Story, counted) -> None:
    partners = story.read(
        "res.partner",
        "account",
        "name",
        "is_company",
        "parent_id",
        "website",
        "industry_id",
        "ref",
        "x_industry",
        "active",
    )
    rows = source("account")
    assert set(partners) == set(rows) - planted("account", "quarantined")
    industries = {
        "Transportation": "Transportation/Logistics", "Durable Manufacturing": "Manufacturing", "Legal Services": "Scientific",
        "Social Services": "Health/Social", "Brokers": "Finance/Insurance", "Sports Club": "Entertainment",
        "Accounting": "Finance/Insurance", "Wholesale": "Wholesale/Retail",
    }  # fmt: skip
    for row_id, partner in partners.items():
        row = rows[row_id]
        parent = row.get("parentaccountid")
        assert (partner["name"], partner["is_company"], partner["ref"]) == (
            row["name"].strip(),
            True,
            row["accountnumber"],
        )
        assert one(partner["parent_id"]) == (story.ids("account")[parent["id"]] if parent else False)
        assert partner["x_industry"] == label("account", "industrycode", row["industrycode"])
        assert partner["industry_id"][1] == industries[partner["x_industry"]]
        website = row.get("websiteurl")
        assert (partner["website"] or None) == (f"https://{website}" if website and "://" not in website else website)
        assert partner["active"] == (row["statecode"] == 0)
    assert {p["x_industry"] for p in partners.values()} == set(industries)
    counted("accounts read back", len(partners))
    counted("industries mapped", len(industries))


@pytest.mark.row("function_365", 3)
def test_opportunities(story: Story, counted) -> None:
    leads = story.read(
        "crm.lead", "opportunity", "type", "name", "partner_id", "expected_revenue", "probability", "priority", "won_status",
        "active", "lost_reason_id", "date_deadline", "date_closed", "user_id", "x_source_opportunity_id",
        "x_estimated_value", "x_currency",
        "x_original_create_date",
    )  # fmt: skip
    rows = source("opportunity")
    assert set(leads) == set(rows) - planted("opportunity", "held")
    rates = {i: Decimal(r["exchangerate"]) for i, r in source("transactioncurrency").items()}
    seen = Counter[str]()
    for row_id, lead in leads.items():
        row = rows[row_id]
        state = ("open", "won", "lost")[row["statecode"]]
        assert (lead["type"], lead["name"], lead["x_source_opportunity_id"]) == ("opportunity", row["name"], row_id)
        assert one(lead["partner_id"]) == story.place(row["customerid"])[1]
        in_pounds = round(Decimal(row["estimatedvalue"]) / rates[row["transactioncurrencyid"]["id"]], 4)
        assert Decimal(str(lead["expected_revenue"])) == in_pounds, row_id
        assert Decimal(str(lead["x_estimated_value"])) == Decimal(row["estimatedvalue"])
        chance = {"open": row["closeprobability"], "won": 100, "lost": 0}[state]
        assert Decimal(str(lead["probability"])) == chance
        assert lead["priority"] == str(sum(row["closeprobability"] >= limit for limit in (25, 50, 75)))
        assert (lead["won_status"], lead["active"]) == ({"open": "pending"}.get(state, state), state != "lost"), row_id
        reason = lead["lost_reason_id"][1] if lead["lost_reason_id"] else None
        assert reason == (label("opportunity", "statuscode", row["statuscode"]) if state == "lost" else None)
        assert lead["date_deadline"] == row["estimatedclosedate"]
        closed = row.get("actualclosedate")
        assert bool(lead["date_closed"]) == bool(closed)
        if closed:
            at = datetime.fromisoformat(lead["date_closed"]).replace(tzinfo=UTC)
            assert at.astimezone(LONDON) == datetime.combine(date.fromisoformat(closed), datetime.min.time(), LONDON)
        assert one(lead["user_id"]) == (story.owner(row) if row["ownerid"]["table"] == "systemuser" else False)
        assert lead["x_original_create_date"] == moment(row["createdon"])
        seen[state] += 1
    assert set(seen) == {"open", "won", "lost"}
    assert {lead["x_currency"] for lead in leads.values()} == {"Pound Sterling", "Euro"}
    for state, number in sorted(seen.items()):
        counted(f"{state} opportunities", number)


@pytest.mark.row("function_365", 4)
def test_leads(story: Story, counted) -> None:
    leads = story.read(
        "crm.lead", "lead", "type", "partner_id", "commercial_partner_id", "email_from", "phone", "contact_name", "partner_name",
        "source_id", "active", "lost_reason_id", "won_status", "x_source_lead_id", "expected_revenue",
    )  # fmt: skip
    rows = source("lead")
    alive = set(source("opportunity"))
    qualified = {i for i, r in rows.items() if r.get("qualifyingopportunityid", {}).get("id") in alive}
    assert set(leads) == set(rows) - qualified
    accounts = {row["name"].strip().casefold(): story.ids("account").get(i) for i, row in source("account").items()}
    companies: dict[str, set[int]] = defaultdict(set)
    how = Counter[str]()
    for row_id, lead in leads.items():
        row = rows[row_id]
        company = row.get("companyname")
        assert (lead["type"], lead["x_source_lead_id"]) == ("lead", row_id)
        assert lead["source_id"][1] == label("lead", "leadsourcecode", row["leadsourcecode"])
        assert (lead["active"], bool(lead["lost_reason_id"])) == (row["statecode"] != 2, row["statecode"] == 2)
        assert lead["won_status"] == ("lost" if row["statecode"] == 2 else "pending")
        assert Decimal(str(lead["expected_revenue"])) == Decimal(row["estimatedamount"])
        assert lead["contact_name"] == f"{row['firstname']} {row['lastname']}"
        if row.get("parentcontactid"):
            assert one(lead["partner_id"]) == story.ids("contact")[row["parentcontactid"]["id"]]
            how["is a contact already"] += 1
            continue
        assert (lead["email_from"], lead["phone"]) == (row["emailaddress1"], row["telephone1"])
        if not company:
            assert lead["partner_id"] is False
            how["has no company"] += 1
            continue
        assert lead["partner_name"] == company
        parent = one(lead["commercial_partner_id"])
        companies[company.casefold()].add(int(parent))
        if company.casefold() in accounts:
            assert parent == accounts[company.casefold()]
            how["company is an account"] += 1
        else:
            assert parent not in story.ids("account").values()
            how["company made or found in Odoo"] += 1
    assert {len(ids) for ids in companies.values()} == {1}
    (known,) = story.odoo.search("res.partner", [["name", "=", KNOWN_COMPANY]])
    assert companies["copperfield & sons"] == {known}
    made = story.read("crm.lead", "opportunity", "x_source_lead_id", "x_source_lead", "source_id")
    for row_id in qualified:
        row = rows[row_id]
        opportunity = made[row["qualifyingopportunityid"]["id"]]
        assert opportunity["x_source_lead_id"] == row_id
        assert opportunity["source_id"][1] == label("lead", "leadsourcecode", row["leadsourcecode"])
        (kept,) = json.loads(opportunity["x_source_lead"])
        assert (kept["lead"], kept["e_mail"], kept["company"]) == (row_id, row["emailaddress1"], row["companyname"])
    counted("leads read back", len(leads))
    counted("qualified leads that live on in their opportunity", len(qualified))
    for what, number in sorted(how.items()):
        counted(f"leads: {what}", number)
    assert len(how) == 4


@pytest.mark.row("function_365", 5)
@pytest.mark.parametrize(("table", "kind"), ACTIVITIES.items())
def test_activities(story: Story, counted, table: str, kind: str) -> None:
    fields = (
        "res_model", "res_id", "activity_type_id", "summary", "active", "state", "date_deadline", "date_done", "user_id", "note",
        "x_scheduled_start", "x_scheduled_end", "x_actual_start", "x_actual_end", "x_status", "x_cancelled", "x_participants",
        "x_participant_ids", "x_original_create_date",
    )  # fmt: skip
    activities = story.read("mail.activity", table, *fields)
    rows = source(table)
    assert set(activities) == set(rows) - planted(table, "held", "excluded")
    parties: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for party in source("activityparty").values():
        parties[party["activityid"]["id"]].append(party)
    contacts_of = _partners(story)
    seen = Counter[str]()
    for row_id, activity in activities.items():
        row = rows[row_id]
        about = row.get("regardingobjectid")
        place = story.place(about) if about else ("res.partner", contacts_of[story.owner(row)])
        assert (activity["res_model"], activity["res_id"]) == place, row_id
        assert (activity["activity_type_id"][1], activity["summary"]) == (kind, row["subject"])
        assert one(activity["user_id"]) == story.owner(row)
        assert activity["date_deadline"] == day(row["scheduledend"])
        done = row["statecode"] in (1, 2)
        assert (activity["active"], activity["state"] == "done", bool(activity["date_done"])) == (not done, done, done)
        if done:
            assert activity["date_done"] == day(row["actualend"])
        assert activity["x_cancelled"] == (row["statecode"] == 2)
        assert activity["x_status"] == label(table, "statuscode", row["statuscode"])
        for column, target in (
            ("scheduledstart", "x_scheduled_start"), ("scheduledend", "x_scheduled_end"), ("actualstart", "x_actual_start"),
            ("actualend", "x_actual_end"), ("createdon", "x_original_create_date"),
        ):  # fmt: skip
            assert activity[target] == moment(row.get(column)), (row_id, column)
        people = [p["partyid"] for p in parties[row_id] if p.get("partyid")]
        assert set(activity["x_participant_ids"]) == {story.place(p)[1] for p in people if p["table"] == "contact"}
        assert len((activity["x_participants"] or "").splitlines()) == len(parties[row_id])
        assert all(p["addressused"] in activity["x_participants"] for p in parties[row_id])
        seen["cancelled" if row["statecode"] == 2 else "done" if done else "open"] += 1
    assert set(seen) == {"open", "done", "cancelled"}
    for what, number in sorted(seen.items()):
        counted(f"{kind}: {what}", number)
    if table != "task":
        counted(f"{kind}: participants", sum(len(parties[i]) for i in activities))


def _partners(story: Story) -> dict[int | bool, int]:
    rows = story.odoo.read("res.users", sorted(story.users.values()), ["partner_id"])
    return {row["id"]: row["partner_id"][0] for row in rows}


@pytest.mark.row("function_365", 5)
def test_what_is_done_stands_in_the_chatter_on_its_day(story: Story, counted) -> None:
    total = 0
    partners = _partners(story)
    for table, kind in ACTIVITIES.items():
        messages = story.read(
            "mail.message",
            f"{table}_done",
            "model",
            "res_id",
            "date",
            "author_id",
            "email_from",
            "mail_activity_type_id",
            "subject",
        )
        rows = source(table)
        done = {
            i for i, r in rows.items() if r["statecode"] == 1 and r.get("regardingobjectid", {}).get("table") in MODELS
        }
        assert set(messages) == done - planted(table, "held")
        for row_id, message in messages.items():
            row = rows[row_id]
            assert (message["model"], message["res_id"]) == story.place(row["regardingobjectid"])
            assert message["date"] == moment(row.get("senton") or row["actualend"])
            assert (message["mail_activity_type_id"][1], message["subject"]) == (kind, row["subject"])
            if table != "email" or row["directioncode"]:
                assert one(message["author_id"]) == partners.get(story.owner(row), False)
            if table == "email":
                assert message["email_from"] == row["sender"]
        total += len(messages)
    clock = next(e for e in PLANTED if e["kind"] == "clock")
    late = story.read("mail.activity", "appointment", "date_deadline", "date_done")[clock["source_id"]]
    assert (late["date_deadline"], late["date_done"]) == ("2026-07-01", "2026-07-01")
    counted("messages in the chatter for what is done", total)


@pytest.mark.row("function_365", 6)
def test_files_are_the_same_bytes(story: Story, counted) -> None:
    for table, record_set, column in (
        ("annotation", "annotation_file", "documentbody"), ("activitymimeattachment", "email_file", "body")
    ):  # fmt: skip
        files = story.read("ir.attachment", record_set, "name", "datas", "res_model", "res_id", "mimetype")
        rows = source(table)
        expected = {i for i, r in rows.items() if table != "annotation" or r["isdocument"]}
        assert set(files) == expected - planted("annotation", "quarantined")
        for row_id, file in files.items():
            row = rows[row_id]
            (path,) = (EXAMPLE / "org" / "files" / table / row_id / column).iterdir()
            assert base64.b64decode(file["datas"]) == path.read_bytes(), row_id
            assert file["name"] == row["filename"]
            about = row["objectid"]
            if table != "annotation":
                mail = source("email")[about["id"]]
                about = mail.get("regardingobjectid")
                if about is None:
                    assert (file["res_model"], file["res_id"]) == ("res.partner", _partners(story)[story.owner(mail)])
                    continue
            assert (file["res_model"], file["res_id"]) == story.place(about)
        counted(f"files of {table} with the same bytes", len(files))


@pytest.mark.row("function_365", 6)
def test_notes_keep_author_and_date(story: Story, counted) -> None:
    notes = story.read(
        "mail.message",
        "note",
        "model",
        "res_id",
        "body",
        "date",
        "author_id",
        "email_from",
        "message_type",
        "attachment_ids",
        "subtype_id",
    )
    rows = source("annotation")
    partners = _partners(story)
    assert set(notes) == {i for i, r in rows.items() if r.get("notetext") and r["objectid"]["table"] in MODELS}
    files = story.ids("annotation_file")
    for row_id, note in notes.items():
        row = rows[row_id]
        assert (note["model"], note["res_id"]) == story.place(row["objectid"])
        assert (note["date"], note["message_type"], note["subtype_id"][1]) == (
            moment(row["createdon"]),
            "comment",
            "Note",
        )
        author = row["createdby"]["id"]
        assert one(note["author_id"]) == partners.get(story.ids("user").get(author), False)
        assert source("systemuser")[author]["fullname"] in note["email_from"]
        assert note["attachment_ids"] == ([files[row_id]] if row_id in files else [])
    bodies = " ".join(n["body"] for n in notes.values())
    assert "<b>net 30</b>" in bodies
    assert "Parking behind the" in bodies
    counted("notes in the chatter", len(notes))
    counted("of them with their file", sum(i in files for i in notes))


@pytest.mark.row("function_365", 7)
def test_users_are_found_by_email(story: Story, counted) -> None:
    rows = source("systemuser")
    linked = story.read("res.users", "user", "login", "name")
    assert {rows[i]["internalemailaddress"].lower() for i in linked} == set(story.users)
    assert {linked[i]["id"] for i in linked} == set(story.users.values())
    assert story.odoo.search_count("res.users", [["x_flitstack_key", "!=", False]], context=EVERYTHING) == 0
    warned = [f["text"] for f in story.results["doctor"].details["findings"] if f["check"] == "people.users_lacking"]
    assert len(warned) == 1
    assert "ruth.leaver@harbourside.example" in warned[0]
    stays = {w["id"]: w for w in story.results["plan"].details["will_not_go"] if w["records"] == "user"}
    assert set(stays) == planted("system_user", "skipped", "quarantined")
    assert "an administrator makes the user" in stays[next(iter(planted("system_user", "skipped")))]["reason"]
    owned = [r for t in ("account", "contact", "opportunity", "lead") for r in source(t).values()]
    resolved = sum(r["ownerid"]["id"] in linked for r in owned)
    counted("users found by their e-mail", len(linked))
    counted("users flagged before the load", len(stays))
    counted(f"owners resolved, of {len(owned)}", resolved)


@pytest.mark.row("function_365", 8)
def test_business_units_are_teams(story: Story, counted) -> None:
    teams = story.read("crm.team", "business_unit", "name", "active", "member_ids", "crm_team_member_ids")
    rows = source("businessunit")
    assert {i: (t["name"], t["active"]) for i, t in teams.items()} == {
        i: (r["name"], not r["isdisabled"]) for i, r in rows.items()
    }
    members: dict[str, set[int]] = defaultdict(set)
    users = story.ids("user")
    for row_id, row in source("systemuser").items():
        if row_id in users and not row["isdisabled"]:
            members[row["businessunitid"]["id"]].add(users[row_id])
    assert {i: set(t["member_ids"]) for i, t in teams.items()} == {i: members[i] for i in rows}
    followed = Counter[str]()
    for table in ("opportunity", "lead"):
        for row_id, lead in story.read("crm.lead", table, "team_id").items():
            unit = source(table)[row_id]["owningbusinessunit"]["id"]
            assert lead["team_id"][0] == teams[unit]["id"]
            followed[table] += 1
    counted("teams", len(teams))
    counted("members", sum(map(len, members.values())))
    counted("opportunities and leads in their unit's team", followed.total())


@pytest.mark.row("function_365", 9)
def test_stages_keep_their_order(story: Story, counted) -> None:
    stages = story.read("crm.stage", "stage", "name", "sequence", "is_won", "fold", "team_ids", "x_process")
    rows, processes = source("processstage"), source("workflow")
    units = story.ids("business_unit")
    deals, leads = source("opportunity"), source("lead")
    by_process: dict[str, list[str]] = defaultdict(list)
    for row_id in sorted(stages, key=lambda i: stages[i]["sequence"]):
        by_process[rows[row_id]["processid"]["id"]].append(row_id)
    assert len(by_process) == 3
    for process, ordered in by_process.items():
        assert [rows[i]["stagecategory"] for i in ordered] == [0, 1, 2, 3], processes[process]["name"]
        assert len({stages[i]["sequence"] for i in ordered}) == 4
        table = (
            "leadtoopportunitysalesprocess"
            if processes[process]["primaryentity"] == "lead"
            else "opportunitysalesprocess"
        )
        ways = [w for w in source(table).values() if w["processid"]["id"] == process]
        teams = {
            units[
                (leads[w["leadid"]["id"]] if "leadid" in w else deals[w["opportunityid"]["id"]])["owningbusinessunit"][
                    "id"
                ]
            ]
            for w in ways
        }
        for row_id in ordered:
            stage = stages[row_id]
            assert (stage["name"], stage["is_won"]) == (rows[row_id]["stagename"], False)
            assert stage["fold"] == (processes[process]["statecode"] != 1)
            assert set(stage["team_ids"]) == teams
    assert any(stages[i]["fold"] for i in stages)
    current = {
        way["opportunityid"]["id"]: way["activestageid"]["id"]
        for table in ("opportunitysalesprocess", "leadtoopportunitysalesprocess")
        for way in source(table).values()
        if way["statuscode"] != 3 and "opportunityid" in way
    }
    placed = 0
    won = story.ids("won_stage")["won"]
    assert story.odoo.read("crm.stage", [won], ["is_won"])[0]["is_won"]
    for row_id, lead in story.read("crm.lead", "opportunity", "stage_id").items():
        if deals[row_id]["statecode"] == 1:
            assert lead["stage_id"][0] == won
        elif row_id in current:
            assert lead["stage_id"][0] == story.ids("stage")[current[row_id]], row_id
            placed += 1
    counted("stages in the order of their processes", len(stages))
    counted("opportunities in the stage of their process", placed)


@pytest.mark.row("function_365", 10)
def test_own_tables_are_models_that_people_can_use(story: Story, counted) -> None:
    plans = story.read(
        "x_treatment_plan", "treatment_plan", "x_name", "x_patient_id", "x_clinic_id", "x_contract_id", "x_previous_plan_id",
        "x_body_region", "x_sessions", "x_agreed_fee", "x_score", "x_first_session", "x_review_on", "x_goals",
        "x_discharged", "x_owner_id",
    )  # fmt: skip
    rows = source("hb_treatmentplan")
    assert set(plans) == set(rows) - planted("treatment_plan", "held")
    for row_id, plan in plans.items():
        row = rows[row_id]
        assert plan["x_name"] == row["hb_name"]
        assert one(plan["x_patient_id"]) == story.ids("contact")[row["hb_contactid"]["id"]]
        assert one(plan["x_clinic_id"]) == story.ids("clinic")[row["hb_clinicid"]["id"]]
        before, contract = row.get("hb_previousplanid"), row.get("hb_opportunityid")
        assert one(plan["x_previous_plan_id"]) == (story.ids("treatment_plan")[before["id"]] if before else False)
        assert one(plan["x_contract_id"]) == (story.ids("opportunity")[contract["id"]] if contract else False)
        assert plan["x_body_region"] == label("hb_treatmentplan", "hb_bodyregion", row["hb_bodyregion"])
        assert Decimal(str(plan["x_agreed_fee"])) == Decimal(row["hb_agreedfee"])
        assert (Decimal(str(plan["x_score"])), plan["x_sessions"]) == (Decimal(row["hb_score"]), row["hb_sessions"])
        assert (plan["x_first_session"], plan["x_review_on"]) == (moment(row["hb_firstsession"]), row["hb_reviewon"])
        assert (plan["x_goals"], plan["x_discharged"]) == (row["hb_goals"], row["hb_discharged"])
        assert one(plan["x_owner_id"]) == story.owner(row)
    clinics = story.read(
        "x_clinic", "clinic", "x_name", "x_city", "x_rooms", "x_opened_on", "x_landlord_id", "x_hydro_pool"
    )
    for row_id, row in source("hb_clinic").items():
        clinic = clinics[row_id]
        found = (clinic["x_name"], clinic["x_city"], clinic["x_rooms"], clinic["x_opened_on"], clinic["x_hydro_pool"])
        assert found == (row["hb_name"], row["hb_city"], row["hb_rooms"], row["hb_openedon"], row["hb_hydropool"])
        assert one(clinic["x_landlord_id"]) == story.ids("account")[row["hb_accountid"]["id"]]
    for model in ("x_clinic", "x_treatment_plan"):
        views = story.odoo.search_read("ir.ui.view", [["model", "=", model]], ["type", "arch_db"])
        assert {"list", "form"} <= {v["type"] for v in views}
        form = next(v["arch_db"] for v in views if v["type"] == "form")
        assert "chatter" in form
        (action,) = story.odoo.search_read("ir.actions.act_window", [["res_model", "=", model]], ["view_mode"])
        assert action["view_mode"] == "list,form"
        assert story.odoo.search_count("ir.ui.menu", [["action", "=", f"ir.actions.act_window,{action['id']}"]]) == 1
        assert (
            story.odoo.search_count("ir.model.access", [["model_id.model", "=", model], ["perm_write", "=", True]]) == 1
        )
        assert story.odoo.call(model, "get_views", views=[[False, "list"], [False, "form"]], retry=True)["views"]
    notes = [r for r in source("annotation").values() if r["objectid"]["table"] == "hb_treatmentplan"]
    on_plans = story.odoo.search_count(
        "mail.message", [["model", "=", "x_treatment_plan"], ["message_type", "=", "comment"]]
    )
    assert on_plans == len(notes) > 0
    counted("records of own tables", len(plans) + len(clinics))
    counted("references between them and to others", sum(bool(p[f]) for p in plans.values() for f in
            ("x_patient_id", "x_clinic_id", "x_contract_id", "x_previous_plan_id")) + len(clinics))  # fmt: skip


@pytest.mark.row("function_365", 11)
def test_processes_are_listed_for_rebuilding(story: Story, counted) -> None:
    outcomes = story.project.outcomes("process")
    assert set(outcomes) == set(source("workflow"))
    assert set(outcomes.values()) == {"excluded"}
    with story.project.run() as run:
        entries = {e.source_id: e for e in rebuild_reference(run).entries}
    assert set(entries) == set(outcomes)
    rows = source("workflow")
    (conversion,) = (e for i, e in entries.items() if rows[i]["category"] == 4 and rows[i]["primaryentity"] == "lead")
    steps = [action.split(": ")[1].split(" (")[0] for action in conversion.actions]
    assert steps == ["Qualify", "Develop", "Propose", "Close"]
    assert "Convert to Opportunity" in conversion.build.note
    assert all(e.build for e in entries.values())
    counted("processes, workflows and rules listed for rebuilding", len(entries))


@pytest.mark.row("function_365", 12)
def test_connections_are_followers_and_stakeholders(story: Story, counted) -> None:
    rows, roles = source("connection"), source("connectionrole")
    users = story.ids("user")
    partners = _partners(story)
    expected: set[tuple[str, int, int]] = set()
    stakeholders: dict[int, set[int]] = defaultdict(set)
    for row in rows.values():
        record, party = row["record1id"], row["record2id"]
        if party["table"] in ("opportunity", "lead") or record["table"] == "systemuser":
            continue
        both = {record["table"], party["table"]} <= {"account", "contact"}
        if both and not row["ismaster"]:
            continue
        model, res_id = story.place(record)
        who = partners[users[party["id"]]] if party["table"] == "systemuser" else story.place(party)[1]
        expected.add((model, res_id, who))
        role = roles[row["record2roleid"]["id"]]
        if record["table"] == "opportunity" and role["category"] == 1000:
            stakeholders[res_id].add(who)
    found = story.odoo.search_read(
        "mail.followers",
        [["id", ">", story.last["mail.followers"]]],
        ["res_model", "res_id", "partner_id", "subtype_ids"],
    )
    assert sorted((f["res_model"], f["res_id"], f["partner_id"][0]) for f in found) == sorted(expected)
    people = set(partners.values())
    assert {bool(f["subtype_ids"]) for f in found if f["partner_id"][0] in people} == {True}
    assert {bool(f["subtype_ids"]) for f in found if f["partner_id"][0] not in people} == {False}
    leads = story.read("crm.lead", "opportunity", "x_stakeholder_ids", "x_connections")
    assert {r["id"]: set(r["x_stakeholder_ids"]) for r in leads.values() if r["x_stakeholder_ids"]} == dict(
        stakeholders
    )
    twice = next(e for e in PLANTED if e["kind"] == "merged")
    text = leads[rows[twice["source_id"]]["record1id"]["id"]]["x_connections"]
    assert "(Stakeholder)" in text
    assert "(Champion) twice, in two roles" in text
    counted("connections, either half", len(rows))
    counted("followers", len(found))
    counted("stakeholders on opportunities", sum(map(len, stakeholders.values())))


# -- what must not change on the way ----------------------------------------------------------------------------------


@pytest.mark.row("function_365", 1)
def test_nhs_numbers_and_consents_are_word_for_word(story: Story, counted) -> None:
    contacts = story.read(
        "res.partner", "contact", "x_nhs_number", "x_consent_given_on", "x_consent_given_text", "x_consent_recorded",
        "x_consent_withdrawn_on", "x_hb_funding", "x_hb_interests", "x_hb_sessionrate", "x_hb_firstvisit",
    )  # fmt: skip
    rows = source("contact")
    numbers = Counter[str]()
    for row_id, contact in contacts.items():
        row = rows[row_id]
        assert (contact["x_nhs_number"] or None) == row.get("hb_nhsnumber")
        assert contact["x_consent_given_on"] == moment(row.get("hb_consentgivenon"))
        assert (contact["x_consent_recorded"] or None) == row.get("hb_consentrecorded")
        assert contact["x_consent_withdrawn_on"] == moment(row.get("hb_consentwithdrawnon"))
        if row.get("hb_nhsnumber"):
            number = row["hb_nhsnumber"]
            numbers["with spaces" if " " in number else "leading zero" if number.startswith("0") else "plain"] += 1
            given = datetime.fromisoformat(contact["x_consent_given_text"])
            assert given == datetime.fromisoformat(row["hb_consentgivenon"])
            assert given.utcoffset() == given.astimezone(LONDON).utcoffset()
            assert contact["x_hb_funding"] == label("contact", "hb_funding", row["hb_funding"])
            assert len(contact["x_hb_interests"]) == len(row["hb_interests"])
            assert Decimal(str(contact["x_hb_sessionrate"])) == Decimal(row["hb_sessionrate"])
            assert contact["x_hb_firstvisit"] == row["hb_firstvisit"]
    assert len(numbers) == 3
    counted("NHS numbers kept character for character", numbers.total())


def test_nobody_is_written_to_and_nobody_follows_by_accident(story: Story) -> None:
    for table in ("mail_mail", "mail_notification", "calendar_event"):
        assert story.tables["loaded"][table] == story.tables["before"][table], table
    ours = story.odoo.search_read("mail.message", [["id", ">", story.last["mail.message"]]], ["x_flitstack_key"])
    assert [m["id"] for m in ours if not m["x_flitstack_key"]] == []


# -- the end ----------------------------------------------------------------------------------------------------------


def test_a_second_load_writes_nothing_and_a_rollback_leaves_no_trace(story: Story) -> None:
    """Last in the file: after it there is nothing to look at."""
    again = story.project.verb("load")
    total = sum(again.objects.values(), type(next(iter(again.objects.values())))())
    assert (total.created, total.updated) == (0, 0)
    assert changes(story.tables["loaded"], everything(story.sandbox, story.project.access.database)) == {}
    undone = story.project.verb("rollback")
    assert (undone.ok, undone.exit_code) == (True, 0), undone.problems
    assert (
        changes(story.tables["before"], everything(story.sandbox, story.project.access.database), ignoring=IGNORED)
        == {}
    )
