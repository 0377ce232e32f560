"""
What posts ask the desk: who looks at one right now, and what came out without going through here.

The desk stands above this room, which does not import it. It gives its answers when the site starts.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import BooleanField, Value
from django.db.models.expressions import Combinable

if TYPE_CHECKING:
    from posts.models import Post


class Desk:
    """What is known without one: nobody looks at anything, and nothing came out elsewhere."""

    def looks_at(self) -> Combinable:
        """Does somebody review the post of the outer query?"""
        return Value(False, output_field=BooleanField())

    def is_done_with(self, post: "Post") -> None:
        """It does not wait for a review any more."""

    def came_out_elsewhere(self, since: datetime) -> int:
        """How many posts that are none of ours are on the main channel, from then on?"""
        return 0


@dataclass
class Site:
    desk: Desk


site = Site(Desk())
"""Its desk is set once, when the site starts."""
