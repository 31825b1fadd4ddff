"""Labels of the numbers that stand for choices: a rule of Dataverse compares numbers, and the map often keeps labels."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from flitstack_pipeline.mapping.spec import SystemMap
from flitstack_pipeline.transform.conditions import fold
from flitstack_pipeline.transform.values import text_of


class Labels:
    """Labels by table, column and number: those of the organization's list of choices, else those that rows have.

    `folder`: that of the extracts. What has not been extracted has no labels.
    """

    def __init__(self, system: SystemMap, folder: Path) -> None:
        self._system = system
        self._folder = folder
        self._names = {fold(n): name for name, obj in system.objects.items() for n in (name, *obj.entity)}
        self._known: dict[tuple[str, str], dict[str, str]] = {}
        for name, obj in system.objects.items():
            if obj.metadata == "options":
                columns = ("entity", "attribute", "value", "label")
                for entity, attribute, value, label in self._rows(name, columns):
                    self._known.setdefault((fold(entity), attribute), {})[text_of(value)] = label

    def of(self, entity: str, attribute: str, value: Any) -> str | None:
        """The label of a number, or None."""
        key = (fold(entity), attribute)
        if key not in self._known:
            name = self._names.get(key[0], "")
            pairs = self._rows(name, (attribute, f"{attribute}__label")) if name else []
            self._known[key] = {text_of(number): label for number, label in pairs}
        return self._known[key].get(text_of(value))

    def _rows(self, name: str, columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
        """Distinct rows of these columns in which none is empty; none where the object lacks one of the columns."""
        path = self._folder / f"{name}.parquet"
        if not path.is_file() or not set(columns) <= set(pq.read_schema(path).names):
            return []
        table = pq.read_table(path, columns=list(columns)).group_by(list(columns)).aggregate([])
        rows = zip(*(table.column(c).to_pylist() for c in columns), strict=True)
        return [row for row in rows if None not in row]
