"""Talks put together from the pieces of a document: where one ends and the next begins, and what goes into which field.

Nothing is dropped: what fits no field goes to the notes, and what is left out of a talk is told.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from core.documents import Document, LeftOut
from core.errors import BadInput
from core.i18n import _
from interviews import columns, labels
from interviews.raw_talks import RawTalk, clean
from interviews.talk_documents import Kind, Piece, pieces

ONCE = ("number", "held_on", "occasion", "interviewer", "place", "mode", "minutes", "visibility")
SHORT = {"number": 40, "occasion": 80, "place": 120}
PROMISE = 500  # characters
TICKED = frozenset({"mode", "visibility", "occasion"})
SHORT_FACT = 40  # characters: longer ones are something that was said
NAMED = re.compile(r"^\s*([^（(，,；;、\n]+?)\s*(?:同志|师傅|先生|女士)?\s*(?:[（(，,；;\n].*)?$", re.DOTALL)
DATE = re.compile(r"\d{4}\s*[-/.．年]\s*\d{1,2}\s*[-/.．月]\s*\d{1,2}\s*[日号]?|(?<!\d)\d{8}(?!\d)")
ONES = "一二三四五六七八九"
NUMERALS = re.compile(rf"([〇零○Ｏ{ONES}]{{4}})年([{ONES}十]{{1,3}})月([{ONES}十]{{1,3}})[日号]")
WEEKDAY = re.compile(r"[（(]?\s*(?:星期|周|礼拜)[一二三四五六日天]\s*[）)]?")
CLOCK = r"(\d{1,2})\s*[:：时点]\s*(\d{2})?\s*分?"
HALF = "(?:上午|下午|晚上?|中午)?"
SPAN = re.compile(rf"{HALF}\s*{CLOCK}\s*[-—–~～至到]+\s*{HALF}\s*{CLOCK}$")
SOON = re.compile(r"\s*(?:之前|以前|前|止|内)$")
DIGITS = {digit: at for at, digit in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "Ｏ": 0}


def talks(document: Document) -> list[RawTalk]:
    """Return the talks a document tells of, in its order; one that names nobody is told as broken."""
    stream = list(pieces(document.blocks))
    if not any(_names(piece) for piece in stream):
        stream = [_with_name(piece) for piece in stream]
    common, left_out = _common(document.left_out)
    found = [_talk(at, part, common) for at, part in enumerate(_parts(stream), start=1)]
    if found and left_out:
        found[0] = replace(found[0], told=(*found[0].told, *left_out))
    return found


def _names(piece: Piece) -> bool:
    return piece.kind is Kind.FIELD and piece.name == "member" and not labels.blank(piece.text)


def _with_name(piece: Piece) -> Piece:
    """Take whom a talk was held with from its title, for documents that say it nowhere else."""
    if piece.kind is Kind.TITLE and (who := labels.named_in_title(piece.text)):
        return Piece(Kind.FIELD, who, "member", (("title", piece.text),))
    return piece


def _common(left_out: Iterable[LeftOut]) -> tuple[dict[str, str], list[str]]:
    """Return what headers and footers say of every talk, and in words what else was left out."""
    common: dict[str, str] = {}
    told: dict[str, int] = {}
    for one in left_out:
        found = labels.pairs(one.text)[1] if one.kind == "edge" else []
        if found and all(name.field == "visibility" for name, _text in found):
            common.setdefault("visibility", found[0][1])
            continue
        words = f"{one.label}{_(': ')}{one.text}" if one.text else str(one.label)
        told[words] = told.get(words, 0) + 1
    lines = [words if count == 1 else f"{words} ({count})" for words, count in told.items()]
    return common, [_("left out: %(what)s", what=line) for line in lines]


def _parts(stream: Sequence[Piece]) -> list[Sequence[Piece]]:
    """Return the stream cut into talks: each names one member."""
    members = [at for at, piece in enumerate(stream) if _names(piece)]
    if not members:
        return [stream] if any(piece.text for piece in stream) else []
    opening = {piece.name for piece in stream[: members[0]] if piece.kind is Kind.FIELD}
    starts = [0]
    for last, member in zip(members, members[1:], strict=False):
        starts.append(_start(stream, starts[-1], last, member, opening))
    ends = [*starts[1:], len(stream)]
    return [stream[start:end] for start, end in zip(starts, ends, strict=True)]


def _start(stream: Sequence[Piece], begun: int, last: int, member: int, opening: set[str]) -> int:
    """Return where the talk with the member named at `member` begins, the one before having begun at `begun`."""
    rows = [at for at in range(last + 1, member) if stream[at].kind is Kind.RECORD]
    if rows:
        return rows[-1]
    run = member
    while run - 1 > last and _may_open(stream[run - 1]):
        run -= 1
    for at in range(run, member):
        if stream[at].kind in (Kind.TITLE, Kind.NEXT):
            return at
    seen = {piece.name for piece in stream[begun:run] if piece.kind is Kind.FIELD and piece.text}
    for at in range(run, member):
        if stream[at].kind is Kind.FIELD and stream[at].name in seen:
            return at
        seen.add(stream[at].name)
    return next((at for at in range(run, member) if stream[at].name in opening), member)


def _may_open(piece: Piece) -> bool:
    """Say whether a piece may stand at the head of a record."""
    if piece.kind is Kind.KEPT:
        return len(piece.text) <= SHORT_FACT
    return piece.kind in (Kind.TITLE, Kind.NEXT) or (piece.kind is Kind.FIELD and piece.name in ONCE)


@dataclass(slots=True)
class _Draft:
    """A talk being put together: `facts` are what stood above the notes and fits no field."""

    texts: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    promises: list[dict[str, str]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    into: str = ""  # which text goes on: notes, promise, "" before any
    labelled: bool = False  # there is a field for the notes
    heading: str = ""  # a label under which nothing stood yet

    def keep(self, text: str) -> None:
        """Put into the notes what fits no field."""
        (self.notes if self.notes else self.facts).append(text)


def _talk(at: int, part: Sequence[Piece], common: dict[str, str]) -> RawTalk:
    draft = _Draft(labelled=any(piece.kind is Kind.FIELD and piece.name == "notes" for piece in part))
    loose = 0
    for piece in part:
        if piece.kind in (Kind.FIELD, Kind.KEPT, Kind.SIGNATURE):
            draft.heading = ""
        if piece.kind is Kind.TITLE:
            _title(draft, piece.text)
        elif piece.kind is Kind.LOOSE:
            loose += draft.labelled and not draft.into
            _continued(draft, piece.text)
        elif piece.kind is Kind.FIELD:
            _field(draft, piece)
        elif piece.kind is Kind.KEPT:
            _kept(draft, piece)
        elif piece.kind is Kind.SIGNATURE:
            _signature(draft, piece)
    for name, text in common.items():
        draft.texts.setdefault(name, text)
    if loose:
        draft.told.append(_("went to the notes, under no heading we know: %(count)s lines", count=loose))
    return _finished(at, draft)


def _finished(at: int, draft: _Draft) -> RawTalk:
    owner, due = draft.texts.pop("owner", ""), draft.texts.pop("due_on", "")
    for promise in draft.promises:
        for name, text in (("owner", owner), ("due_on", due)):
            if text and not promise.get(name):
                promise[name] = text
    if not draft.promises and (owner or due):
        for name, text in (("owner", owner), ("due_on", due)):
            if text:
                draft.facts.append(f"{columns.title(name)}：{text}")
    promises = [one for promise in draft.promises if (one := _promise(promise, draft))]
    texts = {name: clean(text) for name, text in draft.texts.items() if text}
    texts["notes"] = clean("\n".join([*draft.notes, *draft.facts]))
    broken = "" if texts.get("member") else _("It does not say whom the talk was held with.")
    return RawTalk(at, texts, tuple(promises), broken, tuple(draft.told))


def _title(draft: _Draft, text: str) -> None:
    """Tell a title that says more than that it is one."""
    if not labels.PLAIN_TITLE.match(text):
        draft.told.append(_("title: %(text)s", text=text))


def _continued(draft: _Draft, text: str) -> None:
    """Add a line under no label to what goes on: a list of promises, else the notes."""
    heading, draft.heading = draft.heading, ""
    if heading:
        draft.into = "notes"
        draft.notes.append(f"{heading}：")
    if draft.into == "promise":
        draft.promises += [{"promise": line} for line in _listed(text)]
    else:
        draft.notes.append(text)


def _field(draft: _Draft, piece: Piece) -> None:
    name, text = piece.name, piece.text
    if name == "notes" and not text and not draft.texts and labels.is_title(piece.words):
        _title(draft, piece.words)
    elif name == "notes":
        draft.into = "notes"
        if text:
            draft.notes.append(text)
    elif name == "promise":
        _promised(draft, piece)
    elif labels.blank(text) and name != "member":
        return  # the place was left empty
    elif name == labels.ORDINAL:
        return  # a row's place in its list
    elif name in draft.texts:
        if draft.texts[name] != text and text:
            draft.keep(f"{piece.words or columns.title(name)}：{text}")
    elif text:
        _filled(draft, piece)


def _filled(draft: _Draft, piece: Piece) -> None:
    """Put a field's text where it belongs, and what it says beyond into the notes."""
    name = piece.name
    # Boxes are ticked for what a form offers; a name, a place or a day with a box in it is taken as it stands.
    text = labels.ticked(piece.text) if name in TICKED else piece.text
    if text != piece.text and not labels.boxed(piece.text):
        draft.told.append(piece.text)  # which words a box stands for is a guess then
    if name in ("member", "interviewer"):
        found = NAMED.match(text)
        draft.texts[name] = found[1].strip() if found else text
        if not found or draft.texts[name] != re.sub(r"(同志|师傅|先生|女士)$", "", text).strip():
            draft.keep(f"{piece.words or columns.title(name)}：{text}")
        draft.told += [_("title: %(text)s", text=words) for mark, words in piece.row if mark == "title"]
    elif name == "held_on":
        _day(draft, text, piece.words or columns.title(name))
    elif name == "minutes":
        try:
            columns.minutes(text)
            draft.texts[name] = text
        except BadInput:
            draft.keep(f"{piece.words or columns.title(name)}：{text}")
    elif len(text) > SHORT.get(name, 10_000):
        draft.keep(f"{piece.words or columns.title(name)}：{text}")
    else:
        draft.texts[name] = text


def _day(draft: _Draft, text: str, words: str) -> None:
    """Take the day out of a text, and the length where it says from when until when; the hour goes to the notes."""
    plain = NUMERALS.sub(_in_digits, text)
    found = DATE.search(plain)
    if found is None:
        draft.texts["held_on"] = text
        return
    draft.texts["held_on"] = re.sub(r"\s", "", found[0])
    rest = WEEKDAY.sub("", plain[: found.start()] + plain[found.end() :]).strip()
    if labels.blank(rest):
        return
    draft.keep(f"{words}：{text}")
    if span := SPAN.search(rest):
        begin, end = (int(span[hour]) * 60 + int(span[minute] or 0) for hour, minute in ((1, 2), (3, 4)))
        length = (end - begin) % (12 * 60)
        if 0 < length <= 6 * 60:
            draft.texts.setdefault("minutes", str(length))


def _in_digits(found: re.Match[str]) -> str:
    year = "".join(str(DIGITS[digit]) for digit in found[1])
    return f"{year}年{_small(found[2])}月{_small(found[3])}日"


def _small(numeral: str) -> int:
    """Return a number up to 99 written as 二十三."""
    tens, mark, ones = numeral.rpartition("十")
    return (10 * DIGITS.get(tens, 1) if mark else 0) + DIGITS.get(ones, 0)


def _kept(draft: _Draft, piece: Piece) -> None:
    if labels.blank(piece.text):
        draft.heading = "" if piece.text else piece.name
    elif len(piece.text) <= SHORT_FACT and not draft.notes and not draft.into:
        draft.facts.append(f"{piece.name}：{piece.text}")
    else:
        draft.into = "notes"
        draft.notes.append(f"{piece.name}：{piece.text}")


def _signature(draft: _Draft, piece: Piece) -> None:
    text = piece.text
    if labels.blank(text) and not labels.printed(piece.name):
        draft.told.append(_("signature: %(text)s", text=piece.name))  # somebody's name may stand before the word
        return
    if labels.blank(text) or any(text == draft.texts.get(name) for name in ("member", "interviewer")):
        if not labels.blank(text):
            draft.told.append(_("signature: %(text)s", text=f"{piece.name} {text}"))
        return
    draft.keep(f"{piece.name}：{text}")


def _promised(draft: _Draft, piece: Piece) -> None:
    draft.into = "promise"
    if piece.row:
        draft.promises.append({"promise": piece.text, **{name: text for name, text in piece.row if name and text}})
        draft.told += [text for name, text in piece.row if not name and text and not text.isdecimal()]
    elif re.sub(r"\W", "", piece.text) in ("无", "暂无", "没有", "none", "None"):
        draft.facts.append(f"{columns.title('promise')}：{piece.text}")
    else:
        draft.promises += [{"promise": line} for line in _listed(piece.text)]


def _listed(text: str) -> list[str]:
    """Return the promises of a text: a numbered line is one, and so is a text without numbers."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) > 1 and not any(labels.NUMBERED.match(line) for line in lines):
        return ["\n".join(lines)]
    found: list[str] = []
    for line in lines:
        if labels.NUMBERED.match(line) or not found:
            found.append(labels.NUMBERED.sub("", line, count=1))
        else:
            found[-1] += f"\n{line}"
    return [line for line in found if line]


def _promise(told: dict[str, str], draft: _Draft) -> dict[str, str]:
    """Return a promise as an import takes it; a due date in words stays with its words."""
    promise = {name: clean(text) for name, text in told.items() if not labels.blank(text)}
    state, _break, outcome = promise.pop("state", "").partition("\n")
    if columns.squeezed(state) in columns.STATES:
        promise |= {"state": state, **({"outcome": outcome} if outcome else {})}
    elif state and columns.squeezed(state) not in columns.STILL_OPEN:
        draft.notes.append(f"{promise.get('promise', '')}：{state}{outcome}")  # what was done about it, in words
    if due := promise.pop("due_on", ""):
        try:
            promise["due_on"] = columns.day(NUMERALS.sub(_in_digits, SOON.sub("", due)), "due_on").isoformat()
        except BadInput:
            promise["promise"] = f"{promise.get('promise', '')}（{columns.title('due_on')}：{due}）"
            draft.told.append(_("due date in words, kept with the promise: %(text)s", text=due))
    if len(promise.get("promise", "")) > PROMISE:
        draft.notes.append(f"{columns.title('promise')}：{promise['promise']}")
        draft.told.append(_("a promise longer than %(most)s characters went to the notes", most=PROMISE))
        return {}
    return promise if promise.get("promise") else {}
