"""Taking the log out: by those who may, as a table that no spreadsheet works out, and with a line about it."""

import csv
from io import StringIO

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from audit import exporting, lines, log
from audit.models import Entry
from tests import factories
from tests.pages import signed_in

pytestmark = pytest.mark.django_db
ADDRESS = "audit:export"


def taken_out(user, **chosen) -> list[list[str]]:
    response = signed_in(user).post(reverse(ADDRESS), chosen)
    assert response.streaming
    text = b"".join(response.streaming_content).decode()
    assert text.startswith(exporting.SIGNATURE)
    return list(csv.reader(StringIO(text.removeprefix(exporting.SIGNATURE)), delimiter=";"))


def test_a_reader_takes_out_what_was_chosen_in_words_and_with_its_hash():
    vera, karin = factories.reader(), factories.ombudsman(name="Karin Ek")
    post = factories.submitted(karin, text="Natten på bangården. Vi var många.")
    entry = Entry.objects.get(verb="post.submitted")
    heading, row = taken_out(vera, verb="post.submitted")

    assert heading == ["Rad", "När", "Vem", "Vad", "Gäller", "Mer", "Händelse", "Sak", "Kontrollsumma"]
    assert [*row[:1], *row[2:5], *row[6:]] == [
        str(entry.number),
        "Karin Ek",
        "Skickade in inlägget",
        f"Natten på bangården ({post.pk})",
        "post.submitted",
        f"post:{post.pk}",
        entry.hash,
    ]


def test_taking_it_out_leaves_a_line_that_says_what_and_how_much_and_is_not_in_it_itself():
    vera = factories.reader()
    numbers = [log.record("post.submitted", "post:1").number for _ in range(3)]
    rows = taken_out(vera, verb="post.submitted")
    entry = Entry.objects.get(verb="log.exported")

    assert [int(row[0]) for row in rows[1:]] == numbers[::-1]
    assert (entry.actor, entry.facts) == (vera, {"chosen": "verb=post.submitted", "lines": 3})
    assert list(log.breaks()) == []


def test_however_much_it_is_a_lot_at_a_time_is_read(monkeypatch):
    monkeypatch.setattr(lines, "AT_A_TIME", 4)
    numbers = [log.record("post.submitted", "post:1").number for _ in range(10)]
    assert [int(row[0]) for row in taken_out(factories.reader(), verb="post.submitted")[1:]] == numbers[::-1]


def test_what_is_written_while_it_is_taken_out_is_not_in_it():
    log.record("post.submitted", "post:1")
    response = signed_in(factories.reader()).post(reverse(ADDRESS))
    late = log.record("post.approved", "post:1")
    text = b"".join(response.streaming_content).decode()
    assert "post.submitted" in text
    assert late.hash not in text
    assert "log.exported" not in text


@pytest.mark.parametrize("who", ["ombudsman", "reviewer", "administrator"])
def test_nobody_else_takes_it_out_and_nothing_is_noted(who):
    person = getattr(factories, who)()
    response = signed_in(person).post(reverse(ADDRESS))
    assert response.status_code == 403
    assert not Entry.objects.filter(verb="log.exported").exists()


def test_an_administrator_is_not_offered_to_take_it_out():
    assert reverse(ADDRESS) not in signed_in(factories.administrator()).get("/logg/").content.decode()
    assert reverse(ADDRESS) in signed_in(factories.reader()).get("/logg/").content.decode()


def test_a_link_does_not_take_it_out_and_neither_does_another_site():
    vera = factories.reader()
    assert signed_in(vera).get(reverse(ADDRESS)).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(vera)
    assert strict.post(reverse(ADDRESS)).status_code == 403
    assert not Entry.objects.filter(verb="log.exported").exists()


def test_a_choice_that_is_nonsense_takes_nothing_out():
    response = signed_in(factories.reader()).post(reverse(ADDRESS), {"person": "nobody at all"})
    assert response.status_code == 302
    assert not Entry.objects.filter(verb="log.exported").exists()


def test_who_may_take_it_out_without_reading_posts_gets_no_headlines():
    mona = factories.administrator()
    mona.user_permissions.add(Permission.objects.get(codename="export_log"))
    post = factories.submitted(text="Natten på bangården. Vi var många.")
    rows = taken_out(mona)
    assert f"inlägg {post.pk}" in {row[4] for row in rows}
    assert not any("Natten" in cell for row in rows for cell in row)


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "  @"])
def test_what_somebody_wrote_is_never_worked_out_by_a_spreadsheet(begin):
    written = f"{begin}HYPERLINK(1)"
    person = factories.ombudsman(name=written)
    log.record("channel.paused", "channel:1", actor=person, reason=written)
    row = taken_out(factories.reader(), verb="channel.paused")[1]
    assert row[2] == f"'{written}"
    assert row[5] == f"skäl: {written}"


@pytest.mark.parametrize("cell", ["Karin Ek", "", "a=b", "2026-11-26T12:00:00+01:00", 12])
def test_other_cells_stay_as_they_are(cell):
    assert exporting.harmless(cell) == cell
