"""Scores the image sample's two model.onnx on held-out scenes.

    python3 training/evaluate_image.py

Prints the share of scenes whose kind is found, and the intersection over union of each label, counted over the pixels of all scenes. The
baseline for the kinds is the nearest mean colour; for labels the best label of each pixel's place. Exits with 1 when the accuracy is
under 0.90 or the mean IoU under 0.75.
"""

import argparse
import pathlib
import sys

import numpy as np
import torch

from image_preprocessing import labels_to_network, to_network
from onnx_run import load_model
from scenes import KINDS, LABELS, make_scene
from train_image import REPOSITORY, TRAINING_SEED

HELD_OUT_SEED = 900_000
HELD_OUT = 500
BASELINE = 500


def confusion(found, truth, classes):
    return np.bincount(truth.ravel().astype(np.int64) * classes + found.ravel(), minlength=classes * classes).reshape(classes, classes)


def overlaps(table):
    """Intersection over union per class; NaN for one that occurs neither in truth nor in what was found."""
    hits = np.diag(table).astype(float)
    union = table.sum(0) + table.sum(1) - hits
    return np.where(union > 0, hits / np.maximum(union, 1), np.nan)


def load(first, count):
    scenes = [make_scene(seed) for seed in range(first, first + count)]
    return np.stack([to_network(s.picture) for s in scenes]), np.stack([labels_to_network(s.labels) for s in scenes]), np.array([s.kind for s in scenes])


def baselines(pictures, labels, kinds):
    """Accuracy of the nearest mean colour, and mean IoU of the most frequent label of each place, both learned from training scenes."""
    known, known_labels, known_kinds = load(TRAINING_SEED, BASELINE)
    centres = np.stack([known[known_kinds == kind].mean((0, 2, 3)) for kind in range(len(KINDS))])
    nearest = np.linalg.norm(pictures.mean((2, 3))[:, None] - centres[None], axis=2).argmin(1)
    votes = np.stack([(known_labels == label).sum(0) for label in range(len(LABELS))])
    places = np.broadcast_to(votes.argmax(0), labels.shape)
    return (nearest == kinds).mean(), np.nanmean(overlaps(confusion(places, labels, len(LABELS))))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repository", type=pathlib.Path, default=REPOSITORY)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    classify = load_model(arguments.repository / "classification_model/1/model.onnx")
    segment = load_model(arguments.repository / "segmentation_model/1/model.onnx")
    pictures, labels, kinds = load(HELD_OUT_SEED, HELD_OUT)
    table, pixels = np.zeros((len(KINDS),) * 2, np.int64), np.zeros((len(LABELS),) * 2, np.int64)
    for at in range(0, HELD_OUT, 20):
        part = slice(at, at + 20)
        table += confusion(classify(pictures[part]).argmax(1), kinds[part], len(KINDS))
        pixels += confusion(segment(pictures[part]), labels[part], len(LABELS))
    print("kind       scenes  found")
    for index, kind in enumerate(KINDS):
        print(f"{kind:10s} {table[index].sum():6d}  {table[index, index] / table[index].sum():.4f}")
    print("label      share of pixels  IoU")
    overlap = overlaps(pixels)
    for index, label in enumerate(LABELS):
        print(f"{label:10s} {pixels[index].sum() / pixels.sum():15.4f}  {overlap[index]:.4f}")
    accuracy, mean = np.trace(table) / table.sum(), float(np.nanmean(overlap))
    colour, places = baselines(pictures, labels, kinds)
    print(f"networks:  accuracy {accuracy:.4f}, mean IoU {mean:.4f}, over {HELD_OUT} held-out scenes")
    print(f"baselines: accuracy {colour:.4f} by the nearest mean colour, mean IoU {places:.4f} by the most frequent label of each place")
    if accuracy < 0.90 or mean < 0.75:
        sys.exit("the networks do not reach an accuracy of 0.90 and a mean IoU of 0.75")


if __name__ == "__main__":
    main()
