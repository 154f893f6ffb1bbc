"""Phantoms, pre-processing and the NIfTI writer.

    python3 -m unittest discover -s training
"""

import gzip
import struct
import unittest

import numpy as np
import torch

from nifti_writer import nifti_bytes
from phantom import make_phantom
from preprocessing import area_resize, dice, foreground_box, grid_affine, largest_component, scale_intensity_range, to_network_grid

COARSE = (4.0, 4.0, 4.0)


class Phantoms(unittest.TestCase):
    def test_a_seed_is_one_volume(self):
        first, second = make_phantom(3, COARSE), make_phantom(3, COARSE)
        np.testing.assert_array_equal(first.image, second.image)
        np.testing.assert_array_equal(first.label, second.label)
        self.assertFalse(np.array_equal(first.image[:20, :20, :20], make_phantom(4, COARSE).image[:20, :20, :20]))

    def test_volumes_are_hounsfield_units_with_one_spleen_of_plausible_size(self):
        for seed in range(12):
            phantom = make_phantom(seed, COARSE)
            with self.subTest(seed=seed):
                self.assertEqual(phantom.image.dtype, np.int16)
                self.assertEqual(phantom.image[0, 0, 0] < -900, True)
                self.assertTrue(40 < phantom.millilitres < 700, phantom.millilitres)
                self.assertEqual(largest_component(phantom.label).sum(), phantom.label.sum())

    def test_the_same_anatomy_on_other_voxels_has_the_same_place_and_volume(self):
        fine, coarse = make_phantom(5, (2.0, 2.0, 2.5), "RAS"), make_phantom(5, (3.0, 3.0, 3.0), "LPS")
        self.assertLess(np.linalg.norm(fine.centroid - coarse.centroid), 2.0)
        self.assertLess(abs(fine.millilitres / coarse.millilitres - 1), 0.06)

    def test_the_affine_carries_the_orientation(self):
        for orientation, signs in {"RAS": (1, 1, 1), "LPS": (-1, -1, 1), "LAI": (-1, 1, -1)}.items():
            with self.subTest(orientation):
                np.testing.assert_array_equal(np.sign(np.diag(make_phantom(1, COARSE, orientation).affine)[:3]), signs)


class Preprocessing(unittest.TestCase):
    def test_area_resize_is_adaptive_average_pooling(self):
        for shape in ((7, 48, 61), (48, 12, 100)):
            image = np.random.default_rng(0).random(shape, np.float32)
            expected = torch.nn.functional.adaptive_avg_pool3d(torch.from_numpy(image)[None], 48)[0].numpy()
            np.testing.assert_allclose(area_resize(image, 48), expected, atol=1e-6)

    def test_scaling_has_exact_ends(self):
        np.testing.assert_array_equal(scale_intensity_range(np.array([-1000, -57, 53.5, 164, 900])), np.float32([0, 0, 0.5, 1, 1]))

    def test_the_box_ends_after_the_last_bright_plane(self):
        image = np.zeros((6, 6, 6))
        image[1, 2, 3] = image[4, 2, 5] = 1
        self.assertEqual(foreground_box(image), (slice(1, 5), slice(2, 3), slice(3, 6)))

    def test_the_spleen_stays_in_place_on_the_grid(self):
        phantom = make_phantom(2)
        _, label = to_network_grid(phantom.image, phantom.label)
        affine = grid_affine(phantom.image, phantom.affine)
        world = affine[:3, :3] @ np.argwhere(label).mean(axis=0) + affine[:3, 3]
        self.assertLess(np.linalg.norm(world - phantom.centroid), 2.0)

    def test_of_equal_components_the_last_stays(self):
        mask = np.zeros((5, 5, 5), bool)
        mask[0, 0, :2] = mask[4, 4, 3:] = True
        self.assertEqual(np.argwhere(largest_component(mask)).tolist(), [[4, 4, 3], [4, 4, 4]])

    def test_dice_of_nothing_and_nothing_is_one(self):
        empty, full = np.zeros((2, 2)), np.ones((2, 2))
        self.assertEqual((dice(empty, empty), dice(empty, full), dice(full, full)), (1.0, 0.0, 1.0))


class Nifti(unittest.TestCase):
    def test_header_and_voxels_are_where_nifti1_puts_them(self):
        image = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
        affine = np.array([[-2.0, 0, 0, 10], [0, 3, 0, -20], [0, 0, 4, 30], [0, 0, 0, 1]])
        raw = gzip.decompress(nifti_bytes(image, affine))
        self.assertEqual(struct.unpack_from("<i", raw, 0)[0], 348)
        self.assertEqual(struct.unpack_from("<8h", raw, 40), (3, 2, 3, 4, 1, 1, 1, 1))
        self.assertEqual(struct.unpack_from("<4f", raw, 76), (1.0, 2.0, 3.0, 4.0))
        self.assertEqual(struct.unpack_from("<12f", raw, 280), tuple(affine[:3].ravel()))
        self.assertEqual(raw[344:348], b"n+1\0")
        np.testing.assert_array_equal(np.frombuffer(raw, "<i2", offset=352).reshape(2, 3, 4, order="F"), image)

    def test_other_types_are_refused(self):
        with self.assertRaisesRegex(ValueError, "int16"):
            nifti_bytes(np.zeros((2, 2, 2)), np.eye(4))


if __name__ == "__main__":
    unittest.main()
