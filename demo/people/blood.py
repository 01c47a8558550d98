"""Blood: a sickle cell crisis on the ward, chemotherapy with few white cells."""

from __future__ import annotations

from demo.chart import Chart
from demo.days import Days
from demo.documents import appointment, goal, note, plan, report
from demo.elements import Resource
from demo.measurements import vitals
from demo.person import registered
from demo.prescriptions import dose_given
from demo.staff import DOCTOR, HOSPITAL, NURSE, ONCOLOGIST, bed
from demo.visits import admission, clinic_visit
from demo.vocabulary import (
    allergy,
    diagnosis,
    no_known_allergies,
    problem,
    procedure,
    relative,
    team,
    vaccine,
    warning,
)

OKAFOR_SHEET = """
1 19:50 BP 136/82, pulse 118, breaths 22, SpO₂ 93, temperature 37.8
1 21:00 BP 132/80, pulse 112, breaths 18, SpO₂ 97 on 2 L, temperature 37.6
0 00:30 BP 126/76, pulse 104, breaths 16, SpO₂ 97 on 2 L, temperature 37.5
0 05:55 BP 122/74, pulse 98, breaths 16, SpO₂ 97 on 1 L, temperature 37.3
"""


def chinedu_okafor(days: Days) -> Chart:
    """22, sickle cell disease, in pain since yesterday. Not Chidi Okafor, who had a stroke."""
    chinedu = Chart(registered("chinedu-okafor", days))
    chinedu.write(
        no_known_allergies(),
        problem("Sickle cell disease (Hb SS)", since=days.year(22), by=ONCOLOGIST),
        procedure("Cholecystectomy", on=days.year(4)),
        relative("sister", note="Sickle cell trait."),
        vaccine("Pneumococcal conjugate 13", days.date(3000)),
        vaccine("Pneumococcal polysaccharide 23", days.date(1100)),
        vaccine("Influenza", days.date(41)),
    )
    chinedu.prescribe(
        "Hydroxyurea | 500 mg capsule | 1000 mg by mouth once a day | Sickle cell disease",
        since=days.date(230),
        by=ONCOLOGIST,
    )
    chinedu.prescribe(
        "Folic acid | 1 mg tablet | 1 mg by mouth once a day | Sickle cell disease",
        since=days.date(1500),
        by=ONCOLOGIST,
    )
    chinedu.series(
        days,
        "Hb",
        "730:8.1 640:8.4 550:7.9 460:8.3 370:8.5 290:8.2 230:8.6 170:8.8 110:8.7 50:8.6",
    )
    stay = chinedu.open(
        admission(
            days.at(1, "19:40"),
            "Pain in back and thighs, 8 of 10",
            bed=bed("3 East, Medicine", 2),
            by=ONCOLOGIST,
        )
    )
    chinedu.rounds(days, OKAFOR_SHEET, by=NURSE, during=stay)
    _okafor_stay(chinedu, days, stay)
    return chinedu


def _okafor_stay(chinedu: Chart, days: Days, stay: Resource) -> None:
    chinedu.labs(
        days.at(1, "20:05"),
        "Hb 7.6, WBC 15.4, platelets 412, reticulocytes 11.2, LDH 612, bilirubin 3.8, "
        "creatinine 0.74, CRP 38",
        panel="Full blood count",
        during=stay,
    )
    chinedu.labs(days.at(0, "05:25"), "Hb 7.2, WBC 13.9, reticulocytes 10.4", during=stay)
    chinedu.prescribe(
        """
        Morphine | 5 mg/mL injection
            | 5 mg intravenously every 4 hours if needed for strong pain, at most 30 mg a day;
            count breaths and look at sedation after each dose
            | Pain
        Acetaminophen | 500 mg tablet | 1000 mg by mouth every 8 hours, at most 3 g a day | Pain
        Enoxaparin | 40 mg/0.4 mL syringe
            | 40 mg under the skin once a day | Thrombosis prevention
        Sennosides | 8.6 mg tablet | 17.2 mg by mouth at bedtime | While taking morphine
        """,
        since=days.at(1, "20:10"),
        by=ONCOLOGIST,
        where="inpatient",
        during=stay,
    )
    _okafor_written(chinedu, days, stay)


def _okafor_written(chinedu: Chart, days: Days, stay: Resource) -> None:
    chinedu.write(
        *vitals(days.at(1, "19:52"), "weight 64.2, height 176", by=NURSE),
        diagnosis("Vaso-occlusive crisis", since=days.date(1), by=ONCOLOGIST),
        team("3 East", days.at(1, "19:40"), HOSPITAL, [ONCOLOGIST, DOCTOR, NURSE]),
        warning(
            "Opioid within 30 minutes of a pain crisis", since=days.at(230, "10:00"), by=ONCOLOGIST
        ),
        *(
            dose_given("Morphine", "5 mg/mL injection", "5 mg", at, by=NURSE)
            for at in (days.at(1, "20:14"), days.at(0, "00:20"), days.at(0, "04:40"))
        ),
        plan(
            "Through the crisis",
            days.date(1),
            "Pain score every 2 hours, morphine within 30 minutes",
            "Incentive spirometer every 2 hours awake",
            "Haemoglobin every morning",
            by=ONCOLOGIST,
        ),
        goal(
            "Pain at most 4 of 10 on tablets",
            days.date(1),
            due=days.date(-3),
            so_far="in-progress",
        ),
        report(
            "Chest X-ray",
            days.at(1, "21:20"),
            "No new shadow: no sign of acute chest syndrome.",
            by=DOCTOR,
        ),
        note(
            "Admission note",
            days.at(1, "21:45"),
            ONCOLOGIST,
            """
            Usual pattern: back and thighs, 8 of 10, after a cold night. First opioid after 24 min.
            No cough, no chest pain, X-ray clear. Haemoglobin 7.6 (usually 8.6), marrow working.
            Fluids by mouth, warmth, incentive spirometer every 2 hours awake.
            Call at once: chest pain, SpO₂ below 92 % on air, temperature 38.5 °C, drowsy.
            Transfuse only after talking to me.
            """,
        ),
        during=stay,
    )


def ingeborg_steinmann(days: Days) -> Chart:
    """61, chemotherapy for breast cancer, neutrophils 0.4: no fever yet."""
    ingeborg = Chart(registered("ingeborg-steinmann", days))
    ingeborg.write(
        allergy(
            "Penicillin",
            reaction="anaphylaxis",
            severity="severe",
            criticality="high",
            since=days.year(33),
        ),
        problem("Cancer of the left breast", since=days.date(132), by=ONCOLOGIST),
        problem("Oestrogen receptor positive", since=days.date(128), by=ONCOLOGIST),
        problem("Neutropenia from chemotherapy", since=days.date(1), by=ONCOLOGIST),
        relative("sister", "Breast cancer"),
        warning(
            "Neutropenic: fever of 38.0 °C is an emergency",
            since=days.at(1, "11:00"),
            by=ONCOLOGIST,
        ),
        warning("Port in the right chest", since=days.at(100, "12:00"), by=NURSE),
        team("Breast cancer", days.at(128, "10:00"), HOSPITAL, [ONCOLOGIST, NURSE]),
    )
    ingeborg.prescribe(
        """
        Paclitaxel | 6 mg/mL infusion
            | 140 mg intravenously once WEEKLY; 80 mg/m², over 60 minutes
            | Breast cancer before surgery: week 7 of 12
        """,
        since=days.date(43),
        by=ONCOLOGIST,
        status="on-hold",
        stopped="Neutrophils 0.4 × 10³/µL",
        where="outpatient",
    )
    ingeborg.prescribe(
        "Filgrastim | 300 mcg syringe | 300 mcg under the skin once a day | Neutropenia",
        since=days.date(1),
        until=days.date(-3),
        by=ONCOLOGIST,
    )
    ingeborg.prescribe(
        """
        Ondansetron | 8 mg tablet
            | 8 mg by mouth every 12 hours if needed for nausea, at most 16 mg a day
            | Nausea from chemotherapy
        """,
        since=days.date(99),
        by=ONCOLOGIST,
    )
    ingeborg.series(
        days,
        "neutrophils",
        "99:4.6 85:2.1 71:2.4 57:1.9 43:3.2 36:2.6 29:2.0 22:1.6 15:1.3 8:1.1",
    )
    ingeborg.series(days, "Hb", "99:13.0 71:11.9 43:11.2 22:10.6 8:10.4")
    _steinmann_visit(ingeborg, days)
    return ingeborg


def _steinmann_visit(ingeborg: Chart, days: Days) -> None:
    seen = ingeborg.open(
        clinic_visit(days.at(1, "10:00"), "Chemotherapy, week 7", by=ONCOLOGIST, minutes=60)
    )
    ingeborg.labs(
        days.at(1, "09:10"),
        "WBC 1.4, neutrophils 0.4, Hb 10.1, platelets 168, creatinine 0.71, ALT 41",
        panel="Full blood count",
        note="Neutrophils phoned to the chemotherapy unit at 09:50.",
        during=seen,
    )
    signs = "BP 124/76, pulse 84, SpO₂ 98, temperature 36.8, weight 70.6, height 166"
    ingeborg.write(
        *vitals(days.at(1, "10:05"), signs, by=NURSE),
        note(
            "Progress note",
            days.at(1, "10:50"),
            ONCOLOGIST,
            """
            Feels well, no fever, mouth clean, port site quiet. Neutrophils 0.4: paclitaxel not
            given today. Filgrastim 300 mcg for five days, count again in one week.
            Knows: thermometer twice a day, 38.0 °C or shivering means coming in at once, day or
            night. Penicillin anaphylaxis: for fever use the plan without beta-lactam in her card.
            Fingertips a little numb, grade 1.
            """,
        ),
        plan(
            "Chemotherapy before surgery",
            days.date(99),
            "Four doses of doxorubicin with cyclophosphamide (done)",
            "Paclitaxel once WEEKLY, 12 doses (6 given)",
            "Ultrasound of the breast, then operation",
            by=ONCOLOGIST,
        ),
        goal("Operation within four weeks after the last dose", days.date(99), due=days.date(-75)),
        during=seen,
    )
    ingeborg.write(
        appointment(
            "Chemotherapy, blood count first", days.ahead(6, "09:00"), by=ONCOLOGIST, minutes=120
        )
    )
