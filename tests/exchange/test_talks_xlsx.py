"""Talks as a workbook: what goes out comes in again, nothing is run as a formula, nothing lies on the disk."""

import io
import tempfile
from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import select

from core.db import db
from core.documents import printable
from core.i18n import speaking
from core.terms import FollowUpState, TalkMode, Visibility
from exchange.talks.base import Bundle, ToldPromise, ToldTalk
from exchange.talks.xlsx import Xlsx
from interviews import columns, follow_ups, imports
from interviews.imports import Fate
from interviews.models import FollowUp, Talk
from interviews.talk_files import read
from interviews.talks import Promise
from tests.conftest import words_of_errors
from tests.exchange.talk_plays import NOTES, file_of, told


def bundle(*talks: ToldTalk, named: bool = True) -> Bundle:
    return Bundle("支部", "", "甲", "zh", date(2026, 10, 31), named, talks, (), ("说明",))


def talk(**changes: object) -> ToldTalk:
    values: dict = {
        "number": "T1",
        "held_on": date(2026, 10, 20),
        "member": "A3 党员丙",
        "group": "西班",
        "interviewer": "A2 委员乙",
        "occasion": "定期谈心",
        "mode": TalkMode.HOME_VISIT,
        "place": "值班室",
        "minutes": 35,
        "visibility": Visibility.SECRETARY,
        "notes": NOTES,
        "promises": (),
        "coded": (),
    }
    return ToldTalk(**{**values, **changes})


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_heading_is_known_to_the_import(app, language: str) -> None:
    with speaking(language):
        for name in columns.NAMES:
            assert columns.FIELDS.get(columns.squeezed(columns.title(name))) == name, (language, name)
        for mode in TalkMode:
            assert columns.mode(str(mode.label)) is mode
        for level in Visibility:
            assert columns.visibility(str(level.label)) is level
        for state in FollowUpState:
            assert columns.promise_state(str(state.label)) is state


def test_what_goes_out_comes_in_again_the_same(cast: SimpleNamespace) -> None:
    promises = (Promise("公布排班表", cast.aide.id, date(2026, 10, 25)), Promise("加热菜", cast.boss.id))
    row = told(cast, promises=promises, place="值班室", minutes=35)
    follow_ups.keep(row.follow_ups[0], by=cast.secretary, outcome="已贴公告栏")
    told(cast, notes="一切都好。", member_id=cast.boss.id, promises=(), held_on=date(2026, 10, 21))
    db.session.commit()
    content = file_of(cast, "xlsx")
    there = imports.judge(read(content, "t.xlsx"), within=cast.branch, by=cast.secretary)
    assert [one.fate for one in there] == [Fate.SAME, Fate.SAME]
    before = facts(cast)
    db.session.query(FollowUp).delete()
    db.session.query(Talk).delete()
    db.session.commit()
    outcome = imports.import_talks(content, "t.xlsx", within=cast.branch, by=cast.secretary)
    db.session.commit()
    assert (outcome.new, outcome.promises) == (2, 2)
    assert facts(cast) == before


def facts(cast: SimpleNamespace) -> list[tuple]:
    """Return everything of every talk that a file carries."""
    from interviews import queries

    found = []
    for id_ in db.session.scalars(select(Talk.id).order_by(Talk.held_on)):
        view = queries.view(id_, within=cast.branch, reader=cast.secretary)
        given_ = {(one.promise, one.owner_id, one.due_on, one.state, one.outcome) for one in view.promises}
        fixed = (view.member.id, view.interviewer.id, view.held_on, view.occasion, view.mode, view.place, view.minutes)
        found.append((*fixed, view.visibility, view.notes, given_))
    return found


def test_formulas_stay_text() -> None:
    evil = talk(
        member="=cmd|' /C calc'!A0", occasion="+1", place="@SUM(A1)", notes='=HYPERLINK("http://x")', number="-1"
    )
    with words_of_errors():
        book = load_workbook(io.BytesIO(Xlsx().write(bundle(evil))))
    cells = [cell for sheet in book.worksheets for line in sheet.iter_rows() for cell in line if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert '=HYPERLINK("http://x")' in {cell.value for cell in cells}


def test_a_promise_of_no_talk_is_not_dropped() -> None:
    from core.errors import BadInput
    from core.spreadsheet import Sheet, write_book

    out = io.BytesIO()
    with words_of_errors():
        head = [columns.title(name) for name in ("key", "member", "held_on", "interviewer", "visibility", "notes")]
        rows = [["R1", "A3", "2026-10-20", "A2", "支委会", "x"]]
        promises = [["R9", "无主的承诺"]]
        titles = [columns.title("key"), columns.title("promise")]
        write_book([Sheet("谈话", head, rows), Sheet("承诺", titles, promises)], out)
        with pytest.raises(BadInput, match="R9"):
            read(out.getvalue(), "t.xlsx")


def test_nothing_touches_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a temporary file")

    for name in ("mkstemp", "NamedTemporaryFile", "TemporaryFile", "SpooledTemporaryFile", "mkdtemp"):
        monkeypatch.setattr(tempfile, name, refuse)
    with words_of_errors():
        assert Xlsx().write(bundle(*[talk() for _ in range(300)]))


# One space is as good as another in a cell: a no-break space comes back as a plain one.
SAYABLE = (
    st.text(max_size=60)
    .map(lambda text: printable(text).replace("\xa0", " ").strip())
    .filter(lambda text: "_x" not in text.lower())
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SAYABLE, SAYABLE.filter(bool), SAYABLE.filter(bool))
def test_any_text_comes_back(place: str, notes: str, promise: str) -> None:
    one = ToldPromise(promise, "A1 书记甲", None, FollowUpState.OPEN, "")
    with words_of_errors():
        (raw,) = read(Xlsx().write(bundle(talk(place=place, notes=notes, promises=(one,)))), "t.xlsx")
    assert (raw.texts["place"], raw.texts["notes"]) == (place, notes)
    assert raw.promises[0]["promise"] == promise
