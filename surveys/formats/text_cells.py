"""Tables pasted with every cell on a line of its own, put back into rows before a text is read."""

import re
from collections.abc import Sequence
from dataclasses import replace

from surveys.formats.text_hints import tags
from surveys.formats.text_lines import BLANK, GLYPH, Line, numbering, ticked
from surveys.formats.text_scales import GRADES

SIGN = re.compile(rf"[{GLYPH}〇√✓]|[(（\[]\s*[)）\]]")
CORNER = re.compile(
    r"(?:评价|评议|测评|考核|调查|评估)?(?:项目|内容|指标|事项|方面|要素|维度|题目|问题|类别|姓名|对象)(?:名称)?|items?|statements?|aspects?"
    r"|questions?|criteria|criterion|areas?|topics?|factors?|services?",
    re.I,
)
INDEX = re.compile(r"序号|编号|no\.?|#", re.I)
ANNOUNCED = re.compile(
    r"(?!说明|注|备注|note|.*[√✓])(?:.{9,}[:：]$|.*(?:请|以下|下列|下表|逐项|打分|评价|following|each|rate\b))", re.I
)
NOWHERE = 0  # where the words in the corner of a table go: they are needed on paper only
LONGEST = 60  # characters of a cell


def rows(lines: Sequence[Line], joined: dict[int, int]) -> list[Line]:
    """Return the lines with tables of one cell a line as one line a row; `joined` learns which line went where."""
    found: list[Line] = []
    place = 0
    while place < len(lines):
        table = _signed(lines, place) or _bare(lines, place)
        if table is None:
            found.append(lines[place])
            place += 1
            continue
        head, grades, body, end = table
        found += _written(found, lines, head, grades, body, end, joined)
        place = end
    return found


Table = tuple[list[int], list[int], list[list[int]], int]  # places: before the grades, grades, rows (label, cells), end


def _cell(line: Line) -> bool:
    """Say whether a line may be a cell of words."""
    text = line.text
    return (
        len(text) <= LONGEST
        and "\t" not in line.raw.strip()
        and not re.search(r"[?？:：;；_|]|[。.]$", text)
        and not BLANK.search(text)
        and not ticked(text)
        and not tags(text).tagged
    )


def _grades(lines: Sequence[Line], start: int) -> list[int]:
    """Return the places of a run of grades that begins at a line."""
    found: list[int] = []
    for place in range(start, len(lines)):
        text = lines[place].text
        grade = len(text) <= 24 and (re.fullmatch(r"\d{1,2}分?", text) or GRADES.search(text) and _cell(lines[place]))
        if not grade or (found and lines[place].gap) or numbering(text):
            break
        found.append(place)
    points = [int(re.sub(r"\D", "", lines[place].text) or 0) for place in found]
    if all(points):
        steps = {b - a for a, b in zip(points, points[1:], strict=False)}
        return found if len(found) > 2 and steps in ({1}, {-1}) else []
    return found


def _head(lines: Sequence[Line], grades: Sequence[int]) -> list[int]:
    """Return the places of the corner above a run of grades: 序号, 项目."""
    first = grades[0]
    corner = [first - 1] if first and CORNER.fullmatch(lines[first - 1].text) and not lines[first].gap else []
    if corner and corner[0] and INDEX.fullmatch(lines[corner[0] - 1].text):
        corner.insert(0, corner[0] - 1)
    return corner


def _bare(lines: Sequence[Line], start: int) -> Table | None:
    """Return a table of grades and rows without any sign to tick."""
    head = [start] if CORNER.fullmatch(lines[start].text) or INDEX.fullmatch(lines[start].text) else []
    if head and INDEX.fullmatch(lines[start].text):
        head = [start, start + 1] if start + 1 < len(lines) and CORNER.fullmatch(lines[start + 1].text) else []
    announced = start and re.search(r"以下|下列|逐项|following|each", lines[start - 1].text) and not lines[start].gap
    if not head and not announced:
        return None
    grades = _grades(lines, start + len(head))
    if announced and not head and not grades and _cell(lines[start]):  # any word may stand in the corner
        head, grades = [start], _grades(lines, start + 1)
    if len(grades) < 3:
        return None
    body: list[list[int]] = []
    place = grades[-1] + 1
    while place < len(lines) and not lines[place].gap and _cell(lines[place]):
        if not re.fullmatch(r"\d{1,2}", lines[place].text):
            body.append([place])
        place += 1
    return (head, grades, body, place) if len(body) > 1 else None


def _signed(lines: Sequence[Line], start: int) -> Table | None:
    """Return a table where each cell holds a sign to tick: a label, then as many signs as there are grades."""
    place = start
    while place < len(lines) and _cell(lines[place]) and place - start < 14:
        place += 1
    signs = _run(lines, place)
    labels = place - 1
    if signs < 2 or labels - signs < start or numbering(lines[start].text):
        return None
    index = re.fullmatch(r"\d{1,2}", lines[labels - 1].text) is not None
    grades = list(range(labels - signs - index, labels - index))
    head = list(range(start, grades[0]))
    if len(head) > 2 or any(lines[at].gap and at != start for at in range(start, place)) or grades[0] < start:
        return None
    if head and not all(CORNER.fullmatch(lines[at].text) or INDEX.fullmatch(lines[at].text) for at in head):
        return None
    body: list[list[int]] = []
    at = grades[-1] + 1
    while at < len(lines):
        at += bool(re.fullmatch(r"\d{1,2}", lines[at].text))
        if at >= len(lines) or not _cell(lines[at]) or _run(lines, at + 1) != signs:
            break
        body.append(list(range(at, at + 1 + signs)))
        at += 1 + signs
    return (head, grades, body, at) if len(body) > 1 else None


def _run(lines: Sequence[Line], start: int) -> int:
    """Return how many lines from one on hold nothing but a sign."""
    count = 0
    while start + count < len(lines) and SIGN.fullmatch(lines[start + count].text):
        count += 1
    return count


def _written(
    before: list[Line],
    lines: Sequence[Line],
    head: Sequence[int],
    grades: Sequence[int],
    body: Sequence[Sequence[int]],
    end: int,
    joined: dict[int, int],
) -> list[Line]:
    """Return the lines of a table: its title where it has none above, the grades, the rows."""
    first = lines[grades[0]]
    corner = lines[head[-1]] if head else None
    above = before[-1] if before else None
    titled = above is not None and (
        numbering(above.text) is not None
        or tags(above.text).tagged
        or bool(ANNOUNCED.match(above.text))
        or corner is None
    )
    found: list[Line] = []
    if titled and above is not None and not numbering(above.text) and not tags(above.text).tagged:
        before[-1] = replace(above, asks=True)
    elif not titled and corner is not None:
        found.append(replace(corner, asks=True))
    words = [corner.text if titled and corner is not None else "", *(lines[place].text for place in grades)]
    start = min([*head, *grades])
    raw = "\t".join(words)
    found.append(Line(first.number, raw.strip(), raw, False, 0))
    for place in range(start, grades[-1] + 1):
        joined[lines[place].number] = first.number
    rows_of = {row[0]: row for row in body}
    last = first.number
    for place in range(grades[-1] + 1, end):
        row = rows_of.get(place)
        if row is not None:
            last = lines[place].number
            signs = [lines[at].text for at in row[1:]] or ["〇"] * len(grades)
            raw = "\t".join([lines[place].text, *signs])
            found.append(Line(last, raw, raw, False, 0))
        else:
            joined[lines[place].number] = last
    for place in head:
        joined[lines[place].number] = NOWHERE
    if not titled and corner is not None:
        del joined[corner.number]
    return found
