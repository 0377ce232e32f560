"""What every test shares."""

import pytest

from tests.faults.table import pytest_terminal_summary
from tests.seeds import SEEDS, Seeds
from tests.triggers import drop_delete_triggers

__all__ = ["pytest_terminal_summary"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, request):
    with django_db_blocker.unblock():
        drop_delete_triggers()
        request.config.stash[SEEDS] = Seeds.sown(django_db_blocker)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """A test with real transactions ends with empty tables: what the migrations had sown is sown again for the next."""
    yield
    # After the last one, there is no database any more.
    if nextitem and (seeds := item.config.stash.get(SEEDS, None)) and has_real_transactions(item):
        seeds.sow_again()


def has_real_transactions(item) -> bool:
    is_marked = any(mark.kwargs.get("transaction") for mark in item.iter_markers("django_db"))
    return is_marked or "transactional_db" in getattr(item, "fixturenames", ())


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.UNDO_SECONDS = 0
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
