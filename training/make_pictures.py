"""Writes src/transforms/image-open/pictures.json: small pictures of every format that Conch decodes, with the SHA-256 of what Pillow makes of them.

Beside them stands the SHA-256 of what the image sample's model.py gives for each. Needs Debian's python3-pil, python3-numpy and python3-torch.
Deterministic for one version of Pillow and of its codecs.
"""

import base64
import hashlib
import io
import json
import os
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

WIDTH, HEIGHT = 29, 19
TARGET = os.path.join(os.path.dirname(__file__), "..", "src", "transforms", "image-open", "pictures.json")


def scene():
    """A smooth picture with an edge and some noise, so that chroma subsampling and filters show."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    noise = np.random.default_rng(7).integers(0, 40, (HEIGHT, WIDTH, 3))
    base = np.stack([x * 8, y * 13, (x + y) * 5], axis=-1) + noise
    base[6:12, 8:20] = [240, 30, 60]
    return Image.fromarray(np.clip(base, 0, 255).astype(np.uint8))


def with_alpha(image):
    pixels = np.array(image.convert("RGBA"))
    pixels[..., 3] = (np.arange(WIDTH) * 255 // (WIDTH - 1))[None]
    return Image.fromarray(pixels)


def encoded(image, **options):
    file = io.BytesIO()
    image.save(file, **options)
    return file.getvalue()


def png(width, height, depth, colour_type, rows, extra=b""):
    """A PNG written by hand, for what Pillow does not write: 16-bit colour, low depths, colour keys. `rows` are packed bytes."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    body = b"".join(b"\0" + row for row in rows)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")


def key_chunk(data):
    kind = b"tRNS"
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bitmap(bits, rows, width, palette=b"", masks=None, top_down=False):
    size = 14 + 40 + (12 if masks else 0) + len(palette)
    data = b"".join(row + b"\0" * (-len(row) % 4) for row in (rows if top_down else rows[::-1]))
    header = struct.pack("<IiiHHIIiiII", 40, width, -len(rows) if top_down else len(rows), 1, bits, 3 if masks else 0, len(data), 0, 0, len(palette) // 4, 0)
    fields = struct.pack("<III", *masks) if masks else b""
    return b"BM" + struct.pack("<IHHI", size + len(data), 0, 0, size) + header + fields + palette + data


def pictures():
    image = scene()
    rgba = with_alpha(image)
    indexed = image.convert("P", palette=Image.ADAPTIVE, colors=16)
    yield "jpeg_420.jpg", encoded(image, format="JPEG", quality=85, subsampling=2)
    yield "jpeg_422.jpg", encoded(image, format="JPEG", quality=70, subsampling=1)
    yield "jpeg_444.jpg", encoded(image, format="JPEG", quality=92, subsampling=0)
    yield "jpeg_progressive.jpg", encoded(image, format="JPEG", quality=80, progressive=True)
    yield "jpeg_gray.jpg", encoded(image.convert("L"), format="JPEG", quality=80)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        yield f"jpeg_orientation_{orientation}.jpg", encoded(image, format="JPEG", quality=60, exif=exif)
    exif = Image.Exif()
    exif[0x0112] = 6
    yield "png_orientation_6.png", encoded(image, format="PNG", exif=exif)
    yield "webp_orientation_6.webp", encoded(image, format="WEBP", exif=exif)
    yield "png_rgb.png", encoded(image, format="PNG")
    yield "png_rgba.png", encoded(rgba, format="PNG")
    yield "png_gray.png", encoded(image.convert("L"), format="PNG")
    yield "png_gray_alpha.png", encoded(rgba.convert("LA"), format="PNG")
    yield "png_palette_4_bits.png", encoded(indexed, format="PNG", bits=4)
    yield "png_palette_8_bits.png", encoded(image.convert("P", palette=Image.ADAPTIVE), format="PNG")
    yield "png_palette_transparent.png", encoded(indexed, format="PNG", transparency=3)
    yield "png_palette_alphas.png", encoded(indexed, format="PNG", transparency=bytes(range(0, 160, 10)))
    yield "png_1_bit.png", encoded(image.convert("1"), format="PNG")
    pixels = np.array(image)
    wide = (pixels.astype(np.uint16) << 8 | (255 - pixels)).astype(">u2")
    yield "png_rgb_16_bits.png", png(WIDTH, HEIGHT, 16, 2, [row.tobytes() for row in wide])
    gray = np.array(image.convert("L"))
    gray_wide = (gray.astype(np.uint16) << 8 | (255 - gray)).astype(">u2")
    yield "png_gray_16_bits.png", png(WIDTH, HEIGHT, 16, 0, [row.tobytes() for row in gray_wide])
    for depth in (2, 4):
        levels = gray >> (8 - depth)
        packed = [np.packbits(np.unpackbits(row[:, None], axis=1)[:, 8 - depth:].ravel()).tobytes() for row in levels]
        yield f"png_gray_{depth}_bits.png", png(WIDTH, HEIGHT, depth, 0, packed)
    yield "png_rgb_colour_key.png", png(WIDTH, HEIGHT, 8, 2, [row.tobytes() for row in pixels], key_chunk(struct.pack(">HHH", 240, 30, 60)))
    yield "webp_lossy.webp", encoded(image, format="WEBP", quality=75)
    yield "webp_lossless.webp", encoded(image, format="WEBP", lossless=True)
    yield "webp_alpha.webp", encoded(rgba, format="WEBP", quality=80)
    yield "gif.gif", encoded(indexed, format="GIF")
    yield "gif_transparent.gif", encoded(indexed, format="GIF", transparency=3)
    yield "gif_animated.gif", encoded(indexed, format="GIF", save_all=True, append_images=[indexed.rotate(180)], duration=40)
    yield "bmp_24_bits.bmp", encoded(image, format="BMP")
    yield "bmp_gray.bmp", encoded(image.convert("L"), format="BMP")
    yield "bmp_palette.bmp", encoded(image.convert("P"), format="BMP")
    yield "bmp_1_bit.bmp", encoded(image.convert("1"), format="BMP")
    yield "bmp_24_bits_top_down.bmp", bitmap(24, [row[:, ::-1].tobytes() for row in pixels], WIDTH, top_down=True)
    five = (pixels >> 3).astype(np.uint16)
    yield "bmp_16_bits.bmp", bitmap(16, [(row[:, 0] << 10 | row[:, 1] << 5 | row[:, 2]).astype("<u2").tobytes() for row in five], WIDTH)
    six = pixels.astype(np.uint16)
    rows = [((row[:, 0] >> 3) << 11 | (row[:, 1] >> 2) << 5 | row[:, 2] >> 3).astype("<u2").tobytes() for row in six]
    yield "bmp_565.bmp", bitmap(16, rows, WIDTH, masks=(0xF800, 0x7E0, 0x1F))
    colours = np.array(indexed.getpalette()[:48], np.uint8).reshape(16, 3)
    index = np.array(indexed)
    nibbles = [bytes((row[i] << 4) | (row[i + 1] if i + 1 < WIDTH else 0) for i in range(0, WIDTH, 2)) for row in index.tolist()]
    yield "bmp_palette_4_bits.bmp", bitmap(4, nibbles, WIDTH, palette=b"".join(bytes([b, g, r, 0]) for r, g, b in colours.tolist()))


def opened(data, mode):
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    # Pillow opens 16-bit gray as 32-bit integers and would cut them at 255; Conch and its model.py keep the upper 8 bits.
    image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)).convert(mode) if image.mode == "I" else image.convert(mode)
    return list(image.size), hashlib.sha256(np.array(image).tobytes()).hexdigest()


def main():
    cases = []
    for name, data in pictures():
        case = {"name": name, "file": base64.b64encode(data).decode(), "size": opened(data, "RGB")[0], "sha256": {}}
        for mode in ("RGB", "RGBA", "L"):
            case["sha256"][mode] = opened(data, mode)[1]
        cases.append(case)
    # The tests read the file that is written here.
    write(cases)
    from test_image_model_py import preprocessed

    for case in cases:
        case["preprocessed_sha256"] = preprocessed(base64.b64decode(case["file"]))
    write(cases)
    print(f"{len(cases)} pictures")


def write(cases):
    with open(TARGET, "w", encoding="utf-8") as file:
        json.dump({"about": "Made by training/make_pictures.py", "cases": cases}, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
