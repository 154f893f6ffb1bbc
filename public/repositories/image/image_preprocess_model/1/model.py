"""A Triton Python model that is a chain of MONAI and torchvision transforms, read from the transforms.json beside it.

The same file serves every model of this kind: what a step does is in transforms.json and config.pbtxt, never here.

Needs Triton's Python backend (22.12 or later) and torch; for MONAI's transforms MONAI 1.2 up to, not including, 1.6; for pictures Pillow. MONAI's
parameters that transforms.json leaves out take the defaults of the installed MONAI, so a file should write out what it relies on.

transforms.json:
  inputs      dictionary key -> input tensor. Left out: every input under its own name.
  transforms  list of {"_target_": ..., "keys": ..., parameters by the library's names}, where the target is a dictionary transform of
              monai.transforms, torchvision.transforms.v2.X (see TORCHVISION below), or PIL.Image.open
  outputs     output tensor -> dictionary key. Left out: every output from the key of its own name.

PIL.Image.open makes a Pillow image of the bytes of one file, a TYPE_STRING [1] tensor. torchvision's transforms are built here from Pillow
and torch, so that a served step does not depend on torchvision's version: an image is resized by Pillow, a tensor by torch.

A key "<key>_affine" is the affine of "<key>": a TYPE_FP64 [4, 4] tensor, voxel index to millimetres. As an input it becomes the affine of
the key's MetaTensor, as an output it is what the chain made of it. Without one, transforms that need world coordinates are refused.

max_batch_size 0: the chain sees each tensor as it is. Otherwise it runs once per item of the first dimension and results are stacked.

KIND_GPU: arrays live on the instance's device and travel by DLPack. KIND_CPU: numpy. A request that fails gets its own error response;
the others of the same call are answered.
"""

import io
import json
import os

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
            self.chain = build_chain(description.get("transforms"), set(self.input_of_key))
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
        if not self.batched:
            return self.run_item(tensors, requested, "")
        sizes = {name: len(value) for name, value in tensors.items() if value is not None}
        if len(set(sizes.values())) > 1:
            raise ChainError(f"the inputs have different batch sizes: {sizes}")
        count = next(iter(sizes.values()))
        items = []
        for i in range(count):
            item = {name: None if value is None else value[i] for name, value in tensors.items()}
            items.append(self.run_item(item, requested, f" of item {i}" if count > 1 else ""))
        return {name: stack(name, [item[name] for item in items]) for name in items[0]} if items else {}

    def run_item(self, tensors, requested, which):
        """The chain on one item. `which` names the item in messages."""
        data = {}
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
            if isinstance(transform, ImageStep):
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


def build_chain(entries, keys):
    """(name without the d, transform) for each entry of a transforms.json, checked and constructed. `keys`: the dictionary's at the start."""
    if isinstance(entries, dict):
        entries = [entries]
    if not isinstance(entries, list):
        raise ChainError("'transforms' must be a list")
    if len(entries) == 1 and image_step("transforms[0]", entries[0]) is None and short_name(entries[0]) == "Compose":
        entries = entries[0].get("transforms", [])
    chain = []
    with_affine = {key for key in keys if key + AFFINE in keys}
    for position, entry in enumerate(entries):
        where = f"transforms[{position}]"
        made = image_step(where, entry)
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
        raise ChainError(f"'{target}' is neither in monai.transforms nor in torchvision.transforms, nor PIL.Image.open")
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


class ImageStep:
    """PIL.Image.open or one of torchvision's transforms, with its keys and parameters."""

    def __init__(self, name, keys, allow_missing_keys, apply, parameters):
        self.name, self.keys, self.allow_missing_keys = name, keys, allow_missing_keys
        self.apply, self.parameters = apply, parameters

    def __call__(self, data, device, which):
        data = dict(data)
        for key in self.keys:
            if key not in data:
                if self.allow_missing_keys:
                    continue
                raise ChainError(f"{self.name}{which}: there is no key '{key}'; the dictionary has {sorted(data)}")
            value = data[key].as_tensor() if has_metadata(data[key]) else data[key]
            try:
                data[key] = self.apply(value, device, **self.parameters)
            except Exception as problem:
                raise ChainError(f"{self.name} of '{key}'{which}: {problem}") from problem
        return data


def image_step(where, entry):
    """The step of an entry that is not MONAI's, or None."""
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
    return ImageStep(name, keys, bool(entry.get("allow_missing_keys", False)), apply, parameters)


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
