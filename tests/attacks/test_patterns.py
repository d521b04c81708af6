"""Every regular expression of ours, on text made to have it try again and again: work must not run away.

Counted in time on the processor, which a busy machine does not change; at 600 signs a search that doubles with each
sign never ends, one that grows with the cube takes seconds, and an honest one less than a millisecond.
"""

import importlib
import pkgutil
import re
import signal
import sys
from collections.abc import Iterator

import pytest

from core.settings import ROOT
from surveys.formats.text import PastedText
from surveys.formats.text_lines import shortened
from tests.conftest import words_of_errors

PACKAGES = (
    *("activities", "anonymity", "concerns", "core", "desk", "exchange", "forms", "interviews", "investigations"),
    *("members", "questions", "reports", "surveys", "text", "vault"),
)
SIGNS, SECONDS = 600, 1
USUAL = " a1甲,.("


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield every pattern a module of ours keeps, by its place."""
    for package in PACKAGES:
        importlib.import_module(package)
        for found in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
            importlib.import_module(found.name)
    seen: set[int] = set()
    for name, module in sorted(sys.modules.items()):
        if name.partition(".")[0] not in PACKAGES or module is None:
            continue
        for called, value in sorted(vars(module).items()):
            for pattern in _within(value, 3):
                if isinstance(pattern.pattern, str) and id(pattern) not in seen:
                    seen.add(id(pattern))
                    yield f"{name}.{called}", pattern


def _within(value: object, depth: int) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, (list, tuple, set, frozenset, dict)):
        for part in [*value.values(), *value] if isinstance(value, dict) else value:
            yield from _within(part, depth - 1)


def probes(pattern: re.Pattern[str]) -> Iterator[str]:
    """Yield long texts out of the signs the pattern itself names, each with an end that fits nothing."""
    named = sorted(set(re.sub(r"\\.|\[\^?|\]|[(){}?*+|^$]", "", pattern.pattern)))[:8]
    signs = [*dict.fromkeys([*named, *USUAL])]
    for sign in signs:
        yield sign * SIGNS + "\x07"
    for one, other in zip(signs, [*signs[1:], signs[0]], strict=True):
        yield (one + other) * (SIGNS // 2) + "\x07"
    words = re.findall(r"[a-z]{2,}|[\u4e00-\u9fff]{2,}", pattern.pattern)[:3]
    for word in words:
        yield (word + " ") * (SIGNS // (len(word) + 1)) + "\x07"
        yield word * (SIGNS // len(word)) + "\x07"


class RanAway(Exception):
    """A search took too much work."""


def _ended(*_what: object) -> None:
    raise RanAway


def searched(pattern: re.Pattern[str], text: str) -> bool:
    """Say whether a search through `text` ends within bounds."""
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        pattern.search(text)
        pattern.fullmatch(text)
        return True
    except RanAway:
        return False
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


@pytest.fixture
def watched():
    before = signal.signal(signal.SIGVTALRM, _ended)
    yield
    signal.signal(signal.SIGVTALRM, before)


def test_no_pattern_runs_away(watched) -> None:
    found = list(patterns())
    assert len(found) > 150
    wrong = []
    for place, pattern in found:
        # Pasted questionnaires are read line by line, and no line has a long run of one sign by then.
        pasted = place.startswith("surveys.formats.text")
        for text in probes(pattern):
            if not searched(pattern, shortened(text) if pasted else text):
                wrong.append(f"{place}: {text[:6]!r}…")
    assert wrong == []


@pytest.mark.parametrize("sign", [" ", "\u3000", "_", "\t ", "-"])
def test_long_runs_in_a_pasted_questionnaire_are_read_as_short_ones(watched, monkeypatch, sign) -> None:
    monkeypatch.setattr(sys.modules[__name__], "SECONDS", 10)
    run = sign * 5000
    content = f"调查\n1. 您{run}满意吗\nA. 好{run}x\nB. 坏\n{run}\n2. {run}多久?____{run}年\n{run}部\n".encode()
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        with words_of_errors():
            reading = PastedText().read(content, "a.txt")
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    assert sum(len(section["items"]) for section in reading.definition["sections"]) == 2


@pytest.mark.parametrize("evil", [r"(a+)+$", r"(a|a)*b", r"(?:\w+\s?)+:$", r"(\d+,?)+;$"])
def test_a_pattern_that_does_is_seen(watched, evil, monkeypatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "SECONDS", 0.2)
    pattern = re.compile(evil)
    assert not all(searched(pattern, text) for text in probes(pattern))
