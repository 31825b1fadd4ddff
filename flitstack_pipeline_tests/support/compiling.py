"""Small maps compiled against an Odoo in memory."""

from typing import Any

import pytest
from support.odoo import FakeOdoo, fields

from flitstack_pipeline.errors import ConfigurationError
from flitstack_pipeline.mapping.compile import CompiledMap, compile_map
from flitstack_pipeline.mapping.spec import SystemMap

TARGET = {"database": "toy", "uuid": "uuid-1", "odoo": 19}
SOURCE = {"customer": {"name": "text", "credit": "decimal"}}

PARTNER = fields(
    name="char",
    email="char",
    comment="html",
    type={"type": "selection", "selection": [["contact", "Contact"], ["other", "Other"]]},
    parent_id={"type": "many2one", "relation": "res.partner"},
    category_id={"type": "many2many", "relation": "res.partner.category"},
    credit={"type": "float", "digits": [16, 2]},
)
LEAD = fields(
    name="char",
    partner_id={"type": "many2one", "relation": "res.partner"},
    user_id={"type": "many2one", "relation": "res.users"},
)
ORDER = fields(name="char", line_ids={"type": "one2many", "relation": "sale.order.line"})
LINE = fields(
    name="char", price={"type": "float", "digits": [16, 2]}, tax_ids={"type": "many2many", "relation": "account.tax"}
)


def odoo() -> FakeOdoo:
    return FakeOdoo(
        res__partner=PARTNER, crm__lead=LEAD, sale__order=ORDER, sale__order__line=LINE, res__users={}, account__tax={}
    )


def model(model: str, module: str = "", create: Any = None, **records: Any) -> dict[str, Any]:
    return {"model": model, "module": module, "records": records, **({"create": create} if create else {})}


def compiled(
    models: dict[str, Any], *, live: FakeOdoo | None = None, rows=None, values=None, target=TARGET, source=SOURCE
) -> CompiledMap:
    # The objects are not looked at while compiling: whether a column exists was found out when the map was read.
    system = SystemMap.model_validate(
        {"system": "toy", "title": "Toy", "reader": "exports", "objects": {}, "models": models}
    )
    return compile_map(
        system,
        live=live or odoo(),
        target=target,
        source_schema=source,
        rows_of=lambda name: (rows or {})[name],
        distinct=lambda name, column: (values or {})[name, column],
    )


def partner(**fields_: Any) -> dict[str, Any]:
    return {"partners": model("res.partner", customer={"from": "customer", "fields": fields_})}


def problems(models: dict[str, Any], **more: Any) -> list[str]:
    with pytest.raises(ConfigurationError) as error:
        compiled(models, **more)
    return [str(problem) for problem in error.value.problems]


CHAR = {"type": "char", "label": "Text"}


def with_employees(**more: Any) -> dict[str, Any]:
    employees = model("hr.employee", "hr", worker={"from": "worker", "fields": {"name": "name"}})
    leads = model("crm.lead", job={"from": "job", "fields": {"name": "title", **more}})
    return {"employees": employees, "leads": leads}
