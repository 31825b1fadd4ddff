"""Reads a page as a test needs it: its text as lines, and whether its markup is sound."""

import re
from html.parser import HTMLParser

from lxml import etree, html

VOID = {"meta", "input", "br", "link", "img", "hr", "path", "rect"}
BLOCKS = ("p", "li", "h1", "h2", "h3", "dd", "summary", "div", "section", "ul", "table")
UNKNOWN_TAG = 801  # libxml2 knows HTML 4: main, nav, section, time, svg are news to it


def parsed(page: str) -> html.HtmlElement:
    return html.document_fromstring(page)


def markup_errors(page: str) -> list[str]:
    """What libxml2 complains of, and every tag that is not closed where it should be."""
    parser = etree.HTMLParser(recover=True)
    etree.fromstring(page.encode("utf-8"), parser)
    found = [f"line {e.line}: {e.message}" for e in parser.error_log if e.type != UNKNOWN_TAG]
    balance = _Balance()
    balance.feed(page)
    return [*found, *balance.errors, *(f"<{tag}> is never closed" for tag in balance.open)]


def text_lines(page: str) -> str:
    """The page as a person reads it from top to bottom: a block or table row a line, cells with bars between."""
    body = parsed(page).body
    for unseen in body.xpath(".//script | .//style | .//svg | .//button | .//*[@class='skip']"):
        unseen.drop_tree()
    for apart in body.xpath(".//*[contains(@class, 'sub')] | .//figure | .//li/b | .//dt | .//summary/span"):
        apart.text, apart.tail = f" {apart.text or ''}", f" {apart.tail or ''}"
    for item in body.xpath(".//td//li[following-sibling::li]"):
        item.tail = "; "
    for row in body.xpath(".//tr"):
        cells = [re.sub(r"\s+", " ", cell.text_content()).strip() for cell in row]
        for cell in list(row):
            row.remove(cell)
        row.text = f"\n{' | '.join(cells)}\n"
    for block in body.iter(*BLOCKS):
        block.text, block.tail = f"\n{block.text or ''}", f"\n{block.tail or ''}"
    lines = [re.sub(r"\s+", " ", line).strip() for line in body.text_content().split("\n")]
    return "\n".join(line for line in lines if line) + "\n"


class _Balance(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.errors: list[str] = []

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        if len(set(names)) != len(names):
            self.errors.append(f"line {self.getpos()[0]}: <{tag}> has an attribute twice: {names}")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.errors.append(f"line {self.getpos()[0]}: </{tag}> closes something else")
