"""Laws of the picture encoder: it sees what a picture shows, and a file that is no whole picture says so."""

import io
import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFile

from handful.encode.frozen.image import BLOCKS, SCALARS, image_encoder
from handful.encode.frozen.picture import MOST_PIXELS, read_picture
from handful.errors import CellError

FLOWERS = Path("../shared/data/flowers5/files")
CAMERAS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How the pixels of an upright picture lie in a file that has this orientation."""


def drawing(width=96, height=64) -> Image.Image:
    """A house beside a tree."""
    image = Image.new("RGB", (width, height), (150, 190, 230))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0.1 * width, 0.4 * height, 0.5 * width, 0.9 * height), fill=(190, 60, 40))
    draw.polygon(
        [(0.05 * width, 0.4 * height), (0.3 * width, 5), (0.55 * width, 0.4 * height)], fill=(90, 50, 30)
    )
    draw.ellipse((0.65 * width, 0.2 * height, 0.95 * width, 0.7 * height), fill=(40, 130, 50))
    return image


def file(image, form="PNG", **options) -> bytes:
    written = io.BytesIO()
    image.save(written, form, **options)
    return written.getvalue()


def header(width, height) -> bytes:
    """A PNG that claims to be this large, and ends where its pixels would begin."""
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + bytes(4)
        + b"IDAT"
    )


def held(orientation) -> bytes:
    """EXIF data that say how the camera was held."""
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, 1) + entry + struct.pack("<I", 0)


def likeness(one: bytes, other: bytes) -> float:
    """The cosine between what the network makes of two files."""
    a, b = (image_encoder().embed(content)[SCALARS:] for content in (one, other))
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def pixels(content: bytes):
    return np.asarray(read_picture(content)[0], dtype=int)


JPEG = file(drawing(), "JPEG", quality=95)


@pytest.mark.parametrize("orientation", CAMERAS)
def test_a_photo_is_upright_however_the_camera_was_held(orientation):
    lying = drawing().transpose(CAMERAS[orientation])
    photo = file(lying, "JPEG", quality=95, exif=held(orientation))
    picture, size = read_picture(photo)
    assert picture.size == size == (96, 64)
    assert np.abs(pixels(photo) - pixels(JPEG)).mean() < 2
    if orientation in (3, 6):
        assert likeness(photo, JPEG) > 0.99
        assert likeness(file(lying, "JPEG", quality=95), JPEG) < 0.97


@pytest.mark.parametrize("form", ["PNG", "WEBP", "BMP", "GIF"])
def test_the_same_pixels_in_another_format_are_the_same_picture(form):
    flat = drawing().quantize(16, dither=Image.Dither.NONE)
    plain = flat.convert("RGB")
    options = {"lossless": True} if form == "WEBP" else {}
    stored = file(flat if form == "GIF" else plain, form, **options)
    np.testing.assert_array_equal(pixels(stored), np.asarray(plain))
    np.testing.assert_array_equal(image_encoder().embed(stored), image_encoder().embed(file(plain)))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_way_to_store_grey_gives_grey(mode):
    grey = drawing().convert("1").convert("L")
    if mode == "I;16":
        stored = file(Image.fromarray(np.asarray(grey).astype(np.uint16) * 257))
    else:
        stored = file(grey.convert(mode))
    np.testing.assert_array_equal(pixels(stored), np.asarray(grey.convert("RGB")))


def test_inks_become_colours():
    printed = file(drawing().convert("CMYK"), "JPEG", quality=95)
    assert np.abs(pixels(printed) - np.asarray(drawing(), dtype=int)).mean() < 3
    assert likeness(printed, JPEG) > 0.98


def test_what_is_transparent_is_white():
    seen = drawing().convert("RGBA")
    seen.putalpha(Image.linear_gradient("L").resize(seen.size).point(lambda x: 255 * (x > 128)))
    shown = pixels(file(seen))
    assert (shown[:30] == 255).all()
    np.testing.assert_array_equal(shown[34:], np.asarray(drawing(), dtype=int)[34:])
    palette = drawing().quantize(8)
    hidden = palette.getpixel((80, 28))
    for transparency in (hidden, bytes(0 if i == hidden else 255 for i in range(8))):
        assert (pixels(file(palette, transparency=transparency))[28, 80] == 255).all()


def test_of_a_picture_that_moves_the_first_counts():
    moving = file(drawing(), "GIF", save_all=True, append_images=[drawing().rotate(180)], duration=50)
    np.testing.assert_array_equal(pixels(moving), pixels(file(drawing(), "GIF")))


def test_a_picture_of_one_pixel_has_a_vector():
    vector = image_encoder().embed(file(Image.new("RGB", (1, 1), "red")))
    assert vector.shape == (image_encoder().width,) == (SCALARS + sum(BLOCKS),)
    assert vector.dtype == np.float32
    assert np.isfinite(vector).all()


def test_a_large_photo_is_read_small_but_keeps_its_size():
    large = drawing(2400, 1600)
    picture, size = read_picture(file(large, "JPEG"))
    assert size == (2400, 1600)
    assert 448 <= min(picture.size) < 896
    assert likeness(file(large, "JPEG", quality=95), file(large)) > 0.99


BROKEN = {
    "cut off": [JPEG[: len(JPEG) // 2], file(drawing())[:-200], file(drawing(), "BMP")[:999], header(20, 20)],
    "damaged": [JPEG[:3], header(0, 7), file(drawing(), "WEBP")[:200], b"GIF89a" + bytes(30)],
    "no PNG, JPEG, WebP, GIF or BMP": [
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"II*\0",
    ],
    "empty": [b""],
    "more than 50 million pixels": [
        header(50_000, 50_000),
        b"GIF89a\xff\xff\xff\xff" + file(drawing(), "GIF")[10:],
    ],
}


@pytest.mark.parametrize(
    ("reason", "content"), [(reason, content) for reason, some in BROKEN.items() for content in some]
)
def test_what_is_no_whole_picture_says_why(reason, content):
    before = [Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES]
    with pytest.raises(CellError) as caught:
        image_encoder().embed(content)
    assert str(caught.value) == reason
    assert before == [Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES]


def test_the_largest_picture_is_refused_by_its_header_alone():
    width = MOST_PIXELS // 1000
    with pytest.raises(CellError, match="cut off"):  # small enough: read, and found to have no pixels
        read_picture(header(width, 1000))
    with pytest.raises(CellError, match="million"):
        read_picture(header(width + 1, 1000))


@pytest.mark.parametrize("place", range(0, 60, 7))
def test_damaged_exif_data_do_not_matter_and_nothing_warns(place):
    exif = bytearray(held(6))
    exif[min(place, len(exif) - 1)] ^= 0xFF
    photo = file(drawing(), "JPEG", exif=bytes(exif[: max(8, place)]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_picture(photo)[0].size in ((96, 64), (64, 96))


def test_two_threads_and_two_calls_give_the_same_bits():
    contents = [file(drawing().rotate(angle)) for angle in (0, 40, 80)] * 2
    alone = [image_encoder().embed(content) for content in contents]
    with ThreadPoolExecutor(2) as pool:
        for one, other in zip(alone, pool.map(image_encoder().embed, contents), strict=True):
            assert one.tobytes() == other.tobytes()


def test_colours_and_size_stand_for_themselves():
    red = image_encoder().embed(file(Image.new("RGB", (128, 32), (255, 0, 0))))
    np.testing.assert_allclose(red[:6], [7, 5, 2, 1, 0, 0], atol=1e-6)
    np.testing.assert_allclose(red[6:12], 0, atol=1e-6)
    np.testing.assert_allclose(red[12:16], [1, 0, 0, 0], atol=1e-6)


@pytest.mark.skipif(not FLOWERS.is_dir(), reason=f"{FLOWERS} is not there")
def test_photos_of_one_flower_are_more_alike_than_of_two():
    kinds = [sorted((FLOWERS / kind).iterdir())[:6] for kind in ("daisy", "tulip")]
    vectors = np.array([image_encoder().embed(path.read_bytes()) for paths in kinds for path in paths])
    shown = vectors[:, SCALARS : SCALARS + BLOCKS[0]]
    alike = shown @ shown.T
    same = np.equal.outer(np.arange(12) < 6, np.arange(12) < 6)
    assert alike[same & ~np.eye(12, dtype=bool)].mean() > alike[~same].mean() + 0.02
