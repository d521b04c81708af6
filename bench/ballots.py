"""What an anonymous ballot costs: CPU of collecting and of casting one, beside a plain survey POST in the same run.

The same survey, one database, one process through the WSGI interface: a member's device has its ballot signed blindly
(2048 bit) and casts it; another answer comes as a plain form with a slip's code. The devices' own work is not counted.
Targets: casting under 1.5 times the plain POST; and the sketch this was built from, measured on a machine of the same
kind, did 197 collected and 285 cast per second and core.

    ./bench/run ballots [--quick]               also with ever more answers in the box
    python -m bench.ballots [--answers 200]
"""

import argparse
import json
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from werkzeug.test import Client

from anonymity import blind
from anonymity.device import Device
from anonymity.encoding import b64u, unb64u
from app import create_app
from bench import frame, stage
from bench.stage import answer
from core.clock import now
from core.db import Model, db
from core.settings import Settings
from core.terms import OrganisationKind, Role
from investigations.models import Investigation
from members.models import Account, Member, Organisation
from surveys import ballots, fielding, invitations, questionnaires
from surveys.models import Survey

TARGET = 1.5
SKETCH = {"collect": 197, "cast": 285}
SIZES = (1_000, 10_000, 100_000)  # answers in the box
BOX = 2048  # bytes of one


def opened(folder: Path, count: int) -> tuple[Client, Survey, list[str], list[str], int]:
    """Return a client, an open survey, the codes of `count` members and of as many slips, and the size of a POST."""
    app = create_app(Settings(data=folder, database=f"sqlite:///{folder / 'bench.db'}", queue="inline"))
    with app.test_request_context("/"):
        Model.metadata.create_all(db.engine)
        house = Organisation(name="bench", kind=OrganisationKind.UNION, language="zh", rules={}, created_at=now())
        db.session.add(house)
        db.session.flush()
        by = Account(organisation_id=house.id, username="b", name="b", password="-", role=Role.SECRETARY)
        day = now().date()
        plan = Investigation(organisation_id=house.id, title="bench", starts_on=day, ends_on=day, created_at=now())
        people = [Member(organisation_id=house.id, number=f"{place}", name=f"n{place}") for place in range(count)]
        db.session.add_all([by, plan, *people])
        db.session.flush()
        survey = fielding.create(plan, fielding.sample("opinion-zh"), within=house, by=by)
        spares = min(count, invitations.MOST_SPARES)
        made = invitations.invite(survey, members=people, spares=spares, within=house, by=by)
        fielding.open_(survey, within=house, by=by)
        db.session.commit()
        size = questionnaires.ready(survey.version).sent_size
        db.session.refresh(survey)
        db.session.expunge_all()
    codes = [slip.code for slip in made if slip.member], [slip.code for slip in made if not slip.member]
    return Client(app), survey, *codes, size


def padded(told: dict[str, str], size: int) -> bytes:
    """Return a request of `size` bytes."""
    bare = len(json.dumps(told | {"pad": ""}).encode())
    return json.dumps(told | {"pad": "x" * (size - bare)}).encode()


class Runs:
    """The three kinds of request, each measured in CPU seconds of this process."""

    def __init__(self, client: Client, survey: Survey, size: int) -> None:
        assert survey.manifest is not None
        self.client, self.sid, self.manifest, self.size = client, survey.public_id, survey.manifest, size
        self.sizes = ballots.sizes(survey.manifest)

    def plain(self, codes: list[str]) -> float:
        """Return milliseconds for a plain POST."""
        bodies = [answer(code, self.size) for code in codes]
        form = "application/x-www-form-urlencoded"
        return self._spent(f"/s/{self.sid}/zh", bodies, form)[0]

    def ballots(self, codes: list[str]) -> tuple[float, float]:
        """Return milliseconds for collecting and for casting a ballot."""
        devices = [Device.begin(self.manifest) for _code in codes]
        asked = [
            padded({"code": code, "blinded": b64u(device.blinded)}, self.sizes.collect)
            for code, device in zip(codes, devices, strict=True)
        ]
        collecting, signed = self._spent(f"/s/{self.sid}/collect", asked, "application/json")
        pairs = [pair for pair in parse_qsl(answer("", self.size).decode()) if pair[0] not in ("code", "pad")]
        bodies = [
            padded(
                {
                    "prefix": b64u(device.prefix),
                    "signature": b64u(device.finish(unb64u(json.loads(reply)["signature"]))),
                    "salt": b64u(secrets.token_bytes(16)),
                    "answers": urlencode([*pairs, ("door", "phone")]),
                },
                self.sizes.cast,
            )
            for device, reply in zip(devices, signed, strict=True)
        ]
        return collecting, self._spent(f"/b/{self.sid}/cast", bodies, "application/json")[0]

    def _spent(self, url: str, bodies: list[bytes], kind: str) -> tuple[float, list[bytes]]:
        spent, replies = 0.0, []
        for body in bodies:
            started = time.process_time()
            sent = self.client.post(url, data=body, content_type=kind)
            spent += time.process_time() - started
            assert sent.status_code in (200, 303), (url, sent.status_code)
            replies.append(sent.data)
        return 1000 * spent / len(bodies), replies


def bare() -> tuple[float, float]:
    """Return CPU milliseconds of the cryptography alone: a blind signature, and the check of a ballot's."""
    key = blind.generate()
    signer, message = blind.Signer(key), secrets.token_bytes(68)
    blinded, signature = b"\0" + secrets.token_bytes(255), blind.sign(key, message)

    def spent(work: object, times: int = 200) -> float:
        started = time.process_time()
        for _time in range(times):
            work()  # type: ignore[operator]
        return 1000 * (time.process_time() - started) / times

    return (
        spent(lambda: signer.blind_sign(blinded)),
        spent(lambda: blind.verify(signer.public, message, signature)),
    )


def measured(each: int, rounds: int, filled: int = 0) -> dict[str, float]:
    """Return the best milliseconds of each kind of request, with `filled` answers in the box before."""
    with tempfile.TemporaryDirectory() as folder:
        client, survey, members, slips, size = opened(Path(folder), each * (rounds + 1))
        with client.application.app_context():
            stage.fill_box(survey.id, filled, BOX)
        runs = Runs(client, survey, size)
        figures: dict[str, list[float]] = {"plain POST": [], "collect": [], "cast": []}
        for number in range(rounds + 1):
            part = slice(number * each, (number + 1) * each)
            figures["plain POST"].append(runs.plain(slips[part]))
            collecting, casting = runs.ballots(members[part])
            figures["collect"].append(collecting)
            figures["cast"].append(casting)
    return {name: min(values[1:] or values) for name, values in figures.items()}  # the first round only warms up


def tables(run: frame.Run) -> Iterator[frame.Table]:
    """Yield what collecting and casting cost beside a plain POST and beside the cryptography, as the box fills."""
    sizes, each, rounds = (SIZES[:2], 25, 2) if run.quick else (SIZES, 60, 3)
    limits = dict(zip(("collect", "cast"), bare(), strict=True))
    found = {size: measured(each, rounds, size) for size in sizes}
    rows: list[tuple[frame.Cell, ...]] = []
    for name in ("plain POST", "collect", "cast"):
        costs = [found[size][name] for size in sizes]
        last, plain = costs[-1], found[sizes[-1]]["plain POST"]
        limit = f"{limits[name]:.2f}, x {last / limits[name]:.1f}" if name in limits else "–"
        power = frame.growth((sizes[0], costs[0]), (sizes[-1], last))
        rows.append((name, *costs, 1000 / last, last / plain, limit, power))
    ratio = max(found[size]["cast"] / found[size]["plain POST"] for size in sizes)
    kept = run.hold(f"casting under {TARGET:g} times a plain POST", ratio < TARGET)
    heads = ("request", *(f"box of {size:,}" for size in sizes), "a second and core", "/ plain", "RSA alone", "growth")
    note = f"CPU ms of one request. Casting takes at most {ratio:.2f} times a plain POST (< {TARGET:g}: {kept})."
    yield frame.Table("Ballots: collected (signed blindly, 2048 bit) and cast", heads, rows, note)


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 when the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=100, help="answers a round (default 100)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of all, in turn (default 5)")
    chosen = parser.parse_args(argv)
    best = measured(chosen.answers, chosen.rounds)
    signing, checking = bare()
    for name, limit in (("collect", signing), ("cast", checking)):
        rate = 1000 / best[name]
        print(
            f"{name}: {best[name]:.2f} ms CPU, {rate:.0f} a second and core, {rate / SKETCH[name]:.2f} x the sketch's "
            f"{SKETCH[name]}; of it {limit:.2f} ms are the RSA operation alone"
        )
    ratio = best["cast"] / best["plain POST"]
    print(f"plain POST: {best['plain POST']:.2f} ms CPU; cast / plain POST {ratio:.2f} (< {TARGET})")
    return 0 if ratio < TARGET else 1


AREA = frame.Area("Casting ballots", tables)

if __name__ == "__main__":
    sys.exit(main())
