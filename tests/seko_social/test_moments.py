from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from seko_social.templatetags import moments

HERE = ZoneInfo("Europe/Stockholm")
NOW = datetime(2026, 4, 29, 10, 30, tzinfo=HERE)


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("2026-04-29T13:00", "i dag 13.00"),
        ("2026-04-28T23:59", "i går 23.59"),
        ("2026-04-30T00:00", "i morgon 00.00"),
        ("2026-04-27T09:14", "27 april 09.14"),
        ("2025-12-24T15:00", "24 december 2025 15.00"),
    ],
)
def test_times_are_said_as_people_say_them(at, words):
    with translation.override("sv"):
        assert moments.moment(datetime.fromisoformat(at).replace(tzinfo=HERE)) == words


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=20), "0 min"),
        (timedelta(minutes=12), "12 min"),
        (timedelta(hours=1, minutes=40), "1 tim 40 min"),
        (timedelta(hours=25), "1 dag"),
        (timedelta(days=3), "3 dagar"),
        (timedelta(minutes=-5), "0 min"),
    ],
)
def test_waiting_is_told_in_words_that_fit_a_row(ago, words):
    with translation.override("sv"):
        assert moments.waited(NOW - ago) == words
