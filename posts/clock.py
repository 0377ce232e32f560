"""
What a time on the wall means where the clock is turned twice a year: one hour comes twice, and one does not come at all.

A time that somebody types has no zone of its own. Here it becomes the moments that it can mean there: one as a rule, two
in the doubled hour, none in the missing one. Nothing of Django.
"""

from datetime import UTC, datetime, timedelta, tzinfo

MINUTE = timedelta(minutes=1)


def moments(wall: datetime, zone: tzinfo) -> list[datetime]:
    """Every moment at which a clock on the wall shows this, the first one first. `wall` has no zone."""
    readings = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    if len(readings) == 1:
        return list(readings)
    return sorted(moment for moment in readings if wall_of(moment, zone) == wall)


def wall_of(moment: datetime, zone: tzinfo) -> datetime:
    """What a clock on the wall shows at this moment."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def next_shown(wall: datetime, zone: tzinfo) -> datetime:
    """The first whole minute from this one on that a clock on the wall shows at all."""
    shown = wall.replace(second=0, microsecond=0)
    while not moments(shown, zone):
        shown += MINUTE
    return shown


def is_doubled(moment: datetime, zone: tzinfo) -> bool:
    """The clock on the wall shows this time twice, an hour apart."""
    return len(moments(wall_of(moment, zone), zone)) == 2


def is_before_the_turn(moment: datetime, zone: tzinfo) -> bool:
    """Of the two moments of a doubled time, the first: it is still summer time."""
    return moments(wall_of(moment, zone), zone)[0] == moment
