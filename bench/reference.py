"""Bare Flask servers to measure against: what one would write by hand for one questionnaire, and less than that.

"lean": the page in memory with a signed token against forged posts put in, the answer checked by a table, one INSERT
with full synchronisation, a page of thanks; no form objects, no codes, no sealing, no receipt. "null": nothing is
checked, drawn or stored; what is left is Flask and the server. Under a server, BENCH_REFERENCE names a file that
`written` made:

    BENCH_REFERENCE=FILE gunicorn "bench.reference:served()"
"""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from flask import Flask, Response, abort, render_template_string, request
from flask_sqlalchemy import SQLAlchemy
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import JSON, event, insert

from surveys.questionnaires import Ready

VARIANTS = ("lean", "null")
Rules = Mapping[str, frozenset[str] | int]  # field -> what may be sent, or how many characters


def rules(ready: Ready) -> Rules:
    """Return what each field of a questionnaire may be sent."""
    allowed: dict[str, frozenset[str] | int] = {}
    for item in ready.items:
        if item.kind.key == "matrix":
            allowed.update({f"{item.name}.{row.value}": item.settings["allowed"] for row in item.settings["rows"]})
        else:
            allowed[item.name] = item.settings.get("allowed") or item.settings["max_length"]
    return allowed


def lean(database: str, page: bytes, allowed: Rules) -> Flask:
    """Return a page written by hand for this one questionnaire; `page` is the product's own, in plain bytes."""
    bare = Flask("lean")
    bare.config["SQLALCHEMY_DATABASE_URI"] = database
    store = SQLAlchemy(bare)

    class Answer(store.Model):  # type: ignore[name-defined]
        id = store.Column(store.String(32), primary_key=True)
        answers = store.Column(JSON)

    if database.startswith("sqlite"):
        with bare.app_context():
            event.listen(store.engine, "connect", _durable)
    with bare.test_request_context("/"):
        store.create_all()

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

    return bare


def _durable(connection: object, record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000"):
        connection.execute(f"PRAGMA {pragma}").close()  # type: ignore[attr-defined]


def null(page: bytes) -> Flask:
    """Return a page that is sent as it is, and an address that takes anything."""
    bare = Flask("null")

    @bare.get("/s/1")
    def ask() -> Response:
        return Response(page, mimetype="text/html")

    @bare.post("/s/1")
    def take() -> str:
        request.form.get("q1")
        return "<h1>Thank you</h1>"

    return bare


def written(folder: Path, variant: str, database: str, page: bytes, allowed: Rules) -> Path:
    """Write down what a server is to serve, and make its tables; return the file."""
    plain = {name: sorted(rule) if isinstance(rule, frozenset) else rule for name, rule in allowed.items()}
    path = folder / f"{variant}.json"
    told = {"variant": variant, "database": database, "page": page.decode(), "rules": plain}
    path.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    if variant == "lean":
        lean(database, page, allowed)  # two workers that make the same table at once would fail each other
    return path


def served() -> Flask:
    """Return the server that BENCH_REFERENCE describes."""
    told = json.loads(Path(os.environ["BENCH_REFERENCE"]).read_text("utf-8"))
    page = told["page"].encode()
    if told["variant"] == "null":
        return null(page)
    allowed = {name: frozenset(rule) if isinstance(rule, list) else rule for name, rule in told["rules"].items()}
    return lean(told["database"], page, allowed)
