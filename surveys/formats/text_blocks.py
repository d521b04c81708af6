"""The skeleton of a pasted questionnaire: which lines begin a question, a section, a page, and what belongs to each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from surveys.formats import text_logic, text_wording
from surveys.formats.text_body import OTHER
from surveys.formats.text_ends import closing, signed
from surveys.formats.text_hints import hints, tags
from surveys.formats.text_lines import BLANK, Line, Numbering, cells, lettered, numbering, ticked
from surveys.formats.text_parts import asking, settle
from surveys.formats.text_sights import BREAK, QUESTION, RULE, SECTION, Block, Sight, look
from surveys.formats.text_words import PAGE, TEXT, Settings

ORDINAL = r"(?:[一二三四五六七八九十]{1,3}|\d{1,2})"
PART = re.compile(
    rf"(?:第\s*{ORDINAL}\s*(?:部分|部份|章|单元|篇|板块|模块|节|组|大项|大题)|[A-H甲乙丙丁]\s*部分|(?:模块|板块|部分"
    rf"|单元)\s*(?:[A-Z]|{ORDINAL})(?![A-Za-z]))\s*[:：、.．]?\s*(?P<zh>.*)"
    r"|(?:part|section|module|block|chapter)\s+(?:[A-Z]|\d{1,2}"
    r"|[IVX]{1,4}|one|two|three|four|five"
    r"|six)\b\s*[.:：)\-–—]*\s*(?P<en>.*)"
    r"|(?:[IVX]{1,4}[.、]\s+|[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ]+[.、．:：\s]*)(?P<roman>.+)",
    re.I,
)
PAGES = re.compile(
    r"[\s=\-*—–_~#·.]*(?:分[页頁](?:[栏符]|线)?|第\s*\d+\s*[页頁](?:\s*[/共].*)?"
    r"|(?:start|end) of block\b.*|page\s*break|(?:end of )?page\s*\d+)[\s=\-*—–_~#·.]*",
    re.I,
)
RULER = re.compile(r"[\s]*([=\-*—–~#·＝－─━])(?:\s*\1){2,}[\s]*")
POINTED = re.compile(r"[:：]\s*(?:(?:\d{1,2}\s+){2,}\d{1,2}|(?:[★☆⭐]\s*){3,})$")
SECTION_KINDS = ("single", "multi", "ranking", "scale")
HEADING = 24  # characters; a longer line is no heading
SECTIONING = ("cn", "cn_wrapped")
ARABIC = ("q", "dot", "paren", "wrapped", "circled", "space")


@dataclass(slots=True)
class Skeleton:
    """What stands before the first question, and everything after it."""

    opening: list[Line]
    blocks: list[Block]
    closing: list[Line]
    tagged: bool
    numbered: bool
    heading: str = ""  # of what stands before the first heading


def skeleton(lines: Sequence[Line]) -> Skeleton:
    """Return the skeleton of a questionnaire."""
    ending = len(lines) - signed(lines)
    lines, signing = lines[:ending], lines[ending:]
    sights = [look(line) for line in lines]
    tagged = any(sight.heard.tagged for sight in sights)
    headings = _headings(sights)
    if sights and sights[0].line.heading:
        headings.discard(0)
    chain, style = _chain(sights, headings)
    if style in SECTIONING:
        headings = {place for place in headings if (number := sights[place].number) is None or number.style != style}
    if style == "coded":
        settle(sights, chain, headings)
    asked = asking(sights, chain, headings)
    starts = _Starts(sights, chain, headings - asked, tagged, asked)
    opening: list[Line] = []
    blocks: list[Block] = []
    for place, sight in enumerate(sights):
        block = starts.at(place, blocks[-1] if blocks else None, bool(opening))
        if block is not None:
            blocks.append(block)
        elif blocks:
            blocks[-1].body.append(sight.line)
        else:
            opening.append(sight.line)
    return Skeleton(opening, blocks, [*closing(blocks), *signing], tagged, bool(chain))


def _headings(sights: Sequence[Sight]) -> set[int]:
    """Return the places of lines that look like section headings."""
    found = set()
    for place, sight in enumerate(sights):
        text, number = sight.line.text, sight.number
        if sight.heard.tagged or sight.answer or sight.ticks:
            continue
        if (
            PART.fullmatch(text)
            or (number and number.style in SECTIONING)
            or (sight.line.heading and not number)
            or (re.fullmatch(r"【[^【】]{1,30}】", text) and text_logic.target(text) is None)
        ):
            found.add(place)
    return found


def _chain(sights: Sequence[Sight], headings: set[int]) -> tuple[dict[int, Numbering], str]:
    """Return the lines whose numbers run through the questions, by place, and the style of these numbers."""
    coded = {at: sight.number for at, sight in enumerate(sights) if sight.number and sight.number.style == "coded"}
    if len(coded) > 1:
        return coded, "coded"
    inner = _run(sights, headings, ARABIC)
    runs: list[tuple[float, str, dict[int, Numbering]]] = [(0.0, "", {})]
    for style in (*ARABIC, *SECTIONING):
        score, found = _run(sights, headings, (style,))
        if style == "space" and len(found) < 3:
            continue
        if style in SECTIONING:
            score = score + 1 if found and _as_questions(sights, found, inner[1]) else 0.0
        runs.append((score, style, found))
    best = max(runs, key=lambda run: run[0])
    around = [run for run in runs if run[1] in ARABIC and len(run[2]) > 1 and _within(best[2], run[2])]
    best = max(around, key=lambda run: run[0], default=best)
    return _filled(sights, best[2], best[1]), best[1]


def _within(inner: dict[int, Numbering], outer: dict[int, Numbering]) -> bool:
    """Say whether a run of numbers stands between two neighbours of another run: the rows of one question."""
    if not inner or min(outer) >= min(inner):
        return False
    before = max(place for place in outer if place < min(inner))
    return not any(before < place < max(inner) for place in outer)


def _as_questions(sights: Sequence[Sight], found: dict[int, Numbering], inner: dict[int, Numbering]) -> bool:
    """Say whether Chinese numerals number the questions: their own answers follow, before any other number."""
    places = sorted(found)
    own = 0
    for place, after in zip(places, [*places[1:], len(sights)], strict=True):
        following = range(place + 1, after)
        nested = [at for at in following if at in inner and not sights[at].marked]
        direct = (
            sights[place].answer
            or sights[place].heard.tagged
            or any(sights[at].marked for at in following if not nested or at < nested[0])
        )
        own += direct or not nested
    return own * 2 > len(places) and (len(places) > 1 or not inner)


def _run(sights: Sequence[Sight], headings: set[int], styles: Sequence[str]) -> tuple[float, dict[int, Numbering]]:
    """Return the best rising run of numbers in these styles; it may begin again after a heading."""
    best: dict[int, tuple[float, int]] = {}  # last number -> score, place
    back: dict[int, int | None] = {}
    section_of: dict[int, int] = {}
    section = 0
    numbers: dict[int, Numbering] = {}
    for place, sight in enumerate(sights):
        if place in headings and not (sight.number and sight.number.style in styles):
            section += 1
        number = numbering(sight.line.text, styles)
        if number is None or sight.marked and number.style not in ("wrapped",):
            continue
        numbers[place], section_of[place] = number, section
        weight = _weight(sights, place)
        options: list[tuple[float, int | None]] = [(weight - 0.3 * (number.value - 1), None)]
        for gap, cost in ((1, 0.0), (2, 1.5), (3, 2.0), (0, 2.2)):
            before = best.get(number.value - gap)
            if before:
                options.append((before[0] + weight - cost, before[1]))
        if number.value == 1:
            options += [(score + weight - 0.5, at) for score, at in best.values() if section_of[at] < section]
        score, previous = max(options, key=lambda option: option[0])
        back[place] = previous
        if score >= best.get(number.value, (-1.0, 0))[0]:
            best[number.value] = (score, place)
    if not best:
        return 0.0, {}
    score, at = max(best.values())
    found: dict[int, Numbering] = {}
    cursor: int | None = at
    while cursor is not None:
        found[cursor] = numbers[cursor]
        cursor = back[cursor]
    return score, found


def _weight(sights: Sequence[Sight], place: int) -> float:
    """Say how much a numbered line looks like a question."""
    sight = sights[place]
    after = sights[place + 1] if place + 1 < len(sights) else None
    weight = 1.0 + 2.0 * sight.heard.tagged + 1.0 * sight.answer + 0.4 * sight.line.gap
    weight += 0.6 * bool(re.search(r"[?？]|[(（]\s*[)）]|多选|单选|[:：]$", sight.line.text))
    if after is not None:
        weight += 1.0 * after.marked
        inner = after.number
        weight += 0.5 * bool(inner and inner.value == 1 and sight.number and sight.number.value != 0)
    return weight


def _filled(sights: Sequence[Sight], chain: dict[int, Numbering], style: str) -> dict[int, Numbering]:
    """Add lines that carry a missing number in another style ("3)" between "2." and "4.")."""
    if style in (*SECTIONING, "") or not chain:
        return chain
    places = sorted(chain)
    for before, after in zip(places, [*places[1:], len(sights)], strict=True):
        low = chain[before].value
        high = chain[after].value if after in chain else low + 2
        wanted = low + 1
        while wanted < high:
            fitting = [
                (_weight(sights, place) - _run_on(sights, place), place)
                for place in range(before + 1, after)
                if _fits(sights[place], style, wanted) and place > max(at for at in chain if at < after)
            ]
            if not fitting or (after not in chain and max(fitting)[0] <= 2.3):
                break
            place = max(fitting)[1]
            chain[place] = sights[place].number  # type: ignore[assignment]
            wanted += 1
    return chain


def _fits(sight: Sight, style: str, wanted: int) -> bool:
    number = sight.number
    return bool(
        number and number.style in ARABIC and number.style != style and number.value == wanted and not sight.marked
    )


def _run_on(sights: Sequence[Sight], place: int) -> float:
    """Say how much a numbered line goes on counting from the line above, as options do."""
    above, here = sights[place - 1].number if place else None, sights[place].number
    return 2.0 if above and here and above.style == here.style and above.value == here.value - 1 else 0.0


class _Starts:
    """Decides, line by line, whether something new begins."""

    def __init__(
        self,
        sights: Sequence[Sight],
        chain: dict[int, Numbering],
        headings: set[int],
        tagged: bool,
        asked: set[int],
    ) -> None:
        self.sights, self.chain, self.headings, self.tagged, self.asked = sights, chain, headings, tagged, asked
        self.first = min([*chain, *(p for p, s in enumerate(sights) if s.heard.tagged)], default=len(sights))

    def at(self, place: int, current: Block | None, opened: bool) -> Block | None:
        """Return what begins at a line, or None when it belongs to what is there."""
        sight = self.sights[place]
        line, text = sight.line, sight.line.text
        if PAGES.fullmatch(text) or (sight.heard.settings.kind == PAGE):
            return Block(BREAK, line, "")
        if RULER.fullmatch(text):
            return Block(RULE, line, "")
        if place in self.chain:
            return Block(QUESTION, line, self.chain[place].rest, self.chain[place].value)
        if sight.heard.tagged:
            return self._tagged(sight, current)
        if line.asks or place in self.asked:
            return Block(QUESTION, line, sight.number.rest if sight.number and place in self.asked else text)
        if text_logic.FOLLOWING.match(text) and self._follows(place, current):
            return Block(QUESTION, line, text)
        if place in self.headings and (current is not None or opened or place < self.first):
            return Block(SECTION, line, heading(text))
        return self._plain(place, current, opened)

    def _after_table(self, sight: Sight, current: Block, complete: bool) -> bool:
        """Say whether a plain line behind a whole table, or a colon behind a whole question, asks something new."""
        text = sight.line.text
        wide = len(cells(sight.line.raw)) > 1
        room = text.endswith((":", "：")) and len(text) <= 24 and bool(text_wording.LONG.search(text))
        if _tabled(current):
            asks = text_wording.LONG.search(text) or _as_question(text)
            return not wide and bool(asks)
        return room and complete

    def _follows(self, place: int, current: Block | None) -> bool:
        """Say whether a line that begins with a condition asks something of its own: If yes, which? ____."""
        sight = self.sights[place]
        text = sight.line.text
        if current is None or current.kind != QUESTION or sight.marked or text_logic.target(text) is not None:
            return False
        after = self.sights[place + 1] if place + 1 < len(self.sights) else None
        options = bool(after and after.marked and not after.line.gap)
        asks = bool(re.search(r"[?？:：]\s*[(（]?[^?？]{0,20}$", text)) or sight.answer or bool(sight.ticks)
        return asks or options or bool(text_logic.EXPLAIN.search(text))

    def _tagged(self, sight: Sight, current: Block | None) -> Block | None:
        if current is not None and current.body and sight.number is None and _own_words(sight, current):
            return None
        if not sight.heard.words.strip(" *") and current is not None and current.kind == QUESTION and not current.body:
            return None
        number = numbering(sight.line.text)
        return Block(QUESTION, sight.line, number.rest if number else sight.line.text, number.value if number else 0)

    def _plain(self, place: int, current: Block | None, opened: bool) -> Block | None:
        """Judge a line without number and tag."""
        sight = self.sights[place]
        line, text = sight.line, sight.line.text
        after = self.sights[place + 1] if place + 1 < len(self.sights) else None
        if sight.marked or text_logic.logical(text) or re.match(r"[（(【\[]|注[:：]|说明[:：]|提示[:：]", text):
            return None
        complete = current is None or current.kind != QUESTION or _complete(current)
        label = re.match(r"[^□☐○◯●_]{1,40}?[:：?？)）]?\s*(?=[□☐○◯●]|_{2,}|\[\s*\])", text)
        if label and sight.answer and complete and (current is None or sight.ticks > 1 or line.gap or not self.chain):
            words = sight.number.rest if sight.number and sight.number.style in SECTIONING else text
            return Block(QUESTION, line, words, unsure=bool(self.chain or self.tagged))
        field = re.fullmatch(r"[^_:：]{1,20}[:：]\s*_{2,}\s*[\u4e00-\u9fff]{0,2}[。.]?", text)
        if field and complete and (current is None or not current.number):
            return Block(QUESTION, line, text)
        if current is not None and not sight.ticks and self._after_table(sight, current, complete):
            return Block(QUESTION, line, text, unsure=True)
        asks = bool(re.search(r"[?？]\s*(?:[(（].*[)）]|y\s*/\s*n|yes\s*/\s*no|是\s*/\s*否)?$", text, re.I)) or bool(
            POINTED.search(text)
        )
        if after is None:
            return Block(QUESTION, line, text) if asks and not (self.chain or self.tagged) else None
        follows = after.marked and (after.ticks > 0 or after.letters > 0) and not after.line.gap
        if follows and complete and place not in self.headings:
            return Block(QUESTION, line, text, unsure=True)
        if self.chain or self.tagged or not complete and not line.gap:
            return None
        if asks or (
            line.gap and (opened or current is not None) and not re.search(r"[。！!,，；;]", text) and len(text) <= 60
        ):
            alone = after.line.gap and not asks and not text.endswith((":", "："))
            return None if alone else Block(QUESTION, line, text, unsure=not asks)
        return None


def _own_words(sight: Sight, current: Block) -> bool:
    """Say whether a tagged line is the last option of the choice above: 其他[填空]."""
    choice = tags(current.line.text).settings.kind in ("single", "multi", "dropdown")
    written = sight.heard.settings.kind in (TEXT, "short_text")
    return (
        choice
        and written
        and not sight.line.gap
        and len(sight.heard.words) <= 12
        and bool(OTHER.match(sight.heard.words))
    )


def _as_question(text: str) -> bool:
    """Say whether a line ends as a question does, hints in brackets apart."""
    return bool(re.search(r"[?？:：]$", re.sub(r"\s*[(（][^()（）]*[)）]\s*(?=[:：?？]?$)", "", text)))


def _tabled(block: Block) -> bool:
    """Say whether a question has a table of boxes below it."""
    return block.kind == QUESTION and sum(len(ticked(line.text)) > 1 for line in block.body) > 1


def _complete(block: Block) -> bool:
    """Say whether a question has its answers already, so that a further plain line is something new."""
    marks = sum(max(1, sight.ticks, sight.letters) for line in block.body if (sight := look(line)).marked)
    return (
        marks > 1 or len(ticked(block.words)) > 1 or len(lettered(block.words)) > 1 or bool(BLANK.search(block.words))
    )


def heading(text: str) -> str:
    """Return a section's title without its number."""
    match = PART.fullmatch(text)
    if match:
        named = next((group for group in match.groups() if group), "")
        return (named or text).strip(" :：") or text
    number = numbering(text)
    words = number.rest if number and number.style in SECTIONING else text
    return words.strip("【】 ").strip() or text


def section_settings(words: str) -> Settings:
    """Return the type and the limits a heading gives all its questions: 一、单选题, 二、多选题（每题最多选3项）."""
    heard = hints(re.sub(r"(?:部分|[（(]\s*共.{1,12}[)）])$", "", words).replace("每题", "").replace("每小题", ""))
    plain = re.sub(r"[（(].*[)）]", "", words).strip(" :：")
    found = tags(f"[{plain}]").settings.kind if len(plain) <= 8 else ""
    said = heard.settings
    found = found if found in (*SECTION_KINDS, "long_text", "text", "short_text", "yes_no") else ""
    said.kind = found or (said.kind if said.kind in SECTION_KINDS else "")
    return said
