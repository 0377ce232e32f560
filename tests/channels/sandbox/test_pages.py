"""What followers and trainers see, as HTML: the words, the bytes and nothing that should stay unseen."""

import re
from urllib.parse import urlencode

import pytest
import requests
from requests import Response

from channels.sandbox.store import Store
from tests.channels.sandbox.callers import SECONDS
from tests.channels.sandbox.consenting import AUTHORIZE, question


@pytest.fixture
def look(sandbox):
    """Fetch a page as a browser would, without following redirects."""

    def look(path: str) -> Response:
        return requests.get(sandbox.url + path, timeout=SECONDS, allow_redirects=False)

    return look


def pages_of_each_kind(facebook, x, youtube, short_film) -> list[str]:
    facebook.say("På Facebook")
    x.say("På X")
    id = youtube.upload(short_film, privacy="public")
    youtube.sandbox.clock(60)
    posts = [post["url"].removeprefix(facebook.sandbox.url) for post in facebook.sandbox.posts()]
    consents = [f"/{path}?{urlencode(question(platform))}" for platform, path in AUTHORIZE.items()]
    accounts = ["/sidor/facebook/1000001", "/sidor/x/seko", f"/sidor/youtube/{youtube.account}"]
    assert f"/sidor/youtube/watch?v={id}" in posts
    return ["/", "/ovning", "/konton", "/finns/inte", f"/{AUTHORIZE['x']}", *accounts, *posts, *consents]


def test_every_page_says_that_this_is_practice(look, facebook, x, youtube, short_film):
    for path in pages_of_each_kind(facebook, x, youtube, short_film):
        page = look(path)
        assert re.search(
            r'<p class="practice" role="note"><strong>Övningsläge</strong> Inte de[t]? riktiga', page.text
        )
        assert re.search("<title>.* – Övningsläge</title>", page.text)
        policy = page.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'self';")
        assert ("unsafe" in policy, "<script" in page.text, " style=" in page.text) == (False, False, False)


def test_a_page_names_its_platform_in_words(look, facebook, x):
    facebook.say("Hej")
    assert "Inte det riktiga Facebook." in look("/sidor/facebook/1000001").text
    assert "Inte det riktiga X." in look("/sidor/x/seko").text


def test_the_overview_counts_what_followers_see(look, facebook, x, picture):
    facebook.say("Ett")
    facebook.say("Två")
    facebook.stage(picture)
    page = look("/").text
    assert ("Facebook, 2 inlägg" in page, "X, 0 inlägg" in page) == (True, True)


def test_the_overview_of_nothing_says_what_to_do(look):
    assert "Anslut en kanal i Seko Social, så dyker den upp här." in look("/").text


def test_a_post_is_shown_with_its_words_links_and_pictures(look, facebook, picture):
    photo = facebook.stage(picture, alt_text_custom='En "bangård" i <Umeå>')
    id = facebook.say_with("Löner < priser & https://www.seko.se/lon", photo).json()["id"]
    page = look(f"/sidor/facebook/1000001/{id.partition('_')[2]}").text
    assert 'Löner &lt; priser &amp; <a href="https://www.seko.se/lon" rel="noopener noreferrer">' in page
    assert 'alt="En &#34;bangård&#34; i &lt;Umeå&gt;"' in page
    (source,) = re.findall(r'<img src="(/media/[0-9a-f]{64})"', page)
    assert look(source).content == picture


def test_a_film_is_shown_and_can_be_played_in_pieces(look, youtube, short_film, sandbox):
    id = youtube.upload(short_film, privacy="public", title="Nattskiftet", description="Umeå")
    sandbox.clock(60)
    page = look(f"/sidor/youtube/watch?v={id}").text
    assert ("<h1" in page, "Nattskiftet" in page, "Umeå" in page) == (True, True, True)
    (source,) = re.findall(r'<video [^>]*src="(/media/[0-9a-f]{64})#', page)
    piece = requests.get(sandbox.url + source, headers={"Range": "bytes=10-19"}, timeout=SECONDS)
    assert (piece.status_code, piece.content) == (206, short_film[10:20])


@pytest.mark.parametrize(
    "path",
    [
        "/sidor/facebook/999", "/sidor/facebook/1000001/1", "/sidor/x/okand", "/sidor/x/seko/status/1",
        "/sidor/youtube/watch?v=x", "/sidor/youtube/watch", "/sidor/myspace/1", "/media/" + "0" * 64,
    ],
)  # fmt: skip
def test_what_is_not_there_is_told_calmly(look, facebook, x, path):
    page = look(path)
    assert (page.status_code, "Det kan vara borttaget eller inte synligt för allmänheten." in page.text) == (
        404,
        True,
    )


def test_what_is_not_public_has_no_page(look, facebook, youtube, short_film, sandbox):
    hidden = facebook.say("Ännu inte", published="false").json()["id"]
    film = youtube.upload(short_film)
    sandbox.clock(60)
    assert look(f"/sidor/facebook/1000001/{hidden.partition('_')[2]}").status_code == 404
    assert look(f"/sidor/youtube/watch?v={film}").status_code == 404
    assert "Ännu inte" not in look("/sidor/facebook/1000001").text


def test_a_removed_post_is_gone_from_its_page(look, x):
    id = x.say("Hej").json()["data"]["id"]
    assert look(f"/sidor/x/seko/status/{id}").status_code == 200
    x.delete(id)
    assert look(f"/sidor/x/seko/status/{id}").status_code == 404


def test_a_page_shows_the_latest_hundred_and_says_so(look, sandbox, facebook):
    with Store(sandbox.data_dir) as store:
        for n in range(101):
            store.put("facebook", "post", f"1000001_{n}", "1000001", {"text": f"Nr {n}.", "link": "", "media": []},
                      public_at=float(n))  # fmt: skip
    page = look("/sidor/facebook/1000001").text
    assert ("Nr 100." in page, "Nr 1." in page, "Nr 0." in page) == (True, True, False)
    assert "Här visas de 100 senaste." in page


# -- making it misbehave


def send(sandbox, path: str, **form: object) -> Response:
    return requests.post(sandbox.url + path, data=form, timeout=SECONDS)


def test_a_rule_is_added_shown_in_words_and_taken_away(sandbox):
    page = send(
        sandbox, "/ovning/regler", anrop="facebook.feed", fel="delay_after", ganger="3", sekunder="2.5"
    )
    assert page.status_code == 200
    assert "Facebook, publicera inlägg, 3 gånger, 2,5 sekunder" in page.text
    (rule,) = sandbox.waiting_faults()
    assert (rule["call"], rule["fault"], rule["times"], rule["seconds"]) == ("feed", "delay_after", 3, 2.5)
    page = send(sandbox, "/ovning/regler/bort", n=rule["n"])
    assert ("Inget. Plattformarna sköter sig." in page.text, sandbox.waiting_faults()) == (True, [])


def test_all_rules_are_taken_away_at_once(sandbox):
    for call in ("feed", "photo"):
        send(sandbox, "/ovning/regler", anrop=f"facebook.{call}", fel="reset_after", ganger="0")
    assert len(sandbox.waiting_faults()) == 2
    send(sandbox, "/ovning/regler/bort")
    assert sandbox.waiting_faults() == []


@pytest.mark.parametrize(
    "form",
    [
        {"anrop": "facebook.post", "fel": "reset_after"}, {"anrop": "x.post", "fel": "lag"}, {"anrop": "", "fel": ""},
        {"anrop": "x.post", "fel": "reset_after", "ganger": "många"},
        {"anrop": "x.post", "fel": "reset_after", "ganger": "-1"},
    ],
)  # fmt: skip
def test_a_rule_that_makes_no_sense_is_refused_with_a_sentence(sandbox, form):
    page = send(sandbox, "/ovning/regler", **form)
    assert (page.status_code, "går inte ihop, eller så är ett tal fel." in page.text) == (400, True)
    assert sandbox.waiting_faults() == []


def test_the_latest_calls_are_told_newest_first(look, facebook, picture):
    facebook.stage(picture)
    facebook.say("Hej från bangården")
    page = look("/ovning").text
    assert page.index("Publicerat på Facebook") < page.index("Förberett på Facebook")
    assert "Hej från bangården" in page
    assert facebook.token not in page
