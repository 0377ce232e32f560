"""One terminal for several processes: each line with the time and the name of who said it."""

import os
import queue
import subprocess
import threading
from datetime import datetime

from honcho.colour import get_colours
from honcho.printer import Message, Printer

from seko_social import processes
from seko_social.processes import Process, Running

OURSELVES = "site"
QUIET = {"PYTHONWARNINGS": "ignore:You're running the worker"}
"""Celery's words to who is root: in a container that is for trying out, one is."""


class Terminal:
    def __init__(self) -> None:
        self.running: list[Running] = []
        self.listeners: list[threading.Thread] = []
        self.lines: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.printer = Printer(width=len("sandbox"))
        self.colours = get_colours()

    def start(self, process: Process) -> None:
        running = Running(process, os.environ | QUIET, subprocess.PIPE)
        self.running.append(running)
        listener = threading.Thread(target=self.listen, args=(running, next(self.colours)), daemon=True)
        listener.start()
        self.listeners.append(listener)

    def listen(self, running: Running, colour: str) -> None:
        assert running.popen.stdout is not None  # noqa: S101  (for the type checker: it is a pipe)
        with running.popen.stdout as lines:
            for line in filter(bytes.strip, lines):
                self.lines.put(message(running.name, line, colour))

    def say(self, sentence: str) -> None:
        self.lines.put(message(OURSELVES, sentence, None))

    def write(self, text: str) -> None:
        """What a management command wants to say, at once: nobody shows lines while it runs."""
        self.say(text)
        self.show()

    def flush(self) -> None:
        """A management command asks for it; every line is flushed already."""

    def show(self, wait: float = 0) -> None:
        """Print the lines that are there, after waiting so long for the first."""
        try:
            self.printer.write(self.lines.get(timeout=wait))
            while True:
                self.printer.write(self.lines.get_nowait())
        except queue.Empty:
            return

    def show_until(self, stop: threading.Event) -> None:
        """Until somebody stops us, or one of the processes ends."""
        while not (stop.is_set() or any(running.has_ended for running in self.running)):
            self.show(wait=0.2)
        for running in self.running:
            if running.has_ended:
                self.say(f"{running.name} has ended by itself (exit code {running.popen.returncode}).")

    def end(self) -> None:
        self.say("Ending everything …")
        self.show()
        processes.end(self.running)
        for listener in self.listeners:
            listener.join(timeout=1)
        self.say("All has ended.")
        self.show()


def message(name: str, line: str | bytes, colour: str | None) -> Message:
    return Message("line", line, datetime.now(), name, colour)  # noqa: DTZ005 the terminal's own clock
