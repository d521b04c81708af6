"""When the database fails, the page that says so must not fail with it."""

import pytest
import sqlalchemy as sa

from core.db import db
from members.models import Account
from tests.conftest import build, people
from vault import session as vault_session


@pytest.fixture
def client(tmp_path):
    """A secretary's browser, on an application that shows its error pages."""
    app = build(tmp_path / "instance", PROPAGATE_CRASHES=False)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with app.app_context():
        cast = people(app)
        client = app.test_client()
        with client.session_transaction(path="/app") as session:
            session["_user_id"], session["_fresh"] = cast.secretary.get_id(), True
            session[vault_session.NAME] = vault_session.packed(cast.secretary, cast.secretary.keyring)
        db.session.commit()
        yield client
        db.session.remove()
        db.engine.dispose()


def test_a_write_that_failed_halfway_has_its_page(client) -> None:
    """The session is in the middle of a failed flush when the page wants the reader's name."""

    def halfway() -> str:
        db.session.add(Account(username=None))
        db.session.flush()
        return ""

    halfway.access = "public"
    client.application.view_functions["desk.overview"] = halfway
    answer = client.get("/app/")
    assert answer.status_code == 500 and "<h1>" in answer.text and "没有丢失" in answer.text


def test_a_database_that_is_gone_has_its_page(client, tmp_path) -> None:
    """Not even who reads can be found out."""
    db.session.remove()
    db.engine.dispose()

    @sa.event.listens_for(db.engine, "do_connect")
    def gone(*connection: object) -> None:
        raise sa.exc.OperationalError("connect", {}, ConnectionRefusedError())

    answer = client.get("/app/")
    assert answer.status_code == 500 and "<h1>" in answer.text and "没有丢失" in answer.text


def test_a_database_that_went_away_halfway_has_its_page(client) -> None:
    """Who reads was known; in which language is asked once more, and now nobody answers."""

    def gone(*connection: object) -> None:
        raise sa.exc.OperationalError("connect", {}, ConnectionRefusedError())

    def lost() -> str:
        sa.event.listen(db.engine, "do_connect", gone)
        db.session.rollback()
        db.engine.dispose()
        db.session.execute(sa.text("SELECT 1"))
        return ""

    lost.access = "public"
    client.application.view_functions["desk.overview"] = lost
    try:
        answer = client.get("/app/")
    finally:
        sa.event.remove(db.engine, "do_connect", gone)
    assert answer.status_code == 500 and "<h1>" in answer.text and "没有丢失" in answer.text


def test_a_commit_that_failed_has_its_page(client) -> None:
    """The disk is full, or the line gone, at the very last moment: the view had already answered."""

    def done() -> str:
        db.session.execute(sa.text("SELECT 1"))
        return "saved"

    done.access = "public"
    client.application.view_functions["members.speak"] = done

    def full(connection: object) -> None:
        raise sa.exc.OperationalError("COMMIT", {}, OSError())

    sa.event.listen(db.engine, "commit", full)
    try:
        answer = client.post("/app/language", data={})
    finally:
        sa.event.remove(db.engine, "commit", full)
    assert answer.status_code == 500 and "<h1>" in answer.text and "没有丢失" in answer.text
