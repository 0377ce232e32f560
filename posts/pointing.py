"""Which post somebody means who tells its number here, or its address on a platform."""

from accounts.paging import LONGEST_NUMBER
from channels import connections
from channels.models import Channel
from posts.models import Post, Publication


def post_named(named: str) -> Post | None:
    """One that was sent in; a draft is its author's alone."""
    posts = Post.objects.exclude(submitted_at=None)
    named = named.strip()
    if named.isdecimal():
        return posts.filter(pk=int(named)).first() if len(named) <= LONGEST_NUMBER else None
    return posts.filter(publications__in=published_at(named)).first()


def published_at(url: str) -> list[Publication]:
    """By the very address, or by what the address says to the channel's adapter: it can be written in several ways."""
    known = Publication.objects.exclude(url="")
    if found := list(known.filter(url=url)):
        return found
    remote_ids = ((channel, connections.offline_adapter(channel).read_link(url)) for channel in channels())
    return [
        item
        for channel, remote_id in remote_ids
        if remote_id
        for item in known.filter(channel=channel, remote_id=remote_id)
    ]


def channels() -> list[Channel]:
    return [channel for channel in Channel.objects.all() if channel.adapter_class.publishes]
