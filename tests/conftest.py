"""What every test shares."""

import pytest

from tests.faults.table import pytest_terminal_summary
from tests.triggers import drop_delete_triggers

__all__ = ["pytest_terminal_summary"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        drop_delete_triggers()


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.UNDO_SECONDS = 0
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
