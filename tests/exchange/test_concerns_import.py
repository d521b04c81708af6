"""Taking a codebook in: looked at first, written as one step, nobody overwritten, and taken back."""

import io
import re
import zipfile
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from concerns import curation, queries
from concerns.models import Concern, Excerpt
from core.db import db
from core.errors import BadInput, Stale
from core.i18n import speaking
from exchange.concerns import taking
from exchange.concerns.base import Book, Entry, Wish
from exchange.concerns.comparing import Comparison, Fate, compare
from tests.conftest import people
from tests.exchange.concern_plays import book_of, concern, file_of, passage, scene, signed_in


@pytest.fixture
def coded(any_app) -> SimpleNamespace:
    return scene(people(any_app))


def look(cast: SimpleNamespace, book: Book) -> Comparison:
    db.session.expire_all()
    with speaking("zh"):
        return compare(book, cast.investigation, within=cast.branch)


def take(cast: SimpleNamespace, book: Book) -> Comparison:
    seen = taking.fingerprint(look(cast, book))
    with speaking("zh"):
        found = taking.take_in(book, cast.investigation, seen=seen, within=cast.branch, by=cast.secretary)
    db.session.commit()
    db.session.expire_all()
    return found


def standing() -> list[tuple]:
    """All that taking in may change."""
    db.session.expire_all()
    concerns = select(Concern.id, Concern.label, Concern.theme, Concern.summary, Concern.includes, Concern.excludes)
    excerpts = select(Excerpt.id, Excerpt.concern_id, Excerpt.pinned)
    return sorted(map(str, [*db.session.execute(concerns), *db.session.execute(excerpts)]))


def texts(label: str) -> set[str]:
    row = db.session.scalars(select(Concern).where(Concern.label == label)).one()
    return {one.text for one in row.excerpts}


@pytest.mark.parametrize("key", ["qdc", "qdpx", "xlsx"])
def test_what_was_taken_out_changes_nothing_taken_in(coded, key) -> None:
    found = look(coded, book_of(file_of(coded, key), f"x.{key}"))
    assert not found.any and (found.unknown, found.crowded) == (0, 0)
    assert {change.fate for change in found.changes} == {Fate.SAME}


def test_recoded_elsewhere_and_taken_back(coded) -> None:
    before = standing()
    book = Book(
        (
            Entry("食堂", "吃住", includes="饭菜、价格", excludes="宿舍"),
            Entry("停车", "后勤"),
            Entry("夜班", "上班", "夜里的事"),
        ),
        (
            Wish("停车场太暗", "夜班"),
            Wish("停车位不够", "停车"),
            Wish("没有归到哪一类的话", "食堂"),
            Wish("谁也没说过", "食堂"),
        ),
    )
    found = take(coded, book)
    assert [(change.entry.name, change.fate.value, change.moved) for change in found.changes] == [
        ("食堂", "changed", 1),
        ("停车", "same", 0),
        ("夜班", "new", 1),
    ]
    assert found.changes[0].fields == (("theme", "后勤", "吃住"), ("excludes", "不含排班", "宿舍"))
    assert found.unknown == 1
    assert texts("夜班") == {"停车场太暗"} and "没有归到哪一类的话" in texts("食堂")
    row = db.session.scalars(select(Concern).where(Concern.label == "夜班")).one()
    assert (row.theme, row.summary, row.curated) == ("上班", "夜里的事", True) and row.raised_on is not None
    assert db.session.scalars(select(Excerpt).where(Excerpt.text == "停车场太暗")).one().pinned
    step = queries.last_step(coded.investigation, by=coded.secretary)
    assert curation.undo(coded.investigation, step_id=step.id, by=coded.secretary)
    db.session.commit()
    assert standing() == before


def test_what_the_file_leaves_empty_stays(coded) -> None:
    take(coded, Book((Entry("食堂", "", "改过的话"),)))
    row = db.session.get_one(Concern, coded.canteen.id)
    assert (row.theme, row.summary, row.includes) == ("后勤", "改过的话", "饭菜、价格")


def test_twice_changes_nothing_more(coded) -> None:
    book = Book((Entry("夜班", "上班"),), (Wish("停车场太暗", "夜班"),))
    take(coded, book)
    assert not look(coded, book).any


def test_passages_of_the_same_words_are_exchangeable(coded) -> None:
    pinned = passage(coded, "没水", coded.canteen, pinned=True)
    loose, alone = passage(coded, "没水", coded.canteen), passage(coded, "没水", None)
    book = Book((), (Wish("没水", "食堂"), Wish("没水", "停车"), Wish("没水", "停车")))
    take(coded, book)
    homes = {row.id: db.session.get_one(Excerpt, row.id).concern_id for row in (pinned, loose, alone)}
    assert sorted(homes.values()) == sorted([coded.canteen.id, coded.parking.id, coded.parking.id])
    assert homes[alone.id] == coded.parking.id
    # One of three stays; a fourth finds no passage left.
    crowded = Book((), (*book.wishes, Wish("没水", "排班")))
    assert (look(coded, crowded).crowded, look(coded, crowded).any) == (1, False)


def test_a_passage_without_a_code_stays_where_it_is(coded) -> None:
    before = texts("停车")
    take(coded, Book((), (Wish("停车场太暗", "停车"), Wish("排班一个月改三版", "停车"))))
    assert texts("停车") == before | {"排班一个月改三版"}


def test_what_is_hidden_or_closed_cannot_be_moved(coded) -> None:
    wishes = tuple(Wish(text, "排班") for text in ("不计入的话", "藏起来的诉求的话", "只给书记看的停车的话"))
    found = look(coded, Book((), wishes))
    assert found.unknown == 3 and not found.any


def test_masked_words_find_their_passage_and_stay_as_written(coded) -> None:
    take(coded, Book((), (Wish("某某说食堂贵，电话〔电话〕", "排班"), Wish("〔隐去〕修过食堂的灯", "排班"))))
    assert texts("排班") >= {"党员丙说食堂贵，电话13800138000", "三号楼的某人修过食堂的灯"}


def test_somebody_was_quicker(coded) -> None:
    book = Book((Entry("食堂", "吃住"),), (Wish("停车场太暗", "食堂"),))
    seen = taking.fingerprint(look(coded, book))
    moved = db.session.scalars(select(Excerpt).where(Excerpt.text == "停车场太暗")).one()
    curation.move(coded.parking, excerpt_ids=[moved.id], to=coded.rota, of=coded.investigation, by=coded.secretary)
    db.session.commit()
    with pytest.raises(Stale):
        taking.take_in(book, coded.investigation, seen=seen, within=coded.branch, by=coded.secretary)
    assert db.session.get_one(Concern, coded.canteen.id).theme == "后勤"
    assert "停车场太暗" in texts("排班")


@pytest.mark.parametrize(
    "book",
    [
        Book(()),
        Book((Entry("x" * 121),)),
        Book((Entry("x", "t" * 61),)),
        Book((Entry("x", "", "s" * 1001),)),
        Book((Entry("x", includes="i" * 2001),)),
        Book((Entry("x", "a"), Entry("X", "b"))),
        Book(tuple(Entry(f"c{at}") for at in range(2001))),
        Book((), (Wish("停车场太暗", "x" * 121),)),
    ],
    ids=["empty", "name", "theme", "summary", "includes", "twice", "many", "name-of-passage"],
)
def test_what_does_not_fit_is_refused(coded, book) -> None:
    with pytest.raises(BadInput):
        look(coded, book)


def test_a_page_keeps_a_file_whole() -> None:
    book = Book((Entry("食堂", "a", "b", "c", "d"),), (Wish("没水😀", "食堂"),), ("一句",))
    assert taking.unpacked(taking.packed(book)) == book


@pytest.mark.parametrize("kept", ["", "x", "eJwDAAAAAAE=", "eNqrrgUAAXUA+Q==", "eNoDAAAAAAE=", "😀", "9" * 5000])
def test_a_page_that_came_back_broken_asks_for_the_file_again(app, kept) -> None:
    with pytest.raises(BadInput):
        taking.unpacked(kept)


def hidden(page: str, name: str) -> str:
    return re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)[1]


def test_pages_look_first_and_then_write(coded) -> None:
    client = signed_in(coded.secretary)
    url = f"/app/investigations/{coded.investigation.id}/concerns/import"
    assert client.get(url).status_code == 200
    table = "诉求,主题,包括\n夜班,上班,夜里的事\n"
    before = standing()
    answer = client.post(url, data={"file": (io.BytesIO(table.encode()), "t.csv")})
    assert answer.status_code == 200 and "夜里的事" in answer.text and standing() == before
    kept = {name: hidden(answer.text, name) for name in ("kept", "seen")}
    assert client.post(f"{url}/write", data=kept | {"seen": "x"}).status_code == 409 and standing() == before
    assert client.post(f"{url}/write", data=kept).status_code == 302
    assert db.session.scalars(select(Concern).where(Concern.label == "夜班")).one().includes == "夜里的事"
    assert client.get(f"/app/investigations/{coded.investigation.id}/concerns").status_code == 200
    for data in ({}, {"kept": "x"}, kept | {"kept": kept["kept"][:-8]}):
        assert client.post(f"{url}/write", data=data).status_code in (409, 422)
    for data in ({}, {"file": "text"}, {"file": (io.BytesIO(b""), "")}, {"file": (io.BytesIO(b"x"), "x.qdpx")}):
        assert client.post(url, data=data).status_code == 422
    for account in (coded.committee_member, coded.member):
        assert signed_in(account).post(url).status_code == 403
        assert signed_in(account).post(f"{url}/write", data=kept).status_code == 403
    assert signed_in(coded.outsider).post(f"{url}/write", data=kept).status_code == 404


def test_recoded_in_another_program(coded) -> None:
    """The project is taken out, one coding is given another code as QualCoder would write it, and taken in."""
    with zipfile.ZipFile(io.BytesIO(file_of(coded, "qdpx"))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    qde = files["project.qde"].decode()
    codes = dict(re.findall(r'<Code guid="([^"]+)" name="([^"]+)" isCodable="true"', qde))
    guids = {name: guid for guid, name in codes.items()}
    place = qde.index('name="停车场太暗"')
    files["project.qde"] = (
        qde[:place] + qde[place:].replace(f'targetGUID="{guids["停车"]}"', f'targetGUID="{guids["排班"]}"', 1)
    ).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    found = take(coded, book_of(out.getvalue(), "x.qdpx"))
    assert sum(change.moved for change in found.changes) == 1 and "停车场太暗" in texts("排班")


def test_concerns_of_the_same_name_keep_apart(coded) -> None:
    concern(coded, "食堂", "食堂的另一回事")
    assert not look(coded, book_of(file_of(coded, "xlsx"), "x.xlsx")).any
