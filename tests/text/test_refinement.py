"""Refinement: a text goes where its words and its neighbours are."""

import numpy as np
import scipy.sparse as sp

from text.refinement import refine


def two_topics(size: int = 40) -> tuple[sp.csr_matrix, sp.csr_matrix, np.ndarray]:
    """Texts of two vocabularies tied within each, and whose they are."""
    rng = np.random.default_rng(0)
    own = np.repeat([0, 1], size)
    words = np.zeros((2 * size, 40), np.float32)
    for row, topic in enumerate(own):
        words[row, 20 * topic + rng.choice(20, 6, replace=False)] = 1
    ties = sp.csr_matrix((own[:, None] == own[None, :]).astype(np.float32))
    ties.setdiag(0)
    return sp.csr_matrix(words), ties, own


def test_misplaced_texts_change_over() -> None:
    counts, ties, own = two_topics()
    labels = own.copy()
    labels[[0, 1, 50]] = 1 - labels[[0, 1, 50]]
    assert (refine(labels, counts, ties) == own).all()


def test_what_fits_stays_and_no_group_appears() -> None:
    counts, ties, own = two_topics()
    assert (refine(own, counts, ties) == own).all()
    assert refine(np.zeros(80, np.int64), counts, ties).max() == 0


def test_texts_without_words_or_ties_do_no_harm() -> None:
    counts, ties, own = two_topics()
    bare = sp.csr_matrix(counts.shape, dtype=np.float32)
    alone = sp.csr_matrix(ties.shape, dtype=np.float32)
    assert len(refine(own, bare, alone)) == 80
