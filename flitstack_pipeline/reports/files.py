"""Report files: whole or not there."""

from pathlib import Path
from uuid import uuid4


def write_atomically(path: Path, text: str) -> Path:
    """Write a text file of which a reader sees either the old or the new state, also when two runs write at once."""
    temporary = path.with_name(f".{path.name}.{uuid4().hex}.tmp")
    try:
        # Half a character (a lone surrogate, of a text cut in the wrong place) becomes its escape, as JSON has it.
        temporary.write_text(text, "utf-8", "backslashreplace", "\n")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path
