"""Small but real pictures and documents, made byte by byte so that no imaging library is needed."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

Colour = tuple[int, int, int]
Painter = Callable[[int, int], Colour]


def png(width: int, height: int, paint: Painter) -> bytes:
    """Return an 8-bit RGB PNG. Level 0 stores the pixels: compressed bytes would differ between zlib builds."""
    lines = b"".join(b"\0" + bytes(part for x in range(width) for part in paint(x, y)) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(lines, 0)) + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


# Code of each size category of a DC difference, as in the table that the JPEG standard gives for luminance.
_DC_CODES = ("00", "010", "011", "100", "101", "110", "1110", "11110", "111110", "1111110", "11111110", "111111110")


def jpeg(columns: int, rows: int, paint: Painter) -> bytes:
    """Return a baseline JPEG of columns x rows tiles of 8 x 8 pixels, one colour a tile.

    A flat tile has a DC coefficient alone. With a quantiser of 8 that coefficient is the tile's mean less 128, so
    neither a cosine transform nor a rounding is needed.
    """
    bits = []
    before = [0, 0, 0]
    for y in range(rows):
        for x in range(columns):
            for part, value in enumerate(_ycbcr(paint(x, y))):
                bits.append(_dc_bits(value - before[part]) + "0")
                before[part] = value
    stream = "".join(bits)
    stream += "1" * (-len(stream) % 8)
    scan = int(stream, 2).to_bytes(len(stream) // 8, "big").replace(b"\xff", b"\xff\x00")
    frame = struct.pack(">BHHB", 8, rows * 8, columns * 8, 3) + bytes((1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0))
    dc_table = b"\x00" + bytes((0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0)) + bytes(range(12))
    ac_table = b"\x10" + bytes((1, *[0] * 15)) + b"\x00"
    return (
        b"\xff\xd8"
        + _segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
        + _segment(0xDB, b"\0" + b"\x08" * 64)
        + _segment(0xC0, frame)
        + _segment(0xC4, dc_table)
        + _segment(0xC4, ac_table)
        + _segment(0xDA, bytes((3, 1, 0, 2, 0, 3, 0, 0, 63, 0)))
        + scan
        + b"\xff\xd9"
    )


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def _ycbcr(colour: Colour) -> tuple[int, int, int]:
    """Return luma and the two chroma values, each less 128, in whole-number arithmetic."""
    red, green, blue = colour
    luma = (299 * red + 587 * green + 114 * blue) // 1000
    return luma - 128, (blue - luma) * 564 // 1000, (red - luma) * 713 // 1000


def _dc_bits(difference: int) -> str:
    size = abs(difference).bit_length()
    if size == 0:
        return _DC_CODES[0]
    value = difference if difference > 0 else difference + (1 << size) - 1
    return _DC_CODES[size] + format(value, f"0{size}b")


def pdf(lines: list[str]) -> bytes:
    """Return a one-page PDF with these lines of plain ASCII text."""
    shown = " ".join(f"({line}) Tj T*" for line in lines)
    content = f"BT /F1 12 Tf 16 TL 60 780 Td {shown} ET"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    out = "%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    count = len(objects) + 1
    start = len(out)
    out += f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R >>\n"
    return (out + f"startxref\n{start}\n%%EOF\n").encode("ascii")
