"""Each status has one writer. Whoever writes one elsewhere goes around the map, the log and the lease."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("accounts", "approvals", "audit", "channels", "posts", "seko_social")
NOT_OURS = ("channels/sandbox/", "channels/adapters/", "posts/tus.py")
"""They know no rows: a status there is HTTP's, or the platform's."""
WRITERS = {
    "posts/workflow.py": {"status"},
    "posts/publishing/": {"status"},
    "posts/event_feeds.py": {"fault"},
    "channels/connections.py": {
        "fault",
        "fault_at",
        "resting_until",
        "paused_at",
        "paused_by",
        "disconnected_at",
        "checked_at",
        "refreshing_until",
        "probe_at",
        "probing_until",
        "probe_trouble",
        "probed_at",
        "findings",
    },
}
WRITING = {"update", "create", "get_or_create", "update_or_create", "bulk_update", "setattr"}


def modules() -> list[str]:
    found = (path.relative_to(ROOT).as_posix() for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    return [path for path in found if "/migrations/" not in path and not path.startswith(NOT_OURS)]


def written_in(source: str) -> Iterator[tuple[str, int]]:
    """Every field that the code assigns, or names in a call that writes rows; with its line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr, node.lineno
        elif isinstance(node, ast.Call) and name_of(node.func) in WRITING:
            for part in ast.walk(node):
                if isinstance(part, ast.keyword) and part.arg:
                    yield part.arg, part.value.lineno
                elif isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value, part.lineno


def name_of(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def fields_of(path: str) -> set[str]:
    return set().union(*(fields for owner, fields in WRITERS.items() if path.startswith(owner)))


def test_nobody_writes_a_status_but_its_writer():
    guarded = set().union(*WRITERS.values())
    found = {
        f"{path}:{line} writes {field}"
        for path in modules()
        for field, line in written_in((ROOT / path).read_text())
        if field in guarded - fields_of(path)
    }
    assert found == set()


def test_the_status_of_a_post_is_written_on_one_line():
    source = (ROOT / "posts/workflow.py").read_text()
    lines = [source.splitlines()[line - 1].strip() for field, line in written_in(source) if field == "status"]
    assert lines == ["post.status = target"]


@pytest.mark.parametrize(
    "code",
    [
        "post.status = Status.APPROVED",
        "Post.objects.filter(pk=1).update(status=Status.APPROVED)",
        "Publication.objects.update_or_create(pk=1, defaults={'status': 'queued'})",
        "Post.objects.bulk_update(posts, ['status'])",
        "setattr(post, 'status', Status.APPROVED)",
    ],
)
def test_every_way_of_writing_is_seen(code):
    assert "status" in {field for field, _line in written_in(code)}


@pytest.mark.parametrize("code", ["Post.objects.filter(status=Status.APPROVED)", "seen = post.status"])
def test_reading_is_no_writing(code):
    assert "status" not in {field for field, _line in written_in(code)}
