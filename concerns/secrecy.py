"""The secrecy check of a reply: what could tell who spoke, found before a second person lets it out.

What certainly points at somebody blocks the reply; what may do so is a warning the second person ticks, or sends back.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select

from concerns.models import Excerpt
from core.db import db
from core.i18n import _
from core.terms import SourceKind, Standing
from interviews.models import Talk
from members import rules
from members.models import Group, Member, Organisation
from text import chinese_numbers, english_numbers, mask
from text.scripts import fold

VERBATIM = 10  # characters in a row that are somebody's very words
_COUNTED_ZH = re.compile(
    rf"(?<![\d.第每同])(?P<n>{chinese_numbers.NUMBER})\s*(?:多)?(?:个人|人次|人(?!民|员|工|力|才|事)|名|位|户|票|份意见|条意见)"
)
_SMALL_EN = "|".join(english_numbers.NUMBERS[1:])
_COUNTED_EN = re.compile(
    rf"(?<![\d.])\b(?P<n>\d{{1,3}}|{_SMALL_EN})\s+(?:of (?:us|them|you)\b|(?:[a-z]+\s)?"
    r"(?:people|persons?|members?|workers?|colleagues?|employees?|voices?|answers?|respondents?|drivers?|nurses?)\b)",
    re.I,
)
_SEVERAL = re.compile(r"[、,，/;；]|\band\b")
_ASIDE = re.compile(r"[（(][^）)]*[）)]")
_HERE = r"(?=师傅|同志|反映|提出|说|认为|建议|一职|一人)"
_THIS = r"(?<=那位|这位|一名|一位|唯一)"
_WORDS = {
    "name": lambda: _("A name on the roster"),
    "like_name": lambda: _("This reads like somebody’s name"),
    "post": lambda: _("A post that only one person holds"),
    "like_post": lambda: _("Also the name of a post that only one person holds"),
    "duty": lambda: _("An office that only one person holds"),
    "phone": lambda: _("A telephone number"),
    "id": lambda: _("The number of an identity card"),
    "card": lambda: _("The number of a bank card"),
    "plate": lambda: _("A number plate"),
    "mail": lambda: _("An e-mail address"),
    "chat": lambda: _("A chat account"),
    "link": lambda: _("An address on the web"),
    "room": lambda: _("A building or a room"),
    "redacted": lambda: _("Words that were blacked out in a passage"),
    "number": lambda: _("A small number of people"),
    "group": lambda: _("A group from which only few raised this"),
    "verbatim": lambda: _("Somebody’s very words, raised by only few"),
    "few": lambda: _("So few raise this that readers may guess who it was"),
}
_BLOCKING = {"name", "post", "phone", "id", "card", "plate", "mail", "chat", "redacted"}
_OF_MASK = {"name": "like_name"}


@dataclass(frozen=True, slots=True)
class Finding:
    """Words of a reply that could tell who spoke; `field` is "said", "did" or, for the reply as a whole, "".

    `key` stays the same as long as the words do, so that a warning ticked on a page is the one that was shown.
    """

    kind: str
    field: str
    text: str

    @property
    def key(self) -> str:
        """Return what names this finding in a form."""
        return sha256(f"{self.kind}\n{self.field}\n{self.text}".encode()).hexdigest()[:16]

    @property
    def blocks(self) -> bool:
        """Say whether the reply cannot go out with these words in it."""
        return self.kind in _BLOCKING

    @property
    def words(self) -> Any:
        """Return what is the matter with the words."""
        return _WORDS[self.kind]()


@dataclass(frozen=True, slots=True)
class _Known:
    """What the check compares with, read once."""

    names: tuple[str, ...]
    posts: tuple[str, ...]
    duties: tuple[str, ...]
    redacted: tuple[str, ...]
    passages: tuple[str, ...]
    thin_groups: tuple[str, ...]
    floor: int
    few: bool


def check(said: str, did: str, concern_ids: Sequence[int], *, within: Organisation) -> tuple[Finding, ...]:
    """Return what of a reply to these concerns (one, and those merged into it) could tell who spoke; blocks first."""
    known = _known(concern_ids, within)
    found = [
        Finding(kind, field, text)
        for field, words in (("said", said), ("did", did))
        for kind, text in _in(words, known)
    ]
    if known.few:
        found.append(Finding("few", "", ""))
    return tuple(sorted(dict.fromkeys(found), key=lambda one: not one.blocks))


def _in(words: str, known: _Known) -> Iterator[tuple[str, str]]:
    """Yield the kind and the text of everything in `words`, certain things first."""
    taken: set[str] = set()
    for name in _standing(known.names, words):  # the longest first: 秦小暑 is not told once more as 小暑
        if not any(name in other for other in taken):
            taken.add(name)
            yield "name", name
    for one in mask.identifying(words):
        text = words[one.start : one.end]
        if not (one.kind == "name" and any(text in name or name in text for name in taken)):
            yield _OF_MASK.get(one.kind, one.kind), text
    yield from _posts(words, known)
    yield from (("redacted", text) for text in _standing(known.redacted, words))
    yield from (("number", text) for text in _small_numbers(words, known.floor))
    yield from (("group", name) for name in _standing(known.thin_groups, words))
    if known.few:
        yield from (("verbatim", text) for text in _verbatim(words, known.passages))


def _posts(words: str, known: _Known) -> Iterator[tuple[str, str]]:
    for post in _standing(known.posts, words):
        # 统计 and 主控 are everyday words too: two letters only say who is meant where a person is spoken of.
        meant = len(post) > 2 or re.search(f"{re.escape(post)}{_HERE}|{_THIS}{re.escape(post)}", words)
        yield ("post" if meant else "like_post"), post
    yield from (("duty", duty) for duty in _standing(known.duties, words))


def _small_numbers(words: str, floor: int) -> Iterator[str]:
    for found in _COUNTED_ZH.finditer(words):
        if 0 < chinese_numbers.number(found["n"]) < floor:
            yield found[0]
    for found in _COUNTED_EN.finditer(words):
        number = found["n"].lower()
        value = int(number) if number.isdecimal() else english_numbers.NUMBERS.index(number)
        if 0 < value < floor:
            yield found[0]


def _verbatim(words: str, passages: Iterable[str]) -> Iterator[str]:
    """Yield the longest stretches of `words` that stand in a passage just so."""
    for passage in passages:
        at = 0
        while at + VERBATIM <= len(words):
            length = 0
            while at + length < len(words) and words[at : at + length + 1] in passage:
                length += 1
            if length >= VERBATIM:
                yield words[at : at + length]
            at += max(length, 1) if length >= VERBATIM else 1


def _standing(known: Iterable[str], words: str) -> Iterator[str]:
    """Yield what of `known` stands in `words`, in either script and any case, as it is written there."""
    folded = fold(words)
    lower = folded.lower()
    for text in known:
        plain = fold(text)
        found = _whole(plain).search(folded) if plain.lower() in lower else None
        if found is not None:
            yield words[found.start() : found.end()]


def _whole(text: str) -> re.Pattern[str]:
    """A Latin word only counts as a whole word; Chinese has no word ends to look for."""
    edge = r"\b" if re.match(r"[A-Za-z]", text) else ""
    return re.compile(edge + re.escape(text) + edge, re.I if edge else 0)


def _known(concern_ids: Sequence[int], within: Organisation) -> _Known:
    people = db.session.execute(
        select(Member.name, Member.post, Member.duty, Member.standing).where(Member.organisation_id == within.id)
    ).all()
    floor = rules.value(within, "suppression.cell_floor")
    rows = db.session.execute(
        select(Excerpt.text, Excerpt.redactions, Excerpt.hidden).where(Excerpt.concern_id.in_(concern_ids))
    ).all()
    redacted = {text[start:end].strip() for text, spans, _hidden in rows for start, end in spans}
    return _Known(
        names=tuple(sorted({form for person in people for form in _forms(person.name.strip())}, key=_longest)),
        posts=_unique((person.post, person.standing) for person in people),
        duties=_unique((person.duty, person.standing) for person in people),
        redacted=tuple(sorted({text for text in redacted if len(text) > 1}, key=_longest)),
        passages=tuple(sorted({text for text, _spans, hidden in rows if not hidden and len(text) >= VERBATIM})),
        thin_groups=_thin_groups(concern_ids, within, floor),
        floor=floor,
        few=_voices(concern_ids, within) < rules.value(within, "suppression.quote_floor"),
    )


def _longest(text: str) -> tuple[int, str]:
    return (-len(text), text)


def _forms(name: str) -> set[str]:
    """The ways a person is called: 秦小暑 also 小暑, Basil Thorne also Basil and Thorne."""
    if re.fullmatch(r"[\u3400-\u9fff]{3,4}", name):
        return {name, name[-2:]}
    return {form for form in (name, *re.split(r"[\s·.]+", name)) if len(form) > 2 or form == name} - {""}


def _unique(held: Iterable[tuple[str, Standing]]) -> tuple[str, ...]:
    """The posts that at most one person at work holds: 班长、工会组长 are two, 钳工（返聘） is 钳工."""
    times: Counter[str] = Counter()
    for value, standing in held:
        for part in {part.strip() for part in _SEVERAL.split(_ASIDE.sub("", value))}:
            times[part] += standing not in (Standing.RETIRED, Standing.LEFT)
    return tuple(sorted((text for text, number in times.items() if number < 2 and len(text) > 1), key=_longest))


def _thin_groups(concern_ids: Sequence[int], within: Organisation, floor: int) -> tuple[str, ...]:
    """The groups of which fewer members than the floor were talked with about this; answers have no group."""
    heard = (
        select(Member.group_id, func.count(Member.id.distinct()).label("voices"))
        .join(Talk, Talk.member_id == Member.id)
        .join(Excerpt, (Excerpt.source == SourceKind.TALK) & (Excerpt.source_id == Talk.id))
        .where(Excerpt.concern_id.in_(concern_ids), Excerpt.hidden.is_(False), Talk.organisation_id == within.id)
        .group_by(Member.group_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Group.name, func.coalesce(heard.c.voices, 0))
        .outerjoin(heard, heard.c.group_id == Group.id)
        .where(Group.organisation_id == within.id)
        .order_by(Group.name)
    )
    return tuple(name for name, voices in rows if voices < floor)


def _voices(concern_ids: Sequence[int], within: Organisation) -> int:
    """How many answers, and members talked with, stand behind the concerns."""
    wanted = (Excerpt.concern_id.in_(concern_ids), Excerpt.organisation_id == within.id, Excerpt.hidden.is_(False))
    answers = select(func.count(Excerpt.voice.distinct())).where(*wanted, Excerpt.source == SourceKind.SURVEY)
    talks = (
        select(func.count(Talk.member_id.distinct()))
        .join(Excerpt, (Excerpt.source == SourceKind.TALK) & (Excerpt.source_id == Talk.id))
        .where(*wanted)
    )
    return (db.session.scalar(answers) or 0) + (db.session.scalar(talks) or 0)
