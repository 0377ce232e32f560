import pytest

from channels import adapters
from tests.scripted import Scripted


@pytest.fixture
def platform(monkeypatch):
    """The scripted platform stands where Facebook's adapter stands."""
    Scripted.forget()
    monkeypatch.setitem(adapters.ADAPTERS, "facebook", Scripted)
    return Scripted
