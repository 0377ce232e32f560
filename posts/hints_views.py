"""What the page says about a text while it is written: one hint at a time, and none that was folded away."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from posts import echoes, tone
from posts.forms import TEXT_LENGTH, is_uuid
from posts.models import Media
from posts.tone_words import sentence_of
from posts.views import SignedInRequest, may_submit


class HintsForm(forms.Form):
    """What is typed so far. Nothing of it is kept."""

    text = forms.CharField(required=False, max_length=TEXT_LENGTH)
    link = forms.CharField(required=False, max_length=1000)
    client_id = forms.UUIDField(required=False)


@require_POST
@may_submit
def hint(request: SignedInRequest) -> HttpResponse:
    form = HintsForm(request.POST)
    found = hints_of(request, form) if form.is_valid() else []
    folded = request.POST.getlist("folded")
    shown = next((each for each in found if each.code not in folded), None)
    words = sentence_of(shown) if shown else ""
    return render(request, "posts/_hint.html", {"hint": shown, "words": words})


def hints_of(request: SignedInRequest, form: HintsForm) -> list[tone.Hint]:
    ids = filter(is_uuid, request.POST.getlist("media"))
    media, now = list(Media.objects.filter(owner=request.user, pk__in=ids)), timezone.now()
    found = list(tone.for_sender(form.cleaned_data["text"], form.cleaned_data["link"], media, now))
    before = echoes.sent_in_before(media, request.user, form.cleaned_data["client_id"], now)
    return [*found, *filter(None, [tone.sent_in_before(before, request.user)])]
