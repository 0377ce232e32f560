"""What a sender does who wants their post gone: asks the group, which judges that while the clock runs."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from posts import cases
from posts.forms import TakeDownForm
from posts.models import Post, Regret
from posts.views import SignedInRequest, headline


@require_http_methods(["GET", "POST"])
def ask_down(request: SignedInRequest, post_id: int) -> HttpResponse:
    post = get_object_or_404(Post.objects.written_by(request.user).for_list(), pk=post_id)
    form = TakeDownForm(request.POST if request.method == "POST" else None)
    if not cases.is_live(post):
        return nothing_is_out(request, post)
    if form.is_valid():
        return ask(request, post, form)
    context = {"post": post, "form": form, "headline": headline(post.wording_for(request.user))}
    return render(request, "posts/ask_down.html", context, status=422 if form.errors else 200)


def ask(request: SignedInRequest, post: Post, form: TakeDownForm) -> HttpResponse:
    given = form.cleaned_data
    said = f"{Regret(given['reason']).label}. {given['message'].strip()}".strip()
    try:
        cases.ask(post, request.user, said)
    except cases.NothingOutError:
        return nothing_is_out(request, post)
    messages.success(request, _("Nedtagning begärd. Kommunikationsgruppen har fått veta det."))
    return redirect("posts:detail", post.pk)


def nothing_is_out(request: SignedInRequest, post: Post) -> HttpResponse:
    messages.error(request, _("Det finns inget att ta ned: inlägget är inte ute."))
    return redirect("posts:detail", post.pk)
