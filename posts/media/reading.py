"""Opening somebody's film: what is in it, whether we take it, and what has to be done to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from posts.media.detect import Format, Kind, detect_format
from posts.media.errors import MediaRefused, RefusalCode, raise_if_ours
from posts.media.files import is_cut_off
from posts.media.limits import MEGAPIXEL, Limits
from posts.media.turning import STRAIGHT, Turn, turn_of

LONG_EDGE, SHORT_EDGE = 1920, 1080
# X: up to 60 pictures a second (media upload documentation, read 2026-11-22). A phone's 60 may measure as 60.2.
MAX_RATE = 60.5
# Above this a film is large for what it shows; telephones write 17 to 28 Mbit/s at 1080p.
MAX_COPIED_BITRATE = 30_000_000
COPIED_SOUND_RATES = (44_100, 48_000)
NOT_THE_FILM = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image

# Values of ITU-T H.273 table 3: the two transfer curves of high dynamic range.
PQ, HLG = 16, 18

# Damage that a decoder may step over: the first pictures of a cut film, a disturbance on the way.
MOST_BAD_PACKETS = 12
WHOLE = 0.8
SLOWEST_RATE = 10


@dataclass(frozen=True)
class Plan:
    """What was found in a film, as plain values, and what follows from it."""

    source: Path
    form: Format
    limits: Limits
    seconds: float
    width: int
    height: int
    """As stored, before turning."""
    rate: Fraction | None
    turn: Turn
    is_hdr: bool
    is_interlaced: bool
    has_sound: bool
    fits: bool
    """It can be copied as it is."""
    tags: dict[str, str]


def film_format(source: Path) -> Format:
    form = detect_format(source)
    if form.kind is not Kind.FILM:
        raise MediaRefused(RefusalCode.NOT_MEDIA)
    return form


@contextmanager
def opened(source: Path, form: Format, limits: Limits) -> Iterator[InputContainer]:
    """The film, read by one named demuxer that may open no file or address but this one."""
    try:
        with av.open(
            f"file:{source.absolute()}",
            format=form.value,
            container_options={"protocol_whitelist": "file", "max_streams": str(limits.film_streams)},
            stream_options=[decoder_options(limits)] * limits.film_streams,  # type: ignore[list-item]
            metadata_errors="ignore",
        ) as film:
            yield film
    except (av.FFmpegError, ValueError) as error:
        raise_if_ours(error)
        raise MediaRefused(why_unreadable(source, form)) from error


def decoder_options(limits: Limits) -> dict[str, str]:
    """Checked by the decoder before it takes memory, also when the size changes in the middle."""
    return {"max_pixels": str(limits.film_pixels)}


def why_unreadable(source: Path, form: Format) -> RefusalCode:
    return RefusalCode.TRUNCATED if is_cut_off(source, form) else RefusalCode.DAMAGED


def plan_for(source: Path, form: Format, limits: Limits) -> Plan:
    with opened(source, form, limits) as film:
        video, sound = video_of(film), sound_of(film)
        check_frame(video, limits)
        seconds = seconds_of(film, video)
        check_length(seconds, limits)
        first = first_frame(film, video, limits)
        turn = turn_of(first)
        return Plan(
            source=source,
            form=form,
            limits=limits,
            seconds=seconds,
            width=first.width,
            height=first.height,
            rate=video.average_rate,
            turn=turn,
            is_hdr=first.color_trc in (PQ, HLG),
            is_interlaced=first.interlaced_frame,
            has_sound=sound is not None,
            fits=turn is STRAIGHT and picture_fits(film, video, first) and sound_fits(sound),
            tags={**video.metadata, **film.metadata},
        )


# --- what is in it --------------------------------------------------------------------------------------------


def video_of(film: InputContainer) -> VideoStream:
    """The moving picture; cover art of a song is none."""
    moving = [stream for stream in film.streams.video if not stream.disposition & NOT_THE_FILM]
    if not moving:
        raise MediaRefused(RefusalCode.NO_VIDEO)
    readable = [stream for stream in moving if is_readable(stream)]
    if not readable:
        raise MediaRefused(RefusalCode.UNSUPPORTED_CODEC)
    return readable[0]


def sound_of(film: InputContainer) -> AudioStream | None:
    """The first that can be decoded. Newer telephones add a second one in a format of their own."""
    return next((stream for stream in film.streams.audio if is_readable(stream)), None)


def is_readable(stream: Stream) -> bool:
    return stream.codec_context is not None


def seconds_of(film: InputContainer, video: VideoStream) -> float:
    """As the file says; 0 when it does not."""
    if video.duration and video.time_base:
        return max(0.0, float(video.duration * video.time_base))
    return max(0.0, (film.duration or 0) / av.time_base)


def check_frame(video: VideoStream, limits: Limits) -> None:
    width, height = video.codec_context.width, video.codec_context.height
    facts = {"width": width, "height": height}
    if width * height > limits.film_pixels:
        raise MediaRefused(
            RefusalCode.TOO_MANY_PIXELS, **facts, limit_megapixels=limits.film_pixels // MEGAPIXEL
        )
    if min(width, height) < limits.film_smallest_side:
        code = RefusalCode.TOO_SMALL if min(width, height) else RefusalCode.DAMAGED
        raise MediaRefused(code, **facts, limit=limits.film_smallest_side)
    if max(width, height) > limits.aspect * min(width, height):
        raise MediaRefused(RefusalCode.TOO_NARROW, **facts, limit=limits.aspect)


def check_length(seconds: float, limits: Limits) -> None:
    if seconds > limits.film_seconds:
        raise MediaRefused(RefusalCode.TOO_LONG, limit_minutes=int(limits.film_seconds // 60))


def first_frame(film: InputContainer, video: VideoStream, limits: Limits) -> VideoFrame:
    patience = Patience()
    video.codec_context.options = decoder_options(limits)
    for packet in film.demux(video):
        for frame in patience.frames(packet):
            return frame  # type: ignore[return-value]
    raise av.InvalidDataError(0, "no picture in it")


class Patience:
    """Decodes, and steps over a few bad packets as every player does; then it gives up."""

    def __init__(self) -> None:
        self.left = MOST_BAD_PACKETS
        self.met_damage = False

    def frames(self, packet: av.Packet) -> list[av.VideoFrame | av.AudioFrame]:
        try:
            return packet.decode()  # type: ignore[return-value]
        except av.InvalidDataError:
            self.met_damage = True
            self.left -= 1
            if self.left < 0:
                raise
            return []


def check_whole(plan: Plan, seen: float) -> None:
    """`seen` is when its last picture came. One that gives much less than it promises was cut off."""
    if seen + 1 / float(plan.rate or SLOWEST_RATE) < plan.seconds * WHOLE:
        raise MediaRefused(why_unreadable(plan.source, plan.form))


# --- what follows from it -------------------------------------------------------------------------------------


def picture_fits(film: InputContainer, video: VideoStream, first: VideoFrame) -> bool:
    """Every platform takes it as it is."""
    context = video.codec_context
    return (
        context.name == "h264"
        and context.pix_fmt == "yuv420p"
        and first.color_trc not in (PQ, HLG)
        and not first.interlaced_frame
        and context.sample_aspect_ratio in (None, 0, 1)
        and max(first.width, first.height) <= LONG_EDGE
        and min(first.width, first.height) <= SHORT_EDGE
        and first.width % 2 == 0 == first.height % 2
        and 0 < (video.average_rate or 0) <= MAX_RATE
        and (film.bit_rate or 0) <= MAX_COPIED_BITRATE
    )


def sound_fits(sound: AudioStream | None) -> bool:
    if sound is None:
        return True
    context = sound.codec_context
    return (
        context.name == "aac"
        and sound.profile == "LC"
        and context.sample_rate in COPIED_SOUND_RATES
        and context.layout.nb_channels in (1, 2)
    )
