"""Trains the image sample's two networks on generated scenes and writes their model.onnx.

    nice python3 training/train_image.py

Needs numpy, torch, Pillow and onnx (Debian's python3-torch 1.13, python3-pil and python3-onnx are enough). Everything random comes from --seed.
The scene seeds start at TRAINING_SEED; evaluate_image.py uses others.
"""

import argparse
import pathlib
import time

import numpy as np
import torch
import torch.nn.functional as functional

from image_networks import SIZE, Classifier, Mask, Probabilities, Segmenter
from image_preprocessing import labels_to_network, to_network
from scenes import KINDS, LABELS, make_scene

TRAINING_SEED = 10_000
REPOSITORY = pathlib.Path(__file__).parent.parent / "public/repositories/image"


def load_scenes(first, count):
    """Pictures float32 [count, 3, SIZE, SIZE], labels uint8 [count, SIZE, SIZE] and kinds int64 [count]."""
    scenes = [make_scene(seed) for seed in range(first, first + count)]
    pictures = np.stack([to_network(scene.picture) for scene in scenes])
    return pictures, np.stack([labels_to_network(scene.labels) for scene in scenes]), np.array([scene.kind for scene in scenes])


def batch_of(arrays, order, rng):
    """Some scenes, half of them mirrored, with another brightness and contrast."""
    pictures, labels, kinds = (array[order] for array in arrays)
    mirrored = rng.random(len(order)) < 0.5
    pictures, labels = pictures.copy(), labels.copy()
    pictures[mirrored], labels[mirrored] = pictures[mirrored][..., ::-1], labels[mirrored][..., ::-1]
    pictures = pictures * rng.uniform(0.85, 1.15, (len(order), 1, 1, 1)) + rng.uniform(-0.25, 0.25, (len(order), 1, 1, 1))
    return torch.from_numpy(pictures.astype(np.float32)), torch.from_numpy(labels).long(), torch.from_numpy(kinds)


def train(network, loss_of, arrays, arguments, name):
    rng = np.random.default_rng(arguments.seed)
    optimiser = torch.optim.AdamW(network.parameters(), arguments.rate, weight_decay=1e-4)
    steps = arguments.epochs * (len(arrays[0]) // arguments.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, arguments.rate, steps, pct_start=0.15)
    print(f"{name}: {sum(p.numel() for p in network.parameters())} parameters, {steps} steps", flush=True)
    started, step = time.time(), 0
    network.train()
    for epoch in range(1, arguments.epochs + 1):
        order, total = rng.permutation(len(arrays[0])), 0.0
        for at in range(0, len(order) - arguments.batch + 1, arguments.batch):
            pictures, labels, kinds = batch_of(arrays, order[at : at + arguments.batch], rng)
            loss = loss_of(network(pictures), labels, kinds)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total, step = total + loss.item() * arguments.batch / len(order), step + 1
        print(f"{name}: epoch {epoch}  loss {total:.4f}  {time.time() - started:.0f} s", flush=True)
    return network.eval()


def export(network, path, output, description):
    """ONNX opset 16 with the batch left open."""
    import onnx

    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        network.eval(),
        torch.zeros(1, 3, SIZE, SIZE),
        str(path),
        opset_version=16,
        input_names=["formatted_image"],
        output_names=[output],
        dynamic_axes={"formatted_image": {0: "N"}, output: {0: "N"}},
    )
    model = onnx.load(str(path))
    model.doc_string = description
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, str(path))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--scenes", type=int, default=2400)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", type=pathlib.Path, default=REPOSITORY)
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(arguments.threads)
    torch.set_flush_denormal(True)
    arrays = load_scenes(TRAINING_SEED, arguments.scenes)
    kinds, labels = len(KINDS), len(LABELS)
    classifier = train(Classifier(kinds), lambda logits, _, truth: functional.cross_entropy(logits, truth, label_smoothing=0.02), arrays, arguments, "classifier")
    note = "Trained on generated scenes; a demonstration."
    export(Probabilities(classifier), arguments.output / "classification_model/1/model.onnx", "classification_output", note)
    segmenter = train(Segmenter(labels), lambda logits, truth, _: functional.cross_entropy(logits, truth), arrays, arguments, "segmenter")
    export(Mask(segmenter), arguments.output / "segmentation_model/1/model.onnx", "segmentation_output", note)


if __name__ == "__main__":
    main()
