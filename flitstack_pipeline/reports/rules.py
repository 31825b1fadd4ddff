"""The rules of a map in words, for the person who approves it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Rule = Mapping[str, Any]

_ELSE = {
    "quarantine": "any other value is quarantined",
    "keep": "any other value stays as it is",
    "empty": "any other value is left out",
}
_MISSING = {
    "hold": "waits until it is there",
    "quarantine": "quarantined if there is none",
    "empty": "left empty if there is none",
    "skip": "the row is skipped if there is none",
}


def rule_in_words(rule: Rule) -> list[str]:
    """What happens to a value, step by step in the order in which it happens. `value_map` has value maps."""
    return [*_origin(rule), *_steps(rule), *_limits(rule)]


def value_map(rule: Rule) -> list[tuple[str, str]]:
    """The pairs of a rule's value map."""
    return [(str(source), _value(target)) for source, target in (rule.get("values") or {}).items()]


def references(rule: Any) -> set[str]:
    """Names of all record sets that a rule looks up, in its lines too."""
    if isinstance(rule, Mapping):
        lookup = rule.get("lookup")
        own = set(lookup.get("records") or ()) if isinstance(lookup, Mapping) else set()
        return own.union(*(references(part) for part in rule.values()))
    if isinstance(rule, list | tuple):
        return set[str]().union(*(references(part) for part in rule))
    return set()


def condition_in_words(condition: Mapping[str, Any]) -> str:
    """ "status is open, and total is filled"."""
    parts = [f"{column} {_test(test)}" for column, test in (condition.get("columns") or {}).items()]
    if any_ := condition.get("any"):
        parts.append("either " + " or ".join(condition_in_words(c) for c in any_))
    if none := condition.get("none"):
        parts.append("not (" + " or ".join(condition_in_words(c) for c in none) + ")")
    return ", and ".join(parts) or "always"


def says_its_origin(rule: Rule) -> bool:
    """Whether the words of a rule say where its value comes from; otherwise it comes from columns, or is empty."""
    return any(
        key in rule for key in ("value", "template", "xmlid", "lines", "bundle", "merge", "collect", "duplicate_of")
    )


def _origin(rule: Rule) -> Iterator[str]:
    if "value" in rule:
        yield "left empty" if rule["value"] is None else f"always {_value(rule['value'])}"
    if rule.get("template"):
        yield f"put together as “{rule['template']}”"
    if rule.get("xmlid"):
        yield f"Odoo's own record {rule['xmlid']}"
    if lines := rule.get("lines"):
        yield f"one line for each {_children(lines)}"
        for name, alternatives in lines["fields"].items():
            yield f"↳ {name}: {'; or '.join(_line(a) for a in alternatives)}"
        if lines.get("required"):
            yield "quarantined without a line"
    if bundle := rule.get("bundle"):
        yield f"every {_children(bundle)}, together as JSON: {', '.join(bundle['columns'])}"
    if merge := rule.get("merge"):
        separator = merge.get("separator", "\n")
        between = "line breaks" if separator == "\n" else f"“{separator}”"
        yield f"every {_children(merge)}, as text: each “{merge['template']}”, with {between} between"
    if collect := rule.get("collect"):
        yield f"{_names(collect['column'], ' | ')} of every {_children(collect)}"
    if duplicate := rule.get("duplicate_of"):
        yield f"the first row with the same {duplicate['column']}, for rows that are not the first"


def _steps(rule: Rule) -> Iterator[str]:
    if transforms := rule.get("transform"):
        yield "cleaned by " + ", ".join(map(_transform, transforms))
    if rule.get("values"):
        yield _ELSE[rule.get("values_else", "quarantine")]
    if lookup := rule.get("lookup"):
        yield _lookup(lookup)
    if "default" in rule:
        yield f"{_value(rule['default'])} where empty"


def _limits(rule: Rule) -> Iterator[str]:
    for more in rule.get("also") or ():
        yield f"and also: {_line(more)}"
    if when := rule.get("when"):
        yield f"only when {condition_in_words(when)}"
    if rule.get("required"):
        yield "quarantined where empty"
    if rule.get("write") is False:
        yield "computed by Odoo: only compared, never written"
    if rule.get("compare") is False:
        yield "written, not compared afterwards"
    if fallback := rule.get("fallback"):
        yield f"goes to {fallback['field']} where Odoo lacks the field"


def _line(alternative: Rule) -> str:
    pairs = ", ".join(f"{source} → {target}" for source, target in value_map(alternative))
    return (
        "; ".join(filter(None, [_names(alternative.get("from") or ()), *rule_in_words(alternative), pairs]))
        or "left empty"
    )


def _children(children: Rule) -> str:
    """ "invoice_item row whose invoice_no names it, where …"."""
    among = f", where {condition_in_words(children['where'])}" if children.get("where") else ""
    return f"{children['from']} row whose {_names(children['parent'], ' | ')} names it{among}"


def _names(names: str | Sequence[str], between: str = ", ") -> str:
    return names if isinstance(names, str) else between.join(names)


def _lookup(lookup: Rule) -> str:
    if lookup.get("records"):
        prefix = f" after “{lookup['key_prefix']}”" if lookup.get("key_prefix") else ""
        found = f"the {' or '.join(lookup['records'])} record of that source id{prefix}"
    else:
        among = f" among {lookup['domain']}" if lookup.get("domain") else ""
        found = f"the {lookup['model']} of Odoo with that {_names(lookup['by'], ' and ')}{among}"
    follow = f", of that its {lookup['follow']}" if lookup.get("follow") else ""
    several = "all of them: " if lookup.get("many") else ""
    return f"{several}{found}{follow}; {_MISSING[lookup.get('missing', 'hold')]}"


def _transform(step: Any) -> str:
    if isinstance(step, str):
        return step
    return ", ".join(
        f"{name} ({', '.join(f'{k} {_value(v)}' for k, v in params.items())})"
        if isinstance(params, Mapping)
        else f"{name} ({_value(params)})"
        for name, params in step.items()
    )


def _test(test: Any) -> str:
    if not isinstance(test, Mapping):
        return f"is {_value(test)}"
    parts = []
    if test.get("is") is not None:
        parts.append(f"is {_value(test['is'])}")
    if test.get("not") is not None:
        parts.append(f"is not {_value(test['not'])}")
    if test.get("in"):
        parts.append("is one of " + ", ".join(map(_value, test["in"])))
    if test.get("not_in"):
        parts.append("is none of " + ", ".join(map(_value, test["not_in"])))
    if test.get("filled") is not None:
        parts.append("is filled" if test["filled"] else "is empty")
    return " and ".join(parts) or "is empty"


def _value(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return (
            f"Odoo's own record {value['xmlid']}"
            if set(value) == {"xmlid"}
            else ", ".join(f"{k} {_value(v)}" for k, v in value.items())
        )
    if isinstance(value, list | tuple):
        return ", ".join(map(_value, value)) or "nothing"
    return f"“{value}”" if isinstance(value, str) else str(value)
