"""The head of a report: kept per layout and language, never overwritten unseen."""

from dataclasses import replace
from datetime import date

import pytest

from core.errors import Stale
from core.terms import PdfVariant, ReportStyle
from reports import drafts
from reports.drafts import Head
from reports.models import Draft

HEAD = Head(
    masthead="青石支部文件",
    number="青支〔2026〕3号",
    addressee="上级党委",
    copies_to="工会",
    printed_by="办公室",
    contents=True,
    notes_at="page",
    signed_on=date(2026, 11, 2),
    variant=PdfVariant.ARCHIVE,
)


def keep(cast, head, *, based_on=0, style=ReportStyle.GONGWEN, language="zh"):
    return drafts.keep(cast.investigation, head, style=style, language=language, based_on=based_on, by=cast.secretary)


def test_nothing_kept_is_the_house_default(app, cast) -> None:
    kept = drafts.read(cast.investigation, style=ReportStyle.GONGWEN, language="zh")
    assert kept.head == Head() and kept.revision == 0
    assert kept.head.variant is PdfVariant.ACCESSIBLE and kept.head.notes_at == "end"


def test_everything_comes_back(any_app) -> None:
    from tests.conftest import people

    cast = people(any_app)
    keep(cast, HEAD)
    assert drafts.read(cast.investigation, style=ReportStyle.GONGWEN, language="zh").head == HEAD


def test_layouts_and_languages_are_kept_apart(app, cast) -> None:
    keep(cast, HEAD)
    keep(cast, replace(HEAD, number="2"), language="en")
    keep(cast, replace(HEAD, number="3"), style=ReportStyle.SUMMARY)
    numbers = [
        drafts.read(cast.investigation, style=style, language=language).head.number
        for style in ReportStyle
        for language in ("zh", "en")
    ]
    assert numbers == ["青支〔2026〕3号", "2", "3", ""]


def test_the_later_of_two_is_told(app, cast) -> None:
    first = keep(cast, HEAD)
    keep(cast, replace(HEAD, number="甲"), based_on=first.revision)
    with pytest.raises(Stale):
        keep(cast, replace(HEAD, number="乙"), based_on=first.revision)
    assert drafts.read(cast.investigation, style=ReportStyle.GONGWEN, language="zh").head.number == "甲"


def test_what_an_older_program_kept_is_read(app, cast) -> None:
    from core.db import db

    row = Draft(
        organisation_id=cast.branch.id,
        investigation_id=cast.investigation.id,
        style=ReportStyle.GONGWEN,
        language="zh",
        head={"masthead": "旧", "colour": "red"},
    )
    db.session.add(row)
    db.session.flush()
    kept = drafts.read(cast.investigation, style=ReportStyle.GONGWEN, language="zh").head
    assert kept == Head(masthead="旧")
