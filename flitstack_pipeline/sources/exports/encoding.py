"""Finds out in which encoding a file is written, from all of its bytes.

The order is fixed: a byte order mark, then the pattern of NUL bytes that UTF-16 has, then strict UTF-8, then cp1252.
cp1252 is an assumption, so it is stated with the first text that depends on it. Bytes that the encoding does not know
become lone surrogates; a row that has one is rejected later, with the byte named.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_BLOCK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
ERRORS = "flitstack_keep_bytes"
_SURROGATES = re.compile("[\ud800-\udfff]+")


def _keep_bytes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(chr(0xDC00 + byte) for byte in bad), error.end


codecs.register_error(ERRORS, _keep_bytes)


@dataclass(frozen=True, kw_only=True)
class Encoding:
    """`skip`: length of the byte order mark; `stated` is for people; `nuls`: number of NUL characters to leave out."""

    codec: str
    skip: int
    stated: str
    nuls: int


def detect_encoding(stream: BinaryIO) -> Encoding:
    """Read the stream to its end and decide. The answer depends on nothing but the bytes."""
    head = stream.read(_BLOCK)
    for bom, codec in _BOMS:
        if head.startswith(bom):
            nuls = _count_nuls(_blocks(head[len(bom) :], stream), codec)
            return Encoding(codec=codec, skip=len(bom), stated=f"{codec.upper()} with byte order mark", nuls=nuls)
    if codec := _utf16_pattern(head):
        nuls = _count_nuls(_blocks(head, stream), codec)
        return Encoding(
            codec=codec, skip=0, stated=f"{codec.upper()} (no byte order mark: told by its NUL bytes)", nuls=nuls
        )
    return _eight_bit(_blocks(head, stream))


def _blocks(first: bytes, stream: BinaryIO) -> Iterator[bytes]:
    while first:
        yield first
        first = stream.read(_BLOCK)


def _count_nuls(blocks: Iterator[bytes], codec: str) -> int:
    decoder = codecs.getincrementaldecoder(codec)(errors=ERRORS)
    return sum(decoder.decode(block).count("\0") for block in blocks)


def _utf16_pattern(head: bytes) -> str | None:
    """UTF-16 text has a NUL in nearly every second byte, always on the same side; stray NULs are few or on both sides.

    The start is looked at by itself: headers are mostly Latin where the rows are not.
    """
    for part in (head[:128], head):
        even, odd, pairs = part[0::2].count(0), part[1::2].count(0), len(part) // 2
        if pairs >= 2 and odd > 0.4 * pairs and even < 0.05 * pairs:
            return "utf-16-le"
        if pairs >= 2 and even > 0.4 * pairs and odd < 0.05 * pairs:
            return "utf-16-be"
    return None


def _eight_bit(blocks: Iterator[bytes]) -> Encoding:
    """Decide between UTF-8 with a few damaged bytes and cp1252: what most of the bytes beyond ASCII agree with."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors=ERRORS)
    nuls = good = bad = 0
    example = ""
    for block in blocks:
        nuls += block.count(0)
        if not good and not bad and block.isascii() and not decoder.getstate()[0]:
            continue
        text = decoder.decode(block)
        wrong = sum(len(m.group()) for m in _SURROGATES.finditer(text))
        if wrong and not example:
            example = _example(block)
        bad += wrong
        good += len(text) - len(text.encode("ascii", "ignore")) - wrong
    bad += len(decoder.decode(b"", final=True))
    if not bad:
        return Encoding(codec="utf-8", skip=0, stated="UTF-8" if good else "ASCII", nuls=nuls)
    if good > bad:
        return Encoding(
            codec="utf-8", skip=0, stated=f"UTF-8, but {bad} bytes are not: their rows are rejected", nuls=nuls
        )
    return Encoding(
        codec="cp1252", skip=0, stated=f"cp1252 (assumed, the file is not UTF-8; it reads “{example}”)", nuls=nuls
    )


def _example(block: bytes) -> str:
    """A few characters around the first byte that is not UTF-8, read as cp1252."""
    try:
        block.decode("utf-8")
    except UnicodeDecodeError as error:
        word = block[max(0, error.start - 40) : error.start + 40].decode("cp1252", errors="replace")
        at = min(error.start, 40)
        start = max(word.rfind(sep, 0, at) for sep in ' ,;\t|\n"') + 1
        ends = [e for sep in ' ,;\t|\r\n"' if (e := word.find(sep, at)) >= 0]
        return word[start : min(ends, default=len(word))]
    return ""


def undecodable(text: str) -> str | None:
    """Name the first bytes of a text that its file's encoding does not know, as `0x81`; None if there are none."""
    if match := _SURROGATES.search(text):
        return " ".join(
            f"0x{ord(c) & 0xFF:02X}" if 0xDC00 <= ord(c) <= 0xDCFF else f"U+{ord(c):04X}" for c in match.group()
        )
    return None


def readable(text: str) -> str:
    """Replace what cannot be decoded by `\\x81`-like escapes, so that the text can be stored and shown."""
    return "".join(f"\\x{ord(c) & 0xFF:02x}" if 0xD800 <= ord(c) <= 0xDFFF else c for c in text)
