"""Texts that a person has looked at once; a change shows as a difference. FLITSTACK_UPDATE_SNAPSHOTS=1 writes them anew."""

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "snapshots"


def assert_as_before(name: str, text: str) -> None:
    """Compare with `snapshots/<name>.txt`."""
    path = FOLDER / f"{name}.txt"
    if os.environ.get("FLITSTACK_UPDATE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    assert path.is_file(), (
        f"no snapshot {path.name}: run the tests once with FLITSTACK_UPDATE_SNAPSHOTS=1 and look at it"
    )
    assert text == path.read_text("utf-8")
