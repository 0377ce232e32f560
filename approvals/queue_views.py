"""The queue as a page of its own: all of it, what is new in it, and what of it somebody wants to see."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response, set_response_etag
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.paging import LONGEST_NUMBER
from approvals import gaps, queue, regret
from approvals.choice import Choice, moment_from
from approvals.views import ReviewRequest, may_review
from channels.models import Channel
from posts import timeline
from posts.models import Category, Post, Status, Transition

LAST_PAGE = 10_000


@require_GET
@may_review
def desk(request: ReviewRequest) -> HttpResponse:
    """The queue alone: it is read on a phone; at a desk, the script opens its first post beside it."""
    now, choice = timezone.now(), Choice.of(request.GET)
    page = queue.page_of(choice, request.user, now, page_number(request))
    regrets = regret.of(request.user) if page.can_regret else []
    context = {"page": page, "choice": choice, "regrets": regrets, "looked_at": now}
    # Asked already: the rail need not ask again.
    counted = {} if page.waiting is None else {"queue_count": page.waiting}
    if page.rows or choice.keep:
        return render(request, "approvals/queue.html", context | counted)
    return render(request, "approvals/nothing.html", context | {"queue_count": 0, "gaps": next_gaps(now)})


def page_number(request: ReviewRequest) -> int:
    asked = request.GET.get("sida", "")
    return min(max(int(asked), 1), LAST_PAGE) if asked.isdecimal() and len(asked) <= LONGEST_NUMBER else 1


def next_gaps(now: datetime) -> list[gaps.Gap]:
    """Of each channel with a goal, the soonest first."""
    channels = Channel.objects.open().filter(goal__gt=0)
    found = [gap for channel in channels if (gap := gaps.next_gap(channel, now))]
    return sorted(found, key=lambda gap: gap.at)


# --- what somebody wants to see -------------------------------------------------------------------------------


@require_GET
@may_review
def narrow(request: ReviewRequest) -> HttpResponse:
    """The form for it: htmx puts it into the list's head; without scripts, the list comes with it."""
    choice = Choice.of(request.GET)
    context = {
        "choice": choice,
        "channels_to_choose": Channel.objects.open(),
        "categories": Category.objects.filter(retired_at=None),
        "regions": User.objects.exclude(region="")
        .order_by("region")
        .values_list("region", flat=True)
        .distinct(),
    }
    if request.htmx:
        return render(request, "approvals/_narrow.html", context)
    now = timezone.now()
    context |= {"page": queue.page_of(choice, request.user, now), "looked_at": now}
    return render(request, "approvals/queue.html", context)


# --- what is new ----------------------------------------------------------------------------------------------


@require_GET
@may_review
def news(request: ReviewRequest) -> HttpResponse:
    """
    What has changed since a list was shown: how many are new in it, and what became of its rows. Nothing is moved under
    the pointer: a row that somebody decided stays, and says so.
    """
    now, choice = timezone.now(), Choice.of(request.GET)
    since = moment_from(request.GET.get("sedan", "").replace(" ", "+")) or now
    shown = numbers_in(request.GET.get("rader", ""))
    new = choice.narrow(request.user, now).filter(submitted_at__gt=since).exclude(pk__in=shown).count()
    posts = list(queue.with_claims(Post.objects.filter(pk__in=shown), request.user, now).order_by("pk"))
    context = {
        "new": new,
        "gone": decided(posts, choice),
        "waiting": [post for post in posts if post.is_in_review],
    }
    answer = render(request, "approvals/_news.html", context)
    set_response_etag(answer)
    return get_conditional_response(request, etag=answer.headers["ETag"], response=answer) or answer


def numbers_in(listed: str) -> list[int]:
    """Those of the rows of one list."""
    given = listed.split(",")[: queue.PAGE]
    return [int(number) for number in given if number.isdecimal() and len(number) <= LONGEST_NUMBER]


def decided(posts: list[Post], choice: Choice) -> list[tuple[Post, str]]:
    """Those that wait no longer, and who did what with them."""
    status = Status.CHANGES if choice.is_asked else Status.IN_REVIEW
    gone = [post for post in posts if post.status != status]
    steps = Transition.objects.filter(post__in=gone).select_related("by").order_by("at", "id")
    last = {step.post_id: step for step in steps}
    return [(post, timeline.sentence_for(last[post.pk], is_own=False)) for post in gone if post.pk in last]
