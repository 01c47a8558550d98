"""Clinical notes, documents and files as FHIR (DocumentReference, Binary)."""

from typing import Any

from django.utils import timezone

from fhir.elements import concept, literal_reference, moment, primitive, reference, verbatim
from fhir.mapping import Columns, Element, Mapping, Resolver, Resource
from fhir.search import columns
from fhir.times import moment_range
from patients import attachments
from patients.chart.concepts import understood
from patients.fhir_mappings.systems import LOINC, PATIENT, SUBJECT
from patients.models import Binary, DocumentReference


def _derive(document: DocumentReference) -> None:
    """Fill the columns of lists and search. A signed row keeps those it was signed with."""
    _label(document)
    if document.is_signed and not document._state.adding:
        return
    first = (attachments.of_content(document.content) or [{}])[0]
    document.note_text = attachments.text_of(document.content)
    document.is_note = bool(document.note_text)
    document.content_type = attachments.media_type(first)[0]
    document.title = _title(document, first)
    document.listed_at = _listed_at(document, first)
    document.category_codes = [
        coding["code"]
        for category in document.categories or []
        for coding in category.get("coding") or []
        if coding.get("code")
    ]
    document.parent_reference = parent_of(document.relates_to)
    inside = DocumentReference(content=document.content, context=document.context)
    document.modified_inside = not understood(inside)


def _label(document: DocumentReference) -> None:
    """A label of the document's own element keeps it back like one of its ``meta``."""
    said = [
        f"{coding.get('system', '')}|{coding.get('code', '')}"[:300]
        for label in document.security_labels or []
        for coding in label.get("coding") or []
    ]
    document.security = list(dict.fromkeys([*document.security, *said]))


def _title(document: DocumentReference, first: Resource) -> str:
    shown = (first.get("title"), document.type_text, document.type_display, document.description)
    return next((str(text)[:300] for text in shown if text), "")


def _listed_at(document: DocumentReference, first: Resource) -> Any:
    created = moment_range(str(first.get("creation") or ""))[0]
    period = (document.context or {}).get("period") or {}
    began = moment_range(str(period.get("start") or ""))[0]
    return document.date_at or created or began or document.created_at or timezone.now()


def parent_of(relates_to: Any) -> str:
    """Reference of the document that this one adds to."""
    for relation in relates_to or []:
        if relation.get("code") == "appends":
            return str((relation.get("target") or {}).get("reference") or "")
    return ""


def _link_documents(documents: list[DocumentReference]) -> None:
    """Files without a patient belong to the patient of the document that names them."""
    for document in documents:
        named = attachments.binary_ids(document.content) if document.patient_id else []
        if named:
            unclaimed = Binary.objects.filter(fhir_id__in=named, patient__isnull=True)
            unclaimed.update(patient=document.patient_id)


def _data() -> Element:
    """``data`` as bytes; base64 that we would write otherwise stays as it was, in ``extra``."""

    def read(resource: Resource, _: Resolver) -> Columns:
        return {"data": attachments.inline_bytes(resource) or b""}

    def render(record: Any) -> Resource:
        return {"data": attachments.as_base64(bytes(record.data))} if record.data else {}

    return Element("data", ("data",), read, render)


def _security_context() -> Element:
    """The literal, and the patient where it names one."""
    literal = literal_reference("securityContext", "security_context")
    patient = reference("securityContext", "patient", "Patient")

    def read(resource: Resource, resolver: Resolver) -> Columns:
        return patient.read(resource, resolver) | literal.read(resource, resolver)

    return Element(literal.name, ("security_context", "patient_id"), read, literal.render)


MAPPINGS = (
    Mapping(
        "DocumentReference",
        DocumentReference,
        elements=(
            primitive("status", "status"),
            primitive("docStatus", "doc_status"),
            concept("type", "type", (LOINC,)),
            verbatim("category", "categories"),
            reference("subject", "patient", "Patient"),
            moment("date", "date_at"),
            verbatim("author", "authors"),
            literal_reference("authenticator", "authenticator"),
            literal_reference("custodian", "custodian"),
            verbatim("relatesTo", "relates_to"),
            primitive("description", "description"),
            verbatim("securityLabel", "security_labels"),
            verbatim("content", "content"),
            verbatim("context", "context"),
        ),
        search=(
            PATIENT,
            SUBJECT,
            columns.moments("date", "date_at", "date_at"),
        ),
        joins=("patient",),
        derive=_derive,
        link=_link_documents,
    ),
    Mapping(
        "Binary",
        Binary,
        elements=(primitive("contentType", "content_type"), _security_context(), _data()),
        joins=("patient",),
    ),
)
