"""No page, file, report or board of concerns lets two excerpts be joined to one speaker: by order, number or count.

Two organisations are asked the same. The same passages are said, as often, in the same places; only who said two of
them together differs. Whatever leaves the program must then be the same, letter by letter: what is the same for every
way of sharing the passages out among people tells nothing of who said them.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from concerns import actions
from concerns.models import Action, Board, Concern, Excerpt
from core import clock
from core.db import db
from core.i18n import speaking
from core.terms import BoardAccess, ReportStyle, SourceKind, Visibility
from exchange import concerns as files
from exchange.concerns import gathering
from reports import compose, evidence
from tests.concerns.conftest import Stage, by_topic
from tests.conftest import TODAY, build, people

KEYS = ("qdc", "qdpx", "xlsx")
ACCOUNTS = ("secretary", "committee_member")
# Tokens of the session, moments of the run, and numbers drawn by lot: new every time, they tell nothing.
LOTS = 2**29
DRAWN = re.compile(r'name="csrf_token" value="[^"]*"|\d\d:\d\d|\b\d{9,10}\b')
ABOUT = ("concerns.", "exchange.export_concerns", "exchange.import_concerns", "reports.index", "reports.wording")
TOKEN = "a-board-to-look-at"
# What each person wrote to two questions, and what each said in a talk. In the second world the halves are dealt
# otherwise: nobody says two things together that he says together in the first.
CANTEEN = ["食堂的菜太咸", "食堂排队太久", "食堂夜里没有热饭", "食堂价格太贵", "食堂座位不够", "食堂的汤太凉"]
PARKING = ["停车位不够", "停车场太暗", "停车太难", "停车费太高", "停车棚漏雨", "停车道太窄"]
BEDS = ["宿舍没有热水", "宿舍太吵", "宿舍的网太慢", "宿舍的灯太暗", "宿舍的门坏了", "宿舍太挤"]
BUSES = ["班车太早", "班车不准点", "班车太挤", "班车太少", "班车太旧", "班车太慢"]
TALKED = [("食堂的馒头太硬", "停车位太远"), ("食堂的肉太少", "停车的人太多"), ("食堂的油太重", "停车要抢")]


def dealt(turn: int, texts: list[str]) -> list[str]:
    return texts[turn:] + texts[:turn]


@dataclass(frozen=True)
class World:
    """Everything that leaves a world: pages by account and address, files and reports by kind; and who said what."""

    pages: dict[str, dict[str, str]]
    files: dict[str, list[str]]
    reports: dict[str, str]
    said: list[tuple[str, str, str, str]]  # source, item, text, voice, by the passage's number
    lots: set[int]  # numbers of the passages of talks


def built(folder: Path, turn: int, *, later: bool) -> World:
    """Return a world whose halves are dealt `turn` places on; `later`: its last talk comes after a first grouping."""
    app = build(folder)
    with app.app_context():
        stage = Stage(people(app))
        _speak(stage, turn, later)
        stage.group()
        cast = stage.cast
        actions.add(stage.concern("食堂"), actions.Plan(measure="换厨师", owner="书记甲"), by=cast.secretary)
        db.session.add(Board(organisation_id=cast.branch.id, token=TOKEN, access=BoardAccess.LINK))
        db.session.commit()
        row, within = cast.investigation, cast.branch
        with speaking("zh"):
            files_ = {
                key: plain(key, files.exported(files.named(key), row, within=within, by=cast.secretary)) for key in KEYS
            }
            found = evidence.gather(row, within=within, language="zh")
            reports = {style.value: repr(compose.compose(found, style=style)) for style in ReportStyle}
        columns = (Excerpt.source, Excerpt.item, Excerpt.text, Excerpt.voice)
        said = [(source.value, *rest) for source, *rest in db.session.execute(select(*columns).order_by(Excerpt.id))]
        lots = set(db.session.scalars(select(Excerpt.id).where(Excerpt.source == SourceKind.TALK)))
        db.session.commit()
        shown = {account: pages(app, getattr(cast, account).get_id()) for account in ACCOUNTS}
        db.session.remove()
        db.engine.dispose()
    return World(shown, files_, reports, said, lots)


def _speak(stage: Stage, turn: int, later: bool) -> None:
    one = [f"{first}。{second}。" for first, second in zip(CANTEEN, dealt(turn, PARKING), strict=True)]
    other = [f"{first}。{second}。" for first, second in zip(BEDS, dealt(2 * turn, BUSES), strict=True)]
    answers = [{"q13": a, "q14": b} for a, b in zip(one, dealt(3 * turn, other), strict=True)]
    stage.survey(*(reversed(answers) if turn else answers))
    halves = zip([first for first, _two in TALKED], dealt(turn, [second for _one, second in TALKED]), strict=True)
    for number, (first, second) in enumerate(halves):
        if later and number == len(TALKED) - 1:
            stage.group()
        stage.talk(f"{first}。{second}。", member=stage.colleague(number))
    stage.talk("食堂的事只对书记说。停车的事也只对书记说。", Visibility.SECRETARY, member=stage.colleague(9))


def pages(app: Flask, identity: str) -> dict[str, str]:
    """Return every page about concerns as an account opens it, of each concern and each passage its own."""
    known: dict[str, list] = {
        "token": [TOKEN],
        "lang": ["zh"],
        "investigation_id": list(db.session.scalars(select(Concern.investigation_id).distinct())),
        "action_id": list(db.session.scalars(select(Action.id))),
        "concern_id": list(db.session.scalars(select(Concern.id).order_by(Concern.id))),
        "excerpt_id": list(
            db.session.scalars(select(Excerpt.id).order_by(Excerpt.source, Excerpt.item, Excerpt.text, Excerpt.focus))
        ),
    }
    db.session.commit()
    client = app.test_client()
    with client.session_transaction(path="/app") as session:
        session["_user_id"], session["_fresh"] = identity, True
    found = {}
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or not rule.endpoint.startswith(ABOUT) or rule.arguments - known.keys():
            continue
        for numbers in product(*(known[name] for name in sorted(rule.arguments))):
            given = dict(zip(sorted(rule.arguments), numbers, strict=True))
            url = app.url_map.bind("localhost").build(rule.endpoint, given)
            answer = client.get(url)
            assert answer.status_code in (200, 302, 403), f"{url}: {answer.status_code}"
            if answer.status_code == 200 and answer.mimetype == "text/html":
                place = [known[name].index(number) for name, number in given.items()]
                found[f"{rule.rule} {place}"] = DRAWN.sub("", answer.text)
    return found


def plain(key: str, content: bytes) -> list[str]:
    """Return the texts of a file, in its order; GUIDs are drawn anew for every file and tell nothing."""
    if key == "qdc":
        parts = [content.decode()]
    else:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [archive.read(name).decode() for name in archive.namelist() if not name.startswith("docProps")]
    return [re.sub(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", "", part) for part in parts]


@pytest.fixture(scope="module", params=[False, True], ids=["at-once", "one-later"])
def worlds(request, tmp_path_factory) -> Iterator[list[World]]:
    """Two worlds that differ in who said which two things, all at once or with a talk that came later."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("concerns.grouping.group", by_topic)
        patch.setattr(clock, "today", lambda: TODAY)
        yield [built(tmp_path_factory.mktemp("world") / "data", turn, later=request.param) for turn in range(2)]


def test_the_worlds_differ_only_in_who_said_what_together(worlds) -> None:
    """What the other tests stand on: the same passages from the same places, and no two said together in both."""
    together = []
    for one in worlds:
        voices: dict[str, set[str]] = {}
        for _source, _item, text, voice in one.said:
            voices.setdefault(voice, set()).add(text)
        together.append({frozenset(texts) for texts in voices.values() if "只对书记说" not in "".join(texts)})
    assert len(together[0]) == len(together[1]) == 2 * len(CANTEEN) + len(TALKED)
    assert {len(texts) for texts in together[0]} == {2} and not together[0] & together[1]
    assert sorted(one[:3] for one in worlds[0].said) == sorted(one[:3] for one in worlds[1].said)


@pytest.mark.parametrize("account", ACCOUNTS)
def test_pages_tell_nothing_of_who_said_two_things(worlds, account) -> None:
    one, other = (told.pages[account] for told in worlds)
    assert one.keys() == other.keys() and len(one) > 20
    assert [url for url, page in one.items() if page != other[url]] == []


@pytest.mark.parametrize("key", KEYS)
def test_files_tell_nothing_of_who_said_two_things(worlds, key) -> None:
    one, other = (told.files[key] for told in worlds)
    assert one == other and any("食堂" in part for part in one)
    for told in worlds:
        assert not [voice for *_rest, voice in told.said if voice in "".join(told.files[key])]


@pytest.mark.parametrize("style", [style.value for style in ReportStyle])
def test_the_report_tells_nothing_of_who_said_two_things(worlds, style) -> None:
    one, other = (told.reports[style] for told in worlds)
    assert one == other and "食堂" in one


def test_no_page_shows_what_ties_passages(worlds) -> None:
    for told in worlds:
        everything = "".join(page for shown in told.pages.values() for page in shown.values())
        assert not [voice for *_rest, voice in told.said if voice in everything]


def test_numbers_of_passages_tell_nothing(worlds) -> None:
    """Numbers stand in a page's source: of answers they rise with the words, of talks they are drawn by lot."""
    for told in worlds:
        by_item: dict[str, list[str]] = {}
        for source, item, text, _voice in told.said:
            if source == SourceKind.SURVEY:
                by_item.setdefault(item, []).append(text)
        assert len(by_item) == 2 and all(texts == sorted(texts) for texts in by_item.values())
        assert len(told.lots) == 2 * len(TALKED) + 2 and all(LOTS <= lot < 2 * LOTS for lot in told.lots)
    assert not worlds[0].lots & worlds[1].lots


def test_few_voices_are_told_apart_in_no_file(app, monkeypatch) -> None:
    """Two passages of one answer, or of two: under the floor a file reads the same."""
    monkeypatch.setattr("concerns.grouping.group", by_topic)
    stage = Stage(people(app))
    stage.survey({"q13": "食堂的菜太咸。食堂排队太久。"}, {"q13": "停车位不够"}, {"q13": "停车场太暗"})
    stage.group()
    parts = []
    for voices in (1, 2):
        with speaking("zh"):
            bundle = gathering.gather(stage.cast.investigation, within=stage.cast.branch)
            parts.append([plain(key, files.named(key).write(bundle)) for key in KEYS])
        found = db.session.scalars(select(Excerpt).where(Excerpt.text.startswith("食堂")).order_by(Excerpt.id)).all()
        assert len({row.voice for row in found}) == voices
        found[0].voice = "another"
        db.session.commit()
    assert parts[0] == parts[1]
