import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, connection, transaction
from django.db.utils import DatabaseError, IntegrityError

from audit import log
from audit.append_only import AppendOnlyError
from audit.models import GENESIS, Entry, Head
from tests import factories

pytestmark = pytest.mark.django_db


def test_each_line_carries_the_hash_of_the_line_before():
    first = log.record("post.submitted", "post:1")
    second = log.record("post.approved", "post:1", version=2)

    assert (first.number, first.previous_hash) == (1, GENESIS)
    assert (second.number, second.previous_hash) == (2, first.hash)
    assert list(log.breaks()) == []


def test_a_line_names_who_what_and_which():
    anna = factories.reviewer()
    entry = log.record("person.invited", anna, actor=anna, role="ombudsman")

    entry.refresh_from_db()
    assert (entry.actor, entry.thing, entry.facts) == (anna, f"user:{anna.pk}", {"role": "ombudsman"})


def test_an_act_that_is_rolled_back_leaves_no_line():
    with transaction.atomic():
        log.record("post.submitted", "post:1")
        transaction.set_rollback(True)
    assert Entry.objects.count() == 0
    assert list(log.breaks()) == []


@pytest.mark.parametrize("attempt", ["save", "delete", "update", "delete_all"])
def test_python_refuses_to_change_a_line(attempt):
    entry = log.record("post.submitted", "post:1")
    acts = {
        "save": entry.save,
        "delete": entry.delete,
        "update": lambda: Entry.objects.update(verb="other"),
        "delete_all": lambda: Entry.objects.all().delete(),
    }
    with pytest.raises(AppendOnlyError):
        acts[attempt]()
    assert Entry.objects.get().verb == "post.submitted"


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET verb = 'other'", "DELETE FROM audit_entry"])
def test_the_database_refuses_to_change_a_line(statement, with_append_only_triggers):
    log.record("post.submitted", "post:1")
    with (
        pytest.raises((DatabaseError, InternalError, IntegrityError)),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Entry.objects.get().verb == "post.submitted"


def tamper(statement: str, without_triggers) -> None:
    with without_triggers("audit_entry"), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE audit_entry SET verb = 'other' WHERE number = 2", "line 2 was changed"),
        ("UPDATE audit_entry SET facts = '{\"a\": 1}' WHERE number = 2", "line 2 was changed"),
        ("DELETE FROM audit_entry WHERE number = 2", "line 2 is missing (found 3)"),
        ("DELETE FROM audit_entry WHERE number = 3", "the log ends at line 2, but line 3 was written"),
    ],
)
def test_tampering_is_found(statement, sentence, without_append_only_triggers):
    for number in range(3):
        log.record("post.submitted", f"post:{number}")
    tamper(statement, without_append_only_triggers)

    assert sentence in list(log.breaks())
    with pytest.raises(CommandError, match="The log is broken"):
        call_command("verify_audit")


def test_verify_audit_says_that_a_whole_log_is_whole(capsys):
    log.record("post.submitted", "post:1")
    call_command("verify_audit")
    assert capsys.readouterr().out == "The log is whole: 1 lines.\n"


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_moment_make_one_chain():
    start = threading.Barrier(4)

    def write() -> None:
        start.wait()
        for _ in range(5):
            log.record("post.submitted", "post:1")
        connection.close()

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert Head.objects.get().number == 20
    assert list(log.breaks()) == []
