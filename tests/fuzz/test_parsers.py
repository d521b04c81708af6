"""Every reader on some thousand inputs: an answer or a refusal, never a crash; `./fuzz` goes on for longer."""

import random
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.settings import ROOT
from tests.conftest import words_of_errors
from tests.fuzz import long_run, mutations, targets
from tests.fuzz.targets import TARGETS

SLOW = frozenset(name for name, target in TARGETS.items() if target.packed)


@pytest.mark.parametrize("name", TARGETS)
def test_no_input_crashes(name: str) -> None:
    target = TARGETS[name]
    seeds = list(target.seeds())
    with words_of_errors():
        for seed in seeds:
            target.take(seed)

        @settings(max_examples=6 if name in SLOW else 40, deadline=None, database=None, derandomize=True)
        @given(st.integers(0, 2**32), st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
        def tried(number: int, content: bytes) -> None:
            chance = random.Random(number)
            for _ in range(3):
                target.take(mutations.made(target, seeds, chance))
            target.take(content)

        tried()


def test_a_crash_is_not_taken_for_a_refusal() -> None:
    from tests.fuzz.targets import Target

    broken = Target(lambda content: content[0], lambda: [b"a"])
    with pytest.raises(IndexError):
        broken.take(b"")


def test_the_long_run_counts_what_it_tried(tmp_path) -> None:
    place = targets.corpus(tmp_path, "rule")
    tried: list[bytes] = []
    assert long_run._by_chance("rule", tried.append, 300, place) == 0
    assert len(tried) == 300 and len(set(tried)) > 100

    def broken(content: bytes) -> None:
        raise IndexError

    with pytest.raises(IndexError):
        long_run._by_chance("rule", broken, 300, place)
    assert [path.name[:6] for path in place.iterdir() if path.name.startswith("crash")] == ["crash-"]


def test_atheris_follows_the_same_targets(tmp_path) -> None:
    pytest.importorskip("atheris", reason="atheris is made for Linux on x86_64 alone")
    wanted = ["--inputs", "500", "--corpus", str(tmp_path), "--engine", "atheris", "rule"]
    command = [sys.executable, "-m", "tests.fuzz.long_run", *wanted]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert rows["rule"].endswith("sound")
    assert int(rows["all"].split()[1].replace(",", "")) >= 500
