"""Communities of a graph of texts, as fine as the texts bear.

Importing this module loads scipy; import it where grouping is done, not in a page.
"""

from collections.abc import Callable

import graspologic_native as leiden
import numpy as np
import scipy.sparse as sp

_RESOLUTIONS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 12.0, 16.0)
_TRIES = 2
_ONE_TRY_ABOVE = 50_000  # large graphs differ little from try to try, and each takes minutes
_LEAST_GROWTH = 0.05


def communities(
    graph: sp.csr_matrix, seed: int, tell: Callable[[float], None] = lambda share: None
) -> tuple[np.ndarray, np.ndarray]:
    """A community number per text, as fine as modularity lets it be had cheaply, and the coarsest ones to compare.

    Finer resolutions are tried in turn as long as the modularity lost, per e-fold growth of the number of communities,
    stays under a price. Texts that fall into many narrow topics are split far; texts of a few broad ones soon cost too
    much. `tell` is called with shares of 1 between them.
    """
    graph = graph.tocsr()
    graph.sort_indices()
    coarse = chosen = _best_of(graph, _RESOLUTIONS[0], seed)
    value, variety = modularity(graph, chosen), _variety(chosen)
    for number, resolution in enumerate(_RESOLUTIONS[1:], 1):
        tell(number / len(_RESOLUTIONS))
        found = _best_of(graph, resolution, seed)
        growth = _variety(found) - variety
        if growth < _LEAST_GROWTH:
            continue
        lost = value - modularity(graph, found)
        if lost / growth > _price(graph.shape[0]):
            break
        chosen, value, variety = found, value - lost, variety + growth
    return chosen, coarse


def modularity(graph: sp.csr_matrix, labels: np.ndarray) -> float:
    """The share of ties inside communities beyond what chance would put there (0 for a graph without ties)."""
    degrees = np.asarray(graph.sum(axis=1)).ravel()
    total = degrees.sum()
    if not total:
        return 0.0
    ties = graph.tocoo()
    inside = ties.data[labels[ties.row] == labels[ties.col]].sum() / total
    shares = np.bincount(labels, degrees) / total
    return float(inside - (shares**2).sum())


def _price(size: int) -> float:
    """The modularity an e-fold growth of communities may cost; a small collection's is itself uncertain."""
    return min(0.2, 0.035 + 280 / size)


def _variety(labels: np.ndarray) -> float:
    """The logarithm of the effective number of communities: the entropy of their sizes."""
    shares = np.bincount(labels) / len(labels)
    shares = shares[shares > 0]
    return float(-(shares * np.log(shares)).sum())


def _best_of(graph: sp.csr_matrix, resolution: float, seed: int) -> np.ndarray:
    """The best of a few partitions at one resolution."""
    count = _TRIES if graph.shape[0] <= _ONE_TRY_ABOVE else 1
    tries = [_partition(graph, resolution, seed * _TRIES + number + 1) for number in range(count)]
    return max(tries, key=lambda labels: modularity(graph, labels)) if count > 1 else tries[0]


def _partition(graph: sp.csr_matrix, resolution: float, seed: int) -> np.ndarray:
    """Leiden's communities; a text without ties is a community of its own."""
    if not graph.nnz:
        return np.arange(graph.shape[0])
    _, found = leiden.leiden_csr(
        graph.indptr.astype(np.int64),
        graph.indices.astype(np.int32),
        graph.data.astype(np.float64),
        graph.shape[0],
        resolution=resolution,
        iterations=2,
        seed=seed,
        trials=1,
    )
    labels = np.full(graph.shape[0], -1, np.int64)
    labels[np.fromiter(found.keys(), np.int64, len(found))] = np.fromiter(found.values(), np.int64, len(found))
    alone = labels < 0
    labels[alone] = labels.max(initial=-1) + 1 + np.arange(alone.sum())
    return np.unique(labels, return_inverse=True)[1]


def families(fine: np.ndarray, coarse: np.ndarray) -> np.ndarray:
    """A family number per fine community: the coarse one that most of its texts lie in."""
    shared = np.zeros((fine.max() + 1, coarse.max() + 1), np.int64)
    np.add.at(shared, (fine, coarse), 1)
    return shared.argmax(axis=1)
