"""Looking at what is there, with nothing asked for that could be wrong."""

from collections.abc import Iterator
from contextlib import contextmanager

from channels.adapters.codes import Trouble
from channels.errors import Duplicate, NotReady, NotSent, Refused


@contextmanager
def only_looking() -> Iterator[None]:
    """A no that is about no connection says nothing here: one could not look."""
    try:
        yield
    except (Refused, NotReady, Duplicate) as error:
        raise NotSent(Trouble.UNREADABLE, error.detail) from error
