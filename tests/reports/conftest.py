"""A bare stage for printing: templates and words, no database; every document is printed once."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from jinja2 import StrictUndefined

from core import i18n
from core.settings import ROOT
from reports import html, pdf
from reports.blocks import Document
from tests.reports import invented


@pytest.fixture(scope="module")
def stage() -> Iterator[Flask]:
    """An application that can only draw."""
    stage = Flask("stage", root_path=str(ROOT))
    stage.jinja_env.undefined = StrictUndefined
    i18n.init_app(stage)
    with stage.app_context():
        yield stage


@pytest.fixture(scope="module")
def printed(stage: Flask) -> Callable[[Document, str], bytes]:
    """Print a document in a style."""
    return lambda document, style: pdf.print_pdf(html.page(document, style=style))


@pytest.fixture(scope="module")
def letter(printed: Callable[[Document, str], bytes]) -> bytes:
    """The invented report in official style."""
    return printed(invented.GONGWEN, "gongwen")


@pytest.fixture(scope="module")
def summary(printed: Callable[[Document, str], bytes]) -> bytes:
    """The invented research summary."""
    return printed(invented.SUMMARY, "summary")


@pytest.fixture(scope="module")
def pages_of_text(printed: Callable[[Document, str], bytes]) -> bytes:
    """Text and nothing else, to measure the grid."""
    return printed(invented.TEXT_ONLY, "gongwen")
