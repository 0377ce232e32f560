"""
The log. Each entry carries the hash of the one before it, so that a changed, missing or added
line breaks the chain from there on; `manage.py verify_audit` finds the place.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KeyTransform
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.append_only import AppendOnlyModel, AppendOnlyQuerySet

GENESIS = "0" * 64
LONGEST_NUMBER = 18
"""A database knows no larger numbers."""


CLOCKS_DIFFER = timedelta(hours=1)
"""Lines are numbered in one row, but each machine writes the time of its own clock: by far less than this they differ."""


class EntryQuerySet(AppendOnlyQuerySet):
    """Each of these is found by an index, however long the log is."""

    def by(self, people: Iterable[int]) -> "EntryQuerySet":
        return self.filter(actor__in=people)

    def about_post(self, number: int) -> "EntryQuerySet":
        """What was done to it, and to what became of it on the channels."""
        return self.filter(Q(thing=f"post:{number}") | Q(facts__post=number))

    def about_channel(self, number: int) -> "EntryQuerySet":
        """What was done to it, and what was done with posts on it."""
        return self.filter(Q(thing=f"channel:{number}") | Q(facts__channel=number))

    def since(self, day: date) -> "EntryQuerySet":
        return self.filter(at__gte=midnight(day))

    def until(self, day: date) -> "EntryQuerySet":
        """That day, too. Its last number is looked up, so that nobody walks there line by line from the newest."""
        end = midnight(day + timedelta(days=1))
        around = Entry.objects.filter(at__lt=end + CLOCKS_DIFFER).order_by("-at").values("number")
        return self.filter(at__lt=end, number__lte=models.Subquery(around[:1]))

    def older_than(self, before: str) -> "EntryQuerySet":
        """Those with a smaller number than `before`; all of them for anything that is no number."""
        is_number = before.isdecimal() and len(before) <= LONGEST_NUMBER
        return self.filter(number__lt=int(before)) if is_number else self.all()


def midnight(day: date) -> datetime:
    """When a day begins on the clock on the wall: some days are an hour longer or shorter than others."""
    return datetime.combine(day, time.min, timezone.get_default_timezone())


class Entry(AppendOnlyModel):
    """One act: who did what to which thing, when."""

    number = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="audit_entries", db_index=False
    )
    """None when the software itself acted: the worker that publishes, the sweep."""
    verb = models.CharField(max_length=60)
    """`room.what`, in the past: `post.approved`."""
    thing = models.CharField(max_length=60)
    """What it was done to: `post:12`, `channel:3`."""
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    """Plain values, never texts of posts and never anything secret."""
    previous_hash = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)

    objects = EntryQuerySet.as_manager()  # type: ignore[misc]  # its own

    class Meta:
        verbose_name = _("loggrad")
        verbose_name_plural = _("loggen")
        ordering = ("-number",)
        indexes = (
            models.Index(fields=("thing", "number"), name="audit_thing"),
            models.Index(fields=("actor", "number"), name="audit_actor"),
            models.Index(fields=("verb", "number"), name="audit_verb"),
            models.Index(fields=("at",), name="audit_at"),
            models.Index(KeyTransform("post", "facts"), "number", name="audit_post"),
            models.Index(KeyTransform("channel", "facts"), "number", name="audit_channel"),
        )
        permissions = (("view_log", _("Läsa hela loggen")), ("export_log", _("Ta ut loggen")))

    def __str__(self) -> str:
        return f"{self.number} {self.verb} {self.thing}"

    def computed_hash(self) -> str:
        """SHA-256 over the canonical JSON of everything but the hash itself."""
        line: dict[str, Any] = {
            "number": self.number,
            "at": self.at.isoformat(timespec="microseconds"),
            "actor": self.actor_id,
            "verb": self.verb,
            "thing": self.thing,
            "facts": self.facts,
            "previous": self.previous_hash,
        }
        return hashlib.sha256(json.dumps(line, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


class Head(models.Model):
    """The chain's end, in one row: who wants to write locks it, and a cut-off tail shows."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=GENESIS)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="audit_one_head"),)

    def __str__(self) -> str:
        return f"{self.number} {self.hash[:12]}"


class Proof(AppendOnlyModel):
    """That the chain was walked from its first line to this one, when, and in how many places it did not hold."""

    at = models.DateTimeField(auto_now_add=True)
    number = models.PositiveBigIntegerField()
    breaks = models.PositiveIntegerField()

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.number} lines, {self.breaks} breaks"

    @property
    def is_whole(self) -> bool:
        return self.breaks == 0
