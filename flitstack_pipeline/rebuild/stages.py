"""Stages of a Dataverse business process flow, out of its XAML."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

from flitstack_pipeline.rebuild.xaml import argument, name_of

CATEGORIES = ("Qualify", "Develop", "Propose", "Close", "Identify", "Research", "Resolve", "Approval")
"""Stage categories by number, the same in every organization."""


@dataclass(frozen=True)
class Field:
    """A step of a stage: the column that it asks for."""

    column: str
    label: str
    required: bool = False


@dataclass(frozen=True)
class Stage:
    """One stage. `relation`: how its entity hangs on the one before, "" for the first entity."""

    id: str
    name: str
    entity: str
    category: str
    fields: tuple[Field, ...]
    relation: str = ""
    next: str = ""

    def __str__(self) -> str:
        category = f", category {self.category}" if self.category and self.category != self.name else ""
        asked = ", ".join(f"{f.label or f.column}{' (required)' if f.required else ''}" for f in self.fields)
        return f"{self.name} ({self.entity}{category})" + (f": {asked}" if asked else "")


def read_stages(root: Element) -> tuple[Stage, ...]:
    """All stages in the order of their path: as each names the next, else as they stand in the document."""
    found = list(_stages(root))
    after = {s.next: s for s in found if s.next}
    if not after:
        return tuple(found)
    by_id = {s.id: s for s in found}
    ordered: list[Stage] = []
    for start in [s for s in found if s.id not in after] or found[:1]:
        at: Stage | None = start
        while at is not None and at not in ordered:
            ordered.append(at)
            at = by_id.get(at.next)
    return (*ordered, *(s for s in found if s not in ordered))


def _stages(root: Element) -> Iterator[Stage]:
    for composite in _named(root, "EntityComposite"):
        entity = composite.get("DisplayName", "").partition(":")[2].strip()
        relation = argument(composite, "RelationshipName")
        for stage in _named(composite, "StageComposite"):
            yield replace(_stage(stage), entity=entity, relation=relation)


def _stage(element: Element) -> Stage:
    steps = list(_named(element, "StepComposite"))
    number = argument(element, "StageCategory")
    known = number.isdigit() and int(number) < len(CATEGORIES)
    return Stage(
        id=argument(element, "StageId").casefold(),
        name=_label(element, skip=steps) or element.get("DisplayName", "").partition(":")[2].strip(),
        entity="",
        category=CATEGORIES[int(number)] if known else "",
        fields=tuple(f for step in steps for f in _fields(step)),
        next=argument(element, "NextStageId").casefold(),
    )


def _fields(step: Element) -> Iterator[Field]:
    required = argument(step, "IsProcessRequired").casefold() == "true"
    label = _label(step, skip=[])
    for control in (e for e in step.iter() if e.tag.endswith("}Control")):
        yield Field(control.get("DataFieldName", control.get("ControlId", "")), label, required)


def _label(element: Element, *, skip: list[Element]) -> str:
    """The description of an activity's own label, not of one within it."""
    inner = {id(e) for s in skip for e in s.iter()}
    labels = (e for e in element.iter() if e.tag.endswith("}StepLabel") and id(e) not in inner)
    return next((e.get("Description", "") for e in labels), "")


def _named(element: Element, name: str) -> Iterator[Element]:
    return (e for e in element.iter() if name_of(e)[0] == name)
