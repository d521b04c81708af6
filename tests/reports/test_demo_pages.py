"""The demo's own reports, printed in both layouts and languages, and looked at by the checker."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from core import clock
from core.db import db
from core.terms import FileFormat, ReportStyle
from investigations import queries as investigations
from members.models import Organisation
from reports import editions, formats
from reports.blocks import Document
from tests.conftest import TODAY, build
from tests.reports import measured

Composed = Callable[[ReportStyle], Document]


@pytest.fixture(scope="module", params=["zh", "en"])
def composed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Composed:
    """The demo in one language, and what its report in a layout says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "today", lambda: TODAY)
        app = build(tmp_path_factory.mktemp("demo") / "instance")
        assert app.test_cli_runner().invoke(args=["demo", "--lang", request.param]).exit_code == 0
        with app.app_context():
            within = db.session.query(Organisation).one()
            row = investigations.current(within=within)
            yield lambda style: editions.composed(row, style=style, language=request.param, within=within)


@pytest.mark.parametrize("style", list(ReportStyle))
def test_the_demo_keeps_the_page(composed: Composed, style: ReportStyle) -> None:
    document = composed(style)
    if style is ReportStyle.GONGWEN:
        document = replace(document, contents=True, copies_to="区总工会办公室", printed_by=document.organisation)
    made = formats.write(document, style=style.value, format=FileFormat.PDF)
    assert measured.check(made, style.value) == []
    if style is ReportStyle.SUMMARY:
        first = measured.open_pages(made)[0].extract_text().replace("\n", " ")
        assert all(figure.value in first for figure in document.key_figures)
