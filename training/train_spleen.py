"""Trains the spleen network on synthetic phantoms and writes the sample's model.onnx.

    nice python3 training/train_spleen.py --cache /tmp/phantoms.npz

Needs numpy and torch (Debian's python3-torch 1.13 on the CPU is enough) and, for the final check, onnx. Everything random comes from --seed.
The phantom seeds start at TRAINING_SEED; evaluate_spleen.py uses others.
"""

import argparse
import pathlib
import time
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import torch
import torch.nn.functional as functional

from network import CHANNELS, MULTIPLE, UNet
from phantom import make_phantom
from preprocessing import GRID, dice, to_network_grid

TRAINING_SEED = 10_000
VALIDATION_SEED = 500_000
MODEL = pathlib.Path(__file__).parent.parent / "public/repositories/spleen_ct/segmentation_3d/1/model.onnx"


def load_case(seed):
    phantom = make_phantom(seed)
    return to_network_grid(phantom.image, phantom.label)


def load_cases(first, count, workers):
    """Images float32 [count, 1, GRID, GRID, GRID] and labels uint8 [count, GRID, GRID, GRID]."""
    with ProcessPoolExecutor(workers) as pool:
        cases = list(pool.map(load_case, range(first, first + count), chunksize=4))
    return np.stack([image for image, _ in cases])[:, None], np.stack([label for _, label in cases])


def cached_cases(cache, first, count, workers):
    if cache is None:
        return load_cases(first, count, workers)
    path = pathlib.Path(f"{cache}.{first}.{count}.npz")
    if path.exists():
        stored = np.load(path)
        return stored["images"], stored["labels"]
    images, labels = load_cases(first, count, workers)
    np.savez(path, images=images, labels=labels)
    return images, labels


def augment(image, label, rng):
    """Flips along any axis (area averaging commutes with them), a change of contrast and brightness, and noise."""
    axes = [a for a in range(3) if rng.random() < 0.5]
    image, label = np.flip(image, [a + 1 for a in axes]), np.flip(label, axes)
    image = image * rng.uniform(0.9, 1.1) + rng.uniform(-0.05, 0.05) * (image > 0)
    image = image + rng.normal(0, rng.uniform(0, 0.02), image.shape)
    return np.clip(image, 0, 1).astype(np.float32), np.ascontiguousarray(label)


def dice_and_cross_entropy(logits, labels):
    """Soft Dice of the spleen over the batch plus voxelwise cross entropy."""
    truth = labels.long()
    entropy = functional.cross_entropy(logits, truth)
    spleen = torch.softmax(logits, 1)[:, 1]
    weight = truth.float()
    overlap = 1 - (2 * (spleen * weight).sum((1, 2, 3)) + 1) / (spleen.sum((1, 2, 3)) + weight.sum((1, 2, 3)) + 1)
    return overlap.mean() + entropy


@torch.no_grad()
def mean_dice(network, images, labels):
    network.eval()
    scores = [dice(network(torch.from_numpy(images[i : i + 1])).argmax(1)[0].numpy(), labels[i]) for i in range(len(images))]
    network.train()
    return float(np.mean(scores))


def export(network, path):
    """ONNX opset 16 with batch and spatial dimensions left open."""
    path.parent.mkdir(parents=True, exist_ok=True)
    network.eval()
    axes = {0: "N", 2: "D", 3: "H", 4: "W"}
    torch.onnx.export(
        network,
        torch.zeros(1, 1, GRID, GRID, GRID),
        str(path),
        opset_version=16,
        input_names=["input"],
        output_names=["output"],
        dynamic_axes={"input": axes, "output": axes},
    )
    import onnx

    model = onnx.load(str(path))
    model.doc_string = f"Spleen segmentation trained on synthetic phantoms. Spatial sizes must be multiples of {MULTIPLE}; trained at {GRID}. Not for clinical use."
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, str(path))


def train(arguments):
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(arguments.threads)
    rng = np.random.default_rng(arguments.seed)
    images, labels = cached_cases(arguments.cache, TRAINING_SEED, arguments.phantoms, arguments.threads)
    check_images, check_labels = cached_cases(arguments.cache, VALIDATION_SEED, 16, arguments.threads)
    network = UNet()
    count = sum(p.numel() for p in network.parameters())
    print(f"channels {CHANNELS}, {count} parameters, {len(images)} phantoms, {arguments.steps} steps", flush=True)
    optimiser = torch.optim.AdamW(network.parameters(), arguments.rate, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, arguments.rate, arguments.steps, pct_start=0.1)
    order, started = [], time.time()
    for step in range(1, arguments.steps + 1):
        if len(order) < arguments.batch:
            order = list(rng.permutation(len(images)))
        batch = [augment(images[i], labels[i], rng) for i in (order.pop() for _ in range(arguments.batch))]
        loss = dice_and_cross_entropy(network(torch.from_numpy(np.stack([b[0] for b in batch]))), torch.from_numpy(np.stack([b[1] for b in batch])))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 200 == 0 or step == arguments.steps:
            score = mean_dice(network, check_images, check_labels)
            print(f"step {step}  loss {loss.item():.4f}  validation Dice {score:.4f}  {time.time() - started:.0f} s", flush=True)
            export(network, arguments.output)
            network.train()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--phantoms", type=int, default=480)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--cache", default=None, help="where to keep the pre-processed phantoms between runs (a path prefix)")
    parser.add_argument("--output", type=pathlib.Path, default=MODEL)
    train(parser.parse_args())
