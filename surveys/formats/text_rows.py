"""Small marks of form sites and papers made usual before a text is read: codes, boxes for digits, numbered rows."""

import re
from collections.abc import Sequence
from dataclasses import replace

from surveys.formats.text_cells import ANNOUNCED
from surveys.formats.text_hints import tags
from surveys.formats.text_lines import BULLET, EMPTY, GLYPH, Line, cells, numbering, ticked
from surveys.formats.text_wording import GRADING, UNITS

DIGITS = re.compile(r"\|(?:_+\|)+|(?:\[_*\]){2,}")
ROOM = re.compile(rf"(?<=[\u4e00-\u9fff])\s*[(（]\s*[)）](?=\s*(?:{UNITS}|口|户|亩|名)\s*[。.？?]?\s*$)")
MEASURED = re.compile(  # 编织袋（ ）条，铁锹（ ）把
    rf"(?<=[\u4e00-\u9fff])\s*[(（]\s*[)）](?=\s*(?:{UNITS}|[条把台套张间棵头只])\s*(?:[，,、；;。]|$))"
)
DASHED = re.compile(r"(\d{1,2})\s?[-–—]\s*(?=[^\d\s\-–—])")
STARRED = re.compile(r"[^*\s].*[^*\s]\s*\*")
CODED = re.compile(
    rf"(?P<words>(?:[{GLYPH}]|[○o]|\[\s*\]|\(\s*\))\s*\S.*?)\s+\((?P<code>\d{{1,2}})\)(?P<blank>\s*_*)\s*"
)
DISPLAY = re.compile(r"display this (?:question|choice)\s*:?|(?:题目)?显示(?:条件|逻辑)\s*[:：]?", re.I)
CONDITION = re.compile(r"(?:if\b|当|如果?|若).{3,80}", re.I)
BARE = re.compile(r"[(（\[]\s*[)）\]]")


def rewritten(line: Line) -> Line:
    """Write a blank for boxes that take one digit each, and for an empty bracket before a unit."""
    text = DIGITS.sub("____", line.text)
    if len(EMPTY.findall(text)) == 1:
        text = ROOM.sub("____", text)
    elif len(EMPTY.findall(text)) == len(MEASURED.findall(text)):
        text = MEASURED.sub("____", text)
    return replace(line, text=text, raw=text) if text != line.text else line


def uncoded(lines: Sequence[Line]) -> list[Line]:
    """Leave out the codes behind options, where they count on: ○ Yes (1), ○ No (2)."""
    found = list(lines)
    matches = {place: match for place, line in enumerate(found) if (match := CODED.fullmatch(line.text))}
    for place, match in matches.items():
        code = int(match["code"])
        before, after = matches.get(place - 1), matches.get(place + 1)
        if (before and int(before["code"]) == code - 1) or (after and int(after["code"]) == code + 1):
            text = f"{match['words']}{match['blank']}"
            found[place] = replace(found[place], text=text, raw=text)
    return found


def displayed(lines: Sequence[Line], joined: dict[int, int]) -> list[Line]:
    """Join “Display This Question: If Q1 = No” to the question below it."""
    found: list[Line] = []
    waiting: list[Line] = []
    for line in lines:
        if DISPLAY.fullmatch(line.text) or (waiting and len(waiting) == 1 and CONDITION.fullmatch(line.text)):
            waiting.append(line)
        elif len(waiting) == 2:
            text = f"{line.text}（{waiting[1].text}）"
            joined.update({one.number: line.number for one in waiting})
            found.append(replace(line, text=text, raw=text, gap=True))
            waiting = []
        else:
            found += [*waiting, line]
            waiting = []
    return found + waiting


def unnumbered_rows(lines: Sequence[Line]) -> list[Line]:
    """Take the numbers off the rows of a table, so that none is taken for a question."""
    found = list(lines)
    titles: dict[int, str] = {}
    for place, head in enumerate(lines):
        if len(cells(head.raw)) < 3 or ticked(head.text) or numbering(head.text) or tags(head.text).tagged:
            continue
        rows = []
        for at in range(place + 1, len(lines)):
            if not _row(lines[at]):
                break
            rows.append(at)
        if len(rows) < 2 or not all(numbering(lines[at].text) for at in rows):
            continue
        for at in rows:
            number = numbering(lines[at].raw.lstrip())
            if number:
                found[at] = replace(lines[at], text=number.rest, raw=number.rest)
        above = found[place - 1] if place else None
        if (
            above is not None
            and not numbering(above.text)
            and (ANNOUNCED.match(above.text) or GRADING.search(above.text))
        ):
            found[place - 1] = replace(above, asks=not tags(above.text).tagged)
            found[place] = replace(head, gap=False)
        elif above is not None and (numbering(above.text) or tags(above.text).tagged):
            found[place] = replace(head, gap=False)
        elif head.raw.strip("\n")[:1].strip() and len(cells(head.raw)) > 3:
            titles[place] = cells(head.raw)[0]
    return _titled(found, titles)


def _titled(lines: Sequence[Line], titles: dict[int, str]) -> list[Line]:
    """Make the words in the corner of a table its title, where nothing above announces it."""
    found: list[Line] = []
    for place, line in enumerate(lines):
        if place in titles:
            raw = "\t".join(["", *cells(line.raw)[1:]])
            found += [
                Line(line.number, titles[place], titles[place], line.gap, 0, asks=True),
                Line(line.number, raw.strip(), raw, False, 0),
            ]
        else:
            found.append(line)
    return found


def _row(line: Line) -> bool:
    """Say whether a line is words and then nothing but empty boxes."""
    places = [place for place in ticked(line.text) if place[0]]
    if len(places) < 2:
        return False
    return not re.search(r"\w", re.sub(r"[\W_]+", "", line.text[places[0][0] :]))


def dotted(lines: Sequence[Line]) -> list[Line]:
    """Write 1. for 1- where such numbers count questions."""
    places: list[int] = []
    for place, line in enumerate(lines):
        match = DASHED.match(line.text)
        if match and int(match[1]) == len(places) + 1:
            places.append(place)
    asking = sum(bool(re.search(r"[?？:：]", lines[place].text)) for place in places)
    found = list(lines)
    if len(places) > 1 and asking * 2 >= len(places):
        for number, place in enumerate(places, start=1):
            text = DASHED.sub(f"{number}. ", found[place].text, count=1)
            found[place] = replace(found[place], text=text, raw=text)
    return found


def starred(lines: Sequence[Line]) -> list[Line]:
    """Where no question has a number and several end with the star of what must be answered, each is a question."""
    plain = [not _optional(line) and numbering(line.text) is None for line in lines]
    stars = [place for place, line in enumerate(lines) if plain[place] and STARRED.fullmatch(line.text)]
    if len(stars) < 2 or any(numbering(line.text) or tags(line.text).tagged for line in lines):
        return list(lines)
    found = list(lines)
    for place in range(stars[0], len(lines)):
        before = place > stars[0] and not plain[place - 1]
        after = place + 1 < len(lines) and not plain[place + 1]
        if place in stars or (plain[place] and (before or after) and len(lines[place].text) <= 60):
            found[place] = replace(lines[place], asks=True)
    return found


def _optional(line: Line) -> bool:
    """Say whether a line begins like an option."""
    places = ticked(line.text)
    return bool(
        places and places[0][0] == 0 or BULLET.match(line.text) or re.match(r"[A-Za-z]\s*[.、．)）]", line.text)
    )
