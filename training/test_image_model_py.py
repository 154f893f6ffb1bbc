"""Runs the image sample's model.py outside Triton, with the real Pillow and torch and a stand-in for triton_python_backend_utils.

    python3 -m unittest discover -s training

What it gives for the pictures of src/transforms/image-open/pictures.json is held against the SHA-256 beside them, which the browser's code is held
against as well: the two ways give the same bytes.
"""

import base64
import hashlib
import importlib.util
import json
import pathlib
import tempfile
import unittest

import numpy as np

from test_model_py import FakeRequest, load_served, tensor

PILLOW = importlib.util.find_spec("PIL") is not None

ROOT = pathlib.Path(__file__).parent.parent
MODEL = ROOT / "public/repositories/image/image_preprocess_model"
PICTURES = json.loads((ROOT / "src/transforms/image-open/pictures.json").read_text())["cases"]
CONFIG = {
    "name": "image_preprocess_model",
    "max_batch_size": 64,
    "input": [tensor("raw_image", "TYPE_STRING", [1])],
    "output": [tensor("preprocessed_output", "TYPE_FP32", [3, 128, 128])],
}


def start(config=CONFIG, folder=MODEL):
    # Where MONAI is not installed.
    served = load_served(MODEL / "1/model.py", {"monai": None}).TritonPythonModel()
    arguments = {"model_config": json.dumps(config), "model_instance_kind": "CPU", "model_instance_device_id": "0", "model_repository": str(folder), "model_version": "1"}
    served.initialize(arguments)
    return served


def start_with(transforms, output, config=CONFIG):
    """The model with another transforms.json and configured output."""
    with tempfile.TemporaryDirectory() as folder:
        version = pathlib.Path(folder) / "1"
        version.mkdir()
        description = {"inputs": {"image": "raw_image"}, "transforms": transforms, "outputs": {"out": "image"}}
        (version / "transforms.json").write_text(json.dumps(description))
        return start({**config, "output": [output]}, folder)


def request(*files):
    return FakeRequest(raw_image=np.array([[file] for file in files], dtype=np.object_))


def answer(served, *files):
    [response] = served.execute([request(*files)])
    if response.error is not None:
        raise AssertionError(response.error.message)
    return response.values


def preprocessed(data):
    """SHA-256 of preprocessed_output for the bytes of one picture: what make_pictures.py writes down."""
    return hashlib.sha256(answer(start(), data)["preprocessed_output"][0].tobytes()).hexdigest()


OPEN = {"_target_": "PIL.Image.open", "keys": "image", "convert": "RGB", "exif_transpose": True}
TO_IMAGE = {"_target_": "torchvision.transforms.v2.ToImage", "keys": "image"}


@unittest.skipUnless(PILLOW, "needs Pillow")
class ServedPictures(unittest.TestCase):
    def test_every_picture_gives_the_bytes_that_the_browser_gives(self):
        served = start()
        for case in PICTURES:
            with self.subTest(case["name"]):
                found = answer(served, base64.b64decode(case["file"]))["preprocessed_output"]
                self.assertEqual((found.shape, found.dtype), ((1, 3, 128, 128), np.float32))
                self.assertEqual(hashlib.sha256(found[0].tobytes()).hexdigest(), case["preprocessed_sha256"])

    def test_a_batch_gives_what_its_items_give_alone(self):
        served = start()
        files = [base64.b64decode(case["file"]) for case in PICTURES[:3]]
        together = answer(served, *files)["preprocessed_output"]
        for index, file in enumerate(files):
            np.testing.assert_array_equal(together[index], answer(served, file)["preprocessed_output"][0])

    def test_a_request_that_fails_says_why_and_leaves_the_others(self):
        served = start()
        bad, good = served.execute([request(b"no picture"), request(base64.b64decode(PICTURES[0]["file"]))])
        self.assertIn("PIL.Image.open of 'image': cannot identify image file", bad.error.message)
        self.assertIsNone(good.error)

    def test_the_upper_8_of_16_bits_are_kept(self):
        served = start_with([{**OPEN, "convert": "L"}, TO_IMAGE], tensor("out", "TYPE_UINT8", [1, -1, -1]))
        wide = next(case for case in PICTURES if case["name"] == "png_gray_16_bits.png")
        narrow = next(case for case in PICTURES if case["name"] == "png_gray.png")
        results = [answer(served, base64.b64decode(case["file"]))["out"] for case in (wide, narrow)]
        np.testing.assert_array_equal(*results)

    def test_a_picture_is_no_output(self):
        [response] = start_with([OPEN], tensor("out", "TYPE_UINT8", [-1, -1, 3])).execute([request(base64.b64decode(PICTURES[0]["file"]))])
        self.assertIn("is a PIL image", response.error.message)

    def test_what_is_not_built_here_is_named_at_loading(self):
        for entry, text in (
            ({"_target_": "torchvision.transforms.v2.ColorJitter", "keys": "image"}, "is not built here"),
            ({"_target_": "torchvision.transforms.v2.Resize", "keys": "image"}, "needs size"),
            ({"_target_": "torchvision.transforms.v2.ToImage", "keys": "image", "size": 3}, "has no parameter size"),
            ({"_target_": "monai.transforms.Resized", "keys": "image", "spatial_size": [1]}, "MONAI is not installed"),
        ):
            with self.subTest(text), self.assertRaises(Exception) as caught:
                start_with([OPEN, entry], tensor("out", "TYPE_UINT8", [-1, -1, 3]))
            self.assertIn(text, str(caught.exception))


if __name__ == "__main__":
    unittest.main()
