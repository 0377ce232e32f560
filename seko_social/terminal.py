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
        self.lines: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.printer = Printer(width=len("sandbox"))
        self.colours = get_colours()

    def start(self, process: Process) -> None:
        running = Running(process, os.environ | QUIET, subprocess.PIPE)
        self.running.append(running)
        threading.Thread(target=self.listen, args=(running, next(self.colours)), daemon=True).start()

    def listen(self, running: Running, colour: str) -> None:
        for line in running.popen.stdout or ():
            if line.strip():
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

    def show_until_one_ends(self) -> int:
        while not (ended := [running for running in self.running if running.has_ended]):
            self.show(wait=0.2)
        for running in ended:
            self.say(f"{running.name} has ended by itself (exit code {running.popen.returncode}).")
        return 1

    def end(self) -> None:
        self.say("Ending everything …")
        self.show()
        processes.end(self.running)
        self.say("All has ended.")
        self.show()


def message(name: str, line: str | bytes, colour: str | None) -> Message:
    return Message("line", line, datetime.now(), name, colour)  # noqa: DTZ005 the terminal's own clock
