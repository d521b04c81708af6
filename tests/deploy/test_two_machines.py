"""Two machines, one database, one object storage, one folder of keys: whatever began on one goes on at the other."""

from dataclasses import replace
from pathlib import Path

import pytest

from app import create_app
from core import jobs, storage
from core.db import db
from core.terms import FileFormat, ReportStyle, SurveyState
from exchange.concerns import keeping
from investigations.models import Investigation
from members.models import Account, Organisation
from reports import renderings
from surveys import closing, fielding, instruments, invitations, questionnaires, snapshots
from surveys.models import Survey
from tests.conftest import PASSWORD, Visitor, build, people
from tests.core import object_storage
from tests.faults.test_killed import DEFINITION
from tests.reports.test_renderings import SHORT


@pytest.fixture
def machines(tmp_path, monkeypatch):
    """Machine A, where the organisation was set up, and machine B; nothing but the keys' folder is on both."""
    for name, value in object_storage.KEYS.items():
        monkeypatch.setenv(name, value)
    with object_storage.started() as address:
        first = build(tmp_path / "database")
        settings = replace(
            first.config["SETTINGS"], storage="s3://xinsheng", storage_endpoint=address, key_folder=tmp_path / "keys"
        )
        apps = [
            create_app(replace(settings, data=tmp_path / name), TESTING=True, WTF_CSRF_ENABLED=False) for name in "ab"
        ]
        for app in apps:
            app.test_client_class = Visitor
        with apps[0].app_context():
            apps[0].extensions["storage"].client.create_bucket(Bucket="xinsheng")
            people(apps[0])
            db.session.remove()
        yield apps
        for app in (first, *apps):
            with app.app_context():
                db.session.remove()
                db.engine.dispose()


def only(model):
    return db.session.query(model).order_by(model.id).first()


def account(username: str = "secretary") -> Account:
    return db.session.query(Account).filter_by(username=username).one()


def test_a_survey_opened_here_is_answered_there_closed_there_and_counted_here(machines, monkeypatch) -> None:
    here, there = machines
    monkeypatch.setattr(snapshots, "LARGE", 1)
    with here.app_context():
        by = account()
        survey = fielding.create(
            only(Investigation), instruments.read(DEFINITION, "x.yaml"), within=by.organisation, by=by
        )
        slips = invitations.invite(survey, members=[], spares=9, within=by.organisation, by=by)
        fielding.open_(survey, within=by.organisation, by=by)
        path, codes = f"/s/{survey.public_id}", [slip.code for slip in slips]
        db.session.commit()
        db.session.remove()
    for number, code in enumerate(codes):
        visitor = machines[number % 2].test_client()
        assert visitor.get(path).status_code == 200
        assert visitor.post(path, data={"code": code, "q1": "好"}).headers.get("X-Receipt"), "taken on either machine"
    with there.app_context():
        closing.close(only(Survey), by=account())
        jobs.run_inline()
        assert storage.exists(f"snapshots/{only(Survey).public_id}.parquet")
        db.session.remove()
    with here.app_context():
        survey = only(Survey)
        assert survey.state is SurveyState.CLOSED and not closing.interrupted(), "the keys are gone from both"
        asked = questionnaires.ready(survey.version)
        monkeypatch.setattr(snapshots, "build", None)  # it is fetched, not made again
        assert snapshots.SnapshotSource(snapshots.ready(survey, asked), asked, split=survey.split).size() == 9
        db.session.remove()
    assert [path.parent.name for path in _files(here) if path.suffix == ".parquet"] == ["cache"]


def test_who_signs_in_here_is_known_there_and_signs_out_everywhere(machines) -> None:
    here, there = (app.test_client() for app in machines)
    done = here.post("/app/sign-in", data={"username": "secretary", "password": PASSWORD})
    assert done.status_code == 302
    for cookie in here._cookies.values():
        there._cookies[cookie._storage_key] = cookie
    assert there.get("/app/").status_code == 200
    assert here.post("/app/sign-out").status_code == 302
    assert there.get("/app/").status_code == 302


def test_files_made_here_are_handed_out_there(machines) -> None:
    here, there = machines
    with here.app_context():
        own = db.session.query(Organisation).filter_by(name="青石支部").one()
        asked = {"style": ReportStyle.GONGWEN, "format": FileFormat.MARKDOWN, "within": own, "language": "zh"}
        number = renderings.ask(SHORT, **asked).id
        name = keeping.keep(b"sealed", only(Investigation))
        db.session.commit()
        jobs.run_inline()
        db.session.remove()
    with there.app_context():
        own = db.session.query(Organisation).filter_by(name="青石支部").one()
        made = renderings.find(number, within=own)
        assert renderings.ready(made) and "一段话".encode() in storage.read(f"renderings/{made.file}")
        assert keeping.fetch(name, only(Investigation)) == b"sealed"
        assert storage.read(f"waiting/{own.id}/{name}") != b"sealed", "and nobody else reads it in the storage"
        keeping.drop(name, only(Investigation))
        db.session.remove()
    with here.app_context():
        assert not keeping.there(name, only(Investigation))
        db.session.remove()
    assert [path for app in machines for path in _files(app)] == [], "neither keeps anything of its own"


def _files(app) -> list[Path]:
    return [path for path in app.config["SETTINGS"].data.rglob("*") if path.is_file()]
