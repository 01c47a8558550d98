"""From a record here to the resource that leaves: ids, references and identifier for there.

Our ids at the other system are always our primary keys, random UUIDs. An imported record may be
called ``Patient/1`` here; a PUT under that name could overwrite a stranger there.
"""

import hashlib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from fhir.codec import dumps
from vitals.sync.ranks import RANK

Resource = dict[str, Any]
Key = tuple[str, str]

# Says "this value is the id of a Chartwave record". The value is a UUID, unique everywhere, so
# one system serves every installation.
RECORD_SYSTEM = "urn:uuid:b5a1cf0e-5d0c-4a8e-9d8e-4f3c3c1c2a51"
NOT_DISCLOSED = "not disclosed"
# Each server writes these anew; the narrative may be made anew.
VOLATILE = ("id", "meta", "text")


def references(value: Any) -> Iterator[Key]:
    """Type and id of every record that ``value`` refers to."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        key = _key(value.get("reference"))
        if key:
            yield key
        for item in value.values():
            yield from references(item)


def _key(reference: Any) -> Key | None:
    if not isinstance(reference, str):
        return None
    steps = reference.split("/")
    if len(steps) in (2, 4) and steps[0].isalpha() and steps[0][:1].isupper() and steps[1]:
        return steps[0], steps[1]
    return None


def needs(resource: Resource, own_rank: int) -> set[Key]:
    """The records that must be there before ``resource``.

    References among equals or upwards (Encounter to Condition and back) cannot wait for each
    other: they go without a literal reference until the other side is known there.
    """
    return {key for key in references(resource) if RANK.get(key[0], 99) < own_rank}


def outgoing(
    resource: Resource, record_id: UUID, known: Mapping[Key, str], *, identified: bool
) -> Resource:
    """``resource`` as it may leave.

    Args:
        resource: Rendered here.
        record_id: Primary key of its record.
        known: Id there of each record that the other system has.
        identified: Add our identifier, by which a conditional create finds it again.

    Returns:
        A copy without our version and time, its references leading to what is there. A reference
        to a record that is not there keeps who it names, except for other patients.
    """
    sent: Resource = _rewritten(resource, known)
    kept = {k: v for k, v in sent.get("meta", {}).items() if k not in ("versionId", "lastUpdated")}
    sent = {k: v for k, v in sent.items() if k not in ("id", "meta")}
    head: Resource = {"resourceType": resource["resourceType"]}
    if kept:
        head["meta"] = kept
    if identified:
        ours = {"system": RECORD_SYSTEM, "value": str(record_id)}
        others = [one for one in sent.pop("identifier", []) if one != ours]
        head["identifier"] = [*others, ours]
    return head | {k: v for k, v in sent.items() if k != "resourceType"}


def _rewritten(value: Any, known: Mapping[Key, str]) -> Any:
    if isinstance(value, list):
        return [_rewritten(item, known) for item in value]
    if not isinstance(value, dict):
        return value
    key = _key(value.get("reference"))
    rest = {name: _rewritten(item, known) for name, item in value.items()}
    return rest if key is None else _reference(rest, key, known)


def _reference(reference: Resource, key: Key, known: Mapping[Key, str]) -> Resource:
    if key in known:
        return reference | {"reference": f"{key[0]}/{known[key]}"}
    if key[0] in ("Patient", "RelatedPerson"):
        return {"type": key[0], "display": NOT_DISCLOSED}
    rest = {name: item for name, item in reference.items() if name != "reference"}
    return {"type": key[0], "display": NOT_DISCLOSED} | rest


def search_for(record_id: UUID) -> str:
    """The search that finds a record of ours by our identifier, and nothing else."""
    return f"identifier={RECORD_SYSTEM}|{record_id}"


def digest(resource: Resource) -> str:
    """What ``resource`` says, whoever wrote it down: 1.0 and 1.00 and the key order are the same.

    Other systems may spell numbers anew and always write ``meta``; what counts is whether the
    content there is the content that was sent.
    """
    content = {name: value for name, value in resource.items() if name not in VOLATILE}
    return hashlib.sha256(dumps(_canonical(content))).hexdigest()


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _canonical(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return f"number {Decimal(value).normalize()}"
    return value
