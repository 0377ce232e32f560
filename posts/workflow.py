"""
The editorial workflow: the only writer of `Post.status`.

    draft ──submit──▶ in_review ──approve──▶ approved
      ▲                │  │  └──reject──▶ rejected │
      │   changes ◀────┘  └─withdraw─▶ withdrawn   │
      │      ├──submit──▶ in_review       ▲        │
      │      └──withdraw──────────────────┘        │
      └───────────────────revise───────────────────┘

What was rejected comes back to review once, when its author asks for a second opinion (appeal): somebody else decides
then. What was just sent in, its author may take back (recall) until somebody begins on it. What is political needs, while
there is an election, a first okay before the one that approves; an own post is approved only in an emergency (override).
A reviewer's edit stays in review, with a new version, and so does its author's answer to it (agree, disagree). An
okay that is regretted in time (undo), or taken back for a change (reopen), leads back there.

The map is data. Every walk along an edge locks the post's row, checks the edge, writes a Transition and a line in the
log, all in one transaction. A decision names the version that was seen; if the post has moved on, it is refused with
`MovedOnError`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, TextChoices, prefetch_related_objects
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit import log
from posts import (
    changes,
    consent,
    desk,
    elections,
    link_cards,
    notices,
    places,
    promise,
    publishing,
    purging,
    renditions,
    rules,
    search,
)
from posts import content as contents
from posts.blockers import Blocker, blockers
from posts.changes import NO_REMARK, Remark, remark_of
from posts.likeness import print_of_text
from posts.manuscript import ChannelText, Manuscript
from posts.models import (
    OVER,
    Approval,
    AuthorsYes,
    Draft,
    DraftMedia,
    FirstOkay,
    Media,
    MediaState,
    Override,
    People,
    Post,
    Publication,
    Status,
    Transition,
    Version,
    VersionChannel,
    VersionMedia,
)
from posts.publishing import When

if TYPE_CHECKING:
    from accounts.models import User
    from posts.rules import Refusal


class Action(TextChoices):
    """The edges of the map, named as on their buttons."""

    SUBMIT = "submit", pgettext_lazy("button", "Skicka in")
    WITHDRAW = "withdraw", pgettext_lazy("button", "Dra tillbaka")
    EDIT = "edit", pgettext_lazy("button", "Redigera")
    REQUEST_CHANGES = "request_changes", pgettext_lazy("button", "Be om ändring")
    REJECT = "reject", pgettext_lazy("button", "Avslå")
    APPROVE = "approve", pgettext_lazy("button", "Godkänn")
    UNDO = "undo", pgettext_lazy("button", "Ångra")
    REVISE = "revise", pgettext_lazy("button", "Ta tillbaka och ändra")
    REOPEN = "reopen", pgettext_lazy("button", "Ändra")
    AGREE = "agree", pgettext_lazy("button", "Det är okej")
    DISAGREE = "disagree", pgettext_lazy("button", "Nej, så menade jag inte")
    APPEAL = "appeal", pgettext_lazy("button", "Be om en andra bedömning")
    RECALL = "recall", pgettext_lazy("button", "Ångra")
    MARK = "mark", pgettext_lazy("button", "Märk som politiskt")
    UNMARK = "unmark", pgettext_lazy("button", "Ta bort märkningen")
    FIRST_OKAY = "first_okay", pgettext_lazy("button", "Godkänn (1 av 2)")
    OVERRIDE = "override", pgettext_lazy("button", "Godkänn i nödläge")


@dataclass(frozen=True)
class Rule:
    sources: frozenset[Status]
    target: Status
    why_not: Callable[[User, Post], Refusal]
    verb: str
    """What the log calls it."""


RULES: dict[Action, Rule] = {
    Action.SUBMIT: Rule(
        frozenset({Status.DRAFT, Status.CHANGES}), Status.IN_REVIEW, rules.why_not_submit, "post.submitted"
    ),
    Action.WITHDRAW: Rule(
        frozenset({Status.IN_REVIEW, Status.CHANGES}),
        Status.WITHDRAWN,
        rules.why_not_author,
        "post.withdrawn",
    ),
    Action.EDIT: Rule(frozenset({Status.IN_REVIEW}), Status.IN_REVIEW, rules.why_not_review, "post.edited"),
    Action.REQUEST_CHANGES: Rule(
        frozenset({Status.IN_REVIEW}), Status.CHANGES, rules.why_not_decide, "post.changes_requested"
    ),
    Action.REJECT: Rule(
        frozenset({Status.IN_REVIEW}), Status.REJECTED, rules.why_not_decide, "post.rejected"
    ),
    Action.APPROVE: Rule(
        frozenset({Status.IN_REVIEW}), Status.APPROVED, rules.why_not_approve, "post.approved"
    ),
    Action.UNDO: Rule(frozenset({Status.APPROVED}), Status.IN_REVIEW, rules.why_not_undo, "post.undone"),
    Action.REVISE: Rule(frozenset({Status.APPROVED}), Status.DRAFT, rules.why_not_revise, "post.revised"),
    Action.REOPEN: Rule(
        frozenset({Status.APPROVED}), Status.IN_REVIEW, rules.why_not_review, "post.reopened"
    ),
    Action.AGREE: Rule(frozenset({Status.IN_REVIEW}), Status.IN_REVIEW, rules.why_not_author, "post.agreed"),
    Action.DISAGREE: Rule(
        frozenset({Status.IN_REVIEW}), Status.IN_REVIEW, rules.why_not_author, "post.disagreed"
    ),
    Action.APPEAL: Rule(
        frozenset({Status.REJECTED}), Status.IN_REVIEW, rules.why_not_appeal, "post.appealed"
    ),
    Action.RECALL: Rule(frozenset({Status.IN_REVIEW}), Status.DRAFT, rules.why_not_recall, "post.recalled"),
    Action.MARK: Rule(frozenset({Status.IN_REVIEW}), Status.IN_REVIEW, rules.why_not_review, "post.marked"),
    Action.UNMARK: Rule(
        frozenset({Status.IN_REVIEW}), Status.IN_REVIEW, rules.why_not_unmark, "post.unmarked"
    ),
    Action.FIRST_OKAY: Rule(
        frozenset({Status.IN_REVIEW}), Status.IN_REVIEW, rules.why_not_approve, "post.first_okay"
    ),
    Action.OVERRIDE: Rule(
        frozenset({Status.IN_REVIEW}), Status.APPROVED, rules.why_not_override, "post.overridden"
    ),
}


class RefusedError(Exception):
    """You may not (403). `reason` is the sentence for the page."""

    def __init__(self, reason: Any) -> None:
        super().__init__(str(reason))
        self.reason = reason


class NoLongerSoError(Exception):
    """It is no longer so (409): the post is in another state than the action starts from."""

    def __init__(self, post: Post, action: Action) -> None:
        super().__init__(f"{action} does not start from {post.status}")
        self.post = post
        self.action = action


class MovedOnError(NoLongerSoError):
    """It is no longer so (409): the decision was made on another version than the current one."""

    def __init__(self, post: Post, action: Action, seen: Version) -> None:
        super().__init__(post, action)
        self.seen = seen


class OneOfTwoError(NoLongerSoError):
    """It is no longer so (409): the post is political in an election, and nobody has given the first of two okays."""


class StillOutError(NoLongerSoError):
    """It is no longer so (409): an earlier version of it came out after all, and has to be taken down first."""

    def __init__(self, post: Post, action: Action, still: list[Publication]) -> None:
        super().__init__(post, action)
        self.still = still


class BlockedError(Exception):
    """The version cannot be approved yet: something is missing."""

    def __init__(self, found: list[Blocker]) -> None:
        super().__init__(", ".join(blocker.code for blocker in found))
        self.blockers = found


class NotCompleteError(Exception):
    """The draft cannot be sent in: `fields` names what is missing."""

    def __init__(self, *fields: str) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


# --- what is possible -------------------------------------------------------------------------------------


def why_not(action: Action, post: Post, user: User) -> Refusal:
    """None when `user` could take this edge now; else the sentence that says why not."""
    if post.status not in RULES[action].sources:
        return _("Inlägget är inte längre i ett läge där det går.")
    return RULES[action].why_not(user, post)


def possible(post: Post, user: User) -> list[Action]:
    return [action for action in Action if why_not(action, post, user) is None]


# --- the verbs --------------------------------------------------------------------------------------------


def submit(post: Post, by: User) -> Transition:
    """Send the draft in. It becomes a version at once, or when its media is prepared (`freeze_prepared`)."""
    with transaction.atomic():
        locked = lock(post, Action.SUBMIT, by)
        prefetch_related_objects([locked], "draft__shown_media__media")
        check_complete(locked.draft)
        step = walk(locked, Action.SUBMIT, by, message=said_with(locked.draft))
        Post.objects.filter(pk=locked.pk).update(submitted_at=step.at)
        notices.sent_in(step, locked.draft)
        freeze_if_prepared(locked)
    return finish(post, step)


def withdraw(post: Post, by: User, message: str = "") -> Transition:
    with transaction.atomic():
        locked = lock(post, Action.WITHDRAW, by)
        step = walk(locked, Action.WITHDRAW, by, message=message)
    return finish(post, step)


def recall(post: Post, by: User) -> Transition:
    """Taken back by its author before anybody began on it: as it was before it was sent in."""
    with transaction.atomic():
        locked = lock(post, Action.RECALL, by)
        sent = locked.transitions.filter(action=Action.SUBMIT).latest("at", "id")
        rule = RULES[Action.RECALL]
        step = step_to(locked, Status(sent.from_status), action=Action.RECALL, verb=rule.verb, by=by)
        if not has_draft(locked):
            hand_back(locked, locked.version_in_force)
        make_private_again(locked)
    return finish(post, step)


def make_private_again(post: Post) -> None:
    """What its author alone has had in hand, sent in and taken back, is a draft that nobody else reads or finds."""
    if not post.transitions.exclude(action__in=(Action.SUBMIT, Action.RECALL)).exists():
        Post.objects.filter(pk=post.pk).update(submitted_at=None)
        search.forget(post)


def edit(
    post: Post,
    by: User,
    seen: Version,
    manuscript: Manuscript,
    remark: Remark | None = None,
    **answers: Any,
) -> Version:
    """A reviewer's own wording: a new version, if anything differs from the one they saw.

    `answers` are the fields that the public does not see (`ANSWERS`), `remark` is what its author is told.
    """
    with transaction.atomic():
        # The race: the page saves by itself in the moment when a button is pressed, and both say the same.
        row = Post.objects.locked().get(pk=post.pk)
        seen = version_seen(row, seen, manuscript, answers)
        locked = lock(post, Action.EDIT, by, seen)
        remark = settled(remark, seen, manuscript, by)
        if is_same(seen, manuscript, answers) and remark == remark_of(seen, by):
            return seen
        version = freeze(locked, manuscript, by, answers_of(seen) | answers, remark)
        step = walk(locked, Action.EDIT, by)
        ask_or_not(seen, version)
    finish(post, step)
    return version


def request_changes(
    post: Post, by: User, seen: Version, message: str, reason: str = "", anchor: str = ""
) -> Transition:
    """Back to the author, with what should be different, and where; the draft starts from the version seen."""
    with transaction.atomic():
        locked = lock(post, Action.REQUEST_CHANGES, by, seen)
        step = walk(locked, Action.REQUEST_CHANGES, by, message=message, reason=reason, anchor=anchor)
        hand_back(locked, seen)
        notices.author_no_longer_asked(seen)
        notices.changes_asked(step)
    return finish(post, step)


def reject(post: Post, by: User, seen: Version, reason: str, message: str, anchor: str = "") -> Transition:
    with transaction.atomic():
        locked = lock(post, Action.REJECT, by, seen)
        step = walk(locked, Action.REJECT, by, message=message, reason=reason, anchor=anchor)
        notices.author_no_longer_asked(seen)
        notices.rejected(step)
    return finish(post, step)


def appeal(post: Post, by: User, message: str = "") -> Transition:
    """Its author wants somebody else to judge what was turned down: back in the queue, and last in it."""
    with transaction.atomic():
        locked = lock(post, Action.APPEAL, by)
        no = locked.transitions.filter(action=Action.REJECT).latest("at", "id")
        step = walk(locked, Action.APPEAL, by, message=message)
        Post.objects.filter(pk=locked.pk).update(submitted_at=step.at, turned_down_by=no.by)
        notices.appealed(step, no)
    return finish(post, step)


def approve(post: Post, by: User, seen: Version, when: When | None = None) -> Approval:
    """Seal exactly the version that was seen, and queue it for each of its channels. May raise PlanError."""
    with transaction.atomic():
        locked = lock(post, Action.APPROVE, by, seen)
        if elections.needs_two(locked) and elections.first_okay(locked) is None:
            raise OneOfTwoError(locked, Action.APPROVE)
        approval, step = seal(locked, Action.APPROVE, by, seen, when)
    finish(post, step)
    return approval


def first_okay(post: Post, by: User, seen: Version) -> FirstOkay:
    """The first of the two okays that something political needs. Another version has none of them."""
    with transaction.atomic():
        locked = lock(post, Action.FIRST_OKAY, by, seen)
        check_sealable(locked, Action.FIRST_OKAY, seen)
        # The race: a colleague gave the first one just now, or the mark was taken away. Then this would publish.
        if not elections.needs_two(locked) or elections.first_okay(locked):
            raise NoLongerSoError(locked, Action.FIRST_OKAY)
        okay = FirstOkay.objects.create(version=seen, digest=seen.manuscript().digest(), by=by)
        step = walk(locked, Action.FIRST_OKAY, by)
        notices.second_okay_wanted(okay)
    finish(post, step)
    return okay


def override(post: Post, by: User, seen: Version, reason: str) -> Approval:
    """One's own post, in an emergency: everybody in the group and the auditors are told, and it is never forgotten."""
    with transaction.atomic():
        locked = lock(post, Action.OVERRIDE, by, seen)
        approval, step = seal(locked, Action.OVERRIDE, by, seen, message=reason)
        Override.objects.create(approval=approval, reason=reason)
        notices.overridden(step)
    finish(post, step)
    return approval


def seal(
    post: Post, action: Action, by: User, seen: Version, when: When | None = None, message: str = ""
) -> tuple[Approval, Transition]:
    check_sealable(post, action, seen)
    approval = Approval.objects.create(version=seen, digest=seen.manuscript().digest(), approved_by=by)
    step = walk(post, action, by, message=message)
    publishing.enqueue(approval, when)
    notices.approved(approval)
    return approval, step


def hold_still(post: Post, version: Version) -> None:
    """A post and its pictures: for an okay, before any line is written in the log."""
    Post.objects.locked().get(pk=post.pk)
    purging.hold_still(Media.objects.filter(in_versions__version=version))


def check_sealable(post: Post, action: Action, seen: Version) -> None:
    # The race: one of its pictures is blurred right now, in another post. Whoever comes second sees what the first did.
    hold_still(post, seen)
    if found := blockers(Version.objects.whole().get(pk=seen.pk)):
        raise BlockedError(found)
    # An okay was undone, and came out all the same: its receipt was late.
    if still := list(Publication.objects.filter(post=post).exclude(status__in=OVER)):
        raise StillOutError(post, action, still)


def mark_political(post: Post, by: User, *, is_political: bool) -> None:
    """Said of the post and not of its words: no new version."""
    action = Action.MARK if is_political else Action.UNMARK
    with transaction.atomic():
        locked = lock(post, action, by)
        if locked.is_political == is_political:
            return
        Post.objects.filter(pk=locked.pk).update(is_political=is_political)
        step = walk(locked, action, by)
    finish(post, step)


def undo(post: Post, by: User) -> Transition:
    """Regret an okay while nothing has left. The same words become the next version, so that the okay stays history."""
    with transaction.atomic():
        locked = lock(post, Action.UNDO, by)
        if not publishing.is_untouched(locked) or not publishing.cancel_all(locked):
            raise NoLongerSoError(locked, Action.UNDO)
        break_seal(locked)
        step = walk(locked, Action.UNDO, by)
    return finish(post, step)


def reopen(post: Post, by: User) -> Transition:
    """Change what is approved, from wherever it waits: back to review. Nothing of it is out, and nothing will be."""
    with transaction.atomic():
        locked = lock(post, Action.REOPEN, by)
        if not publishing.cancel_all(locked):
            raise StillOutError(locked, Action.REOPEN, publishing.beyond_recall(locked))
        break_seal(locked)
        step = walk(locked, Action.REOPEN, by)
        notices.reopened(step)
    return finish(post, step)


def break_seal(post: Post) -> None:
    """The same words become the next version: the okay stays history, and a version has at most one."""
    sealed = post.version_in_force
    notices.taken_back(sealed)
    remark = Remark(sealed.why, sealed.changes_meaning)
    freeze(post, sealed.manuscript(), sealed.created_by, answers_of(sealed), remark)


def revise(post: Post, by: User) -> Transition:
    """Break the seal: nothing of it has gone out, nothing of it will."""
    with transaction.atomic():
        locked = lock(post, Action.REVISE, by)
        if not publishing.cancel_all(locked):
            raise NoLongerSoError(locked, Action.REVISE)
        step = walk(locked, Action.REVISE, by)
        notices.taken_back(locked.version_in_force)
        hand_back(locked, locked.version_in_force)
    return finish(post, step)


# --- what its author says about a change --------------------------------------------------------------------


def agree(post: Post, by: User, seen: Version, message: str = "") -> Transition:
    """The author's yes to what a reviewer changed: to exactly these words."""
    with transaction.atomic():
        locked = lock_asked(post, Action.AGREE, by, seen)
        AuthorsYes.objects.create(version=seen, digest=seen.manuscript().digest(), by=by)
        notices.author_no_longer_asked(seen)
        step = walk(locked, Action.AGREE, by, message=message)
        notices.agreed(step)
    return finish(post, step)


def disagree(post: Post, by: User, seen: Version, message: str = "") -> Transition:
    """The author's no. The post stays in review, with what they meant in its history."""
    with transaction.atomic():
        locked = lock_asked(post, Action.DISAGREE, by, seen)
        notices.author_no_longer_asked(seen)
        step = walk(locked, Action.DISAGREE, by, message=message)
        notices.disagreed(step)
    return finish(post, step)


def lock_asked(post: Post, action: Action, by: User, seen: Version) -> Post:
    locked = lock(post, action, by, seen)
    if not changes.awaits_its_author(seen):
        raise NoLongerSoError(locked, action)
    return locked


def settled(remark: Remark | None, seen: Version, manuscript: Manuscript, by: User) -> Remark:
    """
    The remark as it counts: a mark needs a change. Once its author has said no to a change, every other one is marked
    until they have said yes to it: whoever puts the author's own words back in between does not undo the no.
    """
    remark = remark or remark_of(seen, by)
    own = changes.since_the_authors(seen)[0]
    if by.pk == seen.post.author_id or not changes.is_reworded(own.manuscript(), manuscript):
        return Remark(remark.why)
    is_kept = seen.changes_meaning and not may_unmark(seen, by)
    is_refused = said_no(seen) and not changes.has_yes_to(seen.post_id, manuscript.digest())
    return Remark(remark.why, remark.changes_meaning or is_kept or is_refused)


def may_unmark(seen: Version, by: User) -> bool:
    """Whoever asked takes the question back, as long as the answer was not no. What got a yes is answered."""
    if not changes.awaits_its_author(seen):
        return True
    return changes.question_of(seen).created_by_id == by.pk and not said_no(seen)


def said_no(seen: Version) -> bool:
    """Its author, to anything that was changed in what they last wrote themselves."""
    own = changes.since_the_authors(seen)[0]
    answers = Transition.objects.filter(post=seen.post_id, action=Action.DISAGREE)
    return answers.filter(version__number__gte=own.number).exists()


def ask_or_not(before: Version, version: Version) -> None:
    """Its author is asked when a change is marked, and no longer when it is not."""
    if before.changes_meaning and not version.changes_meaning:
        notices.author_no_longer_asked(before)
        log.record("post.author_not_asked", version.post, actor=version.created_by, version=version.number)
    if version.changes_meaning and not before.changes_meaning:
        log.record("post.author_asked", version.post, actor=version.created_by, version=version.number)
    if changes.awaits_its_author(version):
        notices.author_asked(version)


# --- walking ----------------------------------------------------------------------------------------------


def lock(post: Post, action: Action, by: User, seen: Version | None = None) -> Post:
    """The post's row, locked, with every reason to refuse already checked."""
    locked = Post.objects.locked().get(pk=post.pk)
    rule = RULES[action]
    if refusal := rule.why_not(by, locked):
        raise RefusedError(refusal)
    if seen is not None and (locked.current_version_id != seen.pk or has_draft(locked)):
        raise MovedOnError(locked, action, seen)
    if locked.status not in rule.sources:
        raise NoLongerSoError(locked, action)
    return locked


def walk(post: Post, action: Action, by: User | None, **said: str) -> Transition:
    """Write the status, the step and the log line. Only with the post's row locked."""
    rule = RULES[action]
    return step_to(post, rule.target, action=action, verb=rule.verb, by=by, **said)


def step_to(
    post: Post,
    target: Status,
    *,
    action: str,
    verb: str,
    by: User | None,
    message: str = "",
    reason: str = "",
    anchor: str = "",
) -> Transition:
    step = Transition.objects.create(
        post=post,
        version_id=post.current_version_id,
        action=action,
        from_status=post.status,
        to_status=target,
        by=by,
        message=message,
        reason=reason,
        anchor=anchor,
    )
    if post.status == Status.IN_REVIEW != target:
        notices.judged(post)
    promise.follow(post, step)
    post.status = target
    post.save(update_fields=["status", "current_version", "updated_at"])
    log.record(verb, post, actor=by, version=version_facts(post), reason=reason)
    if target != Status.IN_REVIEW:
        desk.site.desk.is_done_with(post)
        notices.second_okay_settled(post)
    return step


def version_facts(post: Post) -> dict[str, Any] | None:
    version = post.current_version
    return {"number": version.number, "digest": version.digest} if version else None


def finish(post: Post, step: Transition) -> Transition:
    """Let the caller's object show what is now so."""
    post.refresh_from_db()
    return step


# --- drafts and versions ----------------------------------------------------------------------------------


def check_complete(draft: Draft) -> None:
    """
    One picture or film and one text, and the question about people: all that a sender must give. Where it is asked
    whether one may take pictures, the answer to that, too.
    """
    missing = [name for name, given in (("text", draft.text.strip()), ("people", draft.people)) if not given]
    shown = draft.shown_media.all()
    if not shown:
        missing = [name for name in missing if name != "people"]
    else:
        missing += places.missing_of(draft)
    if shown and draft.people == People.ALL_SAID_YES and not (draft.said_yes or consent.is_covered(draft)):
        missing.append("said_yes")
    if any(item.media.state == MediaState.REFUSED for item in shown):
        missing.append("media")
    if missing:
        raise NotCompleteError(*missing)


def said_with(draft: Draft) -> str:
    """What is said to the reviewer is said once, also when the draft comes back and is sent in again."""
    message = draft.message.strip()
    Draft.objects.filter(pk=draft.pk).update(message="")
    return message


def has_draft(post: Post) -> bool:
    return Draft.objects.filter(post=post).exists()


def freeze_if_prepared(post: Post) -> Version | None:
    """Turn the draft of a post that was sent in into its next version, once all of its media is ready."""
    draft = Draft.objects.filter(post=post).first()
    if draft is None or draft.shown_media.exclude(media__state=MediaState.READY).exists():
        return None
    before = post.current_version
    channels = channels_of(before) if before else contents.preselected()
    version = freeze(post, draft.manuscript(channels), post.author, answers_of(draft))
    if draft.said_yes and draft.people == People.ALL_SAID_YES and version.media:
        consent.read_aloud(post, post.author, version, draft.said_yes)
    draft.delete()
    post.save(update_fields=["current_version", "updated_at"])
    return version


def channels_of(before: Version) -> tuple[ChannelText, ...]:
    """As reviewers had worded them. What was blurred since, also for another post, is cropped as it was."""
    channels = before.manuscript().channels
    for media in before.media if any(choice.crops for choice in channels) else ():
        new = purging.in_force(media)
        if new != media and purging.is_only_blurred(media, new):
            channels = tuple(choice.moved(media.sha256, new.sha256) for choice in channels)
    return channels


def freeze(
    post: Post, manuscript: Manuscript, by: User, answers: dict[str, Any], remark: Remark = NO_REMARK
) -> Version:
    """Write a manuscript down as the post's next version. The caller has locked the post and saves it."""
    manuscript = manuscript.without_stray_crops()
    number = (Version.objects.filter(post=post).aggregate(last=Max("number"))["last"] or 0) + 1
    version = Version.objects.create(
        post=post,
        number=number,
        digest=manuscript.digest(),
        text_print=print_of_text(manuscript.text),
        text=manuscript.text,
        link=manuscript.link,
        credit=manuscript.credit,
        created_by=by,
        **vars(remark),
        **answers,
    )
    for position, item in enumerate(manuscript.media):
        VersionMedia.objects.create(
            version=version,
            media_id=item.media_id,
            position=position,
            alt_text=item.alt_text,
            subtitles=item.subtitles,
        )
    for choice in manuscript.channels:
        VersionChannel.objects.create(version=version, **asdict(choice))
    renditions.order(version)
    link_cards.order(version.link)
    post.current_version = version
    search.remember(post, manuscript)
    log.record("post.frozen", post, actor=by, version=number, digest=version.digest)
    return version


ANSWERS = ("photographer_said_yes", "site", "permit", "people", "minors", "captions")
"""What is asked about a post, and not shown to the public."""


def answers_of(wording: Draft | Version) -> dict[str, Any]:
    return {name: getattr(wording, name) for name in ANSWERS}


def is_same(seen: Version, manuscript: Manuscript, answers: dict[str, Any]) -> bool:
    known = answers_of(seen)
    return seen.digest == manuscript.digest() and all(known[name] == value for name, value in answers.items())


def version_seen(post: Post, named: Version, typed: Manuscript, answers: dict[str, Any]) -> Version:
    """
    The version that a page showed: the one it names, or the current one if that says exactly what was typed.

    The page saves by itself while somebody types, so the press of a button may name the version just before.
    """
    current = post.current_version
    if current and current != named and not post.awaits_media and is_same(current, typed, answers):
        return current
    return named


def hand_back(post: Post, version: Version) -> Draft:
    """Give the author a draft to go on with, made from this version, with what was blurred since as it is now."""
    draft = Draft.objects.create(
        post=post, text=version.text, link=version.link, credit=version.credit, **answers_of(version)
    )
    for shown in version.shown_media.filter(media__erased_at=None).select_related("media"):
        DraftMedia.objects.get_or_create(
            draft=draft,
            media=purging.in_force(shown.media),
            defaults={
                "position": shown.position,
                "alt_text": shown.alt_text,
                "subtitles": shown.subtitles,
            },
        )
    return draft


# --- what the preparation of media leads to -----------------------------------------------------------------


def media_ready(media: Media) -> None:
    """A picture or film is prepared: posts that were waiting for it get their version."""
    for post_id in waiting_for(media):
        freeze_waiting(post_id)


def freeze_waiting(post_id: int) -> None:
    with transaction.atomic():
        post = Post.objects.locked().get(pk=post_id)
        # The race: its author withdraws it right now.
        if post.status == Status.IN_REVIEW:
            freeze_if_prepared(post)


def media_refused(media: Media) -> None:
    """A file turned out to be unusable: posts that were sent in with it go back to their author, who is told why."""
    for post_id in waiting_for(media):
        with transaction.atomic():
            post = Post.objects.locked().get(pk=post_id)
            if post.status == Status.IN_REVIEW:
                step = step_to(
                    post,
                    Status.CHANGES,
                    action=Action.REQUEST_CHANGES,
                    verb="post.media_refused",
                    by=None,
                    reason="media_refused",
                )
                notices.changes_asked(step)


def freeze_prepared() -> None:
    """Catch up with what `media_ready` missed: a submission and the end of its preparation at the same moment."""
    unready = DraftMedia.objects.exclude(media__state=MediaState.READY).filter(draft__post=OuterRef("pk"))
    waiting = Post.objects.filter(status=Status.IN_REVIEW, draft__isnull=False).exclude(Exists(unready))
    for post_id in waiting.values_list("pk", flat=True):
        freeze_waiting(post_id)


def waiting_for(media: Media) -> list[int]:
    return list(
        Post.objects.filter(status=Status.IN_REVIEW, draft__shown_media__media=media).values_list(
            "pk", flat=True
        )
    )
