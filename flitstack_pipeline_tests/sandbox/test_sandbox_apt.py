from pathlib import Path

import pytest

from flitstack_pipeline.errors import ConfigurationError
from flitstack_pipeline.sandbox.apt import Mirror, download, find_mirror

STANZAS = """\
# Types: deb
# URIs: http://commented.example/debian
Types: deb
URIs: http://vendor.example/apt
Suites: nodistro
Components: main

Enabled: no
Types: deb
URIs: http://switched-off.example/debian
Suites: bookworm
Components: main

Types: deb
URIs: http://security.example/debian-security
Suites: bookworm-security
Components: main

Types: deb-src
URIs: http://source.example/debian
Suites: bookworm
Components: main

Types: deb deb-src
URIs: http://mirror.example/debian http://second.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/own.gpg
"""


def _folder(tmp_path: Path, **files: str) -> Path:
    parts = tmp_path / "sources.list.d"
    parts.mkdir()
    for name, text in files.items():
        (parts / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return tmp_path


def test_mirror_of_a_deb822_file_is_the_enabled_binary_entry_of_a_release(tmp_path: Path) -> None:
    found = find_mirror(_folder(tmp_path, debian__sources=STANZAS))
    assert found == Mirror(uri="http://mirror.example/debian", signed_by="/usr/share/keyrings/own.gpg")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("deb http://m.example/debian trixie main contrib", Mirror("http://m.example/debian")),
        (
            "deb [arch=amd64 signed-by=/k.gpg] https://m.example/d/ sid main # note",
            Mirror("https://m.example/d/", "/k.gpg"),
        ),
    ],
)
def test_mirror_of_a_one_line_file(tmp_path: Path, line: str, expected: Mirror) -> None:
    text = f"# deb http://no.example/debian sid main\ndeb-src http://no.example/debian sid main\n{line}\n"
    assert find_mirror(_folder(tmp_path, debian__list=text)) == expected


def test_a_key_written_out_in_the_sources_is_not_taken_for_a_path(tmp_path: Path) -> None:
    text = (
        "Types: deb\nURIs: http://m.example/debian\nSuites: stable\nComponents: main\n"
        "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n"
    )
    assert find_mirror(_folder(tmp_path, debian__sources=text)) == Mirror("http://m.example/debian")


def test_without_a_mirror_the_error_says_where_was_looked_and_what_to_do_instead(tmp_path: Path) -> None:
    folder = _folder(tmp_path, debian__sources__off=STANZAS, other__list="deb http://u.example/ubuntu noble main\n")
    with pytest.raises(ConfigurationError) as caught:
        find_mirror(folder)
    assert str(folder) in str(caught.value)
    assert "api_key_env" in str(caught.value)


def test_an_archive_without_a_signature_is_refused(tmp_path: Path) -> None:
    index = tmp_path / "archive" / "dists" / "unstable"
    (index / "main" / "binary-amd64").mkdir(parents=True)
    (index / "main" / "binary-amd64" / "Packages").touch()
    (index / "Release").write_text("Suite: unstable\nCodename: sid\nComponents: main\nArchitectures: amd64 all\n")
    into = tmp_path / "into"
    into.mkdir()
    with pytest.raises(ConfigurationError, match="not signed"):
        download(["odoo-19"], into=into, mirror=Mirror(f"file:{tmp_path / 'archive'}"))


def test_a_machine_without_apt_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigurationError, match="apt-get"):
        download(["odoo-19"], into=tmp_path)
