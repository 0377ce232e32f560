"""What the adapters' tests share; nothing here needs the database."""

from collections.abc import Iterator

import pytest

from channels.adapters import http
from tests.channels.adapters import visitor


@pytest.fixture
def impatient(monkeypatch) -> http.Patience:
    """Nobody wants to wait half a minute for a test. Shorter than a fault's delay; long enough for a busy machine."""
    patience = http.Patience(connect=5, read=0.9, whole=10)
    monkeypatch.setattr(http, "patience", patience)
    return patience


@pytest.fixture
def script() -> Iterator[visitor.Script]:
    """A platform whose every answer is written by the test."""
    yield from visitor.run(visitor.Script())
