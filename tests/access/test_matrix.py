"""Every address, by every method, for everybody, about every patient: as the table says."""

import pytest

from tests.access.routes import addresses, route_of, table

# One worker makes the house once.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("matrix")]

ROUTES = sorted({each.name for each in addresses()})


def test_the_table_speaks_of_every_address():
    assert sorted(set(ROUTES) ^ {route_of(each) for each in table()}) == []


@pytest.mark.parametrize("address", sorted(table()))
def test_whoever_may_gets_in_and_nobody_else(matrix, address):
    found = matrix.of(address)
    assert not found, "\n".join(found)


def test_whatever_somebody_may_do_on_a_page_some_page_offers(matrix):
    assert matrix.whole().hidden() == []
