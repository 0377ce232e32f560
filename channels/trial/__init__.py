"""
What a trial run sends: one plain picture and one second of plain, silent film, as small as every platform takes.

They are part of the application, so that a trial needs no encoder. Both were made once, with Pillow and PyAV:

    red = Image.new("RGB", (320, 240), (157, 27, 50))
    red.save("picture.jpg", "JPEG", quality=85, optimize=True)

    with av.open("film.mp4", "w", options={"movflags": "+faststart"}) as out:
        video = out.add_stream("libx264", rate=25, options={"preset": "veryslow", "x264-params": "bframes=0"})
        video.width, video.height, video.pix_fmt = 320, 240, "yuv420p"
        sound = out.add_stream("aac", rate=44100, layout="mono")
        for number in range(25):  # the same red picture, and silence for as long
            ...
"""

import hashlib
from functools import cache
from io import BytesIO
from pathlib import Path

from channels.adapters.base import Kind, Media

FILES = {Kind.PICTURE: "picture.jpg", Kind.FILM: "film.mp4"}
WIDTH, HEIGHT = 320, 240
SECONDS = {Kind.PICTURE: 0.0, Kind.FILM: 1.0}


@cache
def media(kind: Kind) -> Media:
    data = (Path(__file__).parent / FILES[kind]).read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    return Media(
        kind, digest, len(data), lambda: BytesIO(data), width=WIDTH, height=HEIGHT, seconds=SECONDS[kind]
    )
