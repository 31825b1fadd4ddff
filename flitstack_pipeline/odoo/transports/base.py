"""One call to Odoo, and what the three transports have in common."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from flitstack_pipeline.odoo.errors import OdooBusy, OdooError, OdooReplyLost, call_label

E = TypeVar("E", bound=OdooBusy | OdooReplyLost | OdooError)

# Methods that change nothing: harmless to repeat, and a lost reply leaves nothing unknown.
READING = frozenset(
    (
        *("read", "search", "search_read", "search_count", "search_fetch", "read_group", "formatted_read_group"),
        *("fields_get", "default_get", "name_search", "get_param", "context_get", "check_access_rights", "has_access"),
        *("export_data", "fields_view_get", "get_view", "get_views", "get_external_id", "get_metadata"),
    )
)

# JSON-2 takes arguments by name. JSON-RPC and XML-RPC take these by position, because `create` accepts nothing else
# there and because some names differ between versions (the domain of `search` was `args` up to 16); what is not listed
# goes by name everywhere. The names are those of Odoo 19.
POSITIONAL: Mapping[str, tuple[str, ...]] = {
    "create": ("vals_list",),
    "write": ("vals",),
    "search": ("domain",),
    "search_count": ("domain",),
    "search_read": ("domain", "fields"),
    "read": ("fields",),
    "fields_get": ("allfields", "attributes"),
    "name_search": ("name", "domain"),
    "name_create": ("name",),
    "default_get": ("fields",),
    "load": ("fields", "data"),
    "copy": ("default",),
    "get_param": ("key",),
    "set_param": ("key", "value"),
}


@dataclass(frozen=True, kw_only=True)
class Call:
    """A method call: `ids` is None for methods of the model itself, a tuple (even empty) for methods of records."""

    model: str
    method: str
    ids: tuple[int, ...] | None = None
    named: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, Any] | None = None

    @property
    def label(self) -> str:
        return call_label(self.model, self.method, self.ids)

    @property
    def reads(self) -> bool:
        return self.method in READING

    def blame(self, error: E) -> E:
        """Write this call on an error, to be raised."""
        error.of(self.model, self.method, self.ids)
        return error

    def execute_kw(self) -> tuple[list[Any], dict[str, Any]]:
        """The call as positional and keyword arguments of `execute_kw`."""
        named = dict(self.named)
        args: list[Any] = [] if self.ids is None else [list(self.ids)]
        for name in POSITIONAL.get(self.method, ()):
            if name not in named:
                break  # what follows a gap can only go by name
            args.append(named.pop(name))
        if self.context:
            named["context"] = dict(self.context)
        return args, named


class Transport(Protocol):
    """A way to call Odoo. Errors are those of `odoo.errors`; nothing is repeated here."""

    name: str

    def login(self) -> int:
        """Prove who is calling and return the user's id."""
        ...

    def send(self, call: Call) -> Any:
        """Make the call once and return its result."""
        ...
