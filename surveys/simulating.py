"""A simulated deployment: the real application in the field, and all that an attacker would find of it afterwards.

An invented crowd (`crowds`) is invited, collects its ballots and casts them through the application's own addresses,
with `anonymity.device` as their phones; some draw a paper slip, lose the phone, send twice, or never come back. Nothing
in the application is changed for it, but it is watched as badly as anybody could be: the write-ahead log is kept whole,
the database is backed up every few events, and a full access log names address, second, length and device.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from anonymity import ballot, device, manifest, scrutineer
from anonymity.encoding import b64u, unb64u
from core.clock import now
from core.db import Model, db
from core.i18n import speaking
from core.terms import OrganisationKind, Role, Split
from investigations.models import Investigation
from members.models import Account, Group, Member, Organisation
from surveys import ballots, closing, codes, crowds, drawing, fielding, invitations
from surveys.crowds import Event, Person
from surveys.models import Survey

LINE = '{ip} - - [{stamp}] "{method} {path} HTTP/1.1" {status} {sent} {length} "-" "{agent}"\n'
LOG = (
    r'^(?P<ip>\S+) - - \[(?P<ts>[^\]]+)\] "(?:GET|POST) (?P<path>\S+)[^"]*" \d+ (?P<sent>\d+) (?P<bytes>\d+)'
    r'(?: "[^"]*" "(?P<agent>[^"]*)")?'
)
ISSUE, SUBMIT = "/collect", "/cast|/s/[^/ ]+/en$"
SPARE_SLIPS = 3  # blank slips nobody draws

Log = Callable[[str], Any]


@dataclass(slots=True)
class Ballot:
    """What a person's device holds: the ballot in the making, and once it is collected its signature."""

    device: device.Device
    signature: bytes = b""
    salt: bytes = b""


@dataclass(slots=True)
class Field:
    """A survey in the field. `members`: person -> id on the roster.

    What only the simulation knows, by person: `prefixes` of the ballots and `tags`, their names in the sealed pool; and
    `keys`: a piece of each key, in hexadecimal. Complete once `remember` was called, before the close. `private` is the
    scrutineer's key, where there is one.
    """

    app: Flask
    people: list[Person]
    events: list[Event]
    survey_id: int = 0
    sid: str = ""
    members: dict[int, int] = field(default_factory=dict)
    codes: dict[int, str] = field(default_factory=dict)
    seeds: dict[int, bytes] = field(default_factory=dict)
    prefixes: dict[int, bytes] = field(default_factory=dict)
    tags: dict[int, bytes] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    private: str = ""
    padded: bool = True
    _slips: list[str] = field(default_factory=list)
    _ballots: dict[int, Ballot] = field(default_factory=dict)

    def client(self) -> FlaskClient:
        """Return a browser that keeps no cookie."""
        return self.app.test_client(use_cookies=False)

    # --- what a person does ---------------------------------------------------------------------------

    def happen(self, event: Event, log: Log) -> None:
        """Let one event happen, and write down what an access log would."""
        if event.kind == "collect":
            self._collect(event, log)
        elif event.person.by_slip:
            self._send_slip(event, log)
        else:
            self._cast(event, log)

    def _collect(self, event: Event, log: Log) -> None:
        person = event.person
        self._ask(event, log, "GET", f"/s/{self.sid}")
        if person.by_slip:
            with self.app.app_context(), speaking("en"):
                survey, organisation = _survey(self.survey_id)
                drawing.draw(survey, [self.members[person.place]], within=organisation)
                db.session.commit()
            return
        text = self._ask(event, log, "GET", f"/s/{self.sid}/manifest").get_data(as_text=True)
        seed = self.seeds.get(person.place)  # a lost phone begins anew from the recovery code
        mine = Ballot(device.Device.begin(text, seed))
        self.seeds[person.place] = mine.device.seed
        told = {"code": self.codes[person.place], "blinded": b64u(mine.device.blinded)}
        answer = self._post(event, log, f"/s/{self.sid}/collect", told, mine.device.manifest.collect_size)
        mine.signature = mine.device.finish(unb64u(answer["signature"]))
        mine.salt = secrets.token_bytes(ballot.SALT)
        self._ballots[person.place] = mine

    def _cast(self, event: Event, log: Log) -> None:
        person = event.person
        mine = self._ballots[person.place]
        told = {
            "prefix": b64u(mine.device.prefix),
            "signature": b64u(mine.signature),
            "salt": b64u(mine.salt),
            "answers": person.form() + "&" + urlencode({"door": person.door}),
        }
        self._post(event, log, f"/b/{self.sid}/cast", told, mine.device.manifest.cast_size)

    def _send_slip(self, event: Event, log: Log) -> None:
        person = event.person
        if person.place not in self.codes:
            self.codes[person.place] = self._slips.pop()
        code = self.codes[person.place]
        body = urlencode({"code": code}) + "&" + person.form()
        content = "application/x-www-form-urlencoded"
        self._ask(event, log, "POST", f"/s/{self.sid}/en", body.encode(), content)

    def _post(self, event: Event, log: Log, path: str, told: Mapping[str, str], size: int) -> dict[str, Any]:
        bare = len(json.dumps({**told, "pad": ""}))
        body = json.dumps({**told, "pad": "x" * (size - bare)}).encode()
        length = len(body) if self.padded else bare
        answer = self._ask(event, log, "POST", path, body, "application/json", length=length)
        return answer.get_json()

    def _ask(
        self,
        event: Event,
        log: Log,
        method: str,
        path: str,
        body: bytes = b"",
        content_type: str = "",
        *,
        length: int | None = None,
    ) -> TestResponse:
        person = event.person
        origin = {"REMOTE_ADDR": person.address}
        headers = {"User-Agent": person.agent}
        response = self.client().open(
            path, method=method, data=body, content_type=content_type or None, headers=headers, environ_overrides=origin
        )
        if response.status_code >= 400:
            raise RuntimeError(f"{method} {path}: {response.status} {response.get_data(as_text=True)[:300]}")
        log(
            LINE.format(
                ip=person.address,
                stamp=event.stamp,
                method=method,
                path=path,
                status=response.status_code,
                sent=len(response.get_data()),
                length=len(body) if length is None else length,
                agent=person.agent,
            )
        )
        return response

    # --- the secretary ------------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the survey for good, as the secretary does."""
        with self.app.app_context(), speaking("en"):
            survey, _organisation = _survey(self.survey_id)
            by = db.session.scalars(select(Account)).one()
            closing.close(survey, by=by, private=self.private)
            db.session.remove()

    def remember(self) -> None:
        """Work out, while the keys are there, what nobody can know any more once they are destroyed."""
        with self.app.app_context():
            survey, _organisation = _survey(self.survey_id)
            keys, mh = ballots.keys(self.survey_id), manifest.mh(survey.manifest or "")
            tag_key = keys.tag_key()
            for person in self.people:
                if person.by_slip and person.place in self.codes:
                    right = codes.fingerprint(self.codes[person.place])
                    self.prefixes[person.place] = device.prefix_of(ballot.slip_seed(tag_key, right), mh)
                elif person.place in self._ballots and person.answers:
                    self.prefixes[person.place] = self._ballots[person.place].device.prefix
            for place, prefix in self.prefixes.items():
                self.tags[place] = ballot.tag(tag_key, ballot.message(prefix, mh))
            pieces = [path.read_bytes()[-128:-96] for path in sorted(keys.folder.glob("*.pem"))]
            self.keys = [piece.hex() for piece in (keys.seal_key(), tag_key, *pieces)]
            db.session.remove()


def set_up(
    app: Flask,
    *,
    members: int,
    seed: int,
    split: Split | None = None,
    sealed_to_scrutineer: bool = False,
    padded: bool = True,
) -> Field:
    """Write a roster to an empty database, invite it to a survey, and open that.

    `padded`: whether the access log tells the length of requests as they are, or as they would be without padding.
    """
    rng = Random(f"crowd {seed}")
    people = crowds.crowd(members, rng)
    ours = Field(app, people, crowds.day(people, rng), padded=padded)
    with app.app_context(), speaking("en"):
        Model.metadata.create_all(db.engine)
        organisation, by, investigation = _house(people, rng)
        roster = list(db.session.scalars(select(Member).order_by(Member.id)))
        survey = fielding.create(investigation, crowds.FORM, within=organisation, by=by)
        survey.split = split
        if sealed_to_scrutineer:
            ours.private, survey.scrutineer = scrutineer.generate()
        slips = sum(person.by_slip for person in people) + SPARE_SLIPS
        made = invitations.invite(survey, members=roster, spares=slips, within=organisation, by=by)
        fielding.open_(survey, within=organisation, by=by)
        ours.members = {person.place: member.id for person, member in zip(people, roster, strict=True)}
        by_member = {slip.member.id: slip.code for slip in made if slip.member}
        ours.codes = {place: by_member[member] for place, member in ours.members.items() if not people[place].by_slip}
        ours._slips = [slip.code for slip in made if slip.member is None]
        rng.shuffle(ours._slips)  # in the envelope
        ours.survey_id, ours.sid = survey.id, survey.public_id
        db.session.commit()
        db.session.remove()
    return ours


def _house(people: list[Person], rng: Random) -> tuple[Organisation, Account, Investigation]:
    organisation = Organisation(
        name="Simulation", kind=OrganisationKind.UNION, language="en", rules={}, created_at=now()
    )
    db.session.add(organisation)
    db.session.flush()
    groups = [Group(organisation_id=organisation.id, name=name) for name in ("East", "West", "Office")]
    db.session.add_all(groups)
    db.session.flush()
    for person in people:
        db.session.add(
            Member(
                organisation_id=organisation.id,
                number=f"S{person.place:05d}",
                name=f"Member {person.place}",
                email=f"member{person.place}@example.org",
                group_id=rng.choice(groups).id,
                gender=rng.choice(("f", "m")),
                birth_year=rng.randint(1965, 2005),
            )
        )
        db.session.flush()
    by = Account(
        organisation_id=organisation.id, username="simulation", name="Simulation", password="-", role=Role.SECRETARY
    )
    today = now().date()
    investigation = Investigation(
        organisation_id=organisation.id, title="Simulation", starts_on=today, ends_on=today, created_at=now()
    )
    db.session.add_all([by, investigation])
    db.session.flush()
    return organisation, by, investigation


def _survey(survey_id: int) -> tuple[Survey, Organisation]:
    survey = db.session.get_one(Survey, survey_id)
    return survey, db.session.get_one(Organisation, survey.organisation_id)
