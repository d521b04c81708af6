"""Nobody with a linear solver gets a small group out of all published numbers together."""

import os
import random

import pytest

from surveys import crosstabs, tables
from tests.surveys import attacker

LONG = bool(os.environ.get("XINSHENG_LONG_TESTS"))
SURVEYS = {3: range(200 if LONG else 24), 4: range(140 if LONG else 6), 5: range(20 if LONG else 1)}


def test_the_attacker_finds_nothing_in_all_tables_together(capsys) -> None:
    """One-way results, every table either way round, its bases, shares and means (so every filter), read twice."""
    tried = shown = aimed = 0
    for items, seeds in SURVEYS.items():
        for seed in seeds:
            played, leaks = attacker.play(seed, items=items)
            tried, shown, aimed = tried + 1, shown + played.tables, aimed + len(played.targets())
            assert not leaks, f"{items} items, seed {seed}: {leaks[:3]}"
    with capsys.disabled():
        print(f"\n  {tried} surveys, {shown} tables shown, {aimed} small counts aimed at, none found")
    assert shown >= 8 and aimed >= 500


def test_the_attacker_finds_nothing_in_whole_numbers() -> None:
    """Integers are a stronger attack: there are fewer ways to give the same numbers."""
    for seed in range(40 if LONG else 4):
        _played, leaks = attacker.play(seed, items=3, whole=True)
        assert not leaks, f"seed {seed}: {leaks[:3]}"


@pytest.mark.parametrize("people", [(60, 80)])
def test_the_attacker_finds_small_cells_when_only_they_are_hidden(monkeypatch, people) -> None:
    """Without company for hidden cells the same attacker must succeed, or the tests above prove nothing."""

    def careless(counts, floor, **_more):
        return frozenset((x, y) for x, row in enumerate(counts) for y, cell in enumerate(row) if cell < floor)

    monkeypatch.setattr(crosstabs, "hide", careless)
    monkeypatch.setattr(crosstabs._Builder, "_not_asked", lambda self, pair: set())
    found = sum(bool(attacker.play(seed, items=3, people=people)[1]) for seed in range(8))
    assert found >= 3


def test_the_attacker_finds_one_way_leaks(monkeypatch) -> None:
    monkeypatch.setattr(
        attacker.suppression, "parts", lambda counts, floor: {n for n, count in enumerate(counts) if count < floor}
    )
    assert any(attacker.play(seed, items=2)[1] for seed in range(12))


def test_turning_a_table_hides_the_same_cells() -> None:
    for seed in range(40):
        made = random.Random(seed)
        counts = [[made.randint(0, 14) for _c in range(made.randint(2, 2) + seed % 4)] for _r in range(2 + seed % 3)]
        turned = [list(line) for line in zip(*counts, strict=True)]
        told, back = tables.hide(counts, 5), tables.hide(turned, 5)
        assert (told is None) == (back is None), counts
        assert told is None or back is None or told == {(x, y) for y, x in back}


def test_a_nought_behind_a_jump_is_not_settled() -> None:
    """Found by the long run: five people, all of one mind, beside others whom a jump led past the question."""
    _played, leaks = attacker.play(131, items=4)
    assert leaks == []
