"""The toy map with mistakes in it, and what is said of them."""

import pytest
from support.project import MAP, Project, line_of

from flitstack_pipeline.errors import ConfigurationError

RECORDS = "models.partners.records.customer"
JOB = "models.leads.records.job"
FIELDS = f"{RECORDS}.fields"


def problems(project: Project, text: str) -> list[str]:
    """All problems of a map, each as a line of text."""
    project.map(text)
    with pytest.raises(ConfigurationError) as error:
        project.system()
    return [str(problem) for problem in error.value.problems]


def changed(old: str, new: str) -> str:
    """The toy map with one part replaced."""
    assert MAP.count(old) == 1, f"{old!r} is {MAP.count(old)} times in the map"
    return MAP.replace(old, new)


def check_mistake(project: Project, mistake: tuple[str, str, str, str]) -> None:
    """What stands in the map, what stands there instead, the line that is named (by a text in it), the rest of the problem."""
    old, new, on_line, text = mistake
    wrong = changed(old, new)

    found = problems(project, wrong)

    expected = f"toy.yaml:{line_of(wrong, on_line)}: {text}"
    assert any(line.startswith(expected) for line in found), "\n".join([f"expected {expected}", "found:", *found])
