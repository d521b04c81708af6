"""What is printed, measured on the PDF itself: the standard's page, no missing signs, nothing read from outside."""

import logging
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reports import pdf
from reports.blocks import Document, Paragraph, Question
from reports.html import page, paper_survey
from tests.reports import invented, measured

LEFT, RIGHT, TOP, BOTTOM = 28.0, 184.0, 37.0, 262.0


def test_a_page_of_text_has_22_lines_of_28_characters(pages_of_text: bytes) -> None:
    pages = measured.open_pages(pages_of_text)
    full = [measured.body_lines(each) for each in pages[1:-1]]
    assert len(full) >= 2
    assert [len(lines) for lines in full] == [22] * len(full)
    for lines in full:
        pitches = [after.baseline - before.baseline for before, after in zip(lines, lines[1:], strict=False)]
        assert [pitch for pitch in pitches if abs(pitch - 10.449) > 0.05] == []
        assert abs(lines[0].baseline - 0.88 * 5.571 - TOP) < 1
        assert abs(lines[-1].baseline + 0.12 * 5.571 - BOTTOM) < 1
    pure = [line for lines in full for line in lines if line.right > 180 and line.ems == len(line.characters)]
    filled = [len(line.characters) + round((line.left - LEFT) / 5.571) for line in pure]
    assert len(filled) > 20 and set(filled) <= {27, 28, 29}  # kinsoku may take one, marks closing up may add one
    assert filled.count(28) / len(filled) > 0.8


def test_full_lines_end_at_the_edge(pages_of_text: bytes) -> None:
    lines = [line for each in measured.open_pages(pages_of_text) for line in measured.body_lines(each)]
    inner = [line for line, after in zip(lines, lines[1:], strict=False) if after.left < LEFT + 1]
    assert len(inner) > 40
    ragged = [(line.text, line.right) for line in inner if abs(line.ink_right - RIGHT) > 0.3]
    assert not ragged
    assert all(abs(line.left - LEFT) < 0.3 or abs(line.left - LEFT - 2 * 5.571) < 0.4 for line in lines)


def test_the_page_number_stands_outside_under_the_text(pages_of_text: bytes) -> None:
    pages = measured.open_pages(pages_of_text)
    for number, each in enumerate(pages, 1):
        signs = measured.page_number(each)
        assert "".join(sign["text"] for sign in signs) == f"—{number}—"
        assert abs((signs[0]["top"] + signs[0]["bottom"]) / 2 * measured.MM - 269) < 1.2
        if number % 2:
            assert abs(signs[-1]["x1"] * measured.MM - 179.06) < 0.5
        else:
            assert abs(signs[0]["x0"] * measured.MM - 32.94) < 0.5


def test_numbering_starts_after_the_contents(letter: bytes) -> None:
    pages = measured.open_pages(letter)
    assert measured.page_number(pages[0]) == []
    assert [c["text"] for c in measured.page_number(pages[2])] == ["—", "1", "—"]


def test_no_sign_is_missing_and_every_font_is_inside(pages_of_text: bytes, letter: bytes, summary: bytes) -> None:
    for document in (pages_of_text, letter, summary):
        assert measured.missing_glyphs(document) == 0
        assert all(measured.fonts(document).values())
    names = " ".join(measured.fonts(pages_of_text))
    assert "FandolFang" in names and "UMing" in names and "House-Latin" in names and "Emoji" in names


def test_text_can_be_read_back_in_order(pages_of_text: bytes) -> None:
    text = "".join(line.text for line in measured.body_lines(measured.open_pages(pages_of_text)[0]))
    text = text.replace("\u200b", "").replace("\u2060", "")
    assert "王璟、李堃、张喆、周祎和阿迪力·买买提" in text
    assert "由28降至−29.7，‘夜班’（含‘小夜班’）最低。”" in text
    assert "Cohen’sκ为0.81😡" in text


@pytest.mark.parametrize("which", ["letter", "summary"])
def test_it_can_be_read_without_eyes(which: str, request: pytest.FixtureRequest) -> None:
    found = measured.structure(request.getfixturevalue(which))
    assert found.language == {"letter": "zh-CN", "summary": "en"}[which]
    assert found.marked and found.shows_title and found.outlined and found.ua_part == "1"
    assert found.alternatives and all(found.alternatives)
    assert found.header_scopes and all(found.header_scopes)
    assert found.headings[0] == 1
    assert all(after <= before + 1 for before, after in zip(found.headings, found.headings[1:], strict=False))
    assert found.untagged == 0


HOSTILE = "</p><img src=file:///etc/passwd><style>@import url(file:///etc/passwd)</style><script>1</script>&amp;"
REVERSED = "正常\u202e反转\x00\x08\ud800\ue412文字"


@pytest.mark.parametrize("style", ["gongwen", "summary"])
def test_what_people_type_is_only_text(stage: object, style: str) -> None:
    document = Document(
        title=HOSTILE, organisation=HOSTILE, date=invented.GONGWEN.date, language="zh", subtitle=HOSTILE,
        addressee=HOSTILE, masthead=HOSTILE, kicker=HOSTILE, dek=HOSTILE, blocks=invented.every_block(HOSTILE),
    )  # fmt: skip
    html = page(document, style=style)
    assert "<img" not in html and "<script" not in html and "<style" not in html
    assert html.count("&lt;img src=file:///etc/passwd&gt;") > 10


def test_unprintable_characters_are_left_out(printed: Callable[[Document, str], bytes]) -> None:
    document = replace(invented.TEXT_ONLY, title=REVERSED, blocks=(Paragraph(REVERSED),))
    made = printed(document, "gongwen")
    text = measured.body_lines(measured.open_pages(made)[0])[-1].text
    assert text == "正常反转文字"
    assert measured.missing_glyphs(made) == 0


@pytest.mark.parametrize(
    "hostile",
    [
        '<img src="{url}">',
        '<link rel="stylesheet" href="{url}">',
        '<link rel="attachment" href="{url}">',
        '<a rel="attachment" href="{url}">x</a>',
        '<object data="{url}"></object>',
        '<embed src="{url}">',
        '<style>@import "{url}";</style>',
        '<style>@font-face {{ font-family: x; src: url("{url}") }} p {{ font-family: x }}</style>',
        '<style>p {{ background: url("{url}"); list-style-image: url("{url}") }}</style>',
        '<style>@page {{ @top-left {{ content: url("{url}") }} }}</style>',
        '<svg xmlns="http://www.w3.org/2000/svg"><image href="{url}" width="9" height="9"/><use href="{url}#a"/></svg>',
        '<base href="{url}"><img src="passwd">',
    ],
)
def test_the_printer_reads_nothing_from_outside(
    hostile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>SECRETWORD</text></svg>')
    opened: list[str] = []
    monkeypatch.setattr("urllib.request.OpenerDirector.open", lambda self, *args, **kw: opened.append(str(args)))
    monkeypatch.setattr("socket.socket.connect", lambda self, *args: opened.append(str(args)))
    with caplog.at_level(logging.INFO):
        for url in (secret.as_uri(), "http://127.0.0.1:9/x", "data:text/css,p{color:red}", "house:../pdf.py"):
            made = pdf.print_pdf(f"<html lang=en><title>x</title><body>{hostile.format(url=url)}<p>safe</p>")
            assert b"SECRETWORD" not in made and b"/EmbeddedFile" not in made
            assert "safe" in (measured.open_pages(made)[0].extract_text() or "")
    assert not opened
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd", "FILE:///etc/passwd", "http://example.org/a.css", "data:text/plain,x", "//etc/passwd",
        "house:pdf.py", "house:../core/seal.py", "house:fonts/../pdf.py", "house:/etc/passwd", "house:fonts",
        "house:styles/%2e%2e/pdf.py", "house:", "", "styles/gongwen.css",
    ],
)  # fmt: skip
def test_only_fonts_and_styles_are_in_the_house(address: str) -> None:
    with pytest.raises(ValueError) as refused:
        pdf.house_file(address)
    assert "passwd" not in str(refused.value)


def test_fonts_and_styles_are_served() -> None:
    assert pdf.house_file("house:styles/gongwen.css").name == "gongwen.css"
    assert pdf.house_file("house:fonts/liberation/LiberationSerif-Regular.ttf").stat().st_size > 1000


def test_the_engine_writes_nothing_about_the_text(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        pdf.print_pdf("<title>x</title><p style='secretword: secretword'><unknown-tag src=secretword>secretword")
    assert "secretword" not in caplog.text


def test_an_unknown_engine_still_prints(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    pdf._prepare_engine.cache_clear()
    monkeypatch.setattr("weasyprint.__version__", "99.0")
    patched: list[object] = []
    monkeypatch.setattr(pdf.cjk, "justify_between_characters", lambda *modules: patched.append(modules))
    with caplog.at_level(logging.WARNING):
        assert pdf.print_pdf("<html lang=zh-CN><title>x</title><p>文字").startswith(b"%PDF")
    pdf._prepare_engine.cache_clear()
    assert not patched
    assert "unevenly" in caplog.text


def test_the_font_cache_moves_where_it_can_be_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    pdf._choose_fonts()
    assert os.environ["XDG_CACHE_HOME"] == str(tmp_path / "cache")
    monkeypatch.setattr(os, "access", lambda *_: False)
    pdf._choose_fonts()
    assert "xinsheng" in os.environ["XDG_CACHE_HOME"]


def test_an_engine_changed_inside_still_prints(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def gone(*_: object) -> None:
        raise AttributeError("justify_line")

    pdf._prepare_engine.cache_clear()
    monkeypatch.setattr(pdf.cjk, "justify_between_characters", gone)
    with caplog.at_level(logging.WARNING):
        assert pdf.print_pdf("<html lang=zh-CN><title>x</title><p>文字").startswith(b"%PDF")
    pdf._prepare_engine.cache_clear()
    assert "unevenly" in caplog.text


def test_the_same_document_prints_the_same_bytes(printed: Callable[[Document, str], bytes]) -> None:
    document = replace(invented.TEXT_ONLY, blocks=(Paragraph("同样的文字。"),))
    assert printed(document, "gongwen") == printed(document, "gongwen")


def test_a_paper_survey_prints_on_one_sheet(stage: object) -> None:
    questions: tuple[Question, ...] = invented.QUESTIONS_ZH
    html = paper_survey(questions, title="食堂问卷", organisation="云溪区总工会", introduction="您好！", language="zh")
    made = pdf.print_pdf(html)
    pages = measured.open_pages(made)
    assert len(pages) == 1
    assert all(question.text[:6] in pages[0].extract_text().replace(" ", "") for question in questions)


def test_pages_are_counted(letter: bytes, summary: bytes) -> None:
    for printed in (letter, summary):
        assert pdf.count_pages(printed) == len(measured.open_pages(printed))
    with pytest.raises(ValueError):
        pdf.count_pages(b"%PDF-1.7 nothing")
