"""The scripted platform, and one live sandbox for all tests that speak to it over real sockets."""

from collections.abc import Iterator

import pytest

from channels.sandbox.testing import LiveSandbox
from tests.posts.conftest import platform

__all__ = ["platform"]


@pytest.fixture(scope="session")
def running(tmp_path_factory) -> Iterator[LiveSandbox]:
    with LiveSandbox(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running) -> LiveSandbox:
    """With nothing in it."""
    running.reset()
    return running
