"""Every template is used, and none carries script or style of its own."""

import re

import pytest

from core.settings import ROOT
from questions import types
from reports.blocks import STYLES

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SOURCES = [path.read_text(encoding="utf-8") for path in ROOT.glob("*/**/*.py") if ".venv" not in path.parts]
# Printed pages are drawn by WeasyPrint, which has no policy to offend and lengths only known when composing.
PRINTED = ROOT / "templates" / "reports"
FORBIDDEN = {
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)"),
    "an inline style": re.compile(r"<style|\sstyle=", re.I),
    "an event attribute": re.compile(r"\son[a-z]+=", re.I),
    "a switched-off escape": re.compile(r"\|\s*safe\b|autoescape\s+false"),
    "an address elsewhere": re.compile(r"(?:src|href|action)=\"(?:https?:)?//"),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_is_used(path) -> None:
    name = path.relative_to(ROOT / "templates").as_posix()
    others = [other.read_text(encoding="utf-8") for other in TEMPLATES if other != path]
    used = any(f'"{name}"' in text or f"'{name}'" in text for text in [*others, *SOURCES])
    by_name = {f"questions/{kind.key}.html" for kind in types.values()} | {f"reports/{each}.html" for each in STYLES}
    assert used or name in by_name or name in {kind.template for kind in types.values()}, f"nothing draws {name}"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_holds_no_script_or_style(path) -> None:
    text = path.read_text(encoding="utf-8")
    for what, pattern in FORBIDDEN.items():
        if what == "an inline style" and PRINTED in path.parents:
            continue
        found = pattern.search(text)
        assert found is None, f"{path.name} holds {what}: {text[max(0, found.start() - 40) : found.end() + 40]!r}"


def test_unknown_names_are_errors(app) -> None:
    from jinja2 import StrictUndefined

    assert app.jinja_env.undefined is StrictUndefined
    assert app.jinja_env.autoescape is True or callable(app.jinja_env.autoescape)
