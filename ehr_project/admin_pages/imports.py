"""When records last came in from where, as the audit has it."""

from datetime import datetime

from django.db.models import Max
from django.db.models.expressions import RawSQL

from accounts.models import AuditEvent
from fhir.principal import SYSTEM


def last_imports() -> dict[str, datetime]:
    """The last import of each origin; by principal, because the audit is indexed by it."""
    events = AuditEvent.objects.filter(principal=SYSTEM.label, action="import")
    found = events.annotate(origin=RawSQL("detail ->> 'origin'", ())).values("origin")
    return {row["origin"] or "": row["last"] for row in found.annotate(last=Max("at"))}
