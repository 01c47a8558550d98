"""Infection: sepsis from the kidney, fourth day, getting better."""

from __future__ import annotations

from demo.chart import Chart
from demo.days import Days
from demo.documents import goal, note, plan, report
from demo.elements import Resource
from demo.measurements import finding, smoking, vitals
from demo.person import registered
from demo.prescriptions import dose_given
from demo.staff import DOCTOR, EMERGENCY, HOSPITAL, NURSE, bed
from demo.visits import admission, attending
from demo.vocabulary import allergy, diagnosis, problem, team

WOJCIK_SHEET = """
3 21:20 BP 86/48, pulse 128, breaths 30, SpO₂ 92, temperature 39.6
3 22:15 BP 94/54, pulse 120, breaths 26, SpO₂ 96 on 2 L, temperature 39.2
3 23:30 BP 102/58, pulse 112, breaths 24, SpO₂ 96 on 2 L, temperature 38.8
2 02:00 BP 106/60, pulse 106, breaths 22, SpO₂ 97 on 2 L, temperature 38.4
2 06:00 BP 108/62, pulse 102, breaths 20, SpO₂ 97 on 1 L, temperature 38.5
2 14:00 BP 112/66, pulse 96, breaths 20, SpO₂ 96, temperature 38.1
2 22:00 BP 116/68, pulse 92, breaths 18, SpO₂ 97, temperature 37.8
1 06:00 BP 114/66, pulse 90, breaths 18, SpO₂ 97, temperature 37.9
1 18:00 BP 116/70, pulse 88, breaths 16, SpO₂ 97, temperature 37.5
0 05:45 BP 118/70, pulse 86, breaths 16, SpO₂ 97, temperature 37.2
"""


def agnieszka_wojcik(days: Days) -> Chart:
    """47, kidney infection that went into the blood; ceftriaxone since the first hour."""
    agnieszka = Chart(registered("agnieszka-wojcik", days))
    agnieszka.write(
        allergy("Sulfamethoxazole", reaction="rash", severity="mild", since=days.year(8)),
        problem("Seasonal allergic rhinitis", since=days.year(20)),
        smoking("current smoker", days.date(3)),
    )
    stay = agnieszka.open(
        admission(
            days.at(3, "21:15"),
            "Fever, shivering, pain in the left flank",
            bed=bed("High Dependency", 1),
            by=EMERGENCY,
        )
    )
    stay["participant"].insert(0, attending(DOCTOR))
    agnieszka.rounds(days, WOJCIK_SHEET, by=NURSE, during=stay)
    _wojcik_results(agnieszka, days, stay)
    _wojcik_treated(agnieszka, days, stay)
    _wojcik_medicines(agnieszka, days, stay)
    return agnieszka


def _wojcik_results(agnieszka: Chart, days: Days, stay: Resource) -> None:
    agnieszka.labs(
        days.at(3, "21:35"),
        "WBC 21.4, neutrophils 19.1, platelets 128, Hb 12.6, CRP 238, Na 133, K 3.9, HCO3 18, "
        "urea 38, creatinine 1.62, bilirubin 1.0",
        panel="Basic metabolic panel",
        during=stay,
    )
    for days_ago, clock, lactate in (
        *((3, "21:35", "4.3"), (3, "23:40", "2.9"), (2, "03:40", "1.9"), (2, "12:00", "1.2")),
    ):
        agnieszka.labs(days.at(days_ago, clock), f"lactate {lactate}", during=stay)
    agnieszka.labs(
        days.at(2, "05:30"), "WBC 19.8, CRP 262, creatinine 1.31, platelets 121", during=stay
    )
    agnieszka.labs(
        days.at(1, "05:20"), "WBC 16.2, CRP 205, creatinine 1.08, platelets 126", during=stay
    )
    agnieszka.labs(
        days.at(0, "05:15"),
        "WBC 13.1, CRP 148, creatinine 0.94, K 3.6, platelets 139",
        during=stay,
    )
    agnieszka.write(
        finding(
            "blood culture",
            "Escherichia coli in 2 of 2 sets. Sensitive: ceftriaxone, ciprofloxacin, gentamicin. "
            "Resistant: ampicillin, trimethoprim-sulfamethoxazole.",
            days.at(3, "21:40"),
            flag="A",
        ),
        finding(
            "urine culture",
            "Escherichia coli, more than 100,000 colonies per mL. Sensitivities to follow.",
            days.at(3, "21:50"),
            flag="A",
            status="preliminary",
        ),
        finding(
            "blood culture",
            "No growth after one day.",
            days.at(2, "04:30"),
            flag="",
            status="preliminary",
            note="Read again after 5 days.",
        ),
        report(
            "Ultrasound of the kidneys",
            days.at(3, "22:40"),
            "Left kidney swollen, no stone, no dilatation, no abscess.",
            by=EMERGENCY,
        ),
        during=stay,
    )


def _wojcik_treated(agnieszka: Chart, days: Days, stay: Resource) -> None:
    agnieszka.write(
        *vitals(days.at(2, "09:00"), "weight 66.8, height 170", by=NURSE),
        diagnosis("Sepsis from E. coli", since=days.date(3), by=DOCTOR),
        diagnosis("Acute pyelonephritis", since=days.date(3), by=EMERGENCY),
        team("High Dependency", days.at(3, "21:15"), HOSPITAL, [DOCTOR, EMERGENCY, NURSE]),
        dose_given("Ceftriaxone", "2 g infusion", "2 g", days.at(3, "21:55"), by=NURSE),
        dose_given("Ceftriaxone", "2 g infusion", "2 g", days.at(2, "21:00"), by=NURSE),
        dose_given("Ceftriaxone", "2 g infusion", "2 g", days.at(1, "21:00"), by=NURSE),
        note(
            "Admission note",
            days.at(3, "22:30"),
            EMERGENCY,
            """
            Two days of burning urine, then shivering and left flank pain. BP 86/48, lactate 4.3.
            Cultures 21:40, ceftriaxone 21:55 (40 min after the door), 2 L of Ringer's lactate.
            Pressure 102/58 and passing urine by 23:30: no vasopressor needed.
            Rash from co-trimoxazole eight years ago. Never had trouble with penicillins.
            """,
        ),
        note(
            "Progress note",
            days.at(1, "17:30"),
            DOCTOR,
            """
            E. coli in both sets, sensitive to ceftriaxone: keep it. Lactate 1.2, pressure holds
            without fluids, creatinine 1.08 from 1.62. To the ward when 24 h without fever.
            """,
        ),
        goal(
            "48 hours without fever, then tablets",
            days.date(3),
            due=days.date(-1),
            so_far="improving",
        ),
        plan(
            "Sepsis",
            days.date(3),
            "Ceftriaxone, then by mouth by the sensitivities when 48 h without fever: 7 days",
            "Creatinine and blood count every morning",
            by=DOCTOR,
        ),
        during=stay,
    )


def _wojcik_medicines(agnieszka: Chart, days: Days, stay: Resource) -> None:
    agnieszka.prescribe(
        """
        Ceftriaxone | 2 g powder for infusion
            | 2 g intravenously once a day at 21:00 | Sepsis from the kidney
        """,
        since=days.at(3, "21:45"),
        until=days.date(-3),
        by=EMERGENCY,
        where="inpatient",
        during=stay,
    )
    agnieszka.prescribe(
        """
        Lactated Ringer's | infusion
            | 2000 mL intravenously once; 30 mL/kg in 3 hours | Low pressure, lactate 4.3
        """,
        since=days.at(3, "21:30"),
        by=EMERGENCY,
        status="completed",
        where="inpatient",
        during=stay,
    )
    agnieszka.prescribe(
        """
        Acetaminophen | 500 mg tablet
            | 1000 mg by mouth every 8 hours if needed for fever, at most 3 g a day | Fever
        """,
        since=days.at(3, "22:00"),
        by=EMERGENCY,
        where="inpatient",
        during=stay,
    )
    agnieszka.prescribe(
        """
        Enoxaparin | 40 mg/0.4 mL syringe
            | 40 mg under the skin once a day | Thrombosis prevention
        """,
        since=days.at(2, "09:30"),
        by=DOCTOR,
        where="inpatient",
        during=stay,
    )
