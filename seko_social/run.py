"""
`make run`: the whole site with the demo organisation, in one terminal, until Ctrl-C.

Web, workers, clock and the make-believe platforms are processes of their own; each of their lines is shown with a name
in front. If one of them dies, all end: half a site would look well and be broken.
"""

import os
import signal
import socket
import sys
import threading

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, connections, transaction

from seko_social import environment, processes
from seko_social.terminal import Terminal

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PORTS = {"least": 1, "most": 65535}


class CannotStartError(Exception):
    """The message is a sentence for whoever sits at the terminal."""


def main() -> int:
    for number in SIGNALS:
        signal.signal(number, signal.default_int_handler)
    try:
        return run()
    except (CannotStartError, ImproperlyConfigured) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 0


def run() -> int:
    port = free_port("PORT", environment.number("PORT", 8000, **PORTS))
    sandbox_port = port_for_sandbox(port)
    os.environ |= processes.addresses(port, sandbox_port)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "seko_social.settings")
    django.setup()
    if settings.PRODUCTION:
        raise CannotStartError("PRODUCTION is set: make run is for trying out. See docs/operations.md.")
    terminal = Terminal()
    fill(terminal)
    wanted = processes.site()
    if settings.IS_TRAINING:
        wanted.append(processes.sandbox(sandbox_port, settings.SANDBOX_DIR, settings.EMAIL_FILE_PATH))
    return watch(terminal, wanted)


# --- ports ------------------------------------------------------------------------------------------------


def free_port(name: str, port: int) -> int:
    if not is_free(port):
        free = next_free_port(max(port, 8000))
        raise CannotStartError(
            f"Port {port} is taken or not allowed. {free} is free: {name}={free} make run."
        )
    return port


def port_for_sandbox(port: int) -> int:
    """The one that is asked for, or the next free one after the site's."""
    if wanted := environment.number("SANDBOX_PORT", 0, least=0, most=65535):
        return free_port("SANDBOX_PORT", wanted)
    return next_free_port(port)


def next_free_port(port: int) -> int:
    for candidate in range(port + 1, 65536):
        if is_free(candidate):
            return candidate
    raise CannotStartError(f"There is no free port after {port}.")


def is_free(port: int) -> bool:
    """Nobody answers there, and we may listen there."""
    with socket.socket() as probe:
        if probe.connect_ex((processes.LOOPBACK, port)) == 0:
            return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((processes.LOOPBACK, port))
        except OSError:
            return False
    return True


# --- before and while it runs -----------------------------------------------------------------------------


def fill(terminal: Terminal) -> None:
    """Bring the database up to date, and the demo organisation into an empty one."""
    terminal.say("Bringing the database up to date …")
    try:
        call_command("migrate", verbosity=0)
    except DatabaseError as error:
        raise CannotStartError("The database does not answer: look at DATABASE_URL.") from error
    if settings.IS_TRAINING:
        # All of it or none: half an organisation would be taken for a whole one the next time.
        with transaction.atomic():
            call_command("load_demo", stdout=terminal)
    connections.close_all()


def watch(terminal: Terminal, wanted: list[processes.Process]) -> int:
    """Show everything until somebody stops us, or one of them dies."""
    from seko_social import greeting  # noqa: PLC0415  (reads models, which need django.setup() first)

    stop = threading.Event()
    for number in SIGNALS:
        signal.signal(number, lambda *_: stop.set())
    greeting.forget_last_time()
    for process in wanted:
        terminal.start(process)
    greeting.when_ready(terminal)
    terminal.show_until(stop)
    terminal.end()
    return 0 if stop.is_set() else 1


if __name__ == "__main__":
    raise SystemExit(main())
