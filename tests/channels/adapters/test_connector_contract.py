"""
What every connector in the registry promises, against the sandbox's own dialogs and over real sockets.

Nothing here knows a platform. A new one is tested here before it has a test of its own; what its dialog or its questions
want is for `visitor` to know.
"""

import logging
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from channels.adapters import ADAPTERS
from channels.adapters.base import Connection
from channels.adapters.codes import Trouble
from channels.adapters.connector import App, Connector, Grant
from channels.adapters.connectors import CONNECTORS
from channels.errors import ChannelError, NotConnected, NotSent, RateLimited
from tests.channels.adapters.desk import nobody_listens
from tests.channels.adapters.visitor import STATE, VERIFIER, Visit, echo, secrets_of

ALL = list(CONNECTORS.values())
WITH_DIALOG = [connector for connector in ALL if connector.has_dialog]
WITH_KEYS = [connector for connector in WITH_DIALOG if connector.has_app_keys]


def optional_scopes(connector: type[Connector]) -> list[str]:
    """Those that a person may say no to, and still has what a channel cannot be without."""
    needed = {scope for right in connector.required for scope in connector.needs[right]}
    return [scope for scopes in connector.needs.values() for scope in scopes if scope not in needed]


PARTLY = [connector for connector in WITH_DIALOG if optional_scopes(connector)]
GARBAGE = [
    "", "<html><h1>Bad gateway</h1></html>", "null", "[]", '"access_token"', "[" * 5000, '{"data": 1}', "{}",
    '{"error": {"message": "Something new", "code": 999999}}', '{"error": "something_new"}',
]  # fmt: skip


def each(connectors: list[type[Connector]]) -> pytest.MarkDecorator:
    names = [connector.platform for connector in connectors]
    return pytest.mark.parametrize("connector_class", connectors, ids=names)


@pytest.fixture
def visit(sandbox, connector_class) -> Visit:
    return Visit.at(sandbox, connector_class)


def steps(visit: Visit, grant: Grant | None = None, base: str = "") -> list[Callable[[], object]]:
    """All that a connector does at a platform, with a good code and a good grant; elsewhere if `base` is said."""
    grant = grant or visit.grant(again=True)
    code, secrets = visit.code(again=True) if visit.connector.has_dialog else "", kept(visit, grant)
    there = visit.moved(base) if base else visit
    grant, secrets = (
        replace(grant, host=there.place(grant.host)),
        {n: there.place(s) for n, s in secrets.items()},
    )
    return [
        lambda: there.exchange(code) if code else there.connector.sign_in(there.answers),
        lambda: there.connector.accounts(grant),
        lambda: there.connector.revoke(secrets),
    ]


def kept(visit: Visit, grant: Grant) -> dict[str, str]:
    """What is sealed of a grant and of the account that was chosen."""
    account = next(account for account in visit.connector.accounts(grant) if not account.refusal)
    visit.secrets.extend(secrets_of(grant, account.access_token))
    return sealed(grant, account.access_token or grant.access_token)


def sealed(grant: Grant, access_token: str) -> dict[str, str]:
    secrets = {
        "access_token": access_token,
        "refresh_token": grant.refresh_token,
        "app_id": grant.app_id,
        "app_secret": grant.app_secret,
        "host": grant.host,
    }
    return {name: secret for name, secret in secrets.items() if secret}


def test_every_platform_that_publishes_by_itself_can_be_connected():
    assert set(CONNECTORS) == {name for name, adapter in ADAPTERS.items() if adapter.publishes}
    assert {name: connector.platform for name, connector in CONNECTORS.items()} == {
        name: name for name in CONNECTORS
    }


@each(ALL)
class TestWhatIsAskedFor:
    def test_each_permission_is_asked_for_once_and_gives_every_right(self, connector_class):
        scopes = connector_class(App("id", "secret"), {}).scopes
        assert len(scopes) == len(set(scopes))
        assert connector_class.rights(scopes) == tuple(connector_class.needs)

    def test_what_a_channel_cannot_be_without_is_among_the_rights(self, connector_class):
        assert connector_class.required <= set(connector_class.needs)

    def test_without_permissions_there_is_no_right_to_publish(self, connector_class):
        asks = bool(connector_class(App("id", "secret"), {}).scopes)
        assert (connector_class.required <= set(connector_class.rights(()))) is not asks


@each(WITH_DIALOG)
class TestDialog:
    def test_the_address_has_the_state_our_id_and_the_exact_way_back(self, visit):
        query = parse_qs(urlsplit(visit.dialog()).query)
        assert query["state"] == [STATE]
        assert query["redirect_uri"] == [visit.connector.redirect_uri]
        assert query["response_type"] == ["code"]

    def test_the_address_holds_no_secret(self, visit):
        secrets = [secret for secret in (VERIFIER, visit.connector.app.secret) if secret]
        for again in (False, True):
            assert [secret for secret in secrets if secret in visit.dialog(again=again)] == []

    def test_the_person_comes_back_with_the_state_and_a_code(self, visit):
        told = visit.come_back()
        assert told["state"] == STATE
        assert told["code"]

    def test_the_code_becomes_a_grant_that_gives_every_right(self, visit):
        grant = visit.grant()
        assert grant.access_token
        assert visit.connector.rights(grant.scopes) == tuple(visit.connector.needs)

    def test_a_code_is_good_once(self, visit):
        code = visit.code()
        visit.exchange(code)
        with pytest.raises(NotConnected) as raised:
            visit.exchange(code)
        assert raised.value.code == Trouble.CODE_OLD

    def test_a_made_up_code_is_good_for_nothing(self, visit):
        visit.dialog()
        with pytest.raises(NotConnected) as raised:
            visit.exchange("made-up")
        assert raised.value.code == Trouble.CODE_OLD

    def test_a_code_is_good_for_the_way_back_only_that_it_came_by(self, visit):
        code = visit.code()
        other = f"{visit.connector.redirect_uri}?"
        connector = type(visit.connector)(visit.connector.app, visit.connector.addresses, other)
        with pytest.raises(NotConnected) as raised:
            connector.exchange(code, VERIFIER, visit.answers)
        assert raised.value.code in {Trouble.ADDRESS_REFUSED, Trouble.CODE_OLD}

    def test_a_person_who_says_no_comes_back_without_a_code(self, visit):
        told = visit.come_back("no")
        assert told["error"] == "access_denied"
        assert told["state"] == STATE
        assert "code" not in told


@each(WITH_KEYS)
class TestAppKeys:
    def test_a_wrong_secret_is_our_own_fault(self, visit):
        code = visit.code()
        app = replace(visit.connector.app, secret="another-secret")
        with pytest.raises(NotConnected) as raised:
            visit.with_app(app).exchange(code, VERIFIER, visit.answers)
        assert raised.value.code == Trouble.APP_KEYS


@each(PARTLY)
class TestDeclined:
    def test_what_was_declined_is_a_missing_right_and_no_error(self, visit):
        (declined, *_) = optional_scopes(type(visit.connector))
        grant = visit.grant(declined=[declined])
        assert declined not in grant.scopes
        rights = visit.connector.rights(grant.scopes)
        assert visit.connector.required <= set(rights)
        assert set(rights) < set(visit.connector.needs)

    def test_it_can_be_asked_for_again(self, visit):
        (declined, *_) = optional_scopes(type(visit.connector))
        visit.grant(declined=[declined])
        assert declined in visit.grant(again=True).scopes


@each(ALL)
class TestAccounts:
    def test_an_account_that_can_be_chosen_has_an_id_a_name_and_an_address(self, visit):
        accounts = [a for a in visit.connector.accounts(visit.grant()) if not a.refusal]
        assert accounts
        for account in accounts:
            assert account.id
            assert account.name
            assert account.url.startswith(("http://127.0.0.1", "https://"))

    def test_no_account_is_listed_twice(self, visit):
        ids = [account.id for account in visit.connector.accounts(visit.grant())]
        assert len(ids) == len(set(ids))


def go_on_with(visit: Visit, grant: Grant) -> None:
    """Some platforms keep no book of access tokens: what is ended there is that they can be renewed."""
    visit.connector.accounts(grant)
    here = Connection(grant.grantor, grant.access_token, host=grant.host)
    ADAPTERS[visit.connector.platform].refresh(grant.refresh_token, here, visit.connector.addresses)


@each(ALL)
class TestEnding:
    def test_what_is_revoked_is_good_for_nothing_and_revoking_it_again_is_a_success(self, visit):
        grant = visit.grant()
        secrets = kept(visit, grant)
        visit.connector.revoke(secrets)
        with pytest.raises(NotConnected):
            go_on_with(visit, grant)
        visit.connector.revoke(secrets)

    def test_a_grant_can_be_given_up_before_an_account_is_chosen(self, visit):
        grant = visit.grant()
        visit.connector.revoke(sealed(grant, grant.access_token))
        with pytest.raises(NotConnected):
            go_on_with(visit, grant)

    def test_a_token_that_the_platform_never_gave_has_nothing_to_be_revoked(self, visit):
        secrets = kept(visit, visit.grant())
        made_up = {"access_token": "never-given", "refresh_token": "never-given-either"}
        visit.connector.revoke(secrets | {name: made_up[name] for name in made_up if name in secrets})


@each(ALL)
class TestTrouble:
    def test_where_nobody_listens_nothing_was_sent(self, visit):
        for step in steps(visit, base=nobody_listens()):
            with pytest.raises(NotSent) as raised:
                step()
            assert raised.value.code == Trouble.CONNECT

    def test_too_many_calls_are_a_reason_to_wait(self, visit, script):
        script.on("* *", {"title": "Too Many Requests"}, status=429)
        for step in steps(visit, base=script.url):
            with pytest.raises(RateLimited) as raised:
                step()
            assert raised.value.until > datetime.now(UTC)

    def test_an_outage_is_a_reason_to_try_again(self, visit):
        for step in steps(visit):
            for fault in ("error_before", "reset_before", "truncated"):
                misbehave(visit, fault, status=503)
                with pytest.raises(NotSent):
                    step()
                visit.sandbox.clear_faults()

    @pytest.mark.parametrize("status", [200, 302, 400])
    def test_an_answer_that_cannot_be_read_is_no_answer(self, visit, script, status):
        enter, accounts, _ = steps(visit, base=script.url)
        for body in GARBAGE:
            script.answers.clear()
            script.on("* *", body, status=status)
            for step in (enter, accounts):
                with pytest.raises(ChannelError) as raised:
                    step()
                assert isinstance(raised.value, NotSent | NotConnected)

    def test_nothing_is_told_of_secrets(self, visit, caplog, impatient, script):
        caplog.set_level(logging.DEBUG)
        script.on("* *", echo, status=400)
        told, secrets = [repr(visit.connector), repr(visit.connector.app)], [VERIFIER]
        for fault in ("rate_limited", "reset_after", "truncated", "expired_token"):
            grant = visit.grant(again=True)
            accounts = visit.connector.accounts(grant)
            told += [repr(grant), str(grant), repr(accounts), str(accounts)]
            secrets += secrets_of(
                grant, visit.connector.app.secret, *(found.access_token for found in accounts)
            )
            for base in (script.url, nobody_listens()):
                told += [line for step in steps(visit, grant, base) for line in ending(step)]
            for step in steps(visit, grant):
                misbehave(visit, fault)
                told += ending(step)
                visit.sandbox.clear_faults()
        assert len(secrets) > 4
        written = "".join([*told, caplog.text])
        assert [secret for secret in [*secrets, *visit.secrets] if secret in written] == []


def misbehave(visit: Visit, fault: str, **more: object) -> None:
    visit.sandbox.faults({"platform": visit.connector.platform, "call": "*", "fault": fault, **more})


def ending(step: Callable[[], object]) -> list[str]:
    """All that could be written down of how a step ended."""
    try:
        step()
    except ChannelError as error:
        return [str(error), repr(error), error.detail, *traceback.format_exception(error)]
    return []
