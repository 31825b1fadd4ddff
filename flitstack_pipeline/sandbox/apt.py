"""Fetch packages of Debian's development release with a private apt configuration: nothing on the machine changes.

The mirror, its proxy and its keyring are those that the machine is configured with; only the suite differs. Lists and
state live in a folder of ours that is removed afterwards. Signatures and hashes are checked by apt as always.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from flitstack_pipeline.errors import ConfigurationError
from flitstack_pipeline.redact import redact
from flitstack_pipeline.sandbox.advice import OWN_ODOO

_SUITE = "unstable"
_DEBIAN_SUITES = frozenset(
    {"bookworm", "trixie", "forky", "sid", "oldstable", "stable", "testing", "unstable"},
)
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_APT_FOLDER = Path("/etc/apt")
_TIMEOUT = 1200  # seconds; the download is about 130 MB


@dataclass(frozen=True)
class Mirror:
    """The machine's mirror of Debian's archive. `signed_by`: its keyring as configured, "" for apt's default ones."""

    uri: str
    signed_by: str = ""


@dataclass(frozen=True)
class _Entry:
    uri: str
    suite: str
    components: frozenset[str]
    signed_by: str


def find_mirror(folder: Path = _APT_FOLDER) -> Mirror:
    """Return the first mirror of Debian's main archive in the machine's apt sources, or raise ConfigurationError."""
    for file in (folder / "sources.list", *sorted((folder / "sources.list.d").glob("*"))):
        for entry in _entries(file):
            if entry.suite in _DEBIAN_SUITES and "main" in entry.components:
                return Mirror(uri=entry.uri, signed_by=entry.signed_by)
    raise ConfigurationError(
        f"The sandbox takes Odoo from Debian's archive, but the apt sources in {folder} name no mirror of it.",
        hint=OWN_ODOO,
    )


def download(packages: Sequence[str], *, into: Path, mirror: Mirror | None = None) -> tuple[Path, ...]:
    """Fetch the newest version of each package in Debian unstable into the folder `into`; return the .deb files.

    `mirror`: another than the machine's. Raises ConfigurationError, with apt's own words, if that cannot be done.
    """
    for tool in ("apt-get", "dpkg-deb", "tar"):
        find_program(tool)
    private = into / "apt"
    config = _configure(private, mirror or find_mirror())
    _apt(config, ["update"], cwd=into, doing="read the package lists of Debian unstable")
    _apt(config, ["download", *packages], cwd=into, doing=f"fetch {', '.join(packages)}")
    shutil.rmtree(private)
    return tuple(sorted(into.glob("*.deb")))


def find_program(name: str) -> str:
    """Return the path of a program that the sandbox cannot do without."""
    if found := shutil.which(name):
        return found
    raise ConfigurationError(
        f"The sandbox takes Odoo from Debian's archive with `{name}`, which this machine does not have.", hint=OWN_ODOO
    )


def _configure(private: Path, mirror: Mirror) -> Path:
    """Write the private configuration; it is read after the machine's own, so that the machine's proxy still counts."""
    for folder in ("state/lists/partial", "cache/archives/partial", "none"):
        (private / folder).mkdir(parents=True)
    status = private / "state" / "status"
    status.touch()
    # The machine's entry may name the keyring of its own release only; that of all releases stands beside it.
    keyrings = dict.fromkeys([mirror.signed_by, str(_KEYRING) if _KEYRING.exists() else ""])
    signed_by = " ".join(filter(None, keyrings))
    sources = private / "unstable.sources"
    sources.write_text(
        f"Types: deb\nURIs: {mirror.uri}\nSuites: {_SUITE}\nComponents: main\n"
        + (f"Signed-By: {signed_by}\n" if signed_by else ""),
        encoding="utf-8",
    )
    none = private / "none"
    config = private / "apt.conf"
    config.write_text(
        f"""
Dir::State "{private / "state"}";
Dir::State::status "{status}";
Dir::Cache "{private / "cache"}";
Dir::Etc::SourceList "{sources}";
Dir::Etc::SourceParts "{none}";
Dir::Etc::Preferences "{none}";
Dir::Etc::PreferencesParts "{none}";
// The account that apt uses for downloads cannot enter a home folder. Signatures are checked either way.
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "3";
// Hooks of the machine clean the machine's cache, which is not ours to clean.
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear APT::Update::Pre-Invoke;
""",
        encoding="utf-8",
    )
    return config


def _apt(config: Path, arguments: Sequence[str], *, cwd: Path, doing: str) -> None:
    # Without --error-on=any a list that could not be read is only a warning of `update`.
    command = [
        find_program("apt-get"),
        "-q",
        "-c",
        str(config),
        "--error-on=any" if arguments[0] == "update" else "--yes",
        *arguments,
    ]
    try:
        subprocess.run(
            command, cwd=cwd, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=_TIMEOUT
        )
    except subprocess.CalledProcessError as error:
        said = "\n".join(line for line in (error.stdout + error.stderr).splitlines() if line[:2] in {"E:", "W:"})
        # A mirror's address may hold a password.
        said = redact(said or error.stderr[-2000:])
        raise ConfigurationError(f"apt-get could not {doing}:\n{said}", hint=OWN_ODOO) from error
    except subprocess.TimeoutExpired as error:
        raise ConfigurationError(f"apt-get could not {doing} in {_TIMEOUT // 60} minutes.", hint=OWN_ODOO) from error


def _entries(file: Path) -> Iterator[_Entry]:
    """Yield the binary-package entries of a sources file in either of apt's two formats; other files have none."""
    if not file.is_file():
        return
    if file.suffix == ".sources":
        text = re.sub(r"(?m)^#.*\n?", "", file.read_text(encoding="utf-8"))
        for stanza in re.split(r"\n[ \t]*\n", text):
            yield from _stanza_entries(_fields(stanza))
    elif file.suffix == ".list":
        for line in file.read_text(encoding="utf-8").splitlines():
            if found := re.match(r"\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s+([^#]*)", line):
                options, uri, suite, components = found.groups()
                keyring = re.search(r"signed-by=(/\S+)", options or "")
                yield _Entry(uri, suite, frozenset(components.split()), keyring[1] if keyring else "")


def _stanza_entries(fields: dict[str, str]) -> Iterator[_Entry]:
    if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() in {"no", "false", "0"}:
        return
    # A key that is written out in the file cannot be passed on as a path; Debian's keyring on the machine replaces it.
    keyring = fields.get("signed-by", "")
    for uri in fields.get("uris", "").split():
        for suite in fields.get("suites", "").split():
            components = frozenset(fields.get("components", "").split())
            yield _Entry(uri, suite, components, keyring if keyring.startswith("/") else "")


def _fields(stanza: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in stanza.splitlines():
        if line[:1].isspace():
            if name:
                fields[name] += f"\n{line.strip()}"
        elif ":" in line:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields
