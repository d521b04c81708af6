"""Every number of a report leads to a page that shows it: the sample's report walked, in both languages."""

import re
from dataclasses import dataclass, field, fields
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core import clock
from core.db import db
from core.terms import ReportStyle, Role
from investigations import queries as investigations
from members.models import Account, Organisation
from reports import compose, evidence, traces
from reports.blocks import Block, Chart, Claim, KeyFigures, Paragraph, Quotes, Table, Trace
from reports.evidence import Evidence
from tests.conftest import TODAY, build
from tests.surveys.test_results import browser

DIGIT = re.compile(r"\d")


@dataclass
class Walk:
    """A loaded sample, what its report says, and the secretary's browser."""

    app: Flask
    client: FlaskClient
    evidence: Evidence
    blocks: dict[ReportStyle, list[Block]]
    pages: dict[str, str] = field(default_factory=dict)

    def page(self, trace: Trace) -> str:
        """Open the page a trace leads to and return its words, as they are read."""
        with self.app.test_request_context("/"):
            address = traces.address(trace)
        assert address is not None, trace
        if address not in self.pages:
            answer = self.client.get(address, follow_redirects=True)
            assert answer.status_code == 200, (address, answer.status_code)
            text = re.sub(r"<(style|script).*?</\1>", " ", answer.get_data(as_text=True), flags=re.DOTALL)
            self.pages[address] = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).replace("± ", "±")
        return self.pages[address]

    def passage(self, key: str) -> Paragraph:
        """Return a passage of the official report."""
        return next(b for b in self.blocks[ReportStyle.GONGWEN] if isinstance(b, Paragraph) and b.key == key)


@pytest.fixture(scope="module", params=["zh", "en"])
def walk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """The demo, reported on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "today", lambda: TODAY)
        app = build(tmp_path_factory.mktemp("walk") / "instance")
        loaded = app.test_cli_runner().invoke(args=["demo", "--lang", request.param])
        assert loaded.exit_code == 0, loaded.output
        with app.app_context():
            within = db.session.query(Organisation).one()
            row = investigations.current(within=within)
            secretary = db.session.query(Account).filter_by(role=Role.SECRETARY).one()
            found = evidence.gather(row, within=within, language=request.param)
            blocks = {}
            for style in ReportStyle:
                document = compose.compose(found, style=style)
                blocks[style] = [KeyFigures(document.key_figures), *document.blocks]
            client = browser(app, secretary)
            db.session.commit()
        yield Walk(app, client, found, blocks)


def traced(block: Block) -> list[tuple[str, tuple[Trace, ...]]]:
    """Return what of a block holds words the program wrote, each with its traces."""
    match block:
        case Paragraph(text=text):
            return [(text, block.traces)]
        case Table() | Chart():
            return [(repr(block.caption) + repr(getattr(block, "rows", "1")), block.traces)]
        case KeyFigures(figures=figures):
            return [(figure.value, figure.traces) for figure in figures]
        case Quotes(items=items):
            return [(" ".join(quote.text for quote in items), block.traces)]
        case Claim():
            return []  # a person's words
    return []


def test_no_number_without_a_trace(walk) -> None:
    seen = 0
    for blocks in walk.blocks.values():
        for block in blocks:
            names = {one.name for one in fields(block)}
            if isinstance(block, Table) and block.rows and block is blocks[-1]:
                continue  # where the numbers come from
            for text, found in traced(block):
                if DIGIT.search(text):
                    seen += 1
                    assert found, text
            assert "traces" not in names or all(isinstance(one, Trace) for one in block.traces)
    assert seen > 60


def test_every_trace_opens_for_the_secretary(walk) -> None:
    found = {trace for blocks in walk.blocks.values() for b in blocks for _text, given in traced(b) for trace in given}
    lists = {trace.list for trace in found}
    assert {"survey_results", "coverage", "talks", "concern", "concerns", "ledger", "board", "investigation"} <= lists
    assert len(found) > 25
    for trace in found:
        assert trace.label and walk.page(trace)


def test_numbers_stand_on_the_page_they_are_traced_to(walk) -> None:
    survey, full = walk.evidence.surveys[0], walk.evidence.full_members.all
    told = walk.passage(f"method.survey.{survey.id}")
    assert str(survey.answered) in told.text and str(survey.answered) in walk.page(told.traces[0])
    margin = walk.passage(f"method.margin.{survey.id}")
    assert survey.margin
    assert f"{survey.margin:.1f}" in margin.text and f"±{survey.margin:.1f}" in walk.page(margin.traces[0])
    talks = walk.passage("talks.coverage")
    heard = next(trace for trace in talks.traces if trace.item.endswith(traces.FULL))
    assert str(full.heard) in talks.text and f"{full.heard} / {full.total}" in walk.page(heard)
    for concern in walk.evidence.concerns[:8]:
        shown = walk.evidence.told(concern).voices
        passage = walk.passage(f"concern.{concern.id}.breadth")
        if shown is not None:
            assert str(shown) in passage.text and str(shown) in walk.page(passage.traces[0])
    measures = walk.passage("proposals.measures")
    count = len(walk.evidence.ledger)
    page = walk.page(measures.traces[0])
    assert str(count) in measures.text and re.search(rf"{count} (rows?|条|行|项)|共 ?{count}", page), page[:2000]
    asked = next(item for item, tally in survey.results if tally.answered and tally.bars)
    tally = next(tally for item, tally in survey.results if item is asked)
    result = walk.passage(f"result.{survey.id}.{asked.name.lower()}")
    assert f"n = {tally.answered}" in walk.page(result.traces[0]).replace("n＝", "n = ")


def test_the_last_annex_lists_every_traced_passage(walk) -> None:
    for blocks in walk.blocks.values():
        last = next(block for block in reversed(blocks) if isinstance(block, Table))
        where = " ".join(row[1] for row in last.rows)
        for block in blocks:
            if isinstance(block, Paragraph) and block.key and block.traces:
                assert block.traces[0].label in where


@pytest.mark.parametrize(
    ("trace", "address"),
    [
        (Trace("", "survey_results", 3), "/app/surveys/3/results"),
        (Trace("", "survey_results", 3, "q4"), "/app/surveys/3/results#h-q4"),
        (Trace("", "survey_results", 3, "earlier:2"), "/app/surveys/3/results/earlier?earlier=2"),
        (traces.FULL, "/app/coverage?since=2026-01-02&until=2026-03-04&category=full"),
        (Trace("", "coverage"), "/app/coverage"),
        (Trace("", "talks", 0, "promises"), "/app/promises"),
        (Trace("", "talks", 5), "/app/talks?investigation=5"),
        (Trace("", "concern", 5), "/app/concerns/5"),
        (Trace("", "concerns", 5), "/app/investigations/5/concerns"),
        (Trace("", "ledger", 5), "/app/actions/5"),
        (Trace("", "ledger", 0, "of:5"), "/app/ledger?investigation=5"),
        (Trace("", "ledger"), "/app/ledger"),
        (Trace("", "board"), "/app/board"),
        (Trace("", "threads"), "/app/concerns/over-time"),
        (Trace("", "investigation", 5), "/app/investigations/5"),
        (Trace("", "investigation", 5, "meetings"), "/app/investigations/5/meetings"),
        (Trace("", "concern"), None),
        (Trace("", "survey_results"), None),
    ],
    ids=lambda value: f"{value.list} {value.id} {value.item}" if isinstance(value, Trace) else None,
)
def test_where_a_trace_leads(app, trace, address) -> None:
    with app.test_request_context("/"):
        if trace == traces.FULL:
            trace = traces.heard(date(2026, 1, 2), date(2026, 3, 4), full=True)
        assert traces.address(trace) == address


def test_a_survey_about_replies_is_told_among_the_replies_alone(walk) -> None:
    again = [survey for survey in walk.evidence.surveys if survey.again]
    for survey in again:
        assert survey.asked not in (260, 80)  # of all; only some were asked again
        for blocks in walk.blocks.values():
            assert not [b for b in blocks if getattr(b, "key", "").startswith(f"result.{survey.id}.")]
            told = [b for b in blocks if isinstance(b, Table) and any(one.id == survey.id for one in b.traces)]
            assert len([b for b in told if len(b.rows) == len(walk.evidence.asked_again)]) == 1
    assert bool(again) == bool(walk.evidence.asked_again)
