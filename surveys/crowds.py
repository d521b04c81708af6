"""An invented crowd for simulations: who answers when, from where, with what device, and what each of them says.

Every answer bears two marks that only the simulation knows, a number and a word of its own; by them it can be found
again, whatever became of it. Nothing else in it depends on the person, so that whatever ties the two is a leak.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import urlencode

MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOURS, THINKING = 9, 90  # of the day in which all come; mean seconds between collecting and casting, above 20
KIOSK = "10.9.0.1"
CHOICE, NUMBER, TEXT = "q1", "q2", "q3"
CHOICES, SHARES = ("yes", "no", "unsure"), (5, 3, 2)
WORDS = "the canteen is too loud in the morning and nobody listens to us about heating safety pay hours training"
PHONE = "Mozilla/5.0 (Linux; Android 14; Mobile) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"
COMPUTER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"
FORM: dict[str, Any] = {
    "id": "simulated",
    "version": 1,
    "lang": "en",
    "title": "Simulated survey",
    "sections": [
        {
            "id": "s1",
            "title": "Questions",
            "items": [
                {
                    "id": CHOICE,
                    "type": "single",
                    "title": "Is it well?",
                    "required": True,
                    "options": [{"v": value, "t": value} for value in CHOICES],
                },
                {"id": NUMBER, "type": "number", "title": "Your number", "required": True, "min": 0, "max": 999_999},
                {"id": TEXT, "type": "long_text", "title": "What should be better?", "max_length": 500},
            ],
        }
    ],
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody invited, by place in the roster. `leaves`: collects a ballot and never casts it.

    Whoever draws a slip types it at the kiosk beside the envelope, which many use.
    """

    place: int
    address: str
    agent: str
    choice: str
    number: int
    word: str
    text: str
    by_slip: bool = False
    loses_phone: bool = False
    sends_twice: bool = False
    leaves: bool = False
    absent: bool = False

    @property
    def answers(self) -> bool:
        """Say whether an answer of this person is counted."""
        return not self.leaves and not self.absent

    @property
    def door(self) -> str:
        """Return what the device says it is."""
        return "phone" if self.agent == PHONE else "computer"

    def form(self) -> str:
        """Return the answers as a device sends them, in the order of the questionnaire, without the door."""
        return urlencode([(CHOICE, self.choice), (NUMBER, str(self.number)), (TEXT, self.text)])


@dataclass(frozen=True, slots=True)
class Event:
    """At `second` of the day somebody collects or casts."""

    second: float
    kind: str  # collect | cast
    person: Person

    @property
    def stamp(self) -> str:
        """Return the moment as web servers write it."""
        return (MORNING + timedelta(seconds=self.second)).strftime("%d/%b/%Y:%H:%M:%S %z")


def crowd(count: int, rng: Random) -> list[Person]:
    """Return `count` people who answer and, beside them, one in eight who does not."""
    absent = -(-count // 8)
    marks = rng.sample(range(100_000, 1_000_000), count + absent)
    order = rng.sample(range(count + absent), count + absent)  # who of the roster is who
    few = max(2, count // 15)
    found = []
    for at, place in enumerate(order):
        word = f"zq{marks[at]:06d}{secrets.token_hex(4)}"  # of this run alone: an earlier one may have left its own
        said = rng.choices(WORDS.split(), k=rng.randint(0, 60))
        said.insert(rng.randint(0, len(said)), word)
        found.append(
            Person(
                place=place,
                address=KIOSK if at < few else f"10.0.{place // 250}.{place % 250 + 1}",
                agent=rng.choices((PHONE, COMPUTER), (7, 3))[0],
                choice=rng.choices(CHOICES, SHARES)[0],
                number=marks[at],
                word=word,
                text=" ".join(said)[:500],
                by_slip=at < few,
                loses_phone=few <= at < 2 * few,
                sends_twice=2 * few <= at < 3 * few,
                leaves=at >= count and at % 2 == 0,
                absent=at >= count and at % 2 == 1,
            )
        )
    return sorted(found, key=lambda person: person.place)


def day(people: Sequence[Person], rng: Random) -> list[Event]:
    """Return when each of them collects and casts, in the order of time."""
    events = []
    for person in people:
        if person.absent:
            continue
        begun = rng.uniform(0, HOURS * 3600)
        events.append(Event(begun, "collect", person))
        if person.loses_phone:
            events.append(Event(begun + 60, "collect", person))
        if person.leaves:
            continue
        sent = begun + 80 + rng.expovariate(1 / THINKING)
        events.append(Event(sent, "cast", person))
        if person.sends_twice:
            events.append(Event(sent + 5, "cast", person))
    return sorted(events, key=lambda event: event.second)
