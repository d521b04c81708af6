"""Refinement: texts that the graph put into one group and their own words into another change over.

Importing this module loads scipy; import it where grouping is done, not in a page.
"""

import numpy as np
import scipy.sparse as sp

_ROUNDS = 2
_SMOOTHING = 10_000.0
_WORDS_COUNTED = 24
_LEAST_VOTE = 0.02


def refine(labels: np.ndarray, counts: sp.csr_matrix, ties: sp.csr_matrix) -> np.ndarray:
    """A group number per text after two rounds of Bayes' rule on the words (texts x words) and the neighbours' votes.

    Groups may vanish, none appears.
    """
    present = counts.tocsr().copy()
    present.data[:] = 1
    frequency = np.asarray(present.sum(axis=0)).ravel()
    lengths = np.asarray(present.sum(axis=1)).ravel()
    # A long text is no more certain than a sentence: its words depend on each other.
    damped = sp.diags(np.minimum(1, _WORDS_COUNTED / np.maximum(lengths, 1)).astype(np.float32)) @ present
    for _ in range(_ROUNDS):
        groups = int(labels.max()) + 1
        members = sp.csr_matrix((np.ones(len(labels), np.float32), (np.arange(len(labels)), labels)))
        expected = np.maximum(frequency, 1) / max(frequency.sum(), 1)
        found = np.asarray((members.T @ present).todense()) + _SMOOTHING * expected
        likelier = np.log(found / found.sum(axis=1, keepdims=True) / expected).astype(np.float32)
        votes = np.asarray((ties @ members).todense())
        votes /= np.maximum(votes.sum(axis=1, keepdims=True), 1e-9)
        worth = np.asarray(damped @ likelier.T) + np.log(votes + _LEAST_VOTE)
        worth += np.log(np.bincount(labels, minlength=groups) + 1.0)
        labels = np.unique(worth.argmax(axis=1), return_inverse=True)[1]
    return labels
