"""The identity of a migrated record: its key, written by the call that creates it, and its XML ID."""

import hashlib
import re

from flitstack_pipeline.mapping.target import KEY_FIELD

XML_IDS_FIELD = "x_flitstack_xmlids"
# Up to Odoo 17 a payment writes what it has in common with its journal entry there too. An XML ID must not be made twice, so the
# two models' fields for it have different names.
_OWN_NAMES = {"account.payment": f"{XML_IDS_FIELD}_payment"}
__all__ = [
    "KEY_FIELD",
    "QUIET",
    "XML_IDS_FIELD",
    "guard_field",
    "keys_like",
    "record_key",
    "split_key",
    "xml_module",
    "xml_name",
]

# No mail, no followers, no tracking notes, no invitation: a migration is not a conversation. Images stay
# as they are, byte for byte. `tz` makes Odoo read times as sent.
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_activity_quick_update": True,
    "no_reset_password": True,
    "image_no_postprocess": True,
    "tz": "UTC",
    "lang": "en_US",
}


def guard_field(model: str) -> str:
    """The field of a model through which a create carries its XML ID, while a load runs."""
    return _OWN_NAMES.get(model, XML_IDS_FIELD)


def record_key(migration: str, record_set: str, source_id: str) -> str:
    """`<migration>/<record set>/<source id>`: the first two cannot hold a slash, so it reads back unambiguously."""
    return f"{migration}/{record_set}/{source_id}"


def keys_like(migration: str, record_set: str = "") -> list[list[str]]:
    """The domain of records that carry a key of a migration, or of one of its record sets."""
    prefix = record_key(migration, record_set, "") if record_set else f"{migration}/"
    for special in ("\\", "_", "%"):
        prefix = prefix.replace(special, f"\\{special}")
    return [[KEY_FIELD, "=like", f"{prefix}%"]]


def split_key(key: str) -> tuple[str, str, str]:
    """The parts of a record key."""
    migration, record_set, source_id = key.split("/", 2)
    return migration, record_set, source_id


def xml_module(migration: str) -> str:
    """The namespace of a migration's XML IDs, its id word for word. The underscores keep it from being a module's name."""
    return f"__flitstack_{migration}__"


def xml_name(record_set: str, source_id: str) -> str:
    """A name for a source id: readable where it can be, and unique by a digest where characters had to go.

    A record set's name holds no hyphen, so the first one tells where the id begins: `customer_label-5` is not the
    `label-5` of a customer.
    """
    plain = re.sub(r"[^A-Za-z0-9_\-]", "_", source_id)
    if plain == source_id and len(plain) <= 80:
        return f"{record_set}-{plain}"
    return f"{record_set}-{plain[:60]}_{hashlib.sha256(source_id.encode()).hexdigest()[:12]}"
