"""The app keys: written by an administrator, shown to nobody, and less than what the environment says."""

import pytest
from django.urls import reverse

from audit.models import Entry
from channels import appkeys, connecting, connections
from channels.adapters.codes import Trouble
from channels.adapters.connector import App
from channels.errors import NotConnected
from channels.models import AppKeys
from tests import factories
from tests.channels.dialogs import dialogs
from tests.pages import signed_in, text_of

__all__ = ["dialogs"]

pytestmark = pytest.mark.django_db
SECRET = "canary-app-secret"


@pytest.fixture
def mona():
    return factories.administrator()


@pytest.fixture
def browser(mona):
    return signed_in(mona)


@pytest.fixture
def unsaid(settings):
    """The environment says nothing."""
    settings.APP_KEYS = dict.fromkeys(("facebook", "x", "youtube"), ("", ""))


def address(platform: str = "facebook") -> str:
    return reverse("channels:app_keys_of", args=[platform])


def test_what_an_administrator_writes_is_used(unsaid, browser, mona):
    assert not connecting.has_keys("facebook")
    answer = browser.post(address(), {"app_id": "4711", "secret": SECRET}, follow=True)
    assert "Appnycklarna är sparade." in text_of(answer)
    assert connections.app_of("facebook") == App("4711", SECRET)
    assert connecting.has_keys("facebook")
    entry = Entry.objects.get(verb="app_keys.changed")
    assert (entry.actor, entry.thing, entry.facts) == (mona, "platform:facebook", {"app_id": "4711"})


def test_a_secret_is_written_and_never_shown(unsaid, browser, mona):
    appkeys.write("facebook", "4711", SECRET, mona)
    pages = [browser.get(reverse("channels:app_keys")), browser.get(address())]
    pages.append(browser.post(address(), {"app_id": "", "secret": SECRET}))
    assert [page.status_code for page in pages] == [200, 200, 422]
    assert [SECRET in page.content.decode() for page in pages] == [False, False, False]
    assert SECRET not in str(AppKeys.objects.values().get())
    assert (repr(AppKeys.objects.get()), SECRET in repr(App("4711", SECRET))) == (
        "channels.appkeys:facebook",
        False,
    )


def test_without_the_secret_nothing_is_written_and_the_id_stays_in_its_field(unsaid, browser):
    page = browser.post(address(), {"app_id": "4711", "secret": ""})
    assert (page.status_code, AppKeys.objects.count(), 'value="4711"' in page.content.decode()) == (
        422,
        0,
        True,
    )


def test_new_keys_take_the_place_of_the_old_ones(unsaid, browser, mona):
    appkeys.write("facebook", "4711", "old", mona)
    browser.post(address(), {"app_id": "4712", "secret": SECRET})
    assert (AppKeys.objects.count(), connections.app_of("facebook")) == (1, App("4712", SECRET))


def test_the_environment_goes_first_and_cannot_be_overruled(browser, mona, settings):
    appkeys.write("facebook", "4711", "written", mona)
    settings.APP_KEYS = {"facebook": ("from-outside", SECRET)}
    page = browser.get(address())
    assert "Driften har lagt in nycklarna" in text_of(page)
    assert (
        "from-outside" in text_of(page),
        SECRET in page.content.decode(),
        'name="secret"' in page.content.decode(),
    ) == (
        True,
        False,
        False,
    )
    assert browser.post(address(), {"app_id": "9", "secret": "9"}).status_code == 409
    assert AppKeys.objects.get().app_id == "4711"
    assert connections.app_of("facebook") == App("from-outside", SECRET)


def test_keys_whose_own_key_is_lost_are_told_and_written_anew(unsaid, browser, mona, settings):
    appkeys.write("facebook", "4711", SECRET, mona)
    settings.CREDENTIAL_KEYS = ["other:" + "b3RoZXIta2V5LW9mLTMyLWJ5dGVzLXdoaWNoLWlzLWE="]
    with pytest.raises(NotConnected, match=Trouble.APP_KEYS):
        connections.app_of("facebook")
    assert "Går inte att läsa" in text_of(browser.get(reverse("channels:app_keys")))
    browser.post(address(), {"app_id": "4711", "secret": SECRET})
    assert connections.app_of("facebook") == App("4711", SECRET)


def test_keys_are_bound_to_their_platform(unsaid, mona):
    appkeys.write("facebook", "4711", "for facebook", mona)
    appkeys.write("x", "4712", "for x", mona)
    AppKeys.objects.filter(platform="x").update(sealed=AppKeys.objects.get(platform="facebook").sealed)
    with pytest.raises(NotConnected, match=Trouble.APP_KEYS):
        connections.app_of("x")


def test_only_administrators_come_here():
    for person in (factories.reviewer(), factories.reader(), factories.ombudsman()):
        browser = signed_in(person)
        assert browser.get(reverse("channels:app_keys")).status_code == 403
        assert browser.get(address()).status_code == 403
        assert browser.post(address(), {"app_id": "1", "secret": "1"}).status_code == 403
    assert not AppKeys.objects.exists()


@pytest.mark.parametrize("platform", appkeys.platforms())
def test_every_platform_has_a_guide_and_the_address_to_paste(browser, platform):
    page = browser.get(address(platform))
    assert page.status_code == 200
    assert f"http://testserver/kanaler/anslut/{platform}/tillbaka/" in page.content.decode()
    assert "Så får du nycklarna" in text_of(page)


@pytest.mark.parametrize("platform", ["by_hand", "mastodon", "bluesky", "nothing"])
def test_what_needs_no_keys_has_no_page(browser, platform):
    assert browser.get(address(platform)).status_code == 404
