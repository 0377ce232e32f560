"""`python -m channels.sandbox --port 8001 --data var/sandbox`: start the platform sandbox."""

import argparse
import logging
import signal
import socket
import sys
from pathlib import Path

from channels.sandbox.app import create_app
from channels.sandbox.server import LOOPBACK, Server


def main() -> None:
    options = _options()
    if options.host not in LOOPBACK:
        sys.exit(f"The sandbox only listens on this machine: --host must be one of {', '.join(LOOPBACK)}.")
    if _taken(options.host, options.port):
        sys.exit(f"Port {options.port} is taken by another program: choose another with --port.")
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    app = create_app(options.data, mail_dir=options.mail)
    server = Server(options.host, options.port, app)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    sys.stdout.write(f"Platform sandbox: http://{options.host}:{server.server_port}\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    finally:
        server.server_close()
        app.extensions["sandbox"].close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m channels.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8001, help="0 chooses a free one")
    parser.add_argument("--data", type=Path, default=Path("var/sandbox"))
    parser.add_argument("--mail", type=Path, help="the folder where the site leaves its mails")
    parser.add_argument("--host", default="127.0.0.1")
    return parser.parse_args()


def _taken(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


if __name__ == "__main__":
    main()
