"""What the addresses that people paste say, on each platform: the id of a post of ours, or nothing."""

from collections.abc import Mapping

import pytest

from channels.adapters import LIVE_ADDRESSES, sandbox_addresses
from channels.adapters.base import Adapter, Connection
from channels.adapters.bluesky import Bluesky
from channels.adapters.by_hand import ByHand
from channels.adapters.facebook import Facebook
from channels.adapters.links import LONGEST
from channels.adapters.mastodon import Mastodon
from channels.adapters.x import X
from channels.adapters.youtube import YouTube

PAGE, POST, PHOTO, FILM = "100200300", "1234567890123456", "777000111", "888000222"
TWEET = "1899999999999999999"
VIDEO = "dQw4w9WgX-_"
STATUS = "115600000000000001"
DID, RKEY = "did:plc:ewvi7nxzyoun6zhxrhs64oiz", "3mvwrtq2k7c2x"
PFBID = "pfbid02pJyZ3Pm54abTtZ6sASUvmjSwEPt7axeaLzEiTmJjYSTZe7yeLFrUd4s521AyRiTl"
SANDBOX = "http://127.0.0.1:8001"


def adapter(kind: type[Adapter], addresses: Mapping[str, str] = LIVE_ADDRESSES, handle: str = "") -> Adapter:
    account = {Facebook: PAGE, Bluesky: DID if handle else ""}.get(kind, "42")
    return kind(Connection(account, "", handle=handle, host=addresses["MASTODON_URL"]), addresses)


ON_FACEBOOK = {
    f"https://www.facebook.com/{PAGE}/posts/{POST}": f"{PAGE}_{POST}",
    f"https://www.facebook.com/seko/posts/{POST}": f"{PAGE}_{POST}",
    f"https://www.facebook.com/SEKO/posts/avtalet-ar-klart/{POST}/?ref=share#top": f"{PAGE}_{POST}",
    f"https://m.facebook.com/seko/posts/{POST}/": f"{PAGE}_{POST}",
    f"http://facebook.com/seko/posts/{POST}": f"{PAGE}_{POST}",
    f"https://www.facebook.com:443/seko/posts/{POST}": f"{PAGE}_{POST}",
    f"  https://www.facebook.com/seko/posts/{POST}\n": f"{PAGE}_{POST}",
    f"https://www.facebook.com/{PAGE}_{POST}": f"{PAGE}_{POST}",
    f"https://www.facebook.com/seko/posts/{PFBID}": f"{PAGE}_{PFBID}",
    f"https://www.facebook.com/permalink.php?story_fbid={POST}&id={PAGE}": f"{PAGE}_{POST}",
    f"https://www.facebook.com/permalink.php?id={PAGE}&story_fbid={PFBID}": f"{PAGE}_{PFBID}",
    f"https://m.facebook.com/story.php?story_fbid={POST}&substory_index=0&id={PAGE}": f"{PAGE}_{POST}",
    f"https://www.facebook.com/seko/photos/a.55/{PHOTO}/?type=3": PHOTO,
    f"https://www.facebook.com/seko/photos/{PHOTO}": PHOTO,
    f"https://www.facebook.com/seko/photos/pcb.{POST}/{PHOTO}": f"{PAGE}_{POST}",
    f"https://www.facebook.com/photo/?fbid={PHOTO}&set=a.55": PHOTO,
    f"https://www.facebook.com/photo.php?fbid={PHOTO}&set=pcb.{POST}": f"{PAGE}_{POST}",
    f"https://www.facebook.com/{PAGE}/videos/{FILM}/": FILM,
    f"https://www.facebook.com/seko/videos/avtalet/{FILM}": FILM,
    f"https://www.facebook.com/watch/?v={FILM}": FILM,
    f"https://www.facebook.com/watch?v={FILM}&t=3": FILM,
    f"https://www.facebook.com/reel/{FILM}": FILM,
    "https://www.facebook.com/share/p/1AbCdEfGh2/": "",
    "https://www.facebook.com/share/v/1AbCdEfGh2/": "",
    "https://fb.watch/3zYsXdnxjf/": "",
    "https://www.facebook.com/share/": None,
    "https://fb.watch/": None,
    "https://www.facebook.com/": None,
    "https://www.facebook.com/seko": None,
    f"https://www.facebook.com/{PAGE}": None,
    f"https://www.facebook.com/someone/posts/{POST}": None,
    f"https://www.facebook.com/999/posts/{POST}": None,
    f"https://www.facebook.com/999_{POST}": None,
    f"https://www.facebook.com/permalink.php?story_fbid={POST}&id=999": None,
    f"https://www.facebook.com/permalink.php?story_fbid={POST}": None,
    f"https://www.facebook.com/permalink.php?story_fbid={POST}&id={PAGE}&id=999": None,
    f"https://www.facebook.com/someone/videos/{FILM}": None,
    f"https://www.facebook.com/someone/photos/{PHOTO}": None,
    f"https://www.facebook.com/groups/seko/posts/{POST}": None,
    "https://www.facebook.com/seko/posts/new": None,
    f"https://www.facebook.com/seko/posts/{POST}%2F..%2Fme": None,
    f"https://www.facebook.com/seko/posts/{'1' * 26}": None,
    "https://www.facebook.com/seko/posts/١٢٣": None,
    f"https://facebook.com.example.org/seko/posts/{POST}": None,
    f"https://example.org/www.facebook.com/seko/posts/{POST}": None,
    f"https://l.facebook.com/seko/posts/{POST}": None,
}
ON_X = {
    f"https://x.com/seko/status/{TWEET}": TWEET,
    f"https://x.com/SEKO/status/{TWEET}?s=20": TWEET,
    f"https://twitter.com/seko/statuses/{TWEET}": TWEET,
    f"https://mobile.twitter.com/seko/status/{TWEET}/photo/1": TWEET,
    f"https://www.x.com/seko/status/{TWEET}/": TWEET,
    f"https://x.com/i/status/{TWEET}": TWEET,
    f"https://x.com/i/web/status/{TWEET}": TWEET,
    f"https://x.com/someone/status/{TWEET}": None,
    "https://x.com/seko": None,
    "https://x.com/seko/status/": None,
    "https://x.com/seko/status/new": None,
    f"https://x.com/seko/status/{TWEET}0000": None,
    f"https://x.com/seko/likes/{TWEET}": None,
    f"https://x.com/status/{TWEET}": None,
    f"https://t.co/{TWEET}": None,
    f"https://x.com.example.org/seko/status/{TWEET}": None,
}
ON_YOUTUBE = {
    f"https://www.youtube.com/watch?v={VIDEO}": VIDEO,
    f"https://www.youtube.com/watch?app=desktop&v={VIDEO}&t=42s": VIDEO,
    f"https://m.youtube.com/watch?v={VIDEO}": VIDEO,
    f"https://youtube.com/shorts/{VIDEO}?feature=share": VIDEO,
    f"https://www.youtube.com/live/{VIDEO}": VIDEO,
    f"https://www.youtube.com/embed/{VIDEO}": VIDEO,
    f"https://www.youtube-nocookie.com/embed/{VIDEO}": VIDEO,
    f"https://youtu.be/{VIDEO}?si=abc": VIDEO,
    f"https://studio.youtube.com/video/{VIDEO}/edit": VIDEO,
    "https://www.youtube.com/": None,
    "https://www.youtube.com/watch": None,
    "https://www.youtube.com/watch?v=short": None,
    f"https://www.youtube.com/watch?v={VIDEO}x": None,
    f"https://www.youtube.com/watch?v={VIDEO}&v=AAAAAAAAAAA": None,
    f"https://www.youtube.com/playlist?list={VIDEO}": None,
    f"https://www.youtube.com/channel/{VIDEO}": None,
    "https://www.youtube.com/@seko": None,
    "https://youtu.be/": None,
    f"https://studio.youtube.com/channel/{VIDEO}": None,
    f"https://youtu.be.example.org/{VIDEO}": None,
}
ON_MASTODON = {
    f"https://mastodon.social/@seko/{STATUS}": STATUS,
    f"https://mastodon.social/@SEKO/{STATUS}?x=1#y": STATUS,
    f"https://mastodon.social:443/@seko/{STATUS}/": STATUS,
    f"https://mastodon.social/@seko/{STATUS}/embed": STATUS,
    f"https://mastodon.social/deck/@seko/{STATUS}": STATUS,
    f"https://mastodon.social/users/seko/statuses/{STATUS}": STATUS,
    f"https://mastodon.social/users/seko/statuses/{STATUS}/activity": STATUS,
    f"https://mastodon.social/@someone/{STATUS}": None,
    f"https://mastodon.social/users/someone/statuses/{STATUS}": None,
    f"https://mastodon.social/@seko@annan.social/{STATUS}": None,
    f"https://annan.social/@seko/{STATUS}": None,
    f"https://annan.social/@seko@mastodon.social/{STATUS}": None,
    f"https://mastodon.social.example.org/@seko/{STATUS}": None,
    f"https://mastodon.social/seko/{STATUS}": None,
    "https://mastodon.social/@seko": None,
    "https://mastodon.social/@seko/with_replies": None,
    f"https://mastodon.social/@seko/{STATUS}000": None,
    "https://mastodon.social/": None,
}
ON_BLUESKY = {
    f"https://bsky.app/profile/seko/post/{RKEY}": RKEY,
    f"https://bsky.app/profile/{DID}/post/{RKEY}": RKEY,
    f"https://bsky.app/profile/SEKO/post/{RKEY}?ref=share#x": RKEY,
    f"https://bsky.app/profile/seko/post/{RKEY}/liked-by": RKEY,
    f"at://{DID}/app.bsky.feed.post/{RKEY}": RKEY,
    f" at://{DID}/app.bsky.feed.post/{RKEY} ": RKEY,
    f"at://did:plc:{'a' * 24}/app.bsky.feed.post/{RKEY}": None,
    f"at://{DID}/app.bsky.feed.like/{RKEY}": None,
    f"at://{DID}/app.bsky.feed.post/{RKEY}/x": None,
    f"https://bsky.app/profile/someone/post/{RKEY}": None,
    f"https://bsky.app/profile/did:plc:{'a' * 24}/post/{RKEY}": None,
    "https://bsky.app/profile/seko/post/new": None,
    f"https://bsky.app/profile/seko/post/{RKEY}x": None,
    f"https://bsky.app/profile/seko/feed/{RKEY}": None,
    "https://bsky.app/profile/seko": None,
    f"https://bsky.app.example.org/profile/seko/post/{RKEY}": None,
    f"https://bsky.social/profile/seko/post/{RKEY}": None,
}
TABLES = {Facebook: ON_FACEBOOK, X: ON_X, YouTube: ON_YOUTUBE, Mastodon: ON_MASTODON, Bluesky: ON_BLUESKY}
ROWS = [(kind, url, id) for kind, table in TABLES.items() for url, id in table.items()]
GOOD = {
    Facebook: f"https://www.facebook.com/seko/posts/{POST}",
    X: f"https://x.com/seko/status/{TWEET}",
    YouTube: f"https://www.youtube.com/watch?v={VIDEO}",
    Mastodon: f"https://mastodon.social/@seko/{STATUS}",
    Bluesky: f"https://bsky.app/profile/seko/post/{RKEY}",
}
HOSTILE = [
    "",
    " ",
    "x",
    "//{rest}",
    "{rest}",
    "javascript:alert(1)//{rest}",
    "javascript:https://{rest}",
    "data:text/html,https://{rest}",
    "file://{rest}",
    "ftp://{rest}",
    "https:{rest}",
    "https:///{rest}",
    "https://person@{rest}",
    "https://person:password@{rest}",
    "https://{rest}@example.org/",
    "https://example.org/#@{rest}",
    "https://example.org?{rest}",
    "https://example.org\\@{rest}",
    "https://\\{rest}",
    "https://{rest}\\..\\..",
    "https://{rest}\x00",
    "https://{rest}\r\nX-Header: 1",
    "https://{rest} onmouseover=x",
    "https://{host}\u2028/{path}",
    "https://[{rest}",
    "https://\u0430{rest}",
    "https://{host}:8080/{path}",
    "https://{host}:/{path}",
    "https://{host}:99999/{path}",
    "https://{host}./{path}",
    "https://127.0.0.1/{path}",
    "https://{rest}" + "?" + "&".join(f"a{number}=1" for number in range(60)),
]


@pytest.mark.parametrize(("kind", "url", "id"), ROWS)
def test_an_address_is_read_as_what_it_says(kind, url, id):
    assert adapter(kind, handle="seko").read_link(url) == id


@pytest.mark.parametrize("kind", GOOD)
def test_an_account_whose_name_we_do_not_know_may_have_any(kind):
    assert adapter(kind).read_link(GOOD[kind])
    assert adapter(kind).read_link(GOOD[kind].replace("seko", "vilket.namn"))


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize("shape", HOSTILE)
def test_an_address_that_leads_astray_is_none(kind, shape):
    rest = GOOD[kind].removeprefix("https://")
    host, _, path = rest.partition("/")
    url = shape.format(rest=rest, host=host, path=path)
    assert adapter(kind, handle="seko").read_link(url) is None


@pytest.mark.parametrize("kind", [*GOOD, ByHand])
@pytest.mark.parametrize("filling", ["a", "%00", "/", "?", "&a=b", "å"])
def test_an_address_without_end_is_none_at_once(kind, filling):
    long = GOOD.get(kind, "https://seko.se/") + "#" + filling * (5_000_000 // len(filling))
    assert adapter(kind, handle="seko").read_link(long) is None


@pytest.mark.parametrize("kind", GOOD)
def test_an_address_may_be_as_long_as_we_can_keep(kind):
    longest = (GOOD[kind] + "#").ljust(LONGEST, "a")
    assert adapter(kind).read_link(longest)
    assert adapter(kind).read_link(longest + "a") is None


@pytest.mark.parametrize(
    ("kind", "path", "id"),
    [
        (Facebook, f"/sidor/facebook/{PAGE}/posts/{POST}", f"{PAGE}_{POST}"),
        (Facebook, f"/sidor/facebook/{PAGE}/videos/{FILM}/", FILM),
        (Facebook, f"/sidor/facebook2/{PAGE}/posts/{POST}", None),
        (Facebook, f"/{PAGE}/posts/{POST}", None),
        (X, f"/sidor/x/seko/status/{TWEET}", TWEET),
        (X, f"/sidor/x/annan/status/{TWEET}", None),
        (YouTube, f"/sidor/youtube/watch?v={VIDEO}", VIDEO),
        (YouTube, f"/sidor/x/watch?v={VIDEO}", None),
        (Mastodon, f"/mastodon/@seko/{STATUS}", STATUS),
        (Mastodon, f"/@seko/{STATUS}", None),
        (Bluesky, f"/sidor/bluesky/profile/seko/post/{RKEY}", RKEY),
        (Bluesky, f"/profile/seko/post/{RKEY}", None),
    ],
)
def test_where_the_platform_is_a_sandbox_its_addresses_count(kind, path, id):
    exercise = adapter(kind, sandbox_addresses(SANDBOX), "seko")
    assert exercise.read_link(SANDBOX + path) == id
    assert exercise.read_link(SANDBOX.replace("8001", "8002") + path) is None
    assert exercise.read_link(SANDBOX.replace("http", "https") + path) is None
    assert adapter(kind, handle="seko").read_link(SANDBOX + path) is None


@pytest.mark.parametrize(
    "url", ["https://www.linkedin.com/posts/seko_1", "http://seko.se/", "https://å.se/?x"]
)
def test_by_hand_any_address_will_do_and_has_no_id(url):
    assert adapter(ByHand).read_link(url) == ""


@pytest.mark.parametrize(
    "url", ["", "seko.se", "javascript:alert(1)", "https://a@b.se/", "https://", "https:// x"]
)
def test_by_hand_what_is_no_address_is_none(url):
    assert adapter(ByHand).read_link(url) is None
