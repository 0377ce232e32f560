"""
`python -m tests.harness.morning_posts`: twelve posts of all kinds in review, as an editor finds them in the morning; run
beside a site, with its settings. Prints their numbers by their names.
"""

import json
import sys
from datetime import timedelta

import django

django.setup()

from django.utils import timezone  # noqa: E402  (models need django.setup() first)

from accounts.models import User  # noqa: E402
from channels.models import Channel, Period  # noqa: E402
from posts import workflow  # noqa: E402
from posts.models import Captions, Media, MediaKind, People, Post  # noqa: E402
from seko_social.demo import loader  # noqa: E402
from tests import factories  # noqa: E402
from tests.channels.adapters.desk import short_film  # noqa: E402
from tests.harness import waiting_posts  # noqa: E402

SIZE = (1600, 1200)
LONG = "Avtalsrörelsen i korthet. " + "Vi vill ha tider som man kan leva med, hela året om. " * 8
TEXTS = {
    "urgent": "Strejken är avblåst. Vi har ett avtal.",
    "latest": "Mötet i Umeå börjar klockan 18 i kväll.",
    "picture": "Klockan fem i morse stod vi på bangården i Ånge.",
    "pictures": "Tre besök på en dag i Norrbotten.",
    "film": "En minut från bangården i Boden.",
    "text": "I dag röstar vi om avtalet. Läs på innan.",
    "long": LONG,
    "undescribed": "Skyddsronden på terminalen i Årsta är klar.",
    "unasked": "Fikarast med kollegorna på Citymail.",
    "irrelevant": "Min granne säljer sin husvagn.",
    "edited": "Vi träfade nattlaget på sorteringen.",
    "reserve": "Så här ser en vanlig dag i växeln ut.",
}
"""By name, in the order in which they were sent in."""
PICTURES = {"pictures": 3, "film": 0, "text": 0, "urgent": 0, "long": 0}
"""The others have one."""


def main() -> None:
    if not loader.is_loaded():
        waiting_posts.make_people_and_channels()
    author, reviewer = (User.objects.get(email=email) for email in ("karin@demo.test", "johan@demo.test"))
    facebook = Channel.objects.get(platform="facebook")
    Channel.objects.filter(pk=facebook.pk).update(goal=1, goal_period=Period.DAY)
    posts = {name: waiting(name, author, reviewer, facebook) for name in TEXTS}
    Post.objects.filter(pk=posts["urgent"]).update(is_urgent=True)
    Post.objects.filter(pk=posts["latest"]).update(latest=timezone.now() + timedelta(hours=6))
    sys.stdout.write(json.dumps(posts))


def waiting(name: str, author: User, reviewer: User, channel: Channel) -> int:
    people = People.NOT_ASKED if name == "unasked" else People.NOBODY
    post = factories.submitted(author, media=media_of(name, author), text=TEXTS[name], people=people)
    alt_text = "" if name in ("undescribed", "film") else factories.ALT
    factories.for_channels(post, reviewer, channel, alt_text=alt_text)
    if name == "film":
        settle_captions(post, reviewer)
    return post.pk


def media_of(name: str, author: User) -> list[Media]:
    if name == "film":
        film = short_film()
        about = {"width": film.width, "height": film.height, "seconds": film.seconds}
        return [factories.picture(author, film.open().read(), kind=MediaKind.FILM, **about)]
    colours = ("navy", "teal", "maroon")[: PICTURES.get(name, 1)]
    return [
        factories.picture(author, factories.jpeg(colour, SIZE), width=SIZE[0], height=SIZE[1])
        for colour in colours
    ]


def settle_captions(post: Post, reviewer: User) -> None:
    post.refresh_from_db()
    seen = post.version_in_force
    answers = workflow.answers_of(seen) | {"captions": Captions.NO_SPEECH}
    workflow.edit(post, reviewer, seen, seen.manuscript(), **answers)


if __name__ == "__main__":
    main()
