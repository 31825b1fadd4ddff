"""What all parts of the map language are made of."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

NAME = r"^[a-z][a-z0-9_]*$"
Name = Annotated[str, Field(pattern=NAME)]


def as_tuple(value: Any) -> Any:
    """Let one text (or one set of keys) stand for a list of one."""
    return (value,) if isinstance(value, str | dict) else value


OneOrMany = Annotated[tuple[str, ...], BeforeValidator(as_tuple)]


class Spec(BaseModel):
    """Base of all parts of a map: unknown keys are errors, and nothing changes after it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
