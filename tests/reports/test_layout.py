"""The checker finds every fault planted in a page, and nothing in our own; notes and records stand where they must."""

import io
from collections.abc import Callable
from dataclasses import replace

import pikepdf
import pytest
from flask import Flask

from core.terms import FileFormat
from reports import fitting, formats, html, pdf
from reports.blocks import Document, Heading, Paragraph
from tests.reports import invented, long_reports, measured
from tests.reports.measured import MM, check

Printed = Callable[[Document, str], bytes]
SHORT = long_reports.report(*long_reports.long_text(6))
TABLE = long_reports.report(long_reports.long_table(60))


def faulty(document: Document, css: str = "", change: Callable[[str], str] = str) -> bytes:
    """Print a document with a fault: a rule of its own after all others, or its HTML changed."""
    return pdf.print_pdf(
        change(html.page(document, style="gongwen").replace("</head>", f"<style>{css}</style></head>"))
    )


def rules_broken(printed: bytes) -> set[str]:
    return {finding.rule for finding in check(printed)}


@pytest.fixture(scope="module")
def clean(stage: Flask) -> set[str]:
    return rules_broken(faulty(SHORT)) | rules_broken(faulty(TABLE))


@pytest.mark.parametrize(
    ("rule", "css"),
    [
        ("line pitch", "p { line-height: 9.9mm !important }"),
        ("left margin", "@page { margin-left: 31mm !important }"),
        ("right edge", "main { margin-right: 3mm }"),
        ("top margin", "@page { margin-top: 37.6mm !important }"),
        ("lines", "@page { margin-bottom: 43.01mm !important; @bottom-right { padding-top: 12.6mm !important }"
         " @bottom-left { padding-top: 12.6mm !important } }"),
        ("page number", "@page { margin-bottom: 43.01mm !important }"),
        ("characters per line", "p { letter-spacing: 1pt }"),
        ("body size", "* { font-size: 12pt !important }"),
        ("page number side", "@page :right { @bottom-right { content: none } @bottom-left { content: '— ' counter(page)"
         " ' —'; font: 14pt/1 'FandolSong'; vertical-align: top; padding: 2.17mm 0 0 14pt } }"),
        ("page number height", "@page { @bottom-right { padding-top: 5mm !important } }"),
        ("page number", "@page :nth(2) { counter-reset: page 7 }"),
        ("page number", "@page :right { @bottom-right { content: none !important } }"),
        ("outside the type area", ".h1 { position: relative; left: -16mm }"),
        ("outside the type area", ".signature { position: relative; left: 20mm }"),
    ],
    ids=lambda given: given[:24] if isinstance(given, str) else None,
)  # fmt: skip
def test_a_fault_in_the_page_is_found(stage: Flask, clean: set[str], rule: str, css: str) -> None:
    assert clean == set()
    assert rule in rules_broken(faulty(SHORT, css))


def test_a_head_not_repeated_is_found(stage: Flask, clean: set[str]) -> None:
    assert clean == set()
    assert rules_broken(faulty(TABLE, "thead { display: table-row-group !important }")) == {"table head"}


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("mark at line start", "字" * 26 + "<br>，字"),
        ("mark at line end", "字" * 25 + "（<br>字）"),
        ("dash or dots torn", "字" * 25 + "—<br>—字"),
        ("dash or dots torn", "字" * 25 + "…<br>…字"),
        ("number torn", "字" * 24 + "20<br>26年"),
    ],
)
def test_a_line_broken_badly_is_found(stage: Flask, rule: str, line: str) -> None:
    document = long_reports.report(Paragraph("在此处"))
    assert rules_broken(faulty(document)) == set()
    assert rule in rules_broken(faulty(document, change=lambda page: page.replace("在此处", line)))


def test_a_missing_shape_and_a_font_left_out_are_found(stage: Flask) -> None:
    broken = faulty(SHORT, change=lambda page: page.replace("职工", "\U0010fffd", 1))
    assert "missing glyph" in rules_broken(broken)
    with pikepdf.open(io.BytesIO(faulty(SHORT))) as document:
        for font in document.pages[0].Resources.Font.values():
            descriptor = font.DescendantFonts[0].FontDescriptor
            for key in ("/FontFile2", "/FontFile3"):
                if key in descriptor:
                    del descriptor[key]
        bare = io.BytesIO()
        document.save(bare)
    assert "font not embedded" in rules_broken(bare.getvalue())


@pytest.mark.parametrize(
    "css",
    [".redhead .mark { top: 30mm !important }", ".redhead .rule { margin-top: 3mm }", ".redhead .rule { right: 9mm }"],
)
def test_a_red_head_out_of_place_is_found(stage: Flask, css: str) -> None:
    head = replace(SHORT, masthead="云溪区总工会文件", number="云工发〔2026〕18号")
    assert rules_broken(faulty(head)) == set()
    assert "red head" in rules_broken(faulty(head, css))


@pytest.mark.parametrize("name", list(long_reports.ALL))
def test_long_reports_keep_the_page(stage: Flask, name: str) -> None:
    made = formats.write(long_reports.ALL[name], style="gongwen", format=FileFormat.PDF)
    assert check(made) == []


@pytest.mark.parametrize("name", ["letter", "pages_of_text"])
def test_our_reports_keep_the_page(name: str, request: pytest.FixtureRequest) -> None:
    assert check(request.getfixturevalue(name)) == []


def test_the_summary_keeps_the_page(summary: bytes) -> None:
    assert check(summary, "summary") == []


def laid_out(document: Document) -> list:
    return pdf._fitted(html.page(document, style="gongwen")).pages


def test_notes_stand_on_the_page_of_their_call(stage: Flask) -> None:
    document = long_reports.report(*long_reports.long_text(5, notes=2))
    assert fitting.misplaced_notes(laid_out(document)) == 0
    page = html.page(document, style="gongwen")
    made = measured.open_pages(pdf.print_pdf(page, otherwise=lambda: pytest.fail("nothing is misplaced")))
    assert "第1条注" in made[0].extract_text().replace(" ", "").replace("\n", "")


def test_notes_go_to_the_end_where_they_would_be_misplaced(stage: Flask) -> None:
    document = long_reports.NOTES
    assert fitting.misplaced_notes(laid_out(document)) > 0
    at_the_end = html.page(replace(document, notes_at="end"), style="gongwen")
    made = pdf.print_pdf(html.page(document, style="gongwen"), otherwise=lambda: at_the_end)
    texts = [page.extract_text().replace(" ", "").replace("\n", "") for page in measured.open_pages(made)]
    first = next(place for place, text in enumerate(texts) if "第1条注" in text)
    last = next(place for place, text in enumerate(texts) if "第12条注" in text)
    assert first >= len(texts) - 2 and last == len(texts) - 1
    assert made == pdf.print_pdf(at_the_end)


def record(page) -> tuple[float, list[float]]:
    """Return where the record of copies ends, and how thick its outer and inner rules are, in mm.

    Rules are drawn as the difference of two boxes.
    """
    boxes = [shape for shape in page.rects if (shape["x1"] - shape["x0"]) * MM > 150]
    heights = sorted({round(float(box["bottom"] - box["top"]) * MM, 2) for box in boxes})
    inner, outer = heights[-2:]
    return max(float(box["bottom"]) for box in boxes) * MM, [
        round((outer - inner) / 2, 2),
        round(heights[1] - heights[0], 2),
    ]


@pytest.mark.parametrize("paragraphs", [2, 5, 9, 7])
def test_the_record_ends_the_last_even_page(printed: Printed, paragraphs: int) -> None:
    document = replace(
        long_reports.report(*long_reports.long_text(paragraphs)), copies_to="区委办公室。", printed_by="区总工会办公室"
    )
    pages = measured.open_pages(printed(document, "gongwen"))
    assert len(pages) % 2 == 0
    end, rules = record(pages[-1])
    assert abs(end - 262) < 0.6
    assert rules == [0.35, 0.25]
    blank = not pages[-2].chars
    assert bool(measured.page_number(pages[-1])) is not blank


def test_the_contents_fit_one_page_and_tell_the_right_ones(printed: Printed) -> None:
    pages = measured.open_pages(printed(long_reports.CONTENTS, "gongwen"))
    entries = [line for line in pages[0].extract_text().splitlines() if "..." in line]
    assert len(entries) == 30 and not pages[1].chars
    headings = [
        (line.text, place - 1)
        for place, page in enumerate(pages[2:], 2)
        for line in measured.body_lines(page)
        if line.text.startswith(("（一）", "（二）")) or ("部分" in line.text and len(line.text) < 16)
    ]
    told = [(entry.split("...")[0].replace(" ", ""), int(entry.rsplit(".", 1)[1])) for entry in entries]
    assert [(text.strip("."), page) for text, page in told] == headings


def test_numbers_signs_and_addresses_break_well(printed: Printed) -> None:
    words = "平台地址为https://www.example.org/very/long/path/to/the/survey/results?year=2026&lang=zh，" * 3
    assert check(printed(long_reports.report(Paragraph(words), Heading(1, "一")), "gongwen")) == []


def test_the_evidence_of_a_summary_begins_overleaf(printed: Printed) -> None:
    pages = measured.open_pages(printed(invented.SUMMARY, "summary"))
    assert "How we did it" in pages[0].extract_text()
    assert "Canteens: good hygiene" in pages[1].extract_text()
    assert "Canteens: good hygiene" not in pages[0].extract_text()


def test_a_long_opening_is_set_closer_and_else_runs_on(printed: Printed) -> None:
    finding = Paragraph("The shorter the notice of a rota change, the more people say it harms their rest. " * 4)
    chapters = lambda count: (Heading(1, "Key findings"), *(finding,) * count, Heading(1, "Next"), finding)  # noqa: E731
    for count, expected in ((7, 2), (24, 3)):
        blocks = (*chapters(count), Heading(1, "Evidence"), finding)
        pages = measured.open_pages(printed(replace(invented.SUMMARY, blocks=blocks), "summary"))
        assert len(pages) == expected, count
        assert all(len(page.chars) > 300 for page in pages)
