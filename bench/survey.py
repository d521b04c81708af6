"""What an answered survey costs: CPU of GET + POST beside a bare Flask page, in the same run.

The bare page ("lean") is what one would write by hand for this one questionnaire: the page in memory with a signed
token against forged posts put in, the answer checked by a table, one INSERT with full synchronisation, a page of
thanks; no form objects, no codes, no sealing. Both run in this process through the WSGI interface, so that no server
or network is measured. Target: under twice the lean page.

    python -m bench.survey [--answers 300]
"""

import argparse
import json
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, Response, abort, render_template_string, request
from flask_sqlalchemy import SQLAlchemy
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import JSON, event, insert
from sqlalchemy.engine import Engine
from werkzeug.test import Client

from app import create_app
from core.clock import now
from core.db import Model, db
from core.settings import Settings
from core.terms import OrganisationKind, Role
from investigations.models import Investigation
from members.models import Account, Organisation
from surveys import fielding, invitations, questionnaires, sheets
from surveys.queries import public_survey
from surveys.questionnaires import Ready

ROWS = {
    "q4": ("canteen", "ppe", "equip", "train", "park", "dormnet", "pay", "env"),
    "q9": ("time", "study", "talk", "reply", "board"),
}
TARGET = 2.0


def answer(code: str, size: int) -> bytes:
    """Return a full answer as a browser posts it, padded as the page's script pads it."""
    pairs = [("code", code), ("q1", "mech"), ("q2", "party"), ("q3", "three"), ("q5", "canteen"), ("q5", "pay")]
    pairs += [(f"{name}.{row}", "3") for name, rows in ROWS.items() for row in rows]
    pairs += [("q6", "w1"), ("q7", "2"), ("q8", "sleep"), ("q10", "1"), ("q11", "some"), ("q12", "7")]
    pairs += [("q13", "食堂排队太久，希望错峰"), ("q14", "")]
    body = urlencode(pairs) + "&pad="
    return (body + "x" * (size - len(body))).encode()


def ours(folder: Path, count: int) -> tuple[Client, str, list[str], Ready, bytes]:
    """Return a client of the product with an open survey: its link, codes, questionnaire and page."""
    app = create_app(Settings(data=folder, database=f"sqlite:///{folder / 'bench.db'}", queue="inline"))
    with app.test_request_context("/"):
        Model.metadata.create_all(db.engine)
        house = Organisation(name="bench", kind=OrganisationKind.UNION, language="zh", rules={}, created_at=now())
        db.session.add(house)
        db.session.flush()
        by = Account(organisation_id=house.id, username="b", name="b", password="-", role=Role.SECRETARY)
        today = now().date()
        investigation = Investigation(
            organisation_id=house.id, title="bench", starts_on=today, ends_on=today, created_at=now()
        )
        db.session.add_all([by, investigation])
        db.session.flush()
        survey = fielding.create(investigation, fielding.sample("opinion-zh"), within=house, by=by)
        slips = invitations.invite(survey, members=[], spares=count, within=house, by=by)
        fielding.open_(survey, within=house, by=by)
        db.session.commit()
        public = public_survey(survey.public_id)
        assert public is not None
        page = sheets.blank(public, "zh").plain
        ready = questionnaires.ready(survey.version)
        return Client(app), f"/s/{survey.public_id}", [slip.code for slip in slips], ready, page


def lean(folder: Path, page: bytes, ready: Ready) -> Client:
    """Return a client of a page written by hand for this one questionnaire."""
    bare = Flask("lean")
    bare.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{folder / 'lean.db'}"
    store = SQLAlchemy(bare)

    class Answer(store.Model):  # type: ignore[name-defined]
        id = store.Column(store.String(32), primary_key=True)
        answers = store.Column(JSON)

    @event.listens_for(Engine, "connect")
    def durable(connection: object, record: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}").close()  # type: ignore[attr-defined]

    with bare.test_request_context("/"):
        store.create_all()
    allowed: dict[str, frozenset[str] | int] = {}
    for item in ready.items:
        if item.kind.key == "matrix":
            allowed.update({f"{item.name}.{row.value}": item.settings["allowed"] for row in item.settings["rows"]})
        else:
            allowed[item.name] = item.settings.get("allowed") or item.settings["max_length"]

    before, after = page.decode().split("</form>", 1)
    tokens = URLSafeTimedSerializer("x" * 32, salt="csrf")

    @bare.get("/s/1")
    def ask() -> Response:
        token = tokens.dumps(secrets.token_urlsafe(9))
        hidden = f'<input type="hidden" name="csrf_token" value="{token}">'
        response = Response(f"{before}{hidden}</form>{after}", mimetype="text/html")
        response.set_cookie("t", token, httponly=True, samesite="Lax")
        return response

    @bare.post("/s/1")
    def take() -> str:
        token = request.cookies.get("t", "")
        if request.form.get("csrf_token") != token:
            abort(400)
        try:
            tokens.loads(token, max_age=86400)
        except BadData:
            abort(400)
        kept: dict[str, list[str]] = {}
        for name, rule in allowed.items():
            values = request.form.getlist(name)
            good = rule.issuperset(values) if isinstance(rule, frozenset) else all(len(v) <= rule for v in values)
            if not good:
                abort(400)
            kept[name] = values
        if not kept["q1"]:
            abort(400)
        store.session.execute(insert(Answer), {"id": secrets.token_hex(16), "answers": kept})
        store.session.commit()
        return render_template_string("<h1>{{ thanks }}</h1>", thanks="Thank you")

    return Client(bare)


def cost(client: Client, url: str, bodies: list[bytes]) -> float:
    """Return CPU milliseconds for one GET and one POST, over all `bodies`."""
    spent = 0.0
    for body in bodies:
        started = time.process_time()
        page = client.get(url, headers={"Accept-Encoding": "gzip"})
        spent += time.process_time() - started
        assert page.status_code == 200
        token = client.get_cookie("t")
        if token is not None:
            body = body[: -len(token.value) - 12] + f"&csrf_token={token.value}".encode()
        started = time.process_time()
        sent = client.post(url, data=body, content_type="application/x-www-form-urlencoded")
        spent += time.process_time() - started
        assert sent.status_code in (200, 303), sent.status_code
    return 1000 * spent / len(bodies)


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 when the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=300, help="answers a round (default 300)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of both, in turn (default 5)")
    chosen = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        count = chosen.answers * (chosen.rounds + 1)
        client, url, codes, ready, page = ours(Path(folder), count)
        bodies = [answer(code, ready.sent_size) for code in codes]
        bare = lean(Path(folder), page, ready)
        runs: dict[str, Callable[[list[bytes]], float]] = {
            "ours": lambda part: cost(client, url, part),
            "lean": lambda part: cost(bare, "/s/1", part),
        }
        figures: dict[str, list[float]] = {"ours": [], "lean": []}
        for number in range(chosen.rounds + 1):
            part = bodies[number * chosen.answers : (number + 1) * chosen.answers]
            for name, run in runs.items():
                figures[name].append(run(part))
    best = {name: min(values[1:] or values) for name, values in figures.items()}  # the first round only warms up
    ratio = best["ours"] / best["lean"]
    print(
        json.dumps(
            {"page_bytes": len(page), "body_bytes": ready.sent_size, **{k: round(v, 2) for k, v in best.items()}}
        )
    )
    print(f"GET + POST: ours {best['ours']:.2f} ms CPU, lean {best['lean']:.2f} ms CPU, ratio {ratio:.2f} (< {TARGET})")
    return 0 if ratio < TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
