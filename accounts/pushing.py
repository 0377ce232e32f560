"""
Handing what is to be shown to the makers of the browsers (RFC 8030), sealed for the one browser (RFC 8291). A worker
does it: no page waits.

Shown twice is no harm: the phone puts the second in the place of the first.
"""

import json
import logging
from datetime import datetime, timedelta
from enum import Enum, auto
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from py_vapid import Vapid02
from pywebpush import WebPusher

from accounts import push, push_words
from accounts.models import Notice, PushSubscription
from accounts.quiet_hours import can_wait

logger = logging.getLogger(__name__)

AT_ONCE = 20
PATIENCE = (5, 10)
"""Seconds: for somebody to be there, and for an answer."""
AGAIN_AFTER = timedelta(minutes=2)
GIVE_UP_AFTER = timedelta(hours=1)
KEEP_FOR = timedelta(hours=12)
"""How long the service keeps it for a phone that is off."""
TOKEN_FOR = timedelta(hours=12)


class Outcome(Enum):
    SHOWN = auto()
    GONE = auto()
    """The browser is no more, or does not want to hear of us."""
    LATER = auto()
    REFUSED = auto()
    """It will never take it, and nobody knows why: a mistake of ours."""


def deliver(now: datetime) -> int:
    """One round: show what is due. Returns how many were shown."""
    if not push.is_offered():
        return 0
    shown = 0
    for _ in range(AT_ONCE):
        notice = push.claim(now)
        if notice is None:
            break
        shown += show(notice)
    return shown


def show(notice: Notice) -> int:
    """In every browser of the person's. Returns in how many."""
    now = timezone.now()
    if not push.is_still_news(notice, now):
        return 0
    outcomes = [hand_over(notice, each) for each in notice.person.push_subscriptions.all()]
    if Outcome.LATER in outcomes and now - notice.created_at < GIVE_UP_AFTER:
        push.again(notice, now + AGAIN_AFTER)
    return outcomes.count(Outcome.SHOWN)


def hand_over(notice: Notice, subscription: PushSubscription) -> Outcome:
    outcome = Outcome.REFUSED
    # The list of services may have become shorter since.
    if push.is_service(subscription.endpoint):
        outcome = send(subscription, payload(notice), is_urgent=not can_wait(notice.kind, notice.facts))
    if outcome is Outcome.GONE:
        subscription.delete()
    return outcome


def payload(notice: Notice) -> bytes:
    """What kind of thing, and where it stands. The page says the rest, to whoever signs in."""
    with translation.override(notice.person.language):
        said = str(push_words.of(notice.kind))
    shown = {"title": "Seko Social", "body": said, "url": reverse("accounts:notice", args=[notice.pk])}
    return json.dumps(shown | {"tag": f"notice-{notice.pk}", "lang": notice.person.language}).encode()


def send(subscription: PushSubscription, data: bytes, *, is_urgent: bool) -> Outcome:
    keys = {"p256dh": subscription.p256dh, "auth": subscription.auth}
    sealed = WebPusher({"endpoint": subscription.endpoint, "keys": keys}).encode(data)["body"]
    headers = signed_for(subscription.endpoint) | {
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": str(int(KEEP_FOR.total_seconds())),
        "Urgency": "high" if is_urgent else "normal",
    }
    try:
        answer = requests.post(
            subscription.endpoint, sealed, headers=headers, timeout=PATIENCE, allow_redirects=False
        )
    except requests.RequestException as error:
        logger.warning("A push service did not answer: %s", type(error).__name__)
        return Outcome.LATER
    return outcome_of(answer.status_code)


def signed_for(endpoint: str) -> dict[str, str]:
    """Who we are, for this service and for some hours (RFC 8292)."""
    parts = urlsplit(endpoint)
    until = timezone.now() + TOKEN_FOR
    claims = {
        "sub": settings.VAPID_CONTACT,
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(until.timestamp()),
    }
    return Vapid02.from_raw(settings.VAPID_PRIVATE_KEY.encode()).sign(claims)


def outcome_of(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome.SHOWN
    if status in (404, 410):
        return Outcome.GONE
    if status == 429 or status >= 500:
        return Outcome.LATER
    logger.warning("A push service refused with %d", status)
    return Outcome.REFUSED
