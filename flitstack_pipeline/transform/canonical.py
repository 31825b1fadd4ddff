"""The form of an HTML text in which two are equal if, and only if, they say the same in the same structure.

It is for comparing what was sent to Odoo with what Odoo gives back. Measured with crm.lead's description and
mail.message's body in Odoo 19, written and read through its API, Odoo changes this and nothing else in harmless HTML:

- it writes entities, quotes around attributes, `<br/>` and line ends in one way, and no-break spaces as `&nbsp;`;
- it wraps text that has no element around it in a `<span>`, or with older parsers in a `<p>`, and some versions take
  off a `<div>` that is around everything;
- it marks what looks like a quotation or a signature in an e-mail: attributes `data-o-mail-quote…`, and a `<span>`
  around quoted lines;
- it percent-encodes spaces and letters beyond ASCII in links, how much else depends on its parser;
- it drops comments, and the style declarations of a message that are not on its list.

When a person opens a record and saves it, Odoo's editor adds `data-oe-version`, classes that begin with `o_`, and
`rel` and `target` on links. All of these are left out here; white space that a reader does not see is as well.
Anything else is a difference.
"""

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
    parse,
    words,
)

_ADDED = frozenset(
    (
        "data-oe-version",
        "data-last-history-steps",
        "data-o-mail-quote",
        "data-o-mail-quote-node",
        "data-o-mail-quote-container",
    )
)
_ADDED_TO_LINKS = {
    "target": frozenset(("_blank",)),
    "rel": frozenset(("noreferrer", "noopener", "nofollow", "ugc")),
}
_EMPTY = words("area br col embed hr img input source track wbr")
_ROOTS = frozenset(("html", "body"))


@dataclass
class _Writer:
    """Tags and texts in order. Text is held back until it is known what follows, so that white space can be judged."""

    out: list[str] = field(default_factory=list)
    texts: list[int] = field(default_factory=list)  # positions in `out` of the texts since the last boundary
    after_space: bool = True

    def text(self, text: str) -> None:
        text = collapse(text)
        if self.after_space:
            text = text.lstrip(" ")
        if text:
            self.texts.append(len(self.out))
            self.out.append(escape(text))
            self.after_space = text.endswith(" ")

    def verbatim(self, text: str) -> None:
        self.out.append(escape(text))
        self.texts, self.after_space = [], False

    def tag(self, written: str, *, boundary: bool) -> None:
        if boundary:
            if self.texts:
                self.out[self.texts[-1]] = self.out[self.texts[-1]].rstrip(" ")
            self.texts, self.after_space = [], True
        self.out.append(written)


def canonical(text: str) -> str:
    """Return the canonical form of an HTML text; "" for one that holds nothing."""
    root = _content_root(parse(text))
    writer = _Writer()
    _top_level(root, writer)
    return "".join(writer.out)


def _content_root(root: HtmlElement) -> HtmlElement:
    """Go down through elements that are around everything and that Odoo adds or takes off."""
    while True:
        items = [item for item in contents(root) if not isinstance(item, str) or item.strip(" \t\n\r\f")]
        if len(items) != 1 or isinstance(items[0], str):
            return root
        only = items[0]
        if name_of(only) not in _ROOTS and (
            name_of(only) not in ("div", "span", "p") or _attributes(only) or _is_empty(only)
        ):
            return root
        root = only


def _is_empty(element: HtmlElement) -> bool:
    return not any(not isinstance(item, str) or item.strip(" \t\n\r\f") for item in contents(element))


def _top_level(root: HtmlElement, writer: _Writer) -> None:
    """Write the outermost content: text and inline elements that stand beside each other there are a paragraph."""
    inside_paragraph = False
    for item in _outermost(root):
        blank = isinstance(item, str) and not item.strip(" \t\n\r\f")
        block = not isinstance(item, str) and _holds_block(item)
        if not block and not inside_paragraph and not blank:
            writer.tag("<p>", boundary=True)
            inside_paragraph = True
        if block and inside_paragraph:
            writer.tag("</p>", boundary=True)
            inside_paragraph = False
        _item(item, writer, preformatted=False)
    if inside_paragraph:
        writer.tag("</p>", boundary=True)


def _outermost(root: HtmlElement) -> list[str | HtmlElement]:
    found: list[str | HtmlElement] = []
    for item in contents(root):
        if not isinstance(item, str) and name_of(item) in _ROOTS:
            found.extend(_outermost(item))
        else:
            found.append(item)
    return found


def _holds_block(element: HtmlElement) -> bool:
    return any(isinstance(e.tag, str) and name_of(e) in BLOCKS for e in element.iter())


def _item(item: str | HtmlElement, writer: _Writer, *, preformatted: bool) -> None:
    if isinstance(item, str):
        if preformatted:
            writer.verbatim(item)
        else:
            writer.text(item)
        return
    tag, attributes = name_of(item), _attributes(item)
    boundary = tag in BLOCKS or tag == "br"
    bare = tag == "span" and not attributes
    if not bare:
        writer.tag(f"<{tag}{attributes}>", boundary=boundary)
    for inner in contents(item):
        _item(inner, writer, preformatted=preformatted or tag == "pre")
    if not bare and tag not in _EMPTY:
        writer.tag(f"</{tag}>", boundary=boundary)


def _attributes(element: HtmlElement) -> str:
    written = []
    for name, value in sorted((str(n).lower(), str(v)) for n, v in element.attrib.items()):
        if name in _ADDED:
            continue
        if name == "class":
            value = " ".join(word for word in value.split() if not word.startswith("o_"))
            if not value:
                continue
        if name in _ADDED_TO_LINKS and name_of(element) == "a" and set(value.lower().split()) <= _ADDED_TO_LINKS[name]:
            continue
        if name in ("href", "src"):
            value = address(value)
        written.append(f' {name}="{escape_attribute(value)}"')
    return "".join(written)
