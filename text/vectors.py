"""Text vectors learned from the texts themselves: word co-occurrence, no weights, nothing fetched.

Importing this module loads scipy and scikit-learn, which takes seconds: import it where grouping is done, not in a
page.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import chain

import numpy as np
import scipy.sparse as sp
from sklearn.preprocessing import normalize

_VOCABULARY = 14_000
_FEW = 500
_SEGMENT = 40
_SEGMENTS_PER_TEXT = 4
_CHUNK = 50_000
_SVD_SAMPLE = 8_000
_SVD_ROUNDS = 3
_MEASURED_BELOW = 1_000
_MORE_DIRECTIONS = 10
_SMOOTHING = 0.75
_SHIFT = 1.0
_DIMENSIONS = (20, 40)


class Space:
    """The vector space of a collection of texts, each given as its terms.

    `counts` is texts x vocabulary, `idf` one weight per word, `words` the vocabulary in column order.
    """

    def __init__(self, documents: Sequence[Sequence[str]], seed: int = 0) -> None:
        """Learn vocabulary and word vectors. A collection without any term gives a space of one empty column."""
        size = len(documents)
        self._columns, self.counts = _count(documents, 1 if size < _FEW else 2, _VOCABULARY)
        self.idf = (np.log((1 + size) / (1 + _texts_with(self.counts))) + 1).astype(np.float32)
        related = _related_words(_cooccurrence(documents, self.count, self.counts))
        self._word_vectors = self._reduce(related, size, seed)

    @property
    def words(self) -> np.ndarray:
        """The vocabulary, in column order."""
        return np.array(list(self._columns), dtype=object)

    def count(self, documents: Sequence[Sequence[str]]) -> sp.csr_matrix:
        """Texts x vocabulary counts of other texts; words never seen are left out."""
        return _rows(documents, lambda word: self._columns.get(word, -1), lambda: len(self._columns))

    def weigh(self, counts: sp.csr_matrix) -> sp.csr_matrix:
        """Counts damped by logarithm and weighted by idf."""
        weights = counts.copy()
        weights.data = 1 + np.log(weights.data)
        return (weights @ sp.diags(self.idf)).tocsr()

    def vectors(self, counts: sp.csr_matrix) -> np.ndarray:
        """One unit-length vector per text (float32, texts x dimensions); zero for a text without a known word."""
        return normalize(np.asarray(self.weigh(counts) @ self._word_vectors)).astype(np.float32)

    def _reduce(self, related: sp.csr_matrix, size: int, seed: int) -> np.ndarray:
        """Word vectors: related words projected on the main directions of a sample of the texts.

        The texts themselves, half of whose columns are not zero, are never made: every product goes by way of the
        words, and their lengths are estimated from a random projection.
        """
        rng = np.random.default_rng(seed)
        rows = np.arange(size)
        if size > _SVD_SAMPLE:
            rows = rng.choice(size, _SVD_SAMPLE, replace=False)
        texts = self.weigh(self.counts[rows])
        wanted = int(np.clip(np.sqrt(size), *_DIMENSIONS))
        dimensions = max(1, min(wanted, min(texts.shape) - 1))
        basis = rng.standard_normal((related.shape[1], dimensions + _MORE_DIRECTIONS), np.float32)
        # Few texts are measured; of many, what a random projection keeps is measured.
        seen = (texts @ related).toarray() if size < _MEASURED_BELOW else texts @ (related @ basis)
        lengths = np.linalg.norm(seen, axis=1)
        texts = sp.diags((1 / np.maximum(lengths, 1e-9)).astype(np.float32)) @ texts
        backwards, related_to = texts.T.tocsr(), related.T.tocsr()
        seen = np.asarray(texts @ (related @ basis))
        for _ in range(_SVD_ROUNDS):
            basis = _level(related_to @ (backwards @ _level(seen)))
            seen = texts @ (related @ basis)
        turn = np.linalg.eigh(_products(seen))[1][:, ::-1][:, :dimensions]
        return np.ascontiguousarray(related @ (basis @ turn.astype(np.float32)))


def _products(columns: np.ndarray) -> np.ndarray:
    """The products of all pairs of columns."""
    exact = columns.astype(np.float64)
    return exact.T @ exact


def _level(columns: np.ndarray) -> np.ndarray:
    """Orthonormal columns that span the same; several times faster than Householder's way for tall matrices."""
    sizes, turn = np.linalg.eigh(_products(columns))
    return columns @ (turn / np.sqrt(np.maximum(sizes, max(sizes[-1], 1e-12) * 1e-12))).astype(np.float32)


def shared_words(documents: Sequence[Sequence[str]]) -> sp.csr_matrix:
    """Unit-length TF-IDF rows: texts are alike as far as they share words, whatever company the words keep."""
    counts = _count(documents, 2, None)[1]
    rarity = np.log((1 + len(documents)) / (1 + _texts_with(counts))) + 1
    counts.data = (1 + np.log(counts.data)) * rarity.astype(np.float32)[counts.indices]
    return normalize(counts, copy=False)


def _texts_with(counts: sp.csr_matrix) -> np.ndarray:
    """In how many texts each word stands."""
    return np.bincount(counts.indices, minlength=counts.shape[1])


def _count(documents: Sequence[Sequence[str]], least: int, most: int | None) -> tuple[dict[str, int], sp.csr_matrix]:
    """The columns of the words, in the order of the words, and texts x words counts.

    Words in fewer than `least` texts are left out unless no other is left, and all but the `most` frequent ones. One
    empty column stands for no word at all.
    """
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    found = _rows(documents, numbers.__getitem__, lambda: max(1, len(numbers)))
    if not numbers:
        return {"\0": 0}, found
    often = _texts_with(found)
    kept = np.flatnonzero(often >= (least if often.max() >= least else 1))
    words = np.array(list(numbers), dtype=object)
    if most is not None and len(kept) > most:
        total = np.bincount(found.indices, found.data, len(numbers))
        kept = np.array(sorted(kept, key=lambda number: (-total[number], words[number]))[:most])
    kept = np.array(sorted(kept, key=words.__getitem__))
    return {word: column for column, word in enumerate(words[kept])}, _only(found, kept)


def _only(counts: sp.csr_matrix, kept: np.ndarray) -> sp.csr_matrix:
    """The counts of some words alone, in the order given."""
    column = np.full(counts.shape[1], -1, np.int32)
    column[kept] = np.arange(len(kept))
    columns = column[counts.indices]
    taken = columns >= 0
    starts = np.concatenate([[0], np.cumsum(taken)])[counts.indptr]
    found = sp.csr_matrix((counts.data[taken], columns[taken], starts), shape=(counts.shape[0], len(kept)))
    found.sort_indices()
    return found


def _rows(documents: Sequence[Sequence[str]], number: Callable[[str], int], width: Callable[[], int]) -> sp.csr_matrix:
    """Texts x words counts; a word whose number is -1 is left out. `width` is asked when all words are numbered."""
    starts = np.concatenate([[0], np.cumsum([len(document) for document in documents], dtype=np.int64)])
    numbers = np.fromiter(map(number, chain.from_iterable(documents)), np.int32, int(starts[-1]))
    known = numbers >= 0
    if not known.all():
        starts = np.concatenate([[0], np.cumsum(known)])[starts]
        numbers = numbers[known]
    counts = sp.csr_matrix((np.ones(len(numbers), np.float32), numbers, starts), shape=(len(documents), width()))
    counts.sum_duplicates()
    return counts


def _cooccurrence(
    documents: Sequence[Sequence[str]],
    count: Callable[[Sequence[Sequence[str]]], sp.csr_matrix],
    counts: sp.csr_matrix,
) -> sp.csr_matrix:
    """Vocabulary x vocabulary: how often two words stand in one segment; a segment weighs about its length.

    Sums over chunks of texts, so that memory stays bounded.
    """
    long_texts = np.mean([len(document) for document in documents[:5000]]) > _SEGMENT
    total = None
    for at in range(0, len(documents), _CHUNK):
        chunk = counts[at : at + _CHUNK]
        if long_texts:
            chunk = count(_segments(documents[at : at + _CHUNK]))
        present = chunk.copy()
        present.data[:] = 1
        lengths = np.asarray(present.sum(axis=1)).ravel()
        weighted = sp.diags((1 / np.sqrt(np.maximum(lengths - 1, 1))).astype(np.float32)) @ present
        pairs = (weighted.T @ weighted).tocsr()
        total = pairs if total is None else total + pairs
    return total


def _segments(documents: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    return [
        document[at : at + _SEGMENT]
        for document in documents
        for at in range(0, max(1, min(len(document), _SEGMENT * _SEGMENTS_PER_TEXT)), _SEGMENT)
    ]


def _related_words(cooccurrence: sp.csr_matrix) -> sp.csr_matrix:
    """Shifted positive pointwise mutual information of each pair of words, rows of unit length."""
    pairs = cooccurrence.tocoo()
    size = cooccurrence.shape[0]
    frequency = np.bincount(pairs.row, pairs.data, size) + 1e-9
    smoothed = frequency**_SMOOTHING
    smoothed /= smoothed.sum()
    expected = frequency[pairs.row] * smoothed[pairs.col]
    information = np.log(np.maximum(pairs.data / expected, 1e-12)) - _SHIFT
    positive = information > 0
    return normalize(
        sp.csr_matrix(
            (information[positive].astype(np.float32), (pairs.row[positive], pairs.col[positive])), shape=(size, size)
        )
    )
