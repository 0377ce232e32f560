"""
The log. Each entry carries the hash of the one before it, so that a changed, missing or added
line breaks the chain from there on; `manage.py verify_audit` finds the place.
"""

import hashlib
import json
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from audit.append_only import AppendOnlyModel

GENESIS = "0" * 64


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

    class Meta:
        verbose_name = _("loggrad")
        verbose_name_plural = _("loggen")
        ordering = ("-number",)
        indexes = (
            models.Index(fields=("thing", "number"), name="audit_thing"),
            models.Index(fields=("actor", "number"), name="audit_actor"),
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
