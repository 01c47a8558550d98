"""The matrix notices every permission check that says the opposite."""

import pytest

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("matrix")]


def test_every_check_is_asked(matrix):
    assert matrix.whole().unasked == []


def test_every_check_that_says_the_opposite_is_noticed(matrix):
    assert [str(lock) for lock in matrix.whole().asked if not matrix.is_noticed(lock)] == []
