"""What a linked page says of itself: a stranger's page, and addresses that were written to lead us inwards."""

import gzip
import time
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from channels.adapters import hosts
from posts import link_cards, previews, strangers, tasks
from posts.link_cards import Told
from posts.models import LinkCard, LinkCardState
from posts.strangers import NothingThereError
from tests import factories
from tests.channels.adapters.test_hosts import PRIVATE
from tests.factories import jpeg
from tests.pages import signed_in, text_of
from tests.posts.sites import PAGE

CARD = Told("Avtalet är klart & påskrivet", "Det gäller från 1 maj.", "")


def said(url: str) -> Told:
    found = link_cards.page(url)
    return Told(found.title, found.description)


# --- what a page says -------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("practice")
class TestPages:
    def test_a_page_tells_its_title_description_and_picture(self, site):
        url = site.page()
        assert link_cards.page(url) == Told(CARD.title, CARD.description, f"{site.url}/bild.jpg")

    def test_nothing_of_ours_is_in_the_request(self, site):
        site.page("/a", status=302, Location="/b", Set_Cookie="spar=1; Path=/")
        site.page("/b")
        link_cards.page(f"{site.url}/a")
        ((_, first), (_, second)) = site.heard
        for headers in (first, second):
            assert {"Cookie", "Referer", "Authorization", "Origin"} & set(headers) == set()
            assert headers["User-Agent"] == "seko-social"

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_a_page_may_be_three_redirects_away_and_no_further(self, site, status):
        for number in range(4):
            site.page(f"/{number}", status=status, Location=f"/{number + 1}")
        site.page("/4")
        assert said(f"{site.url}/1") == CARD
        site.heard.clear()
        with pytest.raises(NothingThereError):
            link_cards.page(f"{site.url}/0")
        assert site.paths() == ["/0", "/1", "/2", "/3"]

    @pytest.mark.parametrize(
        "kind", ["application/json", "image/svg+xml", "application/octet-stream", "text/plain", ""]
    )
    def test_what_is_not_html_is_not_read(self, site, kind):
        with pytest.raises(NothingThereError):
            link_cards.page(site.page(kind=kind))

    @pytest.mark.parametrize("status", [204, 206, 304, 400, 403, 404, 410, 500, 503])
    def test_only_a_whole_answer_is_read(self, site, status):
        with pytest.raises(NothingThereError):
            link_cards.page(site.page(status=status))

    def test_what_is_packed_is_not_unpacked(self, site):
        """It would unfold to a hundred megabytes."""
        url = site.page(html=gzip.compress(bytes(100_000_000)), Content_Encoding="gzip")
        answer = strangers.asked(url, "text/html", link_cards.MOST_BYTES, time.monotonic() + 3)
        assert (answer.status, answer.body) == (200, b"")
        assert site.heard[0][1]["Accept-Encoding"] == "identity"

    def test_of_a_long_page_only_the_beginning_is_read(self, site, monkeypatch):
        read = []
        monkeypatch.setattr(link_cards, "told", lambda html, _url: read.append(len(html)) or Told())
        link_cards.page(site.page(html="x" * 5_000_000))
        assert read == [link_cards.MOST_READ]

    def test_a_page_that_dribbles_is_left(self, site, monkeypatch):
        monkeypatch.setattr(link_cards, "SECONDS", 0.3)
        site.slowly = 0.2
        with pytest.raises(NothingThereError):
            link_cards.page(site.page(html="x" * 1_000_000))

    def test_the_time_is_for_all_redirects_together(self, site, monkeypatch):
        until = []
        asked = strangers.asked
        monkeypatch.setattr(strangers, "asked", lambda *given: until.append(given[3]) or asked(*given))
        site.page("/1", status=302, Location="/2")
        site.page("/2")
        link_cards.page(f"{site.url}/1")
        assert len(until) == 2
        assert len(set(until)) == 1

    @pytest.mark.parametrize(
        ("html", "kind", "title"),
        [
            ("<title>Åska</title>".encode("iso-8859-1"), "text/html; charset=iso-8859-1", "Åska"),
            ('<meta charset="windows-1252"><title>Åska</title>'.encode("cp1252"), "text/html", "Åska"),
            ("<title>Åska</title>".encode(), "text/html; charset=nonsense", "Åska"),
            ("<title>Åska</title>".encode(), "text/html; charset=punycode", "Åska"),
            ("<title>Åska</title>".encode(), "text/html; charset=rot13", "Åska"),
            ("<title>Åska</title>".encode("iso-8859-1"), "text/html", "\N{REPLACEMENT CHARACTER}ska"),
            (b"<title>a\x00\x1b[31mb</title>", "text/html", "a[31mb"),
            ("<title>\u202eolleh \u200bx</title>".encode(), "text/html", "olleh x"),
            (b"<title> rad\n  tv\xc3\xa5 </title><title>mer</title>", "text/html", "rad två"),
            (b'<meta name="twitter:title" content="T"><title>t</title>', "text/html", "T"),
            (b"<meta property='og:title'><title>t</title>", "text/html", "t"),
        ],
    )  # fmt: skip
    def test_titles_in_all_their_spellings(self, site, html, kind, title):
        assert link_cards.page(site.page(html=html, kind=kind)).title == title

    def test_long_words_are_cut(self, site):
        found = link_cards.page(site.page(html=f"<title>{'å' * 100_000}</title>"))
        assert (len(found.title), found.title[-1]) == (link_cards.MOST_TITLE, "…")

    @pytest.mark.timeout(20)
    @pytest.mark.parametrize(
        "piece", ["<!--", "<", "<a b='", "<title></titl", "&#", "<![CDATA[", "<script></s", "</", "<a\n"]
    )
    def test_a_page_that_was_made_to_keep_us_busy_is_read_all_the_same(self, site, piece):
        link_cards.page(site.page(html=piece * (600_000 // len(piece))))

    @pytest.mark.parametrize("end", ["<![<", f"<p class='&#{'9' * 5000};'>"])
    def test_what_a_parser_gives_up_on_leaves_what_was_read(self, site, end):
        assert said(site.page(html=PAGE.replace("</head>", end))).title == CARD.title


# --- where we go ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("live")
class TestWays:
    def test_a_public_name_is_asked(self, site):
        site.page("/nyhet")
        assert said("http://exempel.se/nyhet") == CARD

    @pytest.mark.parametrize(
        "url",
        [
            "", "exempel.se", "//exempel.se/", "ftp://exempel.se/", "file:///etc/passwd", "gopher://exempel.se/",
            "javascript:alert(1)", "data:text/html,x", "http://exempel.se:8080/", "http://exempel.se:22/",
            "https://exempel.se:80/", "http://exempel.se:99999/", "http://seko@exempel.se/", "http://exempel.se\\@inne.se/",
            "http://exempel.se /", "http://localhost/", "http://intranet/", "http://127.0.0.1/", "http://127.1/",
            "http://0x7f.0.0.1/", "http://2130706433/", "http://0177.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/",
            "http://[fe80::1%25eth0]/", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.8/", "http://.se/",
            "http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://exempel.0x7f000001/", f"http://{'a' * 2000}.se/",
            "http://exempel.se/\r\nHost: inne.se", "http://93.184.215.14/", "http:///nyhet", "http://",
        ],
    )  # fmt: skip
    def test_what_is_no_address_of_a_public_server_is_not_asked(self, site, inner, url):
        with pytest.raises(NothingThereError):
            link_cards.page(url)
        assert (site.heard, inner.heard) == ([], [])

    def test_a_name_that_leads_inwards_hears_not_a_word(self, inner):
        inner.page()
        with pytest.raises(NothingThereError):
            link_cards.page("http://inne.se/")
        assert inner.heard == []

    @pytest.mark.parametrize(
        "where", ["http://inne.se/", "//inne.se/", "http://127.0.0.2/", "http://[::1]/", "file:///etc/passwd"]
    )
    def test_a_redirect_inwards_is_not_followed(self, site, inner, where):
        inner.page()
        site.page("/", status=302, Location=where)
        with pytest.raises(NothingThereError):
            link_cards.page("http://exempel.se/")
        assert (site.paths(), inner.heard) == (["/"], [])

    def test_a_redirect_to_another_port_is_not_followed(self, site, inner):
        inner.page()
        site.page("/", status=302, Location=inner.url)
        with pytest.raises(NothingThereError):
            link_cards.page("http://exempel.se/")
        assert inner.heard == []

    def test_a_name_that_has_turned_inwards_since_the_redirect_hears_not_a_word(self, live, site, inner):
        """The same name, looked up once more: what counts is where each connection ends."""
        inner.page("/b")
        site.page("/a", status=302, Location="/b")
        asked = strangers.asked

        def turning(*given: Any) -> Any:
            answer = asked(*given)
            live["exempel.se"] = inner
            return answer

        strangers.asked, kept = turning, strangers.asked
        try:
            with pytest.raises(NothingThereError):
                link_cards.page("http://exempel.se/a")
        finally:
            strangers.asked = kept
        assert (site.paths(), inner.heard) == (["/a"], [])

    @pytest.mark.parametrize(
        "where", ["http://inne.se/b.jpg", "http://10.0.0.8/b.jpg", "http://localhost/b.jpg", "file:///b.jpg"]
    )
    def test_a_picture_is_no_way_inwards_either(self, site, inner, where):
        inner.page("/b.jpg", jpeg(), kind="image/jpeg")
        assert link_cards.picture(where) == b""
        site.page("/a.jpg", status=302, Location=where)
        assert link_cards.picture("http://exempel.se/a.jpg") == b""
        assert inner.heard == []

    def test_no_proxy_is_used_whatever_the_environment_says(self, site, inner, monkeypatch):
        monkeypatch.setenv("HTTP_PROXY", inner.url)
        monkeypatch.setenv("http_proxy", inner.url)
        site.page()
        assert said("http://exempel.se/") == CARD
        assert inner.heard == []


@pytest.mark.parametrize("ip", PRIVATE)
def test_no_private_address_is_admitted_outside_practice(settings, ip):
    settings.PLATFORM_ADDRESSES = settings.PLATFORM_ADDRESSES | {
        "FACEBOOK_GRAPH_URL": "https://graph.facebook.com"
    }
    assert not strangers.admits(ip)
    assert strangers.admits("93.184.215.14")


@pytest.mark.usefixtures("practice")
def test_in_practice_nothing_is_reached_but_the_make_believe(site, inner):
    inner.page()
    for url in (
        f"{inner.url}/",
        "http://exempel.se/",
        "https://www.seko.se/",
        "http://localhost/",
        f"{site.url}0/",
    ):
        with pytest.raises(NothingThereError):
            link_cards.page(url)
    assert (inner.heard, hosts.is_practice(site.url)) == ([], True)


# --- the row ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.usefixtures("practice")
class TestCards:
    def ordered(self, url: str) -> LinkCard:
        link_cards.order(url)
        card = link_cards.claim(LinkCard.objects.get().pk)
        assert card is not None
        return card

    def test_what_was_ordered_is_fetched_and_drawn_anew(self, site):
        site.page("/bild.jpg", jpeg("navy", (1200, 900)), kind="whatever/it-says")
        link_cards.fetch(self.ordered(site.page()))
        card = LinkCard.objects.get()
        assert (card.state, card.title, card.description) == (
            LinkCardState.READY,
            CARD.title,
            CARD.description,
        )
        with Image.open(BytesIO(card.jpeg)) as drawn:
            assert (drawn.format, drawn.size) == ("JPEG", (link_cards.WIDTH, link_cards.HEIGHT))

    @pytest.mark.parametrize(
        "content", [b"", b"<svg/>", b"\xff\xd8\xff\xe0" + bytes(99), b"GIF89a", bytes(2_000_000)]
    )
    def test_a_picture_that_is_none_leaves_a_card_without(self, site, content):
        site.page("/bild.jpg", content, kind="image/jpeg")
        link_cards.fetch(self.ordered(site.page()))
        card = LinkCard.objects.get()
        assert (card.state, card.title, bytes(card.jpeg), card.width) == (
            LinkCardState.READY,
            CARD.title,
            b"",
            0,
        )

    def test_not_getting_it_is_no_error(self, site):
        link_cards.fetch(self.ordered(f"{site.url}/finns-inte"))
        card = LinkCard.objects.get()
        assert (card.state, card.title, card.claimed_until) == (LinkCardState.EMPTY, "", None)
        assert card.fetched_at is not None

    def test_the_same_address_is_ordered_once_and_taken_by_one(self, site):
        link_cards.order(f"{site.url}/")
        link_cards.order(f"{site.url}/")
        link_cards.order("")
        (card,) = LinkCard.objects.all()
        assert link_cards.claim(card.pk) is not None
        assert link_cards.claim(card.pk) is None

    def test_a_worker_that_died_is_followed_by_another_and_not_for_ever(self, site):
        link_cards.order(site.page())
        card = LinkCard.objects.get()
        for _ in range(link_cards.MOST_TRIES):
            assert link_cards.claim(card.pk) is not None
            LinkCard.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
        link_cards.fetch(link_cards.claim(card.pk))
        assert (LinkCard.objects.get().state, site.heard) == (LinkCardState.EMPTY, [])

    def test_what_is_a_week_old_is_looked_at_again(self, site):
        link_cards.fetch(self.ordered(site.page()))
        link_cards.order(f"{site.url}/")
        assert LinkCard.objects.get().state == LinkCardState.READY
        LinkCard.objects.update(fetched_at=timezone.now() - link_cards.STALE - timedelta(seconds=1))
        link_cards.order(f"{site.url}/")
        card = LinkCard.objects.get()
        assert (card.state, card.title) == (LinkCardState.WAITING, CARD.title)

    def test_the_clock_finds_what_waits(self, site, put_in_broker):
        link_cards.order(site.page())
        tasks.wake_media()
        card = LinkCard.objects.get()
        assert put_in_broker == [("posts.tasks.fetch_link_card", card.pk)]
        tasks.fetch_link_card(card.pk)
        put_in_broker.clear()
        tasks.wake_media()
        assert put_in_broker == []

    def test_a_version_orders_the_card_and_no_page_fetches_it(self, site, desk, put_in_broker):
        facebook = factories.channel(is_preselected=True)
        post = factories.submitted(media=[], link=site.page(), people="")
        assert LinkCard.objects.get().state == LinkCardState.WAITING
        page = desk.get(f"/granska/{post.pk}/")
        assert "Hämtar vad länken visar" in text_of(page)
        assert page.context["is_making"]
        assert site.heard == []
        tasks.fetch_link_card(LinkCard.objects.get().pk)
        page = desk.get(f"/granska/{post.pk}/")
        assert CARD.title in text_of(page)
        assert not page.context["is_making"]
        (preview,) = previews.of_version(post.version_in_force)
        assert (preview.channel, preview.card.title) == (facebook, CARD.title)

    def test_a_post_with_a_picture_has_no_card_where_the_platform_shows_none(self, site):
        factories.channel(is_preselected=True)
        post = factories.submitted(link=site.page())
        (preview,) = previews.of_version(post.version_in_force)
        assert preview.card is None

    def test_the_picture_is_served_by_us_and_the_page_names_no_other_host(self, site, desk, put_in_broker):
        factories.channel(is_preselected=True)
        site.page("/bild.jpg", jpeg("navy", (1200, 900)))
        post = factories.submitted(media=[], link=site.page(), people="")
        tasks.fetch_link_card(LinkCard.objects.get().pk)
        page = desk.get(f"/granska/{post.pk}/").content.decode()
        digest = link_cards.digest_of(f"{site.url}/")
        assert f'src="/lank/{digest}/"' in page
        assert f'src="{site.url}' not in page
        answer = desk.get(f"/lank/{digest}/")
        assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
        assert signed_in(factories.reader()).get(f"/lank/{'0' * 64}/").status_code == 404
        assert Client().get(f"/lank/{digest}/").status_code == 302

    def test_the_picture_is_for_those_who_may_see_a_post_that_links_to_it(self, site, desk, put_in_broker):
        factories.channel(is_preselected=True)
        site.page("/bild.jpg", jpeg("navy", (1200, 900)))
        post = factories.submitted(media=[], link=site.page(), people="")
        tasks.fetch_link_card(LinkCard.objects.get().pk)
        address = f"/lank/{link_cards.digest_of(post.version_in_force.link)}/"
        other = factories.ombudsman()
        people = (post.author, factories.reviewer(), other)
        assert [signed_in(each).get(address).status_code for each in people] == [200, 200, 404]

    def test_what_a_page_says_is_text_and_nothing_else(self, site, desk, put_in_broker):
        factories.channel(is_preselected=True)
        html = "<meta property='og:title' content='&lt;img src=x onerror=alert(1)&gt;'>"
        post = factories.submitted(media=[], link=site.page(html=html), people="")
        tasks.fetch_link_card(LinkCard.objects.get().pk)
        page = desk.get(f"/granska/{post.pk}/").content.decode()
        assert "&lt;img src=x onerror=alert(1)&gt;" in page
        assert "<img src=x" not in page
