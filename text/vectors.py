"""Text vectors learned from the texts themselves: word co-occurrence, no weights, nothing fetched.

Importing this module loads scipy and scikit-learn, which takes seconds: import it where grouping is done, not in a
page.
"""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.preprocessing import normalize
from sklearn.utils.extmath import randomized_svd

_VOCABULARY = 14_000
_SEGMENT = 40
_SEGMENTS_PER_TEXT = 4
_CHUNK = 50_000
_SVD_SAMPLE = 4_000
_SMOOTHING = 0.75
_SHIFT = 1.0
_DIMENSIONS = (20, 40)


class Space:
    """The vector space of a collection of texts, each given as its terms.

    `counts` is texts x vocabulary, `idf` one weight per word, `words` the vocabulary in column order.
    """

    def __init__(self, documents: Sequence[Sequence[str]], seed: int = 0) -> None:
        """Learn vocabulary and word vectors. A collection without any term gives a space of one empty column."""
        self._counter, self.counts = _count(documents)
        size = len(documents)
        found = np.asarray((self.counts > 0).sum(axis=0)).ravel()
        self.idf = (np.log((1 + size) / (1 + found)) + 1).astype(np.float32)
        related = _related_words(_cooccurrence(documents, self._counter, self.counts))
        self._word_vectors = self._reduce(related, size, seed)

    @property
    def words(self) -> np.ndarray:
        """The vocabulary, in column order."""
        return self._counter.get_feature_names_out()

    def count(self, documents: Sequence[Sequence[str]]) -> sp.csr_matrix:
        """Texts x vocabulary counts of other texts; words never seen are left out."""
        return self._counter.transform(documents)

    def weigh(self, counts: sp.csr_matrix) -> sp.csr_matrix:
        """Counts damped by logarithm and weighted by idf."""
        weights = counts.copy()
        weights.data = 1 + np.log(weights.data)
        return (weights @ sp.diags(self.idf)).tocsr()

    def vectors(self, counts: sp.csr_matrix) -> np.ndarray:
        """One unit-length vector per text (float32, texts x dimensions); zero for a text without a known word."""
        return normalize(np.asarray(self.weigh(counts) @ self._word_vectors)).astype(np.float32)

    def _reduce(self, related: sp.csr_matrix, size: int, seed: int) -> np.ndarray:
        """Word vectors: related words projected on the main directions of a sample of the texts."""
        rows = np.arange(size)
        if size > _SVD_SAMPLE:
            rows = np.random.default_rng(seed).choice(size, _SVD_SAMPLE, replace=False)
        # Half of the product is not zero: dense, it decomposes several times faster.
        texts = normalize((self.weigh(self.counts[rows]) @ related).toarray(), copy=False)
        wanted = int(np.clip(np.sqrt(size), *_DIMENSIONS))
        dimensions = max(1, min(wanted, min(texts.shape) - 1))
        directions = randomized_svd(texts, dimensions, n_iter=3, random_state=seed)[2]
        return np.ascontiguousarray((related @ directions.T).astype(np.float32))


def shared_words(documents: Sequence[Sequence[str]]) -> sp.csr_matrix:
    """Unit-length TF-IDF rows: texts are alike as far as they share words, whatever company the words keep."""
    for least in (2, 1):
        try:
            return TfidfVectorizer(analyzer=_same, min_df=least, sublinear_tf=True, dtype=np.float32).fit_transform(
                documents
            )
        except ValueError:  # no word is left above the floor
            continue
    return sp.csr_matrix((len(documents), 1), dtype=np.float32)


def _same(document: Sequence[str]) -> Sequence[str]:
    return document


def _count(documents: Sequence[Sequence[str]]) -> tuple[CountVectorizer, sp.csr_matrix]:
    rare = 1 if len(documents) < 500 else 2
    for least in (rare, 1):
        counter = CountVectorizer(analyzer=_same, min_df=least, max_features=_VOCABULARY, dtype=np.float32)
        try:
            return counter, counter.fit_transform(documents)
        except ValueError:  # no word is left: look again without the floor, then give one empty column
            continue
    counter.fit([["\0"]])
    return counter, counter.transform(documents)


def _cooccurrence(documents: Sequence[Sequence[str]], counter: CountVectorizer, counts: sp.csr_matrix) -> sp.csr_matrix:
    """Vocabulary x vocabulary: how often two words stand in one segment; a segment weighs about its length.

    Sums over chunks of texts, so that memory stays bounded.
    """
    long_texts = np.mean([len(document) for document in documents[:5000]]) > _SEGMENT
    total = None
    for at in range(0, len(documents), _CHUNK):
        chunk = counts[at : at + _CHUNK]
        if long_texts:
            chunk = counter.transform(_segments(documents[at : at + _CHUNK]))
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
