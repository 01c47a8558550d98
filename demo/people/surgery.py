"""Surgery: two days after a new hip."""

from __future__ import annotations

from demo.chart import Chart
from demo.days import Days
from demo.documents import appointment, goal, note, plan, report
from demo.elements import Resource, quantity
from demo.measurements import observation, smoking
from demo.person import registered
from demo.staff import DOCTOR, HOSPITAL, NURSE, PHYSIOTHERAPIST, SURGEON, bed
from demo.visits import admission
from demo.vocabulary import allergy, diagnosis, problem, procedure, team, vaccine, warning

ODWYER_SHEET = """
2 07:10 BP 142/82, pulse 74, breaths 14, SpO₂ 98, temperature 36.5, weight 74.0, height 163
2 12:30 BP 112/64, pulse 82, breaths 14, SpO₂ 97 on 2 L, temperature 36.2
2 16:00 BP 118/66, pulse 84, breaths 16, SpO₂ 97 on 2 L, temperature 36.6
2 22:00 BP 116/68, pulse 86, breaths 16, SpO₂ 96 on 1 L, temperature 36.9
1 06:00 BP 110/64, pulse 92, breaths 16, SpO₂ 96, temperature 37.2
1 14:00 BP 106/62, pulse 96, breaths 16, SpO₂ 97, temperature 37.4
1 22:00 BP 114/68, pulse 90, breaths 16, SpO₂ 96, temperature 37.3
0 05:50 BP 118/70, pulse 84, breaths 14, SpO₂ 97, temperature 37.0
"""


def margaret_odwyer(days: Days) -> Chart:
    """69, right hip replaced for arthrosis; allergic to latex, sick from codeine."""
    margaret = Chart(registered("margaret-odwyer", days))
    margaret.write(
        allergy(
            "Latex",
            reaction="urticaria",
            category="environment",
            criticality="high",
            severity="moderate",
            since=days.year(17),
        ),
        allergy("Codeine", reaction="nausea", kind="intolerance", severity="moderate"),
        problem("Osteoarthritis of right hip", since=days.year(4), by=SURGEON),
        problem("Hypertension", since=days.year(12)),
        procedure("Appendectomy", on=days.year(50)),
        smoking("never smoked", days.date(30)),
        vaccine("Influenza", days.date(50)),
    )
    margaret.prescribe(
        "Amlodipine | 5 mg tablet | 5 mg by mouth once a day | Hypertension",
        since=days.date(640),
        by=DOCTOR,
        status="on-hold",
        stopped="Systolic pressure below 110 after the operation",
    )
    margaret.labs(days.at(21, "09:00"), "Hb 13.1, platelets 248, creatinine 0.78, K 4.3, INR 1.0")
    stay = margaret.open(
        admission(
            days.at(2, "06:45"),
            "Replacement of the right hip, planned",
            bed=bed("2 West, Surgery", 3),
            by=SURGEON,
        )
    )
    margaret.rounds(days, ODWYER_SHEET, by=NURSE, during=stay)
    _odwyer_operation(margaret, days, stay)
    _odwyer_medicines(margaret, days, stay)
    _odwyer_recovery(margaret, days, stay)
    return margaret


def _odwyer_operation(margaret: Chart, days: Days, stay: Resource) -> None:
    margaret.write(
        diagnosis("Osteoarthritis of right hip", since=days.date(2), by=SURGEON),
        procedure("Total replacement of right hip", on=days.at(2, "09:20"), by=SURGEON),
        warning(
            "Risk of falling: light-headed after the operation",
            since=days.at(1, "10:30"),
            by=NURSE,
            category="safety",
        ),
        warning("Latex allergy: latex-free gloves", since=days.at(2, "06:50"), by=NURSE),
        team("2 West", days.at(2, "06:45"), HOSPITAL, [SURGEON, DOCTOR, NURSE, PHYSIOTHERAPIST]),
        note(
            "Operation note",
            days.at(2, "11:15"),
            SURGEON,
            """
            Operation: uncemented total replacement of the RIGHT hip, posterior approach.
            Spinal anaesthesia, latex-free theatre, cefazolin 2 g before the cut. Side and name
            checked with the patient awake. Cup 52 mm, stem size 5, ceramic head 32 mm, stable.
            Blood loss 450 mL, no drain. Full weight on the leg from today.
            Thrombosis prevention: enoxaparin 40 mg a day, 35 days, first dose 20:00.
            """,
        ),
        report(
            "X-ray of the right hip",
            days.at(1, "08:40"),
            "Cup and stem in good position, no fracture. Leg length equal.",
            by=SURGEON,
        ),
        during=stay,
    )


def _odwyer_medicines(margaret: Chart, days: Days, stay: Resource) -> None:
    recovery = days.at(2, "12:40")
    margaret.prescribe(
        """
        Acetaminophen | 500 mg tablet | 1000 mg by mouth every 8 hours, at most 3 g a day | Pain
        Oxycodone | 5 mg tablet
            | 5 mg by mouth every 6 hours if needed for strong pain, at most 20 mg a day | Pain
        Sennosides | 8.6 mg tablet | 17.2 mg by mouth at bedtime | While taking oxycodone
        Ondansetron | 4 mg tablet
            | 4 mg by mouth every 8 hours if needed for nausea, at most 12 mg a day | Nausea
        """,
        since=recovery,
        until=days.date(-2),
        by=SURGEON,
        where="inpatient",
        during=stay,
    )
    margaret.prescribe(
        """
        Enoxaparin | 40 mg/0.4 mL syringe
            | 40 mg under the skin once a day | Thrombosis prevention
        """,
        since=recovery,
        until=days.date(-33),
        by=SURGEON,
        where="inpatient",
        during=stay,
    )


def _odwyer_recovery(margaret: Chart, days: Days, stay: Resource) -> None:
    margaret.labs(days.at(2, "15:30"), "Hb 10.6", by=SURGEON, during=stay)
    margaret.labs(
        days.at(1, "05:30"), "Hb 9.2, creatinine 0.84, K 4.0, Na 136", by=SURGEON, during=stay
    )
    margaret.labs(
        days.at(0, "05:20"),
        "Hb 9.0, platelets 226, CRP 118, creatinine 0.80",
        by=SURGEON,
        during=stay,
    )
    for days_ago, clock, points in (
        *((2, "16:00", 4), (2, "22:00", 6), (1, "06:00", 5)),
        *((1, "14:00", 4), (1, "22:00", 3), (0, "05:50", 3)),
    ):
        margaret.write(
            observation(
                "pain",
                days.at(days_ago, clock),
                category="survey",
                by=NURSE,
                valueQuantity=quantity(points, "of 10", "{score}"),
            ),
            during=stay,
        )
    _odwyer_written(margaret, days, stay)


def _odwyer_written(margaret: Chart, days: Days, stay: Resource) -> None:
    margaret.write(
        note(
            "Progress note",
            days.at(1, "10:30"),
            PHYSIOTHERAPIST,
            """
            Day 1: out of bed with one helper, 10 m with the frame, light-headed at first
            (BP 104/60 standing). Shown: no bending past 90°, no crossing of the legs.
            """,
        ),
        note(
            "Progress note",
            days.at(1, "17:10"),
            SURGEON,
            """
            Wound dry. Haemoglobin 9.2 from 13.1, no sign of bleeding now: no transfusion while
            she is well and above 8. Amlodipine paused, systolic pressure 104–110.
            """,
        ),
        plan(
            "After the hip",
            days.date(2),
            "Walk with the frame twice a day, stairs on day 3",
            "Enoxaparin: teach her and Fergus the injection before discharge",
            "Haemoglobin every morning until steady",
            by=SURGEON,
        ),
        goal(
            "Walks 50 m with a frame and climbs stairs",
            days.date(2),
            due=days.date(-2),
            so_far="in-progress",
        ),
        appointment("Wound check, staples out", days.ahead(12, "14:00"), by=SURGEON),
        during=stay,
    )
