"""Settles what a whole column means from what its cells can mean.

Each cell allows some readings (03/04/2024: DMY or MDY; 25/03/2024: DMY only). What all cells allow is what the column
means. Where more than one reading is left and they differ, or none is left, a person decides, with one line in the
migration file.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flitstack_pipeline.errors import Problem


@dataclass
class Seen:
    """Cells that allow the same readings: how many, and the first of them."""

    cells: int
    example: str
    where: str
    differs: bool


@dataclass(frozen=True)
class Setting:
    """A reading that the migration file gives, and under which key."""

    value: str
    key: str


@dataclass(frozen=True)
class Settled:
    """What the column means. `by`: what settled it, in words; "" where it makes no difference."""

    reading: str
    by: str


@dataclass
class Evidence:
    """Collects what the cells of one column allow. `option`: the key of the migration file that settles it."""

    object: str
    column: str
    option: str
    all_readings: tuple[str, ...]
    seen: dict[frozenset[str], Seen] = field(default_factory=dict)

    def add(
        self, readings: frozenset[str], *, cells: int, example: str, where: Callable[[], str], differs: bool
    ) -> None:
        """Count cells. `differs`: the readings of the example have different values; `where` says where it stands."""
        before = self.seen.get(readings)
        if before is None:
            self.seen[readings] = Seen(cells, example, where(), differs)
            return
        before.cells += cells
        if differs and not before.differs:
            before.example, before.where, before.differs = example, where(), True

    def settle(self, setting: Setting | None) -> Settled | Problem:
        """Decide, or say what a person has to decide."""
        left = frozenset(self.all_readings).intersection(*self.seen) if self.seen else frozenset(self.all_readings)
        if setting is not None:
            return self._configured(setting)
        if not left:
            return self._contradiction()
        if len(left) == 1:
            (reading,) = left
            proof = next((s for r, s in self.seen.items() if reading in r and len(r) == 1), None)
            proof = proof or next(s for r, s in self.seen.items() if reading in r and len(r) < len(self.all_readings))
            return Settled(reading, f"settled by {proof.example} in {proof.where}")
        doubtful = next((s for r, s in self.seen.items() if s.differs and len(r & left) > 1), None)
        if doubtful is None:
            return Settled(next(r for r in self.all_readings if r in left), "")
        options = self._as(" or ".join(_yaml(r) for r in self.all_readings if r in left))
        return Problem(
            f"{doubtful.where}, column “{self.column}”",
            f"“{doubtful.example}” can be read {options}, and no other cell of the column settles it",
            self._advice(next(r for r in self.all_readings if r in left)),
        )

    def _configured(self, setting: Setting) -> Settled | Problem:
        against = [s for r, s in self.seen.items() if setting.value not in r]
        instead = frozenset[str]().union(*(r for r in self.seen if setting.value not in r))
        in_favour = any(setting.value in r and not r & instead for r in self.seen)
        general = setting.key != f"{self.object}.{self.column}"
        if general and against and not in_favour:
            # A general line that all telling cells of this column contradict would make wrong values of the others.
            other = next(r for r in self.all_readings if r != setting.value and any(r in seen for seen in self.seen))
            return Problem(
                f"{against[0].where}, column “{self.column}”",
                f"“{against[0].example}” cannot be read {self._as(_yaml(setting.value))}, "
                f"which `{self.option}` says for “{setting.key}”",
                self._advice(other),
            )
        return Settled(setting.value, f"configured for “{setting.key}”")

    def _contradiction(self) -> Problem:
        strict = [(r, s) for r, s in self.seen.items() if len(r) < len(self.all_readings)]
        first = strict[0]
        other = next((rs for rs in strict if not rs[0] & first[0]), strict[-1])
        one, two = (self._as("/".join(_yaml(r) for r in sorted(rs[0]))) for rs in (first, other))
        return Problem(
            f"{first[1].where}, column “{self.column}”",
            f"“{first[1].example}” can only be read {one}, “{other[1].example}” in {other[1].where} only {two}",
            self._advice(sorted(max(strict, key=lambda rs: rs[1].cells)[0])[0])
            + "; rows whose cell contradicts it are then rejected",
        )

    def _as(self, readings: str) -> str:
        return f"with decimal mark {readings}" if self.option == "decimal_mark" else f"as {readings}"

    def _advice(self, reading: str) -> str:
        line = f'source: {{{self.option}: {{"{self.object}.{self.column}": {_yaml(reading)}}}}}'
        return f"add to the migration file what is right, such as: {line}"


def setting_for(settings: Mapping[str, str], object_name: str, column: str) -> Setting | None:
    """Find the most special line for a column: `object.column`, else `object.*`, else `*`."""
    for key in (f"{object_name}.{column}", f"{object_name}.*", "*"):
        if key in settings:
            return Setting(settings[key], key)
    return None


def _yaml(reading: str) -> str:
    return reading if reading.isalpha() else f'"{reading}"'
