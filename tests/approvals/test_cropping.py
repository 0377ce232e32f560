"""Cropping for one channel at the desk: the form without scripts, what is said, and what is shown where."""

import pytest

from posts import preparation, workflow
from posts.media import jobs
from posts.media.edits import Box
from posts.models import Media, Post, Rendition, Version
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("put_in_broker")]

HALF = Box(0.0, 0.0, 50.0, 100.0)


@pytest.fixture
def facebook():
    return factories.channel(is_preselected=True)


@pytest.fixture
def x():
    return factories.channel("x", is_preselected=True)


@pytest.fixture
def tube():
    return factories.channel("youtube", is_preselected=True)


@pytest.fixture
def post(facebook, x, tube):
    karin = factories.ombudsman()
    picture = factories.picture(karin, factories.jpeg(size=(320, 240)), width=320, height=240)
    return factories.submitted(karin, media=[picture], alt_text=factories.ALT)


def now(post) -> Version:
    return Version.objects.whole().get(pk=Post.objects.get(pk=post.pk).current_version_id)


def where(post) -> str:
    return f"/granska/{post.pk}/bild/{now(post).media[0].pk}/"


def typed(post, on, crop=(), **changes) -> dict:
    """`on` is a channel, or what is sent instead of one."""
    sides = ("left", "top", "width", "height")
    box = {f"crop_{side}": [row[place] for row in crop] for place, side in enumerate(sides)}
    return {
        "version": now(post).pk, "channel": getattr(on, "pk", on), "turn": "0", "shape": "", "intent": "save"
    } | box | changes  # fmt: skip


def boxes(post) -> dict[int, Box | None]:
    """What each channel shows of the picture."""
    version = now(post)
    sha256 = version.media[0].sha256
    return {choice.channel_id: choice.as_text().crop_of(sha256) for choice in version.chosen_channels.all()}


def send(desk, post, on, crop=(), **changes):
    return desk.post(where(post), typed(post, on, crop, **changes), follow=True)


# --- saving ---------------------------------------------------------------------------------------------------


def test_one_channel_is_cropped_and_the_picture_is_the_same(
    desk, post, anna, facebook, x, tube, put_in_broker, django_capture_on_commit_callbacks
):
    before = now(post)
    with django_capture_on_commit_callbacks(execute=True):
        response = send(desk, post, facebook, [("0", "0", "50", "100")])
    assert response.redirect_chain == [(f"/granska/{post.pk}/", 302)]
    assert "Bilden är beskuren för Facebook." in text_of(response)
    assert boxes(post) == {facebook.pk: HALF, x.pk: None, tube.pk: None}
    assert (now(post).media, Media.objects.count()) == (before.media, 1)
    assert (now(post).number, now(post).created_by) == (before.number + 1, anna)
    assert ("posts.tasks.make_rendition", Rendition.objects.latest("pk").pk) in put_in_broker


def test_without_a_box_the_channel_shows_all_of_it_again(desk, post, facebook):
    send(desk, post, facebook, [("0", "0", "50", "100")])
    assert "Facebook visar hela bilden igen." in text_of(send(desk, post, facebook))
    assert boxes(post)[facebook.pk] is None
    send(desk, post, facebook, [("0", "0", "50", "100")])
    assert "Facebook visar hela bilden igen." in text_of(send(desk, post, facebook, [(0, 0, 100, 100)]))


def test_a_form_of_the_channels_is_taken_out_of_the_middle(desk, post, facebook):
    shape = facebook.adapter_class.limits.shapes[0]
    send(desk, post, facebook, shape=shape)
    wide, high = map(float, shape.split(":"))
    width, height = boxes(post)[facebook.pk].size_of((320, 240))
    assert width / height == pytest.approx(wide / high, rel=0.02)


def test_all_channels_are_what_is_meant_until_somebody_says_otherwise(desk, post, facebook):
    send(desk, post, "", [("0", "0", "50", "100")])
    assert set(boxes(post).values()) == {None}
    assert (now(post).media[0].width, Media.objects.count()) == (160, 2)


def test_each_channel_keeps_its_own(desk, post, facebook, x, tube):
    send(desk, post, facebook, [("0", "0", "50", "100")])
    send(desk, post, x, [("50", "0", "50", "100")])
    assert boxes(post) == {facebook.pk: HALF, x.pk: Box(50.0, 0.0, 50.0, 100.0), tube.pk: None}


def test_what_is_written_for_a_channel_keeps_its_part(desk, post, facebook):
    send(desk, post, facebook, [("0", "0", "50", "100")])
    desk.post(
        f"/granska/{post.pk}/kanaler/{facebook.pk}/", {"version": now(post).pk, "text": "Kort för Facebook."}
    )
    choice = now(post).chosen_channels.get(channel=facebook)
    assert (choice.text, boxes(post)[facebook.pk]) == ("Kort för Facebook.", HALF)


# --- what is refused ------------------------------------------------------------------------------------------


@pytest.fixture
def unmade(monkeypatch, post):
    """Nothing is made, and there is no version after it."""
    monkeypatch.setattr(jobs, "retouched", lambda *_args: pytest.fail("A picture was made."))
    number = now(post).number
    yield
    assert (now(post).number, set(boxes(post).values())) == (number, {None})


@pytest.mark.usefixtures("unmade")
@pytest.mark.parametrize(
    "changes",
    [
        {"turn": "90"},
        {"blur_left": "10", "blur_top": "10", "blur_width": "20", "blur_height": "20"},
        {"face": "0"},
    ],
)
def test_what_is_done_to_the_picture_itself_is_not_done_for_one_channel(desk, post, facebook, changes):
    Media.objects.update(faces=[{"left": 10.0, "top": 20.0, "width": 10.0, "height": 10.0}])
    response = send(desk, post, facebook, [("5", "0", "50", "100")], **changes)
    assert response.status_code == 422
    assert "Sudda och vrid gäller alla kanaler." in text_of(response)
    assert "Beskär sedan för Facebook." in text_of(response)
    html = response.content.decode()
    for name, value in changes.items():
        kept = f'name="{name}" value="{value}"'
        assert kept in html
    assert 'name="crop_left" value="5"' in html
    assert f'name="channel" value="{facebook.pk}" data-box="" checked' in html


@pytest.mark.usefixtures("unmade")
def test_a_channel_that_shows_the_picture_in_a_film_is_not_offered(desk, post, tube):
    assert f'name="channel" value="{tube.pk}"' not in desk.get(where(post)).content.decode()
    response = send(desk, post, tube, [("0", "0", "50", "100")])
    assert response.status_code == 422
    assert "Kanalen är inte vald för inlägget längre." in text_of(response)


@pytest.mark.usefixtures("unmade")
@pytest.mark.parametrize("channel", ["0", "999999", "-1", "x", "1 OR 1=1"])
def test_a_channel_that_is_not_the_posts_is_refused(desk, post, channel):
    assert send(desk, post, channel, [("0", "0", "50", "100")]).status_code == 422


@pytest.mark.usefixtures("unmade")
def test_a_form_that_only_another_channel_has_is_refused(desk, post, facebook):
    response = send(desk, post, facebook, shape="9:16")
    assert response.status_code == 422
    assert "Facebook har andra former. Välj en av dem, eller Fri." in text_of(response)


@pytest.mark.usefixtures("unmade")
@pytest.mark.parametrize(
    ("crop", "said"),
    [
        ([(0, 0, 1, 1)], "Bilden är för liten för att visas."),
        ([("hej", 0, 10, 10)], "Skriv rutornas mått som siffror"),
        ([(0, 0, 50, 50), (1, 1, 50, 50)], "Bilden kan bara beskäras till en ruta."),
        ([], "Inget är ändrat än."),
        ([(0, 0, 100, 100)], "Inget är ändrat än."),
    ],
)
def test_what_makes_no_sense_is_told(desk, post, facebook, crop, said):
    response = send(desk, post, facebook, crop)
    assert response.status_code == 422
    assert said in text_of(response)


def test_who_comes_second_is_told_what_the_first_did(desk, post, facebook, anna):
    late = typed(post, facebook, [("0", "0", "50", "100")])
    desk.post(where(post), typed(post, facebook, [("50", "0", "50", "100")]))
    response = desk.post(where(post), late)
    assert response.status_code == 409
    assert "bilden beskuren: 50 × 100 %, 50 % från vänster" in text_of(response)
    assert boxes(post)[facebook.pk] == Box(50.0, 0.0, 50.0, 100.0)


@pytest.mark.usefixtures("unmade")
def test_nobody_else_crops(post, facebook):
    for person in (post.author, factories.ombudsman(), factories.administrator(), factories.reader()):
        response = signed_in(person).post(where(post), typed(post, facebook, [("0", "0", "50", "100")]))
        assert response.status_code == 403


def test_what_is_approved_is_not_cropped(desk, post, facebook, anna):
    there, late = where(post), typed(post, facebook, [("0", "0", "50", "100")])
    workflow.reject(post, anna, now(post), "too_old", "För gammalt.")
    assert desk.post(there, late).status_code == 409
    assert boxes(post)[facebook.pk] is None


# --- the page of the tools ------------------------------------------------------------------------------------


def test_the_page_opens_with_the_channels_own_box_and_its_forms(desk, post, facebook, x):
    send(desk, post, facebook, [("0", "12.5", "50", "75")])
    html = desk.get(f"{where(post)}?beskar&kanal={facebook.pk}").content.decode()
    assert f'name="channel" value="{facebook.pk}" data-box="0 12.5 50 75" checked' in html
    assert f'name="channel" value="{x.pk}" data-box=""' in html
    assert 'name="crop_top" value="12.5"' in html
    assert '<rect class="stage__crop" x="0" y="30" width="160" height="180"/>' in html
    only_of_x = set(x.adapter_class.limits.shapes) - set(facebook.adapter_class.limits.shapes)
    for shape in only_of_x:
        assert f'data-channels="{x.pk}" hidden><input type="radio" name="shape" value="{shape}"' in html
    assert 'name="crop_top" value=""' in desk.get(where(post)).content.decode()


def test_without_scripts_another_channel_is_shown_with_its_own_and_what_is_typed_goes_along(
    desk, post, facebook, x
):
    send(desk, post, facebook, [("0", "0", "50", "100")])
    send(desk, post, x, [("50", "0", "50", "100")])
    showing = {"intent": "show"}
    others = send(desk, post, x, [("0", "0", "50", "100")], **showing).content.decode()
    assert 'name="crop_left" value="50"' in others
    typed_by_hand = send(desk, post, x, [("7", "0", "50", "100")], **showing).content.decode()
    assert 'name="crop_left" value="7"' in typed_by_hand
    for_all = send(desk, post, "", [("0", "0", "50", "100")], **showing).content.decode()
    assert 'name="crop_left" value=""' in for_all
    assert boxes(post)[x.pk] == Box(50.0, 0.0, 50.0, 100.0)


def test_two_pages_of_one_platform_are_told_apart_by_their_names(desk, post, facebook):
    other = factories.channel(name="Seko Nord")
    factories.for_channels(post, factories.reviewer(), facebook, other)
    Post.objects.get(pk=post.pk)
    page = text_of(desk.get(where(post)))
    assert "Alla kanaler Seko facebook Seko Nord" in page


def test_a_post_for_no_channel_has_no_choice_of_them(desk, post):
    factories.for_channels(post, factories.reviewer())
    assert "Alla kanaler" not in text_of(desk.get(where(post)))


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        ({"turn": "90"}, "Den egna beskärningen för Facebook gällde den förra bilden, och är borttagen."),
        ({"blur_left": "1", "blur_top": "1", "blur_width": "9", "blur_height": "9"}, ""),
    ],
)
def test_whoever_changes_the_picture_for_all_is_told_what_goes_with_it(desk, post, facebook, edits, said):
    send(desk, post, facebook, [("0", "0", "50", "100")])
    page = text_of(send(desk, post, "", **edits))
    assert ("Den egna beskärningen" in page, said in page) == (bool(said), True)
    assert bool(boxes(post)[facebook.pk]) is not bool(said)


# --- where it is shown ----------------------------------------------------------------------------------------


def make() -> None:
    for rendition in Rendition.objects.filter(state="waiting").exclude(ingredients__has_key="text"):
        preparation.make_rendition(preparation.claim_rendition(rendition.pk))


def test_the_review_page_and_the_channels_own_show_the_part_and_lead_to_it(desk, post, facebook, x):
    send(desk, post, facebook, [("0", "0", "50", "100")])
    make()
    part = Rendition.objects.exclude(ingredients__has_key="text").get()
    change = f'href="{where(post)}?beskar&amp;kanal={facebook.pk}">Ändra beskärningen</a>'
    for page in (f"/granska/{post.pk}/", f"/granska/{post.pk}/kanaler/{facebook.pk}/"):
        html = desk.get(page).content.decode()
        assert f'<img class="preview__img" src="/film/{part.recipe}/bild/" width="160"' in html
        assert html.count("Beskuren för Facebook") == 1
        assert html.count(change) == 1
    begin = f'href="{where(post)}?beskar&amp;kanal={x.pk}">Beskär för X (Twitter)</a>'
    assert begin in desk.get(f"/granska/{post.pk}/kanaler/{x.pk}/").content.decode()
    assert begin not in desk.get(f"/granska/{post.pk}/").content.decode()


def test_the_channels_of_films_offer_no_part(desk, post, tube):
    assert "Beskär för YouTube" not in text_of(desk.get(f"/granska/{post.pk}/kanaler/{tube.pk}/"))


def test_whoever_sent_in_sees_the_part_and_no_way_to_change_it(desk, post, facebook, anna):
    send(desk, post, facebook, [("0", "0", "50", "100")])
    make()
    html = signed_in(post.author).get(f"/inlagg/{post.pk}/").content.decode()
    assert "Bilder på Facebook" in html
    assert "beskar&amp;kanal" not in html


def test_a_part_is_for_those_who_may_see_the_picture(desk, post, facebook):
    send(desk, post, facebook, [("0", "0", "50", "100")])
    make()
    part = Rendition.objects.exclude(ingredients__has_key="text").get()
    there = f"/film/{part.recipe}/bild/"
    response = desk.get(there)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "image/jpeg")
    assert b"".join(response.streaming_content).startswith(b"\xff\xd8")
    assert signed_in(factories.ombudsman()).get(there).status_code == 404


@pytest.mark.parametrize("count", [0, 1])
def test_a_part_costs_the_page_nothing(desk, post, facebook, count, django_assert_num_queries):
    if count:
        send(desk, post, facebook, [("0", "0", "50", "100")])
    there = where(post)
    desk.get(there)
    with django_assert_num_queries(11):
        desk.get(there)
