"""What a ServeCircle migration chooses: branches as companies or warehouses, technicians and accounts that Odoo has."""

import csv
import io
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from e2e_dumps import changes, everything
from e2e_project import Project
from support import servecircle_export as sc

from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.company import furnish
from flitstack_pipeline.sandbox import FULL, Sandbox

pytestmark = pytest.mark.odoo
Count = Callable[[str, int], None]

EVERYTHING = {"active_test": False}
JOBS_OF_A_BRANCH = 4
SOURCE = {"timezone": "Asia/Kolkata", "country": "IN", "date_order": {"*": "DMY"}}
LINKS = {"quotation": "Job No", "invoice": "Job No", "job_attachment": "Job No"}
LINES = {"quotation_line": ("Quotation No", "quotation"), "invoice_line": ("Invoice No", "invoice")}
TECHNICIANS = [r["Email"] for r in sc.records("technician")]
# Odoo stamps what it goes over when a company comes or goes.
STAMPED = {
    name: frozenset({"write_date", "write_uid"})
    for name in ("account_tax", "account_journal", "account_reconcile_model_line", "res_partner", "res_users", "res_company",
                 "digest_digest")
}  # fmt: skip
# The location of goods between companies, which Odoo takes into use with a second company; its name under each company that was.
STAMPED["stock_location"] = frozenset({"write_date", "write_uid", "active"})
STAMPED["res_partner"] |= {"property_stock_customer", "property_stock_supplier"}
# Settings for several locations, which Odoo switches on for everybody with a second warehouse, and leaves on.
WAREHOUSES_LEAVE = frozenset(
    {"ir_config_parameter", "ir_ui_view", "res_company", "res_config_settings", "res_groups", "res_groups_implied_rel",
     "stock_picking_type"}
)  # fmt: skip


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A part of the example: some job sheets of each branch that arrive, with their accounts and documents."""
    folder = tmp_path_factory.mktemp("few")
    jobs: dict[str, sc.Record] = {}
    for document in ("invoice", "quotation"):
        with_one = {r["Job No"] for r in sc.arrived(document).values()}
        fitting = [r for r in sc.arrived("job_sheet").values() if r["Account No"] and r.id in with_one]
        for branch in ("MUM", "PUN", "BLR"):
            jobs |= {r.id: r for r in [r for r in fitting if r["Branch"] == branch][:JOBS_OF_A_BRANCH]}
    accounts = {r["Account No"] for r in jobs.values()}
    kept: dict[str, list[sc.Record]] = {
        name: sc.records(name) for name in ("branch", "technician", "item", "custom_field")
    }
    kept["job_sheet"] = list(jobs.values())
    kept["service_account"] = [r for r in sc.arrived("service_account").values() if r.id in accounts]
    for name, column in LINKS.items():
        kept[name] = [r for r in sc.arrived(name).values() if r[column] in jobs]
    for name, (column, parent) in LINES.items():
        parents = {r.id for r in kept[parent]}
        kept[name] = [r for r in sc.arrived(name).values() if r[column] in parents]
    for name, rows in kept.items():
        _write(folder / sc.FILES[name][0], name, rows)
    for row in kept["job_attachment"]:
        path = folder / row["Path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((sc.EXPORT / row["Path"]).read_bytes())
    return folder


def _write(path: Path, name: str, rows: list[sc.Record]) -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(sc.records(name)[0].cells))
    writer.writeheader()
    writer.writerows(r.cells for r in rows)
    path.write_text(text.getvalue(), encoding="utf-8")


@pytest.fixture
def india(sandbox: Sandbox) -> Iterator[OdooAccess]:
    name = "t_" + secrets.token_hex(4)
    try:
        access = sandbox.create_database(name, modules=FULL, localization="l10n_in", progress=print)
        with OdooClient.connect(access) as odoo:
            furnish(odoo, state="MH", tax_number="27AAPFU0939F1ZV")
            users = [{"name": mail, "login": mail, "email": mail} for mail in TECHNICIANS]
            odoo.create("res.users", users, context={"no_reset_password": True})
        yield access
    finally:
        sandbox.drop_database(name)


@contextmanager
def project(tmp_path: Path, access: OdooAccess, export: Path, choices: str, more: str = "") -> Iterator[Project]:
    source: dict[str, Any] = {**SOURCE, "folder": str(export)}
    with Project(
        tmp_path / "few",
        access,
        system="servecircle",
        source=source,
        name="few",
        more=f"choices: {choices}\n{more}",
        accepted=False,
    ) as made:
        yield made


def read(made: Project, odoo: OdooClient, model: str, record_set: str, *fields: str) -> dict[str, dict[str, Any]]:
    ids = made.ids(record_set)
    rows = {r["id"]: r for r in odoo.read(model, sorted(ids.values()), list(fields), context=EVERYTHING)}
    return {source_id: rows[res_id] for source_id, res_id in ids.items()}


def finished(made: Project) -> None:
    """Load, reconcile without a difference, and load again without a write."""
    first = made.migrate()
    left = {name: (c.held, c.quarantined) for name, c in first.objects.items() if c.held or c.quarantined}
    assert left == {}, first.details["left_over"][:5]
    result = made.verb("reconcile")
    assert (result.ok, result.problems) == (True, ())
    again = made.verb("load")
    assert sum(c.created + c.updated for c in again.objects.values()) == 0


@pytest.mark.row("servecircle", 3)
def test_branches_as_companies(tmp_path: Path, sandbox: Sandbox, india: OdooAccess, few: Path, counted: Count) -> None:
    before = everything(sandbox, india.database)
    with project(tmp_path, india, few, "{branches: companies}") as made, made.odoo() as odoo:
        finished(made)
        companies = read(made, odoo, "res.company", "branch_company", "name", "parent_id", "state_id", "vat")
        assert {c: v["name"] for c, v in companies.items()} == {r.id: r["Branch Name"] for r in sc.records("branch")}
        assert {c: v["vat"] for c, v in companies.items()} == {r.id: r["GSTIN"] for r in sc.records("branch")}
        main = odoo.search("res.company", [], order="id", limit=1)
        assert {v["parent_id"][0] for v in companies.values()} == set(main)
        total = 0
        for model, record_set, name in (
            ("crm.lead", "job_sheet", "job_sheet"),
            ("sale.order", "quotation", "quotation"),
            ("account.move", "invoice", "invoice"),
        ):
            found = read(made, odoo, model, record_set, "company_id")
            source = {r.id: r for r in sc.records(name)}
            assert found
            for source_id, record in found.items():
                assert record["company_id"][0] == companies[source[source_id]["Branch"]]["id"], source_id
            total += len(found)
        states = {m["state"] for m in read(made, odoo, "account.move", "invoice", "state").values()}
        assert states == {"draft", "posted"}
        users = read(made, odoo, "res.users", "technician_found", "company_ids", "x_sc_role")
        for mail, row in ((r["Email"], r) for r in sc.records("technician")):
            assert sorted(users[mail]["company_ids"]) == sorted([*main, companies[row["Branch"]]["id"]])
            assert users[mail]["x_sc_role"] == row["Role"]
        result = made.verb("rollback")
        assert (result.ok, result.problems) == (True, ())
    left = changes(before, everything(sandbox, india.database), ignoring=STAMPED)
    assert left == {}
    counted("branches as companies of their own", len(companies))
    counted("opportunities, quotations and invoices in the company of their branch", total)


@pytest.mark.row("servecircle", 3)
def test_branches_as_warehouses(tmp_path: Path, sandbox: Sandbox, india: OdooAccess, few: Path, counted: Count) -> None:
    before = everything(sandbox, india.database)
    with project(tmp_path, india, few, "{branches: warehouses}") as made, made.odoo() as odoo:
        finished(made)
        warehouses = read(made, odoo, "stock.warehouse", "branch_warehouse", "name", "code")
        assert {w: v["code"] for w, v in warehouses.items()} == {r.id: r.id for r in sc.records("branch")}
        orders = read(made, odoo, "sale.order", "quotation", "warehouse_id")
        leads = read(made, odoo, "crm.lead", "job_sheet", "x_sc_warehouse_id")
        for name, found, column in (("quotation", orders, "warehouse_id"), ("job_sheet", leads, "x_sc_warehouse_id")):
            source = {r.id: r for r in sc.records(name)}
            assert found
            for source_id, record in found.items():
                assert record[column][0] == warehouses[source[source_id]["Branch"]]["id"]
        result = made.verb("rollback")
        assert (result.ok, result.problems) == (True, ())
    left = changes(before, everything(sandbox, india.database), ignoring=STAMPED)
    assert {table: rows for table, rows in left.items() if table not in WAREHOUSES_LEAVE} == {}
    counted("branches as warehouses", len(warehouses))
    counted("quotations and opportunities with the warehouse of their branch", len(orders) + len(leads))


@pytest.mark.row("servecircle", 2)
@pytest.mark.row("servecircle", 4)
def test_what_odoo_does_not_know_waits_for_a_person(
    tmp_path: Path, india: OdooAccess, few: Path, counted: Count
) -> None:
    """No account becomes a contact by itself, and a technician without a user has his job sheets taken over by another."""
    gone, takes_over = TECHNICIANS[0], TECHNICIANS[1]
    accounts = [r for r in sc.arrived("service_account").values() if r["Email"]]
    with OdooClient.connect(india) as odoo:
        ids = odoo.search("res.users", [["login", "=", gone]])
        odoo.write("res.users", ids, {"active": False})
    more = (
        "changes: {models: {crm_lead: {records: {job_sheet: {fields: {"
        f"user_id: {{values: {{{gone}: {takes_over}}}}},"
        " tag_ids: {values: {mobile reparing: mobile, Mobile - Screen: mobile, Laptop Repair: computer,"
        " Warranty (In): warranty, AMC Visit: amc}}"
        "}}}}}}\n"
    )
    with project(tmp_path, india, few, "{accounts: review}", more) as made, made.odoo() as odoo:
        made.migrate()
        kept = {r.id for r in accounts} & made.outcomes("service_account").keys()
        found = {a: made.outcome("service_account", a) for a in kept}
        assert {outcome for outcome, _, _ in found.values()} == {"held"}
        assert all("enter its number in the field ServeCircle account" in reason for _, _, reason in found.values())
        assert made.ids("job_sheet") == {}
        assert made.outcome("technician", gone)[0] == "held"
        # A person makes the contacts, twice one of them: which is meant is not guessed.
        chosen = sorted(kept)
        source = {r.id: r for r in accounts}
        odoo.create(
            "res.partner",
            [{"name": source[a]["Account Name"], "email": source[a]["Email"]} for a in [*chosen, chosen[0]]],
        )
        made.verb("load")
        assert made.ids("service_account_found").keys() == set(chosen[1:])
        outcome, _, reason = made.outcome("service_account", chosen[0])
        assert (outcome, "merge them first" in reason) == ("held", True)
        leads = read(made, odoo, "crm.lead", "job_sheet", "user_id")
        rows = {r.id: r for r in sc.records("job_sheet")}
        theirs = [j for j in leads if rows[j]["Technician Email"] == gone]
        user = odoo.search("res.users", [["login", "=", takes_over]])[0]
        assert theirs
        assert {leads[j]["user_id"][0] for j in theirs} == {user}
    counted("accounts held for a person, then recognised", len(chosen) - 1)
    counted("job sheets of a technician without a user, taken over by another", len(theirs))
