"""What OctopusPro does by itself and Odoo must be taught again: automations, portal settings, GPS points."""

from __future__ import annotations

from datetime import datetime, timedelta

from coastal.world import EXPORTED_AT, Table, World


def _rule(name: str, active: bool, trigger: str, conditions: list[tuple[str, str, object]], *actions: dict) -> dict:
    return {
        "name": name,
        "active": active,
        "trigger": trigger,
        "conditions": [{"field": field, "operator": operator, "value": value} for field, operator, value in conditions],
        "actions": list(actions),
    }


_RULES = (
    _rule("Confirm by SMS", True, "booking.status_changed", [("status", "is", "Confirmed")],
          {"type": "send_sms", "to": "customer.mobile", "template": "Booking confirmed"}),
    _rule("Reminder the day before", True, "booking.start.24h_before", [("status", "is", "Confirmed")],
          {"type": "send_sms", "to": "customer.mobile", "template": "See you tomorrow"},
          {"type": "send_email", "to": "customer.email", "template": "Reminder"}),
    _rule("Tell the worker about a change", True, "booking.rescheduled", [],
          {"type": "push_notification", "to": "fieldworkers", "template": "Your job moved"}),
    _rule("Invoice on completion", True, "booking.status_changed",
          [("status", "is", "Completed"), ("total", "greater than", 0)],
          {"type": "create_invoice", "status": "Draft"}, {"type": "assign_task", "to": "FW-01", "due_in_days": 1}),
    _rule("Chase overdue invoices", True, "invoice.overdue.7d", [("balance", "greater than", 20)],
          {"type": "send_email", "to": "customer.email", "template": "Friendly reminder"}),
    _rule("Ask for a review", True, "invoice.paid", [("customer.labels", "does not contain", "Complaint")],
          {"type": "wait", "days": 2}, {"type": "send_email", "to": "customer.email", "template": "How did we go?"}),
    _rule("Expire old quotes", True, "quote.valid_until.passed", [("status", "is", "Sent")],
          {"type": "set_status", "object": "quote", "status": "Expired"}),
    _rule("Christmas greeting 2023", False, "schedule.yearly", [("customer.labels", "contains", "VIP")],
          {"type": "send_email", "to": "customer.email", "template": "Season's greetings – café voucher"}),
)  # fmt: skip

_PORTAL = (
    ("portal.enabled", "true"),
    ("portal.allow_booking_requests", "true"),
    ("portal.allow_reschedule_hours_before", "48"),
    ("portal.show_invoices", "true"),
    ("portal.payment_link", "card"),
    ("portal.show_fieldworker_names", "first name only"),
    ("portal.faq", "Where do I park?\nCan I leave a key?"),
    ("portal.logo", "coastal-logo.png"),
    ("portal.colour", "#1B7A8C"),
    ("portal.terms_url", "https://www.example.com/terms"),
)

GPS_POINTS = 300


def build_left_behind(world: World) -> None:
    """Fill the tables of what is inventoried but never migrated."""
    rules = world.table(
        Table(
            "automation",
            "automations.json",
            ("id", "name", "active", "trigger", "conditions", "actions", "owner"),
            ("id",),
            first_row=1,
        )
    )
    for number, rule in enumerate(_RULES, start=1):
        owner = "office@example.com" if number % 3 == 0 else "priya.raman@example.com"
        rules.rows.append({"id": f"AUTO-{number}", **rule, "owner": owner})
    portal = world.table(Table("portal_setting", "portal_settings.json", ("key", "value"), ("key",), first_row=1))
    portal.rows.extend({"key": key, "value": value} for key, value in _PORTAL)
    _build_gps(world)
    world.plant_whole(
        "automation",
        "",
        problem="rules do not migrate",
        outcome="excluded",
        note="rebuild reference; 7 of 8 are active",
    )
    world.plant_whole(
        "portal_setting", "", problem="settings do not migrate", outcome="excluded", note="rebuild reference"
    )
    world.plant_whole(
        "gps_point", "", problem="location history does not migrate", outcome="excluded", note="only the count is told"
    )


def _build_gps(world: World) -> None:
    points = world.table(
        Table("gps_point", "gps_history.zip!gps_history.csv", ("worker", "time", "lat", "lon"), ("worker", "time"))
    )
    dice = world.dice
    workers = ("FW-06", "FW-10", "FW-12", "FW-02", "FW-03")
    for number in range(GPS_POINTS):
        shift, place = divmod(number, 60)
        started = datetime(2026, 10, 26 + shift, 7, 0)
        when = started + timedelta(minutes=8 * place)
        if when > EXPORTED_AT:
            raise ValueError(f"GPS point {number} would lie after the export")
        # Millionths of a degree as whole numbers: sums of floating-point steps could print differently elsewhere.
        lat = -33_800_000 - 1_500 * place + dice.whole(-400, 400)
        lon = 151_280_000 - 900 * place + dice.whole(-400, 400)
        points.rows.append(
            {
                "worker": workers[shift],
                "time": when.strftime("%Y-%m-%d %H:%M:%S"),
                "lat": f"-{-lat // 1_000_000}.{-lat % 1_000_000:06d}",
                "lon": f"{lon // 1_000_000}.{lon % 1_000_000:06d}",
            }
        )
