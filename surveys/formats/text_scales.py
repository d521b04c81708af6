"""Scales: points from low to high, and what their ends are called."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from surveys.formats.text_lines import GLYPH, Mark, tidy

DASHES = r"(?:[~～\-–—－]+|至|到|to|\.{2,}|…+|→)"
POINT = r"(?:[(（\[]?\s*(?P<{0}>[^\d()（）\[\]]{{1,20}}?)\s*[)）\]]?)?"
SPAN = re.compile(
    rf"{POINT.format('a')}\s*(?P<lo>\d{{1,3}})\s*[分星级]?\s*[=:：]?\s*{POINT.format('b')}\s*{DASHES}\s*"
    rf"{POINT.format('c')}\s*(?P<hi>\d{{1,3}})\s*[分星级]?\s*[=:：]?\s*{POINT.format('d')}\s*[。.]?",
    re.I,
)
ROW_OF_NUMBERS = re.compile(
    r"(?P<low>[^\d]*?)\s*(?P<points>\d{1,2}(?:\s*分)?(?:[\s,，、/|]+\d{1,2}(?:\s*分)?){2,})\s*(?P<high>[^\d]*)"
)
EACH = re.compile(
    r"(\d{1,2})\s*分?\s*[=＝:：\-–—.、]?\s*[(（]?\s*(?:表示|代表|为"
    r"|是)?\s*([^\d,，;；、/|]+?)[)）]?\s*(?=$|[,，;；、/|]|\s+\d"
    r"|\d{1,2}\s*[=＝:：(（])"
)
DRAWN = re.compile(
    rf"(?P<low>[^\d{GLYPH}_:：]{{1,30}})(?P<marks>(?:[{GLYPH}]\s*){{3,11}})(?P<high>[^\d{GLYPH}_:：]{{1,30}})"
)
STARS = re.compile(r"\s*((?:[★☆⭐✩✭]\s*){3,10})\s*")
GRADES = re.compile(
    r"满意|滿意|同意|符合|重要|一般|普通|及时|清楚|[优優]|良|中|差|好|合格|称职|经常|偶尔|偶爾|从不|從不|有时|總是|总是|必要|愿意|願意|了解"
    r"|agree|satisf|never|always|often|good|poor|important|neutral|excellent|fair|average",
    re.I,
)
PAIRS = (("男", "女"), ("是", "否"), ("有", "无"), ("有", "没有"), ("会", "不会"), ("yes", "no"), ("male", "female"))
MEANT = re.compile(
    r"(?<!\d)(\d{1,2})\s*(?:分|points?)?\s*(?:(?:[=＝:：]|为|為|表示|代表|是|means)\s*|(?=[\u4e00-\u9fff]))"
    r"(?!打分|分|至|到|个|項|项)([^\d\s,，;；、()（）~～—/|][^\d,，;；、()（）~～—/|]{0,24})"
)


@dataclass(slots=True)
class Scale:
    """Points from low to high; `labels`: none, two for the ends, or one for each."""

    low: int
    high: int
    labels: list[str] = field(default_factory=list)


def span(text: str) -> Scale | None:
    """Return the scale a line writes: 1~5, 1 2 3 4 5, 很差 1 2 3 4 5 很好, 1=很差 ... 5=很好."""
    drawn = DRAWN.fullmatch(text)
    if drawn and drawn["low"].strip() and drawn["high"].strip():
        return Scale(1, len(re.findall(rf"[{GLYPH}]", drawn["marks"])), [tidy(drawn["low"]), tidy(drawn["high"])])
    plain = re.sub(rf"[{GLYPH}]", " ", text).strip(" 。.;；")
    match = SPAN.fullmatch(plain)
    if match and int(match["lo"]) < int(match["hi"]) <= 100 and int(match["lo"]) <= 1:
        low, high = (match["b"] or match["a"] or ""), (match["d"] or match["c"] or "")
        labels = [tidy(low), tidy(high)] if low and high else []
        return Scale(int(match["lo"]), int(match["hi"]), labels)
    match = ROW_OF_NUMBERS.fullmatch(plain)
    if match:
        points = [int(point) for point in re.findall(r"\d+", match["points"])]
        ends = [tidy(match["low"]).strip(":：- "), tidy(match["high"]).strip(":：- ")]
        if points[0] > points[-1]:
            points, ends = points[::-1], ends[::-1]
        if points == list(range(points[0], points[0] + len(points))) and points[0] <= 1:
            return Scale(points[0], points[-1], ends if all(ends) else [])
    pairs = [(int(point), tidy(words)) for point, words in EACH.findall(plain)]
    if (
        len(pairs) > 1
        and pairs[0][0] <= 1
        and [a for a, _w in pairs] == list(range(pairs[0][0], pairs[0][0] + len(pairs)))
    ):
        words = [words for _point, words in pairs]
        return Scale(pairs[0][0], pairs[-1][0], words if all(words) else [words[0], words[-1]] if words[0] else [])
    if len(pairs) == 2 and pairs[0][0] <= 1 < pairs[1][0] <= 10:
        return Scale(pairs[0][0], pairs[1][0], [words for _point, words in pairs])
    return None


def stars(text: str) -> int:
    """Return how many stars a line draws, 0 for none."""
    match = STARS.fullmatch(text)
    return len(re.findall(r"\S", match[1])) if match else 0


def points(marks: Sequence[Mark]) -> Scale | None:
    """Return the scale that options like 1, 2, 3 or 1分（很差）... make, or None."""
    found = [
        re.fullmatch(r"(\d{1,2})\s*[分星]?\s*(?:[=＝:：\-—.、]?\s*[(（]?\s*([^\d()（）]*?)\s*[)）]?)?", mark.words)
        for mark in marks
    ]
    if len(found) < 3 or not all(found):
        return None
    if (turned := [int(match[1]) for match in found if match]) and turned[0] > turned[-1]:
        found = found[::-1]
    numbers = [int(match[1]) for match in found if match]
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))) or numbers[0] > 1 or len(numbers) > 11:
        return None
    words = [match[2] or "" for match in found if match]
    if all(words):
        return Scale(numbers[0], numbers[-1], words)
    return Scale(numbers[0], numbers[-1], [words[0], words[-1]] if words[0] and words[-1] else [])


def meant(text: str) -> Scale | None:
    """Return the scale whose points some words explain: 5分为非常同意，1分为非常不同意; 5非常滿意～1非常不滿意."""
    found = {int(point): words.strip(" 。.") for point, words in MEANT.findall(text)}
    numbers = sorted(found)
    if len(numbers) < 2 or numbers[0] > 1 or numbers[-1] > 10 or numbers[-1] < 3:
        return None
    if len(numbers) == 2 or numbers == list(range(numbers[0], numbers[-1] + 1)):
        return Scale(numbers[0], numbers[-1], [found[number] for number in numbers])
    return None
