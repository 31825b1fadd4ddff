"""HTML: nothing that is said is lost, nothing unsafe is kept, and equal is what is equal."""

import pytest

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.transform.html import canonical_html, html_clean, plain_text, text_to_html


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\r\nb\rc\nd", "<p>a<br>b<br>c<br>d</p>"),
        ("a\n \n\t\nb", "<p>a</p><p>b</p>"),
        ("\n\n a \n\n", "<p>&nbsp;a</p>"),
        ("x\ty", "<p>x&nbsp;&nbsp;&nbsp; y</p>"),
        ("<b>&amp;</b>", "<p>&lt;b&gt;&amp;amp;&lt;/b&gt;</p>"),
        ("a\x00\x07b\x85", "<p>ab…</p>"),
        (" \n ", ""),
    ],
)
def test_text_to_html(text: str, expected: str) -> None:
    assert text_to_html(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<div>a<div>b</div>c</div>", "<p>a</p><p>b</p><p>c</p>"),
        ("a <b>b</b> <i></i>c", "<p>a <b>b</b> c</p>"),
        ("<p> a <br> b </p>", "<p>a<br>b</p>"),
        ("<p><br></p><p>a<br></p>", "<p>a</p>"),
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<h5>t</h5><h1><div>x</div></h1>", "<h4>t</h4><h1>x</h1>"),
        (
            "<ul><li>a<li><p>b</p>c<ul><li>d</ul></ul>",
            "<ul><li>a</li><li><p>b</p><p>c</p><ul><li>d</li></ul></li></ul>",
        ),
        ("<ul>stray<ul><li>deep</li></ul></ul>", "<ul><li>stray</li><li><ul><li>deep</li></ul></li></ul>"),
        ("<dl><dt>a</dt><dd>b</dd></dl>", "<p>a</p><p>b</p>"),
        ("<pre>a\n  b</pre>", "<p>a<br>&nbsp;&nbsp;b</p>"),
        ("<blockquote>q<p>r</p></blockquote>", "<blockquote><p>q</p><p>r</p></blockquote>"),
        (
            '<table class=x><tbody><tr><td colspan="2" style="y">a<td rowspan=x>b</table>',
            '<table><tbody><tr><td colspan="2">a</td><td>b</td></tr></tbody></table>',
        ),
        ("<table>x<tr>y<td>z</td></tr></table>", "<p>xy</p><table><tr><td>z</td></tr></table>"),
        (
            '<a href="https://x.com/a b?c=d&e=é" target=x>l</a>',
            '<p><a href="https://x.com/a%20b?c=d&amp;e=%C3%A9">l</a></p>',
        ),
        ('<a href=" JavaScript:x()">l</a>', "<p>l</p>"),
        ('<a href="java&#10;script:x()">l</a>', "<p>l</p>"),
        ('<a href="data:text/html,x">l</a>', "<p>l</p>"),
        ('<a href="mailto:jo@x.com"><div>d</div></a>', '<p><a href="mailto:jo@x.com">d</a></p>'),
        (
            '<a href="https://x.com"><center>a <a href="https://y.com">l</a></center></a>',
            '<p><a href="https://x.com">a l (https://y.com)</a></p>',
        ),
        ("<ul><li>a<div>b</div></li></ul>", "<ul><li><p>a</p><p>b</p></li></ul>"),
        ('<img src="https://x.com/i.png" alt="roof">', '<p><a href="https://x.com/i.png">roof</a></p>'),
        ('<p>see <img src="data:image/png;base64,AA" alt="roof"></p>', "<p>see [roof]</p>"),
        ("<b>x</b><script>alert(1)</script><style>p{}</style><iframe src=x>y</iframe>", "<p><b>x</b></p>"),
        ("<p onclick=x>a</p><svg onload=x><p>b</p></svg>", "<p>a</p>"),
        ("<form><input value=v><select><option>o</option></select><textarea>t</textarea></form><p>", "<p>ot</p>"),
        ("<p>a<!-- c --><?php x ?><![CDATA[d]]>b</p>", "<p>ab</p>"),
        ("<p>a <!-- never ends", "<p>a &lt;!-- never ends</p>"),
        ("<p>a <o:p>b</o:p> <st1:place w:st='on'>c</st1:place></p>", "<p>a b c</p>"),
        ("<p><John Smith> 3 < 4</p>", "<p>&lt;John Smith&gt; 3 &lt; 4</p>"),
        ("<html><head><title>t</title></head><body bgcolor=x>a</body></html>", "<p>a</p>"),
        ("<font color=red>a</font><u>b</u><strike>c</strike><span>d</span>", "<p>a<u>b</u><s>c</s>d</p>"),
        ("<p>a</p><script>x</script>", "<p>a</p>"),
        ("2 < 3 and <jo@x.com> & 5 <b 5>", "<p>2 &lt; 3 and &lt;jo@x.com&gt; &amp; 5 &lt;b 5&gt;</p>"),
        ("<p></p>", ""),
    ],
)
def test_html_clean(text: str, expected: str) -> None:
    cleaned = html_clean(text)
    assert cleaned == expected
    assert html_clean(cleaned) == cleaned


def test_html_that_is_too_deep_for_the_parser_is_refused_and_not_cut() -> None:
    deep = "<div>" * 300 + "the end"
    for transform in (html_clean, canonical_html, plain_text):
        with pytest.raises(RecordError, match="nested"):
            transform(deep)


SAME = [
    ("<p>a<br/>b</p>", "<p>a<br>b</p>"),
    ("<p>a&nbsp;b</p>", "<p>a\u00a0b</p>"),
    ("<p>&quot;é&#233;&apos;</p>", "<p>\"éé'</p>"),
    ("<p>a</p>\n  <p>b</p>", "<p>a</p><p>b</p>"),
    ("<p> a\n b </p>", "<p>a b</p>"),
    ("<p class='y' id=i>a</p>", '<p id="i" class="y">a</p>'),
    ("text", "<span>text</span>"),
    ("a <b>b</b>", "<p>a <b>b</b></p>"),
    ("a<p>b</p>", "<p>a</p><p>b</p>"),
    ("<p>a</p><p>b</p>", "<div><p>a</p><p>b</p></div>"),
    ("<p>--<br>Jo</p>", '<p data-o-mail-quote="1">--<br data-o-mail-quote="1">Jo</p>'),
    ("<p>a\n&gt; q</p>", '<p>a<span data-o-mail-quote="1">\n&gt; q</span></p>'),
    ("<blockquote>q</blockquote>", '<blockquote data-o-mail-quote-node="1" data-o-mail-quote="1">q</blockquote>'),
    ("<p>a</p>", '<div data-oe-version="2.0"><p>a</p></div>'),
    ("<p>a</p>", '<p class="o_default" data-last-history-steps="12">a</p>'),
    ("<p class='x'>a</p>", '<p class="o_a x o_b">a</p>'),
    (
        '<a href="https://x.com/a b">l</a>',
        '<a href="https://x.com/a%20b" target="_blank" rel="noreferrer noopener">l</a>',
    ),
    ('<a href="https://x.com/[é]">l</a>', '<a href="https://x.com/%5B%C3%A9%5D">l</a>'),
    ("<!-- c --><p>a</p>", "<p>a</p>"),
    ("<p>a <b> b</b></p>", "<p>a <b>b</b></p>"),
    ("", "  "),
]
DIFFERENT = [
    ("<p>a</p><p>b</p>", "<p>a<br>b</p>"),
    ("<p>a</p><p>b</p>", "<p>ab</p>"),
    ("<p>a b</p>", "<p>ab</p>"),
    ("<p>a&nbsp;b</p>", "<p>a b</p>"),
    ("<p>a</p>", "<p>A</p>"),
    ("<p>a</p>", "<h1>a</h1>"),
    ("<p><b>a</b></p>", "<p><strong>a</strong></p>"),
    ("<p><b>a</b>b</p>", "<p>a<b>b</b></p>"),
    ("<p>a</p>", "<p>a</p><p></p>"),
    ("<p>a</p>", "<p>a<br></p>"),
    ("<p>a</p>", ""),
    ("<p class='x'>a</p>", "<p>a</p>"),
    ("<p style='color:red'>a</p>", "<p>a</p>"),
    ('<p><a href="https://x.com">l</a></p>', '<p><a href="https://y.com">l</a></p>'),
    ('<p><a href="https://x.com">l</a></p>', "<p>l</p>"),
    ('<p><a href="https://x.com" target="top">l</a></p>', '<p><a href="https://x.com">l</a></p>'),
    ("<p>a</p><p>b</p>", "<p>b</p><p>a</p>"),
    ("<ul><li>a</li></ul>", "<ol><li>a</li></ol>"),
    ("<ul><li>a</li><li>b</li></ul>", "<ul><li>a b</li></ul>"),
    ("<td>a</td>", '<td colspan="2">a</td>'),
    ("<pre>a\n  b</pre>", "<pre>a b</pre>"),
    ("<p>&amp;lt;</p>", "<p>&lt;</p>"),
    ("<div>a</div><div>b</div>", "<p>a</p><p>b</p>"),
    ("<p><img src='/a'></p>", "<p><img src='/b'></p>"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_odoo_changes_is_no_difference(one: str, other: str) -> None:
    assert canonical_html(one) == canonical_html(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_every_other_change_is_a_difference(one: str, other: str) -> None:
    assert canonical_html(one) != canonical_html(other)


@pytest.mark.parametrize("text", [text for pair in (*SAME, *DIFFERENT) for text in pair])
def test_the_canonical_form_is_its_own(text: str) -> None:
    assert canonical_html(canonical_html(text)) == canonical_html(text)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h1>T</h1><div>a</div><div>b</div>", "T\n\na\nb"),
        ("<ol><li>a</li><li>b<ul><li>c</li></ul></li></ol>", "1. a\n2. b\n\n- c"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a | b\nc"),
        ('<a href="https://x.com">https://x.com</a>', "https://x.com"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<p>a&nbsp;&nbsp;b<br><br>c</p>", "a  b\n\nc"),
        ("a < b\n  c", "a < b\n  c"),
    ],
)
def test_plain_text(html: str, expected: str) -> None:
    assert plain_text(html) == expected
