"""Graphs of nearest neighbours between texts.

Importing this module loads scipy; import it where grouping is done, not in a page.
"""

from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp

_BLOCK = 2_500_000  # cells: what stays near the processor
_STRIP = 32
_COMMON = 0.01


def nearest(vectors: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices and cosines (both texts x count) of the texts nearest to each unit vector, by comparing all with all.

    An index of -1 fills the place of a neighbour not found; a zero vector has none and is nobody's.
    """
    indices = np.full((len(vectors), count), -1, np.int32)
    cosines = np.zeros((len(vectors), count), np.float32)
    told = np.flatnonzero(vectors.any(axis=1))
    kept = min(count, len(told) - 1)
    if kept < 1:
        return indices, cosines
    known = vectors[told]
    columns = np.ascontiguousarray(known.T)
    for rows, block in _blocks(len(told)):
        np.matmul(known[rows], columns, out=block)
        best, found = _best(block, rows.start, kept)
        indices[told[rows], :kept] = told[best]
        cosines[told[rows], :kept] = found
    return indices, cosines


def nearest_sparse(rows: sp.csr_matrix, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The same for sparse unit-length rows, each with its full count of neighbours, some of them at a cosine of 0.

    The common columns are multiplied as a dense matrix: in sparse ones they make nearly all of the work.
    """
    size = rows.shape[0]
    indices = np.empty((size, count), np.int32)
    cosines = np.empty((size, count), np.float32)
    common = np.bincount(rows.indices, minlength=rows.shape[1]) > size * _COMMON
    dense, rare = rows[:, common].toarray(), rows[:, ~common].tocsr()
    dense_columns, rare_columns = np.ascontiguousarray(dense.T), rare.T.tocsr()
    for span, block in _blocks(size):
        np.matmul(dense[span], dense_columns, out=block)
        shared = (rare[span] @ rare_columns).tocoo()
        block[shared.row, shared.col] += shared.data
        indices[span], cosines[span] = _best(block, span.start, count)
    return indices, cosines


def _blocks(size: int) -> Iterator[tuple[slice, np.ndarray]]:
    """Spans of rows, each with room for their likeness to all; the room is used again, memory being slow to get."""
    step = max(1, min(size, _BLOCK // size))
    room = np.empty((step, size), np.float32)
    for at in range(0, size, step):
        span = slice(at, min(at + step, size))
        yield span, room[: span.stop - span.start]


def nearest_by_lists(vectors: np.ndarray, count: int, seed: int, probes: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Indices and cosines found approximately: texts are sorted into lists, each list searches its nearest lists.

    An index of -1 fills the place of a neighbour not found.
    """
    centres = _list_centres(vectors, seed)
    home = np.concatenate(
        [np.argmax(vectors[at : at + 50_000] @ centres.T, 1) for at in range(0, len(vectors), 50_000)]
    )
    order = np.argsort(home, kind="stable")
    starts = np.searchsorted(home[order], np.arange(len(centres) + 1))
    near = np.argsort(-(centres @ centres.T), axis=1, kind="stable")[:, :probes]
    indices = np.full((len(vectors), count), -1, np.int32)
    cosines = np.zeros((len(vectors), count), np.float32)
    for number in range(len(centres)):
        own = order[starts[number] : starts[number + 1]]
        candidates = np.concatenate([order[starts[other] : starts[other + 1]] for other in near[number]])
        for at in range(0, len(own), 2048):
            rows = own[at : at + 2048]
            block = vectors[rows] @ vectors[candidates].T
            block[candidates[None, :] == rows[:, None]] = -2
            kept = min(count, block.shape[1] - 1)
            if kept < 1:
                continue
            best = np.argpartition(-block, kept - 1, axis=1)[:, :kept]
            indices[rows, :kept] = candidates[best]
            cosines[rows, :kept] = np.take_along_axis(block, best, 1)
    return indices, cosines


def graph(indices: np.ndarray, cosines: np.ndarray, power: float) -> sp.csr_matrix:
    """The symmetric graph (texts x texts) in which neighbours are tied by cosine to a power."""
    size = len(indices)
    sources = np.repeat(np.arange(size), indices.shape[1])
    targets = indices.ravel()
    weights = np.maximum(cosines.ravel(), 0) ** power
    real = (targets >= 0) & (weights > 1e-4)
    ties = sp.csr_matrix((weights[real].astype(np.float32), (sources[real], targets[real])), shape=(size, size))
    return ties.maximum(ties.T).tocsr()


def blend(first: sp.csr_matrix, second: sp.csr_matrix, share: float) -> sp.csr_matrix:
    """Two graphs added, the second weighing `share` of the first once their mean ties are made equal."""
    if not second.nnz or not first.nnz:
        return first if first.nnz else second
    return (first / first.data.mean() + share * second / second.data.mean()).tocsr()


def _best(block: np.ndarray, at: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The best columns of each row of a block, a row's own column left out.

    The best `count` columns lie in the best `count` of any strips the columns are cut into: only those are looked at.
    """
    height, size = block.shape
    block[np.arange(height), np.arange(at, at + height)] = -2
    strips = size // _STRIP
    if strips <= count:
        best = np.argpartition(block, size - count, axis=1)[:, size - count :]
        return best, np.take_along_axis(block, best, 1)
    whole = strips * _STRIP
    tops = block[:, :whole].reshape(height, _STRIP, strips).max(axis=1)
    near = np.argpartition(tops, strips - count, axis=1)[:, strips - count :]
    columns = (near[:, None, :] + strips * np.arange(_STRIP)[:, None]).reshape(height, -1)
    columns = np.hstack([columns, np.broadcast_to(np.arange(whole, size), (height, size - whole))])
    found = np.take_along_axis(block, columns, 1)
    best = np.argpartition(found, found.shape[1] - count, axis=1)[:, found.shape[1] - count :]
    return np.take_along_axis(columns, best, 1), np.take_along_axis(found, best, 1)


def _list_centres(vectors: np.ndarray, seed: int, rounds: int = 8) -> np.ndarray:
    """Centres of about sqrt(texts) lists, by spherical k-means on a sample."""
    rng = np.random.default_rng(seed)
    lists = int(np.sqrt(len(vectors)))
    sample = vectors[rng.choice(len(vectors), min(len(vectors), lists * 40), replace=False)]
    centres = sample[rng.choice(len(sample), lists, replace=False)].copy()
    for _ in range(rounds):
        home = np.concatenate(
            [np.argmax(sample[at : at + 20_000] @ centres.T, 1) for at in range(0, len(sample), 20_000)]
        )
        members = sp.csr_matrix(
            (np.ones(len(sample), np.float32), (home, np.arange(len(sample)))), shape=(lists, len(sample))
        )
        sums = np.asarray(members @ sample)
        lengths = np.linalg.norm(sums, axis=1)
        empty = lengths < 1e-9
        sums[empty] = sample[rng.choice(len(sample), int(empty.sum()))]
        lengths[empty] = 1
        centres = sums / lengths[:, None]
    return centres
