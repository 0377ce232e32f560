"""Accounts on the sandbox, and something to publish."""

import random

import pytest

from tests.channels.sandbox.callers import Facebook, X, YouTube
from tests.posts.media.phones import box, film, jpeg, scene


@pytest.fixture
def facebook(sandbox) -> Facebook:
    return Facebook(sandbox, "1000001", sandbox.connect_facebook("1000001", "Seko")["page_token"])


@pytest.fixture
def other_page(sandbox) -> Facebook:
    return Facebook(sandbox, "1000002", sandbox.connect_facebook("1000002", "Annan sida")["page_token"])


@pytest.fixture
def x(sandbox) -> X:
    return X(sandbox, "2000001", sandbox.connect_x("2000001", "seko", "Seko")["access_token"])


@pytest.fixture
def other_x(sandbox) -> X:
    return X(sandbox, "2000002", sandbox.connect_x("2000002", "annan", "Någon annan")["access_token"])


@pytest.fixture
def youtube(sandbox) -> YouTube:
    channel = "UC" + "s" * 22
    return YouTube(sandbox, channel, sandbox.connect_youtube(channel, "Seko")["access_token"])


@pytest.fixture
def other_channel(sandbox) -> YouTube:
    channel = "UC" + "a" * 22
    return YouTube(sandbox, channel, sandbox.connect_youtube(channel, "Annan kanal")["access_token"])


@pytest.fixture(scope="session")
def picture() -> bytes:
    return jpeg(scene(600, 400))


@pytest.fixture(scope="session")
def pictures() -> list[bytes]:
    return [jpeg(scene(width, 300)) for width in (300, 310, 320, 330)]


@pytest.fixture(scope="session")
def short_film() -> bytes:
    return film(seconds=0.4, sound=None)


@pytest.fixture(scope="session")
def long_film() -> bytes:
    """More than two of Facebook's chunks and more than nine of YouTube's; every byte in its own place."""
    return film(seconds=0.4, sound=None) + box(b"free", random.Random(1).randbytes(2_400_000))
