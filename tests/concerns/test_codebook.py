"""The codebook: entries under their themes, written by one person at a time, and taken back."""

import pytest

from concerns import codebook, curation, queries
from concerns.candidates import OFFERED, candidates
from concerns.models import Concern
from core.db import db
from core.errors import BadInput, Stale

pytestmark = pytest.mark.usefixtures("foreseeable")


@pytest.fixture
def grouped(any_stage, fill):
    fill(any_stage)
    any_stage.group()
    return any_stage


def _describe(stage, label: str, theme: str, includes: str = "", excludes: str = "", **values) -> None:
    concern = stage.concern(label)
    entry = {"theme": theme, "includes": includes, "excludes": excludes, "seen": concern.revision}
    codebook.describe(concern, **entry | {"by": stage.cast.secretary} | values)


def _book(stage) -> list[tuple[str, list[str]]]:
    book = codebook.codebook(stage.cast.investigation, within=stage.cast.branch)
    return [(theme.name, [entry.line.label for entry in theme.entries]) for theme in book.themes]


def test_concerns_stand_under_their_themes_widest_first(grouped) -> None:
    _describe(grouped, "停车", " 生活  保障 ")
    _describe(grouped, "食堂", "生活 保障")
    assert _book(grouped) == [("生活 保障", ["食堂", "停车"]), ("", ["宿舍"])]


def test_a_long_codebook_comes_in_pages_and_whole(grouped, monkeypatch) -> None:
    monkeypatch.setattr(codebook, "LISTED", 2)
    _describe(grouped, "宿舍", "生活")
    of, within = grouped.cast.investigation, grouped.cast.branch
    found = []
    for page in (1, 2, 3):
        book = codebook.codebook(of, within=within, page=page)
        found.append((book.number, book.count, [entry.line.label for theme in book.themes for entry in theme.entries]))
    assert found == [(1, 2, ["宿舍", "食堂"]), (2, 2, ["停车"]), (2, 2, ["停车"])]
    assert _book(grouped) == [("生活", ["宿舍"]), ("", ["食堂", "停车"])]


def test_hidden_and_merged_concerns_are_no_entries(grouped) -> None:
    by = grouped.cast.secretary
    curation.hide(grouped.concern("停车"), seen=grouped.concern("停车").revision, by=by)
    curation.merge(grouped.concern("宿舍"), into=grouped.concern("食堂"), seen=grouped.concern("宿舍").revision, by=by)
    assert _book(grouped) == [("", ["食堂"])]


def test_notes_are_shown_without_names(grouped) -> None:
    _describe(grouped, "食堂", "", "党员丙说的饭菜", "党员丙的停车")
    entry = codebook.codebook(grouped.cast.investigation, within=grouped.cast.branch).themes[0].entries[0]
    assert "党员丙" not in entry.includes + entry.excludes
    assert "饭菜" in entry.includes and "停车" in entry.excludes


def test_an_entry_is_taken_back(grouped) -> None:
    of, by = grouped.cast.investigation, grouped.cast.secretary
    _describe(grouped, "食堂", "生活", "饭菜", "宿舍做饭")
    assert curation.undo(of, step_id=queries.last_step(of, by=by).id, by=by)
    db.session.expire_all()
    food = grouped.concern("食堂")
    assert (food.theme, food.includes, food.excludes, food.curated) == ("", "", "", False)


def test_a_described_concern_survives_grouping_again(grouped) -> None:
    _describe(grouped, "食堂", "生活", "饭菜")
    db.session.commit()
    grouped.group()
    assert grouped.concern("食堂").includes == "饭菜"


def test_a_concern_split_off_stays_under_its_theme(grouped) -> None:
    _describe(grouped, "食堂", "生活")
    chosen = grouped.ids("食堂", "食堂价格太贵")
    of, by = grouped.cast.investigation, grouped.cast.secretary
    made = curation.split(grouped.concern("食堂"), excerpt_ids=chosen, label="价格", of=of, by=by)
    assert made.theme == "生活"


def test_who_writes_second_is_told(grouped) -> None:
    seen = grouped.concern("食堂").revision
    _describe(grouped, "食堂", "生活", "先来的")
    with pytest.raises(Stale):
        _describe(grouped, "食堂", "后勤", "后来的", seen=seen, by=grouped.cast.committee_member)
    assert grouped.concern("食堂").includes == "先来的"


@pytest.mark.parametrize("field", ["theme", "includes", "excludes"])
def test_too_much_is_refused_with_its_field(grouped, field) -> None:
    with pytest.raises(BadInput) as refused:
        _describe(grouped, "食堂", **{"theme": ""} | {field: "长" * (codebook.NOTE + 1)})
    assert refused.value.field == field


def test_the_likest_concerns_are_offered_first(grouped) -> None:
    of, within = grouped.cast.investigation, grouped.cast.branch
    other = Concern(organisation_id=within.id, investigation_id=of.id, label="停车难", terms=["停车"])
    db.session.add(other)
    db.session.flush()
    found = candidates(grouped.concern("停车"), of, within=within)
    assert found[0].label == "停车难" and {one.label for one in found} == {"停车难", "食堂", "宿舍"}
    assert next(one.voices for one in found if one.label == "食堂") == 6
    assert [one.label for one in candidates(grouped.concern("停车"), of, within=within, wanted="食")] == ["食堂"]


def test_of_hundreds_a_handful_is_offered(grouped) -> None:
    of, within = grouped.cast.investigation, grouped.cast.branch
    db.session.add_all(
        Concern(organisation_id=within.id, investigation_id=of.id, label=f"第{number}件事") for number in range(100)
    )
    db.session.flush()
    assert len(candidates(grouped.concern("停车"), of, within=within)) == OFFERED
    assert [one.label for one in candidates(grouped.concern("停车"), of, within=within, wanted="第77件")] == [
        "第77件事"
    ]


def test_the_pages_write_and_show_an_entry(stage, fill, client_for) -> None:
    fill(stage)
    stage.group()
    secretary, concern = client_for("secretary"), stage.concern("食堂")
    url, book = f"/app/concerns/{concern.id}/code", f"/app/investigations/{stage.cast.investigation.id}/codebook"
    entry = {"theme": "生活", "includes": "饭菜质量", "excludes": "宿舍做饭", "revision": concern.revision}
    assert secretary.post(url + "?back=codebook", data=entry).headers["Location"].endswith(f"{book}#c{concern.id}")
    assert "饭菜质量" in secretary.get(book).text and "饭菜质量" in secretary.get(f"/app/concerns/{concern.id}").text
    late = secretary.post(url, data=entry | {"includes": "后来的话"})
    assert late.status_code == 409
    assert "饭菜质量" in late.text and "后来的话" in late.text, "both sides are shown"
    assert secretary.post(url, data=entry | {"theme": "长" * 61}).status_code == 422
    reader = client_for("committee_member")
    assert "饭菜质量" in reader.get(book).text and "/code?" not in reader.get(book).text
    assert reader.get(url).status_code == 403
