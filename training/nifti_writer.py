"""Writes one volume as a compressed NIfTI-1 file: the few header fields that a reader needs, per nifti1.h."""

import gzip
import struct

import numpy as np

INT16 = 4
MILLIMETRES = 2
SCANNER = 1


def nifti_bytes(image, affine, description=""):
    """The .nii.gz bytes of an int16 volume with axes (i, j, k). `affine` (voxel to RAS mm) is stored as sform; no qform is set,
    voxel sizes are the lengths of its columns. The same input gives the same bytes."""
    image = np.asarray(image)
    if image.dtype != np.int16 or image.ndim != 3:
        raise ValueError(f"expected a 3-D int16 array, found {image.ndim}-D {image.dtype}")
    affine = np.asarray(affine, dtype=np.float64)
    header = bytearray(348)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, *image.shape, 1, 1, 1, 1)
    struct.pack_into("<hh", header, 70, INT16, 16)
    struct.pack_into("<8f", header, 76, 1.0, *np.linalg.norm(affine[:3, :3], axis=0), 0, 0, 0, 0)
    struct.pack_into("<3f", header, 108, 352.0, 1.0, 0.0)
    struct.pack_into("<b", header, 123, MILLIMETRES)
    header[148:228] = description.encode("ascii")[:79].ljust(80, b"\0")
    struct.pack_into("<hh", header, 252, 0, SCANNER)
    struct.pack_into("<12f", header, 280, *affine[:3].ravel())
    header[344:348] = b"n+1\0"
    # NIfTI stores i fastest: Fortran order of an (i, j, k) array. Four zero bytes say that no extension follows.
    return gzip.compress(bytes(header) + bytes(4) + image.astype("<i2").tobytes(order="F"), 9, mtime=0)
