"""The segmentation network: the architecture of MONAI's UNet in plain torch.

Residual units with strided convolutions going down, transposed convolutions going up, skips by concatenation, batch normalisation
and PReLU, as MONAI builds UNet(spatial_dims=3, in_channels=1, out_channels=2, channels=CHANNELS, strides=(2, 2, 2), num_res_units=2,
norm="batch"). Three halvings: every spatial size must be a multiple of 8, or the skips do not fit.
"""

import torch
from torch import nn

CHANNELS = (16, 24, 32, 48)
MULTIPLE = 8


def _unit(inputs, outputs, stride=1, last=False):
    layers = [nn.Conv3d(inputs, outputs, 3, stride, 1)]
    if not last:
        layers += [nn.BatchNorm3d(outputs), nn.PReLU()]
    return nn.Sequential(*layers)


class ResidualUnit(nn.Module):
    """`subunits` convolutions beside a shortcut that is a convolution where size or channels change."""

    def __init__(self, inputs, outputs, stride=1, subunits=2, last=False):
        super().__init__()
        units = []
        for i in range(subunits):
            units.append(_unit(inputs if i == 0 else outputs, outputs, stride if i == 0 else 1, last and i == subunits - 1))
        self.units = nn.Sequential(*units)
        if stride != 1:
            self.shortcut = nn.Conv3d(inputs, outputs, 3, stride, 1)
        elif inputs != outputs:
            self.shortcut = nn.Conv3d(inputs, outputs, 1)
        else:
            self.shortcut = nn.Identity()

    def forward(self, x):
        return self.units(x) + self.shortcut(x)


class UNet(nn.Module):
    """[N, 1, D, H, W] intensities in 0..1 to [N, 2, D, H, W] logits (0 background, 1 spleen)."""

    def __init__(self, channels=CHANNELS, classes=2):
        super().__init__()
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        inputs = 1
        for level, width in enumerate(channels[:-1]):
            self.down.append(ResidualUnit(inputs, width, stride=2))
            below = channels[level + 1] if level == len(channels) - 2 else width
            outputs = classes if level == 0 else channels[level - 1]
            self.up.append(
                nn.Sequential(
                    nn.ConvTranspose3d(width + below, outputs, 3, 2, 1, output_padding=1),
                    nn.BatchNorm3d(outputs),
                    nn.PReLU(),
                    ResidualUnit(outputs, outputs, subunits=1, last=level == 0),
                )
            )
            inputs = width
        self.bottom = ResidualUnit(channels[-2], channels[-1])

    def forward(self, x):
        skips = []
        for down in self.down:
            x = down(x)
            skips.append(x)
        x = self.bottom(x)
        for up, skip in zip(reversed(self.up), reversed(skips)):
            x = up(torch.cat([skip, x], 1))
        return x
