"""How often we are seen: one page, for everybody who sees the channels."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.red_days import is_red
from approvals import frequency, frequency_rows, frequency_words
from approvals.frequency import Figures, Mix
from approvals.frequency_chart import NARROW, WIDE, Chart, chart
from channels.models import Channel
from channels.wording import name_of

may_see = permission_required("channels.view_channel", raise_exception=True)
LONGEST_METER = 12
"""More boxes than these are no picture of anything."""


@dataclass(frozen=True)
class Tile:
    """One channel with its figures."""

    channel: Channel
    figures: Figures
    is_lead: bool = False

    @property
    def figure(self) -> tuple[str, str]:
        return frequency_words.figure(self.figures)

    @property
    def says(self) -> str:
        return frequency_words.says(self.figures)

    @property
    def so_far(self) -> str:
        return "" if self.figures.goal.is_daily else frequency_words.so_far(self.figures)

    @property
    def meter(self) -> list[bool]:
        goal = self.figures.target
        return [place < self.figures.out for place in range(goal)] if goal <= LONGEST_METER else []

    @property
    def of_twelve_weeks(self) -> str:
        return frequency_words.of_twelve_weeks(self.figures)

    @property
    def charts(self) -> tuple[Chart, Chart]:
        return chart(self.figures.weeks, WIDE), chart(self.figures.weeks, NARROW)

    @property
    def has_goals(self) -> bool:
        return any(week.goal for week in self.figures.weeks)


@dataclass(frozen=True)
class Part:
    """One colour of the mix: where its stripe begins and how long it is, in thousandths."""

    key: str
    name: str
    share: int
    at: int

    @property
    def width(self) -> int:
        return self.share * 10


@require_GET
@may_see
def show(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    tiles = tiles_of(frequency_rows.channels(), today)
    context = {"tiles": tiles, "lead": lead_of(tiles), **of_all_channels(today)}
    return render(request, "approvals/frequency.html", context)


def tiles_of(channels: list[Channel], today: date) -> list[Tile]:
    """In the channels' own order. The one that asks for something first has a border."""
    seen = frequency_rows.seen_on(channels, today)
    figures = {
        channel: frequency.figures(frequency_rows.goal_of(channel), seen[channel.pk], today, is_red)
        for channel in channels
    }
    lead = worst(figures)
    return [Tile(channel, found, is_lead=channel == lead) for channel, found in figures.items()]


def worst(figures: dict[Channel, Figures]) -> Channel | None:
    """What has been silent for too long, then what lacks a post today. Nothing, when all is as it should be."""
    return next(
        (
            channel
            for asks in (lambda found: found.is_alarming, lambda found: found.lacks_today)
            for channel, found in figures.items()
            if asks(found)
        ),
        None,
    )


def lead_of(tiles: list[Tile]) -> dict[str, Any]:
    """What the page begins with, and what would help: the reserve if there is one."""
    tile = next((each for each in tiles if each.is_lead), None) or next(iter(tiles), None)
    if tile is None:
        return {}
    return {
        "says": frequency_words.lead(name_of(tile.channel), tile.figures),
        "reserve": tile.figures.reserve if tile.is_lead or tile.figures.gaps else 0,
    }


def of_all_channels(today: date) -> dict[str, Any]:
    mix, examples, undocumented = frequency_rows.mix(today)
    unused = frequency.unused(frequency_rows.last_days(), today)
    return {
        "mix": mix,
        "mix_says": frequency_words.of_the_mix(mix),
        "parts": parts_of(mix),
        "examples": examples,
        "over": next((limit for limit in (settings.MIX_RED, settings.MIX_AMBER) if mix.is_over(limit)), None),
        "is_red": mix.is_over(settings.MIX_RED),
        "undocumented": frequency_words.of_events(undocumented),
        "unused": frequency_words.of_unused(unused),
        **regions(frequency_rows.sent_in_by_region(today)),
    }


def parts_of(mix: Mix) -> list[Part]:
    names = (_("Bara länk till vår webb"), _("Bild"), _("Film"), _("Annat"))
    parts: list[Part] = []
    for key, name, share in zip("abcd", names, mix.shares, strict=True):
        parts.append(Part(key, name, share, sum(part.width for part in parts)))
    return parts


def regions(counts: dict[str, int]) -> dict[str, Any]:
    """In the order of the alphabet: it is no race. Posts from people without a region come last."""
    named = [(name, counts[name]) for name in frequency.in_swedish_order(filter(None, counts))]
    elsewhere = counts.get("", 0)
    return {
        "regions": [*named, (_("Utan region"), elsewhere)] if elsewhere else named,
        "most": max(1, *counts.values()) if counts else 1,
    }
