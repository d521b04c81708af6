"""How groups of texts are called: bare words, doubles, lengths, and how far a label fits its group and no other.

    python -m bench.labels [--list N] [FILE.tsv ...]

Without files the invented sample that ships is grouped in both languages: points of its open answers, sentences of its
talk notes, and both together. A file has a header line, then the text in the first column. Printed for each set: the
number of groups; the share of labels that are one bare word; of those that differ from another only by a number or by
capitals; of English ones not in sentence case; the middle and the greatest length (characters in Chinese, words in
English); the share of a group's texts, and of all others, with the head of the label: its word (or, where a theme of
`text.thesaurus` lends its name, its theme) that tells best. Last, seconds of processor time for putting all groups
into words. `--list N` lists the N largest groups with their labels, terms and first quotes, to be read by eye.
"""

import argparse
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

from bench import grouping as measured
from bench.frame import Area
from concerns import grouping
from text.clauses import kind
from text.foci import narrowed
from text.languages import detect
from text.points import points
from text.scripts import fold
from text.segment import HAN, stopwords, terms, words
from text.thesaurus import known_themes, themes

_RAISED = ("concern", "suggestion")
_NUMBERED = re.compile(r"(?:^|\s)\d+$")


@dataclass(frozen=True, slots=True)
class Judged:
    """One label: how many words it has, its length, and the shares of texts inside and outside that have its head."""

    label: str
    words: int
    length: int
    inside: float
    outside: float


def collections(files: Sequence[Path]) -> Iterator[tuple[str, list[str]]]:
    """Names and texts of what is grouped: the files, or the sample."""
    for path in files:
        yield path.name, measured.read(path)[0]
    if files:
        return
    for part, lang in (("", "zh"), ("en", "en")):
        said = [point for text in measured.sample_answers(part) for point in points(text) if point.kind in _RAISED]
        answers = [narrowed(one.text, one.focus, detect(one.text)) if one.focus else one.text for one in said]
        talks = [text for text in measured.sample_sentences(part) if kind(text) in _RAISED]
        yield f"{lang} open answers", answers
        yield f"{lang} talk sentences", talks
        yield f"{lang} both", answers + talks


def judged(label: str, inside: Sequence[str], outside: Sequence[str]) -> Judged:
    """Measure a label against the texts of its group and all others (both as `_marks` has them)."""
    lang = detect(label)
    stop = stopwords(lang) | {"与"}
    spoken = [word for word in words(label, lang) if word.lower() not in stop]
    heads = _heads(label, lang)
    shares = [(_share(head, inside), _share(head, outside)) for head in heads] or [(0.0, 0.0)]
    best = max(shares, key=lambda share: share[0] - share[1])
    return Judged(label, len(spoken), len(label) if lang == "zh" else len(label.split()), *best)


def marks(text: str) -> str:
    """A text as labels are looked for in it: simplified, stems of English, the keys of its themes."""
    lang = detect(text)
    said = fold(text) if lang == "zh" else " ".join(terms(text, "en"))
    return f" {said} " + " ".join(f"<{key}>" for key in themes(fold(text), lang))


def _heads(label: str, lang: str) -> list[str]:
    named = [f"<{key}>" for key, theme in known_themes(lang).items() if theme.name == label.split("·")[0]]
    if HAN.search(label):
        return named + [word for word in words(fold(label), "zh") if len(word) > 1]
    return named + [f" {stem} " for stem in terms(label, "en")]


def _share(head: str, texts: Sequence[str]) -> float:
    return sum(head in text for text in texts) / max(1, len(texts))


def doubled(labels: Sequence[str]) -> int:
    """How many labels differ from another one by a number or by capitals alone."""
    bare = [_NUMBERED.sub("", label).casefold() for label in labels]
    return sum(bool(_NUMBERED.search(label)) or bare.count(one) > 1 for label, one in zip(labels, bare, strict=True))


def in_sentence_case(label: str) -> bool:
    """Whether a label begins as a sentence does; a Chinese one always does."""
    return bool(HAN.search(label[:1])) or not label[:1].islower()


def report(name: str, texts: Sequence[str], listed: int) -> None:
    """Group the texts and print the figures of a set."""
    began, spent = 0.0, 0.0

    def describing(*given: object) -> list:
        nonlocal began, spent
        began = time.process_time()
        found = described(*given)
        spent = time.process_time() - began
        return found

    described, grouping.describe = grouping.describe, describing
    try:
        found = grouping.group(texts)
    finally:
        grouping.describe = described
    marked = [marks(text) for text in texts]
    rows = []
    for each in found.groups:
        own = set(each.rows)
        others = [text for row, text in enumerate(marked) if row not in own]
        rows.append(judged(each.label, [marked[row] for row in each.rows], others))
    labels, count = [row.label for row in rows], max(1, len(rows))
    print(
        f"{name[:24]:24}{len(rows):7}{sum(row.words < 2 for row in rows) / count:8.0%}{doubled(labels):9}"
        f"{sum(not in_sentence_case(label) for label in labels):7}{median(row.length for row in rows):8.0f}"
        f"{max(row.length for row in rows):5}{mean(row.inside for row in rows):9.0%}"
        f"{mean(row.outside for row in rows):9.0%}{spent:9.2f}",
        flush=True,
    )
    for each, row in list(zip(found.groups, rows, strict=True))[:listed]:
        print(f"  {len(each.rows):5}  {each.label}  [{' / '.join(each.terms)}]  {row.inside:.0%} : {row.outside:.0%}")
        print(f"         {each.summary}")
        for quote in each.quotes[:3]:
            print(f"         - {' '.join(texts[quote].split())[:90]}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--list", type=int, default=0, metavar="N", help="list the N largest groups of each set")
    options = parser.parse_args()
    grouping.group(["one text", "another text", "一条意见", "另一条意见"])  # what is loaded once is not timed
    print(f"{'':24}{'groups':>7}{'bare':>8}{'doubled':>9}{'small':>7}{'length':>8}{'max':>5}", end="")
    print(f"{'inside':>9}{'outside':>9}{'seconds':>9}")
    for name, texts in collections(options.files):
        report(name, texts, options.list)


AREA = Area("Names of groups", flags=(), quick=())

if __name__ == "__main__":
    main()
