"""What stands below a question: options, scales, tables, trees, blanks and instructions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from surveys.formats import text_logic
from surveys.formats.text_hints import hints
from surveys.formats.text_lines import (
    BLANK,
    BULLET,
    GLYPH,
    NUMBERINGS,
    Line,
    Mark,
    cells,
    cut,
    lettered,
    numbering,
    ticked,
    tidy,
    whole,
)
from surveys.formats.text_scales import GRADES, PAIRS, span
from surveys.formats.text_words import Settings, hint

HELP = re.compile(
    r"(?:提示|说明|說明|备注|注意?|注|答题说明|填写说明|note|hint|help|instructions?)\s*[:：]\s*(.+)", re.I
)
WHOLE_ROUND = re.compile(r"[(（]([^()（）]{2,200})[)）][。.]?")
LOST = re.compile(
    r"(?:正确)?答案\s*[:：]|(?:答案)?解析\s*[:：]|(?:本题)?(?:分值|分数|得分)\s*[:：]|(?:correct )?answer\s*[:：]", re.I
)
LISTING = re.compile(
    r"(?P<rows>行|行标题|矩阵行|rows?|评价项目|子问题)|(?P<columns>列|列标题|矩阵列|columns?|选项|options?|评价等级)",
    re.I,
)
LISTED = re.compile(rf"(?:{LISTING.pattern})\s*[:：]\s*(?P<rest>.*)", re.I)
OTHER = re.compile(r"(?:其他|其它|其余|以上|other|none of)", re.I)
COUNTED = (
    re.compile(r"([①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮])\s*[.、．]?\s*"),
    re.compile(r"[(（](\d{1,2})[)）]\s*"),
    re.compile(r"(?:(?<=\s)|^)(\d{1,2})\s*[.、．)）](?!\d)\s*"),
)
RELATED = re.compile(r"(?:[-*•·]\s*)?(?:题目关联|选项关联|显示(?:条件|逻辑)|跳[题转](?:逻辑)?|关联逻辑)\s*[:：]")
COUNTING = ("wrapped", "circled", "paren", "dot", "space")
SENDING = re.compile(
    r"(?!如|若|选|選|当|凡|注|依赖|关联|显示|第|跳|if\b"
    r"|\*)[^()（）→]{1,24}?\s*(?:[(（\[【].+[)）\]】]|(?:→|⇒|->|=>|—+>?).+)",
    re.I,
)
CELL = re.compile(rf"[{GLYPH}〇√✓]|[(（\[]\s*[)）\]]|_+|\d{{1,2}}|[-—–]|")


@dataclass(slots=True)
class Body:
    """What the lines below a question hold; `loose`: lines with nothing before them, in order."""

    settings: Settings = field(default_factory=Settings)
    entries: list[Line] = field(default_factory=list)
    rows: list[Mark] = field(default_factory=list)
    columns: list[Mark] = field(default_factory=list)
    logic: list[tuple[str, int]] = field(default_factory=list)
    help: list[Line] = field(default_factory=list)
    hints: list[Line] = field(default_factory=list)
    lists: list[Line] = field(default_factory=list)
    blanks: list[Line] = field(default_factory=list)
    lost: list[Line] = field(default_factory=list)


def body(lines: Sequence[Line]) -> Body:
    """Sort the lines below a question."""
    found = Body()
    listing: list[Mark] | None = None
    for line in lines:
        text = line.text
        listed = LISTED.fullmatch(text)
        if listed and (
            not listed["rest"] or listing is not None or "行" in text[:3] or re.match("row|col|列", text, re.I)
        ):
            listing = found.rows if listed["rows"] else found.columns
            found.lists.append(line)
            listing += [Mark("", part, line.number) for part in _parts(listed["rest"])]
        elif listing is not None and (
            BULLET.match(text) or (numbering(text) and not span(text)) or not line.gap and not span(text)
        ):
            listing.append(Mark("", unmarked(text), line.number))
        else:
            listing = None
            _sort(line, found)
    return found


def _sort(line: Line, found: Body) -> None:
    text = line.text
    heard = hints(text)
    words = heard.words.strip("()（）[]【】 *")
    if not words and not ticked(text) and not BLANK.search(text):
        found.settings.merge(heard.settings)
        found.logic += [(said, line.number) for said in heard.logic]
        found.hints.append(line)
        return
    said = hint(text) if len(text) <= 60 and not re.fullmatch(r".{0,2}", text) else None
    if said and (said.kind in ("single", "multi", "ranking") or said.required is not None) and not said.points:
        found.settings.merge(said)
        found.hints.append(line)
        return
    inner = text.strip("()（）[]【】* ")
    if RELATED.match(text):
        found.logic.append((BULLET.sub("", text, count=1), line.number))
        found.hints.append(line)
    elif HELP.fullmatch(text):
        found.help.append(line)
    elif text_logic.logical(text) and not _optional(text) and not SENDING.fullmatch(text) and len(text) <= 120:
        found.logic.append((inner, line.number))
        found.hints.append(line)
    elif LOST.match(text):
        found.lost.append(line)
    elif (
        BLANK.fullmatch(text.strip(" 。.:："))
        or re.fullmatch(r"[_\s。.]+", text)
        or re.fullmatch(r"(?:答|回答|answer)\s*[:：][_\s]*", text, re.I)
    ):
        found.blanks.append(line)
    elif WHOLE_ROUND.fullmatch(text) and not (ticked(text) or BLANK.search(text) or (line.gap and found.entries)):
        found.help.append(line)
    else:
        found.entries.append(line)


def _optional(text: str) -> bool:
    """Say whether a line begins like an option, so that logic in it is that option's own."""
    places = ticked(text)
    parts = cells(text)
    return bool(
        len(parts) > 1
        and not text_logic.logical(parts[0])
        or places
        and places[0][0] == 0
        or re.match(r"[(（]?[A-Za-z]\s*[.、．:：)）]", text)
        or BULLET.match(text)
        or numbering(text, COUNTING)
    )


def _parts(words: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,，、;；|/\t]|\s{2,}", words) if part.strip()] if words else []


def unmarked(text: str) -> str:
    """Return a row's or option's words without bullet, number or letter."""
    text = BULLET.sub("", text, count=1) if BULLET.match(text) else text
    number = numbering(text, [style for style, _pattern in NUMBERINGS if style not in ("q", "cn", "space")])
    text = number.rest if number and number.rest else text
    return re.sub(r"^[(（]?[A-Za-z]\s*[.、．)）]\s*", "", text).strip() or text


def choices(
    entries: Sequence[Line], first: Sequence[Mark] = ()
) -> tuple[list[Mark], list[Line], list[Line], list[Line]]:
    """Return the options in some lines, and of the lines those before, wrapped, and after them."""
    marks = list(first)
    before: list[Line] = []
    wrapped: list[Line] = []
    numeric = _numeric(entries) | _spaced(entries)
    anything = bool(marks) or any(_marks(line, marks, numeric) for line in entries)
    gaps = [line.gap for line in entries[1:]]
    for place, line in enumerate(entries):
        found = _marks(line, marks, numeric)
        if found:
            marks += found
        elif not anything:
            if place and line.gap and not all(gaps):
                return marks, before, wrapped, list(entries[place:])
            marks.append(Mark("", tidy(line.text), line.number))
        elif not marks:
            before.append(line)
        elif line.gap or _lone(line, entries, place):
            return marks, before, wrapped, list(entries[place:])
        elif OTHER.match(line.text):
            marks.append(Mark("", tidy(line.text), line.number))
        else:
            glue = " " if re.search(r"[A-Za-z,]$", marks[-1].words) else ""
            marks[-1] = Mark(marks[-1].sign, marks[-1].words + glue + line.text, marks[-1].line)
            wrapped.append(line)
    if len(entries) == len(marks) < 4 and not any(mark.sign for mark in marks):
        told = [_tokens(entry) for entry in entries]
        marks = [mark for line in told for mark in line] if all(told) else marks
    return marks, before, wrapped, []


def _lone(line: Line, entries: Sequence[Line], place: int) -> bool:
    """Say whether a plain last line after marked options is more likely something of its own, such as a heading."""
    return (
        place == len(entries) - 1 and len(line.text) > 6 and line.text.endswith((":", "：", "。", "!", "！", "?", "？"))
    )


def _numeric(entries: Sequence[Line]) -> set[int]:
    """Return the lines whose numbers count options: 1, 2, 3 ... each on its line, in one style."""
    numbers = {line.number: numbering(line.text, COUNTING) for line in entries}
    counted = [(at, number) for at, number in numbers.items() if number]
    if len(counted) < 2 or counted[0][1].value not in (0, 1):
        return set()
    steps = [b.value - a.value for (_at, a), (_to, b) in zip(counted, counted[1:], strict=False)]
    rising = all(step == 1 for step in (steps[:-1] if len(steps) > 1 and steps[-1] > 3 else steps))  # 96. Other
    return {at for at, _number in counted} if rising else set()


def _spaced(entries: Sequence[Line]) -> set[int]:
    """Return the lines that begin with a letter and nothing after it: A 村民, B 党员."""
    found = [
        (line.number, match[1])
        for line in entries
        if (match := re.match(r"([A-Z])(?:\s+\S|[\u4e00-\u9fff])", line.text))
    ]
    rising = [letter for _line, letter in found] == [chr(ord("A") + place) for place in range(len(found))]
    return {line for line, _letter in found} if rising and len(found) > 1 else set()


def _marks(line: Line, so_far: Sequence[Mark], numeric: set[int]) -> list[Mark]:
    """Return the options marked on one line, [] when there is none."""
    text = line.text
    boxes = ticked(text)
    if boxes and boxes[0][0] == 0:
        return [
            Mark(mark.sign, _lettered_off(mark.words), mark.line)
            for mark in cut(text, boxes, line.number)
            if mark.words
        ]
    if boxes and boxes[-1][1] >= len(text.rstrip(" _。;；")) and len(boxes) > 1 - bool(so_far):
        ends = [0, *(end for _start, end, _sign in boxes)]
        pieces = [text[a:b] for a, (b, _end, _sign) in zip(ends, boxes, strict=False)]
        return [Mark(boxes[0][2], _lettered_off(tidy(piece)), line.number) for piece in pieces if tidy(piece)]
    letters = [mark for mark in so_far if len(mark.sign) == 1 and mark.sign.isalpha()]
    expected = chr(ord(letters[-1].sign) + 1) if letters and letters[-1].sign < "Z" else "A"
    for wanted in dict.fromkeys((expected, "A")):
        places = lettered(text, wanted)
        if places and places[0][0] == 0:
            found = [Mark(mark.sign, _boxed_off(mark.words), mark.line) for mark in cut(text, places, line.number)]
            if _firm(text) or len(places) > 1 or letters or line.number in numeric:
                return [mark for mark in found if mark.words]
    if _firm(text):
        return [
            Mark(
                text.lstrip("(（[")[0].upper(),
                _boxed_off(re.sub(r"^[(（\[]?[A-Za-z]\s*[.、．:：)）\]]\s*", "", text)),
                line.number,
            )
        ]
    if BULLET.match(text):
        return [Mark("-", _lettered_off(BULLET.sub("", text, count=1)), line.number)]
    places = counted(text)
    if len(places) > 1 and places[0][0] == 0:
        return [Mark("1", _boxed_off(mark.words), mark.line) for mark in cut(text, places, line.number) if mark.words]
    if line.number in numeric:
        number = numbering(text, COUNTING)
        if number and number.rest:
            return [Mark("1", _boxed_off(tidy(number.rest)), line.number)]
    return []


def counted(text: str) -> list[tuple[int, int, str]]:
    """Return where options counted on one line begin: ①男 ②女, (1)男 (2)女, 1.男 2.女, in order from any number on."""
    for pattern in COUNTED:
        found: list[tuple[int, int, str]] = []
        wanted = 0
        for match in pattern.finditer(text):
            number = whole(match[1])
            if number == (wanted or number):
                found.append((match.start(), match.end(), "1"))
                wanted = number + 1
        if len(found) > 1:
            return found
    return []


def _firm(text: str) -> bool:
    return bool(re.match(r"[(（\[]?[A-Za-z]\s*[.、．:：)）\]]\s*\S", text)) and not re.match(
        r"[A-Za-z]\.[A-Za-z]\.", text
    )


def _lettered_off(words: str) -> str:
    match = re.match(r"[(（]?[A-Za-z]\s*[.、．:：)）]\s*|\d{1,2}\s*[.、．)）](?!\d)\s*", words)
    return words[match.end() :].strip() if match and words[match.end() :].strip() else words


def _boxed_off(words: str) -> str:
    return tidy(re.sub(rf"^[{GLYPH}]\s*|\s*[{GLYPH}]$|\s*[(（]\s*[)）]$", "", words)) or words


def _tokens(line: Line) -> list[Mark]:
    """Return several options written on one line with only space between."""
    parts = cells(line.raw)
    if len(parts) < 2:
        parts = strokes(line.text) or re.split(r"\s*/\s*", line.text)
    if len(parts) < 2 and not re.search(r"[A-Za-z。，,]", line.text):
        parts = line.text.split()
    wide = len(cells(line.raw)) > 1
    if (
        len(parts) < 2
        or BLANK.search(line.text)
        or any(len(part) > (40 if wide else 16 if "/" not in line.text else 24) for part in parts)
    ):
        return []
    told: list[str] = []
    for part in filter(None, parts):
        if told and re.match(r"[(（]", part):
            told[-1] += f" {part}"
        else:
            told.append(part)
    return [Mark("", part, line.number) for part in told]


def separated(words: str) -> tuple[str, list[str]] | None:
    """Return a question and the options that follow it, parted by strokes: 态度：满意—一般—不满意."""
    match = re.fullmatch(r"(.*?(?:[?？:：]|(?<=\s)(?=\S+\s*/)))\s*[(（]?([^?？:：_]+?)[)）]?\s*[。.]?", words)
    if not match or BLANK.search(words) or not hints(f"({match[2]})").words.strip("() "):
        return None
    parts = strokes(match[2])
    return (match[1], parts) if match[1].strip() and parts else None


def strokes(words: str) -> list[str]:
    """Return the options some words give, parted by strokes, commas or spaces; [] where they are no options."""
    for stroke, least in (
        ("/|／", 2),
        ("—+|－|–|-|~|～", 3),
        ("、", 3),
        ("，|,|;|；", 3),
        (r"\s", 3),
        ("/|、|或|\\s", 2),
    ):
        parts = [part.strip() for part in re.split(rf"\s*(?:{stroke})\s*", words.strip())]
        if len(parts) < least or not all(0 < len(part) <= 20 for part in parts):
            continue
        graded = sum(1 for part in parts if len(part) <= 8 and GRADES.search(part)) * 2 > len(parts) > 2
        known = tuple(part.lower() for part in parts) in PAIRS
        if graded or known or (stroke == "/|／" and len(set(parts)) == len(parts) and len(parts) > 2):
            return parts
    return []


def inline(words: str, line: int) -> tuple[str, list[Mark]]:
    """Return a question's words and the options written on the same line."""
    words = re.sub(r"\s+(?:排序|顺序|答案|答|您的选择)\s*[:：]\s*_*\s*$", "", words)
    places = ticked(words)
    if len(places) > 1 or (len(places) == 1 and places[0][2] in GLYPH and words[places[0][1] :].strip()):
        if places[-1][1] >= len(words.rstrip(" _。;；")) and len(places) > 1:
            match = re.match(r"(.*?[:：?？)）])\s*", words)
            start = match.end() if match and match.end() <= places[0][0] else words.rfind(" ", 0, places[0][0]) + 1
            ends = [start, *(end for _start, end, _sign in places)]
            pieces = [tidy(words[a:b]) for a, (b, _end, _sign) in zip(ends, places, strict=False)]
            return words[:start], [Mark(places[0][2], _lettered_off(piece), line) for piece in pieces if piece]
        marks = [Mark(mark.sign, _lettered_off(mark.words), line) for mark in cut(words, places, line) if mark.words]
        if len(marks) > 1 or (marks and places[0][2] in GLYPH):
            return words[: places[0][0]], marks
    numbered = counted(words)
    if numbered and whole(re.sub(r"\D", "", words[numbered[0][0] : numbered[0][1]]) or words[numbered[0][0]]) == 1:
        return words[: numbered[0][0]], [
            Mark("1", _boxed_off(m.words), line) for m in cut(words, numbered, line) if m.words
        ]
    parts = cells(words)
    letters = lettered(words)
    if (
        len(parts) > 2
        and len(letters) < 2
        and not BLANK.search(words)
        and all(0 < len(part) <= 12 for part in parts[1:])
    ):
        return parts[0], [Mark("", part, line) for part in parts[1:]]
    if len(letters) < 2 and (said := separated(words)):
        return said[0], [Mark("", part, line) for part in said[1]]
    if len(letters) > 1:
        return words[: letters[0][0]], [Mark(m.sign, _boxed_off(m.words), line) for m in cut(words, letters, line)]
    return words, []
