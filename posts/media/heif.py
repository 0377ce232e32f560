"""The decoder of HEIC and HEIF, told to leave alone what is beside the picture."""

import pillow_heif
from pillow_heif import HeifImageFile

__all__ = ["HeifImageFile"]

# Embedded thumbnails, depth maps and gain maps are never asked for: they may show what was cropped away.
pillow_heif.options.THUMBNAILS = False
pillow_heif.options.DEPTH_IMAGES = False
pillow_heif.options.AUX_IMAGES = False
pillow_heif.options.DECODE_THREADS = 2
