"""What is out is shared by its public address, and only where everybody may see it."""

import pytest
from django.utils import timezone

from accounts import letters
from accounts.models import Notice
from posts import notices
from posts.models import Publication, PublicationStatus
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db]

HERE = "https://facebook.test/1"


def out(*channels, **texts) -> Publication:
    post = factories.approved(factories.submitted(), factories.reviewer(), *channels, **texts)
    for number, publication in enumerate(post.publications.order_by("pk"), start=1):
        facts = {"remote_id": str(number), "url": f"https://facebook.test/{number}"}
        Publication.objects.filter(pk=publication.pk).update(
            status=PublicationStatus.PUBLISHED, published_at=timezone.now(), **facts
        )
    return Publication.objects.filter(post=post).order_by("pk").first()


def pages(publication) -> tuple[str, str]:
    return f"/inlagg/{publication.post_id}/", f"/inlagg/{publication.post_id}/dela/"


def test_its_sender_finds_each_channels_link_and_what_applies():
    publication = out(factories.channel(), factories.channel("x"))
    page, share = pages(publication)
    client = signed_in(publication.post.author)
    assert f'href="{share}"' in client.get(page).content.decode()
    told = client.get(share)
    assert HERE in told.content.decode()
    assert "https://facebook.test/2" in told.content.decode()
    assert "samma råd gäller" in text_of(told)


def test_what_is_not_out_has_nothing_to_share():
    post = factories.approved(factories.submitted(), factories.reviewer(), factories.channel())
    client = signed_in(post.author)
    assert "Dela vidare" not in text_of(client.get(f"/inlagg/{post.pk}/"))
    assert client.get(f"/inlagg/{post.pk}/dela/").status_code == 404


@pytest.mark.parametrize("privacy", ["unlisted", "private"])
def test_what_is_for_some_only_is_not_offered_to_all(privacy):
    publication = out(factories.channel(), privacy=privacy)
    page, share = pages(publication)
    client = signed_in(publication.post.author)
    assert "Dela vidare" not in text_of(client.get(page))
    assert client.get(share).status_code == 404


def test_nobody_elses_post_can_be_shared_from_here():
    publication = out(factories.channel())
    assert signed_in(factories.ombudsman()).get(pages(publication)[1]).status_code == 404


def test_the_mail_that_it_is_out_leads_there_too():
    publication = out(factories.channel())
    notices.published(publication)
    notice = Notice.objects.get(kind="published")
    body = letters.to(notice).body
    assert "Se det:\nhttp" in body
    assert "Dela vidare:\nhttp" in body
    assert body.count(pages(publication)[1]) == 1


def test_other_mails_lead_to_one_place():
    publication = out(factories.channel())
    notices.published(publication)
    others = Notice.objects.exclude(kind="published")
    assert others.exists()
    assert all("/dela/" not in letters.to(notice).body for notice in others)
