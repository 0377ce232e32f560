"""What an author answers when a reviewer's change means something else."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from posts import workflow
from posts.messages_forms import AnswerForm
from posts.models import Post, Transition
from posts.views import SignedInRequest, visible_post


@require_POST
def answer(request: SignedInRequest, post_id: int) -> HttpResponse:
    """The author's yes or no to what a reviewer changed. What was written is never lost: it is said again."""
    post = visible_post(request, post_id)
    form = AnswerForm(post, request.POST)
    typed = form.data.get("message", "")
    if too_long := form.errors.get("message"):
        messages.error(request, with_what_was_typed(str(too_long[0]), typed))
        return redirect("posts:detail", post_id)
    try:
        done = answered(request, post, form)
    except workflow.RefusedError as error:
        messages.error(request, error.reason)
    except workflow.NoLongerSoError:
        said = _("Ditt svar kom inte fram: inlägget har ändrats igen, eller ingen frågar längre.")
        messages.error(request, with_what_was_typed(said, typed))
    else:
        messages.success(request, done)
    return redirect("posts:detail", post_id)


def answered(request: SignedInRequest, post: Post, form: AnswerForm) -> str:
    if not form.is_valid():
        raise workflow.NoLongerSoError(post, workflow.Action.AGREE)
    given = form.cleaned_data
    verb = workflow.agree if given["answer"] == "yes" else workflow.disagree
    step: Transition = verb(post, request.user, given["version"], given["message"].strip())
    return THANKS[workflow.Action(step.action)]()


def with_what_was_typed(said: str, typed: str) -> str:
    return f"{said} {_('Det här hade du skrivit:')} ”{typed.strip()}”" if typed.strip() else said


THANKS = {
    workflow.Action.AGREE: lambda: _("Tack. Inlägget väntar på granskning."),
    workflow.Action.DISAGREE: lambda: _("Tack för svaret. Inget publiceras som du inte har sagt okej till."),
}
