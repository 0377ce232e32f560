"""`python -m bench.beside.waiting_posts 40`: posts in review, ready for an okay. Prints their numbers by text."""

import json
import sys

import django

django.setup()

from accounts.models import User  # noqa: E402  (models need django.setup() first)
from channels.models import Channel  # noqa: E402
from posts import workflow  # noqa: E402
from tests import factories  # noqa: E402

SIZE = (1600, 1200)


def main() -> None:
    author, reviewer = (User.objects.get(email=email) for email in ("karin@demo.test", "anna@demo.test"))
    channels = Channel.objects.filter(platform__in=("facebook", "x"))
    posts = {text: waiting_post(author, reviewer, channels, text) for text in texts(int(sys.argv[1]))}
    sys.stdout.write(json.dumps(posts))


def texts(count: int) -> list[str]:
    return [f"Mätning nummer {number}: vi var på bangården i Umeå i dag." for number in range(count)]


def waiting_post(author: User, reviewer: User, channels: list[Channel], text: str) -> int:
    picture = factories.picture(author, factories.jpeg(size=SIZE), width=SIZE[0], height=SIZE[1])
    post = factories.draft(author, media=[picture], text=text)
    workflow.submit(post, author)
    post.refresh_from_db()
    factories.for_channels(post, reviewer, *channels)
    return post.pk


if __name__ == "__main__":
    main()
