"""The policy is read before the first submission and again when it changes, by whatever way somebody sends in."""

from functools import partial

import pytest
from django.db import connection
from django.urls import reverse

from accounts import first_policy, markup, policy
from accounts.models import Acknowledgement, Notice, PolicyVersion
from audit.models import Entry
from posts import rules, workflow
from posts.models import Status
from tests import factories
from tests.pages import signed_in, text_of
from tests.together import press

pytestmark = pytest.mark.django_db
WORDS = {"text": "## Ett\n\nFråga alla.", "text_en": "", "news": "", "news_en": ""}


@pytest.fixture
def mona():
    return factories.administrator()


@pytest.fixture
def karin():
    return factories.ombudsman()


@pytest.fixture
def in_force(mona):
    return policy.publish(mona, 1, 0, WORDS)


def submit(person, post) -> object:
    """By the page's form, with nothing changed."""
    draft = post.draft
    typed = {"client_id": str(post.client_id), "text": draft.text, "people": draft.people, "intent": "submit"}
    return signed_in(person).post(reverse("posts:edit", args=[post.pk]), typed)


# --- before anything is sent in -----------------------------------------------------------------------------


def test_nothing_is_asked_before_there_is_a_policy(karin):
    post = factories.submitted(karin)
    assert (post.status, policy.to_read_by(karin)) == (Status.IN_REVIEW, None)


def test_a_draft_is_written_and_nothing_is_sent_in_before_the_policy_is_read(karin, in_force):
    post = factories.draft(karin, media=[])
    with pytest.raises(workflow.RefusedError, match="Läs policyn innan"):
        workflow.submit(post, karin)
    post.refresh_from_db()
    assert (post.status, post.submitted_at, post.transitions.count()) == (Status.DRAFT, None, 0)
    policy.acknowledge(karin, 1)
    workflow.submit(post, karin)
    post.refresh_from_db()
    assert post.status == Status.IN_REVIEW


def test_it_is_said_before_anything_is_written_and_how_long_it_takes(karin, in_force):
    page, words = signed_in(karin), "Läs policyn innan du skickar in. Det tar en minut. Läs policyn"
    new = page.get("/nytt/?handelse=7")
    assert words in text_of(new)
    assert f'href="{reverse("accounts:policy")}?next=/nytt/%3Fhandelse%3D7"' in new.content.decode()
    home = page.get("/hem/").content.decode()
    assert 0 < home.index('id="las-policyn"') < home.index("data-install")
    policy.acknowledge(karin, 1)
    assert "Läs policyn" not in text_of(page.get("/nytt/"))


@pytest.mark.parametrize(("words", "minutes"), [(0, 1), (250, 1), (310, 2), (800, 4)])
def test_how_long_it_takes_is_counted(words, minutes):
    assert PolicyVersion(text="ord " * words).minutes == minutes


def test_whoever_presses_is_led_to_the_policy_and_from_it_back_to_what_they_wrote(karin, in_force):
    post = factories.draft(karin, media=[])
    back = reverse("posts:edit", args=[post.pk])
    page = submit(karin, post)
    assert (page.status_code, page.url) == (302, reverse("accounts:policy", query={"next": back}))
    read = signed_in(karin).get(page.url)
    assert "Jag har läst policyn och följer den" in text_of(read)
    said = signed_in(karin).post(reverse("accounts:acknowledge_policy"), {"number": 1, "next": back})
    assert said.url == back
    post.draft.refresh_from_db()
    assert post.draft.text == factories.TEXT
    assert submit(karin, post).url == reverse("posts:sent", args=[post.pk])


def test_the_phones_outbox_is_told_in_json_and_keeps_what_it_has(karin, in_force):
    post = factories.draft(karin, media=[])
    typed = {
        "client_id": str(post.client_id),
        "text": post.draft.text,
        "people": "nobody",
        "intent": "submit",
    }
    page = signed_in(karin).post(
        reverse("posts:edit", args=[post.pk]), typed, headers={"Accept": "application/json"}
    )
    assert page.status_code == 409
    assert page.json()["url"].startswith(reverse("accounts:policy"))
    assert page.json()["label"] == "Läs policyn"
    post.refresh_from_db()
    assert post.status == Status.DRAFT


def test_what_changed_is_read_again_with_what_is_new_on_top(karin, mona, in_force):
    policy.acknowledge(karin, 1)
    policy.publish(mona, 2, 0, WORDS | {"text": "Två.", "news": "Numera **frågar** vi alltid."})
    assert (
        rules.why_not_submit(karin)
        == "Policyn har ändrats. Läs den innan du skickar in. Det du skrev är sparat."
    )
    page = signed_in(karin).get(reverse("accounts:policy"))
    assert "Det här är nytt" in text_of(page)
    assert "<strong>frågar</strong>" in page.content.decode()
    policy.acknowledge(karin, 2)
    assert rules.why_not_submit(karin) is None
    assert Acknowledgement.objects.filter(person=karin).count() == 2


def test_a_press_on_an_old_page_acknowledges_nothing(karin, mona, in_force):
    policy.publish(mona, 2, 0, WORDS)
    page = signed_in(karin).post(reverse("accounts:acknowledge_policy"), {"number": 1}, follow=True)
    assert "Policyn ändrades medan du läste." in text_of(page)
    assert not Acknowledgement.objects.filter(person=karin).exists()


def test_saying_it_twice_is_saying_it_once(karin, in_force):
    for _ in range(2):
        policy.acknowledge(karin, 1)
    assert Acknowledgement.objects.filter(person=karin).count() == 1
    assert Entry.objects.filter(verb="policy.acknowledged", actor_id=karin.pk).count() == 1


@pytest.mark.parametrize("elsewhere", ["https://evil.test/", "//evil.test/", "javascript:alert(1)"])
def test_the_way_back_leads_to_no_other_site(karin, in_force, elsewhere):
    page = signed_in(karin).post(reverse("accounts:acknowledge_policy"), {"number": 1, "next": elsewhere})
    assert page.url == reverse("home")
    assert f'"{elsewhere}"' not in signed_in(karin).get(f"/policy/?next={elsewhere}").content.decode()


def test_everybody_is_told_that_there_is_something_to_read(karin, mona):
    gone = factories.ombudsman(is_active=False)
    policy.publish(mona, 1, 0, WORDS)
    told = set(Notice.objects.filter(kind="policy_changed").values_list("person", flat=True))
    assert (karin.pk in told, gone.pk in told, mona.pk in told) == (True, False, False)


# --- writing it ---------------------------------------------------------------------------------------------


def test_the_first_one_begins_with_a_summary_of_our_own(mona):
    page = signed_in(mona).get(reverse("accounts:write_policy"))
    assert page.context["form"].initial["text"] == first_policy.TEXT
    assert not PolicyVersion.objects.exists()
    assert "Varför vi är där" in text_of(signed_in(mona).get(reverse("accounts:policy")))


def typed(number=1, revision=0, intent="save", **words) -> dict:
    return WORDS | {"number": number, "revision": revision, "intent": intent} | words


def test_a_reviewer_writes_and_an_administrator_publishes(mona):
    anna, where = factories.reviewer(), reverse("accounts:write_policy")
    assert signed_in(anna).post(where, typed()).status_code == 302
    refused = signed_in(anna).post(where, typed(revision=1, intent="publish"))
    assert (refused.status_code, policy.in_force()) == (403, None)
    assert signed_in(mona).post(where, typed(revision=1, intent="publish")).status_code == 302
    assert policy.in_force().text == WORDS["text"]
    assert list(
        Entry.objects.filter(verb__startswith="policy").order_by("number").values_list("verb", flat=True)
    ) == [
        "policy.saved",
        "policy.saved",
        "policy.published",
    ]


def test_two_who_write_at_once_do_not_write_over_each_other(mona):
    anna, where = factories.reviewer(name="Anna Lind"), reverse("accounts:write_policy")
    signed_in(anna).post(where, typed(text="Annas text"))
    late = signed_in(mona).post(where, typed(text="Monas text"))
    assert late.status_code == 409
    said = text_of(late)
    assert "Anna Lind sparade medan du skrev." in said
    assert ("Annas text" in said, "Monas text" in late.content.decode()) == (True, True)
    assert policy.being_written().text == "Annas text"
    again = {name: late.context["form"][name].value() for name in ("number", "revision", "text")}
    assert signed_in(mona).post(where, typed(**again)).status_code == 302
    assert policy.being_written().text == "Monas text"


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time anyway")
@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("_turn", range(3))
def test_of_several_who_publish_at_once_one_does_and_the_others_are_shown_it(mona, is_first, _turn):
    if not is_first:
        policy.save(mona, 1, 0, WORDS)
    people = [mona, *(factories.administrator() for _ in range(3))]
    words = {person: WORDS | {"text": f"## {person.pk}"} for person in people}
    revision = 0 if is_first else 1
    outcomes = press(*[partial(policy.publish, each, 1, revision, words[each]) for each in people])
    [published] = [item for item in outcomes if not isinstance(item, policy.WrittenMeanwhileError)]
    [version] = PolicyVersion.objects.all()
    assert (version, version.published_by) == (published, version.saved_by)
    assert (version.number, version.text) == (1, f"## {version.published_by.pk}")
    assert [item.person for item in Acknowledgement.objects.all()] == [version.published_by]
    assert Entry.objects.filter(verb="policy.published").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time anyway")
def test_read_on_two_devices_at_once_it_is_read_once(karin, in_force):
    assert press(*[partial(policy.acknowledge, karin, 1)] * 4) == [in_force] * 4
    assert Acknowledgement.objects.filter(person=karin).count() == 1
    assert Entry.objects.filter(verb="policy.acknowledged").count() == 1


def test_what_is_published_is_not_written_any_more(mona, in_force):
    with pytest.raises(policy.WrittenMeanwhileError):
        policy.save(mona, 1, in_force.revision, WORDS | {"text": "Annat"})
    assert policy.in_force().text == WORDS["text"]


def test_a_preview_saves_nothing(mona):
    page = signed_in(mona).post(
        reverse("accounts:write_policy"), typed(intent="preview", text="## Nytt\n\n- Ett")
    )
    assert "<h2>Nytt</h2>" in page.content.decode()
    assert not PolicyVersion.objects.exists()


def test_nobody_publishes_what_they_have_not_seen(mona):
    where, publishes = reverse("accounts:write_policy"), 'value="publish"'
    assert publishes not in signed_in(mona).get(where).content.decode()
    seen = signed_in(mona).post(where, typed(intent="preview")).content.decode()
    assert (publishes in seen, "Publicera version 1" in seen) == (True, True)
    page = signed_in(mona).post(where, typed(intent="publish"), follow=True)
    assert "Version 1 av policyn är publicerad." in text_of(page)


def test_what_is_typed_is_never_markup_of_the_page():
    html = markup.rendered("## <b>A</b>\nText <script>x</script>\n\n- **fet** & vanlig\n- [a](javascript:b)")
    assert html == (
        "<h2>&lt;b&gt;A&lt;/b&gt;</h2><p>Text &lt;script&gt;x&lt;/script&gt;</p>\n"
        "<ul><li><strong>fet</strong> &amp; vanlig</li><li>[a](javascript:b)</li></ul>"
    )
