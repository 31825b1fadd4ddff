import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from flitstack_pipeline.errors import ConfigurationError
from flitstack_pipeline.sandbox import install
from flitstack_pipeline.sandbox.install import ensure_install


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Replace the minute of fetching and unpacking; returns the folders in which an install was made."""
    calls: list[Path] = []

    def make(making: Path, *, progress: install.Progress) -> str:
        calls.append(making)
        (making / "tree" / "venv" / "bin").mkdir(parents=True)
        (making / "tree" / "venv" / "bin" / "python").touch()
        (making / "tree" / "complete.json").write_text(json.dumps({"version": "19.0"}))
        return "19.0"

    monkeypatch.setattr(install, "_make", make)
    return calls


def test_an_install_is_made_once_and_then_found(tmp_path: Path, made: list[Path]) -> None:
    first = ensure_install(tmp_path / "cache", progress=print)
    assert ensure_install(tmp_path / "cache", progress=print) == first
    assert first.version == "19.0"
    assert len(made) == 1
    assert not made[0].exists()


def test_two_processes_at_once_make_one_install(tmp_path: Path, made: list[Path]) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _: ensure_install(tmp_path, progress=print), range(4)))
    assert len(found) == 1
    assert len(made) == 1


def test_what_was_left_half_made_is_removed_and_made_again(tmp_path: Path, made: list[Path]) -> None:
    target = ensure_install(tmp_path, progress=print).folder
    (target / "complete.json").unlink()
    leftover = tmp_path / "odoo-19-making-killed"
    leftover.mkdir()
    assert ensure_install(tmp_path, progress=print).folder == target
    assert len(made) == 2
    assert not leftover.exists()


def test_an_install_whose_python_is_gone_is_made_again(tmp_path: Path, made: list[Path]) -> None:
    ensure_install(tmp_path, progress=print).python.unlink()
    assert ensure_install(tmp_path, progress=print).python.exists()
    assert len(made) == 2


def test_a_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(making: Path, *, progress: install.Progress) -> str:
        (making / "tree").mkdir()
        raise ConfigurationError("no network")

    monkeypatch.setattr(install, "_make", fail)
    with pytest.raises(ConfigurationError, match="no network"):
        ensure_install(tmp_path, progress=print)
    assert [path.name for path in tmp_path.iterdir()] == ["odoo-19.lock"]


def test_too_little_space_is_said_before_anything_is_fetched(
    tmp_path: Path, made: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install.shutil, "disk_usage", lambda _: SimpleNamespace(free=5_000_000))
    with pytest.raises(ConfigurationError, match=r"needs \d+ MB .* 5 MB are free.*\n.*FLITSTACK_CACHE"):
        ensure_install(tmp_path, progress=print)
    assert made == []


def test_a_cache_that_cannot_be_made_names_the_variable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="FLITSTACK_CACHE"):
        ensure_install(tmp_path / "file" / "cache", progress=print)


def test_every_package_of_odoo_is_pinned_exactly() -> None:
    text = Path(install.__file__).with_name("odoo-requirements.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert all(line.count("==") == 1 and " " not in line for line in lines)
    assert lines == sorted(lines, key=str.lower)
