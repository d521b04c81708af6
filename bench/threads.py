"""How surely the same concern is known again: each label of a file becomes a concern in two investigations.

    python -m bench.threads FILE.tsv [FILE.tsv ...]

Each file has a header line, then `text<TAB>label`. A fifth of the labels is left out of the first investigation and a
fifth of the second: those have no fellow and must stay alone. Printed for 5, 15 and 40 passages a concern: the share of
tied pairs that are right, and the share of right pairs that are tied, over three draws.
"""

import argparse
import random
from collections import Counter, defaultdict
from pathlib import Path

from bench.grouping import _UNLABELLED, read
from concerns.likeness import Portrait, alike
from text.languages import detect
from text.segment import terms

SIZES, DRAWS, ALONE = (5, 15, 40), 3, 0.2


def drawn(path: Path, size: int, seed: int) -> tuple[list[Portrait], set[tuple[int, int]]]:
    """Return the concerns of both investigations, and which of them are the same."""
    by_label: dict[str, list[str]] = defaultdict(list)
    for text, label in zip(*read(path), strict=True):
        if label not in _UNLABELLED:
            by_label[label].append(text)
    chance, portraits, same = random.Random(seed), [], set()
    for label in sorted(label for label, texts in by_label.items() if len(texts) >= 10):
        texts = chance.sample(by_label[label], len(by_label[label]))
        number, fate = min(size, len(texts) // 2), chance.random()
        here = []
        for place in range(2):
            if (fate < ALONE and place == 0) or (fate > 1 - ALONE and place == 1):
                continue
            part = texts[place * number : (place + 1) * number]
            counted = Counter(word for text in part for word in set(terms(text, detect(text))))
            best = [word for word, _times in sorted(counted.items(), key=lambda one: (-one[1], one[0]))[:5]]
            here.append(len(portraits))
            portraits.append(Portrait(len(portraits), place, best[0] if best else label, tuple(best), tuple(part)))
        if len(here) == 2:
            same.add((here[0], here[1]))
    return portraits, same


def tied(portraits: list[Portrait]) -> set[tuple[int, int]]:
    """Return the pairs that are taken for the same, the likest first, each concern once."""
    used: set[int] = set()
    found = set()
    for pair in alike(portraits):
        if not {pair.one, pair.other} & used:
            used |= {pair.one, pair.other}
            found.add((pair.one, pair.other))
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    for path in parser.parse_args().files:
        for size in SIZES:
            right = told = true = 0
            for seed in range(DRAWS):
                portraits, same = drawn(path, size, seed)
                found = tied(portraits)
                right, told, true = right + len(found & same), told + len(found), true + len(same)
            precision, recall = right / max(told, 1), right / max(true, 1)
            print(f"{path.name:34} {size:3} passages  precision {precision:.2f}  recall {recall:.2f}", flush=True)


if __name__ == "__main__":
    main()
