"""A channel is a connected page, profile or account; a credential is what it proves itself with."""

import hashlib
import json
import uuid
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from channels.adapters import ADAPTERS
from channels.adapters.base import Adapter
from channels.adapters.codes import Trouble
from channels.keyring import CannotOpenError, KeyRing

if TYPE_CHECKING:
    from accounts.models import User

EXPIRES_SOON = timedelta(days=14)
LOOK_AFTER = timedelta(days=1)
"""A channel is looked at once a day; for the first time, the day after it was connected."""

ABANDONED_AFTER = timedelta(hours=1)
"""Whoever has not gone on in the wizard for so long will not."""


def tomorrow() -> datetime:
    return timezone.now() + LOOK_AFTER


class State(models.TextChoices):
    """How a channel is, in the words of the channel page. Computed, never stored."""

    WORKING = "working", _("Fungerar")
    EXPIRING = "expiring", _("Går snart ut")
    BROKEN = "broken", _("Trasig")
    UNFUNDED = "unfunded", _("Kontot saknar medel")
    PAUSED = "paused", _("Pausad")


class Period(models.TextChoices):
    DAY = "day", _("om dagen")
    WEEK = "week", _("i veckan")
    MONTH = "month", _("i månaden")


class Privacy(models.TextChoices):
    """Who may see a film on YouTube, until somebody says otherwise for one of them."""

    PUBLIC = "public", _("Alla")
    UNLISTED = "unlisted", _("Den som har länken")
    PRIVATE = "private", _("Bara vi")


class Credit(models.TextChoices):
    """Whether the photographer's name stands in the text."""

    USUAL = "", _("Som brukligt på plattformen")
    SHOWN = "shown", _("I texten")
    NONE = "none", _("Inte i texten")


class ChannelQuerySet(models.QuerySet["Channel"]):
    def open(self) -> "ChannelQuerySet":
        """Those that a post can be sent to."""
        return self.filter(disconnected_at=None)

    def preselected(self) -> "ChannelQuerySet":
        """Those that a post is meant for until somebody says otherwise."""
        return self.open().filter(is_preselected=True)

    def kept_by(self, user: "User") -> "ChannelQuerySet":
        """Those that this person answers for, as owner or as deputy."""
        return self.filter(Q(owner=user.pk) | Q(deputy=user.pk))

    def whole(self) -> "ChannelQuerySet":
        """With what a card shows of each."""
        found = self.select_related("credential", "paused_by", "owner", "deputy")
        rests = AppRest.objects.filter(platform=OuterRef("platform")).values("resting_until")
        return found.annotate(app_rests_until=Subquery(rests))

    def publishing(self, now: datetime) -> "ChannelQuerySet":
        """Those that may be called right now to publish something."""
        return self.working().rested(now)

    def working(self) -> "ChannelQuerySet":
        """Those that nothing holds up but time."""
        return self.open().filter(paused_at=None, fault="")

    def rested(self, now: datetime) -> "ChannelQuerySet":
        """Those that neither the channel nor its app was asked to leave alone."""
        resting_apps = AppRest.objects.filter(resting_until__gt=now).values("platform")
        rested = self.filter(Q(resting_until=None) | Q(resting_until__lte=now))
        return rested.exclude(platform__in=resting_apps)

    def to_look_at(self, now: datetime) -> "ChannelQuerySet":
        """Those whose connection is to be looked at, and nobody does. A paused one is, too: it is to go on some day."""
        free = Q(probing_until=None) | Q(probing_until__lt=now)
        with_connection = [name for name, adapter in ADAPTERS.items() if adapter.publishes]
        return self.open().rested(now).filter(free, probe_at__lte=now, platform__in=with_connection)


class Channel(models.Model):
    """
    One page, profile or account where we publish. Made by `channels.connecting`; `channels.connections` is the only
    writer of its state, and `channels.keeping` of what it carries beside.
    """

    platform = models.CharField(_("plattform"), max_length=20)
    """A key of `channels.adapters.ADAPTERS`: a new platform needs no change of the schema."""
    name = models.CharField(_("namn"), max_length=120)
    is_another = models.BooleanField(default=False)
    """One of its platform was here before it: the platform's name alone does not say which is meant."""
    remote_id = models.CharField(max_length=200, blank=True)
    """The platform's own id of the page, profile or channel."""
    handle = models.CharField(_("kontots namn"), max_length=120, blank=True)
    url = models.URLField(_("adress"), max_length=500, blank=True)
    host = models.CharField(max_length=200, blank=True)
    """The account's server, where the platform is many: an address without a stroke at the end."""
    audience = models.CharField(_("målgrupp"), max_length=200, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_channels",
        verbose_name=_("kontoansvarig"),
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deputy_channels",
        verbose_name=_("ersättare"),
    )
    goal = models.PositiveSmallIntegerField(_("mål"), null=True, blank=True)
    """How many posts each period; None: no goal."""
    goal_period = models.CharField(_("period"), max_length=5, choices=Period, default=Period.WEEK)
    goal_on_weekdays = models.BooleanField(_("bara vardagar"), default=False)
    """Weekends neither count nor alarm."""
    alarm_days = models.PositiveSmallIntegerField(
        _("säg till efter så många dagar utan inlägg"), null=True, blank=True
    )
    """None: nobody is alarmed."""
    suggested_times = models.CharField(_("föreslagna tider"), max_length=80, blank=True)
    """When a post there is seen best, as on the wall: `09.00, 15.30`. What fills a gap gets one of them."""
    facts = models.TextField(_("fakta om kanalen"), max_length=2000, blank=True)
    facts_source = models.CharField(_("källa"), max_length=300, blank=True)
    facts_on = models.DateField(_("läst den"), null=True, blank=True)
    most_administrators = models.PositiveSmallIntegerField(
        _("högst så många administratörer"), null=True, blank=True
    )
    administrators = models.PositiveSmallIntegerField(
        _("administratörer hos plattformen"), null=True, blank=True
    )
    """As counted by a person: no platform tells us."""
    opening = models.TextField(_("inledande text på sidan"), max_length=2000, blank=True)
    """What the law on electronic notice boards (1998:112) wants whoever writes on the page to be told."""
    privacy = models.CharField(_("synlighet"), max_length=8, choices=Privacy, default=Privacy.PUBLIC)
    """Of a new film; on YouTube only."""
    credit = models.CharField(_("fotografens namn"), max_length=5, choices=Credit, blank=True)
    """Where a post begins with; "": what the platform's adapter does."""
    is_preselected = models.BooleanField(_("förvald"), default=False)
    position = models.PositiveSmallIntegerField(_("ordning"), default=0)
    fault = models.CharField(max_length=60, blank=True)
    """Why it is broken: a code of `channels.errors`; empty while it works."""
    fault_at = models.DateTimeField(null=True, blank=True)
    resting_until = models.DateTimeField(null=True, blank=True)
    """The platform asked us to wait until then."""
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    pause_reason = models.CharField(max_length=200, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    """When a call last went well."""
    probed_at = models.DateTimeField(null=True, blank=True)
    """When the connection was last looked at as a whole, whatever was found."""
    findings = models.JSONField(default=list, blank=True)
    """What was not well then, though it worked: `[{"code": a codes.Worry, "facts": {...}}, ...]`."""
    probe_at = models.DateTimeField(default=tomorrow)
    """When to look at the connection next."""
    probing_until = models.DateTimeField(null=True, blank=True)
    """A worker looks at it until then at the latest."""
    probe_trouble = models.CharField(max_length=60, blank=True)
    """Why one could not look at all the last time: a `codes.Trouble`. It says nothing about the channel."""
    unkept_at = models.DateTimeField(null=True, blank=True)
    """Since when nobody who may sign in answers for it, as far as we have noticed."""
    created_at = models.DateTimeField(auto_now_add=True)
    disconnected_at = models.DateTimeField(null=True, blank=True)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        verbose_name = _("kanal")
        verbose_name_plural = _("kanaler")
        ordering = ("position", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("platform", "remote_id"),
                condition=Q(disconnected_at=None) & ~Q(remote_id=""),
                name="channels_connected_once",
            ),
        )
        permissions = (("pause_channel", _("Pausa och starta kanaler")),)

    def __str__(self) -> str:
        return f"{self.name} ({self.platform_name})"

    @property
    def platform_name(self) -> str:
        """A name is the same in every language; what is done by hand is said in the reader's."""
        return gettext(self.adapter_class.name)

    @property
    def is_by_hand(self) -> bool:
        """A person publishes there; nothing is called."""
        return not self.adapter_class.publishes

    @property
    def takes_privacy(self) -> bool:
        """Whether what is published there may be for some people only."""
        return self.adapter_class.has_privacy

    @property
    def is_held_up(self) -> bool:
        """Nothing is sent there until a person does something."""
        return bool(self.fault or self.paused_at or self.disconnected_at)

    @property
    def adapter_class(self) -> type[Adapter]:
        return ADAPTERS[self.platform]

    @property
    def is_unfunded(self) -> bool:
        """Nothing is wrong with the connection: its owner must put money on the account."""
        return self.fault == Trouble.CREDIT

    @property
    def state(self) -> State:
        if self.paused_at:
            return State.PAUSED
        if self.fault:
            return State.UNFUNDED if self.is_unfunded else State.BROKEN
        if self.connection_ends_at and self.connection_ends_at - timezone.now() < EXPIRES_SOON:
            return State.EXPIRING
        return State.WORKING

    @property
    def connection_ends_at(self) -> datetime | None:
        """When a person must connect it again; None when never, or when nobody knows."""
        return getattr(getattr(self, "credential", None), "connection_expires_at", None)

    @property
    def is_being_looked_at(self) -> bool:
        """A worker does, or will within seconds. What rests is looked at when it has rested."""
        now = timezone.now()
        is_due = self.probe_at <= now and not self.rests_until
        return is_due or bool(self.probing_until and self.probing_until > now)

    @property
    def rests_until(self) -> datetime | None:
        """Until then the platform asked for patience, with this channel or with our whole app; None when it does not."""
        now = timezone.now()
        return max((at for at in (self.resting_until, self.app_rests_until) if at and at > now), default=None)

    @cached_property
    def app_rests_until(self) -> datetime | None:
        """Comes along with `whole`."""
        return AppRest.objects.filter(platform=self.platform).values_list("resting_until", flat=True).first()


class ChannelPicture(models.Model):
    """The account's own picture, as a small JPEG that we have made of it. Lists of channels do not carry it along."""

    channel = models.OneToOneField(Channel, models.CASCADE, primary_key=True, related_name="+")
    jpeg = models.BinaryField()

    def __str__(self) -> str:
        return f"the picture of channel {self.channel_id}"


class AppRest(models.Model):
    """A platform asked our app, and so all of its channels, to wait."""

    platform = models.CharField(max_length=20, unique=True)
    resting_until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.platform} rests until {self.resting_until:%c}"


class Sealed(models.Model):
    """A row with secrets in it. They are bound to this row, and opened only by the code that calls the platform."""

    sealed = models.TextField(editable=False, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.place

    __repr__ = __str__

    @property
    def place(self) -> str:
        """What the ciphertext is bound to."""
        raise NotImplementedError

    @property
    def revision(self) -> str:
        """Which secrets these are: no two sealings are alike, not even of the same."""
        return hashlib.sha256(self.sealed.encode()).hexdigest()[:16]

    def seal(self, secrets: dict[str, Any]) -> None:
        self.sealed = KeyRing(settings.CREDENTIAL_KEYS).seal(json.dumps(secrets), self.place)

    def open(self) -> dict[str, Any]:
        """The secrets in the clear. May raise CannotOpenError."""
        return read(KeyRing(settings.CREDENTIAL_KEYS).open(self.sealed, self.place), self.place)


def read(plaintext: str, place: str) -> dict[str, Any]:
    """What was sealed. Without a cause: the reader's own error carries the whole text with it."""
    with suppress(ValueError):
        if isinstance(found := json.loads(plaintext), dict):
            return found
    raise CannotOpenError(f"what is sealed at {place} is no set of secrets")


class Credential(Sealed):
    """
    What one channel proves itself with: `access_token`, `refresh_token` where there is one, and what the platform's
    adapter wants beside them.
    """

    channel = models.OneToOneField(Channel, models.PROTECT, related_name="credential")
    expires_at = models.DateTimeField(null=True, blank=True)
    """When the access token must have been renewed; None where it does not expire."""
    connection_expires_at = models.DateTimeField(null=True, blank=True)
    """When a person must connect again; None when it can be renewed for ever."""
    scopes = models.JSONField(default=list, blank=True)
    """The permissions that the platform says we have, in its own names."""
    grantor = models.CharField(max_length=300, blank=True)
    """The platform's id of the person who gave us this; "" where it does not tell."""
    connected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    connected_at = models.DateTimeField(null=True, blank=True)
    refreshing_until = models.DateTimeField(null=True, blank=True)
    """A worker is renewing it until then at the latest: the others wait, since some refresh tokens work once."""
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("anslutning")
        verbose_name_plural = _("anslutningar")

    @property
    def place(self) -> str:
        return f"channels.credential:{self.channel_id}"


class AppKeys(Sealed):
    """Who we are to a platform, where the environment does not say: written by an administrator, shown to nobody."""

    platform = models.CharField(max_length=20, unique=True)
    app_id = models.CharField(max_length=200)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("appnycklar")
        verbose_name_plural = _("appnycklar")

    @property
    def place(self) -> str:
        return f"channels.appkeys:{self.platform}"


class ConnectingQuerySet(models.QuerySet["Connecting"]):
    def ongoing(self) -> "ConnectingQuerySet":
        return self.filter(left_at=None)

    def abandoned(self, now: datetime) -> "ConnectingQuerySet":
        """Those that nobody has come back to."""
        return self.ongoing().filter(touched_at__lt=now - ABANDONED_AFTER)

    def left(self) -> "ConnectingQuerySet":
        return self.filter(left_at__isnull=False)


class Connecting(Sealed):
    """
    A person on the way through the wizard. Nothing of it is a channel until they are done; what is left lying is swept
    away. Sealed are the `verifier` (PKCE), the answers, and from step 3 the grant and what it reaches.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    platform = models.CharField(max_length=20)
    channel = models.ForeignKey(Channel, models.CASCADE, null=True, blank=True, related_name="+")
    """The one to be connected again; None for a new one."""
    session = models.CharField(max_length=64, blank=True)
    """SHA-256 of the key of the session in which it was begun: it is gone on with in no other."""
    state = models.CharField(max_length=64, blank=True)
    """SHA-256 of the state that the platform is to bring back; empty when there is none, or when it has come."""
    account_id = models.CharField(max_length=200, blank=True)
    """What was chosen in step 3."""
    trial = models.CharField(max_length=60, blank=True)
    """How the trial run went: "" before it, `running`, `good`, or the `codes.Trouble` that ended it."""
    tried_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    """Given up: nobody reaches it any more, and what was granted is given back before it is deleted."""
    created_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(auto_now=True)

    objects = ConnectingQuerySet.as_manager()

    class Meta:
        verbose_name = _("pågående anslutning")
        verbose_name_plural = _("pågående anslutningar")
        indexes = (models.Index(fields=("touched_at",), name="channels_connecting_age"),)

    @property
    def place(self) -> str:
        return f"channels.connecting:{self.pk}"
