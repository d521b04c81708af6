"""Health and readiness: for everyone, without a cookie, without a detail."""

import pytest
import sqlalchemy as sa

from core import health, storage
from core.db import db
from core.storage import Unavailable


@pytest.fixture
def ask(any_app, monkeypatch):
    """Ask one of the addresses as a stranger, nothing remembered from before."""
    monkeypatch.setattr(health, "FRESH", -1.0)

    def get(path: str) -> tuple[int, str]:
        answer = any_app.test_client().get(path)
        assert "Set-Cookie" not in answer.headers and answer.mimetype == "text/plain"
        return answer.status_code, answer.text

    return get


def test_a_sound_house_says_so_and_one_word_more(ask) -> None:
    assert ask("/health") == (200, "ok\n")
    assert ask("/ready") == (200, "ready\n")


def test_not_ready_while_a_migration_waits(ask) -> None:
    db.session.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    db.session.commit()
    assert ask("/ready") == (503, "not ready\n")
    assert ask("/health") == (200, "ok\n")


def test_not_ready_without_files_or_database_and_again_when_they_are_back(ask, any_app, monkeypatch) -> None:
    def away() -> None:
        raise Unavailable

    with monkeypatch.context() as patch:
        patch.setattr(storage, "check", away)
        assert ask("/ready") == (503, "not ready\n")

    def refuse(*given: object, **named: object) -> None:
        raise sa.exc.OperationalError("SELECT 1", {}, Exception("postgres://secret@host is away"))

    with monkeypatch.context() as patch:
        patch.setattr(health.schema, "current", refuse)
        assert ask("/ready") == (503, "not ready\n")
    assert ask("/ready") == (200, "ready\n")


def test_whoever_asks_without_end_asks_the_database_once(any_app, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(health, "FRESH", 1000.0)
    monkeypatch.setattr(health, "is_ready", lambda: asked.append(1) or True)
    client = any_app.test_client()
    assert [client.get("/ready").status_code for _time in range(20)] == [200] * 20 and len(asked) == 1
