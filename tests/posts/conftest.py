import pytest

from channels import adapters
from posts import tasks
from tests import factories
from tests.pages import signed_in
from tests.posts.sites import inner, live, practice, site
from tests.scripted import Scripted

__all__ = ["inner", "live", "practice", "site"]


@pytest.fixture
def platform(monkeypatch):
    """The scripted platform stands where Facebook's adapter stands."""
    Scripted.forget()
    monkeypatch.setitem(adapters.ADAPTERS, "facebook", Scripted)
    return Scripted


@pytest.fixture
def put_in_broker(monkeypatch):
    """What would have been put into the broker, instead of a broker."""
    put: list[tuple] = []
    monkeypatch.setattr(tasks, "put", lambda task, *args, **queue: put.append((task.name, *args)))
    return put


@pytest.fixture
def anna():
    """Of the communications group."""
    return factories.reviewer()


@pytest.fixture
def desk(anna):
    """Anna's browser."""
    return signed_in(anna)
