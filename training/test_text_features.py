"""Holds the samples' model.py against the features that the browser's code is held against as well.

    python3 -m unittest discover -s training
"""

import json
import unittest

import numpy as np

from make_feature_vectors import TARGET
from served_code import load_code


class Features(unittest.TestCase):
    def test_every_text_gives_the_numbers_that_the_browser_gives(self):
        served, vectors = load_code(), json.loads(TARGET.read_text())
        for text, expected in zip(vectors["texts"], vectors["features"]):
            found = served.text_numbers(text, *vectors["lists"].values())
            np.testing.assert_array_equal(found, np.array(expected, dtype=np.float32), err_msg=ascii(text))


if __name__ == "__main__":
    unittest.main()
