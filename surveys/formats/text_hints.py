"""Take hints and tags out of a question's words, so that its title is only what is asked."""

import re
from dataclasses import dataclass, field

from surveys.formats import text_logic
from surveys.formats.text_lines import EMPTY, tidy
from surveys.formats.text_words import Settings, hint, tag

BRACKETS = re.compile(r"\[([^\[\]]{1,120})\]|【([^【】]{1,120})】")
ROUND = re.compile(r"[(（]([^()（）]{1,120})[)）]")
CLAUSES = re.compile(r"[,，;；、。|/]\s*|(?<=[项個个])\s+")
TAIL = re.compile(
    r"[\s,，。:：;；?？]*(?P<hint>(?:可|允许)?多选题?|单选题?|不定项(?:选择)?|(?:最多|至多|限"
    r"|任|请"
    r"|可)选?(?:择)?[一二两三四五六七八九十\d]{1,2}(?:[-~至到][一二三四五六七八九十\d]{1,2})?[项个]"
    r"|选填|必填|必答|选答)[。]?\s*$"
)
LAST = re.compile(r"(?<=[.?!。？！])\s*(?P<hint>[^.?!。？！]{4,60})[.。!！]?\s*$")
STARS = re.compile(r"^\s*\*+\s*|\s*\*+\s*$")
OWN = re.compile(
    r"[(（\[【]?\s*[,，:：\-–—]?\s*(?:请|請)?(?:您)?(?:具体)?(?:填写|填寫|注明|註明|说明|說明"
    r"|列出|列举|写明|补充|描述|please (?:say|explain|give|tell us)(?: what| which| details)?"
    r"|please specify|specify|please state|please "
    r"describe|write in|如有请填写|填空)(?:内容|原因|具体.{0,6}"
    r"|其他.{0,4})?\s*[:：]?\s*[)）\]】]?\s*$",
    re.I,
)


@dataclass(slots=True)
class Heard:
    """A question's words without its hints, and what they said."""

    words: str
    raw: str = ""  # with its blanks still in it
    settings: Settings = field(default_factory=Settings)
    logic: list[str] = field(default_factory=list)
    help: str = ""
    tagged: bool = False  # a type stood in brackets


def tags(text: str) -> Heard:
    """Take the square brackets out that hold a type, a setting or logic; others stay."""
    heard = Heard(text)

    def take(match: re.Match[str]) -> str:
        content = (match[1] or match[2] or "").strip()
        kind = tag(content)
        if kind:
            heard.settings.kind = heard.settings.kind or kind
            heard.tagged = True
            return "\x01"
        if _take(content, heard, bracket=True):
            return "\x01"
        return match[0]

    text = BRACKETS.sub(take, text)
    before, mark, after = text.partition("\x01")
    text = text.replace("\x01", " ") if mark else text
    note = re.fullmatch(r"[\s*\x01]*[(（](.+)[)）][\s*\x01]*", after) if mark else None
    if note and before.strip() and heard.tagged and not _hints(note[1], Heard("")):
        heard.help, text = note[1].replace("\x01", "").strip(), before
        if "*" in after:
            heard.settings.required = True
    heard.words = text.strip()
    return heard


def _take(content: str, heard: Heard, *, bracket: bool) -> bool:
    """Take a bracket's content in as hints or logic; False (and nothing taken) when part of it is neither."""
    if text_logic.logical(content):
        heard.logic.append(content)
        return True
    return _hints(content, heard, bracket=bracket)


def _hints(content: str, heard: Heard, *, bracket: bool = False) -> bool:
    one = hint(content, bracket=bracket)
    found = [one] if one else [hint(part, bracket=bracket) for part in CLAUSES.split(content) if part.strip()]
    if not found or any(part is None for part in found):
        return False
    for part in found:
        if part is not None:
            heard.settings.merge(part)
    return True


def hints(text: str) -> Heard:
    """Take tags, stars, round brackets and trailing words out that are hints; whatever is not a hint stays."""
    heard = tags(text)

    def take(match: re.Match[str]) -> str:
        return "" if _take(match[1].strip(), heard, bracket=False) else match[0]

    words = ROUND.sub(take, heard.words)
    heard.raw = STARS.sub("", words)
    for _again in range(3):
        if STARS.search(words):
            words = STARS.sub("", words)
            heard.settings.required = True
        match = TAIL.search(words) or LAST.search(words)
        if not match or not match.start():
            break
        said = hint(match["hint"])
        if said is None:
            break
        heard.settings.merge(said)
        end = words[match.start() : match.start("hint")].strip()
        words = words[: match.start()] + (end if end in ("?", "？") else "")
    heard.words = title(words)
    return heard


def without_ticking(text: str) -> Heard:
    """Take out only the round brackets that tell how to tick on paper: they hold a box that is no option."""
    heard = Heard(text)

    def take(match: re.Match[str]) -> str:
        return "" if re.search(r"[□○√☑✓]", match[1]) and _hints(match[1].strip(), heard) else match[0]

    heard.words = ROUND.sub(take, text)
    return heard


def title(words: str) -> str:
    """Return a title without the place for an answer, a colon before it, or doubled spaces."""
    words = re.sub(rf"(?:{EMPTY.pattern})(?=[\s。.?？:：]*$)", "", words)
    bare = re.sub(r"(?:是|为)?\s*[:：]?\s*_{2,}\s*[\u4e00-\u9fff]{0,2}\s*[。.]?\s*$", "", words)
    words = re.sub(r"(?<=[?？])\s*[$£€¥￥]\s*_*\s*$", "", words)
    bare = re.sub(r"(?<=[?？])\s*[$£€¥￥]\s*_*\s*$", "", bare)
    words = re.sub(r"[\s_]+$", "", bare if len(bare.strip()) > 2 else re.sub(r"_{2,}\s*[。.]?\s*$", "", words))
    words = re.sub(r"(?<=[?？])\s*[。.]$", "", words)
    words = re.sub(r"\s+(?=[?？])", "", re.sub(r"\s{2,}", " ", words)).strip()
    return words.rstrip(":：。").strip() or words.strip()


def own_words(label: str) -> tuple[str, bool]:
    """Return an option's words without its blank, and whether it asks for words of one's own."""
    if re.fullmatch(r"\s*(?:其他|其它|其余|other)(?:[^:：]{0,8}[:：]|\s*(?:\.{2,}|…+))\s*", label, re.I):
        return label.strip(" :：.…"), True
    bare = re.sub(r"(?:_{2,}|\.{4,}|…{2,}|-{4,}|—{3,}|_$|\{_+\})\s*\*?\s*(?=$|[)）\]】])", "", label)
    asked = bare != label
    bare = re.sub(r"[(（\[【]\s*[)）\]】]\s*$", "", bare.strip()).strip().rstrip(":：")
    trimmed = OWN.sub("", bare)
    if trimmed != bare and trimmed.strip(" ,，:："):
        bare, asked = trimmed, True
    return tidy(bare).rstrip(":：,， ").strip() or tidy(label), asked
