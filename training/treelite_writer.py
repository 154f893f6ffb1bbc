"""Writes a forest for regression as a Treelite checkpoint of version 4, and reads its own files back.

The format: https://treelite.readthedocs.io/en/latest/serialization/v4.html
"""

import struct

import numpy as np

VERSION = (4, 0, 0)
FLOAT32 = 2
REGRESSOR = 1
LESS_OR_EQUAL = 3


def _array(values, kind):
    array = np.ascontiguousarray(values, dtype=kind)
    return struct.pack("<Q", array.size) + array.tobytes()


def write_checkpoint(trees, features):
    """The bytes of a checkpoint.tl: the mean over the trees (forest_training.Tree), with nothing added."""
    count = len(trees)
    parts = [
        struct.pack("<iii", *VERSION),
        struct.pack("<BBQ", FLOAT32, FLOAT32, count),
        # Task, whether trees are averaged, targets.
        struct.pack("<iB?i", features, REGRESSOR, True, 1),
        _array([1], "<i4"),
        _array([1, 1], "<i4"),
        _array(np.zeros(count), "<i4"),
        _array(np.zeros(count), "<i4"),
        _array(np.frombuffer(b"identity", np.uint8), "u1"),
        # Sigmoid's and the exponential's parameters, which identity has no use for.
        struct.pack("<ff", 1.0, 1.0),
        _array([0.0], "<f8"),
        _array(np.frombuffer(b"{}", np.uint8), "u1"),
        struct.pack("<i", 0),
    ]
    return b"".join(parts + [_tree(tree) for tree in trees])


def _tree(tree):
    nodes = len(tree.left)
    left = np.array(tree.left)
    inner = left >= 0
    offsets = _array(np.zeros(nodes), "<u8")
    return b"".join(
        [
            struct.pack("<i?", nodes, False),
            _array(inner, "i1"),
            _array(left, "<i4"),
            _array(tree.right, "<i4"),
            _array(np.where(inner, tree.feature, -1), "<i4"),
            # A missing value goes right.
            _array(np.zeros(nodes), "u1"),
            _array(np.where(inner, 0, tree.value), "<f4"),
            _array(np.where(inner, tree.threshold, 0), "<f4"),
            _array(np.where(inner, LESS_OR_EQUAL, 0), "i1"),
            # Where categories go, leaf vectors, categories.
            _array(np.zeros(nodes), "u1"),
            _array([], "<f4") + offsets + offsets,
            _array([], "<u4") + offsets + offsets,
            # Row counts, Hessians and gains, each with which nodes have them.
            *[_array([], kind) for kind in ("<u8", "u1", "<f8", "u1", "<f8", "u1")],
            struct.pack("<ii", 0, 0),
        ]
    )


class Checkpoint:
    """A file that write_checkpoint made, to be scored."""

    def __init__(self, data):
        self.data, self.at = data, 0
        if self._take("<iii") != VERSION:
            raise ValueError("the file is of another version")
        _, _, count = self._take("<BBQ")
        self.features, _, average, _ = self._take("<iB?i")
        if not average:
            raise ValueError("the trees are not averaged")
        for kind in ("<i4", "<i4", "<i4", "<i4", "u1"):
            self._take_array(kind)
        self._take("<ff")
        self._take_array("<f8")
        self._take_array("u1")
        self._take("<i")
        self.trees = [self._take_tree() for _ in range(count)]
        if self.at != len(data):
            raise ValueError(f"{len(data) - self.at} bytes are left")

    def _take(self, layout):
        values = struct.unpack_from(layout, self.data, self.at)
        self.at += struct.calcsize(layout)
        return values

    def _take_array(self, kind):
        (size,) = self._take("<Q")
        array = np.frombuffer(self.data, kind, size, self.at)
        self.at += array.nbytes
        return array

    def _take_tree(self):
        self._take("<i?")
        kinds = ["i1", "<i4", "<i4", "<i4", "u1", "<f4", "<f4", "i1", "u1", "<f4", "<u8", "<u8", "<u4", "<u8", "<u8", "<u8", "u1", "<f8", "u1", "<f8", "u1"]
        arrays = [self._take_array(kind) for kind in kinds]
        self._take("<ii")
        _, left, right, feature, _, value, threshold = arrays[:7]
        return left, right, feature, value, threshold

    def predict(self, rows):
        """The mean over the trees for float32 rows, summed in float64."""
        total = np.zeros(len(rows))
        for left, right, feature, value, threshold in self.trees:
            at = np.zeros(len(rows), np.int64)
            while True:
                inner = left[at] >= 0
                if not inner.any():
                    break
                goes_left = rows[np.arange(len(rows)), feature[at]] <= threshold[at]
                at = np.where(inner, np.where(goes_left, left[at], right[at]), at)
            total += value[at]
        return total / len(self.trees)
