"""
Telling the group of answers that it has promised and not given: at half the time whoever has the watch, and their deputy;
when the time is over, everybody. Each once, whoever runs it and however often.
"""

from datetime import datetime

from django.db import transaction

from posts import notices
from posts.models import Promise, PromiseQuerySet


def remind(now: datetime) -> None:
    for promise in waiting().filter(reminded_at=None, half_at__lte=now, answer_by__gt=now):
        remind_of(promise, now)
    escalate(now)


def waiting() -> PromiseQuerySet:
    return Promise.objects.open().select_related("post__author")


def remind_of(promise: Promise, now: datetime) -> None:
    with transaction.atomic():
        # The race: two workers, or somebody answers right now. Only one of them finds it as it was read.
        if Promise.objects.open().filter(pk=promise.pk, reminded_at=None).update(reminded_at=now):
            notices.half_the_time_has_gone(promise, now)


def escalate(now: datetime) -> None:
    with transaction.atomic():
        late = Promise.objects.open().filter(escalated_at=None, answer_by__lte=now)
        found = list(late.select_for_update().order_by("pk").values_list("pk", flat=True))
        if Promise.objects.open().filter(pk__in=found, escalated_at=None).update(escalated_at=now):
            notices.overdue(list(waiting().filter(pk__in=found)), now)
