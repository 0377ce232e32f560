"""
A short film made of pictures, for the platform that takes films only.

Each picture stands still on a calm ground of its own colours, the text as subtitles over its lower part. Pictures and
captions change by short fades; nothing flashes. The same input makes the same bytes, so that the film that was
approved can be told from any other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import av
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from posts.media.films import FilmFacts, film_facts
from posts.media.subtitles import Caption, captions_for, font
from posts.media.writing import written

RATE = 25
SECONDS = 8.0
# Shorter than this nobody has seen the picture.
LEAST_PICTURE_SECONDS = 2.0
FADE_SECONDS = 0.4

SOUND_RATE = 48_000
SOUND_FRAME = 1024

# One thread: the encoder's result depends on how many there are.
CALM = {"preset": "veryfast", "tune": "stillimage", "crf": "20", "profile": "high", "g": "50", "threads": "1"}

INK, PAPER = (20, 23, 28), (255, 255, 255)
PLATE = (*INK, 205)
GROUND_DETAIL = 96
GROUND_LIGHT, GROUND_COLOUR = 0.42, 0.75


@dataclass(frozen=True)
class Layout:
    """Where things stand, in pixels. The subtitle's lowest line keeps clear of what players lay over the film."""

    width: int
    height: int
    picture: tuple[int, int, int, int]
    letters: int
    most_lines: int
    text_width: int
    text_bottom: int


class Shape(Enum):
    UPRIGHT = Layout(1080, 1920, (0, 150, 1080, 1620), 58, 4, 900, 1500)
    WIDE = Layout(1920, 1080, (0, 0, 1920, 1080), 54, 3, 1300, 1016)

    @classmethod
    def for_picture(cls, width: int, height: int) -> "Shape":
        """Vertical for what stands, 16:9 for what lies; a square stands, because films are watched on telephones."""
        return cls.WIDE if width > height else cls.UPRIGHT


def shape_of(picture: Path) -> Shape:
    with Image.open(picture, formats=["JPEG"]) as image:
        return Shape.for_picture(*image.size)


def make_picture_film(
    pictures: Sequence[Path], text: str, target: Path, seconds: float = SECONDS, shape: Shape | None = None
) -> FilmFacts:
    """A film of our own picture masters, one after the other. The first decides the shape if none is given."""
    layout = (shape or shape_of(pictures[0])).value
    seconds = max(seconds, LEAST_PICTURE_SECONDS * len(pictures))
    captions = captions_for(text, seconds, layout.letters, layout.text_width, layout.most_lines)
    with written(target) as film:
        write_film(film, Scenes(pictures, captions, layout, seconds), layout)
    return film_facts(target)


# --- what is seen when ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moment:
    """What one frame shows. Equal moments look the same, so each is drawn once."""

    picture: int
    next_picture: int
    picture_fade: float
    caption: int
    caption_light: float


class Scenes:
    """The film's plan and its drawn frames."""

    def __init__(self, pictures: Sequence[Path], captions: list[Caption], layout: Layout, seconds: float):
        self.pictures, self.captions, self.layout, self.seconds = pictures, captions, layout, seconds
        self.stage = lru_cache(maxsize=2)(self.draw_stage)
        self.plate = lru_cache(maxsize=2)(self.draw_plate)

    def frames(self) -> Iterator[VideoFrame]:
        shown, frame = None, None
        for number in range(round(self.seconds * RATE)):
            moment = self.moment(number / RATE)
            if frame is None or moment != shown:
                shown, frame = moment, as_frame(self.draw(moment))
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            yield frame

    def moment(self, at: float) -> Moment:
        each = self.seconds / len(self.pictures)
        picture = min(int(at / each), len(self.pictures) - 1)
        following = min(picture + 1, len(self.pictures) - 1)
        left = (picture + 1) * each - at
        fade = max(0.0, 1 - left / FADE_SECONDS) if following != picture else 0.0
        caption = next(
            (n for n, caption in enumerate(self.captions) if caption.start <= at < caption.end), -1
        )
        return Moment(picture, following, round(fade, 3), caption, round(self.light(caption, at), 3))

    def light(self, number: int, at: float) -> float:
        """Captions come and go softly; the first is there from the start and the last stays to the end."""
        if number < 0:
            return 0.0
        caption = self.captions[number]
        half = FADE_SECONDS / 2
        rising = 1.0 if number == 0 else (at - caption.start) / half
        falling = 1.0 if number == len(self.captions) - 1 else (caption.end - at) / half
        return max(0.0, min(1.0, rising, falling))

    def draw(self, moment: Moment) -> Image.Image:
        image = self.stage(moment.picture)
        if moment.picture_fade:
            image = Image.blend(image, self.stage(moment.next_picture), moment.picture_fade)
        if moment.caption < 0:
            return image
        plate = self.plate(moment.caption)
        alpha = plate.getchannel("A").point(lambda value: value * moment.caption_light)
        return Image.composite(plate.convert("RGB"), image, alpha)

    def draw_stage(self, number: int) -> Image.Image:
        with Image.open(self.pictures[number], formats=["JPEG"]) as image:
            return staged(image.convert("RGB"), self.layout)

    def draw_plate(self, number: int) -> Image.Image:
        return plate_of(self.captions[number].lines, self.layout)


def as_frame(image: Image.Image) -> VideoFrame:
    return VideoFrame.from_image(image).reformat(format="yuv420p", dst_colorspace="itu709")


# --- drawing --------------------------------------------------------------------------------------------------


def staged(picture: Image.Image, layout: Layout) -> Image.Image:
    """The whole picture, nothing cut away, on a soft dark ground of its own colours."""
    stage = ground_of(picture, layout)
    left, top, right, bottom = layout.picture
    scale = min((right - left) / picture.width, (bottom - top) / picture.height)
    shown = picture.resize(
        (round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS
    )
    stage.paste(shown, ((left + right - shown.width) // 2, (top + bottom - shown.height) // 2))
    return stage


def ground_of(picture: Image.Image, layout: Layout) -> Image.Image:
    """So small that only its colours are left, then as large as the film: cheaper and calmer than any large blur."""
    scale = max(layout.width / picture.width, layout.height / picture.height)
    width, height = layout.width / scale, layout.height / scale
    left, top = (picture.width - width) / 2, (picture.height - height) / 2
    tiny = picture.resize(
        (GROUND_DETAIL * layout.width // layout.height or 1, GROUND_DETAIL),
        Image.Resampling.BOX,
        box=(left, top, left + width, top + height),
    )
    soft = tiny.filter(ImageFilter.GaussianBlur(GROUND_DETAIL / 12))
    calm = ImageEnhance.Brightness(ImageEnhance.Color(soft).enhance(GROUND_COLOUR)).enhance(GROUND_LIGHT)
    return calm.resize((layout.width, layout.height), Image.Resampling.BICUBIC)


def plate_of(lines: tuple[str, ...], layout: Layout) -> Image.Image:
    """White letters on a dark plate: readable over snow and over night."""
    image = Image.new("RGBA", (layout.width, layout.height), (*INK, 0))
    letters = font(layout.letters)
    step = round(layout.letters * 1.24)
    pad_x, pad_y = round(layout.letters * 0.55), round(layout.letters * 0.38)
    width = max(letters.getlength(line) for line in lines)
    middle, top = layout.width / 2, layout.text_bottom - step * len(lines)
    draw = ImageDraw.Draw(image)
    box = (middle - width / 2 - pad_x, top - pad_y, middle + width / 2 + pad_x, layout.text_bottom + pad_y)
    draw.rounded_rectangle(box, radius=round(layout.letters * 0.35), fill=PLATE)
    for number, line in enumerate(lines):
        draw.text((middle, top + step * (number + 0.5)), line, (*PAPER, 255), letters, anchor="mm")
    return image


# --- coding ---------------------------------------------------------------------------------------------------


def write_film(film: OutputContainer, scenes: Scenes, layout: Layout) -> None:
    picture = picture_stream(film, layout)
    sound = film.add_stream("aac", rate=SOUND_RATE, layout="stereo", format="fltp")
    silence = silent_frames(scenes.seconds)
    for frame in scenes.frames():
        frame.pict_type = 0
        film.mux(picture.encode(frame))
        while (quiet := next(silence, None)) is not None:
            film.mux(sound.encode(quiet))
            if (quiet.time or 0) > (frame.time or 0):
                break
    film.mux(picture.encode(None))
    film.mux(sound.encode(None))


def picture_stream(film: OutputContainer, layout: Layout) -> VideoStream:
    stream = film.add_stream("libx264", rate=RATE, options=CALM)
    stream.width, stream.height, stream.pix_fmt = layout.width, layout.height, "yuv420p"
    stream.codec_context.thread_count = 1
    stream.codec_context.color_primaries = stream.codec_context.color_trc = (
        stream.codec_context.colorspace
    ) = 1
    return stream


def silent_frames(seconds: float) -> Iterator[av.AudioFrame]:
    """Some platforms take no film without a sound track."""
    for pts in range(0, round(seconds * SOUND_RATE), SOUND_FRAME):
        frame = av.AudioFrame("fltp", "stereo", SOUND_FRAME)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, pts, Fraction(1, SOUND_RATE)
        yield frame
