"""A Triton Python model that is a chain of transforms of pictures, volumes and texts, read from the transforms.json beside it.

The same file serves every model of this kind: what a step does is in transforms.json and config.pbtxt, never here.

Needs Triton's Python backend (22.12 or later) and torch; for MONAI's transforms MONAI 1.2 up to, not including, 1.6; for pictures Pillow; for
tokens transformers 4. MONAI's parameters that transforms.json leaves out take the defaults of the installed MONAI, so a file should write
out what it relies on.

transforms.json:
  inputs      dictionary key -> input tensor. Left out: every input under its own name.
  transforms  list of {"_target_": ..., "keys": ..., parameters by the library's names}, where the target is a dictionary transform of
              monai.transforms, torchvision.transforms.v2.X (see TORCHVISION below), PIL.Image.open, or one of texts: see below
  outputs     output tensor -> dictionary key. Left out: every output from the key of its own name.

PIL.Image.open makes a Pillow image of the bytes of one file, a TYPE_STRING [1] tensor. torchvision's transforms are built here from Pillow
and torch, so that a served step does not depend on torchvision's version: an image is resized by Pillow, a tensor by torch.

transformers.BertTokenizerFast and conch.TextFeatures read texts, a TYPE_STRING [n] tensor (one text per item of a batch), all of a request
together and before the rest of the chain; the files that they name lie beside transforms.json. The first makes "<key>_input_ids",
"<key>_attention_mask" and "<key>_token_type_ids", int64 [n, tokens], the second "<key>_features", float32 [n, features]; of an item of a batch
they have no first axis. conch.WeightedScore makes one score of two.

A key "<key>_affine" is the affine of "<key>": a TYPE_FP64 [4, 4] tensor, voxel index to millimetres. As an input it becomes the affine of
the key's MetaTensor, as an output it is what the chain made of it. Without one, transforms that need world coordinates are refused.

max_batch_size 0: the chain sees each tensor as it is. Otherwise it runs once per item of the first dimension and results are stacked.

KIND_GPU: arrays live on the instance's device and travel by DLPack. KIND_CPU: numpy. A request that fails gets its own error response;
the others of the same call are answered.
"""

import bisect
import collections
import io
import json
import os
import re
import unicodedata

import numpy as np
import torch
import triton_python_backend_utils as pb_utils

try:
    import monai
    import monai.transforms as transforms
    from monai.data import MetaTensor
except ImportError:
    # A chain of torchvision's transforms does without it.
    monai = None

try:
    from PIL import Image, ImageOps
except ImportError:
    # A chain of MONAI's transforms does without it.
    Image = None

MONAI_FROM = (1, 2)
MONAI_BELOW = (1, 6)

AFFINE = "_affine"
# Older names, with the parameters that they imply.
ALIASES = {"AddChannel": ("EnsureChannelFirst", {"channel_dim": "no_channel"})}
# They turn without an affine into a silent identity, or guess one.
NEEDS_AFFINE = {"Orientation", "Spacing", "SpatialResample", "ResampleToMatch"}
# They need files or a history that no tensor carries.
REFUSED = {
    "LoadImage": "a tensor is an image already; remove the transform",
    "SaveImage": "a served step returns tensors and writes no files; remove the transform",
    "Invert": "the trace of the operations to undo is not declared as a tensor",
}


class TritonPythonModel:
    """What the Python backend loads; one per instance."""

    def initialize(self, args):
        config = json.loads(args["model_config"])
        name = config["name"]
        self.batched = int(config.get("max_batch_size", 0)) > 0
        self.inputs = {tensor["name"]: tensor for tensor in config["input"]}
        self.outputs = {tensor["name"]: tensor for tensor in config["output"]}
        self.device = torch.device("cpu")
        if args["model_instance_kind"] == "GPU":
            self.device = torch.device(f"cuda:{args['model_instance_device_id']}")
        path = os.path.join(args["model_repository"], str(args["model_version"]), "transforms.json")
        try:
            with open(path, encoding="utf-8") as file:
                description = json.load(file)
            self.input_of_key = key_map(description.get("inputs"), {tensor: tensor for tensor in self.inputs})
            self.key_of_output = key_map(description.get("outputs"), {tensor: tensor for tensor in self.outputs})
            check_maps(self.input_of_key, self.key_of_output, self.inputs, self.outputs)
            chain = build_chain(description.get("transforms"), set(self.input_of_key), os.path.dirname(path))
            self.text_steps = [step for _, step in chain if isinstance(step, TextStep)]
            self.chain = [(base, step) for base, step in chain if not isinstance(step, TextStep)]
            for step in self.text_steps:
                for key in step.reads:
                    if key not in self.input_of_key:
                        raise ChainError(f"{step.name}: there is no key '{key}'; the inputs have {sorted(self.input_of_key)}")
        except (ChainError, OSError, json.JSONDecodeError) as problem:
            raise pb_utils.TritonModelException(f"model '{name}', {path}: {problem}") from problem

    def execute(self, requests):
        return [self.respond(request) for request in requests]

    def respond(self, request):
        """One request's response; whatever goes wrong with it stays in it."""
        try:
            results = self.run({name: self.read(request, name) for name in self.inputs}, set(request.requested_output_names()))
            if self.device.type == "cuda":
                # The receiver does not know torch's stream.
                torch.cuda.synchronize(self.device)
            return pb_utils.InferenceResponse(output_tensors=[to_triton(name, value) for name, value in results.items()])
        except Exception as problem:
            kind = "" if isinstance(problem, ChainError) else f"{type(problem).__name__}: "
            return pb_utils.InferenceResponse(output_tensors=[], error=pb_utils.TritonError(f"{kind}{problem}"))

    def read(self, request, name):
        """An input as a tensor on this instance's device (an object array for TYPE_STRING), or None for an optional one that was not sent."""
        tensor = pb_utils.get_input_tensor_by_name(request, name)
        if tensor is None:
            if self.inputs[name].get("optional"):
                return None
            raise ChainError(f"input '{name}' is missing from the request")
        if not tensor.is_cpu():
            # Copied: transforms may write in place, and the memory may be shared with another step.
            return torch.utils.dlpack.from_dlpack(tensor.to_dlpack()).to(self.device, copy=True)
        array = tensor.as_numpy()
        if array.dtype == np.object_:
            return array
        # Torch has no uint16, uint32 and uint64: the next wider signed type holds their values, as MONAI converts them.
        array = array.astype({"uint16": np.int32, "uint32": np.int64, "uint64": np.int64}.get(array.dtype.name, array.dtype), copy=True)
        return torch.from_numpy(array).to(self.device)

    def run(self, tensors, requested):
        """Output name -> tensor for the requested outputs."""
        opened = self.open_texts(tensors)
        if not self.batched:
            return self.run_item(tensors, requested, "", opened)
        sizes = {name: len(value) for name, value in tensors.items() if value is not None}
        if len(set(sizes.values())) > 1:
            raise ChainError(f"the inputs have different batch sizes: {sizes}")
        count = next(iter(sizes.values()))
        items = []
        for i in range(count):
            item = {name: None if value is None else value[i] for name, value in tensors.items()}
            items.append(self.run_item(item, requested, f" of item {i}" if count > 1 else "", {key: rows[i] for key, rows in opened.items()}))
        return {name: stack(name, [item[name] for item in items]) for name in items[0]} if items else {}

    def open_texts(self, tensors):
        """Dictionary key -> tensor with a row per text, for what the chain makes of texts."""
        made = {}
        for step in self.text_steps:
            texts = {}
            for key in step.reads:
                name = self.input_of_key[key]
                if tensors[name] is None:
                    raise ChainError(f"{step.name}: input '{name}' is missing from the request")
                texts[key] = decode_texts(name, tensors[name], self.batched)
            made.update({key: torch.from_numpy(array).to(self.device) for key, array in step.open(texts).items()})
        return made

    def run_item(self, tensors, requested, which, opened):
        """The chain on one item. `which` names the item in messages, `opened` is what came of its texts."""
        data = dict(opened)
        for key, name in self.input_of_key.items():
            if tensors[name] is not None and not is_affine_key(key, self.input_of_key):
                data[key] = tensors[name]
        for key in list(data):
            name = self.input_of_key.get(key + AFFINE)
            if name is not None and tensors[name] is not None and monai is not None:
                data[key] = MetaTensor(data[key], affine=check_affine(name, tensors[name]))
        with_affine = {key for key, value in data.items() if has_metadata(value)}
        for base, transform in self.chain:
            lacking = set(transform.keys) - with_affine
            if base in NEEDS_AFFINE and lacking:
                raise ChainError(f"{base}{which}: the request brings no affine for {sorted(lacking)}")
            if isinstance(transform, OwnStep):
                data = transform(data, self.device, which)
                continue
            data = transform(data)
            if isinstance(transform, transforms.CopyItemsd):
                with_affine |= copies(transform, with_affine)
        results = {}
        for name, key in self.key_of_output.items():
            if requested and name not in requested:
                continue
            results[name] = self.check_output(name, pick(data, key, with_affine), which)
        return results

    def check_output(self, name, value, which):
        """The value, if its data type and shape are the configured ones."""
        config = self.outputs[name]
        expected = np.dtype(pb_utils.triton_string_to_numpy(config["data_type"])).name
        found = value.dtype.name if isinstance(value, np.ndarray) else str(value.dtype).replace("torch.", "")
        if found != expected:
            raise ChainError(f"output '{name}'{which} is {found}, but config.pbtxt says {config['data_type']} ({expected}): add EnsureTyped or CastToTyped with that dtype")
        dims = [int(d) for d in (config.get("reshape") or {}).get("shape", config["dims"])]
        shape = list(value.shape)
        if len(shape) != len(dims) or any(d not in (-1, n) for d, n in zip(dims, shape)):
            raise ChainError(f"output '{name}'{which} has shape {shape}, but config.pbtxt says dims {dims}")
        return value


class ChainError(Exception):
    """A problem in the user's files or request, told in a sentence of its own."""


def has_metadata(value):
    return monai is not None and isinstance(value, MetaTensor)


def check_monai_version(version):
    numbers = tuple(int(part) for part in version.split("+")[0].split(".")[:2])
    if not MONAI_FROM <= numbers < MONAI_BELOW:
        raise ChainError(f"found MONAI {version}, expected {MONAI_FROM[0]}.{MONAI_FROM[1]} or later and below {MONAI_BELOW[0]}.{MONAI_BELOW[1]}")


def key_map(given, names):
    if given is None:
        return names
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise ChainError("'inputs' and 'outputs' must be objects of strings")
    return given


def check_maps(input_of_key, key_of_output, inputs, outputs):
    for key, name in input_of_key.items():
        if name not in inputs:
            raise ChainError(f"'inputs' gives key '{key}' to '{name}', which config.pbtxt does not list; it lists {sorted(inputs)}")
    for name in key_of_output:
        if name not in outputs:
            raise ChainError(f"'outputs' names '{name}', which config.pbtxt does not list; it lists {sorted(outputs)}")
    for name in outputs:
        if name not in key_of_output:
            raise ChainError(f"output '{name}' of config.pbtxt has no key in 'outputs'")


def is_affine_key(key, keys):
    return key.endswith(AFFINE) and key[: -len(AFFINE)] in keys


def build_chain(entries, keys, folder):
    """
    (name without the d, transform) for each entry of a transforms.json, checked and constructed. `keys`: the dictionary's at the start;
    `folder`: that of the transforms.json, and of the files that it names.
    """
    if isinstance(entries, dict):
        entries = [entries]
    if not isinstance(entries, list):
        raise ChainError("'transforms' must be a list")
    if len(entries) == 1 and own_step("transforms[0]", entries[0], folder) is None and short_name(entries[0]) == "Compose":
        entries = entries[0].get("transforms", [])
    chain = []
    with_affine = {key for key in keys if key + AFFINE in keys}
    for position, entry in enumerate(entries):
        where = f"transforms[{position}]"
        made = own_step(where, entry, folder)
        if made is not None:
            chain.append((made.name, made))
            continue
        name = short_name(entry)
        if not name:
            raise ChainError(f"{where} has no '_target_'")
        parameters = {key: value for key, value in entry.items() if key != "_target_"}
        base, kind = dictionary_transform(where, name, parameters)
        if base in REFUSED:
            raise ChainError(f"{where}, {name}: {REFUSED[base]}")
        for parameter, value in parameters.items():
            check_plain(f"{where}, {name}, '{parameter}'", value)
        used = parameters.get("keys", [])
        used = [used] if isinstance(used, str) else list(used)
        if base in NEEDS_AFFINE and not with_affine.issuperset(used):
            raise ChainError(f"{where}, {name}: no affine is declared for {sorted(set(used) - with_affine)}; add a TYPE_FP64 [4, 4] input under the key '<key>{AFFINE}'")
        if "dtype" in parameters:
            parameters["dtype"] = named_dtype(f"{where}, {name}", parameters["dtype"])
        try:
            transform = kind(**parameters)
        except (TypeError, ValueError) as problem:
            raise ChainError(f"{where}, {name}: {problem}") from problem
        if isinstance(transform, transforms.CopyItemsd):
            with_affine |= copies(transform, with_affine)
        chain.append((base, transform))
    return chain


def short_name(entry):
    """The class name of an entry's target: "monai.transforms.Resized" and "Resized" are the same; other packages are not built."""
    target = entry.get("_target_", "") if isinstance(entry, dict) else ""
    package, _, name = str(target).rpartition(".")
    if package and package != "monai.transforms" and not package.startswith("monai.transforms."):
        raise ChainError(f"'{target}' is neither in monai.transforms nor in torchvision.transforms, nor PIL.Image.open, transformers.BertTokenizerFast, conch.TextFeatures or conch.WeightedScore")
    return name


def dictionary_transform(where, name, parameters):
    """(name without the d, class). A name without d means the dictionary transform too. Fills in what an alias implies."""
    if monai is None:
        raise ChainError(f"{where}: '{name}' is MONAI's, and MONAI is not installed here")
    check_monai_version(monai.__version__)
    base = name[:-1] if name.endswith("d") and hasattr(transforms, name) and is_dictionary_transform(name) else name
    for suffix in ("d", "D", "Dict"):
        if name.endswith(suffix) and name[: -len(suffix)] in ALIASES:
            base = name[: -len(suffix)]
    if base in ALIASES:
        base, implied = ALIASES[base]
        parameters.update(implied)
    for candidate in (name, base + "d"):
        if is_dictionary_transform(candidate):
            return base, getattr(transforms, candidate)
    raise ChainError(f"{where}: '{name}' is no dictionary transform of monai.transforms {monai.__version__}")


def is_dictionary_transform(name):
    kind = getattr(transforms, name, None)
    return isinstance(kind, type) and issubclass(kind, transforms.MapTransform)


def check_plain(where, value):
    """References and expressions of MONAI bundles are not evaluated here."""
    if isinstance(value, str) and value[:1] in ("@", "$"):
        raise ChainError(f"{where}: '{value}' is a bundle reference or expression; write the value")
    if isinstance(value, (list, tuple)):
        for item in value:
            check_plain(where, item)
    if isinstance(value, dict):
        raise ChainError(f"{where}: an object is no parameter value here")


def named_dtype(where, value):
    """numpy's type of a name such as "float32", "torch.float32" or "np.float32"; None stays; a list holds one per key."""
    if value is None:
        return None
    if isinstance(value, list):
        return [named_dtype(where, item) for item in value]
    try:
        return np.dtype(str(value).split(".")[-1]).type
    except TypeError:
        raise ChainError(f"{where}: unknown dtype '{value}'") from None


def copies(transform, with_affine):
    """The keys that CopyItemsd makes of keys with an affine: names are listed copy by copy, each over all keys."""
    sources = list(transform.keys)
    return {name for i, name in enumerate(transform.names) if sources[i % len(sources)] in with_affine}


def check_affine(name, value):
    if not isinstance(value, torch.Tensor) or tuple(value.shape) != (4, 4) or value.dtype != torch.float64:
        raise ChainError(f"input '{name}' is an affine and must be TYPE_FP64 [4, 4], found {getattr(value, 'dtype', 'strings')} {list(value.shape)}")
    return value.cpu()


def pick(data, key, with_affine):
    """What an output is bound to: the affine of a key, or the key's value without its metadata."""
    if key in data:
        value = data[key]
        if has_metadata(value):
            return value.as_tensor()
        if Image is not None and isinstance(value, Image.Image):
            raise ChainError(f"key '{key}' is a PIL image: torchvision.transforms.v2.ToImage makes a tensor of it")
        return value if isinstance(value, (torch.Tensor, np.ndarray)) else np.asarray(value)
    owner = key[: -len(AFFINE)] if key.endswith(AFFINE) else None
    if owner in data:
        if owner in with_affine and has_metadata(data[owner]):
            return torch.as_tensor(data[owner].affine, dtype=torch.float64).cpu()
        raise ChainError(f"key '{key}': no affine was declared for '{owner}'")
    raise ChainError(f"key '{key}' is not in the dictionary; it holds {sorted(str(k) for k in data)}")


def stack(name, values):
    shapes = [list(value.shape) for value in values]
    for i, shape in enumerate(shapes):
        if shape != shapes[0]:
            raise ChainError(f"output '{name}': item {i} has shape {shape}, item 0 has {shapes[0]}; items of one batch must agree")
    return np.stack(values) if isinstance(values[0], np.ndarray) else torch.stack(values)


def to_triton(name, value):
    if isinstance(value, torch.Tensor) and value.is_cuda and value.dtype != torch.bool:
        return pb_utils.Tensor.from_dlpack(name, torch.utils.dlpack.to_dlpack(value.contiguous()))
    if isinstance(value, torch.Tensor):
        value = value.detach().cpu().numpy()
    return pb_utils.Tensor(name, np.ascontiguousarray(value))


# --- pictures --------------------------------------------------------------------------------------------------------------------


class OwnStep:
    """A transform that is built here, with its keys and parameters."""

    def __init__(self, name, keys, allow_missing_keys, parameters):
        self.name, self.keys, self.allow_missing_keys, self.parameters = name, keys, allow_missing_keys, parameters

    def __call__(self, data, device, which):
        data = dict(data)
        for key in self.keys:
            if key not in data:
                if self.allow_missing_keys:
                    continue
                raise ChainError(f"{self.name}{which}: there is no key '{key}'; the dictionary has {sorted(data)}")
            try:
                data[key] = self.change(data, key, device, **self.parameters)
            except Exception as problem:
                raise ChainError(f"{self.name} of '{key}'{which}: {problem}") from problem
        return data


class ImageStep(OwnStep):
    """PIL.Image.open or one of torchvision's transforms."""

    def __init__(self, apply, *others):
        super().__init__(*others)
        self.apply = apply

    def change(self, data, key, device, **parameters):
        value = data[key].as_tensor() if has_metadata(data[key]) else data[key]
        return self.apply(value, device, **parameters)


def own_parameters(where, name, entry, defaults):
    """The keys, the checked parameters and allow_missing_keys of an entry whose transform is built here."""
    given = {key: value for key, value in entry.items() if key not in ("_target_", "_desc_", "keys", "allow_missing_keys")}
    unknown = sorted(set(given) - set(defaults))
    if unknown:
        raise ChainError(f"{where}, {name} has no parameter {', '.join(unknown)}; it has {', '.join(sorted(defaults)) or 'none'}")
    parameters = {**defaults, **given}
    missing = sorted(key for key, value in parameters.items() if value is REQUIRED)
    if missing:
        raise ChainError(f"{where}, {name} needs {', '.join(missing)}")
    for parameter, value in parameters.items():
        check_plain(f"{where}, {name}, '{parameter}'", value)
    keys = entry.get("keys", [])
    keys = [keys] if isinstance(keys, str) else list(keys)
    if not keys:
        raise ChainError(f"{where}, {name} needs keys")
    return keys, parameters, bool(entry.get("allow_missing_keys", False))


def own_step(where, entry, folder):
    """The step of an entry that is not MONAI's, or None."""
    if isinstance(entry, dict) and entry.get("_target_") == "conch.WeightedScore":
        keys, parameters, allow_missing_keys = own_parameters(where, "conch.WeightedScore", entry, SCORE_DEFAULTS)
        return ScoreStep("conch.WeightedScore", keys, allow_missing_keys, parameters)
    return text_step(where, entry, folder) or image_step(where, entry)


def image_step(where, entry):
    """The step of an entry that is PIL's or torchvision's, or None."""
    target = str(entry.get("_target_", "")) if isinstance(entry, dict) else ""
    parts = target.split(".")
    if target == "PIL.Image.open":
        name, (apply, defaults) = target, (open_image, {"convert": "RGB", "exif_transpose": True})
    elif parts[:2] == ["torchvision", "transforms"] or parts[0] == "v2":
        name = f"v2.{parts[-1]}"
        if parts[-1] not in TORCHVISION:
            raise ChainError(f"{where}: '{target}' is not built here; those are {', '.join(sorted(TORCHVISION))}")
        apply, defaults = TORCHVISION[parts[-1]]
    else:
        return None
    if Image is None:
        raise ChainError(f"{where}: '{target}' needs Pillow, which is not installed here")
    keys, parameters, allow_missing_keys = own_parameters(where, name, entry, defaults)
    return ImageStep(apply, name, keys, allow_missing_keys, parameters)


def open_image(value, device, convert, exif_transpose):
    """The bytes of one file as a Pillow image in a mode. Of 16-bit gray the upper 8 bits are kept, as Pillow does for 16-bit colour."""
    if not isinstance(value, np.ndarray) or value.dtype != np.object_ or value.size != 1:
        raise ValueError("it opens the bytes of one file, TYPE_STRING [1]")
    image = Image.open(io.BytesIO(bytes(value.reshape(-1)[0])))
    if exif_transpose:
        image = ImageOps.exif_transpose(image)
    if image.mode == "I" or image.mode.startswith("I;16"):
        image = Image.fromarray((np.asarray(image).astype(np.int64) >> 8).astype(np.uint8))
    return image.convert(convert)


def is_image(value):
    return isinstance(value, Image.Image)


def size_of(value):
    """Height and width."""
    return (value.height, value.width) if is_image(value) else (int(value.shape[-2]), int(value.shape[-1]))


def resized_size(height, width, size, max_size):
    """torchvision's rule: a pair is [height, width], one number is the shorter side, which max_size bounds by the longer one."""
    sizes = [size] if isinstance(size, int) else list(size)
    if len(sizes) == 2:
        if max_size is not None:
            raise ValueError("max_size should only be passed if size specifies the length of the smaller edge")
        return sizes[0], sizes[1]
    short, long = min(height, width), max(height, width)
    new_short, new_long = sizes[0], int(sizes[0] * long / short)
    if max_size is not None:
        if max_size <= sizes[0]:
            raise ValueError(f"max_size = {max_size} must be strictly greater than the requested size for the smaller edge = {sizes[0]}")
        if new_long > max_size:
            new_short, new_long = int(max_size * new_short / new_long), max_size
    return (new_long, new_short) if height > width else (new_short, new_long)


def resize(value, device, size, interpolation, max_size, antialias):
    height, width = size_of(value)
    target = resized_size(height, width, size, max_size)
    if target == (height, width):
        return value
    if is_image(value):
        return value.resize((target[1], target[0]), getattr(Image, {"nearest-exact": "NEAREST"}.get(interpolation, interpolation.upper())))
    if interpolation not in ("nearest", "nearest-exact", "bilinear", "bicubic"):
        raise ValueError(f"interpolation {interpolation} is for PIL images; this is a tensor")
    linear = interpolation in ("bilinear", "bicubic")
    options = {"align_corners": False, "antialias": bool(antialias)} if linear else {}
    batch = value.reshape(-1, *value.shape[-3:]) if value.ndim != 4 else value
    if value.dtype not in (torch.float32, torch.float64):
        batch = batch.to(torch.float32)
    result = torch.nn.functional.interpolate(batch, size=target, mode=interpolation, **options)
    if not value.is_floating_point():
        # torchvision clamps bytes alone; a bicubic filter overshoots other integers too, and they hold it.
        result = result.clamp(0, 255) if interpolation == "bicubic" and value.dtype == torch.uint8 else result
        result = result.round()
    return result.to(value.dtype).reshape(*value.shape[:-2], *target)


def center_crop(value, device, size):
    """The middle, after zeros were put around what is smaller; Python's rounding, as in torchvision."""
    sizes = [size] if isinstance(size, int) else list(size)
    crop_height, crop_width = sizes if len(sizes) == 2 else (sizes[0], sizes[0])
    height, width = size_of(value)
    if crop_width > width or crop_height > height:
        left, top = max((crop_width - width) // 2, 0), max((crop_height - height) // 2, 0)
        right, bottom = max((crop_width - width + 1) // 2, 0), max((crop_height - height + 1) // 2, 0)
        if is_image(value):
            value = ImageOps.expand(value, (left, top, right, bottom), fill=0)
        else:
            value = torch.nn.functional.pad(value, (left, right, top, bottom))
        height, width = size_of(value)
    top, left = int(round((height - crop_height) / 2.0)), int(round((width - crop_width) / 2.0))
    if is_image(value):
        return value.crop((left, top, left + crop_width, top + crop_height))
    return value[..., top : top + crop_height, left : left + crop_width].contiguous()


def to_image(value, device):
    """A Pillow image to a uint8 tensor [channels, height, width]; a tensor stays, with a channel where it has none."""
    if not is_image(value):
        return value[None] if value.ndim == 2 else value
    array = np.array(value)
    array = array[:, :, None] if array.ndim == 2 else array
    return torch.from_numpy(np.ascontiguousarray(array.transpose(2, 0, 1))).to(device)


def pil_to_tensor(value, device):
    if not is_image(value):
        raise TypeError(f"it takes a PIL image, found {value.dtype} {list(value.shape)}")
    return to_image(value, device)


def to_tensor(value, device):
    return pil_to_tensor(value, device).to(torch.float32) / 255


def to_dtype(value, device, dtype, scale):
    """torchvision's convert_image_dtype where values are scaled, else a cast."""
    if is_image(value):
        raise TypeError("it works on tensors, found a PIL image: torchvision.transforms.v2.ToImage makes a tensor of it")
    target = getattr(torch, str(dtype).split(".")[-1])
    if not scale or value.dtype == target:
        return value.to(target)
    if value.is_floating_point():
        if target.is_floating_point:
            return value.to(target)
        if (value.dtype == torch.float32 and target in (torch.int32, torch.int64)) or (value.dtype == torch.float64 and target == torch.int64):
            raise ValueError(f"The cast from {value.dtype} to {target} cannot be performed safely.")
        return value.mul(largest(target) + 1.0 - 1e-3).to(target)
    most = largest(value.dtype)
    if target.is_floating_point:
        # A product, as torchvision's v2 has it; its older ConvertImageDtype divides.
        return value.to(target).mul(1.0 / most)
    if torch.bool in (value.dtype, target):
        raise ValueError(f"{value.dtype} is not scaled to {target}: bool has no range of values")
    wanted = largest(target)
    if most > wanted:
        return torch.div(value, (most + 1) // (wanted + 1), rounding_mode="floor").to(target)
    return value.to(target) * ((wanted + 1) // (most + 1))


def largest(dtype):
    return 1 if dtype == torch.bool else torch.iinfo(dtype).max


def convert_image_dtype(value, device, dtype):
    return to_dtype(value, device, dtype, True)


def normalize(value, device, mean, std, inplace):
    if is_image(value) or not value.is_floating_point():
        found = "a PIL image" if is_image(value) else value.dtype
        raise TypeError(f"it works on float tensors, found {found}")
    mean, std = (torch.as_tensor(numbers, dtype=value.dtype, device=value.device).view(-1, 1, 1) for numbers in (mean, std))
    if (std == 0).any():
        raise ValueError(f"std evaluated to zero after conversion to {value.dtype}, leading to division by zero.")
    return value.sub(mean).div_(std)


def grayscale(value, device, num_output_channels):
    if num_output_channels not in (1, 3):
        raise ValueError(f"num_output_channels is 1 or 3, found {num_output_channels}")
    if is_image(value):
        gray = value.convert("L")
        return gray if num_output_channels == 1 else Image.merge("RGB", [gray] * 3)
    if value.shape[-3] == 1:
        return value if num_output_channels == 1 else value.repeat_interleave(3, -3)
    red, green, blue = value.unbind(-3)
    gray = (0.2989 * red + 0.587 * green + 0.114 * blue).to(value.dtype).unsqueeze(-3)
    return gray.repeat_interleave(num_output_channels, -3) if num_output_channels == 3 else gray


REQUIRED = object()
# Each with its parameters' defaults, torchvision v2's.
TORCHVISION = {
    "Resize": (resize, {"size": REQUIRED, "interpolation": "bilinear", "max_size": None, "antialias": True}),
    "CenterCrop": (center_crop, {"size": REQUIRED}),
    "ToImage": (to_image, {}),
    "PILToTensor": (pil_to_tensor, {}),
    "ToTensor": (to_tensor, {}),
    "ToDtype": (to_dtype, {"dtype": REQUIRED, "scale": False}),
    "ConvertImageDtype": (convert_image_dtype, {"dtype": "float32"}),
    "Normalize": (normalize, {"mean": REQUIRED, "std": REQUIRED, "inplace": False}),
    "Grayscale": (grayscale, {"num_output_channels": 1}),
}


# --- texts -----------------------------------------------------------------------------------------------------------------------


class TextStep:
    """A transform that opens all texts of a request at once: `open` takes dictionary key -> texts, and gives arrays with a row per text."""

    def __init__(self, name, keys, reads, open_texts):
        self.name, self.keys, self.reads, self.open = name, keys, reads, open_texts


def text_step(where, entry, folder):
    """The step of an entry that opens texts, or None. `folder` holds the files that it names."""
    target = str(entry.get("_target_", "")) if isinstance(entry, dict) else ""
    name, make, defaults = TEXT_TARGETS.get(target, (None, None, None))
    if make is None:
        return None
    keys, parameters, _ = own_parameters(where, name, entry, defaults)
    try:
        opens = make(folder, **parameters)
    except (OSError, ValueError) as problem:
        raise ChainError(f"{where}, {name}: {problem}") from problem
    pair = parameters.get("text_pair")
    if pair is not None and len(keys) != 1:
        raise ChainError(f"{where}, {name}: text_pair goes with one key, found {len(keys)}")

    def open_texts(texts):
        made = {}
        for key in keys:
            try:
                made.update({f"{key}_{suffix}": array for suffix, array in opens(texts[key], *([texts[pair]] if pair is not None else [])).items()})
            except Exception as problem:
                raise ChainError(f"{name} of '{key}': {problem}") from problem
        return made

    return TextStep(name, keys, [*keys, *([pair] if pair is not None else [])], open_texts)


def decode_texts(name, value, batched):
    """The texts of a TYPE_STRING tensor: [n], or one per item of a batch."""
    if not isinstance(value, np.ndarray) or value.dtype != np.object_:
        raise ChainError(f"input '{name}' is opened as texts, and is no TYPE_STRING")
    if value.ndim != 1 + batched or (batched and value.shape[1] != 1):
        raise ChainError(f"input '{name}' has shape {list(value.shape)}; texts come as {'[n, 1]' if batched else '[n]'}")
    if value.size == 0:
        raise ChainError(f"input '{name}' holds no text")
    texts = []
    for index, item in enumerate(value.reshape(-1)):
        try:
            texts.append(item if isinstance(item, str) else bytes(item).decode("utf-8"))
        except UnicodeDecodeError as problem:
            raise ChainError(f"input '{name}', text {index} is not UTF-8: {problem}") from None
    return texts


def bert_tokenizer(folder, vocab_file, tokenizer_file, do_lower_case, strip_accents, tokenize_chinese_chars, text_pair, add_special_tokens, padding, truncation, max_length):
    """Texts to token ids by transformers, which is imported by the chains that name it alone."""
    import transformers

    if (vocab_file is None) == (tokenizer_file is None):
        raise ValueError("it needs one of vocab_file and tokenizer_file")
    if max_length is None and (truncation or padding == "max_length"):
        raise ValueError("truncation and padding to max_length need max_length")
    path = os.path.join(folder, vocab_file if tokenizer_file is None else tokenizer_file)
    if not os.path.isfile(path):
        raise ValueError(f"there is no file {path}")
    if tokenizer_file is None:
        options = {"do_lower_case": do_lower_case, "strip_accents": strip_accents, "tokenize_chinese_chars": tokenize_chinese_chars}
        tokenizer = transformers.BertTokenizerFast(vocab_file=path, **options)
    else:
        # BertTokenizerFast would put its own normalizer over that of the file.
        special = {f"{name}_token": f"[{name.upper()}]" for name in ("unk", "sep", "pad", "cls", "mask")}
        tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_file=path, **special)
    options = {
        "add_special_tokens": add_special_tokens,
        "padding": padding,
        "truncation": "longest_first" if truncation else False,
        "max_length": max_length,
        "return_token_type_ids": True,
        "return_attention_mask": True,
    }

    def open_texts(texts, pairs=None):
        if pairs is not None and len(pairs) != len(texts):
            raise ValueError(f"it has {len(texts)} texts, and text_pair {len(pairs)}")
        rows = tokenizer(texts, pairs, **options)
        lengths = [len(ids) for ids in rows["input_ids"]]
        for index, length in enumerate(lengths):
            if length != lengths[0]:
                raise ValueError(f"text {index} has {length} tokens, text 0 has {lengths[0]}; padding and truncation make them equal")
        return {name: np.asarray(rows[name], dtype=np.int64).reshape(len(texts), -1) for name in ("input_ids", "attention_mask", "token_type_ids")}

    return open_texts


# What Unicode 15, 15.1, 16 and 17 added to letters, marks, numbers and punctuation. None of it counts as such, so that a text has the same
# features whatever Unicode a Python or a browser knows.
LATER = """
88f 897 c5c cdc cf3 ece 1acf-1add 1ae0-1aeb 1b4e-1b4f 1b7f 1c89-1c8a a7cb-a7cf a7d2 a7d4 a7da-a7dc a7f1 105c0-105f3 10940-10959 10d40-10d65 10d69-10d85
10ec2-10ec7 10ed0 10efa-10eff 1123f-11241 11380-11389 1138b 1138e 11390-113b5 113b7-113c0 113c2 113c5 113c7-113ca 113cc-113d5 113d7-113d8 113e1-113e2
116d0-116e3 11b00-11b09 11b60-11b67 11bc0-11be1 11bf0-11bf9 11db0-11ddb 11de0-11de9 11f00-11f10 11f12-11f3a 11f3e-11f5a 1342f 13440-13455 13460-143fa
16100-16139 16d40-16d79 16ea0-16eb8 16ebb-16ed3 16ff2-16ff6 187f8-187ff 18cff 18d09-18d1e 18d80-18df2 1b132 1b155 1ccf0-1ccf9 1d2c0-1d2d3 1df25-1df2a
1e030-1e06d 1e08f 1e4d0-1e4f9 1e5d0-1e5fa 1e5ff 1e6c0-1e6de 1e6e0-1e6f5 1e6fe-1e6ff 2b739-2b73f 2cea2-2cead 2ebf0-2ee5d 31350-33479
"""
LATER_BOUNDS = [bound for part in LATER.split() for bound in (int(part.split("-")[0], 16), int(part.split("-")[-1], 16) + 1)]
# Runs that may end a sentence, and the whitespace that shows that they do.
SENTENCE_END = re.compile("[.!?\u2026\u3002\uff01\uff1f][.!?\u2026\u3002\uff01\uff1f\"'\u2019\u201d)\\]\u00bb]*")
WIDE_STOPS = "\u3002\uff01\uff1f"
WHITESPACE = set("\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000")
APOSTROPHES = "'\u2019"


def kind_of(character):
    """The first letter of a character's general category in Unicode 14: "L", "M", "N" for those of words, "P" for punctuation."""
    if bisect.bisect_right(LATER_BOUNDS, ord(character)) % 2 == 1:
        return "C"
    return unicodedata.category(character)[0]


def words_of(text, kinds):
    """(place, word) for each word: letters, marks and digits, and single apostrophes between them; each character in simple lower case."""
    words, at = [], 0
    while at < len(text):
        if kinds[at] not in "LMN":
            at += 1
            continue
        end = at
        while end < len(text) and (kinds[end] in "LMN" or (text[end] in APOSTROPHES and end + 1 < len(text) and kinds[end + 1] in "LMN")):
            end += 1
        words.append((at, "".join("'" if c in APOSTROPHES else c.lower() for c in text[at:end])))
        at = end
    return words


def text_numbers(text, stop_words, most, least):
    """The features of one text as float32; src/transforms/text-features/spec.ts defines them."""
    known = {character: kind_of(character) for character in set(text)}
    kinds = [known[character] for character in text]
    found = words_of(text, kinds)
    words = [word for _, word in found]
    sentences, at = 0, 0
    bounds = [end.start() for end in SENTENCE_END.finditer(text) if end.end() == len(text) or text[end.end()] in WHITESPACE or any(c in WIDE_STOPS for c in end.group())]
    for bound in [*bounds, len(text)]:
        had = at
        while at < len(found) and found[at][0] < bound:
            at += 1
        sentences += at > had
    counts = collections.Counter(words)
    stops = sum(counts[word] for word in stop_words if word in counts)
    numbers = [len(words), len(counts), kinds.count("P"), sentences, len(words) / max(sentences, 1), stops, stops / max(sentences, 1)]
    numbers += [counts[word] / max(len(words), 1) for word in [*most, *least]]
    return np.array(numbers, dtype=np.float32)


def read_words(folder, name, count=None):
    """The lines of a list of words. Each word stands for itself once."""
    path = os.path.join(folder, name)
    with open(path, encoding="utf-8-sig", newline="") as file:
        words = [line for line in file.read().replace("\r\n", "\n").split("\n") if line]
    if len(set(words)) != len(words):
        raise ValueError(f"{path} has a word twice")
    if count is not None and len(words) != count:
        raise ValueError(f"{path} has {len(words)} words; words is {count}")
    return words


def text_features(folder, stop_words, most_frequent, least_frequent, words):
    stops, most, least = read_words(folder, stop_words), read_words(folder, most_frequent, words), read_words(folder, least_frequent, words)
    return lambda texts: {"features": np.stack([text_numbers(text, stops, most, least) for text in texts])}


class ScoreStep(OwnStep):
    """conch.WeightedScore: w * a + (1 - w) * b in float32, each operation rounded."""

    def change(self, data, key, device, other, weight):
        for name in (other, weight):
            if name not in data:
                raise ValueError(f"there is no key '{name}'")
        first, second, w = (value.as_tensor() if has_metadata(value) else value for value in (data[key], data[other], data[weight]))
        for name, value in ((key, first), (other, second), (weight, w)):
            if not isinstance(value, torch.Tensor) or value.dtype != torch.float32:
                raise TypeError(f"'{name}' must be float32, found {getattr(value, 'dtype', 'texts')}")
        if [n for n in first.shape if n != 1] != [n for n in second.shape if n != 1]:
            raise ValueError(f"'{key}' has shape {list(first.shape)}, and '{other}' {list(second.shape)}; they differ in more than sizes of 1")
        if w.numel() not in (1, first.numel()):
            raise ValueError(f"'{weight}' has {w.numel()} values; it takes one, or one for each of the {first.numel()} scores")
        if not torch.isfinite(w).all():
            raise ValueError(f"'{weight}' holds a weight that is no finite number")
        w = w.reshape(()) if w.numel() == 1 else w.reshape(first.shape)
        return w * first + (1 - w) * second.reshape(first.shape)


# Each with its name, what makes it and its parameters' defaults.
TEXT_TARGETS = {
    "transformers.BertTokenizerFast": (
        "transformers.BertTokenizerFast",
        bert_tokenizer,
        {
            "vocab_file": None,
            "tokenizer_file": None,
            "do_lower_case": True,
            "strip_accents": None,
            "tokenize_chinese_chars": True,
            "text_pair": None,
            "add_special_tokens": True,
            "padding": "do_not_pad",
            "truncation": False,
            "max_length": None,
        },
    ),
    "conch.TextFeatures": (
        "conch.TextFeatures",
        text_features,
        {"stop_words": REQUIRED, "most_frequent": REQUIRED, "least_frequent": REQUIRED, "words": 100},
    ),
}
SCORE_DEFAULTS = {"other": REQUIRED, "weight": REQUIRED}
