"""The image sample's pre-processing, as image_preprocess_model does it: Pillow's bilinear resize, 0 to 1, mean and deviation."""

import numpy as np
from PIL import Image

from image_networks import SIZE

MEAN = np.array([0.485, 0.456, 0.406], np.float32)[:, None, None]
DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)[:, None, None]


def to_network(picture):
    """uint8 [height, width, 3] to float32 [3, SIZE, SIZE]."""
    small = np.asarray(Image.fromarray(picture).resize((SIZE, SIZE), Image.BILINEAR))
    return (small.transpose(2, 0, 1).astype(np.float32) / 255 - MEAN) / DEVIATION


def labels_to_network(labels):
    """uint8 [height, width] to uint8 [SIZE, SIZE]."""
    return np.asarray(Image.fromarray(labels).resize((SIZE, SIZE), Image.NEAREST))
