"""Talks as a document: a form a page, read back as it was, and openable elsewhere."""

import io
from datetime import date
from types import SimpleNamespace

import docx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.db import db
from core.terms import FollowUpState
from exchange.talks.base import ToldPromise
from exchange.talks.docx import Docx
from interviews import follow_ups, imports
from interviews.imports import Fate
from interviews.talk_files import read
from interviews.talks import Promise
from tests.conftest import words_of_errors
from tests.exchange.talk_plays import NOTES, file_of, told
from tests.exchange.test_talks_xlsx import bundle, talk


def test_what_goes_out_comes_in_again_the_same(cast: SimpleNamespace) -> None:
    row = told(
        cast, promises=(Promise("公布排班表", cast.aide.id, date(2026, 10, 25)), Promise("加热菜", cast.boss.id))
    )
    follow_ups.keep(row.follow_ups[0], by=cast.secretary, outcome="已贴公告栏")
    told(cast, notes="一切都好。", member_id=cast.boss.id, promises=(), held_on=date(2026, 10, 21))
    db.session.commit()
    rows = read(file_of(cast, "docx"), "t.docx")
    assert [one.texts["notes"] for one in rows] == [NOTES, "一切都好。"]
    judged = imports.judge(rows, within=cast.branch, by=cast.secretary)
    assert [one.fate for one in judged] == [Fate.SAME, Fate.SAME]
    first, second = rows[0].promises
    assert (first["promise"], first["due_on"], first["outcome"]) == ("公布排班表", "2026-10-25", "已贴公告栏")
    assert (second["promise"], second["owner"]) == ("加热菜", "A1 书记甲")


def test_each_talk_has_its_page_and_its_heading() -> None:
    with words_of_errors():
        made = docx.Document(io.BytesIO(Docx().write(bundle(talk(), talk(), talk()))))
    assert [p.style.name for p in made.paragraphs].count("Heading 1") == 3
    breaks = made.element.xml.count('w:br w:type="page"')
    assert breaks == 2 and len(made.tables) == 3


def test_without_names_there_is_nothing_to_sign_and_nobody_named(cast: SimpleNamespace) -> None:
    told(cast)
    content = file_of(cast, "docx", names=False)
    text = docx.Document(io.BytesIO(content)).element.xml
    for word in ("党员丙", "委员乙", "书记甲", "13800138000", "A3", "定期谈心", "2026-10-20"):
        assert word not in text, word


LINE = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1, max_size=30
).filter(lambda text: text.strip() == text)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(LINE, min_size=1, max_size=3), LINE)
def test_any_notes_come_back(lines: list[str], promise: str) -> None:
    notes = "\n".join(lines)
    one = ToldPromise(f"办{promise}", "A1 书记甲", date(2026, 11, 1), FollowUpState.OPEN, "")
    with words_of_errors():
        (raw,) = read(Docx().write(bundle(talk(notes=f"说{notes}", promises=(one,)))), "t.docx")
    from core.documents import printable

    assert raw.texts["notes"] == printable(f"说{notes}")
    assert raw.promises[0]["promise"] == printable(f"办{promise}")
