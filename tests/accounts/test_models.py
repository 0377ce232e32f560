import pytest
from django.db.utils import IntegrityError

from accounts.models import User
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_address_is_one_person_whatever_its_case():
    factories.person(email="Karin.Ek@Example.test")
    assert User.objects.get().email == "karin.ek@example.test"
    with pytest.raises(IntegrityError):
        User.objects.bulk_create([User(email="KARIN.EK@example.test", name="Karin")])


@pytest.mark.parametrize(
    ("name", "short", "initials"),
    [("Karin Ek", "Karin", "KE"), ("Åsa af Ugglas Öst", "Åsa", "ÅA"), ("Ali", "Ali", "A")],
)
def test_a_name_is_shortened(name, short, initials):
    user = User(name=name)
    assert (user.get_short_name(), user.initials) == (short, initials)
