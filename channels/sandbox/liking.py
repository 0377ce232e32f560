"""How a post was received: what followers have liked, and what was said below it."""

from channels.sandbox import conversation
from channels.sandbox.context import store
from channels.sandbox.store import Thing

REPLY_TO = {
    "x": "$.reply_to",
    "mastodon": "$.reply_to",
    "bluesky": "$.record.reply.parent.uri",
}


def like(thing: Thing) -> None:
    """Somebody does. Nobody is told who, and nothing hinders them from doing it again."""
    with store().transaction():
        fresh = store().get(thing.platform, thing.kind, thing.id) or thing
        fresh.data["likes"] = likes(fresh) + 1
        store().save(fresh)


def likes(thing: Thing) -> int:
    number: int = thing.data.get("likes", 0)
    return number


def comments(thing: Thing, known_as: str = "") -> int:
    """With what the account itself has said. `known_as` is what an answer calls it, where that is not its id."""
    if thing.platform not in REPLY_TO:
        return len([said for said in conversation.under(store(), thing) if not said.data["hidden"]])
    return store().count_posts(thing.platform, REPLY_TO[thing.platform], known_as or thing.id)
