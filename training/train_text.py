"""Trains the readability sample: vocabulary, word lists, BERT and forest, and writes their files.

    nice python3 training/train_text.py

Needs numpy, torch and onnx (Debian's python3-torch 1.13 and python3-onnx are enough). Everything random comes from --seed. The seeds of the passages
start at TRAINING_SEED; evaluate_text.py uses others.
"""

import argparse
import collections
import pathlib
import time

import numpy as np
import torch

from forest_training import train_forest
from passages import make_passage
from served_code import REPOSITORY, load_code
from text_network import Bert
from treelite_writer import write_checkpoint
from wordpiece import WordPiece, learn_vocabulary

TRAINING_SEED = 10_000
TOKENS = 128
WORDS = 100
STOP_WORDS = (
    "a about above after again all also although an and any are around as at be because been before behind beside between both but by can could did do does "
    "during each every few for from had has have he her here him his how i if in insofar into is it its many may more most much my near no nor not of off on "
    "once one only or other our out over own provided she should since so some such than that the their them then there these they this those though through "
    "to too under until up very was we were what when where whereas which while who whom why will with would you your"
).split()


def word_lists(served, texts):
    """The most and the least frequent words of the texts; ties in alphabetical order."""
    counts = collections.Counter()
    for text in texts:
        counts.update(word for _, word in served.words_of(text, [served.kind_of(character) for character in text]))
    by_count = sorted(counts, key=lambda word: (-counts[word], word))
    return by_count[:WORDS], sorted(counts, key=lambda word: (counts[word], word))[:WORDS]


def batches(rows, size, rng):
    """The rows in random order, in batches of like lengths."""
    order = rng.permutation(len(rows))
    for chunk in np.array_split(order, max(1, len(order) // (size * 16))):
        chunk = chunk[np.argsort([len(rows[i]) for i in chunk], kind="stable")]
        groups = [chunk[at : at + size] for at in range(0, len(chunk), size)]
        for group in rng.permutation(len(groups)):
            yield groups[group]


def padded(rows):
    """Ids and mask, int64 [n, longest]."""
    longest = max(map(len, rows))
    ids, mask = (np.zeros((len(rows), longest), np.int64) for _ in range(2))
    for index, row in enumerate(rows):
        ids[index, : len(row)], mask[index, : len(row)] = row, 1
    return torch.from_numpy(ids), torch.from_numpy(mask)


def train_bert(tokenizer, texts, grades, arguments):
    rng = np.random.default_rng(arguments.seed)
    pieces, rows = len(tokenizer.ids), [tokenizer.encode(text, TOKENS) for text in texts]
    network = Bert(pieces, TOKENS)
    network.middle.fill_(grades.mean())
    network.spread.fill_(grades.std())
    steps = arguments.epochs * sum(1 for _ in batches(rows, arguments.batch, np.random.default_rng(0)))
    optimiser = torch.optim.AdamW(network.parameters(), arguments.rate, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, arguments.rate, steps, pct_start=0.1)
    print(f"bert: {sum(p.numel() for p in network.parameters())} parameters, {steps} steps", flush=True)
    started, target = time.time(), torch.from_numpy(grades.astype(np.float32))
    network.train()
    for epoch in range(1, arguments.epochs + 1):
        # Words that the vocabulary has are broken in half of the passages, so that rare ones do not look hard by their pieces alone.
        rows = [tokenizer.encode(text, TOKENS, rng, 0.4 if rng.random() < 0.5 else 0.0) for text in texts]
        total = 0.0
        for chosen in batches(rows, arguments.batch, rng):
            found = network(*padded([rows[i] for i in chosen]))[:, 0]
            loss = torch.nn.functional.smooth_l1_loss(found / network.spread, target[torch.from_numpy(chosen)] / network.spread, beta=0.5)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += loss.item() * len(chosen) / len(rows)
        print(f"bert: epoch {epoch}  loss {total:.4f}  {time.time() - started:.0f} s", flush=True)
    return network.eval()


def export(network, path):
    """ONNX opset 16 with batch and tokens left open."""
    import onnx

    path.parent.mkdir(parents=True, exist_ok=True)
    ids = torch.ones(2, 9, dtype=torch.int64)
    torch.onnx.export(
        network,
        (ids, torch.ones_like(ids)),
        str(path),
        opset_version=16,
        input_names=["INPUT__0", "INPUT__1"],
        output_names=["OUTPUT__0"],
        dynamic_axes={"INPUT__0": {0: "N", 1: "L"}, "INPUT__1": {0: "N", 1: "L"}, "OUTPUT__0": {0: "N"}},
    )
    model = onnx.load(str(path))
    model.doc_string = "A small BERT, trained on generated passages; a demonstration."
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, str(path))


def write_lines(path, lines):
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--passages", type=int, default=4000)
    parser.add_argument("--pieces", type=int, default=4000)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--trees", type=int, default=100)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--output", type=pathlib.Path, default=REPOSITORY)
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(arguments.threads)
    torch.set_flush_denormal(True)
    served = load_code()
    passages = [make_passage(seed) for seed in range(TRAINING_SEED, TRAINING_SEED + arguments.passages)]
    texts, grades = [text for text, _ in passages], np.array([grade for _, grade in passages])
    print(f"{len(texts)} passages, grades {grades.mean():.2f} ± {grades.std():.2f}", flush=True)

    preprocess = arguments.output / "preprocess/1"
    preprocess.mkdir(parents=True, exist_ok=True)
    pieces = learn_vocabulary(texts, arguments.pieces)
    write_lines(preprocess / "vocab.txt", pieces)
    most, least = word_lists(served, texts)
    for name, words in (("stop_words", STOP_WORDS), ("most_frequent", most), ("least_frequent", least)):
        write_lines(preprocess / f"{name}.txt", words)
    print(f"{len(pieces)} pieces; most frequent {' '.join(most[:5])}, least {' '.join(least[:5])}", flush=True)

    started = time.time()
    features = np.stack([served.text_numbers(text, STOP_WORDS, most, least) for text in texts])
    trees = train_forest(features, grades, arguments.trees, depth=16, least=4, share=0.4, seed=arguments.seed)
    checkpoint = write_checkpoint(trees, features.shape[1])
    (arguments.output / "cuml/1").mkdir(parents=True, exist_ok=True)
    (arguments.output / "cuml/1/checkpoint.tl").write_bytes(checkpoint)
    print(f"forest: {len(trees)} trees, {sum(len(tree.left) for tree in trees)} nodes, {len(checkpoint)} bytes, {time.time() - started:.0f} s", flush=True)

    network = train_bert(WordPiece(pieces), texts, grades, arguments)
    export(network, arguments.output / "bert-small/1/model.onnx")


if __name__ == "__main__":
    main()
