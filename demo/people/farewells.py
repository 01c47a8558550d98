"""Charts that rest: one who died, one who has not been here for years."""

from __future__ import annotations

from datetime import datetime

from demo.chart import Chart
from demo.days import Days
from demo.documents import note, report
from demo.elements import HL7, Code, Resource, concept
from demo.measurements import smoking, vitals
from demo.person import registered
from demo.staff import DOCTOR, NURSE, SURGEON, bed
from demo.visits import admission
from demo.vocabulary import allergy, diagnosis, no_known_allergies, problem, procedure, warning


def harold_whitcombe(days: Days) -> Chart:
    """Died of a narrow aortic valve five months ago, very old; his medicines ended with him."""
    death = days.at(152, "03:40")
    harold = Chart(registered("harold-whitcombe", days, died=death))
    stay = admission(
        days.at(158, "13:20"),
        "Breathless, fainted on the stairs",
        bed=bed("3 East, Medicine", 7),
        by=DOCTOR,
        end=death,
    )
    expired = Code(f"{HL7}discharge-disposition", "exp", "Expired")
    stay["hospitalization"] = {"dischargeDisposition": concept("Died", expired)}
    last = harold.open(stay)
    harold.write(
        allergy("Ibuprofen", reaction="rash", severity="mild"),
        problem("Aortic stenosis", since=days.year(4), by=DOCTOR),
        problem("Coronary artery disease", since=days.year(16)),
        smoking("former smoker", days.date(800)),
    )
    harold.prescribe(
        """
        Furosemide | 40 mg tablet
            | 40 mg by mouth every morning | Aortic stenosis, swollen legs
        """,
        since=days.date(420),
        until=days.date(155),
        by=DOCTOR,
        status="stopped",
        stopped="Comfort only",
    )
    harold.prescribe(
        "Aspirin | 81 mg tablet | 81 mg by mouth once a day | Coronary artery disease",
        since=days.date(800),
        until=days.date(155),
        by=DOCTOR,
        status="stopped",
        stopped="Comfort only",
    )
    harold.prescribe(
        """
        Morphine | 10 mg/5 mL solution
            | 2.5 mg by mouth every 4 hours if needed for breathlessness, at most 15 mg a day
            | Breathlessness
        """,
        since=days.date(155),
        until=days.date(152),
        by=DOCTOR,
        status="completed",
        where="inpatient",
    )
    _whitcombe_last_days(harold, days, last, death)
    return harold


def _whitcombe_last_days(harold: Chart, days: Days, last: Resource, death: datetime) -> None:
    admitted = days.at(158, "13:50")
    harold.labs(admitted, "NT_proBNP 14200, creatinine 1.66, K 4.9, Hb 11.2", during=last)
    harold.write(
        *vitals(days.at(158, "13:30"), "BP 96/62, pulse 94, breaths 26, SpO₂ 90", by=NURSE),
        diagnosis("Aortic stenosis", since=days.date(158), by=DOCTOR),
        warning(
            "Not for CPR",
            since=days.at(158, "14:10"),
            until=death,
            by=DOCTOR,
        ),
        report(
            "Echocardiogram",
            days.at(157, "10:15"),
            "Aortic valve area 0.6 cm², mean gradient 52 mmHg. Ejection fraction 45 %.",
            by=DOCTOR,
        ),
        note(
            "Discharge summary",
            days.at(152, "08:30"),
            DOCTOR,
            """
            Severe aortic stenosis, too frail for a valve; he had decided against it last year.
            Comfort care from the third day, his daughter with him. Died peacefully at 03:40.
            No autopsy. Family doctor and daughter informed.
            """,
        ),
        during=last,
    )


def beatriz_carvalho(days: Days) -> Chart:
    """39, gallbladder out three years ago and not seen since: an old chart."""
    beatriz = Chart(registered("beatriz-carvalho", days))
    stay = beatriz.open(
        admission(
            days.at(1125, "07:00"),
            "Gallstones",
            bed=bed("2 West, Surgery", 5),
            by=SURGEON,
            end=days.at(1123, "10:30"),
        )
    )
    beatriz.write(
        no_known_allergies(),
        problem("Gallstones", since=days.date(1190), until=days.date(1125)),
        problem("Reflux", since=days.year(5)),
        *vitals(days.at(1123, "06:00"), "BP 118/72, pulse 70, temperature 36.8", by=NURSE),
        procedure("Cholecystectomy", on=days.at(1125, "09:30")),
        note(
            "Discharge summary",
            days.at(1123, "10:00"),
            SURGEON,
            """
            Keyhole removal of the gallbladder without trouble. Home on the second day,
            acetaminophen for a week, stitches dissolve.
            """,
        ),
        during=stay,
    )
    beatriz.prescribe(
        "Omeprazole | 20 mg capsule | 20 mg by mouth every morning | Reflux",
        since=days.date(1400),
        by=DOCTOR,
        status="unknown",
        during=stay,
    )
    return beatriz
