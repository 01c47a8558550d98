"""Lungs: an exacerbation of COPD on the ward, sarcoidosis on steroids."""

from __future__ import annotations

from demo.chart import Chart
from demo.days import Days
from demo.documents import appointment, note, order, plan, report
from demo.elements import Resource
from demo.measurements import smoking, vitals
from demo.person import registered
from demo.prescriptions import dose_given
from demo.staff import DOCTOR, HOSPITAL, NURSE, PULMONOLOGIST, bed
from demo.visits import admission, clinic_visit
from demo.vocabulary import (
    diagnosis,
    no_known_allergies,
    problem,
    team,
    told_allergy,
    vaccine,
    warning,
)

BRZEZINSKI_SHEET = """
2 18:25 BP 152/88, pulse 118, breaths 32, SpO₂ 83, temperature 37.9, weight 68.5, height 172
2 19:10 BP 148/86, pulse 112, breaths 28, SpO₂ 89 on 2 L
2 22:00 BP 140/82, pulse 106, breaths 26, SpO₂ 90 on 2 L, temperature 37.6
1 06:00 BP 136/80, pulse 100, breaths 24, SpO₂ 90 on 2 L, temperature 37.3
1 14:00 BP 134/78, pulse 96, breaths 22, SpO₂ 91 on 2 L, temperature 37.1
1 22:00 BP 132/78, pulse 94, breaths 22, SpO₂ 91 on 1 L, temperature 36.9
0 05:55 BP 130/76, pulse 92, breaths 20, SpO₂ 90 on 1 L, temperature 36.8
"""


def walter_brzezinski(days: Days) -> Chart:
    """71, COPD: tired, wheezing, on a little oxygen; not for resuscitation."""
    walter = Chart(registered("walter-brzezinski", days))
    walter.write(
        told_allergy(
            "A water tablet, came out in red spots (1998?)",
            note="Name not known to the patient or his wife. Old notes asked for.",
        ),
        problem("COPD", since=days.year(12), by=PULMONOLOGIST, note="FEV₁ 38 % predicted."),
        problem("Former smoker", since=days.year(5), note="45 pack-years."),
        problem("Do not resuscitate", since=days.date(2), by=PULMONOLOGIST),
        smoking("former smoker", days.date(210)),
        vaccine("Influenza", days.date(44)),
        vaccine("Pneumococcal polysaccharide 23", days.date(1620)),
    )
    walter.prescribe(
        "Tiotropium | 2.5 mcg per puff inhaler | 2 puffs inhaled every morning | COPD",
        since=days.date(930),
        by=PULMONOLOGIST,
        status="on-hold",
        stopped="While nebulised ipratropium is given",
    )
    walter.prescribe(
        """
        Albuterol | 90 mcg per puff inhaler
            | 2 puffs inhaled every 6 hours if needed for breathlessness | COPD
        """,
        since=days.date(930),
        by=PULMONOLOGIST,
        status="on-hold",
        stopped="While nebulised albuterol is given",
    )
    stay = walter.open(
        admission(
            days.at(2, "18:20"),
            "Breathless for three days, yellow sputum",
            bed=bed("3 East, Medicine", 6),
            by=PULMONOLOGIST,
        )
    )
    walter.rounds(days, BRZEZINSKI_SHEET, by=NURSE, during=stay)
    _brzezinski_treated(walter, days, stay)
    _brzezinski_told(walter, days, stay)
    return walter


def _brzezinski_treated(walter: Chart, days: Days, stay: Resource) -> None:
    evening = days.at(2, "18:50")
    walter.prescribe(
        """
        Albuterol | 2.5 mg/3 mL nebuliser solution | 2.5 mg inhaled every 4 hours | COPD
        Ipratropium | 0.5 mg/2.5 mL nebuliser solution | 0.5 mg inhaled every 6 hours | COPD
        Enoxaparin | 40 mg/0.4 mL syringe
            | 40 mg under the skin once a day | Thrombosis prevention
        """,
        since=evening,
        by=PULMONOLOGIST,
        where="inpatient",
        during=stay,
    )
    walter.prescribe(
        """
        Prednisone | 20 mg tablet | 40 mg by mouth every morning | Acute exacerbation of COPD
        Doxycycline | 100 mg capsule
            | 100 mg by mouth every 12 hours; not with milk | Acute exacerbation of COPD
        """,
        since=evening,
        until=days.date(-2),
        by=PULMONOLOGIST,
        where="inpatient",
        during=stay,
    )
    walter.write(
        dose_given("Prednisone", "20 mg tablet", "40 mg", days.at(2, "19:00"), by=NURSE),
        dose_given("Prednisone", "20 mg tablet", "40 mg", days.at(1, "08:00"), by=NURSE),
        during=stay,
    )
    walter.labs(
        days.at(2, "18:35"),
        "WBC 13.2, CRP 64, Hb 16.4, Na 138, K 4.2, HCO3 33, creatinine 0.92, troponin 12",
        during=stay,
    )
    walter.labs(days.at(2, "18:40"), "pH 7.31, pCO2 62, pO2 48", during=stay)
    walter.labs(days.at(2, "21:00"), "pH 7.34, pCO2 57, pO2 58", during=stay)
    walter.labs(days.at(1, "05:40"), "pH 7.37, pCO2 54, pO2 60", during=stay)
    walter.labs(days.at(0, "05:35"), "WBC 11.8, CRP 31, K 3.7, glucose 168", during=stay)


def _brzezinski_told(walter: Chart, days: Days, stay: Resource) -> None:
    walter.write(
        diagnosis("Acute exacerbation of COPD", since=days.date(2), by=PULMONOLOGIST),
        team("3 East", days.at(2, "18:20"), HOSPITAL, [PULMONOLOGIST, DOCTOR, NURSE]),
        warning("Not for CPR", since=days.at(2, "20:15"), by=PULMONOLOGIST),
        warning(
            "Oxygen target 88–92 %: retains carbon dioxide",
            since=days.at(2, "18:45"),
            by=PULMONOLOGIST,
        ),
        report(
            "Chest X-ray",
            days.at(2, "19:05"),
            "Overinflated lungs, flat diaphragms. No consolidation, no pneumothorax.",
            by=PULMONOLOGIST,
        ),
        note(
            "Admission note",
            days.at(2, "20:20"),
            PULMONOLOGIST,
            """
            Third exacerbation this year: more sputum, yellow, more breathless, wheeze all over.
            First gas on air: pH 7.31, pCO₂ 62. On 2 L and nebulisers pH 7.34, no mask needed yet.
            Oxygen to 88–92 % only. If pH falls below 7.30: non-invasive ventilation, agreed.
            Resuscitation talked over with him and his wife, in Polish: he does not want it.
            Antibiotic and steroid for five days.
            """,
        ),
        plan(
            "Going home with COPD",
            days.date(1),
            "Nebulisers down to inhalers, technique checked by the nurse",
            "Home oxygen: measure a gas on air six weeks after discharge",
            "Pulmonary rehabilitation",
            by=PULMONOLOGIST,
        ),
        appointment("Chest clinic", days.ahead(21, "09:20"), by=PULMONOLOGIST),
        during=stay,
    )


def solomon_tesfaye(days: Days) -> Chart:
    """41, sarcoidosis of lung and lymph nodes, prednisone going down."""
    solomon = Chart(registered("solomon-tesfaye", days))
    solomon.write(
        no_known_allergies(),
        problem("Sarcoidosis of lung and lymph nodes", since=days.month(14), by=PULMONOLOGIST),
        problem("High calcium", since=days.month(14), by=PULMONOLOGIST),
        problem("Long-term steroid treatment", since=days.month(12)),
        report(
            "Chest CT",
            days.at(410, "13:00"),
            "Enlarged hilar and mediastinal lymph nodes on both sides, fine nodules along the "
            "airways in the upper zones.",
            by=PULMONOLOGIST,
        ),
        order("Chest CT", on=days.at(16, "10:40"), by=PULMONOLOGIST, why="Sarcoidosis, one year"),
    )
    solomon.prescribe(
        """
        Prednisone | 10 mg tablet
            | 15 mg by mouth every morning; do not stop suddenly | Sarcoidosis
        """,
        since=days.date(16),
        by=PULMONOLOGIST,
    )
    solomon.prescribe(
        "Prednisone | 20 mg tablet | 20 mg by mouth every morning | Sarcoidosis",
        since=days.date(107),
        until=days.date(16),
        by=PULMONOLOGIST,
        status="completed",
    )
    solomon.series(days, "Ca", "410:11.6 380:11.2 350:10.9 290:10.6 230:10.4 170:10.1 107:10.2")
    solomon.series(days, "ACE", "410:112 290:84 170:63 16:55")
    _tesfaye_visit(solomon, days)
    return solomon


def _tesfaye_visit(solomon: Chart, days: Days) -> None:
    seen = solomon.open(clinic_visit(days.at(16, "10:20"), "Sarcoidosis", by=PULMONOLOGIST))
    solomon.labs(days.at(16, "08:30"), "Ca 10.0, HbA1c 5.8, creatinine 1.04, WBC 9.9", during=seen)
    solomon.write(
        *vitals(
            days.at(16, "10:22"), "BP 136/84, pulse 76, SpO₂ 97, weight 84.3, height 179", by=NURSE
        ),
        note(
            "Progress note",
            days.at(16, "10:45"),
            PULMONOLOGIST,
            """
            Breathing well, climbs four floors. Calcium back in range. HbA1c 5.8 % on prednisone.
            Down to 15 mg, next step in two months. No calcium or vitamin D tablets.
            Eyes seen by ophthalmology: quiet.
            """,
        ),
        during=seen,
    )
