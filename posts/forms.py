"""What an ombudsman fills in, the address of what is out, and why a post is taken down."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from channels.models import Channel
from posts import consent, drafting, events, places, rules
from posts.drafting import Revision
from posts.events_words import when
from posts.models import Category, Draft, Event, Media, Minors, People, Post, Regret, Site
from posts.planning_forms import MomentsForm, WallField

if TYPE_CHECKING:
    from accounts.models import User

TEXT_LENGTH = 10_000
ALT_TEXT_LENGTH = 1000
MESSAGE_LENGTH = 2000
MOST_ASKED = 12
"""So many people a sender asks aloud at once; whoever asks more sends a link, or tells the group."""
TOO_LONG = _("Texten är för lång. Den får ha högst %(limit_value)d tecken.")
FIRST_CATEGORY = "Arbetsplatsbesök"
ME, ANOTHER = "me", "another"


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files, empty ones too: what is wrong with one is told where it is shown."""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        return [file for file in data if isinstance(file, UploadedFile)] if isinstance(data, list) else []


class WordsField(forms.CharField):
    """Browsers send two characters for a line break; a text that was not touched must come back as it was."""

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


class EventField(forms.ModelChoiceField):
    """What is gone meanwhile keeps nobody's post waiting: a telephone sends in what was written days ago."""

    def clean(self, value: Any) -> Event | None:
        try:
            return super().clean(value)
        except forms.ValidationError:
            return None


class WishedField(forms.ModelMultipleChoiceField):
    """A wish for a channel that is gone meanwhile is none, and keeps nobody's post waiting either."""

    def clean(self, value: Any) -> QuerySet[Any]:
        wished = {number for number in value or [] if events.is_number(str(number))}
        return self.queryset.filter(pk__in=wished)  # type: ignore[union-attr]  # it was given one


class DraftForm(MomentsForm):
    """The draft of one post. Nothing in it is required to save; `posts.workflow` says what sending in needs.

    `media` are those that were sent ahead, in the order in which they are shown; `uploads` come with the form itself.
    """

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    device = forms.UUIDField(required=False, widget=forms.HiddenInput)
    counter = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    uploads = FilesField(required=False, widget=SeveralFiles(attrs={"accept": "image/*,video/*"}))
    text = WordsField(
        label=_("Text till inlägget"),
        help_text=_("Vad hände, vilka var med, varför är det viktigt? Skriv som du pratar."),
        required=False,
        max_length=TEXT_LENGTH,
        error_messages={"max_length": TOO_LONG},
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    site = forms.ChoiceField(
        label=_("Får man fota här?"), choices=Site.choices, required=False, widget=forms.RadioSelect
    )
    permit = forms.CharField(
        label=_("Vilket tillstånd har du?"),
        help_text=_("Nummer, eller vem som gav det och när. Bara kommunikationsgruppen ser det."),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"class": "input", "placeholder": " "}),
    )
    people = forms.ChoiceField(
        label=_("Kan någon på bilden kännas igen?"),
        choices=People.choices,
        required=False,
        error_messages={"invalid_choice": _("Svara på om någon kan kännas igen.")},
        widget=forms.RadioSelect,
    )
    minors = forms.ChoiceField(
        label=_("Är någon under 18 år?"), choices=Minors.choices, required=False, widget=forms.RadioSelect
    )
    said_yes = forms.TypedChoiceField(
        label=_("Hur många har sagt ja?"),
        choices=[(number, str(number)) for number in range(1, MOST_ASKED + 1)],
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    category = forms.ModelChoiceField(
        label=_("Kategori"),
        queryset=Category.objects.filter(retired_at=None),
        required=False,
        empty_label=None,
        widget=forms.RadioSelect,
    )
    photographer = forms.ChoiceField(
        label=_("Vem tog bilden?"),
        choices=[(ME, _("Jag")), (ANOTHER, _("Annan"))],
        required=False,
        widget=forms.RadioSelect,
    )
    event = EventField(label=_("Händelse"), queryset=Event.objects.none(), required=False)
    credit = forms.CharField(label=_("Fotografens namn"), required=False, max_length=120)
    photographer_said_yes = forms.BooleanField(
        label=_("Har sagt ja"), help_text=_("Den som har tagit bilden bestämmer över den."), required=False
    )
    link = forms.URLField(
        label=_("Länk"),
        required=False,
        max_length=1000,
        assume_scheme="https",
        error_messages={"invalid": _("Det är ingen länk. En länk ser ut så här: https://www.seko.se")},
    )
    is_urgent = forms.BooleanField(
        label=_("Brådskar"), help_text=_("Bara om det måste ut i dag."), required=False
    )
    wished_channels = WishedField(
        label=_("Kanalönskemål"),
        help_text=_("Bara ett önskemål. Kommunikationsgruppen bestämmer."),
        queryset=Channel.objects.open(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    message = WordsField(
        label=_("Meddelande till granskaren"),
        help_text=_("Publiceras inte. Svaret kommer i samtalet om inlägget."),
        required=False,
        max_length=MESSAGE_LENGTH,
        error_messages={"max_length": TOO_LONG},
        widget=forms.Textarea(attrs={"rows": 3, "class": "input input--area"}),
    )
    earliest = WallField(
        label=_("Tidigast"), help_text=_("Om inlägget ska vänta på en viss dag."), required=False
    )
    latest = WallField(
        label=_("Senast"), help_text=_("Om det inte är värt att visa efter en viss dag."), required=False
    )

    def __init__(self, author: "User", post: Post | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.author, self.post = author, post
        self.fields["event"].queryset = Event.objects.for_person(author)  # type: ignore[attr-defined]
        self.fields["event"].choices = self.events  # type: ignore[attr-defined]
        self.received: list[Media] = []
        if not self.is_bound:
            self.initial = self.at_first(post)

    def at_first(self, post: Post | None) -> dict[str, Any]:
        known = {**(of_draft(post.draft) if post else for_author(self.author)), **self.initial}
        known.setdefault("photographer", ME if known["credit"] == self.author.name else ANOTHER)
        return {name: self.shown_time(name, value) for name, value in known.items()}

    @property
    def shown(self) -> list[Media]:
        """The pictures and films of the draft as the form has them now, in order."""
        return [*self.sent_ahead(), *self.received] if self.is_bound else self.initial["media"]

    @property
    def is_site_asked(self) -> bool:
        """Also when it was answered before, somewhere else: then the answer can be changed here."""
        return bool(self["site"].value()) or places.is_asked(self.author, self.about)

    def events(self) -> list[tuple[object, str]]:
        near = events.to_choose(self.author, self["event"].value())
        return [("", str(_("Ingen"))), *((each.pk, f"{each.title}, {when(each)}") for each in near)]

    @cached_property
    def about(self) -> Event | None:
        """The event that the post is about, as the form has it now."""
        return self.fields["event"].clean(self["event"].value())

    @property
    def begins_with_the_text(self) -> bool:
        """Whoever comes with a picture and has written nothing goes on with the words, without a tap."""
        is_asked = self.is_site_asked and not self["site"].value()
        return not self.is_bound and bool(self.shown) and not self.initial.get("text") and not is_asked

    @property
    def script(self) -> str:
        """What a sender reads aloud to the people in the picture."""
        return consent.script()

    @cached_property
    def has_a_yes(self) -> bool:
        """Somebody has said yes to all of these pictures already."""
        return bool(
            self.post and self.shown and hasattr(self.post, "draft") and consent.is_covered(self.post.draft)
        )

    @property
    def is_empty(self) -> bool:
        """Neither a word nor a picture: nothing that is worth a draft."""
        return not (self.cleaned_data["text"] or self.cleaned_data["link"] or self.shown)

    @property
    def revision(self) -> Revision:
        """Which save of which device this is; a page without scripts tells only what it showed."""
        seen = self.cleaned_data.get("seen", "")
        if not (self.cleaned_data.get("device") and self.cleaned_data.get("counter")):
            return Revision(seen=seen)
        return Revision(self.cleaned_data["device"], self.cleaned_data["counter"], seen)

    def not_here(self) -> list[str]:
        """Ids of files that were meant, and that did not come, or are no longer here."""
        here = {str(item.pk) for item in self.sent_ahead()} | set(self.data.getlist("remove"))  # type: ignore[attr-defined]
        return [value for value in self.data.getlist("media") if value not in here]  # type: ignore[attr-defined]

    def sent_ahead(self) -> list[Media]:
        ids = [value for value in self.data.getlist("media") if is_uuid(value)]  # type: ignore[attr-defined]
        removed = set(self.data.getlist("remove"))  # type: ignore[attr-defined]
        known = {str(item.pk): item for item in Media.objects.filter(owner=self.author, pk__in=ids)}
        return [known[id] for id in dict.fromkeys(ids) if id in known and id not in removed]

    def tiles(self) -> list[tuple[Media, str]]:
        """Each picture or film with its description."""
        alt_texts = self.alt_texts()
        return [(item, alt_texts.get(str(item.pk), "")) for item in self.shown]

    def alt_texts(self) -> dict[str, str]:
        """By the media's id, as typed or as kept."""
        if not self.is_bound:
            return self.initial["alt_texts"]
        return {str(item.pk): alt_text_of(self.data.get(f"alt_{item.pk}", "")).strip() for item in self.shown}

    def clean_credit(self) -> str:
        """One tick names oneself; what a hidden field still has in it is not meant then."""
        return (
            self.author.name if self.cleaned_data.get("photographer") == ME else self.cleaned_data["credit"]
        )

    def clean_photographer_said_yes(self) -> bool:
        """Of oneself nobody asks."""
        is_another = self.cleaned_data.get("photographer") == ANOTHER
        return is_another and self.cleaned_data["photographer_said_yes"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        uploads, limit = cleaned.get("uploads") or [], settings.MEDIA_PER_POST
        if len(self.sent_ahead()) + len(uploads) > limit:
            message = ngettext("Högst %(limit)d bild.", "Högst %(limit)d bilder i ett inlägg.", limit)
            self.add_error("uploads", message % {"limit": limit})
        elif uploads and (refusal := rules.why_not_upload(self.author)):
            self.add_error("uploads", str(refusal))
        self.check_wishes(cleaned.get("earliest"), cleaned.get("latest"))
        return cleaned

    def check_wishes(self, earliest: datetime | None, latest: datetime | None) -> None:
        if latest and latest <= max(filter(None, (timezone.now(), earliest))):
            self.add_error("latest", _("Senaste tiden måste vara efter den tidigaste, och inte ha varit."))

    def fields_of_draft(self) -> dict[str, Any]:
        answers = ("site", "permit", "people", "minors", "said_yes")
        about = ("category", "event", "is_urgent", "earliest", "latest", "wished_channels")
        names = ("text", "credit", "photographer_said_yes", "link", "message", *about, *answers)
        return {name: self.cleaned_data[name] for name in names}


def of_draft(draft: Draft) -> dict[str, Any]:
    shown = list(draft.shown_media.select_related("media"))
    return {
        "client_id": draft.post.client_id,
        "seen": drafting.seen_as(draft),
        "text": draft.text,
        "site": draft.site,
        "permit": draft.permit,
        "people": draft.people,
        "minors": draft.minors,
        "said_yes": draft.said_yes,
        "category": draft.post.category_id,
        "event": draft.post.event_id,
        "credit": draft.credit,
        "photographer_said_yes": draft.photographer_said_yes,
        "link": draft.link,
        "wished_channels": [channel.pk for channel in draft.post.wished_channels.all()],
        "message": draft.message,
        "is_urgent": draft.post.is_urgent,
        "earliest": draft.post.earliest,
        "latest": draft.post.latest,
        "media": [item.media for item in shown],
        "alt_texts": {str(item.media_id): item.alt_text for item in shown},
    }


def for_author(author: "User") -> dict[str, Any]:
    """A new post: what its author is at now; else the category of their last one. They are the photographer."""
    now = events.at_hand(author)
    last = Post.objects.written_by(author).exclude(category=None).order_by("-id").first()
    first = Category.objects.filter(name=FIRST_CATEGORY, retired_at=None).first()
    return {
        "client_id": uuid4(),
        "category": last.category_id if last else first and first.pk,
        **(of_event(now) if now else {}),
        "credit": author.name,
        "media": [],
        "alt_texts": {},
    }


def of_event(event: Event) -> dict[str, Any]:
    """What is known of a post about it."""
    category = events.category_for(event)
    return {"event": event.pk} | ({"category": category.pk} if category else {})


def alt_text_of(typed: str) -> str:
    """These fields are as many as the pictures, so no field of the form checks them. PostgreSQL keeps no NUL."""
    return typed.replace("\0", "")[:ALT_TEXT_LENGTH]


def is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


class LinkForm(forms.Form):
    """The address of a post on a platform, as copied there."""

    url = forms.URLField(
        label=_("Klistra in länken"),
        max_length=1000,
        assume_scheme="https",
        error_messages={
            "required": _("Klistra in länken till inlägget."),
            "invalid": _("Det är ingen länk."),
            "max_length": _("Det är ingen länk till ett inlägg: den är för lång."),
        },
    )


class TakeDownForm(forms.Form):
    """Why a post is taken down. It is read by colleagues and by whoever sent it in."""

    reason = forms.ChoiceField(
        label=_("Varför?"),
        choices=Regret.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj varför."), "invalid_choice": _("Välj varför.")},
    )
    message = WordsField(
        label=_("Några rader till kollegorna"),
        required=False,
        max_length=2000,
        error_messages={"max_length": TOO_LONG},
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("reason") == Regret.OTHER and not (cleaned.get("message") or "").strip():
            self.add_error("message", _("Skriv varför."))
        return cleaned


class WhichPostForm(forms.Form):
    """A post that somebody was told of: by its number here, or by its address out there."""

    named = forms.CharField(
        label=_("Länken till inlägget, eller dess nummer"),
        max_length=1000,
        error_messages={
            "required": _("Klistra in länken eller skriv numret."),
            "max_length": _("Det är ingen länk till ett inlägg: den är för lång."),
        },
    )
