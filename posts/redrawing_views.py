"""A picture that has come up already is blurred, cropped or turned by whoever sent it, while the post is with them."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from posts import retouching, wording
from posts.media.errors import MediaRefused
from posts.models import Media
from posts.redrawing_forms import RedrawForm
from posts.views import SignedInRequest, may_submit


@require_POST
@may_submit
def redraw(request: SignedInRequest, media_id: UUID) -> HttpResponse:
    """The answer is the new picture's tile."""
    old = get_object_or_404(Media, pk=media_id, owner=request.user)
    form = RedrawForm(request.POST)
    if not form.is_valid():
        return HttpResponse(" ".join(map(str, form.errors["drawn"])), status=422)
    try:
        new = retouching.redraw(old, request.user, form.cleaned_data["drawn"])
    except MediaRefused as refusal:
        return HttpResponse(wording.REFUSALS[refusal.code] % wording.Facts(refusal.facts), status=422)
    except retouching.NotTheirsError:
        return HttpResponse(
            _("Bilden går inte att ändra längre. Den är inskickad, eller ändrad redan."), status=409
        )
    return render(request, "posts/_tile.html", {"media": new}, status=201)
