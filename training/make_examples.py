"""Writes the sample's example volumes and their truth: phantoms that the network has not seen.

    python3 training/make_examples.py
"""

import json
import pathlib

from evaluate_spleen import HELD_OUT_SEED
from nifti_writer import nifti_bytes
from phantom import make_phantom

FOLDER = pathlib.Path(__file__).parent.parent / "public/examples/spleen_ct"
EXAMPLES = {
    "phantom_a": {"seed": HELD_OUT_SEED, "voxel_size": (2.2, 2.2, 4.0), "orientation": "LPS"},
    "phantom_b": {"seed": HELD_OUT_SEED + 1, "voxel_size": (3.2, 3.2, 2.5), "orientation": "RAS"},
}


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, options in EXAMPLES.items():
        phantom = make_phantom(**options)
        data = nifti_bytes(phantom.image, phantom.affine, f"Conch synthetic CT, seed {phantom.seed}")
        (FOLDER / f"{name}.nii.gz").write_bytes(data)
        truth = {
            "seed": phantom.seed,
            "shape": list(phantom.image.shape),
            "voxel_size_mm": [round(v, 4) for v in phantom.voxel_size],
            "orientation": phantom.orientation,
            "affine": phantom.affine.tolist(),
            "spleen": {"voxels": int(phantom.label.sum()), "millilitres": round(phantom.millilitres, 2), "centroid_ras_mm": [round(float(v), 2) for v in phantom.centroid]},
        }
        (FOLDER / f"{name}.truth.json").write_text(json.dumps(truth, indent=2) + "\n")
        print(f"{name}: {phantom.image.shape}, {len(data)} bytes, spleen {truth['spleen']}")


if __name__ == "__main__":
    main()
