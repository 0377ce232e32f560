"""One live sandbox that takes the same words twice: nobody but our own pipeline keeps a post from being doubled."""

from collections.abc import Iterator

import pytest

from tests.faults.scene import Platforms
from tests.faults.workers import Workers


@pytest.fixture(scope="session")
def running(tmp_path_factory) -> Iterator[Platforms]:
    with Platforms(tmp_path_factory.mktemp("sandbox"), limits=False) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running, settings) -> Platforms:
    running.reset()
    running.take_repeats()
    settings.PLATFORM_ADDRESSES = running.addresses
    return running


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    with Workers() as warm:
        yield warm
