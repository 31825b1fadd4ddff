"""Read maps and migration files. Every problem is reported at once, with file, line and key."""

import difflib
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from flitstack_pipeline.errors import ConfigurationError, Problem
from flitstack_pipeline.mapping.migration import MIGRATION_ID, Migration
from flitstack_pipeline.mapping.spec import SystemMap
from flitstack_pipeline.mapping.validate import map_problems
from flitstack_pipeline.settings import Settings

M = TypeVar("M", bound=BaseModel)


def load_system(path: Path) -> SystemMap:
    """The map of a source system; `ConfigurationError` lists all that is wrong with the file."""
    stamp = path.stat().st_mtime_ns if path.is_file() else 0
    return _load_system(path, stamp)


@lru_cache(maxsize=32)
def _load_system(path: Path, stamp: int) -> SystemMap:
    raw = _read_yaml(path)
    system = _validate(SystemMap, raw, path)
    if system.system != path.stem:
        raise ConfigurationError(
            [Problem(f"{path.name}: system", f"is {system.system!r}", f"name it {path.stem!r}, as the file")]
        )
    _raise(map_problems(system), raw, path)
    return system


def load_migration(settings: Settings, migration_id: str) -> tuple[Migration, SystemMap]:
    """A migration and the map of its system, with the migration's changes applied."""
    check_migration_id(migration_id)
    path = settings.migrations_dir / f"{migration_id}.yaml"
    if not path.is_file():
        known = [p.stem for p in sorted(settings.migrations_dir.glob("*.yaml"))]
        near = difflib.get_close_matches(migration_id, known, n=3)
        hint = f"did you mean {', '.join(near)}?" if near else f"there are: {', '.join(known) or 'none'}"
        raise ConfigurationError(
            [Problem(f"migration {migration_id!r}", f"there is no file {path.name} in {path.parent}", hint)]
        )
    raw = _read_yaml(path)
    migration = _validate(Migration, raw, path)
    system_path = settings.systems_dir / f"{migration.system}.yaml"
    if not system_path.is_file():
        known = ", ".join(p.stem for p in sorted(settings.systems_dir.glob("*.yaml")))
        raise ConfigurationError(
            [
                Problem(
                    f"{path.name}:{_line(raw, ('system',))}: system",
                    f"there is no map for {migration.system!r}",
                    f"there are: {known}",
                )
            ]
        )
    system = load_system(system_path)
    if migration.changes:
        merged = _merge(_plain(_read_yaml(system_path)), _plain(raw["changes"]))
        system = _validate(SystemMap, merged, path, prefix=("changes",), lines=raw)
        _raise(map_problems(system), raw, path, prefix=("changes",))
    return migration, system


def migration_ids(settings: Settings, system: str | None = None) -> list[str]:
    """Ids of the migration files, of one system or of all. Files that cannot be read are left to `load_migration` to explain."""
    found = []
    for path in sorted(settings.migrations_dir.glob("*.yaml")):
        match = re.search(r"^system:\s*([a-z0-9_]+)", path.read_text("utf-8"), flags=re.MULTILINE)
        if MIGRATION_ID.match(path.stem) and (system is None or (match and match[1] == system)):
            found.append(path.stem)
    return found


def check_migration_id(migration_id: str) -> str:
    """The id itself, if it may name a partition (it becomes part of paths and keys)."""
    if not MIGRATION_ID.match(migration_id):
        raise ConfigurationError(
            [
                Problem(
                    f"migration id {migration_id!r}",
                    "is not a name",
                    "use a-z, 0-9, - and _; start with a letter or digit; 63 at most",
                )
            ]
        )
    return migration_id


def _read_yaml(path: Path) -> Any:
    if not path.is_file():
        raise ConfigurationError([Problem(str(path), "there is no such file")])
    try:
        data = YAML(typ="rt").load(path.read_text("utf-8"))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ConfigurationError([Problem(f"{path.name}:{line}", f"is not valid YAML: {error.problem}")]) from error
    if not isinstance(data, Mapping):
        raise ConfigurationError(
            [Problem(path.name, "holds no keys", "see docs/mapping.md for what a file looks like")]
        )
    return data


def _validate(kind: type[M], data: Any, path: Path, *, prefix: tuple[str, ...] = (), lines: Any = None) -> M:
    try:
        return kind.model_validate(_plain(data))
    except ValidationError as error:
        problems = []
        for item in error.errors():
            loc = tuple(part for part in item["loc"] if not _is_tag(part))
            where = ".".join(str(part) for part in (*prefix, *loc))
            line = _line(lines if lines is not None else data, (*prefix, *loc))
            problems.append(Problem(f"{path.name}:{line}: {where}", _message(item), _hint(kind, item)))
        raise ConfigurationError(problems) from error


def _is_tag(part: Any) -> bool:
    """Parts of pydantic's location that name a branch of a union or a validator and not a key of the file."""
    return isinstance(part, str) and bool(re.search(r"[\[(]|^(NumberWithin|Literal|tuple|str)$", part))


def _message(item: Mapping[str, Any]) -> str:
    if item["type"] == "extra_forbidden":
        return "is not a key that exists here"
    if item["type"] == "missing":
        return "is missing"
    return str(item["msg"]).removeprefix("Value error, ")


def _hint(kind: type[BaseModel], item: Mapping[str, Any]) -> str:
    if item["type"] != "extra_forbidden" or not item["loc"]:
        return ""
    known = _field_names(kind, item["loc"][:-1])
    near = difflib.get_close_matches(str(item["loc"][-1]), known, n=3, cutoff=0.5)
    return f"did you mean {', '.join(near)}?" if near else f"there are: {', '.join(known)}" if known else ""


def _field_names(kind: Any, loc: Sequence[Any]) -> list[str]:
    """The keys that exist at a location, found by walking the models' annotations."""
    for part in loc:
        kinds = _models_in(kind)
        step = None
        for candidate in kinds:
            for name, info in candidate.model_fields.items():
                if part in (name, info.alias):
                    step = info.annotation
        if step is not None:
            kind = step
    return sorted({info.alias or name for model in _models_in(kind) for name, info in model.model_fields.items()})


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for arg in getattr(annotation, "__args__", ()) for model in _models_in(arg)]


def _raise(
    problems: Sequence[tuple[tuple[str, ...], str, str]], raw: Any, path: Path, prefix: tuple[str, ...] = ()
) -> None:
    if problems:
        raise ConfigurationError(
            [
                Problem(f"{path.name}:{_line(raw, (*prefix, *loc))}: {'.'.join((*prefix, *loc))}", what, hint)
                for loc, what, hint in problems
            ]
        )


def _line(data: Any, loc: Sequence[Any]) -> int:
    """The 1-based line of a key, or of its nearest ancestor that is in the file."""
    line = 1
    for part in loc:
        position = getattr(data, "lc", None)
        try:
            if isinstance(data, Mapping) and part in data:
                line = position.key(part)[0] + 1 if position else line
                data = data[part]
            elif isinstance(data, list) and isinstance(part, int) and part < len(data):
                line = position.item(part)[0] + 1 if position else line
                data = data[part]
            else:
                break
        except (KeyError, TypeError):
            break
    return line


def _plain(data: Any) -> Any:
    """Plain dicts and lists out of what the YAML reader gives."""
    if isinstance(data, Mapping):
        return {_scalar(k): _plain(v) for k, v in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(v) for v in data]
    return _scalar(data)


def _scalar(value: Any) -> Any:
    for base in (bool, int, float, str):
        if isinstance(value, base):
            return value if base is bool or type(value) is base else base(value)
    return value


def _merge(base: Any, changes: Any) -> Any:
    """Changes by key: mappings are merged, anything else replaces, and `null` removes the key."""
    if not (isinstance(base, Mapping) and isinstance(changes, Mapping)):
        return changes
    merged = dict(base)
    for key, value in changes.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = _merge(merged[key], value) if key in merged else value
    return merged
