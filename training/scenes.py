"""Draws outdoor scenes from a seed, with the kind of the scene and the label of every pixel.

Five kinds of scene share their parts: boats lie before houses, cars stand under trees, so that neither one colour nor one object tells the
kind. Everything is drawn at twice the size and averaged down, then blurred, noised and lit at random.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

KINDS = ("forest", "harbour", "lake", "street", "village")
LABELS = ("sky", "ground", "water", "tree", "house", "car", "boat")
SKY, GROUND, WATER, TREE, HOUSE, CAR, BOAT = range(7)
SCALE = 2


@dataclass
class Scene:
    """A picture uint8 [height, width, 3], labels uint8 [height, width] (indices of LABELS) and the index of its kind in KINDS."""

    picture: np.ndarray
    labels: np.ndarray
    kind: int


class Canvas:
    """Draws the same shape into the picture, in a colour, and into the label map."""

    def __init__(self, width, height):
        self.width, self.height = width, height
        self.picture, self.labels = Image.new("RGB", (width, height)), Image.new("L", (width, height))
        self._colour, self._label = ImageDraw.Draw(self.picture), ImageDraw.Draw(self.labels)

    def polygon(self, points, colour, label):
        self._colour.polygon(points, fill=colour)
        if label is not None:
            self._label.polygon(points, fill=label)

    def box(self, x0, y0, x1, y1, colour, label):
        if x1 <= x0 or y1 <= y0:
            return
        self._colour.rectangle([x0, y0, x1, y1], fill=colour)
        if label is not None:
            self._label.rectangle([x0, y0, x1, y1], fill=label)

    def oval(self, x0, y0, x1, y1, colour, label):
        if x1 <= x0 or y1 <= y0:
            return
        self._colour.ellipse([x0, y0, x1, y1], fill=colour)
        if label is not None:
            self._label.ellipse([x0, y0, x1, y1], fill=label)


def near(rng, colour, spread=22):
    return tuple(int(np.clip(value + rng.normal(0, spread), 0, 255)) for value in colour)


def draw_sky(canvas, rng, horizon):
    top, low = near(rng, (105, 155, 215), 30), near(rng, (205, 215, 225), 25)
    for y in range(horizon):
        part = y / max(horizon, 1)
        colour = tuple(int(a + (b - a) * part) for a, b in zip(top, low))
        canvas.box(0, y, canvas.width, y, colour, SKY)
        canvas.polygon([(0, y), (canvas.width, y), (canvas.width, y)], colour, SKY)
    for _ in range(rng.integers(0, 5)):
        x, y = rng.integers(0, canvas.width), rng.integers(0, max(horizon, 1))
        size = rng.integers(canvas.width // 20, canvas.width // 6)
        canvas.oval(x, y - size // 4, x + size * 2, y + size // 4, near(rng, (236, 238, 242), 8), SKY)
    # Hills belong to the ground.
    if rng.random() < 0.6:
        count = rng.integers(3, 7)
        rise = canvas.height * rng.uniform(0.03, 0.14)
        points = [(canvas.width * i / (count - 1), horizon - rng.uniform(0.2, 1) * rise) for i in range(count)]
        canvas.polygon([(0, horizon), *points, (canvas.width, horizon)], near(rng, (110, 130, 115), 20), GROUND)


def draw_water(canvas, rng, top, bottom):
    base = near(rng, (70, 115, 150), 25)
    canvas.box(0, top, canvas.width, bottom, base, WATER)
    for _ in range(rng.integers(10, 40)):
        x, y = rng.integers(0, canvas.width), rng.integers(top, max(bottom, top + 1))
        length = rng.integers(4, canvas.width // 6)
        canvas.box(x, y, x + length, min(y + 1, bottom), near(rng, tuple(c + 25 for c in base), 8), WATER)


def draw_tree(canvas, rng, x, base, size):
    trunk = max(2, int(size * rng.uniform(0.06, 0.1)))
    canvas.box(x - trunk, base - size * 0.45, x + trunk, base, near(rng, (95, 70, 50), 15), TREE)
    green = near(rng, (60, 110, 55), 22)
    if rng.random() < 0.45:
        for layer in range(3):
            width, top = size * (0.36 - 0.08 * layer), base - size * (0.55 + 0.2 * layer)
            canvas.polygon([(x - width, top + size * 0.3), (x + width, top + size * 0.3), (x, top - size * 0.08)], near(rng, green, 6), TREE)
    else:
        for _ in range(5):
            dx, dy = rng.uniform(-0.2, 0.2) * size, rng.uniform(-0.16, 0.16) * size
            radius = size * rng.uniform(0.18, 0.28)
            canvas.oval(x + dx - radius, base - size * 0.65 + dy - radius, x + dx + radius, base - size * 0.65 + dy + radius, near(rng, green, 8), TREE)


def draw_house(canvas, rng, x, base, width):
    height = width * rng.uniform(0.6, 1.1)
    wall = near(rng, [(205, 190, 165), (170, 80, 60), (225, 225, 220), (150, 150, 160)][rng.integers(4)], 14)
    canvas.box(x, base - height, x + width, base, wall, HOUSE)
    roof = width * rng.uniform(0.25, 0.55)
    canvas.polygon([(x - width * 0.08, base - height), (x + width * 1.08, base - height), (x + width / 2, base - height - roof)], near(rng, (120, 60, 50), 25), HOUSE)
    for column in range(rng.integers(1, 4)):
        wx = x + width * (0.14 + 0.28 * column)
        canvas.box(wx, base - height * 0.75, wx + width * 0.14, base - height * 0.5, near(rng, (75, 90, 110), 15), HOUSE)
    canvas.box(x + width * 0.42, base - height * 0.38, x + width * 0.58, base, near(rng, (90, 65, 50), 15), HOUSE)


def draw_car(canvas, rng, x, base, length):
    paint = near(rng, [(190, 30, 35), (35, 60, 150), (235, 235, 235), (45, 45, 50), (225, 180, 40)][rng.integers(5)], 12)
    height = length * 0.22
    canvas.box(x, base - height * 1.35, x + length, base - height * 0.35, paint, CAR)
    canvas.polygon([(x + length * 0.18, base - height * 1.35), (x + length * 0.3, base - height * 2.3), (x + length * 0.7, base - height * 2.3), (x + length * 0.85, base - height * 1.35)], paint, CAR)
    canvas.polygon([(x + length * 0.27, base - height * 1.4), (x + length * 0.34, base - height * 2.1), (x + length * 0.66, base - height * 2.1), (x + length * 0.76, base - height * 1.4)], near(rng, (150, 180, 200), 12), CAR)
    radius = height * 0.45
    for wheel in (0.22, 0.78):
        canvas.oval(x + length * wheel - radius, base - radius * 2, x + length * wheel + radius, base, near(rng, (30, 30, 32), 6), CAR)


def draw_boat(canvas, rng, x, base, length):
    hull = near(rng, [(235, 235, 230), (150, 40, 40), (40, 70, 120), (120, 85, 55)][rng.integers(4)], 12)
    canvas.polygon([(x, base - length * 0.2), (x + length, base - length * 0.2), (x + length * 0.85, base), (x + length * 0.12, base)], hull, BOAT)
    if rng.random() < 0.7:
        mast = x + length * rng.uniform(0.4, 0.55)
        top = base - length * rng.uniform(0.9, 1.3)
        canvas.box(mast - 1, top, mast + 1, base - length * 0.2, near(rng, (90, 80, 70), 10), BOAT)
        canvas.polygon([(mast + 2, top), (mast + 2, base - length * 0.26), (mast + length * 0.42, base - length * 0.26)], near(rng, (240, 238, 230), 8), BOAT)
    else:
        canvas.box(x + length * 0.35, base - length * 0.4, x + length * 0.7, base - length * 0.2, near(rng, (215, 215, 215), 12), BOAT)


def draw_trees(canvas, rng, count, low, high, sizes):
    for base in sorted(rng.uniform(low, high, count)):
        draw_tree(canvas, rng, rng.uniform(0, canvas.width), base, canvas.height * rng.uniform(*sizes))


def draw_houses(canvas, rng, count, low, high, widths):
    for base in sorted(rng.uniform(low, high, count)):
        width = canvas.width * rng.uniform(*widths)
        draw_house(canvas, rng, rng.uniform(-0.1, 0.95) * canvas.width, base, width)


def make_scene(seed, width=None, height=None):
    """The scene of a seed; sizes are drawn from 120 to 320 where they are not given."""
    rng = np.random.default_rng(seed)
    kind = int(rng.integers(len(KINDS)))
    drawn = (int(rng.integers(120, 321)), int(rng.integers(120, 321)))
    width, height = (width or drawn[0]) * SCALE, (height or drawn[1]) * SCALE
    canvas = Canvas(width, height)
    horizon = int(height * rng.uniform(0.3, 0.5))
    canvas.box(0, 0, width, height, near(rng, (115, 135, 80), 25), GROUND)
    draw_sky(canvas, rng, horizon)
    shore = int(height * rng.uniform(0.68, 0.92))
    name = KINDS[kind]
    if name == "forest":
        draw_trees(canvas, rng, rng.integers(9, 22), horizon * 1.02, height * 0.98, (0.25, 0.6))
        if rng.random() < 0.25:
            draw_houses(canvas, rng, 1, horizon * 1.05, height * 0.75, (0.1, 0.18))
    elif name in ("harbour", "lake"):
        draw_water(canvas, rng, horizon, shore)
        if name == "harbour":
            draw_houses(canvas, rng, rng.integers(2, 6), horizon * 0.99, horizon * 1.04, (0.1, 0.22))
            for base in sorted(rng.uniform(horizon + height * 0.1, shore, rng.integers(2, 5))):
                draw_boat(canvas, rng, rng.uniform(-0.05, 0.9) * width, base, width * rng.uniform(0.14, 0.34))
            if rng.random() < 0.3:
                draw_car(canvas, rng, rng.uniform(0, 0.8) * width, height * 0.97, width * rng.uniform(0.16, 0.28))
        else:
            draw_trees(canvas, rng, rng.integers(2, 8), horizon * 0.98, horizon * 1.05, (0.15, 0.32))
            draw_trees(canvas, rng, rng.integers(0, 3), shore, height, (0.3, 0.5))
            if rng.random() < 0.35:
                draw_boat(canvas, rng, rng.uniform(0.05, 0.8) * width, rng.uniform(horizon + height * 0.12, shore), width * rng.uniform(0.1, 0.18))
            if rng.random() < 0.25:
                draw_houses(canvas, rng, 1, horizon * 0.99, horizon * 1.04, (0.08, 0.14))
    elif name == "street":
        draw_houses(canvas, rng, rng.integers(2, 6), horizon * 1.05, horizon * 1.25, (0.18, 0.36))
        draw_trees(canvas, rng, rng.integers(0, 4), horizon * 1.1, horizon * 1.35, (0.25, 0.45))
        road = height * rng.uniform(0.62, 0.75)
        canvas.box(0, road, width, height, near(rng, (95, 95, 100), 14), GROUND)
        for x in range(0, width, max(width // 9, 1)):
            canvas.box(x, (road + height) / 2, x + width // 18, (road + height) / 2 + max(height // 90, 1), near(rng, (225, 225, 220), 8), GROUND)
        for base in sorted(rng.uniform(road + height * 0.06, height * 0.99, rng.integers(2, 5))):
            draw_car(canvas, rng, rng.uniform(-0.1, 0.9) * width, base, width * rng.uniform(0.2, 0.38))
    else:
        draw_trees(canvas, rng, rng.integers(2, 7), horizon, height * 0.7, (0.2, 0.4))
        draw_houses(canvas, rng, rng.integers(3, 7), horizon * 1.05, height * 0.9, (0.14, 0.28))
        draw_trees(canvas, rng, rng.integers(1, 4), height * 0.75, height, (0.25, 0.45))
        if rng.random() < 0.3:
            draw_car(canvas, rng, rng.uniform(0, 0.8) * width, height * rng.uniform(0.75, 0.97), width * rng.uniform(0.12, 0.2))
    return finish(canvas, rng, kind)


def finish(canvas, rng, kind):
    """Half the size, then blur, light and noise. A pixel's label is the one at the corner of its four."""
    size = (canvas.width // SCALE, canvas.height // SCALE)
    picture = canvas.picture.resize(size, Image.BOX).filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 1.0)))
    pixels = np.asarray(picture).astype(np.float32)
    texture = rng.normal(0, rng.uniform(3, 11), pixels.shape[:2] + (1,)) + rng.normal(0, 3, pixels.shape)
    light = rng.uniform(0.75, 1.2) * (1 + rng.uniform(-0.12, 0.12) * np.linspace(-1, 1, size[0])[None, :, None])
    pixels = np.clip((pixels * light + texture - 128) * rng.uniform(0.85, 1.15) + 128, 0, 255).astype(np.uint8)
    labels = np.asarray(canvas.labels.resize(size, Image.NEAREST))
    return Scene(pixels, np.ascontiguousarray(labels), kind)
