"""The names and the posts of an organisation's people, and texts without them."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from flask import has_request_context, request
from sqlalchemy import select

from core.db import db
from core.terms import Standing
from members.models import Member, Organisation
from text.mask import mask
from text.scripts import fold

_SEVERAL = re.compile(r"[、,，/;；]|\band\b")
READ = "xinsheng.names"  # under which a request keeps what it read
_ASIDE = re.compile(r"[（(][^）)]*[）)]")


class Names:
    """The people of an organisation: their names must not be shown, nor the posts that one of them alone holds."""

    def __init__(self, full_names: Iterable[str], posts: Iterable[str] = ()) -> None:
        self._names = _by_start(form for name in full_names for form in _forms(name.strip()))
        self._posts = _by_start(post for post in posts if len(post) > 1)

    def masked(self, text: str) -> str:
        """Return the text without names, numbers, addresses and posts that tell who is meant."""
        # A roster of thousands against thousands of texts: only what begins with two letters that occur is tried.
        folded = fold(text).lower()
        starts = {folded[at : at + 2] for at in range(len(folded) - 1)}
        return mask(
            text,
            [name for start in starts & self._names.keys() for name in self._names[start]],
            posts=[post for start in starts & self._posts.keys() for post in self._posts[start]],
        )


def names(within: Organisation) -> Names:
    """Return the names of everybody on the roster, and the posts and offices only one of them holds.

    A request that only reads asks the roster once.
    """
    if not has_request_context() or request.method != "GET":
        return _names(within)
    read = request.environ.setdefault(READ, {})
    if within.id not in read:
        read[within.id] = _names(within)
    return read[within.id]


def _names(within: Organisation) -> Names:
    rows = db.session.execute(
        select(Member.name, Member.post, Member.duty, Member.standing).where(Member.organisation_id == within.id)
    ).all()
    held: Counter[str] = Counter()
    for row in rows:
        for post in {*_posts(row.post), *_posts(row.duty)}:
            held[post] += row.standing not in (Standing.RETIRED, Standing.LEFT)
    return Names((row.name for row in rows), (post for post, number in held.items() if number < 2))


def _by_start(forms: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for form in dict.fromkeys(forms):
        found[fold(form).lower()[:2]].append(form)
    return found


def _posts(said: str) -> set[str]:
    """The posts of an entry such as 班长、第一党小组组长 or 钳工（返聘）."""
    return {post.strip() for post in _SEVERAL.split(_ASIDE.sub("", said))} - {""}


def _forms(name: str) -> set[str]:
    """The ways a person is called in a text: 秦小暑 also 小暑, Basil Thorne also Basil and Thorne."""
    if re.fullmatch(r"[\u3400-\u9fff]{3,4}", name):
        return {name, name[-2:]}
    return {form for form in (name, *re.split(r"[\s·.]+", name)) if len(form) > 2 or form == name} - {""}
