"""HTML: text to HTML and back, cleaning, and the form for comparing.

`text_to_html` and `html_clean` write what Odoo 19 stores byte for byte as it is (its sanitizer only adds
`data-o-mail-quote` marks to signatures and quotations), so what is read back is what was sent. For comparing there is
`canonical_html`.
"""

import re
from typing import Literal

from lxml.html import HtmlElement

from flitstack_pipeline.transform.canonical import canonical
from flitstack_pipeline.transform.cleaning import clean_html, kept_spaces
from flitstack_pipeline.transform.markup import (
    BLOCKS,
    collapse,
    contents,
    escape,
    is_html,
    name_of,
    parse,
    printable,
    repaired,
    words,
)
from flitstack_pipeline.transform.registry import example, transform

_SPACED = words("blockquote dl h1 h2 h3 h4 h5 h6 hr ol p pre table ul")


@transform(
    "text_to_html",
    accepts=(str,),
    returns=str,
    examples=(
        example("Gate code: <12>\nDog!\n\nCall first.", "<p>Gate code: &lt;12&gt;<br>Dog!</p><p>Call first.</p>"),
        example("a   b", "<p>a&nbsp;&nbsp; b</p>"),
    ),
)
def text_to_html(value: str) -> str:
    """Write plain text as HTML: a paragraph for each block between blank lines, `<br>` for other line breaks.

    Indentation and runs of spaces stay visible (as no-break spaces); more than one blank line is one; control
    characters go.
    """
    lines = [kept_spaces(line) for line in printable(value).split("\n")]
    blocks = re.split(r"\n(?:[\s\u00a0]*\n)+", "\n".join(lines).strip("\n"))
    return "".join(f"<p>{escape(block).replace(chr(10), '<br>')}</p>" for block in blocks if block.strip())


@transform(
    "html_clean",
    accepts=(str,),
    returns=str,
    examples=(
        example('<div style="x" onclick="y()">Hi <b>Jo</b><script>z()</script></div>', "<p>Hi <b>Jo</b></p>"),
        example("<p>Write to <jo@example.com></p>", "<p>Write to &lt;jo@example.com&gt;</p>"),
        example("no tags\nhere", "<p>no tags<br>here</p>"),
        example("Tom &amp; Jerry", "<p>Tom &amp;amp; Jerry</p>"),
        example("Tom &amp; Jerry", "<p>Tom &amp; Jerry</p>", tagless="html"),
    ),
)
def html_clean(value: str, *, tagless: Literal["text", "html"] = "text") -> str:
    """Reduce HTML to a small safe subset. No text is lost but that of scripts, styles and comments.

    Kept: p, br, b, strong, i, em, u, s, sub, sup, a[href], h1 to h4, ul, ol, li, blockquote, hr, table and its parts.
    Other elements give their content, an image its address or description. `tagless`: what a value without a single
    tag is, `text` or `html`.
    """
    if tagless == "text" and not is_html(value):
        return text_to_html(value)
    return clean_html(parse(repaired(value)))


@transform(
    "canonical_html",
    accepts=(str,),
    returns=str,
    examples=(
        example('<p data-oe-version="2.0">a&#160;b<br/>c</p>\n', "<p>a&nbsp;b<br>c</p>"),
        example('<p data-o-mail-quote="1">--<br data-o-mail-quote="1">Jo</p>', "<p>--<br>Jo</p>"),
        example("<span>a <b>b</b></span>", "<p>a <b>b</b></p>"),
    ),
)
def canonical_html(value: str) -> str:
    """Write HTML in the form in which two texts are equal if they say the same in the same structure. For comparing,
    not for storing.
    """
    return canonical(value)


@transform(
    "plain_text",
    accepts=(str,),
    returns=str,
    examples=(
        example("<p>Gate code: &lt;12&gt;<br>Dog!</p><p>Call first.</p>", "Gate code: <12>\nDog!\n\nCall first."),
        example("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
        example('<a href="https://example.com">our site</a>', "our site (https://example.com)"),
    ),
)
def plain_text(value: str) -> str:
    """Write HTML as plain text: paragraphs apart, list items with a dash or number, a link's address in brackets
    behind it.
    """
    if not is_html(value):
        value = text_to_html(value)
    out: list[str] = []
    _write(parse(repaired(value)), out, preformatted=False)
    text = "".join(out).replace("\u00a0", " ")
    text = "\n".join(line.rstrip(" ") for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")


def _write(element: HtmlElement, out: list[str], *, preformatted: bool) -> None:
    number = 0
    for item in contents(element):
        if isinstance(item, str):
            text = item if preformatted else collapse(item)
            out.append(text.lstrip(" ") if not out or out[-1].endswith(("\n", " ")) else text)
            continue
        tag = name_of(item)
        if tag == "br":
            out.append("\n")
            continue
        if tag in BLOCKS and tag not in ("td", "th"):
            _break(out, 2 if tag in _SPACED else 1)
        if tag in ("td", "th") and item.getprevious() is not None:
            out.append(" | ")
        if tag == "li":
            number += 1
            out.append(f"{number}. " if name_of(element) == "ol" else "- ")
        _write(item, out, preformatted=preformatted or tag == "pre")
        href = (item.get("href") or "").strip()
        if (
            tag == "a"
            and re.match("(?:https?|mailto|tel):", href, re.IGNORECASE)
            and collapse("".join(item.itertext())).strip() not in href
        ):
            out.append(f" ({href})")
        if tag in BLOCKS and tag not in ("td", "th"):
            _break(out, 2 if tag in _SPACED else 1)


def _break(out: list[str], wanted: int) -> None:
    """End the line, with at least `wanted` line breaks in all, unless nothing has been written yet."""
    while out and not out[-1]:
        out.pop()
    if not out:
        return
    there = 0
    for piece in reversed(out):
        breaks = len(piece) - len(piece.rstrip("\n"))
        there += breaks
        if breaks < len(piece):
            break
    out.append("\n" * max(0, wanted - there))
