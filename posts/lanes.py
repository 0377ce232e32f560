"""
One channel's trouble never delays another's: of a worker's threads, only so many are busy on one channel. And many
pictures never delay a post: only so many are made ready at once.

They are counted in the worker's own memory, so that what a dead worker was doing does not count.
"""

import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

MOST = {"default": 4, "films": 1}
"""In the worker of each queue, of the threads that it has (`seko_social.processes.THREADS`)."""

MOST_MEDIA = min(os.cpu_count() or 1, 4)
"""More than there are processors would be ready no sooner."""

tables = threading.BoundedSemaphore(MOST_MEDIA)
lock = threading.Lock()
busy: Counter[int] = Counter()


@contextmanager
def lane(channel_id: int, queue: str) -> Iterator[bool]:
    """A place on this channel; False when all are taken."""
    with lock:
        has_room = busy[channel_id] < MOST[queue]
        busy[channel_id] += has_room
    try:
        yield has_room
    finally:
        with lock:
            busy[channel_id] -= has_room


@contextmanager
def table() -> Iterator[bool]:
    """A place to make a picture or a film ready at; False when all are taken."""
    has_room = tables.acquire(blocking=False)
    try:
        yield has_room
    finally:
        if has_room:
            tables.release()
