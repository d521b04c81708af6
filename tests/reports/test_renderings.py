"""Renderings: made once, found again, kept apart between organisations, cleared away; and their pages as pictures."""

import io
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from PIL import Image

from core import jobs
from core.clock import now
from core.db import db
from core.errors import NotFound
from core.jobs import Job
from core.jobs.queues import queue
from core.terms import FileFormat, JobState, PdfVariant, ReportStyle
from members.models import Organisation
from reports import engine, pdf, renderings
from reports.blocks import Paragraph
from reports.html import page as drawn_html
from reports.models import Rendering
from tests.reports import invented

SHORT = replace(invented.TEXT_ONLY, blocks=(Paragraph("一段话。"),))


def ask(cast, document=SHORT, within=None, **given) -> Rendering:
    asked = {"style": ReportStyle.GONGWEN, "within": within or cast.branch, "language": "zh"} | given
    found = renderings.ask(document, **asked)
    db.session.commit()
    return found


def count() -> int:
    return db.session.query(Job).filter_by(name="reports.make").count()


def test_a_document_is_printed_once(app, cast) -> None:
    first = ask(cast)
    assert not renderings.ready(first) and renderings.busy(first)
    assert ask(cast).id == first.id and count() == 1, "asked again while it is made"
    jobs.run_inline()
    db.session.expire_all()
    assert renderings.ready(first) and first.pages == 1
    assert ask(cast).id == first.id and count() == 1, "a hit costs no job"
    path = app.config["SETTINGS"].data / renderings.FOLDER / first.file
    assert path.read_bytes().startswith(b"%PDF") and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == [first.file], "nothing else is left"


@pytest.mark.parametrize(
    "change",
    [
        {"style": ReportStyle.SUMMARY},
        {"format": FileFormat.MARKDOWN},
        {"variant": PdfVariant.ARCHIVE},
        {"document": replace(SHORT, blocks=(Paragraph("另一段话。"),))},
    ],
    ids=["style", "format", "variant", "text"],
)
def test_anything_else_is_another_file(app, cast, change) -> None:
    assert ask(cast, **change).id != ask(cast).id
    assert count() == 2


def test_another_engine_makes_another_file(app, cast, monkeypatch) -> None:
    before = ask(cast).id
    monkeypatch.setattr(engine, "engine", lambda: "WeasyPrint 99")
    assert ask(cast).id != before


def test_every_format_is_kept(app, cast) -> None:
    made = [ask(cast, format=each) for each in FileFormat]
    jobs.run_inline()
    db.session.expire_all()
    assert all(renderings.ready(each) for each in made)
    assert [each.file.rpartition(".")[2] for each in made] == [each.value for each in FileFormat]


def test_a_lost_file_is_made_again(app, cast) -> None:
    made = ask(cast)
    jobs.run_inline()
    db.session.expire_all()
    (app.config["SETTINGS"].data / renderings.FOLDER / made.file).unlink()
    assert not renderings.ready(made)
    ask(cast)
    jobs.run_inline()
    db.session.expire_all()
    assert renderings.ready(made) and count() == 2


def test_stopped_it_leaves_nothing_and_can_be_asked_for_again(app, cast) -> None:
    made = ask(cast)
    assert jobs.cancel(db.session.get_one(Job, made.job_id))
    db.session.commit()
    jobs.run_inline()
    db.session.expire_all()
    assert not renderings.ready(made) and renderings.job_of(made).state is JobState.CANCELLED
    assert renderings.job_of(ask(cast)).running


def test_another_organisation_never_sees_it(app, cast) -> None:
    made = ask(cast)
    elsewhere = db.session.query(Organisation).filter(Organisation.id != cast.branch.id).first()
    with pytest.raises(NotFound):
        renderings.find(made.id, within=elsewhere)
    assert renderings.seek(SHORT, style=ReportStyle.GONGWEN, within=elsewhere) is None
    assert ask(cast, within=elsewhere).id != made.id


def test_what_nobody_uses_is_cleared_away(app, cast) -> None:
    old, used = ask(cast), ask(cast, format=FileFormat.MARKDOWN)
    jobs.run_inline()
    db.session.expire_all()
    path = app.config["SETTINGS"].data / renderings.FOLDER / old.file
    old.used_at, left = now() - renderings.KEPT - timedelta(hours=1), used.id
    db.session.commit()
    assert renderings.stale() == [cast.branch.id]
    assert jobs.start_due(language="zh") >= 1
    jobs.run_inline()
    assert not path.exists() and list(renderings.stale()) == []
    assert [row.id for row in db.session.query(Rendering)] == [left]


def test_looking_keeps_it(app, cast) -> None:
    made = ask(cast)
    made.used_at = now() - timedelta(hours=20)
    renderings.use(made)
    assert made.used_at > now() - timedelta(minutes=1)
    noted = made.used_at
    renderings.use(made)
    assert made.used_at == noted, "reading does not write each time"


def test_a_job_whose_rendering_is_gone_ends_quietly(app, cast) -> None:
    made = ask(cast)
    job_id = made.job_id
    db.session.delete(made)
    db.session.commit()
    jobs.run_inline()
    db.session.expire_all()
    assert db.session.get_one(Job, job_id).state is JobState.DONE


LONG = {
    "letter": (replace(invented.GONGWEN, contents=False), ReportStyle.GONGWEN),
    "text": (invented.TEXT_ONLY, ReportStyle.GONGWEN),
    "summary": (invented.SUMMARY, ReportStyle.SUMMARY),
}


def above_the_foot(printed: bytes) -> bytes:
    """Return the first page without its foot, where a summary says how many pages there are."""
    return Image.open(io.BytesIO(renderings.drawn(printed, 1))).convert("L").crop((0, 0, 744, 1000)).tobytes()


@pytest.mark.parametrize("which", LONG)
def test_the_first_page_is_the_same_before_the_whole(app, which) -> None:
    document, style = LONG[which]
    begins = renderings.beginning(document, style)
    whole = pdf.print_pdf(drawn_html(document, style=style.value))
    quick, full = (above_the_foot(printed) for printed in (renderings.first_page(document, style), whole))
    assert quick == full
    if which == "letter":
        assert len(begins.blocks) < len(document.blocks) / 3, "only the beginning is printed for it"


def test_the_first_page_is_there_while_the_rest_is_printed(app, cast, monkeypatch) -> None:
    made, seen = ask(cast, invented.TEXT_ONLY), []

    def slow(*_given, **_named) -> bytes:
        seen.append((renderings.begun(made), renderings.ready(made), renderings.picture(made, 1)[:4]))
        with pytest.raises(NotFound):
            renderings.picture(made, 2)
        return pdf.print_pdf(drawn_html(SHORT, style="gongwen"))

    monkeypatch.setattr(renderings.formats, "write", slow)
    jobs.run_inline()
    assert seen == [(True, False, b"\x89PNG")]
    db.session.expire_all()
    assert renderings.ready(made) and not renderings.begun(made)


def test_pages_are_pictures(app, cast) -> None:
    made = ask(cast)
    jobs.run_inline()
    db.session.expire_all()
    picture = Image.open(io.BytesIO(renderings.picture(made, 1)))
    assert picture.size == (745, 1053)
    assert len(picture.convert("L").getcolors()) > 2, "something is drawn on it"
    for page in (0, 2, 99):
        with pytest.raises(NotFound):
            renderings.picture(made, page)


def test_many_readers_see_pages_at_once(app, cast) -> None:
    """PDFium draws in one thread at a time: without a lock this brings the process down, or hangs it."""
    printed = pdf.print_pdf(drawn_html(invented.SUMMARY, style="summary"))
    alone = renderings.drawn(printed, 1)
    with ThreadPoolExecutor(8) as readers:
        seen = list(readers.map(lambda _: renderings.drawn(printed, 1), range(24)))
    assert seen == [alone] * 24


def test_only_a_worker_warms_up(app, monkeypatch) -> None:
    assert renderings.warm_up in jobs.WARM
    told: list[str] = []

    class Consumer:
        def run(self) -> None:
            told.append("first job")

    monkeypatch.setattr(jobs, "WARM", [lambda: told.append("warm")])
    monkeypatch.setattr(jobs, "_sweep", lambda app: None)
    monkeypatch.setattr(type(queue(app)), "create_consumer", lambda self, **given: Consumer())
    assert told == [], "a web process has long started here"
    jobs.work()
    assert told == ["warm", "first job"]


def test_warming_up_prints(app, monkeypatch) -> None:
    printed: list[str] = []
    monkeypatch.setattr(renderings.pdf, "print_pdf", lambda html: printed.append(html) or b"%PDF")
    renderings.warm_up()
    assert len(printed) == 1 and "house:styles/gongwen.css" in printed[0]
