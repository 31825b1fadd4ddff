"""Can invoices and payments be booked here, on the dates that they have, and taken back again?"""

from datetime import date
from typing import Any

from flitstack_pipeline.odoo.versions import field_name
from flitstack_pipeline.stages.doctor.examination import Examination
from flitstack_pipeline.stages.doctor.findings import Findings, blocking, listed, ok, warning

# Lock of a company -> the models of documents that it holds for.
LOCKS = {
    "hard_lock_date": ("account.move", "account.payment"),
    "fiscalyear_lock_date": ("account.move", "account.payment"),
    "period_lock_date": ("account.move", "account.payment"),
    "sale_lock_date": ("account.move",),
    "tax_lock_date": ("account.move",),
}
AUDIT_TRAILS = ("restrictive_audit_trail", "check_account_audit_trail")


def check(examination: Examination) -> Findings:
    """Nothing, if the map books nothing; else chart, journals, currency, locks, rounding, audit trail."""
    models = {m.model for m in examination.present.values() if m.model.startswith("account.")}
    if not models:
        return
    company = _company(examination)
    yield from _chart(examination, company)
    yield from _journals(examination, models)
    yield from _currency(examination, company)
    yield from _locks(examination, company, models)
    yield from _rounding(company)
    yield from _audit_trail(company)


def _company(examination: Examination) -> dict[str, Any]:
    fields = examination.fields("res.company")
    locks = [f for lock in LOCKS for f in (lock, f"user_{lock}")]
    chart = field_name("res.company", "chart_template", fields)
    wanted = ["name", "currency_id", chart, "tax_calculation_rounding_method", *locks, *AUDIT_TRAILS]
    (company,) = examination.client.read(
        "res.company", [examination.company_id], [f for f in wanted if f and f in fields]
    )
    return {**company, "chart": company.get(chart) if chart else None}


def _chart(examination: Examination, company: dict[str, Any]) -> Findings:
    by = field_name("account.account", "company_ids", examination.fields("account.account"))
    accounts = examination.client.search_count("account.account", [(by, "in", [company["id"]])] if by else [])
    if not accounts:
        text = f"{company['name']} has no chart of accounts: nothing can be booked"
        todo = "choose the country's package in Odoo (Invoicing → Configuration → Settings → Fiscal Localization)"
        yield blocking("accounting.chart", text, todo)
    else:
        chart = company["chart"][1] if isinstance(company["chart"], list) else company["chart"]
        yield ok("accounting.chart", f"chart of accounts {chart or 'of unknown origin'}: {accounts:,} accounts")


def _journals(examination: Examination, models: set[str]) -> Findings:
    client = examination.client
    family = client.search("res.company", [("id", "parent_of", [examination.company_id])])
    domain = [("company_id", "in", family)]
    journals = client.search_read("account.journal", domain, ["name", "code", "type"])
    of_type = {t: [j for j in journals if j["type"] == t] for t in ("sale", "bank", "cash")}
    money = [*of_type["bank"], *of_type["cash"]]
    names = listed(f"{j['name']} ({j['code']}, {j['type']})" for j in [*of_type["sale"], *money])
    yield ok("accounting.journals", f"sales, bank and cash journals: {names or 'none'}")
    if "account.journal" in models:
        yield ok("accounting.own_journals", "the map brings journals of its own")
        return
    todo = "make one in Odoo (Invoicing → Configuration → Journals), or let the map bring its own"
    if "account.move" in models and not of_type["sale"]:
        yield blocking("accounting.journals", "invoices need a sales journal, and there is none", todo)
    if "account.payment" in models:
        if not money:
            yield blocking("accounting.journals", "payments need a bank or cash journal, and there is none", todo)
        yield from _outstanding(examination, money)


def _outstanding(examination: Examination, journals: list[dict[str, Any]]) -> Findings:
    """Without an outstanding account a payment has no entry in the books, and cannot be matched with its invoice."""
    if not journals or not examination.client.has_model("account.payment.method.line"):
        return
    domain = [
        ("journal_id", "in", [j["id"] for j in journals]),
        ("payment_type", "=", "inbound"),
        ("payment_account_id", "=", False),
    ]
    lines = examination.client.search_read("account.payment.method.line", domain, ["name", "journal_id"])
    names = listed(f"{line['journal_id'][1]}: {line['name']}" for line in lines)
    if not lines:
        yield ok("accounting.outstanding", "every payment method has its outstanding account")
    elif examination.client.version.edition == "enterprise" and examination.client.version.major >= 18:
        text = (
            f"payment methods without an outstanding account, whose payments cannot be matched with invoices: {names}"
        )
        yield warning(
            "accounting.outstanding",
            text,
            "set one in the journal (Incoming Payments), or let the map bring its own journal",
        )
    else:
        yield ok("accounting.outstanding", f"payment methods that take the company's outstanding account: {names}")


def _currency(examination: Examination, company: dict[str, Any]) -> Findings:
    own = company["currency_id"][1]
    named = {str(w.ref.values[0]).strip() for w in examination.wanted if w.ref.model == "res.currency"}
    others = sorted(name for name in named if name.casefold() != own.casefold())
    if others:
        text = f"the books are kept in {own}, and documents of the source say {listed(others)}"
        todo = "see that Odoo has the rates of the documents' dates (Invoicing → Configuration → Currencies)"
        yield warning("accounting.currency", text, todo)
    else:
        said = "as the source says" if named else "the source names none, so its amounts are taken to be in it"
        yield ok("accounting.currency", f"the books are kept in {own}: {said}")


def _locks(examination: Examination, company: dict[str, Any], models: set[str]) -> Findings:
    found = False
    for lock, holds_for in LOCKS.items():
        until = _locked_until(company, lock)
        if until is None or not models.intersection(holds_for):
            continue
        found = True
        todo = (
            f"lift {lock} for the migration's user (Invoicing → Lock Dates), or leave these documents out by `where:`"
        )
        if examination.survey is None:
            text = f"{lock} is {until}: documents up to that day cannot be booked on their own date"
            yield warning("accounting.locks", f"{text}; how many there are is said after the inventory", todo)
            continue
        for model in sorted(models.intersection(holds_for)):
            days = examination.survey.dates.get(model, {})
            number = sum(n for day, n in days.items() if day <= until)
            if number:
                text = f"{lock} is {until}: {number:,} of {sum(days.values()):,} documents ({model}) are not later"
                fate = "Odoo would refuse them, or book them on another day"
                yield blocking("accounting.locks", f"{text}, the oldest of {min(days)}; {fate}", todo)
            else:
                yield ok("accounting.locks", f"{lock} is {until}, before every document ({model})")
    if not found:
        yield ok("accounting.locks", "no period is locked")


def _locked_until(company: dict[str, Any], lock: str) -> date | None:
    """The last locked day; for this user where Odoo knows exceptions, and Odoo's first day of all days means none."""
    text = company.get(f"user_{lock}", company.get(lock))
    if not text:
        return None
    year, month, day = (int(part) for part in str(text).split("-"))
    return None if year <= 1 else date(year, month, day)


def _rounding(company: dict[str, Any]) -> Findings:
    method = company.get("tax_calculation_rounding_method") or "unknown"
    how = {"round_per_line": "on every line", "round_globally": "on the document's total"}.get(method, method)
    text = f"taxes are rounded {how}; if the source rounds otherwise, reconcile shows it cent by cent"
    yield ok("accounting.rounding", text)


def _audit_trail(company: dict[str, Any]) -> Findings:
    check_ = "accounting.audit_trail"
    if any(company.get(name) for name in AUDIT_TRAILS):
        text = "the company keeps an audit trail that forbids deleting what was posted: a rollback could only cancel it"
        yield warning(check_, text, "switch it off for the migration, or load into a copy of the database first")
    else:
        yield ok(check_, "posted entries can be reset and deleted, so that a rollback can remove them")
