"""One call that goes wrong, played through with the real adapters, and then judged."""

from datetime import timedelta
from typing import Any

from tests.faults.matrix import PUBLISHED, TOLD_PUBLISHED, TOLD_STOPPED, Cell
from tests.faults.scene import Platforms, scene
from tests.faults.verdict import Record, count, is_public_once
from tests.faults.wire import Wire


def comes_out_once(sandbox: Platforms, cell: Cell, record: Record, *more: dict[str, Any]) -> None:
    """`more` are rules of misbehaviour that go on all the time."""
    played = scene(sandbox, cell.step.content)
    sandbox.faults(*cell.rules, *more)
    with Wire(cell.step, cell.fault.wire).laid():
        if cell.is_mended_by_person:
            assert played.work() == "queued"
            assert (played.public, played.channel_log) == ([], ["channel.broke"])
            assert played.told == sorted(
                [*TOLD_STOPPED, *TOLD_PUBLISHED] if cell.step.content.is_part else TOLD_STOPPED
            )
            played.connect_again()
        status = played.work(is_heard=cell.is_heard)
    count(record, played, cell.step.content.platform, cell.fault.name)
    assert (status, len(sandbox.waiting_faults())) == (PUBLISHED, len(more))
    is_public_once(played, cell.ends, *(TOLD_STOPPED if cell.is_mended_by_person else ()))
    assert played.passed >= timedelta(seconds=cell.fault.waits)
