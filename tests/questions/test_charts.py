"""Charts say what the numbers say, and nothing about the hidden ones."""

import re
from xml.etree import ElementTree

import pytest

from questions import canvas, charts
from questions.charts import Bar, Bars, Columns, Drawing, Heat, Likert, Row, Series, Words, draw

WORDS = Words(hidden="少于5人", net="净满意")
LEVELS = ("很差", "较差", "一般", "较好", "很好")
SVG = "{http://www.w3.org/2000/svg}"
LIKERT = Likert(LEVELS, (Row("食堂", (10, 20, 30, 25, 15)), Row("夜班", (40, 20, None, 10, 10))))
BARS = Bars((Bar("夜班热餐", 58.3, "357人", True), Bar("其他", None)))
COLUMNS = Columns(("2025年", "2026年"), (Series("倒班", (41.5, 58.7)), Series("常白班", (62.3, None))))
HEAT = Heat(("班前会", "公告栏和电子屏", "微信群"), (Row("安全通知", (80, 31, None)), Row("培训机会", (12, 0, 55))))
ALL: list[Drawing] = [LIKERT, BARS, COLUMNS, HEAT]


def shapes(svg: str, tag: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(svg).iter(SVG + tag))


@pytest.mark.parametrize("drawing", ALL, ids=lambda drawing: type(drawing).__name__)
@pytest.mark.parametrize("width", [charts.WIDE, charts.NARROW])
def test_a_chart_is_strict_svg_that_stays_inside_its_frame(drawing: Drawing, width: int) -> None:
    svg = draw(drawing, title="题 <&>", words=WORDS, width=width)
    root = ElementTree.fromstring(svg)
    assert root.attrib["class"] == "chart" and root.attrib["role"] == "img"
    assert not {"style", "id", "width", "height"} & root.attrib.keys()
    assert root[0].tag == SVG + "title" and root[0].text == "题 <&>"
    assert root[1].tag == SVG + "desc" and "少于5人" in root[1].text
    assert not re.search(r"<style|style=| id=|url\(|on\w+=", svg)
    for box in root.iter(SVG + "rect"):
        assert float(box.get("x")) >= -0.5
        assert float(box.get("x")) + float(box.get("width")) <= width + 0.5
        assert float(box.get("y")) + float(box.get("height")) <= charts.height_of(svg) + 0.5
    for text in root.iter(SVG + "text"):
        length = canvas.text_width(text.text, float(text.get("font-size", 13)))
        start = float(text.get("x")) - {"end": length, "middle": length / 2}.get(text.get("text-anchor"), 0)
        assert start > -8 and start + length < width + 8, text.text


def test_lengths_are_true_to_the_numbers() -> None:
    chart = Bars((Bar("甲", 80), Bar("乙", 20)))
    widths = [float(box.get("width")) for box in shapes(draw(chart, title="题", words=WORDS), "rect")]
    assert widths[0] == pytest.approx(4 * widths[1], rel=0.01)
    row = Likert(LEVELS, (Row("甲", (10, 20, 40, 20, 10)),))
    boxes = [box for box in shapes(draw(row, title="题", words=WORDS), "rect") if box.get("height") == "22.00"]
    assert [float(box.get("width")) for box in boxes] == pytest.approx(
        [float(boxes[0].get("width")) * share / 10 for share in (10, 20, 40, 20, 10)], rel=0.01
    )
    middle = float(boxes[2].get("x")) + float(boxes[2].get("width")) / 2
    zero = next(line for line in shapes(draw(row, title="题", words=WORDS), "line") if line.get("stroke") == charts.INK)
    assert middle == pytest.approx(float(zero.get("x1")), abs=0.2)


@pytest.mark.parametrize("shares", [(40, 20, None, 10, 10), (None, 20, 30, 25, 15), (None,) * 5])
def test_a_hidden_share_is_drawn_without_its_size(shares: tuple) -> None:
    svg = draw(Likert(LEVELS, (Row("甲", shares),)), title="题", words=WORDS)
    hatched = [box for box in shapes(svg, "rect") if box.get("fill") == "none" and box.get("height") == "22.0"]
    assert len(hatched) == shares.count(None)
    assert {box.get("width") for box in hatched} == {f"{charts.HIDDEN_WIDTH:.1f}"}
    assert "少于5人" in "".join(text.text for text in shapes(svg, "text"))


def test_the_net_is_silent_when_a_part_is_hidden() -> None:
    assert charts.net_score((10, 20, 30, 25, 15)) == 10
    assert charts.net_score((10, 20, None, 25, 15)) == 10
    assert charts.net_score((None, 20, 30, 25, 15)) is None
    svg = draw(Likert(LEVELS, (Row("甲", (None, 20, 30, 25, 15)),)), title="题", words=WORDS)
    assert "—" in [text.text for text in shapes(svg, "text")]


@pytest.mark.parametrize("width", [charts.WIDE, charts.NARROW])
def test_a_shaded_table_says_every_share_and_is_darkest_at_the_largest(width: int) -> None:
    svg = draw(HEAT, title="题", words=WORDS, width=width)
    told = [text.text for text in shapes(svg, "text")]
    assert [share for share in told if share.endswith("%")] == ["80%", "31%", "12%", "0%", "55%"]
    fills = {box.get("fill") for box in shapes(svg, "rect")}
    assert canvas.shade(1) in fills and canvas.shade(0) in fills
    light = [canvas.luminance(canvas.shade(part / 10)) for part in range(11)]
    assert light == sorted(light, reverse=True)


def test_words_too_wide_for_their_column_get_a_line_of_their_own() -> None:
    long = Heat(tuple(f"Counterrevolutionary{n}" for n in range(8)), (Row("A", (5,) * 8),))
    svg = draw(long, title="t", words=Words())
    assert all(text.get("text-anchor") != "middle" for text in shapes(svg, "text") if text.text.startswith("Counter"))


def test_bars_say_value_and_note() -> None:
    words = [text.text for text in shapes(draw(BARS, title="题", words=WORDS), "text")]
    assert words == ["夜班热餐", "58.3%", "357人", "其他", "少于5人"]


def test_nothing_to_draw_is_still_a_chart() -> None:
    for empty in (
        Likert(LEVELS, ()),
        Bars(()),
        Bars((Bar("甲", 0),)),
        Columns((), ()),
        Heat((), ()),
        Heat(("甲",), (Row("乙", (None,)),)),
        Likert(("否", "是"), (Row("甲", (None, None)),)),
    ):
        assert draw(empty, title="题", words=WORDS).endswith("</svg>")


def test_hostile_labels_are_only_text() -> None:
    svg = draw(Bars((Bar("</text><script>x</script>", 3, "<b>"),)), title="</title>", words=WORDS)
    assert "<script" not in svg and "<b>" not in svg
    ElementTree.fromstring(svg)


@pytest.mark.parametrize("levels", range(2, 12))
def test_colours_run_from_bad_to_good_and_can_be_written_on(levels: int) -> None:
    colours = canvas.ramp(levels)
    assert len(colours) == len(set(colours)) == levels
    assert colours[0] == "#b4552d" and colours[-1] == "#0f6e63"
    light = [canvas.luminance(colour) for colour in colours]
    side = levels // 2
    assert light[:side] == sorted(light[:side]) and light[-side:] == sorted(light[-side:], reverse=True)
    for colour in colours:
        ground, ink = sorted((canvas.luminance(colour), canvas.luminance(canvas.ink_on(colour))))
        assert (ink + 0.05) / (ground + 0.05) > 4


def test_five_levels_wear_the_house_colours() -> None:
    assert canvas.ramp(5) == ["#b4552d", "#e3a77c", "#d9dedc", "#7fb8ae", "#0f6e63"]


@pytest.mark.parametrize(("peak", "top"), [(0, 1), (1, 1), (4.2, 5), (73, 80), (100, 100), (612, 800), (9999, 10000)])
def test_the_axis_ends_on_a_round_number(peak: float, top: float) -> None:
    step, found = charts._scale_steps(peak)
    assert found == top and found / step <= 5


def test_long_labels_wrap_between_characters_and_at_spaces() -> None:
    assert canvas.wrap("夜班供餐保障，以及排队", 10, 70) == ["夜班供餐保障，", "以及排队"]
    assert canvas.wrap("一二三（四五）", 10, 40) == ["一二三", "（四五）"]
    assert canvas.wrap("acting on feedback", 10, 60) == ["acting on", "feedback"]


def test_the_chart_is_told_in_words() -> None:
    found = shapes(draw(LIKERT, title="题", words=WORDS), "desc")[0].text
    assert (
        found
        == "食堂：很差10%，较差20%，一般30%，较好25%，很好15%；夜班：很差40%，较差20%，一般少于5人，较好10%，很好10%"
    )
    english = draw(Bars((Bar("Queues", 12.5),)), title="t", words=Words())
    assert shapes(english, "desc")[0].text == "Queues: 12.5%"
