"""Which servers that a person names are reached, and that no machine is that only we could reach."""

import socket

import pytest

from channels.adapters import hosts, http
from channels.adapters.codes import Trouble
from channels.adapters.http import Bearer
from channels.errors import NotConnected, NotSent

HOME = "https://mastodon.social"
HERE = "http://127.0.0.1:8001/mastodon"
PUBLIC = ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"]
PRIVATE = [
    "10.0.0.8", "172.16.0.1", "192.168.1.1", "127.0.0.1", "0.1.2.3", "169.254.169.254", "100.64.0.1", "224.0.0.1",
    "::1", "::", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.8", "64:ff9b::a00:8", "2002:a00:8::1",
    "fec0::1", "64:ff9b:1::a00:8", "::a00:8", "::ffff:0:10.0.0.8", "192.0.0.192", "168.63.129.16", "192.88.99.1",
]  # fmt: skip


@pytest.fixture
def names(monkeypatch) -> dict[str, list[str]]:
    """What names lead to; all others are unknown."""
    known: dict[str, list[str]] = {"exempel.social": PUBLIC}

    def look_up(name: str, port: int, **more: object) -> list[tuple[object, ...]]:
        if name not in known:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(0, 0, 0, "", (ip, port)) for ip in known[name]]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


@pytest.mark.parametrize(
    "given",
    [
        "exempel.social",
        " Exempel.Social/ ",
        "https://exempel.social",
        "https://exempel.social:443/",
        "https://exempel.social/@seko/1?x=1#y",
        "@seko@exempel.social",
    ],
)
def test_a_public_server_is_taken_however_it_is_written(names, given):
    assert hosts.server(given, HOME).removesuffix(":443") == "https://exempel.social"


@pytest.mark.parametrize(
    "given",
    [
        "", "http://exempel.social", "ftp://exempel.social", "https://exempel.social:8443", "https://exempel.social:99999",
        "https://seko@exempel.social", "https://exempel.social\\@evil.test", "localhost", "https://localhost", "intranet",
        "https://93.184.215.14", "https://[2606:2800:21f::1]", "https://127.1", "https://0x7f.0.0.1", "https://2130706433",
        "https://exempel.0x1", "okand.social", f"https://{'a' * 200}.social", "https://", "https://.",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_public_server_is_not_taken(names, given):
    names["localhost"] = names["intranet"] = ["127.0.0.1"]
    with pytest.raises(NotConnected) as raised:
        hosts.server(given, HOME)
    assert raised.value.code == Trouble.SERVER_UNKNOWN


@pytest.mark.parametrize("ip", PRIVATE)
def test_a_name_that_also_leads_to_a_private_address_is_not_taken(names, ip):
    names["inne.social"] = [*PUBLIC, ip]
    with pytest.raises(NotConnected) as raised:
        hosts.server("inne.social", HOME)
    assert raised.value.code == Trouble.SERVER_UNKNOWN


def test_that_no_name_can_be_looked_up_now_is_no_reason_to_name_another(monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "later")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(NotSent):
        hosts.server("exempel.social", HOME)


@pytest.mark.parametrize("given", ["mastodon.social", "https://bsky.social", "intranet", "https://10.0.0.8"])
def test_in_practice_every_server_is_the_sandbox_and_no_name_is_looked_up(names, given):
    names.clear()
    assert hosts.server(given, HERE) == HERE


def test_in_practice_another_place_of_the_sandbox_may_be_named():
    assert hosts.server("http://127.0.0.1:8001/pds/", HERE) == "http://127.0.0.1:8001/pds"


@pytest.mark.parametrize(
    "given", ["http://127.0.0.1:6379/", "http://localhost:8001/mastodon", "http://[::1]:8001"]
)
def test_in_practice_no_other_program_on_this_machine_is_spoken_to(given):
    assert hosts.server(given, HERE) == HERE
    with pytest.raises(NotConnected) as raised, hosts.reach(given, HERE):
        raise AssertionError("it went on")
    assert raised.value.code == Trouble.SERVER_UNKNOWN


def test_in_practice_no_real_server_is_reached_even_if_a_channel_has_one():
    with pytest.raises(NotConnected) as raised, hosts.reach("https://mastodon.social", HERE):
        raise AssertionError("it went on")
    assert raised.value.code == Trouble.SERVER_UNKNOWN


@pytest.mark.parametrize(
    "address", [HERE, "http://exempel.social", "https://10.0.0.8", "", "https://localhost"]
)
def test_an_address_that_we_would_not_have_taken_is_not_called(address):
    with pytest.raises(NotConnected) as raised, hosts.reach(address, HOME):
        raise AssertionError("it went on")
    assert raised.value.code == Trouble.SERVER_UNKNOWN


def test_a_name_that_leads_to_this_machine_by_now_is_not_spoken_to(script, monkeypatch):
    """The name was public when it was taken: what counts is where the connection ends."""
    script.on("* *", {"ok": True})
    with pytest.raises(NotConnected) as raised, http.admitting(hosts.is_public):
        http.send("GET", f"{script.url}/secret", auth=Bearer("token"))
    assert (raised.value.code, script.heard) == (Trouble.SERVER_UNKNOWN, [])
    with http.admitting(hosts.is_here):
        assert http.send("GET", f"{script.url}/secret", auth=Bearer()).is_good


def test_what_may_be_reached_is_as_before_when_the_call_is_over(script):
    script.on("* *", {"ok": True})
    with pytest.raises(NotConnected), http.admitting(hosts.is_public):
        http.send("GET", f"{script.url}/", auth=Bearer())
    assert http.send("GET", f"{script.url}/", auth=Bearer()).is_good


@pytest.mark.parametrize("ip", PUBLIC)
def test_public_addresses_are_public(ip):
    assert hosts.is_public(ip)


def test_a_server_whose_name_has_turned_inwards_is_not_spoken_to(script, monkeypatch):
    """Nothing is said, not even the first word of TLS."""
    port = int(script.url.rpartition(":")[2])
    inwards = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: inwards)
    with pytest.raises(NotConnected) as raised, hosts.reach("https://exempel.social", HOME):
        http.send("GET", "https://exempel.social/api", auth=Bearer("token"))
    assert (raised.value.code, script.heard) == (Trouble.SERVER_UNKNOWN, [])
