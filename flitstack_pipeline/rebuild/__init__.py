"""What does not migrate and has to be built anew in Odoo: workflows, rules, schedules, approvals, settings, processes."""
