"""People, and what they are told. Somebody signs in with an e-mail address; there are no user names."""

from datetime import datetime
from typing import Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager, Permission
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def granted(self, permission: str) -> "models.QuerySet[User]":
        """Those who may sign in and were given this permission. Who may everything was not asked to do it."""
        app, _, codename = permission.partition(".")
        given = Permission.objects.filter(content_type__app_label=app, codename=codename)
        by_role, by_name = Q(groups__permissions__in=given), Q(user_permissions__in=given)
        return self.filter(by_role | by_name, is_active=True).distinct()


class Branch(models.Model):
    """A part of working life, as the union divides it (post, spår, kriminalvård). Nothing smaller: no place is kept."""

    name = models.CharField(_("namn"), max_length=80, unique=True)
    asks_about_site = models.BooleanField(
        _("frågar om man får fota"),
        default=False,
        help_text=_("Den som hör hit får frågan ”Får man fota här?” före varje bild."),
    )

    class Meta:
        verbose_name = _("bransch")
        verbose_name_plural = _("branscher")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person with a sign-in. Roles are groups (`accounts.roles`)."""

    username = first_name = last_name = None  # type: ignore[assignment]  # one name and one address are enough
    email = models.EmailField(_("e-post"), unique=True)
    name = models.CharField(_("namn"), max_length=120)
    region = models.CharField(_("region"), max_length=80, blank=True)
    branch = models.ForeignKey(
        Branch, models.SET_NULL, null=True, blank=True, related_name="people", verbose_name=_("bransch")
    )
    always_asks_about_site = models.BooleanField(_("frågar alltid om man får fota"), default=False)
    """Their own choice, whatever their branch."""
    language = models.CharField(
        _("språk"), max_length=5, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    """The one last chosen on a page: mails are written in it."""
    hears_of_submissions = models.BooleanField(_("får veta när någon skickar in"), default=True)
    """For those who review. What concerns them alone they are told anyway."""

    objects = UserManager()  # type: ignore[assignment,misc]

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("personer")
        constraints = (models.UniqueConstraint(Lower("email"), name="accounts_email_once"),)

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split()[:2]).upper()


class Duty(models.Model):
    """
    Who of the group has the watch (jour) on which days: what comes in is told to them first. `accounts.duty` is the only
    writer.
    """

    person = models.ForeignKey(User, models.CASCADE, related_name="duties", verbose_name=_("har jour"))
    deputy = models.ForeignKey(
        User,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="stands_in",
        verbose_name=_("ersättare"),
    )
    """Told as well when time runs out, and instead of somebody who cannot sign in any more."""
    first_day = models.DateField(_("från och med"))
    last_day = models.DateField(_("till och med"))

    class Meta:
        verbose_name = _("jour")
        verbose_name_plural = _("jour")
        ordering = ("first_day", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(first_day__lte=models.F("last_day")), name="accounts_duty_in_order"
            ),
            models.CheckConstraint(
                condition=Q(deputy=None) | ~Q(deputy=models.F("person")), name="accounts_deputy_is_another"
            ),
        )
        indexes = (models.Index(fields=("last_day",), name="accounts_duty_until"),)

    def __str__(self) -> str:
        return f"duty of {self.person_id}, {self.first_day} to {self.last_day}"


# --- what people are told -----------------------------------------------------------------------------------


class Mail(models.TextChoices):
    """How far a mail has come."""

    WAITING = "waiting", _("Väntar")
    BEGUN = "begun", _("Skickas")
    """The mail server may have it: never sent again."""
    SENT = "sent", _("Skickat")
    UNCLEAR = "unclear", _("Oklart")
    """Whoever sent it was lost, or the server did not answer: it may have arrived."""
    REFUSED = "refused", _("Gick inte att skicka")
    UNWANTED = "unwanted", _("Behövs inte")
    """The person may not sign in any more, or it concerns what is no longer so."""


TO_MAIL = (Mail.WAITING, Mail.BEGUN)

Item = TypeVar("Item", bound="Mailed")


class MailedQuerySet(models.QuerySet[Item]):
    def due(self, now: datetime) -> Self:
        """Those whose mail may be sent now."""
        return self.filter(mail=Mail.WAITING, claimed_until=None, not_before__lte=now)

    def in_hand(self, now: datetime) -> Self:
        return self.to_mail().filter(claimed_until__gte=now)

    def lost(self, now: datetime) -> Self:
        """Those whose sender has died."""
        return self.to_mail().filter(claimed_until__lt=now)

    def to_mail(self) -> Self:
        return self.filter(mail__in=TO_MAIL)


class Mailed(models.Model):
    """What goes out as one mail, at most once. `accounts.mailing` writes how far it has come."""

    FORGOTTEN: ClassVar[dict[str, str]] = {}
    """What its fields become when nothing more is to be mailed."""

    created_at = models.DateTimeField(default=timezone.now)
    mail = models.CharField(max_length=10, choices=Mail, default=Mail.WAITING)
    mail_at = models.DateTimeField(null=True, blank=True)
    """When it was known what became of the mail."""
    not_before = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)
    """Raised by every claim: who comes late holds an old number."""

    class Meta:
        abstract = True

    @property
    def is_wanted(self) -> bool:
        return True


class NoticeQuerySet(MailedQuerySet["Notice"]):
    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at=None)

    def to_push(self, now: datetime) -> "NoticeQuerySet":
        """Those that may be shown on a phone now."""
        return self.filter(push_at__lte=now)


class Notice(Mailed):
    """
    One thing that one person is told: on a page, and by mail. `accounts.notices` writes it.

    Its words are made when they are read, from `templates/notices/<kind>.txt` and the facts.
    """

    person = models.ForeignKey(User, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=100)
    """What it is about: the same thing is told once, however often somebody tries."""
    facts = models.JSONField(default=dict)
    path = models.CharField(max_length=300)
    """Where its one link leads, on this site."""
    read_at = models.DateTimeField(null=True, blank=True)
    push_at = models.DateTimeField(null=True, blank=True)
    """From when it may be shown on the person's phones; nothing when it was, or is not to be."""

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("avisering")
        verbose_name_plural = _("aviseringar")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("person", "kind", "key"), name="accounts_told_once"),
            models.CheckConstraint(condition=Q(mail__in=Mail.values), name="accounts_mail_known"),
        )
        indexes = (
            models.Index(fields=("person", "-id"), name="accounts_notices_of"),
            models.Index(fields=("person",), condition=Q(read_at=None), name="accounts_unread"),
            models.Index(
                fields=("not_before", "id"),
                condition=Q(mail__in=("waiting", "begun")),
                name="accounts_to_mail",
            ),
            models.Index(fields=("push_at",), condition=~Q(push_at=None), name="accounts_to_push"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.key} for {self.person_id}"

    @property
    def is_unread(self) -> bool:
        return self.read_at is None

    @property
    def is_wanted(self) -> bool:
        return self.person.is_active


class PushSubscription(models.Model):
    """
    One browser of one person, that shows what they are told while no page is open. `accounts.push` is the only writer.

    Whoever knows the address and the keys can show things there: nobody is shown them.
    """

    person = models.ForeignKey(User, models.CASCADE, related_name="push_subscriptions")
    endpoint = models.CharField(max_length=1000, unique=True)
    """The address that the browser's maker gave it. Another person on the same phone takes it over."""
    p256dh = models.CharField(max_length=200)
    auth = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("telefon med aviseringar")
        verbose_name_plural = _("telefoner med aviseringar")
        ordering = ("id",)

    def __str__(self) -> str:
        return f"a browser of {self.person_id}"


# --- the policy ---------------------------------------------------------------------------------------------


WORDS_A_MINUTE = 200


class PolicyVersionQuerySet(models.QuerySet["PolicyVersion"]):
    def published(self) -> "PolicyVersionQuerySet":
        return self.exclude(published_at=None)


class PolicyVersion(models.Model):
    """
    The rules for what we say, as they were from one day on. `accounts.policy` is the only writer.

    One version is being written at a time; what is published is never changed, since people have said that they read it.
    """

    number = models.PositiveIntegerField(_("nummer"), unique=True)
    """The one being written has the next: so there is never a second one."""
    text = models.TextField(_("text"))
    text_en = models.TextField(_("text på engelska"), blank=True)
    """Swedish is read where there is none."""
    news = models.TextField(_("det här är nytt"), blank=True)
    news_en = models.TextField(_("det här är nytt, på engelska"), blank=True)
    revision = models.PositiveIntegerField(default=0)
    """Raised by every saving, so that two who write at once do not write over each other unseen."""
    saved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policyer")
        ordering = ("-number",)
        permissions = (
            ("draft_policy", _("Får skriva på policyn")),
            ("publish_policy", _("Får publicera policyn")),
        )

    def __str__(self) -> str:
        return f"policy {self.number}"

    @property
    def minutes(self) -> int:
        """How long it takes to read."""
        return max(1, round(len(self.text.split()) / WORDS_A_MINUTE))


class Acknowledgement(models.Model):
    """Somebody has read a version of the policy, and follows it."""

    person = models.ForeignKey(User, models.CASCADE, related_name="acknowledgements")
    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="acknowledgements")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("läst policy")
        verbose_name_plural = _("lästa policyer")
        ordering = ("-at",)
        constraints = (
            models.UniqueConstraint(fields=("person", "version"), name="accounts_acknowledged_once"),
        )

    def __str__(self) -> str:
        return f"{self.person_id} has read {self.version_id}"


class Attestation(models.Model):
    """
    Once a year: somebody says that they went through the pages and groups that they like. A tick and a date.

    Nothing about those pages is ever looked at or kept.
    """

    person = models.ForeignKey(User, models.CASCADE, related_name="attestations")
    year = models.PositiveSmallIntegerField(_("år"))
    at = models.DateTimeField(null=True, blank=True)
    """When they said so; nothing while they only asked to be reminded."""
    ask_again_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("årlig genomgång")
        verbose_name_plural = _("årliga genomgångar")
        ordering = ("-year", "id")
        constraints = (
            models.UniqueConstraint(fields=("person", "year"), name="accounts_attested_once_a_year"),
        )

    def __str__(self) -> str:
        return f"{self.person_id} in {self.year}"


# --- who is let in ------------------------------------------------------------------------------------------


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> "InvitationQuerySet":
        """Neither used nor taken back. Its time may have run out: then it can be sent again."""
        return self.filter(used_at=None, revoked_at=None)

    def usable(self, now: datetime) -> "InvitationQuerySet":
        return self.open().filter(expires_at__gt=now)


class Invitation(models.Model):
    """
    Somebody may come in: by a link in a mail, once, for some days. `accounts.invitations` is the only writer.

    The link itself is nowhere but in the mail.
    """

    email = models.EmailField(_("e-post"))
    name = models.CharField(_("namn"), max_length=120)
    role = models.CharField(_("roll"), max_length=150)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    person = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    """Who came of it."""
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("inbjudan")
        verbose_name_plural = _("inbjudningar")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                Lower("email"),
                condition=Q(used_at=None, revoked_at=None),
                name="accounts_invited_once",
            ),
        )

    def __str__(self) -> str:
        return f"invitation {self.pk}"
