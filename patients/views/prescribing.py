"""Prescribing and renewing: the form, the same form with what the checks say, the signature."""

import hashlib
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import principal, requires
from accounts.roles import CHART_READ, MEDICATION_PRESCRIBE
from fhir.errors import Invalid, VersionConflict
from patients.acts.medications import (
    NeedsReason,
    Prescription,
    check,
    meaningful,
    prescribe,
    renew,
    running,
)
from patients.acts.overrides import Override
from patients.chart.doses import admissions
from patients.forms.medicines import PrescribeForm
from patients.models import MedicationRequest, Patient
from patients.prescribing.comparison import OVERRIDE_REASONS, Comparison, Finding
from patients.prescribing.search import choice_of, find
from patients.prescribing.sig import read_dosage
from patients.views.editing import merge_page, same_patient
from patients.views.medicines import frame
from patients.views.opening import looked, open_patient, open_record


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MEDICATION_PRESCRIBE)
def medication_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Prescribe a medicine."""
    patient = open_patient(request, patient_id)
    return entry(request, patient, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MEDICATION_PRESCRIBE)
def medication_renew(request: HttpRequest, medication_id: UUID) -> HttpResponse:
    """Prescribe it again, as it was or otherwise; the old one ends."""
    order, patient = open_record(request, MedicationRequest, medication_id)
    running(order)
    return entry(request, patient, order)


@require_POST
@requires(CHART_READ)
def medicine_choices(request: HttpRequest) -> HttpResponse:
    """Products of the formulary for what was typed; or, when one was picked, the fields with it."""
    if "pick" in request.POST:
        form = PrescribeForm(initial=with_usual(request.POST))
        form.fields["dose"].widget.attrs["autofocus"] = True
        return render(request, "medicines/_fields.html", {"form": form, "choices": None})
    return render(request, "medicines/_choices.html", searched(request.POST))


def searched(data: QueryDict) -> dict[str, Any]:
    """What the formulary offers for the typed words."""
    typed = data.get("medicine", "").replace("\0", "").strip()[:200]
    return {"typed": typed, "choices": find(typed) if len(typed) > 1 else None}


def with_usual(data: QueryDict) -> dict[str, Any]:
    """The typed fields, with the picked product, its first route and only frequency filled in."""
    said: dict[str, Any] = data.dict()
    choice = choice_of(data.get("pick", ""))
    if choice is None:
        return said
    said |= {"medicine": choice.text, "choice": choice.value}
    if not said.get("route") and choice.routes:
        said["route"] = choice.routes[0]
    if not said.get("frequency") and len(choice.frequencies) == 1:
        said["frequency"] = choice.frequencies[0]
    return said


def entry(
    request: HttpRequest, patient: Patient, replaces: MedicationRequest | None
) -> HttpResponse:
    """The form; what the checks say of it; the signature."""
    if request.method != "POST":
        looked(request, patient)
        initial = initial_from(replaces) if replaces else initial_for(patient)
        return page(request, patient, PrescribeForm(initial=initial), replaces)
    if "find" in request.POST or "pick" in request.POST:
        form = PrescribeForm(initial=with_usual(request.POST))
        found = searched(request.POST) if "find" in request.POST else {}
        return page(request, patient, form, replaces, **found)
    form = PrescribeForm(request.POST)
    if not form.is_valid():
        return page(request, patient, form, replaces, status=422)
    wanted = form.prescription()
    try:
        meaningful(wanted, patient)
    except Invalid as refused:
        form.add_error(None, refused.message)
        return page(request, patient, form, replaces, status=422)
    return checked(request, patient, form, wanted, replaces)


def checked(
    request: HttpRequest,
    patient: Patient,
    form: PrescribeForm,
    wanted: Prescription,
    replaces: MedicationRequest | None,
) -> HttpResponse:
    """Sign what was read, or show what the checks say of it now."""
    comparison = check(patient, wanted, replaces)
    shown = fingerprint(wanted, comparison)
    signing = "sign" in request.POST
    reasons = ReasonsForm(comparison.interrupting, request.POST if signing else None)
    context = {
        "sig": read_aloud(wanted),
        "comparison": comparison,
        "interrupting": reasons.rows(),
        "reasons": reasons,
        "shown": shown,
        "wanted": wanted,
        "changed": signing and request.POST.get("shown") != shown,
    }
    ready = signing and reasons.is_valid() and not context["changed"]
    if not ready:
        status = 409 if context["changed"] else 422 if signing else 200
        return page(request, patient, form, replaces, status=status, **context)
    same_patient(request, patient)
    try:
        order = signed(request, patient, form, wanted, reasons.overrides(), replaces)
    except NeedsReason:
        return page(request, patient, form, replaces, status=409, **context | {"changed": True})
    except VersionConflict:
        return newer(request, patient, form, replaces)
    said = _("Prescribed: %(sig)s. Not transmitted: print and sign.") % {"sig": read_aloud(wanted)}
    messages.success(request, said)
    return redirect("medication", order.id)


def signed(
    request: HttpRequest,
    patient: Patient,
    form: PrescribeForm,
    wanted: Prescription,
    overrides: dict[str, Override],
    replaces: MedicationRequest | None,
) -> MedicationRequest:
    """The new prescription."""
    by = principal(request)
    if replaces is None:
        return prescribe(by=by, patient=patient, wanted=wanted, overrides=overrides)
    expected = form.cleaned_data["version"] or 0
    return renew(by=by, order=replaces, wanted=wanted, expected=expected, overrides=overrides)


def newer(
    request: HttpRequest,
    patient: Patient,
    form: PrescribeForm,
    replaces: MedicationRequest | None,
) -> HttpResponse:
    """Somebody changed the prescription that is renewed."""
    now = MedicationRequest.objects.get(pk=replaces.pk) if replaces else None
    running(now) if now else None
    return merge_page(
        request,
        form,
        current=initial_from(now) if now else {},
        patient=patient,
        version=now.version if now else 0,
        title=str(now),
    )


def page(
    request: HttpRequest,
    patient: Patient,
    form: PrescribeForm,
    replaces: MedicationRequest | None,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The page of the form, with the findings below it once there are some."""
    context = frame(patient, principal(request)) | {"form": form, "replaces": replaces} | more
    return render(request, "medicines/prescribe.html", context, status=status)


def initial_for(patient: Patient) -> dict[str, Any]:
    """A new prescription: from now, on the ward for an inpatient."""
    inside = patient.id in admissions([patient])
    return {"start": _now(), "setting": "inpatient" if inside else "community"}


def initial_from(order: MedicationRequest) -> dict[str, Any]:
    """The fields as a prescription has them, from now on."""
    dosage = (order.dosages or [{}])[0]
    read = read_dosage(dosage)
    settings = [c.get("code") for g in order.categories or [] for c in g.get("coding") or []]
    needed = dosage.get("asNeededCodeableConcept") or {}
    understood = read.dose is not None and read.frequency
    return {
        "medicine": str(order),
        "dose": read.dose.text if read.dose else "",
        "route": read.route,
        "frequency": read.frequency,
        "as_needed": read.as_needed,
        "as_needed_for": needed.get("text", ""),
        "extra": "" if understood else dosage.get("text", ""),
        "reason": next((r.get("text", "") for r in order.reasons or []), ""),
        "refills": (order.dispense or {}).get("numberOfRepeatsAllowed"),
        "setting": settings[0] if settings else "community",
        "start": _now(),
        "version": order.version,
    }


def _now() -> Any:
    return timezone.localtime().replace(second=0, microsecond=0)


def read_aloud(wanted: Prescription) -> str:
    """The whole instruction; a strength in the medicine's name stands apart from the dose."""
    name, sig = wanted.medicine.words, wanted.sig
    if not any(letter.isdigit() for letter in name):
        return sig.text
    return f"{name[:1].upper()}{name[1:]} – {sig.instructions}"


def fingerprint(wanted: Prescription, comparison: Comparison) -> str:
    """What the person read: the instruction and every finding, as a short digest."""
    said = [wanted.sig.text, wanted.start.isoformat(), wanted.setting, str(wanted.refills)]
    said += [f"{each.rule_id} {each.text}" for each in comparison.findings]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:24]


class ReasonsForm(forms.Form):
    """A reason to go on for each rule that interrupts."""

    def __init__(self, findings: tuple[Finding, ...], data: QueryDict | None) -> None:
        super().__init__(data)
        self.findings = findings
        options = [("", "–"), *OVERRIDE_REASONS.items()]
        for finding in findings:
            self.fields[f"why-{finding.rule_id}"] = forms.ChoiceField(
                choices=options,
                label=gettext_lazy("Reason to go on all the same"),
                error_messages={
                    "required": gettext_lazy("Choose a reason, or change the prescription.")
                },
            )
            self.fields[f"words-{finding.rule_id}"] = forms.CharField(
                max_length=300, required=False, label=gettext_lazy("In your words")
            )

    def rows(self) -> list[dict[str, Any]]:
        """Each finding, with the two fields of its rule."""
        last = {finding.rule_id: finding for finding in self.findings}
        return [
            {
                "finding": finding,
                # One reason for each rule, below the last of its findings.
                "why": self[f"why-{finding.rule_id}"] if last[finding.rule_id] is finding else "",
                "words": self[f"words-{finding.rule_id}"],
            }
            for finding in self.findings
        ]

    def clean(self) -> dict[str, Any]:
        """Another reason than those of the list is written out."""
        said: dict[str, Any] = super().clean() or {}
        for finding in self.findings:
            words = (said.get(f"words-{finding.rule_id}") or "").strip()
            if said.get(f"why-{finding.rule_id}") == "other" and not words:
                self.add_error(f"words-{finding.rule_id}", _("Write the reason."))
        return said

    def overrides(self) -> dict[str, Override]:
        """The reasons by rule."""
        said = self.cleaned_data
        return {
            each.rule_id: Override(said[f"why-{each.rule_id}"], said[f"words-{each.rule_id}"])
            for each in self.findings
        }
