"""Texts of many scripts and their ids by Hugging Face's tokenizers, for the tests of transformers.BertTokenizerFast.

    python3 training/make_token_vectors.py     # needs tokenizers (0.23.2 made the file that is here)

The vocabulary is a small one, learned here.
"""

import json
import pathlib
import random
import tempfile

from passages import make_passage
from wordpiece import learn_vocabulary

TARGET = pathlib.Path(__file__).parent.parent / "src/transforms/bert-tokenizer/tokens.json"
# Where characters are drawn from: ASCII, accents, Greek, Cyrillic, Hebrew, Arabic, Devanagari, Thai, kana, ideographs, Hangul, punctuation, spaces,
# controls, private use, emoji, ideographs beyond U+FFFF.
RANGES = [
    (0x20, 0x7E), (0xA1, 0x17F), (0x300, 0x340), (0x391, 0x3C9), (0x400, 0x45F), (0x5D0, 0x5EA), (0x621, 0x64A), (0x905, 0x939), (0xE01, 0xE30),
    (0x3041, 0x3096), (0x4E00, 0x4EFF), (0xAC00, 0xACFF), (0x2010, 0x2027), (0x2000, 0x200F), (0x01, 0x1F), (0xE000, 0xE00F), (0x1F600, 0x1F64F),
    (0x20000, 0x200FF), (0x2B820, 0x2B9FF), (0xF900, 0xF90F), (0xFF01, 0xFF5E),
]
WRITTEN = [
    "",
    "   ",
    "The dog followed her brother.",
    "Don't stop; the captain's BOAT is 3.5 m long!",
    "UNWANT\u00c9D, running na\u00efve r\u00e9sum\u00e9",
    "[CLS] and [MASK] in a text, [unk] and [UNK]",
    "\u039f\u0394\u039f\u03a3 \u03a3\u038a\u03a3\u03a5\u03a6\u039f\u03a3",
    "\u0130stanbul, stra\u00dfe, \ufb01sh",
    "a\u00adb\u200bc\ufeffd\u0085e",
    "a" * 100,
    "a" * 101,
    "\ue000private use",
    "x\U00020000y\U0002a6d6z \U0002b820 \U0002b920",
    "tab\tnew\nline\r\nend\x0bvertical\x0cform",
    "line\u2028paragraph\u2029no\u00a0break\u3000wide",
]


def random_text(rng):
    words = []
    for _ in range(rng.randint(1, 7)):
        first, last = rng.choice(RANGES if rng.random() < 0.6 else RANGES[:2])
        words.append("".join(chr(rng.randint(first, last)) for _ in range(rng.randint(1, 6))))
    return rng.choice([" ", " ", "", "-"]).join(words)


def main():
    import tokenizers

    rng = random.Random(7)
    pieces = learn_vocabulary([make_passage(seed)[0] for seed in range(60)], 500)
    folder = tempfile.TemporaryDirectory()
    vocabulary = pathlib.Path(folder.name) / "vocab.txt"
    vocabulary.write_text("".join(f"{piece}\n" for piece in pieces))
    texts = WRITTEN + [random_text(rng) for _ in range(220)]
    cases = []
    for lower, strip, chinese in ((True, None, True), (False, None, True), (True, False, False), (False, True, True)):
        tokenizer = tokenizers.BertWordPieceTokenizer(str(vocabulary), lowercase=lower, strip_accents=strip, handle_chinese_chars=chinese)
        chosen = texts if lower and chinese else texts[:60]
        rows = [tokenizer.encode(text).ids for text in chosen]
        cases.append({"do_lower_case": lower, "strip_accents": strip, "tokenize_chinese_chars": chinese, "ids": rows})
    tokenizer = tokenizers.BertWordPieceTokenizer(str(vocabulary))
    pairs = []
    for most in (5, 8, 9, 12, 40):
        tokenizer.enable_truncation(most)
        for a, b in ((2, 3), (3, 2), (2, 2), (0, 3), (3, 0), (3, 3)):
            row = tokenizer.encode(texts[a], texts[b])
            pairs.append({"texts": [a, b], "max_length": most, "input_ids": row.ids, "token_type_ids": row.type_ids})
    TARGET.write_text(json.dumps({"tokenizers": tokenizers.__version__, "pieces": pieces, "texts": texts, "cases": cases, "pairs": pairs}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
