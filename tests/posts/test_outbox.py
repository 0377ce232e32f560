"""What a phone's outbox is told: the same asked twice is done once, and nothing is a yes that is none."""

import errno
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from posts import drafting, incoming, preparation, workflow
from posts.models import Media, OtherVersion, Post, Save, Status
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}
DEVICE, OTHER_DEVICE = str(uuid.uuid4()), str(uuid.uuid4())


@pytest.fixture
def karin():
    return factories.ombudsman()


@pytest.fixture
def page(karin):
    return signed_in(karin)


class Phone:
    """One item in the outbox of one device."""

    def __init__(self, page: Client, client_id: str = "", device: str = DEVICE) -> None:
        self.page, self.client_id, self.device = page, client_id or str(uuid.uuid4()), device
        self.counter, self.seen = 0, ""

    def send(
        self,
        text: str,
        *media: Media,
        intent: str = "autosave",
        counter: int = 0,
        path: str = "/nytt/",
        **more,
    ):
        self.counter = counter or self.counter + 1
        form = {
            "client_id": self.client_id,
            "device": self.device,
            "counter": self.counter,
            "seen": self.seen,
            "intent": intent,
            "text": text,
            "people": "nobody",
            "media": [str(item.pk) for item in media],
        }
        answer = self.page.post(path, form | more, headers=JSON)
        self.seen = answer.json().get("seen", self.seen)
        return answer

    def asks(self) -> dict:
        return self.page.get(f"/utkorg/{self.client_id}/", headers=JSON).json()


# --- the answers ------------------------------------------------------------------------------------------------


def test_a_draft_and_a_submission_are_answered_with_where_the_post_is(page, karin):
    phone = Phone(page)
    made = phone.send("Hej från Umeå")
    post = Post.objects.get()
    assert (made.status_code, made.json()["state"], made.json()["post"]) == (201, "draft", post.pk)
    assert made.json()["url"] == f"/inlagg/{post.pk}/andra/"
    sent = phone.send("Hej från Umeå", intent="submit")
    assert (sent.status_code, sent.json()["state"]) == (201, "submitted")
    assert sent.json()["url"] == f"/inlagg/{post.pk}/inskickat/"
    assert Post.objects.get().status == Status.IN_REVIEW


def test_what_is_missing_is_told_by_the_fields_and_the_draft_is_kept(page, karin):
    phone = Phone(page)
    answer = phone.send("", factories.picture(karin), intent="submit")
    assert answer.status_code == 422
    assert answer.json()["errors"] == {"text": ["Skriv några ord om bilden eller det som hände."]}
    assert phone.asks()["state"] == "draft"


def test_nothing_at_all_is_no_draft(page):
    assert Phone(page).send("").status_code == 422
    assert Post.objects.count() == 0


def test_who_is_signed_out_is_told_so_and_not_led_to_a_page():
    for path in ("/nytt/", "/media/", f"/utkorg/{uuid.uuid4()}/"):
        ask = Client().get if "utkorg" in path else Client().post
        answer = ask(path, headers=JSON)
        assert (answer.status_code, answer.json()) == (
            401,
            {"error": "Du är utloggad. Logga in, så skickas det."},
        )
    assert Client().get("/utkorg/").status_code == 302


def test_who_reads_pages_is_answered_with_pages(page):
    form = {"client_id": str(uuid.uuid4()), "text": "Hej", "intent": "submit"}
    assert page.post("/nytt/", form).headers["Location"].endswith("/inskickat/")


# --- once -------------------------------------------------------------------------------------------------------


def test_an_answer_that_was_lost_is_given_again(page):
    phone = Phone(page)
    first = phone.send("Hej från Umeå", intent="submit")
    again = phone.send("Hej från Umeå", intent="submit", counter=phone.counter)
    assert (again.status_code, again.json()["post"]) == (200, first.json()["post"])
    assert again.json()["state"] == "submitted"
    post = Post.objects.get()
    assert (post.versions.count(), post.transitions.count()) == (1, 1)


def test_what_was_taken_back_is_not_sent_in_by_a_late_copy_of_the_sending_in(page, karin):
    phone = Phone(page)
    phone.send("Hej från Umeå", intent="submit")
    workflow.recall(Post.objects.get(), karin)
    late = phone.send("Hej från Umeå", intent="submit", counter=phone.counter)
    assert (late.status_code, late.json()["state"]) == (200, "draft")
    assert Post.objects.get().status == Status.DRAFT
    again = phone.send("Hej från Umeå!", intent="submit")
    assert again.json()["state"] == "submitted"


def test_an_older_save_does_not_write_over_a_newer_one(page):
    phone = Phone(page)
    phone.send("Hej", counter=1)
    phone.send("Hej från Umeå", counter=3)
    late = phone.send("Hej från", counter=2)
    assert (late.status_code, late.json()["state"]) == (200, "draft")
    assert Post.objects.get().draft.text == "Hej från Umeå"
    assert not OtherVersion.objects.exists()
    assert Save.objects.get().counter == 3


def test_what_comes_after_the_sending_in_is_refused_and_named(page, karin):
    phone = Phone(page)
    phone.send("Hej från Umeå", intent="submit")
    late = phone.send("Något annat")
    assert (late.status_code, late.json()["state"]) == (409, "submitted")
    assert late.json()["error"] == "Inlägget är redan inskickat, så det du ändrade är inte med."
    more = phone.send("Hej från Umeå", factories.picture(karin))
    assert more.status_code == 409  # a picture that is not in it
    assert phone.send("Hej från Umeå", people="not_asked").status_code == 409
    assert phone.send("Hej från Umeå").json()["state"] == "submitted"
    assert Post.objects.get().current_version.text == "Hej från Umeå"


def test_the_address_of_the_post_itself_answers_the_same(page):
    phone = Phone(page)
    path = phone.send("Hej").json()["url"]
    assert phone.send("Hej igen", path=path).status_code == 200
    assert phone.send("Hej igen", intent="submit", path=path).json()["state"] == "submitted"
    assert phone.send("Något annat", path=path).status_code == 409


# --- what the server has ----------------------------------------------------------------------------------------


def test_the_phone_is_told_what_is_here_of_its_post_and_its_files(page, karin):
    picture, stranger = factories.picture(karin), factories.picture(factories.ombudsman())
    phone = Phone(page)
    unknown = phone.asks()
    assert (unknown["state"], unknown["user"]) == ("unknown", str(karin.pk))
    phone.send("Hej", picture)
    ids = [str(picture.pk), str(stranger.pk), str(uuid.uuid4()), "nonsense"]
    known = page.get(f"/utkorg/{phone.client_id}/", {"media": ids}, headers=JSON).json()
    assert (known["state"], known["media"]) == ("draft", [str(picture.pk)])


def test_nobody_is_told_of_somebody_elses_post(page):
    phone = Phone(page)
    phone.send("Hej")
    stranger = Phone(signed_in(factories.ombudsman()), phone.client_id)
    assert stranger.asks()["state"] == "unknown"


def test_a_token_of_the_answer_opens_the_next_request(karin):
    page = Client(enforce_csrf_checks=True)
    page.force_login(karin)
    phone = Phone(page)
    assert page.post("/nytt/", {}, headers=JSON).status_code == 403
    headers = JSON | {"X-CSRFToken": phone.asks()["token"]}
    form = {"client_id": phone.client_id, "text": "Hej"}
    assert page.post("/nytt/", form, headers=headers).status_code == 201


def test_a_file_that_is_not_here_is_asked_for_and_not_left_out(page, karin):
    picture, missing = factories.picture(karin), Media(pk=uuid.uuid4())
    answer = Phone(page).send("Hej", picture, missing, intent="submit")
    assert (answer.status_code, answer.json()["missing"]) == (422, [str(missing.pk)])
    assert Post.objects.count() == 0


# --- files ------------------------------------------------------------------------------------------------------


def sent(page: Client, media_id: str, content: bytes = b"bytes"):
    file = SimpleUploadedFile("bild.jpg", content)
    return page.post("/media/", {"file": file, "id": media_id}, headers=JSON)


def test_a_file_with_the_same_id_is_the_same_file(page, settings):
    media_id = str(uuid.uuid4())
    assert [sent(page, media_id).status_code for _ in range(2)] == [201, 201]
    assert str(Media.objects.get().pk) == media_id
    assert len(list((settings.MEDIA_ROOT / "incoming").glob(f"{media_id}*"))) == 1


def test_a_file_that_was_cut_on_the_way_is_not_taken_for_the_whole(page):
    form = {"id": str(uuid.uuid4()), "size": "1000", "file": SimpleUploadedFile("bild.jpg", bytes(999))}
    assert page.post("/media/", form, headers=JSON).status_code == 400
    assert Media.objects.count() == 0
    form["size"], form["file"] = "999", SimpleUploadedFile("bild.jpg", bytes(999))
    assert page.post("/media/", form, headers=JSON).status_code == 201


def test_the_second_of_two_copies_at_once_leaves_nothing_behind(karin, settings):
    media = factories.unprepared(karin)
    copy = Media(pk=media.pk, owner=karin)
    copy.incoming.save("incoming", SimpleUploadedFile("bild.jpg", b"bytes"), save=False)
    assert preparation.write_once(copy) == media
    assert [path.name for path in (settings.MEDIA_ROOT / "incoming").glob(f"{media.pk}*")] == [str(media.pk)]


def test_an_id_of_somebody_elses_file_is_refused_like_an_unknown_one(page):
    theirs = factories.unprepared(factories.ombudsman())
    assert sent(page, str(theirs.pk)).status_code == 404
    assert sent(page, "nonsense").status_code == 422
    assert Media.objects.get().owner == theirs.owner


def test_a_full_server_says_that_it_is_full(page, monkeypatch):
    def full(*_arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(preparation, "receive", full)
    answer = sent(page, str(uuid.uuid4()))
    assert (answer.status_code, answer.json()["error"]) == (
        507,
        "Servern har ont om plats. Vi försöker igen om en stund.",
    )


def test_what_is_refused_unread_says_whether_to_try_again(page, monkeypatch, settings):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
    monkeypatch.setattr(incoming, "room", lambda: -1)
    assert sent(page, str(uuid.uuid4()), bytes(100)).status_code == 507
    settings.FILM_MAX_BYTES, settings.MEDIA_PER_POST = 10, 0
    assert sent(page, str(uuid.uuid4()), bytes(1000)).status_code == 413
    assert Media.objects.count() == 0


def test_too_many_files_at_once_wait(page, karin, settings):
    settings.MEDIA_WAITING_PER_PERSON = 1
    factories.unprepared(karin)
    answer = sent(page, str(uuid.uuid4()))
    assert answer.status_code == 429
    assert answer.json()["error"].startswith("Dina andra filer är inte klara än.")


# --- two devices ------------------------------------------------------------------------------------------------


@pytest.fixture
def two(page):
    """Both began with the same draft, and the second has not seen what the first wrote since."""
    first = Phone(page)
    first.send("Början")
    second = Phone(page, first.client_id, OTHER_DEVICE)
    second.seen = first.seen
    first.send("Början, och mer från telefonen")
    return first, second


def test_the_later_save_is_the_draft_and_the_earlier_text_is_kept_beside(page, two):
    two[1].send("Början, och mer från datorn")
    post = Post.objects.get()
    assert post.draft.text == "Början, och mer från datorn"
    assert [other.text for other in post.other_versions.all()] == ["Början, och mer från telefonen"]
    shown = text_of(page.get(f"/inlagg/{post.pk}/andra/"))
    assert "Annan version" in shown
    assert "Början, och mer från telefonen" in shown


def test_who_has_seen_the_draft_writes_over_it(two):
    first, second = two
    second.seen = first.seen
    second.send("Början, och mer från datorn")
    assert not OtherVersion.objects.exists()


def test_a_device_writes_over_its_own(two):
    first, _second = two
    first.seen = ""
    first.send("Början, en gång till")
    first.seen = "2020-01-01T00:00:00+00:00"
    first.send("Början, och slut")
    assert not OtherVersion.objects.exists()


def test_a_picture_that_only_one_device_showed_is_not_lost(page, karin):
    picture = factories.picture(karin)
    first = Phone(page)
    first.send("Hej")
    second = Phone(page, first.client_id, OTHER_DEVICE)
    second.seen = first.seen
    first.send("Hej", picture)
    second.send("Hej på er")
    other = OtherVersion.objects.get()
    assert other.media == [str(picture.pk)]
    page.post(f"/annan-version/{other.pk}/")
    draft = Post.objects.get().draft
    assert (draft.text, draft.media) == ("Hej", [picture])
    assert [kept.text for kept in OtherVersion.objects.all()] == ["Hej på er"]


def test_a_form_without_scripts_that_has_not_seen_the_draft_keeps_it_too(page, two):
    form = {"client_id": two[0].client_id, "text": "Ur en gammal flik", "seen": two[1].seen, "intent": "save"}
    page.post("/nytt/", form)
    assert [other.text for other in OtherVersion.objects.all()] == ["Början, och mer från telefonen"]


def test_an_other_version_is_thrown_away_by_its_author_alone(page, two):
    two[1].send("Början, och mer från datorn")
    other = OtherVersion.objects.get()
    stranger = signed_in(factories.ombudsman())
    assert stranger.post(f"/annan-version/{other.pk}/").status_code == 404
    assert stranger.post(f"/annan-version/{other.pk}/slang/").status_code == 404
    assert OtherVersion.objects.count() == 1
    page.post(f"/annan-version/{other.pk}/slang/")
    assert not OtherVersion.objects.exists()
    assert Post.objects.get().draft.text == "Början, och mer från datorn"


def test_an_other_version_does_not_change_what_was_sent_in(page, two):
    two[1].send("Början, och mer från datorn", intent="submit")
    other = OtherVersion.objects.get()
    with pytest.raises(drafting.NotWithAuthorError):
        drafting.take(other)
    assert page.post(f"/annan-version/{other.pk}/").headers["Location"] == f"/inlagg/{other.post_id}/"
    assert Post.objects.get().current_version.text == "Början, och mer från datorn"


# --- pages ------------------------------------------------------------------------------------------------------


def test_the_outbox_has_a_page_of_its_own_and_a_line_at_home(page):
    assert "Utkorg" in text_of(page.get("/utkorg/"))
    assert 'id="utkorg-rad-hem"' in page.get("/hem/").content.decode()


def test_who_has_just_sent_in_may_take_it_back(page):
    url = Phone(page).send("Hej från Umeå", intent="submit").json()["url"]
    shown = page.get(url).content.decode()
    assert f'action="/inlagg/{Post.objects.get().pk}/angra/"' in shown
