"""
What people are told: the only writer of notices, and the post office for their mails.

    tell ──▶ waiting ──claim, begin──▶ begun ──▶ sent | refused
               ▲                         ├──▶ unclear          (never sent again)
               └── the server said later, or was not there ◀──┘

A notice is written in the transaction of the act that it tells of, so that it is there exactly when the act is; a worker
mails it later. Up to the moment when the server is given the message, a mail can be tried again without harm. That moment
is written down before it comes; from then on the mail is sent at most once, whoever dies.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from accounts import letters, push
from accounts.models import Mail, Notice, NoticeQuerySet, User
from accounts.quiet_hours import can_wait, first_waking_moment

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
"""Longer than a mail server may take for all of its answers."""
BACK_OFF = [timedelta(seconds=seconds) for seconds in (10, 30, 120, 600, 1800)]
"""How long to wait after the first, second, ... try that did not get through; the last one repeats."""
GIVE_UP_AFTER = timedelta(days=3)
"""What could not be mailed by then is read on the page, or is no news."""
AT_ONCE = 50
"""How many mails one round sends, so that it does not keep a worker for long."""


class LostClaimError(Exception):
    """Somebody else has the notice now, or it is to be mailed no more: stop without sending."""


# --- telling --------------------------------------------------------------------------------------------------


def tell(
    people: Iterable[User],
    kind: str,
    key: str,
    path: str | Callable[[User], str],
    *,
    not_before: datetime | None = None,
    **facts: Any,
) -> None:
    """
    Tell each of them, once, in the caller's transaction. Who may not sign in is told nothing.

    A fact is plain; what is a time has a name that ends in `_at`. `path` may lead each person to another page.
    `not_before` holds the mail back, not the page; so do the quiet hours, from what can wait.
    """
    now, told = timezone.now(), [person for person in set(people) if person.is_active]
    from_then = max(not_before or now, now)
    if can_wait(kind, facts):
        from_then = first_waking_moment(from_then)
    on_phones = push.moment_for({person.pk for person in told}, from_then)
    plain = {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in facts.items()
    }
    Notice.objects.bulk_create(
        (
            Notice(
                person=person,
                kind=kind,
                key=key,
                path=path(person) if callable(path) else path,
                facts=plain,
                created_at=now,
                not_before=from_then,
                push_at=on_phones.get(person.pk),
            )
            for person in sorted(told, key=lambda person: person.pk)
        ),
        # The race: two workers tell of the same thing. The second finds it told.
        ignore_conflicts=True,
    )


def take_back(kind: str, key: str) -> None:
    """It is no longer so: what nobody has been mailed yet is forgotten."""
    Notice.objects.filter(kind=kind, key=key, mail=Mail.WAITING, claimed_until=None).delete()


def take_back_about(kind: str, thing: str) -> None:
    """As `take_back`, of all whose key begins with this."""
    found = Notice.objects.filter(kind=kind, key__startswith=thing, mail=Mail.WAITING, claimed_until=None)
    found.delete()


def keep_from_mail(notices: NoticeQuerySet) -> None:
    """They are on the page, and nobody is mailed."""
    notices.filter(mail=Mail.WAITING, claimed_until=None).update(mail=Mail.UNWANTED, mail_at=timezone.now())
    notices.exclude(push_at=None).update(push_at=None)


def mark_read(notices: NoticeQuerySet) -> None:
    notices.unread().update(read_at=timezone.now())


# --- mailing --------------------------------------------------------------------------------------------------


def deliver(now: datetime) -> int:
    """
    One round of the post: mail what is due. Returns how many were sent.

    One round at a time is enough: a mail server that does not answer must not keep every worker waiting.
    """
    free_lost(now)
    if Notice.objects.in_hand(now).exists():
        return 0
    sent = 0
    for _ in range(AT_ONCE):
        notice = claim(timezone.now())
        if notice is None:
            break
        sent += mail(notice)
    return sent


def free_lost(now: datetime) -> None:
    """Who died before the server had it leaves it to others, behind what waits; who died later, to nobody."""
    lost = Notice.objects.lost(now)
    lost.filter(mail=Mail.BEGUN).update(mail=Mail.UNCLEAR, mail_at=now, claimed_until=None)
    lost.filter(mail=Mail.WAITING).update(claimed_until=None, not_before=now)


def claim(now: datetime) -> Notice | None:
    """Take the notice that has waited longest. None: nothing is due, or somebody else was faster."""
    with transaction.atomic():
        rows = Notice.objects.due(now).order_by("not_before", "pk")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        notice = rows.select_related("person").first()
        if notice is None:
            return None
        # The race: two workers read the same row. Only one of them still finds the tries as they were read.
        taken = Notice.objects.filter(pk=notice.pk, tries=notice.tries, mail=Mail.WAITING).update(
            tries=F("tries") + 1, claimed_until=now + LEASE
        )
    notice.tries += 1
    return notice if taken else None


def mail(notice: Notice) -> bool:
    """Mail one claimed notice. One `except` for each consequence; a bug is none of them and keeps the claim."""
    if not notice.person.is_active:
        finish(notice, Mail.UNWANTED)
        return False
    try:
        letters.send(letters.to(notice), partial(begin, notice))
    except LostClaimError:
        return False
    except letters.ServerAwayError as error:
        put_back(notice)
        rest(notice, error)
    except letters.NotTakenError as error:
        put_back(notice)
        logger.warning("The mail server did not take %s: %s", notice, error)
    except letters.RefusedError as error:
        finish(notice, Mail.REFUSED)
        logger.warning("The mail server refused %s: %s", notice, error)
    except letters.UnclearError as error:
        finish(notice, Mail.UNCLEAR)
        logger.warning("Nobody knows whether %s arrived: %s", notice, error)
    else:
        finish(notice, Mail.SENT)
        return True
    return False


def begin(notice: Notice) -> None:
    """Write down that the server may have the message from now on, unless somebody else has the notice."""
    begun = (
        held(notice).filter(mail=Mail.WAITING).update(mail=Mail.BEGUN, claimed_until=timezone.now() + LEASE)
    )
    if not begun:
        raise LostClaimError(str(notice))


def held(notice: Notice) -> NoticeQuerySet:
    return Notice.objects.filter(pk=notice.pk, tries=notice.tries)


def finish(notice: Notice, mail: Mail) -> None:
    held(notice).update(mail=mail, mail_at=timezone.now(), claimed_until=None)


def put_back(notice: Notice) -> None:
    """The server surely has it not: once more after a while, or never when it has become old."""
    now = timezone.now()
    if now - notice.created_at > GIVE_UP_AFTER:
        finish(notice, Mail.REFUSED)
    else:
        held(notice).update(mail=Mail.WAITING, claimed_until=None, not_before=now + back_off(notice))


def back_off(notice: Notice) -> timedelta:
    return BACK_OFF[min(notice.tries, len(BACK_OFF)) - 1]


def rest(notice: Notice, error: Exception) -> None:
    """The server is away, for this mail and for all others: none of them is tried before this one."""
    until = timezone.now() + back_off(notice)
    waiting = Notice.objects.filter(mail=Mail.WAITING, claimed_until=None, not_before__lt=until)
    logger.warning("The mail server is away: %s. %d mails wait.", error, waiting.update(not_before=until))
