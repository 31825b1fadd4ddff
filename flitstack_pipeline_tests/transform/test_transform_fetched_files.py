"""Files that came with rows of an API: found beside the extracts, or left for their size with what to do by hand."""

from decimal import Decimal
from pathlib import Path

import pytest

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.transform.files import TooLarge, describe_file
from flitstack_pipeline.transform.registry import Step, resolve

MEGABYTE = 1024 * 1024


def _step(base: Path, limit: int = 1) -> Step:
    return resolve("fetched_file", context={"base": base, "max_mb": Decimal(limit)})


def test_a_file_that_was_fetched_is_described_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a.pdf").write_bytes(b"%PDF-1.4")
    assert _step(tmp_path)(["files/a.pdf", 8, "a.pdf", "6f1c"]) == describe_file("files/a.pdf", tmp_path)


def test_one_that_was_too_large_to_fetch_says_where_it_is(tmp_path: Path) -> None:
    with pytest.raises(
        TooLarge, match=r"“tour\.mp4” has 2\.0 MB, more than 1 MB; fetch it by hand: open the row 6f1c"
    ) as caught:
        _step(tmp_path)([None, 2 * MEGABYTE, "tour.mp4", "6f1c"])
    assert (caught.value.path, caught.value.size) == ("tour.mp4", 2 * MEGABYTE)


def test_one_that_was_fetched_under_a_higher_limit_is_too_large_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "b.bin").write_bytes(bytes(2 * MEGABYTE))
    with pytest.raises(TooLarge, match=r"has 2\.0 MB.*fetch it by hand: open the row 6f1c"):
        _step(tmp_path)(["b.bin", 2 * MEGABYTE, "b.bin", "6f1c"])


@pytest.mark.parametrize("size", [None, 0, 1200])
def test_a_row_that_tells_of_a_file_that_is_not_there_is_no_case_of_size(tmp_path: Path, size: int | None) -> None:
    with pytest.raises(RecordError, match="the source has no file for it") as caught:
        _step(tmp_path)([None, size, "lost.pdf", "6f1c"])
    assert not isinstance(caught.value, TooLarge)


def test_it_does_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="not a path inside"):
        _step(tmp_path)(["../etc/passwd", 8, "x", "6f1c"])
