"""How publishing is right now, on one page: only what the database knows, each list with an end."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from channels.models import Channel
from channels.views import card_of
from posts.models import Hold, Publication, PublicationStatus, PublishingStop, Status, is_in_turn
from posts.wording import name_of, trouble_sentence
from seko_social.health import LATE
from seko_social.models import Heartbeat
from seko_social.templatetags.moments import moment

if TYPE_CHECKING:
    from posts.models import PublicationQuerySet

S = PublicationStatus
MOST = 20
SOON = timedelta(hours=1)
ON_THE_WAY = (S.STAGING, S.COMMITTING, S.UNCONFIRMED)


# --- just now ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One thing and how it is: `kind` and `icon` as for a chip; quiet when all is well."""

    name: str
    sentence: str
    label: str
    kind: str
    icon: str

    @property
    def is_well(self) -> bool:
        return self.kind == "live"


def working(name: str, sentence: str) -> Line:
    return Line(name, sentence, _("Fungerar"), "live", "circle-check")


def lines(stop: PublishingStop | None) -> list[Line]:
    return [workers(), queue(stop), *channel_lines()]


def workers() -> Line:
    """The clock and the workers: the one that has been silent for longest."""
    name = _("Utskick")
    heard = list(Heartbeat.objects.values_list("at", flat=True))
    if not heard:
        return Line(name, _("Har inte hörts av"), _("Står stilla"), "fail", "triangle-alert")
    silent = timezone.now() - min(heard)
    sentence = _("Senaste livstecken för %(ago)s sedan") % {"ago": how_long(silent)}
    if silent > LATE:
        return Line(name, sentence, _("Står stilla"), "fail", "triangle-alert")
    return working(name, sentence)


def how_long(time: timedelta) -> str:
    seconds = max(int(time.total_seconds()), 0)
    if seconds < 2 * 60:
        return ngettext("%(n)d sekund", "%(n)d sekunder", seconds) % {"n": seconds}
    if seconds < 2 * 60 * 60:
        return _("%(n)d minuter") % {"n": seconds // 60}
    return _("%(n)d timmar") % {"n": seconds // 3600}


def queue(stop: PublishingStop | None) -> Line:
    name, count = _("Kö"), held_back().count()
    if stop:
        sentence = ngettext(
            "%(n)d utskick väntar på att ni startar igen",
            "%(n)d utskick väntar på att ni startar igen",
            count,
        )
        return Line(name, sentence % {"n": count}, _("Stoppad"), "fail", "octagon-pause")
    late = held_back().filter(not_before__lt=timezone.now() - LATE, channel__in=open_ways()).count()
    if late:
        sentence = ngettext("%(n)d utskick är försenat", "%(n)d utskick är försenade", late) % {"n": late}
        return Line(name, sentence, _("Försenad"), "wait", "clock")
    return working(name, on_the_way(leaving(None).count()))


def on_the_way(count: int) -> str:
    if not count:
        return _("Inget på väg ut just nu")
    return ngettext("%(n)d på väg ut, inget försenat", "%(n)d på väg ut, inget försenat", count) % {
        "n": count
    }


def open_ways() -> QuerySet[Channel]:
    return Channel.objects.publishing(timezone.now())


def channel_lines() -> list[Line]:
    """Each channel with what waits there, and when something last came out."""
    last_out = (
        Publication.objects.heads().published().filter(channel=OuterRef("pk")).order_by("-published_at")
    )
    waiting = dict(held_back().order_by().values_list("channel").annotate(Count("pk")))
    return [
        channel_line(channel, waiting.get(channel.pk, 0))
        for channel in Channel.objects.open()
        .whole()
        .annotate(last_out=Subquery(last_out.values("published_at")[:1]))
    ]


def channel_line(channel: Channel, waiting: int) -> Line:
    card = card_of(channel)
    told = [paused(channel) or trouble_sentence(channel.fault)]
    if not any(told):
        told = [came_out(channel.last_out)]  # type: ignore[attr-defined]
    elif waiting:
        told.append(ngettext("%(n)d utskick väntar.", "%(n)d utskick väntar.", waiting) % {"n": waiting})
    if card.is_kept:
        return Line(name_of(channel), " ".join(told), str(card.label), card.kind, card.icon)
    sentence = " ".join((_("Saknar kontoansvarig."), *told))
    if card.kind in ("live", "draft"):
        return Line(name_of(channel), sentence, _("Utan ansvarig"), "wait", "circle-alert")
    return Line(name_of(channel), sentence, str(card.label), card.kind, card.icon)


def paused(channel: Channel) -> str:
    if not channel.paused_at:
        return ""
    by = channel.paused_by.name if channel.paused_by else ""
    told = _("Pausad %(at)s av %(name)s.") % {"at": moment(channel.paused_at), "name": by}
    return f"{told} {channel.pause_reason}".strip()


def came_out(at: datetime | None) -> str:
    return _("Senast ute %(at)s") % {"at": moment(at)} if at else _("Inget har kommit ut än")


# --- what needs a person, and what is on its way -----------------------------------------------------------------


def in_force() -> "PublicationQuerySet":
    """Of the versions that are approved now, with what a list shows."""
    from_now = Publication.objects.filter(post__status=Status.APPROVED, version=F("post__current_version"))
    return from_now.select_related("channel", "post", "version")


def held_back() -> "PublicationQuerySet":
    return Publication.objects.held_back(timezone.now())


def needing_help() -> list[Publication]:
    """What does not go on by itself, the newest first."""
    left = Q(status=S.HELD) & (Q(hold=Hold.EXPIRED) | Q(part__gt=0))
    stuck = Q(status__in=(S.NEEDS_DECISION, S.FAILED)) | left
    broken = is_in_turn() & Q(status=S.QUEUED) & (~Q(channel__fault="") | ~Q(channel__disconnected_at=None))
    return list(in_force().filter(stuck | broken).order_by("-pk")[:MOST])


def leaving(stop: PublishingStop | None) -> "PublicationQuerySet":
    """What is being sent, and what goes out within the hour; while all is stopped, what had begun before."""
    begun = Q(status__in=ON_THE_WAY)
    working = Channel.objects.working()
    soon = is_in_turn() & Q(status=S.QUEUED, not_before__lte=timezone.now() + SOON, channel__in=working)
    return in_force().filter(begun if stop else begun | soon).order_by("not_before", "pk")


def waiting_for_start() -> list[Publication]:
    return list(in_force().filter(pk__in=held_back()).order_by("not_before", "pk")[:MOST])


def slipped_out(stop: PublishingStop) -> list[Publication]:
    """What came out although all was stopped: its call had begun before."""
    out = Publication.objects.published().filter(published_at__gte=stop.stopped_at)
    return list(out.select_related("channel", "post", "version").order_by("published_at")[:MOST])
