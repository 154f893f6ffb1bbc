"""Runs the exported network with torch, so that a score belongs to the file that is served and not to the weights it came from."""

import numpy as np
import onnx
import torch
import torch.nn.functional as functional
from onnx import numpy_helper


def load_model(path):
    """A function from float32 [N, 1, D, H, W] to float32 logits. Knows the operators that the U-Net exports to; refuses others by name."""
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
        return functional.conv3d(*inputs, stride=attributes["strides"], padding=_padding(attributes))
    if operator == "ConvTranspose":
        return functional.conv_transpose3d(*inputs, stride=attributes["strides"], padding=_padding(attributes), output_padding=attributes["output_padding"])
    if operator == "BatchNormalization":
        x, scale, bias, mean, variance = inputs
        return functional.batch_norm(x, mean, variance, scale, bias, eps=attributes.get("epsilon", 1e-5))
    if operator == "PRelu":
        return functional.prelu(inputs[0], inputs[1].reshape(-1))
    if operator == "Add":
        return inputs[0] + inputs[1]
    if operator == "Concat":
        return torch.cat(inputs, attributes["axis"])
    if operator == "Identity":
        return inputs[0]
    raise NotImplementedError(f"operator {operator} is not one that the exported U-Net uses")


def _padding(attributes):
    pads = attributes["pads"]
    if pads[:3] != pads[3:]:
        raise NotImplementedError(f"padding {pads} is not the same on both sides")
    return pads[:3]
