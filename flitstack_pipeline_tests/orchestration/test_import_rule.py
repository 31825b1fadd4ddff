"""Two worlds: only the orchestration knows Dagster, so that everything else can be used without it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import flitstack_pipeline

PACKAGE = Path(flitstack_pipeline.__file__).parent
KNOW_DAGSTER = ("orchestration/", "definitions.py", "instance_storage.py")
ORCHESTRATION = (
    "flitstack_pipeline.orchestration",
    "flitstack_pipeline.definitions",
    "flitstack_pipeline.instance_storage",
)
MAY_START_IT = (*KNOW_DAGSTER, "cli.py", "commands/")


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every module that a file imports, wherever in it, with the line."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module), node.lineno


def broken(modules: tuple[str, ...], allowed: tuple[str, ...]) -> list[str]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith(allowed):
            found += [
                f"{name}:{line} imports {module}"
                for module, line in imports(path)
                if any(module == m or module.startswith((f"{m}.", f"{m}_")) for m in modules)
            ]
    return found


def test_only_the_orchestration_imports_dagster():
    assert broken(("dagster",), KNOW_DAGSTER) == []


def test_only_the_command_line_starts_the_orchestration():
    assert broken(ORCHESTRATION, MAY_START_IT) == []


def test_the_rule_sees_imports_inside_functions(tmp_path):
    path = tmp_path / "a.py"
    path.write_text("def f():\n    import dagster_postgres\n    from dagster._core import x\n")

    assert list(imports(path)) == [("dagster_postgres", 2), ("dagster._core", 3)]


def test_the_rule_looks_at_every_file():
    assert len(list(PACKAGE.rglob("*.py"))) > 100
    assert any("dagster" in module for module, _ in imports(PACKAGE / "orchestration" / "jobs.py"))
