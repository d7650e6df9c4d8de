"""The PNG writer against another reader."""

import io

import numpy as np
import pytest
from PIL import Image

from qsospec_duck.qa.png import png_bytes


@pytest.mark.parametrize("shape", [(1, 1, 3), (7, 5, 3), (40, 31, 4)])
def test_another_reader_sees_the_same_pixels(shape):
    pixels = np.random.default_rng(4).integers(0, 256, shape, np.uint8)
    image = Image.open(io.BytesIO(png_bytes(pixels, 120.0, {})))
    assert image.mode == "RGB"
    assert np.array_equal(np.asarray(image), pixels[..., :3])


def test_texts_and_resolution_are_kept_and_readable_in_the_bytes():
    contents = png_bytes(np.zeros((3, 4, 3), np.uint8), 120.0, {"Title": "a page", "Comment": "digest:12ab"})
    image = Image.open(io.BytesIO(contents))
    image.load()
    assert image.text == {"Title": "a page", "Comment": "digest:12ab"}
    # PNG counts pixels a metre: 4724 for 120 an inch
    assert image.info["dpi"] == pytest.approx((120.0, 120.0), abs=0.02)
    assert b"digest:12ab" in contents
