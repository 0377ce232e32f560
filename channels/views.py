"""The channels and how they are."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from channels.models import Channel, State

if TYPE_CHECKING:
    from django.utils.functional import Promise

LOOKS = {
    State.BROKEN: ("fail", "unplug"),
    State.UNFUNDED: ("fail", "circle-alert"),
    State.EXPIRING: ("wait", "clock"),
    State.PAUSED: ("gone", "octagon-pause"),
    State.WORKING: ("live", "circle-check"),
}
"""The ending of the css class and the icon of each state, in the order of the page."""
NEEDS_YOU = (State.BROKEN, State.UNFUNDED, State.EXPIRING)


@dataclass(frozen=True)
class Card:
    channel: Channel
    label: "Promise | str"
    kind: str
    icon: str


@require_GET
@permission_required("channels.view_channel", raise_exception=True)
def index(request: HttpRequest) -> HttpResponse:
    """Broken first: what needs a person stands at the top."""
    channels = list(Channel.objects.open().select_related("credential", "paused_by"))
    channels.sort(key=lambda channel: list(LOOKS).index(channel.state))
    needing = sum(channel.state in NEEDS_YOU for channel in channels)
    cards = [card_of(channel) for channel in channels]
    paused = sum(channel.state == State.PAUSED for channel in channels)
    return render(request, "channels/index.html", {"cards": cards, "needing": needing, "paused": paused})


def card_of(channel: Channel) -> Card:
    if channel.is_by_hand:
        return Card(channel, _("För hand"), "draft", "hand")
    return Card(channel, channel.state.label, *LOOKS[channel.state])
