"""Days in prose: what use says they are, whatever the text no crash, and how many of the gold file's are found."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import promises as measure
from text import dates

THURSDAY, MONDAY = date(2025, 11, 6), date(2026, 11, 23)


def due(text: str, on: date = MONDAY, lang=None) -> str | None:
    found = dates.due(dates.find(text, on, lang=lang))
    return found.day.isoformat() if found and found.day else None


@pytest.mark.parametrize(
    ("on", "text", "day"),
    [
        ("2025-11-06", "下周三前给他回话", "2025-11-12"),
        ("2026-07-08", "下周一前看现场", "2026-07-13"),
        ("2026-01-20", "请他们元宵前修好", "2026-03-02"),
        ("2026-01-20", "正月十五前修好", "2026-03-02"),
        ("2026-01-20", "年初五我去看他", "2026-02-21"),
        ("2025-12-24", "节前处理", "2025-12-31"),
        ("2026-01-20", "春节前办好", "2026-02-16"),
        ("2026-09-22", "国庆后再谈一次", "2026-10-08"),
        ("2025-12-24", "一周内给个明白话", "2025-12-31"),
        ("2026-03-11", "两周内答复", "2026-03-25"),
        ("2026-10-14", "一个月内告诉他", "2026-11-14"),
        ("2026-01-31", "一个月内告诉他", "2026-02-28"),
        ("2026-09-30", "三个工作日内答复", "2026-10-10"),
        ("2026-05-20", "这周五当面聊", "2026-05-22"),
        ("2026-02-04", "下周就印", "2026-02-13"),
        ("2026-08-19", "列入四季度培训", "2026-12-31"),
        ("2026-09-22", "安排到十二月底", "2026-12-31"),
        ("2026-04-22", "定了六月八号到二十一号", "2026-06-08"),
        ("2026-11-23", "1月10日至15日之间答复", "2027-01-15"),
        ("2026-06-23", "最晚的是七月十号", "2026-07-10"),
        ("2026-11-23", "最晚七月十号", "2027-07-10"),
        ("2026-11-23", "月底前", "2026-11-30"),
        ("2026-11-23", "十二月前", "2026-11-30"),
        ("2026-11-23", "年底前", "2026-12-31"),
        ("2026-11-23", "二〇二七年三月五日前", "2027-03-05"),
        ("2026-11-23", "2027.3.5前", "2027-03-05"),
        ("2026-11-23", "每月十号前换一次", "2026-12-10"),
        ("2026-11-23", "周五下班前", "2026-11-27"),
        ("2026-11-23", "by Friday", "2026-11-27"),
        ("2026-11-23", "next Tuesday", "2026-12-01"),
        ("2026-11-23", "before the end of next week", "2026-12-04"),
        ("2026-11-23", "before Christmas", "2026-12-24"),
        ("2026-11-23", "in two weeks", "2026-12-07"),
        ("2026-11-23", "within three working days", "2026-11-26"),
        ("2026-11-23", "by 12 March", "2027-03-12"),
        ("2026-11-23", "before lunch", "2026-11-23"),
        ("2026-11-23", "from March", "2027-03-01"),
        ("2026-11-23", "before Easter", "2027-03-27"),
        ("2026-11-23", "by COB Friday", "2026-11-27"),
    ],
)
def test_a_day_is_the_one_people_mean(on, text, day) -> None:
    assert due(text, date.fromisoformat(on)) == day


@pytest.mark.parametrize(
    "text",
    [
        "三天前报过",
        "上周五问过一次",
        "去年十月的内容",
        "一号库房前的灯",
        "四号行车",
        "先试一个月",
        "下个月的会",
        "这几天不安排",
        "过去一年",
        "每周至少休一天",
        "two weeks ago",
        "last Friday",
        "since January",
        "for a month",
        "three days ahead",
        "I may go",
        "2026-13-45",
        "二月三十号前",
    ],
)
def test_no_day_is_made_of_what_names_none(text) -> None:
    assert due(text) is None


def test_what_is_named_stands_where_it_says() -> None:
    text = "😀我答应这周内去库房，下周三前给他回话。"
    spans = {text[one.start : one.end]: one for one in dates.find(text, THURSDAY)}
    assert list(spans) == ["这周内", "下周三前"]
    assert spans["下周三前"].kind == "deadline" and spans["下周三前"].sure == "sure"


def test_kinds_are_told_apart() -> None:
    kinds = {one.text: one.kind for one in dates.find("今天起登记，每月十号前公布，月底前办完", MONDAY)}
    assert kinds == {"今天起": "from", "每月十号前": "repeating", "月底前": "deadline"}


def test_an_organisations_own_rest_days_are_not_working_days() -> None:
    plain = dates.due(dates.find("两个工作日内", MONDAY))
    rested = dates.due(dates.find("两个工作日内", MONDAY, {date(2026, 11, 24): False}))
    assert plain and plain.day == date(2026, 11, 25)
    assert rested and rested.day == date(2026, 11, 26)


PIECES = (
    "下周三前 元宵 节前 十 两 半 个 月 周 年 底 前 内 号 日 到 至 每 上 这 本 一 2026 3 . / - 5 12 腊月 初五 季度 "
    "工作日 后 起 的 ， 。 我 初八 过了 会 "
    "by before next within the in of March Friday week month 12th Q4 Christmas every two days end from"
).split()
ANY_DAY = st.dates(min_value=date(1, 1, 1), max_value=date(9999, 12, 31))


@settings(max_examples=600, deadline=None)
@given(
    text=st.one_of(
        st.text(max_size=60),
        st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
        st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join),
    ),
    on=ANY_DAY,
    lang=st.sampled_from(["zh", "en"]),
)
def test_whatever_is_written_is_read_without_a_crash(text, on, lang) -> None:
    found = dates.find(text, on, lang=lang)
    for one in found:
        assert 0 <= one.start < one.end <= len(text) and text[one.start : one.end] == one.text
        assert one.day is None or one.day >= on
        assert one.day is not None or one.kind == "repeating"
    assert all(before.end <= after.start for before, after in zip(found, found[1:], strict=False))


@pytest.mark.parametrize(("lang", "count"), [("zh", 19), ("en", 6)])
def test_the_days_of_the_gold_promises_are_found(lang, count) -> None:
    score = measure.of_days(measure.sample(lang))
    print(f"\ndays {lang}: {score}")
    assert score.right + score.missed == count
    assert score.recall == 1 and score.precision >= 0.85


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_days_the_rules_were_never_mended_by_are_found(lang) -> None:
    score = measure.of_days(measure.written(lang, 4))
    print(f"\ndays, unseen {lang}: {score}")
    assert score.precision >= 0.9 and score.recall >= 0.8


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_days_once_found_stay_found(lang) -> None:
    cases = [case for lot in (1, 2, 3) for case in measure.written(lang, lot)]
    score = measure.of_days(cases)
    print(f"\ndays, seen since {lang}: {score}")
    assert len(cases) > 60 and score.precision >= 0.9 and score.recall >= 0.9
