"""Finding posts by words, in Swedish, on either database."""

import pytest

from posts import search, workflow
from posts.manuscript import ChannelText
from posts.models import Findable, Post
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker")]


@pytest.fixture
def umea():
    return factories.ombudsman(name="Åsa Öberg", region="Västerbotten")


@pytest.fixture
def post(umea):
    return factories.submitted(umea, text="Älvsbyns ÅKERI: nattskiftet på Öresundsbron.", media=[])


def found(reader, asked: str) -> list[int]:
    return list(search.posts(reader, asked).order_by("pk").values_list("pk", flat=True))


@pytest.mark.parametrize(
    "asked",
    [
        "åkeri",
        "ÅKERI",
        "Älvsbyn",
        "älvsbyn",
        "ÖRESUNDSBRON",
        "resunds",
        "åsa",
        "ÖBERG",
        "västerbotten",
        "VÄSTERBOTTEN",
        "åkeri åsa västerb",
        "a\u030akeri",
        "A\u030aKERI",
        "  åkeri   nattskiftet ",
    ],
)
def test_capitals_and_small_letters_are_the_same(anna, post, asked):
    assert found(anna, asked) == [post.pk]


@pytest.mark.parametrize("asked", ["akeri", "alvsbyn", "oresund", "asa", "oberg", "vasterbotten"])
def test_a_letter_with_a_ring_or_dots_is_a_letter_of_its_own(anna, post, asked):
    assert found(anna, asked) == []


@pytest.mark.parametrize(
    "asked", ["", "   ", "\x00", "åkeri finnsinte", "%", "_", "\\", "å%i", "å_eri", "' OR 1=1 --"]
)
def test_what_is_not_there_is_not_found_and_no_sign_means_anything(anna, post, asked):
    assert found(anna, asked) == []


def test_a_percent_sign_is_found_as_what_it_is(anna, umea):
    post = factories.submitted(umea, text="Lönen höjs 3,4 % i maj_juni.", media=[])
    assert found(anna, "3,4 %") == found(anna, "maj_juni") == [post.pk]


def test_the_titles_and_texts_of_channels_are_found(anna, umea):
    channel = factories.channel("youtube")
    post = factories.submitted(umea, media=[])
    version = post.current_version
    texts = (ChannelText(channel.pk, text="Kort till X", title="Nattåg på film"),)
    workflow.edit(post, anna, version, version.manuscript().replaced(channels=texts))
    assert found(anna, "nattåg") == found(anna, "kort till") == [post.pk]


def test_what_follows_on_a_channel_is_found_too(anna, umea):
    post = factories.submitted(umea, media=[])
    own = {"thread": ("Först om lönen.", "Sedan om Åreda."), "first_comment": "Anmäl dig i Östersund."}
    factories.for_channels(post, anna, factories.channel(), **own)
    assert found(anna, "åreda") == found(anna, "östersund") == [post.pk]


def test_an_edit_is_found_by_its_new_words_alone(anna, post):
    version = post.current_version
    workflow.edit(post, anna, version, version.manuscript().replaced(text="Helt nya ord."))
    assert found(anna, "nya ord") == [post.pk]
    assert found(anna, "nattskiftet") == []
    assert Findable.objects.count() == 1


def test_posts_of_every_state_are_found(anna, umea):
    facebook = factories.channel()
    texts = [f"Bangården nr {number}." for number in range(4)]
    posts = [factories.submitted(umea, text=text, media=[]) for text in texts]
    workflow.request_changes(posts[0], anna, posts[0].current_version, "Vem är det?")
    workflow.reject(posts[1], anna, posts[1].current_version, "irrelevant", "Nej.")
    workflow.withdraw(posts[2], umea)
    factories.approved(posts[3], anna, facebook)
    assert found(anna, "bangården") == [post.pk for post in posts]


def test_somebodys_new_name_is_found_at_once(anna, post, umea):
    umea.name = "Åsa Lind"
    umea.save()
    assert found(anna, "lind") == [post.pk]
    assert found(anna, "öberg") == []


# --- for whom -------------------------------------------------------------------------------------------------


def test_an_ombudsman_finds_only_what_is_theirs(post, umea):
    assert found(umea, "åkeri") == [post.pk]
    assert found(factories.ombudsman(), "åkeri") == []
    assert found(factories.administrator(), "åkeri") == []
    assert found(factories.reader(), "åkeri") == [post.pk]


def test_a_draft_is_found_by_its_author_alone(anna, umea):
    draft = factories.draft(umea, text="Hemliga ärtor.", media=[])
    assert found(umea, "ÄRTOR") == found(umea, "ärtor åsa") == [draft.pk]
    assert found(anna, "ärtor") == []


def test_what_an_author_changes_meanwhile_is_found_by_them_alone(anna, post, umea):
    workflow.request_changes(post, anna, post.current_version, "Vem är det?")
    Post.objects.get(pk=post.pk).draft.__class__.objects.update(text="Helt annat, ärtor.")
    assert found(umea, "ärtor") == [post.pk]
    assert found(anna, "ärtor") == []
    assert found(anna, "åkeri") == [post.pk]


def test_what_was_withdrawn_before_it_was_prepared_is_never_found_by_others(anna, umea):
    post = factories.submitted(umea, text="Ärtor.", media=[factories.unprepared(umea)])
    assert found(umea, "ärtor") == [post.pk]
    workflow.withdraw(post, umea)
    assert found(anna, "ärtor") == []


# --- the page -------------------------------------------------------------------------------------------------


def test_the_page_shows_what_is_found_and_keeps_the_words(desk, post):
    page = desk.get("/sok/", {"q": "ÅKERI"})
    assert "Älvsbyns ÅKERI" in text_of(page)
    assert 'value="ÅKERI"' in page.content.decode()


def test_the_page_says_when_there_is_nothing(desk, post):
    assert "Inget inlägg har alla de orden." in text_of(desk.get("/sok/?q=finnsinte"))
    assert "Inget inlägg" not in text_of(desk.get("/sok/"))


@pytest.mark.parametrize("count", [1, 50])
def test_the_page_costs_the_same_however_much_is_found(desk, umea, count, django_assert_num_queries):
    factories.channel(is_preselected=True)
    for number in range(count):
        factories.submitted(umea, text=f"Bangården {number}", media=[])
    desk.get("/sok/?q=bang")
    # Session, person, roles twice; the people, one's own drafts, the posts, their channels and publications; the queue,
    # what is unread, the stop.
    with django_assert_num_queries(12):
        page = desk.get("/sok/?q=bang")
    assert len(page.context["rows"]) == min(count, 30)
    if count > 30:
        older = desk.get("/sok/?" + page.context["older"])
        assert len(older.context["rows"]) == count - 30


def test_an_ombudsman_has_the_page_in_the_phones_shell(umea, post):
    page = signed_in(umea).get("/sok/?q=åkeri")
    assert "Älvsbyns ÅKERI" in text_of(page)
    assert 'class="tabbar"' in page.content.decode()
