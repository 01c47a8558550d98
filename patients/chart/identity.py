"""A person's own data in words: names, numbers, contacts, what they permit."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.chart.concepts import all_words, understood, words_of
from patients.extensions import SEX_WORDS
from patients.models import Consent, Patient, RelatedPerson
from patients.models.base import ENTERED_IN_ERROR
from patients.models.consent import ADVANCE_DIRECTIVE, PRIVACY
from patients.restrictions import is_wider

Line: TypeAlias = tuple[str, str]
Words: TypeAlias = str | Promise

USES: dict[str, Words] = {
    "official": gettext_lazy("official"),
    "usual": gettext_lazy("usual"),
    "nickname": gettext_lazy("preferred"),
    "maiden": gettext_lazy("before marriage"),
    "old": gettext_lazy("no longer used"),
    "temp": gettext_lazy("temporary"),
    "anonymous": gettext_lazy("anonymous"),
    "home": gettext_lazy("home"),
    "work": gettext_lazy("work"),
    "mobile": gettext_lazy("mobile"),
    "billing": gettext_lazy("billing"),
    "secondary": gettext_lazy("secondary"),
}
LINKS: dict[str, Words] = {
    "replaced-by": gettext_lazy("Replaced by another record: use that one"),
    "replaces": gettext_lazy("Replaces another record"),
    "refer": gettext_lazy("More about this person stands in another record"),
    "seealso": gettext_lazy("Another record is about the same person"),
}
CONSENT_STATES: dict[str, Words] = {
    "draft": gettext_lazy("draft: not in force"),
    "proposed": gettext_lazy("proposed: not in force"),
    "active": gettext_lazy("in force"),
    "rejected": gettext_lazy("rejected: not in force"),
    "inactive": gettext_lazy("withdrawn"),
    ENTERED_IN_ERROR: gettext_lazy("entered in error"),
}
DECISIONS: dict[str, Words] = {
    "permit": gettext_lazy("permits"),
    "deny": gettext_lazy("refuses"),
}


@dataclass(frozen=True)
class Related:
    """Somebody who belongs to the patient."""

    id: UUID
    version: int
    name: str
    relationship: str
    contact: str
    active: bool | None
    not_understood: bool


@dataclass(frozen=True)
class Statement:
    """A consent, refusal or directive."""

    id: UUID
    version: int
    about: str
    scope: str
    policy: str
    decision: Words
    status: str
    status_words: Words
    at: datetime | None
    in_force: bool
    in_error: bool
    not_understood: bool
    is_restriction: bool = False
    # What this house makes of a restriction that says more than it can honour to the letter.
    limits: tuple[Words, ...] = ()


def personal(patient: Patient, *, chart_open: bool) -> dict[str, Any]:
    """Everything that the details page shows of the person; directives where the chart is open."""
    return {
        "names": [(_use(name), _name(name)) for name in patient.names or []],
        "numbers": [_number(each) for each in patient.identifiers or []],
        "telecom": [_telecom(each) for each in patient.telecom or []],
        "addresses": [(_use(each), _address(each)) for each in patient.addresses or []],
        "contacts": [_contact(each) for each in patient.contacts or []],
        "languages": [_language(each) for each in patient.communication or []],
        "general_practitioners": [
            gp.get("display") or gp.get("reference") or _("not named")
            for gp in patient.general_practitioners or []
        ],
        "marital_status": words_of(patient.marital_status),
        "sex_for_clinical_use": SEX_WORDS.get(
            patient.sex_for_clinical_use, patient.sex_for_clinical_use
        ),
        "pronouns": patient.pronouns,
        "links": [_link(link) for link in patient.links or []],
        "related": [_related(row) for row in RelatedPerson.objects.of(patient).order_by("-id")],
        "consents": [_statement(row) for row in consents(patient, chart_open=chart_open)],
    }


def consents(patient: Patient, *, chart_open: bool) -> list[Consent]:
    """The patient's statements, newest first; directives are part of the chart."""
    rows = Consent.objects.of(patient).prefetch_related("restrictions")
    rows = rows.order_by("-consented_at", "-id")
    return list(rows if chart_open else rows.exclude(scope_code=ADVANCE_DIRECTIVE))


def directives(patient: Patient) -> list[Statement]:
    """Advance directives in force, newest first; only for those who may open the chart."""
    rows = Consent.objects.of(patient).filter(scope_code=ADVANCE_DIRECTIVE, status="active")
    return [_statement(row) for row in rows.order_by("-consented_at", "-id")]


def _use(item: dict[str, Any]) -> str:
    use = str(item.get("use", ""))
    words = str(USES.get(use, use))
    ended = (item.get("period") or {}).get("end")
    return ", ".join(filter(None, (words, _("until %(end)s") % {"end": ended} if ended else "")))


def _name(name: dict[str, Any]) -> str:
    parts = [*(name.get("prefix") or []), *(name.get("given") or []), name.get("family", "")]
    parts += name.get("suffix") or []
    return str(name.get("text") or " ".join(filter(None, parts)) or _("not recorded"))


def _number(identifier: dict[str, Any]) -> tuple[str, str, str]:
    """Label, value and who gave it."""
    label = words_of(identifier.get("type")) or _("Identifier")
    giver = (identifier.get("assigner") or {}).get("display") or identifier.get("system", "")
    value = str(identifier.get("value") or _("not recorded"))
    return (
        (f"{label} ({_use(identifier)})" if identifier.get("use") == "old" else label),
        value,
        giver,
    )


def _telecom(contact: dict[str, Any]) -> Line:
    system = {"phone": _("Telephone"), "email": _("E-mail"), "sms": _("SMS")}
    kind = system.get(contact.get("system", ""), contact.get("system", "") or _("Contact"))
    use = _use(contact)
    return (f"{kind}, {use}" if use else kind), str(contact.get("value") or _("not recorded"))


def _address(address: dict[str, Any]) -> str:
    town = " ".join(filter(None, (address.get("postalCode"), address.get("city"))))
    rest = (address.get("district"), address.get("state"), address.get("country"))
    parts = [*(address.get("line") or []), town, *rest]
    return str(address.get("text") or ", ".join(filter(None, parts)) or _("not recorded"))


def _contact(contact: dict[str, Any]) -> Line:
    name = _name(contact.get("name") or {})
    phones = ", ".join(str(t["value"]) for t in contact.get("telecom") or [] if t.get("value"))
    who = all_words(contact.get("relationship")) or _("Contact")
    return who, ", ".join(filter(None, (name, phones)))


def _language(communication: dict[str, Any]) -> str:
    words = words_of(communication.get("language")) or _("not named")
    return f"{words} ({_('preferred')})" if communication.get("preferred") else words


def _link(link: dict[str, Any]) -> Line:
    other = link.get("other") or {}
    kind = str(link.get("type", ""))
    words = str(LINKS.get(kind, kind or _("Linked to another record")))
    return words, str(other.get("display") or other.get("reference") or _("not named"))


def _related(row: RelatedPerson) -> Related:
    phones = [str(t["value"]) for t in row.telecom or [] if t.get("value")]
    return Related(
        id=row.id,
        version=row.version,
        name=str(row),
        relationship=all_words(row.relationships) or _("relationship not recorded"),
        contact=", ".join(phones),
        active=row.active,
        not_understood=not understood(row),
    )


def _policy(row: Consent, about: str) -> str:
    """The rule that was agreed to and where it is written, where that is not what it is about."""
    rule = row.policy_rule_text or row.policy_rule_display or row.policy_rule_code
    parts = ((each, part) for each in row.policies or [] for part in ("uri", "authority"))
    written = [str(each[part]) for each, part in parts if each.get(part)]
    return ", ".join(words for words in (rule, *written) if words and words != about)


def _statement(row: Consent) -> Statement:
    decision = DECISIONS.get(row.decision)
    exceptions = bool((row.provision or {}).get("provision"))
    words = str(decision or _("decision not recorded"))
    about = all_words(row.categories) or str(row)
    return Statement(
        id=row.id,
        version=row.version,
        about=about,
        scope=row.scope_display or row.scope_text or row.scope_code or _("scope not recorded"),
        policy=_policy(row, about),
        decision=f"{words}, {_('with exceptions')}" if exceptions else words,
        status=row.status,
        status_words=CONSENT_STATES.get(row.status, row.status or _("status not recorded")),
        at=row.consented_at,
        in_force=row.status == "active",
        in_error=row.status == ENTERED_IN_ERROR,
        not_understood=not understood(row),
        is_restriction=row.scope_code == PRIVACY,
        limits=_limits(row),
    )


def _limits(row: Consent) -> tuple[Words, ...]:
    """Where a restriction is kept wider than it says, or keeps nobody away here."""
    if row.scope_code != PRIVACY or row.status != "active" or row.decision != "deny":
        return ()
    if not row.restrictions.all():
        return (gettext_lazy("It names nobody of this house: it keeps nobody away here."),)
    if all(each.sending for each in row.restrictions.all()):
        return (gettext_lazy("The record is not sent elsewhere. Who works here goes on reading."),)
    wider = gettext_lazy("It is about a part of the chart: all of it is kept back here.")
    return (wider,) if is_wider(row) else ()
