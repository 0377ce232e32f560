"""What a publication shows is told once, at the okay, and by all that it is made of."""

import pytest

from posts.models import MediaKind, Publication, Shows
from posts.showing import leads_home
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker")]


@pytest.mark.parametrize(
    ("link", "text", "is_home"),
    [
        ("https://www.seko.se/avtal", "Läs mer.", True),
        ("HTTPS://SEKO.SE", "Läs mer.", True),
        ("https://arbetet.se/seko.se", "Läs mer på www.seko.se.", False),
        ("https://inteseko.se/", "Läs mer.", False),
        ("", "Läs mer på www.seko.se.", True),
        ("", "Läs mer på https://min.seko.se/avtal", True),
        ("", "Seko.se är vår webb.", False),
        ("", "Läs på www.seko.se.example.test", False),
    ],
)
def test_what_leads_home(link, text, is_home):
    assert leads_home(link, text) is is_home


@pytest.mark.parametrize(
    ("kinds", "text", "shows"),
    [
        ([], "Läs på www.seko.se.", Shows.LINK),
        ([], "Vi är i Luleå.", Shows.OTHER),
        ([MediaKind.PICTURE], "Läs på www.seko.se.", Shows.PICTURE),
        ([MediaKind.PICTURE, MediaKind.FILM], "Filmen.", Shows.FILM),
    ],
)
def test_a_publication_says_from_its_okay_on_what_it_shows(kinds, text, shows):
    karin = factories.ombudsman()
    media = [factories.picture(karin, kind=kind) for kind in kinds]
    post = factories.submitted(karin, text=text, media=media)
    factories.approved(post, factories.reviewer(), factories.channel())
    assert [item.shows for item in Publication.objects.heads()] == [shows]
