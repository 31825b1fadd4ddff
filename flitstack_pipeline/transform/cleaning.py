"""Any HTML made into a small, safe subset that Odoo stores as it is.

Blocks: p, h1 to h4, ul, ol, li, blockquote, hr, table and its parts. In lines: b, strong, i, em, u, s, sub, sup,
a[href], br. Everything else gives its text: containers become paragraphs, unknown inline elements vanish around their
content, an image becomes a link to its address or its description in brackets. Attributes go, except `href` (http,
https, mailto, tel) and `colspan`/`rowspan`.
"""

import re
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from flitstack_pipeline.transform.markup import (
    BLOCKS,
    address,
    collapse,
    contents,
    escape,
    escape_attribute,
    name_of,
    words,
)

_INLINE = words("b strong i em u s sub sup")
_RENAMED = {"strike": "s", "del": "s", "ins": "u", "h5": "h4", "h6": "h4", "menu": "ul", "dir": "ul"}
_HEADINGS = frozenset(("h1", "h2", "h3", "h4"))
_LINK = re.compile(r"(?:https?://|mailto:|tel:)[^\s]", re.IGNORECASE)


@dataclass
class _Piece:
    """A piece of a line: text, a line break, or the start or end of an element."""

    kind: str
    value: str


@dataclass
class _Flow:
    """What has been made so far: finished blocks, and the line that is being written.

    `wrap`: start and end tags that every line gets, of inline elements around blocks. A finished run of a line is kept
    apart from blocks (`("run", html)`), because only its surroundings tell whether it has to be a paragraph.
    """

    parts: list[tuple[str, str]] = field(default_factory=list)
    line: list[_Piece] = field(default_factory=list)
    wrap: list[tuple[str, str]] = field(default_factory=list)
    heading: str = ""

    def end_line(self, tag: str = "") -> None:
        written = _written(self.line)
        self.line = []
        if not written:
            return
        for start, end in reversed(self.wrap):
            written = start + written + end
        tag = self.heading or tag
        self.parts.append(("block", f"<{tag}>{written}</{tag}>") if tag else ("run", written))


def clean_html(root: HtmlElement) -> str:
    """Return the content of a parsed document in the subset; "" when nothing is to be seen."""
    flow = _Flow()
    _walk(root, flow)
    flow.end_line()
    return _paragraphs(flow)


def _paragraphs(flow: _Flow) -> str:
    return "".join(f"<p>{text}</p>" if kind == "run" else text for kind, text in flow.parts)


def _inside(element: HtmlElement, flow: _Flow) -> str:
    """The content of a list item or a cell: one line stays bare, several become paragraphs."""
    inner = _Flow(wrap=list(flow.wrap))
    _walk(element, inner)
    return _closed(inner)


def _closed(inner: _Flow) -> str:
    inner.end_line()
    runs = sum(kind == "run" for kind, _ in inner.parts)
    bare = runs == 1 and inner.parts[0][0] == "run"
    return "".join(text for _, text in inner.parts) if bare else _paragraphs(inner)


def _walk(element: HtmlElement, flow: _Flow, *, preformatted: bool = False) -> None:
    for item in contents(element):
        if isinstance(item, str):
            _text(item, flow, preformatted=preformatted)
        else:
            _element(item, flow, preformatted=preformatted)


def _text(text: str, flow: _Flow, *, preformatted: bool) -> None:
    if not preformatted:
        flow.line.append(_Piece("text", collapse(text)))
        return
    for number, line in enumerate(text.split("\n")):
        if number:
            flow.line.append(_Piece("break", ""))
        flow.line.append(_Piece("text", kept_spaces(line)))


def kept_spaces(line: str) -> str:
    """A line whose runs of spaces HTML will show: no-break spaces but for the last of a run; tabs are four spaces."""
    line = line.replace("\t", "    ").rstrip(" ")
    line = re.sub(r"^ +", lambda found: "\u00a0" * len(found[0]), line)
    return re.sub(r" {2,}", lambda found: "\u00a0" * (len(found[0]) - 1) + " ", line)


def _element(element: HtmlElement, flow: _Flow, *, preformatted: bool) -> None:
    tag = _RENAMED.get(name_of(element), name_of(element))
    if tag == "br":
        flow.line.append(_Piece("break", ""))
    elif tag == "wbr":
        return
    elif tag == "img":
        _image(element, flow)
    elif tag in BLOCKS:
        _block(element, tag, flow, preformatted=preformatted)
    else:
        _inline(element, tag, flow, preformatted=preformatted)


def _inline(element: HtmlElement, tag: str, flow: _Flow, *, preformatted: bool) -> None:
    start, end = (f"<{tag}>", f"</{tag}>") if tag in _INLINE else ("", "")
    href = (element.get("href") or "").strip()
    if tag == "a" and _LINK.match(href) and not _in_link(element):
        start, end = f'<a href="{escape_attribute(address(href))}">', "</a>"
    if not start:
        _walk(element, flow, preformatted=preformatted)
        if tag == "a" and _LINK.match(href):
            flow.line.append(_Piece("text", f" ({href})"))
    elif any(isinstance(inner.tag, str) and name_of(inner) in BLOCKS for inner in element.iterdescendants()):
        flow.end_line()
        flow.wrap.append((start, end))
        _walk(element, flow, preformatted=preformatted)
        flow.end_line()
        flow.wrap.pop()
    else:
        flow.line.append(_Piece("start", start))
        _walk(element, flow, preformatted=preformatted)
        flow.line.append(_Piece("end", end))


def _in_link(element: HtmlElement) -> bool:
    # A link in a link would come back as two beside each other.
    return any(
        name_of(outer) == "a" and _LINK.match((outer.get("href") or "").strip()) for outer in element.iterancestors()
    )


def _image(element: HtmlElement, flow: _Flow) -> None:
    source = (element.get("src") or "").strip()
    words = collapse(element.get("alt") or element.get("title") or "").strip()
    if _LINK.match(source) and not _in_link(element):
        flow.line.append(_Piece("start", f'<a href="{escape_attribute(address(source))}">'))
        flow.line.append(_Piece("text", words or source))
        flow.line.append(_Piece("end", "</a>"))
    elif words:
        flow.line.append(_Piece("text", f"[{words}]"))


def _block(element: HtmlElement, tag: str, flow: _Flow, *, preformatted: bool) -> None:
    flow.end_line()
    if tag == "hr":
        flow.parts.append(("block", "<hr>"))
    elif tag in ("ul", "ol"):
        if items := _items(element, flow):
            flow.parts.append(("block", f"<{tag}>{items}</{tag}>"))
    elif tag == "table":
        _table(element, flow)
    elif tag == "blockquote":
        inner = _Flow(wrap=list(flow.wrap))
        _walk(element, inner, preformatted=preformatted)
        inner.end_line()
        if written := _paragraphs(inner):
            flow.parts.append(("block", f"<blockquote>{written}</blockquote>"))
    elif tag in _HEADINGS and not flow.heading:
        flow.heading = tag
        _walk(element, flow, preformatted=preformatted)
        flow.end_line()
        flow.heading = ""
    else:
        _walk(element, flow, preformatted=preformatted or tag == "pre")
        flow.end_line("p" if tag == "p" else "")


def _items(element: HtmlElement, flow: _Flow) -> str:
    items = []
    for item in contents(element):
        if isinstance(item, str):
            inside = escape(collapse(item).strip(" "))
        elif name_of(item) == "li":
            inside = _inside(item, flow)
        else:
            other = _Flow(wrap=list(flow.wrap))
            _element(item, other, preformatted=False)
            inside = _closed(other)
        if inside:
            items.append(f"<li>{inside}</li>")
    return "".join(items)


def _table(element: HtmlElement, flow: _Flow) -> None:
    """Write a table; what stands in it outside of its cells comes before it, as browsers show it."""
    astray = _Flow(wrap=list(flow.wrap))
    rows = _rows(element, flow, astray)
    astray.end_line()
    flow.parts.extend(("block", f"<p>{text}</p>") if kind == "run" else (kind, text) for kind, text in astray.parts)
    if rows:
        flow.parts.append(("block", f"<table>{rows}</table>"))


def _rows(element: HtmlElement, flow: _Flow, astray: _Flow) -> str:
    written = []
    for item in contents(element):
        tag = "" if isinstance(item, str) else name_of(item)
        if isinstance(item, str):
            _text(item, astray, preformatted=False)
        elif tag in ("thead", "tbody", "tfoot", "tr"):
            if inner := _rows(item, flow, astray):
                written.append(f"<{tag}>{inner}</{tag}>")
        elif tag in ("td", "th"):
            written.append(f"<{tag}{_spans(item)}>{_inside(item, flow)}</{tag}>")
        else:
            _element(item, astray, preformatted=False)
    return "".join(written)


def _spans(cell: HtmlElement) -> str:
    found = ((name, (cell.get(name) or "").strip()) for name in ("colspan", "rowspan"))
    return "".join(
        f' {name}="{value}"' for name, value in found if re.fullmatch(r"[1-9]\d{0,2}", value, re.ASCII) and value != "1"
    )


def _written(line: list[_Piece]) -> str:
    """Write a line: white space trimmed at its ends and around breaks, breaks at its ends and empty elements left
    out.
    """
    trimmed = _trimmed(line)
    if not any(piece.kind == "text" and piece.value.strip(" ") for piece in trimmed):
        return ""
    out: list[str] = []
    for piece in trimmed:
        if (
            piece.kind == "end"
            and out
            and out[-1].startswith("<")
            and not out[-1].startswith("</")
            and out[-1] != "<br>"
        ):
            out.pop()  # an element without content
        elif piece.kind == "text":
            if piece.value:
                out.append(escape(piece.value))
        else:
            out.append("<br>" if piece.kind == "break" else piece.value)
    return "".join(out)


def _trimmed(line: list[_Piece]) -> list[_Piece]:
    pieces = [_Piece(p.kind, p.value) for p in line]
    content = [i for i, p in enumerate(pieces) if p.kind == "text" and p.value.strip(" ")]
    if not content:
        return pieces
    pieces = [p for i, p in enumerate(pieces) if p.kind != "break" or content[0] < i < content[-1]]
    before: _Piece | None = None  # the text before, when nothing but starts and ends of elements is between
    after_space = True
    for piece in pieces:
        if piece.kind == "break":
            if before is not None:
                before.value = before.value.rstrip(" ")
            before, after_space = None, True
        elif piece.kind == "text":
            if after_space:
                piece.value = piece.value.lstrip(" ")
            if piece.value:
                before, after_space = piece, piece.value.endswith(" ")
    if before is not None:
        before.value = before.value.rstrip(" ")
    return pieces
