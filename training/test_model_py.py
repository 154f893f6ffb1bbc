"""Runs the sample's model.py outside Triton and without MONAI: the plumbing, not MONAI's numbers.

    python3 -m unittest discover -s training

Stand-ins for triton_python_backend_utils and for the few MONAI classes that the sample's chains use take the places of the real
modules. The transforms follow MONAI's rules closely enough to check shapes, affines and values of small cases.
"""

import copy
import importlib.util
import json
import pathlib
import sys
import tempfile
import types
import unittest

import numpy as np
import torch

from preprocessing import area_resize, grid_affine, largest_component, to_network_grid

REPOSITORY = pathlib.Path(__file__).parent.parent / "public/repositories/spleen_ct"


# --- triton_python_backend_utils -------------------------------------------------------------------------------------------------

TYPES = {"TYPE_FP32": np.float32, "TYPE_FP64": np.float64, "TYPE_INT32": np.int32, "TYPE_INT64": np.int64, "TYPE_UINT8": np.uint8, "TYPE_BOOL": np.bool_, "TYPE_STRING": np.object_}


class FakeTensor:
    """A numpy array, or a torch tensor standing for device memory that only DLPack reaches."""

    def __init__(self, name, value):
        self.tensor_name, self.value = name, value

    def name(self):
        return self.tensor_name

    def is_cpu(self):
        return isinstance(self.value, np.ndarray)

    def as_numpy(self):
        assert self.is_cpu()
        return self.value

    def to_dlpack(self):
        return torch.utils.dlpack.to_dlpack(self.value)


class FakeRequest:
    def __init__(self, requested=(), **tensors):
        self.requested = list(requested)
        self.tensors = {name: FakeTensor(name, value) for name, value in tensors.items()}

    def requested_output_names(self):
        return self.requested


class FakeResponse:
    def __init__(self, output_tensors, error=None):
        self.error = error
        self.values = {tensor.name(): tensor.as_numpy() for tensor in output_tensors}


class FakeTritonError:
    def __init__(self, message):
        self.message = message


class FakeModelException(Exception):
    pass


def fake_pb_utils():
    module = types.ModuleType("triton_python_backend_utils")
    module.Tensor = FakeTensor
    module.InferenceResponse = FakeResponse
    module.TritonError = FakeTritonError
    module.TritonModelException = FakeModelException
    module.triton_string_to_numpy = lambda name: TYPES[name]
    module.get_input_tensor_by_name = lambda request, name: request.tensors.get(name)
    return module


# --- monai -----------------------------------------------------------------------------------------------------------------------


class MetaTensor(torch.Tensor):
    """A tensor with an affine, the identity unless told; operations lose it, so the stand-ins pass it on by hand."""

    @staticmethod
    def __new__(cls, value, affine=None):
        plain = value.as_tensor() if isinstance(value, MetaTensor) else torch.as_tensor(value)
        made = torch.Tensor._make_subclass(cls, plain)
        made.affine = torch.eye(4, dtype=torch.float64) if affine is None else affine
        return made

    def as_tensor(self):
        return self.as_subclass(torch.Tensor)


class MapTransform:
    def __init__(self, keys, allow_missing_keys=False):
        self.keys = (keys,) if isinstance(keys, str) else tuple(keys)

    def __call__(self, data):
        data = dict(data)
        for key in self.keys:
            value = data[key] if isinstance(data[key], MetaTensor) else MetaTensor(data[key])
            data[key] = self.apply(value.as_tensor(), value.affine)
        return data

    def apply(self, value, affine):
        raise NotImplementedError


class EnsureTyped(MapTransform):
    def __init__(self, keys, data_type="tensor", dtype=None, device=None, wrap_sequence=True, track_meta=None, allow_missing_keys=False):
        super().__init__(keys)
        self.dtype = None if dtype is None else torch.from_numpy(np.zeros(1, dtype)).dtype

    def apply(self, value, affine):
        return MetaTensor(value if self.dtype is None else value.to(self.dtype), affine)


class EnsureChannelFirstd(MapTransform):
    def __init__(self, keys, strict_check=True, allow_missing_keys=False, channel_dim=None):
        super().__init__(keys)
        if channel_dim != "no_channel":
            raise ValueError("the stand-in knows no_channel only")

    def apply(self, value, affine):
        return MetaTensor(value[None], affine)


class ScaleIntensityRanged(MapTransform):
    def __init__(self, keys, a_min, a_max, b_min=None, b_max=None, clip=False, dtype=np.float32, allow_missing_keys=False):
        super().__init__(keys)
        assert dtype is np.float32, dtype
        self.a, self.b, self.clip = (a_min, a_max), (b_min, b_max), clip

    def apply(self, value, affine):
        scaled = (value - self.a[0]) / (self.a[1] - self.a[0]) * (self.b[1] - self.b[0]) + self.b[0]
        return MetaTensor(scaled.clamp(*self.b) if self.clip else scaled, affine)


def _move(starts, scales):
    move = torch.eye(4, dtype=torch.float64)
    for axis, (start, scale) in enumerate(zip(starts, scales)):
        move[axis, axis], move[axis, 3] = scale, start + (scale - 1) / 2
    return move


class CropForegroundd(MapTransform):
    def __init__(self, keys, source_key, channel_indices=None, margin=0, allow_smaller=False, k_divisible=1, mode="constant",
                 start_coord_key="foreground_start_coord", end_coord_key="foreground_end_coord", allow_missing_keys=False):
        super().__init__(keys)

    def apply(self, value, affine):
        found = torch.nonzero((value > 0).any(0))
        if len(found) == 0:
            raise RuntimeError("empty box")
        low, high = found.min(0).values.tolist(), (found.max(0).values + 1).tolist()
        return MetaTensor(value[(slice(None), *map(slice, low, high))], affine @ _move(low, (1, 1, 1)))


class Resized(MapTransform):
    def __init__(self, keys, spatial_size, size_mode="all", mode="area", align_corners=None, anti_aliasing=False,
                 anti_aliasing_sigma=None, dtype=np.float32, allow_missing_keys=False):
        super().__init__(keys)
        self.size = spatial_size

    def apply(self, value, affine):
        resized = torch.from_numpy(area_resize(value[0].numpy(), self.size[0]))[None]
        return MetaTensor(resized, affine @ _move((0, 0, 0), [n / m for n, m in zip(value.shape[1:], self.size)]))


class AsDiscreted(MapTransform):
    def __init__(self, keys, argmax=False, to_onehot=None, threshold=None, rounding=None, allow_missing_keys=False):
        super().__init__(keys)

    def apply(self, value, affine):
        return MetaTensor(value.argmax(0, keepdim=True).float(), affine)


class KeepLargestConnectedComponentd(MapTransform):
    def __init__(self, keys, applied_labels=None, is_onehot=None, independent=True, connectivity=None, num_components=1, allow_missing_keys=False):
        super().__init__(keys)

    def apply(self, value, affine):
        value *= torch.from_numpy(largest_component(value[0].numpy() == 1))  # in place, as MONAI does
        return MetaTensor(value, affine)


class CopyItemsd(MapTransform):
    def __init__(self, keys, times=1, names=None, allow_missing_keys=False):
        super().__init__(keys)
        self.times, self.names = times, (names,) if isinstance(names, str) else tuple(names)

    def __call__(self, data):
        data = dict(data)
        for key, name in zip(self.keys * self.times, self.names):
            value = data[key]
            data[name] = MetaTensor(value.as_tensor().clone(), value.affine.clone()) if isinstance(value, MetaTensor) else copy.deepcopy(value)
        return data


class LabelToContourd(MapTransform):
    def __init__(self, keys, kernel_type="Laplace", allow_missing_keys=False):
        super().__init__(keys)

    def apply(self, value, affine):
        kernel = -torch.ones(1, 1, 3, 3, 3)
        kernel[0, 0, 1, 1, 1] = 26
        return MetaTensor(torch.nn.functional.conv3d(value[None], kernel, padding=1)[0].clamp(0, 1), affine)


class Orientationd(MapTransform):
    def __init__(self, keys, axcodes, allow_missing_keys=False):
        super().__init__(keys)

    def apply(self, value, affine):
        return MetaTensor(value, affine)


class Invertd(MapTransform):
    pass


def fake_monai():
    monai, data, transforms = (types.ModuleType(name) for name in ("monai", "monai.data", "monai.transforms"))
    monai.__version__ = "1.5.0"
    monai.data, monai.transforms = data, transforms
    data.MetaTensor = MetaTensor
    for kind in (MapTransform, EnsureTyped, EnsureChannelFirstd, ScaleIntensityRanged, CropForegroundd, Resized, AsDiscreted,
                 KeepLargestConnectedComponentd, CopyItemsd, LabelToContourd, Orientationd, Invertd):
        setattr(transforms, kind.__name__, kind)
    return monai, data, transforms


def load_module(path, monai_version="1.5.0"):
    monai, data, transforms = fake_monai()
    monai.__version__ = monai_version
    return load_served(path, {"monai": monai, "monai.data": data, "monai.transforms": transforms})


def load_served(path, modules):
    """The module of a model.py, with these in the places of real modules (None: not installed) besides Triton's."""
    stand_ins = {"triton_python_backend_utils": fake_pb_utils(), **modules}
    before = {name: sys.modules.get(name) for name in stand_ins}
    sys.modules.update(stand_ins)
    try:
        spec = importlib.util.spec_from_file_location("served_model", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        for name, old in before.items():
            if old is None:
                del sys.modules[name]
            else:
                sys.modules[name] = old
    return module


# --- the models under test -------------------------------------------------------------------------------------------------------


def tensor(name, data_type, dims, **more):
    return {"name": name, "data_type": data_type, "dims": dims, **more}


PREPROCESS = {
    "name": "preprocess",
    "max_batch_size": 1,
    "input": [tensor("IMAGE", "TYPE_FP32", [-1, -1, -1]), tensor("IMAGE_AFFINE", "TYPE_FP64", [4, 4])],
    "output": [tensor("PREPROCESSED", "TYPE_FP32", [1, -1, -1, -1]), tensor("GRID_AFFINE", "TYPE_FP64", [4, 4])],
}
POSTPROCESS = {
    "name": "postprocess",
    "max_batch_size": 1,
    "input": [tensor("LOGITS", "TYPE_FP32", [2, -1, -1, -1])],
    "output": [tensor("MASK", "TYPE_FP32", [1, -1, -1, -1]), tensor("CONTOUR", "TYPE_FP32", [1, -1, -1, -1])],
}


def start(config, folder, monai_version="1.5.0", model=REPOSITORY / "preprocess/1/model.py"):
    """A model initialised from a folder that holds 1/transforms.json."""
    served = load_module(model, monai_version).TritonPythonModel()
    served.initialize({"model_config": json.dumps(config), "model_instance_kind": "CPU", "model_instance_device_id": "0", "model_repository": str(folder), "model_version": "1"})
    return served


def start_with(chain, config, **options):
    """The same for a chain given here: the whole transforms.json, or its list."""
    description = chain if isinstance(chain, dict) else {"transforms": chain}
    with tempfile.TemporaryDirectory() as folder:
        version = pathlib.Path(folder) / "1"
        version.mkdir()
        (version / "transforms.json").write_text(json.dumps(description))
        return start(config, folder, **options)


def plain(dims, data_type="TYPE_FP32", batch=0, **more):
    return {"name": "plain", "max_batch_size": batch, "input": [tensor("X", "TYPE_FP32", dims, **more)], "output": [tensor("Y", data_type, dims)]}


MAPS = {"inputs": {"x": "X"}, "outputs": {"Y": "x"}}
ENSURE = {"_target_": "monai.transforms.EnsureTyped", "keys": "x"}


def volume(seed=0, shape=(30, 26, 22)):
    image = np.full(shape, -1000, np.float32)
    image[4:27, 3:24, 2:19] = np.random.default_rng(seed).uniform(-50, 200, (23, 21, 17))
    return image


AFFINE = np.array([[-2.0, 0, 0, 91], [0, -2.5, 0, 40], [0, 0, 3, -120], [0, 0, 0, 1]])


class Preprocess(unittest.TestCase):
    def setUp(self):
        self.model = start(PREPROCESS, REPOSITORY / "preprocess")

    def test_gives_the_grid_and_the_affine_that_training_used(self):
        image = volume()
        (response,) = self.model.execute([FakeRequest(IMAGE=image[None], IMAGE_AFFINE=AFFINE[None])])
        self.assertIsNone(response.error)
        self.assertEqual(response.values["PREPROCESSED"].shape, (1, 1, 48, 48, 48))
        np.testing.assert_allclose(response.values["PREPROCESSED"][0, 0], to_network_grid(image), atol=1e-6)
        self.assertEqual(response.values["GRID_AFFINE"].dtype, np.float64)
        np.testing.assert_allclose(response.values["GRID_AFFINE"][0], grid_affine(image, AFFINE), atol=1e-12)

    def test_answers_only_what_was_requested(self):
        (response,) = self.model.execute([FakeRequest(["GRID_AFFINE"], IMAGE=volume()[None], IMAGE_AFFINE=AFFINE[None])])
        self.assertEqual(list(response.values), ["GRID_AFFINE"])

    def test_one_bad_request_leaves_the_others_alone(self):
        good = {"IMAGE": volume()[None], "IMAGE_AFFINE": AFFINE[None]}
        empty = {**good, "IMAGE": np.full((1, 5, 5, 5), -1000, np.float32)}
        responses = self.model.execute([FakeRequest(**good), FakeRequest(**empty), FakeRequest(IMAGE=good["IMAGE"]), FakeRequest(**good)])
        self.assertEqual([response.error is None for response in responses], [True, False, False, True])
        self.assertIn("empty box", responses[1].error.message)
        self.assertIn("input 'IMAGE_AFFINE' is missing", responses[2].error.message)

    def test_refuses_an_affine_of_another_type(self):
        (response,) = self.model.execute([FakeRequest(IMAGE=volume()[None], IMAGE_AFFINE=AFFINE[None].astype(np.float32))])
        self.assertIn("must be TYPE_FP64 [4, 4]", response.error.message)

    def test_runs_each_item_of_a_batch_by_itself(self):
        images = np.stack([volume(1), volume(2)])
        affines = np.stack([AFFINE, AFFINE * 2])
        (response,) = self.model.execute([FakeRequest(IMAGE=images, IMAGE_AFFINE=affines)])
        for i in range(2):
            np.testing.assert_allclose(response.values["PREPROCESSED"][i, 0], to_network_grid(images[i]), atol=1e-6)
            np.testing.assert_allclose(response.values["GRID_AFFINE"][i], grid_affine(images[i], affines[i]), atol=1e-12)

    def test_reads_device_memory_through_dlpack_and_leaves_it_unchanged(self):
        image = torch.from_numpy(volume()[None].copy())
        before = image.clone()
        (response,) = self.model.execute([FakeRequest(IMAGE=image, IMAGE_AFFINE=AFFINE[None])])
        np.testing.assert_allclose(response.values["PREPROCESSED"][0, 0], to_network_grid(before[0].numpy()), atol=1e-6)
        self.assertTrue(torch.equal(image, before))


class Postprocess(unittest.TestCase):
    def setUp(self):
        self.model = start(POSTPROCESS, REPOSITORY / "postprocess", model=REPOSITORY / "postprocess/1/model.py")

    def test_keeps_the_largest_piece_and_outlines_it(self):
        logits = np.zeros((1, 2, 9, 9, 9), np.float32)
        logits[0, 1, 1:6, 1:6, 1:6] = 1
        logits[0, 1, 8, 8, 8] = 1
        (response,) = self.model.execute([FakeRequest(LOGITS=logits)])
        self.assertIsNone(response.error)
        mask = np.zeros((9, 9, 9))
        mask[1:6, 1:6, 1:6] = 1
        outline = mask.copy()
        outline[2:5, 2:5, 2:5] = 0
        np.testing.assert_array_equal(response.values["MASK"][0, 0], mask)
        np.testing.assert_array_equal(response.values["CONTOUR"][0, 0], outline)

    def test_both_models_carry_the_same_file(self):
        self.assertEqual((REPOSITORY / "preprocess/1/model.py").read_bytes(), (REPOSITORY / "postprocess/1/model.py").read_bytes())


class Boundary(unittest.TestCase):
    def test_without_batching_the_chain_sees_the_tensor_as_it_is(self):
        model = start_with({**MAPS, "transforms": [ENSURE]}, plain([-1, 3]))
        (response,) = model.execute([FakeRequest(X=np.ones((2, 3), np.float32))])
        self.assertEqual(response.values["Y"].shape, (2, 3))

    def test_maps_left_out_mean_the_same_names(self):
        config = {"name": "same", "input": [tensor("A", "TYPE_FP32", [2])], "output": [tensor("A", "TYPE_FP32", [2])]}
        (response,) = start_with([{"_target_": "EnsureType", "keys": ["A"]}], config).execute([FakeRequest(A=np.ones(2, np.float32))])
        np.testing.assert_array_equal(response.values["A"], [1, 1])

    def test_an_output_of_another_type_is_an_error_that_says_the_fix(self):
        model = start_with({**MAPS, "transforms": [{**ENSURE, "dtype": "int32"}]}, plain([3]))
        (response,) = model.execute([FakeRequest(X=np.ones(3, np.float32))])
        self.assertIn("output 'Y' is int32, but config.pbtxt says TYPE_FP32 (float32)", response.error.message)
        self.assertIn("CastToTyped", response.error.message)

    def test_a_cast_to_the_configured_type_passes(self):
        model = start_with({**MAPS, "transforms": [{**ENSURE, "dtype": "torch.int32"}]}, plain([3], "TYPE_INT32"))
        (response,) = model.execute([FakeRequest(X=np.array([1, 2, 3], np.float32))])
        self.assertEqual(response.values["Y"].dtype, np.int32)

    def test_an_output_of_another_shape_is_an_error(self):
        model = start_with({**MAPS, "transforms": [{"_target_": "AddChanneld", "keys": "x"}]}, plain([3]))
        (response,) = model.execute([FakeRequest(X=np.ones(3, np.float32))])
        self.assertIn("has shape [1, 3], but config.pbtxt says dims [3]", response.error.message)

    def test_items_of_unequal_shape_are_named(self):
        chain = [{"_target_": "EnsureChannelFirstd", "keys": "x", "channel_dim": "no_channel"}, {"_target_": "CropForegroundd", "keys": "x", "source_key": "x"}]
        config = plain([-1, -1, -1], batch=4)
        config["output"][0]["dims"] = [1, -1, -1, -1]
        images = np.zeros((2, 4, 4, 4), np.float32)
        images[0, 1:3, 1:3, 1:3] = images[1, :3, :3, :3] = 1
        (response,) = start_with({**MAPS, "transforms": chain}, config).execute([FakeRequest(X=images)])
        self.assertIn("item 1 has shape [1, 3, 3, 3], item 0 has [1, 2, 2, 2]", response.error.message)

    def test_inputs_of_different_batch_sizes_are_an_error(self):
        (response,) = start(PREPROCESS, REPOSITORY / "preprocess").execute([FakeRequest(IMAGE=np.stack([volume()] * 2), IMAGE_AFFINE=AFFINE[None])])
        self.assertIn("different batch sizes", response.error.message)

    def test_an_affine_that_nobody_declared_is_no_identity(self):
        config = plain([-1])
        config["output"].append(tensor("A", "TYPE_FP64", [4, 4]))
        model = start_with({"inputs": {"x": "X"}, "outputs": {"Y": "x", "A": "x_affine"}, "transforms": [ENSURE]}, config)
        (response,) = model.execute([FakeRequest(X=np.ones(3, np.float32))])
        self.assertIn("no affine was declared for 'x'", response.error.message)

    def test_a_copy_keeps_its_affine(self):
        config = {**PREPROCESS, "max_batch_size": 0, "output": [tensor("A", "TYPE_FP64", [4, 4])]}
        chain = {"inputs": {"x": "IMAGE", "x_affine": "IMAGE_AFFINE"}, "outputs": {"A": "y_affine"},
                 "transforms": [{"_target_": "CopyItemsd", "keys": "x", "names": "y"}, {"_target_": "Orientationd", "keys": "y", "axcodes": "RAS"}]}
        (response,) = start_with(chain, config).execute([FakeRequest(IMAGE=volume(), IMAGE_AFFINE=AFFINE)])
        np.testing.assert_array_equal(response.values["A"], AFFINE)

    def test_an_optional_affine_that_was_not_sent_is_missed_by_orientation(self):
        config = {"name": "o", "input": [tensor("X", "TYPE_FP32", [-1]), tensor("A", "TYPE_FP64", [4, 4], optional=True)], "output": [tensor("Y", "TYPE_FP32", [-1])]}
        chain = {"inputs": {"x": "X", "x_affine": "A"}, "outputs": {"Y": "x"}, "transforms": [{"_target_": "Orientationd", "keys": "x", "axcodes": "RAS"}]}
        (response,) = start_with(chain, config).execute([FakeRequest(X=np.ones(3, np.float32))])
        self.assertIn("Orientation: the request brings no affine for ['x']", response.error.message)


class Loading(unittest.TestCase):
    CASES = {
        "an unknown transform": ([{"_target_": "Sharpend", "keys": "x"}], "'Sharpend' is no dictionary transform"),
        "a name outside monai.transforms": ([{"_target_": "os.system", "keys": "x"}], "'os.system' is neither in monai.transforms"),
        "a class that is no transform": ([{"_target_": "monai.transforms.MetaTensor", "keys": "x"}], "no dictionary transform"),
        "an unknown parameter": ([{**ENSURE, "colour": 1}], "colour"),
        "an expression": ([{**ENSURE, "dtype": "$torch.float32"}], "bundle reference or expression"),
        "a reference": ([{**ENSURE, "keys": ["@key"]}], "bundle reference or expression"),
        "an unknown dtype": ([{**ENSURE, "dtype": "float12"}], "unknown dtype 'float12'"),
        "orientation without an affine": ([{"_target_": "Orientationd", "keys": "x", "axcodes": "RAS"}], "no affine is declared for ['x']"),
        "an inverse without a trace": ([{"_target_": "Invertd", "keys": "x"}], "trace"),
        "no target": ([{"keys": "x"}], "no '_target_'"),
        "no chain": (None, "must be a list"),
    }

    def test_a_chain_that_cannot_be_built_fails_the_load(self):
        for name, (chain, message) in self.CASES.items():
            with self.subTest(name), self.assertRaises(Exception) as caught:
                start_with({**MAPS, "transforms": chain}, plain([-1]))
            self.assertEqual(type(caught.exception), FakeModelException, name)
            self.assertIn(message, str(caught.exception))

    def test_maps_that_do_not_fit_the_configuration_fail_the_load(self):
        for maps, message in (
            ({"inputs": {"x": "Z"}, "outputs": {"Y": "x"}}, "does not list"),
            ({"inputs": {"x": "X"}, "outputs": {"Q": "x"}}, "'outputs' names 'Q'"),
            ({"inputs": {"x": "X"}, "outputs": {}}, "output 'Y' of config.pbtxt has no key"),
        ):
            with self.subTest(message), self.assertRaisesRegex(FakeModelException, message):
                start_with({**maps, "transforms": [ENSURE]}, plain([-1]))

    def test_a_compose_is_its_list(self):
        model = start_with({**MAPS, "transforms": {"_target_": "monai.transforms.Compose", "transforms": [ENSURE]}}, plain([-1]))
        self.assertEqual(len(model.chain), 1)

    def test_other_versions_of_monai_are_refused(self):
        for version in ("1.1.0", "1.6.0"):
            with self.subTest(version), self.assertRaisesRegex(FakeModelException, f"found MONAI {version}"):
                start_with({**MAPS, "transforms": [ENSURE]}, plain([-1]), monai_version=version)
        start_with({**MAPS, "transforms": [ENSURE]}, plain([-1]), monai_version="1.2.0+cu12")

    def test_a_missing_file_fails_the_load(self):
        with self.assertRaisesRegex(FakeModelException, "transforms.json"):
            start(plain([-1]), "/nonexistent")


if __name__ == "__main__":
    unittest.main()
