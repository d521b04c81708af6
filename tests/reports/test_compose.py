"""The report put together: its order, its passages and their keys, a person's words, and the head around it."""

import re
from collections.abc import Iterator
from datetime import date

import pytest

from concerns.models import Excerpt
from core.db import db
from core.terms import ReportStyle, SourceKind
from reports import compose, drafts
from reports.blocks import Annex, Claim, Heading, Imprint, Paragraph, Quotes, Signature, Table
from reports.wordings import KEY
from tests.reports.plays import Twice, asked_twice, fill

STYLES = [pytest.param(style, id=style.value) for style in ReportStyle]
BOTH = [
    pytest.param(style, language, id=f"{style.value}-{language}") for style in ReportStyle for language in ("zh", "en")
]


@pytest.fixture
def twice(app, cast) -> Twice:
    made = asked_twice(cast)
    fill(made)
    made.this.findings, made.this.causes, made.this.proposals = "做了两件事", "一是人手不够\n二是场地不足", "增开窗口"
    made.this.guiding_idea = "听群众的话"
    db.session.commit()
    return made


def headings(document, level: int = 1) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Heading) and block.level == level]


def keys(document) -> list[str]:
    return [block.key for block in document.blocks if isinstance(block, Paragraph) and block.key]


def test_the_order_of_an_official_report(twice) -> None:
    document = twice.told(language="en")
    assert headings(document) == [
        "Basic facts of the investigation",
        "Where things stand and what is being done",
        "Main problems",
        "Causes",
        "Proposals and measures",
    ]
    annexes = [block.title for block in document.blocks if isinstance(block, Annex)]
    assert annexes[0].startswith("Questionnaire") and annexes[1:] == [
        "Figures of the survey and the concerns",
        "Lists of problems, duties and tasks",
        "Where the numbers come from",
    ]
    signed = next(place for place, block in enumerate(document.blocks) if isinstance(block, Signature))
    assert all(not isinstance(block, Annex) for block in document.blocks[:signed])


def test_a_summary_begins_with_findings_and_what_happens_next(twice) -> None:
    document = twice.told(ReportStyle.SUMMARY, "en")
    assert headings(document)[:3] == ["Key findings", "What happens next", "Main problems"]
    assert headings(document)[-1] == "Basic facts of the investigation"
    assert len(headings(document)) == len(set(headings(document)))
    assert document.key_figures and all(figure.traces for figure in document.key_figures)


@pytest.mark.parametrize(("style", "language"), BOTH)
def test_every_passage_has_a_key_of_its_own(twice, style, language) -> None:
    document = twice.told(style, language)
    found = keys(document)
    assert len(found) == len(set(found)) > 15
    assert all(KEY.fullmatch(key) for key in found)
    loose = [b for b in document.blocks if isinstance(b, Paragraph) and not b.key]
    assert [block.text for block in loose] == ["摸清职工关心的事", "听群众的话"]  # of the plan, worded there


@pytest.mark.parametrize("style", STYLES)
def test_keys_stay_when_the_numbers_are_refreshed(twice, style) -> None:
    before = twice.told(style)
    concern = next(line for line in twice.gathered().concerns if line.label == "网络")
    twice.speak(twice.found(twice.this, "网络"), survey=9)
    after = twice.told(style)
    assert set(keys(before)) == set(keys(after))
    told = [compose.passages(document.blocks)[f"concern.{concern.id}.breadth"] for document in (before, after)]
    assert "7" in told[0] and "16" in told[1]


def test_a_passage_says_the_same_in_both_layouts(twice) -> None:
    official, summary = (compose.passages(twice.told(style).blocks) for style in ReportStyle)
    both = official.keys() & summary.keys()
    assert len(both) > 15 and [key for key in both if official[key] != summary[key]] == []


def test_a_persons_words_stand_instead_and_the_programs_are_kept(twice) -> None:
    generated = compose.passages(twice.told().blocks)
    words = {"concerns.overview": "大家最关心食堂。", "talks.nothing": "谁也不看", "method.dates": ""}
    document = twice.told(wordings=words)
    overview = next(b for b in document.blocks if isinstance(b, Paragraph) and b.key == "concerns.overview")
    assert (overview.text, overview.generated) == ("大家最关心食堂。", generated["concerns.overview"])
    assert overview.traces and compose.passages(document.blocks)["concerns.overview"] == generated["concerns.overview"]
    assert "method.dates" not in keys(document)
    assert "谁也不看" not in repr(document)


def test_words_like_the_programs_are_no_rewording(twice) -> None:
    generated = compose.passages(twice.told().blocks)["concerns.overview"]
    document = twice.told(wordings={"concerns.overview": generated})
    assert next(b for b in document.blocks if getattr(b, "key", "") == "concerns.overview").generated == ""


def test_a_heading_with_nothing_left_under_it_goes(twice) -> None:
    document = twice.told(language="en", wordings={"limits.asking": "", "limits.concerns": ""})
    assert "Limits of the method" not in headings(document, 2)
    assert "Limits of the method" in headings(twice.told(language="en"), 2)


def test_a_passage_left_out_is_not_among_the_sources(twice) -> None:
    said = [row[0] for row in _sources(twice.told())]
    left = [row[0] for row in _sources(twice.told(wordings={"talks.coverage": "", "since.done": ""}))]
    assert len(left) <= len(said) and not any("上年调研" in row and "情况截至" in row for row in left)


def _sources(document) -> tuple[tuple[str, ...], ...]:
    return next(block for block in reversed(document.blocks) if isinstance(block, Table)).rows


def test_the_head(twice) -> None:
    head = {
        "masthead": "青石支部文件",
        "number": "青支〔2026〕3号",
        "addressee": "厂党委：",
        "copies_to": "厂工会",
        "printed_by": "青石支部办公室",
        "contents": True,
        "notes_at": "page",
        "signed_on": "2026-10-30",
    }
    document = twice.told(head=head)
    assert (document.masthead, document.number, document.addressee) == ("青石支部文件", "青支〔2026〕3号", "厂党委：")
    assert document.contents and document.notes_at == "page" and document.date == date(2026, 10, 30)
    assert document.blocks[-1] == Imprint("厂工会", "青石支部办公室", date(2026, 10, 30))
    assert next(b for b in document.blocks if isinstance(b, Signature)).date == date(2026, 10, 30)
    assert twice.told(head=drafts._plain(drafts.Head())) == twice.told()


def test_claims_carry_what_they_rest_on(twice) -> None:
    concern = twice.gathered().concerns[0]
    twice.this.grounds = {"causes": [[f"concern:{concern.id}"], []]}
    db.session.commit()
    claims = [block for block in twice.told().blocks if isinstance(block, Claim)]
    grounds = {claim.text: [trace.id for trace in claim.grounds] for claim in claims}
    assert grounds == {"做了两件事": [], "一是人手不够": [concern.id], "二是场地不足": [], "增开窗口": []}
    rows = _sources(twice.told())
    assert any("一是人手不够" in row[0] for row in rows), rows


@pytest.mark.parametrize(("style", "language"), BOTH)
def test_the_three_lists_show_the_rows_of_one_ledger(twice, style, language) -> None:
    blocks = twice.told(style, language).blocks
    annex = next(place for place, block in enumerate(blocks) if getattr(block, "title", "") in ANNEX)
    lists = [block for block in blocks[annex + 1 : annex + 4] if isinstance(block, Table)]
    assert len(lists) == 3
    numbers = [{cell for row in one.rows for cell in row if re.fullmatch(r"[A-Z]+-\d+-\d+", cell)} for one in lists]
    assert numbers[0] == numbers[1] == numbers[2] and len(numbers[0]) == 2
    assert "没有场地" in repr(lists[2])


ANNEX = ("Lists of problems, duties and tasks", "问题清单、责任清单、任务清单")


def test_few_voices_are_not_quoted(twice) -> None:
    blocks = twice.told().blocks
    quoted = {}
    label = ""
    for block in blocks:
        label = block.text if isinstance(block, Heading) else label
        if isinstance(block, Quotes):
            quoted[label] = len(block.items)
    assert quoted.keys() == {"食堂", "停车", "网络"}


def rest_of_a_total(twice: Twice) -> Iterator[None]:
    """One of ten people told it in a talk, then three of ten."""
    talks = [twice.talk() for _each in range(3)]
    here = twice.concern(twice.this, "澡堂", survey=9)
    twice.say(here, SourceKind.TALK, talks[0])
    yield
    spare = db.session.query(Excerpt).filter_by(concern_id=here.id, source=SourceKind.SURVEY, quoted=None)
    for row in spare.limit(2).all():
        db.session.delete(row)
    for talk in talks[1:]:
        twice.say(here, SourceKind.TALK, talk)
    yield


def few(twice: Twice) -> Iterator[None]:
    """One voice, then four."""
    here = twice.concern(twice.this, "澡堂", survey=1)
    yield
    twice.speak(here, survey=3)
    yield


def few_before(twice: Twice) -> Iterator[None]:
    """Nine voices now; one the last time, then four."""
    thread = twice.thread("澡堂")
    twice.concern(twice.this, "澡堂", thread, survey=9)
    then = twice.concern(twice.last, "澡堂", thread, survey=1)
    yield
    twice.speak(then, survey=3)
    yield


def few_now(twice: Twice) -> Iterator[None]:
    """Nine voices the last time; one now, then four."""
    thread = twice.thread("澡堂")
    twice.concern(twice.last, "澡堂", thread, survey=9)
    now = twice.concern(twice.this, "澡堂", thread, survey=1)
    yield
    twice.speak(now, survey=3)
    yield


@pytest.mark.parametrize(("style", "language"), BOTH)
@pytest.mark.parametrize("play", [rest_of_a_total, few, few_before, few_now], ids=lambda play: play.__name__)
def test_small_numbers_change_nothing_in_the_report(app, cast, style, language, play) -> None:
    """Whoever reads it cannot tell which small number stands behind what is hidden."""
    made = asked_twice(cast)
    told = []
    for _step in play(made):
        db.session.commit()
        told.append(repr(made.told(style, language)))
    assert "澡堂" in told[0] and told[0] == told[1]
