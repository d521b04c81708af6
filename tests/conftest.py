"""The cast and the stage: an application on a fresh database, and the people who use it."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from flask_babel import Babel
from sqlalchemy import create_engine, text

from app import create_app
from core import clock
from core.clock import now
from core.db import db
from core.settings import ROOT, Settings
from core.terms import MemberCategory, OrganisationKind, Role
from investigations.models import Investigation
from members import sessions
from members.models import Account, Group, Member, Organisation
from tests.quick import TEMPLATES, empty_database, keep_address_builders, make_tables
from vault import keys
from vault import session as vault_session

keep_address_builders()


def own_database(url: str) -> str:
    """Return the address of a database only this test process uses, made when it is missing; "" for ""."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not url or not worker:
        return url
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        known = connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": worker}).scalar()
        if not known:
            connection.execute(text(f'CREATE DATABASE "{worker}"'))
    engine.dispose()
    return url.rsplit("/", 1)[0] + f"/{worker}"


SAMPLE = ROOT / "exchange" / "sample"
GOLD = Path(__file__).parent / "gold"
POSTGRES = own_database(os.environ.get("XINSHENG_TEST_POSTGRES", ""))
TODAY = date(2026, 10, 31)
PASSWORD = "correct horse battery"


def engines() -> list:
    """Return both database engines; PostgreSQL is marked, so that a quick run can leave it out."""
    missing = pytest.mark.skipif(not POSTGRES, reason="XINSHENG_TEST_POSTGRES is not set")
    return ["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, missing])]


@pytest.fixture(autouse=True)
def frozen_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every test happen on the sample's day."""
    monkeypatch.setattr(clock, "today", lambda: TODAY)


class Visitor(FlaskClient):
    """A browser whose requests share nothing with the test: no context, no session, no transaction."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Ask for a page; the test lets go of the database first, so that pages may write."""
        if has_app_context():
            db.session.commit()
        return Context().run(super().open, *args, **kwargs)

    @contextmanager
    def session_transaction(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Change the cookie's session; whoever is put into it has come in as at the door, with a session of his own."""
        with super().session_transaction(*args, **kwargs) as session:
            before = session.get("_user_id")
            yield session
            if session.get("_user_id") not in (None, before):
                session[sessions.TOKEN] = self._begun(str(session["_user_id"]))

    def _begun(self, identity: str) -> str:
        if has_app_context():
            db.session.commit()
        with self.application.app_context():
            account = db.session.get(Account, int(identity.partition(".")[0]))
            token = sessions.begin(account) if account else ""
            db.session.commit()
            return token


def build(folder: Path, database: str = "", **config: object) -> Flask:
    """Return an application with its tables, jobs run inline."""
    settings = Settings(data=folder, database=database or f"sqlite:///{folder / 'test.db'}", queue="inline")
    app = create_app(settings, TESTING=True, WTF_CSRF_ENABLED=False, **config)
    app.test_client_class = Visitor
    app.jinja_env.bytecode_cache = TEMPLATES
    if not database:
        (folder / "test.db").write_bytes(empty_database())
        return app
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
        make_tables(connection)
    return app


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """An application on an empty SQLite database, its context pushed."""
    app = build(tmp_path / "instance")
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(params=engines())
def any_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The same on each database engine, for tests where the SQL matters."""
    app = build(tmp_path / "instance", POSTGRES if request.param == "postgresql" else "")
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@contextmanager
def words_of_errors() -> Iterator[None]:
    """Let messages be translated where no fixture can stand (inside Hypothesis)."""
    stage = Flask("stage")
    Babel(stage, default_locale="zh")
    with stage.app_context():
        yield


def people(app: Flask) -> SimpleNamespace:
    """Write the cast: a branch with two groups, a secretary, a committee member, a member, and an outsider."""
    from members import accounts

    branch = Organisation(
        name="青石支部", kind=OrganisationKind.PARTY_BRANCH, language="zh", rules={}, created_at=now()
    )
    elsewhere = Organisation(name="别处支部", kind=OrganisationKind.UNION, language="zh", rules={}, created_at=now())
    db.session.add_all([branch, elsewhere])
    db.session.flush()
    east, west = (Group(organisation_id=branch.id, name=name) for name in ("东班", "西班"))
    db.session.add_all([east, west])
    db.session.flush()

    def person(number: str, name: str, group: Group | None, organisation: Organisation = branch) -> Member:
        member = Member(
            organisation_id=organisation.id,
            number=number,
            name=name,
            group_id=group.id if group else None,
            category=MemberCategory.FULL,
        )
        db.session.add(member)
        return member

    boss, aide, worker = person("A1", "书记甲", east), person("A2", "委员乙", east), person("A3", "党员丙", west)
    stranger = person("B1", "外人丁", None, elsewhere)
    db.session.flush()

    def account(username: str, role: Role, member: Member) -> Account:
        made = Account(
            organisation_id=member.organisation_id,
            member_id=member.id,
            username=username,
            name=member.name,
            password=accounts.hashed(PASSWORD),
            role=role,
            language="zh",
        )
        db.session.add(made)
        return made

    cast = SimpleNamespace(
        branch=branch,
        elsewhere=elsewhere,
        east=east,
        west=west,
        boss=boss,
        aide=aide,
        worker=worker,
        stranger=stranger,
        secretary=account("secretary", Role.SECRETARY, boss),
        committee_member=account("committee", Role.COMMITTEE, aide),
        member=account("member", Role.MEMBER, worker),
        outsider=account("outsider", Role.SECRETARY, stranger),
    )
    cast.investigation = Investigation(
        organisation_id=branch.id,
        title="职工意见调研",
        purpose="摸清职工关心的事",
        starts_on=date(2025, 11, 1),
        ends_on=TODAY,
        created_at=now(),
    )
    db.session.add(cast.investigation)
    db.session.flush()
    for actor in (cast.secretary, cast.committee_member, cast.member, cast.outsider):
        actor.keyring = keys.make(actor, PASSWORD)
    db.session.commit()
    return cast


@pytest.fixture
def cast(app: Flask) -> SimpleNamespace:
    """The people of the plays, written to the database of `app`."""
    return people(app)


@pytest.fixture
def client_for(app: Flask, cast: SimpleNamespace) -> Callable[[str], FlaskClient]:
    """Return a browser signed in as "secretary", "committee_member", "member", "outsider", or nobody ("")."""

    def sign_in(role: str) -> FlaskClient:
        client = app.test_client()
        if role:
            account = getattr(cast, role)
            with client.session_transaction(path="/app") as session:
                session["_user_id"] = account.get_id()
                session["_fresh"] = True
                session[vault_session.NAME] = vault_session.packed(account, account.keyring)
        return client

    return sign_in


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict:
    """Start Debian's Chromium, which as root needs its sandbox off and must not look for updates."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    return {
        "executable_path": shutil.which("chromium") or shutil.which("chromium-browser"),
        "args": flags,
        "headless": True,
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict) -> dict:
    """Speak Chinese, as the people this is made for do."""
    return {**browser_context_args, "locale": "zh-CN"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Ask a journey in the browser that failed once more, and tell of it.

    A page, its server and its test share two busy cores: now and then one of them is late. Nothing else gets a second
    chance: a rule, a number or a promise that fails once has failed.
    """
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_collection_finish() -> None:
    """Take what is loaded by now out of the garbage collector's rounds: it stays until the end."""
    gc.collect()
    gc.freeze()
