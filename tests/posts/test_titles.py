"""The first words of a post stand beside what one was told of it: on the page for those who may read it, in no mail."""

import pytest
from django.urls import reverse

from accounts import letters
from accounts.models import Notice
from accounts.notices import tell
from posts import cases, notices
from posts.models import CaseReason, Publication
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker")]
WORDS = "Nattskiftet i Umeå"


@pytest.fixture
def karin():
    return factories.ombudsman()


@pytest.fixture
def post(karin, anna):
    return factories.approved(factories.submitted(karin, text=WORDS), anna, factories.channel())


def read(person) -> str:
    return text_of(signed_in(person).get("/aviseringar/"))


def test_each_of_several_alike_says_which_post_it_is_about(karin, post):
    for number, words in enumerate([WORDS, "Årsmötet i Kiruna"]):
        about = post if number == 0 else factories.submitted(karin, text=words)
        tell([karin], "reopened", f"post:{number}", notices.page_of(about), is_yours=True, by="Anna")
    said = read(karin)
    assert said.count("Ditt inlägg granskas en gång till") == 2
    assert (said.count(f"”{WORDS}”"), said.count("”Årsmötet i Kiruna”")) == (1, 1)


@pytest.mark.parametrize("page", ["approvals:review", "posts:take_down", "posts:decide", "posts:case"])
def test_wherever_it_leads(anna, post, page):
    case = cases.open_case(post, CaseReason.GROUP, by=anna)
    number = {"posts:decide": Publication.objects.get().pk, "posts:case": case.pk}.get(page, post.pk)
    Notice.objects.all().delete()
    tell([anna], "reopened", "once", f"{reverse(page, args=[number])}#samtal", is_yours=False, by="Johan")
    assert f"”{WORDS}”" in read(anna)


def test_whoever_may_not_read_the_post_is_told_no_word_of_it(post):
    mona = factories.administrator()
    tell([mona], "reopened", "once", notices.page_of(post), is_yours=False, by="Anna")
    assert "Ett godkänt inlägg granskas igen" in read(mona)
    assert WORDS not in read(mona)


def test_they_are_read_from_the_post_and_stand_in_no_mail(karin, post):
    tell([karin], "reopened", "once", notices.page_of(post), is_yours=True, by="Anna")
    mail = letters.to(Notice.objects.get(kind="reopened"))
    assert WORDS not in mail.subject + mail.body
    assert WORDS not in str(Notice.objects.values())
    assert f"”{WORDS}”" in read(karin)


def test_what_leads_nowhere_is_about_no_post(karin):
    tell([karin], "reopened", "once", "/finns/inte/", is_yours=True, by="Anna")
    assert "”" not in read(karin)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_however_many_posts_it_names(karin, count, django_assert_num_queries):
    for number in range(count):
        page = notices.page_of(factories.submitted(karin))
        tell([karin], "reopened", str(number), page, is_yours=True, by="Anna")
    browser = signed_in(karin)
    with django_assert_num_queries(9):
        browser.get("/aviseringar/")
