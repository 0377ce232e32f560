"""The pages of the channels: how they are, what each of them carries, and what has happened to it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.guards import for_those_who_may
from accounts.models import User
from accounts.views import shell_for
from channels import connections, health, history, keeping, notices, parting, rules, tasks, wording
from channels.adapters.connectors import CONNECTORS
from channels.forms import KeeperForm, ProposalForm, SettingsForm
from channels.keeping import ChangedMeanwhileError
from channels.models import Channel, ChannelPicture, State
from channels.parting import Access

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from channels.rules import Refusal

LOOKS = {
    State.BROKEN: ("fail", "unplug"),
    State.UNFUNDED: ("fail", "circle-alert"),
    State.EXPIRING: ("wait", "clock"),
    State.PAUSED: ("gone", "octagon-pause"),
    State.WORKING: ("live", "circle-check"),
}
"""The ending of the css class and the icon of each state, in the order of the page."""
NEEDS_YOU = (State.BROKEN, State.UNFUNDED, State.EXPIRING)
KEPT_PICTURE = 60 * 60
"""Seconds for which a browser shows an account's picture without asking again."""
STILL_THERE = {
    Access.LEFT: (
        messages.ERROR,
        gettext_lazy(
            "Vi kunde inte ta bort anslutningen hos %(platform)s än och försöker igen i ett dygn. Vill du vara säker: "
            "logga in på %(platform)s och ta bort appen."
        ),
    ),
    Access.LOST: (
        messages.ERROR,
        gettext_lazy(
            "Vi kan inte ta bort anslutningen hos %(platform)s. Logga in på %(platform)s och ta bort appen."
        ),
    ),
    Access.SHARED: (
        messages.INFO,
        gettext_lazy("Anslutningen hos %(platform)s finns kvar, för en annan kanal använder den."),
    ),
}
"""What a person is told of our access, where it has not ended."""


class SignedInRequest(HttpRequest):
    user: User


@dataclass(frozen=True)
class Card:
    channel: Channel
    label: "Promise | str"
    kind: str
    icon: str

    @property
    def needs_you(self) -> bool:
        """Somebody must do something, now or soon."""
        return not self.channel.is_by_hand and self.channel.state in NEEDS_YOU

    @property
    def wants_reconnecting(self) -> bool:
        """To connect it again is what helps, now or soon."""
        return bool(self.channel.fault) or self.channel.state == State.EXPIRING

    @property
    def ends_soon(self) -> bool:
        return self.channel.state == State.EXPIRING and not self.has_ended

    @property
    def has_ended(self) -> bool:
        """Its time is up, and nobody has tried since: nothing is known to be broken."""
        ends_at = self.channel.connection_ends_at
        return self.channel.state == State.EXPIRING and ends_at is not None and ends_at <= timezone.now()

    @property
    def goal(self) -> str:
        return wording.goal_sentence(self.channel)

    @property
    def findings(self) -> list[str]:
        return [wording.finding_sentence(finding) for finding in self.channel.findings]

    @property
    def owner(self) -> User | None:
        """Who answers for it, and may sign in."""
        return active(self.channel.owner)

    @property
    def deputy(self) -> User | None:
        return active(self.channel.deputy)

    @property
    def is_kept(self) -> bool:
        """Somebody answers for it."""
        return bool(self.owner or self.deputy)

    @property
    def has_too_many_administrators(self) -> bool:
        most, now = self.channel.most_administrators, self.channel.administrators
        return most is not None and now is not None and now > most


@dataclass(frozen=True)
class May:
    """What this person may do with a channel; `channels.rules` has the reasons."""

    user: User
    channel: Channel

    def is_free(self, why_not: "Callable[[User, Channel], Refusal]") -> bool:
        return why_not(self.user, self.channel) is None

    @property
    def test(self) -> bool:
        return not self.channel.is_by_hand and self.is_free(rules.why_not_test)

    @property
    def pause(self) -> bool:
        return self.is_free(rules.why_not_pause)

    @property
    def reconnect(self) -> bool:
        return not self.channel.is_by_hand and self.is_free(rules.why_not_reconnect)

    @property
    def change(self) -> bool:
        return self.is_free(rules.why_not_change)

    @property
    def propose(self) -> bool:
        return self.is_free(rules.why_not_propose)

    @property
    def disconnect(self) -> bool:
        return self.is_free(rules.why_not_disconnect)

    @property
    def history(self) -> bool:
        return self.is_free(rules.why_not_see_history)


# --- all of them ------------------------------------------------------------------------------------------------


@require_GET
@for_those_who_may(rules.why_not_see_channels)
def index(request: SignedInRequest) -> HttpResponse:
    """Broken first: what needs a person stands at the top."""
    channels = sorted(Channel.objects.open().whole(), key=lambda channel: [*LOOKS].index(channel.state))
    cards = [card_of(channel) for channel in channels]
    context = {
        "rows": [(card, May(request.user, card.channel)) for card in cards],
        "cards": cards,
        "needing": sum(card.needs_you for card in cards),
        "paused": sum(channel.state == State.PAUSED for channel in channels),
        "may_connect": rules.why_not_connect(request.user) is None,
        "may_keep_app_keys": rules.why_not_keep_app_keys(request.user) is None,
    }
    return render(request, "channels/index.html", context)


def card_of(channel: Channel) -> Card:
    if channel.is_by_hand:
        return Card(channel, _("För hand"), "draft", "hand")
    label: Promise | str = channel.state.label
    if channel.state == State.EXPIRING and channel.connection_ends_at:
        label = wording.ends_in(notices.days_until(channel.connection_ends_at, timezone.localdate()))
    return Card(channel, label, *LOOKS[channel.state])


def active(person: User | None) -> User | None:
    return person if person and person.is_active else None


# --- one of them ------------------------------------------------------------------------------------------------


def channel_for(
    request: SignedInRequest,
    channel_id: int,
    why_not: "Callable[[User, Channel], Refusal] | None" = None,
) -> Channel:
    """For those who may see it, and do this with it. The others are not told whether there is such a channel."""
    channel = Channel.objects.open().whole().filter(pk=channel_id).first()
    if refusal := rules.why_not_see(request.user, channel):
        raise PermissionDenied(refusal)
    if channel is None:
        raise Http404
    if why_not and (refusal := why_not(request.user, channel)):
        raise PermissionDenied(refusal)
    return channel


@require_GET
def channel(request: SignedInRequest, channel_id: int) -> HttpResponse:
    channel = channel_for(request, channel_id)
    may = May(request.user, channel)
    context = shown(request, channel) | {
        "rights": rights_of(channel),
        "credential": getattr(channel, "credential", None),
        "has_picture": ChannelPicture.objects.filter(channel=channel).exists(),
    }
    if may.history:
        context["history"], context["older"] = history.page(channel, request.GET.get("fore", ""))
    return render(request, "channels/channel.html", context)


def shown(request: SignedInRequest, channel: Channel) -> dict[str, Any]:
    return {
        "channel": channel,
        "card": card_of(channel),
        "may": May(request.user, channel),
        "shell": shell_for(request),
    }


def rights_of(channel: Channel) -> list[tuple[Any, Any, bool]]:
    """What the platform lets us do, in plain words, and whether it does; nothing where it does not tell."""
    credential = getattr(channel, "credential", None)
    if credential is None or not credential.scopes or channel.platform not in CONNECTORS:
        return []
    held = {*health.granted(channel, credential.scopes)}.difference(lost(channel))
    needs = CONNECTORS[channel.platform].needs
    return [(*wording.RIGHTS[right], right in held) for right in needs]


def lost(channel: Channel) -> list[str]:
    """Rights that the role on the page does not give."""
    return [finding["facts"]["right"] for finding in channel.findings if "right" in finding.get("facts", {})]


@require_GET
def card(request: SignedInRequest, channel_id: int) -> HttpResponse:
    """The card alone: asked for again and again while somebody looks whether the channel works."""
    channel = channel_for(request, channel_id)
    return render(request, "channels/_card.html", shown(request, channel))


@require_GET
def picture(request: SignedInRequest, channel_id: int) -> HttpResponse:
    """The account's own picture, from us: the page asks no other server for anything."""
    channel = channel_for(request, channel_id)
    found = get_object_or_404(ChannelPicture, channel=channel)
    answer = HttpResponse(bytes(found.jpeg), content_type="image/jpeg")
    answer["Cache-Control"] = f"private, max-age={KEPT_PICTURE}"
    return answer


@require_POST
def test(request: SignedInRequest, channel_id: int) -> HttpResponse:
    """A worker looks; the card waits for what it finds."""
    channel = channel_for(request, channel_id, rules.why_not_test)
    if channel.is_by_hand:
        raise Http404
    if connections.ask_for_probe(channel):
        tasks.probe_soon(channel)
    # The worker may be quicker than this page: what it has found is shown, for nothing asks again.
    channel.refresh_from_db()
    if request.headers.get("HX-Request"):
        return render(request, "channels/_card.html", shown(request, channel))
    return redirect("channels:channel", channel.pk)


# --- changing it ------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def change(request: SignedInRequest, channel_id: int) -> HttpResponse:
    """Administrators change everything, those who keep it its goal and audience."""
    channel = channel_for(request, channel_id, rules.why_not_change)
    kind = KeeperForm if rules.why_not_change_all(request.user) else SettingsForm
    form = kind(channel, posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            changed = keeping.change(channel, request.user, form.cleaned_data["seen"], form.wanted)
        except ChangedMeanwhileError as error:
            return changed_meanwhile(request, channel, kind, form, error)
        messages.success(request, _("Sparat.") if changed else _("Ingenting var ändrat."))
        return redirect("channels:channel", channel.pk)
    return settings_page(request, channel, form, status=422 if form.errors else 200)


def settings_page(
    request: SignedInRequest, channel: Channel, form: KeeperForm, *, status: int, **more: Any
) -> HttpResponse:
    context = {"channel": channel, "form": form, "shell": shell_for(request), **more}
    return render(request, "channels/channel_settings.html", context, status=status)


def changed_meanwhile(
    request: SignedInRequest,
    channel: Channel,
    kind: type[KeeperForm],
    form: KeeperForm,
    error: ChangedMeanwhileError,
) -> HttpResponse:
    """Nothing of either is lost: theirs is saved, this person's is in the fields, and the page tells the two apart."""
    fresh = channel_for(request, channel.pk, rules.why_not_change)
    again = kind(fresh, merged(request.POST, kind(fresh), form, error))
    again.is_valid()
    stored = history.settings_in_words(error.stored)
    theirs = [(again.fields[name].label or history.label(name), stored[name]) for name in error.theirs]
    return settings_page(request, fresh, again, status=409, theirs=theirs)


def merged(typed: QueryDict, now: KeeperForm, form: KeeperForm, error: ChangedMeanwhileError) -> QueryDict:
    """What this person changed as they typed it, all else as it is now."""
    data, seen = typed.copy(), form.cleaned_data["seen"]
    for name in form.settings:
        if keeping.plain(form.cleaned_data[name]) == seen[name]:
            put(data, name, now[name].value())
    data["seen"] = now["seen"].value()
    return data


def put(data: QueryDict, name: str, value: Any) -> None:
    """As a browser would send it: what is empty is not ticked, or has nothing in it."""
    if value is False:
        data.pop(name, None)
    else:
        data[name] = "" if value is None else str(value)


def posted(request: SignedInRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


@require_http_methods(["GET", "POST"])
def propose(request: SignedInRequest, channel_id: int) -> HttpResponse:
    """A few words to those who may."""
    channel = channel_for(request, channel_id, rules.why_not_propose)
    form = ProposalForm(posted(request))
    if request.method == "POST" and form.is_valid():
        if keeping.propose(channel, request.user, form.cleaned_data["text"]):
            messages.success(request, _("Förslaget är skickat till administratörerna och kontoansvarig."))
            return redirect("channels:channel", channel.pk)
        form.add_error("text", _("Ditt förra förslag är skickat. Nästa kan du skicka om en timme."))
    context = {"channel": channel, "form": form, "shell": shell_for(request)}
    return render(request, "channels/channel_proposal.html", context, status=422 if form.errors else 200)


# --- leaving it -------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def disconnect(request: SignedInRequest, channel_id: int) -> HttpResponse:
    """Cannot be undone, and so is asked about first."""
    channel = channel_for(request, channel_id, rules.why_not_disconnect)
    if request.method == "GET":
        return render(request, "channels/channel_disconnect.html", {"channel": channel})
    say_how_it_ended(request, channel, parting.disconnect(channel, request.user))
    return redirect("channels:index")


def say_how_it_ended(request: SignedInRequest, channel: Channel, access: Access) -> None:
    names = {"name": channel.name, "platform": channel.platform_name}
    messages.success(request, _("%(name)s är frånkopplad.") % names)
    if access in STILL_THERE:
        level, sentence = STILL_THERE[access]
        messages.add_message(request, level, str(sentence) % names)
