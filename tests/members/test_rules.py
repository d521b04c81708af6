"""Rules: dated, sourced, and never under their floor."""

import pytest

from core.errors import BadInput, NotFound
from members import rules


def test_every_rule_has_a_source_a_date_and_both_languages(app) -> None:
    for rule in rules.table().values():
        assert rule.least <= rule.value <= rule.most
        for words in (rule.titles, rule.texts, rule.sources, rule.units):
            assert set(words) == {"zh", "en"} and all(words.values())
        assert rule.since.year >= 2026
    assert rules.table()["suppression.invited_floor"].value == 8


def test_an_organisation_has_its_own_numbers(any_app, any_cast) -> None:
    rules.change(any_cast.branch, "talks.yearly", 2, by=any_cast.secretary)
    assert rules.value(any_cast.branch, "talks.yearly") == 2
    assert rules.value(any_cast.elsewhere, "talks.yearly") == 1
    rules.reset(any_cast.branch, "talks.yearly", by=any_cast.secretary)
    assert rules.value(any_cast.branch, "talks.yearly") == 1
    with pytest.raises(NotFound):
        rules.change(any_cast.branch, "no.such", 2, by=any_cast.secretary)


def test_no_suppression_rule_goes_under_five(app, cast) -> None:
    guarded = [key for key in rules.table() if key.startswith("suppression.")]
    assert len(guarded) >= 4
    for key in guarded:
        with pytest.raises(BadInput):
            rules.change(cast.branch, key, 4, by=cast.secretary)
        cast.branch.rules = {key: 1}
        assert rules.value(cast.branch, key) >= 5
