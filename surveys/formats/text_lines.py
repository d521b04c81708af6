"""Lines of a pasted questionnaire: cleaned, numbered, and taken apart at the marks people put before options."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

BREAK = re.compile(r"\r\n|[\r\n\x0b\x0c\u2028\u2029]")
UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe0f\ufeff\ud800-\udfff]"
)
SPACE = re.compile(r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
HTML = re.compile(r"</?(?:p|br|b|i|u|em|strong|span|div|font|label|li|ul|ol|h[1-6]|td|tr|table)(?:\s[^<>]*)?/?>", re.I)
ENTITIES = {"&nbsp;": " ", "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"'}
NARROW = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
NARROW |= {
    ord("＊"): "*",
    ord("＿"): "_",
    ord("﹍"): "_",
    ord("﹎"): "_",
    ord("［"): "[",
    ord("］"): "]",
    ord("＃"): "#",
}
NARROW |= {
    ord("〔"): "[",
    ord("〕"): "]",
    ord("〖"): "[",
    ord("〗"): "]",
    ord("｜"): "|",
    ord("│"): "|",
    ord("＝"): "=",
}

RUN = 40  # of one sign, or of spaces: longer ones say nothing more, and whoever looks for patterns in them never ends
LONG = re.compile(rf"[ \t]{{{RUN + 1},}}|(.)\1{{{RUN},}}")
BLANK = re.compile(r"_{2,}|\.{5,}|…{3,}|\{_+\}|_(?=\s*$)")
GAP_BLANK = re.compile(  # a blank left as mere space before a unit: 每周乘坐班车    次
    r"(?<=[\u4e00-\u9fff:：])[ ]{3,}"
    r"(?=(?:周?岁|年|个?月|天|小时|分钟?|次|人|口|万?元|个|公里|平方米|%)\s*(?:[(（][^()（）]{1,20}[)）])?[。.]?\s*$)"
)
GLYPH = "□☐☑☒○◯●■▢◻⬜⭕🔘"
BOXES = "□☐☑☒■▢◻⬜"
EMPTY = re.compile(r"[(（]\s*[)）]|\[\s*[xX√✓]?\s*\]|【\s*】")  # ( ) or [ ]: a place to tick or to write a letter
TICK = re.compile(rf"[{GLYPH}]|(?<!\S)〇(?!\S*[年月])|(?<!\S)[✓✔√](?=\s*\S)|{EMPTY.pattern}")
CN = "〇零一二三四五六七八九十百"
DIGITS = {"〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "兩": 2, "三": 3, "四": 4, "五": 5}
DIGITS |= {"六": 6, "七": 7, "八": 8, "九": 9}
DIGITS |= {word: place for place, word in enumerate("one two three four five six seven eight nine ten".split(), 1)}
NUMBER = r"(?:\d+|[一二两兩三四五六七八九十]+|one|two|three|four|five|six|seven|eight|nine|ten)"

NUMBERINGS = (  # the style of a numbering, and how it looks; the order matters
    ("coded", re.compile(r"§(\d{1,2}\.\d{1,2}|[A-Z]\d{1,2})\s*")),
    (
        "q",
        re.compile(
            r"(?:Q|题目?|問題|问题|Question|第)\s*(\d{1,3}"
            r"|[一二三四五六七八九十]{1,3})\s*[题題问問]?\s*[.、．:：)）,，]?\s*",
            re.I,
        ),
    ),
    ("wrapped", re.compile(r"[(（\[]\s*(\d{1,3})\s*[)）\]]\s*[.、．:：]?\s*")),
    ("circled", re.compile(r"([①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳])\s*[.、．:：]?\s*")),
    ("paren", re.compile(r"(\d{1,3})\s*[)）]\s*")),
    ("dot", re.compile(r"(\d{1,3})\s*[.、．:：,，·](?![\d]+\s*(?:[%万元分年岁个]|$))\s*")),
    ("cn_wrapped", re.compile(rf"[(（]\s*([{CN}]{{1,3}})\s*[)）]\s*[.、．:：]?\s*")),
    ("cn", re.compile(rf"([{CN}]{{1,3}})\s*[、.．:：]\s*")),
    ("space", re.compile(r"(\d{1,3})\s+(?=[^\s\d\-~～—–_%(（])")),
)
PARTS = 1000  # a number of two parts (1.2, A2) counts as the first part times this, plus the second
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
LETTER = re.compile(
    r"(?<![A-Za-z0-9])[(（\[]?([A-Za-z])(?:\s*[.、．:：)）\]]\s*|\s+(?=[^A-Za-z\s])|(?=[\u4e00-\u9fff]))"
)
BULLET = re.compile(r"[-–—*•·▪▫◆◇➢➤►▶‣⁃+]\s+|[•·▪▫◆◇➢➤►▶‣]\s*|-(?=[\u4e00-\u9fff])")


@dataclass(slots=True)
class Line:
    """One non-empty line: its 1-based number, its cleaned text, and whether an empty line stood before it."""

    number: int
    text: str
    raw: str
    gap: bool
    indent: int
    heading: bool = False  # marked as one, as Markdown does
    asks: bool = False  # known to be a question of its own


@dataclass(slots=True)
class Numbering:
    """A number at the beginning of a line, its style, and what follows it."""

    style: str
    value: int
    rest: str


@dataclass(slots=True)
class Mark:
    """Something marked as an option: what stood before it (a letter, a box, nothing), its words and its line."""

    sign: str
    words: str
    line: int


def split(text: str) -> list[str]:
    """Return a text's lines as people count them, empty ones too."""
    return BREAK.split(text)


def clean(raw: str) -> str:
    """Return a line without invisible characters and markup, wide digits and signs made narrow; tabs stay."""
    text = shortened(UNSEEN.sub("", SPACE.sub(" ", raw)).translate(NARROW))
    for entity, sign in ENTITIES.items():
        text = text.replace(entity, sign)
    text = HTML.sub("", text).replace("\\_", "_")
    text = re.sub(r"\*\*(.+?)\*\*", r"\1", text)
    text = re.sub(r"^(\s*)[-*+]\s+(?=\[[ xX]?\]\s|[□☐○])", r"\1", text)
    return GAP_BLANK.sub(" ____ ", re.sub(r"^\s*(?:#{1,6}\s+|>\s+)", "", text))


def shortened(text: str) -> str:
    """Return `text` with no run of one sign, or of spaces and tabs, longer than 40."""
    return LONG.sub(lambda run: run[0][:RUN], text)


def lines(text: str) -> list[Line]:
    """Return the non-empty lines of a text."""
    found: list[Line] = []
    gap = False
    for number, raw in enumerate(split(text), start=1):
        cleaned = clean(raw)
        if not cleaned.strip():
            gap = True
            continue
        cleaned = re.sub(r"^(\s*)\*+\s*(?=\d{1,3}\s*[.、．)）]|Q\d|第\s*\d)(.*?)\s*$", r"\1\2*", cleaned)
        indent, headed = len(cleaned) - len(cleaned.lstrip()), bool(re.match(r"\s*#{1,6}\s", raw))
        for place, part in enumerate(fields(cleaned)):
            found.append(Line(number, part.strip(), part, gap or place > 0, indent, headed))
        gap = False
    return found


def fields(text: str) -> list[str]:
    """Return the fields of a line that holds several of different kinds: 性别：□男 □女   年龄：____岁."""
    if not BLANK.search(text) or not ticked(text):
        return [text]
    parts = re.split(r"(?:\s{2,}|(?<=[\u4e00-\u9fff_])\s+|[;；])(?=[^\s:：□○☐_]{1,10}\s*[:：])", text)
    if any(re.match(r"(?:其他|其它|other)", part, re.I) for part in parts):
        return [text]
    told = [bool(BLANK.search(part)) != bool(ticked(part)) for part in parts]
    return parts if len(parts) > 1 and all(told) and ticked(text)[0][0] != 0 else [text]


def whole(words: str) -> int:
    """Return the number some digits, Chinese numerals or a circled digit write; 1.2 is 1002, A2 165002; 0 for none."""
    if re.fullmatch(r"\d{1,2}\.\d{1,2}", words):
        major, minor = words.split(".")
        return int(major) * PARTS + int(minor)
    if re.fullmatch(r"[A-Za-z]\d{1,2}", words):
        return (100 + ord(words[0].upper())) * PARTS + int(words[1:])
    words = words.lower()
    if words.isdecimal():
        return int(words)
    if words in CIRCLED:
        return CIRCLED.index(words) + 1
    if words in DIGITS:
        return DIGITS[words]
    tens, found, rest = words.partition("十")
    if not found:
        return 0
    return (DIGITS.get(tens, 1) if tens else 1) * 10 + (DIGITS.get(rest, 0) if rest else 0)


def roman(words: str) -> int:
    """Return the number Roman numerals write."""
    if words in "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ":
        return "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ".index(words) + 1
    values = [{"I": 1, "V": 5, "X": 10}[letter] for letter in words]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))


def numbering(text: str, styles: Sequence[str] = ()) -> Numbering | None:
    """Return the number a line begins with, of any style or of these, or None."""
    for style, pattern in NUMBERINGS:
        if styles and style not in styles:
            continue
        match = pattern.match(text)
        if match and whole(match[1]) and not (style == "q" and text.startswith("第") and "题" not in match[0]):
            return Numbering(style, whole(match[1]), text[match.end() :].strip())
    return None


def unnumbered(text: str) -> str:
    """Return a text without its number, also where it has two ("3. 3、")."""
    found = numbering(text)
    if found is None:
        return text
    again = numbering(found.rest)
    return again.rest if again and again.value == found.value and again.rest else found.rest


def lettered(text: str, expected: str = "A") -> list[tuple[int, int, str]]:
    """Return where options with letters begin: (start, end of the mark, letter), in order from `expected` on."""
    found: list[tuple[int, int, str]] = []
    wanted = expected.upper()
    for match in LETTER.finditer(text):
        if match[1].upper() != wanted:
            continue
        bare = match[0].strip() == match[1]
        if bare and match.start() and not _apart(text, match.start(), match.end(), bool(found)):
            continue
        found.append((match.start(), match.end(), match[1].upper()))
        wanted = chr(ord(wanted) + 1)
    return found


def _apart(text: str, start: int, end: int, begun: bool) -> bool:
    """Say whether a letter without a sign after it stands apart enough to begin an option."""
    before = text[start - 1]
    chinese = "\u4e00" <= before <= "\u9fff" and "\u4e00" <= text[end : end + 1] <= "\u9fff"
    return before.isspace() or before in ")）?？:：" or (begun and chinese)


def ticked(text: str) -> list[tuple[int, int, str]]:
    """Return where boxes and circles to tick stand: (start, end, sign)."""
    return [(match.start(), match.end(), match[0]) for match in TICK.finditer(text)]


def cut(text: str, places: Sequence[tuple[int, int, str]], line: int) -> Iterator[Mark]:
    """Yield the options that begin at these places."""
    for place, (_start, end, sign) in enumerate(places):
        until = places[place + 1][0] if place + 1 < len(places) else len(text)
        yield Mark(sign, tidy(text[end:until]), line)


def tidy(words: str) -> str:
    """Return an option's words without what separates it from the next."""
    return words.strip().strip(";；,，、|").strip()


def cells(raw: str) -> list[str]:
    """Return the cells of a line of a table: between bars, tabs or wide gaps; one cell where it is none."""
    text = raw.strip("\n")
    if text.count("|") >= 2 or (text.count("|") == 1 and "\t" not in text):
        parts = text.strip().strip("|").split("|")
    elif "\t" in text:
        parts = text.rstrip("\t ").split("\t") if text.strip() else []
    else:
        parts = re.split(r" {2,}", text.strip())
    return [part.strip() for part in parts]
