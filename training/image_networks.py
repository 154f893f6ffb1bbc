"""The two networks of the image sample, in plain torch. Both see [N, 3, 128, 128] normalised pictures."""

import torch
from torch import nn

SIZE = 128


def block(inputs, outputs, stride=1):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


class Classifier(nn.Module):
    """To logits [N, kinds]: five halvings, then the mean over what is left."""

    def __init__(self, kinds, widths=(16, 24, 48, 72, 96)):
        super().__init__()
        layers, inputs = [], 3
        for width in widths:
            layers += [block(inputs, width, 2), block(width, width)]
            inputs = width
        self.features = nn.Sequential(*layers)
        self.head = nn.Linear(inputs, kinds)

    def forward(self, x):
        return self.head(self.features(x).mean((2, 3)))


class Segmenter(nn.Module):
    """To logits [N, labels, 128, 128]: a U-Net over four halvings, whose first and last are one convolution each."""

    def __init__(self, labels, widths=(24, 32, 48, 64)):
        super().__init__()
        self.stem = block(3, widths[0], 2)
        self.down = nn.ModuleList([nn.Sequential(block(a, b, 2), block(b, b)) for a, b in zip(widths, widths[1:])])
        self.up = nn.ModuleList([block(a + b, a) for a, b in zip(widths, widths[1:])])
        self.grow = nn.ModuleList([nn.ConvTranspose2d(b, b, 2, 2) for b in widths[1:]])
        self.last = nn.ConvTranspose2d(widths[0], labels, 2, 2)

    def forward(self, x):
        levels = [self.stem(x)]
        for down in self.down:
            levels.append(down(levels[-1]))
        x = levels.pop()
        for grow, up in zip(reversed(self.grow), reversed(self.up)):
            x = up(torch.cat([levels.pop(), grow(x)], 1))
        return self.last(x)


class Probabilities(nn.Module):
    """What is served of the classifier: probabilities [N, kinds]."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x):
        return torch.softmax(self.network(x), 1)


class Mask(nn.Module):
    """What is served of the segmenter: the label of each pixel, int64 [N, 128, 128]."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x):
        return self.network(x).argmax(1)
