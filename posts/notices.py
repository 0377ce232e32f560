"""
Who is told what about posts and their journey; the words are in `templates/notices/`, the mails in `accounts.notices`.

Everything here runs in the transaction of the act that it tells of. A key names the thing: a second call for the same
one tells nobody anything. Facts are few and name nobody, since mails lie about in many places.

Whoever has several parts in it (wrote it, approved it, answers for the channel) is told once, in the first of them.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from accounts import duty
from accounts.models import Notice, User
from accounts.notices import take_back, take_back_about, tell
from channels.models import Channel
from channels.notices import administrators, keepers, page_of_channel, those_to_tell
from posts import changes, elections, promise
from posts.chips import SOON, moves_soon
from posts.models import (
    WAITING,
    Approval,
    ConsentRequest,
    Draft,
    Event,
    FirstOkay,
    Hold,
    MediaKind,
    Message,
    Minors,
    People,
    Post,
    Promise,
    Publication,
    PublicationStatus,
    PublishingStop,
    Regret,
    Removal,
    Status,
    TakeDown,
    TakedownCase,
    Transition,
    Version,
)
from posts.wording import OTHER, name_of, place_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

NO_CREDIT = "credit"
"""The fault of a channel whose account at the platform is empty (`channels.errors.OutOfCredit`)."""
OKAY_BY = "approval__approved_by"
REVIEW, DECIDE = "posts.review_post", "posts.decide_publication"
"""What the communications group may."""
STILL_WRITING = timedelta(minutes=5)
READ, TAKE_DOWN = "posts.view_all_posts", "posts.take_down"
"""What opens the pages that people are led to."""


# --- what became of a publication -------------------------------------------------------------------------------


def published(publication: Publication) -> None:
    """What follows a post is no news of its own."""
    if publication.is_head:
        when_still(publication.version)


def failed(publication: Publication, code: str) -> None:
    """The platform will never take it: people decide what now. Its post is out all the same, where it follows one."""
    kind = "failed" if publication.is_head else "part_failed"
    concerned(publication, kind, tried(publication), code=code)
    when_still(publication.version)


def delayed(publication: Publication, until: datetime) -> None:
    """It goes on by itself, later than anybody expects."""
    code = Publication.objects.values_list("trouble", flat=True).get(pk=publication.pk)
    tell(
        {publication.approval.approved_by, *those_to_tell(publication.channel)},
        "delayed",
        name(publication),
        partial(page_for, publication.post, publication.channel),
        channel=place_of(publication),
        code=code,
        again_at=until,
    )


def postponed(publication: Publication, until: datetime) -> None:
    """It waits. Where the rest of it is out, and this will take a while, its author need not wait too."""
    working = Channel.objects.working().filter(pk=publication.channel_id)
    if until > timezone.now() + SOON or not working.exists():
        when_still(publication.version)


def needs_decision(publication: Publication) -> None:
    """We cannot know whether it is out. Somebody who can tell looks on the platform."""
    able = set(User.objects.granted(DECIDE))
    asked = () if publication.approval.approved_by in able else able
    question = reverse("posts:decide", args=[publication.pk])
    able |= keepers(publication.channel)

    def page(person: User) -> str:
        return question if person in able else page_for(publication.post, publication.channel, person)

    concerned(publication, "needs_decision", tried(publication), *asked, page=page)
    when_still(publication.version)


def expired(publication: Publication) -> None:
    """Its latest time went by. It is parked, and a person may give it another one."""
    last = publication.not_after
    key = f"{name(publication)}:{last.isoformat() if last else ''}"
    concerned(publication, "expired", key, latest_at=last)
    when_still(publication.version)


def concerned(
    publication: Publication,
    kind: str,
    key: str,
    *others: User,
    page: Callable[[User], str] | None = None,
    **facts: Any,
) -> None:
    """
    Its author, whoever approved it, and those who answer for the channel; the latter two are led to `page`. What follows
    a post that is out does not concern its author.
    """
    post, channel = publication.post, publication.channel
    facts |= {"channel": place_of(publication)}
    people = {publication.approval.approved_by, *those_to_tell(channel), *others}
    page = page or partial(page_for, post, channel)
    if publication.is_head:
        tell([post.author], kind, key, page_of(post), is_yours=True, **facts)
    tell(people - {post.author}, kind, key, page, is_yours=False, **facts)


def when_still(version: Version) -> None:
    """Once nothing of a version moves any more, and some of it is out: tell where it is, and where it is not (yet)."""
    all_of_it = [*version.publications.heads().select_related("channel", "post").annotate(okay=F(OKAY_BY))]  # type: ignore[attr-defined]
    out = [item for item in all_of_it if item.status == PublicationStatus.PUBLISHED]
    if not out or any(moves_soon(item) for item in all_of_it):
        return
    post, key, people = out[0].post, f"version:{version.pk}", parts_in(out)
    author = people.pop(post.author_id)

    def page(person: User) -> str:
        # Whoever gave the okay reads posts: asking here would cost every publication two queries.
        return page_of(post) if person.pk == out[0].okay else page_for(post, out[0].channel, person)

    sharing: dict[str, Any] = {"share_path": reverse("posts:share", args=[post.pk])}
    nothing: dict[str, Any] = {}
    for kind, told, more in (
        ("published", [author], sharing),
        ("published_others", [*people.values()], nothing),
    ):
        tell(
            told,
            kind,
            key,
            page,
            out=names(out),
            later=names(item for item in all_of_it if comes_later(item)),
            unsure=names(item for item in all_of_it if item.status == PublicationStatus.NEEDS_DECISION),
            missing=names(item for item in all_of_it if is_missing(item)),
            **more,
        )


def parts_in(out: list[Any]) -> dict[int, User]:
    """Its author, who gave the okay, and who answers for the channels: by one narrow query, since this is asked often."""
    channels = [item.channel for item in out]
    keeping = {person for channel in channels for person in (channel.owner_id, channel.deputy_id) if person}
    return User.objects.in_bulk({out[0].post.author_id, out[0].okay, *keeping})


def comes_later(publication: Publication) -> bool:
    return publication.status in WAITING and publication.hold != Hold.EXPIRED


def is_missing(publication: Publication) -> bool:
    return publication.status == PublicationStatus.FAILED or publication.hold == Hold.EXPIRED


# --- channels and stops -----------------------------------------------------------------------------------------


def when_channel_broke(*, channel: Channel, code: str, **_: Any) -> None:
    """Whoever found it, publishing or looking after it (`channels.signals.broke`)."""
    channel_stopped(channel, code)


def channel_stopped(channel: Channel, code: str) -> None:
    """A person must do something before anything more goes out there. Told once for each time that it broke."""
    broke_at = Channel.objects.values_list("fault_at", flat=True).get(pk=channel.pk)
    tell(
        those_to_tell(channel),
        "out_of_credit" if code == NO_CREDIT else "channel_stopped",
        f"channel:{channel.pk}:{broke_at.isoformat() if broke_at else code}",
        partial(page_of_channel, channel),
        channel=name_of(channel),
        code=code,
        waiting=waiting_for(channel).count(),
    )
    wait_no_longer_for(channel)


def paused(channel: Channel, by: User, reason: str) -> None:
    """A person wants nothing more to go out there for now."""
    at = timezone.now()
    about_channel("paused", channel, by, at, reason=reason, waiting=waiting_for(channel).count())
    wait_no_longer_for(channel)


def unpaused(channel: Channel, by: User) -> None:
    about_channel("unpaused", channel, by, timezone.now())


def about_channel(kind: str, channel: Channel, by: User, at: datetime, **facts: Any) -> None:
    """To those who look after it, unless they did it themselves."""
    people, key = those_to_tell(channel) - {by}, f"channel:{channel.pk}:{at.isoformat()}"
    facts |= {"channel": name_of(channel), "by": by.name, "done_at": at}
    tell(people, kind, key, partial(page_of_channel, channel), **facts)


def waiting_for(channel: Channel) -> "QuerySet[Publication]":
    return Publication.objects.heads().waiting().filter(channel=channel, status=PublicationStatus.QUEUED)


def wait_no_longer_for(channel: Channel) -> None:
    """Authors whose posts are out elsewhere are told now: nobody knows when this one goes on."""
    out = Publication.objects.published().filter(version__in=waiting_for(channel).values("version"))
    for version in Version.objects.filter(pk__in=out.values("version")):
        when_still(version)


def stopped(stop: PublishingStop) -> None:
    """All publishing: by whom, when and why."""
    if stop.stopped_at is None or stop.stopped_by is None:
        return
    tell(
        {*group(), *administrators()} - {stop.stopped_by},
        "stopped",
        f"stop:{stop.stopped_at.isoformat()}",
        reverse("status:index"),
        by=stop.stopped_by.name,
        reason=stop.reason,
        message=stop.message,
        stopped_at=stop.stopped_at,
    )


def resumed(by: User) -> None:
    now = timezone.now()
    people = {*group(), *administrators()} - {by}
    tell(people, "resumed", f"resume:{now.isoformat()}", reverse("status:index"), by=by.name, resumed_at=now)


# --- taking down ------------------------------------------------------------------------------------------------


def taken_down(order: TakeDown) -> None:
    """It was ordered: the clock runs."""
    people = {*group(), *administrators()} - {order.requested_by}
    tell(
        people,
        "takedown_asked",
        f"takedown:{order.pk}",
        partial(page_for, order.post, None),
        reason=order.reason,
    )


def removed(removal: Removal) -> None:
    when_gone(removal.takedown)


def remove_by_hand(removal: Removal) -> None:
    """
    The platform does not let us: whoever asked for it, and those who answer for the channel, do it there, if they may
    say here that it is done; else everybody who may.
    """
    channel, able = removal.publication.channel, set(User.objects.granted(TAKE_DOWN))
    people = able & {removal.takedown.requested_by, *those_to_tell(channel)}
    page = partial(page_for, removal.takedown.post, channel)
    key = f"removal:{removal.pk}:{removal.fence}"
    tell(people or able, "remove_by_hand", key, page, channel=name_of(channel))


def when_gone(order: TakeDown) -> None:
    """Once it is nowhere any more: tell its author, whoever approved it, and whoever asked."""
    removals = [*order.removals.select_related("publication__channel", "publication__approval__approved_by")]
    if not removals or any(item.finished_at is None for item in removals):
        return
    kind, key, path = "taken_down", f"takedown:{order.pk}", partial(page_for, order.post, None)
    channels = names([item.publication for item in removals])
    asked = {order.requested_by} if order.requested_by else set()
    others = asked | {item.publication.approval.approved_by for item in removals}
    tell([order.post.author], kind, key, path, is_yours=True, channels=channels)
    tell(others - {order.post.author}, kind, key, path, is_yours=False, channels=channels)


# --- people in pictures, and cases ------------------------------------------------------------------------------


def said_no(request: ConsentRequest, *, is_taken_down: bool) -> None:
    """To whoever sent the picture in, kindly; and to whoever judges it right now. It is said of nobody who it was."""
    post, key = request.post, f"consent:{request.pk}:{request.answer}"
    facts: dict[str, Any] = {"is_withdrawn": request.is_withdrawn, "is_taken_down": is_taken_down}
    page = reverse("posts:consent", args=[post.pk])
    tell([post.author], "consent_no", key, page, is_yours=True, is_with_author=post.is_with_author, **facts)
    if post.is_in_review:
        tell({*group()} - {post.author}, "consent_no", key, desk_of(post), is_yours=False, **facts)


def all_said_yes(request: ConsentRequest) -> None:
    """To whoever asked: the last of those who were asked has answered."""
    post, key = request.post, f"consent:{request.pk}:{request.answer}"
    tell([post.author], "consent_yes", key, reverse("posts:consent", args=[post.pk]))


def case_opened(case: TakedownCase, why: Regret) -> None:
    """The clock runs: to all who may take down."""
    people = {*group(), *User.objects.granted(TAKE_DOWN)} - {case.opened_by}
    facts: dict[str, Any] = {"reason": why, "due_at": case.due_at, "is_asked": case.order_id is None}
    tell(people, "takedown_asked", f"case:{case.pk}", reverse("posts:case", args=[case.pk]), **facts)


def case_hurries(case: TakedownCase, *, is_late: bool, channels: list[str]) -> None:
    """Before the clock runs out, and when it has."""
    key = f"case:{case.pk}:{'late' if is_late else 'hurry'}"
    if Notice.objects.filter(kind="case_hurries", key=key).exists():
        return
    facts: dict[str, Any] = {"is_late": is_late, "channels": channels, "due_at": case.due_at}
    people, page = User.objects.granted(TAKE_DOWN), reverse("posts:case", args=[case.pk])
    tell(people, "case_hurries", key, page, **facts)


def case_kept(case: TakedownCase, by: User, message: str, *, is_held: bool) -> None:
    """The group looked, and the post stays: its author hears why, and whether something of it still waits."""
    key, page = f"case:{case.pk}", page_of(case.post)
    facts: dict[str, Any] = {"by": by.get_short_name(), "message": message, "is_held": is_held}
    tell([case.post.author], "case_kept", key, page, **facts)


def case_closed(case: TakedownCase) -> None:
    """Whoever was not mailed of it yet need not hurry any more."""
    take_back("takedown_asked", f"case:{case.pk}")
    for late in ("late", "hurry"):
        take_back("case_hurries", f"case:{case.pk}:{late}")


# --- what waits for the desk -----------------------------------------------------------------------------------


def sent_in(step: Transition, draft: Draft) -> None:
    """To those who review and want to hear of it. Its subject names no person."""
    post, kinds = step.post, [media.kind for media in draft.media]
    take_back_about("rested", reading(post))
    if post.event:
        nothing_to_remind_of(post.event)
    tell(
        first_to_hear(post, step.at),
        "sent_in",
        sending(post, step.at),
        desk_of(post),
        not_before=promise.when_to_mail(step.at, is_urgent=post.is_urgent),
        category=post.category.name if post.category else "",
        region=post.author.region,
        by=post.author.name,
        pictures=kinds.count(MediaKind.PICTURE),
        films=kinds.count(MediaKind.FILM),
        files=len(kinds),
        is_urgent=post.is_urgent,
        earliest_at=post.earliest,
        latest_at=post.latest,
    )


def picture_wanted(event: Event, draft: Post | None, now: datetime) -> None:
    """The one reminder, to whom it belongs. Where they have begun to write, it leads there."""
    tell(
        [event.owner],
        "picture_wanted",
        key_of(event),
        page_to_write(event, draft),
        not_before=promise.when_to_mail(now, is_urgent=False),
        title=event.title,
        days=(timezone.localdate(now) - event.last_day).days,
    )


def nothing_to_remind_of(event: Event) -> None:
    """Something was sent in about it, or there is nothing to show: who was not mailed yet is not."""
    take_back("picture_wanted", key_of(event))


def key_of(event: Event) -> str:
    return f"event:{event.pk}"


def page_to_write(event: Event, draft: Post | None) -> str:
    if draft:
        return reverse("posts:edit", args=[draft.pk])
    return f"{reverse('posts:new')}?handelse={event.pk}"


def rested(post: Post, again_at: datetime) -> None:
    """To its author, who wanted to sleep on it. On the page it stands at once; the mail comes when the time is over."""
    take_back_about("rested", reading(post))
    page = reverse("posts:edit", args=[post.pk])
    key = f"{reading(post)}{again_at.isoformat(timespec='minutes')}"
    tell([post.author], "rested", key, page, not_before=again_at, again_at=again_at)


def reading(post: Post) -> str:
    return f"post:{post.pk}:"


def call_back(post: Post) -> None:
    """
    Somebody stands there with a phone and does not know whether one may take pictures. What they write is theirs until
    they send it in, and the place is told by word of mouth: it stands nowhere.
    """
    able = set(duty.on_watch(duty.on(timezone.localdate()))) or set(duty.reviewers())
    by, page = post.author, reverse("accounts:notices")
    tell(able - {by}, "call_back", f"post:{post.pk}", page, by=by.name, email=by.email)


def first_to_hear(post: Post, at: datetime) -> set[User]:
    """Whoever has the watch; on days without one, all who want to hear of it."""
    watch = set(duty.on_watch(duty.on(timezone.localdate(at))))
    return watch - {post.author} or listeners() - {post.author}


def half_the_time_has_gone(given: Promise, now: datetime) -> None:
    """To whoever has the watch, and their deputy: the other one may be away."""
    post, watch = given.post, set(duty.able(duty.on(timezone.localdate(now))))
    tell(
        watch - {post.author} or listeners() - {post.author},
        "half_time",
        f"promise:{given.pk}",
        desk_of(post),
        not_before=promise.when_to_mail(now, is_urgent=post.is_urgent),
        answer_by_at=given.answer_by,
        is_urgent=post.is_urgent,
    )


def overdue(given: list[Promise], now: datetime) -> None:
    """To all of the group, once for all that have come to it since the last time."""
    first = min(given, key=lambda item: item.sent_in_at)
    hours = promise.worked_between(first.sent_in_at, now, promise.days_for(first.post)) // timedelta(hours=1)
    is_urgent = any(item.post.is_urgent for item in given)
    tell(
        group(),
        "overdue",
        f"promise:{first.pk}",
        reverse("approvals:desk"),
        not_before=promise.when_to_mail(now, is_urgent=is_urgent),
        count=len(given),
        hours=max(hours, 1),
        is_urgent=is_urgent,
    )


def appealed(step: Transition, no: Transition) -> None:
    """To the others than who said no: one of them judges it now."""
    others = {*group()} - {no.by, step.post.author}
    wanted = {person for person in others if person.hears_of_submissions}
    tell(wanted or others, "appealed", sending(step.post, step.at), desk_of(step.post))


def judged(post: Post) -> None:
    """It waits no longer: whoever was not mailed of it yet need not look."""
    if post.submitted_at:
        for kind in ("sent_in", "appealed"):
            take_back(kind, sending(post, post.submitted_at))


def sending(post: Post, at: datetime) -> str:
    return f"post:{post.pk}:{at.isoformat()}"


def listeners() -> set[User]:
    """Of the group, those who want to hear of everything; all of it, when nobody does."""
    people = {*group()}
    return {person for person in people if person.hears_of_submissions} or people


# --- what the desk decided --------------------------------------------------------------------------------------


def changes_asked(step: Transition) -> None:
    """The author is asked for something; by nobody when it was a file that could not be used."""
    by = step.by.get_short_name() if step.by else ""
    answered("changes_asked", step, by=by, message=quoted(step))


def rejected(step: Transition) -> None:
    """Its link asks for a second opinion, once."""
    reason, may_ask = "" if step.reason == OTHER else step.reason, step.post.turned_down_by_id is None
    page = reverse("posts:appeal", args=[step.post_id]) if may_ask else page_of(step.post)
    answered("rejected", step, page, reason=reason, message=quoted(step), may_ask=may_ask)


def answered(kind: str, step: Transition, page: str = "", **facts: Any) -> None:
    """To the author, unless they did it themselves."""
    people = {step.post.author} - {step.by}
    tell(people, kind, f"transition:{step.pk}", page or page_of(step.post), **facts)


# --- what they say to each other --------------------------------------------------------------------------------


def said(message: Message) -> None:
    """To its author; or, from its author, to those of the group who said something before, else to all of it."""
    post, words = message.post, quotable(message.text, message.post.wording)
    facts: dict[str, Any] = {"by": message.by.get_short_name(), "message": words}
    if message.by_id == post.author_id:
        people = {*group()} - {message.by}
        known = {person for person in people if person.pk in speakers(post)}
        tell(known or people, "answer", f"message:{message.pk}", f"{desk_of(post)}#samtal", **facts)
    else:
        tell([post.author], "question", f"message:{message.pk}", f"{page_of(post)}#samtal", **facts)


def speakers(post: Post) -> set[int]:
    """Who decided on it with a word, or wrote to its author."""
    decided = post.transitions.exclude(message="").exclude(by=None).values_list("by", flat=True)
    return {*decided, *post.messages.values_list("by", flat=True)}


def approved(approval: Approval) -> None:
    """
    Its author hears of an okay when somebody changed the words, or when it will take a while.

    The mail waits as long as the okay can be undone. Without any of this, the news is that it is out.
    """
    version, planned = approval.version, Publication.objects.heads().filter(approval=approval)
    queued = [item.not_before for item in planned if item.status == PublicationStatus.QUEUED]
    at, was_edited = min(queued, default=None), changes.was_reworded(version)
    is_soon = at is not None and at <= timezone.now() + SOON
    if was_edited or not is_soon:
        tell(
            {version.post.author} - {approval.approved_by},
            "approved",
            f"version:{version.pk}",
            page_of(version.post),
            not_before=timezone.now() + timedelta(seconds=settings.UNDO_SECONDS),
            was_edited=was_edited,
            is_shorter=was_edited and changes.is_shorter(version),
            by=version.created_by.get_short_name(),
            why=quotable(version.why, version),
            publishes_at=None if is_soon else at,
            is_reserve=any(item.hold == Hold.RESERVE for item in planned),
        )


def second_okay_wanted(okay: FirstOkay) -> None:
    """To those who can give it: where the first was not of somebody named for it, to those who are."""
    able, named = User.objects.granted(elections.APPROVE), elections.named()
    post = okay.version.post
    tell(
        {*(able if elections.includes_named([okay.by]) else named)} - {okay.by, post.author},
        "second_okay",
        f"version:{okay.version_id}",
        desk_of(post),
        by=okay.by.get_short_name(),
    )


def overridden(step: Transition) -> None:
    """An own post was approved with nobody else's eyes on it: to everybody in the group, and the auditors."""
    by = step.by.name if step.by else ""
    people, key = {*User.objects.granted(READ)} - {step.by}, f"transition:{step.pk}"
    tell(people, "overridden", key, page_of(step.post), by=by, reason=quoted(step), approved_at=step.at)


def taken_back(version: Version) -> None:
    """Its okay is no longer so: whoever was not mailed of it yet will not be."""
    take_back("approved", f"version:{version.pk}")


def second_okay_settled(post: Post) -> None:
    """Decided, one way or the other: nobody is asked for it by mail any more."""
    if post.is_political:
        take_back("second_okay", f"version:{post.current_version_id}")


def reopened(step: Transition) -> None:
    """What was approved is judged once more: its author hears that nothing is lost, the group that it waits again."""
    post, by = step.post, step.by.get_short_name() if step.by else ""
    key = f"transition:{step.pk}"
    tell({post.author} - {step.by}, "reopened", key, page_of(post), is_yours=True, by=by)
    tell({*group()} - {step.by, post.author}, "reopened", key, desk_of(post), is_yours=False, by=by)


# --- a change that means something else -------------------------------------------------------------------------


def author_asked(version: Version) -> None:
    """Once for each question; its mail waits a little, for the reviewer's page saves by itself while they write."""
    post, by = version.post, changes.question_of(version).created_by.get_short_name()
    later = timezone.now() + STILL_WRITING
    tell([post.author], "yes_wanted", question(version), f"{page_of(post)}#andrat", not_before=later, by=by)


def author_no_longer_asked(version: Version) -> None:
    """It was answered, or is not asked any more: whoever was not mailed of it yet will not be."""
    if version.changes_meaning:
        take_back("yes_wanted", question(version))


def question(version: Version) -> str:
    """Asked again after an answer, it is another one."""
    first, post = changes.question_of(version), version.post
    in_review = post.transitions.filter(from_status=Status.IN_REVIEW, to_status=Status.IN_REVIEW)
    answers = in_review.filter(by=post.author_id, version__number__gte=first.number).count()
    return f"version:{first.pk}:{answers}"


def agreed(step: Transition) -> None:
    author_said("author_agreed", step)


def disagreed(step: Transition) -> None:
    author_said("author_disagreed", step)


def author_said(kind: str, step: Transition) -> None:
    """To whoever asked, and whoever wrote the words; to the group, when those are gone."""
    if step.version is None:
        return
    asked = {changes.question_of(step.version).created_by, step.version.created_by}
    people = asked & {*group()} or {*group()} - {step.by}
    by, message = step.post.author.get_short_name(), quoted(step)
    tell(people, kind, f"transition:{step.pk}", desk_of(step.post), by=by, message=message)


def quoted(step: Transition) -> str:
    """What was said; left out where it may be about somebody who has not said yes, or is a child."""
    return quotable(step.message, step.version)


def quotable(text: str, about: Draft | Version | None) -> str:
    if about and (about.people == People.NOT_ASKED or about.minors not in ("", Minors.NOBODY)):
        return ""
    return text


# --- people -----------------------------------------------------------------------------------------------------


def group() -> Iterable[User]:
    return User.objects.granted(REVIEW)


# --- where they are led -----------------------------------------------------------------------------------------


def page_for(post: Post, channel: Channel | None, person: User) -> str:
    """The first of the pages that tell of it which this person may open: its own, how its removal goes, the channel's."""
    if post.author_id == person.pk or person.has_perm(READ):
        return page_of(post)
    if person.has_perm(TAKE_DOWN):
        return reverse("posts:take_down", args=[post.pk])
    return page_of_channel(channel, person) if channel else reverse("accounts:notices")


# --- naming -----------------------------------------------------------------------------------------------------


def name(publication: Publication) -> str:
    return f"publication:{publication.pk}"


def tried(publication: Publication) -> str:
    """This time: the next time that it fails is another thing."""
    return f"{name(publication)}:{publication.fence}"


def page_of(post: Post) -> str:
    return reverse("posts:detail", args=[post.pk])


def desk_of(post: Post) -> str:
    """Where the group judges it; once it is decided, that address leads to its own page."""
    return reverse("approvals:review", args=[post.pk])


def names(publications: Iterable[Publication]) -> list[str]:
    """Each once, in the channels' order."""
    return list(dict.fromkeys(name_of(publication.channel) for publication in publications))
