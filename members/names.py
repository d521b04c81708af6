"""The names of an organisation's people, and texts without them."""

import re
from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select

from core.db import db
from members.models import Member, Organisation
from text.mask import mask


class Names:
    """The people of an organisation, whose names must not be shown."""

    def __init__(self, full_names: Iterable[str]) -> None:
        self._by_start: dict[str, list[str]] = defaultdict(list)
        for form in {form for name in full_names for form in _forms(name.strip())}:
            self._by_start[form[:2]].append(form)

    def masked(self, text: str) -> str:
        """Return the text without names, numbers and addresses."""
        # A roster of thousands against thousands of texts: only names whose first two letters occur are tried.
        starts = {text[at : at + 2] for at in range(len(text) - 1)}
        return mask(text, [name for start in starts & self._by_start.keys() for name in self._by_start[start]])


def names(within: Organisation) -> Names:
    """Return the names of everybody on the roster."""
    return Names(db.session.scalars(select(Member.name).where(Member.organisation_id == within.id)))


def _forms(name: str) -> set[str]:
    """The ways a person is called in a text: 秦小暑 also 小暑, Basil Thorne also Basil and Thorne."""
    if re.fullmatch(r"[\u3400-\u9fff]{3,4}", name):
        return {name, name[-2:]}
    return {form for form in (name, *re.split(r"[\s·.]+", name)) if len(form) > 2 or form == name} - {""}
