"""
Facebook pages.

Photos are uploaded unpublished, also a single one, so that there is an id to look for; then one call makes the
post. A film is begun, transferred and finished; the finish makes it public. A text alone leaves nothing to hold on to
before it is out: it is found by its words. So is a comment of the page, under its post.

Facts: Meta, Page posts, Page photos, Page videos and Object comments references for v26.0, read 2026-11-22.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from channels.adapters.base import (
    Adapter,
    Card,
    Connection,
    Content,
    Health,
    Keep,
    Limits,
    Listed,
    Media,
    Problem,
    Reactions,
    Receipt,
    Staged,
)
from channels.adapters.codes import Trouble
from channels.adapters.facebook import comments, films, finding, links, probing, received
from channels.adapters.facebook.graph import Graph
from channels.adapters.fitting import lacks, with_link
from channels.errors import NotConnected, Refused, Unconfirmed

MB = 1024 * 1024
PHOTOS_LIVE = timedelta(hours=20)
"""Facebook keeps unpublished photos for about a day (Page photos). The rest is a margin for the attempt."""


class Facebook(Adapter):
    platform = "facebook"
    name = "Facebook"
    limits = Limits(
        text=63_206,  # measured by independent clients; Meta's pages give no figure
        pictures=10,  # no documented limit; what other publishers keep to
        films=1,
        picture_bytes=4 * MB,  # Page photos says 10 MB; the error for a file too big says 4
        film_bytes=10 * 1024 * MB,  # an older Page videos page, as is the next line; today's gives no figure
        film_seconds=4 * 3600,
        alt_text=None,  # no documented limit
        shapes=(
            "4:5",
            "1:1",
            "1.91:1",
        ),  # not in the API's pages; what guides for publishers agree on, read 2026-11-25
        first_comment=8000,  # Comment reference: about 8,000 characters
        card=Card.ALONE,  # Page posts: `link`; a post with attached media has none
    )
    lists_posts = True
    tells_again_after = timedelta(hours=1)
    absence_proven_after = timedelta(minutes=2)
    """Meta promises nothing about its lists. The call may take half a minute, and a second look comes a minute later."""
    look_after = (timedelta(0), timedelta(seconds=60), absence_proven_after)

    def __init__(self, connection: Connection, addresses: Mapping[str, str]) -> None:
        super().__init__(connection, addresses)
        self.graph = Graph(connection, addresses, self.rests)

    @classmethod
    def check(cls, content: Content) -> Iterator[Problem]:
        words = cls.words(content)
        limits = replace(cls.limits, text=cls.limits.first_comment) if content.is_comment else cls.limits
        yield from lacks(content, limits, words, cls.length(words))

    @classmethod
    def length(cls, text: str) -> int:
        return len(text)

    @classmethod
    def words(cls, content: Content) -> str:
        """A post with pictures or a film has no field for a link."""
        return with_link(content.text, content.link) if content.media else content.text

    # --- making ready, unseen

    def stage(self, content: Content, staged: Staged, keep: Keep) -> None:
        for film in content.films:
            films.FilmUpload(self.graph, film, staged, keep).run()
        if content.pictures:
            self.stage_photos(content, staged, keep)

    def stage_photos(self, content: Content, staged: Staged, keep: Keep) -> None:
        """Upload those that are not there yet. When the first has grown too old, all are uploaded anew."""
        photos = staged.setdefault("photos", [])
        if any(has_aged(photo) for photo in photos):
            photos.clear()
        for item in content.pictures[len(photos) :]:
            uploaded_at = datetime.now(UTC).isoformat()
            photos.append({"id": self.upload(item), "at": uploaded_at})
            keep(staged)

    def upload(self, picture: Media, **more: object) -> str:
        with picture.open() as file:
            source = (picture.file_name, file.read(), picture.content_type)
        alt_text = {"alt_text_custom": picture.alt_text} if picture.alt_text else {}
        fields = {"published": False, **alt_text, **more}
        return self.graph.post(self.edge("photos"), fields, files={"source": source}).needed("id")

    # --- making public

    def commit(self, content: Content, staged: Staged) -> Receipt:
        if content.is_comment:
            answer = comments.say(self.graph, content.reply_to, self.words(content))
            return self.receipt(answer.needed("id"), answer.at("permalink_url"))
        if content.films:
            films.finish(self.graph, staged, content.title, self.words(content))
            return self.receipt_for_film(staged["video"])
        fields = {"fields": "id,permalink_url", **self.post_of(content, staged)}
        answer = self.graph.post(self.edge("feed"), fields, unclear=Unconfirmed)
        return self.receipt(answer.needed("id"), answer.at("permalink_url"))

    def post_of(self, content: Content, staged: Staged) -> dict[str, object]:
        photos = [{"media_fbid": id} for id in photo_ids(staged)] if content.pictures else []
        fields = {
            "message": self.words(content),
            "link": "" if photos else content.link,
            "attached_media": photos,
        }
        return {name: value for name, value in fields.items() if value}

    def receipt(self, post: str, permalink: object) -> Receipt:
        return Receipt(post, str(permalink or f"{self.addresses['FACEBOOK_PUBLIC_URL']}/{post}"))

    def receipt_for_film(self, video: str) -> Receipt:
        """Its post may get an id minutes later; the film's own address is known at once, and stays."""
        public, page = self.addresses["FACEBOOK_PUBLIC_URL"], self.connection.account_id
        return Receipt(video, f"{public}/{page}/videos/{video}/")

    # --- looking

    def find(
        self, content: Content, staged: Staged, since: datetime, taken: Collection[str] = ()
    ) -> Receipt | None:
        if content.is_comment:
            found = comments.with_words(self.graph, content.reply_to, self.words(content), since, taken)
            return self.receipt(str(found["id"]), found.get("permalink_url")) if found else None
        if content.films:
            video = staged.get("video", "")
            return self.receipt_for_film(video) if video and films.is_finished(self.graph, video) else None
        if content.pictures:
            ids = set(photo_ids(staged))
            post = finding.post_with_photos(self.graph, ids, since) if ids else None
        else:
            post = finding.post_with_words(self.graph, content, self.words(content), since, taken)
        return self.receipt(str(post["id"]), post.get("permalink_url")) if post else None

    def read_link(self, url: str) -> str | None:
        return links.read(url, self.addresses["FACEBOOK_PUBLIC_URL"], self.connection)

    def read_comment_link(self, url: str, under: str) -> str | None:
        return links.read_comment(url, self.addresses["FACEBOOK_PUBLIC_URL"], under)

    def look_up(self, remote_id: str) -> Receipt | None:
        """A post by both of its numbers, as a comment is; a single number is a film's or a photo's."""
        if links.is_of_comment(remote_id, self.connection):
            comment = comments.ours(self.graph, remote_id)
            return self.receipt(remote_id, comment.get("permalink_url")) if comment else None
        if "_" in remote_id:
            post = finding.public_post(self.graph, remote_id)
            return self.receipt(str(post["id"]), post.get("permalink_url")) if post else None
        if films.is_public(self.graph, remote_id):
            return self.receipt_for_film(remote_id)
        story = finding.story_of_photo(self.graph, remote_id)
        return self.look_up(story) if story else None

    def recent(self, since: datetime) -> Iterator[Listed]:
        """A film of ours is known by its own number: the post that shows it has another."""
        for post in finding.posts_since(self.graph, since):
            if at := finding.moment_of(post):
                shown = frozenset(finding.targets(post))
                link, text = finding.link_of(post), str(post.get("message") or "")
                url = self.receipt(str(post["id"]), post.get("permalink_url")).url
                yield Listed(str(post["id"]), url, at, text, link, bool(shown), shown)

    def reactions(self, remote_ids: Collection[str], since: datetime) -> dict[str, Reactions]:
        """They stand with each post in the page's list; one that shows a film of ours is known by the film's number."""
        told = received.told(self.graph, since)
        return {id: Reactions(**numbers) for ids, numbers in told for id in ids & set(remote_ids)}

    def remove(self, remote_id: str) -> None:
        """Facebook has one answer for what is gone and what is not for us: so it must not be seen any more either."""
        if links.is_of_comment(remote_id, self.connection):
            if not comments.is_left(self.graph, remote_id):
                return
        elif not links.is_ours(remote_id, self.connection):
            raise Refused(Trouble.NOT_OURS, remote_id)
        answer = self.graph.delete(remote_id)
        if not answer.is_good and self.graph.node(remote_id, "id"):
            raise NotConnected(Trouble.PERMISSION_MISSING, answer.detail("it is still there"))

    # --- keeping the connection

    def probe(self) -> Health:
        return probing.look(self.graph)

    def try_out(self, media: Media) -> None:
        """
        An unpublished photo, and away with it.

        If Facebook does not let it be taken away, that is raised, and the photo stays: seen by nobody, temporary, and
        thrown away by Facebook after a day. So does one that was heard without an answer.
        """
        self.remove(self.upload(media, temporary=True))

    def fingerprint(self, content: Content, staged: Staged) -> str:
        words = hashlib.sha256(self.words(content).encode()).hexdigest()[:16]
        handles = staged.get("video") or ",".join(photo_ids(staged)) or content.link or "-"
        if content.is_comment:
            return f"{content.reply_to}/comments words={words}"
        return f"{self.edge('videos' if content.films else 'feed')} words={words} with={handles}"

    def edge(self, name: str) -> str:
        return f"{self.connection.account_id}/{name}"


def photo_ids(staged: Staged) -> list[str]:
    return [photo["id"] for photo in staged.get("photos", [])]


def has_aged(photo: dict[str, str]) -> bool:
    return datetime.now(UTC) - datetime.fromisoformat(photo["at"]) > PHOTOS_LIVE
