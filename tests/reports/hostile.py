"""Texts that would like to be markup, and documents that hold them in every field of every block."""

from collections.abc import Iterator
from datetime import date
from xml.etree.ElementTree import Element

import tinyhtml5
from hypothesis import strategies as st

from reports.blocks import Document
from tests.reports import invented

HTML = (
    "</p></td></style></svg></title><script>alert(1)</script><img src=x onerror=alert(1)>",
    "<a href=javascript:alert(1)>x</a><iframe srcdoc='<b>'>",
    '" onload="alert(1)" style="x" title=\'',
    "<!-- --><![CDATA[ ]]><?php ?>&lt;b&gt;&#60;b&#62;&amp;",
    "{{ 7 * 7 }}{% for x in y %}{# #}",
    "<style>@import url(//evil.example/x)</style><link rel=stylesheet href=//evil.example>",
    "<svg onload=alert(1)><use href='data:text/html,x'/></svg>",
    "‮⁦x\x00\x08\ud800",
)
MARKDOWN = (
    "# heading",
    "text # closing #",
    "**strong** _em_ ~~gone~~ `code` ``` fence",
    "- item",
    "+ item",
    "* item",
    "-",
    "1. item",
    "12) item",
    "> quote",
    "=====",
    "-----",
    "***",
    "___",
    "    code",
    "\tcode",
    "[link](http://evil.example) ![picture](x) <http://evil.example>",
    "[label]: http://evil.example 'title'",
    "[^1] [^1]: note",
    "a | b | c",
    "|---|---|",
    ":---|:---:",
    "<b>bold</b> &copy; &#42; &#x2a;",
    "http://evil.example/_x_ www.evil.example evil@evil.example",
    "back\\slash \\* \\\\ end\\",
    "two spaces  \nthen more\n\nand a paragraph",
    "$x^2$ H~2~O ==mark== :smile: !",
    "![",
    "~~~\nfence\n~~~",
    "<!--",
    ": definition",
)
EVERY = (*HTML, *MARKDOWN)

_few = "\\`*_{}[]()<>#+-.!|~^$&@:='\"/ \t\n1234567890abcwx文。，“”（）"
_signs = st.sampled_from([*_few, *EVERY, "&amp;", "//", "www."])
_pieces = st.lists(_signs | st.characters(codec="utf-8"), min_size=1, max_size=12)
texts = _pieces.map(lambda pieces: "文" + "".join(pieces))


def document(text: str, language: str = "zh") -> Document:
    """Return a document with `text` in every field a person's words may stand in."""
    return Document(
        title=text, organisation=text, date=date(2026, 9, 18), language=language, blocks=invented.every_block(text),
        subtitle=text, addressee=text, masthead=text, number=text, kicker=text, dek=text, contents=True,
        key_figures=(invented.KeyFigure(text, text, text),), copies_to=text, printed_by=text, edition=text,
        notes_at="end",
    )  # fmt: skip


SET = {"i", "span"}  # what only sets text: marks closing up, units kept together


def tree(page: str) -> Element:
    """Read a page as browsers do."""
    return tinyhtml5.parse(page, namespace_html_elements=False)


def text_of(element: Element) -> str:
    """Return the words in an element."""
    return "".join(element.itertext())


def skeleton(element: Element) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the elements with the names of their attributes, which words must not change.

    A chart counts as one, for its lines follow the words; what only sets text has a class and nothing else.
    """
    tag, names = str(element.tag), tuple(sorted(element.attrib))
    if tag not in SET or names != ("class",):
        yield tag, names
    if not tag.endswith("svg"):
        for child in element:
            yield from skeleton(child)
    else:
        assert {str(child.tag).split("}")[-1] for child in element.iter()} <= {
            "svg", "title", "desc", "g", "rect", "line", "text", "tspan", "path", "defs", "pattern",
        }  # fmt: skip


def on_one_line(text: str) -> str:
    """Return hostile text that is one paragraph, and not nothing."""
    return " ".join(f"文 {text}".split())
