"""
Somebody wants a post gone: a case with a clock, from the moment when it is said until the last channel has it no more.

    opened ──the order──▶ taken down, channel by channel ──▶ closed ──▶ receipt ──▶ swept (names and words) ──▶ gone
      └── an author's request ──the group──▶ the order | closed, and the post stays

Opening one for somebody in the picture orders the take-down in the same transaction: what waits is held at once. What its
author asks for is for the group to judge; until then what waits is held, too. The platforms are called by the workers
as for every take-down (`posts.publishing`), and their results are read from there: a case keeps no copy.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from accounts import letters, mailing
from audit import log
from posts import notices, publishing
from posts.models import (
    OVER,
    CaseQuerySet,
    CaseReason,
    CaseReceipt,
    ConsentRequest,
    Hold,
    Post,
    Publication,
    PublicationStatus,
    Regret,
    Removal,
    RemovalStatus,
    TakeDown,
    TakedownCase,
)

if TYPE_CHECKING:
    from accounts.models import User

HURRY_BEFORE = timedelta(hours=6)
"""Before the clock runs out everybody who may take down is told once more."""
AT_ONCE = 50


class NothingOutError(Exception):
    """Nothing of the post is out or on its way: there is nothing to take down."""


# --- opening ----------------------------------------------------------------------------------------------------


def is_live(post: Post) -> bool:
    """Something of it is out, on its way, or may be."""
    return Publication.objects.filter(post=post).exclude(status__in=OVER).exists()


def open_case(
    post: Post,
    reason: CaseReason,
    *,
    by: "User | None" = None,
    consent: ConsentRequest | None = None,
    message: str = "",
    receipt_to: str = "",
    why: Regret = Regret.CONSENT,
    is_first: bool = False,
) -> TakedownCase:
    """
    Held at once and taken down everywhere. Raises NothingOutError. Whoever comes second, while the first one's order is
    being carried out, has a case of their own with the same order; or, with `is_first`, TooLateError: a colleague did it.
    """
    with transaction.atomic():
        locked = Post.objects.locked().get(pk=post.pk)
        if not is_live(locked):
            raise NothingOutError(str(post))
        try:
            order = publishing.take_down(locked, by, why, message, is_told=False)
        except publishing.TooLateError:
            if is_first:
                raise
            order = TakeDown.objects.filter(post=locked).latest("requested_at", "pk")
        case = start(locked, reason, by, order=order, consent=consent, message=message, receipt_to=receipt_to)
        notices.case_opened(case, why)
    return case


def ask(post: Post, by: "User", message: str) -> TakedownCase:
    """Its author wants it gone, and the group judges that. What waits is held until then. Raises NothingOutError."""
    with transaction.atomic():
        locked = Post.objects.locked().get(pk=post.pk)
        if not is_live(locked):
            raise NothingOutError(str(post))
        if already := TakedownCase.objects.open().filter(post=locked, reason=CaseReason.AUTHOR).first():
            return already
        hold_what_waits(locked, by)
        case = start(locked, CaseReason.AUTHOR, by, message=message)
        notices.case_opened(case, Regret.OTHER)
    return case


def asked_by_author(post: Post) -> TakedownCase | None:
    """What its author has asked for, and the group has not judged."""
    return TakedownCase.objects.open().filter(post=post, reason=CaseReason.AUTHOR).first()


def hold_what_waits(post: Post, by: "User") -> None:
    of_it = Publication.objects.heads().filter(post=post).select_related("channel", "post")
    publishing.lock_all(of_it)
    for publication in of_it.filter(status=PublicationStatus.QUEUED, claimed_until=None):
        try:
            publishing.hold([publication], by)
        except publishing.TooLateError:
            # The race: a worker has it. Then it comes out, and is in the case like the others.
            continue


def start(
    post: Post, reason: CaseReason, by: "User | None", *, receipt_to: str = "", **facts: Any
) -> TakedownCase:
    now = timezone.now()
    case = TakedownCase.objects.create(
        post=post,
        reason=reason,
        opened_by=by,
        opened_at=now,
        due_at=now + timedelta(hours=settings.TAKEDOWN_HOURS),
        receipt_to=receipt_to,
        **facts,
    )
    log.record("case.opened", case, actor=by, reason=reason)
    return case


def want_receipt(case: TakedownCase, address: str, language: str) -> bool:
    """By mail, beside the page. Once: from when it is written, another address is not heard."""
    with transaction.atomic():
        # The race: the case is closed right now, and its receipt written.
        locked = TakedownCase.objects.select_for_update().get(pk=case.pk)
        if locked.swept_at or CaseReceipt.objects.filter(case=locked).exists():
            return False
        locked.receipt_to, locked.receipt_language = address, language
        locked.save(update_fields=["receipt_to", "receipt_language"])
        if not locked.is_open:
            write_receipt(locked)
    return True


# --- how far it has come ------------------------------------------------------------------------------------------


def removals_of(case: TakedownCase) -> list[Removal]:
    """Channel by channel, of the post itself: the last order for each."""
    of_it = Removal.objects.filter(publication__post=case.post_id, publication__part=0)
    of_it = of_it.filter(Q(finished_at=None) | Q(finished_at__gte=case.opened_at))
    found = of_it.select_related("publication__channel").order_by("publication__channel__position", "pk")
    return list({item.publication_id: item for item in found}.values())


def is_down(case: TakedownCase) -> bool:
    """Of what was out when it was opened, nothing is known to be there any more."""
    unfinished = Removal.objects.unfinished().filter(publication__post=case.post_id)
    return case.order_id is not None and not unfinished.exists()


def wanted_down() -> CaseQuerySet:
    """Open ones whose orders are carried out."""
    unfinished = Removal.objects.unfinished().filter(publication__post=OuterRef("post"))
    return TakedownCase.objects.open().filter(~Exists(unfinished), order__isnull=False)


def is_held(post: Post) -> bool:
    """Something of it waits for a person to let it out: what was held for a case stays so when the post is kept."""
    held = Publication.objects.heads().filter(post=post, status=PublicationStatus.HELD)
    return held.filter(hold=Hold.PERSON).exists()


# --- closing ------------------------------------------------------------------------------------------------------


def keep(case: TakedownCase, by: "User", message: str) -> bool:
    """The group looked at what its author asked for, and the post stays. False: it is closed, or being taken down."""
    with transaction.atomic():
        Post.objects.locked().get(pk=case.post_id)
        # The race: a colleague orders the take-down right now.
        mine = TakedownCase.objects.open().filter(pk=case.pk, order=None)
        is_kept = bool(mine.update(closed_at=timezone.now(), closed_by=by))
        if is_kept:
            log.record("case.kept", case, actor=by)
            notices.case_kept(case, by, message, is_held=is_held(case.post))
    return is_kept


def close_finished() -> None:
    """Those whose last channel is done; and those of an author whose post somebody has ordered down since."""
    adopt_orders()
    for case in wanted_down()[:AT_ONCE]:
        close(case)


def adopt_orders() -> None:
    for case in TakedownCase.objects.open().filter(order=None):
        order = TakeDown.objects.filter(post=case.post_id, requested_at__gte=case.opened_at).first()
        if order:
            TakedownCase.objects.open().filter(pk=case.pk, order=None).update(order=order)


def close(case: TakedownCase) -> None:
    with transaction.atomic():
        # The race: two workers sweep at once. One of them closes it.
        if TakedownCase.objects.open().filter(pk=case.pk).update(closed_at=timezone.now()):
            case.refresh_from_db()
            write_receipt(case)
            log.record("case.closed", case)
            notices.case_closed(case)


def hurry(now: datetime) -> None:
    """Before the clock runs out, and when it has: each once, to all who may take down."""
    for case in TakedownCase.objects.open().for_page().filter(due_at__lte=now + HURRY_BEFORE)[:AT_ONCE]:
        notices.case_hurries(case, is_late=case.due_at <= now, channels=names_left(case))


def names_left(case: TakedownCase) -> list[str]:
    return notices.names([item.publication for item in removals_of(case) if item.finished_at is None])


def sweep(now: datetime) -> None:
    """What every round does; and of old ones, the names and the words go: that there was a case stays, for a while."""
    close_finished()
    hurry(now)
    closed = TakedownCase.objects.closed()
    names_until, until = (
        now - timedelta(days=days) for days in (settings.CASE_NAMES_DAYS, settings.CASE_DAYS)
    )
    for case in closed.filter(closed_at__lte=names_until, swept_at=None)[:AT_ONCE]:
        forget_names(case, now)
    for case in closed.filter(closed_at__lte=until)[:AT_ONCE]:
        forget(case)


def forget(case: TakedownCase) -> None:
    """Twice at once, it goes once."""
    with transaction.atomic():
        if found := TakedownCase.objects.closed().select_for_update().filter(pk=case.pk).first():
            log.record("case.forgotten", found)
            found.delete()


def forget_names(case: TakedownCase, now: datetime) -> None:
    with transaction.atomic():
        gone = {"message": "", "receipt_to": "", "swept_at": now}
        if TakedownCase.objects.filter(pk=case.pk, swept_at=None).update(**gone):
            CaseReceipt.objects.filter(case=case).update(address="")
            ConsentRequest.objects.filter(cases=case).update(called="")
            log.record("case.swept", case)


# --- the receipt ----------------------------------------------------------------------------------------------------


def write_receipt(case: TakedownCase) -> None:
    """In the transaction that closes the case."""
    if case.receipt_to:
        CaseReceipt.objects.create(case=case, address=case.receipt_to, language=case.receipt_language)
        case.receipt_to = ""
        case.save(update_fields=["receipt_to"])


def mail_receipts(now: datetime) -> int:
    """To those who left an address. Returns how many were sent."""
    return mailing.deliver(CaseReceipt.objects.select_related("case"), letter_to, now)


def letter_to(receipt: CaseReceipt) -> EmailMessage:
    """It names no picture and nobody, since mails lie about in many places."""
    with translation.override(receipt.language):
        facts = {
            "case": receipt.case,
            "organisation": settings.ORGANISATION_NAME,
            "contact": settings.CONTACT_EMAIL,
            "rows": removals_of(receipt.case),
            "not_out": RemovalStatus.NOT_OUT,
        }
        subject, _, body = render_to_string("posts/cases/receipt.txt", facts).strip().partition("\n")
    return EmailMessage(
        subject.strip(),
        body.strip() + "\n",
        to=[receipt.address],
        headers={"Message-ID": letters.named("case", receipt), "Auto-Submitted": "auto-generated"},
    )


def page_of(case: TakedownCase) -> str:
    return reverse("posts:case", args=[case.pk])
