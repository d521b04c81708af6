"""The Word document, taken apart: sound, complete, the same every time, with real styles, notes, fields and tables."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import docx as reader
import pytest

from core.i18n import speaking
from questions.charts import Bar, Bars
from reports import docx
from reports.blocks import (
    STYLES,
    Annex,
    Chart,
    Document,
    Heading,
    Imprint,
    Items,
    KeyFigure,
    Paragraph,
    Signature,
    Table,
    kinds,
)
from reports.docx import gongwen, pictures, summary
from reports.docx.xml import runs
from reports.parts import sections
from tests.reports import invented
from tests.reports.word import WP, A, W, Word, style_of, words

HOSTILE = "</w:p><w:p>]]>&amp;&#0;<!-- \x00\x08\ud800\ue412\u202e\ufffe\t“双引号”’ Cohen’s\nzwei"
DAY = date(2026, 9, 18)
Write = Callable[[Document, str], Word]


def everything(text: str, language: str = "zh") -> Document:
    """Return a document with `text` wherever a person's words may stand, and one of every block."""
    return Document(
        title=text, organisation=text, date=DAY, language=language, subtitle=text, addressee=text, masthead=text,
        number=text, contents=True, kicker=text, dek=text, copies_to=text, printed_by=text, edition=text,
        key_figures=(KeyFigure(text, text, text),),
        blocks=(*invented.every_block(text), Paragraph(text, notes=(text, text))),
    )  # fmt: skip


@pytest.fixture(scope="module")
def write(stage: object) -> Write:
    """Write a document in a style and take it apart."""
    return lambda document, style: Word(docx.write(document, style=style))


@pytest.fixture(scope="module")
def letter(write: Write) -> Word:
    """The invented report as an official letter."""
    return write(invented.GONGWEN, "gongwen")


def docx_of(word: Word) -> bytes:
    """Return the file a taken-apart document came from, zipped anew."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in word.files.items():
            archive.writestr(name, content)
    return out.getvalue()


CASES = {
    "letter": invented.GONGWEN,
    "summary": invented.SUMMARY,
    "text": invented.TEXT_ONLY,
    "every": everything("普通文字"),
    "english": everything("Plain words", "en"),
    "hostile": everything(HOSTILE),
    "hostile-english": everything(HOSTILE, "en"),
    "end-notes": replace(everything("文字"), notes_at="end"),
    "empty": Document(title="", organisation="", date=DAY, language="zh", blocks=()),
}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("case", CASES)
def test_it_is_sound_and_the_same_every_time(stage: object, case: str, style: str) -> None:
    content = docx.write(CASES[case], style=style)
    assert Word(content).faults() == []
    assert content == docx.write(CASES[case], style=style)
    reader.Document(io.BytesIO(content))


def test_the_ruler_sees_what_is_wrong(write: Write) -> None:
    word = write(everything("文字"), "gongwen")
    paragraph = next(each for each in word.body.iter(f"{W}p") if style_of(each) == "Text")
    paragraph[0].insert(0, paragraph[0].makeelement(f"{W}jc", {f"{W}val": "middle"}))
    paragraph[0][1].set(f"{W}val", "Nothing")
    del word.files["word/theme/theme1.xml"]
    found = " ".join(word.faults())
    for fault in ("out of order", "cannot be middle", "no style Nothing", "theme1.xml is missing"):
        assert fault in found


def test_every_kind_of_block_is_among_those_tried() -> None:
    tried = {type(block) for block in invented.every_block("x")}
    assert set(kinds.values()) <= tried


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_word_of_the_document_is_in_it(write: Write, style: str, language: str) -> None:
    document = invented.GONGWEN if language == "zh" else invented.SUMMARY
    said = "".join(write(document, style).text().split())
    for block in document.blocks:
        match block:
            case Paragraph(text=text) | Heading(text=text) | Annex(title=text):
                assert "".join(text.split()) in said
            case Table():
                cells = [cell for row in (block.columns, *block.rows) for cell in row]
                assert all("".join(cell.split()) in said for cell in cells)
            case Chart(caption=text):
                assert "".join(text.split()) in said


def test_what_people_type_is_only_text(write: Write) -> None:
    word = write(everything(HOSTILE), "gongwen")
    said = word.text()
    assert said.count("</w:p><w:p>]]>&amp;&#0;<!--") > 20
    assert not set("\x00\x08\ud800\ue412\u202e\ufffe") & set(said)


def test_a_long_paragraph_is_written(write: Write) -> None:
    long = "职工反映的情况。" * 5000
    blocks = (Paragraph(long, notes=(long,)), Table("表", ("甲",), ((long,),)), Items((long,)))
    word = write(replace(invented.TEXT_ONLY, blocks=blocks), "gongwen")
    assert word.faults() == []
    assert word.styled("Text") == [long]


def test_headings_are_real_and_make_the_outline(letter: Word) -> None:
    styles = {each.get(f"{W}styleId"): each for each in letter.roots["word/styles.xml"].iter(f"{W}style")}
    for level in range(1, 5):
        style = styles[f"Heading{level}"]
        assert style.find(f"{W}name").get(f"{W}val") == f"heading {level}"
        assert style.find(f"{W}pPr/{W}outlineLvl").get(f"{W}val") == str(level - 1)
        wanted = [b.text for b in invented.GONGWEN.blocks if isinstance(b, Heading) and b.level == level]
        assert [text for text in wanted if not any(text in each for each in letter.styled(f"Heading{level}"))] == []
    assert letter.styled("Heading1")[0] == "一、调研基本情况"
    assert letter.styled("Heading2")[0] == "（一）调研背景"
    opened = reader.Document(io.BytesIO(docx_of(letter)))
    assert [p.text for p in opened.paragraphs if p.style.name == "Heading 1"] == letter.styled("Heading1")


def test_a_heading_runs_into_its_paragraph(letter: Word) -> None:
    heading = next(each for each in letter.body.iter(f"{W}p") if style_of(each) == "Heading3")
    assert [each.tag for each in heading.find(f"{W}pPr/{W}rPr")] == [f"{W}vanish", f"{W}specVanish"]
    assert words(heading) == "1. 问卷调查。"
    assert style_of(heading.getnext()) == "Text"


def test_both_sets_have_every_style_the_writer_asks_for() -> None:
    official, short = ({look.key for look in make("zh").looks} for make in (gongwen.gongwen, summary.summary))
    only_letters = {"Addressee", "Masthead", "LongMasthead", "Number", "EvenFooter"}
    assert official - short == only_letters
    assert short - official == {"Kicker", "Dek", "Byline", "Header"}


def test_the_contents_are_a_field_already_filled(letter: Word) -> None:
    codes = [each.text.strip() for each in letter.body.iter(f"{W}instrText")]
    assert codes[0] == 'TOC \\o "1-2" \\h \\z \\u'
    levels = [b.text for b in invented.GONGWEN.blocks if isinstance(b, Heading) and b.level < 3]
    annexes = [b.title for b in invented.GONGWEN.blocks if isinstance(b, Annex)]
    lines = [
        words(each) for each in letter.body.iter(f"{W}p") if style_of(each) in ("TOC1", "TOC2")
    ]  # fmt: skip
    assert len(lines) == len(levels) + len(annexes)
    pages = [int(line.rsplit("\t", 1)[1]) for line in lines]
    assert pages == sorted(pages) and pages[0] >= 1
    assert "一、调研基本情况" in lines[0]


def test_captions_are_counted_by_word(letter: Word) -> None:
    tables, figures = letter.styled("TableCaption"), letter.styled("FigureCaption")
    with speaking("zh"):
        parts = [part for section in sections(invented.GONGWEN, "gongwen") for part in section.parts]
    assert [caption.split("\u3000")[0] for caption in tables] == [p.number for p in parts if isinstance(p.block, Table)]
    assert [caption.split("\u3000")[0] for caption in figures] == [
        p.number for p in parts if isinstance(p.block, Chart)
    ]
    codes = [each.text.strip() for each in letter.body.iter(f"{W}instrText") if "SEQ" in each.text]
    assert codes.count("SEQ 表 \\* ARABIC") == 3 and codes.count("SEQ 附表 \\* ARABIC") == 3


def test_tables_repeat_their_head_and_keep_their_rows(letter: Word) -> None:
    tables = [each for each in letter.body.iter(f"{W}tbl") if each.find(f"{W}tblPr/{W}tblCaption") is not None]
    given = [block for block in invented.GONGWEN.blocks if isinstance(block, Table)]
    assert len(tables) == len(given)
    for table, block in zip(tables, given, strict=True):
        rows = table.findall(f"{W}tr")
        assert len(rows) == len(block.rows) + 1
        assert [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows] == [True] + [False] * len(block.rows)
        assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)
        widths = [int(column.get(f"{W}w")) for column in table.find(f"{W}tblGrid")]
        assert sum(widths) == gongwen.SHEET.text
        if block.widths:
            shares = [round(100 * width / sum(widths)) for width in widths]
            assert all(abs(share - width) <= 1 for share, width in zip(shares, block.widths, strict=True))
        sides = [cell.find(f"{W}p/{W}pPr/{W}jc").get(f"{W}val") for cell in rows[1].findall(f"{W}tc")]
        assert sides == [{"l": "left", "r": "right", "c": "center"}[side] for side in block.align]


def test_notes_are_real_notes(write: Write) -> None:
    document = replace(
        invented.TEXT_ONLY, blocks=(Paragraph("甲", notes=("注一", "注二")), Paragraph("乙", notes=("注三",)))
    )
    for where, kind in (("page", "footnote"), ("end", "endnote")):
        word = write(replace(document, notes_at=where), "gongwen")
        kept = [each for each in word.roots[f"word/{kind}s.xml"] if each.get(f"{W}type") is None]
        assert [words(each[0]).strip() for each in kept] == ["注一", "注二", "注三"]
        form = word.roots["word/settings.xml"].find(f"{W}{kind}Pr/{W}numFmt")
        assert form.get(f"{W}val") == "decimalEnclosedCircleChinese"


def test_the_page_is_the_standards(letter: Word) -> None:
    last = letter.body[-1]
    size, margins, grid = (last.find(W + tag) for tag in ("pgSz", "pgMar", "docGrid"))
    assert (size.get(f"{W}w"), size.get(f"{W}h")) == ("11906", "16838")
    assert (grid.get(f"{W}type"), grid.get(f"{W}linePitch")) == ("lines", "592")
    width = 11906 - int(margins.get(f"{W}left")) - int(margins.get(f"{W}right"))
    height = 16838 - int(margins.get(f"{W}top")) - int(margins.get(f"{W}bottom"))
    assert 28 <= width / 20 / 15.8 < 28.2
    assert 22 <= height / 592 < 22.1
    assert abs(int(margins.get(f"{W}left")) / 56.7 - 28) < 0.1
    assert letter.roots["word/settings.xml"].find(f"{W}evenAndOddHeaders") is not None
    for name, style in (("word/footer1.xml", "Footer"), ("word/footer2.xml", "EvenFooter")):
        foot = letter.roots[name][0]
        assert words(foot) == "— 1 —" and style_of(foot) == style
        assert "PAGE" in foot.findtext(f".//{W}instrText")
    first = next(letter.body.iter(f"{W}sectPr"))
    assert first is not last and first.find(f"{W}footerReference") is None  # the contents bear no number


def test_red_head_addressee_annexes_and_signature(letter: Word) -> None:
    assert letter.styled("Masthead") == ["云溪区总工会文件"]
    assert letter.styled("Number") == ["云工发〔2026〕18号"]
    assert letter.styled("Addressee")[0].endswith("：")
    assert [line.strip() for line in letter.styled("Attached")] == ["附件：1. 调查问卷主要数据", "2. 调查问卷"]
    assert letter.styled("Signature") == [b.organisation for b in invented.GONGWEN.blocks if isinstance(b, Signature)]
    assert letter.styled("Date") == ["2026年9月18日"]
    assert letter.styled("AnnexMark") == ["附件1", "附件2"]
    assert letter.styled("AnnexTitle") == ["调查问卷主要数据", "调查问卷"]


def test_the_record_of_copies_stands_at_the_foot(write: Write) -> None:
    blocks = (Paragraph("甲"), Imprint("区委办公室", "区总工会办公室", DAY))
    word = write(replace(invented.TEXT_ONLY, blocks=blocks), "gongwen")
    framed = [each for each in word.body.iter(f"{W}p") if style_of(each) == "Imprint"]
    assert len(framed) == 2
    assert all(each.find(f"{W}pPr/{W}framePr").get(f"{W}yAlign") == "bottom" for each in framed)
    assert words(framed[1]).split("\t")[0] == "区总工会办公室"


def test_charts_are_pictures_with_words(letter: Word) -> None:
    charts = [block for block in invented.GONGWEN.blocks if isinstance(block, Chart)]
    told = [each.get("descr") for each in letter.body.iter(f"{WP}docPr")]
    with speaking("zh"):
        assert told == [" ".join(chart.alternative().split()) for chart in charts]
    shown = [name for name in letter.files if name.startswith("word/media/")]
    assert len(shown) == len(charts)
    for name in shown:
        content = letter.files[name]
        assert content.startswith(b"\x89PNG") and int.from_bytes(content[16:20], "big") > 1200
    sizes = [int(each.get("cx")) for each in letter.body.iter(f"{A}ext") if each.get("cx")]
    assert all(abs(size / 36000 - 156) < 1 for size in sizes)


def test_a_chart_higher_than_a_page_is_made_smaller(write: Write) -> None:
    tall = Chart("图", Bars(tuple(Bar(f"第{place}项", 3.0) for place in range(60))))
    word = write(replace(invented.TEXT_ONLY, blocks=(tall,)), "gongwen")
    wide, high = (int(next(word.body.iter(f"{WP}extent")).get(side)) / 36000 for side in ("cx", "cy"))
    assert high < 225 and wide < 150


def test_a_character_no_font_knows_does_not_hide_the_others() -> None:
    start = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 590 40"><text x="9" y="20">'
    plain, odd, gone = (
        pictures.png(f"{start}{text}</text></svg>", 590) for text in ("□净满意度", "\u2610净满意度", "")
    )
    assert plain == odd != gone


def test_the_language_and_the_properties_are_told(letter: Word, write: Write) -> None:
    opened = reader.Document(io.BytesIO(docx_of(letter))).core_properties
    assert opened.title == invented.GONGWEN.title and opened.author == invented.GONGWEN.organisation
    assert opened.language == "zh-CN" and opened.created.date() == invented.GONGWEN.date
    lang = letter.roots["word/styles.xml"].find(f".//{W}lang")
    assert (lang.get(f"{W}val"), lang.get(f"{W}eastAsia")) == ("en-US", "zh-CN")
    english = write(invented.SUMMARY, "summary")
    assert english.roots["word/styles.xml"].find(f".//{W}lang").get(f"{W}val") == "en-GB"
    assert {entry.date_time for entry in letter.entries} == {(1980, 1, 1, 0, 0, 0)}


def test_another_document_gives_other_bytes(stage: object) -> None:
    later = replace(invented.TEXT_ONLY, date=date(2026, 9, 19))
    assert docx.write(later, style="gongwen") != docx.write(invented.TEXT_ONLY, style="gongwen")


def test_an_apostrophe_is_latin_and_a_quotation_mark_chinese() -> None:
    told = runs("“Cohen’s”", "zh")
    assert told.count('<w:rFonts w:hint="eastAsia"/>') == 2
    assert '<w:r><w:t xml:space="preserve">’</w:t></w:r>' in told


def test_a_summary_opens_with_its_finding(write: Write) -> None:
    word = write(invented.SUMMARY, "summary")
    first = [style_of(each) for each in word.body if each.tag == f"{W}p"][:4]
    assert first == ["Kicker", "Title", "Dek", "Byline"]
    assert len(word.styled("Value")) == 4
    assert word.body[-1].find(f"{W}titlePg") is not None
