"""
The embedded broker: messages are files in a folder, so that nothing has to be installed.

Kombu's own file transport lets a reader find a message that is still being written, and such an empty message ends the
worker. Here a message appears whole, and belongs to whoever removes it.
"""

import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps, loads


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{time.time_ns()}_{uuid.uuid4().hex}"
        unfinished = Path(self.data_folder_out, f"{name}.part")
        try:
            unfinished.write_text(dumps(payload))
            unfinished.rename(unfinished.with_name(f"{name}.{queue}.msg"))
        except OSError as error:
            raise ChannelError(f"The message could not be written: {error}") from error

    def _get(self, queue: str, timeout: Any = None) -> Any:
        for name in sorted(os.listdir(self.data_folder_in)):
            if name.partition(".")[2] == f"{queue}.msg" and (
                message := take(Path(self.data_folder_in, name))
            ):
                return loads(message)
        raise Empty


def take(file: Path) -> str | None:
    """The message, if nobody else was faster: only one of two readers succeeds in removing it."""
    try:
        message = file.read_text()
        file.unlink()
    except FileNotFoundError:
        return None
    return message


class Transport(filesystem.Transport):
    Channel = Channel
