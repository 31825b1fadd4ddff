"""Read maps and migration files. Every problem is reported at once, with file, line and key."""

import difflib
import logging
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from flitstack_pipeline.errors import ConfigurationError, Problem
from flitstack_pipeline.mapping.choices import apply_choices, chosen_problems
from flitstack_pipeline.mapping.locations import in_file, keys_at, line_of
from flitstack_pipeline.mapping.migration import MIGRATION_ID, Migration
from flitstack_pipeline.mapping.spec import SystemMap
from flitstack_pipeline.mapping.validate import Found, map_problems
from flitstack_pipeline.mapping.walk import Loc
from flitstack_pipeline.settings import Settings

M = TypeVar("M", bound=BaseModel)
log = logging.getLogger(__name__)


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
            [
                Problem(
                    f"{path.name}:{line_of(raw, ('system',))}: system",
                    f"is {system.system!r}",
                    f"name it {path.stem!r}, as the file",
                )
            ]
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
                    f"{path.name}:{line_of(raw, ('system',))}: system",
                    f"there is no map for {migration.system!r}",
                    f"there are: {known}",
                )
            ]
        )
    system = load_system(system_path)
    if migration.changes:
        nothing: list[Found] = []
        merged = _merge(_plain(_read_yaml(system_path)), _plain(raw["changes"]), nothing)
        _raise(nothing, raw, path, prefix=("changes",))
        system = _validate(SystemMap, merged, path, prefix=("changes",), lines=raw)
        _raise(map_problems(system), raw, path, prefix=("changes",))
    found = list(chosen_problems(system, migration.choices))
    if migration.source.reader != system.reader:
        wanted = (
            "`folder:` with its exports" if system.reader == "exports" else "`url:` of its Dataverse (or `sandbox:`)"
        )
        found.append((("source",), f"{system.title} is read from another kind of source", f"give the {wanted}"))
    _raise(found, raw, path)
    return migration, apply_choices(system, migration.choices)


def load_system_of_all(settings: Settings, system: str) -> SystemMap:
    """A system's map with what the changes of any of its migrations add: the objects and models that need an asset.

    A migration whose file has mistakes adds nothing here: its own runs tell what is wrong with it.
    """
    whole = load_system(settings.systems_dir / f"{system}.yaml")
    for migration_id in migration_ids(settings, system):
        try:
            _, own = load_migration(settings, migration_id)
        except ConfigurationError as error:
            log.warning("%s adds no assets: %s", migration_id, error)
            continue
        objects = {n: o for n, o in own.objects.items() if n not in whole.objects}
        models = {n: m for n, m in own.models.items() if n not in whole.models}
        more = {"objects": {**whole.objects, **objects}, "models": {**whole.models, **models}}
        merged = whole.model_copy(update=more)
        if not map_problems(merged):
            whole = merged
    return whole


def migration_ids(settings: Settings, system: str | None = None) -> list[str]:
    """Ids of the migration files, of one system or of all. Files that cannot be read are left to `load_migration` to explain."""
    found = []
    for path in sorted(settings.migrations_dir.glob("*.yaml")):
        match = re.search(
            r"^system:\s*[\"']?([a-z0-9_]+)", path.read_text("utf-8", errors="replace"), flags=re.MULTILINE
        )
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
    except (YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            [Problem(path.name, f"cannot be read: {error}", "save it as plain text in UTF-8")]
        ) from error
    if not isinstance(data, Mapping):
        raise ConfigurationError(
            [Problem(path.name, "holds no keys", "see docs/mapping.md for what a file looks like")]
        )
    return data


def _validate(kind: type[M], data: Any, path: Path, *, prefix: Loc = (), lines: Any = None) -> M:
    """`lines`: the file that the data came from, when it is not the data itself; `prefix`: where in it the data stands."""
    plain = _plain(data)
    try:
        return kind.model_validate(plain)
    except ValidationError as error:
        found = [((*prefix, *in_file(plain, i["loc"])), _message(i), _hint(kind, i)) for i in error.errors()]
        raise ConfigurationError(_problems(found, data if lines is None else lines, path)) from error


_MESSAGES = {
    "extra_forbidden": "is not a key that exists here",
    "missing": "is missing",
    "string_type": "should be text; put numbers, dates and yes/no in quotes",
    "tuple_type": "should be a list, or one text",
    "dict_type": "should hold keys, each with its value",
    "model_type": "should hold keys, each with its value",
}


def _message(item: Mapping[str, Any]) -> str:
    """What is wrong, without the value: somebody may have put a secret where its variable's name belongs."""
    said = _MESSAGES.get(item["type"]) or str(item["msg"]).removeprefix("Value error, ")
    return said.replace("Input should", "should").replace("String should", "should")


def _hint(kind: type[BaseModel], item: Mapping[str, Any]) -> str:
    if item["type"] != "extra_forbidden" or not item["loc"]:
        return ""
    known = keys_at(kind, item["loc"][:-1])
    near = difflib.get_close_matches(str(item["loc"][-1]), known, n=3, cutoff=0.5)
    return f"did you mean {', '.join(near)}?" if near else f"there are: {', '.join(known)}" if known else ""


def _raise(found: Sequence[Found], raw: Any, path: Path, prefix: Loc = ()) -> None:
    if found:
        raise ConfigurationError(_problems([((*prefix, *loc), what, hint) for loc, what, hint in found], raw, path))


def _problems(found: Sequence[Found], raw: Any, path: Path) -> list[Problem]:
    """With file, line and key; in the order of the file, each once."""
    problems = {
        Problem(f"{path.name}:{line_of(raw, loc)}: {'.'.join(str(part) for part in loc)}", what, hint): line_of(
            raw, loc
        )
        for loc, what, hint in found
    }
    return sorted(problems, key=problems.__getitem__)


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


def _merge(base: Any, changes: Any, found: list[Found], loc: Loc = ()) -> Any:
    """Changes by key: mappings are merged, anything else replaces, and `null` removes the key that is there."""
    if not (isinstance(base, Mapping) and isinstance(changes, Mapping)):
        return changes
    merged = dict(base)
    for key, value in changes.items():
        if value is not None:
            merged[key] = _merge(merged[key], value, found, (*loc, key)) if key in merged else value
        elif key in merged:
            del merged[key]
        else:
            near = difflib.get_close_matches(str(key), [str(k) for k in base], n=3, cutoff=0.5)
            found.append(
                ((*loc, key), "there is nothing here to remove", f"did you mean {', '.join(near)}?" if near else "")
            )
    return merged
