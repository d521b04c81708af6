"""What a rule about talks is made of: who, whom, how often, upon what; read from a file or from what was changed."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from core.calendar import Own, add_workdays
from core.i18n import language, lazy
from core.terms import MemberCategory, OrganisationKind, Standing, TalkMode, Term

FOLDER = Path(__file__).with_name("rules")


class RuleKind(Term):
    """What makes a rule call for a talk."""

    PAIR = "pair", lazy("So many talks in a period")
    EVENT = "event", lazy("A talk after something happened")
    DATE = "date", lazy("A talk around a day of the year")


class Side(StrEnum):
    """On which side of a talk somebody stands; what an organisation calls them is in `members.words`."""

    SECRETARY = "secretary"
    COMMITTEE = "committee"
    MEMBER = "member"
    OTHER = "other"


class Period(Term):
    """The stretch of the calendar within which the talks of a rule are counted."""

    MONTH = "month", lazy("in each month")
    QUARTER = "quarter", lazy("in each quarter")
    HALF_YEAR = "half_year", lazy("in each half-year")
    YEAR = "year", lazy("in each year")


class Counting(Term):
    """Which days a time limit counts."""

    WORKING = "working", lazy("working days")
    CALENDAR = "calendar", lazy("calendar days")


class Level(Term):
    """How far a rule reaches."""

    NATIONAL = "national", lazy("National regulation")
    LOCAL = "local", lazy("Rule of single units, as a proposal")
    PRODUCT = "product", lazy("Proposal of this product")
    OWN = "own", lazy("Your own rule")


LENGTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.HALF_YEAR: 6, Period.YEAR: 12}


@dataclass(frozen=True, slots=True)
class TalkRule:
    """A rule as it stands in one organisation; texts are by language."""

    key: str
    kind: RuleKind
    who: Side  # who is to hold the talk
    level: Level
    since: date  # the day its source was last looked at
    titles: dict[str, str]
    sources: dict[str, str]
    occasions: dict[str, str]
    guides: dict[str, str]
    used: bool = True
    mode: TalkMode = TalkMode.IN_PERSON
    whom: Side | None = None  # pairs only, as are `times` and `per`
    times: int = 0
    per: Period | None = None
    days: int = 0  # events and dates only, as is `counting`
    counting: Counting | None = None
    yearly: str = ""  # dates only: "joined" or "festival"
    festivals: tuple[str, ...] = ()
    categories: frozenset[MemberCategory] = frozenset()
    standings: frozenset[Standing] = frozenset()
    noticed: frozenset[str] = frozenset()  # what on the roster makes this event worth asking about
    own: bool = False  # added by the organisation
    changed: bool = False

    @property
    def title(self) -> str:
        """Return what the rule is called."""
        return self.titles[language()]

    @property
    def source(self) -> str:
        """Return where it comes from."""
        return self.sources[language()]

    @property
    def occasion(self) -> str:
        """Return the occasion of the talk it proposes."""
        return self.occasions[language()]

    @property
    def guide(self) -> str:
        """Return the occasion of the guide to use."""
        return self.guides[language()]

    def due(self, happened_on: date, own: Own) -> date:
        """Return the last day for the talk after something that happened on `happened_on`."""
        if self.counting is Counting.WORKING:
            return add_workdays(happened_on, self.days, own)
        return happened_on + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Shipped:
    """What ships for one kind of organisation."""

    rules: dict[str, TalkRule]
    secretary: tuple[str, ...]  # words in the office held that make somebody the secretary
    proposals: dict[str, int] = field(default_factory=dict)


@cache
def shipped(kind: OrganisationKind) -> Shipped:
    """Return the rules that ship for organisations of `kind`."""
    content = yaml.safe_load((FOLDER / f"{kind.value}.yaml").read_text(encoding="utf-8"))
    return Shipped(
        rules={key: read(key, entry) for key, entry in content["rules"].items()},
        secretary=tuple(content["secretary"]),
        proposals=content["proposals"],
    )


def read(key: str, entry: dict[str, Any], **marks: bool) -> TalkRule:
    """Return the rule that `entry` writes down; KeyError or ValueError when it makes no sense."""
    since = entry["since"]
    return TalkRule(
        key=key,
        kind=RuleKind(entry["kind"]),
        who=Side(entry["who"]),
        level=Level(entry["level"]),
        since=since if isinstance(since, date) else date.fromisoformat(since),
        titles=_both(entry["title"]),
        sources=_both(entry["source"]),
        occasions=_both(entry["occasion"]),
        guides=_both(entry.get("guide") or entry["occasion"]),
        used=bool(entry.get("used", True)),
        mode=TalkMode(entry.get("mode", TalkMode.IN_PERSON)),
        whom=Side(entry["whom"]) if "whom" in entry else None,
        times=int(entry.get("times", 0)),
        per=Period(entry["per"]) if "per" in entry else None,
        days=int(entry.get("days", 0)),
        counting=Counting(entry["counting"]) if "counting" in entry else None,
        yearly=entry.get("yearly", ""),
        festivals=tuple(entry.get("festivals", ())),
        categories=frozenset(map(MemberCategory, entry.get("categories", ()))),
        standings=frozenset(map(Standing, entry.get("standings", ()))),
        noticed=frozenset(entry.get("noticed", ())),
        **marks,
    )


def _both(text: str | dict[str, str]) -> dict[str, str]:
    """Return words by language; what an organisation wrote itself stands for both."""
    return dict(text) if isinstance(text, dict) else {"zh": text, "en": text}


def stretch(day: date, per: Period) -> tuple[date, date]:
    """Return the first and the last day of the period `day` lies in."""
    length = LENGTHS[per]
    month = (day.month - 1) // length * length + 1
    after = date(day.year + (month + length > 12), (month + length - 1) % 12 + 1, 1)
    return date(day.year, month, 1), after - timedelta(days=1)
