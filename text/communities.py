"""Communities of a graph of texts, as fine as the texts bear.

Importing this module loads scipy; import it where grouping is done, not in a page.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import graspologic_native as leiden
import numpy as np
import scipy.sparse as sp

_RESOLUTIONS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 12.0, 16.0)
_TRIES = 2
_ONE_TRY_ABOVE = 50_000  # large graphs differ little from try to try, and each takes minutes
_LEAST_GROWTH = 0.05
_JOINED_FROM = 1_000


def communities(
    graph: sp.csr_matrix, seed: int, tell: Callable[[float], None] = lambda share: None
) -> tuple[np.ndarray, np.ndarray]:
    """A community number per text, as fine as modularity lets it be had cheaply, and the coarsest ones to compare.

    Finer resolutions are tried in turn as long as the modularity lost, per e-fold growth of the number of communities,
    stays under a price. Texts that fall into many narrow topics are split far; texts of a few broad ones soon cost too
    much. They are tried on the finest communities joined, which takes no time; only the one chosen is sought among the
    texts themselves. `tell` is called with shares of 1 between them.
    """
    graph = graph.tocsr()
    graph.sort_indices()
    number = graph.shape[0]
    finest, joined = np.arange(number), graph
    if number >= _JOINED_FROM:
        finest = _partition(graph, _RESOLUTIONS[-1], seed, iterations=1)
        number, joined = int(finest.max()) + 1, _joined(graph, finest)
    tell(0.4)
    coarse = tried = _partition(joined, _RESOLUTIONS[0], seed)[:number][finest]
    chosen, value, variety = _RESOLUTIONS[0], modularity(graph, tried), _variety(tried)
    for resolution in _RESOLUTIONS[1:]:
        tried = _partition(joined, resolution, seed)[:number][finest]
        growth = _variety(tried) - variety
        if growth < _LEAST_GROWTH:
            continue
        lost = value - modularity(graph, tried)
        if lost / growth > _price(graph.shape[0]):
            break
        chosen, value, variety = resolution, value - lost, variety + growth
    tell(0.5)
    return _best_of(graph, chosen, seed), np.unique(coarse, return_inverse=True)[1]


def _joined(graph: sp.csr_matrix, labels: np.ndarray) -> sp.csr_matrix:
    """The graph of communities, each as two halves: what ties it within, which the method would overlook, ties them."""
    members = sp.csr_matrix((np.ones(len(labels), np.float32), (np.arange(len(labels)), labels)))
    ties = (members.T @ graph @ members).tocsr()
    within = sp.diags(ties.diagonal())
    apart = (ties - within) / 4
    found = sp.bmat([[apart, apart + within / 2], [apart + within / 2, apart]]).tocsr()
    found.eliminate_zeros()
    found.sort_indices()
    return found


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
    return min(0.2, 0.03 + 280 / size)


def _variety(labels: np.ndarray) -> float:
    """The logarithm of the effective number of communities: the entropy of their sizes."""
    shares = np.bincount(labels) / len(labels)
    shares = shares[shares > 0]
    return float(-(shares * np.log(shares)).sum())


def _best_of(graph: sp.csr_matrix, resolution: float, seed: int) -> np.ndarray:
    """The best of a few partitions at one resolution, found side by side."""
    count = _TRIES if graph.shape[0] <= _ONE_TRY_ABOVE else 1
    with ThreadPoolExecutor(count) as threads:
        tries = list(
            threads.map(lambda number: _partition(graph, resolution, seed * _TRIES + number + 1), range(count))
        )
    return max(tries, key=lambda labels: modularity(graph, labels)) if count > 1 else tries[0]


def _partition(graph: sp.csr_matrix, resolution: float, seed: int, iterations: int = 2) -> np.ndarray:
    """Leiden's communities; a text without ties is a community of its own."""
    if not graph.nnz:
        return np.arange(graph.shape[0])
    _, found = leiden.leiden_csr(
        graph.indptr.astype(np.int64),
        graph.indices.astype(np.int32),
        graph.data.astype(np.float64),
        graph.shape[0],
        resolution=resolution,
        iterations=iterations,
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
