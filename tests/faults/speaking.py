"""One call that goes wrong, played through with the real adapters, and then judged."""

from datetime import timedelta

from channels.sandbox.testing import LiveSandbox
from tests.faults.matrix import PUBLISHED, Cell
from tests.faults.scene import scene
from tests.faults.verdict import Record, count, is_public_once
from tests.faults.wire import Wire


def comes_out_once(sandbox: LiveSandbox, cell: Cell, record: Record) -> None:
    played = scene(sandbox, cell.step.content)
    sandbox.faults(*cell.rules)
    with Wire(cell.step.number, cell.fault.wire).laid():
        if cell.is_mended_by_person:
            assert played.work() == "queued"
            assert (played.public, played.channel_log) == ([], ["channel.broke"])
            played.connect_again()
        status = played.work()
    count(record, played, cell.step.content.platform, cell.fault.name)
    assert (status, sandbox.waiting_faults()) == (PUBLISHED, [])
    is_public_once(played, cell.ends)
    assert played.passed >= timedelta(seconds=cell.fault.waits)
