"""How well and how fast texts are grouped, beside BERTopic and KMeans, NMF and LDA of scikit-learn in the same run.

    python -m bench.grouping FILE.tsv [FILE.tsv ...]
    python -m bench.grouping --sample

Each file has a header line, then `text<TAB>label` (further columns are ignored; the label `-` or `?` means unlabelled).
KMeans, NMF and LDA are told the number of labels; ours and BERTopic, which is run when it is installed, are not.
Printed: V-measure, adjusted Rand index, B-cubed F1, each with the ratio of ours to it, number of groups, seconds,
seconds of processor time and peak megabytes. Every method runs in a process of its own, tokenising included, the
loading of libraries not; a text left ungrouped counts as a group of its own.

`--sample` groups the invented sample that ships and its English part: the points of its distinct open answers, the
sentences of its talk notes. What the rules take for praise or information makes a group of its own, as on the desk; so
do the passages left ungrouped. Each group stands for the code most of its passages have, an answer that says nothing
for `none`. Printed: the micro-averaged F1, precision and recall of those codes, and how many groups were found.
"""

import argparse
import importlib
import importlib.util
import json
import multiprocessing
import resource
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.cluster import KMeans
from sklearn.decomposition import NMF, LatentDirichletAllocation, TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.metrics import adjusted_rand_score, v_measure_score
from sklearn.preprocessing import normalize

from bench.frame import Area
from concerns.grouping import group
from text.clauses import kind
from text.foci import narrowed
from text.languages import detect, detect_all
from text.points import points
from text.segment import terms

_UNLABELLED = ("-", "?", "")
_DIRECTIONS = 150
_ROOT = Path(__file__).parents[1]
_LISTED = ("praise", "info")
Coded = dict[str, set[str]]
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


def bertopic(texts: Sequence[str], known: int) -> np.ndarray:
    """BERTopic as it comes (UMAP, then HDBSCAN), its embeddings TF-IDF reduced by SVD; the number is not used."""
    from bertopic import BERTopic

    counted = _counted(texts, TfidfVectorizer)
    reduced = normalize(TruncatedSVD(min(_DIRECTIONS, counted.shape[1] - 1), random_state=0).fit_transform(counted))
    lang = detect_all(texts)
    model = BERTopic(embedding_model=None, vectorizer_model=CountVectorizer(analyzer=lambda text: terms(text, lang)))
    return np.asarray(model.fit_transform(list(texts), reduced)[0])


METHODS: dict[str, Method] = {"ours": ours, "BERTopic": bertopic, "KMeans": kmeans, "NMF": nmf, "LDA": lda}


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


def _load(name: str) -> None:
    """Load a method's libraries, so that the clock does not count it."""
    if name == "BERTopic":
        importlib.import_module("bertopic")
    if name == "ours":
        group(["one text", "another text", "一条意见", "另一条意见"])


def _run(name: str, path: Path, answers: multiprocessing.Queue) -> None:
    texts, labels = read(path)
    known = len(set(labels) - set(_UNLABELLED))
    _load(name)
    started, worked = time.perf_counter(), time.process_time()
    found = METHODS[name](texts, known)
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answers.put((*scores(labels, found), len(set(found[found >= 0].tolist())), seconds, worked, peak))


def measure(name: str, path: Path) -> tuple[float, float, float, int, float, float, float]:
    """V, ARI, B-cubed F1, groups, seconds, CPU seconds, peak megabytes of a method on a file, in its own process."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    process = context.Process(target=_run, args=(name, path, answers))
    process.start()
    result = answers.get()
    process.join()
    return result


def sample_answers(part: str = "") -> Coded:
    """The distinct open answers of the sample with their codes."""
    given = _lines(_ROOT / "exchange" / "sample" / part / "responses.jsonl")
    texts = {each["id"]: each["answers"] for each in given}
    labels = _lines(_ROOT / "tests" / "gold" / part / "response_labels.jsonl")
    return {texts[label["response_id"]][label["item"]]: set(label["codes"]) for label in reversed(labels)}


def sample_sentences(part: str = "") -> Coded:
    """The sentences of the sample's talk notes with their codes."""
    return {
        label["text"]: set(label["codes"]) for label in _lines(_ROOT / "tests" / "gold" / part / "talk_segments.jsonl")
    }


def coded(gold: Coded, passages: Sequence[tuple[int, str, str]]) -> tuple[float, float, float, int]:
    """Micro-F1, precision, recall and number of groups; each passage as (place of its text, its words, its kind)."""
    codes = list(gold.values())
    taken = [at for at, (_, _, said) in enumerate(passages) if said not in _LISTED]
    found = group([passages[at][1] for at in taken])
    lots = [[taken[row] for row in each.rows] for each in found.groups]
    lots += [[taken[row] for row in found.ungrouped]]
    lots += [[at for at, (_, _, said) in enumerate(passages) if said == listed] for listed in _LISTED]
    guesses: list[set[str]] = [set() for _ in gold]
    for lot in filter(None, lots):
        owners = [passages[at][0] for at in lot]
        common = Counter(code for owner in owners for code in sorted(codes[owner])).most_common(1)[0][0]
        for owner in owners:
            guesses[owner].add(common)
    guesses = [guess or {"none"} for guess in guesses]
    right = sum(len(guess & true) for guess, true in zip(guesses, codes, strict=True))
    precision, recall = right / sum(map(len, guesses)), right / sum(map(len, codes))
    return 2 * precision * recall / (precision + recall), precision, recall, len(found.groups)


def sample() -> None:
    """Print how well the groups of the sample meet its codes."""
    print(f"{'':24}{'micro-F1':>9}{'precision':>11}{'recall':>8}{'groups':>8}")
    for part, named in (("", "zh"), ("en", "en")):
        answers, sentences = sample_answers(part), sample_sentences(part)
        points_made = [
            (place, narrowed(point.text, point.focus, detect(point.text)) if point.focus else point.text, point.kind)
            for place, text in enumerate(answers)
            for point in points(text)
        ]
        said = [(place, text, kind(text)) for place, text in enumerate(sentences)]
        for name, gold, passages in (("open answers", answers, points_made), ("talk sentences", sentences, said)):
            score, precision, recall, groups = coded(gold, passages)
            print(f"{named} {name:21}{score:9.3f}{precision:11.3f}{recall:8.3f}{groups:8}")


def _lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--sample", action="store_true", help="measure on the sample that ships")
    parser.add_argument("--only", choices=METHODS, action="append", help="run only this method (repeatable)")
    options = parser.parse_args()
    if options.sample:
        sample()
    names = [name for name in METHODS if not options.only or name in options.only]
    if "BERTopic" in names and importlib.util.find_spec("bertopic") is None:
        print("BERTopic is not installed and left out.")
        names.remove("BERTopic")
    for path in options.files:
        texts, labels = read(path)
        print(f"\n{path.name}: {len(texts)} texts, {len(set(labels) - set(_UNLABELLED))} labels")
        print(
            f"{'':8}{'V':>7}{'':8}{'ARI':>7}{'':8}{'B3':>7}{'':8}{'groups':>8}{'seconds':>9}{'CPU s':>8}{'peak MB':>9}"
        )
        first = None
        for name in names:
            *marks, groups, seconds, worked, peak = measure(name, path)
            first = first or marks
            shown = "".join(
                f"{mark:7.3f} x{best / max(mark, 1e-3):<6.2f}" for mark, best in zip(marks, first, strict=True)
            )
            print(f"{name:8}{shown}{groups:8}{seconds:9.1f}{worked:8.1f}{peak:9.0f}", flush=True)


AREA = Area("Grouping: how well", flags=("--sample",), quick=("--sample",))

if __name__ == "__main__":
    main()
