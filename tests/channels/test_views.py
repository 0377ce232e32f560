"""The page of the channels: what needs a person stands first, and says so."""

import pytest
from django.urls import reverse
from django.utils import timezone

from channels import connections
from channels.adapters.codes import Trouble
from channels.models import Channel
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform")]


def shown() -> dict[str, str]:
    """The names of the channels and what their chips say, in the order of the page."""
    response = signed_in(factories.administrator()).get("/kanaler/")
    return {card.channel.name: str(card.label) for card in response.context["cards"]}


def test_what_is_broken_stands_first_and_what_works_last():
    factories.channel(name="Fungerar")
    paused, broken = factories.channel(name="Pausad"), factories.channel(name="Trasig")
    Channel.objects.filter(pk=paused.pk).update(paused_at=timezone.now())
    connections.mark_broken(broken, "token_expired")
    assert list(shown().items()) == [("Trasig", "Trasig"), ("Pausad", "Pausad"), ("Fungerar", "Fungerar")]


def test_the_page_says_how_many_need_somebody_and_why():
    factories.channel()
    connections.mark_broken(factories.channel(), "token_expired")
    said = text_of(signed_in(factories.administrator()).get("/kanaler/"))
    assert "1 av 2 behöver dig." in said
    assert "Anslutningen gäller inte längre. Anslut kanalen igen." in said


def test_a_channel_without_money_says_so_and_is_tried_again_by_a_press():
    channel, anna = factories.channel(name="Seko"), factories.reviewer()
    connections.mark_broken(channel, Trouble.CREDIT)
    assert shown() == {"Seko": "Kontot saknar medel"}
    page = signed_in(anna).get("/kanaler/")
    address = reverse("status:try_again", args=[channel.pk])
    assert page.content.decode().count(f'action="{address}"') == 1
    answer = signed_in(anna).post(address, follow=True)
    assert "Vi försöker igen på Facebook." in text_of(answer)
    assert (shown(), f'action="{address}"' in answer.content.decode()) == ({"Seko": "Fungerar"}, False)


def test_a_channel_that_is_broken_otherwise_is_not_mended_by_a_press():
    channel = factories.channel()
    connections.mark_broken(channel, Trouble.TOKEN_EXPIRED)
    anna = signed_in(factories.reviewer())
    address = reverse("status:try_again", args=[channel.pk])
    assert f'action="{address}"' not in anna.get("/kanaler/").content.decode()
    anna.post(address)
    assert Channel.objects.get().fault == Trouble.TOKEN_EXPIRED


def test_only_who_keeps_the_channel_tries_again():
    keeper, other = factories.ombudsman(), factories.ombudsman()
    channel = factories.channel(owner=keeper)
    connections.mark_broken(channel, Trouble.CREDIT)
    address = reverse("status:try_again", args=[channel.pk])
    assert signed_in(other).post(address).status_code == 403
    assert Channel.objects.get().fault == Trouble.CREDIT
    assert signed_in(keeper).post(address).status_code == 302
    assert Channel.objects.get().fault == ""


def test_what_is_done_by_hand_says_so():
    factories.channel("by_hand", name="Gruppen")
    assert shown() == {"Gruppen": "För hand"}


def test_what_was_disconnected_is_gone():
    Channel.objects.filter(pk=factories.channel().pk).update(disconnected_at=timezone.now())
    assert shown() == {}


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_however_many_there_are(count, django_assert_num_queries):
    for _ in range(count):
        factories.channel()
    reader = signed_in(factories.reader())
    with django_assert_num_queries(8):
        reader.get("/kanaler/")
