from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from posts import promise

HERE = ZoneInfo("Europe/Stockholm")


@pytest.mark.parametrize(
    ("sent_in", "answered_by"),
    [
        ("2026-04-29 10.18", "2026-04-29 15.00"),
        ("2026-04-29 10.00", "2026-04-29 14.00"),
        ("2026-04-29 06.30", "2026-04-29 12.00"),
        ("2026-04-29 15.30", "2026-04-30 11.00"),
        ("2026-04-29 17.00", "2026-04-30 12.00"),
        ("2026-05-08 22.00", "2026-05-11 12.00"),  # a Friday evening: on Monday
        ("2026-05-10 09.00", "2026-05-11 12.00"),  # a Sunday
        ("2026-03-27 16.00", "2026-03-30 11.00"),  # the clock goes forward in between
    ],
)
def test_the_answer_comes_after_four_working_hours(sent_in, answered_by):
    assert promise.answer_by(moment(sent_in)) == moment(answered_by)


def test_the_organisation_sets_how_long_it_takes(settings):
    settings.ANSWER_WITHIN_HOURS = 12
    assert promise.answer_by(moment("2026-04-29 10.00")) == moment("2026-04-30 13.00")


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H.%M").replace(tzinfo=HERE)
