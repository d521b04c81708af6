"""How well passages are told apart, kind by kind, against the gold labels of the sample.

    python -m bench.excerpts [--wrong]

Sentences of talk notes (`tests/gold/talk_segments.jsonl`) are judged one by one; `raised` is a concern or a
suggestion, what the grouping takes. Open answers (`response_labels.jsonl`) are cut into points first: an answer counts
for each kind one of its points has, and the gold has `raised` for any concern code, `praise` for the code of that
name, `nothing` for none. A further line tells whether the answers flagged as waving a topic away or naming several
come out as they should. The rules were written with these labels at hand: the figures say how well they fit them, and
nothing about sentences nobody has seen. `--wrong` lists what came out otherwise.
"""

import argparse
import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.frame import Area
from text.clauses import kind
from text.points import points

ROOT = Path(__file__).parents[1]
GOLD = ROOT / "tests" / "gold"
SAMPLE = ROOT / "exchange" / "sample"
LANGUAGES = ("zh", "en")
RAISED = {"concern", "suggestion"}

Judged = tuple[str, set[str], set[str]]  # a text, its kinds by the gold labels, its kinds by ours


def lines(path: Path) -> list[dict]:
    """The records of a file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def folder(base: Path, lang: str) -> Path:
    """Where a language's files stand."""
    return base / "en" if lang == "en" else base


def talk_sentences(lang: str) -> Iterator[Judged]:
    """The labelled sentences of the talk notes."""
    for segment in lines(folder(GOLD, lang) / "talk_segments.jsonl"):
        gold = {"problem": "concern"}.get(segment["kind"], segment["kind"])
        yield segment["text"], _with_raised({gold}), _with_raised({kind(segment["text"])})


def answers(lang: str) -> Iterator[Judged]:
    """The labelled open answers, each wording once."""
    given = {row["id"]: row["answers"] for row in lines(folder(SAMPLE, lang) / "responses.jsonl")}
    labelled = {
        given[row["response_id"]][row["item"]]: set(row["codes"])
        for row in lines(folder(GOLD, lang) / "response_labels.jsonl")
    }
    for text, codes in labelled.items():
        praised = "praise" in codes
        # A code beside praise says what is praised or what is wanted: only a person tells which, so it is left open.
        left_open = {"raised"} if praised else set()
        ours = {point.kind for point in points(text)}
        found = {"praise"} & ours | ({"raised"} if ours & RAISED else set()) | (set() if ours else {"nothing"})
        gold = {"nothing"} if codes == {"none"} else ({"praise"} if praised else {"raised"})
        yield text, gold, found - left_open


def flagged(lang: str) -> Iterator[tuple[str, str, bool]]:
    """The answers with a trap in them: what kind of trap, and whether it was seen."""
    given = {row["id"]: row["answers"] for row in lines(folder(SAMPLE, lang) / "responses.jsonl")}
    for row in lines(folder(GOLD, lang) / "response_labels.jsonl"):
        text = given[row["response_id"]][row["item"]]
        found = points(text)
        if "neg" in row["flags"]:
            yield text, "waved away", len(found) == 1 and len(found[0].text) < len(text)
        if "mixed" in row["flags"]:
            yield text, "side by side", len({point.focus for point in found}) == len(row["codes"])


def figures(judged: Iterable[Judged], name: str) -> tuple[int, float, float, float]:
    """How many there are of a kind, and precision, recall and F1 of ours."""
    pairs = [(name in gold, name in ours) for _text, gold, ours in judged]
    both, known, said = (sum(map(check, pairs)) for check in (all, lambda pair: pair[0], lambda pair: pair[1]))
    return known, both / max(said, 1), both / max(known, 1), 2 * both / max(known + said, 1)


def _with_raised(kinds: set[str]) -> set[str]:
    return kinds | {"raised"} if kinds & RAISED else kinds


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wrong", action="store_true", help="list what came out otherwise than the labels say")
    wrong = parser.parse_args().wrong
    print(f"{'':34}{'labelled':>9}{'precision':>11}{'recall':>8}{'F1':>7}")
    for lang in LANGUAGES:
        points("Warm up, and warm up." if lang == "en" else "先热一下身。")  # what is loaded once is not timed
        for what, source in (("talk sentences", talk_sentences), ("open answers", answers)):
            began = time.perf_counter()
            judged = list(source(lang))
            took = 1000 * (time.perf_counter() - began) / len(judged)
            print(f"{lang}, {what} ({len(judged)}, {took:.2f} ms each)")
            for name in sorted({name for _text, gold, _ours in judged for name in gold}):
                known, precision, recall, f1 = figures(judged, name)
                print(f"  {name:32}{known:>9}{precision:>11.2f}{recall:>8.2f}{f1:>7.2f}")
            if wrong:
                for text, gold, ours in judged:
                    if gold != ours:
                        print(f"    {' '.join(sorted(gold))} -> {' '.join(sorted(ours)) or '-'}: {text}")
        for text, trap, seen in flagged(lang):
            print(f"  {trap}: {'told' if seen else 'MISSED'}: {text}")


AREA = Area("Passages told apart", flags=(), quick=())

if __name__ == "__main__":
    main()
