"""WordPiece: a vocabulary learned from words, and the ids of a text by it. Enough of BERT's tokenizer for the ASCII text that passages.py writes."""

import collections
import re

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
PARTS = re.compile(f"[{LETTERS}]+|[{re.escape(PUNCTUATION)}]")


def parts_of(text):
    """Lower-case words and punctuation marks."""
    return PARTS.findall(text.lower())


def learn_vocabulary(texts, size):
    """The pieces, special ones first: characters, then the merges of the most frequent neighbours. Ties go to the smaller pair."""
    counts = collections.Counter(part for text in texts for part in parts_of(text) if part[0] in LETTERS)
    words = {word: [word[0], *("##" + letter for letter in word[1:])] for word in counts}
    pieces = [*SPECIAL, *PUNCTUATION, *LETTERS, *("##" + letter for letter in LETTERS)]
    known = set(pieces)
    pairs, holders = collections.Counter(), collections.defaultdict(set)
    for word, split in words.items():
        for pair in zip(split, split[1:]):
            pairs[pair] += counts[word]
            holders[pair].add(word)
    while len(pieces) < size and pairs:
        count, best = max((count, (-len(a) - len(b), b, a)) for (a, b), count in pairs.items())
        if count < 2:
            break
        first, second = best[2], best[1]
        merged = first + second[2:]
        if merged not in known:
            pieces.append(merged)
            known.add(merged)
        for word in sorted(holders[(first, second)]):
            before = words[word]
            after, at = [], 0
            while at < len(before):
                joins = before[at : at + 2] == [first, second]
                after.append(merged if joins else before[at])
                at += 2 if joins else 1
            for split, sign in ((before, -1), (after, 1)):
                for pair in zip(split, split[1:]):
                    pairs[pair] += sign * counts[word]
                    holders[pair].add(word)
            words[word] = after
        del pairs[(first, second)]
    return pieces


class WordPiece:
    """The longest pieces first, as BERT splits words; [CLS] and [SEP] around them."""

    def __init__(self, pieces):
        self.ids = {piece: index for index, piece in enumerate(pieces)}
        self.known = {}

    def split(self, part):
        ids, at = [], 0
        while at < len(part):
            for end in range(len(part), at, -1):
                piece = part[at:end] if at == 0 else "##" + part[at:end]
                if piece in self.ids:
                    break
            else:
                return [self.ids["[UNK]"]]
            ids.append(self.ids[piece])
            at = end
        return ids

    def encode(self, text, most):
        """At most `most` ids, special ones included."""
        ids = []
        for part in parts_of(text):
            if part not in self.known:
                self.known[part] = self.split(part)
            ids += self.known[part]
        return [self.ids["[CLS]"], *ids[: most - 2], self.ids["[SEP]"]]
