"""Copying a film that already fits: its packets are kept, everything around them is not."""

from pathlib import Path

import av
from av.bitstream import BitStreamFilterContext
from av.packet import Packet

from posts.media.reading import Patience, Plan, check_whole, decoder_options, opened, sound_of, video_of
from posts.media.transcoding import Progress, moment_of, refuse_longer, standing
from posts.media.writing import written

# Cameras put place and owner into the video's own messages too (SEI, type 6 in ITU-T H.264 table 7-1).
WITHOUT_MESSAGES = "filter_units=remove_types=6"
# Seconds of sound that an AAC decoder needs to get going.
SOUND_START = 0.1


def copy(plan: Plan, target: Path, progress: Progress) -> bool:
    """Copy what shows and sounds. False: something in it does not bear copying, so it has to be coded anew.

    Each packet is decoded on the way, so that what we pass on is known to play to its end.
    """
    seen = 0.0
    patience = Patience()
    with opened(plan.source, plan.form, plan.limits) as film, written(target) as out:
        streams = [stream for stream in (video_of(film), sound_of(film)) if stream is not None]
        tracks = {stream.index: Track(stream, out) for stream in streams}
        streams[0].codec_context.options = decoder_options(plan.limits)
        for packet in film.demux(streams):
            for frame in patience.frames(packet):
                seen = max(seen, moment_of(frame)) if isinstance(frame, av.VideoFrame) else seen
            refuse_longer(moment_of(packet) + standing(packet), plan.limits)
            if patience.met_damage or not tracks[packet.stream.index].take(packet):
                return False
            progress(min(0.99, seen / plan.seconds) if plan.seconds else 0.0)
        check_whole(plan, seen)
    return True


class Track:
    """One stream on its way into the new file."""

    def __init__(self, stream: av.stream.Stream, out: av.container.OutputContainer):
        self.out = out
        self.stream = out.add_stream_from_template(stream)
        self.filter = None
        if stream.type == "video":
            self.filter = BitStreamFilterContext(WITHOUT_MESSAGES, stream, self.stream)
        self.last_dts: int | None = None

    def take(self, packet: Packet) -> bool:
        """Write it. False: the packet is hidden by an edit, or its place in time makes no sense."""
        if packet.size == 0:
            return self.write(self.filter.filter(None) if self.filter else [])
        if packet.dts is None or packet.pts is None or packet.is_corrupt or self.hides(packet):
            return False
        if self.last_dts is not None and packet.dts <= self.last_dts:
            return False
        self.last_dts = packet.dts
        return self.write(self.filter.filter(packet) if self.filter else [packet])

    def hides(self, packet: Packet) -> bool:
        """Cut away by an edit, but still in the file. A first moment of sound always is: the decoder's start."""
        is_start = self.stream.type == "audio" and moment_of(packet) > -SOUND_START
        return packet.is_discard and not is_start

    def write(self, packets: list[Packet]) -> bool:
        for packet in packets:
            packet.stream = self.stream
            self.out.mux(packet)
        return True
