"""What respondents were promised: nobody changes it once a survey was opened, by whatever way they try."""

import io
from datetime import date

import pytest
import sqlalchemy as sa

from anonymity import scrutineer
from anonymity.encoding import b64u
from core.db import db
from core.errors import BadInput
from core.terms import Secrecy, Split, SurveyState
from members.models import Member
from surveys import closing, fielding, invitations, promises, questionnaires, scrutineers
from surveys.models import Survey
from tests.conftest import people
from tests.surveys.conftest import DEFINITION

PRIVATE, PUBLIC = scrutineer.generate()
OTHER = scrutineer.generate()[1]
LESS = {
    "secrecy": Secrecy.ROWS,
    "split": Split.NONE,
    "rounds": True,
    "scrutineer": OTHER,
    "manifest": None,
    "opened_on": None,
}


def made(cast, definition=DEFINITION, *, spares: int = 9, **given) -> Survey:
    survey = fielding.create(cast.investigation, definition, within=cast.branch, by=cast.secretary, **given)
    invitations.invite(survey, members=[], spares=spares, within=cast.branch, by=cast.secretary)
    db.session.commit()
    return survey


@pytest.fixture
def opened(any_app):
    """An open survey on each engine."""
    cast = people(any_app)
    cast.survey = made(cast)
    fielding.open_(cast.survey, within=cast.branch, by=cast.secretary)
    db.session.commit()
    return cast


def stored(survey: Survey, name: str):
    db.session.rollback()
    return db.session.execute(sa.select(Survey.__table__.c[name]).where(Survey.__table__.c.id == survey.id)).scalar()


@pytest.mark.parametrize("name", LESS)
def test_no_way_of_writing_changes_an_opened_survey(opened, name: str) -> None:
    before = stored(opened.survey, name)
    row = Survey.__table__
    attempts = (
        lambda: (setattr(opened.survey, name, LESS[name]), db.session.flush()),
        lambda: (db.session.expire(opened.survey), setattr(opened.survey, name, LESS[name]), db.session.flush()),
        lambda: db.session.execute(sa.update(Survey).values({name: LESS[name]})),
        lambda: db.session.query(Survey).update({name: LESS[name]}),
        lambda: db.session.execute(sa.update(row).values({name: LESS[name]})),
        lambda: db.session.execute(
            sa.text(f"UPDATE survey SET {name} = :value").bindparams(
                sa.bindparam("value", LESS[name], row.c[name].type)
            )
        ),
    )
    for number, attempt in enumerate(attempts):
        with pytest.raises((promises.Promised, sa.exc.DatabaseError)):
            attempt()
        assert stored(opened.survey, name) == before, number


def test_going_back_to_a_draft_unlocks_nothing(opened) -> None:
    opened.survey.state = SurveyState.DRAFT
    db.session.flush()
    with pytest.raises(promises.Promised):
        promises.choose(opened.survey, promises.Choices(split=Split.NONE), by=opened.secretary)
    opened.survey.secrecy = Secrecy.ROWS
    with pytest.raises(promises.Promised):
        db.session.flush()


def test_it_is_neither_removed_nor_opened_again_once_closed(opened) -> None:
    for attempt in (
        lambda: (db.session.delete(opened.survey), db.session.flush()),
        lambda: db.session.execute(sa.delete(Survey)),
        lambda: db.session.execute(sa.text("DELETE FROM survey")),
    ):
        with pytest.raises((promises.Promised, sa.exc.DatabaseError)):
            attempt()
        db.session.rollback()
    closing.close(opened.survey, by=opened.secretary)
    for attempt in (
        lambda: (setattr(opened.survey, "state", SurveyState.OPEN), db.session.flush()),
        lambda: db.session.execute(sa.text("UPDATE survey SET state = 'open'")),
    ):
        with pytest.raises((promises.Promised, sa.exc.DatabaseError)):
            attempt()
        db.session.rollback()
    assert stored(opened.survey, "state") is SurveyState.CLOSED


def test_everything_else_can_still_be_changed(opened) -> None:
    opened.survey.closes_on = date(2027, 1, 1)
    opened.survey.round += 1
    db.session.commit()
    assert stored(opened.survey, "round") == 1
    draft = made(opened)
    draft.secrecy, draft.split = Secrecy.ROWS, Split.NONE
    db.session.commit()
    fielding.discard(draft, by=opened.secretary)


def test_a_restored_database_without_the_guards_is_found_before_the_box_is_opened(opened) -> None:
    """Somebody edits the file on another machine, where no trigger hinders it, and puts it back."""
    promises.check(opened.survey)
    for name, value in {"split": "none", "rounds": True, "scrutineer": OTHER, "public_id": "another"}.items():
        kept = stored(opened.survey, name)
        with_triggers_off(lambda name=name, value=value: write(name, value))
        db.session.expire_all()
        with pytest.raises(promises.Altered):
            promises.check(opened.survey)
        with_triggers_off(lambda name=name, kept=kept: write(name, kept))
    db.session.expire_all()
    promises.check(opened.survey)
    opened.survey.version.definition = {**DEFINITION, "title": "另一份"}
    with pytest.raises(promises.Altered):
        promises.check(opened.survey)


def write(name: str, value: object) -> None:
    db.session.execute(sa.update(Survey.__table__).values({name: Split(value) if name == "split" else value}))


def with_triggers_off(work) -> None:
    db.session.commit()
    on = " ON survey" if db.engine.dialect.name == "postgresql" else ""
    for moment in ("update", "delete"):
        db.session.execute(sa.text(f"DROP TRIGGER {promises.TRIGGER}_{moment}{on}"))
    work()
    db.session.commit()
    promises.install()


def test_the_guards_can_be_put_in_again_and_again(opened) -> None:
    db.session.commit()
    promises.install()
    promises.install()
    with pytest.raises(sa.exc.DatabaseError):
        db.session.execute(sa.text("UPDATE survey SET secrecy = 'rows'"))


# --- the choices before ----------------------------------------------------------------------------------------------


def told(cast, survey: Survey) -> promises.Told:
    return promises.told(survey, questionnaires.ready(survey.version), within=cast.branch)


def test_what_is_taken_apart_is_said_with_its_reason(app, cast) -> None:
    few, many = made(cast), made(cast, spares=60)
    assert told(cast, few).split is Split.ALL and "50" in told(cast, few).reason
    assert told(cast, many).split is Split.TEXTS and told(cast, many).reason
    plain = made(cast, {**DEFINITION, "items": DEFINITION["items"][:1]}, spares=60)
    assert told(cast, plain).split is Split.NONE and told(cast, plain).reason
    rows = made(cast, secrecy=Secrecy.ROWS)
    assert told(cast, rows).split is Split.NONE
    assert len({told(cast, one).reason for one in (few, many, plain, rows)}) == 4
    promises.choose(few, promises.Choices(split=Split.TEXTS), by=cast.secretary)
    assert told(cast, few).split is Split.TEXTS
    fielding.open_(few, within=cast.branch, by=cast.secretary)
    assert told(cast, few).reason == "" and len(told(cast, few).fingerprint) == 29


def test_choices_that_cannot_be_are_refused(app, cast) -> None:
    survey, rows = made(cast), made(cast, secrecy=Secrecy.ROWS)
    for wrong in ("short", b64u(PUBLIC)[:-1], b64u(PUBLIC) + "A", PRIVATE, b64u(bytes(32)), "心" * 43):
        with pytest.raises(BadInput) as refused:
            promises.choose(survey, promises.Choices(scrutineer=wrong), by=cast.secretary)
        assert refused.value.field == "scrutineer" and wrong not in str(refused.value)
    with pytest.raises(BadInput):
        promises.choose(survey, promises.Choices(rounds=True, scrutineer=b64u(PUBLIC)), by=cast.secretary)
    with pytest.raises(BadInput):
        promises.choose(rows, promises.Choices(split=Split.ALL), by=cast.secretary)
    promises.choose(survey, promises.Choices(scrutineer=f" {b64u(PUBLIC)}\n"), by=cast.secretary)
    assert survey.scrutineer == PUBLIC and promises.scrutineer(survey) == b64u(PUBLIC)


def test_the_check_number_begins_like_the_last_word_of_the_private_key() -> None:
    number = scrutineers.check_number(PUBLIC)
    assert len(number) == 14 and number.replace(" ", "").startswith(PRIVATE.split()[2])


def test_a_key_is_written_to_a_file_of_its_own_once(tmp_path) -> None:
    file = tmp_path / "key.txt"
    public = scrutineers.make(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert b64u(scrutineer.public_key(file.read_text())) == public and scrutineers.read(public)
    with pytest.raises(FileExistsError):
        scrutineers.make(file)


# --- the pages -------------------------------------------------------------------------------------------------------


def test_a_survey_is_set_up_changed_opened_and_then_stays(app, cast, client_for) -> None:
    client = client_for("secretary")
    url = f"/app/investigations/{cast.investigation.id}/surveys/new"
    base = {"source": "opinion-zh"}
    assert client.post(url, data=base | {"scrutineer": "nonsense"}).status_code == 422
    assert client.post(url, data=base | {"split": "nonsense"}).status_code == 422
    assert db.session.query(Survey).count() == 0, "a refused choice leaves no survey behind"
    page = client.post(url, data=base | {"split": "texts", "scrutineer": b64u(PUBLIC)}).location
    shown = client.get(page).text
    assert b64u(PUBLIC) in shown and scrutineers.check_number(PUBLIC) in shown
    assert client.post(f"{page}/choices", data={"split": "", "scrutineer": PRIVATE}).status_code == 422
    client.post(f"{page}/invitations", data={"spares": "9", "address": "http://x.example"})
    assert client.post(f"{page}/open").status_code == 422, "a lost key is a lost survey: the tick is asked for"
    assert client.post(f"{page}/open", data={"understood": "y"}).status_code == 302
    survey = db.session.query(Survey).one()
    assert survey.state is SurveyState.OPEN and survey.split is Split.TEXTS
    assert promises.fingerprint(survey) in client.get(page).text
    assert 'name="split"' not in client.get(f"{page}/choices").text
    assert client.post(f"{page}/choices", data={"split": "none"}).status_code == 422
    assert client.post(f"{page}/open", data={"understood": "y"}).status_code == 409
    assert db.session.query(Survey).one().split is Split.TEXTS


def test_only_the_right_key_file_closes_and_it_is_kept_nowhere(app, cast, client_for, caplog) -> None:
    caplog.set_level("DEBUG")
    db.session.add(Member(organisation_id=cast.branch.id, number="x", name="某"))
    survey = made(cast)
    promises.choose(survey, promises.Choices(scrutineer=b64u(PUBLIC)), by=cast.secretary)
    fielding.open_(survey, within=cast.branch, by=cast.secretary)
    db.session.commit()
    client, url = client_for("secretary"), f"/app/surveys/{survey.id}/close"
    assert 'type="file"' in client.get(url).text

    def close(*content: str):
        files = {"private": (io.BytesIO(content[0].encode()), "key.txt")} if content else {}
        return client.post(url, data={"understood": "y"} | files)

    wrong = scrutineer.generate()[0]
    broken = PRIVATE[:-1] + ("0" if PRIVATE[-1] != "0" else "1")
    for answer in (close(), close(wrong), close(broken), close("x" * 9000), close("")):
        assert answer.status_code == 422 and 'role="alert"' in answer.text
        assert PRIVATE.split()[1] not in answer.text and wrong.split()[1] not in answer.text
        assert stored(survey, "state") is SurveyState.OPEN
    assert close("x" * 200_000).status_code == 413
    assert close(f"\ufeff{PRIVATE}\r\n").status_code == 302
    assert stored(survey, "state") is SurveyState.CLOSED
    for file in app.config["SETTINGS"].data.rglob("*"):
        assert not file.is_file() or PRIVATE.split()[1].encode() not in file.read_bytes(), file
    assert PRIVATE.split()[1] not in caplog.text


def test_every_upgrade_puts_the_guards_in(tmp_path) -> None:
    from app import create_app
    from core import schema
    from core.settings import Settings

    app = create_app(Settings(data=tmp_path, database=f"sqlite:///{tmp_path / 'a.db'}", queue="inline"), TESTING=True)
    names = sa.text("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'")
    with app.app_context():
        assert schema.upgrade().startswith("new")
        assert db.session.execute(names).scalar() == 2
        db.session.execute(sa.text(f"DROP TRIGGER {promises.TRIGGER}_update"))
        db.session.commit()
        assert schema.upgrade().endswith("nothing to do")
        assert db.session.execute(names).scalar() == 2
        db.session.remove()
        db.engine.dispose()
