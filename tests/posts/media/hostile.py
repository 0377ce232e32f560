"""Files that mean harm, or are merely broken: each with what has to come of it."""

import io
import random
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator

from PIL import Image

from tests.posts.media import phones
from tests.posts.media.phones import CANARY, box, chunk, encoded, film, jpeg, scene, segment

MADE = "made"
REFUSED = "refused"
"""With any code: what matters is that it is refused."""
EITHER = "either"

BOMB = zlib.compress(bytes(100 << 20), 1)
"""A hundred megabytes of nothing."""

Expected = str
Corpus = dict[str, tuple[bytes, Expected]]


def corpus() -> Corpus:
    """File name to content and outcome: `made`, `refused`, `either`, or the code of the refusal."""
    made: Corpus = {}
    for part in (
        names,
        impostors,
        polyglots,
        odd_jpegs,
        odd_pngs,
        animations,
        bombs,
        cut_off,
        odd_films,
        lying_films,
    ):
        made.update(part())
    return made


# --- names and impostors --------------------------------------------------------------------------------------


def names() -> Corpus:
    """No name is an address, an option or a command."""
    picture, moving = jpeg(scene(64, 48)), film(seconds=0.2)
    odd = ("--help", "-rf", "a;b&c", "$(reboot).jpg", "%2e%2e%2f.jpg", "a\nb.jpg", " .jpg", "CON", "x" * 200)
    swedish = ("Åsa på ön.jpg", unicodedata.normalize("NFD", "Åsa på ön 2.jpg"), "🎉.jpg", "\u202egpj.exe")
    addresses = (
        "http:a.mp4",
        "concat:a|b.mp4",
        "pipe:0",
        "data:,x.mp4",
        "file:x.mp4",
        "subfile,,start,0,end,9,,:x",
    )
    return dict.fromkeys(odd + swedish, (picture, MADE)) | dict.fromkeys(addresses, (moving, MADE))


def impostors() -> Corpus:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(zipfile.ZipInfo("a.jpg"), b"x" * 100)
    return {
        "empty.jpg": (b"", "empty"),
        "zeros.mp4": (bytes(100_000), "empty"),
        "text.jpg": ("Hej på er! ".encode() * 50, "not_media"),
        "script.png": (b"<script>alert(1)</script>", "not_media"),
        "shell.jpg": (b"#!/bin/sh\nrm -rf /\n", "not_media"),
        "page.jpg": (b"<!doctype html><script>alert(1)</script>", "unsupported_format"),
        "drawing.jpg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "unsupported_format"),
        "drawing2.jpg": (
            b"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>",
            "unsupported_format",
        ),
        "paper.jpg": (b"%PDF-1.7\n%\xe2\xe3", "unsupported_format"),
        "archive.jpg": (archive.getvalue(), "unsupported_format"),
        "tiff.jpg": (encoded(scene(64, 48), "TIFF"), "unsupported_format"),
        "bmp.jpg": (encoded(scene(64, 48), "BMP"), "unsupported_format"),
        "ico.jpg": (encoded(scene(64, 48), "ICO"), "not_media"),
        "eps.jpg": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not_media"),
        "playlist.mp4": (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n", "not_media"),
        "concat.mp4": (b"ffconcat version 1.0\nfile /etc/passwd\n", "not_media"),
        "session.mp4": (b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n", "not_media"),
        "noise.jpg": (random.Random(1).randbytes(5000), "not_media"),
        "program.jpg": (b"MZ\x90\x00\x03" + bytes(200), "not_media"),
        "picture.mp4": (jpeg(scene(64, 48)), MADE),
        "film.jpg": (film(seconds=0.2), MADE),
        "film.heic": (film(seconds=0.2), MADE),
        "picture.txt": (encoded(scene(64, 48), "PNG"), MADE),
        "jpeg-start-only.jpg": (b"\xff\xd8\xff", REFUSED),
        "jpeg-start-and-noise.jpg": (b"\xff\xd8\xff\xe0" + random.Random(2).randbytes(3000), REFUSED),
        "png-start-only.png": (b"\x89PNG\r\n\x1a\n", REFUSED),
        "gif-start-only.gif": (b"GIF89a", REFUSED),
        "webp-start-only.webp": (b"RIFF\xff\xff\xff\xffWEBP", "truncated"),
        "heic-start-only.heic": (box(b"ftyp", b"heic\0\0\0\0mif1heic"), REFUSED),
        "avif-start-only.avif": (box(b"ftyp", b"avif\0\0\0\0mif1avif"), REFUSED),
        "mp4-start-only.mp4": (box(b"ftyp", b"isom\0\0\0\0isomavc1"), REFUSED),
        "matroska-start-only.mkv": (b"\x1aE\xdf\xa3", REFUSED),
        "heic-that-is-mp4.heic": (film(seconds=0.2).replace(b"ftypisom", b"ftypheic"), REFUSED),
        "mp4-that-is-heic.mp4": (phones.phone_heic(64, 48).replace(b"ftypheic", b"ftypisom"), REFUSED),
    }


def polyglots() -> Corpus:
    """Two files in one. The first decides; a picture is made anew, so that the other file stays behind."""
    picture, secret = jpeg(scene(64, 48)), CANARY.encode()
    archive = io.BytesIO(picture)
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr(zipfile.ZipInfo("a.txt"), secret)
    page = b"<html><script>alert('" + secret + b"')</script>"
    gif = bytearray(encoded(scene(64, 48).convert("P"), "GIF"))
    return {
        "html-jpeg.jpg": (page + picture, "unsupported_format"),
        "pdf-jpeg.jpg": (b"%PDF-1.7\n" + picture, "unsupported_format"),
        "jpeg-zip.jpg": (archive.getvalue(), MADE),
        "jpeg-html.jpg": (picture + page, MADE),
        "jpeg-html-in-comment.jpg": (jpeg(scene(64, 48), comment=page), MADE),
        "jpeg-php.jpg": (picture + b"<?php system('" + secret + b"'); ?>", MADE),
        "jpeg-pdf.jpg": (picture[:2] + segment(0xFE, b"%PDF-1.4 " + secret) + picture[2:], MADE),
        "jpeg-jpeg.jpg": (picture + jpeg(Image.new("RGB", (64, 48)), comment=secret), MADE),
        "jpeg-film.jpg": (picture + film(seconds=0.2), MADE),
        "gif-js.gif": (bytes(gif) + b"=1;alert('" + secret + b"')", MADE),
        "gif-js-in-front.gif": (b"GIF89a/*" + bytes(gif[8:]) + b"*/=1;" + secret, EITHER),
        "png-html.png": (encoded(scene(64, 48), "PNG") + page, MADE),
        "png-html-in-text.png": (with_chunk(b"tEXt", b"Comment\0" + page), MADE),
        "webp-html.webp": (encoded(scene(64, 48), "WEBP") + page, MADE),
        "heic-zip.heic": (phones.phone_heic(64, 48) + archive.getvalue(), EITHER),
        "mp4-html-in-free.mp4": (with_box(film(seconds=0.2), box(b"free", page)), MADE),
        "mp4-zip-behind.mp4": (film(seconds=0.2) + archive.getvalue(), EITHER),
    }


def with_chunk(name: bytes, data: bytes, picture: bytes | None = None) -> bytes:
    """A PNG with one more chunk right after its header."""
    picture = picture or encoded(scene(64, 48), "PNG")
    return picture[:33] + chunk(name, data) + picture[33:]


def with_box(data: bytes, more: bytes) -> bytes:
    """One more box behind all others, where no offset changes."""
    return data + more


# --- pictures -------------------------------------------------------------------------------------------------


def odd_jpegs() -> Corpus:
    small, picture = scene(64, 48), jpeg(scene(64, 48))
    exifs = {
        "garbage": b"Exif\0\0" + random.Random(3).randbytes(2000),
        "empty": b"Exif\0\0",
        "loop": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\x08",
        "self": b"Exif\0\0II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x08\0\0\0\0\0\0\0",
        "deep": deep_exif(200),
        "many": b"Exif\0\0MM\0*\0\0\0\x08"
        + struct.pack(">H", 5000)
        + struct.pack(">HHII", 0x10F, 2, 4, 0x41424344) * 4500,
        "far": b"Exif\0\0MM\0*\xff\xff\xff\xf0",
        "count": b"Exif\0\0MM\0*\0\0\0\x08\0\x01" + struct.pack(">HHII", 0x112, 3, 0xFFFFFFFF, 0) + bytes(4),
        "orientation-0": phones.exif(0),
        "orientation-9": phones.exif(9),
        "orientation-65535": phones.exif(65535),
        "no-date": phones.exif().replace(phones.TAKEN.encode(), b"0000:00:00 00:00:00"),
        "odd-date": phones.exif().replace(phones.TAKEN.encode(), b"\xff\xfe9999:99:99 99:9"),
    }
    return {
        f"exif-{name}.jpg": (picture[:2] + segment(0xE1, exif[:65_000]) + picture[2:], MADE)
        for name, exif in exifs.items()
    } | {
        "grey.jpg": (jpeg(small.convert("L")), MADE),
        "cmyk.jpg": (jpeg(small.convert("CMYK")), MADE),
        "ycck.jpg": (jpeg(small.convert("CMYK"), quality=40), MADE),
        "progressive.jpg": (jpeg(small, progressive=True), MADE),
        "restart.jpg": (jpeg(small, restart_marker_blocks=1), MADE),
        "quality-1.jpg": (jpeg(small, quality=1), MADE),
        "mpo.jpg": (encoded(small, "MPO", save_all=True, append_images=[small]), MADE),
        "many-segments.jpg": (picture[:2] + segment(0xE5, b"x" * 100) * 5000 + picture[2:], MADE),
        "large-icc.jpg": (jpeg(small, icc_profile=b"x" * 500_000), MADE),
        "lab-icc.jpg": (jpeg(small, icc_profile=phones.icc_profile((9, 9, 9), (0, 0, 0), (-9, 0, 0))), MADE),
        "xmp-entities.jpg": (
            picture[:2] + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + billion_laughs()) + picture[2:],
            MADE,
        ),
        "no-pixels.jpg": (picture[: picture.index(b"\xff\xda")] + b"\xff\xd9", REFUSED),
        "no-tables.jpg": (without_segment(picture, 0xC4), EITHER),
        "no-quantisation.jpg": (without_segment(picture, 0xDB), EITHER),
        "zero-wide.jpg": (resized_header(picture, 0, 48), REFUSED),
        "zero-high.jpg": (resized_header(picture, 64, 0), REFUSED),
        "wider-than-it-is.jpg": (resized_header(picture, 640, 480), EITHER),
        "one-pixel.jpg": (jpeg(Image.new("RGB", (1, 1))), "too_small"),
        "line.jpg": (jpeg(Image.new("RGB", (4000, 20))), "too_narrow"),
    }


def deep_exif(depth: int) -> bytes:
    """Each directory points at the next."""
    blob = b"Exif\0\0MM\0*\0\0\0\x08"
    for number in range(depth):
        after = 8 + (number + 1) * 18
        blob += struct.pack(">HHHIII", 1, 0x8769, 4, 1, after, after)
    return blob


def billion_laughs() -> bytes:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    return f"<!DOCTYPE x [{entities}]><x:xmpmeta xmlns:x='adobe:ns:meta/'>&a11;</x:xmpmeta>".encode()


def without_segment(picture: bytes, marker: int) -> bytes:
    while (at := picture.find(bytes([0xFF, marker]))) > 0:
        picture = picture[:at] + picture[at + 2 + int.from_bytes(picture[at + 2 : at + 4], "big") :]
    return picture


def resized_header(picture: bytes, width: int, height: int) -> bytes:
    at = next(at for at in (picture.find(b"\xff\xc0"), picture.find(b"\xff\xc2")) if at > 0)
    return picture[: at + 5] + struct.pack(">HH", height, width) + picture[at + 9 :]


def odd_pngs() -> Corpus:
    small = scene(64, 48)
    modes = {
        f"mode-{mode}.png": (encoded(small.convert(mode), "PNG"), MADE)
        for mode in ("1", "L", "LA", "P", "RGBA")
    }
    sixteen = {f"sixteen-{kind}.png": (sixteen_bit_png(kind), MADE) for kind in (0, 2, 4, 6)}
    return {
        **modes,
        **sixteen,
        "palette-alpha.png": (encoded(small.convert("RGBA").quantize(16), "PNG"), MADE),
        "palette-transparent.png": (encoded(small.convert("P"), "PNG", transparency=3), MADE),
        "text-bomb.png": (with_chunk(b"zTXt", b"a\0\0" + BOMB), EITHER),
        "international-text-bomb.png": (
            with_chunk(b"iTXt", b"a\0\1\0\0\0" + BOMB),
            EITHER,
        ),
        "profile-bomb.png": (with_chunk(b"iCCP", b"a\0\0" + BOMB), EITHER),
        "many-texts.png": (
            with_chunk(b"tEXt", b"a\0" + b"x" * 60_000, with_chunk(b"tEXt", b"b\0" + b"y" * 60_000)),
            MADE,
        ),
        "bad-checksum.png": (flipped(encoded(small, "PNG"), 20), REFUSED),
        "bad-data.png": (flipped(encoded(small, "PNG"), 80), EITHER),
        "no-data.png": (phones.png_of_size(64, 48, rows=0), REFUSED),
        "short-data.png": (phones.png_of_size(64, 48, rows=10), EITHER),
        "too-much-data.png": (phones.png_of_size(64, 48, rows=5000), MADE),
        "zero-wide.png": (phones.png_of_size(0, 48), REFUSED),
        "negative.png": (phones.png_of_size(0x80000000, 0x80000000, rows=0), REFUSED),
        "no-header.png": (b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", b"x") + chunk(b"IEND", b""), REFUSED),
        "two-headers.png": (
            with_chunk(b"IHDR", struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)),
            EITHER,
        ),
    }


def sixteen_bit_png(kind: int) -> bytes:
    width, height, channels = 64, 48, {0: 1, 2: 3, 4: 2, 6: 4}[kind]
    rows = b"".join(b"\0" + random.Random(row).randbytes(width * channels * 2) for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def animations() -> Corpus:
    frames = [Image.new("P", (64, 48), number % 200) for number in range(3000)]
    few = [Image.new("RGB", (64, 48), (number * 20 % 255, 0, 0)) for number in range(40)]
    gif = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    return {
        "animated.gif": (gif, MADE),
        "animated.webp": (encoded(few[0], "WEBP", save_all=True, append_images=few[1:]), MADE),
        "animated.png": (encoded(few[0], "PNG", save_all=True, append_images=few[1:]), MADE),
        "animated.avif": (encoded(few[0], "AVIF", save_all=True, append_images=few[1:]), MADE),
        "several.heic": (encoded(few[0], "HEIF", save_all=True, append_images=few[1:4]), MADE),
        "frame-outside.gif": (gif_with_frame(64, 48, 60_000, 60_000), REFUSED),
        "no-frames.gif": (gif[:13] + b";", REFUSED),
    }


def gif_with_frame(width: int, height: int, frame_width: int, frame_height: int) -> bytes:
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)
    return (
        screen + b"," + struct.pack("<HHHHB", 0, 0, frame_width, frame_height, 0) + b"\x02\x02\x44\x01\x00;"
    )


def bombs() -> Corpus:
    """Small files that would be large pictures."""
    flat = Image.new("RGB", (6300, 6300), (90, 120, 150))
    heic, avif = phones.phone_heic(64, 48), encoded(scene(64, 48), "AVIF")
    return {
        "bomb.png": (phones.png_of_size(50_000, 50_000), "too_many_pixels"),
        "bomb-longest.png": (phones.png_of_size(0x7FFFFFFF, 1, rows=0), REFUSED),
        "bomb-41-megapixels.png": (phones.png_of_size(6500, 6400), "too_many_pixels"),
        "bomb.jpg": (resized_header(jpeg(scene(64, 48)), 65_500, 65_500), "too_many_pixels"),
        "bomb-progressive.jpg": (
            resized_header(jpeg(scene(64, 48), progressive=True), 9000, 9000),
            "too_many_pixels",
        ),
        "bomb-sequential.jpg": (resized_header(jpeg(scene(64, 48)), 14_000, 14_000), EITHER),
        "bomb.gif": (gif_with_frame(65_535, 65_535, 64, 48), "too_many_pixels"),
        "bomb.webp": (
            resized_webp(encoded(scene(64, 48), "WEBP", lossless=True), 16_383, 3000),
            "too_many_pixels",
        ),
        "bomb-largest.webp": (
            resized_webp(encoded(scene(64, 48), "WEBP", lossless=True), 16_384, 16_384),
            REFUSED,
        ),
        "bomb.heic": (
            heic.replace(ispe(heic), ispe(heic)[:12] + struct.pack(">II", 60_000, 60_000)),
            REFUSED,
        ),
        "bomb.avif": (
            avif.replace(ispe(avif), ispe(avif)[:12] + struct.pack(">II", 60_000, 60_000)),
            REFUSED,
        ),
        "large-flat.png": (encoded(flat.convert("RGBA"), "PNG", compress_level=1), MADE),
        "large-grey.png": (encoded(flat.convert("L"), "PNG", compress_level=1), MADE),
        "large-flat.jpg": (jpeg(flat, progressive=True, subsampling=0), MADE),
        "large-flat.webp": (encoded(flat.resize((4400, 4400)), "WEBP", quality=10, method=0), MADE),
        "large-flat.gif": (encoded(flat.convert("P"), "GIF"), MADE),
    }


def resized_webp(data: bytes, width: int, height: int) -> bytes:
    """A lossless WebP keeps both sides, less one, in 14 bits each after its signature."""
    at = data.index(b"VP8L") + 9
    (bits,) = struct.unpack_from("<I", data, at)
    bits = bits >> 28 << 28 | (height - 1) << 14 | (width - 1)
    return data[:at] + struct.pack("<I", bits) + data[at + 4 :]


def ispe(data: bytes) -> bytes:
    """The first box that says how large the picture is."""
    at = data.index(b"ispe") - 4
    return data[at : at + 20]


def cut_off() -> Corpus:
    """What a lost connection leaves. None ends by chance as a whole file would."""
    whole = {
        "jpg": phones.phone_jpeg(640, 480).split(b"MotionPhoto")[0],
        "png": encoded(scene(320, 240), "PNG"),
        "gif": encoded(scene(320, 240), "GIF"),
        "webp": encoded(scene(320, 240), "WEBP"),
        "heic": phones.phone_heic(320, 240),
        "avif": encoded(scene(320, 240), "AVIF"),
        "mp4": film(seconds=2.0),
        "mov": film(seconds=2.0, form="mov", movflags="faststart"),
    }
    return {
        f"cut-{int(part * 100)}.{name}": (
            data[: int(len(data) * part)].rstrip(b";\0"),
            "truncated" if part > 0.2 else REFUSED,
        )
        for name, data in whole.items()
        for part in (0.01, 0.1, 0.3, 0.5, 0.7)
    }


# --- films ----------------------------------------------------------------------------------------------------


def odd_films() -> Corpus:
    plain = film(seconds=0.4)
    index_at = plain.rindex(b"moov") - 4
    boxes = {
        "unknown": box(b"zzzz", random.Random(4).randbytes(500)),
        "empty": box(b"zzzz", b""),
        "uuid": box(b"uuid", bytes(16) + CANARY.encode()),
        "to-the-end": struct.pack(">I", 0) + b"free" + CANARY.encode(),
        "64-bit": struct.pack(">I", 1) + b"free" + struct.pack(">Q", 16 + 20) + bytes(20),
        "meta": box(b"meta", bytes(4) + box(b"ilst", box(b"\xa9nam", CANARY.encode()))),
        "nested": nested(b"udta", 2000),
        "second-moov": plain[plain.rindex(b"moov") - 4 :],
    }
    return {f"behind-{name}.mp4": (plain + data, EITHER) for name, data in boxes.items()} | {
        f"in-front-{name}.mp4": (plain[:index_at] + data + plain[index_at:], EITHER)
        for name, data in boxes.items()
    } | {
        "sound-only.mp4": (phones.sound_only(), "no_video"),
        "sensor.mp4": (phones.with_chapter_and_sensor(), MADE),
        "trimmed.mp4": (phones.trimmed_film(), MADE),
        "one-picture.mp4": (film(seconds=0.04, sound=None), MADE),
        "tiny.mp4": (film(16, 16, seconds=0.2), "too_small"),
        "strip.mp4": (film(1280, 40, seconds=0.2), "too_narrow"),
        "fast.mp4": (film(seconds=0.2, rate=1000), MADE),
        "slow.mp4": (film(seconds=4.0, rate=1, sound=None), MADE),
        "ten-bit.mp4": (film(seconds=0.2, codec="libx265", pixels="yuv420p10le"), MADE),
        "rgb.mov": (film(seconds=0.2, codec="png", pixels="rgb24", form="mov"), MADE),
        "mjpeg.mov": (film(seconds=0.2, codec="mjpeg", pixels="yuvj420p", form="mov"), MADE),
        "vp9.webm": (film(seconds=0.2, codec="libvpx-vp9", sound="libopus", form="webm", fflags="bitexact"), MADE),
        "h264.mkv": (film(seconds=0.2, form="matroska", fflags="bitexact"), MADE),
        "unknown-codec.mp4": (plain.replace(b"avc1", b"zzzz"), "unsupported_codec"),
        "no-index.mp4": (plain[: plain.rindex(b"moov") - 4], REFUSED),
        "index-only.mp4": (plain[:32] + plain[plain.rindex(b"moov") - 4 :], REFUSED),
        "8k.mp4": (film(7680, 4320, seconds=0.04, sound=None), "too_many_pixels"),
    }  # fmt: skip


def nested(name: bytes, depth: int) -> bytes:
    data = b""
    for _ in range(depth):
        data = box(name, data)
    return data


def lying_films() -> Corpus:
    """Indexes that promise what is not there."""
    plain = film(seconds=0.4, sound=None)
    turned = phones.turned_film(90, sound=None)
    made: Corpus = {
        "very-fast-clock.mp4": (with_field(plain, b"mdhd", 16, 0x7FFFFFFF), REFUSED),
        # The demuxer counts for itself what the index only claims: ten pictures.
        "long-index.mp4": (with_field(plain, b"mdhd", 20, 0x7FFFFFFF), MADE),
        "no-timescale.mp4": (with_field(plain, b"mdhd", 16, 0), EITHER),
        "huge-timescale.mp4": (with_field(plain, b"mdhd", 16, 0xFFFFFFFF), EITHER),
        "ten-hours.mp4": (with_field(plain, b"stts", 16, 12800 * 36_000), REFUSED),
        "ten-hours-turned.mp4": (with_field(turned, b"stts", 16, 12800 * 36_000), REFUSED),
        "ten-hours-of-sound.mp4": (with_last_field(film(seconds=0.4), b"stts", 16, 48_000 * 36_000), REFUSED),
        "standing-still.mp4": (with_field(turned, b"stts", 16, 0), EITHER),
        "data-elsewhere.mp4": (plain.replace(box(b"url ", b"\0\0\0\1"), box(b"url ", b"\0\0\0\0")), EITHER),
        "odd-matrix.mp4": (phones.with_matrix(plain, (7, -3, 12, 5)), EITHER),
        "zero-matrix.mp4": (phones.with_matrix(plain, (0, 0, 0, 0)), EITHER),
    }
    for table in (b"stsz", b"stco", b"stsc", b"stss", b"stts", b"elst", b"dref", b"stsd"):
        for value in (0, 0x7FFFFFFF, 0xFFFFFFFF):
            at = 12 if table == b"stsz" else 8
            made[f"{table.decode().strip()}-{value:x}.mp4"] = (with_field(plain, table, at, value), EITHER)
    return made


def with_field(data: bytes, name: bytes, offset: int, value: int) -> bytes:
    """Overwrite a 32-bit field, counted from the end of the box's size."""
    at = data.find(name) + offset
    return data if name not in data else data[:at] + struct.pack(">I", value) + data[at + 4 :]


def with_last_field(data: bytes, name: bytes, offset: int, value: int) -> bytes:
    at = data.rindex(name) + offset
    return data[:at] + struct.pack(">I", value) + data[at + 4 :]


# --- mutants --------------------------------------------------------------------------------------------------


def seeds() -> list[bytes]:
    few = [Image.new("RGB", (64, 48), (number * 40, 0, 0)) for number in range(4)]
    odd_colours = phones.icc_profile((0.4, 0.2, 0), (0.4, 0.7, 0.1), (0.1, 0.1, 0.7))
    return [
        phones.phone_jpeg(96, 64),
        jpeg(scene(96, 64), progressive=True, icc_profile=odd_colours),
        encoded(scene(96, 64).convert("RGBA"), "PNG"),
        encoded(scene(96, 64).convert("P"), "GIF"),
        encoded(few[0], "WEBP", save_all=True, append_images=few[1:]),
        encoded(scene(96, 64), "WEBP", lossless=True),
        phones.phone_heic(96, 64),
        encoded(scene(96, 64), "AVIF"),
        phones.with_location(film(64, 48, seconds=0.2, tags=phones.PHONE_TAGS)),
        film(64, 48, seconds=0.2, codec="libx265", form="mov", movflags="faststart"),
        film(64, 48, seconds=0.2, codec="libvpx-vp9", sound="libopus", form="webm", fflags="bitexact"),
        phones.turned_film(90, seconds=0.2),
    ]  # fmt: skip


def mutants(count: int, seed: int) -> Iterator[bytes]:
    """The same ones each time."""
    chance, parents = random.Random(seed), seeds()
    for number in range(count):
        data = bytearray(parents[number % len(parents)])
        for _ in range(chance.choice((1, 1, 2, 4, 12))):
            chance.choice(CHANGES)(data, chance)
        yield bytes(data)


def flip_a_bit(data: bytearray, chance: random.Random) -> None:
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def set_a_number(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(max(1, len(data) - 4))
    data[at : at + 4] = struct.pack(">I", chance.choice((0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFF)))


def set_a_number_in_the_header(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(min(len(data) - 4, 600))
    data[at : at + 2] = struct.pack(">H", chance.choice((0, 1, 0x7FFF, 0xFFFF, chance.randrange(0x10000))))


def remove_a_piece(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    del data[at : min(len(data) - 16, at + chance.randrange(1, 64))]


def repeat_a_piece(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    data[at:at] = data[at : at + chance.randrange(1, 200)]


def put_in_noise(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    data[at : at + 16] = chance.randbytes(16)


CHANGES: tuple[Callable[[bytearray, random.Random], None], ...] = (
    flip_a_bit,
    set_a_number,
    set_a_number_in_the_header,
    remove_a_piece,
    repeat_a_piece,
    put_in_noise,
)
