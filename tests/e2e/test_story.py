"""The story of the product, walked by its people in real browsers on a real site."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.e2e.story import SOON, Anna, Johan, Karin
from tests.harness.browser import pardon, watched
from tests.harness.site import Site
from tests.posts.media import phones

pytestmark = pytest.mark.browser
CHANNELS = ("Facebook", "X (Twitter)", "YouTube")


@pytest.fixture
def karin(browser: Browser, site: Site) -> Karin:
    return Karin.at(browser, site.url)


@pytest.fixture
def anna(browser: Browser, site: Site) -> Anna:
    return Anna.at(browser, site.url)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    return phones.written(tmp_path, "bild.jpg", phones.phone_jpeg(1600, 1200))


def public(site: Site, text: str) -> dict[str, dict]:
    """What followers of each platform see of the post with this text."""
    shown = site.sandbox.posts()
    return {post["platform"]: post for post in shown if text in post["text"] or text in post.get("title", "")}


def test_a_picture_from_the_field_comes_out_on_three_channels(
    karin: Karin, anna: Anna, site: Site, picture: Path
):
    text = "Klockan fem i morse stod vi på bangården i Umeå"
    karin.begins(text, picture)
    karin.answers("Nej")
    post = karin.sends_in()

    anna.opens(post)
    anna.sees("Bildbeskrivning saknas")
    anna.describes("Två banarbetare vid ett spår")
    anna.chooses(*CHANNELS)
    expect(anna.page.locator("#forhandsvisning video")).to_be_visible(timeout=SOON)
    anna.approves()

    karin.opens(post)
    links = karin.sees_links_to(*CHANNELS)
    out = public(site, text)
    assert {platform: item["url"] for platform, item in out.items()} == dict(
        zip(("facebook", "x", "youtube"), links, strict=True)
    )
    assert [item["alt"] for item in out["facebook"]["media"]] == ["Två banarbetare vid ett spår 1"]
    assert [item["alt"] for item in out["x"]["media"]] == ["Två banarbetare vid ett spår 1"]
    assert [item["kind"] for item in out["youtube"]["media"]] == ["film"]
    assert out["youtube"]["title"] == text
    follower = watched(karin.page.context.new_page())
    for link in links:
        follower.goto(link)
        expect(follower.get_by_text(text).first).to_be_visible()
        expect(follower.get_by_text("Övningsläge").first).to_be_visible()


def test_a_change_is_asked_for_made_and_approved(karin: Karin, anna: Anna, site: Site, picture: Path):
    karin.begins("Bra möte.", picture)
    karin.answers("Ja, alla har sagt ja")
    karin.page.get_by_role("group", name="Är någon under 18 år?").get_by_text("Nej", exact=True).click()
    karin.page.get_by_role("group", name="Hur många har sagt ja?").get_by_label("2", exact=True).check()
    post = karin.sends_in()

    anna.opens(post)
    anna.page.get_by_role("link", name="Be om ändring").click()
    anna.page.get_by_role("radio", name="Skriv vad som hände").check()
    anna.page.get_by_label("Skriv till Karin").fill("Vad pratade ni om?")
    anna.press("Skicka till Karin")
    anna.sees("Skickat till Karin.")

    karin.go("/hem/")
    karin.page.locator(f'a[href="/inlagg/{post}/andra/"]').click()
    karin.sees("Vad pratade ni om?")
    karin.page.get_by_label("Text till inlägget").fill("Bra möte om nattschemat i Vännäs.")
    karin.press("Skicka in")
    karin.sees("Kommunikationsgruppen tittar på ditt inlägg.")

    anna.opens(post)
    anna.sees("Bra möte om nattschemat i Vännäs.")
    anna.describes("Fyra personer vid ett bord")
    anna.approves()
    karin.opens(post)
    karin.sees_links_to("Facebook")
    assert public(site, "nattschemat")["facebook"]["text"].startswith("Bra möte om nattschemat i Vännäs.")


def test_a_rejection_reaches_its_sender_with_a_reason(karin: Karin, anna: Anna, site: Site):
    karin.begins("Min granne säljer sin husvagn.")
    post = karin.sends_in()
    anna.opens(post)
    anna.page.get_by_role("link", name="Avslå").click()
    anna.page.get_by_role("radio", name="Inte relevant för Seko").check()
    anna.page.get_by_label("Skriv till Karin").fill("Skicka gärna något från jobbet.")
    anna.press("Avslå")
    anna.sees("Avslaget. Karin får ditt svar.")
    karin.opens(post)
    karin.sees("Avslaget")
    karin.sees("Skicka gärna något från jobbet.")
    assert public(site, "husvagn") == {}


def test_a_post_is_drawn_back_before_anybody_decides(karin: Karin, anna: Anna):
    karin.begins("Det här tar jag tillbaka.")
    post = karin.sends_in()
    karin.opens(post)
    karin.press("Dra tillbaka")
    karin.sees("Inlägget är tillbakadraget.")
    expect(anna.finds(post)).to_have_count(0)


def test_a_film_comes_out_on_three_channels(karin: Karin, anna: Anna, site: Site, tmp_path: Path):
    film = phones.written(tmp_path, "film.mp4", phones.turned_film(90, seconds=2))
    text = "En minut från bangården i Ånge"
    karin.begins(text, film)
    karin.answers("Nej")
    post = karin.sends_in()
    anna.opens(post)
    captions = anna.page.locator("#undertexter")
    if captions.count():
        with anna.saving():
            captions.get_by_text("Inget tal i filmen").click()
    anna.chooses(*CHANNELS)
    anna.approves()
    karin.opens(post)
    karin.sees_links_to(*CHANNELS)
    out = public(site, text)
    assert {platform: [item["kind"] for item in shown["media"]] for platform, shown in out.items()} == {
        "facebook": ["film"],
        "x": ["film"],
        "youtube": ["film"],
    }


def test_several_pictures_keep_their_order(karin: Karin, anna: Anna, site: Site, tmp_path: Path):
    pictures = [
        phones.written(tmp_path, f"{colour}.jpg", phones.jpeg(Image.new("RGB", (900, 600), colour)))
        for colour in ("red", "green", "blue")
    ]
    text = "Tre besök på en dag i Norrbotten"
    karin.begins(text, *pictures)
    karin.answers("Nej")
    post = karin.sends_in()
    anna.opens(post)
    anna.describes("Besök")
    anna.chooses("Facebook", "X (Twitter)")
    anna.approves()
    karin.opens(post)
    karin.sees_links_to("Facebook", "X (Twitter)")
    for shown in public(site, text).values():
        assert [item["alt"] for item in shown["media"]] == ["Besök 1", "Besök 2", "Besök 3"]
        assert [dominant(site.sandbox.media(item["sha256"])) for item in shown["media"]] == [
            "red",
            "green",
            "blue",
        ]


def dominant(content: bytes) -> str:
    with Image.open(io.BytesIO(content)) as image:
        pixel = image.convert("RGB").getpixel((10, 10))
    return ("red", "green", "blue")[pixel.index(max(pixel))]


def test_a_text_alone_comes_out_on_facebook_and_x(karin: Karin, anna: Anna, site: Site):
    text = "I dag röstar vi om avtalet. Läs på innan."
    karin.begins(text)
    post = karin.sends_in()
    anna.opens(post)
    anna.chooses("Facebook", "X (Twitter)")
    anna.approves()
    karin.opens(post)
    karin.sees_links_to("Facebook", "X (Twitter)")
    assert {platform: shown["text"] for platform, shown in public(site, text).items()} == {
        "facebook": text,
        "x": text,
    }


def test_a_text_too_long_for_x_gets_a_shorter_one(karin: Karin, anna: Anna, site: Site):
    text = "Avtalsrörelsen i korthet. " + "Vi vill ha tider man kan leva med. " * 9
    karin.begins(text)
    post = karin.sends_in()
    anna.opens(post)
    anna.chooses("Facebook", "X (Twitter)")
    anna.sees(re.compile(r"X \(Twitter\): texten är \d+ tecken för lång"))
    anna.page.locator("#saknas").get_by_role("link").click()
    expect(anna.page.locator("mark.over")).to_be_visible()
    anna.page.get_by_label("Text på X (Twitter)").fill("Avtalsrörelsen i korthet: tider man kan leva med.")
    anna.page.get_by_label("Text på X (Twitter)").blur()
    expect(anna.page.locator("mark.over")).to_have_count(0, timeout=SOON)
    anna.page.get_by_role("link", name="Tillbaka till inlägget").click()
    anna.approves("Godkänn med ändringar")
    karin.opens(post)
    karin.sees_links_to("Facebook", "X (Twitter)")
    out = public(site, "Avtalsrörelsen i korthet")
    assert out["x"]["text"] == "Avtalsrörelsen i korthet: tider man kan leva med."
    assert out["facebook"]["text"] == text.strip()


def test_the_second_of_two_reviewers_is_told_who_was_first(
    karin: Karin, anna: Anna, browser: Browser, site: Site
):
    karin.begins("Vem hinner först med det här inlägget?")
    post = karin.sends_in()
    johan = Johan.at(browser, site.url)
    anna.opens(post)
    johan.opens(post)
    johan.approves()
    with anna.page.expect_response(re.compile("/godkann/$")) as answer:
        anna.press("Godkänn")
    assert answer.value.status == 409
    anna.sees("Någon hann före")
    anna.sees(re.compile("Godkänt av Johan"))
    pardon(anna.page, "409")
