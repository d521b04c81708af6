"""Rules: dated, sourced, and never under their floor."""

import pytest

from core.errors import BadInput, NotFound
from core.settings import ROOT
from members import rules


def test_every_rule_has_a_source_a_date_and_both_languages(app) -> None:
    for rule in rules.table().values():
        assert rule.least <= rule.value <= rule.most
        for words in (rule.titles, rule.texts, rule.sources, rule.units):
            assert set(words) == {"zh", "en"} and all(words.values())
        assert rule.since.year >= 2026
    assert rules.table()["suppression.invited_floor"].value == 8


def test_an_organisation_has_its_own_numbers(any_app, any_cast) -> None:
    rules.change(any_cast.branch, "suppression.invited_floor", 12, by=any_cast.secretary)
    assert rules.value(any_cast.branch, "suppression.invited_floor") == 12
    assert rules.value(any_cast.elsewhere, "suppression.invited_floor") == 8
    rules.reset(any_cast.branch, "suppression.invited_floor", by=any_cast.secretary)
    assert rules.value(any_cast.branch, "suppression.invited_floor") == 8
    with pytest.raises(NotFound):
        rules.change(any_cast.branch, "no.such", 2, by=any_cast.secretary)


def test_no_suppression_rule_goes_under_five(app, cast) -> None:
    guarded = [key for key in rules.table() if key.startswith("suppression.")]
    assert len(guarded) >= 3
    for key in guarded:
        with pytest.raises(BadInput):
            rules.change(cast.branch, key, 4, by=cast.secretary)
        cast.branch.rules = {key: 1}
        assert rules.value(cast.branch, key) >= 5


def test_every_rule_is_asked_for_somewhere() -> None:
    code = "".join(
        path.read_text("utf-8") for path in ROOT.glob("*/**/*.py") if {"tests", ".venv"}.isdisjoint(path.parts)
    )
    for key in rules.table():
        assert f'"{key}"' in code, f"{key} can be changed, and nothing would happen"
