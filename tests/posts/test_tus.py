"""What tus 1.0 says of a server, sentence by sentence, and what it does not say: hostile headers."""

import base64
import hashlib
import re
import uuid

import pytest
from django.test import Client

from accounts import policy
from posts import rules, tus
from posts.models import Media, Upload, UploadPart
from tests import factories
from tests.pages import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("put_in_broker")]
DATA = b"0123456789"
SPOKEN = {"Tus-Resumable": "1.0.0"}
DAY = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")


class Phone:
    """A client that says exactly what a test wants it to."""

    def __init__(self, user):
        self.user = user
        self.client = signed_in(user)

    def ask(self, method, path="/ladda-upp/", body=b"", **headers):
        said = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
        kind = {"Content-Type": tus.BODY} if body else {}
        return self.client.generic(method, path, body, headers=SPOKEN | kind | said)

    def begin(self, length=10, **headers):
        return self.ask("POST", Upload_Length=str(length), **headers)

    def begun(self, length=10, **headers):
        return self.begin(length, **headers)["Location"]

    def send(self, path, body=DATA, offset=0, **headers):
        return self.ask("PATCH", path, body, Upload_Offset=str(offset), **headers)


@pytest.fixture
def phone(db):
    return Phone(factories.ombudsman())


def encoded(value):
    return base64.b64encode(value if isinstance(value, bytes) else value.encode()).decode()


def sha1(data):
    return f"sha1 {encoded(hashlib.sha1(data, usedforsecurity=False).digest())}"


def sha256(data):
    return f"sha256 {encoded(hashlib.sha256(data).digest())}"


def standing(path):
    return Upload.objects.get(pk=path.rstrip("/").rpartition("/")[2]).offset


# --- the sentences of the protocol ------------------------------------------------------------------------------


def told(response, *names):
    return (response.status_code, *(response.headers.get(name) for name in names))


def head_of_a_new_one(phone):
    return told(phone.ask("HEAD", phone.begun()), "Upload-Offset", "Upload-Length", "Cache-Control")


def head_of_a_complete_one(phone):
    phone.send(path := phone.begun())
    return told(phone.ask("HEAD", path), "Upload-Offset", "Upload-Length")


def head_of_an_unknown_one(phone):
    return told(phone.ask("HEAD", f"/ladda-upp/{uuid.uuid4()}/"), "Upload-Offset")


def head_with_metadata(phone):
    said = f"filename {encoded('Tåget.mp4')},is_confidential"
    return told(phone.ask("HEAD", phone.begun(Upload_Metadata=said)), "Upload-Metadata") == (200, said)


def patch(phone):
    return told(phone.send(phone.begun(), DATA[:4]), "Upload-Offset")


def patch_goes_on(phone):
    phone.send(path := phone.begun(), DATA[:4])
    return told(phone.send(path, DATA[4:], 4), "Upload-Offset")


def patch_of_another_type(phone):
    path = phone.begun()
    answer = phone.send(path, DATA, Content_Type="application/octet-stream")
    return (*told(answer), standing(path))


def patch_elsewhere(phone):
    path = phone.begun()
    return (*told(phone.send(path, DATA[:4], 4)), standing(path))


def patch_of_an_unknown_one(phone):
    return told(phone.send(f"/ladda-upp/{uuid.uuid4()}/"), "Upload-Offset")


def patch_of_nothing_when_complete(phone):
    phone.send(path := phone.begun())
    return told(phone.send(path, b"", 10, Content_Type=tus.BODY), "Upload-Offset")


def options(phone):
    names = "Tus-Version", "Tus-Extension", "Tus-Max-Size", "Tus-Checksum-Algorithm"
    return told(phone.ask("OPTIONS", Tus_Resumable=None), *names)


def options_of_another_version(phone):
    return told(phone.ask("OPTIONS", Tus_Resumable="7.7.7"), "Tus-Version")


def another_version(phone):
    answer = phone.begin(Tus_Resumable="0.2.2")
    return (*told(answer, "Tus-Version"), Upload.objects.count())


def no_version(phone):
    answer = phone.client.generic("POST", "/ladda-upp/", headers={"Upload-Length": "10"})
    return (*told(answer, "Tus-Version", "Tus-Resumable"), Upload.objects.count())


def an_overridden_method(phone):
    path = phone.begun()
    answer = phone.ask("POST", path, DATA, Upload_Offset="0", X_HTTP_Method_Override="PATCH")
    return told(answer, "Upload-Offset")


def creation(phone):
    answer = phone.begin()
    [upload] = Upload.objects.all()
    return told(answer, "Location") == (201, f"/ladda-upp/{upload.pk}/")


def creation_of_nothing(phone):
    path = phone.begun(0)
    return standing(path), Media.objects.count()


def creation_of_what_is_too_large(phone):
    return (*told(phone.begin(10**15)), Upload.objects.count())


def creation_without_a_length(phone):
    return (*told(phone.ask("POST")), Upload.objects.count())


def creation_of_an_unknown_length(phone):
    return (*told(phone.ask("POST", Upload_Defer_Length="1")), Upload.objects.count())


def creation_with_its_first_bytes(phone):
    answer = phone.ask("POST", "/ladda-upp/", DATA[:4], Upload_Length="10")
    return (*told(answer, "Upload-Offset"), standing(answer["Location"]))


def creation_with_all_of_its_bytes(phone):
    answer = phone.ask("POST", "/ladda-upp/", DATA, Upload_Length="10")
    return (*told(answer, "Upload-Offset"), Media.objects.count())


def creation_tells_when_it_expires(phone):
    return bool(DAY.fullmatch(phone.begin()["Upload-Expires"]))


def patch_tells_when_it_expires(phone):
    return bool(DAY.fullmatch(phone.send(phone.begun(), DATA[:4])["Upload-Expires"]))


def an_expired_one(phone):
    path = phone.begun()
    Upload.objects.update(expires_at="2026-01-01T00:00:00Z")
    return phone.ask("HEAD", path).status_code, phone.send(path).status_code


def a_true_checksum(phone):
    path = phone.begun()
    first = phone.send(path, DATA[:4], Upload_Checksum=sha1(DATA[:4]))
    second = phone.send(path, DATA[4:], 4, Upload_Checksum=sha256(DATA[4:]))
    return first.status_code, second.status_code, Media.objects.count()


def a_wrong_checksum(phone):
    path = phone.begun()
    answer = phone.send(path, DATA, Upload_Checksum=sha1(b"another"))
    return (*told(answer), standing(path), UploadPart.objects.count(), Media.objects.count())


def an_unknown_checksum(phone):
    path = phone.begun()
    return (*told(phone.send(path, Upload_Checksum=f"crc32 {encoded(b'1234')}")), standing(path))


def termination(phone):
    phone.send(path := phone.begun(), DATA[:4])
    gone = phone.ask("DELETE", path).status_code
    return gone, phone.ask("HEAD", path).status_code, phone.send(path, DATA[4:], 4).status_code


def every_answer_says_the_version(phone):
    path = phone.begun()
    answers = [
        phone.begin(),
        phone.ask("HEAD", path),
        phone.send(path, offset=3),
        phone.send(path),
        phone.ask("HEAD", f"/ladda-upp/{uuid.uuid4()}/"),
        phone.begin(10**15),
        phone.ask("DELETE", path),
        phone.ask("GET", path),
    ]
    return {answer.headers.get("Tus-Resumable") for answer in answers}


ABOUT = ("1.0.0", ",".join(tus.EXTENSIONS), str(2048 * 1024 * 1024), "sha1,sha256")
SENTENCES = [
    ("HEAD tells the offset, also if it is 0, the length, and is not kept by anything in between",
     head_of_a_new_one, (200, "0", "10", "no-store")),
    ("HEAD tells the offset also of an upload that is completed", head_of_a_complete_one, (200, "10", "10")),
    ("Of what is not found, HEAD tells 404, 410 or 403 and no offset", head_of_an_unknown_one, (404, None)),
    ("HEAD repeats the metadata as the client said it", head_with_metadata, True),
    ("PATCH applies the bytes at the offset, and answers 204 with the new one", patch, (204, "4")),
    ("PATCH goes on where the last one ended", patch_goes_on, (204, "10")),
    ("A PATCH of another type is 415", patch_of_another_type, (415, 0)),
    ("A PATCH at another offset is 409 and changes nothing", patch_elsewhere, (409, 0)),
    ("A PATCH of what is not there is 404, without an offset", patch_of_an_unknown_one, (404, None)),
    ("A PATCH of nothing is right where everything is there", patch_of_nothing_when_complete, (204, "10")),
    ("OPTIONS tells versions, extensions, the greatest size and the checksums", options, (204, *ABOUT)),
    ("The version in an OPTIONS is ignored", options_of_another_version, (204, "1.0.0")),
    ("Another version is 412 with ours, and is not processed", another_version, (412, "1.0.0", 0)),
    ("No version is another version", no_version, (412, "1.0.0", "1.0.0", 0)),
    ("The method is the one that overrides it", an_overridden_method, (204, "10")),
    ("POST with a length is 201 with the address of what was created", creation, True),
    ("A file of no bytes is complete when it is created", creation_of_nothing, (0, 1)),
    ("What exceeds the greatest size is 413", creation_of_what_is_too_large, (413, 0)),
    ("A length has to be told", creation_without_a_length, (400, 0)),
    ("We cannot do without it: the extension is not among ours", creation_of_an_unknown_length, (400, 0)),
    ("A POST may bring the first bytes, and is told how many are there", creation_with_its_first_bytes, (201, "4", 4)),
    ("... or all of them", creation_with_all_of_its_bytes, (201, "10", 1)),
    ("POST tells when it expires", creation_tells_when_it_expires, True),
    ("PATCH tells when it expires", patch_tells_when_it_expires, True),
    ("What has expired is 404 or 410", an_expired_one, (410, 410)),
    ("Bytes whose checksum is true are taken", a_true_checksum, (204, 204, 1)),
    ("Bytes whose checksum is wrong are 460, and discarded", a_wrong_checksum, (460, 0, 0, 0)),
    ("An unknown checksum is 400", an_unknown_checksum, (400, 0)),
    ("DELETE is 204, and then nothing is there", termination, (204, 404, 404)),
    ("Every answer says the version", every_answer_says_the_version, {"1.0.0"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "answer"), [case[1:] for case in SENTENCES], ids=[case[0] for case in SENTENCES]
)
def test_a_sentence_of_the_protocol_is_kept(phone, asked, answer):
    assert asked(phone) == answer


# --- hostile headers --------------------------------------------------------------------------------------------

LENGTHS = [
    "-1",
    "+1",
    "1.0",
    "1e3",
    "0x10",
    "10,10",
    " ",
    "٣",
    "9" * 19,
    "9" * 400,
    "NaN",
    "10;q=1",
    "\u00a010",
]


@pytest.mark.parametrize("value", LENGTHS)
def test_a_length_that_is_no_number_begins_nothing(phone, value):
    assert (phone.ask("POST", Upload_Length=value).status_code, Upload.objects.count()) == (400, 0)


@pytest.mark.parametrize("value", LENGTHS)
def test_an_offset_that_is_no_number_writes_nothing(phone, value):
    path = phone.begun()
    answer = phone.ask("PATCH", path, DATA, Upload_Offset=value)
    assert (answer.status_code, standing(path)) == (400, 0)


METADATA = [
    "id",
    "id =",
    f"id {encoded('not-a-uuid')}",
    "id //4=",
    f"id {encoded('7f2f0a70-92a3-4b49-a7a7-9aefa063eeb10')}",
    f"id {encoded('../../etc/passwd')}",
    "filename not*base64",
    "filename YQ",
    f" ,filename {encoded('a')}",
    f"filename {encoded('a')},,",
    f"a {encoded('1')},a {encoded('2')}",
    f"filnämn {encoded('a')}",
    f"filename {encoded('a' * 4000)}",
    f"filename  {encoded('a')}",
]


@pytest.mark.parametrize("value", METADATA)
def test_metadata_that_is_none_begins_nothing(phone, value):
    # As a web server hands on what is not ASCII.
    said = value.encode().decode("latin-1")
    assert (phone.begin(Upload_Metadata=said).status_code, Upload.objects.count()) == (400, 0)


@pytest.mark.parametrize(
    "value", ["", "sha1", "sha1 ", "sha1 ****", "SHA1 AAAA", "md5 AAAA", "sha1,sha256 AAAA", "shake_128 AAAA"]
)
def test_a_checksum_that_is_none_writes_nothing(phone, value):
    path = phone.begun()
    answer = phone.send(path, Upload_Checksum=value)
    assert (answer.status_code in (400, 460), standing(path), UploadPart.objects.count()) == (True, 0, 0)


@pytest.mark.parametrize("offset", [0, 4])
def test_more_than_was_announced_is_refused_unread(phone, offset):
    path = phone.begun()
    phone.send(path, DATA[:offset]) if offset else None
    assert (phone.send(path, DATA + b"!", offset).status_code, standing(path)) == (413, offset)
    # Whoever corrects themselves need not wait for the one that was refused.
    assert (phone.send(path, DATA[offset:], offset).status_code, standing(path)) == (204, len(DATA))


def test_a_length_of_the_body_that_is_no_number_writes_nothing(phone):
    path = phone.begun()
    answer = phone.send(path, Content_Length="ten")
    assert (answer.status_code, standing(path)) == (400, 0)


def test_chunks_without_an_end_are_not_read(phone):
    path = phone.begun()
    answer = phone.send(path, Transfer_Encoding="chunked")
    assert (answer.status_code, standing(path)) == (411, 0)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_method_that_changes_nothing_is_not_taken_for_one_that_does(phone, method):
    path = phone.begun()
    answer = phone.ask(method, path, X_HTTP_Method_Override="DELETE")
    assert (answer.status_code, Upload.objects.count()) == (400, 1)


@pytest.mark.parametrize("method", ["GET", "PUT", "TRACE", "PATCH", "DELETE", "BREW"])
def test_another_method_is_told_which_there_are(phone, method):
    answer = phone.ask(method)
    assert told(answer, "Allow") == (405, "OPTIONS, POST")


# --- who may ----------------------------------------------------------------------------------------------------


def test_whoever_has_not_signed_in_is_told_so_and_led_nowhere():
    answer = Client().post("/ladda-upp/", headers=SPOKEN | {"Upload-Length": "10"})
    assert (answer.status_code, answer.content.decode()) == (401, "Du är utloggad. Logga in, så skickas det.")
    wants = SPOKEN | {"Upload-Length": "10", "Accept": "application/json"}
    assert Client().post("/ladda-upp/", headers=wants).json() == {"error": answer.content.decode()}
    assert Client().head(f"/ladda-upp/{uuid.uuid4()}/", headers=SPOKEN).status_code == 401


@pytest.mark.parametrize("person", [factories.administrator, factories.reader])
def test_whoever_may_not_send_in_begins_nothing(person):
    assert Phone(person()).begin().status_code == 403
    assert Upload.objects.count() == 0


def test_a_file_comes_before_the_policy_is_read(phone):
    policy.publish(factories.administrator(), 1, 0, dict.fromkeys(policy.WORDS, "Vi är vänliga."))
    assert rules.why_not_submit(phone.user) is not None
    assert phone.send(phone.begun()).status_code == 204
    assert Media.objects.get().owner == phone.user


def test_what_somebody_else_sends_is_not_there(phone):
    path, other = phone.begun(), Phone(factories.ombudsman())
    answers = [other.ask("HEAD", path), other.send(path), other.ask("DELETE", path)]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert (standing(path), Media.objects.count()) == (0, 0)


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_a_press_from_a_foreign_page_is_refused(phone, method):
    path = phone.begun()
    client = Client(enforce_csrf_checks=True)
    client.force_login(phone.user)
    headers = SPOKEN | {"Upload-Length": "10", "Upload-Offset": "0"}
    where = "/ladda-upp/" if method == "POST" else path
    assert client.generic(method, where, DATA, content_type=tus.BODY, headers=headers).status_code == 403
    assert (standing(path), Upload.objects.count()) == (0, 1)


def test_a_page_proves_by_a_header_that_it_is_ours(phone):
    client = Client(enforce_csrf_checks=True)
    client.force_login(phone.user)
    client.get("/mer/")
    proof = {"X-CSRFToken": client.cookies["csrftoken"].value}
    path = client.post("/ladda-upp/", headers=SPOKEN | proof | {"Upload-Length": "10"})["Location"]
    headers = SPOKEN | proof | {"Upload-Offset": "0"}
    assert client.generic("PATCH", path, DATA, content_type=tus.BODY, headers=headers).status_code == 204
