"""
Whether everybody who can be recognised has said yes: the one truth behind the blocker, and what it is made of.

A yes is for pictures and for places. What was made of a picture since, by cropping or blurring, shows less and keeps the
yes; another picture, or a platform that was not named, does not. A no stands against a picture for as long as that is
shown as it was when somebody said no, whatever is claimed about it; blurred or cropped, it is for the group to judge.

A question that was asked and not answered waits: it is answered, or taken back by whoever asked.

Whoever speaks for the union in their office, as its president does, is not asked: that all in a picture do is told, and
written down like a yes. Who is to be asked all the same is asked, and that waits as for everybody.
"""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from audit import log
from channels.adapters import ADAPTERS
from channels.models import Channel
from posts import consent_words
from posts.models import (
    CLOSED,
    OVER,
    Answer,
    ConsentAnswer,
    ConsentQuerySet,
    ConsentRequest,
    Draft,
    Media,
    Method,
    Minors,
    People,
    Post,
    Publication,
    Removal,
    Status,
    Version,
)

if TYPE_CHECKING:
    from accounts.models import User

LASTS = timedelta(days=14)
"""How long a link can be answered."""
MOST_AT_ONCE = 20
AS_THE_SCRIPT_SAYS = ("facebook", "x", "youtube")
"""Where nothing is connected yet."""
OWN_ANSWERS = (Method.LINK, Method.PHONE)
"""Given by the people themselves, and not told by whoever asked them."""
AT_ONCE = 50
"""How many are forgotten in one round."""


@dataclass(frozen=True)
class Unsettled:
    """Why it is not settled: a code of a blocker, and the channel that alone it is about."""

    code: str
    channel: Channel | None = None


# --- the one truth --------------------------------------------------------------------------------------------


def is_settled(wording: Draft | Version) -> bool:
    """Nobody who can be recognised is in it against their will, or without their yes."""
    return not unsettled(wording)


def unsettled(wording: Draft | Version, asked: Iterable[ConsentRequest] | None = None) -> list[Unsettled]:
    """
    All that is missing; nothing where all have said yes, or nobody can be recognised. `asked` are the questions about its
    post, where somebody has them at hand.
    """
    shown = wording.media
    if not shown:
        return []
    if asked is None:
        asked = ConsentRequest.objects.filter(post=wording.post_id)
    known = [item for item in asked if item.taken_back_at is None]
    if is_refused(known, shown):
        return [Unsettled("consent_refused")]
    if wording.people == People.NOBODY:
        return []
    if any(item.is_open for item in known):
        return [Unsettled("consent_waiting")]
    yes = [item for item in known if item.is_yes and counts(item, wording.people)]
    if not yes or not wording.people:
        return [Unsettled("consent_missing")]
    if not are_covered(shown, yes):
        return [Unsettled("consent_new_picture")]
    return [*of_minors(wording.minors, yes), *of_places(wording, yes)]


def is_answered(shown: Sequence[Media], asked: Iterable[ConsentRequest], minors: str) -> bool:
    """All who were asked said yes themselves, to all that is shown: whatever its sender claims, nobody is waited for."""
    known = [item for item in asked if item.taken_back_at is None]
    if is_refused(known, shown) or any(item.is_open for item in known):
        return False
    yes = [item for item in known if item.is_yes and counts(item, People.NOT_ASKED)]
    return bool(shown) and are_covered(shown, yes) and not of_minors(minors, yes)


def is_refused(known: Iterable[ConsentRequest], shown: Sequence[Media]) -> bool:
    """Somebody does not want to be seen, and still is; also in what is not sent in yet."""
    return any(stands_against(item, media) for item in known if item.is_against for media in shown)


def counts(item: ConsentRequest, claim: str) -> bool:
    """
    Whoever says that not all were asked outweighs what was told for others; not what people answered themselves, nor that
    there was nobody to ask.
    """
    return claim == People.ALL_SAID_YES or item.method in (*OWN_ANSWERS, Method.IN_OFFICE)


def of_minors(minors: str, yes: Sequence[ConsentRequest]) -> list[Unsettled]:
    """Who answers on their own telephone is asked there whether they are under 18. Nobody is who has an office."""
    if minors in (Minors.NOBODY, Minors.GUARDIAN_SAID_YES) or any(item.is_guardians for item in yes):
        return []
    is_known = minors == "" and all(item.method in (*OWN_ANSWERS, Method.IN_OFFICE) for item in yes)
    return [] if is_known else [Unsettled("guardian_missing")]


def of_places(wording: Draft | Version, yes: Sequence[ConsentRequest]) -> list[Unsettled]:
    """Each of them was told where, and said yes to that. A draft has no channels yet."""
    if isinstance(wording, Draft):
        return []
    named = [set(item.platforms) for item in yes if item.platforms]
    return [
        Unsettled("consent_elsewhere", choice.channel)
        for choice in wording.chosen_channels.all()  # type: ignore[attr-defined]
        if any(choice.channel.platform not in platforms for platforms in named)
    ]


# --- pictures -------------------------------------------------------------------------------------------------


def pictures_of(media: Iterable[Media]) -> dict[str, str]:
    return {str(item.pk): item.sha256 for item in media}


def with_digests(pictures: dict[str, str]) -> dict[str, str]:
    """Who is asked early is asked about what has no digest yet. By it the same picture is known when it comes again."""
    unknown = [key for key, digest in pictures.items() if not digest]
    known = dict(Media.objects.filter(pk__in=unknown).values_list("pk", "sha256")) if unknown else {}
    return {key: digest or known.get(UUID(key), "") for key, digest in pictures.items()}


def are_awaited(pictures: Iterable[Media]) -> bool:
    """Something of them is still being made ready."""
    return any(not item.is_done for item in pictures)


def can_be_seen(pictures: Sequence[Media]) -> bool:
    """All that is to be seen of them is there, and something is: before that there is nothing to say yes to."""
    return any(item.is_ready for item in pictures) and not are_awaited(pictures)


def covers(item: ConsentRequest, media: Media) -> bool:
    """It is what was shown, or was made of it since."""
    if is_the_same(item, media) or str(media.made_from_id) in item.pictures:
        return True
    return any(before.edits == media.edits[: len(before.edits)] for before in kin(item, media))


def are_covered(shown: Iterable[Media], yes: Sequence[ConsentRequest]) -> bool:
    return all(any(covers(item, media) for item in yes) for media in shown)


def stands_against(item: ConsentRequest, media: Media) -> bool:
    """What somebody said no to is still to be seen in it."""
    if is_the_same(item, media):
        return True
    if str(media.made_from_id) in item.pictures:
        return not shows_less(media.edits)
    return any(not shows_less(media.edits[len(before.edits) :]) for before in kin(item, media))


def is_about(item: ConsentRequest, shown: Iterable[Media]) -> bool:
    """Something of what it was an answer to is still to be seen: what was said of a picture that is gone, is past."""
    says = stands_against if item.is_against else covers
    return any(says(item, media) for media in shown)


def is_the_same(item: ConsentRequest, media: Media) -> bool:
    return str(media.pk) in item.pictures or (media.sha256 != "" and media.sha256 in item.pictures.values())


def shows_less(edits: Iterable[dict[str, object]]) -> bool:
    return any(step.get("blur") or step.get("crop") for step in edits)


def kin(item: ConsentRequest, media: Media) -> list[Media]:
    """Those of its pictures that came of the same one as this: hardly ever any, so that few pages ask."""
    first = media.made_from_id or media.pk
    return list(Media.objects.filter(pk__in=list(item.pictures), made_from=first))


def is_covered(draft: Draft) -> bool:
    """Somebody has said yes to all that it shows: its author need not say it again."""
    known = [item for item in draft.post.consents.in_force() if item.is_yes]  # type: ignore[attr-defined]
    return are_covered(draft.media, known)


# --- asking -----------------------------------------------------------------------------------------------------


def places() -> list[str]:
    """The platforms that people are told of: all that a post could go out on today."""
    connected = list(dict.fromkeys(Channel.objects.open().values_list("platform", flat=True)))
    return connected or list(AS_THE_SCRIPT_SAYS)


def names_of(platforms: Iterable[str]) -> list[str]:
    """
    As people know them: what is published by hand has no platform that means anything to them, and is called what the
    channel is. One that is gone from here was still promised.
    """
    names: list[str] = []
    for key in platforms:
        if key in ADAPTERS and not ADAPTERS[key].publishes:
            names += (
                Channel.objects.open().filter(platform=key).order_by("name").values_list("name", flat=True)
            )
        else:
            names.append(ADAPTERS[key].name if key in ADAPTERS else key)
    return names


def script() -> str:
    """To read aloud: it names where the picture will be seen."""
    names = get_text_list(names_of(places()), _("och"))
    return str(consent_words.SCRIPT) % {"organisation": settings.ORGANISATION_NAME, "places": names}


def read_aloud(post: Post, by: "User", version: Version, count: int) -> ConsentRequest:
    """Somebody asked people on the spot, and all of them said yes. The caller has locked the post."""
    request = ConsentRequest.objects.create(
        post=post,
        method=Method.READ_ALOUD,
        pictures=pictures_of(version.media),
        platforms=places(),
        words=consent_words.VERSION,
        count=count,
        made_by=by,
    )
    write_down(request, Answer.YES, is_guardians=version.minors == Minors.GUARDIAN_SAID_YES)
    log.record("consent.told", request, actor=by, count=count)
    return request


def in_office(post: Post, by: "User", count: int) -> ConsentRequest:
    """So many can be recognised, and all speak for the union. Told twice of the same pictures, it is told once."""
    with transaction.atomic():
        Post.objects.locked().get(pk=post.pk)
        pictures = pictures_of(post.wording.media if post.wording else [])
        told = of(post).filter(method=Method.IN_OFFICE, count=count)
        if already := next((item for item in told if item.pictures == pictures), None):
            return already
        request = ConsentRequest.objects.create(
            post=post, method=Method.IN_OFFICE, pictures=pictures, count=count, made_by=by
        )
        write_down(request, Answer.YES)
        log.record("consent.in_office", request, actor=by, count=count)
    return request


def ask(
    post: Post,
    by: "User",
    count: int = 1,
    method: Method = Method.LINK,
    called: str = "",
    pictures: Iterable[Media] | None = None,
) -> list[tuple[ConsentRequest, str]]:
    """
    As many questions as people, each with what its link ends with: told here and never again. About all that the post
    shows, unless `pictures` are named.
    """
    if pictures is None:
        pictures = post.wording.media if post.wording else []
    about, made = pictures_of(pictures), []
    with transaction.atomic():
        Post.objects.locked().get(pk=post.pk)
        for _number in range(count):
            token = secrets.token_urlsafe(24)
            request = ConsentRequest.objects.create(
                post=post,
                method=method,
                pictures=about,
                platforms=places(),
                words=consent_words.VERSION,
                called=called,
                token_hash=digest_of(token),
                made_by=by,
                expires_at=timezone.now() + LASTS,
            )
            log.record("consent.asked", request, actor=by, how=method)
            made.append((request, token))
    return made


def ask_no_more(request: ConsentRequest, by: "User") -> bool:
    """Another link is made, or the person is in no picture any longer. False: they have answered."""
    with transaction.atomic():
        Post.objects.locked().get(pk=request.post_id)
        # The race: the person answers right now. Then the answer stands.
        taken = ConsentRequest.objects.in_force().filter(pk=request.pk, answer="")
        is_done = bool(taken.update(taken_back_at=timezone.now()))
        if is_done:
            log.record("consent.not_asked", request, actor=by)
    return is_done


def write_down(
    request: ConsentRequest, answer: Answer, *, language: str = "", is_guardians: bool = False
) -> None:
    """The answer, with what it was an answer to; and on the request, that it is the last one."""
    now, was_told = timezone.now(), request.method != Method.IN_OFFICE
    request.pictures = with_digests(request.pictures)
    ConsentAnswer.objects.create(
        request=request,
        answer=answer,
        method=request.method,
        count=request.count,
        is_guardians=is_guardians,
        words=consent_words.VERSION if was_told else 0,
        language=language,
        pictures=request.pictures,
        platforms=request.platforms,
        at=now,
    )
    request.answer, request.answered_at = answer, now
    request.is_guardians = is_guardians
    request.save(update_fields=["answer", "answered_at", "is_guardians", "pictures"])


# --- finding ----------------------------------------------------------------------------------------------------


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def by_token(token: str) -> ConsentRequest | None:
    return ConsentRequest.objects.of_words().filter(token_hash=digest_of(token)).first()


def of(post: Post) -> ConsentQuerySet:
    """What was asked about a post, and not taken back, in its order."""
    return ConsentRequest.objects.in_force().filter(post=post).of_words()


# --- forgetting -------------------------------------------------------------------------------------------------


def sweep(now: datetime) -> None:
    """What is the proof of nothing any more."""
    for request in to_forget(now).order_by("pk")[:AT_ONCE]:
        forget(request, now)


def to_forget(now: datetime) -> ConsentQuerySet:
    """
    Of posts that will not be shown, and were not for so long. What a case is about stays with the case; and a no stays
    for as long as somebody may still send the picture in.
    """
    before = now - timedelta(days=settings.CONSENT_DAYS)
    of_it = Publication.objects.filter(post=OuterRef("pk"))
    is_somewhere = Exists(of_it.exclude(status__in=OVER))
    was_lately = Exists(Removal.objects.filter(publication__post=OuterRef("pk"), finished_at__gt=before))
    is_decided = Q(status__in=CLOSED) | Q(Exists(of_it), status=Status.APPROVED)
    over = Post.objects.filter(is_decided, ~is_somewhere, ~was_lately, updated_at__lte=before)
    late = Q(answered_at__gt=before) | Q(made_at__gt=before)
    return ConsentRequest.objects.filter(post__in=over.order_by(), cases=None).exclude(late)


def forget(request: ConsentRequest, now: datetime) -> None:
    with transaction.atomic():
        # The race: a case is opened about it right now, or the post is taken up again.
        Post.objects.locked().get(pk=request.post_id)
        if to_forget(now).filter(pk=request.pk).exists():
            ConsentAnswer.objects.filter(request=request).forget()
            log.record("consent.forgotten", request)
            request.delete()
