"""The wizard's steps: what is asked, kept, given back, and what becomes a channel."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from audit.models import Entry
from channels import connecting, connections, pictures, tasks
from channels.adapters.codes import Trouble
from channels.adapters.connector import Account, Question, Right
from channels.connecting import GoneError, UnfitError
from channels.errors import NotConnected, NotSent
from channels.models import Channel, Connecting, Credential
from channels.wording import name_of
from tests import factories
from tests.channels.dialogs import (
    ALL,
    NORTH,
    RETURN,
    SEKO,
    asks_for_password,
    come_back,
    dialogs,
    fresh,
    in_broker,
    signed_in_row,
    trials,
)

__all__ = ["asks_for_password", "dialogs", "in_broker", "trials"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "dialogs")]


@pytest.fixture
def mona():
    return factories.administrator()


def raising(error: Exception):
    def fail() -> None:
        raise error

    return fail


def settings_of(mona) -> dict:
    return {"owner": mona, "audience": "Medlemmar", "goal": 1, "goal_period": "day"}


# --- the dialog -------------------------------------------------------------------------------------------------


def test_another_server_ends_the_question_to_the_first(dialogs, mona):
    dialogs.questions, dialogs.has_app_keys = (Question("server"),), False
    row = connecting.begin(mona, "facebook")
    connecting.answer(row, {"server": "https://one.test"})
    _, state = connecting.dialog(row, RETURN)
    assert connecting.asked_with(state, mona, "facebook") == row
    connecting.answer(fresh(row), {"server": "https://two.test"})
    assert connecting.asked_with(state, mona, "facebook") is None


def test_every_dialog_has_a_state_and_a_verifier_of_its_own(dialogs, mona):
    row = connecting.begin(mona, "facebook")
    first, second = connecting.dialog(row, RETURN), connecting.dialog(row, RETURN)
    assert first[1] != second[1]
    assert len({asked["verifier"] for asked in dialogs.asked}) == 2
    assert min(len(asked["verifier"]) for asked in dialogs.asked) >= 43
    assert first[0].endswith(f"redirect_uri={RETURN}")


def test_the_row_keeps_a_digest_of_the_state_and_the_verifier_sealed(dialogs, mona):
    row = connecting.begin(mona, "facebook")
    _, state = connecting.dialog(row, RETURN)
    kept = str(Connecting.objects.values().get())
    assert (state in kept, dialogs.asked[0]["verifier"] in kept) == (False, False)
    assert fresh(row).state == connecting.digest(state)


def test_only_the_one_who_asked_is_found_by_the_state(mona):
    row = connecting.begin(mona, "facebook")
    _, state = connecting.dialog(row, RETURN)
    assert connecting.asked_with(state, mona, "facebook") == row
    assert connecting.asked_with(state, factories.administrator(), "facebook") is None
    assert connecting.asked_with(state, mona, "x") is None
    assert connecting.asked_with("", mona, "facebook") is None


def test_without_app_keys_nobody_is_sent_anywhere(dialogs, mona, settings):
    settings.APP_KEYS = {"facebook": ("", "")}
    assert not connecting.has_keys("facebook")
    with pytest.raises(NotConnected, match=Trouble.APP_KEYS):
        connecting.dialog(connecting.begin(mona, "facebook"), RETURN)
    assert dialogs.asked == []


# --- back from it -----------------------------------------------------------------------------------------------


def test_the_code_is_exchanged_with_the_same_verifier_and_address(dialogs, mona):
    row = signed_in_row(mona)
    assert dialogs.exchanged == [("a-code", dialogs.asked[0]["verifier"], RETURN)]
    notes = connecting.opened(row)
    assert (notes.grant.access_token, notes.trouble, notes.verifier) == ("user-token-1", "", "")
    assert [account.id for account in notes.accounts] == ["1", "2", "9"]


def test_nothing_that_was_given_stands_in_the_clear(mona):
    signed_in_row(mona)
    kept = str(Connecting.objects.values().get())
    assert [word for word in ("user-token", "refresh-", "page-token") if word in kept] == []


def test_a_state_works_once(dialogs, mona):
    row = connecting.begin(mona, "facebook")
    _, state = connecting.dialog(row, RETURN)
    connecting.come_back(row, state, RETURN, code="a-code")
    with pytest.raises(GoneError):
        connecting.come_back(row, state, RETURN, code="a-code")
    assert len(dialogs.exchanged) == 1


def test_a_no_is_told_apart_from_a_failure_and_nothing_is_exchanged(dialogs, mona):
    row = connecting.begin(mona, "facebook")
    assert come_back(row, error="access_denied") == Trouble.CANCELLED
    assert come_back(fresh(row), error="server_error") == Trouble.DIALOG_FAILED
    assert come_back(fresh(row), code="") == Trouble.DIALOG_FAILED
    assert dialogs.exchanged == []
    assert connecting.opened(fresh(row)).grant is None


def test_the_log_says_what_the_dialog_said_in_one_short_line(mona, caplog):
    come_back(connecting.begin(mona, "facebook"), error="invalid_scope\n" + "x" * 500)
    (line,) = [record.getMessage() for record in caplog.records if record.name == "channels.connecting"]
    assert line.startswith("The dialog of facebook came back without a code: invalid_scopexxx")
    assert len(line) < 120


def test_two_windows_write_in_the_same_row_and_undo_nothing(mona):
    row = connecting.begin(mona, "facebook")
    _, state = connecting.dialog(row, RETURN)
    stale = fresh(row)
    connecting.come_back(row, state, RETURN, code="a-code")
    connecting.note_down(stale, {"audience": "Medlemmar"})
    notes = connecting.opened(fresh(row))
    assert (notes.grant.access_token, len(notes.accounts)) == ("user-token-1", 3)
    assert notes.entered == {"audience": "Medlemmar"}


def test_a_dialog_begun_during_the_exchange_can_be_come_back_from(dialogs, mona):
    row = connecting.begin(mona, "facebook")
    begun = []

    def in_another_window() -> None:
        dialogs.script.clear()
        begun.append(connecting.dialog(fresh(row), RETURN)[1])

    dialogs.script["exchange"] = in_another_window
    come_back(row)
    connecting.come_back(fresh(row), begun[0], RETURN, code="another-code")
    assert dialogs.exchanged[1] == ("another-code", dialogs.asked[1]["verifier"], RETURN)


def test_another_grant_is_tried_anew(mona, trials):
    row = chosen_row(mona)
    connecting.start_trial(row)
    connecting.try_out(str(row.pk))
    assert fresh(row).trial == connecting.GOOD
    come_back(fresh(row))
    assert (fresh(row).trial, fresh(row).tried_at) == ("", None)


@pytest.mark.parametrize(
    "error", [NotConnected(Trouble.CODE_OLD), NotSent(Trouble.CONNECT), NotConnected(Trouble.ADDRESS_REFUSED)]
)
def test_a_code_that_cannot_be_exchanged_says_why(dialogs, mona, error):
    dialogs.script["exchange"] = raising(error)
    row = connecting.begin(mona, "facebook")
    assert come_back(row) == error.code
    notes = connecting.opened(fresh(row))
    assert (notes.grant, notes.trouble) == (None, error.code)


def test_a_grant_whose_accounts_cannot_be_read_is_kept_and_looked_at_again(dialogs, mona):
    dialogs.script["accounts"] = raising(NotSent(Trouble.NO_ANSWER))
    row = connecting.begin(mona, "facebook")
    assert come_back(row) == Trouble.NO_ANSWER
    assert connecting.opened(fresh(row)).grant.access_token == "user-token-1"
    dialogs.script.clear()
    assert connecting.look(fresh(row)) == ""
    assert len(connecting.opened(fresh(row)).accounts) == 3


def test_a_grant_that_reaches_nothing_says_so(dialogs, mona):
    dialogs.reached = []
    assert come_back(connecting.begin(mona, "facebook")) == Trouble.NO_ACCOUNTS


def test_after_no_lasting_access_the_question_is_put_anew(dialogs, mona):
    dialogs.script["exchange"] = raising(NotConnected(Trouble.NO_LASTING_ACCESS))
    row = connecting.begin(mona, "facebook")
    come_back(row)
    connecting.dialog(fresh(row), RETURN)
    assert [asked["again"] for asked in dialogs.asked] == [False, True]


def test_who_connects_again_is_always_asked_anew(dialogs, mona):
    connecting.dialog(connecting.begin(mona, "facebook", factories.channel(remote_id="1")), RETURN)
    assert dialogs.asked[0]["again"] is True


def test_a_second_grant_takes_the_place_of_the_first_which_is_given_back_where_that_ends_no_more(
    dialogs, mona
):
    row = signed_in_row(mona)
    come_back(row)
    assert dialogs.revoked == []
    dialogs.ends_only_this = True
    come_back(fresh(row))
    assert [secrets["access_token"] for secrets in dialogs.revoked] == ["user-token-2"]
    assert connecting.opened(fresh(row)).grant.access_token == "user-token-3"


def test_what_comes_for_somebody_who_has_left_meanwhile_is_given_back(dialogs, mona):
    row = connecting.begin(mona, "facebook")
    dialogs.script["exchange"] = lambda: connecting.leave(row)
    with pytest.raises(GoneError):
        come_back(row)
    assert [secrets["access_token"] for secrets in dialogs.revoked] == ["user-token-1"]
    assert "user-token" not in str(connecting.Notes.of(fresh(row).open()))


def test_where_there_is_no_dialog_the_password_is_used_and_not_kept(asks_for_password, mona):
    row = connecting.begin(mona, "facebook")
    assert connecting.sign_in(row, {"handle": "seko", "password": "app-password"}) == ""
    plain = fresh(row).open()
    assert plain["answers"] == {"handle": "seko"}
    assert "app-password" not in str(plain)
    assert plain["grant"]["access_token"] == "user-token-0"


def test_a_refused_password_is_told(asks_for_password, mona):
    asks_for_password.script["sign_in"] = raising(NotConnected(Trouble.SIGN_IN_REFUSED))
    row = connecting.begin(mona, "facebook")
    assert connecting.sign_in(row, {"handle": "seko", "password": "wrong"}) == Trouble.SIGN_IN_REFUSED
    assert connecting.opened(fresh(row)).answers == {"handle": "seko"}


# --- which account ----------------------------------------------------------------------------------------------


def offered(row: Connecting) -> dict[str, str]:
    return {choice.account.name: choice.refusal for choice in connecting.choices(row, connecting.opened(row))}


def test_what_cannot_be_chosen_says_why_and_comes_last(dialogs, mona):
    no_role = Account("3", "Seko Väg", missing=(Right.PUBLISH,))
    dialogs.reached = [dialogs.reached[2], no_role, SEKO, NORTH]
    factories.channel(remote_id="2")
    assert list(offered(signed_in_row(mona)).items()) == [
        ("Seko", ""),
        ("Anna Lind", Trouble.PERSONAL_PROFILE),
        ("Seko Väg", Trouble.ROLE_MISSING),
        ("Seko Region Norr", connecting.TAKEN),
    ]


def test_a_channel_is_connected_again_with_the_same_account_only(mona):
    channel = factories.channel(remote_id="1")
    assert offered(signed_in_row(mona, channel=channel)) == {
        "Seko": "",
        "Seko Region Norr": Trouble.WRONG_ACCOUNT,
        "Anna Lind": Trouble.PERSONAL_PROFILE,
    }


@pytest.mark.parametrize(
    ("account", "code"), [("9", "personal_profile"), ("", "no_accounts"), ("77", "no_accounts")]
)
def test_nobody_chooses_what_is_not_offered(mona, account, code):
    row = signed_in_row(mona)
    with pytest.raises(UnfitError, match=code):
        connecting.choose(row, account)
    assert fresh(row).account_id == ""


def test_without_the_right_to_publish_no_account_will_do(dialogs, mona):
    dialogs.granted = ("read",)
    row = signed_in_row(mona)
    with pytest.raises(UnfitError, match=Trouble.PERMISSION_MISSING):
        connecting.choose(row, "1")
    assert connecting.granted(row, connecting.opened(row)) == (Right.READ,)


def test_another_account_is_tried_anew(mona):
    row = signed_in_row(mona)
    connecting.choose(row, "1")
    Connecting.objects.update(trial=connecting.GOOD)
    connecting.choose(fresh(row), "1")
    assert fresh(row).trial == connecting.GOOD
    connecting.choose(fresh(row), "2")
    assert fresh(row).trial == ""


# --- the trial --------------------------------------------------------------------------------------------------


def chosen_row(mona, **fields) -> Connecting:
    row = signed_in_row(mona, **fields)
    connecting.choose(row, "1")
    return fresh(row)


def test_a_trial_runs_with_the_accounts_own_token_and_ends_well(mona, trials):
    row = chosen_row(mona)
    assert connecting.start_trial(row)
    tasks.try_out(str(row.pk))
    assert fresh(row).trial == connecting.GOOD
    adapter = connecting.adapter_for(row, connecting.opened(row))
    assert (adapter.connection.access_token, adapter.connection.account_id) == ("page-token-1", "1")


def test_a_trial_that_fails_says_why(mona, trials):
    trials["try_out"] = raising(NotConnected(Trouble.PERMISSION_MISSING))
    row = chosen_row(mona)
    connecting.start_trial(row)
    connecting.try_out(str(row.pk))
    assert fresh(row).trial == Trouble.PERMISSION_MISSING


def test_two_presses_start_one_trial(mona, trials):
    row = chosen_row(mona)
    assert [connecting.start_trial(row), connecting.start_trial(row), connecting.start_trial(fresh(row))] == [
        True,
        False,
        False,
    ]


def test_a_trial_that_the_broker_lost_is_put_in_again_and_runs_once(mona, trials, in_broker):
    ran = []
    trials["try_out"] = lambda: ran.append(1)
    row = chosen_row(mona)
    connecting.start_trial(row)
    tasks.sweep_connecting()
    assert in_broker == [("channels.tasks.try_out", str(row.pk))]
    connecting.try_out(str(row.pk))
    connecting.try_out(str(row.pk))
    tasks.sweep_connecting()
    assert (ran, len(in_broker), fresh(row).trial) == ([1], 1, connecting.GOOD)


def test_two_workers_with_the_same_trial_run_it_once(mona, trials):
    ran = []
    row = chosen_row(mona)

    def meanwhile() -> None:
        ran.append(1)
        connecting.try_out(str(row.pk))

    trials["try_out"] = meanwhile
    connecting.start_trial(row)
    connecting.try_out(str(row.pk))
    assert ran == [1]


def test_a_trial_whose_worker_died_is_started_again(mona, trials):
    row = chosen_row(mona)
    connecting.start_trial(row)
    Connecting.objects.update(tried_at=timezone.now() - connecting.TRIAL_PATIENCE - timedelta(seconds=1))
    assert connecting.start_trial(fresh(row))


def test_a_trial_that_comes_late_does_not_speak_of_the_next_one(mona, trials):
    row = chosen_row(mona)
    connecting.start_trial(row)

    def another_begins() -> None:
        Connecting.objects.update(tried_at=timezone.now() + timedelta(seconds=1))

    trials["try_out"] = another_begins
    connecting.try_out(str(row.pk))
    assert fresh(row).trial == connecting.RUNNING


def test_a_trial_that_nobody_asked_for_does_nothing(mona, trials):
    trials["try_out"] = raising(AssertionError("nobody asked"))
    row = chosen_row(mona)
    connecting.try_out(str(row.pk))
    assert fresh(row).trial == ""


# --- the end ----------------------------------------------------------------------------------------------------


def test_the_end_is_a_channel_with_all_that_was_given_and_no_row(mona):
    row = chosen_row(mona)
    channel = connecting.finish(row, settings_of(mona))
    assert (channel.name, channel.remote_id, channel.handle, channel.url) == ("Seko", "1", "seko", SEKO.url)
    assert (channel.owner, channel.audience, channel.goal) == (mona, "Medlemmar", 1)
    credential = Credential.objects.get()
    assert credential.open() == {"access_token": "page-token-1", "refresh_token": "refresh-1"}
    assert (credential.scopes, credential.grantor, credential.connected_by) == (list(ALL), "anna", mona)
    assert not Connecting.objects.exists()
    assert [(entry.verb, entry.actor) for entry in Entry.objects.filter(verb__startswith="channel.")] == [
        ("channel.connected", mona)
    ]


def test_the_next_page_of_a_platform_goes_by_its_own_name_too(mona):
    first = connecting.finish(chosen_row(mona), settings_of(mona))
    assert name_of(first) == "Facebook"
    Channel.objects.filter(pk=first.pk).update(remote_id="2")
    second = connecting.finish(chosen_row(mona), settings_of(mona))
    assert (name_of(second), name_of(first)) == ("Facebook (Seko)", "Facebook")


def test_two_presses_on_the_last_button_make_one_channel(mona):
    row = chosen_row(mona)
    again = fresh(row)
    connecting.finish(row, settings_of(mona))
    with pytest.raises(GoneError):
        connecting.finish(again, settings_of(mona))
    assert Channel.objects.count() == 1


def test_two_presses_at_once_make_one_channel_where_nobody_is_asked_and_one_connection_again(mona):
    by_hand = connecting.begin(mona, "by_hand")
    connecting.answer(by_hand, {"name": "Gruppen"})
    again = chosen_row(mona, channel=factories.channel(remote_id="1"))
    for row in (by_hand, again):
        same = fresh(row)
        connecting.finish(row, {})
        with pytest.raises(GoneError):
            connecting.finish(same, {})
    assert Channel.objects.count() == 2
    assert Entry.objects.filter(verb="channel.connected", actor=mona).count() == 2


def test_nobody_is_connected_who_has_not_chosen(mona):
    row = signed_in_row(mona)
    with pytest.raises(UnfitError):
        connecting.finish(row, settings_of(mona))
    assert not Channel.objects.exists()
    assert Connecting.objects.count() == 1


def test_connected_by_somebody_else_meanwhile(mona, monkeypatch):
    row = chosen_row(mona)
    # Between the last look and the writing.
    monkeypatch.setattr(pictures, "fetch", lambda url: factories.channel(remote_id="1") and None)
    with pytest.raises(UnfitError, match=connecting.TAKEN):
        connecting.finish(row, settings_of(mona))
    assert Channel.objects.count() == 1
    assert Connecting.objects.count() == 1


def test_a_channel_connected_again_is_the_same_one_and_keeps_what_it_carries(mona):
    keeper = factories.ombudsman()
    channel = factories.channel(remote_id="1", owner=keeper, audience="Alla", name="Vår sida")
    connections.mark_broken(channel, Trouble.TOKEN_EXPIRED)
    before = Credential.objects.get().revision
    again = connecting.finish(chosen_row(mona, channel=channel), {})
    assert (again.pk, again.owner, again.audience, again.fault) == (channel.pk, keeper, "Alla", "")
    assert Credential.objects.get().revision != before


@pytest.mark.parametrize(
    ("ends_only_this", "given_back"),
    [(True, [{"access_token": "old-token", "host": "https://old.test"}]), (False, [])],
)
def test_what_is_replaced_is_given_back_where_that_ends_no_more(dialogs, mona, ends_only_this, given_back):
    channel = factories.channel(remote_id="1", host="https://old.test")
    connections.connect(channel, {"access_token": "old-token"}, grantor="anna")
    dialogs.ends_only_this = ends_only_this
    connecting.finish(chosen_row(mona, channel=channel), {})
    assert dialogs.revoked == given_back


def test_the_same_token_once_more_is_not_given_back(dialogs, mona):
    channel = factories.channel(remote_id="1")
    connections.connect(channel, {"access_token": "page-token-1"}, grantor="anna")
    dialogs.ends_only_this = True
    connecting.finish(chosen_row(mona, channel=channel), {})
    assert dialogs.revoked == []


def test_an_account_that_moved_is_called_where_it_is_now(dialogs, mona, monkeypatch):
    given = dialogs.given
    monkeypatch.setattr(dialogs, "given", lambda self: replace(given(self), host="https://new.test"))
    channel = factories.channel(remote_id="1", host="https://old.test")
    connecting.finish(chosen_row(mona, channel=channel), {})
    again = Channel.objects.get()
    assert (again.host, connections.adapter_for(again).connection.host) == (
        "https://new.test",
        "https://new.test",
    )


def test_another_account_never_becomes_the_channel(dialogs, mona):
    channel = factories.channel(remote_id="1")
    row = chosen_row(mona, channel=channel)
    Connecting.objects.update(account_id="2")
    with pytest.raises(UnfitError, match=Trouble.WRONG_ACCOUNT):
        connecting.finish(fresh(row), {})
    assert Channel.objects.get().remote_id == "1"


def test_an_account_that_was_disconnected_goes_on_with_its_history(mona):
    channel = factories.channel(remote_id="1")
    Channel.objects.update(disconnected_at=timezone.now())
    Credential.objects.all().delete()
    again = connecting.finish(chosen_row(mona), settings_of(mona))
    assert (again.pk, again.disconnected_at, again.audience) == (channel.pk, None, "Medlemmar")
    changed = {}
    for entry in Entry.objects.filter(verb="channel.changed", actor=mona):
        changed |= entry.facts["changes"]
    assert changed["audience"] == ["", "Medlemmar"]
    assert changed["owner"] == [None, mona.pk]
    assert changed["name"] == [channel.name, "Seko"]


def test_a_new_channel_has_nothing_to_tell_of_before(mona):
    connecting.finish(chosen_row(mona), settings_of(mona))
    assert not Entry.objects.filter(verb="channel.changed").exists()


def test_by_hand_it_is_a_name_and_an_address(mona):
    row = connecting.begin(mona, "by_hand")
    connecting.answer(row, {"name": "Seko Väg & ban, grupp", "url": "https://example.test/"})
    channel = connecting.finish(row, {"owner": mona})
    assert (channel.name, channel.url, channel.owner) == (
        "Seko Väg & ban, grupp",
        "https://example.test/",
        mona,
    )
    assert not Credential.objects.exists()
    assert not Connecting.objects.exists()


# --- giving up --------------------------------------------------------------------------------------------------


def test_what_is_given_up_is_given_back_and_leaves_nothing(dialogs, mona):
    row = signed_in_row(mona)
    connecting.leave(row)
    with pytest.raises(GoneError):
        connecting.choose(row, "1")
    tasks.sweep_connecting()
    assert [secrets["access_token"] for secrets in dialogs.revoked] == ["user-token-1"]
    assert not Connecting.objects.exists()
    assert not Channel.objects.exists()


def test_what_nobody_comes_back_to_is_swept_after_an_hour_and_not_before(dialogs, mona):
    row = signed_in_row(mona)
    connecting.sweep(row.touched_at + timedelta(minutes=59))
    assert (Connecting.objects.count(), dialogs.revoked) == (1, [])
    connecting.sweep(row.touched_at + timedelta(minutes=61))
    assert (Connecting.objects.count(), len(dialogs.revoked)) == (0, 1)


def test_what_is_left_during_a_trial_is_given_back_after_it(dialogs, mona, trials):
    row = chosen_row(mona)
    connecting.start_trial(row)
    seen = []

    def leave_meanwhile() -> None:
        connecting.leave(fresh(row))
        connecting.sweep(timezone.now())
        seen.append(list(dialogs.revoked))

    trials["try_out"] = leave_meanwhile
    connecting.try_out(str(row.pk))
    assert seen == [[]]
    connecting.sweep(timezone.now())
    assert (len(dialogs.revoked), Connecting.objects.count()) == (1, 0)


def test_what_is_left_in_a_trial_whose_worker_died_is_given_back_all_the_same(dialogs, mona):
    connecting.leave(signed_in_row(mona))
    now = timezone.now()
    Connecting.objects.update(trial=connecting.RUNNING, tried_at=now)
    connecting.sweep(now + connecting.TRIAL_PATIENCE + timedelta(seconds=1))
    assert (len(dialogs.revoked), Connecting.objects.count()) == (1, 0)


def test_what_was_never_granted_is_only_deleted(dialogs, mona):
    connecting.leave(connecting.begin(mona, "facebook"))
    connecting.leave(connecting.begin(mona, "by_hand"))
    connecting.sweep(timezone.now())
    assert (Connecting.objects.count(), dialogs.revoked) == (0, [])


def test_what_another_channel_lives_on_is_not_taken_back(dialogs, mona):
    connecting.finish(chosen_row(mona), settings_of(mona))
    connecting.leave(signed_in_row(mona))
    connecting.sweep(timezone.now())
    assert (Connecting.objects.count(), dialogs.revoked) == (0, [])


@pytest.mark.parametrize(("grantor", "ends"), [("anna", False), ("", False), ("johan", True)])
def test_who_gave_it_decides_what_may_be_ended(dialogs, mona, grantor, ends):
    connecting.finish(chosen_row(mona), settings_of(mona))
    assert connecting.may_end("facebook", grantor) is ends


def test_what_ends_alone_may_always_be_ended(dialogs, mona):
    connecting.finish(chosen_row(mona), settings_of(mona))
    dialogs.ends_only_this = True
    assert connecting.may_end("facebook", "anna") is True


def test_somebody_on_the_way_with_the_same_yes_is_not_cut_off(dialogs, mona):
    left, going = signed_in_row(mona), signed_in_row(mona)
    connecting.leave(left)
    connecting.sweep(timezone.now())
    assert dialogs.revoked == []
    assert Connecting.objects.get() == going


def test_a_platform_that_does_not_answer_is_told_later_but_not_for_ever(dialogs, mona):
    dialogs.script["revoke"] = raising(NotSent(Trouble.CONNECT))
    connecting.leave(signed_in_row(mona))
    now = timezone.now()
    connecting.sweep(now)
    assert Connecting.objects.count() == 1
    connecting.sweep(now + connecting.GIVE_UP_AFTER + timedelta(minutes=1))
    assert Connecting.objects.count() == 0


@pytest.mark.parametrize("code", [Trouble.APP_KEYS, Trouble.REFUSED])
def test_what_the_platform_refuses_to_take_back_is_not_forgotten_at_once(dialogs, mona, code):
    dialogs.script["revoke"] = raising(NotConnected(code))
    connecting.leave(signed_in_row(mona))
    connecting.sweep(timezone.now())
    assert (Connecting.objects.count(), dialogs.revoked) == (1, [])
    del dialogs.script["revoke"]
    connecting.sweep(timezone.now())
    assert (Connecting.objects.count(), len(dialogs.revoked)) == (0, 1)


def test_what_cannot_be_given_back_without_app_keys_waits_for_them(dialogs, mona, settings):
    connecting.leave(signed_in_row(mona))
    settings.APP_KEYS = {}
    connecting.sweep(timezone.now())
    assert (Connecting.objects.count(), dialogs.revoked) == (1, [])


def test_a_channel_that_is_disconnected_in_the_last_step_stays_so(dialogs, mona, monkeypatch):
    channel = factories.channel(remote_id="1")
    row = Connecting.objects.select_related("channel").get(pk=chosen_row(mona, channel=channel).pk)

    def cut(_url):
        connections.disconnect(channel, mona)

    monkeypatch.setattr(pictures, "fetch", cut)
    with pytest.raises(GoneError):
        connecting.finish(row, {})
    assert Channel.objects.get().disconnected_at is not None
    assert Connecting.objects.filter(pk=row.pk).exists()


def test_who_connects_it_again_begins_in_vain_once_it_is_disconnected(mona):
    channel = factories.channel(remote_id="1")
    row = chosen_row(mona, channel=channel)
    connections.disconnect(channel, mona)
    with pytest.raises(GoneError):
        connecting.finish(fresh(row), {})
    assert Channel.objects.get().disconnected_at is not None


def test_only_one_of_two_opens_what_was_disconnected(mona, monkeypatch):
    channel = factories.channel(remote_id="1")
    connections.disconnect(channel, mona)
    row, hand_over = chosen_row(mona), connecting.hand_over

    def be_second(*given):
        connections.connect(Channel.objects.get(), {"access_token": "theirs"})
        hand_over(*given)

    monkeypatch.setattr(connecting, "hand_over", be_second)
    with pytest.raises(UnfitError, match=connecting.TAKEN):
        connecting.finish(row, settings_of(mona))


def test_a_row_whose_key_is_lost_is_over(dialogs, mona, settings):
    row = signed_in_row(mona)
    settings.CREDENTIAL_KEYS = ["other:" + "b3RoZXIta2V5LW9mLTMyLWJ5dGVzLXdoaWNoLWlzLWE="]
    with pytest.raises(GoneError):
        connecting.opened(fresh(row))
    connecting.sweep(timezone.now())
    assert not Connecting.objects.exists()


def test_the_clock_sweeps(settings):
    assert "channels.tasks.sweep_connecting" in [
        entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()
    ]


def test_a_sealed_row_opens_nowhere_else(mona):
    one, other = signed_in_row(mona), connecting.begin(mona, "facebook")
    Connecting.objects.filter(pk=other.pk).update(sealed=one.sealed)
    with pytest.raises(GoneError):
        connecting.opened(fresh(other))


def test_no_network_call_is_made_within_a_transaction(dialogs, mona, monkeypatch, transactional_db):
    inside: list[bool] = []
    for call in ("dialog", "exchange", "accounts", "revoke"):
        dialogs.script[call] = lambda: inside.append(connection.in_atomic_block)
    monkeypatch.setattr(pictures, "fetch", lambda url: inside.append(connection.in_atomic_block))
    connecting.finish(chosen_row(mona), settings_of(mona))
    connecting.leave(signed_in_row(mona))
    dialogs.ends_only_this = True
    connecting.sweep(timezone.now())
    assert inside == [False] * 8
