"""The attack finds every known leak, finds nothing in the product, and the product leaves nothing it must not."""

import json
from pathlib import Path

import pytest

from app import create_app
from core.errors import BadInput
from core.terms import Split
from surveys import ballot_commands, footprints, simulate_command
from tests.anonymity import controls, deployment
from tests.anonymity.attack import remains
from tests.anonymity.attack.chance import Trial
from tests.anonymity.attack.linkage import attack, attack_all
from tests.anonymity.attack.pooling import pool
from tests.conftest import POSTGRES

SEEDS = (1, 2)
SURELY = 1e-4  # two runs, seven kinds of pairs, every commit: chance must not stop the work of a day


@pytest.fixture(scope="module")
def fielded(tmp_path_factory: pytest.TempPathFactory) -> list[deployment.Attacked]:
    """Thirty people, twice, through the real application on SQLite."""
    return [deployment.on_sqlite(tmp_path_factory.mktemp("fielded"), members=30, seed=seed, perm=99) for seed in SEEDS]


@pytest.mark.parametrize("name", controls.CONTROLS)
def test_every_known_leak_is_found(name: str, tmp_path: Path) -> None:
    hints, truth = controls.make(name, tmp_path, members=30, seed=1)
    found = attack(hints, truth, tmp_path, perm=99)
    assert found.leaks() and found.p_exact <= 0.01, f"{name}: p {found.p}, {found.worst}"


def test_keys_in_backups_are_found_in_the_product(tmp_path: Path) -> None:
    found = deployment.with_keys_in_backups(tmp_path, members=30, seed=1)
    assert found.leaks() and "snap: appeared" in found.worst


def test_where_nothing_leaks_nothing_is_found(tmp_path: Path) -> None:
    outcomes = []
    for seed in SEEDS:
        hints, truth = controls.make("", tmp_path / str(seed), members=30, seed=seed)
        outcomes.append(attack(hints, truth, tmp_path / str(seed), perm=99))
    assert pool(outcomes).p > SURELY


def test_the_product_is_at_chance(fielded: list[deployment.Attacked]) -> None:
    assert set(fielded[0].outcomes) == {"", "answers", "texts", "choices", "leaf_answers", "pool", "pool_answers"}
    for pair in fielded[0].outcomes:
        found = pool([attacked.outcomes[pair] for attacked in fielded])
        assert found.members == 30
        assert found.p > SURELY and found.p_told > SURELY, f"{pair}: {found.worst}"


def test_the_attack_had_something_to_go_by(fielded: list[deployment.Attacked]) -> None:
    leaves, pool_rows = fielded[0].outcomes[""], fielded[0].outcomes["pool"]
    assert {"wal: invitation changed", "snap: invitation changed", "log order submit"} <= set(leaves.member_clocks)
    assert {"order of leaf", "bytes of db", "bytes of closing.wal"} <= set(leaves.response_clocks)
    assert "wal: sealed_response appeared" in pool_rows.member_clocks
    assert leaves.tests > 100


def test_nothing_lies_about_that_must_not(fielded: list[deployment.Attacked]) -> None:
    assert [attacked.wrong for attacked in fielded] == [[], []]


def test_whole_answers_are_at_chance_too(tmp_path: Path) -> None:
    """Larger surveys keep a person's answers together; the device a log names must not tell whose they are."""
    found = deployment.on_sqlite(tmp_path, members=60, seed=3, split=Split.NONE)
    assert "texts" not in found.outcomes and "choices" not in found.outcomes
    for pair, outcome in found.outcomes.items():
        assert outcome.p > SURELY, f"{pair}: {outcome.worst}"


def test_a_box_sealed_to_a_scrutineer_is_at_chance_too(tmp_path: Path) -> None:
    found = deployment.on_sqlite(tmp_path, members=16, seed=7, sealed_to_scrutineer=True)
    assert found.wrong == []
    for pair, outcome in found.outcomes.items():
        assert outcome.p > SURELY, f"{pair}: {outcome.worst}"


def test_without_padding_the_log_tells_whose_text_it_is(tmp_path: Path) -> None:
    found = deployment.on_sqlite(tmp_path, members=30, seed=8, padded=False).outcomes["texts"]
    assert found.leaks() and found.best == "log bytes submit  x  length of answers" and found.hits > 6


def test_excerpts_do_not_say_who_wrote_them(tmp_path: Path) -> None:
    found = deployment.excerpts(tmp_path, members=30, seed=6)
    assert found.members == 30 and found.p > SURELY, found.worst


def test_what_must_not_lie_about_is_found(tmp_path: Path) -> None:
    out = tmp_path / "out"
    footprints.take(deployment.build(tmp_path / "data"), out, members=10, seed=4)
    assert remains.found(out, out / "truth") == []
    known = json.loads((out / "truth" / "known.json").read_text())
    with (out / "access.log").open("a") as log:
        log.write(known["codes"][0].replace("-", "") + " " + known["words"][0] + " " + known["seeds"][0])
    (out / "snap" / "00020.db").write_bytes((out / "snap" / "00020.db").read_bytes() + bytes.fromhex(known["keys"][0]))
    (out / "app.log").write_text("somebody said something\n")
    kinds = sorted(what.split(": ", 1)[1] for what in remains.found(out, out / "truth"))
    assert kinds == sorted(
        [
            "1 times a code",
            "1 times a answer before the close",
            "1 times a seed",
            "1 times a key",
            "somebody said something",
        ]
    )


def test_chance_is_told_from_certainty() -> None:
    truth = {str(member): f"r{member:02d}" for member in range(20)}
    sure, blind = Trial(truth, perm=199), Trial(truth, perm=199)
    sure.order("same", range(20), [place * 3 for place in range(20)])
    blind.order("drawn", range(20), [(place * 7 + 3) % 20 for place in range(20)])
    assert sure.p_bonferroni < 1e-9 and sure.exact == pytest.approx(1 / 200) and sure.findings[0].hits == 20
    assert blind.p_bonferroni > 0.01 and blind.exact > 0.01


def test_shuffled_truths_make_an_honest_null() -> None:
    """Over many deployments without a leak, the exact p is as often small as it claims to be."""
    small = 0
    for seed in range(60):
        truth = {str(member): f"r{member:02d}" for member in range(24)}
        trial = Trial(truth, perm=39, seed=seed)
        for shift in range(4):
            drawn = trial.rng.random(24)
            trial.order(f"clock {shift}", range(24), drawn)
        small += trial.exact <= 0.1
    assert 0 < small < 16  # six are to be expected


def test_simulate_writes_what_an_outside_attack_reads(app, tmp_path: Path) -> None:
    ballot_commands.init_app(app)
    simulate_command.init_app(app, create_app)
    out = tmp_path / "out"
    told = app.test_cli_runner().invoke(
        args=["ballots", "simulate", "--members", "10", "--seed", "5", "--out", str(out)]
    )
    assert told.exit_code == 0, told.output
    assert json.loads(told.output)["ballots"] == 10
    hints, truth = json.loads((out / "hints.json").read_text()), json.loads((out / "truth" / "truth.json").read_text())
    assert len(truth) == 10 and hints["responses"] == {"table": "leaf", "id": "leaf"}
    for name in (hints["db"], hints["wal"], hints["wal_base"], *hints["snapshots"], hints["logs"][0]["path"]):
        assert (out / name).stat().st_size > 0, name
    assert attack_all(out, out / "truth")[""].p > SURELY


def test_simulate_empties_no_folder_of_somebody_else(tmp_path: Path, app) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "mine.txt").write_text("keep")
    with pytest.raises(BadInput):
        footprints.take(app, tmp_path / "letters", members=10, seed=1)
    assert (tmp_path / "letters" / "mine.txt").read_text() == "keep"


@pytest.mark.postgres
@pytest.mark.skipif(not POSTGRES, reason="XINSHENG_TEST_POSTGRES is not set")
def test_the_product_is_at_chance_on_postgresql(tmp_path: Path) -> None:
    found = deployment.on_postgres(tmp_path, POSTGRES, members=30, seed=1)
    assert found.wrong == []
    for pair, outcome in found.outcomes.items():
        assert outcome.p > SURELY, f"{pair}: {outcome.worst}"
    assert {"invitation.xmin before", "member.ctid"} & set(found.outcomes[""].member_clocks)


@pytest.mark.postgres
@pytest.mark.skipif(not POSTGRES, reason="XINSHENG_TEST_POSTGRES is not set")
def test_the_stamps_of_postgresql_are_found_behind_every_vacuum(tmp_path: Path) -> None:
    found = deployment.naive_on_postgres(tmp_path, POSTGRES, members=30, seed=1)
    assert found.leaks() and found.hits == 30 and "xmin" in found.best
