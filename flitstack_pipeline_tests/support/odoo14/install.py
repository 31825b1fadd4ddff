"""Debian 11 with its package `odoo-14`, made once in the cache that all checkouts share.

    <cache>/odoo-14-<fingerprint>/
        root/            a Debian 11 of its own: Odoo 14 needs the Python of its day
        complete.json    written last: a folder without it does not exist under this name

The mirror, its proxy and its keyring are those that the machine's apt is configured with. Nothing on the machine changes:
what has to be mounted is mounted in a namespace of the process that needs it, and gone with that process.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flitstack_pipeline.errors import ConfigurationError
from flitstack_pipeline.redact import redact
from flitstack_pipeline.sandbox import apt
from flitstack_pipeline.sandbox.processes import file_lock

Progress = Callable[[str], None]

_LAYOUT = "1"
_RELEASE = "bullseye"
_PACKAGE = "odoo-14"
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_SPACE_NEEDED = 3_000_000_000
_TIMEOUT = 1800
_ELSEWHERE = "Run these tests on a Debian machine as root; nothing else of the project needs Odoo 14."
# Packages that are installed here must not start servers of theirs.
_NO_SERVICES = "#!/bin/sh\nexit 101\n"


@dataclass(frozen=True)
class Install:
    """`version` is Debian's, e.g. 14.0.0+dfsg.2-7."""

    folder: Path
    version: str

    @property
    def root(self) -> Path:
        return self.folder / "root"


def require_possible() -> None:
    """Raise ConfigurationError where this machine cannot make or enter such a folder, saying what it lacks."""
    if os.geteuid() != 0:
        raise ConfigurationError("Odoo 14 runs in a folder that only root can make and enter.", hint=_ELSEWHERE)
    lacking = [name for name in ("debootstrap", "unshare", "chroot", "mount") if not shutil.which(name)]
    if lacking:
        raise ConfigurationError(
            f"Odoo 14 needs {', '.join(lacking)}, which this machine does not have.",
            hint=f"On Debian: apt-get install debootstrap util-linux mount coreutils. {_ELSEWHERE}",
        )


def entering(root: Path, *, mounts: Sequence[tuple[Path, str]] = (), user: str = "") -> list[str]:
    """The command prefix that runs a program with `root` for its root folder, `/proc` and `mounts` (folder, place) in it.

    The mounts are in a namespace of that program: nobody else sees them and they end with it. No process stands between,
    so that the program has the process id of what was started.
    """
    script = 'mount -t proc proc "$1/proc"; shift'
    arguments = [str(root)]
    for folder, place in mounts:
        script += '; mount --bind "$1" "$2"; shift 2'
        arguments += [str(folder), f"{root}{place}"]
    script += '; exec chroot "$@"'
    options = [f"--userspec={user}"] if user else []
    return ["unshare", "--mount", "sh", "-ec", script, "enter", *arguments, *options, str(root)]


def ensure_install(cache: Path, *, progress: Progress) -> Install:
    """Return the installed Odoo 14, making it first if needed (two to four minutes, once for all checkouts)."""
    require_possible()
    target = cache / f"odoo-14-{_fingerprint()}"
    if found := _find(target):
        return found
    waiting = partial(progress, "another process is making Odoo 14: waiting for it")
    with file_lock(cache / "odoo-14.lock", waiting=waiting):
        return _find(target) or _replace(target, progress=progress)


def _find(target: Path) -> Install | None:
    try:
        about = json.loads((target / "complete.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Install(folder=target, version=about["version"])


def _replace(target: Path, *, progress: Progress) -> Install:
    cache = target.parent
    for leftover in (target, *cache.glob("odoo-14-making-*")):
        shutil.rmtree(leftover, ignore_errors=True)
    if (free := shutil.disk_usage(cache).free) < _SPACE_NEEDED:
        raise ConfigurationError(
            f"Odoo 14 needs {_SPACE_NEEDED // 10**6} MB in {cache}; {free // 10**6} MB are free.",
            hint="Free some space.",
        )
    with tempfile.TemporaryDirectory(prefix="odoo-14-making-", dir=cache) as folder:
        making = Path(folder) / "tree"
        version = _make(making, progress=progress)
        making.rename(target)
    return Install(folder=target, version=version)


def _make(making: Path, *, progress: Progress) -> str:
    mirror = apt.find_mirror()
    root = making / "root"
    root.mkdir(parents=True)
    root.chmod(0o755)
    started = time.monotonic()
    progress(f"making a Debian {_RELEASE} for Odoo 14 (once)")
    # The keyring of all releases is asked first: a machine's own entry may name that of its release alone.
    keyring = str(_KEYRING) if _KEYRING.exists() else mirror.signed_by
    options = [f"--keyring={keyring}"] if keyring else []
    _run(
        ["debootstrap", "--variant=minbase", *options, _RELEASE, str(root), mirror.uri],
        doing=f"make a Debian {_RELEASE}",
    )
    progress(f"installing Odoo 14 in it (once; the Debian took {time.monotonic() - started:.0f} s)")
    started = time.monotonic()
    (root / "etc/apt/apt.conf.d/50machine").write_text(_network_settings(), encoding="utf-8")
    services = root / "usr/sbin/policy-rc.d"
    services.write_text(_NO_SERVICES, encoding="utf-8")
    services.chmod(0o755)
    within = entering(root)
    for arguments in (["update"], ["install", "--yes", "--no-install-recommends", _PACKAGE], ["clean"]):
        _run([*within, "apt-get", "-q", "-o", "Acquire::Retries=3", *arguments], doing=f"install {_PACKAGE}")
    asked = _run([*within, "dpkg-query", "-W", "-f", "${Version}", _PACKAGE], doing="ask for its version")
    version = asked.strip()
    (making / "complete.json").write_text(json.dumps({"version": version}), encoding="utf-8")
    progress(f"Odoo {version} is installed ({time.monotonic() - started:.0f} s)")
    return version


def _network_settings() -> str:
    """How the machine's apt reaches its mirror (proxies, timeouts), to be had inside too."""
    said = subprocess.run(
        ["apt-config", "dump", "Acquire"], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    return "".join(f"{line}\n" for line in said.splitlines() if line.startswith(("Acquire::http", "Acquire::https")))


def _run(command: Sequence[str], *, doing: str) -> str:
    proxy = {}
    if "http_proxy" not in os.environ:
        asked = 'eval "$(apt-config shell proxy Acquire::http::Proxy)"; printf %s "$proxy"'
        found = subprocess.run(["sh", "-c", asked], capture_output=True, text=True, check=False, timeout=60).stdout
        proxy = {"http_proxy": found} if found.startswith("http") else {}
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **proxy, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"},
            cwd="/",
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
            timeout=_TIMEOUT,
        )
    except subprocess.TimeoutExpired as error:
        raise ConfigurationError(f"Could not {doing} in {_TIMEOUT // 60} minutes.", hint=_ELSEWHERE) from error
    if done.returncode:
        # A mirror's address may hold a password.
        said = redact((done.stdout + done.stderr)[-3000:])
        raise ConfigurationError(f"Could not {doing}:\n{said}", hint=_ELSEWHERE)
    return done.stdout


def _fingerprint() -> str:
    return hashlib.sha256("\n".join((_LAYOUT, _RELEASE, _PACKAGE)).encode()).hexdigest()[:12]
