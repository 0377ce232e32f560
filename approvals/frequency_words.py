"""How often we are seen, in words: the facts first, then one suggestion."""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.frequency import DAY, Figures, Mix, Unused
from channels.models import Period
from posts import waiting

NEAR = 6
"""Days: what is nearer is called by its weekday."""


# --- one channel ----------------------------------------------------------------------------------------------


def figure(figures: Figures) -> tuple[str, str]:
    """The large figure of a channel, and what it counts."""
    if figures.goal.is_daily:
        return of_today(figures)
    if figures.goal.period == Period.WEEK:
        return since_last(figures)
    out = ngettext("%(n)d inlägg", "%(n)d inlägg", figures.out) % {"n": figures.out}
    return out, _("i %(month)s") % {"month": date_format(figures.today, "F")}


def of_today(figures: Figures) -> tuple[str, str]:
    if figures.is_resting:
        return str(figures.out), _("i dag, målet gäller vardagar")
    return _("%(n)d av %(goal)d") % {"n": figures.out, "goal": figures.target}, _("i dag")


def since_last(figures: Figures) -> tuple[str, str]:
    if figures.days_since is None:
        return _("Inget"), _("inlägg än")
    if not figures.days_since:
        return _("I dag"), _("kom det senaste")
    days = ngettext("%(n)d dag", "%(n)d dagar", figures.days_since) % {"n": figures.days_since}
    return days, _("sedan sist")


def says(figures: Figures) -> str:
    """What there is to know beside the figure."""
    facts = (in_a_row(figures), silence(figures), next_one(figures), monthly(figures))
    return " ".join(fact for fact in facts if fact)


def in_a_row(figures: Figures) -> str:
    if not figures.goal.is_daily or not figures.in_a_row:
        return ""
    if figures.is_longer:
        return _("Varje dag i minst tolv veckor.")
    count = {"n": figures.in_a_row}
    if figures.out_today:
        return ngettext("%(n)d dag i rad.", "%(n)d dagar i rad.", figures.in_a_row) % count
    return (
        ngettext("%(n)d dag i rad till och med i går.", "%(n)d dagar i rad till och med i går.", count["n"])
        % count
    )


def silence(figures: Figures) -> str:
    limit = figures.goal.alarm_days
    if figures.is_alarming:
        silent = {"n": figures.silent}
        return ngettext("Tyst i %(n)d hel dag.", "Tyst i %(n)d hela dagar.", figures.silent) % silent
    if figures.goal.is_daily:
        return last_one(figures)
    if limit is None or figures.days_since is None:
        return ""
    calm = ngettext("Det är lugnt. Gränsen är %(n)d dag.", "Det är lugnt. Gränsen är %(n)d dagar.", limit)
    return calm % {"n": limit}


def last_one(figures: Figures) -> str:
    """Where nothing of the row says it."""
    if figures.in_a_row or figures.out_today:
        return ""
    if figures.days_since is None:
        return _("Inget inlägg än.")
    days = {"n": figures.days_since}
    return ngettext("%(n)d dag sedan sist.", "%(n)d dagar sedan sist.", figures.days_since) % days


def next_one(figures: Figures) -> str:
    if figures.next_at is None:
        return _("Inget är planerat.")
    return _("Nästa planerade: %(at)s.") % {"at": near(figures.next_at, figures.today)}


def near(at: datetime, today: date) -> str:
    """
    i dag 13.00, i morgon 15.00, fredag 09.00, torsdag 26 november 12.00; of what is still to come. What should have left
    before today leaves today.
    """
    day = timezone.localdate(at)
    if day <= today:
        return _("i dag %(clock)s") % {"clock": waiting.clock_time(at)}
    if day == today + DAY:
        return _("i morgon %(clock)s") % {"clock": waiting.clock_time(at)}
    if day <= today + NEAR * DAY:
        return f"{date_format(day, 'l')} {waiting.clock_time(at)}"
    return waiting.day_and_time(at)


def monthly(figures: Figures) -> str:
    if figures.goal.period != Period.MONTH:
        return ""
    return _("Målet är %(n)d i månaden.") % {"n": figures.goal.count}


def so_far(figures: Figures) -> str:
    """1 av 3 den här veckan"""
    counts = {"n": figures.out, "goal": figures.target}
    if figures.goal.period == Period.WEEK:
        return _("%(n)d av %(goal)d den här veckan") % counts
    return _("%(n)d av %(goal)d den här månaden") % counts


def of_twelve_weeks(figures: Figures) -> str:
    """What the chart shows."""
    if not any(week.is_whole for week in figures.weeks):
        return _("För lite data än.")
    if not figures.judged:
        total = sum(week.out for week in figures.weeks)
        return ngettext("%(n)d inlägg på tolv veckor.", "%(n)d inlägg på tolv veckor.", total) % {"n": total}
    reached = sum(week.is_reached for week in figures.judged)
    counts = {"n": reached, "of": len(figures.judged)}
    return (
        ngettext(
            "%(n)d av %(of)d hel vecka nådde målet.", "%(n)d av %(of)d hela veckor nådde målet.", counts["of"]
        )
        % counts
    )


# --- all of them ----------------------------------------------------------------------------------------------


def lead(name: str, figures: Figures) -> str:
    """The first sentences of the page: today, and tomorrow."""
    return f"{today(name, figures)} {tomorrow(figures)}".strip()


def today(name: str, figures: Figures) -> str:
    if figures.lacks_today and not figures.out:
        return _("I dag har vi inte synts på %(channel)s än.") % {"channel": name}
    if figures.goal.is_daily:
        said = {"n": figures.out, "goal": figures.target, "channel": name}
        if figures.is_resting:
            return _("I dag vilar målet för %(channel)s.") % said
        return _("I dag: %(n)d av %(goal)d på %(channel)s.") % said
    if figures.is_alarming:
        return _("Det har varit tyst länge på %(channel)s.") % {"channel": name}
    return ""


def tomorrow(figures: Figures) -> str:
    if not figures.goal.is_daily or not figures.ahead[0].is_gap:
        return ""
    if figures.lacks_today and not figures.planned:
        return _("I morgon är också en lucka.")
    return _("I morgon är en lucka.")


def of_the_mix(mix: Mix) -> str:
    if not mix.total:
        return _("Inget inlägg har kommit ut på 30 dagar.")
    return _("%(share)d %% av inläggen är bara länkar till vår webb.") % {"share": mix.shares[0]}


def of_events(count: int) -> str:
    """Those that nobody has sent anything in about."""
    if not count:
        return ""
    words = ngettext("%(n)d händelse har inget inlägg än.", "%(n)d händelser har inget inlägg än.", count)
    return words % {"n": count}


def of_unused(found: Iterable[Unused]) -> str:
    """The one that was used longest ago; the others can wait their turn."""
    one = next(iter(found), None)
    if one is None:
        return ""
    if one.weeks is None:
        return _("Inget i kategorin %(category)s än.") % {"category": one.name}
    weeks = {"category": one.name, "n": one.weeks}
    return (
        ngettext(
            "Inget i kategorin %(category)s på %(n)d vecka.",
            "Inget i kategorin %(category)s på %(n)d veckor.",
            one.weeks,
        )
        % weeks
    )
