"""
`python -m tests.harness.waiting_posts 40`: posts in review for Facebook and X, ready for an okay; run beside a site,
with its settings. Makes the demo's people and channels where they are missing. Prints the posts' numbers by their texts.
"""

import json
import sys

import django

django.setup()

from django.conf import settings  # noqa: E402  (models need django.setup() first)

from accounts.models import User  # noqa: E402
from channels.models import Channel  # noqa: E402
from channels.sandbox.store import Store  # noqa: E402
from posts import workflow  # noqa: E402
from seko_social.demo import loader, story  # noqa: E402
from tests import factories  # noqa: E402

SIZE = (1600, 1200)


def main() -> None:
    if not loader.is_loaded():
        make_people_and_channels()
    author, reviewer = (User.objects.get(email=email) for email in ("karin@demo.test", "anna@demo.test"))
    channels = list(Channel.objects.filter(platform__in=("facebook", "x")))
    posts = {text: waiting_post(author, reviewer, channels, text) for text in texts(int(sys.argv[1]))}
    sys.stdout.write(json.dumps(posts))


def make_people_and_channels() -> None:
    for person in story.PEOPLE:
        loader.add_person(*person)
    with Store(settings.SANDBOX_DIR) as store:
        for number, channel in enumerate(story.CHANNELS):
            loader.connect(channel, store, number)


def texts(count: int) -> list[str]:
    return [f"Besök nummer {number}: vi var på bangården i Umeå i dag." for number in range(1, count + 1)]


def waiting_post(author: User, reviewer: User, channels: list[Channel], text: str) -> int:
    picture = factories.picture(author, factories.jpeg(size=SIZE), width=SIZE[0], height=SIZE[1])
    post = factories.draft(author, media=[picture], text=text)
    workflow.submit(post, author)
    post.refresh_from_db()
    factories.for_channels(post, reviewer, *channels)
    return post.pk


if __name__ == "__main__":
    main()
