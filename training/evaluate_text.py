"""Scores the readability sample's two models on held-out passages.

    python3 training/evaluate_text.py

Prints the mean absolute and the root mean square error of each, and of both by a weight, in grades; the baseline always says the mean grade of
the training passages. Exits with 1 where the root mean square error of BERT is above 2.5, or the forest's above 4.0.
"""

import argparse
import pathlib
import sys

import numpy as np
import torch

from onnx_run import load_model
from passages import make_passage
from served_code import REPOSITORY, load_code
from train_text import TOKENS, TRAINING_SEED, padded
from treelite_writer import Checkpoint
from wordpiece import WordPiece

HELD_OUT_SEED = 900_000
HELD_OUT = 1000
BASELINE = 500


class Models:
    """The files of a repository, run with numpy and torch."""

    def __init__(self, repository):
        files = repository / "preprocess/1"
        self.served = load_code()
        self.lists = [self.served.read_words(str(files), f"{name}.txt") for name in ("stop_words", "most_frequent", "least_frequent")]
        self.tokenizer = WordPiece((files / "vocab.txt").read_text(encoding="utf-8").splitlines())
        self.bert = load_model(repository / "bert-small/1/model.onnx")
        self.forest = Checkpoint((repository / "cuml/1/checkpoint.tl").read_bytes())

    def bert_scores(self, texts):
        rows = [self.tokenizer.encode(text, TOKENS) for text in texts]
        scores = [self.bert(*(t.numpy() for t in padded(rows[at : at + 50])))[:, 0] for at in range(0, len(rows), 50)]
        return np.concatenate(scores)

    def forest_scores(self, texts):
        return self.forest.predict(np.stack([self.served.text_numbers(text, *self.lists) for text in texts]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repository", type=pathlib.Path, default=REPOSITORY)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    models = Models(arguments.repository)
    texts, grades = zip(*(make_passage(seed) for seed in range(HELD_OUT_SEED, HELD_OUT_SEED + HELD_OUT)))
    grades = np.array(grades)
    mean = np.mean([make_passage(seed)[1] for seed in range(TRAINING_SEED, TRAINING_SEED + BASELINE)])
    bert, forest = models.bert_scores(texts), models.forest_scores(texts)
    found = {"BERT": bert, "forest": forest, "both, half each": 0.5 * bert + 0.5 * forest, "mean grade": np.full(len(grades), mean)}
    print(f"{len(grades)} held-out passages, grades {grades.mean():.2f} ± {grades.std():.2f}")
    print("scored by         mean absolute error   root mean square error")
    errors = {}
    for name, scores in found.items():
        errors[name] = np.sqrt(np.mean((scores - grades) ** 2))
        print(f"{name:16}  {np.mean(np.abs(scores - grades)):19.3f}   {errors[name]:22.3f}")
    sys.exit(0 if errors["BERT"] <= 2.5 and errors["forest"] <= 4.0 else 1)


if __name__ == "__main__":
    main()
