"""Looking whether a page's connection works, and trying it out unseen."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from channels.adapters import sandbox_addresses
from channels.adapters.base import Connection, Health, Kind
from channels.adapters.codes import Trouble, Worry
from channels.adapters.connector import Account
from channels.adapters.facebook import Facebook
from channels.adapters.facebook.connecting import FacebookConnector
from channels.errors import NotConnected, NotSent, RateLimited
from channels.sandbox.store import PERSON
from channels.trial import media
from tests.channels.adapters.desk import connected
from tests.channels.adapters.visitor import Script, Visit

PAGE, TOKEN = "7000001", "the-token-of-the-page"
OTHER = "7000002"
DAY = 24 * 3600


@pytest.fixture
def visit(sandbox) -> Visit:
    return Visit.at(sandbox, FacebookConnector)


@pytest.fixture
def connect(visit):
    """The adapter of the page as it was connected through the dialog."""

    def through_dialog(**how: object) -> Facebook:
        (chosen,) = [
            account for account in visit.connector.accounts(visit.grant(**how)) if account.id == PAGE
        ]
        app = visit.connector.app
        return Facebook(Connection(PAGE, chosen.access_token, app.id, app.secret), visit.sandbox.addresses)

    return through_dialog


@pytest.fixture
def scripted(script) -> Facebook:
    return Facebook(Connection(PAGE, TOKEN, "1234", "app-secret"), sandbox_addresses(script.url))


def answering(script: Script, **about_the_token: object) -> Script:
    """A page that is well, with this said of its token."""
    data = {
        "app_id": "1234",
        "type": "PAGE",
        "is_valid": True,
        "user_id": PERSON,
        "scopes": [],
        "expires_at": 0,
    }
    script.on("GET me", {"id": PAGE, "name": "Seko"})
    return script.on("POST debug_token", {"data": {**data, **about_the_token}})


def refused(adapter: Facebook) -> str:
    with pytest.raises(NotConnected) as raised:
        adapter.probe()
    return raised.value.code


# --- what is well


def test_a_page_that_works_is_told_as_it_is_now(connect, visit):
    visit.sandbox.describe("facebook", PAGE, followers=1234)
    health = connect().probe()
    account = Account(PAGE, "Seko", url=f"{visit.sandbox.url}/sidor/facebook/{PAGE}", followers=1234)
    assert replace(health.account, picture_url="") == account
    assert health.account.picture_url.startswith(visit.sandbox.url)
    assert set(health.scopes or ()) == set(visit.connector.scopes)
    assert (health.connection_ends_at, health.findings) == (None, ())


def test_a_look_changes_nothing_and_takes_two_calls(connect, visit, scripted, script):
    connect().probe()
    assert visit.sandbox.ledger() == []
    answering(script)
    assert scripted.probe() == Health(Account(PAGE, "Seko"), scopes=())
    assert script.calls() == ["GET /facebook/v26.0/me", "POST /facebook/v26.0/debug_token"]


def test_the_token_stands_in_no_address(scripted, script):
    answering(script)
    scripted.probe()
    assert {TOKEN, "app-secret"} & {
        value for heard in script.heard for value in heard.query.values()
    } == set()
    assert [heard.headers["Authorization"] for heard in script.heard] == [
        f"Bearer {TOKEN}",
        "Bearer 1234|app-secret",
    ]


def test_the_proof_of_our_secret_goes_along(connect, visit):
    adapter = connect()
    visit.sandbox.demand_proof()
    assert adapter.probe().account.id == PAGE


# --- permissions


def test_what_was_declined_is_not_among_the_permissions(connect):
    scopes = connect(declined=["read_insights"]).probe().scopes
    assert scopes is not None
    assert "read_insights" not in scopes
    assert "pages_manage_posts" in scopes


GIVEN = ("pages_manage_posts", "read_insights", "business_management")


@pytest.mark.parametrize(
    ("granular", "taken"),
    [
        ([], set()),
        ([{"scope": "pages_manage_posts", "target_ids": [PAGE, OTHER]}], set()),
        ([{"scope": "pages_manage_posts", "target_ids": [int(PAGE)]}], set()),
        ([{"scope": "pages_manage_posts"}], set()),
        ([{"scope": "pages_manage_posts", "target_ids": [OTHER]}], {"pages_manage_posts"}),
        ([{"scope": "read_insights", "target_ids": []}], {"read_insights"}),
        ([{"scope": "business_management", "target_ids": ["900"]}], set()),
        (["nonsense", {"target_ids": [OTHER]}], set()),
    ],
)
def test_a_permission_for_other_pages_is_none_for_ours(scripted, script, granular, taken):
    answering(script, scopes=[*GIVEN, 7], granular_scopes=granular)
    assert scripted.probe().scopes == tuple(scope for scope in GIVEN if scope not in taken)


@pytest.mark.parametrize("scopes", [None, "pages_manage_posts", {}])
def test_permissions_that_cannot_be_read_are_none(scripted, script, scopes):
    answering(script, scopes=scopes)
    assert scripted.probe().scopes == ()


# --- ends


def test_a_token_with_an_end_tells_when_a_person_must_connect_again(scripted, script):
    ends_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
    answering(script, expires_at=int(ends_at.timestamp()))
    assert scripted.probe().connection_ends_at == ends_at


@pytest.mark.parametrize(("days", "is_worry"), [(15, False), (13, True), (-1, True)])
def test_that_the_person_must_show_up_at_facebook_is_a_worry_two_weeks_ahead(connect, visit, days, is_worry):
    adapter = connect()
    visit.sandbox.set(facebook_data_access_seconds=days * DAY)
    findings = adapter.probe().findings
    assert [finding.code for finding in findings] == ([Worry.ACCESS_ENDS] if is_worry else [])
    for finding in findings:
        ends_at = datetime.fromisoformat(finding.facts["at"])
        assert abs(ends_at - datetime.now(UTC) - timedelta(days=days)) < timedelta(minutes=5)
        assert json.loads(json.dumps(finding.facts)) == finding.facts


# --- the clock and the limits


@pytest.mark.parametrize(("offset", "seconds"), [(-3600, 3600), (300, -300)])
def test_a_clock_that_is_off_is_a_worry(connect, visit, offset, seconds):
    adapter = connect()
    visit.sandbox.clock(offset)
    (finding,) = adapter.probe().findings
    assert finding.code == Worry.CLOCK_OFF
    assert abs(finding.facts["seconds"] - seconds) <= 5


def test_limits_that_are_reached_are_told_with_good_answers_too(connect, visit):
    adapter = connect()
    visit.sandbox.faults({"platform": "facebook", "call": "me", "fault": "limit_reached", "seconds": 1800})
    assert adapter.probe().account.id == PAGE
    (rest,) = adapter.rests
    assert rest.whole_app is False
    assert abs(rest.until - datetime.now(UTC) - timedelta(minutes=30)) < timedelta(minutes=1)


def test_the_apps_own_calls_tell_of_limits_too(scripted, script):
    answering(script).answers[("POST", "debug_token")][0][2].update({"X-App-Usage": '{"call_count": 100}'})
    scripted.probe()
    assert [rest.whole_app for rest in scripted.rests] == [True]


# --- what is not well


def test_the_token_of_another_page_is_the_wrong_account(connect, visit):
    adapter = connect()
    another, _ = connected(visit.sandbox, "facebook", OTHER)
    connection = replace(adapter.connection, access_token=another.access_token)
    assert refused(Facebook(connection, adapter.addresses)) == Trouble.WRONG_ACCOUNT


def test_the_token_of_a_person_is_the_wrong_account(visit, scripted, script):
    connection = Connection(
        PAGE, visit.grant().access_token, visit.connector.app.id, visit.connector.app.secret
    )
    assert refused(Facebook(connection, visit.sandbox.addresses)) == Trouble.WRONG_ACCOUNT
    message = "(#100) Tried accessing nonexisting field (followers_count) on node type (User)"
    script.on("GET me", {"error": {"code": 100, "message": message}}, status=400)
    assert refused(scripted) == Trouble.WRONG_ACCOUNT


def test_a_role_that_was_lost_is_told(connect, visit):
    adapter = connect()
    visit.sandbox.describe("facebook", PAGE, roles={PERSON: []})
    assert refused(adapter) == Trouble.ROLE_LOST


def test_an_app_that_was_thrown_out_is_told(connect, visit):
    adapter = connect()
    visit.sandbox.remove_app("facebook")
    assert refused(adapter) == Trouble.ACCESS_REVOKED


def test_a_changed_password_is_told(connect, visit):
    adapter = connect()
    visit.sandbox.person(password_changed=datetime.now(UTC).timestamp() + 1)
    assert refused(adapter) == Trouble.ACCESS_REVOKED


@pytest.mark.parametrize("what", ["checkpoint", "unconfirmed"])
def test_an_account_that_must_be_confirmed_is_told(connect, visit, what):
    adapter = connect()
    visit.sandbox.person(**{what: True})
    assert refused(adapter) == Trouble.CHECKPOINT


def test_a_token_that_facebook_calls_dead_is_dead_though_it_was_answered(scripted, script):
    answering(script, is_valid=False, error={"code": 190, "subcode": 492, "message": "..."})
    assert refused(scripted) == Trouble.ROLE_LOST


@pytest.mark.parametrize(
    "error", [None, {}, {"code": 190}, {"code": 190, "subcode": 463}, {"code": [190]}, "dead"]
)
def test_a_dead_token_of_which_no_more_is_told_has_expired(scripted, script, error):
    answering(script, is_valid=False, error=error)
    assert refused(scripted) == Trouble.TOKEN_EXPIRED


def test_keys_of_the_app_that_are_wrong_are_our_own_fault(connect):
    adapter = connect()
    wrong = replace(adapter.connection, app_secret="another-secret")
    assert refused(Facebook(wrong, adapter.addresses)) == Trouble.APP_KEYS


def test_a_refused_app_is_not_taken_for_a_refused_page(scripted, script):
    script.on("GET me", {"id": PAGE, "name": "Seko"})
    message = "Invalid OAuth access token signature."
    script.on("POST debug_token", {"error": {"code": 190, "message": message}}, status=400)
    assert refused(scripted) == Trouble.APP_KEYS


@pytest.mark.parametrize("call", ["me", "debug_token"])
def test_where_one_could_not_look_nothing_is_known(connect, visit, call):
    adapter = connect()
    for fault, kind in (("error_before", NotSent), ("reset_before", NotSent), ("rate_limited", RateLimited)):
        visit.sandbox.faults({"platform": "facebook", "call": call, "fault": fault})
        with pytest.raises(kind):
            adapter.probe()
    assert adapter.probe().account.id == PAGE


def test_a_page_that_is_gone_or_hidden_is_not_called_another_account(scripted, script):
    gone = {"error": {"code": 100, "error_subcode": 33, "message": "Unsupported get request."}}
    script.on("GET me", gone, status=400)
    assert refused(scripted) == Trouble.PERMISSION_MISSING


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (987654, "Something new"),
        (100, "(#100) Tried accessing nonexisting field (fan_count) on node type (Page)"),
    ],
)
def test_a_no_that_is_about_no_connection_says_nothing_of_ours(scripted, script, code, message):
    script.on("GET me", {"error": {"code": code, "message": message}}, status=400)
    with pytest.raises(NotSent) as raised:
        scripted.probe()
    assert raised.value.code == Trouble.UNREADABLE


# --- trying it out


def test_a_trial_leaves_nothing_behind_and_shows_nothing(connect, visit):
    connect().try_out(media(Kind.PICTURE))
    assert [(line["call"], line["effect"]) for line in visit.sandbox.ledger()] == [
        ("photo", "staged"),
        ("delete", "removed"),
    ]
    assert visit.sandbox.posts("facebook") == []


def test_a_trials_photo_is_unpublished_and_temporary(scripted, script):
    script.on("POST 7000001/photos", {"id": "55"}).on("DELETE 55", {"success": True})
    scripted.try_out(media(Kind.PICTURE))
    upload, _ = script.heard
    assert script.calls() == ["POST /facebook/v26.0/7000001/photos", "DELETE /facebook/v26.0/55"]
    assert 'name="published"\r\n\r\nfalse' in upload.body
    assert 'name="temporary"\r\n\r\ntrue' in upload.body


def test_without_the_right_to_publish_the_trial_fails_and_leaves_nothing(connect, visit):
    adapter = connect(declined=["pages_manage_posts"])
    with pytest.raises(NotConnected) as raised:
        adapter.try_out(media(Kind.PICTURE))
    assert raised.value.code == Trouble.PERMISSION_MISSING
    assert visit.sandbox.ledger() == []


@pytest.mark.parametrize("fault", ["error_before", "reset_before", "forbidden"])
def test_a_photo_that_could_not_be_taken_away_is_no_success(connect, visit, fault):
    adapter = connect()
    visit.sandbox.faults({"platform": "facebook", "call": "delete", "fault": fault})
    with pytest.raises((NotSent, NotConnected)):
        adapter.try_out(media(Kind.PICTURE))
    assert visit.sandbox.posts("facebook") == []


def test_a_photo_that_is_still_there_is_no_success(scripted, script):
    gone = {"error": {"code": 100, "error_subcode": 33, "message": "Unsupported delete request."}}
    script.on("POST 7000001/photos", {"id": "55"}).on("DELETE 55", gone, status=400).on(
        "GET 55", {"id": "55"}
    )
    with pytest.raises(NotConnected) as raised:
        scripted.try_out(media(Kind.PICTURE))
    assert raised.value.code == Trouble.PERMISSION_MISSING
