"""May one take pictures here? Where it is asked, what an answer stops, and that no place is kept."""

import uuid

import pytest
from django.contrib.admin.sites import site as admin_site

from accounts.models import Branch
from posts import blockers, places, workflow
from posts.models import Event, Post, Site, Status
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("put_in_broker")]

QUESTION = "Får man fota här?"


def from_a_branch(asks: bool = True):
    branch = Branch.objects.create(name="Kriminalvård", asks_about_site=asks)
    return factories.ombudsman(branch=branch)


def sent_in(page, **changes):
    given = {"client_id": str(uuid.uuid4()), "text": "Hej", "people": "nobody", "intent": "submit"}
    return page.post("/nytt/", given | changes)


@pytest.mark.parametrize(
    ("branch", "always", "event", "is_asked"),
    [
        (None, False, None, False),
        (False, False, None, False),
        (True, False, None, True),
        (False, True, None, True),
        (None, True, None, True),
        (False, False, False, False),
        (False, False, True, True),
    ],
)
def test_a_branch_an_event_or_the_person_wants_it_asked(branch, always, event, is_asked):
    group = None if branch is None else Branch(name="Post", asks_about_site=branch)
    person = factories.ombudsman(always_asks_about_site=always)
    person.branch = group
    about = None if event is None else Event(asks_about_site=event)
    assert places.is_asked(person, about) == is_asked


def test_who_is_not_asked_has_no_question_and_the_camera_opens_at_once():
    page = signed_in(factories.ombudsman())
    assert QUESTION not in text_of(page.get("/nytt/"))
    assert 'data-pick="image/*" data-camera' in page.get("/hem/").content.decode()


def test_who_is_asked_meets_the_question_before_the_camera_with_nothing_chosen():
    page = signed_in(from_a_branch())
    home = page.get("/hem/").content.decode()
    assert 'href="/nytt/plats/?med=kamera"' in home
    assert "data-pick" not in home
    asked = text_of(page.get("/nytt/plats/?med=kamera"))
    assert all(words in asked for words in (QUESTION, "Ja", "Nej, fotoförbud", "Vet inte"))
    form = page.get("/nytt/").context["form"]
    assert (form.is_site_asked, form["site"].value()) == (True, None)


def test_anybody_may_want_to_be_asked_each_time():
    page = signed_in(factories.ombudsman())
    assert "Får man fota här? Vi frågar när din bransch eller händelsen kräver det." in text_of(
        page.get("/mer/")
    )
    page.post("/mer/fotofragan/", {"yes": "1"})
    assert "Fråga inte varje gång" in text_of(page.get("/mer/"))
    assert page.get("/nytt/").context["form"].is_site_asked
    page.post("/mer/fotofragan/")
    assert not page.get("/nytt/").context["form"].is_site_asked


def test_where_the_branch_asks_it_is_said_and_not_switched_off():
    mer = text_of(signed_in(from_a_branch()).get("/mer/"))
    assert "Du hör till Kriminalvård och får frågan ”Får man fota här?” före varje bild." in mer
    assert "Fråga inte varje gång" not in mer


def test_no_and_dont_know_lead_on_without_a_picture():
    page = signed_in(from_a_branch())
    no = page.get("/nytt/plats/nej/")
    assert "Att fota ett skyddsobjekt med fotoförbud kan vara ett brott, även av misstag." in text_of(no)
    assert all(words in text_of(no) for words in ("Skriv utan bild", "Jag har tillstånd"))
    unclear = text_of(page.get("/nytt/plats/vet-inte/"))
    assert "Spara ett utkast, så hör kommunikationsgruppen av sig." in unclear
    assert page.get("/nytt/?plats=forbidden").context["form"]["site"].value() == Site.FORBIDDEN
    assert page.get("/nytt/?plats=nonsens").context["form"]["site"].value() is None


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "Svara på om man får fota där bilden är tagen."),
        ({"site": Site.FORBIDDEN}, "Skriv vilket tillstånd du har, eller ta bort bilden."),
        ({"site": Site.FORBIDDEN, "permit": "   "}, "Skriv vilket tillstånd du har, eller ta bort bilden."),
        ({"site": Site.UNKNOWN}, "Vänta med bilden. Ta bort den, och spara ett utkast så länge."),
    ],
)
def test_a_picture_is_not_sent_in_without_an_answer_that_allows_it(given, sentence):
    karin = from_a_branch()
    answer = sent_in(signed_in(karin), media=str(factories.picture(karin).pk), **given)
    post = Post.objects.get()
    assert (answer.status_code, post.status) == (422, Status.DRAFT)
    assert sentence in text_of(answer)
    assert f'href="/inlagg/{post.pk}/radera-genast/"' in answer.content.decode()


@pytest.mark.parametrize(
    "given", [{"site": Site.ALLOWED}, {"site": Site.FORBIDDEN, "permit": "Kriminalvården 2026:114"}]
)
def test_a_picture_that_may_be_taken_is_sent_in(given):
    karin = from_a_branch()
    sent_in(signed_in(karin), media=str(factories.picture(karin).pk), **given)
    version = Post.objects.get().current_version
    assert {"site": version.site, "permit": version.permit} == {"permit": ""} | given


@pytest.mark.parametrize("site", ["", *Site.values])
def test_words_alone_are_sent_in_whatever_was_answered(site):
    sent_in(signed_in(from_a_branch()), site=site)
    assert Post.objects.get().status == Status.IN_REVIEW


def test_who_is_not_asked_is_stopped_by_an_answer_all_the_same():
    """A reviewer may have given it: then it came back with the post."""
    karin = factories.ombudsman()
    post = factories.draft(karin, media=[factories.picture(karin)], site=Site.UNKNOWN)
    with pytest.raises(workflow.NotCompleteError):
        workflow.submit(post, karin)
    assert QUESTION in text_of(signed_in(karin).get(f"/inlagg/{post.pk}/andra/"))


def test_a_named_permit_is_read_by_a_reviewer_before_anything_is_approved():
    """Naming one is a claim. The post stays stopped until somebody else has answered yes."""
    karin, anna = from_a_branch(), factories.reviewer()
    sent_in(
        signed_in(karin),
        media=str(factories.picture(karin).pk),
        site=Site.FORBIDDEN,
        permit="Kriminalvården 2026:114",
    )
    post = Post.objects.get()
    assert "site_forbidden" in [blocker.code for blocker in blockers.blockers(post.current_version)]
    assert "Kriminalvården 2026:114" in signed_in(anna).get(f"/granska/{post.pk}/").content.decode()


def test_an_answer_comes_back_with_the_post_and_a_permit_with_it():
    karin, anna = from_a_branch(), factories.reviewer()
    post = factories.submitted(
        karin, media=[factories.picture(karin)], site=Site.FORBIDDEN, permit="Intyg 7", people="nobody"
    )
    workflow.request_changes(post, anna, post.current_version, "", "Skriv mer")
    draft = Post.objects.get().draft
    assert (draft.site, draft.permit) == (Site.FORBIDDEN, "Intyg 7")


def test_there_is_no_list_of_places():
    """Only branches are kept with a question: nothing smaller, and no posts by their answers."""
    assert [field.name for field in Branch._meta.get_fields() if not field.auto_created] == [
        "name",
        "asks_about_site",
    ]
    assert "site" not in admin_site._registry[Post].list_filter
