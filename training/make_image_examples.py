"""Writes the image sample's example pictures, with what they show beside them.

    python3 training/make_image_examples.py

Held-out scenes, larger than those that the networks were trained on, as JPEG, PNG and WebP.
"""

import json
import pathlib

import numpy as np
from PIL import Image

from evaluate_image import HELD_OUT_SEED
from scenes import KINDS, LABELS, make_scene

EXAMPLES = pathlib.Path(__file__).parent.parent / "public/examples/image"
# Name, scene, size, options of the file.
PICTURES = [
    ("harbour.jpg", "harbour", (480, 320), {"quality": 88}),
    ("street.jpg", "street", (360, 360), {"quality": 88}),
    ("village.png", "village", (320, 240), {}),
    ("lake.webp", "lake", (400, 300), {"quality": 85}),
    ("forest.jpg", "forest", (300, 400), {"quality": 85}),
]


def main():
    EXAMPLES.mkdir(parents=True, exist_ok=True)
    for name, kind, (width, height), options in PICTURES:
        seed = HELD_OUT_SEED
        while KINDS[make_scene(seed).kind] != kind:
            seed += 1
        scene = make_scene(seed, width, height)
        Image.fromarray(scene.picture).save(EXAMPLES / name, **options)
        shares = np.bincount(scene.labels.ravel(), minlength=len(LABELS)) / scene.labels.size
        truth = {"seed": seed, "kind": kind, "share_of_pixels": {label: round(float(share), 4) for label, share in zip(LABELS, shares) if share > 0}}
        (EXAMPLES / f"{name.split('.')[0]}.truth.json").write_text(json.dumps(truth, indent=2) + "\n")


if __name__ == "__main__":
    main()
