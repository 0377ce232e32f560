"""Nonsense stops the start with one sentence that names the variable; sense becomes what Django wants to know."""

import json
import socketserver
import threading
from datetime import date

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.utils.module_loading import import_string
from moto.server import ThreadedMotoServer

from seko_social import environment
from tests.seko_social.processes import python

PASSWORD = "hemligt"
PRODUCTION = {
    "PRODUCTION": "1",
    "SECRET_KEY": "x" * 40,
    "CREDENTIAL_KEYS": "k1:ZGV2ZWxvcG1lbnQtb25seS1rZXktb2YtMzItYnl0ZXM=",
    "ALLOWED_HOSTS": "social.example.org",
    "SITE_URL": "https://social.example.org",
}
NONSENSE = [
    ("QUIET_HOURS", "på natten"),
    ("QUIET_HOURS", "21.00-21.00"),
    ("ALLOWED_HOSTS", "", PRODUCTION),
    ("ALLOWED_HOSTS", "*", PRODUCTION),
    ("CREDENTIAL_KEYS", f"k1:{PASSWORD}"),
    ("CREDENTIAL_KEYS", ","),
    (
        "CREDENTIAL_KEYS",
        "k1:ZGV2ZWxvcG1lbnQtb25seS1rZXktb2YtMzItYnl0ZXM= k1:ZGV2ZWxvcG1lbnQtb25seS1rZXktb2YtMzItYnl0ZXM=",
    ),
    ("CREDENTIAL_KEYS", "", PRODUCTION),
    ("DATABASE_URL", f"mysql://seko:{PASSWORD}@host/seko"),
    ("DATABASE_URL", f"postgresql://seko:{PASSWORD}@host:port/seko"),
    ("DATABASE_URL", f"postgresql://seko:{PASSWORD}@host"),
    ("DATABASE_URL", "sqlite://:memory:"),
    ("DATABASE_URL", "seko"),
    ("ELECTION_PERIODS", "2026-09-13/2026-08-13"),
    ("EMAIL_URL", f"smtp+ssl://seko:{PASSWORD}@host"),
    ("EMAIL_URL", f"smtp://seko:{PASSWORD}@host:port"),
    ("EMAIL_URL", "host"),
    ("FACEBOOK_GRAPH_URL", "http://graph.example.org", {"PLATFORMS": "live"}),
    ("FOUR_EYES", "perhaps"),
    ("LEASE_SECONDS", "two minutes"),
    ("LEASE_SECONDS", "1"),
    ("LEASE_SECONDS", "90", PRODUCTION),
    ("MEDIA_URL", f"s3://key:{PASSWORD}@host"),
    ("MEDIA_URL", f"s3://key:{PASSWORD}@host/bucket/folder"),
    ("MEDIA_URL", f"s3+http://key:{PASSWORD}@storage.example.org/bucket"),
    ("MEDIA_URL", "/media/"),
    ("PLATFORMS", "sandpit"),
    ("PORT", "http"),
    ("PORT", "65536"),
    ("PRODUCTION", "ja"),
    ("VAPID_PRIVATE_KEY", PASSWORD),
    ("NOTICE_QUIET_HOURS", "på natten"),
    ("REDIS_URL", f"http://:{PASSWORD}@host"),
    ("REDIS_URL", f"redis://:{PASSWORD}@host:port/0"),
    ("REDIS_URL", "redis+socket://"),
    ("SANDBOX_URL", "http://sandbox.example.org"),
    ("SANDBOX_URL", "http://127.0.0.1:port"),
    ("SECRET_KEY", "short", PRODUCTION),
    ("SITE_URL", "social.example.org"),
    ("TIME_ZONE", "Europe/Ankeborg"),
    ("TIME_ZONE", "../etc/passwd"),
    ("VAR_DIR", "/dev/null/var"),
]


@pytest.mark.parametrize("case", NONSENSE, ids=lambda case: f"{case[0]}={case[1][:24]}")
def test_nonsense_stops_the_start_with_one_sentence_that_names_the_variable(case, tmp_path):
    name, value, *others = case
    done = python(tmp_path, "manage.py", "check", **{**(others[0] if others else {}), name: value})
    assert done.returncode == 1
    sentence = done.stderr.strip()
    assert (name, sentence.count("\n"), PASSWORD in sentence) == (name, 0, False)
    assert sentence.startswith(name), sentence


@pytest.mark.parametrize(
    ("name", "value"),
    [("DATABASE_URL", "nonsense"), ("LEASE_SECONDS", "soon"), ("PORT", "http"), ("SANDBOX_PORT", "x")],
)
def test_make_run_stops_on_nonsense_with_one_sentence_and_starts_nothing(name, value, tmp_path):
    done = python(tmp_path, "-m", "seko_social.run", **{name: value})
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith(f"{name} must be ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["FOUR_EYES", "DATABASE_URL", "SECRET_KEY", "PORT", "TIME_ZONE"])
def test_a_variable_set_to_nothing_counts_as_not_set(name, tmp_path):
    asked = (
        "from django.conf import settings; print(settings.FOUR_EYES, settings.TIME_ZONE, settings.SITE_URL)"
    )
    done = python(tmp_path, "manage.py", "shell", "--no-imports", "-c", asked, **{name: ""})
    assert (done.stderr, done.stdout) == ("", "True Europe/Stockholm http://127.0.0.1:8000\n")


def test_production_starts_with_its_secrets_and_says_what_is_still_missing(tmp_path):
    done = python(tmp_path, "manage.py", "check", **PRODUCTION)
    assert done.returncode == 0
    for missing in (
        "DATABASE_URL is not set",
        "REDIS_URL is not set",
        "EMAIL_URL is not set",
        "keys for youtube",
    ):
        assert missing in done.stderr


@pytest.mark.parametrize("host", ["social.example.org", ".social.example.org other.example.org"])
def test_links_in_mails_lead_to_the_sites_own_host_until_somebody_says_another(host, tmp_path):
    asked = "from django.conf import settings; print(settings.SITE_URL)"
    production = PRODUCTION | {"ALLOWED_HOSTS": host, "SITE_URL": ""}
    done = python(tmp_path, "manage.py", "shell", "--no-imports", "-c", asked, **production)
    assert (done.stderr, done.stdout) == ("", "https://social.example.org\n")


def test_nothing_is_missing_in_training(tmp_path):
    done = python(tmp_path, "manage.py", "check", "--fail-level", "WARNING")
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_remembered_about_signing_in_is_shared_by_every_process(tmp_path):
    assert python(tmp_path, "manage.py", "migrate", "--verbosity", "0").returncode == 0
    remember = "from django.core.cache import cache; cache.set('attempts', 4, 60)"
    recall = "from django.core.cache import cache; print(cache.get('attempts'))"
    assert python(tmp_path, "manage.py", "shell", "--no-imports", "-c", remember).stderr == ""
    assert python(tmp_path, "manage.py", "shell", "--no-imports", "-c", recall).stdout == "4\n"


@pytest.mark.parametrize(("proxies", "address"), [("", "192.0.2.7"), ("0", "127.0.0.1"), ("2", "192.0.2.6")])
def test_behind_a_web_server_everybody_has_an_address_of_their_own(proxies, address, tmp_path):
    asked = (
        "from allauth.account.adapter import get_adapter; from django.test import RequestFactory;"
        "request = RequestFactory().get('/', headers={'X-Forwarded-For': '192.0.2.5, 192.0.2.6, 192.0.2.7'});"
        "print(get_adapter().get_client_ip(request))"
    )
    production = PRODUCTION | {"TRUSTED_PROXIES": proxies}
    done = python(tmp_path, "manage.py", "shell", "--no-imports", "-c", asked, **production)
    assert done.stdout == f"{address}\n"


# --- servers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["redis://host:6379/0", "rediss://:word@host/1", "redis+socket:///run/redis.sock"]
)
def test_a_redis_can_be_on_a_host_or_on_a_socket(url, monkeypatch):
    monkeypatch.setenv("REDIS_URL", url)
    assert environment.broker("REDIS_URL") == url


def test_election_periods_are_whole_days_separated_by_commas_or_spaces(monkeypatch):
    monkeypatch.setenv("ELECTION_PERIODS", "2026-08-13/2026-09-13, 2027-05-01/2027-05-01")
    assert environment.periods("ELECTION_PERIODS") == [
        (date(2026, 8, 13), date(2026, 9, 13)),
        (date(2027, 5, 1), date(2027, 5, 1)),
    ]


@pytest.mark.parametrize("value", ["2026-08-13", "2026-08-13/2026-09-31", "i höst", "/", "2026-08-13/"])
def test_what_is_no_period_is_refused(value, monkeypatch):
    monkeypatch.setenv("ELECTION_PERIODS", value)
    with pytest.raises(ImproperlyConfigured, match="ELECTION_PERIODS must be periods"):
        environment.periods("ELECTION_PERIODS")


def test_a_database_on_a_socket_keeps_its_folder(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://seko@%2Frun%2Fpg/seko")
    found = environment.database("DATABASE_URL", "")
    assert (found["HOST"], found["NAME"], found["USER"]) == ("/run/pg", "seko", "seko")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://host", ("host", 25, "", "", False, False)),
        ("smtp+tls://seko:s%40k@host", ("host", 587, "seko", "s@k", True, False)),
        ("smtps://seko:k@host:4650", ("host", 4650, "seko", "k", False, True)),
    ],
)
def test_a_mail_address_says_host_name_word_and_how_it_is_hidden(url, expected, monkeypatch):
    monkeypatch.setenv("EMAIL_URL", url)
    assert environment.mail("EMAIL_URL", "none:")[1:] == expected


class Postbox(socketserver.StreamRequestHandler):
    """As much of a mail server as one mail needs."""

    received: list[str]

    def handle(self):
        self.say("220 postbox")
        for line in iter(self.rfile.readline, b""):
            self.answer(line.decode().strip())

    def answer(self, line):
        if line.upper() == "DATA":
            self.say("354 go on")
            letter = [line.decode() for line in iter(self.rfile.readline, b".\r\n")]
            self.server.letters.append("".join(letter))
        self.say("221 bye" if line.upper() == "QUIT" else "250 well")

    def say(self, line):
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def postbox():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Postbox) as server:
        server.letters = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_mail_leaves_by_the_server_that_is_named(postbox, tmp_path):
    url = f"smtp://127.0.0.1:{postbox.server_address[1]}"
    done = python(tmp_path, "manage.py", "sendtestemail", "karin@example.org", EMAIL_URL=url)
    assert (done.returncode, done.stderr, len(postbox.letters)) == (0, "", 1)
    assert "To: karin@example.org" in postbox.letters[0]


def test_without_a_server_a_mail_is_a_file_and_no_token_reaches_the_terminal(tmp_path):
    done = python(tmp_path, "manage.py", "sendtestemail", "karin@example.org")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert len(list((tmp_path / "mail").iterdir())) == 1


@pytest.fixture
def s3():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield server.get_host_and_port()[1]
    server.stop()


def test_media_is_kept_in_the_bucket_that_is_named(s3, monkeypatch):
    monkeypatch.setenv("MEDIA_URL", f"s3+http://key:s%2Fcret@127.0.0.1:{s3}/seko-media?region=eu-north-1")
    entry = environment.bucket("MEDIA_URL")
    storage = import_string(entry["BACKEND"])(**entry["OPTIONS"])
    storage.bucket.create(CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
    first = storage.save("masters/a.jpg", ContentFile(b"one"))
    second = storage.save("masters/a.jpg", ContentFile(b"two"))
    with storage.open(first) as file:
        assert (first, second == first, file.read()) == ("masters/a.jpg", False, b"one")
    storage.delete(first)
    assert (storage.exists(first), storage.exists(second)) == (False, True)
    assert "X-Amz-Signature" in storage.url(second)


def test_without_a_bucket_media_is_a_folder(tmp_path):
    asked = (
        "import json; from django.core.files.storage import storages; found = storages['default'];"
        "print(json.dumps([type(found).__name__, found.location]))"
    )
    done = python(tmp_path, "manage.py", "shell", "--no-imports", "-c", asked)
    assert json.loads(done.stdout) == ["FileSystemStorage", str(tmp_path / "media")]
