"""
Another time for one post on one channel, as the calendar moves it: only if it is still as the person saw it. What may be
planned at all, `posts.publishing` says.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from approvals import gaps
from approvals.calendar_rows import stamp
from posts import clock, publishing
from posts.models import Publication
from posts.planning_forms import REFUSED, missing
from posts.publishing import PlanError
from posts.quiet import in_words, is_quiet
from posts.waiting import clock_time, day_and_time

if TYPE_CHECKING:
    from accounts.models import User


class OtherwiseError(Exception):
    """It is no longer as it was seen (409). `now` is how it is."""

    def __init__(self, now: Publication) -> None:
        super().__init__(str(now))
        self.now = now


class UnkeepableError(Exception):
    """The time cannot be kept, or has to be asked about first. `sentence` is for the person."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def act(pk: int, by: "User", seen: str, verb: Callable[..., None], **details: Any) -> Publication:
    """Do it with the row as it was seen. May raise OtherwiseError, and whatever the verb raises."""
    with transaction.atomic():
        # The race: a colleague moves it right now. The second waits here, and finds it elsewhere.
        locked = Publication.objects.select_for_update(of=("self",), no_key=True)
        row = locked.select_related("channel", "post").get(pk=pk)
        if stamp(row) != seen:
            raise OtherwiseError(row)
        verb([row], by, **details)
    row.refresh_from_db()
    return row


def move(pk: int, by: "User", seen: str, at: datetime) -> Publication:
    """Its latest time stays as it is. May raise PlanError, TooLateError and OtherwiseError."""
    return act(pk, by, seen, keep_latest, at=at)


def keep_latest(rows: list[Publication], by: "User", at: datetime) -> None:
    """As a verb for `act`: the latest time is the locked row's, since somebody may have said another just now."""
    for row in rows:
        publishing.move([row], by, at, latest=row.not_after)


def move_to_day(publication: Publication, by: "User", seen: str, day: date) -> Publication:
    """At the time of day that it had. What has to be asked about is refused here, and asked on a page."""
    at = same_time_on(publication, day)
    if is_quiet(at):
        raise UnkeepableError(at_quiet_hours(at))
    try:
        return move(publication.pk, by, seen, at)
    except PlanError as error:
        raise UnkeepableError(in_a_sentence(error, publication.post.earliest)) from error


def same_time_on(publication: Publication, day: date) -> datetime:
    """The time that was chosen for it; where none was, the first of the channel's own that is free."""
    if publication.planned_for is None:
        return time_for(publication, day)
    zone = timezone.get_default_timezone()
    wall = datetime.combine(day, clock.wall_of(publication.planned_for, zone).time())
    found = clock.moments(wall, zone)
    if not found:
        raise UnkeepableError(missing(wall, clock.next_shown(wall, zone)))
    if len(found) > 1:
        raise UnkeepableError(_("Klockan ställs om den natten, och tiden kommer två gånger. Välj vilken."))
    return found[0]


def time_for(publication: Publication, day: date) -> datetime:
    now = timezone.now()
    board = gaps.board_of(publication.channel, now)
    if at := gaps.free_time(board, day, now):
        return at
    raise UnkeepableError(str(REFUSED["past"][1]))


# --- words ------------------------------------------------------------------------------------------------------


def in_a_sentence(error: PlanError, earliest: datetime | None) -> str:
    if error.code == "after_latest":
        return _("Då är det för sent: inlägget ska vara ute före sin senaste tid.")
    return str(REFUSED[error.code][1]) % {"at": day_and_time(earliest) if earliest else ""}


def at_quiet_hours(at: datetime) -> str:
    facts = {"at": clock_time(at), "quiet": in_words()}
    return _("Klockan %(at)s är det tyst (%(quiet)s). Ska det ut ändå, så bekräfta det.") % facts
