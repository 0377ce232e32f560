"""
Servers that a person names, where the platform is many of them: Mastodon, Bluesky.

What a person writes could lead our server to machines that only it can reach. So an address is taken only if it is https
at a name that leads to public addresses; and since a name may lead elsewhere later, the other end of every connection is
looked at before a word is said (`http.admitting`). Redirects are never followed.

In practice mode, which is when the platform's own default address is on this machine, it is the other way round: only
the make-believe platform is reached, whatever server was named. Whoever practises never writes to a real one, and no
other program on this machine is spoken to either.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from channels.adapters import http
from channels.adapters.codes import Trouble
from channels.adapters.links import taken_apart
from channels.errors import NotConnected, NotSent

PORTS = (None, 443)
NAT64 = IPv6Network("64:ff9b::/96")
"""How a machine that only has IPv6 reaches the others (RFC 6052)."""
ALSO_PRIVATE: tuple[IPv4Network | IPv6Network, ...] = tuple(
    map(
        ip_network,
        (
            "192.0.0.0/24",  # protocols' own (RFC 6890)
            "192.88.99.0/24",  # relays to IPv6, given up (RFC 7526)
            "168.63.129.16/32",  # Azure's own services, from inside its machines only
            "::/96",  # IPv4 in IPv6, given up (RFC 4291)
            "::ffff:0:0:0/96",  # IPv4, translated (RFC 2765)
            "64:ff9b:1::/48",  # a network's own translation (RFC 8215)
            "fec0::/10",  # site-local, given up (RFC 3879)
        ),
    )
)
"""What `ipaddress` calls global, or does in some versions, and may be a machine that only we reach."""
LONGEST = 200
"""As much as `Channel.host` keeps."""


def server(given: str, home: str) -> str:
    """
    The address of the server that a person named, as a name alone, an address, or an account there (`@we@server`).

    `home` is the platform's own default. Raises NotConnected(SERVER_UNKNOWN), or NotSent if no name can be looked up now.
    """
    address = tidy(given)
    if is_practice(home):
        return address if is_at(address, home) else home
    if not is_allowed(address, home):
        raise NotConnected(Trouble.SERVER_UNKNOWN, "not an address of a public server")
    if not all(map(is_public, ends(urlsplit(address).hostname or ""))):
        raise NotConnected(Trouble.SERVER_UNKNOWN, "the name leads to a private address")
    return address


def tidy(given: str) -> str:
    """What was written as an address: scheme, host and port, without what comes behind except on this machine."""
    given = given.strip()
    if "://" not in given:
        given = f"https://{given.rpartition('@')[2]}"
    found = taken_apart(given)
    if found is None:
        raise NotConnected(Trouble.SERVER_UNKNOWN, "not an address")
    kept = f"{found.scheme}://{found.netloc.lower()}"
    return f"{kept}{found.path}".rstrip("/") if is_loopback(found.hostname or "") else kept


@contextmanager
def reach(address: str, home: str) -> Iterator[None]:
    """Around every call to a server that a person named, or to an address that such a server told us."""
    if not is_allowed(address, home):
        raise NotConnected(Trouble.SERVER_UNKNOWN, "not an address of a public server")
    with http.admitting(is_here if is_practice(home) else is_public):
        yield


def is_practice(home: str) -> bool:
    return is_loopback(urlsplit(home).hostname or "")


def is_at(address: str, home: str) -> bool:
    """The same program on the same machine."""
    found = taken_apart(address)
    return found is not None and found.netloc.lower() == urlsplit(home).netloc.lower()


def is_allowed(address: str, home: str) -> bool:
    """Whether the address itself is of the kind that we call; asks nobody."""
    if is_practice(home):
        return is_at(address, home)
    found = taken_apart(address)
    return found is not None and len(address) <= LONGEST and is_public_name(found)


def is_public_name(found: SplitResult) -> bool:
    """A name of the public kind, over https, at its usual port. Numbers are no names."""
    name = found.hostname or ""
    return found.scheme == "https" and port(found) in PORTS and "." in name.strip(".") and not is_number(name)


def port(found: SplitResult) -> int | None:
    try:
        return found.port
    except ValueError:
        return 0


def is_number(name: str) -> bool:
    """Also in the shapes that only old programs read: 127.1, 0x7f.1."""
    return ":" in name or name.rpartition(".")[2][:1].isdigit()


def is_here(ip: str) -> bool:
    return ip_address(ip).is_loopback


def is_public(ip: str) -> bool:
    """Whether anybody on the Internet would reach the same machine. An IPv4 address inside an IPv6 one is no disguise."""
    found = ip_address(ip.partition("%")[0])
    if isinstance(found, IPv6Address) and (inner := inside(found)):
        return is_public(inner)
    is_of_their_own = any(found in network for network in ALSO_PRIVATE)
    return found.is_global and not found.is_multicast and not is_of_their_own


def inside(found: IPv6Address) -> str:
    """The IPv4 address that this one only wraps; "" if none."""
    if found in NAT64:
        return str(IPv4Address(int(found) & 0xFFFFFFFF))
    wrapped = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
    return str(wrapped or "")


def ends(name: str) -> set[str]:
    """The IP addresses that the name leads to now."""
    try:
        return {str(found[4][0]) for found in socket.getaddrinfo(name, 443, type=socket.SOCK_STREAM)}
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            raise NotSent(Trouble.CONNECT, "no names now") from error
        raise NotConnected(Trouble.SERVER_UNKNOWN, "no such name") from error
    except UnicodeError as error:  # no label of a name is empty or so long
        raise NotConnected(Trouble.SERVER_UNKNOWN, "no such name") from error


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
