"""The page of one channel: what it shows, what is changed there, and that nobody undoes what somebody else did."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from freezegun import freeze_time

from accounts.models import Notice, User
from audit import log
from audit.models import Entry
from channels import connections, keeping, tasks
from channels.adapters import connectors
from channels.errors import NotSent
from channels.models import Channel, ChannelPicture, Credential
from posts.models import Publication
from tests import factories
from tests.channels.test_health import Asking
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform")]


@pytest.fixture(autouse=True)
def put(monkeypatch) -> list:
    """What would have been put into the broker."""
    sent: list = []
    monkeypatch.setattr(tasks, "put", lambda task, *args, **_: sent.append((task.name, *args)))
    monkeypatch.setitem(connectors.CONNECTORS, "facebook", Asking)
    return sent


@pytest.fixture
def karin() -> User:
    return factories.ombudsman(name="Karin Ek")


@pytest.fixture
def mona() -> Client:
    return signed_in(factories.administrator())


@pytest.fixture
def channel(karin) -> Channel:
    return factories.channel(name="Seko", owner=karin, audience="Alla", goal=1, goal_period="day")


def page(client: Client, channel: Channel, query: str = "") -> str:
    return text_of(client.get(reverse("channels:channel", args=[channel.pk]) + query))


def address_of(channel: Channel) -> str:
    return reverse("channels:change", args=[channel.pk])


def filled(client: Client, channel: Channel) -> dict[str, str]:
    """The form as a browser would send it back, untouched."""
    form = client.get(address_of(channel)).context["form"]
    values = {name: form[name].value() for name in form.fields}
    plain = {name: getattr(value, "pk", value) for name, value in values.items()}
    sent = {
        name: "on" if value is True else "" if value is None else str(value) for name, value in plain.items()
    }
    sent |= {"seen": form["seen"].subwidgets[0].data["value"]}
    return {name: value for name, value in sent.items() if plain[name] is not False}


def changes() -> list[dict]:
    entries = Entry.objects.filter(verb="channel.changed").order_by("number")
    return [entry.facts["changes"] for entry in entries]


# --- what it shows ----------------------------------------------------------------------------------------------


def test_the_page_shows_what_the_channel_carries(mona, channel):
    Channel.objects.update(
        facts="60 000 följer", facts_source="Meta", facts_on=date(2026, 11, 2), opening="Välkommen hit.",
        alarm_days=7, administrators=2, most_administrators=3,
    )  # fmt: skip
    said = page(mona, channel)
    for words in (
        "Målgrupp Alla", "Mål 1 om dagen", "Kontoansvarig Karin Ek", "Ersättare Saknas", "2 av högst 3",
        "60 000 följer", "Källa: Meta, 2 november 2026", "Välkommen hit.", "Efter 7 dagar utan inlägg",
    ):  # fmt: skip
        assert words in said


def test_rights_are_shown_in_plain_words_with_those_that_are_missing(mona, channel):
    Credential.objects.update(scopes=["write", "read"])
    said = page(mona, channel)
    assert "Publicera inlägg (Finns) Lägga ut bild, film och text" in said
    assert "Läsa och svara på kommentarer Saknas. Utan det hamnar frågor inte i inkorgen" in said


def test_a_right_that_the_role_does_not_give_is_missing_although_it_was_granted(mona, channel):
    Credential.objects.update(scopes=["write", "read", "talk"])
    Channel.objects.update(findings=[{"code": "role_less", "facts": {"right": "comments"}}])
    said = page(mona, channel)
    assert "Saknas. Utan det hamnar frågor inte i inkorgen" in said
    assert "Rollen på sidan räcker inte till: läsa och svara på kommentarer." in said


def test_an_end_that_is_near_is_counted_in_days(mona, channel):
    Credential.objects.update(connection_expires_at=timezone.now() + timedelta(days=5))
    assert "Går ut om 5 dagar" in page(mona, channel)
    assert "Går ut om 5 dagar" in text_of(mona.get("/kanaler/"))


def test_a_connection_whose_time_is_up_is_not_said_to_work(mona, channel):
    Credential.objects.update(connection_expires_at=timezone.now() - timedelta(hours=1))
    said = page(mona, channel)
    assert "Anslutningen gick ut" in said
    assert "än så länge" not in said


def test_what_is_wrong_and_what_waits_are_told_together(mona, channel):
    factories.approved(factories.submitted(), factories.reviewer(), channel)
    connections.mark_broken(channel, "token_expired")
    said = text_of(mona.get("/kanaler/"))
    assert "Anslutningen gäller inte längre. Anslut kanalen igen." in said
    assert "1 inlägg väntar och skickas när kanalen är ansluten igen." in said


def test_that_one_could_not_look_is_told_apart_from_being_broken(mona, channel):
    connections.put_off_probe(channel, timezone.now() + timedelta(minutes=30), "connect")
    said = page(mona, channel)
    assert "Vi kunde inte titta efter:" in said
    assert "Det säger inget om anslutningen." in said
    assert "Fungerar" in said
    assert "Trasig" not in said


def test_an_owner_who_may_not_sign_in_is_a_warning(mona, channel, karin):
    User.objects.filter(pk=karin.pk).update(is_active=False)
    said = text_of(mona.get("/kanaler/"))
    assert "Karin Ek kan inte logga in" in said
    assert "Ingen ansvarar för kanalen." in said
    assert "Facebook Saknar kontoansvarig. Inget har kommit ut än Utan ansvarig" in text_of(
        mona.get("/status/")
    )


def test_more_administrators_than_there_should_be_is_a_warning(mona, channel):
    Channel.objects.update(administrators=4, most_administrators=3)
    assert 'class="facts__warn"' in mona.get("/kanaler/").content.decode()
    assert "4 av högst 3" in text_of(mona.get("/kanaler/"))


def test_a_paused_channel_that_is_broken_too_says_both(mona, channel):
    connections.mark_broken(channel, "role_lost")
    connections.pause(channel, factories.reviewer(name="Anna Lind"), "Semester")
    said = page(mona, channel)
    assert "Den som anslöt kanalen har inte kvar sin roll" in said
    assert "av Anna Lind. Inläggen väntar. Semester" in said


def test_the_picture_of_the_account_is_ours_to_show(mona, channel):
    address = reverse("channels:picture", args=[channel.pk])
    assert mona.get(address).status_code == 404
    assert address not in mona.get(reverse("channels:channel", args=[channel.pk])).content.decode()
    ChannelPicture.objects.create(channel=channel, jpeg=factories.jpeg())
    answer = mona.get(address)
    assert (answer["Content-Type"], answer.content) == ("image/jpeg", factories.jpeg())
    assert address in mona.get(reverse("channels:channel", args=[channel.pk])).content.decode()


def test_whoever_keeps_a_channel_and_sees_no_others_finds_it_on_their_page(channel, karin):
    factories.channel("x")
    page = signed_in(karin).get(reverse("accounts:me"))
    assert "Facebook Din kanal" in text_of(page)
    assert page.content.decode().count(f'"/kanaler/{channel.pk}/"') == 1
    assert "Din kanal" not in text_of(signed_in(factories.reviewer()).get(reverse("accounts:me")))


# --- testing ----------------------------------------------------------------------------------------------------


def press_test(client: Client, channel: Channel, **headers: str):
    return client.post(reverse("channels:test", args=[channel.pk]), headers=headers)


@pytest.mark.django_db(transaction=True)
def test_a_double_press_looks_once(mona, channel, put, platform):
    for _ in range(2):
        assert press_test(mona, channel).status_code == 302
    assert put == [("channels.tasks.probe", channel.pk)]
    for _ in range(2):
        tasks.probe(channel.pk)
    assert platform.calls == ["probe"]


def test_the_card_asks_again_while_somebody_looks(mona, channel):
    card = reverse("channels:card", args=[channel.pk])
    waiting = press_test(mona, channel, **{"HX-Request": "true"}).content.decode()
    assert "Testas just nu" in waiting
    assert f'hx-get="{card}"' in waiting
    tasks.probe(channel.pk)
    seen = mona.get(card).content.decode()
    assert f'hx-get="{card}"' not in seen
    assert "Senast testad i dag" in seen


@pytest.mark.django_db(transaction=True)
def test_what_a_quick_worker_has_found_already_is_on_the_card(mona, channel, monkeypatch):
    monkeypatch.setattr(tasks, "put", lambda task, *args, **_: task(*args))
    card = press_test(mona, channel, **{"HX-Request": "true"}).content.decode()
    assert "Senast testad i dag" in card
    assert "Testas just nu" not in card


@pytest.mark.parametrize("whole_app", [False, True])
def test_what_rests_says_so_and_the_card_does_not_ask_for_hours(mona, channel, whole_app):
    connections.rest(channel, timezone.now() + timedelta(hours=6), whole_app=whole_app)
    card = reverse("channels:card", args=[channel.pk])
    pressed = press_test(mona, channel, **{"HX-Request": "true"}).content.decode()
    for seen in (pressed, mona.get(card).content.decode(), mona.get("/kanaler/").content.decode()):
        assert "Plattformen ber oss vänta till" in seen
        assert "Testas just nu" not in seen
        assert card not in seen


def test_what_is_called_already_says_so_though_it_rests_from_now_on(mona, channel):
    connections.ask_for_probe(channel)
    connections.claim_probe(channel.pk)
    connections.rest(channel, timezone.now() + timedelta(hours=6))
    assert "Testas just nu" in page(mona, channel)


# --- settings ---------------------------------------------------------------------------------------------------


def test_an_administrator_changes_all_of_it_and_the_log_tells_what_was_before(mona, channel, karin):
    anna = factories.reviewer()
    typed = filled(mona, channel) | {
        "owner": str(anna.pk), "deputy": str(karin.pk), "audience": "Medlemmar", "goal": "3", "goal_period": "week",
        "goal_on_weekdays": "on", "alarm_days": "7", "administrators": "2", "most_administrators": "3",
        "facts": "60 000 följer", "facts_source": "Meta", "facts_on": "2026-11-02", "opening": "Välkommen.",
    }  # fmt: skip
    answer = mona.post(address_of(channel), typed)
    assert answer.status_code == 302
    seen = Channel.objects.get()
    assert (seen.owner, seen.deputy, seen.audience) == (anna, karin, "Medlemmar")
    assert (seen.goal, seen.goal_period, seen.goal_on_weekdays, seen.alarm_days) == (3, "week", True, 7)
    assert (seen.administrators, seen.most_administrators) == (2, 3)
    assert (seen.facts, seen.facts_source, seen.facts_on) == ("60 000 följer", "Meta", date(2026, 11, 2))
    assert seen.opening == "Välkommen."
    [change] = changes()
    assert change["goal"] == [1, 3]
    assert change["owner"] == [karin.pk, anna.pk]
    assert "is_preselected" not in change


@pytest.mark.parametrize("platform", ["facebook", "youtube", "by_hand"])
def test_each_setting_has_its_place_on_the_page(mona, platform):
    form = mona.get(address_of(factories.channel(platform))).context["form"]
    shown = [field.name for _, fields in form.sections for field in fields]
    assert sorted(shown) == sorted(form.settings)


def test_only_what_is_different_is_written_down(mona, channel):
    mona.post(address_of(channel), filled(mona, channel) | {"audience": "Medlemmar"})
    assert changes() == [{"audience": ["Alla", "Medlemmar"]}]


def test_what_is_sent_back_as_it_was_is_no_change(mona, channel):
    answer = mona.post(address_of(channel), filled(mona, channel), follow=True)
    assert "Ingenting var ändrat." in text_of(answer)
    assert changes() == []


def test_suggested_times_are_kept_in_order_and_their_change_is_told(mona, channel):
    mona.post(address_of(channel), filled(mona, channel) | {"suggested_times": "15:30, 9 9.00"})
    assert Channel.objects.get().suggested_times == "09.00, 15.30"
    assert changes() == [{"suggested_times": ["", "09.00, 15.30"]}]


def test_whoever_keeps_it_changes_goal_and_audience_and_nothing_else(channel, karin):
    keeper = signed_in(karin)
    typed = filled(keeper, channel)
    assert {*typed} == {"audience", "goal", "goal_period", "suggested_times", "seen"}
    keeper.post(
        address_of(channel), typed | {"goal": "2", "owner": "", "opening": "Mitt", "is_preselected": "on"}
    )
    seen = Channel.objects.get()
    assert (seen.goal, seen.owner, seen.opening, seen.is_preselected) == (2, karin, "", False)
    assert changes() == [{"goal": [1, 2]}]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"goal": "0"}, "Skriv ett tal mellan 1 och 100."),
        ({"goal": "många"}, "Skriv ett helt tal, till exempel 3."),
        ({"suggested_times": "kvart över nio"}, "Skriv tider som 09.00, 15.30."),
        ({"suggested_times": "25.00"}, "Skriv tider som 09.00, 15.30."),
        ({"suggested_times": "1 2 3 4 5 6 7 8 9"}, "Skriv högst 8 tider."),
        ({"alarm_days": "400"}, "Skriv ett tal mellan 1 och 365."),
        ({"facts": "60 000"}, "Skriv varifrån uppgifterna kommer."),
        ({"facts": "60 000", "facts_source": "Meta"}, "Skriv vilken dag uppgifterna gällde."),
        ({"facts_on": "2999-01-01"}, "Dagen har inte varit än."),
        ({"audience": "x" * 201}, "Texten är för lång."),
        ({"seen": ""}, "Sidan hade legat framme för länge. Ladda om den."),
        ({"seen": "{}"}, "Sidan hade legat framme för länge. Ladda om den."),
        ({"seen": "[1]"}, "Sidan hade legat framme för länge. Ladda om den."),
        ({"seen": "inte json"}, "Sidan hade legat framme för länge. Ladda om den."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_changed_or_lost(mona, channel, typed, said):
    answer = mona.post(address_of(channel), filled(mona, channel) | {"opening": "Mina ord"} | typed)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert "Mina ord" in answer.content.decode()
    assert (changes(), Channel.objects.get().opening) == ([], "")


def test_nobody_is_their_own_deputy(mona, channel, karin):
    answer = mona.post(address_of(channel), filled(mona, channel) | {"deputy": str(karin.pk)})
    assert "Välj någon annan än kontoansvarig." in text_of(answer)
    assert changes() == []


def test_a_deputy_needs_an_owner(mona, channel, karin):
    typed = {"owner": "", "deputy": str(karin.pk)}
    answer = mona.post(address_of(channel), filled(mona, channel) | typed)
    assert "Välj en kontoansvarig, när det finns en ersättare." in text_of(answer)
    assert changes() == []


def test_who_may_not_sign_in_is_not_put_in_charge_but_stays_until_somebody_else_is(mona, channel, karin):
    gone = factories.ombudsman(name="Borta Bengt", is_active=False)
    answer = mona.post(address_of(channel), filled(mona, channel) | {"deputy": str(gone.pk)})
    assert answer.status_code == 422
    User.objects.filter(pk=karin.pk).update(is_active=False)
    shown = mona.get(address_of(channel)).content.decode()
    assert "Karin Ek (kan inte logga in)" in shown
    assert "Borta Bengt" not in shown
    mona.post(address_of(channel), filled(mona, channel) | {"audience": "Medlemmar"})
    assert changes() == [{"audience": ["Alla", "Medlemmar"]}]


def test_what_is_done_by_hand_has_a_name_and_an_address_to_change(mona):
    group = factories.channel("by_hand", name="Gruppen")
    typed = filled(mona, group) | {"name": "Seko-vänner", "url": "https://example.test/grupp"}
    assert "privacy" not in typed
    mona.post(address_of(group), typed)
    seen = Channel.objects.get()
    assert (seen.name, seen.url) == ("Seko-vänner", "https://example.test/grupp")


def test_where_the_platform_has_the_name_nobody_types_another(mona, channel):
    mona.post(address_of(channel), filled(mona, channel) | {"name": "Annat"})
    assert Channel.objects.get().name == "Seko"


def test_who_sees_a_new_film_is_chosen_where_films_have_titles(mona, channel):
    tube = factories.channel("youtube")
    assert "privacy" not in filled(mona, channel)
    mona.post(address_of(tube), filled(mona, tube) | {"privacy": "unlisted"})
    assert Channel.objects.get(pk=tube.pk).privacy == "unlisted"
    assert "Nya filmer ses av Den som har länken" in page(mona, tube)


# --- two at once ------------------------------------------------------------------------------------------------


def test_the_second_of_two_is_told_and_nothing_of_either_is_lost(mona, channel):
    other = signed_in(factories.administrator(name="Maj Berg"))
    typed = filled(mona, channel) | {"opening": "Mina ord", "goal": "5"}
    other.post(address_of(channel), filled(other, channel) | {"audience": "Medlemmar", "goal": "2"})
    answer = mona.post(address_of(channel), typed)
    assert answer.status_code == 409
    said, form = text_of(answer), answer.context["form"]
    assert "Någon annan ändrade kanalen medan du skrev. Ingenting av ditt är sparat än." in said
    assert "Målgrupp: Medlemmar" in said
    assert "Mål: 2" in said
    shown = {name: form[name].value() for name in ("audience", "goal", "opening")}
    assert shown == {"audience": "Medlemmar", "goal": "5", "opening": "Mina ord"}
    seen = Channel.objects.get()
    assert (seen.audience, seen.goal, seen.opening) == ("Medlemmar", 2, "")


def test_who_saves_again_after_having_been_told_changes_only_their_own(mona, channel):
    other = signed_in(factories.administrator(name="Maj Berg"))
    typed = filled(mona, channel) | {"opening": "Mina ord"}
    other.post(
        address_of(channel), filled(other, channel) | {"audience": "Medlemmar", "is_preselected": "on"}
    )
    form = mona.post(address_of(channel), typed).context["form"]
    again = {name: form[name].value() for name in form.fields}
    again = {name: value for name, value in again.items() if value not in (None, False)}
    assert again["is_preselected"] is True
    assert mona.post(address_of(channel), again).status_code == 302
    seen = Channel.objects.get()
    assert (seen.audience, seen.is_preselected, seen.opening) == ("Medlemmar", True, "Mina ord")
    assert changes() == [
        {"audience": ["Alla", "Medlemmar"], "is_preselected": [False, True]},
        {"opening": ["", "Mina ord"]},
    ]


def test_what_the_software_writes_down_meanwhile_is_nobody_elses_change(mona, channel):
    typed = filled(mona, channel) | {"audience": "Medlemmar"}
    connections.mark_broken(channel, "token_expired")
    assert mona.post(address_of(channel), typed).status_code == 302


# --- history ----------------------------------------------------------------------------------------------------


def test_history_tells_who_what_and_what_was_before_in_words(mona, channel, karin):
    anna = factories.reviewer(name="Anna Lind")
    wanted = {
        "owner": anna,
        "goal_period": "week",
        "goal_on_weekdays": True,
        "audience": "",
        "facts_on": None,
    }
    before = keeping.settings_of(channel, wanted)
    keeping.change(channel, factories.administrator(name="Mona Berg"), before, wanted)
    connections.mark_broken(channel, "token_expired")
    said = page(mona, channel)
    for words in (
        "Ändrade kanalen.", "Mona Berg", "Kontoansvarig: Karin Ek → Anna Lind", "Period: om dagen → i veckan",
        "Bara vardagar: nej → ja", "Målgrupp: Alla → inget",
        "Anslutningen slutade fungera. Anslutningen gäller inte längre. Anslut kanalen igen.", "Seko Social",
    ):  # fmt: skip
        assert words in said


def test_history_has_words_for_the_accounts_name_and_for_columns_that_are_no_more(mona, channel):
    changes = {"handle": ["seko", "seko_se"], "colour": ["red", True]}
    log.record("channel.changed", channel, changes=changes)
    said = page(mona, channel)
    assert "Kontots namn: seko → seko_se" in said
    assert "colour: red → ja" in said


def test_history_is_of_this_channel_alone_and_comes_a_page_at_a_time(mona, channel):
    other, admin = factories.channel(), factories.administrator()
    for number in range(25):
        log.record("channel.proposed", channel, actor=admin, text=f"Förslag {number:02}.")
    keeping.propose(other, admin, "Någon annans.")
    first = page(mona, channel)
    assert "Förslag 24." in first
    assert "Förslag 05." in first
    assert "Förslag 04." not in first
    assert "Någon annans." not in first
    older = mona.get(reverse("channels:channel", args=[channel.pk])).context["older"]
    assert "Förslag 04." in page(mona, channel, f"?fore={older}")


def test_history_is_for_those_who_read_the_log_and_its_keepers(channel, karin):
    keeping.propose(channel, karin, "Fler om dagen.")
    found = {
        name: "Fler om dagen." in page(signed_in(person), channel)
        for name, person in (
            ("keeper", karin),
            ("reader", factories.reader()),
            ("reviewer", factories.reviewer()),
        )
    }
    assert found == {"keeper": True, "reader": True, "reviewer": False}


def test_the_page_costs_the_same_however_much_has_happened(mona, channel, django_assert_max_num_queries):
    for number in range(30):
        keeping.propose(channel, factories.administrator(), f"Förslag {number}.")
    with django_assert_max_num_queries(11):
        mona.get(reverse("channels:channel", args=[channel.pk]))


# --- proposing --------------------------------------------------------------------------------------------------


def test_a_proposal_is_sent_and_written_down(channel, karin):
    anna, mona = factories.reviewer(), factories.administrator()
    client = signed_in(anna)
    answer = client.post(
        reverse("channels:propose", args=[channel.pk]), {"text": "Två om dagen."}, follow=True
    )
    assert "Förslaget är skickat" in text_of(answer)
    assert {notice.person for notice in Notice.objects.all()} == {mona, karin}
    assert Entry.objects.get(verb="channel.proposed").actor == anna


def test_two_presses_are_one_proposal_and_the_next_waits_for_an_hour(channel, mona):
    client, address = signed_in(factories.reviewer()), reverse("channels:propose", args=[channel.pk])
    sent = [client.post(address, {"text": text}) for text in ("Två om dagen.", "Två om dagen.", "Nej, tre.")]
    assert [answer.status_code for answer in sent] == [302, 422, 422]
    assert "Ditt förra förslag är skickat." in text_of(sent[2])
    assert "Nej, tre." in text_of(sent[2])
    assert Entry.objects.filter(verb="channel.proposed").count() == 1
    assert Notice.objects.filter(kind="channel_proposal").count() == 2
    with freeze_time(timezone.now() + timedelta(minutes=61)):
        assert keeping.propose(channel, User.objects.get(name="Anna Lind"), "Nej, tre.") is True


def test_one_persons_proposal_hinders_no_other_person_and_no_other_channel(channel, karin):
    anna, other = factories.reviewer(), factories.channel("x")
    proposed = [
        keeping.propose(about, by, "Två.") for about, by in ((channel, anna), (channel, karin), (other, anna))
    ]
    assert proposed == [True, True, True]


def test_an_empty_proposal_is_none(channel):
    answer = signed_in(factories.reviewer()).post(
        reverse("channels:propose", args=[channel.pk]), {"text": " "}
    )
    assert (answer.status_code, Notice.objects.count()) == (422, 0)
    assert "Skriv vad du vill ändra." in text_of(answer)


def test_who_may_change_everything_is_not_asked_to_propose(mona, channel):
    assert mona.get(reverse("channels:propose", args=[channel.pk])).status_code == 403
    assert reverse("channels:propose", args=[channel.pk]) not in mona.get("/kanaler/").content.decode()


# --- disconnecting ----------------------------------------------------------------------------------------------


@pytest.fixture
def given_back(monkeypatch) -> list:
    back: list = []
    monkeypatch.setattr(Asking, "revoke", lambda self, secrets: back.append(dict(secrets)))
    monkeypatch.setattr(Asking, "__abstractmethods__", frozenset())
    return back


def part(client: Client, channel: Channel) -> str:
    return text_of(client.post(reverse("channels:disconnect", args=[channel.pk]), follow=True))


def test_a_channel_is_left_after_a_question_and_its_posts_keep_their_history(mona, channel, given_back):
    post = factories.approved(factories.submitted(), factories.reviewer(), channel)
    asked = text_of(mona.get(reverse("channels:disconnect", args=[channel.pk])))
    assert "Det går inte att ångra." in asked
    assert "1 inlägg väntar på kanalen och blir liggande." in asked
    assert Credential.objects.exists()
    assert "Ansluts kontot igen går det ut först när någon släpper fram det." in asked
    assert "Seko är frånkopplad." in part(mona, channel)
    assert Channel.objects.get().disconnected_at
    assert not Credential.objects.exists()
    assert [secrets["access_token"] for secrets in given_back] == [f"token-{channel.remote_id}"]
    assert Publication.objects.get().post == post
    assert Entry.objects.filter(verb="channel.disconnected").count() == 1


def test_what_another_channel_lives_on_is_not_given_back(mona, channel, given_back):
    factories.channel()
    said = part(mona, channel)
    assert "Anslutningen hos Facebook finns kvar, för en annan kanal använder den." in said
    assert given_back == []
    assert Credential.objects.filter(channel=channel).count() == 0


def test_a_platform_that_cannot_be_told_hinders_nobody(mona, channel, given_back, monkeypatch):
    def be_away(_self, _secrets):
        raise NotSent("connect")

    monkeypatch.setattr(Asking, "revoke", be_away)
    said = part(mona, channel)
    assert "Vi kunde inte ta bort anslutningen hos Facebook än och försöker igen i ett dygn." in said
    assert "logga in på Facebook och ta bort appen." in said
    assert Channel.objects.get().disconnected_at
    assert Credential.objects.exists()


def test_a_credential_that_does_not_open_is_left_too(mona, channel, given_back):
    Credential.objects.update(sealed="v1.lost.AAAA")
    assert "Vi kan inte ta bort anslutningen hos Facebook." in part(mona, channel)
    assert not Credential.objects.exists()


def test_what_is_done_by_hand_has_nothing_to_give_back(mona):
    group = factories.channel("by_hand", name="Gruppen")
    said = part(mona, group)
    assert "Gruppen är frånkopplad." in said
    assert "ta bort appen" not in said


def test_what_is_done_by_hand_is_asked_about_without_a_word_of_connections(mona):
    group = factories.channel("by_hand", name="Gruppen")
    asked = text_of(mona.get(reverse("channels:disconnect", args=[group.pk])))
    assert "Inget mer publiceras på kanalen." in asked
    assert "anslutningen" not in asked
    assert "Pausa" not in asked


def test_who_presses_twice_is_told_that_it_is_gone(mona, channel, given_back):
    part(mona, channel)
    assert mona.post(reverse("channels:disconnect", args=[channel.pk])).status_code == 404
    assert (len(given_back), Entry.objects.filter(verb="channel.disconnected").count()) == (1, 1)


def test_the_account_can_be_connected_again_later(mona, channel, given_back):
    part(mona, channel)
    again = factories.channel(remote_id=channel.remote_id)
    assert [*Channel.objects.open()] == [again]
