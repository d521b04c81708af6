"""Turn unusual layouts into the usual one, line by line, before a text is read: nothing is judged here yet."""

import re
from collections.abc import Sequence
from dataclasses import replace

from surveys.formats.text_cells import rows
from surveys.formats.text_lines import BLANK, BULLET, GLYPH, Line, numbering, roman, ticked
from surveys.formats.text_logic import FOLLOWING, target
from surveys.formats.text_rows import displayed, dotted, rewritten, starred, uncoded, unnumbered_rows
from surveys.formats.text_wording import LABEL
from surveys.formats.text_words import hint, tag

FRONT = re.compile(r"(?P<tag>[\[【(（]\s*(?P<words>[^\[\]【】()（）]{1,12}?)\s*[\]】)）])\s*(?P<rest>\S.*)")
CODE = re.compile(
    r"(?P<code>\d{1,2}\.\d{1,2}|[A-PR-Z]\d{1,2})(?!\d)(?:\s*[.．、)）:：]\s*|\s+|(?=[\u4e00-\u9fff]))(?=\S)"
)
STEM = re.compile(
    r"(?:(?:question|q)\s*(?P<q>\d{1,3})|第\s*(?P<zh>\d{1,3}|[一二三四五六七八九十]{1,3})\s*[题題]|(?P<dot>\d{1,3})\s*[.、．)）])"
    r"\s*(?:(?:of|/|共)\s*\d{1,3}\s*[题題]?)?\s*[.:：、)）]?\s*(?P<hint>(?:[(（\[【][^()（）\[\]【】]{1,30}[)）\]】]|\*)?)\s*",
    re.I,
)
DOTS = re.compile(
    r"\s*(?:\.{3,}|…+|>{2,}|»)\s*(?=(?:please\s+)?(?:go|skip|jump|proceed|continue)\b|[请]?(?:跳|转))", re.I
)
LEADER = re.compile(
    r"(?<=[?？)）\]。.])\s*(?=(?:if (?:yes|no|not|so)\b|如[果]?[是否有选]|若[是否有选])[^。]*(?:_{2,}|[?？:：]\s*$))",
    re.I,
)
FIELD = r"[^\s_:：,，;；。(（]{1,12}(?: [^\s_:：,，;；。(（]{1,12}){0,2}(?:\s*[(（][^()（）]{1,12}[)）])?"
LABELS = re.compile(
    rf"(?P<label>{FIELD})\s*[:：]\s*(?P<blank>_{{2,}}|\s{{3,}}|$)(?P<unit>(?:\s*[年月日]\s*_*){{2,3}})?"
)
OTHER = re.compile(r"(?:[A-Za-z]\s*[.、．)）]|[□○☐◯•\-]|\[\s*\]|\(\s*\))?\s*(?:other|其他|其它)\s*[.。:：]?", re.I)
SPECIFY = re.compile(
    r"(?:if (?:you (?:chose|selected) )?[\"“']?other[\"”']?|如?[果若]?选(?:择)?[“\"]?其他[”\"]?)\s*[,，:：]?\s*"
    r"(?:please (?:specify|state|describe)|请?(?:注明|说明|填写|写明)).*",
    re.I,
)
BARE = re.compile(
    r"(\d{1,2})(?:\s*=\s*(?!.*\d\s*=)|\s+)(?=[^\s=])(?!\d{1,2}(?:\s+\d{1,2})*\s*$)(?!\d{1,2}\s+\d{1,2}\s)"
)
SENT = re.compile(
    r"(\b(?:go|skip|jump|proceed) to\s+(?:question\s+)?|(?:跳至|跳到|转至|转到)\s*第?)([A-Z])(?![A-Za-z0-9])"
)
NUMERALS = "一二三四五六七八九十"
CELL = re.compile(rf"[{GLYPH}〇√✓]|[(（\[]\s*[)）\]]")
NO_WORDS = re.compile(r"[\d\W_]+")


def usual(lines: Sequence[Line]) -> tuple[list[Line], dict[int, int]]:
    """Return the lines in the usual layout, and of the lines joined to another the number of that other."""
    joined: dict[int, int] = {}
    found = [part for line in lines for part in _split(line)]
    found = [rewritten(_pointed(_front(line))) for line in found]
    found = displayed(uncoded(unnumbered_rows(starred(dotted(found)))), joined)
    found = _counted(_coded(_numerals(_letters(_listed(_labelled(found))))))
    return rows(_stemmed(_specified(found, joined), joined), joined), joined


def _front(line: Line) -> Line:
    """Put a type that stands before the number behind the question: 【单选】1. 岗位."""
    match = FRONT.fullmatch(line.text)
    if not match or numbering(match["rest"]) is None:
        return line
    if not tag(match["words"]) and hint(match["words"]) is None or re.fullmatch(r"\d+", match["words"]):
        return line
    return replace(line, text=f"{match['rest']}{match['tag']}")


def _pointed(line: Line) -> Line:
    """Write an arrow where dots lead to a place to go on: Never ..... GO TO Q5."""
    text = DOTS.sub(" → ", line.text)
    return replace(line, text=text, raw=text) if text != line.text else line


def _split(line: Line) -> list[Line]:
    """Cut off a further question that stands on the line of the one it depends on: ...? If yes, which? ____."""
    match = LEADER.search(line.text)
    if not match or not match.start() or numbering(line.text[: match.start()], ("wrapped",)) and match.start() < 5:
        return [line]
    head, rest = line.text[: match.start()].rstrip(), line.text[match.end() :]
    if target(rest) is not None or not FOLLOWING.match(rest) or not re.search(r"[^\W\d_]{2}", head):
        return [line]
    return [replace(line, text=head, raw=head), Line(line.number, rest, rest, False, line.indent)]


def _labelled(lines: Sequence[Line]) -> list[Line]:
    """Cut a line of several labels with room behind each into its fields, where no question stands open."""
    found: list[Line] = []
    free = True
    for line in lines:
        fields = _fields(line) if free else []
        found += fields or [line]
        free = bool(fields) or (numbering(line.text, ("q", "dot", "paren", "wrapped", "space")) is None and free)
        free = free or numbering(line.text, ("cn",)) is not None and not BLANK.search(line.text)
    return found


def _fields(line: Line) -> list[Line]:
    """Return the fields of a line that is nothing but labels with room behind them, [] where it is not."""
    text = line.raw.strip()
    matches = list(LABELS.finditer(text))
    bare = re.fullmatch(rf"{FIELD}\s*[:：]", text) and len(text) <= 12 and LABEL.search(text)
    if not matches or (len(matches) < 2 and not matches[0]["unit"] and not bare):
        return []
    rest = LABELS.sub("", text).strip(" ;；,，。\t")
    if rest or re.match(r"\s*(?:\d|说明|注|备注)", text) or not (bare or any(match["blank"] for match in matches)):
        return []
    found = []
    for place, match in enumerate(matches):
        blank = re.sub(r"[\s_]+", "", match["unit"] or "")
        blank = "".join(f"____{part}" for part in blank) or "____"
        words = f"{match['label'].strip()}：{blank}"
        found.append(Line(line.number, words, words, line.gap or place > 0, 0, asks=True))
    return found


def _listed(lines: Sequence[Line]) -> list[Line]:
    """Write a circle for an “o” before each of several lines, and a box for a short blank before each."""
    found = list(lines)
    for pattern, sign in (
        (re.compile(r"o\s+(?=\S)"), "○ "),
        (re.compile(r"(?:_{2,}|[(（]_+[)）]|\[_+\])\s*(?=[^\s_\W])"), "□ "),
    ):
        places = [place for place, line in enumerate(found) if pattern.match(line.text)]
        for place in places:
            if place - 1 in places or place + 1 in places:
                text = pattern.sub(sign, found[place].text, count=1)
                found[place] = replace(found[place], text=text, raw=text)
    return found


def _counted(lines: Sequence[Line]) -> list[Line]:
    """Write 1) for a bare 1 before options that count on right below a question: 1 Yes / 2 No."""
    found = list(lines)
    place = 0
    while place < len(found):
        run: list[tuple[int, re.Match[str]]] = []
        while place + len(run) < len(found):
            match = BARE.match(found[place + len(run)].text)
            if not match or int(match[1]) != len(run) + 1 and not (len(run) > 1 and int(match[1]) > len(run) + 3):
                break
            run.append((place + len(run), match))
        above = found[place - 1].text if place else ""
        if len(run) > 1 and (
            numbering(above, ("q", "coded", "dot", "paren", "wrapped")) or above.endswith(("?", "？"))
        ):
            for at, match in run:
                found[at] = replace(found[at], text=f"{match[1]}) {found[at].text[match.end() :]}")
        place += max(len(run), 1)
    return found


def _letters(lines: Sequence[Line]) -> list[Line]:
    """Write Q1, Q2 ... for A., B. ... where these number the questions and plain numbers their options."""
    places: list[int] = []
    for place, line in enumerate(lines[:-1]):
        below = numbering(lines[place + 1].text, ("dot", "paren", "wrapped"))
        letter = chr(ord("A") + len(places))
        if (
            re.match(rf"{letter}\s*[.、．)）]\s*\S", line.text)
            and below
            and below.value == 1
            or places
            and re.match(rf"{letter}\s*[.、．)）]\s*\S.*[?？:：]$", line.text)
        ):
            places.append(place)
    if len(lines) and places and re.match(rf"{chr(ord('A') + len(places))}\s*[.、．)）]\s*\S", lines[-1].text):
        places.append(len(lines) - 1)
    if len(places) < 2 or any(numbering(line.text, ("q", "coded")) for line in lines):
        return list(lines)
    found = list(lines)
    for number, place in enumerate(places, start=1):
        text = re.sub(r"^[A-Z]\s*[.、．)）]\s*", f"Q{number}. ", found[place].text)
        found[place] = replace(found[place], text=text, raw=text)
    for place, line in enumerate(found):
        text = SENT.sub(lambda match: f"{match[1]}Q{ord(match[2]) - ord('A') + 1}", line.text)
        found[place] = replace(line, text=text, raw=text) if text != line.text else line
    return found


def _numerals(lines: Sequence[Line]) -> list[Line]:
    """Write 一、二、三 for I. II. III. where they count."""
    found = list(lines)
    places: list[int] = []
    for place, line in enumerate(found):
        match = re.match(r"(?P<number>[IVX]{1,4}|[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ])\s*[.、．:：)）\s]\s*(?=\S)", line.text)
        if match and roman(match["number"]) == len(places) + 1 <= len(NUMERALS):
            places.append(place)
    if len(places) < 2:
        return found
    for number, place in enumerate(places):
        rest = re.sub(r"^[IVXⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ]+\s*[.、．:：)）]?\s*", "", found[place].text)
        found[place] = replace(found[place], text=f"{NUMERALS[number]}、{rest}")
    return found


def _coded(lines: Sequence[Line]) -> list[Line]:
    """Mark the numbers of several parts (1.1, 2.3, A1, B2) where they count, so that no measure is taken for one."""
    found = list(lines)
    codes = {place: match["code"] for place, line in enumerate(found) if (match := CODE.match(line.text))}
    for parted in (True, False):
        run = [(place, code) for place, code in codes.items() if ("." in code) is parted]
        places: set[int] = set()
        for (at, before), (to, after) in zip(run, run[1:], strict=False):
            if _next(before, after):
                places |= {at, to}
        for place in places:
            match = CODE.match(found[place].text)
            if match:
                text = f"§{match['code']} {found[place].text[match.end() :]}"
                found[place] = replace(
                    found[place], text=text, raw=f"{' ' * found[place].indent}{_uncoded(found[place].raw)}"
                )
    return found


def _uncoded(raw: str) -> str:
    return CODE.sub(lambda match: f"§{match['code']} ", raw.lstrip(), count=1)


def _next(before: str, after: str) -> bool:
    """Say whether one number of two parts follows another: 1.1 1.2, 1.4 2.1, A3 A4, A3 B1."""
    (major, minor), (to, at) = (_pair(code) for code in (before, after))
    return (to == major and at == minor + 1) or (to == major + 1 and at == 1 and minor < 30)


def _pair(code: str) -> tuple[int, int]:
    if "." in code:
        major, minor = code.split(".")
        return int(major), int(minor)
    return ord(code[0]), int(code[1:])


def _specified(lines: Sequence[Line], joined: dict[int, int]) -> list[Line]:
    """Join “If other, please specify: ____” to the option it belongs to."""
    found: list[Line] = []
    for line in lines:
        if found and SPECIFY.fullmatch(line.text) and OTHER.fullmatch(found[-1].text):
            text = f"{found[-1].text.rstrip('.。:： ')}____"
            joined[line.number] = found[-1].number
            found[-1] = replace(found[-1], text=text, raw=text)
        else:
            found.append(line)
    return found


def _stemmed(lines: Sequence[Line], joined: dict[int, int]) -> list[Line]:
    """Join a line that is only a number (Question 1 of 4, 第1题) to the words below it."""
    found: list[Line] = []
    waiting: Line | None = None
    for line in lines:
        match = STEM.fullmatch(line.text)
        if waiting is not None:
            match_, waiting_ = STEM.fullmatch(waiting.text), waiting
            waiting = None
            if (
                match_
                and not match
                and not ticked(line.text)
                and not BULLET.match(line.text)
                and numbering(line.text) is None
            ):
                number = match_["q"] or match_["zh"] or match_["dot"]
                text = f"第{number}题 {line.text}{match_['hint']}"
                joined[waiting_.number] = line.number
                found.append(replace(line, text=text, raw=text, gap=waiting_.gap))
                continue
            found.append(waiting_)
        if match and (match["q"] or match["zh"] or match["dot"]):
            waiting = line
        else:
            found.append(line)
    return [*found, waiting] if waiting is not None else found
