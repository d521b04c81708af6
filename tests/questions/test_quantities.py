"""Numbers, days and times: read however people write them, counted in bands that point at nobody."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from questions import amounts, bands, named
from questions.base import Counts, Item, Refused, count

WIDE = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")
WHOLE_COUNTS = st.dictionaries(st.integers(-300, 3000), st.integers(1, 60), min_size=1, max_size=60)


@pytest.fixture(autouse=True)
def _speaking(app):
    with app.test_request_context("/?", headers={"Accept-Language": "en"}):
        yield


def item(kind: str, **settings: Any) -> Item:
    definition = {"type": kind, **settings}
    found = named(definition)
    assert found is not None and not list(found.check(definition)), list(found.check(definition))
    return Item("q", found, "How much?", settings=found.prepare(definition))


def read(asked: Item, typed: str) -> Any:
    return asked.kind.read(MultiDict({"q": typed}), asked).get("q")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("12", 12),
        ("１２．５", 12.5),
        ("1,234", 1234),
        ("１，２３４", 1234),
        ("1 234.50", 1234.5),
        ("12。5", 12.5),
        ("−7", -7),
        ("－7", -7),
        ("+3", 3),
        (" 40 km ", 40),
        ("40ｋｍ", 40),
        ("007", 7),
        (".5", 0.5),
        ("5.", 5),
        ("5.0000", 5),
        ("", None),
        ("　", None),
    ],
)
def test_numbers_are_read_as_people_type_them(typed: str, kept: float | None) -> None:
    found = read(item("number", decimals=2, unit="km"), typed)
    assert found == kept and type(found) is type(kept)


@pytest.mark.parametrize(
    "typed", ["12,5", "1,23", "5²", "①", "twelve", "1.2.3", "--1", ".", ",", "1e3", "nan", "1" * 41]
)
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(Refused, match="12.5"):
        read(item("number", decimals=2), typed)


def test_limits_and_decimals_are_told() -> None:
    age = item("number", min=16, max=70)
    for typed, said in (("15", "from 16 to 70"), ("71", "from 16 to 70"), ("20.5", "whole number")):
        with pytest.raises(Refused, match=said):
            read(age, typed)
    with pytest.raises(Refused, match="at most 1 digits"):
        read(item("number", decimals=1), "3.14")
    with pytest.raises(Refused, match="1,000,000,000,000"):
        read(item("number"), "9" * 20)
    assert read(item("number", min=0.5), "1.5") == 1.5, "limits with decimals ask for decimals"


@settings(deadline=None, max_examples=60)
@given(st.integers(-(10**6), 10**6), st.integers(0, 6), st.booleans())
def test_every_number_comes_back_from_its_writing(number: int, decimals: int, wide: bool) -> None:
    asked = item("number", decimals=decimals)
    value = number / 10**decimals
    typed = f"{value:,.{decimals}f}"
    assert read(asked, typed.translate(WIDE) if wide else typed) == value
    assert asked.kind.accept({"q": value}, asked) == {"q": value}
    assert asked.kind.accept({"q": float(value)}, asked) == {"q": value}


@settings(deadline=None, max_examples=60)
@given(
    st.text(max_size=60) | st.floats().map(str) | st.integers().map(str), st.sampled_from(["number", "date", "time"])
)
def test_any_text_is_read_or_refused(typed: str, kind: str) -> None:
    asked = item(kind, **({"decimals": 6} if kind == "number" else {}))
    try:
        answer = asked.kind.read(MultiDict({"q": typed}), asked)
    except Refused as refused:
        assert str(refused)
        return
    assert len(json.dumps(answer, separators=(",", ":")).encode()) <= asked.kind.max_bytes(asked)
    assert asked.kind.accept(answer, asked) == answer


@pytest.mark.parametrize("cell", [float("nan"), float("inf"), 1e300, True, [1], {"a": 1}])
def test_strange_cells_are_refused(cell: object) -> None:
    with pytest.raises(Refused):
        item("number").kind.accept({"q": cell}, item("number"))


@settings(deadline=None, max_examples=60)
@given(st.dates(min_value=date(1000, 1, 1)))
def test_days_are_read_as_people_write_them(day: date) -> None:
    asked = item("date")
    plain = f"{day.year:04d}{day.month:02d}{day.day:02d}"
    said = [f"{day.year:04d}年{day.month}月{day.day}日", f"{day.year:04d}.{day.month:02d}.{day.day:02d}"]
    slashed = f"{day.year:04d}/{day.month}/{day.day}"
    for typed in (day.isoformat(), plain, slashed, *said, day.isoformat().translate(WIDE)):
        assert read(asked, typed) == day.isoformat()
    assert asked.kind.accept({"q": day}, asked) == {"q": day.isoformat()}
    assert asked.kind.accept({"q": f"{day.isoformat()} 00:00:00"}, asked) == {"q": day.isoformat()}


@pytest.mark.parametrize("typed", ["2026-02-30", "26-1-1", "1/2/2026", "yesterday", "2026", "2026-13-01", "0000-01-01"])
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(Refused, match="2026-11-23"):
        read(item("date"), typed)


def test_days_keep_to_their_limits() -> None:
    asked = item("date", min="2026-01-01", max="2026-12-31")
    assert read(asked, "2026-01-01") == "2026-01-01"
    for typed in ("2025-12-31", "2027-01-01"):
        with pytest.raises(Refused, match="1 January 2026"):
            read(asked, typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("08:30", "08:30"),
        ("8:30", "08:30"),
        ("8：30", "08:30"),
        ("0830", "08:30"),
        ("8点", "08:00"),
        ("8点半", "08:30"),
        ("８点５分", "08:05"),
        ("下午3点一刻", "15:15"),
        ("晚上11点三刻", "23:45"),
        ("上午12点", "00:00"),
        ("中午12点", "12:00"),
        ("3:05 pm", "15:05"),
        ("12 a.m.", "00:00"),
        ("14:05:00", "14:05"),
        ("23", "23:00"),
        ("", None),
    ],
)
def test_times_are_read_as_people_write_them(typed: str, kept: str | None) -> None:
    assert read(item("time"), typed) == kept


@pytest.mark.parametrize("typed", ["24:00", "8:60", "soon", "8:5:5", "13 pm", "上午下午3点", "12345", "8:30 - 9:00"])
def test_what_is_no_time_is_refused(typed: str) -> None:
    with pytest.raises(Refused, match="08:30"):
        read(item("time"), typed)


def test_bad_limits_are_told() -> None:
    for definition in (
        {"type": "number", "min": 5, "max": 5},
        {"type": "number", "min": "5"},
        {"type": "number", "max": float("nan")},
        {"type": "number", "decimals": 7},
        {"type": "number", "unit": "x" * 21},
        {"type": "date", "min": "2026-02-30"},
        {"type": "date", "min": "2026-02-03", "max": "2026-02-02"},
        {"type": "time", "max": "24:00"},
        {"type": "time", "max": 510},
    ):
        kind = named(definition)
        assert kind is not None
        assert len(list(kind.check(definition))) == 1, definition


# ---- bands -----------------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(WHOLE_COUNTS)
def test_bands_hold_everybody_once_and_several_at_the_ends(counts: dict[int, int]) -> None:
    at = bands.cuts(counts, bands.round_steps())
    drawn = bands.bars(counts, at, lambda low, high: f"{low} to {high}")
    assert sum(bar.count or 0 for bar in drawn) == sum(counts.values())
    assert len(drawn) <= bands.MOST and len({bar.value for bar in drawn}) == len(drawn)
    assert list(at) == sorted(set(at))
    if at:
        assert drawn[0].count >= bands.TAIL and drawn[-1].count >= bands.TAIL, "no band tells an extreme"
        assert len({second - first for first, second in zip(at, at[1:], strict=False)}) <= 1
    assert at == bands.cuts(dict(reversed(counts.items())), bands.round_steps()), "the same data, the same bands"


@settings(deadline=None, max_examples=60)
@given(WHOLE_COUNTS, st.integers(10_000, 10**9))
def test_an_extreme_value_moves_no_band(counts: dict[int, int], far: int) -> None:
    biggest = max(counts)
    moved = {**counts, biggest: counts[biggest] - 1, far: 1}
    if counts[biggest] > bands.TAIL:
        assert bands.cuts(moved, bands.round_steps()) == bands.cuts(counts, bands.round_steps())


def test_few_whole_values_have_a_bar_each() -> None:
    children = item("number", min=0)
    tally = children.kind.counted(counts_of({0: 30, 1: 40, 2: 20, 3: 6, 9: 1}), children)
    assert [(bar.label, bar.count) for bar in tally.bars] == [("0", 30), ("1", 40), ("2", 20), ("3 or more", 7)]
    assert tally.figure("median") == 1 and tally.mean == pytest.approx(107 / 97)


def test_many_values_are_gathered_in_round_bands_with_their_unit() -> None:
    way = item("number", min=0, decimals=1, unit="km")
    tally = way.kind.counted(counts_of({step / 10: 2 for step in range(3, 400, 7)}), way)
    assert [bar.label for bar in tally.bars] == [
        "0 to under 10 km",
        "10 to under 20 km",
        "20 to under 30 km",
        "30 km or more",
    ]
    hours = item("number", max=60)
    told = [bar.label for bar in hours.kind.counted(counts_of(dict.fromkeys(range(61), 3)), hours).bars]
    assert told[0] == "up to 9" and told[1] == "10–19" and told[-1] == "50–60"


def counts_of(given: dict[Any, int]) -> Counts:
    n = sum(given.values())
    return Counts(n, n, by={"q": given})


def test_settled_bands_stay_under_a_filter() -> None:
    for kind, values in (
        ("number", dict.fromkeys(range(50), 3)),
        ("time", {f"{hour:02d}:10": 5 for hour in range(6, 20)}),
        ("date", {(date(2020, 1, 1) + timedelta(days=40 * n)).isoformat(): 3 for n in range(60)}),
    ):
        asked = item(kind)
        whole = asked.kind.counted(counts_of(values), asked)
        settled = asked.kind.settled(counts_of(values), asked)
        some = settled.kind.counted(counts_of(dict(list(values.items())[:9])), settled)
        assert [bar.value for bar in some.bars] == [bar.value for bar in whole.bars]
        assert settled.kind.counted(counts_of(values), settled) == whole
        assert len(whole.bars) > 3


def test_days_are_counted_by_day_month_or_year() -> None:
    asked = item("date")

    def told(first: date, step: int, many: int) -> list[str]:
        days = {(first + timedelta(days=step * n)).isoformat(): 6 for n in range(many)}
        return [bar.label for bar in asked.kind.counted(counts_of(days), asked).bars]

    assert told(date(2026, 3, 1), 1, 3) == ["until 1 March 2026", "2 March 2026", "3 March 2026 or later"]
    assert told(date(2026, 1, 5), 30, 4) == ["until 2026-01", "2026-02", "2026-03", "2026-04 or later"]
    assert told(date(1990, 1, 5), 365 * 5, 7)[0].startswith("until 19")


def test_times_are_counted_by_round_hours() -> None:
    asked = item("time")
    tally = asked.kind.counted(
        counts_of({f"{hour:02d}:{minute:02d}": 2 for hour in range(6, 22) for minute in (5, 50)}), asked
    )
    assert [bar.label for bar in tally.bars][:2] == ["before 09:00", "09:00–11:59"]
    assert tally.mean is None and sum(bar.count or 0 for bar in tally.bars) == 64


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 100), max_size=80))
def test_a_tally_holds_every_answer(numbers: list[int]) -> None:
    asked = item("number")
    answers = [{"q": number} for number in numbers]
    tally = asked.kind.counted(count([*answers, {}], asked), asked)
    assert sum(bar.count or 0 for bar in tally.bars) == tally.answered == len(numbers) and tally.missing == 1


def test_no_figure_tells_an_extreme() -> None:
    limits = amounts.Limits()
    tally = amounts.tally({1: 50, 2: 50, 77777: 1}, 101, limits, amounts.cuts([{1: 50, 2: 50, 77777: 1}], limits))
    assert "77" not in "".join(bar.label + bar.value for bar in tally.bars)
    assert [figure.key for figure in tally.figures] == ["median"]
