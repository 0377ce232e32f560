"""What people are told is told once, on a page of their own; nobody reads what was told to somebody else."""

import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts import notices
from accounts.models import Mail, Notice, User
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def karin():
    return factories.ombudsman()


def told(person: User, key: str = "version:1", **fields) -> Notice:
    notices.tell([person], "published", key, "/inlagg/1/", out=["Facebook"], later=[], missing=[])
    Notice.objects.filter(person=person, key=key).update(**fields)
    return Notice.objects.get(person=person, key=key)


# --- telling ----------------------------------------------------------------------------------------------------


def test_the_same_thing_is_told_once(karin):
    first, again = told(karin), told(karin)
    assert first == again
    assert told(karin, "version:2") != first
    assert Notice.objects.count() == 2


def test_two_people_are_told_the_same_thing(karin):
    anna = factories.reviewer()
    notices.tell([karin, anna, karin], "resumed", "resume:1", "/", by="Anna", resumed_at=timezone.now())
    assert set(Notice.objects.values_list("person", "kind")) == {(karin.pk, "resumed"), (anna.pk, "resumed")}


def test_nobody_is_told_of_what_did_not_happen(karin):
    class Regretted(Exception):
        pass

    def act():
        with transaction.atomic():
            told(karin)
            raise Regretted

    with pytest.raises(Regretted):
        act()
    assert not Notice.objects.exists()


def test_who_may_not_sign_in_is_told_nothing(karin):
    karin.is_active = False
    karin.save()
    notices.tell([karin], "resumed", "resume:1", "/", by="Anna", resumed_at=timezone.now())
    assert not Notice.objects.exists()


def test_what_is_no_longer_so_is_taken_back_until_somebody_is_mailed(karin):
    anna = factories.reviewer()
    told(karin)
    told(anna, mail=Mail.SENT)
    notices.take_back("published", "version:1")
    assert list(Notice.objects.values_list("person", flat=True)) == [anna.pk]


@pytest.mark.django_db(transaction=True)
def test_many_who_tell_at_once_tell_once(karin):
    def tell() -> None:
        notices.tell([karin], "resumed", "resume:1", "/", by="Anna", resumed_at=None)
        connection.close()

    tellers = [threading.Thread(target=tell) for _ in range(6)]
    for teller in tellers:
        teller.start()
    for teller in tellers:
        teller.join()
    assert Notice.objects.count() == 1


def test_those_who_were_given_something_are_those_who_may_do_it_and_sign_in():
    anna, johan = factories.reviewer(), factories.reviewer(is_active=False)
    mona, root = factories.administrator(), factories.person(is_superuser=True)
    assert list(User.objects.granted("posts.review_post")) == [anna]
    assert list(User.objects.granted("channels.change_channel")) == [mona]
    assert (johan.is_active, root.has_perm("posts.review_post")) == (False, True)


# --- the page ---------------------------------------------------------------------------------------------------


def test_the_page_shows_what_one_was_told_newest_first(karin):
    told(karin, "version:1", read_at=timezone.now())
    told(karin, "version:2")
    told(factories.ombudsman(), "version:3")
    page = signed_in(karin).get("/aviseringar/")
    said = text_of(page)
    assert said.count("Ditt inlägg är ute") == 2
    assert [notice.key for notice, _ in page.context["rows"]] == ["version:2", "version:1"]
    assert page.content.decode().count("row--new") == 1
    assert "Aviseringar 1 nya" in said


def test_an_empty_page_says_what_will_come(karin):
    said = text_of(signed_in(karin).get("/aviseringar/"))
    assert "Inget att läsa." in said
    assert "Markera alla som lästa" not in said


def test_words_are_never_html(karin):
    notices.tell(
        [karin],
        "stopped",
        "stop:1",
        "/",
        by="<b>Anna</b>",
        reason="other",
        message="<script>",
        stopped_at=None,
    )
    html = signed_in(karin).get("/aviseringar/").content.decode()
    assert "&lt;b&gt;Anna&lt;/b&gt;" in html
    assert "<script>" not in html


def test_opening_one_leads_to_what_it_is_about_and_makes_it_read(karin):
    notice, other = told(karin, "version:1"), told(karin, "version:2")
    response = signed_in(karin).get(f"/aviseringar/{notice.pk}/")
    assert (response.status_code, response.url) == (302, "/inlagg/1/")
    assert list(Notice.objects.unread()) == [other]


def test_somebody_elses_is_not_there_and_stays_unread(karin):
    notice = told(factories.ombudsman())
    assert signed_in(karin).get(f"/aviseringar/{notice.pk}/").status_code == 404
    assert Notice.objects.unread().count() == 1


def test_all_that_was_shown_is_marked_as_read_and_nothing_that_came_since(karin):
    shown, since, others = told(karin, "1"), told(karin, "2"), told(factories.ombudsman())
    page = signed_in(karin)
    assert page.post("/aviseringar/lasta/", {"newest": shown.pk}).url == "/aviseringar/"
    assert set(Notice.objects.unread()) == {since, others}


@pytest.mark.parametrize("newest", ["", "x", "-1", "9" * 40])
def test_nonsense_marks_nothing(karin, newest):
    told(karin)
    assert signed_in(karin).post("/aviseringar/lasta/", {"newest": newest}).status_code == 302
    assert Notice.objects.unread().count() == 1


def test_the_list_goes_on_on_the_next_page(karin):
    for number in range(31):
        told(karin, str(number))
    page = signed_in(karin)
    first = page.get("/aviseringar/")
    second = page.get(f"/aviseringar/?fore={first.context['older']}")
    assert [len(first.context["rows"]), len(second.context["rows"])] == [30, 1]
    assert second.context["older"] is None


@pytest.mark.parametrize("before", ["", "²", "-1", "9" * 40, "9" * 5000, "tolv"])
def test_a_place_in_the_list_that_is_none_is_the_beginning(karin, before):
    notice = told(karin)
    answer = signed_in(karin).get("/aviseringar/", {"fore": before})
    assert (answer.status_code, [row[0] for row in answer.context["rows"]]) == (200, [notice])


@pytest.mark.parametrize("count", [1, 40])
def test_the_page_costs_the_same_however_many_there_are(karin, count, django_assert_num_queries):
    for number in range(count):
        told(karin, str(number))
    page = signed_in(karin)
    with django_assert_num_queries(9):
        page.get("/aviseringar/")


def test_the_bell_counts_to_a_hundred_and_no_further(karin):
    for number in range(120):
        told(karin, str(number))
    assert "Aviseringar 99+ nya" in text_of(signed_in(karin).get("/hem/"))


def test_a_desk_has_the_bell_too(karin):
    anna = factories.reviewer()
    told(anna)
    assert "Aviseringar 1 nya" in text_of(signed_in(anna).get("/kanaler/"))


def test_what_somebody_chooses_for_the_pages_is_the_language_of_their_mails(karin):
    page = signed_in(karin)
    page.post("/sprak/", {"language": "en", "next": "/mer/"})
    assert User.objects.get(pk=karin.pk).language == "en"
    page.post("/sprak/", {"language": "xx", "next": "/mer/"})
    assert User.objects.get(pk=karin.pk).language == "en"
