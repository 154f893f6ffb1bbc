"""Random forests for regression in numpy: bootstrap, splits found on histograms of quantile bins, a mean over the trees."""

import numpy as np

BINS = 64


class Tree:
    """Nodes by index, children behind their parents. `left` is -1 at leaves; a row goes left where its feature is at most the threshold."""

    def __init__(self):
        self.left, self.right, self.feature, self.threshold, self.value = [], [], [], [], []

    def add(self):
        for column, start in ((self.left, -1), (self.right, -1), (self.feature, -1), (self.threshold, 0.0), (self.value, 0.0)):
            column.append(start)
        return len(self.left) - 1


def bin_edges(rows):
    """Per feature the float32 thresholds between its bins: middles of neighbouring values, at most BINS - 1 of them."""
    edges = []
    for column in rows.T:
        values = np.unique(column)
        middles = ((values[1:].astype(np.float64) + values[:-1]) / 2).astype(np.float32)
        if len(middles) > BINS - 1:
            middles = middles[np.unique(np.searchsorted(values, np.quantile(column, np.linspace(0, 1, BINS + 1)[1:-1])).clip(1, len(middles)) - 1)]
        edges.append(middles)
    return edges


def grow(codes, edges, target, order, rng, depth, least, share):
    """One tree on the rows of `order` (with repetitions): at most `depth` deep, `least` rows a leaf, a `share` of the features tried per split."""
    tree = Tree()
    features = codes.shape[1]
    tried = max(1, int(features * share))
    pending = [(tree.add(), order, depth)]
    while pending:
        node, rows, left = pending.pop()
        y = target[rows]
        tree.value[node] = y.mean()
        if left == 0 or len(rows) < 2 * least or y.std() < 1e-9:
            continue
        columns = rng.choice(features, tried, replace=False)
        flat = (codes[rows][:, columns] + np.arange(tried) * BINS).ravel()
        counts = np.bincount(flat, minlength=tried * BINS).reshape(tried, BINS).cumsum(1)[:, :-1]
        sums = np.bincount(flat, np.repeat(y, tried), tried * BINS).reshape(tried, BINS).cumsum(1)[:, :-1]
        rest = len(rows) - counts
        with np.errstate(divide="ignore", invalid="ignore"):
            gain = sums**2 / counts + (y.sum() - sums) ** 2 / rest
        gain[(counts < least) | (rest < least)] = -np.inf
        best = int(gain.argmax())
        column, cut = columns[best // (BINS - 1)], best % (BINS - 1)
        if gain.ravel()[best] <= y.sum() ** 2 / len(rows) * (1 + 1e-9):
            continue
        goes_left = codes[rows, column] <= cut
        tree.feature[node], tree.threshold[node] = int(column), float(edges[column][cut])
        tree.left[node], tree.right[node] = tree.add(), tree.add()
        pending += [(tree.left[node], rows[goes_left], left - 1), (tree.right[node], rows[~goes_left], left - 1)]
    return tree


def train_forest(rows, target, trees, depth, least, share, seed):
    """The trees of a forest whose prediction is their mean."""
    rng = np.random.default_rng(seed)
    edges = bin_edges(rows)
    codes = np.stack([np.searchsorted(edge, column, side="left") for edge, column in zip(edges, rows.T)], 1)
    return [grow(codes, edges, target, rng.integers(0, len(rows), len(rows)), rng, depth, least, share) for _ in range(trees)]
