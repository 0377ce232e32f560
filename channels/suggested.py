"""When a post is seen best on a channel: times on the wall, as people write them down in the channel's settings."""

import re
from datetime import time

from channels.models import Channel

NOON = time(12)
MOST = 8
ONE_TIME = re.compile(r"(\d{1,2})(?:[.:](\d{2}))?")


def times_of(channel: Channel) -> list[time]:
    """In the order of the day. Where nobody has said anything: noon."""
    return read(channel.suggested_times) or [NOON]


def read(typed: str) -> list[time]:
    """`9, 15.30` and `09:00 15:30` alike, each time once. ValueError for what is no time."""
    return sorted({read_one(word) for word in re.split(r"[,;\s]+", typed) if word})


def read_one(word: str) -> time:
    found = ONE_TIME.fullmatch(word)
    if not found:
        raise ValueError(word)
    return time(int(found[1]), int(found[2] or 0))


def written(times: list[time]) -> str:
    """09.00, 15.30"""
    return ", ".join(f"{each:%H.%M}" for each in times)
