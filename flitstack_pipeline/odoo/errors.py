"""What a call to Odoo can end in, below the project's own errors.

    TransientError
    ├── OdooBusy          Odoo was not reached, or undid the call by itself: nothing happened, any call may be repeated
    └── OutcomeUnknown
        └── OdooReplyLost the request left, the reply did not come: it may have happened, or be happening still
    TerminalError
    └── OdooError         Odoo (or what stands before it) refused; `kind` is the name of Odoo's exception
        ├── OdooRejected     this data is wrong (UserError, ValidationError, integrity errors, ValueError)
        ├── OdooForbidden    this user may not (AccessError), or is nobody (AccessDenied, wrong key)
        ├── OdooMissing      a record is gone
        └── OdooUnsupported  no such model, method, field or argument in this Odoo

All of them say which call it was (`model`, `method`, `ids`), and none holds the values that were sent.
"""

from collections.abc import Sequence

from flitstack_pipeline.errors import OutcomeUnknown, TerminalError, TransientError

IDS_SHOWN = 5
XMLID_INDEX = "ir_model_data_module_name_uniq"


class _OfCall:
    """The call that an error is about."""

    model: str = ""
    method: str = ""
    ids: tuple[int, ...] = ()

    def of(self, model: str, method: str, ids: Sequence[int] | None) -> None:
        self.model, self.method, self.ids = model, method, tuple(ids or ())


class OdooBusy(_OfCall, TransientError):
    """Nothing was done: no connection, turned away before any work, or rolled back by Odoo over a conflict."""


class OdooReplyLost(_OfCall, OutcomeUnknown):
    """The request was sent and no usable reply came.

    Odoo does not stop working when the caller hangs up: the call may have been carried out, or may be carried out a
    little later, or never. Look for its traces before trying again, and not only at once.
    """


class OdooError(_OfCall, TerminalError):
    """Odoo's refusal. `kind`: the exception's name there ("ValidationError"); `odoo_message`: its own words, short."""

    def __init__(self, message: str, *, kind: str = "", odoo_message: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.kind = kind
        self.odoo_message = odoo_message


class OdooRejected(OdooError):
    """The values are wrong for this Odoo; others may be right."""

    @property
    def xmlid_taken(self) -> bool:
        """An XML ID that the call was to make exists already; the index's name tells, in any language."""
        return XMLID_INDEX in self.odoo_message


class OdooForbidden(OdooError):
    """The user lacks a right, or was not let in at all."""


class OdooMissing(OdooError):
    """A record that the call is about does not exist (any more)."""


class OdooUnsupported(OdooError):
    """This Odoo has no such model, method, field or argument."""


def call_label(model: str, method: str, ids: Sequence[int] | None) -> str:
    """Name a call for people: `res.partner.write [3, 4, 5, … 500 records]`."""
    label = f"{model}.{method}" if model else method
    if not ids:
        return label
    shown = ", ".join(str(i) for i in ids[:IDS_SHOWN])
    return f"{label} [{shown}]" if len(ids) <= IDS_SHOWN else f"{label} [{shown}, … {len(ids)} records]"
