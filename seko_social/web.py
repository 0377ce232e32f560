"""
How gunicorn serves the site: `gunicorn --config python:seko_social.web seko_social.wsgi`.

One process with threads suits SQLite; `WEB_CONCURRENCY` asks for more of them. `BIND` is the address to listen on.
"""

from typing import Any

from gunicorn.glogging import Logger

from seko_social import environment, logs


class OneLine(Logger):
    """A line for each request, with neither its query nor anything in its path that may be a key."""

    def atoms(self, *args: Any) -> dict[str, Any]:
        atoms = super().atoms(*args)
        return atoms | {"U": logs.path_for_log(atoms["U"])}


bind = environment.text("BIND", "127.0.0.1:8000")
worker_class = "gthread"
threads = 8
timeout = 60
graceful_timeout = 5
keepalive = 5
control_socket_disable = True
accesslog = "-"
access_log_format = "%(m)s %(U)s %(s)s %(M)sms"
loglevel = "warning"
logger_class = OneLine
