"""BERT's architecture in torch, small: embeddings, transformer layers, and one number of the mean over a text's tokens."""

import math

import torch
from torch import nn


class Layer(nn.Module):
    """Attention of all tokens to those that are none of the padding, then two linear layers; both with a residual and a norm behind."""

    def __init__(self, width, heads, inner):
        super().__init__()
        self.heads, self.head_width = heads, width // heads
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.widen, self.narrow = nn.Linear(width, inner), nn.Linear(inner, width)
        self.norm_attention, self.norm_inner = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x, bias):
        def split(y):
            return y.reshape(y.shape[0], y.shape[1], self.heads, self.head_width).transpose(1, 2)

        scores = split(self.query(x)) @ split(self.key(x)).transpose(2, 3) / math.sqrt(self.head_width) + bias
        mixed = (torch.softmax(scores, -1) @ split(self.value(x))).transpose(1, 2).reshape(x.shape)
        x = self.norm_attention(x + self.out(mixed))
        return self.norm_inner(x + self.narrow(nn.functional.gelu(self.widen(x))))


class Bert(nn.Module):
    """Token ids and attention mask, int64 [n, tokens], to one number each, float32 [n, 1]."""

    def __init__(self, pieces, tokens=128, width=128, layers=2, heads=4, inner=512):
        super().__init__()
        self.token, self.position = nn.Embedding(pieces, width), nn.Embedding(tokens, width)
        self.norm = nn.LayerNorm(width)
        self.layers = nn.ModuleList(Layer(width, heads, inner) for _ in range(layers))
        self.head = nn.Linear(width, 1)
        # Looked up rather than computed: a cast of int64 would leave the GPU in ONNX Runtime's WebGPU build.
        self.register_buffer("weights", torch.tensor([0.0, 1.0]))
        self.register_buffer("biases", torch.tensor([-1e4, 0.0]))
        # The mean and spread of what it is trained to give.
        self.register_buffer("middle", torch.zeros(()))
        self.register_buffer("spread", torch.ones(()))
        for weights in (self.token.weight, self.position.weight):
            nn.init.normal_(weights, std=0.02)

    def forward(self, ids, mask):
        x = self.token(ids)
        # The length is asked of x: what reads ids but a lookup would have them copied back from the GPU.
        x = self.norm(x + self.position.weight[: x.shape[1]])
        bias = self.biases[mask].unsqueeze(1).unsqueeze(1)
        for layer in self.layers:
            x = layer(x, bias)
        weights = self.weights[mask].unsqueeze(-1)
        mean = (x * weights).sum(1) / weights.sum(1)
        return self.head(mean) * self.spread + self.middle
