"""What one expects to see a post about, and the calendars that some of it comes from."""

import uuid
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from channels.models import Sealed
from posts.models.post import Post, Status, is_taken_down

if TYPE_CHECKING:
    from accounts.models import User


class EventKind(models.TextChoices):
    VISIT = "visit", _("Arbetsplatsbesök")
    CAMPAIGN = "campaign", _("Kampanj")
    CONGRESS = "congress", _("Kongress eller tjänsteresa")
    OTHER = "other", _("Annat")


class NothingToShow(models.TextChoices):
    """
    Why there is no post about an event. None of them says that a place is protected: of such places there is no list
    (§2.7), and an event has a place.
    """

    NO_PICTURES = "no_pictures", _("Det gick inte att ta bilder")
    UNWILLING = "unwilling", _("Ingen ville vara med på bild")
    INTERNAL = "internal", _("Det som hände är internt")
    CALLED_OFF = "called_off", _("Det blev inte av")
    OTHER = "other", _("Annat")


class FeedFault(models.TextChoices):
    """Why a calendar could not be read the last time."""

    UNREACHABLE = "unreachable", _("Kalendern svarar inte.")
    GONE = "gone", _("Det finns ingen kalender på adressen, eller så får vi inte läsa den.")
    NO_CALENDAR = "no_calendar", _("Det som finns på adressen är ingen kalender.")
    TOO_LARGE = "too_large", _("Kalendern är för stor, eller upprepar något för ofta.")
    SEALED = "sealed", _("Adressen går inte att läsa längre. Lägg till kalendern igen.")


class EventFeedQuerySet(models.QuerySet["EventFeed"]):
    def due(self, now: datetime) -> "EventFeedQuerySet":
        """Those to be read now that no worker reads."""
        free = Q(claimed_until=None) | Q(claimed_until__lt=now)
        return self.filter(free, look_at__lte=now, owner__is_active=True)


class EventFeed(Sealed):
    """
    A calendar that somebody subscribes to. Whoever has its address reads the calendar: the address is sealed as a
    credential is, and only its host is ever shown.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="event_feeds")
    host = models.CharField(max_length=260)
    digest = models.CharField(max_length=64)
    """SHA-256 of the address: the same calendar twice is one."""
    only = models.CharField(_("bara med ordet"), max_length=60, blank=True)
    """What is none of our business stays where it is: only what has this word in its title becomes an event."""
    kind = models.CharField(_("slag"), max_length=10, choices=EventKind, default=EventKind.VISIT)
    is_shared = models.BooleanField(_("för alla"), default=False)
    look_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)
    """How often a worker has taken it: the number is the fence."""
    looked_at = models.DateTimeField(null=True, blank=True)
    """When it was last read as a whole."""
    fault = models.CharField(max_length=12, choices=FeedFault, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EventFeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("kalender")
        verbose_name_plural = _("kalendrar")
        ordering = ("created_at", "id")
        constraints = (models.UniqueConstraint(fields=("owner", "digest"), name="posts_calendar_once"),)
        indexes = (models.Index(fields=("look_at",), name="posts_calendar_due"),)

    @property
    def place(self) -> str:
        return f"posts.eventfeed:{self.pk}"


class EventQuerySet(models.QuerySet["Event"]):
    def open_to(self, user: "User") -> "EventQuerySet":
        """One's own, and those of the whole organisation; all, for the group."""
        if user.has_perm("posts.change_event"):
            return self
        return self.for_person(user)

    def for_person(self, user: "User") -> "EventQuerySet":
        """What this person may send something in about."""
        return self.filter(Q(owner=user) | Q(is_shared=True))

    def begun(self, today: date) -> "EventQuerySet":
        return self.filter(first_day__lte=today)

    def coming(self, today: date) -> "EventQuerySet":
        return self.filter(first_day__gt=today)

    def going_on(self, today: date) -> "EventQuerySet":
        return self.begun(today).filter(last_day__gte=today)

    def undocumented(self) -> "EventQuerySet":
        """Nothing was sent in about them, and nobody said that there is nothing to show."""
        return self.filter(~Exists(sent_in()), nothing_at=None)

    def to_remind_of(self, now: datetime) -> "EventQuerySet":
        return self.filter(remind_at__lte=now, reminded_at=None)


def sent_in() -> "models.QuerySet[Post]":
    """About the event of the outer query."""
    return standing().filter(event=OuterRef("pk")).order_by()


def standing() -> "models.QuerySet[Post]":
    """Sent in, and neither taken back nor taken down: these show that there was something."""
    return Post.objects.exclude(submitted_at=None).exclude(status=Status.WITHDRAWN).exclude(is_taken_down())


class Event(models.Model):
    """Something that a post is expected of. `posts.events` is its only writer."""

    title = models.CharField(_("vad"), max_length=200)
    kind = models.CharField(_("slag"), max_length=10, choices=EventKind, default=EventKind.VISIT)
    first_day = models.DateField(_("första dagen"))
    last_day = models.DateField(_("sista dagen"))
    ends_at = models.DateTimeField(null=True, blank=True)
    """To the minute, where a calendar said so."""
    place = models.CharField(_("var"), max_length=200, blank=True)
    """In words, as somebody typed it. Never a position."""
    about = models.CharField(_("facklig fråga"), max_length=200, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="events")
    is_shared = models.BooleanField(_("för alla"), default=False)
    """Of the whole organisation: anybody may send something in about it, and nobody is reminded."""
    asks_about_site = models.BooleanField(_("fråga om man får fota"), default=False)
    feed = models.ForeignKey(EventFeed, models.SET_NULL, null=True, blank=True, related_name="events")
    uid = models.CharField(max_length=64, blank=True)
    """SHA-256 of the calendar's own name of it, and of which of its repetitions."""
    nothing_to_show = models.CharField(max_length=12, choices=NothingToShow, blank=True)
    nothing_note = models.CharField(max_length=200, blank=True)
    nothing_at = models.DateTimeField(null=True, blank=True)
    remind_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("händelse")
        verbose_name_plural = _("händelser")
        ordering = ("-first_day", "-id")
        constraints = (
            models.CheckConstraint(condition=Q(first_day__lte=F("last_day")), name="posts_event_days"),
            models.CheckConstraint(
                condition=Q(nothing_at=None, nothing_to_show="")
                | Q(nothing_at__isnull=False) & ~Q(nothing_to_show=""),
                name="posts_event_nothing_has_reason",
            ),
            models.UniqueConstraint(
                fields=("feed", "uid"), condition=Q(feed__isnull=False), name="posts_event_of_feed_once"
            ),
        )
        indexes = (
            models.Index("owner", F("first_day").desc(), name="posts_events_of"),
            models.Index("last_day", "first_day", condition=Q(is_shared=True), name="posts_events_shared"),
            models.Index(F("first_day").desc(), F("id").desc(), name="posts_events_by_day"),
            models.Index(
                fields=("remind_at",),
                condition=Q(remind_at__isnull=False, reminded_at=None),
                name="posts_events_to_remind",
            ),
        )

    def __str__(self) -> str:
        return f"{self.pk}: {self.title}"

    @property
    def is_long(self) -> bool:
        return self.last_day - self.first_day >= timedelta(days=1)
