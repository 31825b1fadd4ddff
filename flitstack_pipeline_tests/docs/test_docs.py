"""The documents are true: their examples load, their links lead somewhere, the commands they name exist."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
import typer
from ruamel.yaml import YAML

from flitstack_pipeline.cli import app
from flitstack_pipeline.mapping.loading import load_migration, load_system
from flitstack_pipeline.mapping.migration import Migration
from flitstack_pipeline.mapping.spec import (
    Action,
    Bundle,
    Collect,
    ColumnSpec,
    CustomFields,
    FieldSpec,
    Lookup,
    Merge,
    NewField,
    ObjectSpec,
    RecordSetSpec,
    SystemMap,
)
from flitstack_pipeline.odoo.actions import ACTIONS
from flitstack_pipeline.odoo.traits import RESIDUE
from flitstack_pipeline.outcomes import Counts
from flitstack_pipeline.settings import Settings
from flitstack_pipeline.stages.result import ModelFigures, VerbResult

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *ROOT.glob("examples/*/README.md")])
MARK = re.compile(r"# checked(?: in (?P<path>[\w.]+))?$")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page: its language, its first line's number and its text."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def is_checked(self) -> bool:
        return bool(MARK.match(self.text.partition("\n")[0]))

    def data(self) -> Any:
        """The YAML of a checked block, put where its first line says that it stands."""
        match = MARK.match(self.text.partition("\n")[0])
        data = _yaml(self.text)
        for key in reversed((match["path"] or "").split(".") if match and match["path"] else []):
            data = {key: data}
        return data


def blocks(page: Path) -> Iterator[Block]:
    """All fenced blocks of a page."""
    opened: tuple[int, str] | None = None
    lines: list[str] = []
    for number, line in enumerate(page.read_text("utf-8").splitlines(), 1):
        if not line.startswith("```"):
            lines.append(line)
        elif opened is None:
            opened, lines = (number + 1, line[3:].strip()), []
        else:
            yield Block(page, *opened, "\n".join(lines))
            opened = None
    assert opened is None, f"{page.name}: a fence is not closed"


def _yaml(text: str) -> Any:
    return YAML(typ="safe").load(text)


def _merged(base: Any, more: Any) -> Any:
    if isinstance(base, Mapping) and isinstance(more, Mapping):
        return {**base, **{k: _merged(base[k], v) if k in base else v for k, v in more.items()}}
    return more


def _checked(name: str) -> list[Block]:
    return [b for b in blocks(DOCS / name) if b.is_checked]


def _in_migration(block: Block) -> bool:
    return set(block.data()) <= {"changes"}


MAP_BLOCKS = [b for b in _checked("mapping.md") if not _in_migration(b)]
MIGRATION_BLOCKS = _checked("migration.md")


def _ids(found: list[Block]) -> list[str]:
    return [f"line {b.line}" for b in found]


@pytest.mark.parametrize("number", range(len(MAP_BLOCKS)), ids=_ids(MAP_BLOCKS))
def test_every_block_of_the_map_page_loads_on_top_of_those_before_it(number: int) -> None:
    SystemMap.model_validate(reduce(_merged, (b.data() for b in MAP_BLOCKS[: number + 1])))


def test_the_blocks_of_the_map_page_are_one_map_and_its_changes_apply(tmp_path: Path) -> None:
    settings = Settings(root=tmp_path, home=tmp_path / "home", cache=tmp_path / "cache")
    for folder in (settings.systems_dir, settings.migrations_dir):
        folder.mkdir(parents=True)
    path = settings.systems_dir / "acme.yaml"
    path.write_text(json.dumps(reduce(_merged, (b.data() for b in MAP_BLOCKS))), "utf-8")  # JSON is YAML
    system = load_system(path)
    assert "x_photo" in system.models["crm_lead"].records["job"].fields

    changes = reduce(_merged, (b.data() for b in _checked("mapping.md") if _in_migration(b)))
    migration = {
        "system": "acme",
        "title": "Acme",
        "source": {"folder": "export"},
        "target": {"sandbox": {}},
        **changes,
    }
    (settings.migrations_dir / "acme-1.yaml").write_text(json.dumps(migration), "utf-8")
    _, changed = load_migration(settings, "acme-1")
    fields = changed.models["crm_lead"].records["job"].fields
    assert "x_photo" not in fields
    assert fields["stage_id"][0].values["On hold"] == "open"
    assert fields["stage_id"][0].values["Done"] == "done"


MINIMAL = {"system": "octopuspro", "title": "A company", "source": {"folder": "export"}, "target": {"sandbox": {}}}


@pytest.mark.parametrize("block", MIGRATION_BLOCKS, ids=_ids(MIGRATION_BLOCKS))
def test_every_block_of_the_migration_page_loads(block: Block) -> None:
    data = block.data()
    Migration.model_validate(data if "system" in data else {**MINIMAL, **data})


def test_every_yaml_block_of_the_two_pages_is_checked() -> None:
    unchecked = [
        f"{name}:{b.line}"
        for name in ("mapping.md", "migration.md")
        for b in blocks(DOCS / name)
        if b.language == "yaml" and not b.is_checked
    ]
    assert not unchecked
    assert len(MAP_BLOCKS) > 20
    assert len(MIGRATION_BLOCKS) > 3


@pytest.mark.parametrize(
    "kind",
    [ObjectSpec, ColumnSpec, RecordSetSpec, FieldSpec, Lookup, NewField, CustomFields, Action, Bundle, Merge, Collect],
    ids=lambda k: k.__name__,
)
def test_the_map_page_names_every_key_of_the_language(kind: type) -> None:
    text = (DOCS / "mapping.md").read_text("utf-8")
    keys = {info.alias or name for name, info in kind.model_fields.items()}
    assert not {k for k in keys if not re.search(rf"\b{k}\b[`:]", text)}


def test_the_migration_page_has_a_section_or_row_for_every_key() -> None:
    text = (DOCS / "migration.md").read_text("utf-8")
    assert not {k for k in _keys(Migration) if f"`{k}`" not in text}


def _keys(kind: type) -> Iterator[str]:
    for name, info in kind.model_fields.items():
        yield info.alias or name
        for inner in (info.annotation, *getattr(info.annotation, "__args__", ())):
            if isinstance(inner, type) and issubclass(inner, Migration.__mro__[1]):
                yield from _keys(inner)


def test_the_table_of_actions_is_the_registry() -> None:
    text = (DOCS / "mapping.md").read_text("utf-8").partition("\n## Actions")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| ([\w.]+) \|", text, flags=re.MULTILINE)
    assert dict(rows) == {name: spec.models[0] for name, spec in ACTIONS.items()}


def test_the_residue_that_a_rollback_leaves_is_listed() -> None:
    text = (DOCS / "operations.md").read_text("utf-8")
    assert not {table for table in RESIDUE if table.replace("_", "\\_") not in text and f"`{table}`" not in text} - {
        t for t in RESIDUE if t.startswith("orm_signaling")
    }


# -- links ---------------------------------------------------------------------------------------------------------

LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_resolve(page: Path) -> None:
    broken = []
    for target in (m["target"] for m in LINK.finditer(_prose(page))):
        if re.match(r"https?://|mailto:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and anchor not in _anchors(file)):
            broken.append(target)
    assert not broken


def _prose(page: Path) -> str:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    return re.sub(r"`[^`\n]*`", "", text)


def _anchors(page: Path) -> set[str]:
    """Anchors of headings, as GitHub makes them."""
    headings = re.findall(
        r"^#+ (.+)$", re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL), re.MULTILINE
    )
    return {re.sub(r"[^\w\- ]", "", h.strip().lower()).replace(" ", "-") for h in headings}


# -- commands ------------------------------------------------------------------------------------------------------

COMMAND = typer.main.get_command(app)
FLITSTACK = re.compile(r"(?:\.venv/bin/)?\bflitstack +(?P<words>[a-z][^`\n|;&#]*)")
MAKE = re.compile(r"(?:^|`|\$ )make +(?P<target>[a-z]+)", re.MULTILINE)


def _code(page: Path) -> str:
    """What stands in code on a page, fenced or inline."""
    text = page.read_text("utf-8")
    fenced = [b.text for b in blocks(page)]
    inline = re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return "\n".join(f"`{' '.join(c.split())}`" for c in inline) + "\n" + "\n".join(fenced)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_flitstack_commands_exist_with_their_options(page: Path) -> None:
    wrong = []
    for match in FLITSTACK.finditer(_code(page)):
        words = shlex.split(match["words"].strip().rstrip("`").replace("…", ""), posix=True)
        command = COMMAND.commands.get(words[0])
        if command is not None and hasattr(command, "commands"):
            names = words[1].split("|") if len(words) > 1 else []
            if not names or any(n not in command.commands for n in names):
                wrong.append(match[0])
            continue
        options = {o for p in command.params for o in (*p.opts, *p.secondary_opts)} if command else set()
        if command is None or any(w.partition("=")[0] not in options for w in words if w.startswith("--")):
            wrong.append(match[0])
    assert not wrong


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert not {m["target"] for m in MAKE.finditer(_code(page))} - targets


def test_the_cli_page_has_every_command() -> None:
    text = (DOCS / "cli.md").read_text("utf-8")
    assert not {name for name in COMMAND.commands if f"flitstack {name}" not in text}
    assert not {name for name in COMMAND.commands["sandbox"].commands if f"flitstack sandbox {name}" not in text}


def test_the_json_example_has_exactly_the_keys_of_a_result() -> None:
    (example,) = [json.loads(b.text) for b in blocks(DOCS / "cli.md") if b.language == "json" and '"verb"' in b.text]
    result = VerbResult(
        migration="m", verb="load", run_id="r", ok=True, objects={"o": Counts()}, models={"x": ModelFigures()}
    ).as_json()
    assert list(example) == list(result)
    (counts,) = example["objects"].values()
    assert list(counts) == list(Counts().as_dict())
    (figures,) = example["models"].values()
    assert list(figures) == list(ModelFigures().as_dict())
    assert counts["extracted"] == sum(n for word, n in counts.items() if word != "extracted")


def test_the_folders_in_the_readme_exist() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    named = re.findall(r"^\| `([\w./]+/)` \|", text, flags=re.MULTILINE)
    assert len(named) >= 8
    assert not [n for n in named if not (ROOT / n).is_dir()]
