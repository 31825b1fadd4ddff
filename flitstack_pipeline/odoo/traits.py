"""What is particular to single Odoo models and cannot be asked of the live schema."""

# Records that Odoo makes by itself when one is created, by the field that points to them: they are part of what a rollback removes.
SIDE_RECORDS: dict[str, dict[str, str]] = {
    "hr.employee": {"work_contact_id": "res.partner", "resource_id": "resource.resource"},
    "res.users": {"partner_id": "res.partner"},
    "product.product": {"product_tmpl_id": "product.template"},
}

# Binary fields whose content need not be fetched to be compared: Odoo keeps its SHA-1 and size in these fields.
CONTENT_DIGESTS: dict[str, dict[str, tuple[str, str]]] = {"ir.attachment": {"datas": ("checksum", "file_size")}}

# Neutral values to give at create for fields that Odoo would otherwise compute, one search a record, and that the map does not give.
PRECOMPUTED: dict[str, dict[str, object]] = {}
