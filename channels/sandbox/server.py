"""The HTTP server itself: threaded, loopback only, able to break a connection on purpose."""

import logging
import socket
import struct
from typing import Any

from flask import Flask
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

LOOPBACK = ("127.0.0.1", "::1", "localhost")

log = logging.getLogger("sandbox")


class Handler(WSGIRequestHandler):
    """Logs one short line per request, without the query: Graph API tokens travel there."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        log.info("%s %s %s", self.command, self.path.partition("?")[0], code)

    def send_response(self, code: int, message: str | None = None) -> None:
        """Without the machine's own date: the answer has the platform's."""
        self.log_request(code)
        self.send_response_only(code, message)

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:
        """No next request is waited for: what was broken on purpose would otherwise just hang."""
        self.close_connection = True


class Server(ThreadedWSGIServer):
    def __init__(self, host: str, port: int, app: Flask) -> None:
        super().__init__(host, port, app, handler=Handler)

    def shutdown_request(self, request: Any) -> None:
        """Closing with a linger time of zero resets the connection; a polite shutdown first would hide that."""
        if request.fileno() >= 0 and _lingers_not(request):
            self.close_request(request)
        else:
            super().shutdown_request(request)


def _lingers_not(connection: socket.socket) -> bool:
    on, seconds = struct.unpack("ii", connection.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8))
    return bool(on) and not seconds
