"""What people are told is shown on their phones, if they want: sealed, nameless, not at night, and never to others."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from freezegun import freeze_time

from accounts import mailing, notices, push, pushing, quiet_hours, vapid
from accounts.models import Notice, PushSubscription
from tests import factories
from tests.accounts.push_service import Browser, PushService
from tests.pages import signed_in, text_of

pytestmark = pytest.mark.django_db
WHERE, AWAY = "/aviseringar/telefon/", "/aviseringar/telefon/bort/"


@pytest.fixture
def service(settings):
    settings.VAPID_PRIVATE_KEY = vapid.new()
    settings.PUSH_SERVICES = ["127.0.0.1"]
    settings.VAPID_CONTACT = "https://social.example.org"
    with PushService() as running:
        yield running


@pytest.fixture
def karin():
    return factories.ombudsman(name="Karin Ek")


def subscribed(person, service, name="phone", client=None) -> Browser:
    browser = Browser(service, name)
    assert (client or signed_in(person)).post(WHERE, browser.fields).status_code == 201
    return browser


def told(person, kind="changes_asked", key="transition:1", **facts) -> Notice:
    notices.tell([person], kind, key, "/inlagg/7/", by="Anna", message="Fråga Bosse på bilden.", **facts)
    return Notice.objects.get(person=person, key=key)


# --- what is shown ------------------------------------------------------------------------------------------


def test_a_phone_is_shown_of_which_kind_it_is_and_no_name_and_no_word_of_the_post(karin, service):
    browser = subscribed(karin, service)
    notice = told(karin)
    assert pushing.deliver(timezone.now()) == 1
    [(name, headers, body)] = service.taken
    assert (name, headers["Content-Encoding"], headers["Urgency"]) == ("phone", "aes128gcm", "normal")
    assert browser.open(body) == {
        "title": "Seko Social",
        "body": "Ditt inlägg behöver ändras.",
        "url": f"/aviseringar/{notice.pk}/",
        "tag": f"notice-{notice.pk}",
        "lang": "sv",
    }
    claims = service.is_signed(headers["Authorization"], push.public_key())
    assert (claims["aud"], claims["sub"]) == (service.address, "https://social.example.org")
    assert signed_in(karin).get(f"/aviseringar/{notice.pk}/").url == "/inlagg/7/"


def test_no_words_for_a_phone_name_anything():
    assert all("%" not in str(words) and "{" not in str(words) for words in pushing.push_words.WORDS.values())


def test_it_is_shown_once_on_each_phone_and_to_nobody_else(karin, service):
    ali = factories.ombudsman()
    for person, name in ((karin, "phone"), (karin, "tablet"), (ali, "alis")):
        subscribed(person, service, name)
    told(karin)
    assert (pushing.deliver(timezone.now()), pushing.deliver(timezone.now())) == (2, 0)
    assert sorted(name for name, _headers, _body in service.taken) == ["phone", "tablet"]


def test_the_mail_goes_all_the_same(karin, service):
    subscribed(karin, service)
    service.status["phone"] = 500
    notice = told(karin)
    pushing.deliver(timezone.now())
    assert mailing.claim(Notice.objects.all(), timezone.now()) == notice


def test_what_was_read_meanwhile_is_not_shown(karin, service):
    subscribed(karin, service)
    notices.mark_read(Notice.objects.filter(pk=told(karin).pk))
    assert (pushing.deliver(timezone.now()), service.taken) == (0, [])


# --- what a service answers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(karin, service, status):
    subscribed(karin, service, "old")
    subscribed(karin, service, "new")
    service.status["old"] = status
    told(karin)
    assert pushing.deliver(timezone.now()) == 1
    assert [each.endpoint.rpartition("/")[2] for each in PushSubscription.objects.all()] == ["new"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_service_that_says_later_is_asked_later_and_not_for_ever(karin, service, status):
    subscribed(karin, service)
    service.status["phone"] = status
    now = timezone.now()
    notice = told(karin)
    pushing.deliver(now)
    notice.refresh_from_db()
    assert now < notice.push_at <= timezone.now() + pushing.AGAIN_AFTER
    assert (pushing.deliver(timezone.now()), len(service.taken)) == (0, 1)
    with freeze_time(now + timedelta(hours=2)):
        pushing.deliver(timezone.now())
    notice.refresh_from_db()
    assert (notice.push_at, PushSubscription.objects.count()) == (None, 1)


def test_nobody_at_the_other_end_is_later_too(karin, service):
    browser = subscribed(karin, service)
    service.server.shutdown()
    service.server.server_close()
    assert browser.endpoint
    notice = told(karin)
    assert pushing.deliver(timezone.now()) == 0
    notice.refresh_from_db()
    assert notice.push_at is not None


def test_a_service_leads_us_nowhere_else(karin, service):
    subscribed(karin, service)
    service.status["phone"] = 307
    told(karin)
    assert pushing.deliver(timezone.now()) == 0
    assert [name for name, _headers, _body in service.taken] == ["phone"]


# --- turning it on and off ----------------------------------------------------------------------------------


def test_without_a_key_nothing_of_it_is_there(karin, settings):
    settings.VAPID_PRIVATE_KEY = ""
    page = signed_in(karin)
    assert "På telefonen" not in text_of(page.get("/aviseringar/"))
    assert page.post(WHERE, {}).status_code == 404
    told(karin)
    assert (pushing.deliver(timezone.now()), Notice.objects.get().push_at) == (0, None)


def test_with_a_key_the_page_offers_it(karin, service):
    subscribed(karin, service)
    page = signed_in(karin).get("/aviseringar/")
    assert "Visas på 1 telefon eller dator." in text_of(page)
    assert f'data-push="{push.public_key()}"' in page.content.decode()


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://evil.test/x",
        "http://169.254.169.254/latest/meta-data",
        "https://127.0.0.1.evil.test/x",
        "https://evil.test/?127.0.0.1",
        "https://127.0.0.1@evil.test/x",
        "https://user@127.0.0.1/x",
        "ftp://127.0.0.1/x",
        "https://127.0.0.1:port/x",
        "/x",
    ],
)
def test_we_ask_for_no_address_but_a_known_services(karin, service, endpoint):
    fields = Browser(service, "phone").fields | {"endpoint": endpoint}
    assert signed_in(karin).post(WHERE, fields).status_code == 422
    assert not PushSubscription.objects.exists()


def test_by_default_only_the_makers_of_browsers_are_known_and_only_by_https():
    known = (
        "fcm.googleapis.com",
        "updates.push.services.mozilla.com",
        "web.push.apple.com",
        "x.notify.windows.com",
    )
    assert all(push.is_service(f"https://{host}/a") for host in known)
    assert not any(push.is_service(f"http://{host}/a") for host in known)
    assert not push.is_service("https://evilpush.apple.com.test/a")
    assert not push.is_service("https://evil-push.apple.com.evil.test/a")
    # What is asked for is read once more by another program, and that one ends the name at a backslash.
    assert not push.is_service("https://10.0.0.1\\.push.apple.com/a")
    assert not push.is_service("https://evil.test\\.fcm.googleapis.com/a")


def test_an_address_that_no_database_takes_is_nobodys(karin, service):
    """PostgreSQL keeps no NUL, and says so loudly."""
    assert signed_in(karin).post(AWAY, {"endpoint": "a\0b"}).status_code == 302
    assert signed_in(factories.reviewer()).get("/manniskor/?efter=a%00b").status_code == 200


@pytest.mark.parametrize("wrong", [{"p256dh": "QUJD"}, {"auth": "QUJD"}, {"p256dh": ""}, {"auth": "å"}])
def test_what_is_no_key_is_refused(karin, service, wrong):
    assert signed_in(karin).post(WHERE, Browser(service, "phone").fields | wrong).status_code == 422
    assert not PushSubscription.objects.exists()


def test_a_phone_belongs_to_the_last_who_asked_there(karin, service):
    ali = factories.ombudsman()
    subscribed(karin, service)
    subscribed(ali, service)
    told(karin)
    assert (pushing.deliver(timezone.now()), PushSubscription.objects.get().person) == (0, ali)


def here(person, service) -> Client:
    """A browser in which `person` is signed in, and which shows what they are told."""
    client = Client()
    client.force_login(person)
    subscribed(person, service, "here", client)
    return client


def test_whoever_signs_out_is_shown_nothing_more_there(karin, service):
    client = here(karin, service)
    subscribed(karin, service, "elsewhere")
    client.post("/konto/logout/")
    assert PushSubscription.objects.get().endpoint.endswith("/elsewhere")


def test_a_session_that_runs_out_is_no_sign_out(karin, service):
    client = here(karin, service)
    with freeze_time(timezone.now() + timedelta(days=91)):
        assert client.get("/hem/").status_code == 302
        assert PushSubscription.objects.get().person == karin
        client.force_login(karin)
        assert PushSubscription.objects.get().person == karin
        client.post("/konto/logout/")
    assert not PushSubscription.objects.exists()


def test_somebody_else_who_signs_in_there_is_not_shown_what_the_first_one_is_told(karin, service):
    client = here(karin, service)
    del client.cookies["sessionid"]
    ali = factories.ombudsman()
    client.post("/konto/login/", {"login": ali.email, "password": "okej-okej-okej"})
    assert not PushSubscription.objects.exists()


def test_a_cookie_that_somebody_made_up_ends_nothing(karin, service):
    here(karin, service)
    stranger = signed_in(factories.ombudsman())
    stranger.cookies[push.COOKIE] = str(PushSubscription.objects.get().pk)
    stranger.post("/konto/logout/")
    assert PushSubscription.objects.exists()


def test_one_turns_off_ones_own_and_nobody_elses(karin, service):
    ali = factories.ombudsman()
    mine, theirs = subscribed(karin, service, "mine"), subscribed(ali, service, "theirs")
    client = signed_in(karin)
    answer = client.post(AWAY, {"endpoint": theirs.endpoint}, headers={"Accept": "application/json"})
    assert (answer.status_code, PushSubscription.objects.count()) == (204, 2)
    client.post(AWAY, {"endpoint": mine.endpoint})
    assert PushSubscription.objects.get().person == ali
    subscribed(karin, service, "again")
    client.post(AWAY)
    assert PushSubscription.objects.get().person == ali


def test_one_person_has_a_bounded_number_of_browsers(karin, service):
    for number in range(push.MOST + 2):
        subscribed(karin, service, f"b{number}")
    assert PushSubscription.objects.count() == push.MOST
    assert not PushSubscription.objects.filter(endpoint__endswith="/b0").exists()


# --- quiet hours --------------------------------------------------------------------------------------------

EVENING = datetime(2026, 11, 26, 17, 30, tzinfo=UTC)  # half past six in Stockholm
MORNING = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)  # seven


@pytest.fixture
def night(settings):
    settings.NOTICE_QUIET_HOURS = (time(18), time(7))
    with freeze_time(EVENING) as clock:
        yield clock


@pytest.mark.parametrize(
    ("at", "then"),
    [
        (EVENING, MORNING),
        (datetime(2026, 11, 27, 1, tzinfo=UTC), MORNING),
        (MORNING, MORNING),
        (datetime(2026, 11, 26, 16, 59, tzinfo=UTC), datetime(2026, 11, 26, 16, 59, tzinfo=UTC)),
        (datetime(2026, 11, 26, 17, 0, tzinfo=UTC), MORNING),
        # The night when the clock is turned back: seven is an hour later by ours.
        (datetime(2026, 10, 24, 20, tzinfo=UTC), datetime(2026, 10, 25, 6, tzinfo=UTC)),
    ],
)
def test_the_quiet_hours_are_by_the_clock_on_the_wall(settings, at, then):
    settings.NOTICE_QUIET_HOURS = (time(18), time(7))
    assert quiet_hours.first_waking_moment(at) == then


def test_what_can_wait_is_neither_mailed_nor_shown_at_night(karin, service, night):
    subscribed(karin, service)
    notice = told(karin)
    assert (pushing.deliver(timezone.now()), mailing.claim(Notice.objects.all(), timezone.now())) == (0, None)
    assert (notice.not_before, notice.push_at, notice.is_unread) == (MORNING, MORNING, True)
    night.move_to(MORNING)
    assert mailing.claim(Notice.objects.all(), timezone.now()) == notice
    assert pushing.deliver(timezone.now()) == 1


@pytest.mark.parametrize(
    ("kind", "facts", "goes"),
    [
        ("takedown_asked", {}, True),
        ("stopped", {}, True),
        ("needs_decision", {"is_yours": False}, True),
        ("needs_decision", {"is_yours": True}, False),
        ("sent_in", {"is_urgent": True}, True),
        ("sent_in", {"is_urgent": False}, False),
    ],
)
def test_what_somebody_must_act_on_goes_at_once(service, night, kind, facts, goes):
    anna = factories.reviewer()
    subscribed(anna, service)
    told(anna, kind, **facts)
    assert pushing.deliver(timezone.now()) == int(goes)
    assert (mailing.claim(Notice.objects.all(), timezone.now()) is not None) == goes
    if goes:
        assert service.taken[0][1]["Urgency"] == "high"
