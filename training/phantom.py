"""Synthetic abdominal CT volumes in Hounsfield units with the spleen as label 1.

Everything is drawn from one seed with numpy alone. Patient space is RAS+ millimetres: x grows to the patient's right (liver),
y to the front, z to the head; the spleen lies at negative x, at the back, below the left half of the diaphragm.

What makes the task more than a threshold: liver, spleen and kidneys take their mean values from overlapping ranges, each organ
carries slow texture, neighbours touch, the stomach, colon and pancreas tail lie beside the spleen with values in between, and
noise and streaks are added after partial volume. What varies: every organ's place, size and bend, the body's shape and tilt, field of view, voxel
size (1.5 to 4 mm per axis), the number of voxels, and the direction in which the axes are stored.
"""

from dataclasses import dataclass

import numpy as np

AIR = -1000.0
ORIENTATIONS = ("RAS", "LAS", "LPS", "RPS", "LAI")


@dataclass(frozen=True)
class Phantom:
    """One volume. `image` is int16 HU with axes (i, j, k), `label` uint8 of the same shape (1 = spleen), `affine` float64
    [4, 4] from voxel index to RAS millimetres, `centroid` the label's centre of mass in RAS millimetres."""

    seed: int
    image: np.ndarray
    label: np.ndarray
    affine: np.ndarray
    voxel_size: tuple
    orientation: str
    centroid: np.ndarray

    @property
    def millilitres(self):
        """The label's volume: voxels times voxel volume."""
        return float(self.label.sum() * np.prod(self.voxel_size) / 1000.0)


def make_phantom(seed, voxel_size=None, orientation=None):
    """The phantom of `seed`. A voxel size (three numbers, mm) or orientation given here replaces the drawn one; the anatomy stays the same."""
    rng = np.random.default_rng(seed)
    drawn_size = _draw_voxel_size(rng)
    drawn_orientation = ORIENTATIONS[rng.integers(len(ORIENTATIONS))]
    voxel_size = np.asarray(voxel_size if voxel_size is not None else drawn_size, dtype=np.float64)
    orientation = orientation or drawn_orientation
    body = _draw_body(rng)
    # The anatomy has its own stream, so that another voxel grid does not change it.
    anatomy = np.random.default_rng(rng.integers(2**63))
    texture = np.random.default_rng(rng.integers(2**63))

    half = np.array([body["a"] + body["margin"], body["b"] + body["margin"], body["height"] / 2])
    shape = np.maximum(np.round(2 * half / voxel_size).astype(int), 16)
    affine = _affine(shape, voxel_size, orientation, body["scan_centre"])
    canvas = _Canvas(affine.copy(), shape, body, anatomy)
    hu, spleen = _draw_anatomy(canvas, body, anatomy, texture)
    hu = _add_artefacts(hu, canvas, body, texture)
    image = np.clip(np.round(hu), -1024, 3000).astype(np.int16)
    label = (spleen > 0.5).astype(np.uint8)
    # The scanner's origin lies anywhere; only the affine tells.
    affine[:3, 3] += body["origin"]
    index = np.argwhere(label).mean(axis=0)
    centroid = affine[:3, :3] @ index + affine[:3, 3]
    return Phantom(seed, image, label, affine, tuple(float(v) for v in voxel_size), orientation, centroid)


def _draw_voxel_size(rng):
    in_plane = rng.uniform(1.5, 3.5)
    slices = np.clip(in_plane * rng.uniform(0.8, 2.0), 1.5, 4.0)
    return np.round([in_plane, in_plane, slices], 2)


def _draw_body(rng):
    return {
        "a": rng.uniform(140, 180),
        "b": rng.uniform(98, 128),
        "square": rng.uniform(2.1, 2.7),
        "skin": 3.0,
        "fat": rng.uniform(6, 26),
        "wall": rng.uniform(11, 18),
        "height": rng.uniform(180, 250),
        "margin": rng.uniform(8, 30),
        "scan_centre": np.array([rng.uniform(-10, 10), rng.uniform(-12, 12), rng.uniform(-10, 20)]),
        "origin": rng.uniform(-250, 250, 3),
        "tilt": rng.normal(0, np.radians(3.0), 3),
        "table": rng.random() < 0.5,
    }


def _affine(shape, voxel_size, orientation, centre):
    """Voxel index to RAS mm, axes along the patient axes in the directions that `orientation` names (the positive end of each)."""
    sign = np.array([1.0 if letter in "RAS" else -1.0 for letter in orientation])
    affine = np.diag([*(sign * voxel_size), 1.0])
    affine[:3, 3] = centre - affine[:3, :3] @ ((np.asarray(shape) - 1) / 2)
    return affine


class _Canvas:
    """The voxel grid seen from the body: coordinates in the body's own frame, tilted and slowly bent so that no shape stays a perfect quadric."""

    def __init__(self, affine, shape, body, rng):
        self.affine = affine
        self.shape = tuple(shape)
        self.spacing = np.abs(np.diag(affine)[:3])
        axes = [affine[a, a] * np.arange(shape[a]) + affine[a, 3] for a in range(3)]
        x, y, z = (v.astype(np.float32) for v in np.meshgrid(*axes, indexing="ij", sparse=True))
        self.rotation = _rotation(body["tilt"]).astype(np.float32)
        rotated = [self.rotation[r, 0] * x + self.rotation[r, 1] * y + self.rotation[r, 2] * z for r in range(3)]
        bent = []
        for r in range(3):
            bend = rng.uniform(2, 5)
            length = rng.uniform(110, 220, 3)
            phase = rng.uniform(0, 2 * np.pi, 3)
            wave = [np.sin(2 * np.pi * v / length[i] + phase[i]) for i, v in enumerate((x, y, z))]
            bent.append((rotated[r] + bend * wave[(r + 1) % 3] * wave[(r + 2) % 3]).astype(np.float32))
        self.coordinates = bent

    def window(self, centre, reach):
        """The slices of the grid that may hold a shape around `centre` (body frame, mm) no larger than `reach`."""
        world = self.rotation.T @ np.asarray(centre, dtype=np.float32)
        index = (world - self.affine[:3, 3]) / np.diag(self.affine)[:3]
        margin = (np.asarray(reach) + 14) / self.spacing
        low = np.clip(np.floor(index - margin), 0, self.shape).astype(int)
        high = np.clip(np.ceil(index + margin) + 1, 0, self.shape).astype(int)
        return tuple(slice(a, b) for a, b in zip(low, high))


def _rotation(angles):
    cx, cy, cz = np.cos(angles)
    sx, sy, sz = np.sin(angles)
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return about_z @ about_y @ about_x


def _coverage(distance, width):
    """How much of a voxel of size `width` lies inside, from the signed distance (mm, negative inside) of its centre."""
    return np.clip(0.5 - distance / width, 0, 1)


def _ellipsoid(canvas, box, centre, radii, turn=(0, 0, 0), bend=0.0):
    """Approximate signed distance (mm) to an ellipsoid, turned by Euler angles; `bend` curves the long (second) axis toward +x, 1/mm."""
    x, y, z = (c[box] - np.float32(o) for c, o in zip(canvas.coordinates, centre))
    m = _rotation(np.asarray(turn, dtype=np.float64)).T.astype(np.float32)
    u = m[0, 0] * x + m[0, 1] * y + m[0, 2] * z
    v = m[1, 0] * x + m[1, 1] * y + m[1, 2] * z
    w = m[2, 0] * x + m[2, 1] * y + m[2, 2] * z
    if bend:
        u = u - np.float32(bend) * (v * v + 0.6 * w * w)
    radii = np.asarray(radii, dtype=np.float32)
    u, v, w = u / radii[0], v / radii[1], w / radii[2]
    norm = np.sqrt(u * u + v * v + w * w)
    slope = np.sqrt((u / radii[0]) ** 2 + (v / radii[1]) ** 2 + (w / radii[2]) ** 2)
    return norm * (norm - 1) / np.maximum(slope, 1e-4)


def _smooth_union(a, b, radius):
    """Union of two signed distances with a fillet of about `radius` mm."""
    h = np.clip(0.5 + 0.5 * (b - a) / radius, 0, 1)
    return b * (1 - h) + a * h - radius * h * (1 - h)


def _slow_texture(rng, shape, spacing, length):
    """Zero-mean unit-variance noise whose structures are about `length` mm wide: a coarse random grid, linearly interpolated."""
    coarse = [max(2, int(np.ceil(n * s / length)) + 1) for n, s in zip(shape, spacing)]
    field = rng.standard_normal(coarse).astype(np.float32)
    for axis, n in enumerate(shape):
        position = np.arange(n) * spacing[axis] / length
        low = np.minimum(position.astype(int), coarse[axis] - 2)
        part = (position - low).astype(np.float32)
        part = part.reshape([-1 if a == axis else 1 for a in range(3)])
        field = np.take(field, low, axis) * (1 - part) + np.take(field, low + 1, axis) * part
    return field / max(float(field.std()), 1e-6)


def _draw_anatomy(canvas, body, rng, texture):
    x, y, z = canvas.coordinates
    width = float(canvas.spacing.mean())
    rim = np.abs(x / body["a"]) ** body["square"] + np.abs(y / body["b"]) ** body["square"]
    rim = rim ** (1 / body["square"])
    # Depth below the skin, mm; exact enough on the axes, and only the layers' thickness depends on it.
    depth = (1 - rim) * np.sqrt(x * x + y * y + 1) / np.maximum(rim, 1e-3)
    hu = np.full(canvas.shape, AIR, dtype=np.float32)

    def layer(below, value):
        cover = _coverage(below - depth, width)
        hu[...] = hu + cover * (value - hu)
        return cover

    layer(0.0, rng.uniform(20, 50))
    layer(body["skin"], rng.uniform(-115, -95))
    wall_top = body["skin"] + body["fat"]
    layer(wall_top, rng.uniform(48, 68))
    cavity_top = wall_top + body["wall"]
    cavity = layer(cavity_top, rng.uniform(-105, -85))
    cavity_depth = depth - cavity_top
    x_in, y_in = body["a"] - cavity_top, body["b"] - cavity_top

    _draw_ribs(canvas, hu, depth, wall_top, body, rng, width)
    diaphragm = _draw_lungs(canvas, hu, cavity, x_in, y_in, rng, width)

    mean = {name: rng.uniform(low, high) for name, (low, high) in {
        "liver": (85, 130), "spleen": (88, 132), "kidney": (85, 150), "stomach": (5, 75), "bowel": (10, 95), "pancreas": (65, 115), "vessel": (110, 190)}.items()}

    def paint(name, distance, box, value=None, inside=True):
        """Blends an organ in, clipped to the abdominal cavity below the diaphragm. Returns its coverage in `box`."""
        if inside:
            distance = np.maximum(distance, 1.0 - cavity_depth[box])
            distance = np.maximum(distance, diaphragm[box] + 2.0)
        cover = _coverage(distance, width)
        value = mean[name] if value is None else value
        target = value + 6.0 * _slow_texture(texture, cover.shape, canvas.spacing, rng.uniform(10, 24))
        hu[box] += cover * (target - hu[box])
        return cover

    def organ(name, centre, radii, turn=(0, 0, 0), bend=0.0, value=None, inside=True):
        box = canvas.window(centre, np.full(3, max(radii) * 1.3))
        return paint(name, _ellipsoid(canvas, box, centre, radii, turn, bend), box, value, inside), box

    # Back: muscles beside the spine, the spine itself, the great vessels.
    spine = np.array([0.0, -y_in + rng.uniform(18, 28), 0.0])
    for side in (-1, 1):
        organ("stomach", spine + [side * rng.uniform(32, 40), -4, -30], (20, 17, 300), value=rng.uniform(50, 66), inside=False)
    _draw_spine(canvas, hu, spine, rng, width)
    organ("vessel", spine + [-rng.uniform(4, 14), rng.uniform(28, 34), 0], (rng.uniform(8, 12),) * 2 + (400,))
    organ("vessel", spine + [rng.uniform(16, 26), rng.uniform(28, 36), 0], (rng.uniform(9, 13), rng.uniform(7, 11), 400), value=mean["vessel"] - 25)

    for _ in range(rng.integers(8, 16)):
        centre = (rng.uniform(-0.8, 0.8) * x_in, rng.uniform(-0.1, 0.75) * y_in, rng.uniform(-110, -20))
        organ("bowel", centre, rng.uniform(12, 30, 3), rng.uniform(-1, 1, 3), value=rng.uniform(10, 110))

    # Liver: right lobe against the right wall, left lobe across the middle.
    right = np.array([x_in * rng.uniform(0.42, 0.52), y_in * rng.uniform(-0.1, 0.12), rng.uniform(0, 25)])
    right_radii = np.array([x_in * rng.uniform(0.48, 0.6), y_in * rng.uniform(0.68, 0.85), rng.uniform(60, 85)])
    left = np.array([x_in * rng.uniform(-0.12, 0.1), y_in * rng.uniform(0.35, 0.55), right[2] + rng.uniform(5, 25)])
    left_radii = np.array([x_in * rng.uniform(0.35, 0.5), y_in * rng.uniform(0.25, 0.38), rng.uniform(25, 42)])
    box = canvas.window((right + left) / 2, np.maximum(right_radii, left_radii) + np.abs(right - left))
    liver = _smooth_union(_ellipsoid(canvas, box, right, right_radii, rng.normal(0, 0.15, 3)), _ellipsoid(canvas, box, left, left_radii, rng.normal(0, 0.2, 3)), 20.0)
    paint("liver", liver, box)

    for side in (1, -1):
        centre = np.array([side * rng.uniform(48, 64), spine[1] + rng.uniform(10, 24), -42 + rng.uniform(-18, 18)])
        radii = (rng.uniform(22, 29), rng.uniform(20, 27), rng.uniform(44, 58))
        organ("kidney", centre, radii, (0, side * rng.uniform(0.05, 0.3), 0))
        organ("kidney", centre + [-side * radii[0] * 0.6, 6, 0], np.multiply(radii, (0.55, 0.5, 0.45)), value=rng.uniform(-60, 20))

    # Stomach with a gas bubble at the front, pancreas tail and colon flexure: the spleen's neighbours.
    stomach = np.array([-x_in * rng.uniform(0.3, 0.48), y_in * rng.uniform(0.15, 0.4), rng.uniform(0, 40)])
    stomach_radii = np.array([rng.uniform(26, 42), rng.uniform(24, 40), rng.uniform(32, 52)])
    organ("stomach", stomach, stomach_radii, rng.uniform(-0.4, 0.4, 3), value=mean["stomach"] + 30)
    organ("stomach", stomach, stomach_radii - 4, rng.uniform(-0.1, 0.1, 3))
    if rng.random() < 0.7:
        organ("stomach", stomach + [0, stomach_radii[1] * 0.45, 0], stomach_radii * 0.45, value=-900)
    organ("pancreas", (-x_in * rng.uniform(0.2, 0.4), spine[1] + rng.uniform(38, 55), rng.uniform(-15, 15)), (rng.uniform(26, 40), rng.uniform(9, 14), rng.uniform(9, 14)), (0, rng.uniform(-0.4, 0.4), rng.uniform(-0.5, 0.1)))
    organ("bowel", (-x_in * rng.uniform(0.6, 0.8), y_in * rng.uniform(0.05, 0.45), rng.uniform(-45, -20)), rng.uniform(15, 24, 3), value=rng.uniform(10, 90))
    cover, box = _draw_spleen(canvas, paint, x_in, y_in, rng)
    spleen = np.zeros(canvas.shape, dtype=np.float32)
    spleen[box] = cover
    return hu, spleen


def _draw_ribs(canvas, hu, depth, wall_top, body, rng, width):
    """Slanted bony rings inside the wall, ending below the costal margin."""
    x, y, z = canvas.coordinates
    pitch = rng.uniform(26, 34)
    lowest = rng.uniform(-70, -20)
    slant = z + rng.uniform(0.25, 0.5) * y
    beside = np.abs((slant / pitch + rng.random()) % 1 - 0.5) * pitch - rng.uniform(4, 6)
    inside = np.abs(depth - wall_top - 0.6 * body["wall"]) - rng.uniform(3, 4)
    distance = np.maximum(np.maximum(beside, inside), lowest - slant)
    cover = _coverage(distance, width)
    hu += cover * (rng.uniform(250, 450) - hu)


def _draw_spine(canvas, hu, spine, rng, width):
    """Vertebrae and discs in turn, the canal, and spinous processes."""
    z = canvas.coordinates[2]
    pitch = rng.uniform(30, 38)
    box = canvas.window(spine, (40, 60, 600))
    column = _ellipsoid(canvas, box, spine, (rng.uniform(19, 24), rng.uniform(15, 19), 4000))
    phase = np.abs((z[box] / pitch) % 1 - 0.5) * pitch
    bone = rng.uniform(170, 260) + 150 * np.clip(1 + column / 4, 0, 1)
    value = np.where(phase < 4, 85, bone)
    hu[box] += _coverage(column, width) * (value - hu[box])
    canal = _ellipsoid(canvas, box, spine + [0, -24, 0], (10, 8, 4000))
    arch = np.maximum(canal - 5, -canal)
    hu[box] += _coverage(arch, width) * (350 - hu[box])
    hu[box] += _coverage(canal, width) * (30 - hu[box])
    process = np.maximum(_ellipsoid(canvas, box, spine + [0, -42, 0], (5, 14, 4000)), phase - 10)
    hu[box] += _coverage(process, width) * (320 - hu[box])


def _draw_lungs(canvas, hu, cavity, x_in, y_in, rng, width):
    """Air above two domes. Returns the signed height over the diaphragm, mm."""
    x, y, z = canvas.coordinates
    top = rng.uniform(78, 100)
    left = top - rng.uniform(-2, 14)
    fall = rng.uniform(50, 75)
    right_dome = top - fall * (((x - 0.45 * x_in) / (0.62 * x_in)) ** 2 + ((y - 0.05 * y_in) / (0.95 * y_in)) ** 2)
    left_dome = left - fall * (((x + 0.45 * x_in) / (0.62 * x_in)) ** 2 + ((y - 0.05 * y_in) / (0.95 * y_in)) ** 2)
    height = (z - np.maximum(right_dome, left_dome)) * 0.75
    cover = cavity * _coverage(-height, width)
    middle = _coverage(np.abs(x) - rng.uniform(25, 35), 6.0)
    hu += cover * (1 - middle) * (rng.uniform(-880, -780) - hu)
    hu += cover * middle * (rng.uniform(30, 60) - hu)
    return height


def _draw_spleen(canvas, paint, x_in, y_in, rng):
    """A bent ellipsoid against the left back wall, with a second lobe and a notch in some."""
    angle = np.radians(rng.uniform(192, 232))
    radii = np.array([rng.uniform(19, 30), rng.uniform(36, 56), rng.uniform(36, 58)])
    place = 1 - (radii[0] * rng.uniform(0.55, 0.85)) / x_in
    centre = np.array([np.cos(angle) * x_in * place, np.sin(angle) * y_in * place, rng.uniform(8, 34)])
    normal = np.arctan2(np.sin(angle) / y_in, np.cos(angle) / x_in)
    turn = np.array([rng.uniform(-0.45, 0.35), rng.uniform(-0.25, 0.25), normal + rng.uniform(-0.2, 0.2)])
    bend = -rng.uniform(0.0, 0.007)
    lobe = centre + np.array([rng.uniform(0, 18), rng.uniform(-6, 22), rng.uniform(-24, 24)])
    lobe_radii = radii * rng.uniform(0.45, 0.75, 3)
    box = canvas.window(centre, np.full(3, radii.max() * 1.4))
    distance = _ellipsoid(canvas, box, centre, radii, turn, bend)
    if rng.random() < 0.6:
        distance = _smooth_union(distance, _ellipsoid(canvas, box, lobe, lobe_radii, turn), 12.0)
    if rng.random() < 0.4:
        notch = centre + np.array([rng.uniform(8, 20), rng.uniform(15, 35), rng.uniform(-15, 15)])
        distance = np.maximum(distance, -_ellipsoid(canvas, box, notch, rng.uniform(7, 14, 3)))
    return paint("spleen", distance, box), box


def _add_artefacts(hu, canvas, body, rng):
    """Table, streaks from the bones, correlated and white noise; air stays clean enough to be cropped."""
    x, y, z = canvas.coordinates
    if body["table"]:
        bow = y + body["b"] + 9 - 0.0006 * x * x
        cover = _coverage(np.maximum(np.abs(bow) - 2.5, np.abs(x) - 0.8 * body["a"]), float(canvas.spacing.mean()))
        hu = np.maximum(hu, AIR + cover * rng.uniform(700, 880))
    fat = hu > -300
    theta = np.arctan2(y + 0.6 * body["b"], x)
    reach = np.exp(-np.hypot(x, y + 0.6 * body["b"]) / 90)
    streaks = np.zeros_like(hu)
    for _ in range(rng.integers(2, 6)):
        beams = rng.integers(5, 21)
        level = np.sin(2 * np.pi * z / rng.uniform(18, 60) + rng.uniform(0, 6.3))
        streaks += np.sin(beams * theta + rng.uniform(0, 6.3)) * level
    sigma = rng.uniform(8, 24)
    noise = rng.standard_normal(hu.shape).astype(np.float32)
    grain = _slow_texture(rng, hu.shape, canvas.spacing, rng.uniform(5, 9))
    hu = hu + fat * (streaks * reach * rng.uniform(4, 14) + noise * sigma + grain * sigma * 0.35)
    return np.where(fat, hu, hu + noise * 4)
