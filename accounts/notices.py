"""
What people are told: who writes notices, and takes back those that nobody has been mailed yet.

A notice is written in the transaction of the act that it tells of, so that it is there exactly when the act is; a worker
mails it later (`accounts.mailing`).
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts import push
from accounts.models import Mail, Notice, NoticeQuerySet, User
from accounts.quiet_hours import can_wait, first_waking_moment


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
