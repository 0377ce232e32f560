"""Coding a film anew: upright, at most 1080p and 60 pictures a second, H.264 and AAC."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from posts.media.errors import MediaRefused, RefusalCode
from posts.media.limits import Limits
from posts.media.reading import (
    LONG_EDGE,
    MAX_RATE,
    SHORT_EDGE,
    Patience,
    Plan,
    check_whole,
    decoder_options,
    opened,
    sound_of,
    video_of,
    why_unreadable,
)
from posts.media.writing import written

Progress = Callable[[float], None]

# The rates that cameras and platforms know. Slow motion, recorded faster than it is shown, becomes 30.
RATES = (24, 25, 30, 50, 60)
SLOW_MOTION_RATE = Fraction(30)
SOUND_RATE, SOUND_BITRATE = 48_000, 160_000

# At most 8 Mbit/s: what YouTube advises for 1080p30 (help page 1722171, read 2026-11-22). A key picture every two
# seconds, closed groups, so that platforms can cut it. Few pictures looked ahead: memory, not art.
H264 = {
    "preset": "veryfast",
    "crf": "21",
    "maxrate": "8M",
    "bufsize": "16M",
    "profile": "high",
    "bf": "2",
    "rc-lookahead": "15",
    "sc_threshold": "40",
}
KEY_SECONDS = 2
THREADS = 2
BT709 = 1
# A film of the very length that is allowed may round up by this.
LAST_PICTURE = 1.0


@dataclass(frozen=True)
class Box:
    """What a film must fit into. It turns with the film: 1920×1080 is also 1080×1920."""

    long: int
    short: int

    def fit(self, width: int, height: int) -> tuple[int, int]:
        """Scaled down to fit, never up; even sides, because colour is stored for two by two pixels."""
        scale = min(1.0, self.long / max(width, height), self.short / min(width, height))
        return even(width * scale), even(height * scale)


FULL_HD = Box(LONG_EDGE, SHORT_EDGE)


def even(side: float) -> int:
    return max(2, int(side / 2 + 0.001) * 2)


def unheard(_part: float) -> None:
    """Nobody asked how far it is."""


def transcode(plan: Plan, target: Path, box: Box, progress: Progress) -> None:
    """Decode `plan.source` to its end and write it to `target`."""
    with opened(plan.source, plan.form, plan.limits) as film, written(target) as out:
        tracks: dict[int, PictureTrack | SoundTrack] = {}
        video, sound = video_of(film), sound_of(film)
        picture = tracks[video.index] = PictureTrack(video, out, plan, box)
        if sound is not None:
            tracks[sound.index] = SoundTrack(sound, out, plan)
        for packet in film.demux([stream for stream in (video, sound) if stream is not None]):
            tracks[packet.stream.index].take(packet)
            progress(picture.part_done)
        for track in tracks.values():
            track.finish()
        check_whole(plan, picture.seconds)


class PictureTrack:
    """Decodes, turns, scales and codes the picture."""

    def __init__(self, video: VideoStream, out: OutputContainer, plan: Plan, box: Box):
        self.out, self.plan, self.patience = out, plan, Patience()
        self.rate = rate_for(plan.rate)
        self.size = box.fit(*shown_size(plan, video))
        self.start, self.seconds, self.frames, self.written = video.start_time or 0, 0.0, 0, 0
        video.codec_context.options = decoder_options(plan.limits)
        video.codec_context.thread_count = THREADS
        self.time_base = video.time_base
        self.graph: Graph | None = None
        self.stream = picture_stream(out, self.size, self.rate)

    @property
    def part_done(self) -> float:
        return min(0.99, self.seconds / self.plan.seconds) if self.plan.seconds else 0.0

    def take(self, packet: av.Packet) -> None:
        for frame in self.patience.frames(packet):
            self.take_frame(frame)  # type: ignore[arg-type]

    def take_frame(self, frame: VideoFrame) -> None:
        if frame.pts is None:
            return
        frame.pts = max(0, frame.pts - self.start)
        self.seconds = max(self.seconds, moment_of(frame))
        self.refuse_endless(frame)
        if self.graph is None:
            self.graph = picture_graph(frame, self.plan, self.size, self.rate)
        self.graph.push(frame)
        self.encode(pulled(self.graph))

    def refuse_endless(self, frame: VideoFrame) -> None:
        self.frames += 1
        limits = self.plan.limits
        refuse_longer(self.seconds + standing(frame), limits)
        if self.frames > limits.film_frames:
            raise MediaRefused(RefusalCode.TOO_MANY_FRAMES, limit=limits.film_frames)

    def encode(self, frames: Iterable[VideoFrame]) -> None:
        for frame in frames:
            frame.pict_type = 0
            self.out.mux(self.stream.encode(frame))
            self.written += 1

    def finish(self) -> None:
        if self.graph is not None:
            self.graph.push(None)
            self.encode(pulled(self.graph))
        if not self.written:
            raise MediaRefused(why_unreadable(self.plan.source, self.plan.form))
        self.out.mux(self.stream.encode(None))


class SoundTrack:
    """Decodes the sound, fills its gaps, and codes it as AAC, 48 kHz, in at most two channels."""

    def __init__(self, sound: AudioStream, out: OutputContainer, plan: Plan):
        self.out, self.plan, self.patience = out, plan, Patience()
        self.layout = "mono" if sound.codec_context.layout.nb_channels == 1 else "stereo"
        self.graph: Graph | None = None
        self.stream = sound_stream(out, self.layout)

    def take(self, packet: av.Packet) -> None:
        for frame in self.patience.frames(packet):
            self.take_frame(frame)  # type: ignore[arg-type]

    def take_frame(self, frame: AudioFrame) -> None:
        if frame.pts is None or moment_of(frame) > self.plan.limits.film_seconds:
            return
        if self.graph is None:
            self.graph = sound_graph(frame, self.layout)
            self.graph.set_audio_frame_size(self.stream.codec_context.frame_size)
        self.graph.push(frame)
        self.encode(pulled(self.graph))

    def encode(self, frames: Iterable[AudioFrame]) -> None:
        for frame in frames:
            self.out.mux(self.stream.encode(frame))

    def finish(self) -> None:
        if self.graph is not None:
            self.graph.push(None)
            self.encode(pulled(self.graph))
        self.out.mux(self.stream.encode(None))


# --- streams and graphs ---------------------------------------------------------------------------------------


def picture_stream(out: OutputContainer, size: tuple[int, int], rate: Fraction) -> VideoStream:
    options = {**H264, "g": str(round(rate * KEY_SECONDS))}
    stream = out.add_stream("libx264", rate=rate, options=options)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.time_base = 1 / rate
    context.thread_count = THREADS
    context.color_primaries = context.color_trc = context.colorspace = BT709
    return stream


def sound_stream(out: OutputContainer, layout: str) -> AudioStream:
    stream = out.add_stream("aac", rate=SOUND_RATE, layout=layout, format="fltp")
    stream.bit_rate = SOUND_BITRATE
    stream.codec_context.open()
    return stream


def picture_graph(first: VideoFrame, plan: Plan, size: tuple[int, int], rate: Fraction) -> Graph:
    """Turned upright, scaled, in standard colours, at an even pace."""
    graph = Graph()
    nodes = [
        graph.add(
            "buffer",
            video_size=f"{first.width}x{first.height}",
            pix_fmt=first.format.name,
            time_base=str(first.time_base),
        )
    ]
    for name, arguments in (
        ("sidedata", "delete"),
        *((("bwdif", ""),) if plan.is_interlaced else ()),
        *plan.turn.filters,
        ("fps", f"{rate}:start_time=0"),
        ("scale", f"{size[0]}:{size[1]}:flags=bicubic:{colours(first, plan)}"),
        ("setsar", "1"),
        ("format", "yuv420p"),
    ):
        nodes.append(graph.add(name, arguments or None))
    graph.link_nodes(*nodes, graph.add("buffersink")).configure()
    return graph


def colours(first: VideoFrame, plan: Plan) -> str:
    """Into BT.709 with video levels. High dynamic range is mapped down; a film that does not say is taken as HD."""
    wanted = "out_color_matrix=bt709:out_range=tv"
    if plan.is_hdr:
        return f"{wanted}:out_primaries=bt709:out_transfer=bt709:intent=perceptual"
    unsaid = first.colorspace == 2 and not first.format.is_rgb
    return f"{wanted}:in_color_matrix=bt709" if unsaid else wanted


def sound_graph(first: AudioFrame, layout: str) -> Graph:
    graph = Graph()
    nodes = [
        graph.add_abuffer(
            sample_rate=first.sample_rate,
            format=first.format.name,
            layout=first.layout.name,
            time_base=first.time_base,
        ),
        graph.add("aresample", f"{SOUND_RATE}:async=1:first_pts=0"),
        graph.add("aformat", f"sample_fmts=fltp:channel_layouts={layout}:sample_rates={SOUND_RATE}"),
    ]
    graph.link_nodes(*nodes, graph.add("abuffersink")).configure()
    return graph


def pulled(graph: Graph) -> Iterable:
    """What the graph has ready."""
    while True:
        try:
            yield graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return


def shown_size(plan: Plan, video: VideoStream) -> tuple[int, int]:
    """As people see it: with square pixels, and turned."""
    aspect = video.codec_context.sample_aspect_ratio or Fraction(1)
    width = plan.width * float(min(max(aspect, Fraction(1, 4)), Fraction(4)))
    return (plan.height, round(width)) if plan.turn.swaps_sides else (round(width), plan.height)


def moment_of(frame: VideoFrame | AudioFrame | av.Packet) -> float:
    """In seconds, as the file says; 0 if it does not."""
    return float(frame.pts * frame.time_base) if frame.pts is not None and frame.time_base else 0.0


def refuse_longer(until: float, limits: Limits) -> None:
    """A file can say that it is short and go on; its last picture can be meant to stand for hours."""
    if until > limits.film_seconds + LAST_PICTURE:
        raise MediaRefused(RefusalCode.TOO_LONG, limit_minutes=int(limits.film_seconds // 60))


def standing(frame: VideoFrame | av.Packet) -> float:
    """For how many seconds it is to be seen or heard, as the file says."""
    return float(frame.duration * frame.time_base) if frame.duration and frame.time_base else 0.0


def rate_for(measured: Fraction | None) -> Fraction:
    """The known rate nearest to what was measured; telephones waver around theirs."""
    if not measured or measured > MAX_RATE:
        return SLOW_MOTION_RATE
    return Fraction(min(RATES, key=lambda rate: abs(rate - measured)))
