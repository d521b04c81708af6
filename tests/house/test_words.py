"""Chinese is complete, and no sentence hides in the code."""

import re
import sys

import pytest

from core.settings import ROOT
from core.terms import Term

sys.path.insert(0, str(ROOT / "tools"))
import messages  # noqa: E402

HAN = re.compile(r"[\u4e00-\u9fff]")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def test_chinese_is_complete() -> None:
    assert messages.problems() == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_templates_are_written_in_the_source_language(path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.S)
    assert not HAN.search(text), f"{path.name}: Chinese belongs in the catalogue"


def test_every_term_has_words_in_both_languages(app) -> None:
    from core.i18n import speaking

    for kind in Term.__subclasses__():
        for value in kind:
            with app.test_request_context("/"):
                with speaking("en"):
                    english = str(value.label)
                with speaking("zh"):
                    chinese = str(value.label)
            assert english and HAN.search(chinese), f"{kind.__name__}.{value.name}: {english!r} / {chinese!r}"
