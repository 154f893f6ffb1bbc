"""Texts and their features by the samples' model.py, for the tests of conch.TextFeatures.

    python3 training/make_feature_vectors.py [--seed 7] [--texts 300] [--output FILE]
"""

import argparse
import json
import pathlib
import random

from make_token_vectors import RANGES, random_text
from passages import make_passage
from served_code import load_code

TARGET = pathlib.Path(__file__).parent.parent / "src/transforms/text-features/features.json"
LISTS = {"stop_words": ["the", "a", "don't", "it"], "most_frequent": ["the", "dog", "\u03c3"], "least_frequent": ["str\u00e4ube", "i\u0307", "x\u0301"]}
WRITTEN = [
    "",
    " \n\t ",
    "...",
    "The dog ran. It didn't stop! Did it? \u201cThe End.\u201d",
    "no sentence end",
    "3.14 is a number, v1.2.3 too. end",
    "Don't don\u2019t 'tis rock'n'roll O''Neill '",
    "A.B. C... D!? (E.) [F.]\u00bb G\u2026 H",
    "\u4e00\u4e8c\u3002\u4e09\u56db\uff01\u4e94\u516d\uff1f\u4e03",
    "\u039f\u0394\u039f\u03a3 \u03a3 \u0130 I\u0307 \u01c4 \u1e9e STR\u00c4UBE X\u0301",
    "\ua7cb\u1c89 \U00016d40 \U00031350 a\U0001e5ffb \u0897",
    "\U0001f600 \u00b2\u2160\u0967 \u203f _ \u2014 \U0001f1e6",
    "one.\u0085two.\u00a0three.\u2028four.\u3000five.\ufeffsix.\x1cseven.",
    "." * 400,
    "e\u0301\u0301 \u0301\u0301 a\u0301'b",
]


def fuzzed(rng):
    """Words, stops and characters of every plane."""
    if rng.random() < 0.4:
        return random_text(rng)
    parts = []
    for _ in range(rng.randint(0, 30)):
        kind = rng.random()
        if kind < 0.3:
            parts.append(rng.choice(["the", "Dog", "don't", "it", "a", "\u03a3", "STR\u00c4UBE"]))
        elif kind < 0.6:
            parts.append(rng.choice(list(".!?\u2026\u3002\uff01\uff1f\"'\u2019\u201d)]\u00bb \t\n\u0085\u00a0\u3000-,;")))
        elif kind < 0.8:
            first, last = rng.choice(RANGES)
            parts.append(chr(rng.randint(first, last)))
        else:
            code = rng.randint(0x20, 0x3FFFF)
            parts.append(" " if 0xD800 <= code < 0xE000 else chr(code))
    return rng.choice(["", " "]).join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--texts", type=int, default=300)
    parser.add_argument("--output", type=pathlib.Path, default=TARGET)
    arguments = parser.parse_args()
    served, rng = load_code(), random.Random(arguments.seed)
    texts = WRITTEN + [make_passage(seed)[0] for seed in range(3)] + [fuzzed(rng) for _ in range(arguments.texts)]
    rows = [[float(number) for number in served.text_numbers(text, *LISTS.values())] for text in texts]
    arguments.output.write_text(json.dumps({"lists": LISTS, "texts": texts, "features": rows}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
