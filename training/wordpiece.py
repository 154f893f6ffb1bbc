"""WordPiece: a vocabulary learned from words, and the ids of a text by it. Enough of BERT's tokenizer for the ASCII text that passages.py writes."""

import collections
import heapq
import re

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
# Words that a vocabulary is learned from.
MOST_WORDS = 20_000
PARTS = re.compile(f"[{LETTERS}]+|[{re.escape(PUNCTUATION)}]")


def parts_of(text):
    """Lower-case words and punctuation marks."""
    return PARTS.findall(text.lower())


def learn_vocabulary(texts, size):
    """
    The pieces, special ones first: characters, then the merges of the most frequent neighbours in the most frequent words. Ties go to the shorter
    pair, then by the alphabet.
    """
    counts = collections.Counter(part for text in texts for part in parts_of(text) if part[0] in LETTERS)
    counts = {word: counts[word] for word in sorted(counts, key=lambda word: (-counts[word], word))[:MOST_WORDS]}
    words = {word: [word[0], *("##" + letter for letter in word[1:])] for word in counts}
    pieces = [*SPECIAL, *PUNCTUATION, *LETTERS, *("##" + letter for letter in LETTERS)]
    known = set(pieces)
    pairs, holders = collections.Counter(), collections.defaultdict(set)
    for word, split in words.items():
        for pair in zip(split, split[1:]):
            pairs[pair] += counts[word]
            holders[pair].add(word)
    waiting = [(-count, len(a) + len(b), a, b) for (a, b), count in pairs.items()]
    heapq.heapify(waiting)
    while len(pieces) < size and waiting:
        count, _, first, second = heapq.heappop(waiting)
        if pairs[(first, second)] != -count:
            continue
        if count > -2:
            break
        merged = first + second[2:]
        if merged not in known:
            pieces.append(merged)
            known.add(merged)
        changed = set()
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
                    changed.add(pair)
            words[word] = after
        for a, b in changed - {(first, second)}:
            heapq.heappush(waiting, (-pairs[(a, b)], len(a) + len(b), a, b))
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

    def broken(self, part, rng):
        """Other pieces that make up the same word, shorter ones: what a word looks like that the vocabulary does not have."""
        ids, at = [], 0
        while at < len(part):
            ends = [end for end in range(len(part), at, -1) if (part[at:end] if at == 0 else "##" + part[at:end]) in self.ids]
            if not ends:
                return [self.ids["[UNK]"]]
            end = ends[min(int(rng.geometric(0.6)) - 1, len(ends) - 1)]
            ids.append(self.ids[part[at:end] if at == 0 else "##" + part[at:end]])
            at = end
        return ids

    def encode(self, text, most, rng=None, share=0.0):
        """At most `most` ids, special ones included. A `share` of the words, drawn by `rng`, is broken into more pieces than need be."""
        ids = []
        for part in parts_of(text):
            if share > 0 and rng.random() < share:
                ids += self.broken(part, rng)
                continue
            if part not in self.known:
                self.known[part] = self.split(part)
            ids += self.known[part]
        return [self.ids["[CLS]"], *ids[: most - 2], self.ids["[SEP]"]]
