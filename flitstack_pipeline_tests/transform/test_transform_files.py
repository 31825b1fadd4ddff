"""Files of an export: described once, read when asked, never outside of the folder."""

import hashlib
import os
from pathlib import Path

import pytest

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.transform.files import MEGABYTE, FileContent, TooLarge, describe_file
from flitstack_pipeline.transform.registry import resolve

PHOTO = b"\xff\xd8\xff\xe0 a photo"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    (folder / "photos").mkdir(parents=True)
    (folder / "photos" / "gate 1.jpg").write_bytes(PHOTO)
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    return folder


def test_a_file_is_described(export: Path) -> None:
    found = resolve("file_bytes", context={"base": export, "max_mb": 25})("photos/gate 1.jpg")
    assert isinstance(found, FileContent)
    assert (found.path, found.name, found.size, found.mimetype) == ("photos/gate 1.jpg", "gate 1.jpg", 12, "image/jpeg")
    assert found.sha1 == hashlib.sha1(PHOTO).hexdigest()
    assert found.sha256 == hashlib.sha256(PHOTO).hexdigest()
    assert found.read() == PHOTO


@pytest.mark.parametrize("text", ["photos\\gate 1.jpg", "./photos/gate 1.jpg", " photos//gate 1.jpg "])
def test_spellings_of_a_path(export: Path, text: str) -> None:
    assert describe_file(text, export).path == "photos/gate 1.jpg"


@pytest.mark.parametrize(
    "text",
    [
        "../secret.txt",
        "photos/../../secret.txt",
        "/etc/passwd",
        "\\\\host\\share",
        "C:\\secret.txt",
        "c:secret.txt",
        "a\0b",
        "  ",
    ],
)
def test_a_path_does_not_leave_the_folder(export: Path, text: str) -> None:
    with pytest.raises(RecordError, match="not a path inside"):
        describe_file(text, export)


def test_a_link_does_not_leave_the_folder(export: Path) -> None:
    (export / "out.txt").symlink_to(export.parent / "secret.txt")
    (export / "outside").symlink_to(export.parent)
    (export / "inside.jpg").symlink_to(export / "photos" / "gate 1.jpg")
    for text in ("out.txt", "outside/secret.txt"):
        with pytest.raises(RecordError, match="leads out of the folder"):
            describe_file(text, export)
    assert describe_file("inside.jpg", export).read() == PHOTO


def test_a_loop_of_links_is_no_file(export: Path) -> None:
    (export / "a").symlink_to("b")
    (export / "b").symlink_to("a")
    with pytest.raises(RecordError, match="cannot be found"):
        describe_file("a", export)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("photos/none.jpg", "is not in the export"),
        ("photos", "is not a file"),
        ("Photos/gate 1.jpg", "is not in"),
        ("x" * 300, "cannot be"),
    ],
)
def test_what_is_not_there(export: Path, text: str, words: str) -> None:
    with pytest.raises(RecordError, match=words):
        describe_file(text, export)


def test_a_pipe_is_no_file(export: Path) -> None:
    os.mkfifo(export / "pipe")
    with pytest.raises(RecordError, match="is not a file"):
        describe_file("pipe", export)


def test_a_file_over_the_limit_is_left_behind_with_its_size(export: Path) -> None:
    with (export / "video.mp4").open("wb") as file:
        file.truncate(2 * MEGABYTE + 1)
    context = {"base": export, "max_mb": 2.0}
    with pytest.raises(TooLarge, match=r"2\.0 MB, more than 2") as caught:
        resolve("file_bytes", context=context)("video.mp4")
    assert (caught.value.path, caught.value.size) == ("video.mp4", 2 * MEGABYTE + 1)
    with (export / "video.mp4").open("r+b") as file:
        file.truncate(2 * MEGABYTE)
    assert resolve("file_bytes", context=context)("video.mp4").size == 2 * MEGABYTE


def test_a_file_that_changes_is_not_sent_as_another(export: Path) -> None:
    found = describe_file("photos/gate 1.jpg", export)
    (export / "photos" / "gate 1.jpg").write_bytes(PHOTO[:-1] + b"O")
    with pytest.raises(RecordError, match="has changed"):
        found.read()
    (export / "photos" / "gate 1.jpg").unlink()
    with pytest.raises(RecordError, match="cannot be read"):
        found.read()


def test_a_file_without_a_known_ending(export: Path) -> None:
    (export / "signature").write_bytes(b"")
    found = describe_file("signature", export)
    assert (found.mimetype, found.size, found.read()) == ("application/octet-stream", 0, b"")
