"""The display matrix of a film: how a player would turn the stored picture, and the filters that do it for good."""

import struct
from enum import Enum

from av.video.frame import VideoFrame


class Turn(Enum):
    """Signs of the matrix [a b; c d] (ISO/IEC 14496-12, 8.2.2), and FFmpeg's filters for it."""

    STRAIGHT = ((1, 0, 0, 1), ())
    RIGHT = ((0, 1, -1, 0), (("transpose", "clock"),))
    HALF = ((-1, 0, 0, -1), (("hflip", ""), ("vflip", "")))
    LEFT = ((0, -1, 1, 0), (("transpose", "cclock"),))
    MIRRORED = ((-1, 0, 0, 1), (("hflip", ""),))
    UPSIDE_DOWN = ((1, 0, 0, -1), (("vflip", ""),))
    TRANSPOSED = ((0, 1, 1, 0), (("transpose", "cclock_flip"),))
    TRANSVERSED = ((0, -1, -1, 0), (("transpose", "clock_flip"),))

    @property
    def filters(self) -> tuple[tuple[str, str], ...]:
        return self.value[1]

    @property
    def swaps_sides(self) -> bool:
        return self.value[0][0] == 0


STRAIGHT = Turn.STRAIGHT
BY_MATRIX = {turn.value[0]: turn for turn in Turn}


def turn_of(frame: VideoFrame) -> Turn:
    try:
        matrix = bytes(frame.side_data["DISPLAYMATRIX"])  # type: ignore[typeddict-item]
    except KeyError:
        return STRAIGHT
    a, b, _u, c, d = struct.unpack_from("=5i", matrix)
    return BY_MATRIX.get(signs(a, b, c, d), STRAIGHT)


def signs(a: int, b: int, c: int, d: int) -> tuple[int, ...]:
    """To the nearest quarter turn: only those are meant by cameras."""
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return (sign(a), 0, 0, sign(d))
    return (0, sign(b), sign(c), 0)


def sign(value: int) -> int:
    return (value > 0) - (value < 0)
