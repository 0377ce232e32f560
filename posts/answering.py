"""
What people in pictures answer: yes, no, and the change of mind. An answer is never lost to a decision at the same moment.

    asked ──yes──▶ yes ──withdrawn──▶ withdrawn
      └───no────▶ no ──yes, as long as the link lasts──▶ yes

Nobody says yes to what they cannot see: a yes waits until all the pictures are made ready. A no waits for nothing.

Answering locks the post first, as an okay does. So an okay either sees the no, and is refused; or it is there already,
and the no finds what was queued for it and has it held and taken down. Where all of that is over, nothing of it is tried
again.
"""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import log
from posts import cases, consent, consent_words, notices, publishing, purging
from posts.models import (
    AGAINST,
    OVER,
    Answer,
    CaseReason,
    ConsentRequest,
    Media,
    Method,
    Post,
    Publication,
    Regret,
    TakedownCase,
)

if TYPE_CHECKING:
    from accounts.models import User

NEXT: dict[str, tuple[Answer, ...]] = {
    "": (Answer.YES, Answer.NO),
    Answer.NO: (Answer.YES,),
    Answer.YES: (Answer.WITHDRAWN,),
    Answer.WITHDRAWN: (),
}
"""What somebody may say after what they have said."""


class NoLongerAskedError(Exception):
    """It is no longer so (409): the link has expired, was taken back, or something else was answered since."""

    def __init__(self, request: ConsentRequest) -> None:
        super().__init__(str(request))
        self.request = request


class UnseenError(Exception):
    """Something of it is still being made ready, or nothing is there any longer (409): there is nothing to say yes to."""


def answer(
    asked: ConsentRequest, said: Answer, *, language: str = "", is_guardians: bool = False
) -> TakedownCase | None:
    """Write it down. The case, where there was something to take down. The same said twice is said once."""
    with transaction.atomic():
        post = Post.objects.locked().get(pk=asked.post_id)
        request = ConsentRequest.objects.select_for_update(no_key=True).get(pk=asked.pk)
        if request.answer == said:
            return case_of(request)
        check(request, said)
        publishing.lock_all(Publication.objects.filter(post=post).exclude(status__in=OVER))
        consent.write_down(request, said, language=language, is_guardians=is_guardians)
        case = None
        if said in AGAINST and cases.is_live(post):
            case = cases.open_case(post, CaseReason.WITHDRAWN, consent=request)
        elif said in AGAINST:
            publishing.rule_out(post, None, Regret.CONSENT)
        log.record("consent.answered", request, answer=said, how=request.method)
        tell(request, case)
    return case


def check(request: ConsentRequest, said: Answer) -> None:
    if said not in NEXT[request.answer]:
        raise NoLongerAskedError(request)
    is_first = request.answer in ("", Answer.NO)
    is_late = request.expires_at is not None and request.expires_at <= timezone.now()
    if request.taken_back_at is not None or (is_first and is_late):
        raise NoLongerAskedError(request)
    if said == Answer.YES and not consent.can_be_seen(pictures_now(request)):
        raise UnseenError


def pictures_now(request: ConsentRequest) -> list[Media]:
    """What it is about as that is now: what was blurred since is blurred. In the order in which it was asked about."""
    found = Media.objects.in_bulk(list(request.pictures))
    return [purging.in_force(found[UUID(key)]) for key in request.pictures if UUID(key) in found]


def case_of(request: ConsentRequest) -> TakedownCase | None:
    return TakedownCase.objects.filter(consent=request).for_page().first()


def tell(request: ConsentRequest, case: TakedownCase | None) -> None:
    """Whoever handed the telephone over has seen a yes."""
    if request.answer in AGAINST:
        notices.said_no(request, is_taken_down=case is not None)
    elif (
        request.method == Method.LINK
        and not request.post.consents.in_force().exclude(answer=Answer.YES).exists()
    ):  # type: ignore[attr-defined]
        notices.all_said_yes(request)


def told_by(
    post: Post, by: "User", message: str = "", receipt_to: str = "", *, is_first: bool = False
) -> TakedownCase | None:
    """
    Somebody in the picture wrote or rang, and their no stands like any other. The group opens the case for them; None
    where nothing of the post is out or on its way. `is_first` as in `cases.open_case`.
    """
    with transaction.atomic():
        locked = Post.objects.locked().get(pk=post.pk)
        publishing.lock_all(Publication.objects.filter(post=locked).exclude(status__in=OVER))
        request = noted(locked, by)
        consent.write_down(request, Answer.WITHDRAWN)
        case = None
        if cases.is_live(locked):
            case = cases.open_case(
                locked,
                CaseReason.GROUP,
                by=by,
                consent=request,
                message=message,
                receipt_to=receipt_to,
                is_first=is_first,
            )
        else:
            publishing.rule_out(locked, by, Regret.CONSENT)
        log.record("consent.answered", request, actor=by, answer=request.answer, how=request.method)
        if case is None:
            notices.said_no(request, is_taken_down=False)
    return case


def noted(post: Post, by: "User") -> ConsentRequest:
    """For somebody who had no link, or has lost it: what they mean are the pictures as they are now."""
    return ConsentRequest.objects.create(
        post=post,
        method=Method.READ_ALOUD,
        pictures=consent.pictures_of(post.wording.media if post.wording else []),
        platforms=consent.places(),
        words=consent_words.VERSION,
        made_by=by,
    )
