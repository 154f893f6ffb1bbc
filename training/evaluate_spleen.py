"""Scores the sample's model.onnx on held-out phantoms against the best intensity window.

    python3 training/evaluate_spleen.py

Both are judged on the network grid after the largest 26-connected component was kept: the model after argmax, the baseline after
an intensity window. The window is searched on the held-out phantoms themselves, which favours the baseline. Exits with 1 when the
model's mean Dice is under 0.90 or less than 0.10 above the baseline's.
"""

import argparse
import itertools
import pathlib
import sys

import numpy as np
import torch

from network import MULTIPLE
from onnx_run import load_model
from phantom import make_phantom
from preprocessing import A_MAX, A_MIN, GRID, dice, grid_affine, largest_component, to_network_grid

HELD_OUT_SEED = 900_000
HELD_OUT = 20
MODEL = pathlib.Path(__file__).parent.parent / "public/repositories/spleen_ct/segmentation_3d/1/model.onnx"
WINDOWS = [(low, low + width) for low, width in itertools.product(range(60, 146, 5), (10, 15, 20, 25, 30, 40, 50, 60, 80))]


def baseline_scores(grids, labels):
    """Dice of every window (rows) on every volume (columns)."""
    scores = np.zeros((len(WINDOWS), len(grids)))
    for row, (low, high) in enumerate(WINDOWS):
        for column, (grid, label) in enumerate(zip(grids, labels)):
            hu = grid * (A_MAX - A_MIN) + A_MIN
            scores[row, column] = dice(largest_component((hu >= low) & (hu <= high)), label)
    return scores


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, default=MODEL)
    parser.add_argument("--grid", type=int, default=GRID, help=f"network grid, a multiple of {MULTIPLE}; the scores that count are those of {GRID}")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    run = load_model(arguments.model)
    grids, labels, model = [], [], []
    print("seed     voxel size mm      axes  spleen ml   Dice   ml found  centroid off by mm")
    for seed in range(HELD_OUT_SEED, HELD_OUT_SEED + HELD_OUT):
        phantom = make_phantom(seed)
        grid, label = to_network_grid(phantom.image, phantom.label, arguments.grid)
        mask = largest_component(run(grid[None, None])[0].argmax(0) == 1)
        grids.append(grid)
        labels.append(label)
        model.append(dice(mask, label))
        affine = grid_affine(phantom.image, phantom.affine, arguments.grid)
        found = np.argwhere(mask).mean(axis=0) if mask.any() else np.full(3, np.nan)
        offset = np.linalg.norm(affine[:3, :3] @ found + affine[:3, 3] - phantom.centroid)
        millilitres = mask.sum() * abs(np.linalg.det(affine[:3, :3])) / 1000
        size = " x ".join(f"{v:.2f}" for v in phantom.voxel_size)
        print(f"{seed}  {size}  {phantom.orientation}   {phantom.millilitres:8.1f}   {model[-1]:.4f}  {millilitres:8.1f}  {offset:6.2f}", flush=True)
    scores = baseline_scores(grids, labels)
    best = int(scores.mean(axis=1).argmax())
    baseline = float(scores[best].mean())
    mean = float(np.mean(model))
    print(f"model:    mean Dice {mean:.4f}, lowest {min(model):.4f}, over {HELD_OUT} held-out phantoms")
    print(f"baseline: mean Dice {baseline:.4f} with the best of {len(WINDOWS)} windows, {WINDOWS[best][0]} to {WINDOWS[best][1]} HU")
    print(f"          mean Dice {scores.max(axis=0).mean():.4f} if each phantom could choose its own window")
    if mean < 0.90 or mean - baseline < 0.10:
        sys.exit("the model does not reach 0.90 or is less than 0.10 above the baseline")


if __name__ == "__main__":
    main()
