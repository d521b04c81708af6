"""The same concern in one investigation after another: found again, told how it moves, and put right by a person."""

from datetime import date, timedelta
from secrets import token_hex
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from concerns import lineage, threads
from concerns.likeness import Portrait, alike
from concerns.lineage import Trend
from concerns.models import Concern, ConcernThread, Excerpt
from core import jobs
from core.audit import AuditEntry
from core.clock import now
from core.db import db
from core.errors import BadInput, Stale
from core.terms import SourceKind
from investigations.models import Investigation
from tests.conftest import people

CANTEEN = ("食堂的菜太咸", "食堂排队太久", "食堂夜里没有热饭", "食堂价格太贵", "食堂座位不够", "食堂的馒头太硬")
PARKING = ("停车位不够", "停车场太暗", "停车太难", "车棚漏雨没法停车")
SHOWER = ("澡堂热水不够", "澡堂水忽冷忽热", "澡堂下班太挤")


class Years:
    """An organisation that asks every year."""

    def __init__(self, cast: SimpleNamespace) -> None:
        self.cast = cast

    def ask(self, year: int, **topics: tuple[tuple[str, ...], int]) -> Investigation:
        """Write an investigation with a concern of each topic: its passages, repeated until so many voices speak."""
        row = Investigation(
            organisation_id=self.cast.branch.id, title=f"{year}年调研", starts_on=date(year, 3, 1),
            ends_on=date(year, 3, 1) + timedelta(20), created_at=now(),
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        for label, (texts, voices) in topics.items():
            concern = Concern(
                organisation_id=self.cast.branch.id,
                investigation_id=row.id,
                label=label,
                terms=[label],
            )
            db.session.add(concern)
            db.session.flush()
            for at in range(voices):
                text = texts[at % len(texts)]
                db.session.add(
                    Excerpt(
                        organisation_id=self.cast.branch.id,
                        investigation_id=row.id,
                        source=SourceKind.SURVEY,
                        source_id=1,
                        item="q1",
                        voice=token_hex(8),
                        start=0,
                        end=len(text),
                        text=text,
                        concern_id=concern.id,
                    )  # fmt: skip
                )
        db.session.commit()
        return row

    def concern(self, row: Investigation, label: str) -> Concern:
        """Return a concern of an investigation."""
        found = select(Concern).where(Concern.investigation_id == row.id, Concern.label == label)
        return db.session.scalars(found).one()

    def look(self) -> dict[str, lineage.Line]:
        """Recognise, and return the threads by the label of their first concern."""
        threads.recognise(self.cast.branch)
        db.session.commit()
        db.session.expire_all()
        found = lineage.history(within=self.cast.branch).lines
        return {line.since.concerns[0].label: line for line in found}


@pytest.fixture
def years(any_app) -> Years:
    return Years(people(any_app))


@pytest.fixture
def three(years) -> SimpleNamespace:
    """Three investigations: the canteen rises, parking falls, the shower is gone."""
    first = years.ask(2024, 食堂=(CANTEEN, 6), 停车位=(PARKING, 30), 澡堂=(SHOWER, 8))
    second = years.ask(2025, 就餐=(CANTEEN, 12), 停车=(PARKING, 24), 澡堂热水=(SHOWER, 6))
    third = years.ask(2026, 食堂饭菜=(CANTEEN, 30), 停车难=(PARKING, 6), 网速=(("宿舍网太慢", "网速慢"), 7))
    return SimpleNamespace(years=years, first=first, second=second, third=third, cast=years.cast)


def test_the_same_concern_is_known_again(three) -> None:
    found = three.years.look()
    assert {name: len(line.times) for name, line in found.items()} == {"食堂": 3, "停车位": 3, "澡堂": 3}
    assert [time.title for time in found["食堂"].times] == ["2024年调研", "2025年调研", "2026年调研"]
    assert found["食堂"].since.title == "2024年调研" and found["食堂"].raised == 3
    assert [time.voices for time in found["停车位"].times] == [30, 24, 6]
    assert [time.of for time in found["食堂"].times] == [44, 42, 43]


def test_rising_falling_gone_and_new(three) -> None:
    found = three.years.look()
    assert {name: line.trend for name, line in found.items()} == {
        "食堂": Trend.RISING,
        "停车位": Trend.FALLING,
        "澡堂": Trend.GONE,
    }
    history = lineage.history(within=three.cast.branch)
    assert [(told.label, voices) for told, voices in history.new] == [("网速", 7)]
    assert found["澡堂"].raised == 2 and found["澡堂"].times[-1].concerns == ()


@pytest.mark.parametrize(
    ("before", "now_", "expected"),
    [
        ((5, 20), (6, 20), Trend.STEADY),
        ((5, 20), (15, 20), Trend.RISING),
        ((15, 20), (5, 20), Trend.FALLING),
        ((1, 4), (2, 4), Trend.STEADY),  # too few to tell
        ((100, 1000), (130, 1000), Trend.RISING),
        ((100, 1000), (110, 1000), Trend.STEADY),
        ((10, 100), (30, 300), Trend.STEADY),  # three times as many asked
        ((10, 100), (0, 100), Trend.GONE),
        ((0, 0), (3, 10), Trend.STEADY),
    ],
)
def test_a_change_is_told_only_beyond_chance(before, now_, expected) -> None:
    assert lineage.trend(before, now_) is expected


def test_looking_again_changes_nothing_and_revisions_stay(three) -> None:
    three.years.look()
    before = db.session.execute(select(Concern.id, Concern.thread_id, Concern.revision)).all()
    three.years.look()
    assert db.session.execute(select(Concern.id, Concern.thread_id, Concern.revision)).all() == before
    assert {revision for _id, _thread, revision in before} == {1}
    assert len(db.session.scalars(select(ConcernThread)).all()) == 3


def test_what_a_person_detached_stays_so(three) -> None:
    found = three.years.look()
    concern = three.years.concern(three.third, "食堂饭菜")
    threads.detach(concern, seen=found["食堂"].id, by=three.cast.secretary)
    found = three.years.look()
    assert found["食堂"].trend is Trend.GONE
    assert lineage.line(three.years.concern(three.third, "食堂饭菜"), within=three.cast.branch) is None
    concern = three.years.concern(three.third, "食堂饭菜")
    threads.release(concern, seen=0, by=three.cast.secretary)
    assert three.years.look()["食堂"].trend is Trend.RISING


def test_the_last_two_detached_leave_no_thread(years) -> None:
    first, second = years.ask(2024, 食堂=(CANTEEN, 6)), years.ask(2025, 就餐=(CANTEEN, 6))
    line = years.look()["食堂"]
    threads.detach(years.concern(second, "就餐"), seen=line.id, by=years.cast.secretary)
    db.session.commit()
    assert db.session.scalars(select(ConcernThread)).all() == []
    assert years.concern(first, "食堂").thread_id is None and not years.look()


def test_tied_by_hand_whatever_the_words(three) -> None:
    three.years.look()
    shower, net = three.years.concern(three.second, "澡堂热水"), three.years.concern(three.third, "网速")
    threads.tie(net, to=shower, seen=0, by=three.cast.secretary)
    line = three.years.look()["澡堂"]
    assert [time.concerns[0].label for time in line.times] == [
        "澡堂",
        "澡堂热水",
        "网速",
    ] and line.trend is Trend.STEADY
    # Confirmed by hand where the likeness would say otherwise, over every later look.
    assert three.years.concern(three.third, "网速").thread_fixed
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.action == "thread.tie")).one()


def test_two_that_were_never_alike_make_a_thread_of_their_own(years) -> None:
    first, second = years.ask(2024, 食堂=(CANTEEN, 6)), years.ask(2025, 网速=(("宿舍网太慢", "网速慢"), 3))
    assert years.look() == {}
    threads.tie(years.concern(second, "网速"), to=years.concern(first, "食堂"), seen=0, by=years.cast.secretary)
    assert years.look()["食堂"].confirmed


def test_nobody_is_overwritten(three) -> None:
    found = three.years.look()
    concern = three.years.concern(three.third, "食堂饭菜")
    threads.detach(concern, seen=found["食堂"].id, by=three.cast.secretary)
    for verb in (threads.confirm, threads.detach, threads.release):
        with pytest.raises(Stale):
            verb(concern, seen=found["食堂"].id, by=three.cast.secretary)
    with pytest.raises(Stale):
        threads.rename(concern, label="别的", seen=found["食堂"].id, by=three.cast.secretary)


def test_only_another_investigation_can_be_tied(three) -> None:
    one, other = three.years.concern(three.third, "食堂饭菜"), three.years.concern(three.third, "停车难")
    for to in (one, other):
        with pytest.raises(BadInput):
            threads.tie(one, to=to, seen=0, by=three.cast.secretary)


def test_a_thread_keeps_the_name_a_person_gave(three) -> None:
    found = three.years.look()
    concern = three.years.concern(three.third, "食堂饭菜")
    threads.rename(concern, label=" 吃饭  问题 ", seen=found["食堂"].id, by=three.cast.secretary)
    assert three.years.look()["食堂"].label == "吃饭 问题"
    with pytest.raises(BadInput):
        threads.rename(concern, label=" ", seen=found["食堂"].id, by=three.cast.secretary)


def test_hidden_and_merged_concerns_are_not_compared(three) -> None:
    three.years.concern(three.third, "食堂饭菜").hidden = True
    three.years.concern(three.second, "停车").merged_into_id = three.years.concern(three.second, "就餐").id
    db.session.commit()
    found = three.years.look()
    assert found["食堂"].trend is Trend.GONE
    assert [bool(time.concerns) for time in found["停车位"].times] == [True, False, True]


def test_another_organisation_is_never_compared(three) -> None:
    stranger = Investigation(
        organisation_id=three.cast.elsewhere.id, title="别处", starts_on=date(2025, 1, 1), ends_on=date(2025, 1, 2),
        created_at=now(),
    )  # fmt: skip
    db.session.add(stranger)
    db.session.flush()
    db.session.add(
        Concern(organisation_id=three.cast.elsewhere.id, investigation_id=stranger.id, label="食堂", terms=["食堂"])
    )
    db.session.commit()
    assert len(three.years.look()["食堂"].times) == 3
    assert lineage.history(within=three.cast.elsewhere).lines == ()


def test_one_concern_of_each_investigation_and_the_likest_first() -> None:
    portraits = [
        Portrait(1, 1, "食堂饭菜", ("食堂",), CANTEEN[:4]),
        Portrait(2, 2, "食堂饭菜", ("食堂",), CANTEEN[2:]),
        Portrait(3, 2, "停车位", ("停车",), PARKING),
        Portrait(4, 1, "食堂旁的停车", ("停车", "食堂"), PARKING[:2]),
    ]
    pairs = alike(portraits)
    assert (pairs[0].one, pairs[0].other) == (1, 2)
    assert all(pair.share >= other.share for pair, other in zip(pairs, pairs[1:], strict=False))
    assert not {(1, 4), (2, 3)} & {(pair.one, pair.other) for pair in pairs}


def test_order_does_not_matter() -> None:
    portraits = [
        Portrait(number, number % 3, label, (label,), texts)
        for number, (label, texts) in enumerate((("食堂", CANTEEN), ("停车", PARKING), ("澡堂", SHOWER)) * 3)
    ]
    forward, back = alike(portraits), alike(portraits[::-1])
    assert [(pair.one, pair.other) for pair in forward] == [(pair.one, pair.other) for pair in back]


def test_pages_tell_it_and_take_a_decision(three) -> None:
    from flask import current_app

    found = three.years.look()
    concern = three.years.concern(three.third, "食堂饭菜")
    client = current_app.test_client()
    with client.session_transaction(path="/app") as session:
        session["_user_id"], session["_fresh"] = three.cast.secretary.get_id(), True
    page = client.get("/app/concerns/over-time").text
    assert "2024年调研" in page and "网速" in page
    gone = client.get("/app/concerns/over-time?show=gone").text
    assert "澡堂" in gone and "停车难" not in gone
    url = f"/app/concerns/{concern.id}/over-time"
    assert "2025年调研" in client.get(url).text and "2024年调研" in client.get(f"/app/concerns/{concern.id}").text
    thread = found["食堂"].id
    assert client.post(url, data={"what": "confirm", "thread": thread}).status_code == 302
    assert three.years.concern(three.third, "食堂饭菜").thread_fixed
    assert client.post(url, data={"what": "detach", "thread": thread + 1}).status_code == 409
    assert client.post(url, data={"what": "tie", "thread": thread, "to": "0"}).status_code == 422
    assert client.post(url, data={"what": "detach", "thread": thread}).status_code == 302
    other = three.years.concern(three.first, "食堂").id
    assert client.post(url, data={"what": "tie", "thread": 0, "to": other}).status_code == 302
    assert client.post("/app/concerns/over-time").status_code == 302


def test_many_concerns_are_compared_by_a_job(three, monkeypatch) -> None:
    from flask import current_app

    client = current_app.test_client()
    with client.session_transaction(path="/app") as session:
        session["_user_id"], session["_fresh"] = three.cast.secretary.get_id(), True
    url, found = "/app/concerns/over-time", select(jobs.Job).where(jobs.Job.name == threads.JOB)
    monkeypatch.setattr(threads, "PROMPT", 8)
    with monkeypatch.context() as nobody_works:
        nobody_works.setattr(jobs, "run_inline", lambda: None)
        for _press in range(2):
            assert client.post(url).status_code == 302
        (row,) = db.session.scalars(found).all()
        page = client.get(url).text
        assert f'id="job-{row.id}"' in page and f'action="{url}"' not in page, "it is not offered while it is under way"
    assert threads.tied(three.cast.branch) == 0
    jobs.run(row.id)
    assert threads.tied(three.cast.branch) == 8
    page = client.get(url).text
    assert f'id="job-{row.id}"' not in page and f'action="{url}"' in page
    monkeypatch.setattr(threads, "PROMPT", 9)
    assert client.post(url).status_code == 302
    assert len(db.session.scalars(found).all()) == 1, "few are compared at once"


def test_comparing_tells_how_far_it_is() -> None:
    told: list[float] = []
    alike([Portrait(number, number, "食堂", ("食堂",), CANTEEN) for number in range(4)], tell=told.append)
    assert told == [0.25, 0.5, 0.75, 1.0]


@pytest.mark.parametrize("junk", ["", "x", "99999999999999", "-1", "²", "9" * 400])
def test_bad_input_is_answered(three, junk) -> None:
    from flask import current_app

    concern = three.years.concern(three.third, "食堂饭菜")
    client = current_app.test_client()
    with client.session_transaction(path="/app") as session:
        session["_user_id"], session["_fresh"] = three.cast.secretary.get_id(), True
    for what in ("tie", "confirm", "rename", junk):
        answer = client.post(
            f"/app/concerns/{concern.id}/over-time", data={"what": what, "thread": junk, "to": junk, "label": junk}
        )
        assert answer.status_code in (302, 404, 409, 422)


@pytest.mark.usefixtures("foreseeable")
def test_grouping_compares_with_the_other_investigations(stage) -> None:
    first = Years(stage.cast).ask(2024, 食堂=(CANTEEN, 6))
    stage.survey(*({"q13": text} for text in CANTEEN))
    jobs.enqueue(
        "concerns.regroup",
        organisation_id=stage.cast.branch.id,
        language="zh",
        investigation_id=stage.cast.investigation.id,
    )
    db.session.commit()
    jobs.run_inline()
    line = lineage.line(stage.concern("食堂"), within=stage.cast.branch)
    assert line is not None and [time.investigation_id for time in line.times] == [
        first.id,
        stage.cast.investigation.id,
    ]
    brief = lineage.line(stage.concern("食堂"), within=stage.cast.branch, brief=True)
    assert [time.voices for time in brief.times] == [time.voices for time in line.times] and brief.trend is None
