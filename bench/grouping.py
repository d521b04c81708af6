"""How well and how fast texts are grouped, beside KMeans, NMF and LDA of scikit-learn in the same run.

    python -m bench.grouping FILE.tsv [FILE.tsv ...]

Each file has a header line, then `text<TAB>label` (further columns are ignored; the label `-` or `?` means unlabelled).
The others are told the number of labels; ours is not. Printed: V-measure, adjusted Rand index, B-cubed F1, each with
the ratio of ours to it, number of groups, seconds and peak megabytes. Every method runs in a process of its own,
tokenising included; a text left ungrouped counts as a group of its own.
"""

import argparse
import multiprocessing
import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.cluster import KMeans
from sklearn.decomposition import NMF, LatentDirichletAllocation
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.metrics import adjusted_rand_score, v_measure_score

from concerns.grouping import group
from text.languages import detect_all
from text.segment import terms

_UNLABELLED = ("-", "?", "")
Method = Callable[[Sequence[str], int], np.ndarray]


def read(path: Path) -> tuple[list[str], list[str]]:
    """Texts and labels of a file."""
    records = [line.split("\t") for line in path.read_text(encoding="utf-8").split("\n")[1:] if line]
    return [record[0] for record in records], [record[1] for record in records]


def ours(texts: Sequence[str], known: int) -> np.ndarray:
    """Our groups; the number of labels is not used."""
    labels = np.full(len(texts), -1)
    for number, found in enumerate(group(texts).groups):
        labels[list(found.rows)] = number
    return labels


def kmeans(texts: Sequence[str], known: int) -> np.ndarray:
    """KMeans on TF-IDF."""
    return KMeans(known, n_init=1, random_state=0).fit_predict(_counted(texts, TfidfVectorizer))


def nmf(texts: Sequence[str], known: int) -> np.ndarray:
    """Each text to its strongest part of a non-negative factorisation of TF-IDF."""
    parts = NMF(known, init="nndsvd", random_state=0, max_iter=200)
    return parts.fit_transform(_counted(texts, TfidfVectorizer)).argmax(axis=1)


def lda(texts: Sequence[str], known: int) -> np.ndarray:
    """Each text to its likeliest topic."""
    topics = LatentDirichletAllocation(known, learning_method="online", random_state=0)
    return topics.fit_transform(_counted(texts, CountVectorizer)).argmax(axis=1)


METHODS: dict[str, Method] = {"ours": ours, "KMeans": kmeans, "NMF": nmf, "LDA": lda}


def scores(labels: Sequence[str], found: np.ndarray) -> tuple[float, float, float]:
    """V-measure, adjusted Rand index and B-cubed F1 over the labelled texts."""
    found = found.copy()
    alone = found < 0
    found[alone] = found.max(initial=-1) + 1 + np.arange(alone.sum())
    kept = np.flatnonzero([label not in _UNLABELLED for label in labels])
    truth = np.unique(np.asarray(labels)[kept], return_inverse=True)[1]
    found = np.unique(found[kept], return_inverse=True)[1]
    return v_measure_score(truth, found), adjusted_rand_score(truth, found), b_cubed(truth, found)


def b_cubed(truth: np.ndarray, found: np.ndarray) -> float:
    """The harmonic mean of how pure each text's group is and how much of its label the group holds."""
    together = sp.coo_matrix((np.ones(len(truth)), (truth, found))).tocsr()
    squares = together.multiply(together)
    precision = (np.asarray(squares.sum(axis=0)).ravel() / np.asarray(together.sum(axis=0)).ravel()).sum() / len(truth)
    recall = (np.asarray(squares.sum(axis=1)).ravel() / np.asarray(together.sum(axis=1)).ravel()).sum() / len(truth)
    return 2 * precision * recall / (precision + recall)


def _counted(texts: Sequence[str], vectorizer: type) -> sp.csr_matrix:
    lang = detect_all(texts)
    return vectorizer(analyzer=lambda text: terms(text, lang), min_df=2).fit_transform(texts)


def _run(name: str, path: Path, answers: multiprocessing.Queue) -> None:
    texts, labels = read(path)
    known = len(set(labels) - set(_UNLABELLED))
    started = time.perf_counter()
    found = METHODS[name](texts, known)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answers.put((*scores(labels, found), len(set(found[found >= 0].tolist())), seconds, peak))


def measure(name: str, path: Path) -> tuple[float, float, float, int, float, float]:
    """V, ARI, B-cubed F1, groups, seconds and peak megabytes of one method on one file, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    process = context.Process(target=_run, args=(name, path, answers))
    process.start()
    result = answers.get()
    process.join()
    return result


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--only", choices=METHODS, action="append", help="run only this method (repeatable)")
    options = parser.parse_args()
    names = [name for name in METHODS if not options.only or name in options.only]
    for path in options.files:
        texts, labels = read(path)
        print(f"\n{path.name}: {len(texts)} texts, {len(set(labels) - set(_UNLABELLED))} labels")
        print(f"{'':8}{'V':>7}{'':8}{'ARI':>7}{'':8}{'B3':>7}{'':8}{'groups':>8}{'seconds':>9}{'peak MB':>9}")
        first = None
        for name in names:
            *marks, groups, seconds, peak = measure(name, path)
            first = first or marks
            shown = "".join(
                f"{mark:7.3f} x{best / max(mark, 1e-3):<6.2f}" for mark, best in zip(marks, first, strict=True)
            )
            print(f"{name:8}{shown}{groups:8}{seconds:9.1f}{peak:9.0f}", flush=True)


if __name__ == "__main__":
    main()
