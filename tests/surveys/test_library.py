"""The ready instruments: whole in both languages, without an error, of a length people finish."""

import re

import pytest

from core.i18n import speaking
from surveys import drafts, library, questionnaires, texts
from surveys.proof import prove

KEYS = ["opinion", "appraisal", "canteen", "training", "meeting", "stay"]
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def page(app):
    with app.test_request_context("/"):
        yield


def test_all_six_are_there(page) -> None:
    assert [ready.key for ready in library.listed()] == KEYS
    for language in ("zh", "en"):
        with speaking(language):
            assert all(
                ready.about and bool(HAN.search(ready.title)) == (language == "zh") for ready in library.listed()
            )


@pytest.mark.parametrize("key", KEYS)
def test_proves_without_error(page, key) -> None:
    report = prove(library.found(key).definition)
    assert report.findings == ()
    assert 2.5 <= report.longest.minutes <= 6


@pytest.mark.parametrize("key", KEYS)
def test_both_languages_are_complete(page, key) -> None:
    definition = drafts.copied(library.found(key).definition)
    for text in texts.listed(definition):
        assert text.words.keys() == {"zh", "en"}, text.path
        assert HAN.search(text.words["zh"]) and not HAN.search(text.words["en"]), text
    for language in ("zh", "en"):
        assert questionnaires.prepare(definition, language).items


@pytest.mark.parametrize("key", KEYS)
def test_follows_good_method(page, key) -> None:
    """Several kinds, some logic, balanced scales, at most a few long texts."""
    definition = drafts.copied(library.found(key).definition)
    listed = list(drafts.items(definition))
    kinds = [item["type"] for item in listed]
    assert len(set(kinds)) >= 5 and kinds.count("long_text") <= 3
    assert any("show_if" in part for part in [*listed, *definition["sections"]])
    for item in listed:
        scale = item.get("scale")
        if scale and len(scale["labels"]) == 5:
            middle = scale["labels"][2]["zh"]
            assert middle in ("一般", "说不清", "合适"), f"{item['id']}: no neutral middle"
