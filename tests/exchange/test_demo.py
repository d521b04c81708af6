"""The demo shows the chain whole: concern, action, reply on the board, whether it satisfies, and the next talk."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from concerns import board, ledger, queries, satisfaction
from concerns.ledger_rows import Standing
from core import clock
from core.db import db
from core.i18n import speaking
from core.terms import ActionState, SurveyState, TalkState
from exchange import demo
from interviews import openers
from interviews import queries as talks
from interviews.models import Talk
from investigations import queries as investigations
from members.models import Account, Organisation
from tests.conftest import build


@pytest.fixture(scope="module", params=["zh", "en"])
def world(request, tmp_path_factory):
    """The sample, with what its pages are made of."""
    app = build(tmp_path_factory.mktemp("demo") / "instance")
    with app.app_context(), speaking(request.param):
        list(demo.load(language=request.param, tell=lambda line: None))
        within = db.session.scalars(select(Organisation)).one()
        secretary = db.session.scalars(select(Account).order_by(Account.id)).first()
        yield SimpleNamespace(
            within=within, secretary=secretary, investigation=investigations.current(within=within), app=app
        )


def test_one_row_is_closed_with_evidence_one_cannot_be_done_and_one_is_overdue(world) -> None:
    rows = ledger.lines(ledger.Wish(), within=world.within)
    closed = [row for row in rows if row.state is ActionState.CLOSED]
    assert closed and all(row.evidence and row.closed_on and row.checker for row in closed)
    cannot = [row for row in rows if row.state is ActionState.CANNOT]
    assert cannot and all(row.reason and row.review_on for row in cannot)
    assert ledger.tally(ledger.Wish(standing=Standing.LATE), within=world.within).standings[Standing.LATE] >= 1


def test_answers_on_the_board_were_asked_about_and_every_figure_shows(world) -> None:
    lines = board.lines(world.within)
    assert len(lines) >= 3
    for line in lines:
        concern = queries.concern(line.concern_id, within=world.within)
        (asked,) = satisfaction.results(concern, within=world.within)
        assert (asked.state, asked.shown, asked.reply_id) == (SurveyState.CLOSED, True, line.id)
        assert asked.tally.answered == demo.ASKED_AGAIN - 1
        assert all(bar.count for bar in asked.tally.bars), "no figure is hidden"


def test_the_next_talk_opens_with_what_was_answered(world) -> None:
    planned = db.session.scalars(select(Talk).where(Talk.state == TalkState.PLANNED)).first()
    assert planned.held_on > clock.today()
    view = talks.view(planned.id, within=world.within, reader=world.secretary)
    said = {topic.said for topic in openers.topics(view, within=world.within)}
    assert said and said <= {line.said for line in board.lines(world.within)}
