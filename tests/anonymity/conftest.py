"""Devices that collect and cast over the product's own endpoints."""

import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from anonymity.device import Device
from anonymity.encoding import b64u, unb64u
from core.db import db
from members.models import Member
from surveys import fielding, invitations
from surveys.models import Survey
from tests.conftest import people
from tests.surveys.conftest import DEFINITION


def padded(told: dict[str, Any], size: int) -> bytes:
    """Return a body of exactly `size` bytes."""
    bare = len(json.dumps({**told, "pad": ""}, ensure_ascii=False).encode())
    return json.dumps({**told, "pad": "x" * (size - bare)}, ensure_ascii=False).encode()


@dataclass
class Phone:
    """A member's device, which keeps its seed as a browser does."""

    client: FlaskClient
    sid: str
    code: str
    manifest: str = ""
    device: Device | None = None
    signature: bytes = b""
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def load(self) -> dict[str, Any]:
        if not self.manifest:
            self.manifest = self.client.get(f"/s/{self.sid}/manifest").get_data(as_text=True)
            self.device = Device.begin(self.manifest)
        return json.loads(self.manifest)

    def collect(self, **changes: Any) -> TestResponse:
        size = self.load()["sizes"]["collect"]
        assert self.device is not None
        body = padded({"code": self.code, "blinded": b64u(self.device.blinded), **changes}, size)
        response = self.client.post(f"/s/{self.sid}/collect", data=body, content_type="application/json")
        if response.status_code == 200:
            self.signature = self.device.finish(unb64u(response.json["signature"]))
        return response

    def cast(self, answers: dict[str, str] | str, **changes: Any) -> TestResponse:
        size = self.load()["sizes"]["cast"]
        assert self.device is not None
        text = answers if isinstance(answers, str) else urlencode(answers | {"door": "phone"})
        told = {
            "prefix": b64u(self.device.prefix),
            "signature": b64u(self.signature),
            "salt": b64u(self.salt),
            "answers": text,
            **changes,
        }
        return self.client.post(f"/b/{self.sid}/cast", data=padded(told, size), content_type="application/json")


@dataclass
class Vote:
    """An open survey with a phone for every member invited, and blank slips."""

    app: Any
    survey: Survey
    cast: Any
    phones: list[Phone]
    slips: list[str]

    @property
    def sid(self) -> str:
        return self.survey.public_id

    def phone(self, code: str) -> Phone:
        return Phone(self.app.test_client(use_cookies=False), self.sid, code)


def vote(
    app: Any, definition: dict | None = None, members: int = 10, slips: int = 3, *, opened: bool = True, **changes: Any
) -> Vote:
    """Open a survey with codes made out to `members` people and `slips` blank slips, committed."""
    cast = people(app)
    for number in range(members):
        db.session.add(Member(organisation_id=cast.branch.id, number=f"v{number:03}", name=f"受访人{number}"))
    db.session.flush()
    invited = [row for row in invitations.candidates(cast.branch) if row.number.startswith("v")]
    survey = fielding.create(cast.investigation, definition or DEFINITION, within=cast.branch, by=cast.secretary)
    for name, value in changes.items():
        setattr(survey, name, value)
    made = invitations.invite(survey, members=invited, spares=slips, within=cast.branch, by=cast.secretary)
    if opened:
        fielding.open_(survey, within=cast.branch, by=cast.secretary)
    db.session.commit()
    found = Vote(app, survey, cast, [], [slip.code for slip in made if slip.member is None])
    found.phones = [found.phone(slip.code) for slip in made if slip.member is not None]
    return found


@pytest.fixture
def voting(app) -> Vote:
    """The small survey: two questions, the second only for those who said yes."""
    return vote(app)
