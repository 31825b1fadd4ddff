"""What the HTML transforms share: characters that HTML can hold, parsing, escaping."""

import re
from collections.abc import Iterator
from urllib.parse import quote

from lxml import html

from flitstack_pipeline.errors import RecordError


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


HTML_TAGS = words(
    """
    a abbr acronym address applet area article aside audio b base basefont bdi bdo big blink blockquote body br button
    canvas caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset
    figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input
    ins kbd label legend li link main map mark marquee menu meta meter nav nobr noframes noscript object ol optgroup
    option output p param picture pre progress q rp rt ruby s samp script section select small source span strike
    strong style sub summary sup svg table tbody td template textarea tfoot th thead time title tr track tt u
    ul var video wbr xml
    """
)
# Elements whose content is no text for a reader.
SILENT = words("script style head title meta link base template iframe object embed applet noframes svg xml")
# Elements that begin and end a line; the white space around them means nothing.
BLOCKS = words(
    """
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre section summary table tbody td
    tfoot th thead tr ul
    """
)
_TAG_START = re.compile(
    r"<(?!(?:/?([A-Za-z][A-Za-z0-9]*)((?::[A-Za-z]|-)[\w.-]*)?(?=[\s/>]))|!--|!doctype|!\[|\?|/>)", re.IGNORECASE
)
_TAG = re.compile(
    r"</?([a-z][a-z0-9]*)(?:\s+[a-z_:@][\w:.-]*(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?)*\s*/?>", re.IGNORECASE
)
_SPACE = re.compile(r"[ \t\n\r\f]+")
_LINE_BREAKS = re.compile(r"\r\n|[\r\n\x0b\x0c\u2028\u2029]")
# As HTML reads them: the C1 controls are Windows-1252 letters (Odoo stores them so), other controls are nothing.
_CONTROLS = {c: None for c in (*range(32), *range(127, 160)) if c not in (9, 10, 13)}
_CONTROLS |= {0x80 + i: bytes([0x80 + i]).decode("cp1252", "ignore") or None for i in range(32)}
# What is left as it is in an address by every version of the library that Odoo writes HTML with.
_ADDRESS_SAFE = "@/:=?;#%&,+-_.!~*'()"


def printable(text: str) -> str:
    """The text with line breaks as `\\n` and without control characters; RecordError for halves of characters."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise RecordError("holds half a character (a lone surrogate), which no database can store") from error
    return _LINE_BREAKS.sub("\n", text).translate(_CONTROLS)


def is_html(text: str) -> bool:
    """Tell whether text has at least one well-formed HTML tag in it."""
    return any(found[1].lower() in HTML_TAGS for found in _TAG.finditer(text))


def escape(text: str) -> str:
    """Escape text as Odoo stores it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\u00a0", "&nbsp;")


def escape_attribute(text: str) -> str:
    """Escape the value of an attribute, for double quotes."""
    return escape(text).replace('"', "&quot;")


def address(text: str) -> str:
    """Percent-encode what a link cannot hold, such as spaces and letters beyond ASCII."""
    return quote(text.strip(), safe=_ADDRESS_SAFE)


def collapse(text: str) -> str:
    """Make each run of white space that HTML shows as one space one space. No-break spaces stay."""
    return _SPACE.sub(" ", text)


def repaired(text: str) -> str:
    """Escape what looks like a tag and is none, such as <jane@example.com>, and a comment that never ends: both would
    be lost.
    """
    head, opened, tail = text.rpartition("<!--")
    if opened and "-->" not in tail:
        text = f"{head}&lt;!--{tail}"

    def escaped(found: re.Match[str]) -> str:
        return "&lt;" + found[0][1:]

    text = _TAG_START.sub(escaped, text)
    unknown = re.compile(r"<(?=/?([A-Za-z][A-Za-z0-9]*)[\s/>])")
    return unknown.sub(lambda found: found[0] if found[1].lower() in HTML_TAGS else escaped(found), text)


def parse(text: str) -> html.HtmlElement:
    """Parse HTML, mending it as browsers do; returns the root. RecordError for elements nested deeper than the parser
    reads.
    """
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    root = html.document_fromstring(f"<html><body>{printable(text)}".encode(), parser=parser)
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise RecordError("is HTML with elements nested more than 250 deep")
    return root


def name_of(element: html.HtmlElement) -> str:
    """The element's name, in small letters."""
    return str(element.tag).lower()


def contents(element: html.HtmlElement) -> Iterator[str | html.HtmlElement]:
    """Texts and elements of an element, in order; what no reader sees is left out."""
    if element.text:
        yield element.text
    for child in element:
        if isinstance(child.tag, str) and name_of(child) not in SILENT:
            yield child
        if child.tail:
            yield child.tail
