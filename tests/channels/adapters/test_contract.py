"""
What every adapter in the registry promises, against the sandbox and over real sockets.

Nothing here knows a platform: which call makes a post public is read from the sandbox's ledger. A new platform is tested
here before it has a test of its own.
"""

import logging
import re
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest
import requests

from channels.adapters import http
from channels.adapters.base import Adapter, Content, Kind, Staged, Tokens
from channels.adapters.codes import Lack, Trouble
from channels.adapters.connectors import CONNECTORS
from channels.errors import ChannelError, NotConnected, NotSent, RateLimited, Refused, Unconfirmed
from tests.channels.adapters.desk import (
    KINDS,
    PUBLISHING,
    Desk,
    Killed,
    as_shown,
    content,
    media,
    nobody_listens,
    takes,
)

CASES = [(adapter, what) for adapter in PUBLISHING for what in KINDS if takes(adapter, what)]
NAMES = [f"{adapter.platform}: {what}" for adapter, what in CASES]
HEARD = [("reset_after", 500), ("truncated", 500), ("delay_after", 500)]
HEARD += [("error_after", status) for status in (500, 502, 503, 504)]
UNHEARD = [("reset_before", 500), ("error_before", 500), ("error_before", 503)]

MadeDesk = Callable[[], Desk]


@pytest.fixture
def since() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def new_desk(running, adapter_class, what) -> MadeDesk:
    """An empty sandbox and a new account on it."""

    def make() -> Desk:
        running.reset()
        return Desk.at(running, adapter_class, content(what, adapter_class))

    return make


@pytest.fixture
def desk(new_desk) -> Desk:
    return new_desk()


@pytest.fixture
def staged(desk) -> Desk:
    desk.stage()
    return desk


@pytest.fixture
def commit_call(running, adapter_class, what, found_calls={}) -> str:  # noqa: B006 - remembered on purpose
    """The call that makes this kind of post public. Asked for before the desk: it leaves an empty sandbox."""
    if (adapter_class, what) not in found_calls:
        running.reset()
        desk = Desk.at(running, adapter_class, content(what, adapter_class))
        desk.stage()
        desk.commit()
        (found_calls[adapter_class, what],) = [line["call"] for line in desk.effects("public")]
    return found_calls[adapter_class, what]


@pytest.fixture
def removal_call(running, adapter_class, what, found_calls={}) -> str:  # noqa: B006 - remembered on purpose
    """The call that takes this kind of post away. Asked for before the desk, too."""
    if (adapter_class, what) not in found_calls:
        running.reset()
        desk = Desk.at(running, adapter_class, content(what, adapter_class))
        desk.stage()
        desk.adapter.remove(desk.commit().remote_id)
        (found_calls[adapter_class, what],) = [line["call"] for line in desk.effects("removed")]
    return found_calls[adapter_class, what]


def misbehave(desk: Desk, call: str, fault: str, **more: object) -> None:
    desk.sandbox.faults({"platform": desk.adapter.platform, "call": call, "fault": fault, **more})


def number_of_calls(desk: Desk) -> int:
    """How many calls a staging takes, counted by a rule that waits for one more."""
    misbehave(desk, "*", "reset_before", skip=1000)
    desk.stage()
    (waiting,) = desk.sandbox.waiting_faults()
    return 1000 - waiting["skip"]


def test_every_publishing_platform_has_something_to_be_tested_with():
    assert {adapter for adapter, _ in CASES} == set(PUBLISHING)
    assert len(PUBLISHING) >= 3


@pytest.mark.parametrize(("adapter_class", "what"), CASES, ids=NAMES)
class TestPublishing:
    def test_staging_makes_nothing_public(self, staged):
        assert staged.effects("public") == []
        assert staged.shown() == []

    def test_staging_again_does_nothing_again(self, staged):
        before, calls = staged.fingerprint, staged.staged_calls()
        staged.stage()
        assert (staged.fingerprint, staged.staged_calls()) == (before, calls)
        assert staged.effects("public") == []

    def test_every_handle_is_kept_before_the_next_one_is_asked_for(self, desk):
        seen = 0

        def keep(staged: Staged) -> None:
            nonlocal seen
            desk.keep(staged)
            lines = desk.effects("staged")
            assert len(lines) - seen <= 1
            seen = len(lines)

        desk.stage(keep)
        assert seen == len(desk.effects("staged"))

    def test_a_worker_that_dies_after_any_handle_is_followed_by_one_that_goes_on(self, new_desk):
        whole = new_desk()
        whole.stage()
        calls = whole.staged_calls()
        for death in range(1, whole.keeps + 1):
            desk = new_desk()
            with pytest.raises(Killed):
                desk.stage(desk.keep_and_die(death))
            desk.stage()
            desk.commit()
            assert desk.staged_calls() == calls
            assert len(desk.effects("public")) == 1
            assert [as_shown(post) for post in desk.shown()] == [desk.as_it_should_be()]

    def test_the_commit_is_one_call_and_shows_exactly_what_was_approved(self, staged):
        lines = len(staged.sandbox.ledger())
        receipt = staged.commit()
        assert [line["effect"] for line in staged.sandbox.ledger()[lines:]] == ["public"]
        assert [as_shown(post) for post in staged.shown()] == [staged.as_it_should_be()]
        for item in staged.content.files:
            assert staged.sandbox.media(item.sha256) == item.open().read()
        assert receipt.remote_id

    def test_the_receipts_address_leads_to_the_post(self, staged):
        receipt = staged.commit()
        staged.let_process()
        page = requests.get(receipt.url, timeout=10)
        assert page.status_code == 200
        assert "seko.se/avtal" in page.text

    def test_a_look_finds_it_after_the_commit_and_not_before(self, staged, since):
        assert staged.find(since) is None
        receipt = staged.commit()
        assert staged.find(since) == receipt
        staged.let_process()
        assert staged.find(since) == receipt

    def test_a_look_before_anything_was_staged_finds_nothing(self, desk, since):
        assert desk.find(since) is None

    @pytest.mark.parametrize(("fault", "status"), HEARD)
    def test_a_commit_that_was_heard_but_not_answered_is_unconfirmed_and_found(
        self, commit_call, staged, since, impatient, fault, status
    ):
        misbehave(staged, commit_call, fault, status=status, seconds=1.5)
        with pytest.raises(Unconfirmed) as raised:
            staged.commit()
        assert type(raised.value) is Unconfirmed
        assert len(staged.effects("public")) == 1
        assert staged.find(since) is not None
        assert [as_shown(post) for post in staged.shown()] == [staged.as_it_should_be()]

    @pytest.mark.parametrize(("fault", "status"), UNHEARD)
    def test_a_commit_that_may_not_have_been_heard_is_unconfirmed_and_not_found(
        self, commit_call, staged, since, fault, status
    ):
        misbehave(staged, commit_call, fault, status=status)
        with pytest.raises(Unconfirmed) as raised:
            staged.commit()
        assert type(raised.value) is Unconfirmed
        assert staged.find(since) is None
        assert staged.effects("public") == []
        staged.stage()
        staged.commit()
        assert len(staged.effects("public")) == 1

    @pytest.mark.parametrize("fault", ["reset_before", "reset_after", "error_after", "truncated"])
    def test_trouble_in_any_call_of_the_staging_is_not_sent_and_the_staging_goes_on(self, new_desk, fault):
        for skip in range(number_of_calls(new_desk())):
            desk = new_desk()
            misbehave(desk, "*", fault, skip=skip)
            with pytest.raises(NotSent) as raised:
                desk.stage()
            assert type(raised.value) is NotSent
            assert desk.effects("public") == []
            desk.stage()
            desk.commit()
            assert len(desk.effects("public")) == 1
            assert [as_shown(post) for post in desk.shown()] == [desk.as_it_should_be()]

    @pytest.mark.parametrize("fault", ["reset_before", "reset_after", "error_before", "truncated"])
    def test_a_look_that_could_not_look_says_so(self, staged, since, fault):
        receipt = staged.commit()
        misbehave(staged, "*", fault)
        with pytest.raises(NotSent):
            staged.find(since)
        assert staged.find(since) == receipt

    def test_without_a_connection_nothing_is_sent(self, staged, since):
        lines, lost = len(staged.sandbox.ledger()), staged.elsewhere(nobody_listens())
        steps = [lost.commit, lambda: lost.find(since)]
        # A text alone is staged without any call.
        steps += [replace(lost, saved="{}").stage_once] if lost.content.media else []
        for step in steps:
            with pytest.raises(NotSent) as raised:
                step()
            assert raised.value.code == Trouble.CONNECT
        assert len(staged.sandbox.ledger()) == lines

    def test_an_expired_token_needs_a_person_and_publishes_nothing(self, commit_call, staged, since):
        for step in (staged.commit, lambda: staged.find(since)):
            misbehave(staged, "*", "expired_token")
            with pytest.raises(NotConnected) as raised:
                step()
            assert raised.value.code == Trouble.TOKEN_EXPIRED
        assert staged.effects("public") == []

    def test_a_missing_permission_needs_a_person(self, commit_call, staged):
        misbehave(staged, commit_call, "forbidden")
        with pytest.raises(NotConnected) as raised:
            staged.commit()
        assert raised.value.code == Trouble.PERMISSION_MISSING
        assert staged.effects("public") == []

    def test_too_many_calls_say_until_when(self, commit_call, staged, since):
        for call, step in ((commit_call, staged.commit), ("*", lambda: staged.find(since))):
            misbehave(staged, call, "rate_limited", seconds=1800)
            with pytest.raises(RateLimited) as raised:
                step()
            assert raised.value.until > datetime.now(UTC)
        assert staged.effects("public") == []

    def test_what_is_refused_is_refused_for_good(self, commit_call, staged):
        misbehave(staged, commit_call, "refuse")
        with pytest.raises(Refused) as raised:
            staged.commit()
        assert type(raised.value) is Refused
        assert staged.effects("public") == []

    def test_the_fingerprint_is_the_same_each_time_and_short(self, staged):
        line = staged.fingerprint
        assert line == staged.fingerprint
        assert 0 < len(line) <= 500
        assert [secret for secret in staged.secrets if secret in line] == []

    def test_no_secret_is_ever_told(self, commit_call, new_desk, caplog):
        caplog.set_level(logging.DEBUG)
        told = []
        for fault in ("reset_after", "error_after", "expired_token", "forbidden", "refuse", "rate_limited"):
            desk = new_desk()
            desk.stage()
            misbehave(desk, commit_call, fault)
            with pytest.raises(ChannelError) as raised:
                desk.commit()
            error = raised.value
            told += [str(error), repr(error), error.detail, *traceback.format_exception(error)]
            told += [repr(desk.adapter), repr(desk.adapter.connection), desk.saved, caplog.text]
            assert [secret for secret in desk.secrets if secret in "".join(told)] == []


@pytest.mark.parametrize(("adapter_class", "what"), CASES, ids=NAMES)
class TestWhatIsOut:
    """Looking up what an address names, and taking it away again."""

    def test_the_receipts_address_is_read_as_the_receipts_id(self, staged):
        receipt = staged.commit()
        calls = len(staged.sandbox.ledger())
        assert staged.adapter.read_link(receipt.url) == receipt.remote_id
        assert staged.adapter.read_link(f"{receipt.url}{'&' if '?' in receipt.url else '?'}utm=1#x") == (
            receipt.remote_id
        )
        assert len(staged.sandbox.ledger()) == calls

    def test_an_address_that_names_another_account_or_nothing_is_not_read(self, staged):
        receipt = staged.commit()
        for base in ("https://example.org", f"{staged.sandbox.url}", "javascript:alert(1)//", ""):
            assert staged.adapter.read_link(f"{base}/{receipt.remote_id}") is None

    def test_what_was_published_is_looked_up_by_its_id(self, staged):
        receipt = staged.commit()
        assert staged.adapter.look_up(receipt.remote_id) == receipt
        staged.let_process()
        assert staged.adapter.look_up(receipt.remote_id) == receipt

    def test_what_is_only_staged_is_not_found_by_any_of_its_handles(self, staged):
        for handle in handles(staged.staged):
            assert staged.adapter.look_up(handle) is None

    def test_what_is_somebody_elses_is_not_found(self, staged):
        receipt = staged.commit()
        staged.let_process()
        assert staged.stranger().look_up(receipt.remote_id) is None

    def test_what_is_somebody_elses_is_not_removed(self, staged):
        receipt = staged.commit()
        with suppress(Refused):  # where the platform tells it from what is gone
            staged.stranger().remove(receipt.remote_id)
        assert staged.effects("removed") == []
        assert len(staged.shown()) == 1

    def test_a_removal_is_one_call_that_takes_it_all_away(self, staged):
        receipt = staged.commit()
        staged.let_process()
        staged.adapter.remove(receipt.remote_id)
        assert staged.shown() == []
        assert staged.adapter.look_up(receipt.remote_id) is None
        assert requests.get(receipt.url, timeout=10).status_code == 404
        assert len(staged.effects("removed")) == 1

    def test_what_is_gone_is_removed_once_more_without_a_word(self, staged):
        receipt = staged.commit()
        staged.adapter.remove(receipt.remote_id)
        staged.adapter.remove(receipt.remote_id)
        assert staged.shown() == []
        assert len(staged.effects("removed")) == 1

    @pytest.mark.parametrize(("fault", "status"), HEARD + UNHEARD)
    def test_a_removal_that_is_unclear_is_not_sent_and_may_be_repeated(
        self, removal_call, staged, impatient, fault, status
    ):
        receipt = staged.commit()
        misbehave(staged, removal_call, fault, status=status, seconds=1.5)
        with pytest.raises(NotSent) as raised:
            staged.adapter.remove(receipt.remote_id)
        assert type(raised.value) is NotSent
        assert len(staged.effects("removed")) == ((fault, status) in HEARD)
        staged.adapter.remove(receipt.remote_id)
        assert staged.shown() == []
        assert len(staged.effects("removed")) == 1

    def test_a_removal_that_is_not_allowed_leaves_it_as_it_is(self, removal_call, staged):
        receipt = staged.commit()
        for fault, kind in (
            ("expired_token", NotConnected),
            ("forbidden", NotConnected),
            ("rate_limited", RateLimited),
            ("refuse", Refused),
        ):
            misbehave(staged, removal_call, fault)
            with pytest.raises(ChannelError) as raised:
                staged.adapter.remove(receipt.remote_id)
            assert type(raised.value) is kind
        assert staged.effects("removed") == []
        assert len(staged.shown()) == 1

    @pytest.mark.parametrize("fault", ["reset_before", "reset_after", "error_before", "truncated"])
    def test_a_look_up_that_could_not_look_says_so(self, staged, fault):
        receipt = staged.commit()
        misbehave(staged, "*", fault)
        with pytest.raises(NotSent):
            staged.adapter.look_up(receipt.remote_id)
        assert staged.adapter.look_up(receipt.remote_id) == receipt

    def test_a_look_up_with_an_old_token_needs_another_one(self, staged):
        receipt = staged.commit()
        misbehave(staged, "*", "expired_token")
        with pytest.raises(NotConnected) as raised:
            staged.adapter.look_up(receipt.remote_id)
        assert raised.value.code == Trouble.TOKEN_EXPIRED

    def test_without_a_connection_nothing_is_looked_up_or_removed(self, staged):
        receipt = staged.commit()
        lost = staged.elsewhere(nobody_listens()).adapter
        for step in (lost.look_up, lost.remove):
            with pytest.raises(NotSent) as raised:
                step(receipt.remote_id)
            assert raised.value.code == Trouble.CONNECT
        assert staged.effects("removed") == []

    def test_no_secret_is_told_when_a_removal_fails(self, removal_call, staged, caplog):
        caplog.set_level(logging.DEBUG)
        receipt = staged.commit()
        for fault in ("reset_after", "expired_token", "forbidden", "refuse", "rate_limited"):
            misbehave(staged, removal_call, fault)
            with pytest.raises(ChannelError) as raised:
                staged.adapter.remove(receipt.remote_id)
            told = "".join([*traceback.format_exception(raised.value), repr(raised.value), caplog.text])
            assert [secret for secret in staged.secrets if secret in told] == []

    def test_nothing_leaves_after_the_deadline(self, staged, since):
        receipt, lines = staged.commit(), len(staged.sandbox.ledger())
        fresh = replace(staged, saved="{}")
        steps = [staged.commit, partial(staged.find, since)]
        steps += [
            partial(step, receipt.remote_id) for step in (staged.adapter.look_up, staged.adapter.remove)
        ]
        steps += [fresh.stage_once] if staged.content.media else []
        with http.deadline(datetime.now(UTC)):
            for step in steps:
                with pytest.raises(NotSent) as raised:
                    step()
                assert raised.value.code == Trouble.TOO_LATE
        assert len(staged.sandbox.ledger()) == lines
        assert staged.find(since) == receipt

    def test_on_an_ordinary_day_no_rest_is_asked_for(self, staged, since):
        staged.commit()
        staged.find(since)
        assert staged.adapter.rests == []


def handles(staged: object) -> list[str]:
    """Every word and number among the handles: whatever of it is an id, nothing public has it yet."""
    if isinstance(staged, dict):
        return [handle for value in staged.values() for handle in handles(value)]
    if isinstance(staged, list):
        return [handle for value in staged for handle in handles(value)]
    return [staged] if isinstance(staged, str) and re.fullmatch(r"[A-Za-z0-9_-]{5,40}", staged) else []


@pytest.mark.parametrize("adapter_class", PUBLISHING, ids=lambda adapter: adapter.platform)
class TestChecking:
    """`check` says what the limits say: one more than the limit is too much, the limit itself is not."""

    def test_nothing_at_all_is_missing_something(self, adapter_class):
        assert Lack.TEXT_MISSING in codes(adapter_class, Content()) or adapter_class.limits.needs_media

    def test_media_is_missing_where_it_is_needed(self, adapter_class):
        missing = Lack.MEDIA_MISSING in codes(adapter_class, content("text", adapter_class))
        assert missing is adapter_class.limits.needs_media

    def test_a_text_may_fill_the_limit_and_no_more(self, adapter_class):
        if limit := adapter_class.limits.text:
            assert codes(adapter_class, Content(text="a" * limit)) == []
            (problem,) = adapter_class.check(Content(text="a" * (limit + 3)))
            assert (problem.code, problem.facts) == (Lack.TEXT_TOO_LONG, {"over": 3, "limit": limit})

    def test_as_many_pictures_as_the_limit_and_no_more(self, adapter_class):
        if limit := adapter_class.limits.pictures:
            assert codes(adapter_class, with_media(adapter_class, [Kind.PICTURE] * limit)) == []
            (problem,) = adapter_class.check(with_media(adapter_class, [Kind.PICTURE] * (limit + 1)))
            assert (problem.code, problem.facts) == (Lack.TOO_MANY_PICTURES, {"limit": limit})

    def test_as_many_films_as_the_limit_and_no_more(self, adapter_class):
        limit = adapter_class.limits.films
        assert codes(adapter_class, with_media(adapter_class, [Kind.FILM] * limit)) == []
        (problem,) = adapter_class.check(with_media(adapter_class, [Kind.FILM] * (limit + 1)))
        assert (problem.code, problem.facts) == (Lack.TOO_MANY_FILMS, {"limit": limit})

    def test_pictures_and_film_together(self, adapter_class):
        both = with_media(adapter_class, [Kind.PICTURE, Kind.FILM])
        assert (Lack.PICTURES_AND_FILM in codes(adapter_class, both)) is not (
            adapter_class.limits.mixes_pictures_and_film
        )

    @pytest.mark.parametrize(
        ("limit", "kind", "field", "code"),
        [
            ("picture_bytes", Kind.PICTURE, "size", Lack.FILE_TOO_LARGE),
            ("film_bytes", Kind.FILM, "size", Lack.FILE_TOO_LARGE),
            ("film_seconds", Kind.FILM, "seconds", Lack.FILM_TOO_LONG),
        ],
    )
    def test_a_file_may_fill_the_limit_and_no_more(self, adapter_class, limit, kind, field, code):
        if most := getattr(adapter_class.limits, limit):
            assert codes(adapter_class, with_media(adapter_class, [kind], **{field: most})) == []
            (problem,) = adapter_class.check(with_media(adapter_class, [kind], **{field: most + 1}))
            assert (problem.code, problem.facts) == (code, {"limit": most})

    def test_a_description_of_a_picture_may_fill_the_limit_and_no_more(self, adapter_class):
        if limit := adapter_class.limits.alt_text:
            assert codes(adapter_class, with_media(adapter_class, [Kind.PICTURE], alt_text="å" * limit)) == []
            longer = with_media(adapter_class, [Kind.PICTURE], alt_text="å" * (limit + 1))
            assert codes(adapter_class, longer) == [Lack.ALT_TEXT_TOO_LONG]

    def test_the_text_is_measured_as_it_is_sent(self, adapter_class):
        sent = adapter_class.words(content("link", adapter_class))
        assert adapter_class.length(sent) >= adapter_class.length(content("text", adapter_class).text[:5])
        if adapter_class.limits.link_weight:
            text = "a" * (adapter_class.limits.text - adapter_class.limits.link_weight - 1)
            assert codes(adapter_class, Content(text=text, link="https://seko.se/nyheter")) == []
            assert codes(adapter_class, Content(text=text + "a", link="https://seko.se/nyheter")) == [
                Lack.TEXT_TOO_LONG
            ]


def codes(adapter_class: type[Adapter], content: Content) -> list[str]:
    return [problem.code for problem in adapter_class.check(content)]


def with_media(adapter_class: type[Adapter], kinds: list[Kind], **about: object) -> Content:
    """A good post with this media, whose files are only said to be there."""
    shown = [replace(media(kind, str(number).encode()), **about) for number, kind in enumerate(kinds)]
    return replace(content("film", adapter_class), media=tuple(shown))


def renew(desk: Desk, token: str | None = None) -> Tokens:
    connection, addresses = desk.adapter.connection, desk.adapter.addresses
    return desk.adapter.refresh(desk.refresh_token if token is None else token, connection, addresses)


RENEWING = [adapter for adapter in PUBLISHING if adapter.refresh.__func__ is not Adapter.refresh.__func__]


@pytest.mark.parametrize("adapter_class", RENEWING, ids=lambda adapter: adapter.platform)
class TestRenewing:
    @pytest.fixture
    def desk(self, sandbox, adapter_class) -> Desk:
        return Desk.at(sandbox, adapter_class, content("film", adapter_class))

    def test_the_new_token_is_good_and_has_an_end(self, desk, since):
        tokens = renew(desk)
        connection = replace(desk.adapter.connection, access_token=tokens.access_token)
        assert (
            type(desk.adapter)(connection, desk.adapter.addresses).find(desk.content, desk.staged, since)
            is None
        )
        assert tokens.expires_at > datetime.now(UTC)

    @pytest.mark.parametrize("token", ["", "nonsense"])
    def test_a_bad_refresh_token_needs_a_person(self, desk, token):
        with pytest.raises(NotConnected) as raised:
            renew(desk, token)
        assert raised.value.code == Trouble.TOKEN_EXPIRED

    def test_without_a_refresh_token_nobody_is_asked(self, desk):
        with pytest.raises(NotConnected):
            renew(desk.elsewhere(nobody_listens()), "")

    def test_without_a_connection_nothing_is_sent(self, desk):
        with pytest.raises(NotSent) as raised:
            renew(desk.elsewhere(nobody_listens()))
        assert raised.value.code == Trouble.CONNECT

    @pytest.mark.parametrize("fault", ["reset_before", "error_before", "truncated"])
    def test_no_secret_is_told_when_it_fails(self, desk, caplog, fault):
        caplog.set_level(logging.DEBUG)
        misbehave(desk, "token", fault)
        with pytest.raises((NotSent, Unconfirmed)) as raised:
            renew(desk)
        told = "".join([*traceback.format_exception(raised.value), repr(raised.value), caplog.text])
        assert [secret for secret in desk.secrets if secret in told] == []


WITH_KEYS = [adapter for adapter in RENEWING if CONNECTORS[adapter.platform].has_app_keys]
"""Elsewhere whoever renews shows no secret of an app."""


@pytest.mark.parametrize("adapter_class", WITH_KEYS, ids=lambda adapter: adapter.platform)
def test_a_wrong_secret_is_our_own_fault(sandbox, adapter_class):
    desk = Desk.at(sandbox, adapter_class, content("film", adapter_class))
    desk.adapter.connection = replace(desk.adapter.connection, app_secret="wrong")
    with pytest.raises(NotConnected) as raised:
        renew(desk)
    assert raised.value.code == Trouble.APP_KEYS
