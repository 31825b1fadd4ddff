"""Rules and alerts: read, counted, and not migrated."""

from __future__ import annotations

from nagarseva.world import World


def build_left_behind(world: World) -> None:
    rules = world.table(
        "escalation_rule",
        "escalation_rules.csv",
        ("Level", "Trigger", "After Hours", "Notify", "Action", "Active"),
        ("Level", "Trigger"),
    )
    rules.add("L1", "Not assigned", "4", "Front Desk", "Assign a technician", "Yes")
    rules.add("L1", "Expected delivery passed", "0", "Technician", "Call the customer", "Yes")
    rules.add("L2", "Expected delivery passed", "48", "Branch Manager", "Raise the level", "Yes")
    rules.add("L3", "Expected delivery passed", "120", "Head Office", "Raise the level, mail the owner", "Yes")
    approvals = world.table(
        "approval_rule", "approval_rules.csv", ("Rule", "Applies To", "Condition", "Approver", "Active"), ("Rule",)
    )
    approvals.add("AP-1", "Quotation", "Grand Total above 25,000", "Branch Manager", "Yes")
    approvals.add("AP-2", "Quotation", "Discount above 10 %", "Head Office", "Yes")
    alerts = world.table("sms_alert", "sms_alerts.csv", ("Event", "Template", "Active"), ("Event",))
    alerts.add("Job registered", "Dear {customer}, your job {job_no} is registered.", "Yes")
    alerts.add("Job completed", "Dear {customer}, {job_no} is ready. Amount: Rs {amount}/-", "Yes")
    alerts.add("Job delivered", "Thank you! Rate us.", "No")
    for name in ("escalation_rule", "approval_rule", "sms_alert"):
        world.plant(name, None, "", "rules do not migrate", "excluded", "rebuild reference")
