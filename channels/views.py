"""The channels and how they are."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from channels.models import Channel, State

NEEDS_YOU = (State.BROKEN, State.EXPIRING)
ORDER = (State.BROKEN, State.EXPIRING, State.PAUSED, State.WORKING)


@require_GET
@permission_required("channels.view_channel", raise_exception=True)
def index(request: HttpRequest) -> HttpResponse:
    """Broken first: what needs a person stands at the top."""
    channels = list(Channel.objects.open().select_related("credential", "paused_by"))
    channels.sort(key=lambda channel: ORDER.index(channel.state))
    needing = sum(channel.state in NEEDS_YOU for channel in channels)
    return render(request, "channels/index.html", {"channels": channels, "needing": needing})
