"""
The post office: a mail is tried until the server has it, and sent once.

    waiting ──claim, begin──▶ begun ──▶ sent | refused
       ▲                        ├──▶ unclear          (never sent again)
       └── the server said later, or was not there ◀──┘

What is to be mailed is a row (`Mailed`), written in the transaction of the act that it tells of. Up to the moment when
the server is given the message, a mail can be tried again without harm. That moment is written down before it comes;
from then on the mail is sent at most once, whoever dies.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from accounts import letters
from accounts.models import Mail, Mailed, MailedQuerySet

Item = TypeVar("Item", bound=Mailed)

LEASE = timedelta(minutes=2)
"""Longer than a mail server may take for all of its answers."""
BACK_OFF = [timedelta(seconds=seconds) for seconds in (10, 30, 120, 600, 1800)]
"""How long to wait after the first, second, ... try that did not get through; the last one repeats."""
GIVE_UP_AFTER = timedelta(days=3)
"""What could not be mailed by then is read on its page, or is no news."""
AT_ONCE = 50
"""How many mails one round sends, so that it does not keep a worker for long."""

logger = logging.getLogger(__name__)


class LostClaimError(Exception):
    """Somebody else has the mail now, or it is to be sent no more: stop without sending."""


def deliver(rows: MailedQuerySet[Item], write: Callable[[Item], EmailMessage], now: datetime) -> int:
    """
    One round of the post: mail what is due of these. Returns how many were sent.

    One round at a time is enough: a mail server that does not answer must not keep every worker waiting.
    """
    free_lost(rows, now)
    if rows.in_hand(now).exists():
        return 0
    sent = 0
    for _ in range(AT_ONCE):
        item = claim(rows, timezone.now())
        if item is None:
            break
        sent += mail(item, write)
    return sent


def free_lost(rows: MailedQuerySet[Item], now: datetime) -> None:
    """Who died before the server had it leaves it to others, behind what waits; who died later, to nobody."""
    lost = rows.lost(now)
    lost.filter(mail=Mail.BEGUN).update(
        mail=Mail.UNCLEAR, mail_at=now, claimed_until=None, **rows.model.FORGOTTEN
    )
    lost.filter(mail=Mail.WAITING).update(claimed_until=None, not_before=now)


def claim(rows: MailedQuerySet[Item], now: datetime) -> Item | None:
    """Take the one that has waited longest. None: nothing is due, or somebody else was faster."""
    with transaction.atomic():
        due = rows.due(now).order_by("not_before", "pk")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, of=("self",))
        item = due.first()
        if item is None:
            return None
        # The race: two workers read the same row. Only one of them still finds the tries as they were read.
        taken = held(item).filter(mail=Mail.WAITING).update(tries=F("tries") + 1, claimed_until=now + LEASE)
    item.tries += 1
    return item if taken else None


def mail(item: Item, write: Callable[[Item], EmailMessage]) -> bool:
    """Mail what is claimed. One `except` for each consequence; a bug is none of them and keeps the claim."""
    if not item.is_wanted:
        finish(item, Mail.UNWANTED)
        return False
    try:
        letters.send(write(item), partial(begin, item))
    except LostClaimError:
        return False
    except letters.ServerAwayError as error:
        put_back(item)
        rest(item, error)
    except letters.NotTakenError as error:
        put_back(item)
        logger.warning("The mail server did not take %s: %s", item, error)
    except letters.RefusedError as error:
        finish(item, Mail.REFUSED)
        logger.warning("The mail server refused %s: %s", item, error)
    except letters.UnclearError as error:
        finish(item, Mail.UNCLEAR)
        logger.warning("Nobody knows whether %s arrived: %s", item, error)
    else:
        finish(item, Mail.SENT)
        return True
    return False


def begin(item: Mailed) -> None:
    """Write down that the server may have the message from now on, unless somebody else has it in hand."""
    waiting = held(item).filter(mail=Mail.WAITING)
    if not waiting.update(mail=Mail.BEGUN, claimed_until=timezone.now() + LEASE):
        raise LostClaimError(str(item))


def finish(item: Mailed, mail: Mail) -> None:
    held(item).update(mail=mail, mail_at=timezone.now(), claimed_until=None, **item.FORGOTTEN)


def put_back(item: Mailed) -> None:
    """The server surely has it not: once more after a while, or never when it has become old."""
    now = timezone.now()
    if now - item.created_at > GIVE_UP_AFTER:
        finish(item, Mail.REFUSED)
    else:
        held(item).update(mail=Mail.WAITING, claimed_until=None, not_before=now + back_off(item))


def back_off(item: Mailed) -> timedelta:
    return BACK_OFF[min(item.tries, len(BACK_OFF)) - 1]


def rest(item: Mailed, error: Exception) -> None:
    """The server is away, for this mail and for all like it: none of them is tried before this one."""
    until = timezone.now() + back_off(item)
    waiting = everything_like(item).filter(mail=Mail.WAITING, claimed_until=None, not_before__lt=until)
    logger.warning("The mail server is away: %s. %d mails wait.", error, waiting.update(not_before=until))


def held(item: Mailed) -> MailedQuerySet[Mailed]:
    return everything_like(item).filter(pk=item.pk, tries=item.tries)


def everything_like(item: Mailed) -> MailedQuerySet[Mailed]:
    return MailedQuerySet(type(item))
