"""Being away: who reads one's results meanwhile."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import require
from accounts.roles import RESULT_ACKNOWLEDGE
from fhir.errors import Invalid, NotFound
from fhir.principal import Principal
from patients.models import Cover


@transaction.atomic
def go_away(
    *,
    by: Principal,
    start: datetime,
    end: datetime,
    covered_by_id: str | UUID | None = None,
    team_id: str | UUID | None = None,
) -> Cover:
    """Have a colleague, or every doctor of a facility, read ``by``'s results for a time.

    Raises:
        NotAllowed: ``by`` owns no results.
        Invalid: it ends before it starts or is over, or names nobody or oneself.
    """
    require(by, RESULT_ACKNOWLEDGE)
    if end <= start or end <= timezone.now():
        raise Invalid(_("Until: choose a time after the start, and in the future."))
    if (covered_by_id is None) == (team_id is None) or str(covered_by_id) == by.id:
        raise Invalid(_("Who reads your results: choose one colleague, or every doctor."))
    cover = Cover.objects.create(
        user_id=by.id, covered_by_id=covered_by_id, team_id=team_id, start=start, end=end
    )
    audit.record(by, "cover-start", detail={"cover": cover.pk})
    return cover


@transaction.atomic
def come_back(*, by: Principal, cover_id: int) -> None:
    """End an absence of one's own now; one that has not begun is dropped.

    Raises:
        NotFound: ``by`` has no such absence.
    """
    cover = Cover.objects.filter(pk=cover_id, user_id=by.id, end__gt=timezone.now()).first()
    if cover is None:
        raise NotFound
    now = timezone.now()
    if cover.start >= now:
        cover.delete()
    else:
        cover.end = now
        cover.save(update_fields=["end"])
    audit.record(by, "cover-end", detail={"cover": cover_id})
