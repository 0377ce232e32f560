"""Twelve weeks as bars: where each stands in its drawing, in whole units, so that no language puts a comma in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from approvals.frequency import Week

ROOM_FOR_A_FIGURE = 18
GAP = 3
"""Between what is out and what is planned."""


@dataclass(frozen=True)
class Drawing:
    """A drawing's measures. The bars stand on `floor`, and none is higher than `height`."""

    name: str
    left: int
    step: int
    bar: int
    floor: int
    height: int
    below: int

    @property
    def width(self) -> int:
        return self.left + 12 * self.step


WIDE = Drawing("wide", left=28, step=51, bar=32, floor=200, height=158, below=32)
NARROW = Drawing("narrow", left=18, step=26, bar=20, floor=185, height=158, below=29)


@dataclass(frozen=True)
class Bar:
    """One week: `top` of what is out, `plan_top` of what is planned above it, and `goal_at`, how high its goal lies."""

    week: Week
    x: int
    left: int
    right: int
    top: int
    height: int
    plan_top: int
    plan_height: int
    goal_at: int | None

    @property
    def middle(self) -> int:
        return self.left + (self.right - self.left) // 2

    @property
    def has_room(self) -> bool:
        """A low bar has its figure above it."""
        return self.height >= ROOM_FOR_A_FIGURE

    @property
    def figure_at(self) -> int:
        return self.top + ROOM_FOR_A_FIGURE - 1 if self.has_room else self.top - 5

    @property
    def plan_figure_at(self) -> int:
        return self.plan_top + self.plan_height // 2 + 5


@dataclass(frozen=True)
class Chart:
    drawing: Drawing
    bars: tuple[Bar, ...]

    @property
    def box(self) -> str:
        top = self.drawing.floor - self.drawing.height - 16
        return f"0 {top} {self.drawing.width} {self.drawing.floor + self.drawing.below - top}"

    @property
    def goal(self) -> Bar | None:
        """Where the goal of this week is written."""
        return next((bar for bar in self.bars if bar.goal_at is not None), None)

    @property
    def baseline(self) -> int:
        return self.drawing.floor


def chart(weeks: Sequence[Week], drawing: Drawing) -> Chart:
    highest = max(1, *(max(week.out + week.planned, week.goal or 0) for week in weeks))
    return Chart(drawing, tuple(bars(weeks, drawing, highest)))


def bars(weeks: Sequence[Week], drawing: Drawing, highest: int) -> Iterator[Bar]:
    for place, week in enumerate(weeks):
        left = drawing.left + place * drawing.step
        out, planned = (count * drawing.height // highest for count in (week.out, week.planned))
        top = drawing.floor - out
        yield Bar(
            week=week,
            x=left + (drawing.step - drawing.bar) // 2,
            left=left,
            right=left + drawing.step,
            top=top,
            height=out,
            plan_top=top - planned,
            plan_height=max(planned - GAP, 0),
            goal_at=drawing.floor - week.goal * drawing.height // highest if week.goal else None,
        )
