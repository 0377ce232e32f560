"""The wizard's pages: who gets where, what stays entered, and that nothing secret is shown or stands in an address."""

import json
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels import connecting, connections
from channels.adapters.codes import Trouble
from channels.adapters.connector import Account, Question, Right
from channels.connecting_words import WORDS, sentence
from channels.errors import NotConnected, NotSent, RateLimited
from channels.models import Channel, Connecting
from tests import factories
from tests.channels.dialogs import ALL, PROFILE, SEKO, asks_for_password, dialogs, fresh, in_broker, trials
from tests.pages import signed_in, text_of

__all__ = ["asks_for_password", "dialogs", "in_broker", "trials"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "dialogs", "in_broker", "trials")]
CALLBACK = "/kanaler/anslut/facebook/tillbaka/"
SECRETS = ("user-token", "page-token", "refresh-", "app-secret")


@pytest.fixture
def mona():
    return factories.administrator()


@pytest.fixture
def browser(mona):
    return signed_in(mona)


def begun(browser: Client, platform: str = "facebook") -> Connecting:
    browser.post("/kanaler/anslut/", {"platform": platform})
    return Connecting.objects.latest("created_at")


def at(name: str, row: Connecting) -> str:
    return reverse(f"channels:{name}", args=[row.pk])


def state_from(browser: Client, row: Connecting, again: str = "") -> str:
    """What the platform was told to bring back."""
    address = browser.get(at("dialog", row) + again)["Location"]
    return re.findall(r"state=([^&]+)", address)[0]


def back(browser: Client, row: Connecting, **answer: str):
    return browser.get(CALLBACK, {"state": state_from(browser, row), **(answer or {"code": "the-code"})})


def chosen(browser: Client, account: str = "1") -> Connecting:
    row = begun(browser)
    back(browser, row)
    browser.post(at("choose", row), {"account": account})
    return row


def answers(person) -> dict[str, str]:
    return {"owner": str(person.pk), "audience": "Medlemmar", "goal": "2", "goal_period": "week"}


def raising(error: Exception):
    def fail() -> None:
        raise error

    return fail


# --- the whole way ----------------------------------------------------------------------------------------------


def test_four_steps_make_a_channel(browser, mona):
    first = browser.post("/kanaler/anslut/", {"platform": "facebook"})
    row = Connecting.objects.get()
    assert first["Location"] == at("sign_in", row)
    assert "Logga in på Facebook" in text_of(browser.get(at("sign_in", row)))
    assert back(browser, row)["Location"] == at("choose", row)
    assert "Vilken sida ska Seko Social få publicera på?" in text_of(browser.get(at("choose", row)))
    assert browser.post(at("choose", row), {"account": "1"})["Location"] == at("settle", row)
    browser.post(at("settle", row), {**answers(mona), "try": "1"})
    assert fresh(row).trial == connecting.ASKED
    done = browser.post(at("settle", row), answers(mona))
    channel = Channel.objects.get()
    assert done["Location"] == reverse("channels:channel", args=[channel.pk])
    assert (channel.name, channel.owner, channel.audience, channel.goal) == ("Seko", mona, "Medlemmar", 2)


@pytest.mark.django_db(transaction=True)
def test_a_trial_is_put_into_the_broker_by_the_rows_number_alone(browser, mona, in_broker):
    row = chosen(browser)
    answer = browser.post(at("settle", row), {**answers(mona), "try": "1"})
    assert answer["Location"] == f"{at('settle', row)}#prov"
    assert in_broker == [("channels.tasks.try_out", str(row.pk))]


def test_by_hand_needs_three_steps_and_no_trial(browser, mona):
    row = begun(browser, "by_hand")
    assert "Steg 2 av 3" in text_of(browser.get(at("sign_in", row)))
    assert browser.post(at("sign_in", row), {"name": ""}).status_code == 422
    browser.post(at("sign_in", row), {"name": "Gruppen", "url": "example.test/grupp"})
    page = browser.get(at("settle", row))
    assert ("Steg 3 av 3" in text_of(page), "Provkör" in text_of(page)) == (True, False)
    browser.post(at("settle", row), answers(mona))
    channel = Channel.objects.get()
    assert (channel.platform, channel.name, channel.url) == (
        "by_hand",
        "Gruppen",
        "https://example.test/grupp",
    )


def test_connected_again_in_three_presses(browser):
    keeper = factories.ombudsman()
    channel = factories.channel(remote_id="1", name="Seko", owner=keeper)
    connections.mark_broken(channel, Trouble.TOKEN_EXPIRED)
    to_dialog = browser.get(reverse("channels:reconnect", args=[channel.pk]), follow=False)
    row = Connecting.objects.get()
    assert to_dialog["Location"] == at("dialog", row)
    assert back(browser, row)["Location"] == at("choose", row)
    page = text_of(browser.get(at("choose", row)))
    assert "Fortsätt med Seko" in page
    browser.post(at("choose", row), {"account": "1"})
    assert "Kontoansvarig, mål och målgrupp är som förut." in text_of(browser.get(at("settle", row)))
    browser.post(at("settle", row), {"done": "1"})
    assert (Channel.objects.get().fault, Channel.objects.get().owner) == ("", keeper)


def test_where_the_server_is_known_it_is_three_presses_too(browser, dialogs):
    dialogs.questions, dialogs.has_app_keys = (Question("server"),), False
    channel = factories.channel(remote_id="1", host="https://one.test")
    link = reverse("channels:reconnect", args=[channel.pk])
    row_at = browser.get(link)["Location"]
    assert row_at == at("dialog", Connecting.objects.get())
    browser.get(row_at)
    assert dialogs.asked[0]["answers"] == {"server": "https://one.test"}


def test_where_the_server_is_not_known_it_is_asked_for(browser, dialogs):
    dialogs.questions, dialogs.has_app_keys = (Question("server"),), False
    channel = factories.channel(remote_id="1")
    answer = browser.get(reverse("channels:reconnect", args=[channel.pk]))
    assert answer["Location"] == at("sign_in", Connecting.objects.get())


def test_pressed_again_the_same_row_goes_on(browser):
    channel = factories.channel(remote_id="1")
    for _ in range(2):
        browser.get(reverse("channels:reconnect", args=[channel.pk]))
    assert Connecting.objects.count() == 1


# --- who gets where ---------------------------------------------------------------------------------------------

ROWS = ("connecting", "sign_in", "dialog", "choose", "settle")


@pytest.mark.parametrize("name", ROWS)
def test_somebody_elses_row_is_not_there(browser, name):
    row = chosen(browser)
    other = signed_in(factories.administrator())
    assert other.get(at(name, row)).status_code == 404


def test_somebody_elses_row_is_not_there_even_if_it_was_begun_in_this_session(browser):
    row = chosen(browser)
    other = signed_in(factories.administrator())
    Connecting.objects.update(session=connecting.digest(other.session.session_key))
    assert other.get(at("settle", row)).status_code == 404
    assert at("connecting", row) not in other.get("/kanaler/anslut/").content.decode()


def test_of_a_session_only_a_digest_is_kept_and_nothing_is_written_into_it(browser):
    before = dict(browser.session)
    row = chosen(browser)
    assert dict(browser.session) == before
    assert browser.session.session_key not in str(Connecting.objects.values().get())
    assert row.session == connecting.digest(browser.session.session_key)


def test_what_another_window_begins_during_a_call_is_not_forgotten(browser, dialogs):
    """Both windows have one session, which is written as a whole."""
    other = Client()
    other.cookies = browser.cookies
    row = begun(browser)
    state = state_from(browser, row)
    made: list = []

    def meanwhile() -> None:
        dialogs.script.clear()
        made.append(begun(other))
        made.append(state_from(other, made[0]))

    dialogs.script["exchange"] = meanwhile
    assert browser.get(CALLBACK, {"state": state, "code": "c"})["Location"] == at("choose", row)
    assert other.get(at("sign_in", made[0])).status_code == 200
    assert other.get(CALLBACK, {"state": made[1], "code": "d"})["Location"] == at("choose", made[0])


@pytest.mark.parametrize("name", ROWS)
def test_in_another_session_ones_own_row_is_not_there(browser, mona, name):
    row = chosen(browser)
    assert signed_in(mona).get(at(name, row)).status_code == 404


def test_nobody_leaves_or_finishes_for_another(browser, mona):
    row = chosen(browser)
    other = signed_in(factories.administrator())
    assert [
        other.post(at(name, row), answers(mona)).status_code for name in ("leave", "choose", "settle")
    ] == [
        404,
        404,
        404,
    ]
    assert (fresh(row).left_at, Channel.objects.count()) == (None, 0)


def test_who_may_not_connect_is_told_who_can_help():
    for person in (factories.reviewer(), factories.ombudsman(), factories.reader()):
        answer = signed_in(person).get("/kanaler/anslut/")
        assert answer.status_code == 403
        assert "Be en administratör." in text_of(answer)


def test_a_keeper_connects_their_own_channel_again_and_no_other():
    keeper = factories.ombudsman()
    own, other = factories.channel(remote_id="1", deputy=keeper), factories.channel(remote_id="2")
    browser = signed_in(keeper)
    assert browser.get(reverse("channels:reconnect", args=[other.pk])).status_code == 403
    assert browser.get(reverse("channels:reconnect", args=[own.pk])).status_code == 302
    row = Connecting.objects.get()
    back(browser, row)
    browser.post(at("choose", row), {"account": "1"})
    assert browser.get(at("settle", row)).status_code == 200
    assert browser.post(at("settle", row)).status_code == 302
    assert not Connecting.objects.exists()


def test_who_loses_the_right_on_the_way_gets_no_further(browser, mona):
    row = chosen(browser)
    mona.groups.clear()
    assert browser.post(at("settle", row), answers(mona)).status_code == 403
    assert not Channel.objects.exists()


def test_a_reconnection_of_what_is_not_there_says_no_more_than_one_of_what_is():
    channel = factories.channel()
    other = signed_in(factories.ombudsman())
    assert [other.get(f"/kanaler/{pk}/anslut-igen/").status_code for pk in (channel.pk, 4711)] == [403, 403]
    assert signed_in(factories.administrator()).get("/kanaler/4711/anslut-igen/").status_code == 404


# --- the way back from the platform -----------------------------------------------------------------------------


def test_neither_code_nor_state_stays_in_an_address(browser):
    row = begun(browser)
    for answer in ({"code": "the-code"}, {"error": "access_denied"}, {"error": "server_error"}):
        location = back(browser, row, **answer)["Location"]
        assert location in (at("choose", row), at("sign_in", row))


def test_a_state_is_taken_once(browser, dialogs):
    row = begun(browser)
    state = state_from(browser, row)
    first = browser.get(CALLBACK, {"state": state, "code": "the-code"})
    second = browser.get(CALLBACK, {"state": state, "code": "the-code"})
    assert (first["Location"], second["Location"]) == (at("choose", row), "/kanaler/anslut/")
    assert len(dialogs.exchanged) == 1
    assert "Den inloggningen gäller inte längre." in text_of(browser.get("/kanaler/anslut/"))


@pytest.mark.parametrize("state", ["", "made-up", "å"])
def test_a_state_that_nobody_gave_leads_nowhere(browser, dialogs, state):
    row = begun(browser)
    state_from(browser, row)
    answer = browser.get(CALLBACK, {"state": state, "code": "the-code"})
    assert answer["Location"] == "/kanaler/anslut/"
    assert dialogs.exchanged == []


def test_a_state_of_another_session_of_the_same_person_is_refused(browser, mona, dialogs):
    state = state_from(browser, begun(browser))
    answer = signed_in(mona).get(CALLBACK, {"state": state, "code": "the-code"})
    assert answer["Location"] == "/kanaler/anslut/"
    assert dialogs.exchanged == []


def test_somebody_elses_state_is_refused(browser, dialogs):
    """Else one could have another's session go on with one's own account."""
    state = state_from(browser, begun(browser))
    other = signed_in(factories.administrator())
    begun(other)
    assert other.get(CALLBACK, {"state": state, "code": "the-code"})["Location"] == "/kanaler/anslut/"
    assert dialogs.exchanged == []


def test_the_state_of_one_platform_is_none_of_another(browser, dialogs):
    state = state_from(browser, begun(browser))
    answer = browser.get("/kanaler/anslut/x/tillbaka/", {"state": state, "code": "the-code"})
    assert answer["Location"] == "/kanaler/anslut/"
    assert dialogs.exchanged == []


def test_an_older_dialog_of_the_same_row_is_over(browser, dialogs):
    row = begun(browser)
    old, new = state_from(browser, row), state_from(browser, row)
    assert browser.get(CALLBACK, {"state": old, "code": "the-code"})["Location"] == "/kanaler/anslut/"
    assert browser.get(CALLBACK, {"state": new, "code": "the-code"})["Location"] == at("choose", row)


def test_two_windows_go_their_own_ways(browser):
    one, other = begun(browser), begun(browser)
    first, second = state_from(browser, one), state_from(browser, other)
    assert browser.get(CALLBACK, {"state": second, "code": "b"})["Location"] == at("choose", other)
    assert browser.get(CALLBACK, {"state": first, "code": "a"})["Location"] == at("choose", one)


def test_who_was_signed_out_meanwhile_is_not_led_past_the_sign_in_with_the_code(client, browser):
    state = state_from(browser, begun(browser))
    answer = client.get(CALLBACK, {"state": state, "code": "the-code"})
    assert answer["Location"] == "/kanaler/anslut/"


def test_the_address_to_come_back_to_is_the_one_that_is_shown_for_pasting(browser, settings):
    settings.ALLOWED_HOSTS = ["seko.test"]
    host = {"HTTP_HOST": "seko.test"}
    browser.post("/kanaler/anslut/", {"platform": "facebook"}, **host)
    row = Connecting.objects.get()
    sent = re.findall("redirect_uri=(.*)", browser.get(at("dialog", row), **host)["Location"])[0]
    assert sent == f"http://seko.test{CALLBACK}"
    assert f">{sent}<" in browser.get("/kanaler/appnycklar/facebook/", **host).content.decode()


# --- what goes wrong --------------------------------------------------------------------------------------------


def test_a_no_is_no_error(browser):
    row = begun(browser)
    back(browser, row, error="access_denied")
    page = browser.get(at("sign_in", row))
    assert page.status_code == 200
    assert "Du avbröt hos plattformen. Ingenting är ändrat." in text_of(page)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NotConnected(Trouble.CODE_OLD), "Logga in igen."),
        (NotConnected(Trouble.APP_KEYS), "Rätta dem under Appnycklar"),
        (NotConnected(Trouble.ADDRESS_REFUSED), "tecken för tecken"),
        (NotSent(Trouble.CONNECT), "Plattformen svarar inte. Vänta en stund och försök igen."),
        (RateLimited(Trouble.TOO_MANY_CALLS, until=timezone.now()), "Vänta en kvart"),
    ],
)
def test_a_failure_says_what_to_do_and_looking_at_it_is_none(browser, dialogs, error, said):
    dialogs.script["exchange"] = raising(error)
    row = begun(browser)
    assert back(browser, row)["Location"] == at("sign_in", row)
    page = browser.get(at("sign_in", row))
    assert (page.status_code, said in text_of(page)) == (200, True)
    assert 'role="alert"' in page.content.decode()
    assert page.content.decode().count('role="alert"') == 1


def test_a_dialog_that_cannot_be_opened_says_so(browser, dialogs):
    dialogs.script["dialog"] = raising(NotConnected(Trouble.SERVER_UNKNOWN))
    row = begun(browser)
    assert browser.get(at("dialog", row))["Location"] == at("sign_in", row)
    assert "Vi hittar ingen sådan server." in text_of(browser.get(at("sign_in", row)))


def test_pages_that_could_not_be_read_are_asked_for_again(browser, dialogs):
    dialogs.script["accounts"] = raising(NotSent(Trouble.NO_ANSWER))
    row = begun(browser)
    assert back(browser, row)["Location"] == at("choose", row)
    page = browser.get(at("choose", row))
    assert (page.status_code, "Försök igen" in text_of(page)) == (200, True)
    dialogs.script.clear()
    browser.post(at("choose", row), {"look": "1"})
    assert "Seko Region Norr" in text_of(browser.get(at("choose", row)))


def test_where_every_page_is_connected_already_that_is_what_is_said(browser, dialogs):
    factories.channel("facebook", remote_id=SEKO.id)
    dialogs.reached = [SEKO, PROFILE]
    row = begun(browser)
    back(browser, row)
    said = text_of(browser.get(at("choose", row)))
    assert ("Alla sidor du kommer åt är redan anslutna." in said, "Det finns inget att ansluta" in said) == (
        True,
        False,
    )


def test_a_private_profile_is_shown_with_the_reason_and_refused(browser):
    row = begun(browser)
    back(browser, row)
    page = browser.get(at("choose", row))
    assert "Det här är en privat profil. Välj en sida." in text_of(page)
    assert re.search(r'value="9" disabled', page.content.decode())
    refused = browser.post(at("choose", row), {"account": "9"})
    assert (refused.status_code, fresh(row).account_id) == (422, "")


def test_only_a_private_profile_is_told_as_what_is_wrong(browser, dialogs):
    dialogs.reached = dialogs.reached[2:]
    row = begun(browser)
    back(browser, row)
    page = browser.get(at("choose", row))
    assert (page.status_code, "Fortsätt" in text_of(page), "Logga in igen" in text_of(page)) == (
        200,
        False,
        True,
    )


def test_the_wrong_account_is_told(browser, dialogs):
    channel = factories.channel(remote_id="77", name="Seko Väst")
    browser.get(reverse("channels:reconnect", args=[channel.pk]))
    row = Connecting.objects.get()
    back(browser, row)
    page = browser.get(at("choose", row))
    assert page.status_code == 200
    assert "Det här är ett annat konto än kanalens. Logga in med rätt konto." in text_of(page)
    assert browser.post(at("choose", row), {"account": "1"}).status_code == 422
    assert Channel.objects.get().remote_id == "77"


def test_the_right_account_that_cannot_be_chosen_says_why(browser, dialogs):
    no_role = Account("77", "Seko Väst", missing=(Right.PUBLISH,))
    dialogs.reached = [SEKO, no_role]
    channel = factories.channel(remote_id="77", name="Seko Väst")
    browser.get(reverse("channels:reconnect", args=[channel.pk]))
    back(browser, Connecting.objects.get())
    page = browser.get(at("choose", Connecting.objects.get()))
    html = page.content.decode()
    told = html[html.index('id="hinder"') :].partition("</div>")[0]
    assert sentence(Trouble.ROLE_MISSING) in told
    assert sentence(Trouble.WRONG_ACCOUNT) not in told


def test_what_was_declined_is_shown_and_can_be_given_afterwards(browser, dialogs):
    dialogs.granted = ALL[:3]
    row = begun(browser)
    back(browser, row)
    page = browser.get(at("choose", row))
    assert "Saknas. Utan det hamnar frågor inte i inkorgen" in text_of(page)
    assert page.content.decode().count("?igen") == 1
    state_from(browser, row, "?igen")
    assert dialogs.asked[-1]["again"] is True


def test_without_what_is_needed_nobody_goes_on(browser, dialogs):
    dialogs.granted = ("read",)
    row = begun(browser)
    back(browser, row)
    assert 'class="btn btn--primary">' not in browser.get(at("choose", row)).content.decode()
    refused = browser.post(at("choose", row), {"account": "1"})
    assert (refused.status_code, "Ge behörighet" in text_of(refused)) == (422, True)


def test_missing_app_keys_are_told_before_anybody_is_sent_away(browser, settings):
    settings.APP_KEYS = {"facebook": ("", "")}
    page = browser.get("/kanaler/anslut/")
    assert "Appnycklar saknas." in text_of(page)
    assert reverse("channels:app_keys_of", args=["facebook"]) in page.content.decode()
    assert browser.post("/kanaler/anslut/", {"platform": "facebook"}).status_code == 422
    assert not Connecting.objects.exists()


def test_a_wrong_password_leaves_the_name_where_it_was(browser, asks_for_password):
    asks_for_password.script["sign_in"] = raising(NotConnected(Trouble.SIGN_IN_REFUSED))
    row = begun(browser)
    browser.post(at("sign_in", row), {"handle": "seko.test", "password": "wrong-password"})
    page = browser.get(at("sign_in", row))
    assert (page.status_code, "Namnet eller applösenordet stämmer inte." in text_of(page)) == (200, True)
    html = page.content.decode()
    assert ('value="seko.test"' in html, "wrong-password" in html) == (True, False)
    assert browser.get(at("dialog", row)).status_code == 404


def test_what_was_entered_stays_when_something_is_wrong(browser, mona):
    row = chosen(browser)
    wrong = browser.post(at("settle", row), {**answers(mona), "owner": "", "goal": "900"})
    assert wrong.status_code == 422
    assert "Välj vem som är kontoansvarig." in text_of(wrong)
    html = wrong.content.decode()
    assert ('value="Medlemmar"' in html, 'value="900"' in html) == (True, True)
    later = browser.get(at("settle", row)).content.decode()
    assert ('value="Medlemmar"' in later, 'value="900"' in later) == (True, True)
    assert not Channel.objects.exists()


@pytest.mark.parametrize(
    ("field", "written", "said"),
    [
        ("deputy", "mona", "Välj någon annan än kontoansvarig."),
        ("goal", "0", "Skriv ett tal mellan 1 och 100."),
        ("goal", "-1", "Skriv ett tal mellan 1 och 100."),
        ("goal", "900", "Skriv ett tal mellan 1 och 100."),
        ("goal", "99999", "Skriv ett tal mellan 1 och 100."),
        ("goal", "tre", "Skriv ett helt tal, till exempel 3."),
        ("audience", "å" * 201, "Texten är för lång."),
    ],
)
def test_the_last_step_and_the_channels_page_refuse_alike(browser, mona, field, written, said):
    wrong = {**answers(mona), field: str(mona.pk) if written == "mona" else written}
    row = chosen(browser)
    refused = browser.post(at("settle", row), wrong)
    assert (refused.status_code, said in text_of(refused), Channel.objects.count()) == (422, True, 0)
    change = reverse("channels:change", args=[factories.channel().pk])
    seen = browser.get(change).context["form"]["seen"].value()
    refused = browser.post(change, {**wrong, "seen": seen if isinstance(seen, str) else json.dumps(seen)})
    assert (refused.status_code, said in text_of(refused)) == (422, True)


def test_a_trial_that_failed_says_why_and_can_be_run_again(browser):
    row = chosen(browser)
    Connecting.objects.update(trial=Trouble.UPLOAD_LIMIT, tried_at=timezone.now())
    page = text_of(browser.get(at("settle", row)))
    assert "Kanalen får inte ladda upp mer i dag. Försök igen i morgon." in page
    assert "Provkör igen" in page


@pytest.mark.parametrize("platform", ["facebook", "x", "youtube", "mastodon", "bluesky"])
def test_a_trial_says_what_becomes_of_what_it_sends(browser, platform):
    row = chosen(browser)
    before = text_of(browser.get(at("settle", row)))
    assert str(WORDS["facebook"].to_try) in before
    Connecting.objects.update(trial=connecting.GOOD)
    after = text_of(browser.get(at("settle", row)))
    assert str(WORDS["facebook"].tried) in after
    takes_it_away_itself = platform in ("facebook", "youtube")
    assert ("Testet är borttaget igen" in str(WORDS[platform].tried)) is takes_it_away_itself


def test_only_where_there_is_a_dialog_the_password_is_written_at_the_platform(browser, dialogs):
    said = "Lösenordet skriver du bara hos plattformen."
    row = begun(browser)
    assert said in text_of(browser.get(at("sign_in", row)))
    dialogs.has_dialog, dialogs.questions = False, (Question("handle"),)
    assert said not in text_of(browser.get(at("sign_in", row)))


def test_while_a_trial_runs_the_page_asks_again_by_itself(browser):
    row = chosen(browser)
    Connecting.objects.update(trial=connecting.RUNNING, tried_at=timezone.now())
    html = browser.get(at("settle", row)).content.decode()
    assert html.count('hx-trigger="load delay:2s"') == 1
    Connecting.objects.update(trial=connecting.GOOD)
    assert 'hx-trigger="load' not in browser.get(at("settle", row)).content.decode()


# --- leaving, coming back, twice --------------------------------------------------------------------------------


def test_a_wizard_that_was_left_open_can_be_gone_on_with(browser):
    row = chosen(browser)
    assert at("connecting", row) in browser.get("/kanaler/anslut/").content.decode()
    assert browser.get(at("connecting", row))["Location"] == at("settle", row)


def test_resuming_leads_to_where_one_was(browser):
    row = begun(browser)
    assert browser.get(at("connecting", row))["Location"] == at("sign_in", row)
    assert browser.get(at("choose", row))["Location"] == at("sign_in", row)
    assert browser.get(at("settle", row), follow=True).redirect_chain[-1][0] == at("sign_in", row)
    back(browser, row)
    assert browser.get(at("connecting", row))["Location"] == at("choose", row)


@pytest.mark.django_db(transaction=True)
def test_leaving_leaves_nothing(browser, in_broker):
    row = chosen(browser)
    assert browser.post(at("leave", row))["Location"] == "/kanaler/"
    assert in_broker == [("channels.tasks.sweep_connecting",)]
    assert "Du har börjat på" not in text_of(browser.get("/kanaler/anslut/"))
    connecting.sweep(timezone.now())
    assert (Connecting.objects.count(), Channel.objects.count()) == (0, 0)


def test_a_second_press_on_the_last_button_and_the_way_back_tell_that_it_is_over(browser, mona):
    row = chosen(browser)
    browser.post(at("settle", row), answers(mona))
    for again in (browser.post(at("settle", row), answers(mona)), browser.get(at("settle", row))):
        assert (again.status_code, again["Location"]) == (302, "/kanaler/")
    assert Channel.objects.count() == 1
    assert "Den anslutningen är redan klar eller avbruten." in text_of(browser.get("/kanaler/"))


def test_a_page_that_asks_by_itself_is_led_away_when_it_is_over(browser, mona):
    row = chosen(browser)
    browser.post(at("settle", row), answers(mona))
    answer = browser.get(at("settle", row), headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/kanaler/")


# --- what is shown ----------------------------------------------------------------------------------------------


def test_no_page_shows_anything_secret(browser, dialogs):
    row = begun(browser)
    pages = [browser.get(at("sign_in", row))]
    back(browser, row)
    pages += [
        browser.get("/kanaler/anslut/"),
        browser.get(at("choose", row)),
        browser.get(at("sign_in", row)),
    ]
    browser.post(at("choose", row), {"account": "1"})
    pages += [browser.get(at("settle", row)), browser.get("/kanaler/appnycklar/facebook/")]
    secrets = (
        *SECRETS,
        *(asked["verifier"] for asked in dialogs.asked),
        *(asked["state"] for asked in dialogs.asked),
    )
    assert [page.status_code for page in pages] == [200] * 6
    assert [word for page in pages for word in secrets if word in page.content.decode()] == []
    assert [page["Cache-Control"] for page in pages] == ["private, no-store"] * 6


def test_no_token_is_in_the_session(browser):
    chosen(browser)
    kept = str(dict(browser.session))
    assert [word for word in (*SECRETS, "the-code") if word in kept] == []


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_of_accounts_costs_the_same_however_many_there_are(
    browser, dialogs, count, django_assert_num_queries
):
    dialogs.reached = [Account(str(number), f"Seko avdelning {number}") for number in range(count)]
    row = begun(browser)
    back(browser, row)
    with django_assert_num_queries(8):
        browser.get(at("choose", row))


def test_names_from_the_platform_are_words_and_not_markup(browser, dialogs):
    dialogs.reached = [Account("1", "<script>alert(1)</script>", handle='"><b>')]
    row = begun(browser)
    back(browser, row)
    html = browser.get(at("choose", row)).content.decode()
    assert ("<script>alert" in html, '"><b>' in html) == (False, False)


def test_an_account_with_a_name_too_long_for_us_is_connected(browser, mona, dialogs):
    dialogs.reached = [Account("1", "n" * 500, handle="h" * 300, url=SEKO.url)]
    row = chosen(browser)
    assert browser.post(at("settle", row), answers(mona)).status_code == 302
    assert len(Channel.objects.get().name) == 120
