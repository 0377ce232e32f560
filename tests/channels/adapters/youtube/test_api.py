"""What YouTube's refusals mean, reason by reason; and when the quota is filled again."""

from datetime import UTC, datetime, timedelta

import pytest
from freezegun import freeze_time

from channels.adapters.codes import Trouble
from channels.adapters.http import Answer
from channels.adapters.youtube import api
from channels.errors import ChannelError, NotConnected, NotSent, RateLimited, Refused, Unconfirmed

ROWS = [
    (400, "invalidTitle", Refused, Trouble.TEXT_REFUSED),
    (400, "invalidDescription", Refused, Trouble.TEXT_REFUSED),
    (400, "invalidTags", Refused, Trouble.TEXT_REFUSED),
    (400, "invalidVideoMetadata", Refused, Trouble.TEXT_REFUSED),
    (400, "invalidFilename", Refused, Trouble.MEDIA_REFUSED),
    (400, "mediaBodyRequired", Refused, Trouble.MEDIA_REFUSED),
    (413, "uploadTooLarge", Refused, Trouble.MEDIA_REFUSED),
    (400, "uploadLimitExceeded", RateLimited, Trouble.UPLOAD_LIMIT),
    (400, "failedPrecondition", Refused, Trouble.REFUSED),
    (400, "badRequest", Refused, Trouble.REFUSED),
    (401, "authError", NotConnected, Trouble.TOKEN_EXPIRED),
    (401, "required", NotConnected, Trouble.TOKEN_EXPIRED),
    (401, "somethingNew", NotConnected, Trouble.TOKEN_EXPIRED),
    (401, "", NotConnected, Trouble.TOKEN_EXPIRED),
    (401, "youtubeSignupRequired", NotConnected, Trouble.NO_CHANNEL),
    (403, "quotaExceeded", RateLimited, Trouble.QUOTA),
    (403, "dailyLimitExceeded", RateLimited, Trouble.QUOTA),
    (403, "rateLimitExceeded", RateLimited, Trouble.TOO_MANY_CALLS),
    (403, "userRateLimitExceeded", RateLimited, Trouble.TOO_MANY_CALLS),
    (429, "", RateLimited, Trouble.TOO_MANY_CALLS),
    (403, "insufficientPermissions", NotConnected, Trouble.PERMISSION_MISSING),
    (403, "forbidden", NotConnected, Trouble.PERMISSION_MISSING),
    (403, "somethingNew", NotConnected, Trouble.PERMISSION_MISSING),
    (403, "accessNotConfigured", NotConnected, Trouble.APP_KEYS),
    (403, "channelSuspended", NotConnected, Trouble.ACCOUNT_SUSPENDED),
    (403, "channelClosed", NotConnected, Trouble.NO_CHANNEL),
    (403, "forbiddenPrivacySetting", Refused, Trouble.PRIVACY_REFUSED),
    (404, "videoNotFound", Refused, Trouble.FILM_GONE),
    (404, "somethingNew", Refused, Trouble.REFUSED),
    (500, "backendError", Unconfirmed, Trouble.PLATFORM_DOWN),
    (503, "", Unconfirmed, Trouble.PLATFORM_DOWN),
    (400, "backendError", Unconfirmed, Trouble.PLATFORM_DOWN),
]


def refusal(status: int, reason: str, unclear: type = Unconfirmed, **headers: str) -> Answer:
    errors = [{"message": "In words.", "domain": "youtube.video", "reason": reason}] if reason else []
    told = {"error": {"code": status, "message": "In words.", "errors": errors}}
    return Answer("PUT /youtube/v3/videos", unclear, status, headers, told)


@pytest.mark.parametrize(("status", "reason", "kind", "meaning"), ROWS)
def test_a_refusal_is_judged_by_its_reason(status, reason, kind, meaning):
    error = api.trouble(refusal(status, reason))
    assert (type(error), error.code) == (kind, meaning)
    assert reason in error.detail


@pytest.mark.parametrize("status", [302, 308, 400, 403, 404])
@pytest.mark.parametrize("told", [None, [], "busy", {"error": "busy"}])
def test_what_is_no_refusal_of_youtubes_proves_nothing(status, told):
    assert judged_as(status, told) == (Unconfirmed, Trouble.UNREADABLE)


@pytest.mark.parametrize("told", [None, [], "done"])
def test_what_is_no_resource_proves_nothing(told):
    assert judged_as(200, told) == (Unconfirmed, Trouble.UNREADABLE)


def judged_as(status: int, told: object) -> tuple[type, str]:
    with pytest.raises(ChannelError) as raised:
        api.judged(Answer("PUT /", Unconfirmed, status, {}, told))
    return type(raised.value), raised.value.code


def test_an_outage_in_a_call_that_may_be_repeated_is_not_sent():
    assert type(api.trouble(refusal(503, "backendError", NotSent))) is NotSent


@pytest.mark.parametrize(
    ("now", "midnight"),
    [
        ("2026-11-22T12:00:00+00:00", "2026-11-23T08:00:00+00:00"),
        ("2026-11-22T07:59:59+00:00", "2026-11-22T08:00:00+00:00"),
        ("2026-11-22T08:00:00+00:00", "2026-11-23T08:00:00+00:00"),
        ("2026-07-01T12:00:00+00:00", "2026-07-02T07:00:00+00:00"),
        (
            "2026-10-31T23:00:00+00:00",
            "2026-11-01T07:00:00+00:00",
        ),  # the night in which summer time ends there
        ("2026-11-01T12:00:00+00:00", "2026-11-02T08:00:00+00:00"),
        ("2026-12-31T20:00:00+01:00", "2027-01-01T08:00:00+00:00"),
        ("2027-03-14T07:30:00+00:00", "2027-03-14T08:00:00+00:00"),
        ("2027-03-14T12:00:00+00:00", "2027-03-15T07:00:00+00:00"),  # the day on which it begins has 23 hours
    ],
)
def test_the_quota_is_filled_again_at_midnight_in_california(now, midnight):
    assert api.next_midnight(datetime.fromisoformat(now)) == datetime.fromisoformat(midnight)


@pytest.mark.parametrize(
    ("reason", "whole_app"),
    [
        ("quotaExceeded", True),
        ("dailyLimitExceeded", True),
        ("rateLimitExceeded", False),
        ("userRateLimitExceeded", False),
        ("uploadLimitExceeded", False),
    ],
)
def test_the_quota_is_the_apps_and_every_other_limit_the_channels(reason, whole_app):
    assert api.trouble(refusal(403, reason)).whole_app is whole_app


def test_the_quota_is_waited_for_until_midnight_there_also_in_the_night_of_the_long_day():
    with freeze_time("2026-11-01T06:59:00+00:00"):  # a minute before the day of 25 hours
        assert api.trouble(refusal(403, "quotaExceeded")).until == datetime(2026, 11, 1, 7, tzinfo=UTC)
    with freeze_time("2026-11-01T07:01:00+00:00"):
        assert api.trouble(refusal(403, "quotaExceeded")).until == datetime(2026, 11, 2, 8, tzinfo=UTC)


@pytest.mark.parametrize(("header", "seconds"), [("120", 120), (None, 60), ("soon", 60), ("99999999", 60)])
def test_a_rate_by_the_minute_waits_as_long_as_youtube_says_or_a_minute(header, seconds):
    headers = {"Retry-After": header} if header else {}
    before = datetime.now(UTC)
    error = api.trouble(refusal(403, "rateLimitExceeded", **headers))
    wait = timedelta(seconds=seconds)
    assert before + wait <= error.until <= datetime.now(UTC) + wait
