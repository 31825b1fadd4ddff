"""Results as the verbs give them, made by hand: believable ones, and ones with the ugliest data there is."""

from typing import Any

from flitstack_pipeline.outcomes import Counts
from flitstack_pipeline.stages.result import EXIT_FAILED, EXIT_TOLERANCE, ModelFigures, VerbResult
from flitstack_pipeline_tests.reports.sample_details import (
    LEFT_EMPTY,
    LONG,
    RTL,
    SCRIPT,
    inventory_details,
    plan_fields,
)
from flitstack_pipeline_tests.reports.sample_rows import counts, difference, left_over, models, review, row_of, tally

MIGRATION = "coastal"
TITLE = "Coastal Cleaning Co"
RUN = "4f1c09aa-7a3e-4d6e-9a52-0d0e4f0a6b11"
HASH = "9c1f5e0b77d24a86b1f3c9d0a4e2876655aa10f2c3d4e5f60718293a4b5c6d7e"
ODOO = {"odoo_url": "https://coastal.example.com", "odoo_database": "coastal", "odoo_major": 19}
CONTROL = "bell\x07 esc\x1b[31m nul\x00 override\u202egnp.exe surrogate\ud800"


def doctor() -> VerbResult:
    findings = [
        {"level": "ok", "check": "Odoo", "text": "19.0 Community answers over JSON-2", "todo": ""},
        {"level": "ok", "check": "rights", "text": "the user may create, write and delete in all 9 models", "todo": ""},
        {
            "level": "warning",
            "check": "API key",
            "text": "the key ends on 2026-12-01, in 7 days",
            "todo": "make a new key before the load: Preferences → Account security → New API key",
        },
        {
            "level": "blocking",
            "check": "journals",
            "text": "no journal of type cash",
            "todo": "Accounting → Configuration → Journals: create one of type Cash",
        },
    ]
    return VerbResult(
        migration=MIGRATION,
        verb="doctor",
        run_id=RUN,
        ok=False,
        exit_code=EXIT_FAILED,
        problems=("journals: no journal of type cash",),
        summary="1 blocking finding, 1 warning, 2 ok",
        next_step="mend what blocks, then `flitstack doctor coastal`",
        details={"findings": findings},
    )


def inventory() -> VerbResult:
    extracted = {name: Counts(extracted=c.extracted) for name, c in counts().items()}
    return VerbResult(
        migration=MIGRATION,
        verb="inventory",
        run_id=RUN,
        ok=True,
        objects=extracted,
        problems=("Copy of customers (old).csv belongs to no object of the map",),
        summary="1,636 rows in 10 objects; 3 could not be read, 2 join to nothing",
        next_step="flitstack plan coastal",
        details=inventory_details(),
    )


def plan(*, changed: bool = False) -> VerbResult:
    details = {
        "plan_hash": HASH,
        "approved_by": "",
        "changed_since_approval": [
            'changed models.partner.records.customer.rules.fields.email[0].transform: ["strip"] -> ["strip","lower"]',
            'added source.customer.vip_level: "text"',
        ]
        if changed
        else [],
        "schema_missing": [
            "x_flit_form",
            "res.partner.x_flitstack_key",
            "crm.lead.x_octo_booking_id",
            "crm.lead.x_parking",
            "crm.lead.x_access=Lockbox",
        ],
        "schema_total": 31,
        "notes": [
            {
                "kind": "fallback",
                "where": "worker.user_id",
                "text": "hr.employee has no field user_id here; the value goes to x_login",
            },
            {
                "kind": "absent",
                "where": "subscription",
                "text": "Odoo has no sale.subscription: the app sale_subscription is not installed",
            },
            {
                "kind": "no_equivalent",
                "where": "custom_field Booking|cf_sign_off (Customer Sign-off)",
                "text": "a custom field of type signature: no equivalent in Odoo",
            },
            {"kind": "approximated", "where": "booking.priority", "text": "five levels become four stars"},
        ],
        "order": [
            {"name": "product", "model": "product.product", "records": ["service"], "absent": ""},
            {"name": "employee", "model": "hr.employee", "records": ["worker"], "absent": ""},
            {"name": "partner", "model": "res.partner", "records": ["customer", "site"], "absent": ""},
            {"name": "lead", "model": "crm.lead", "records": ["booking"], "absent": ""},
            {"name": "invoice", "model": "account.move", "records": ["invoice"], "absent": ""},
            {"name": "payment", "model": "account.payment", "records": ["payment"], "absent": ""},
            {
                "name": "subscription",
                "model": "sale.subscription",
                "records": ["repeat"],
                "absent": "Odoo has no sale.subscription: the app sale_subscription is not installed",
            },
        ],
        "fields": plan_fields(),
        "predicted": {
            "service": {"created": 14},
            "worker": {"created": 11, "unchanged": 1},
            "customer": {"created": 255, "updated": 1, "quarantined": 2, "skipped": 2},
            "site": {"created": 40},
            "booking": {"created": 325, "held": 2, "quarantined": 2},
            "invoice": {"created": 169, "held": 1},
            "payment": {"created": 168, "held": 1},
            "repeat": {"excluded": 12},
        },
        "will_not_go": [
            {
                "outcome": r["outcome"],
                "records": r["object"],
                "id": r["source_id"],
                "at": f"{r['file']} row {r['row']}",
                "field": r["field"],
                "reason": r["reason"],
            }
            for r in left_over()
        ],
        "review": review(),
        "left_empty": LEFT_EMPTY,
    }
    return VerbResult(
        migration=MIGRATION,
        verb="plan",
        run_id=RUN,
        ok=True,
        objects=inventory().objects,
        details=details,
        summary=f"plan {HASH[:12]}: 5 schema entries to create; records predicted: 982 created, 1 updated",
        next_step="flitstack approve coastal --who 'your name'",
    )


def approve() -> VerbResult:
    return VerbResult(
        migration=MIGRATION,
        verb="approve",
        run_id=RUN,
        ok=True,
        summary=f"Jo Doe approved plan {HASH[:12]}",
        next_step="flitstack load coastal",
        details={"plan_hash": HASH, "who": "Jo Doe"},
    )


def load(*, beyond: bool = False) -> VerbResult:
    return VerbResult(
        migration=MIGRATION,
        verb="load",
        run_id=RUN,
        ok=True,
        exit_code=EXIT_TOLERANCE if beyond else 0,
        objects=counts(),
        models={name: ModelFigures(records=m.records) for name, m in models().items()},
        problems=("5 rows are quarantined, 0 are tolerated",) if beyond else (),
        summary="1,318 created, 1 updated, 2 unchanged, 6 held, 5 quarantined, 2 skipped, 302 excluded of 1,636 rows",
        next_step="flitstack reconcile coastal",
        details={"left_over": left_over(), "review": review(), "left_empty": LEFT_EMPTY},
        reports=("/srv/flitstack/migrations/coastal/reports/load.html",),
    )


def reconcile() -> VerbResult:
    """Some differences, three of them unexplained."""
    differences = {
        "product": [
            difference(
                record_set="service",
                source_id="SV-12",
                file="services.csv",
                row=13,
                model="product.product",
                res_id=41,
                field="list_price",
                label="Sales Price",
                expected="49.995",
                actual="50.00",
                accepted="Odoo keeps two decimals; agreed with the customer on 3 November",
            )
        ],
        "partner": [],
        "lead": [
            difference(),
            difference(
                source_id="BK-20014",
                row=15,
                res_id=14,
                field="description",
                label="Notes",
                expected="Two dogs\u00a0inside.\nAlarm: 4 digits",
                actual="Two dogs inside. Alarm: 4 digits ",
            ),
            difference(
                source_id="BK-20024",
                row=25,
                res_id=24,
                field="x_scheduled_start",
                label="Scheduled start",
                expected="2024-11-04T07:45:00+00:00",
                actual="(empty)",
            ),
            difference(
                source_id="BK-20031",
                row=32,
                res_id=31,
                field="(record)",
                label="(record)",
                expected="there",
                actual="not in Odoo any more",
                accepted="removed by hand, a duplicate of BK-20030",
            ),
        ],
        "invoice": [
            difference(
                record_set="invoice",
                source_id="INV-31044",
                file="invoices.csv",
                row=45,
                model="account.move",
                res_id=60,
                field="amount_total",
                label="Total",
                expected="253.01",
                actual="253.00",
                accepted="the source rounded GST per line",
            )
        ],
    }
    fields = {
        "product": {
            "service.name": tally("Name", "char", 14, 14),
            "service.list_price": tally("Sales Price", "float", 14, 14, 1, 1),
        },
        "partner": {
            "customer.email": tally("Email", "char", 256, 249),
            "customer.x_gate_code": tally("Gate code", "char", 256, 31),
        },
        "lead": {
            "booking.name": tally("Opportunity", "char", 325, 325, 1),
            "booking.description": tally("Notes", "html", 325, 180, 1),
            "booking.x_scheduled_start": tally("Scheduled start", "datetime", 325, 324, 1),
            "booking.(record)": tally("(record)", "record", 1, 0, 1, 1),
        },
        "invoice": {
            "invoice.amount_total": tally("Total", "monetary", 169, 169, 1, 1),
            "invoice.invoice_line_ids.price_unit": tally("Unit Price", "float", 284, 284),
        },
        "payment": {"payment.amount": tally("Amount", "monetary", 168, 168)},
    }
    return VerbResult(
        migration=MIGRATION,
        verb="reconcile",
        run_id=RUN,
        ok=False,
        exit_code=EXIT_TOLERANCE,
        objects=counts(),
        models=models(),
        problems=(
            "3 unexplained differences, 0 are tolerated",
            "accepted difference booking BK-20001 name does not occur (any more)",
        ),
        summary="15,499 values of 932 records compared: 3 unexplained differences, 3 accepted; "
        "every row is accounted for",
        next_step="open the report and look at each difference",
        details={
            **ODOO,
            "fields": fields,
            "differences": differences,
            "left_over": left_over(),
            "notes": plan().details["notes"],
            "identities": [
                {"record_set": "service", "in_ledger": 14, "in_odoo": 14},
                {"record_set": "customer", "in_ledger": 255, "in_odoo": 255},
                {"record_set": "booking", "in_ledger": 325, "in_odoo": 325},
            ],
        },
    )


def clean_reconcile() -> VerbResult:
    """Nothing differs."""
    done = {name: ModelFigures(records=m.records, values_compared=m.values_compared) for name, m in models().items()}
    fields = {"partner": {"customer.email": tally("Email", "char", 256, 249)}}
    identities = [{"record_set": "customer", "in_ledger": 255, "in_odoo": 255}]
    return VerbResult(
        migration=MIGRATION,
        verb="reconcile",
        run_id=RUN,
        ok=True,
        objects=counts(),
        models=done,
        summary="15,499 values of 932 records compared: 0 unexplained differences, 0 accepted; "
        "every row is accounted for",
        next_step="flitstack status coastal",
        details={
            "fields": fields,
            "differences": {"partner": []},
            "identities": identities,
            "left_over": [],
            "notes": [],
        },
    )


def ugly_reconcile(number: int = 5_000) -> VerbResult:
    """Thousands of differences, values with markup, control characters, right-to-left text and endless text."""
    rows = [
        difference(source_id=f"BK-{i}", row=i, res_id=i, expected=f"{SCRIPT} {i}", actual=f"{RTL} {i}")
        for i in range(3, number)
    ]
    ugliest = [
        difference(expected=LONG, actual=LONG.replace("monthly", "weekly", 1), label="<b>Notes</b>", source_id=CONTROL),
        difference(expected=LONG[:3000], actual=LONG[:2999] + "!", source_id="<&>\"'"),
        difference(expected=CONTROL, actual="", file="a.zip!b\u202e.csv"),
    ]
    rows = [*ugliest, *rows]
    return VerbResult(
        migration="<i>m</i>",
        verb="reconcile",
        run_id=SCRIPT,
        ok=False,
        exit_code=EXIT_FAILED,
        summary=f"{SCRIPT} {RTL}",
        next_step=f"{SCRIPT}",
        objects={
            "<u>object</u>": Counts(extracted=10, created=8),
            "y" * 90: Counts(extracted=1_234_567, created=1_234_567),
        },
        models={"lead": ModelFigures(records=number, values_compared=number, differences=number)},
        problems=tuple(f"problem {i} {SCRIPT} {CONTROL}" for i in range(60)),
        reports=("/x/<b>.html",),
        details={
            "odoo_url": "javascript:alert(1)//",
            "fields": {"lead": {"booking.<b>": tally(f"<b>{CONTROL}", "char", number, number, number)}},
            "differences": {"lead": rows},
            "identities": [{"record_set": "booking", "in_ledger": 325, "in_odoo": 324}],
            "left_over": [row_of("held", "o", RTL, "f.csv", 1, "", LONG)] * 2_500,
            "notes": [],
        },
    )


def rollback() -> VerbResult:
    state = {"count": 3, "last_id": 3, "digest": "a" * 64}
    more = {"count": 5, "last_id": 9, "digest": "b" * 64}
    return VerbResult(
        migration=MIGRATION,
        verb="rollback",
        run_id=RUN,
        ok=True,
        exit_code=EXIT_TOLERANCE,
        problems=("kept res.partner 48 Ruby Abbott: changed by Mitchell Admin since",),
        summary="931 records removed, 3 restored, 31 schema entries removed, 2 kept; 2 of 3 models are as before",
        next_step="look at what was kept, in the report",
        details={
            **ODOO,
            "removed": {"res.partner": 255, "crm.lead": 325, "account.move": 169, "mail.alias": 1},
            "restored": {"res.partner": 1, "hr.employee": 2},
            "schema": {"ir.model.fields": 30, "ir.model": 1},
            "kept": [
                {
                    "model": "res.partner",
                    "res_id": 48,
                    "what": "Ruby Abbott",
                    "reason": "changed by Mitchell Admin since",
                },
                {
                    "model": "ir.model.fields",
                    "res_id": 9001,
                    "what": "res.partner.x_flitstack_key",
                    "reason": "records of res.partner were kept, and this is part of them",
                },
            ],
            "comparisons": [
                {"model": "crm.lead", "before": state, "after": state, "ours": [], "others": [], "same": True},
                {
                    "model": "hr.employee",
                    "before": state,
                    "after": {**more, "count": 4},
                    "ours": [],
                    "others": [9],
                    "same": True,
                },
                {"model": "res.partner", "before": state, "after": more, "ours": [48], "others": [51], "same": False},
            ],
        },
    )


def empty(verb: str) -> VerbResult:
    """The least that a verb can give: a migration without a single row."""
    details: dict[str, dict[str, Any]] = {
        "doctor": {"findings": []},
        "inventory": {"files": [], "columns": {}, "profiles": {}, "orphans": [], "titles": {}, "not_migrated": {}},
        "plan": {
            "plan_hash": HASH,
            "approved_by": "Jo Doe",
            "changed_since_approval": [],
            "schema_missing": [],
            "schema_total": 0,
            "notes": [],
            "order": [],
            "fields": {},
            "predicted": {},
            "will_not_go": [],
        },
        "approve": {"plan_hash": HASH, "who": "Jo Doe"},
        "load": {"left_over": [], "review": [], "left_empty": []},
        "reconcile": {"fields": {}, "differences": {}, "identities": [], "left_over": [], "notes": []},
        "rollback": {"removed": {}, "restored": {}, "schema": {}, "kept": [], "comparisons": []},
    }
    return VerbResult(migration=MIGRATION, verb=verb, run_id=RUN, ok=True, details=details.get(verb, {}))
