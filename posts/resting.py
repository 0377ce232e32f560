"""What somebody may want of a draft besides that it is kept: to be reminded of it in an hour, or to be called."""

from datetime import datetime, timedelta

from posts import notices, promise
from posts.models import Post, Site

AN_HOUR = timedelta(hours=1)


def rest(post: Post, now: datetime) -> datetime:
    """Sleep on it. Returns when its author is reminded: in an hour, and at night in the morning."""
    again_at = promise.when_to_mail(now + AN_HOUR, is_urgent=False)
    notices.rested(post, again_at)
    return again_at


def ask_for_a_call(post: Post) -> bool:
    """Its author waits with the picture, for nobody knows whether one may take it there."""
    if post.draft.site != Site.UNKNOWN:
        return False
    notices.call_back(post)
    return True
