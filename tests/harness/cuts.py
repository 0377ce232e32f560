"""A bad line between a browser and the site: it carries so many bytes, and is then cut, in the middle of anything."""

import random
import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

LOOPBACK = "127.0.0.1"
PIECE = 16 * 1024


class BadLine:
    """A port that leads to another. While `is_bad`, each connection is cut once, after a random number of bytes."""

    def __init__(self, port: int, chance: random.Random, most_cuts: int) -> None:
        self.target, self.chance, self.most_cuts = port, chance, most_cuts
        self.is_bad = False
        self.cuts = 0
        self.counting = threading.Lock()
        self.listening = socket.create_server((LOOPBACK, 0))
        self.port = self.listening.getsockname()[1]
        self.open: set[socket.socket] = set()

    def __enter__(self) -> Self:
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        for end in list(self.open):
            close(end)

    def accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _address = self.listening.accept()
                threading.Thread(target=self.join, args=(near,), daemon=True).start()

    def join(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection((LOOPBACK, self.target))
        except ConnectionRefusedError:
            # Nobody is there: the process was killed.
            close(near)
            return
        self.open |= {near, far}
        up, down = self.limits()
        threading.Thread(target=self.carry, args=(near, far, up), daemon=True).start()
        self.carry(far, near, down)

    def limits(self) -> tuple[float, float]:
        """After how many bytes in each direction: one of them is for ever."""
        if self.chance.random() < 0.6:
            return 10 ** self.chance.uniform(0, 6.5), float("inf")
        return float("inf"), 10 ** self.chance.uniform(0, 3.7)

    def carry(self, source: socket.socket, target: socket.socket, limit: float) -> None:
        carried = 0
        with suppress(OSError):
            while piece := source.recv(PIECE):
                left = int(min(len(piece), limit - carried)) if self.is_bad else len(piece)
                target.sendall(piece[:left])
                carried += left
                if left < len(piece) and self.counts():
                    break
                if left < len(piece):
                    target.sendall(piece[left:])
        close(source)
        close(target)

    def counts(self) -> bool:
        """Whether it is cut here: not, once there were enough of them."""
        with self.counting:
            if self.cuts >= self.most_cuts:
                return False
            self.cuts += 1
            return True


def close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
