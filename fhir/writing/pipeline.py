"""From intents to rows: one transaction, few statements, all or nothing."""

from collections.abc import Sequence
from functools import partial

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from fhir.errors import Refusal
from fhir.mapping import IDENTITY, Resource, with_identity
from fhir.models import Change
from fhir.models.change import Op
from fhir.ports import port
from fhir.principal import Principal
from fhir.writing import rows
from fhir.writing.complaints import told
from fhir.writing.deleting import remove, require_nobody
from fhir.writing.drafts import Draft, Refuse, drafts_of, each
from fhir.writing.intents import Intent, Written
from fhir.writing.references import localise, require_targets
from fhir.writing.saving import index, permitted, save
from fhir.writing.standing import compare, look

OPS = {"created": Op.CREATE, "updated": Op.UPDATE, "deleted": Op.DELETE}


def write(
    intents: Sequence[Intent], *, by: Principal, origin: str = "", action: str = ""
) -> list[Written]:
    """Carry out all of ``intents``, or none.

    Args:
        intents: What is to be written, in any order; references among them may be cyclic.
        by: Who writes.
        origin: Where it came from, for the history; it is never pushed back there.
        action: What the audit calls it; by default "transaction", or the wish of the only one.

    Returns:
        What came of each, in the order of ``intents``.

    Raises:
        Refusal: naming the place and the element; then nothing was written.
    """
    drafts = localise(drafts_of(intents, at_once), at_once)
    with told(), transaction.atomic():
        carry_out(drafts, by, origin, at_once)
        alone = drafts[0] if len(drafts) == 1 else None
        port("record_access")(
            by=by,
            action=action or (alone.intent.op if alone else "transaction"),
            entities=[draft.reference for draft in drafts],
            patient_id=alone.about if alone else None,
            detail={"origin": origin} if origin else {},
        )
    return [written(draft) for draft in drafts]


def at_once(intent: Intent, refusal: Refusal) -> None:
    """Refuse the whole call for one intent, and name where that stood."""
    if intent.place:
        _, dot, rest = refusal.expression.partition(".")
        refusal.expression = f"{intent.place}{dot}{rest}"
    raise refusal


def carry_out(drafts: list[Draft], by: Principal, origin: str, refuse: Refuse) -> None:
    """Write what the drafts ask for, inside a transaction; each then says what was ``done``."""
    known = look(drafts, by, every_target=settings.FHIR_REFERENCES == "strict")
    going = {draft.key for draft in drafts if draft.intent.op == "delete"}
    for key in going:
        known.found.pop(key, None)  # nothing new may point to what goes
    coming = {draft.key for draft in drafts} - going
    drafts = require_targets(drafts, known.found.keys() | coming, refuse)
    open_ = [d for d in each(drafts, partial(compare, by=by), refuse) if d.done is None]
    standing = permitted([draft for draft in open_ if draft.old is not None], by, refuse)
    gone = remove([draft for draft in standing if draft.intent.op == "delete"], refuse)
    fresh = [draft for draft in open_ if draft.old is None]
    changed = [draft for draft in standing if draft.intent.op != "delete"]
    saved = save([*fresh, *changed], known, by, refuse)
    require_nobody(gone, by, refuse)
    index(saved)
    rows.insert(_change(draft, by, origin) for draft in (*gone, *saved))
    with connection.cursor() as cursor:
        # Keys whose row went meanwhile are refused here, not at the end, where nobody listens.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def _change(draft: Draft, by: Principal, origin: str) -> Change:
    kind, fhir_id = draft.key
    change: Change = rows.blank(
        Change,
        type=kind,
        fhir_id=fhir_id,
        record_id=draft.record.id,
        patient_id=draft.about,
        version=draft.version,
        op=OPS[draft.done or "created"],
        at=timezone.now() if draft.done == "deleted" else draft.record.updated_at,
        principal=by.label,
        origin=origin,
        before=draft.before,
    )
    return change


def written(draft: Draft) -> Written:
    """What came of a draft that was carried out."""
    done = draft.done or "unchanged"
    if done == "deleted":
        return Written(done, *draft.key, draft.version)
    resource = draft.before if done == "unchanged" else _as_it_stands(draft)
    return Written(done, *draft.key, draft.version, draft.record, resource)


def _as_it_stands(draft: Draft) -> Resource:
    body = {name: value for name, value in draft.resource.items() if name not in IDENTITY}
    return with_identity(draft.record, body)
