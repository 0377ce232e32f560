"""
What is written to the log, and what never is. Platforms put tokens into addresses, and a traceback may quote an address.
"""

import logging
import re

SECRETS = (
    re.compile(r"(\w*(?:token|secret|proof|password)[\"']?\s*[=:]\s*[\"']?)[^\s&\"',)}]+", re.IGNORECASE),
    re.compile(r"([?&](?:code|key|state|upload_id)=)[^\s&\"',)}]+"),
    re.compile(r"(\b(?:Bearer|OAuth)\s+)[\w.~+/=|-]+"),
    re.compile(r"(://[^/\s:@]*:)[^/\s@]+(?=@)"),
    # What a calendar's private address ends with.
    re.compile(r"(/flode/)[\w-]+"),
    # What the page of somebody in a picture ends with.
    re.compile(r"(/samtycke/)[\w-]{20,}"),
    # What an invitation and a new password are opened with.
    re.compile(r"(/(?:inbjudan|reset/key)/)[\w-]{20,}"),
)
HIDDEN = "…"
LONG_PART = re.compile(r"[^/]{20,}")


class Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


def without_secrets(line: str) -> str:
    for pattern in SECRETS:
        line = pattern.sub(rf"\1{HIDDEN}", line)
    return line


def path_for_log(path: str) -> str:
    """Without what may be the key of an invitation or of a new password, and on one line: anybody may send any path."""
    shown = "".join(letter if letter.isprintable() else HIDDEN for letter in path)
    return LONG_PART.sub(HIDDEN, shown)
