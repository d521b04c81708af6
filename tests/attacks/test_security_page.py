"""SECURITY.md names tests that are there, and every attack tried here is named in it."""

import re
from pathlib import Path

from core.settings import ROOT

PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def test_every_test_it_names_is_there() -> None:
    named = re.findall(r"`(tests/[\w/.]+)`", PAGE)
    assert len(named) > 30
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_attack_is_named() -> None:
    for path in Path(__file__).parent.glob("test_*.py"):
        assert path == Path(__file__) or f"tests/attacks/{path.name}" in PAGE, path.name


def test_its_links_lead_somewhere_and_it_says_what_is_not_protected_in_both_languages() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (ROOT / target).exists(), target
    assert "## What is not protected" in PAGE and "不能防的" in PAGE and "## Reporting" in PAGE and "发现漏洞" in PAGE
