"""Families: a pregnancy with diabetes, a child with asthma, a baby of five weeks."""

from __future__ import annotations

from datetime import datetime

from demo.chart import Chart
from demo.codes import codes
from demo.days import Days
from demo.documents import appointment, goal, note, plan, report
from demo.elements import Resource, concept, quantity
from demo.measurements import observation, vital, vitals
from demo.person import registered
from demo.staff import CLINIC, CLINIC_NURSE, HOSPITAL, MIDWIFE, NURSE, PAEDIATRICIAN
from demo.visits import clinic_visit, visit
from demo.vocabulary import (
    allergy,
    diagnosis,
    no_known_allergies,
    problem,
    relative,
    team,
    vaccine,
    warning,
)

BIRTH_TIME = "http://hl7.org/fhir/StructureDefinition/patient-birthTime"


def nadia_benhaddou(days: Days) -> Chart:
    """31, first pregnancy, 31 weeks: sugar by diet, iron by tablet."""
    nadia = Chart(
        registered("nadia-benhaddou", days),
        group="pregnant",
    )
    nadia.write(
        no_known_allergies(),
        problem("First pregnancy", since=days.date(175), by=MIDWIFE),
        problem("Gestational diabetes", since=days.date(38), by=MIDWIFE),
        problem("Anaemia in pregnancy", since=days.date(38), by=MIDWIFE),
        relative("mother", note="Type 2 diabetes from age 50."),
        vaccine("Tdap", days.date(18)),
        vaccine("Influenza", days.date(52)),
        warning("Pregnant", since=days.at(175, "09:20"), by=MIDWIFE),
        team("Maternity", days.at(175, "09:00"), CLINIC, [MIDWIFE, CLINIC_NURSE]),
        observation(
            "pregnancy",
            days.at(175, "09:20"),
            category="social-history",
            by=MIDWIFE,
            valueCodeableConcept=concept("Pregnant", *codes("status", "pregnant")),
        ),
        observation(
            "expected date of delivery",
            days.at(147, "09:20"),
            category="exam",
            by=MIDWIFE,
            note="By ultrasound at 10 weeks.",
            valueDateTime=days.date(-63),
        ),
    )
    nadia.prescribe(
        """
        Ferrous sulfate | 325 mg tablet (65 mg iron)
            | 325 mg by mouth once a day; with juice, not with milk or tea | Anaemia in pregnancy
        """,
        since=days.date(37),
        by=MIDWIFE,
    )
    nadia.prescribe(
        """
        Prenatal multivitamin | with folic acid 0.8 mg, tablet
            | 1 tablet by mouth once a day | Pregnancy
        """,
        since=days.date(175),
        by=MIDWIFE,
    )
    _benhaddou_so_far(nadia, days)
    _benhaddou_visit(nadia, days)
    return nadia


def _benhaddou_so_far(nadia: Chart, days: Days) -> None:
    nadia.series(days, "Hb", "175:12.1 94:11.2 38:10.1")
    nadia.labs(days.at(38, "08:00"), "ferritin 9")
    nadia.series(
        days,
        "fasting_glucose",
        "38:98 34:97 31:96 28:95 25:94 22:93 19:92 16:94 13:91 10:92 6:90",
        clock="07:15",
    )
    for days_ago, signs in (
        (175, "BP 108/66, pulse 74, weight 60.2, height 164"),
        (147, "BP 106/64, pulse 76, weight 60.9"),
        (119, "BP 104/62, pulse 80, weight 62.6"),
        (94, "BP 106/64, pulse 82, weight 64.4"),
        (66, "BP 108/66, pulse 84, weight 66.5"),
        (38, "BP 110/68, pulse 86, weight 68.1"),
        (18, "BP 112/70, pulse 86, weight 68.8"),
    ):
        nadia.write(*vitals(days.at(days_ago, "09:25"), signs, by=MIDWIFE))


def _benhaddou_visit(nadia: Chart, days: Days) -> None:
    seen = nadia.open(clinic_visit(days.at(4, "09:20"), "Antenatal visit", by=MIDWIFE))
    nadia.labs(days.at(4, "08:10"), "Hb 10.8, platelets 214, fasting_glucose 91", during=seen)
    at = days.at(4, "09:25")
    nadia.write(
        *vitals(at, "BP 114/70, pulse 88, temperature 36.7, weight 69.4", by=MIDWIFE),
        observation(
            "fundal height",
            at,
            category="exam",
            by=MIDWIFE,
            valueQuantity=quantity(30, "cm"),
        ),
        observation(
            "fetal heart rate",
            at,
            category="exam",
            by=MIDWIFE,
            valueQuantity=quantity(142, "beats/min", "/min"),
        ),
        note(
            "Progress note",
            days.at(4, "09:50"),
            MIDWIFE,
            """
            30 weeks and 3 days. Baby moves well. Fasting sugars 90–94 mg/dL on diet and walking,
            after breakfast below 140: no insulin needed. Haemoglobin 10.8 from 10.1 on iron.
            No headache, no swelling, urine free of protein. Growth scan at 32 weeks.
            Birth planned at Alder Bay Hospital.
            """,
        ),
        plan(
            "Pregnancy with diabetes",
            days.date(38),
            "Sugar four times a day; call when two fasting values are 95 mg/dL or more",
            "Growth scan at 32 and 36 weeks",
            "Glucose test 6–12 weeks after birth",
            by=MIDWIFE,
        ),
        during=seen,
    )
    nadia.write(
        report(
            "Ultrasound of the pregnancy",
            days.at(147, "09:10"),
            "One baby, heart beating, 10 weeks 0 days by length.",
            by=MIDWIFE,
        ),
        goal(
            "Fasting sugar below 95 mg/dL until the birth",
            days.date(38),
            due=days.date(-63),
            so_far="achieved",
        ),
    )
    nadia.write(appointment("Antenatal visit, growth scan", days.ahead(7, "10:00"), by=MIDWIFE))


def kofi_asante(days: Days) -> Chart:
    """8, asthma, eczema and a peanut allergy that once became dangerous."""
    kofi = Chart(
        registered("kofi-asante", days),
        group="child",
    )
    kofi.write(
        allergy(
            "Peanut",
            reaction="anaphylaxis",
            category="food",
            severity="severe",
            criticality="high",
            since=days.year(5),
        ),
        problem("Mild persistent asthma", since=days.year(4), by=PAEDIATRICIAN),
        problem("Atopic eczema", since=days.year(7)),
        relative("father", note="Asthma as a child."),
        warning("Peanut anaphylaxis", since=days.at(1700, "10:00"), by=PAEDIATRICIAN),
    )
    kofi.prescribe(
        """
        Fluticasone | 44 mcg per puff inhaler
            | 2 puffs inhaled twice a day; with spacer, rinse the mouth | Asthma
        Albuterol | 90 mcg per puff inhaler
            | 2 puffs inhaled every 4 hours if needed for wheeze; with spacer | Asthma
        Epinephrine | 0.15 mg auto-injector
            | 0.15 mg into the muscle once if needed for anaphylaxis | Peanut allergy
        """,
        since=days.date(21),
        by=PAEDIATRICIAN,
    )
    kofi.prescribe(
        """
        Amoxicillin | 400 mg per 5 mL suspension | 500 mg by mouth three times a day | Ear infection
        """,
        since=days.date(2),
        by=PAEDIATRICIAN,
    )
    for days_ago, words in (
        *((2850, "Hepatitis B, paediatric"), (2860, "DTaP"), (2860, "Polio (inactivated)")),
        *((2600, "Measles, mumps, rubella"), (2600, "Varicella"), (1500, "DTaP")),
        *((1500, "Measles, mumps, rubella"), (48, "Influenza")),
    ):
        kofi.write(vaccine(words, days.date(days_ago)))
    kofi.series(
        days,
        "weight",
        "1460:16.1 1280:17.2 1095:18.4 910:19.5 730:20.7 550:22.0 365:23.4 270:24.0 180:24.8",
    )
    kofi.series(days, "height", "1460:102 1095:110 730:117 365:123 180:126")
    _asante_visit(kofi, days)
    return kofi


def _asante_visit(kofi: Chart, days: Days) -> None:
    for days_ago, flow in ((365, 170), (270, 180), (180, 190), (90, 165), (60, 200)):
        kofi.write(_peak_flow(flow, days.at(days_ago, "15:40")))
    seen = kofi.open(clinic_visit(days.at(21, "15:30"), "Asthma", by=PAEDIATRICIAN))
    signs = "BP 98/60, pulse 88, breaths 20, SpO₂ 99, temperature 36.6, weight 25.6, height 128"
    kofi.write(
        *vitals(days.at(21, "15:32"), signs, by=CLINIC_NURSE),
        _peak_flow(210, days.at(21, "15:40"), "Best of three."),
        note(
            "Progress note",
            days.at(21, "15:55"),
            PAEDIATRICIAN,
            """
            Well since his last cold: wheeze once a week, no night waking, plays football.
            Chest clear, peak flow 210 L/min. Spacer technique good.
            Epinephrine 0.15 mg suits 25.6 kg; second pen at school. Change to 0.3 mg from 30 kg.
            Asthma action plan given to his mother.
            """,
        ),
        plan(
            "Asthma action plan",
            days.date(21),
            "Green: fluticasone twice a day",
            "Yellow (cough, wheeze, peak flow below 170): albuterol every 4 hours, call us",
            "Red (hard to speak, peak flow below 105): albuterol and emergency services",
            by=PAEDIATRICIAN,
        ),
        during=seen,
    )
    ear = kofi.open(clinic_visit(days.at(2, "09:40"), "Earache", by=PAEDIATRICIAN))
    kofi.write(
        *vitals(days.at(2, "09:42"), "pulse 96, temperature 38.4, weight 25.8", by=CLINIC_NURSE),
        problem("Acute otitis media", since=days.date(2), by=PAEDIATRICIAN),
        during=ear,
    )
    kofi.write(appointment("Asthma", days.ahead(70, "15:30"), by=PAEDIATRICIAN))


def _peak_flow(litres: int, at: datetime, remark: str = "") -> Resource:
    flow = quantity(litres, "L/min")
    return observation("peak flow", at, category="exam", note=remark, valueQuantity=flow)


def mira_sorensen_abe(days: Days) -> Chart:
    """A baby of five weeks: was yellow, is pink, and grows."""
    birth = days.at(36, "04:52")
    patient = registered("mira-sorensen-abe", days)
    patient["_birthDate"] = {"extension": [{"url": BIRTH_TIME, "valueDateTime": birth.isoformat()}]}
    mira = Chart(patient, group="newborn")
    born = mira.open(
        visit(
            "IMP",
            birth,
            "Birth",
            by=PAEDIATRICIAN,
            facility=HOSPITAL,
            end=days.at(33, "11:00"),
            words="Birth",
        )
    )
    mira.write(
        no_known_allergies(),
        problem("Neonatal jaundice", since=days.date(34), until=days.date(22), by=PAEDIATRICIAN),
    )
    mira.prescribe(
        "Cholecalciferol | 400 units/mL drops | 400 units by mouth once a day | Breast-fed",
        since=days.date(33),
        by=PAEDIATRICIAN,
    )
    mira.write(vaccine("Hepatitis B, paediatric", days.date(35)), during=born)
    mira.write(
        *vitals(birth, "pulse 146, breaths 48, temperature 36.9, weight 3.42, height 50", by=NURSE),
        vital("head circumference", "34.5", birth, by=NURSE),
        during=born,
    )
    mira.series(days, "bilirubin", "34:11.2 33:13.8 31:14.6 29:11.0 26:7.1", clock="05:30")
    mira.series(
        days,
        "weight",
        "35:3.28 34:3.19 33:3.17 31:3.22 29:3.31 26:3.44 22:3.62 18:3.79 14:3.95 8:4.18",
        clock="10:05",
    )
    _sorensen_abe_visit(mira, days)
    return mira


def _sorensen_abe_visit(mira: Chart, days: Days) -> None:
    seen = mira.open(clinic_visit(days.at(1, "10:00"), "Baby check, 5 weeks", by=PAEDIATRICIAN))
    at = days.at(1, "10:05")
    mira.write(
        *vitals(
            at, "pulse 142, breaths 42, temperature 36.8, weight 4.41, height 54", by=CLINIC_NURSE
        ),
        vital("head circumference", "37.2", at, by=CLINIC_NURSE),
        diagnosis("Growing well", since=days.date(1), by=PAEDIATRICIAN),
        note(
            "Progress note",
            days.at(1, "10:25"),
            PAEDIATRICIAN,
            """
            35 days. Breast-fed, gains about 33 g a day, smiles at her father. Jaundice gone
            (highest 14.6 mg/dL on day 5, no light needed). Hips stable, eyes: red reflex both.
            First vaccines at 2 months. Fever of 38.0 °C or more at this age: come at once.
            """,
        ),
        during=seen,
    )
    mira.write(appointment("First vaccines", days.ahead(26, "10:00"), by=PAEDIATRICIAN))
