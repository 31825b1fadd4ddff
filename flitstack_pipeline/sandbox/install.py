"""Odoo 19 with its Python packages, unpacked once into the cache that all checkouts share.

    <cache>/odoo-19-<fingerprint>/
        odoo/usr/lib/python3/dist-packages/odoo    the unpacked Debian packages
        venv/                                      a virtual environment with what Odoo imports
        complete.json                              written last: a folder without it does not exist under this name

A new requirements file or another Python gives another fingerprint, so an old install is never changed in place.
"""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flitstack_pipeline.errors import ConfigurationError
from flitstack_pipeline.sandbox import apt
from flitstack_pipeline.sandbox.advice import OWN_ODOO
from flitstack_pipeline.sandbox.disk import explained
from flitstack_pipeline.sandbox.processes import file_lock
from flitstack_pipeline.settings import ENV_CACHE

Progress = Callable[[str], None]

_LAYOUT = "1"
_REQUIREMENTS = Path(__file__).with_name("odoo-requirements.txt")
# Debian's package links its fonts and jQuery to these packages; without the first one the web client has no icons.
_PACKAGES = ("odoo-19", "fonts-font-awesome", "libjs-jquery", "libjs-underscore", "libjs-jquery-form")
# 800 MB of the 1.2 GB are translations; the sandbox speaks English.
_LEFT_OUT = ("*.po", "*.pot", "./usr/lib/python3/dist-packages/addons", "./usr/share/doc")
_SPACE_NEEDED = 1_200_000_000


@dataclass(frozen=True)
class OdooInstall:
    """`version` is Debian's, e.g. 19.0.0+dfsg-1."""

    folder: Path
    version: str

    @property
    def python(self) -> Path:
        return self.folder / "venv" / "bin" / "python"

    @property
    def packages(self) -> Path:
        return self.folder / "odoo" / "usr" / "lib" / "python3" / "dist-packages"


def ensure_install(cache: Path, *, progress: Progress) -> OdooInstall:
    """Return the installed Odoo, making it first if needed (under a minute, once for all checkouts)."""
    target = cache / f"odoo-19-{_fingerprint()}"
    with explained(cache, variable=ENV_CACHE):
        if found := _find(target):
            return found
        waiting = partial(progress, "another process is unpacking Odoo 19: waiting for it")
        with file_lock(cache / "odoo-19.lock", waiting=waiting):
            return _find(target) or _replace(target, progress=progress)


def _replace(target: Path, *, progress: Progress) -> OdooInstall:
    cache = target.parent
    # What a killed process left behind is ours to remove, now that we hold the lock.
    for leftover in (target, *cache.glob("odoo-19-making-*")):
        shutil.rmtree(leftover, ignore_errors=True)
    if (free := shutil.disk_usage(cache).free) < _SPACE_NEEDED:
        raise ConfigurationError(
            f"Odoo 19 needs {_SPACE_NEEDED // 10**6} MB in {cache}; {free // 10**6} MB are free.",
            hint=f"Free some space, or set {ENV_CACHE} to a folder on another disk.",
        )
    with tempfile.TemporaryDirectory(prefix="odoo-19-making-", dir=cache) as making:
        version = _make(Path(making), progress=progress)
        (Path(making) / "tree").rename(target)
    return OdooInstall(folder=target, version=version)


def _find(target: Path) -> OdooInstall | None:
    try:
        about = json.loads((target / "complete.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    install = OdooInstall(folder=target, version=about["version"])
    # The interpreter is a link out of the cache: it dangles after an upgrade of the machine's Python.
    return install if install.python.exists() else None


def _make(making: Path, *, progress: Progress) -> str:
    tree = making / "tree"
    started = time.monotonic()
    progress("fetching Odoo 19 from Debian's archive (130 MB, once)")
    files = apt.download(_PACKAGES, into=making)
    progress(f"unpacking Odoo 19 (once; fetching took {time.monotonic() - started:.0f} s)")
    started = time.monotonic()
    version = next(file.name.split("_")[1] for file in files if file.name.startswith("odoo-19_"))
    for file in files:
        _unpack(file, into=tree / "odoo")
        file.unlink()
    progress(f"installing Odoo's Python packages (once; unpacking took {time.monotonic() - started:.0f} s)")
    started = time.monotonic()
    _make_environment(tree / "venv")
    _run([tree / "venv/bin/python", "-c", "import odoo.cli"], env=odoo_environment(tree / "odoo"), doing="start Odoo")
    progress(f"Odoo {version} is unpacked (its Python packages took {time.monotonic() - started:.0f} s)")
    (tree / "complete.json").write_text(json.dumps({"version": version}), encoding="utf-8")
    return version


def odoo_environment(tree: Path) -> dict[str, str]:
    """Return the environment variables for Odoo's Python: ours without what could lead it astray."""
    return _clean_environment() | {
        "PYTHONPATH": str(tree / "usr/lib/python3/dist-packages"),
        "PYTHONUNBUFFERED": "1",
        "LC_ALL": "C.UTF-8",
    }


def _clean_environment() -> dict[str, str]:
    astray = ("PYTHON", "PG", "ODOO", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if not name.startswith(astray)}


def _unpack(file: Path, *, into: Path) -> None:
    into.mkdir(parents=True, exist_ok=True)
    archive = subprocess.Popen(
        [apt.find_program("dpkg-deb"), "--fsys-tarfile", str(file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    exclude = [f"--exclude={pattern}" for pattern in _LEFT_OUT]
    try:
        tar = [apt.find_program("tar"), "-x", "-C", str(into), "--no-same-owner", "--no-same-permissions", *exclude]
        done = subprocess.run(tar, stdin=archive.stdout, stderr=subprocess.PIPE, check=False, text=True, timeout=600)
    finally:
        if archive.stdout:
            archive.stdout.close()
        _, said = archive.communicate(timeout=60)
    if archive.returncode or done.returncode:
        raise ConfigurationError(
            f"Unpacking {file.name} failed: {said.decode(errors='replace')}{done.stderr}", hint=OWN_ODOO
        )


def _make_environment(venv: Path) -> None:
    python = venv / "bin" / "python"
    # The pip that is at hand can install into the other environment, which saves copying one there.
    has_pip = importlib.util.find_spec("pip") is not None
    make = [sys.executable, "-m", "venv", *(["--without-pip"] if has_pip else []), venv]
    _run(make, doing="make a virtual environment for Odoo (on Debian it needs the package python3-venv)")
    # Every package is pinned, so that nothing has to be resolved; wheels only, so that no compiler is needed.
    pip = [sys.executable, "-m", "pip", "--python", python] if has_pip else [python, "-m", "pip"]
    options = [
        "--quiet",
        "--no-deps",
        "--only-binary=:all:",
        "--no-compile",
        "--disable-pip-version-check",
        "--no-input",
    ]
    _run([*pip, "install", *options, "-r", _REQUIREMENTS], doing="install Odoo's Python packages")


def _run(command: list[str | Path], *, doing: str, env: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        env=env or _clean_environment(),
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=900,
    )
    if done.returncode:
        raise ConfigurationError(f"Could not {doing}:\n{(done.stderr or done.stdout)[-3000:]}", hint=OWN_ODOO)


def _fingerprint() -> str:
    parts = (_LAYOUT, *_PACKAGES, _REQUIREMENTS.read_text(encoding="utf-8"), sys.base_prefix, sys.version.split()[0])
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
