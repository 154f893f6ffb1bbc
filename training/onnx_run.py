"""Runs the exported network with torch, so that a score belongs to the file that is served and not to the weights it came from."""

import numpy as np
import onnx
import torch
import torch.nn.functional as functional
from onnx import numpy_helper


def load_model(path):
    """
    A function from an array per input, float32 or int64, to the model's first output. Knows the operators that the networks here export to; refuses
    others by name.
    """
    graph = onnx.load(str(path)).graph
    constants = {i.name: torch.from_numpy(np.array(numpy_helper.to_array(i))) for i in graph.initializer}

    @torch.no_grad()
    def run(*arrays):
        given = {i.name: torch.from_numpy(np.ascontiguousarray(a, dtype=np.int64 if a.dtype == np.int64 else np.float32)) for i, a in zip(graph.input, arrays)}
        values = {**constants, **given}
        for node in graph.node:
            attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            values[node.output[0]] = _apply(node.op_type, [values[name] for name in node.input], attributes)
        return values[graph.output[0].name].numpy()

    return run


def _apply(operator, inputs, attributes):
    if operator == "Conv":
        convolve = functional.conv2d if inputs[0].ndim == 4 else functional.conv3d
        return convolve(*inputs, stride=attributes["strides"], padding=_padding(attributes))
    if operator == "ConvTranspose":
        convolve = functional.conv_transpose2d if inputs[0].ndim == 4 else functional.conv_transpose3d
        return convolve(*inputs, stride=attributes["strides"], padding=_padding(attributes), output_padding=attributes.get("output_padding", 0))
    if operator == "BatchNormalization":
        x, scale, bias, mean, variance = inputs
        return functional.batch_norm(x, mean, variance, scale, bias, eps=attributes.get("epsilon", 1e-5))
    if operator == "PRelu":
        return functional.prelu(inputs[0], inputs[1].reshape(-1))
    if operator == "Add":
        return inputs[0] + inputs[1]
    if operator == "Concat":
        return torch.cat(inputs, attributes["axis"])
    if operator == "Relu":
        return functional.relu(inputs[0])
    if operator == "ReduceMean":
        return inputs[0].mean(attributes["axes"], keepdim=bool(attributes.get("keepdims", 1)))
    if operator == "Gemm" and attributes.get("transB") == 1:
        return functional.linear(*inputs)
    if operator == "Softmax":
        return torch.softmax(inputs[0], attributes.get("axis", -1))
    if operator == "ArgMax":
        return inputs[0].argmax(attributes.get("axis", 0), keepdim=bool(attributes.get("keepdims", 1)))
    if operator == "Identity":
        return inputs[0]
    if operator in _PLAIN:
        return _PLAIN[operator](*inputs)
    if operator == "Constant":
        return torch.from_numpy(np.array(numpy_helper.to_array(attributes["value"])))
    if operator == "Gather":
        return torch.index_select(inputs[0], attributes.get("axis", 0), inputs[1].reshape(-1)).reshape(_gathered(inputs, attributes.get("axis", 0)))
    if operator == "Unsqueeze":
        for axis in sorted(inputs[1].tolist()):
            inputs[0] = inputs[0].unsqueeze(axis)
        return inputs[0]
    if operator == "Slice":
        data, starts, ends, axes, steps = (*inputs, torch.ones_like(inputs[3])) if len(inputs) == 4 else inputs
        for start, end, axis, step in zip(starts.tolist(), ends.tolist(), axes.tolist(), steps.tolist()):
            data = data.narrow(axis, start, min(end, data.shape[axis]) - start)[(slice(None),) * axis + (slice(None, None, step),)]
        return data
    if operator == "Transpose":
        return inputs[0].permute(attributes["perm"])
    if operator == "ReduceSum":
        return inputs[0].sum(inputs[1].tolist(), keepdim=bool(attributes.get("keepdims", 1)))
    raise NotImplementedError(f"operator {operator} is not one that the exported networks use")


# Those without attributes.
_PLAIN = {
    "MatMul": torch.matmul,
    "Mul": torch.mul,
    "Div": torch.div,
    "Sub": torch.sub,
    "Pow": torch.pow,
    "Sqrt": torch.sqrt,
    "Erf": torch.erf,
    "Shape": lambda x: torch.tensor(x.shape),
    "Reshape": lambda x, shape: x.reshape(shape.tolist()),
}


def _gathered(inputs, axis):
    data, places = inputs
    return [*data.shape[:axis], *places.shape, *data.shape[axis + 1 :]]


def _padding(attributes):
    pads = attributes["pads"]
    half = len(pads) // 2
    if pads[:half] != pads[half:]:
        raise NotImplementedError(f"padding {pads} is not the same on both sides")
    return pads[:half]
