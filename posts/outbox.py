"""What a phone's outbox is told: what we have of its post, in JSON. It deletes nothing that we have not named."""

from typing import Any

from django.http import JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.answering import refused
from posts import drafting
from posts.forms import DraftForm
from posts.models import Media, Post
from posts.waiting import clock_time

DRAFT, SUBMITTED, UNKNOWN = "draft", "submitted", "unknown"


def standing(post: Post) -> dict[str, Any]:
    """Where it is: with its author, or sent in."""
    draft = getattr(post, "draft", None)
    return {
        "state": DRAFT if post.is_with_author else SUBMITTED,
        "post": post.pk,
        "url": reverse("posts:edit" if post.is_with_author else "posts:sent", args=[post.pk]),
        "seen": drafting.seen_as(draft),
        "saved_at": _("Sparat %(at)s") % {"at": clock_time(draft.updated_at if draft else post.updated_at)},
    }


def saved(post: Post, status: int = 200) -> JsonResponse:
    return JsonResponse(standing(Post.objects.select_related("draft").get(pk=post.pk)), status=status)


def not_valid(form: DraftForm) -> JsonResponse:
    errors = {name: [str(sentence) for sentence in found] for name, found in form.errors.items()}
    return JsonResponse({"errors": errors}, status=422)


def missing(ids: list[str]) -> JsonResponse:
    """Files that the post should have and that are not here: the phone brings them again, instead of losing one."""
    return JsonResponse({"errors": {}, "missing": ids}, status=422)


def too_late(post: Post, form: DraftForm) -> JsonResponse:
    """Sent in already. The same told again is a yes; what is not in the post stays on the phone."""
    if drafting.was_sent_in(post, form.revision) or has_all(post, form):
        return saved(post)
    sentence = _("Inlägget är redan inskickat, så det du ändrade är inte med.")
    return refused(sentence, 409, state=SUBMITTED, post=post.pk, url=reverse("posts:detail", args=[post.pk]))


def has_all(post: Post, form: DraftForm) -> bool:
    """One of its wordings says and shows the same, of people who answered the same."""
    text, meant, people = (
        form.cleaned_data["text"].strip(),
        {item.pk for item in form.shown},
        form.cleaned_data["people"],
    )
    draft = getattr(post, "draft", None)
    wordings = [*post.versions.prefetch_related("shown_media"), *([draft] if draft else [])]
    return any(
        (wording.text.strip(), wording.people) == (text, people)
        and meant <= {shown.media_id for shown in wording.shown_media.all()}
        for wording in wordings
    )


def held(user_id: int, ids: list[str]) -> list[str]:
    """Which of these files of theirs we have."""
    return [str(pk) for pk in Media.objects.filter(owner=user_id, pk__in=ids).values_list("pk", flat=True)]
