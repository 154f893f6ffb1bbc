"""The sample's pre- and post-processing in numpy, as preprocess/1/transforms.json and postprocess/1/transforms.json describe it.

Training and evaluation go through these functions, so that the network sees what the served pipeline gives it.
"""

import numpy as np

GRID = 48
A_MIN, A_MAX = -57.0, 164.0


def scale_intensity_range(image):
    """ScaleIntensityRange(-57, 164, 0, 1, clip=True) on float32 HU."""
    image = image.astype(np.float32)
    return np.clip((image - np.float32(A_MIN)) / np.float32(A_MAX - A_MIN), 0, 1).astype(np.float32)


def foreground_box(image):
    """CropForeground's box of a 3-D array: per axis the slice from the first to the last plane that holds a value above 0."""
    mask = image > 0
    if not mask.any():
        raise ValueError("the volume has no voxel above 0 after scaling: nothing is brighter than -57 HU")
    box = []
    for axis in range(3):
        planes = np.flatnonzero(mask.any(axis=tuple(a for a in range(3) if a != axis)))
        box.append(slice(int(planes[0]), int(planes[-1]) + 1))
    return tuple(box)


def area_resize(image, size):
    """Resize(mode="area"): output o of an axis averages inputs floor(o*n/m) up to, not including, ceil((o+1)*n/m)."""
    result = image.astype(np.float64)
    for axis, n in enumerate(image.shape):
        weights = np.zeros((size, n))
        for o in range(size):
            low, high = o * n // size, -(-(o + 1) * n // size)
            weights[o, low:high] = 1.0 / (high - low)
        result = np.moveaxis(np.tensordot(weights, result, axes=(1, axis)), 0, axis)
    return result.astype(np.float32)


def to_network_grid(image, label=None, size=GRID):
    """An HU volume (and its label) on the network grid: float32 [size, size, size] in 0..1, and uint8 of the same shape (at least half covered)."""
    scaled = scale_intensity_range(image)
    box = foreground_box(scaled)
    grid = area_resize(scaled[box], size)
    if label is None:
        return grid
    return grid, (area_resize(label[box], size) >= 0.5).astype(np.uint8)


def grid_affine(image, affine, size=GRID):
    """Network grid index to RAS mm: crop shifts the origin by the box's start, resize scales each axis by n/size and shifts by (n/size - 1)/2."""
    move = np.eye(4)
    for axis, part in enumerate(foreground_box(scale_intensity_range(image))):
        scale = (part.stop - part.start) / size
        move[axis, axis] = scale
        move[axis, 3] = part.start + (scale - 1) / 2
    return affine @ move


def largest_component(mask):
    """KeepLargestConnectedComponent with 26 neighbours; of equal components the last in raster order stays."""
    from scipy import ndimage

    labels, count = ndimage.label(mask, np.ones((3, 3, 3)))
    if count <= 1:
        return mask.astype(bool)
    sizes = np.bincount(labels.ravel())[1:]
    return labels == count - int(np.argmax(sizes[::-1]))


def dice(prediction, truth):
    """2 |A and B| / (|A| + |B|); 1 where both are empty."""
    prediction, truth = prediction.astype(bool), truth.astype(bool)
    total = prediction.sum() + truth.sum()
    return 1.0 if total == 0 else float(2 * (prediction & truth).sum() / total)
