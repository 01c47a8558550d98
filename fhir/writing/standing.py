"""What stands there already: found, locked, and compared with what is wanted."""

from collections import defaultdict

from django.db import connection

from fhir.codec import same
from fhir.errors import NotFound, PreconditionFailed, VersionConflict
from fhir.known import Known, has_table, key_of, with_ids
from fhir.mapping import OUR_META, Resource
from fhir.models import Record
from fhir.principal import Principal
from fhir.registry import mapping
from fhir.writing.drafts import Draft

# The newest change of each id, and who made it.
NEWEST_CHANGES = """
SELECT wanted.type, wanted.fhir_id, newest.version, newest.op, newest.principal
FROM unnest(%s::text[], %s::text[]) AS wanted (type, fhir_id)
CROSS JOIN LATERAL (
    SELECT version, op, principal FROM fhir_change
    WHERE fhir_change.type = wanted.type AND fhir_change.fhir_id = wanted.fhir_id
    ORDER BY version DESC LIMIT 1
) AS newest
"""


def look(drafts: list[Draft], by: Principal, *, every_target: bool) -> Known:
    """Find and lock the rows that change; find those that are referred to.

    Args:
        drafts: What is to be written.
        by: Rows that they may not see are not here.
        every_target: Also look for targets that are nobody's foreign key.
    """
    known = Known(by)
    literals = (h.get("reference") for draft in drafts for h in draft.holders)
    targets = {key_of(literal) for literal in literals if isinstance(literal, str)}
    wanted = {key for key in targets if key and (every_target or has_table(key[0]))}
    known.look_up(wanted | {draft.key for draft in drafts if draft.intent.id})
    _lock([draft for draft in drafts if draft.key in known.found])
    if not by.sees_everything:
        _keep([draft.old for draft in drafts if draft.old is not None], known)
    _look_back([draft for draft in drafts if draft.intent.id and draft.old is None])
    return known


def _keep(records: list[Record], known: Known) -> None:
    """What a record points to already it goes on pointing to, whether or not the writer sees it.

    Else a program of one facility that completes a visit at another would take the visit from it.
    """
    for record in records:
        for field in record._meta.concrete_fields:
            target = getattr(record, field.name) if field.is_relation else None
            if isinstance(target, Record):
                known.add(target)


def _lock(drafts: list[Draft]) -> None:
    """Always by type and id, so that no two writers wait for each other."""
    by_type: dict[str, dict[str, Draft]] = defaultdict(dict)
    for draft in drafts:
        by_type[draft.key[0]][draft.key[1]] = draft
    for kind in sorted(by_type):
        wanted = by_type[kind]
        gentle = all(draft.intent.op != "delete" for draft in wanted.values())
        rows = mapping(kind).queryset().select_for_update(of=("self",), no_key=gentle)
        for record in with_ids(rows, wanted).order_by("pk"):
            wanted[record.fhir_id].old = record


def _look_back(drafts: list[Draft]) -> None:
    """What is not here may have been: its versions go on where they ended."""
    if not drafts:
        return
    wanted = {draft.key: draft for draft in drafts}
    with connection.cursor() as cursor:
        cursor.execute(NEWEST_CHANGES, [[k for k, _ in wanted], [i for _, i in wanted]])
        for kind, fhir_id, version, op, principal in cursor.fetchall():
            draft = wanted[kind, fhir_id]
            draft.former, draft.deleted_by = version, principal if op == "delete" else ""


def compare(draft: Draft, by: Principal) -> None:
    """Refuse what cannot follow upon what is there; settle what needs no writing.

    Raises:
        PreconditionFailed: it is not at the version that was expected.
        NotFound: it is not here, or not for ``by``.
        VersionConflict: it is here, and was to be created.
    """
    intent, old = draft.intent, draft.old
    if old is None:
        _require_absence(draft, by)
    elif intent.op == "create":
        raise VersionConflict(f"{draft.reference} is already here. To change it, update it.")
    elif intent.expected_version not in (None, old.version):
        raise PreconditionFailed(
            f"{draft.reference} is at version {old.version}, not {intent.expected_version}. "
            "Read it again, then repeat."
        )
    else:
        draft.before = draft.rules.render(old)
        if intent.op == "update" and same(content(draft.before), content(draft.resource)):
            draft.record, draft.done = old, "unchanged"


def _require_absence(draft: Draft, by: Principal) -> None:
    intent = draft.intent
    if intent.op == "delete":
        # Whoever deleted it may be told so again; to others it never was.
        if draft.deleted_by and (by.sees_everything or draft.deleted_by == by.label):
            draft.done = "deleted"
            return
        raise NotFound(f"No {intent.type} with the id {intent.id} that you may delete.")
    if not intent.id:
        return
    if not by.sees_everything:
        raise NotFound(
            f"No {intent.type} with the id {intent.id} that you may change. To create one, "
            f"POST it to {intent.type}; it gets its id here."
        )
    if intent.expected_version is not None:
        raise PreconditionFailed(
            f"{draft.reference} is not here, so it is not at version {intent.expected_version}."
        )


def content(resource: Resource) -> Resource:
    """The resource without the part of ``meta`` that is ours."""
    meta = {k: v for k, v in resource.get("meta", {}).items() if k not in OUR_META}
    body = {name: value for name, value in resource.items() if name != "meta"}
    return body | ({"meta": meta} if meta else {})
