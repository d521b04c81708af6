"""The audit trail is a chain: what is changed, removed, added, moved or cut off is found, and nobody forks it."""

import threading

import pytest
import sqlalchemy as sa
from flask_migrate import downgrade, upgrade
from sqlalchemy.orm import Session

from app import create_app
from core import audit, chain, clock, schema
from core.audit import AuditEntry, AuditHead
from core.db import db
from core.settings import Settings
from core.terms import ChainFault
from tests.conftest import POSTGRES, engines, people


@pytest.fixture
def trail(any_app):
    """An organisation with twelve lines beyond those of its founding, and another organisation beside it."""
    cast = people(any_app)
    for number in range(12):
        audit.note("rule.change suppression.cell_floor", cast.branch, by=cast.secretary)
        if number % 3 == 0:
            audit.note("close", cast.investigation, by=None)
            audit.note("organisation.change", cast.elsewhere, by=cast.outsider)
        if number % 2 == 0:
            db.session.commit()
    db.session.commit()
    return cast


def found(organisation) -> list[tuple[ChainFault, int]]:
    db.session.commit()
    return [(fault.kind, fault.seq) for fault in chain.check(organisation.id).faults]


def write(statement: str, **values: object) -> None:
    db.session.execute(sa.text(statement), values)
    db.session.commit()


def test_the_lines_of_each_organisation_are_numbered_and_sound(trail) -> None:
    verdict = chain.check(trail.branch.id)
    assert verdict.sound and verdict.lines == 16 and chain.check(trail.elsewhere.id).lines == 4
    assert chain.head(trail.branch.id) == (16, verdict.digest)
    kept = db.session.scalars(sa.select(AuditEntry.seq).where(AuditEntry.organisation_id == trail.branch.id))
    assert sorted(kept) == list(range(1, 17))


COLUMNS = {
    "account_id": "NULL",
    "action": "'rule.reset suppression.cell_floor'",
    "thing": "'survey'",
    "thing_id": "'7'",
    "at": "'2026-01-01 08:00:00.000000+00:00'",
    "digest": "'00'",
    "previous": "'00'",
}


def test_every_damage_is_found(trail) -> None:
    own = {"own": trail.branch.id}
    where = "WHERE organisation_id = :own AND seq"
    for column, value in COLUMNS.items():
        before = db.session.execute(sa.text(f"SELECT {column} FROM audit_entry {where} = 5"), own).scalar()
        write(f"UPDATE audit_entry SET {column} = {value} {where} = 5", **own)
        assert (ChainFault.CHANGED, 5) in found(trail.branch), column
        write(f"UPDATE audit_entry SET {column} = :before {where} = 5", before=before, **own)
        assert found(trail.branch) == [], column
    # Two lines change places, numbers and all.
    write(f"UPDATE audit_entry SET seq = 99 {where} = 5", **own)
    write(f"UPDATE audit_entry SET seq = 5 {where} = 6", **own)
    write(f"UPDATE audit_entry SET seq = 6 {where} = 99", **own)
    assert {kind for kind, _seq in found(trail.branch)} >= {ChainFault.CHANGED}
    write(f"UPDATE audit_entry SET seq = 99 {where} = 5", **own)
    write(f"UPDATE audit_entry SET seq = 5 {where} = 6", **own)
    write(f"UPDATE audit_entry SET seq = 6 {where} = 99", **own)
    assert found(trail.branch) == []
    # A line added by hand, numbered like another or not at all.
    line = "INSERT INTO audit_entry (organisation_id, action, thing, thing_id, at, seq, previous, digest)"
    line += " VALUES (:own, 'close', 'survey', '1', '2026-01-01 08:00:00.000000+00:00', {}, '', '')"
    for seq, fault in (("7", (ChainFault.TWICE, 7)), ("NULL", (ChainFault.OUTSIDE, 1)), ("17", (ChainFault.HEAD, 16))):
        write(line.format(seq), **own)
        assert fault in found(trail.branch), seq
        write("DELETE FROM audit_entry WHERE organisation_id = :own AND digest = ''", **own)
        assert found(trail.branch) == []
    # A whole stretch forged with seals that fit among themselves still does not fit what follows.
    _forge(trail.branch.id, 9)
    assert found(trail.branch) == [(ChainFault.MOVED, 10)]
    _forge(trail.branch.id, 16)
    assert (ChainFault.HEAD, 16) in found(trail.branch)
    write(f"DELETE FROM audit_entry {where} = 3", **own)
    assert (ChainFault.GAP, 4) in found(trail.branch)
    assert found(trail.elsewhere) == []


def _forge(organisation_id: int, seq: int) -> None:
    """Change a line and seal it anew, as somebody who knows how would."""
    line = sa.select(AuditEntry).where(AuditEntry.organisation_id == organisation_id, AuditEntry.seq == seq)
    row = db.session.scalars(line).one()
    row.thing_id = "99"
    row.digest = audit.seal(audit.columns(row))
    db.session.commit()


def test_cutting_the_end_off_is_found_by_the_head_or_by_what_was_printed(trail) -> None:
    lines, digest = chain.head(trail.branch.id)
    write("DELETE FROM audit_entry WHERE organisation_id = :own AND seq > 12", own=trail.branch.id)
    assert found(trail.branch) == [(ChainFault.CUT, 16)]
    middle = db.session.scalar(
        sa.select(AuditEntry.digest).where(AuditEntry.organisation_id == trail.branch.id, AuditEntry.seq == 12)
    )
    # Whoever puts the head back as well is found by what was printed or kept.
    write(
        "UPDATE audit_head SET seq = 12, digest = :seal WHERE organisation_id = :own", own=trail.branch.id, seal=middle
    )
    assert found(trail.branch) == []
    assert not chain.contains(trail.branch.id, lines, digest)
    assert chain.contains(trail.branch.id, 12, f" {middle[:8].upper()} {middle[8:16]} ")
    assert not chain.contains(trail.branch.id, 12, middle[:8]) and not chain.contains(trail.branch.id, 11, middle)
    # And work goes on, whatever was done to the trail.
    write("DELETE FROM audit_head WHERE organisation_id = :own", own=trail.branch.id)
    audit.note("close", trail.investigation, by=trail.secretary)
    assert (ChainFault.TWICE, 1) in found(trail.branch)


def test_many_at_once_make_one_chain(any_app, trail) -> None:
    """Threads as workers: some give up halfway, some write to two organisations in opposite order."""
    before = chain.check(trail.branch.id).lines
    ids = {name: getattr(trail, name).id for name in ("secretary", "outsider", "branch", "elsewhere")}
    db.session.remove()
    start, failures = threading.Barrier(4), []

    def line(organisation: str, account: str) -> AuditEntry:
        return AuditEntry(
            organisation_id=ids[organisation],
            account_id=ids[account],
            action="close",
            thing="survey",
            at=clock.now(),
        )

    def work(number: int) -> None:
        try:
            start.wait(20)
            for turn in range(6):
                with any_app.app_context(), Session(db.engine) as session:
                    both = [line("branch", "secretary"), line("elsewhere", "outsider")]
                    for each in both if number % 2 else reversed(both):
                        session.add(each)
                        session.flush()
                    session.rollback() if turn == number else session.commit()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    verdict = chain.check(ids["branch"])
    assert verdict.sound and verdict.lines == before + 4 * 5
    assert chain.check(ids["elsewhere"]).sound


def test_of_a_member_only_the_day_is_kept_whoever_writes_the_line(any_app) -> None:
    """In that minute the member may have answered, and somebody may have seen an answer arrive."""
    cast = people(any_app)
    audit.note("account.password", cast.member, by=cast.member)
    with Session(db.engine) as own:
        db.session.commit()
        named = {"organisation_id": cast.branch.id, "thing": "talk", "at": clock.now()}
        own.add_all(
            AuditEntry(action="talk.open", account_id=account.id, **named) for account in (cast.member, cast.secretary)
        )
        db.session.rollback()
        own.commit()
    lines = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.seq)).all()
    local = [line.at.astimezone().strftime("%H:%M:%S.%f") for line in lines]
    assert local[:2] == ["00:00:00.000000"] * 2 and local[2] != "00:00:00.000000"
    assert found(cast.branch) == []


def test_an_undone_line_leaves_no_gap_and_a_line_costs_the_same_however_long_the_trail(trail) -> None:
    def cost() -> int:
        statements = []
        sa.event.listen(db.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        audit.note("close", trail.investigation, by=trail.secretary)
        db.session.commit()
        return len(statements)

    first = cost()
    audit.note("close", trail.investigation, by=trail.secretary)
    db.session.flush()
    db.session.rollback()
    with db.session.begin_nested() as nested:
        audit.note("open", trail.investigation, by=trail.secretary)
        nested.rollback()
    with db.session.begin_nested():
        audit.note("close", trail.investigation, by=trail.secretary)
    db.session.commit()
    assert chain.check(trail.branch.id).lines == 18 and found(trail.branch) == []
    db.session.add_all(
        AuditEntry(organisation_id=trail.branch.id, action="close", thing="survey", at=clock.now())
        for _number in range(300)
    )
    db.session.commit()
    assert cost() <= first and found(trail.branch) == []


@pytest.mark.parametrize(
    "words", ["食堂太贵", "they never listen to us", "close 食堂", "", "=1+1", "a\nb"], ids=range(6)
)
def test_a_line_holds_names_and_numbers_and_no_word_somebody_wrote(words) -> None:
    with pytest.raises(ValueError, match="never text"):
        AuditEntry(action=words, thing="survey", thing_id="1")
    if words:
        with pytest.raises(ValueError, match="never text"):
            AuditEntry(action="close", thing=words, thing_id="1")
        with pytest.raises(ValueError, match="never text"):
            AuditEntry(action="close", thing="survey", thing_id=words)


def test_the_trail_has_no_other_place_for_text() -> None:
    texts = {
        column.name: column.type.length
        for table in (AuditEntry.__table__, AuditHead.__table__)
        for column in table.columns
        if isinstance(column.type, sa.String)
    }
    assert texts == {"action": 60, "thing": 60, "thing_id": 40, "previous": 64, "digest": 64}


@pytest.mark.parametrize("engine", engines())
def test_lines_of_earlier_releases_are_chained_and_come_back_unchanged(tmp_path, engine) -> None:
    url = POSTGRES if engine == "postgresql" else f"sqlite:///{tmp_path / 'old.db'}"
    app = create_app(Settings(data=tmp_path / "instance", database=url, queue="inline"), TESTING=True)
    with app.app_context():
        schema.prepare()
        if engine == "postgresql":
            write("DROP SCHEMA public CASCADE")
            write("CREATE SCHEMA public")
            db.session.remove()
        upgrade(directory=str(schema.FOLDER), revision="0007")
        for number in (1, 2):
            write(
                "INSERT INTO organisation (id, name, kind, language, rules, created_at)"
                " VALUES (:id, '支部', 'union', 'zh', '{}', '2026-01-01 08:00:00.000000+00:00')",
                id=number,
            )
        old = "INSERT INTO audit_entry (organisation_id, action, thing, thing_id, at)"
        old += " VALUES (:own, :do, 'talk', '1', :at)"
        # What earlier releases wrote is sealed as it stands, also what would no longer be written.
        for number, do in enumerate(["talk.open", "没有这样的动作", "close", "print again", "talk.open"]):
            write(old, own=number % 2 + 1, do=do, at=f"2026-03-0{number + 1} 08:00:00.{number * 999:06}+00:00")
        before = db.session.execute(sa.text("SELECT id, action, at FROM audit_entry ORDER BY id")).all()
        db.session.remove()
        upgrade(directory=str(schema.FOLDER), revision="0008")
        assert [chain.check(number).lines for number in (1, 2)] == [3, 2]
        assert chain.check(1).sound and chain.check(2).sound
        db.session.remove()
        downgrade(directory=str(schema.FOLDER), revision="0007")
        assert db.session.execute(sa.text("SELECT id, action, at FROM audit_entry ORDER BY id")).all() == before
        db.session.remove()
        db.engine.dispose()
