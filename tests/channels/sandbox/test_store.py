"""The store by itself: what the demo loader uses, and what everything else stands on."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from channels.sandbox import media, people, processing, shown
from channels.sandbox.store import Store, file_digest

NOON = datetime(2026, 4, 29, 10, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOON.timestamp()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path, clock):
    with Store(tmp_path / "sandbox", clock) as store:
        yield store


# -- all of it or nothing of it


def test_a_transaction_that_fails_leaves_nothing(store):
    def fail_halfway() -> None:
        with store.transaction():
            store.put("x", "post", "1", "2000001", {"text": "hej"})
            with store.transaction():
                store.record({"call": "post"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    assert store.get("x", "post", "1") is None
    assert store.ledger() == []


def test_two_stores_on_one_folder_see_the_same(store, tmp_path, clock):
    with Store(tmp_path / "sandbox", clock) as other:
        other.connect_x("2000001", "@seko", "Seko")
        other.record({"call": "post"})
    assert store.account("x", "2000001").handle == "seko"
    assert store.ledger() == [{"n": 1, "call": "post"}]


def test_threads_and_stores_never_count_to_the_same_number(store, tmp_path, clock):
    with Store(tmp_path / "sandbox", clock) as other, ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda n: (store, other)[n % 2].count("facebook_id"), range(200)))
    assert sorted(numbers) == list(range(1, 201))


# -- accounts and tokens


def test_connecting_again_renames_and_gives_another_token(store):
    first = store.connect_facebook("1000001", "Seko")
    second = store.connect_facebook("1000001", "Seko Stockholm")
    assert [account.name for account in store.accounts()] == ["Seko Stockholm"]
    assert first["page_token"] != second["page_token"]
    assert {store.token(given["page_token"]).account for given in (first, second)} == {"1000001"}


def test_each_platform_gives_what_its_adapter_needs(store):
    assert sorted(store.connect_facebook("1", "Seko")) == ["app_id", "app_secret", "page_id", "page_token"]
    names = ["access_token", "client_id", "client_secret", "expires_in", "refresh_token"]
    assert sorted(store.connect_x("2", "seko", "Seko")) == names
    assert sorted(store.connect_youtube("UC3", "Seko")) == names


def test_a_token_never_shows_itself(store):
    value = store.connect_x("2000001", "seko", "Seko")["access_token"]
    assert value not in repr(store.token(value))


def test_a_token_is_used_up_once_however_many_try(store):
    value = store.mint("x", "refresh", "2000001", ["tweet.read"])
    together = threading.Barrier(8)

    def try_it(_: int) -> bool:
        together.wait()
        return store.use_up(value)

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(try_it, range(8))) == [False] * 7 + [True]
    assert store.token(value).used == NOON.timestamp()


def test_throwing_the_application_out_ends_every_token_of_that_account_only(store):
    given, other = store.connect_x("1", "en", "En"), store.connect_x("2", "annan", "Annan")
    assert [people.remove_app(store, "x", "1") for _ in range(2)] == [True, False]
    assert [store.token(given[name]).used is None for name in ("access_token", "refresh_token")] == [
        False
    ] * 2
    assert store.token(other["access_token"]).used is None


def test_handles_are_found_in_any_case(store):
    store.connect_x("2000001", "SekoFacket", "Seko")
    assert store.account_by_handle("x", "sekofacket").id == "2000001"
    assert store.account_by_handle("x", "seko") is None


# -- the clock


def test_the_clock_is_moved_by_the_offset(store, clock):
    store.set("clock_offset", "3600")
    assert store.now() == NOON.timestamp() + 3600
    clock.now += 1
    assert store.now() == NOON.timestamp() + 3601


# -- media


def test_what_comes_is_kept_byte_by_byte_under_its_digest(store, picture, tmp_path):
    source = tmp_path / "annat-namn.txt"
    source.write_bytes(picture)
    with source.open("rb") as file:
        kept = store.keep(file)
    assert kept == store.kept(file_digest(source))
    assert (kept.kind, kept.content_type, kept.width, kept.height) == ("picture", "image/jpeg", 600, 400)
    assert store.media_path(kept.sha256).read_bytes() == picture


def test_a_film_is_known_by_its_content(store, short_film, tmp_path):
    source = tmp_path / "bild.jpg"
    source.write_bytes(short_film)
    with source.open("rb") as file:
        kept = store.keep(file)
    assert (kept.kind, kept.content_type, kept.width) == ("film", "video/mp4", 320)
    assert kept.seconds == pytest.approx(0.4)


@pytest.mark.parametrize("what", ["nothing", "text", "cut picture", "cut film"])
def test_other_bytes_are_not_kept(store, picture, short_film, tmp_path, what):
    source = tmp_path / "bild.jpg"
    contents = {
        "nothing": b"",
        "text": b"<html>hej</html>",
        "cut picture": picture[:5000],
        "cut film": short_film[:2000],
    }
    source.write_bytes(contents[what])
    with source.open("rb") as file, pytest.raises(media.NotMediaError):
        store.keep(file)
    assert [list((store.folder / name).iterdir()) for name in ("media", "incoming")] == [[], []]


def test_a_kept_upload_can_be_kept_again_until_it_is_forgotten(store, picture):
    """If we die between keeping the bytes and writing down that we did, the caller may finish again."""
    store.write_upload("7", 0, picture)
    first = store.keep_upload("7")
    assert store.keep_upload("7") == first
    store.forget_upload("7")
    assert not store.upload_path("7").exists()
    assert store.media_path(first.sha256).read_bytes() == picture


# -- the ledger, and forgetting


def test_the_ledger_keeps_the_order_and_tells_the_latest(store):
    for n in range(5):
        store.record({"call": f"call {n}"})
    assert [(line["n"], line["call"]) for line in store.ledger()] == [(n + 1, f"call {n}") for n in range(5)]
    assert [line["n"] for line in store.latest(2)] == [5, 4]


def test_reset_forgets_everything_and_goes_on(store, picture, tmp_path):
    source = tmp_path / "bild.jpg"
    source.write_bytes(picture)
    store.connect_facebook("1000001", "Seko")
    store.add_published("facebook", "1000001", "Hej", [source], NOON)
    store.write_upload("7", 0, b"abc")
    store.set("clock_offset", "10")
    store.add_fault({"fault": "duplicate"})
    store.reset()
    assert (store.accounts(), store.ledger(), store.faults(), store.now()) == ([], [], [], NOON.timestamp())
    assert [list((store.folder / name).iterdir()) for name in ("media", "uploads", "incoming")] == [
        [],
        [],
        [],
    ]
    store.connect_facebook("1000001", "Seko")
    assert len(store.accounts()) == 1


def test_what_was_kept_is_there_after_opening_again(tmp_path, clock):
    with Store(tmp_path, clock) as store:
        store.connect_facebook("1000001", "Seko")
        store.add_published("facebook", "1000001", "Hej", [], NOON)
    with Store(tmp_path, clock) as store:
        (page,) = store.accounts()
        assert [post.text for post in shown.posts(store, page)] == ["Hej"]


# -- history


@pytest.mark.parametrize(
    ("platform", "id"), [("facebook", "1000001"), ("x", "2000001"), ("youtube", "UC" + "s" * 22)]
)
def test_history_is_shown_like_what_was_published(store, short_film, tmp_path, platform, id):
    source = tmp_path / "film.mp4"
    source.write_bytes(short_film)
    account = store.add_account(platform, id, "Seko", "seko" if platform == "x" else "")
    text = "Nattskiftet i Umeå\nVi var där."
    laid = store.add_published(platform, id, text, [source], NOON, alt_texts=["En bangård"])
    (post,) = shown.posts(store, account)
    assert (post.id, post.path, post.text, post.at) == (laid["id"], laid["path"], text, NOON.timestamp())
    assert [item["sha256"] for item in post.media] == [file_digest(source)]
    assert post.title == ("Nattskiftet i Umeå" if platform == "youtube" else "")
    assert post == shown.post(store, account, post.id)
    assert store.ledger() == []


def test_history_comes_newest_first_and_never_from_the_future(store, clock):
    account = store.add_account("x", "2000001", "Seko", "seko")
    for day in (28, 30, 27):
        store.add_published("x", "2000001", f"dag {day}", [], NOON.replace(day=day))
    assert [post.text for post in shown.posts(store, account)] == ["dag 28", "dag 27"]
    clock.now += 48 * 3600
    assert [post.text for post in shown.posts(store, account)] == ["dag 30", "dag 28", "dag 27"]


def test_x_ids_follow_time(store):
    store.add_account("x", "2000001", "Seko", "seko")
    days = (3, 1, 2)
    ids = {day: int(store.add_published("x", "2000001", "", [], NOON.replace(day=day))["id"]) for day in days}
    assert sorted(days, key=lambda day: ids[day]) == [1, 2, 3]


# -- processing


def test_a_film_becomes_ready_after_looks_or_after_a_while():
    film = {"started": 0.0, "polls": 2, "seconds": 3.0, "fails": False}
    assert [processing.look(film, 1.0) for _ in range(3)] == ["processing", "processing", "ready"]
    waiting = {"started": 0.0, "polls": None, "seconds": 3.0, "fails": False}
    assert [processing.look(waiting, now) for now in (0.0, 2.9, 3.0)] == ["processing", "processing", "ready"]


def test_looking_at_the_state_does_not_count_as_a_look():
    film = {"started": 0.0, "polls": 1, "seconds": None, "fails": True}
    assert [processing.state(film, 9.0) for _ in range(3)] == ["processing"] * 3
    assert [processing.look(film, 9.0), processing.state(film, 9.0)] == ["processing", "failed"]
