"""What the adapters' tests share; nothing here needs the database."""

import pytest

from channels.adapters import http


@pytest.fixture
def impatient(monkeypatch) -> http.Patience:
    """Nobody wants to wait half a minute for a test."""
    patience = http.Patience(connect=2, read=0.4, whole=5)
    monkeypatch.setattr(http, "patience", patience)
    return patience
