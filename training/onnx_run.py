"""Runs the exported network with torch, so that a score belongs to the file that is served and not to the weights it came from."""

import numpy as np
import onnx
import torch
import torch.nn.functional as functional
from onnx import numpy_helper


def load_model(path):
    """A function from a float32 array to the model's first output. Knows the operators that the networks here export to; refuses others by name."""
    graph = onnx.load(str(path)).graph
    constants = {i.name: torch.from_numpy(np.array(numpy_helper.to_array(i))) for i in graph.initializer}

    @torch.no_grad()
    def run(array):
        values = {**constants, graph.input[0].name: torch.from_numpy(np.ascontiguousarray(array, dtype=np.float32))}
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
    raise NotImplementedError(f"operator {operator} is not one that the exported networks use")


def _padding(attributes):
    pads = attributes["pads"]
    half = len(pads) // 2
    if pads[:half] != pads[half:]:
        raise NotImplementedError(f"padding {pads} is not the same on both sides")
    return pads[:half]
