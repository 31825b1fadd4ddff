"""`$filter` and `$orderby`. The grammar is odata-query's; what it is too generous about is refused first."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from odata_query import ast
from odata_query.exceptions import ODataException
from odata_query.grammar import ODataLexer, ODataParser
from support.dataverse_server.errors import bad_request

Values = Callable[[Any, str], Any]
Predicate = Callable[[Any], bool]

_STRING = re.compile(r"'(?:[^']|'')*'")
_ENUM = re.compile(r"Microsoft\.Dynamics\.CRM\.\w+('(?:[^']|'')*')")
_KEYWORDS = re.compile(r"\b(eq|ne|gt|ge|lt|le|and|or|not|null|true|false)\b", re.IGNORECASE)
_COMPARE: dict[type, Callable[[Any, Any], bool]] = {
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
    ast.Lt: lambda a, b: a is not None and b is not None and a < b,
    ast.LtE: lambda a, b: a is not None and b is not None and a <= b,
    ast.Gt: lambda a, b: a is not None and b is not None and a > b,
    ast.GtE: lambda a, b: a is not None and b is not None and a >= b,
}


def comparable(value: Any) -> Any:
    """Values of rows as they are compared: texts without case, moments as texts in UTC without the Z."""
    if isinstance(value, str):
        if len(value) == 20 and value[10] == "T" and value[-1] == "Z":
            return value[:-1]
        return value.casefold()
    if isinstance(value, float):
        return Decimal(str(value))
    return value


def compile_filter(text: str, *, aliases: Mapping[str, str], values: Values) -> Predicate:
    """Turn a filter into a test of rows. `values(row, property)` gives a value as `comparable` makes it.

    `values` raises DataverseError for a property that is not there; it is asked once with None for each property, so
    that a wrong name is an error even where no row is tested.
    """
    tree = _parse(_with_aliases(text, aliases))
    return _Compiler(values).predicate(tree)


def _with_aliases(text: str, aliases: Mapping[str, str]) -> str:
    for name, value in sorted(aliases.items(), reverse=True):
        text = re.sub(rf"{re.escape(name)}\b", lambda _, v=value: v, text)
    return text


def _parse(text: str) -> Any:
    bare = _STRING.sub("''", text)
    for word in _KEYWORDS.findall(bare):
        if word != word.lower():
            raise bad_request(f"Syntax error at position {bare.find(word)} in '{text}'.", "0x80060888")
    if re.search(r"\sin\s*\(", bare):
        raise bad_request("The operator 'in' is not supported; use Microsoft.Dynamics.CRM.In.", "0x80060888")
    try:
        tree = ODataParser().parse(ODataLexer().tokenize(_lists(_ENUM.sub(r"\1", text))))
    except (ODataException, AttributeError) as error:
        raise bad_request(f"Syntax error in '{text}': {error}", "0x80060888") from None
    if tree is None:
        raise bad_request("An expression was expected at position 0 in ''.", "0x80060888")
    return tree


def _lists(text: str) -> str:
    """Lists in brackets as the grammar writes them: in parentheses, with a comma after a single member."""

    def parenthesised(match: re.Match[str]) -> str:
        members = re.findall(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[^,\s\[\]]+", match[1])
        quoted = ["'" + m[1:-1].replace("'", "''") + "'" if m.startswith('"') else m for m in members]
        return f"({', '.join(quoted)}{',' if len(quoted) == 1 else ''})"

    return re.sub(r"\[((?:\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[^\]])*)\]", parenthesised, text)


class _Compiler:
    def __init__(self, values: Values) -> None:
        self._values = values

    def predicate(self, node: Any) -> Predicate:
        if isinstance(node, ast.BoolOp):
            left, right = self.predicate(node.left), self.predicate(node.right)
            if isinstance(node.op, ast.And):
                return lambda row: left(row) and right(row)
            return lambda row: left(row) or right(row)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = self.predicate(node.operand)
            return lambda row: not inner(row)
        if isinstance(node, ast.Compare):
            return self._comparison(node)
        if isinstance(node, ast.Call):
            return self._function(node)
        if isinstance(node, ast.Identifier | ast.Attribute):
            value = self.value(node)
            return lambda row: value(row) is True
        raise bad_request("The $filter expression must evaluate to a single boolean value.", "0x80060888")

    def _comparison(self, node: Any) -> Predicate:
        compare = _COMPARE[type(node.comparator)]
        left, right = self.value(node.left), self.value(node.right)

        def test(row: Any) -> bool:
            a, b = left(row), right(row)
            if a is not None and b is not None and isinstance(a, str) != isinstance(b, str):
                raise bad_request(
                    "A binary operator with incompatible types was detected. Found operand types "
                    f"'{_edm(a)}' and '{_edm(b)}'."
                )
            # Like SQL: what is empty differs from nothing and equals nothing, but `ne` counts it as different.
            return compare(a, b)

        return test

    def _function(self, node: Any) -> Predicate:
        name = node.func.full_name()
        if name in ("contains", "startswith", "endswith"):
            text, part = (self.value(a) for a in node.args)
            test = {"contains": str.__contains__, "startswith": str.startswith, "endswith": str.endswith}[name]
            return lambda row: (value := text(row)) is not None and test(value, part(row))
        arguments = {a.name.name: a.param for a in node.args if isinstance(a, ast.NamedParam)}
        if name in ("Microsoft.Dynamics.CRM.In", "Microsoft.Dynamics.CRM.NotIn"):
            wanted = {_literal(v) for v in self._list(arguments.get("PropertyValues"))}
            value = self._named_property(arguments)
            if name.endswith("NotIn"):
                return lambda row: value(row) not in wanted and str(value(row)) not in wanted
            return lambda row: value(row) in wanted or str(value(row)) in wanted
        if name == "Microsoft.Dynamics.CRM.ContainValues":
            chosen = {str(_literal(v)) for v in self._list(arguments.get("PropertyValues"))}
            value = self._named_property(arguments)
            return lambda row: bool(chosen & set(str(value(row) or "").split(",")))
        raise bad_request(f"An unknown function with name '{name}' was found. This may also be a function import or a key "
                          "lookup on a navigation property, which is not allowed.")  # fmt: skip

    def _named_property(self, arguments: Mapping[str, Any]) -> Callable[[Any], Any]:
        name = arguments.get("PropertyName")
        if not isinstance(name, ast.String):
            raise bad_request("The function needs PropertyName='…' and PropertyValues=[…].", "0x80060888")
        return self._property(name.val)

    @staticmethod
    def _list(node: Any) -> Sequence[Any]:
        if not isinstance(node, ast.List):
            raise bad_request("The function needs PropertyName='…' and PropertyValues=[…].", "0x80060888")
        return node.val

    def value(self, node: Any) -> Callable[[Any], Any]:
        if isinstance(node, ast.Identifier):
            return self._property(node.name)
        if isinstance(node, ast.Attribute):
            return self._property(_path(node))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            inner = self.value(node.operand)
            return lambda row: -inner(row)
        literal = _literal(node)
        return lambda _: literal

    def _property(self, name: str) -> Callable[[Any], Any]:
        self._values(None, name)
        return lambda row: self._values(row, name)


def _path(node: Any) -> str:
    return node.name if isinstance(node, ast.Identifier) else f"{_path(node.owner)}/{node.attr}"


def _literal(node: Any) -> Any:
    if isinstance(node, ast.Null):
        return None
    if isinstance(node, ast.DateTime):
        return _moment(node.val)
    if isinstance(node, ast.Date):
        return node.val
    if isinstance(node, ast.Boolean):
        return node.val == "true"
    if isinstance(node, ast.Integer):
        return int(node.val)
    if isinstance(node, ast.Float):
        return Decimal(node.val)
    if isinstance(node, ast.GUID | ast.String):
        return comparable(node.val)
    raise bad_request(f"This test server does not know {type(node).__name__} in a filter.", "0x80060888")


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise bad_request(f"Literal '{text}' of unsupported type: a moment needs its offset.", "0x80060888")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat()


def _edm(value: Any) -> str:
    names = {str: "Edm.String", bool: "Edm.Boolean", int: "Edm.Int32", Decimal: "Edm.Decimal"}
    return names.get(type(value), "Edm.PrimitiveType")


def read_order(text: str) -> list[tuple[str, bool]]:
    """`$orderby` as (property, descending)."""
    order = []
    for part in text.split(","):
        words = part.split()
        if not words or len(words) > 2 or words[1:] not in ([], ["asc"], ["desc"]):
            raise bad_request(f"Syntax error in $orderby '{text}'.", "0x80060888")
        order.append((words[0], words[1:] == ["desc"]))
    return order
