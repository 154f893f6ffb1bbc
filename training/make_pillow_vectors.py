"""Writes src/transforms/v2-resize/pillow-vectors.npz: small pictures, and what Pillow's Image.resize makes of them.

Arrays are named MODE_HEIGHTxWIDTH (a picture) and MODE_HEIGHTxWIDTH_FILTER_HEIGHTxWIDTH (a result), uint8 [height, width, channels].
"""

import io
import zipfile
from pathlib import Path

import numpy as np
import PIL
from PIL import Image

TARGET = Path(__file__).parent.parent / "src/transforms/v2-resize/pillow-vectors.npz"
CHANNELS = {"L": 1, "RGB": 3, "RGBA": 4}
FILTERS = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "box": 4, "hamming": 5}

# Height and width of a picture: those of its results.
SIZES = {
    (17, 23): [(7, 9), (29, 26), (17, 8), (5, 23), (1, 1), (40, 2)],
    (1, 1): [(3, 2)],
    (1, 12): [(4, 5), (1, 31)],
    (13, 1): [(6, 1), (2, 3)],
    (2, 211): [(5, 3), (1, 210)],
    (150, 3): [(2, 4), (151, 1)],
}


def picture(mode: str, height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """Noise, a ramp and hard edges in three bands, so that sums end at both ends of the range and in between."""
    shape = (height, width, CHANNELS[mode])
    noise = rng.integers(0, 256, shape)
    ramp = np.broadcast_to((np.add.outer(np.arange(height) * 5, np.arange(width) * 7) % 256)[:, :, None], shape)
    edges = rng.integers(0, 2, shape) * 255
    band = (np.arange(width) * 3 // width)[None, :, None]
    return np.where(band == 0, noise, np.where(band == 1, ramp, edges)).astype(np.uint8)


def resized(pixels: np.ndarray, mode: str, filter_name: str, height: int, width: int) -> np.ndarray:
    image = Image.fromarray(pixels[:, :, 0] if mode == "L" else pixels, mode)
    return np.asarray(image.resize((width, height), FILTERS[filter_name])).reshape(height, width, -1)


def main() -> None:
    rng = np.random.default_rng(2026)
    arrays = {}
    for mode in CHANNELS:
        for (height, width), targets in SIZES.items():
            pixels = picture(mode, height, width, rng)
            name = f"{mode}_{height}x{width}"
            arrays[name] = pixels
            for filter_name in FILTERS:
                for to in targets:
                    arrays[f"{name}_{filter_name}_{to[0]}x{to[1]}"] = resized(pixels, mode, filter_name, *to)
    # One date for all members: the same pictures give the same file.
    with zipfile.ZipFile(TARGET, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.save(content, array)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), content.getvalue(), zipfile.ZIP_DEFLATED, 9)
    print(f"{len(arrays)} arrays of Pillow {PIL.__version__}, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
