"""Two people set a resuscitation status at the same moment: one of them stands."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from patients.acts.flags import raise_flag
from patients.models import Flag
from patients.models.flags import BY_ID


@pytest.mark.django_db(transaction=True)
def test_only_one_status_stands_whoever_was_faster(as_ames, as_nurse, rosa):
    start = Barrier(2)
    wished = zip((as_ames, as_nurse), BY_ID["resuscitation"].options[:2], strict=True)

    def lift(each):
        by, code = each
        start.wait()
        try:
            raise_flag(by=by, patient=rosa, kind="resuscitation", code=code, reason="agreed")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as people:
        list(people.map(lift, wished))
    assert Flag.objects.of(rosa).standing().count() == 1
