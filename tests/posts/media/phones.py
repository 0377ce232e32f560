"""Pictures and films as telephones write them, made here, with something to find in every place that hides things."""

import io
import random
import struct
import tempfile
import zlib
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import pillow_heif
from PIL import ExifTags, Image, ImageDraw

pillow_heif.register_heif_opener()

CANARY = "KANARIEFAGEL"
PLACE = "+59.3293+018.0686/"
TAKEN = "2026:11:20 14:03:59"

RED, GREEN, BLUE, YELLOW = (214, 30, 30), (30, 170, 60), (30, 60, 200), (235, 215, 40)
CORNERS = (RED, GREEN, BLUE, YELLOW)
"""Top left, top right, bottom left, bottom right, as people see the picture."""

# What a camera held like this stores: the inverse of what a viewer has to do.
STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


# --- pixels ---------------------------------------------------------------------------------------------------


@cache
def scene(width: int, height: int) -> Image.Image:
    """Something like a photograph: a sky, some grain, and a colour in each corner. Always the same."""
    sky = Image.linear_gradient("L").resize((width, height))
    coarse = max(2, width // 4), max(2, height // 4)
    grain = Image.frombytes("L", coarse, random.Random(1).randbytes(coarse[0] * coarse[1]))
    grain = grain.point(lambda value: 64 + value // 2).resize((width, height))
    image = Image.merge("RGB", (grain, Image.blend(sky, grain, 0.3), sky))
    draw, block_x, block_y = ImageDraw.Draw(image), width // 5, height // 5
    for number, colour in enumerate(CORNERS):
        left, top = (number % 2) * (width - block_x), (number // 2) * (height - block_y)
        draw.rectangle((left, top, left + block_x, top + block_y), fill=colour)
    return image


def corners(image: Image.Image) -> list[tuple[int, int, int]]:
    """The colour seen in each corner, named by the nearest of the four."""
    image = image.convert("RGB")
    x, y = image.width // 10, image.height // 10
    points = ((x, y), (image.width - x, y), (x, image.height - y), (image.width - x, image.height - y))
    return [nearest(image.getpixel(point)) for point in points]


def nearest(pixel: tuple[int, int, int]) -> tuple[int, int, int]:
    near = min(CORNERS, key=lambda colour: distance(pixel, colour))
    return near if distance(pixel, near) < 90 else pixel


def distance(one: tuple[int, int, int], other: tuple[int, int, int]) -> int:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


# --- pictures -------------------------------------------------------------------------------------------------


def exif(
    orientation: int = 1, make: str = "Apple", model: str = "iPhone 16", offset: str = "+01:00"
) -> bytes:
    """EXIF with place, owner, maker's note, and a thumbnail that shows something else."""
    tags = Image.Exif()
    tags[ExifTags.Base.Orientation] = orientation
    tags[ExifTags.Base.Make], tags[ExifTags.Base.Model] = make, model
    tags[ExifTags.Base.Artist] = CANARY
    details = tags.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = TAKEN
    if offset:
        details[ExifTags.Base.OffsetTimeOriginal] = offset
    details[ExifTags.Base.MakerNote] = CANARY.encode() * 20
    details[ExifTags.Base.UserComment] = b"ASCII\0\0\0" + CANARY.encode()
    place = tags.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef], place[ExifTags.GPS.GPSLatitude] = "N", (59.0, 19.0, 45.5)
    place[ExifTags.GPS.GPSLongitudeRef], place[ExifTags.GPS.GPSLongitude] = "E", (18.0, 4.0, 7.0)
    return with_thumbnail(tags.tobytes())


def with_thumbnail(blob: bytes) -> bytes:
    """Pillow writes no second directory, so it is put behind and pointed at from the first."""
    head, tiff = b"Exif\0\0", bytearray(blob.removeprefix(b"Exif\0\0"))
    order = "<" if tiff[:2] == b"II" else ">"
    (first,) = struct.unpack_from(f"{order}I", tiff, 4)
    (entries,) = struct.unpack_from(f"{order}H", tiff, first)
    thumbnail = jpeg(Image.new("RGB", (160, 120), (255, 0, 255)), comment=CANARY.encode())
    struct.pack_into(f"{order}I", tiff, first + 2 + 12 * entries, len(tiff))
    data_at = len(tiff) + 2 + 2 * 12 + 4
    tiff += struct.pack(f"{order}HHHIIHHIII", 2, 0x0201, 4, 1, data_at, 0x0202, 4, 1, len(thumbnail), 0)
    return head + bytes(tiff) + thumbnail


def jpeg(image: Image.Image, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", **{"quality": 88, **options})
    return buffer.getvalue()


def grainy(width: int, height: int, quality: int = 85) -> bytes:
    """A picture of nothing but noise, the same each time: nothing of its size takes more bytes."""
    grain = random.Random(width * height)
    noise = Image.frombytes("L", (width, height), grain.randbytes(width * height))
    return jpeg(
        Image.merge("RGB", [noise, noise.rotate(180), noise.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]),
        quality=quality,
    )


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def phone_jpeg(width: int = 4000, height: int = 3000, orientation: int = 6, **about: str) -> bytes:
    """As a phone writes it; `width` and `height` are of the stored pixels. A motion photo: a film lies behind the end."""
    upright = (height, width) if orientation >= 5 else (width, height)
    image = scene(*upright)
    stored = image.transpose(STORED[orientation]) if orientation in STORED else image
    plain = jpeg(stored, exif=exif(orientation, **about), comment=CANARY.encode())
    return plain[:2] + xmp(orientation) + iptc() + plain[2:] + motion_trailer()


def xmp(orientation: int = 1) -> bytes:
    packet = (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a tiff:Orientation="{orientation}" by="{CANARY}"/></x:xmpmeta>'
    )
    return segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet.encode())


def iptc() -> bytes:
    record = b"\x1c\x02\x50" + struct.pack(">H", len(CANARY)) + CANARY.encode()
    return segment(
        0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(record)) + record + b"\0"
    )


def motion_trailer() -> bytes:
    return b"MotionPhoto_Data" + struct.pack(">I", 24) + b"ftypmp42" + CANARY.encode() * 50


def phone_heic(width: int = 800, height: int = 600, orientation: int = 6) -> bytes:
    """As an iPhone writes it: the turn stands in the container, and once more in the EXIF."""
    upright = (height, width) if orientation >= 5 else (width, height)
    stored = scene(*upright).transpose(STORED[orientation])
    return encoded(
        stored, "HEIF", quality=70, exif=exif(orientation), xmp=f"<x:xmpmeta by='{CANARY}'/>".encode()
    )


def icc_profile(red: tuple[float, ...], green: tuple[float, ...], blue: tuple[float, ...]) -> bytes:
    """A version 2 display profile with these primaries (XYZ, D50) and a plain gamma of 2.2."""
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"
    text = b"desc\0\0\0\0" + struct.pack(">I", len(CANARY) + 1) + CANARY.encode() + b"\0" + bytes(78 + 4)
    text += bytes(-len(text) % 4)
    tags = {
        b"desc": text,
        b"cprt": b"text\0\0\0\0" + CANARY.encode() + b"\0\0\0\0",
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
    }
    tags |= {b"rXYZ": xyz(*red), b"gXYZ": xyz(*green), b"bXYZ": xyz(*blue)}
    tags |= {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    table, data, at = b"", b"", 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        table += name + struct.pack(">II", at + len(data), len(value))
        data += value
    size = at + len(data)
    head = struct.pack(">I4sI4s4s4s", size, b"lcms", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + xyz(0.9642, 1.0, 0.8249)[8:]
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + data


def xyz(*values: float) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))


def png_of_size(width: int, height: int, rows: int = 1) -> bytes:
    """A PNG whose header promises much more than is there."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes((width * 3 + 1) * rows), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


# --- films ----------------------------------------------------------------------------------------------------

SOUND_RATE = 48_000
# A message within the video (SEI, unregistered user data): where some cameras write place and owner.
SPOKEN = bytes(range(16)) + CANARY.encode()
SEI = b"\0\0\0\1\x06\x05" + bytes([len(SPOKEN)]) + SPOKEN + b"\x80"


def film(
    width: int = 320,
    height: int = 240,
    seconds: float = 1.0,
    rate: int = 25,
    *,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    sound: str | None = "aac",
    sound_rate: int = SOUND_RATE,
    form: str = "mp4",
    tags: dict[str, str] | None = None,
    speaking: bool = False,
    image: Image.Image | None = None,
    then: Image.Image | None = None,
    options: dict[str, str] | None = None,
    **container: str,
) -> bytes:
    """A film of the scene. `then` is seen from its middle on; `speaking` puts messages (SEI) into the video itself."""
    with tempfile.NamedTemporaryFile() as file:
        with av.open(file.name, "w", format=form, container_options=container) as out:
            out.metadata.update(tags or {})
            picture = out.add_stream(codec, rate=rate, options=options or fast(codec))
            picture.width, picture.height, picture.pix_fmt = width, height, pixels
            voice = out.add_stream(sound, rate=sound_rate, layout="stereo") if sound else None
            first = image or scene(width, height)
            for number in range(round(seconds * rate)):
                still = then if then and number >= seconds * rate / 2 else first
                frame = av.VideoFrame.from_image(still.convert("RGB"))
                frame.pts, frame.time_base = number, Fraction(1, rate)
                mux(out, picture.encode(frame), speaking)
                if voice:
                    out.mux(voice.encode(tone(number, sound_rate // rate, sound_rate)))
            mux(out, picture.encode(None), speaking)
            if voice:
                out.mux(voice.encode(None))
        return file.read()


def fast(codec: str) -> dict[str, str]:
    return {
        "libx264": {"preset": "ultrafast"},
        "libx265": {"preset": "ultrafast", "x265-params": "log-level=error"},
        "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
    }.get(codec, {})


def mux(out: av.container.OutputContainer, packets: list[av.Packet], speaking: bool) -> None:
    for packet in packets:
        out.mux(with_message(packet) if speaking else packet)


def with_message(packet: av.Packet) -> av.Packet:
    spoken = av.Packet(SEI + bytes(packet))
    spoken.stream, spoken.pts, spoken.dts, spoken.time_base = (
        packet.stream,
        packet.pts,
        packet.dts,
        packet.time_base,
    )
    spoken.duration, spoken.is_keyframe = packet.duration, packet.is_keyframe
    return spoken


def tone(number: int, samples: int, rate: int) -> av.AudioFrame:
    frame = av.AudioFrame("fltp", "stereo", samples)
    wave = struct.pack(f"={samples}f", *(0.2 * ((at % 96) / 48 - 1) for at in range(samples)))
    for plane in frame.planes:
        plane.update(wave)
    frame.sample_rate, frame.pts, frame.time_base = rate, number * samples, Fraction(1, rate)
    return frame


PHONE_TAGS = {
    "creation_time": "2026-11-20T13:03:59.000000Z",
    "title": CANARY,
    "comment": CANARY,
    "location": PLACE,
    "com.apple.quicktime.location.ISO6709": PLACE,
    "com.apple.quicktime.make": "Apple",
    "com.apple.quicktime.creationdate": "2026-11-20T14:03:59+0100",
}


def box(name: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload) + 8) + name + payload


def with_location(film: bytes) -> bytes:
    """Where a telephone writes its place: ©xyz in the user data. The index lies last, so nothing else moves."""
    at = film.rindex(b"moov") - 4
    (size,) = struct.unpack_from(">I", film, at)
    place = box(b"\xa9xyz", struct.pack(">HH", len(PLACE), 0x15C7) + PLACE.encode())
    user_data = box(b"udta", place + box(b"SDLN", CANARY.encode()))
    return (
        film[:at]
        + struct.pack(">I", size + len(user_data))
        + film[at + 4 : at + size]
        + user_data
        + film[at + size :]
    )


def with_chapter_and_sensor() -> bytes:
    """An action camera's film: a chapter with a title, and a track of readings (GPMF: place, speed, height)."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as out:
        picture = out.add_stream("libx264", rate=25, options=fast("libx264"))
        picture.width, picture.height, picture.pix_fmt = 320, 240, "yuv420p"
        readings = out.add_data_stream("bin_data")
        title = {"title": CANARY}
        out.set_chapters(
            [{"id": 1, "start": 0, "end": 900, "time_base": Fraction(1, 1000), "metadata": title}]
        )
        for number in range(25):
            frame = av.VideoFrame.from_image(scene(320, 240))
            frame.pts, frame.time_base = number, Fraction(1, 25)
            out.mux(picture.encode(frame))
            out.mux(reading(readings, number))
        out.mux(picture.encode(None))
    return buffer.getvalue()


def reading(stream: av.stream.Stream, number: int) -> av.Packet:
    packet = av.Packet(f"GPS5 {PLACE} {CANARY}".encode())
    packet.stream, packet.pts, packet.dts, packet.time_base = stream, number, number, Fraction(1, 25)
    return packet


def sound_only() -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as out:
        voice = out.add_stream("aac", rate=SOUND_RATE, layout="stereo")
        for number in range(10):
            out.mux(voice.encode(tone(number, 1024, SOUND_RATE)))
        out.mux(voice.encode(None))
    return buffer.getvalue()


def trimmed_film() -> bytes:
    """Trimmed on the phone: an edit list skips the first half, whose pictures stay in the file."""
    whole = film(
        image=Image.new("RGB", (320, 240), (255, 0, 255)), then=scene(320, 240), seconds=2.0, sound=None
    )
    at = whole.index(b"elst") + 4 + 4 + 4
    length, _start = struct.unpack_from(">Ii", whole, at)
    (scale,) = struct.unpack_from(">I", whole, whole.index(b"mdhd") + 4 + 4 + 8)
    return whole[:at] + struct.pack(">Ii", length // 2, scale) + whole[at + 8 :]


MATRICES = {
    0: (1, 0, 0, 1),
    90: (0, 1, -1, 0),
    180: (-1, 0, 0, -1),
    270: (0, -1, 1, 0),
    "mirrored": (-1, 0, 0, 1),
}
FILM_STORED = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
    "mirrored": Image.Transpose.FLIP_LEFT_RIGHT,
}


def turned_film(turn: int | str, **about: object) -> bytes:
    """A film that a player turns by the track's matrix, so that it is seen upright."""
    upright = (240, 320) if turn in (90, 270) else (320, 240)
    stored = scene(*upright)
    stored = stored.transpose(FILM_STORED[turn]) if turn in FILM_STORED else stored
    return with_matrix(film(*stored.size, image=stored, **about), MATRICES[turn])


def with_matrix(film: bytes, matrix: tuple[int, int, int, int]) -> bytes:
    a, b, c, d = (value << 16 for value in matrix)
    header = film.index(b"tkhd")
    at = header + 4 + 4 + 20 + 8 + 8
    return film[:at] + struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30) + film[at + 36 :]


def written(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path
