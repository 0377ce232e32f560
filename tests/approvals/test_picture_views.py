"""A picture at the desk: seen as large as the screen, cropped, turned and blurred, by reviewers and nobody else."""

from dataclasses import replace

import pytest

from channels import adapters
from posts import retouching, workflow
from posts.media import faces, jobs
from posts.media.edits import Box, Edits
from posts.models import Media, MediaKind, Post
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker")]

FACES = [
    {"left": 10.0, "top": 20.0, "width": 10.0, "height": 10.0},
    {"left": 60.0, "top": 20.0, "width": 10.0, "height": 10.0},
]


@pytest.fixture
def karin():
    return factories.ombudsman()


@pytest.fixture
def post(karin):
    return factories.submitted(karin, media=[a_picture(karin)])


@pytest.fixture
def never_made(monkeypatch):
    monkeypatch.setattr(jobs, "retouched", lambda *_args: pytest.fail("A picture was made."))


def a_picture(owner, size=(320, 240)):
    return factories.picture(owner, factories.jpeg(size=size), width=size[0], height=size[1])


def shown(post: Post) -> list[Media]:
    return Post.objects.get(pk=post.pk).current_version.media


def where(post: Post, number: int = 0, what: str = "") -> str:
    return f"/granska/{post.pk}/bild/{shown(post)[number].pk}/{what}"


def typed(post: Post, blur=(), crop=(), **changes) -> dict:
    """What the form sends: four lists of numbers for each kind of box."""
    parts = ("left", "top", "width", "height")
    boxes = {
        f"{name}_{part}": [box[place] for box in given]
        for name, given in (("blur", blur), ("crop", crop))
        for place, part in enumerate(parts)
    }
    return (
        {"version": Post.objects.get(pk=post.pk).current_version_id, "turn": "0", "intent": "save"}
        | boxes
        | changes
    )


# --- saving ---------------------------------------------------------------------------------------------------


def test_a_blur_becomes_the_next_version_and_leads_back_to_the_post(desk, post, anna):
    response = desk.post(where(post), typed(post, blur=[("10", "10,5", "30", "30")]), follow=True)
    assert response.redirect_chain == [(f"/granska/{post.pk}/", 302)]
    assert "Rutan är suddad. Den gamla bilden går inte att få tillbaka." in text_of(response)
    (new,) = shown(post)
    assert new.edits == [
        {"blur": [{"left": 10, "top": 10.5, "width": 30, "height": 30}], "crop": None, "turn": 0}
    ]
    assert (new.made_by, Post.objects.get(pk=post.pk).current_version.number) == (anna, 2)


def test_whoever_blurs_a_person_is_reminded_of_the_question_about_people(desk, karin):
    post = factories.submitted(karin, media=[a_picture(karin)], people="all_said_yes", minors="nobody")
    response = desk.post(where(post), typed(post, blur=[(1, 1, 9, 9)]), follow=True)
    assert "Kan ingen kännas igen längre? Svara då Nej på frågan om det." in text_of(response)
    assert Post.objects.get(pk=post.pk).current_version.people == "all_said_yes"


def test_all_is_done_in_one_saving(desk, post):
    desk.post(where(post), typed(post, blur=[(0, 0, 10, 10)], crop=[(50, 0, 50, 100)], turn="90"))
    (new,) = shown(post)
    assert (new.width, new.height) == (240, 160)


@pytest.mark.parametrize(
    ("shape", "turn", "size"),
    [
        ("4:5", "0", (192, 240)),
        ("1:1", "0", (240, 240)),
        ("1.91:1", "0", (320, 168)),
        ("4:5", "90", (240, 300)),
        ("16:9", "270", (240, 136)),
    ],
)
def test_without_a_box_a_form_is_taken_out_of_the_middle(desk, post, monkeypatch, shape, turn, size):
    all_shapes = ("4:5", "1:1", "1.91:1", "16:9")
    monkeypatch.setattr(adapters.ADAPTERS["facebook"], "limits", with_shapes(all_shapes))
    factories.for_channels(post, factories.reviewer(), factories.channel())
    desk.post(where(post), typed(post, shape=shape, turn=turn))
    (new,) = shown(post)
    assert new.width == pytest.approx(size[0], abs=2)
    assert new.height == pytest.approx(size[1], abs=2)


def with_shapes(shapes):
    return replace(adapters.ADAPTERS["facebook"].limits, shapes=shapes)


def test_the_forms_offered_are_those_of_the_chosen_channels(desk, post, monkeypatch):
    monkeypatch.setattr(adapters.ADAPTERS["facebook"], "limits", with_shapes(("4:5",)))
    factories.for_channels(post, factories.reviewer(), factories.channel(), factories.channel("x"))
    page = text_of(desk.get(where(post)))
    assert "4:5 (Facebook)" in page
    assert "16:9 (X (Twitter))" in page
    assert "9:16" not in page


def test_saving_nothing_is_told_and_makes_no_version(desk, post, never_made):
    response = desk.post(where(post), typed(post))
    assert response.status_code == 422
    assert "Inget är ändrat än." in text_of(response)
    assert Post.objects.get(pk=post.pk).current_version.number == 1


def test_showing_draws_the_boxes_and_saves_nothing(desk, post, never_made):
    """For those without scripts."""
    page = desk.post(where(post), typed(post, blur=[(50, 50, 25, 25)], turn="90", intent="show"))
    assert page.status_code == 200
    html = page.content.decode()
    assert '<rect class="stage__blur" x="160" y="120" width="80" height="60"/>' in html
    assert 'viewBox="0 0 240 320"' in html
    assert 'transform="translate(240 0) rotate(90)"' in html
    assert 'name="blur_left" value="50"' in html


# --- hostile input --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "box",
    [
        ("nan", "0", "10", "10"),
        ("inf", "0", "10", "10"),
        ("1e400", "0", "10", "10"),
        ("0", "0", "99999", "10"),
        ("0", "0", "-5", "10"),
        ("100", "0", "10", "10"),
        ("-50", "0", "20", "20"),
        ("0", "0", "0.01", "50"),
        ("0", "0", "0", "0"),
        ("hej", "0", "10", "10"),
        ("1", "1", "1", ""),
        ("0x10", "0", "10", "10"),
        ("9" * 4000, "0", "10", "10"),
        ("<script>", "\0", "10", "10"),
    ],
)
@pytest.mark.parametrize("name", ["blur", "crop"])
def test_a_box_that_makes_no_sense_is_told_and_nothing_is_made(desk, post, never_made, name, box):
    response = desk.post(where(post), typed(post, **{name: [box]}))
    assert response.status_code == 422
    assert "<script>" not in response.content.decode().split("<form")[-1]
    assert Post.objects.get(pk=post.pk).current_version.number == 1
    assert Media.objects.count() == 1


def test_a_box_that_reaches_over_the_edge_ends_there(desk, post):
    desk.post(where(post), typed(post, blur=[("-5", "90", "20", "50")]))
    assert shown(post)[0].edits[0]["blur"] == [{"left": 0, "top": 90, "width": 15, "height": 10}]


@pytest.mark.parametrize("count", [61, 200])
def test_boxes_can_be_too_many(desk, post, never_made, count):
    response = desk.post(where(post), typed(post, blur=[(1, 1, 5, 5)] * count))
    assert response.status_code == 422
    assert "Högst 60 rutor." in text_of(response)


def test_a_thousand_boxes_are_not_even_read(desk, post, never_made):
    assert desk.post(where(post), typed(post, blur=[(1, 1, 5, 5)] * 1000)).status_code == 400


def test_lists_of_different_lengths_are_no_boxes(desk, post, never_made):
    response = desk.post(where(post), typed(post, blur=[(1, 1, 5, 5)]) | {"blur_top": ["1", "2"]})
    assert response.status_code == 422


@pytest.mark.parametrize("changes", [{"turn": "45"}, {"turn": "nan"}, {"shape": "0:0"}, {"shape": "3:7"}])
def test_a_turn_or_form_that_is_not_offered_is_refused(desk, post, never_made, changes):
    assert desk.post(where(post), typed(post, blur=[(1, 1, 5, 5)], **changes)).status_code == 422


def test_a_crop_that_leaves_too_little_is_told(desk, post):
    response = desk.post(where(post), typed(post, crop=[(0, 0, 1, 1)]))
    assert response.status_code == 422
    assert "Bilden är för liten för att visas." in text_of(response)
    assert Media.objects.count() == 1


# --- what it is about -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["", "stor/"])
def test_another_posts_picture_and_a_film_have_no_tools(desk, post, karin, what):
    foreign = shown(factories.submitted(karin, media=[a_picture(karin)]))[0]
    film = factories.picture(karin, kind=MediaKind.FILM)
    filmed = factories.submitted(karin, media=[film])
    for address in (
        f"/granska/{post.pk}/bild/{foreign.pk}/{what}",
        f"/granska/{filmed.pk}/bild/{film.pk}/{what}",
    ):
        assert desk.get(address).status_code in (302, 404)
        assert b"verktyg" not in desk.get(address).content
    assert desk.get(f"/granska/{post.pk}/bild/{foreign.pk}/{what}").status_code == 404


@pytest.mark.parametrize("what", ["", "stor/"])
def test_what_is_no_longer_reviewed_is_left_alone(desk, post, anna, never_made, what):
    there = where(post, what=what)
    sent = typed(post, blur=[(1, 1, 5, 5)])
    workflow.reject(post, anna, post.current_version, "too_old", "För gammalt.")
    response = desk.get(there)
    assert (response.status_code, response.url) == (302, f"/granska/{post.pk}/")
    if not what:
        assert desk.post(there, sent).status_code == 409


def test_of_two_reviewers_the_later_is_told_who_and_what(desk, post, anna):
    johan = factories.reviewer(name="Johan Berg")
    there, late = where(post), typed(post, turn="90")
    retouching.save(post, johan, post.current_version, shown(post)[0], blur())

    response = desk.post(there, late)

    assert response.status_code == 409
    assert "Johan" in text_of(response)
    assert "suddad" in text_of(response)
    assert Post.objects.get(pk=post.pk).current_version.number == 2


def test_a_text_that_changed_meanwhile_is_not_overwritten(desk, post, never_made):
    late = typed(post, turn="90")
    factories.for_channels(post, factories.reviewer(name="Johan Berg"), factories.channel())
    assert desk.post(where(post), late).status_code == 409
    assert Media.objects.count() == 1


def blur():
    return Edits(blur=(Box(1, 1, 30, 30),))


# --- faces ----------------------------------------------------------------------------------------------------


def test_faces_are_looked_for_once_and_only_suggested(desk, post, monkeypatch):
    looked = []
    monkeypatch.setattr(jobs, "faces_in", lambda _master: looked.append(1) or FACES)

    for _ in range(2):
        assert desk.post(where(post, what="ansikten/")).status_code == 302

    page = desk.get(where(post))
    assert len(looked) == 1
    assert page.content.decode().count("Förslag: ansikte") >= 2
    assert page.content.decode().count('class="stage__face"') == 2
    assert 'class="stage__blur"' not in page.content.decode()
    assert Post.objects.get(pk=post.pk).current_version.number == 1


def test_accepted_faces_are_blurred_and_the_others_not(desk, post):
    Media.objects.update(faces=FACES)
    desk.post(where(post), typed(post, face=["1", "7", "hej"]))
    (new,) = shown(post)
    assert new.edits[0]["blur"] == [FACES[1]]
    assert new.faces is None


def test_where_faces_cannot_be_looked_for_the_tools_work(desk, post, monkeypatch):
    monkeypatch.setattr(jobs, "faces_in", lambda _master: None)
    response = desk.post(where(post, what="ansikten/"), HTTP_HX_REQUEST="true")
    assert "Servern kan inte leta efter ansikten." in text_of(response)
    assert shown(post)[0].faces is None
    assert desk.post(where(post), typed(post, blur=[(1, 1, 9, 9)])).status_code == 302


def test_a_picture_without_faces_says_so(desk, post):
    Media.objects.update(faces=[])
    assert "Inga ansikten hittades." in text_of(desk.get(where(post)))
    assert faces.SURE > 0


# --- looking --------------------------------------------------------------------------------------------------


def test_as_large_as_the_screen_with_five_things_to_look_for_and_the_way_to_the_next(desk, karin):
    post = factories.submitted(karin, media=[a_picture(karin) for _ in range(3)])
    page = desk.get(where(post, 1, "stor/"))
    assert page.content.decode().count('type="checkbox"') == 5
    assert f'href="{where(post, 0, "stor/")}" data-key="k"' in page.content.decode()
    assert f'href="{where(post, 2, "stor/")}" data-key="j"' in page.content.decode()
    assert f'src="/media/{shown(post)[1].pk}/master/"' in page.content.decode()
    assert "Bild 2 av 3" in text_of(page)


def test_the_review_page_has_the_tools(desk, post):
    html = desk.get(f"/granska/{post.pk}/").content.decode()
    assert f'href="{where(post, what="stor/")}" data-key="v"' in html
    assert f'href="{where(post)}"' in html
    assert f'href="{where(post)}?beskar"' in html


@pytest.mark.parametrize(
    ("platforms", "most"),
    [
        (("facebook", "x"), "3 av 700 tecken (Facebook)"),
        (("x",), "3 av 1000 tecken (X (Twitter))"),
        ((), "3 av 1000 tecken"),
    ],
)
def test_a_description_is_counted_by_the_chosen_channel_with_the_least_room(
    desk, post, monkeypatch, platforms, most
):
    limits = replace(adapters.ADAPTERS["facebook"].limits, alt_text=700)
    monkeypatch.setattr(adapters.ADAPTERS["facebook"], "limits", limits)
    chosen = [factories.channel(platform) for platform in platforms]
    factories.for_channels(post, factories.reviewer(), *chosen, alt_text="åäö")
    page = text_of(desk.get(f"/granska/{post.pk}/"))
    assert most in page
    assert "Så skriver du en bra bildbeskrivning" in page


@pytest.mark.parametrize("count", [1, 6])
def test_the_tools_cost_the_same_however_many_pictures(desk, karin, count, django_assert_num_queries):
    post = factories.submitted(karin, media=[a_picture(karin) for _ in range(count)])
    there = where(post)
    desk.get(there)
    with django_assert_num_queries(11):
        desk.get(there)


def test_nobody_else_gets_at_the_tools(post, karin, never_made):
    for person in (karin, factories.ombudsman(), factories.administrator(), factories.reader()):
        client = signed_in(person)
        for what in ("", "stor/"):
            assert client.get(where(post, what=what)).status_code == 403
        assert client.post(where(post), typed(post, turn="90")).status_code == 403
        assert client.post(where(post, what="ansikten/")).status_code == 403
