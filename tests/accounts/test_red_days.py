"""Which days are red, whoever asks at the same time."""

from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import date

from holidays.countries.sweden import Sweden

from accounts import red_days

A_WEDNESDAY = date(2052, 5, 1)


def test_a_second_thread_is_answered_when_the_year_is_filled_in(monkeypatch):
    answers: list[Future[bool]] = []

    class BeingAsked(Sweden):
        def _populate(self, year):
            answers.append(pool.submit(red_days.is_red, A_WEDNESDAY))
            # Long enough for an answer that does not wait for us.
            wait(answers, timeout=0.1)
            super()._populate(year)

    asked = BeingAsked(categories=red_days.calendar().categories)
    monkeypatch.setattr(red_days, "calendar", lambda: asked)
    with ThreadPoolExecutor() as pool:
        assert red_days.is_red(A_WEDNESDAY)
    assert [answer.result() for answer in answers] == [True]
