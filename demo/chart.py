"""One person's chart: everything that is written about them, in the order it is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from textwrap import dedent
from typing import Any

from demo.codes import codes, lab_tests
from demo.days import Days
from demo.elements import (
    HL7,
    SNOMED,
    Code,
    Resource,
    concept,
    fhir_id,
    given,
    instant,
    pointer,
    reference,
)
from demo.measurements import egfr, lab, vital, vitals
from demo.prescriptions import medicine
from demo.staff import DOCTOR, Worker

PATIENT_ELEMENT = {
    "AllergyIntolerance": "patient",
    "Immunization": "patient",
    "FamilyMemberHistory": "patient",
    "Appointment": "participant",
    "Consent": "patient",
    "RelatedPerson": "patient",
    "Task": "for",
}
ENCOUNTER_ELEMENT = {
    **dict.fromkeys(("Observation", "Condition", "MedicationRequest", "Procedure"), "encounter"),
    **dict.fromkeys(("DiagnosticReport", "ServiceRequest", "CarePlan", "Flag"), "encounter"),
    **dict.fromkeys(("AllergyIntolerance", "Immunization", "CareTeam", "Task"), "encounter"),
    "MedicationAdministration": "context",
    "DocumentReference": "context",
}
GROUPS_WITHOUT_EGFR = ("child", "newborn", "pregnant")


@dataclass
class Chart:
    """Everything about one person.

    Attributes:
        patient: The person.
        group: Whose laboratory ranges come before those of the gender: child, on warfarin …
        flag_within: What a result inside its range says; "" keeps it silent.
    """

    patient: Resource
    group: str = ""
    flag_within: str = "N"
    written: list[Resource] = field(default_factory=list)
    _told: Counter[str] = field(default_factory=Counter)

    def resources(self) -> list[Resource]:
        """The patient first, then the rest."""
        return [self.patient, *self.written]

    def open(self, encounter: Resource) -> Resource:
        """Write a visit or admission down, so that the rest can happen during it."""
        return self._add(encounter, None)

    def write(self, *resources: Resource, during: Resource | None = None) -> None:
        """Write ``resources`` into this chart, as part of a visit where one is given."""
        for resource in resources:
            self._add(resource, during)

    def written_last(self, kind: str) -> Resource:
        """The newest entry of this ``kind``."""
        return next(one for one in reversed(self.written) if one["resourceType"] == kind)

    def labs(
        self,
        at: datetime,
        values: str,
        *,
        during: Resource | None = None,
        panel: str = "",
        status: str = "final",
        note: str = "",
        by: Worker | None = None,
    ) -> None:
        """Results of one sample, "K 4.4, Na 133", as a report where ``panel`` names one.

        A ``note`` stands on each result, or once on the report. On a ward every sample was
        ordered: ``by`` somebody, else the ward's doctor.
        """
        said = dict(value.split() for value in values.split(", "))
        on_a_ward = during is not None and during["status"] == "in-progress"
        if on_a_ward and len(said) > 1:
            panel = panel or "Blood tests"
        asked = by or (DOCTOR if on_a_ward else None)
        order = self._add(_lab_order(panel or values, at, asked), during) if asked else None
        answers = {"basedOn": [reference(order)]} if order else {}
        remark = "" if panel else note
        results = [
            self._add(self._result(name, value, at, status, remark) | answers, during)
            for name, value in self._with_egfr(said, at).items()
        ]
        if panel:
            report = _panel(panel, at, status, results) | given(conclusion=note)
            self._add(report | answers, during)

    def series(self, days: Days, name: str, points: str, *, clock: str = "08:30") -> None:
        """One laboratory test or vital sign over time: "330:2.4 300:2.6" (days ago:value)."""
        for point in points.split():
            days_ago, value = point.split(":")
            at = days.at(int(days_ago), clock)
            if name in lab_tests():
                self.labs(at, f"{name} {value}")
            else:
                self.write(vital(name, value, at))

    def prescribe(self, sheet: str, *, during: Resource | None = None, **more: Any) -> None:
        """Medicines, one a line: "name | strength and form | instruction | why".

        Args:
            sheet: The lines; one that is indented goes on from the one before.
            during: The visit or admission.
            more: What they share: ``since``, ``by``, ``until``, ``status`` … of ``medicine``.
        """
        for line in dedent(sheet).replace("\n ", " ").strip().splitlines():
            name, form, instruction, *why = (part.strip() for part in line.split("|"))
            order = medicine(name, form, " ".join(instruction.split()), why="".join(why), **more)
            self._add(order, during)

    def rounds(self, days: Days, sheet: str, *, by: Worker, during: Resource) -> None:
        """The observation sheet: a line per round, "3 15:10 BP 162/94, pulse 112, …"."""
        for line in sheet.strip().splitlines():
            days_ago, clock, signs = line.split(maxsplit=2)
            self.write(*vitals(days.at(int(days_ago), clock), signs, by=by), during=during)

    def _result(self, name: str, value: str, at: datetime, status: str, note: str) -> Resource:
        return lab(
            name,
            value,
            at,
            groups=(self.group, self.patient["gender"]),
            status=status,
            note=note,
            flag_within=self.flag_within,
        )

    def _with_egfr(self, values: Mapping[str, str], at: datetime) -> dict[str, str]:
        """Laboratories report the eGFR with every creatinine of an adult who is not pregnant."""
        complete = dict(values)
        gender = self.patient["gender"]
        known = gender in ("male", "female") and self.group not in GROUPS_WITHOUT_EGFR
        if "creatinine" in values and known:
            born = self.patient["birthDate"]
            complete["eGFR"] = egfr(values["creatinine"], born=born, gender=gender, at=at)
        return complete

    def _add(self, resource: Resource, during: Resource | None) -> Resource:
        kind = resource["resourceType"]
        placed = {"resourceType": kind, "id": self._identity(resource), **resource}
        self._say_whose(placed)
        element = ENCOUNTER_ELEMENT.get(kind)
        if during and element:
            where = reference(during)
            placed[element] = {"encounter": [where]} if kind == "DocumentReference" else where
        self.written.append(placed)
        return placed

    def _say_whose(self, resource: Resource) -> None:
        whose = pointer("Patient", self.patient["id"])
        element = PATIENT_ELEMENT.get(resource["resourceType"], "subject")
        if element == "participant":
            resource[element].insert(0, {"actor": whose, "status": "accepted"})
        else:
            resource[element] = whose

    def _identity(self, resource: Resource) -> str:
        """The n-th of its kind and name in this chart: the same on every day."""
        told = resource.get("code") or resource.get("medicationCodeableConcept") or {}
        name = f"{resource['resourceType']}/{told.get('text', '')}"
        self._told[name] += 1
        return fhir_id(f"{self.patient['id']}/{name}/{self._told[name]}")


def _lab_order(tests: str, at: datetime, by: Worker) -> Resource:
    """The order that a sample answered, written with it."""
    test = lab_tests().get(tests.split()[0])
    name = test.name if test else tests
    category = Code(SNOMED, "108252007", "Laboratory procedure")
    return {
        "resourceType": "ServiceRequest",
        "status": "completed",
        "intent": "order",
        "priority": "routine",
        "category": [concept(category.display, category)],
        "code": concept(name, *((test.code,) if test else codes("study", name))),
        "authoredOn": instant(at),
        "requester": by.pointer,
    }


def _panel(panel: str, at: datetime, status: str, results: Sequence[Resource]) -> Resource:
    laboratory = Code(f"{HL7}v2-0074", "LAB", "Laboratory")
    return {
        "resourceType": "DiagnosticReport",
        "status": status,
        "category": [concept(laboratory.display, laboratory)],
        "code": concept(panel, *codes("study", panel)),
        "effectiveDateTime": instant(at),
        "issued": instant(at),
        "result": [reference(result) for result in results],
    }
