"""The whole definition out of the skeleton of a text: title, sections, items, what is required, and the logic."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from core.i18n import _, pgettext
from questions import named
from surveys.formats.text_account import Account
from surveys.formats.text_blocks import (
    HEADING,
    Skeleton,
    section_settings,
    skeleton,
)
from surveys.formats.text_draft import Made
from surveys.formats.text_kinds import Maker, Surroundings
from surveys.formats.text_lines import BLANK, Line, cut, lettered
from surveys.formats.text_rules import Rules
from surveys.formats.text_scales import meant, span
from surveys.formats.text_sights import BREAK, RULE, SECTION, Block

GREETING = re.compile(r"(?:尊敬的|亲爱的|各位|敬爱的|您好|你好|大家好|同志们|dear\b|hello|hi\b).*", re.I)
NAMED = re.compile(r"(?:问卷)?(?:标题|名称|题目)\s*[:：]\s*(.+)|title\s*:\s*(.+)", re.I)
TITLE = 80
PAPERNAME = re.compile(
    r"问卷|問卷|调查|調查|测评|测验|评议|登记表|意见表|征求意见|反馈表|survey|questionnaire|form|feedback|poll", re.I
)
TELLING = re.compile(r"请|以下|下列|本次|本问卷|填[表写]|为了|please|the following|this (?:survey|questionnaire)", re.I)
TOLD_ONCE = re.compile(r"以下|下列|各题|每题|questions?\b|statements?\b|following|\bcircle\b", re.I)
INTRO_NAMED = re.compile(
    r"(?:问卷)?(?:描述|引言|导语|卷首语|指导语|前言|description|intro(?:duction)?)\s*[:：]\s*(?=\S)", re.I
)


@dataclass(slots=True)
class Part:
    """A section being filled."""

    title: str = ""
    intro: list[str] = field(default_factory=list)
    made: list[Made] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    number: int = 0


def assemble(lines: Sequence[Line], account: Account, *, language: str) -> dict[str, Any] | None:
    """Return the definition some lines make, None when there is not one question in them."""
    found = skeleton(lines)
    title, intro = _opening(found, account)
    parts = _parts(found, account)
    for line in found.closing:
        account.info(_("Closing words; the page thanks by itself."), line.number)
    made = [one for part in parts for one in part.made]
    if not any(one.item["type"] != "note" for one in made):
        account.notes = [note for note in account.notes if note.level != "info"]
        account.became.clear()
        account.fail(_("No question was found in this text."))
        return None
    _names(made, account)
    _required(found, made, lines, account)
    Rules(made, account).settle()
    definition: dict[str, Any] = {"lang": language, "title": title or _("Untitled questionnaire")}
    if not title:
        account.info(_("The text has no title; give it one before it is used."))
    if intro:
        definition["intro"] = "\n".join(intro)[:4000]
    definition["sections"] = _sections(parts)
    return definition


def _opening(found: Skeleton, account: Account) -> tuple[str, list[str]]:
    """Return the title and the words before the first question."""
    rest = list(found.opening)
    title = ""
    if rest:
        named = NAMED.fullmatch(rest[0].text)
        first = rest[0].text
        if named:
            title = (named[1] or named[2]).strip()
        elif (
            len(first) <= TITLE
            and not GREETING.match(first)
            and (PAPERNAME.search(first) or not TELLING.match(first))
            and not first.endswith(("。", "，", ",", "；"))
        ):
            title = (first[1:-1] if re.fullmatch(r"《[^《》]*》", first) else first).strip("=* ")
        if title:
            account.use(rest.pop(0), pgettext("line", "Title"))
        joined = rest and len(rest[0].text) <= 40 and not PAPERNAME.search(title) and PAPERNAME.search(rest[0].text)
        if (
            title
            and joined
            and not named
            and not title.isascii()
            and not rest[0].gap
            and not re.search(r"[。，,！!：:]", rest[0].text)
        ):
            title += rest[0].text
            account.use(rest.pop(0), pgettext("line", "Title"))
    if rest and re.fullmatch(r".{0,8}(?:信息|情况|资料|部分)\s*[:：]?", rest[-1].text):
        account.use(rest[-1], pgettext("line", "Section"))
        found.heading = rest.pop().text.rstrip(":： ")
    account.use(rest, pgettext("line", "Introduction"))
    return title, [line.text[match.end() :] if (match := INTRO_NAMED.match(line.text)) else line.text for line in rest]


def _parts(found: Skeleton, account: Account) -> list[Part]:
    """Return the sections with what was made of their questions."""
    maker = Maker(account)
    around = _surroundings(found)
    _ends(found.opening, around)
    parts = [Part(found.heading)]
    for block in found.blocks:
        if block.kind == RULE:
            account.info(_("A line that only divides; it has no words to keep."), block.line.number)
            _loose(block.body, parts[-1], account)
        elif block.kind == BREAK:
            account.use(block.line, pgettext("line", "New page"))
            if parts[-1].made:
                parts.append(Part(number=block.line.number))
            _loose(block.body, parts[-1], account)
        elif block.kind == SECTION:
            _section(block, parts, around, account)
        else:
            made, after = maker.make(block, around)
            if made is not None:
                parts[-1].made.append(made)
            _after(after, parts, account)
            _ends([line for line in block.body if TOLD_ONCE.search(line.text)], around)
    return _filled([part for part in parts if part.made or part.title or part.intro], account)


def _filled(parts: list[Part], account: Account) -> list[Part]:
    """Give the words of a part without questions to the next one, or keep them as text at the end."""
    for part, after in zip(parts, parts[1:], strict=False):
        if not part.made:
            after.title = " – ".join(filter(None, (part.title, after.title)))
            after.intro = [*part.intro, *after.intro]
    if parts and not parts[-1].made:
        last = parts.pop()
        filled = [part for part in parts if part.made]
        for words in filter(None, (last.title, *last.intro)):
            if filled:
                filled[-1].made.append(Made({"type": "note", "title": words}, 0, last.number, []))
        if filled and last.number:
            account.info(_("No question follows this; it was kept as text at the end."), last.number)
        return filled
    return [part for part in parts if part.made]


def _surroundings(found: Skeleton) -> Surroundings:
    """Look over the whole text for what the signs mean."""
    text = "\n".join(line.text for block in found.blocks for line in (block.line, *block.body))
    round_too = bool(re.search(r"[○◯●]|\(\s*\)", text))
    return Surroundings(boxes_mean_several=bool(re.search(r"[□☐]|\[\s*\]", text)) and round_too or _ascii_boxes(text))


def _ends(lines: Sequence[Line], around: Surroundings) -> None:
    """Remember what the points of a scale mean where that is told once for many questions."""
    for line in lines:
        told = re.search(r"\d\s*分?\s*[=＝:：为表].*", line.text)
        scale = (span(told[0]) if told else None) or meant(line.text)
        if scale and scale.labels:
            around.scale = scale
        letters = [mark.words.strip("()（）。. ") for mark in cut(line.text, lettered(line.text), line.number)]
        if len(letters) > 2 and all(0 < len(words) <= 16 for words in letters):
            around.letters = letters


def _ascii_boxes(text: str) -> bool:
    one = re.search(
        r"\b(?:tick|check|choose|select|mark|pick) (?:(?:only )?one|all|any)\b"
        r"|that apply|\bup to\b|\bmore than one\b|multiple answers",
        text,
        re.I,
    )
    boxes = re.search(r"^\s*(?:\[\s*\]|☐)\s*\S", text, re.M)
    return bool(boxes and not one) and not re.search(r"[\u4e00-\u9fff]", text)


def _section(block: Block, parts: list[Part], around: Surroundings, account: Account) -> None:
    """Begin a section; the heading may give its questions their type."""
    account.use(block.line, pgettext("line", "Section"))
    around.section = section_settings(block.words)
    _ends([block.line, *block.body], around)
    last = parts[-1]
    if last.made or last.intro and last.title:
        parts.append(Part(block.words, number=block.line.number))
    elif last.title:
        last.title = f"{last.title} – {block.words}"
    else:
        last.title = block.words
        last.number = block.line.number
    _loose(block.body, parts[-1], account)


def _loose(lines: Sequence[Line], part: Part, account: Account) -> None:
    """Keep words below a heading as the section's introduction."""
    for line in lines:
        part.intro.append(line.text.strip("()（）") if line.text.startswith(("(", "（")) else line.text)
        account.use(line, pgettext("line", "Introduction"))


def _after(lines: Sequence[Line], parts: list[Part], account: Account) -> None:
    """Keep words between two questions: a short last line heads a new section, others are text of their own."""
    for place, line in enumerate(lines):
        last = place == len(lines) - 1
        short = len(line.text) <= HEADING and not re.search(r"[。！!；;，,]", line.text)
        if last and short and line.gap and not BLANK.search(line.text):
            parts.append(Part(line.text.rstrip(":：").strip("【】"), number=line.number))
            account.use(line, pgettext("line", "Section"))
            account.info(_("Read as the heading of a section, unsure."), line.number)
        else:
            parts[-1].made.append(Made({"type": "note", "title": line.text}, 0, line.number, []))
            account.use(line, pgettext("line", "Text"))
            account.info(_("Read as text between the questions, unsure."), line.number)


def _names(made: Sequence[Made], account: Account) -> None:
    """Name the items: q1, q2 ... and n1, n2 ... for text."""
    asked = told = 0
    for one in made:
        if one.item["type"] == "note":
            told += 1
            one.item = {"id": f"n{told}", **one.item}
            account.became[one.line] = pgettext("line", "Text")
        else:
            asked += 1
            one.item = {"id": f"q{asked}", **one.item}
            kind = named(one.item)
            if kind is not None:
                account.became[one.line] = _("Question %(number)s: %(kind)s", number=asked, kind=kind.label)


def _required(found: Skeleton, made: Sequence[Made], lines: Sequence[Line], account: Account) -> None:
    """Settle what must be answered: by marks; where only exceptions are marked, everything else must be."""
    asked = [one for one in made if one.item["type"] != "note"]
    must = any(one.required for one in asked)
    need_not = any(one.required is False for one in asked)
    default = not must and found.tagged and (need_not or _kit(found, lines))
    for one in asked:
        one.item["required"] = default if one.required is None else one.required
    if not must and not (need_not and default):
        said = (
            _("Nothing says what must be answered; as in this dialect, every question must be.")
            if default
            else _("Nothing says what must be answered; no question was made required.")
        )
        account.info(said)
    elif default:
        account.info(_("Only what need not be answered is marked; every other question was made required."))


def _kit(found: Skeleton, lines: Sequence[Line]) -> bool:
    """Say whether a text is in the dialect where everything must be answered unless it says otherwise."""
    texts = [line.text for line in lines]
    if not found.tagged or any(re.search(r"\[(?:单行|多行)文本题?\]|\[联动题?\]|［", text) for text in texts):
        return False
    kit = any(re.fullmatch(r"(?:行|列)\s*[:：].*|={3,}.*={3,}|={3,}|\d+\s*[~～]\s*\d+", text) for text in texts)
    return kit and not any(re.match(r"[○□●☐]", text) for text in texts)


def _sections(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """Return the sections of the definition."""
    made: list[dict[str, Any]] = []
    for part in parts:
        section: dict[str, Any] = {"id": f"s{len(made) + 1}"}
        if part.title:
            section["title"] = part.title[:200]
        if part.intro:
            section["intro"] = "\n".join(part.intro)[:4000]
        section["items"] = [one.item for one in part.made]
        made.append(section)
    return made
