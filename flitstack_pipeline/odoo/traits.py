"""What is particular to single Odoo models and cannot be asked of the live schema."""

# Records that Odoo makes by itself when one is created, by the field that points to them: a rollback removes them too, after
# the record that they were made for (a living employee's version and a living user's partner cannot be deleted).
SIDE_RECORDS: dict[str, dict[str, str]] = {
    "hr.employee": {"work_contact_id": "res.partner", "resource_id": "resource.resource", "version_id": "hr.version"},
    "res.users": {"partner_id": "res.partner"},
    "product.product": {"product_tmpl_id": "product.template"},
    # Goes with the last task of it, unless that one is archived.
    "project.task": {"recurrence_id": "project.task.recurrence"},
    "res.company": {
        "l10n_in_pan_entity_id": "l10n_in.pan.entity",
        "partner_id": "res.partner",
        "batch_payment_sequence_id": "ir.sequence",
        "internal_transit_location_id": "stock.location",
    },
    "res.partner": {"l10n_in_pan_entity_id": "l10n_in.pan.entity"},
    "stock.warehouse": {
        "route_ids": "stock.route",
        "view_location_id": "stock.location",
        "lot_stock_id": "stock.location",
        "wh_input_stock_loc_id": "stock.location",
        "wh_qc_stock_loc_id": "stock.location",
        "wh_output_stock_loc_id": "stock.location",
        "wh_pack_stock_loc_id": "stock.location",
    },
}

# Of these, records may share one that was there before: only what came with a record is its own.
SHARED_SIDES = frozenset({("res.company", "l10n_in_pan_entity_id"), ("res.partner", "l10n_in_pan_entity_id")})

# Records that Odoo makes by itself and that point to the one that was created: their model, its field, and, if it is not they
# that are meant, their field that leads on. Undone backwards: what is named last goes first.
SIDES_POINTING: dict[str, tuple[tuple[str, str, str], ...]] = {
    "res.company": (
        ("ir.sequence", "company_id", ""),
        ("resource.calendar", "company_id", ""),
        ("stock.location", "company_id", ""),
        ("account.analytic.account", "company_id", ""),
        ("project.project", "company_id", ""),
    ),
    "stock.warehouse": (("stock.picking.type", "warehouse_id", "sequence_id"),),
}

# Binary fields whose content need not be fetched to be compared: Odoo keeps its SHA-1 and size in these fields.
CONTENT_DIGESTS: dict[str, dict[str, tuple[str, str]]] = {"ir.attachment": {"datas": ("checksum", "file_size")}}

# Values to give at create for fields that the map does not give and this Odoo has. Left out, these fields would name the user
# of the API key, his team and the time zone of the call, which is wrong for every record; given, they also spare crm.lead several
# searches a record (170 → 700 a second).
PRECOMPUTED: dict[str, dict[str, object]] = {
    # Electronic invoicing takes hold of every new sales journal: posting would report years of old invoices to a tax office,
    # or (Odoo 14) leave a file behind for each.
    "account.journal": {"edi_format_ids": [[6, 0, []]]},
    "account.move": {"invoice_user_id": False},
    "crm.lead": {"user_id": False, "team_id": False},
    "mail.message": {"author_id": False},
    "project.project": {"user_id": False},
    "project.task": {"user_ids": []},
    # A stage of tasks with a user is one of his own, which nobody else sees.
    "project.task.type": {"user_id": False},
    "res.partner": {"tz": False},
    "sale.order": {"user_id": False, "team_id": False},
}

# Tables that are not as before after everything has been undone, and why that is so. None of them holds migrated data.
RESIDUE: dict[str, str] = {
    "bus_bus": "messages to open browsers, emptied by Odoo every day",
    "crm_lead_scoring_frequency": "statistics on won and lost leads: counted back to nothing, but the rows stay",
    "orm_signaling_assets": "numbers by which Odoo's processes tell each other what changed",
    "orm_signaling_default": "numbers by which Odoo's processes tell each other what changed",
    "orm_signaling_groups": "numbers by which Odoo's processes tell each other what changed",
    "orm_signaling_registry": "numbers by which Odoo's processes tell each other what changed",
    "orm_signaling_routing": "numbers by which Odoo's processes tell each other what changed",
    "orm_signaling_stable": "numbers by which Odoo's processes tell each other what changed",
    "orm_signaling_templates": "numbers by which Odoo's processes tell each other what changed",
}

# Most records in one create call of models that Odoo takes its time over: a server that ends calls after a minute of work, as
# hosted ones do, must not end ours. (Records a second, measured: invoices 22, employees 25, users 9, orders 70.)
MAX_BATCH: dict[str, int] = {
    "account.move": 100,
    "hr.employee": 50,
    "res.users": 25,
    "sale.order": 200,
    "account.payment": 200,
    "project.task": 200,
}

# Records with a value in one of these fields are created and written in a call of their own: of several in one call, Odoo keeps
# the value of the first and loses the others, without a word.
ALONE: dict[str, tuple[str, ...]] = {"product.product": ("image_1920",)}
