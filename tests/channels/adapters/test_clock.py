from datetime import UTC, datetime

import pytest
from freezegun import freeze_time

from channels.adapters import clock
from channels.adapters.base import Finding
from channels.adapters.codes import Worry

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date", "seconds"),
    [
        ("Mon, 23 Nov 2026 11:58:59 GMT", 61),
        ("Mon, 23 Nov 2026 12:01:01 GMT", -61),
        ("Mon, 23 Nov 2026 13:58:59 +0200", 61),
        ("Mon, 23 Nov 2026 11:58:59 -0000", 61),
    ],
)
def test_clocks_that_differ_by_more_than_a_minute_are_a_worry(date, seconds):
    with freeze_time(NOW):
        assert list(clock.worries({"Date": date})) == [Finding(Worry.CLOCK_OFF, {"seconds": seconds})]


@pytest.mark.parametrize(
    "headers",
    [
        {"Date": "Mon, 23 Nov 2026 11:59:00 GMT"},
        {"Date": "Mon, 23 Nov 2026 12:01:00 GMT"},
        {"Date": "yesterday"},
        {"Date": "Mon, 99 Nov 2026 12:00:00 GMT"},
        {"Date": ""},
        {},
    ],
)
def test_an_answer_that_took_a_minute_or_tells_nothing_is_none(headers):
    with freeze_time(NOW):
        assert list(clock.worries(headers)) == []
