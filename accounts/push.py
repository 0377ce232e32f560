"""
Browsers that show what somebody is told while no page is open: the only writer of subscriptions.

What is shown says of which kind it is, and leads to the notice; it names nobody and quotes no post, since a phone lies on
tables and shows it to everybody. The mail is the base: nothing here is ever needed.
"""

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from accounts.models import Notice, PushSubscription, User
from accounts.vapid import as_text, from_text, private_key_from

if TYPE_CHECKING:
    from django.db.models import QuerySet

STALE = timedelta(days=1)
"""What was told before that is read on the page."""
COOKIE = "push"
"""By which a browser that shows things is known again, also after a session is over."""
COOKIE_AGE = timedelta(days=400)
MOST = 10
"""How many browsers one person has; the oldest is forgotten for a new one."""
SECRET_BYTES = 16
LOOPBACK = ("127.0.0.1", "::1", "localhost")
NAME = re.compile(r"[a-z0-9.:-]+")
"""Nothing that programs read differently: behind a backslash, one still reads the name and another already the path."""


class NotAServiceError(Exception):
    """The address belongs to nobody whom we know to show things in browsers."""


def is_offered() -> bool:
    return bool(settings.VAPID_PRIVATE_KEY)


def public_key() -> str:
    """By which a browser knows that it is us. Empty where nothing is offered."""
    if not is_offered():
        return ""
    key = private_key_from(settings.VAPID_PRIVATE_KEY)
    return as_text(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def is_service(endpoint: str) -> bool:
    """
    Only the makers of browsers: the address comes from a browser, and whoever could name any would have us ask for it.
    """
    try:
        parts = urlsplit(endpoint)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    is_known = any(host == known or host.endswith(f".{known}") for known in settings.PUSH_SERVICES)
    return (
        is_known
        and bool(NAME.fullmatch(host))
        and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))
        and not parts.username
    )


def are_keys(p256dh: str, auth: str) -> bool:
    """A place on the curve that everybody uses, and sixteen bytes that only the browser and we know."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), from_text(p256dh))
        return len(from_text(auth)) == SECRET_BYTES
    except ValueError:
        return False


def subscribe(person: User, endpoint: str, p256dh: str, auth: str) -> PushSubscription:
    """This browser shows what `person` is told, and nobody else any more. Raises NotAServiceError."""
    if not is_service(endpoint):
        raise NotAServiceError(endpoint)
    with transaction.atomic():
        facts = {"person": person, "p256dh": p256dh, "auth": auth}
        subscription, _is_new = PushSubscription.objects.update_or_create(endpoint=endpoint, defaults=facts)
        kept = (
            PushSubscription.objects.filter(person=person).order_by("-pk").values_list("pk", flat=True)[:MOST]
        )
        PushSubscription.objects.filter(person=person).exclude(pk__in=list(kept)).delete()
    return subscription


def forget(person: User, endpoint: str = "") -> None:
    """This browser of theirs, or all of them."""
    theirs = PushSubscription.objects.filter(person=person)
    (theirs.filter(endpoint=endpoint) if endpoint else theirs).delete()


# --- whose browser it is ----------------------------------------------------------------------------------------


def remember(response: HttpResponse, subscription: PushSubscription) -> None:
    response.set_signed_cookie(
        COOKIE,
        str(subscription.pk),
        salt=COOKIE,
        max_age=COOKIE_AGE,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def of_this_browser(request: HttpRequest) -> "QuerySet[PushSubscription]":
    known = request.get_signed_cookie(COOKIE, default="", salt=COOKIE)
    return PushSubscription.objects.filter(pk=int(known)) if known else PushSubscription.objects.none()


@receiver(user_logged_out)
def forget_this_browser(request: HttpRequest, **_kwargs: object) -> None:
    """Whoever signs out is told nothing more there: the next one who takes the phone may be somebody else."""
    of_this_browser(request).delete()


@receiver(user_logged_in)
def leave_it_to(request: HttpRequest, user: User, **_kwargs: object) -> None:
    """A session that ran out is no sign-out. But somebody else who signs in is not shown what the first one is told."""
    of_this_browser(request).exclude(person=user).delete()


def moment_for(people: set[int], at: datetime) -> dict[int, datetime]:
    """From when each of them is shown it; nothing for those who have no browser that would."""
    if not is_offered():
        return {}
    having = PushSubscription.objects.filter(person__in=people).values_list("person", flat=True)
    return dict.fromkeys(having, at)


# --- what is due ------------------------------------------------------------------------------------------------


def claim(now: datetime) -> Notice | None:
    """Take the next one. The race: two workers read the same row, and one of them finds it as it was."""
    waiting: QuerySet[Notice] = Notice.objects.to_push(now).order_by("push_at", "pk")
    notice = waiting.select_related("person").first()
    if notice is None:
        return None
    taken = Notice.objects.filter(pk=notice.pk, push_at=notice.push_at).update(push_at=None)
    return notice if taken else None


def is_still_news(notice: Notice, now: datetime) -> bool:
    """Not for somebody who has read it meanwhile, or who may not sign in any more."""
    is_unread = Notice.objects.unread().filter(pk=notice.pk).exists()
    return is_unread and notice.person.is_active and now - notice.created_at < STALE


def again(notice: Notice, at: datetime) -> None:
    Notice.objects.filter(pk=notice.pk, push_at=None).update(push_at=at)
