"""Where Odoo 14 cannot be made, that is said before anything is tried."""

import os
import subprocess
from pathlib import Path

import pytest
from support.odoo14 import install
from support.odoo14.install import ensure_install, entering

from flitstack_pipeline.errors import ConfigurationError
from flitstack_pipeline.settings import load_settings


def test_who_is_not_root_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ConfigurationError, match="only root can make"):
        ensure_install(tmp_path, progress=print)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(install.shutil, "which", lambda name: None if name == "debootstrap" else f"/bin/{name}")
    with pytest.raises(ConfigurationError, match="needs debootstrap, which") as caught:
        ensure_install(tmp_path, progress=print)
    assert "apt-get install debootstrap" in caught.value.hint


def test_a_folder_that_was_not_finished_is_none(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    assert install._find(tmp_path) is None
    (tmp_path / "complete.json").write_text('{"version": "14.0"}', encoding="utf-8")
    found = install._find(tmp_path)
    assert found is not None
    assert (found.version, found.root) == ("14.0", tmp_path / "root")


@pytest.mark.odoo14
def test_what_is_mounted_is_seen_inside_alone_and_gone_afterwards(tmp_path: Path) -> None:
    root = ensure_install(load_settings().cache, progress=print).root
    (tmp_path / "here").write_text("seen", encoding="utf-8")
    place = root / "mnt"
    command = entering(root, mounts=[(tmp_path, "/mnt")])
    said = subprocess.run(
        [*command, "sh", "-c", "cat /mnt/here /proc/self/comm"], capture_output=True, text=True, check=True, timeout=60
    )
    assert said.stdout == "seencat\n"
    assert not list(place.iterdir())
    assert str(root) not in Path("/proc/mounts").read_text(encoding="utf-8")
