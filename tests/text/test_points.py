"""Points: an answer cut where it turns, and told twice where it names two matters."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from text.foci import foci, narrowed
from text.points import point_kind, points

ROOT = Path(__file__).parents[2]


def told(answer: str) -> list[tuple[str, str, str]]:
    return [(point.text, point.kind, point.focus) for point in points(answer)]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("食堂没啥意见，主要是停车", [("主要是停车", "concern", "")]),
        ("食堂好吃，就是停车难", [("食堂好吃", "praise", ""), ("就是停车难", "concern", "")]),
        ("食堂没意见但停车太难", [("但停车太难", "concern", "")]),
        ("没有意见不过停车太难", [("不过停车太难", "concern", "")]),
        ("食堂好吃但停车太难", [("食堂好吃", "praise", ""), ("但停车太难", "concern", "")]),
        (
            "食堂米饭夹生，打饭的阿姨态度倒是很好",
            [("食堂米饭夹生", "concern", ""), ("打饭的阿姨态度倒是很好", "praise", "")],
        ),
        ("谈心很好，希望谈完有结果", [("谈心很好", "praise", ""), ("希望谈完有结果", "suggestion", "")]),
        ("食堂太咸，停车太难", [("食堂太咸", "concern", ""), ("停车太难", "concern", "")]),
        ("宿舍太吵。另外食堂太咸", [("宿舍太吵。", "concern", ""), ("另外食堂太咸", "concern", "")]),
        ("书记来过班里两次，坐着听我们说，挺好", [("书记来过班里两次，坐着听我们说", "praise", "")]),
        ("我提的更衣柜上周装上了，谢谢", [("我提的更衣柜上周装上了", "praise", "")]),
        ("请把路灯修一下，谢谢", [("请把路灯修一下", "suggestion", "")]),
        ("停车！停车！停车！", [("停车！", "concern", "")]),
        ("我是新来的", [("我是新来的", "info", "")]),
        ("Soup was great, bread less so", [("Soup was great", "praise", ""), ("bread less so", "concern", "")]),
        ("New lockers arrived, thank you", [("New lockers arrived", "praise", "")]),
        ("we will leave if nothing changes", [("we will leave if nothing changes", "concern", "")]),
        ("无", []),
        ("没意见，挺好", []),
        ("all good thanks", []),
    ],
)
def test_points(answer: str, expected: list[tuple[str, str, str]]) -> None:
    assert told(answer) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("要是食堂和停车都解决了，我没有别的话", ["食堂", "停车"]),
        ("要是食堂和停車都解決了", ["食堂", "停車"]),
        ("希望改善食堂、停车、宿舍", ["食堂", "停车", "宿舍"]),
        ("If parking and food were sorted I'd be happy", ["parking", "food"]),
        ("Canteen, parking and training need work", ["Canteen", "parking", "training"]),
        ("宿舍和食堂的网都不行", [""]),  # the network, in two places
        ("门卫室和岗亭都漏雨", [""]),
        ("工资和奖金都太低", [""]),  # one matter
        ("倒班补贴和夜餐补贴是不是一回事", [""]),
        ("表扬食堂和宿舍的师傅", [""]),
    ],
)
def test_things_named_side_by_side(answer: str, expected: list[str]) -> None:
    found = points(answer)
    assert [point.focus for point in found] == expected
    assert len({(point.start, point.end, point.text) for point in found}) == 1


@pytest.mark.parametrize(
    ("text", "focus", "expected"),
    [
        ("要是食堂和停车都解决了", "停车", "要是停车都解决了"),
        ("要是食堂和停車都解決了", "停車", "要是停車都解決了"),
        ("要是食堂和停车都解决了", "宿舍", "要是食堂和停车都解决了"),
        ("停车太难", "停车", "停车太难"),
    ],
)
def test_a_passage_about_one_of_its_matters(text: str, focus: str, expected: str) -> None:
    assert narrowed(text, focus, "zh") == expected


def test_the_kind_of_a_point_is_never_a_promise() -> None:
    gold = [json.loads(line) for line in (ROOT / "tests" / "gold" / "talk_segments.jsonl").open(encoding="utf-8")]
    assert "commitment" not in {point_kind(segment["text"]) for segment in gold}
    assert point_kind("没有") == "nothing"


@given(st.text(alphabet=st.sampled_from("停车食堂和、都好吃但太难没意见沒車，。！就是谢 .,!abutC"), max_size=60))
def test_offsets_point_at_the_passage_as_written(text: str) -> None:
    found = points(text)
    for point in found:
        assert text[point.start : point.end] == point.text != ""
        assert point.focus in point.text
    places = list(dict.fromkeys((point.start, point.end) for point in found))
    assert places == sorted(places)
    assert all(one[1] <= other[0] for one, other in zip(places, places[1:], strict=False))
    assert len({(point.start, point.focus) for point in found}) == len(found)


@given(st.text(alphabet="食堂和停车、宿舍与 的都太", max_size=30))
def test_foci_stand_apart_in_order(text: str) -> None:
    at = 0
    for start, end in foci(text, "zh"):
        assert at <= start < end <= len(text)
        at = end + 1
