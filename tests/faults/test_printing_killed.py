"""Printing, killed at every single step it makes: it is done again, once, and leaves no file nobody names."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update

from core import jobs, storage
from core.db import db
from core.terms import FileFormat, JobState, ReportStyle
from investigations.models import Investigation
from members.models import Account
from reports import editions, pdf
from reports.models import Edition
from tests.conftest import people
from tests.faults.test_closing_killed import Steps, apart, every


def test_printing_killed_at_every_step(app, monkeypatch) -> None:
    # What is printed is another test's; how it is kept is this one's. Two editions never have the same file.
    monkeypatch.setattr(
        editions.formats, "write", lambda document, *, format, **given: f"{document.edition} {format.value}".encode()
    )
    monkeypatch.setattr(pdf, "count_pages", lambda content: 1)
    people(app)
    composed = editions.composed

    def once(*given, **wanted):
        """Compose a report the first time; all editions of this test say the same."""
        if not said:
            said.append(composed(*given, **wanted))
        return said[0]

    said = []
    monkeypatch.setattr(editions, "composed", once)

    def issued() -> tuple[int, int]:
        secretary = db.session.scalars(select(Account).where(Account.username == "secretary")).one()
        of = db.session.scalars(select(Investigation)).one()
        edition = editions.issue(of, style=ReportStyle.SUMMARY, language="zh", by=secretary)
        db.session.commit()
        app.extensions["inline_jobs"].clear()
        return edition.id, edition.job_id

    _edition, job_id = issued()
    made = apart(lambda: jobs.run(job_id), Steps())
    assert any("replace" in name or "rename" in name for name in made), "the steps are not all seen"
    for number in every(made):
        edition_id, job_id = issued()
        apart(lambda job_id=job_id: jobs.run(job_id), Steps(number))
        long_ago = jobs.now() - 2 * jobs.LOST
        db.session.execute(update(jobs.Job).where(jobs.Job.id == job_id).values(heartbeat_at=long_ago))
        db.session.commit()
        jobs.recover()
        jobs.run_inline()
        db.session.rollback()
        where = f"killed at step {number} of {len(made)}: {made[number - 1]}"
        row = db.session.get_one(Edition, edition_id)
        assert db.session.get_one(jobs.Job, job_id).state is JobState.DONE, where
        content = (app.config["SETTINGS"].data / editions.FOLDER / row.file).read_bytes()
        assert content == editions.printed(editions.document_of(row), style=row.style), where
    monkeypatch.setattr(storage, "LEFT", timedelta(0))  # what lay there for a day is cleared away
    storage.tidy()
    folder = app.config["SETTINGS"].data / editions.FOLDER
    names = {Path(row).stem for row in db.session.scalars(select(Edition.file))}
    expected = {f"{name}.{each.value}" for name in names for each in FileFormat}
    assert {path.name for path in folder.iterdir()} == expected
