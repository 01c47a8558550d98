"""Nerves: Parkinson's disease, epilepsy, migraine, a stroke. Two of them are called C. Bonetti."""

from __future__ import annotations

from demo.chart import Chart
from demo.days import Days
from demo.documents import appointment, goal, note, order, plan
from demo.measurements import smoking, vitals
from demo.person import registered
from demo.staff import (
    CLINIC_NURSE,
    EMERGENCY,
    FAMILY_DOCTOR,
    HOSPITAL,
    NEUROLOGIST,
    NURSE,
    PHYSIOTHERAPIST,
    bed,
)
from demo.visits import clinic_visit, emergency_visit
from demo.vocabulary import allergy, no_known_allergies, problem, relative, team, warning


def bohumil_novotny(days: Days) -> Chart:
    """74, Parkinson's disease: five doses a day, falls when he stands up."""
    bohumil = Chart(registered("bohumil-novotny", days))
    bohumil.write(
        no_known_allergies(),
        problem("Parkinson's disease with motor fluctuations", since=days.year(8), by=NEUROLOGIST),
        problem("Orthostatic hypotension", since=days.month(7), by=NEUROLOGIST),
        problem("Repeated falls", since=days.month(5)),
        warning(
            "Risk of falling: two falls this month, on getting up",
            since=days.at(12, "11:30"),
            by=NEUROLOGIST,
            category="safety",
        ),
        warning(
            "Parkinson's: no metoclopramide, no haloperidol; levodopa on time",
            since=days.at(900, "10:00"),
            by=NEUROLOGIST,
        ),
    )
    bohumil.prescribe(
        """
        Carbidopa/levodopa | 25 mg/100 mg tablet
            | 1.5 tablets by mouth five times a day; at 07, 10, 13, 16 and 19 h, before food
            | Parkinson's disease
        """,
        since=days.date(12),
        by=NEUROLOGIST,
    )
    bohumil.prescribe(
        """
        Carbidopa/levodopa | 25 mg/100 mg tablet
            | 1.5 tablets by mouth four times a day | Parkinson's disease
        """,
        since=days.date(400),
        until=days.date(12),
        by=NEUROLOGIST,
        status="stopped",
        stopped="Wearing off before each dose: same dose, five times",
    )
    bohumil.prescribe(
        "Polyethylene glycol 3350 | 17 g powder | 17 g by mouth once a day | Constipation",
        since=days.date(300),
        by=FAMILY_DOCTOR,
    )
    bohumil.prescribe(
        "Amlodipine | 5 mg tablet | 5 mg by mouth once a day | Hypertension",
        since=days.date(1900),
        until=days.date(215),
        by=FAMILY_DOCTOR,
        status="stopped",
        stopped="Falls of pressure on standing",
    )
    _novotny_visit(bohumil, days)
    return bohumil


def _novotny_visit(bohumil: Chart, days: Days) -> None:
    seen = bohumil.open(clinic_visit(days.at(12, "11:00"), "Parkinson's disease", by=NEUROLOGIST))
    bohumil.write(
        *vitals(days.at(12, "11:02"), "BP 138/82 lying, pulse 68, weight 70.2", by=NURSE),
        *vitals(days.at(12, "11:06"), "BP 106/64 standing, pulse 76", by=NURSE),
        note(
            "Progress note",
            days.at(12, "11:40"),
            NEUROLOGIST,
            """
            Stiff and slow for an hour before each dose. Two falls this month, no injury: both on
            getting up. Pressure falls from 138 to 106. No hallucinations. Swallows well.
            Levodopa 150 mg five times instead of four. Stand up in two steps, water before rising,
            head of the bed up. Physiotherapy at home.
            """,
        ),
        order("Physiotherapy at home", on=days.at(12, "11:35"), by=NEUROLOGIST, why="Falls"),
        plan(
            "Falls",
            days.date(12),
            "Walk and balance training twice a week",
            "Pressure lying and standing at every visit",
            by=PHYSIOTHERAPIST,
        ),
        goal("No fall for three months", days.date(12), due=days.date(-80), so_far="in-progress"),
        during=seen,
    )
    bohumil.write(appointment("Parkinson's disease", days.ahead(45, "11:00"), by=NEUROLOGIST))


def chiara_bonetti(days: Days) -> Chart:
    """24, epilepsy. Not Clara Bonetti, who has migraine."""
    chiara = Chart(registered("chiara-bonetti", days))
    chiara.write(
        allergy(
            "Lamotrigine",
            reaction="rash",
            severity="severe",
            criticality="high",
            since=days.month(30),
        ),
        problem("Juvenile myoclonic epilepsy", since=days.year(8), by=NEUROLOGIST),
        warning("No valproate: may become pregnant", since=days.at(400, "10:00"), by=NEUROLOGIST),
        warning("Similar name: Clara Bonetti (migraine)", since=days.at(170, "10:00"), by=NURSE),
    )
    chiara.prescribe(
        """
        Levetiracetam | 1000 mg tablet | 1000 mg by mouth every 12 hours | Epilepsy
        Folic acid | 1 mg tablet
            | 1 mg by mouth once a day | May become pregnant on an antiseizure medicine
        """,
        since=days.date(400),
        by=NEUROLOGIST,
    )
    seen = chiara.open(clinic_visit(days.at(20, "14:20"), "Epilepsy", by=NEUROLOGIST))
    chiara.labs(days.at(20, "13:30"), "Hb 13.0, creatinine 0.66, ALT 18, Na 140", during=seen)
    chiara.write(
        *vitals(days.at(20, "14:22"), "BP 112/70, pulse 68, weight 57.8, height 165", by=NURSE),
        note(
            "Progress note",
            days.at(20, "14:40"),
            NEUROLOGIST,
            """
            14 months without a big seizure, jerks only after a short night. Mood good on
            levetiracetam. Copper coil; would like a child in some years: told that levetiracetam
            is a good choice for that. Lamotrigine: blistering rash 30 months ago, never again.
            May drive (seizure-free for more than 12 months).
            """,
        ),
        during=seen,
    )
    return chiara


def clara_bonetti(days: Days) -> Chart:
    """26, migraine with aura. Not Chiara Bonetti, who has epilepsy."""
    clara = Chart(registered("clara-bonetti", days))
    clara.write(
        no_known_allergies(),
        problem("Migraine with aura", since=days.year(9), by=FAMILY_DOCTOR),
        warning(
            "Migraine with aura: no oestrogen pill", since=days.at(240, "09:00"), by=FAMILY_DOCTOR
        ),
        warning("Similar name: Chiara Bonetti (epilepsy)", since=days.at(170, "10:00"), by=NURSE),
        relative("mother", "Migraine with aura"),
    )
    clara.prescribe(
        """
        Sumatriptan | 50 mg tablet
            | 50 mg by mouth every 2 hours if needed for headache, at most 100 mg a day;
            at most 9 days a month
            | Migraine
        Propranolol | 40 mg tablet | 40 mg by mouth twice a day | Fewer attacks
        """,
        since=days.date(17),
        by=FAMILY_DOCTOR,
    )
    _bonetti_night(clara, days)
    seen = clara.open(clinic_visit(days.at(17, "16:00"), "Migraine", by=FAMILY_DOCTOR))
    clara.write(
        *vitals(days.at(17, "16:02"), "BP 122/76, pulse 78, weight 62.0", by=CLINIC_NURSE),
        note(
            "Progress note",
            days.at(17, "16:20"),
            FAMILY_DOCTOR,
            """
            Six attacks a month, aura with most. No asthma, so propranolol to prevent them;
            sumatriptan after the aura, with the headache. Diary, again in 8 weeks.
            """,
        ),
        during=seen,
    )
    clara.write(appointment("Migraine", days.ahead(39, "16:00"), by=FAMILY_DOCTOR))
    return clara


def _bonetti_night(clara: Chart, days: Days) -> None:
    night = clara.open(
        emergency_visit(
            days.at(171, "23:10"),
            "Worst headache so far",
            bed=bed("Emergency", 4),
            by=EMERGENCY,
            end=days.at(170, "05:30"),
        )
    )
    clara.write(
        *vitals(days.at(171, "23:15"), "BP 128/80, pulse 88, SpO₂ 99, temperature 36.5", by=NURSE),
        note(
            "Emergency note",
            days.at(170, "05:10"),
            EMERGENCY,
            """
            Zigzag lights for 25 minutes, then right-sided headache with vomiting, as before but
            stronger. No stiff neck, no weakness. Better after metoclopramide 10 mg and ketorolac
            15 mg. CT of the head: no bleeding. Registered first under Chiara Bonetti, put right
            at 23:20 by birth year and address.
            """,
        ),
        during=night,
    )


def chidi_okafor(days: Days) -> Chart:
    """61, learning to speak and walk again after a stroke. Not Chinedu Okafor."""
    chidi = Chart(registered("chidi-okafor", days))
    chidi.write(
        allergy(
            "Lisinopril",
            reaction="angioedema",
            severity="severe",
            criticality="high",
            since=days.year(3),
        ),
        problem("Right hemiparesis after stroke", since=days.date(214), by=NEUROLOGIST),
        problem("Aphasia after stroke", since=days.date(214), by=NEUROLOGIST),
        problem("Hypertension", since=days.year(13)),
        problem("High cholesterol", since=days.date(213)),
        smoking("former smoker", days.date(214)),
        warning(
            "Aphasia: short questions, yes or no, give time",
            since=days.at(205, "10:00"),
            by=NEUROLOGIST,
        ),
        team("Stroke", days.at(205, "10:00"), HOSPITAL, [NEUROLOGIST, PHYSIOTHERAPIST, NURSE]),
    )
    chidi.prescribe(
        """
        Clopidogrel | 75 mg tablet | 75 mg by mouth once a day | Stroke prevention
        Atorvastatin | 80 mg tablet | 80 mg by mouth every evening | Stroke prevention
        Amlodipine | 10 mg tablet | 10 mg by mouth once a day | Hypertension
        Chlorthalidone | 12.5 mg tablet | 12.5 mg by mouth every morning | Hypertension
        """,
        since=days.date(98),
        by=NEUROLOGIST,
    )
    for days_ago, signs in (
        (205, "BP 168/96, pulse 82, weight 88.4"),
        (190, "BP 162/94, pulse 80"),
        (170, "BP 156/92, pulse 78, weight 87.1"),
        (150, "BP 152/90, pulse 78"),
        (130, "BP 150/88, pulse 76"),
        (98, "BP 154/90, pulse 76, weight 85.9"),
        (80, "BP 142/84, pulse 74"),
        (60, "BP 136/82, pulse 74"),
        (40, "BP 132/80, pulse 72, weight 84.6"),
        (25, "BP 128/78, pulse 72"),
    ):
        chidi.write(*vitals(days.at(days_ago, "10:10"), signs, by=NURSE))
    chidi.series(days, "LDL", "213:148 150:74 98:61 9:58")
    _okafor_visit(chidi, days)
    return chidi


def _okafor_visit(chidi: Chart, days: Days) -> None:
    seen = chidi.open(clinic_visit(days.at(9, "10:00"), "After the stroke", by=NEUROLOGIST))
    chidi.labs(
        days.at(9, "08:40"), "K 3.6, Na 137, creatinine 1.06, HbA1c 5.5, ALT 32", during=seen
    )
    chidi.write(
        *vitals(days.at(9, "10:05"), "BP 126/78, pulse 70, weight 84.2, height 181", by=NURSE),
        note(
            "Progress note",
            days.at(9, "10:40"),
            NEUROLOGIST,
            """
            Seven months after a left middle cerebral artery stroke. Walks 200 m with a stick,
            right hand holds a cup. Speaks in short sentences, understands nearly everything.
            Pressure at its goal, LDL 58. Mood asked about with pictures: all right.
            Never an ACE inhibitor again (tongue swelling from lisinopril).
            """,
        ),
        plan(
            "After the stroke",
            days.date(205),
            "Speech therapy twice a week",
            "Physiotherapy twice a week",
            "Potassium and creatinine every 3 months on chlorthalidone",
            by=NEUROLOGIST,
        ),
        goal("Pressure below 130/80", days.date(205), due=days.date(-30), so_far="achieved"),
        goal("Telephones his daughter by himself", days.date(98), due=days.date(-60)),
        during=seen,
    )
    chidi.write(appointment("After the stroke", days.ahead(80, "10:00"), by=NEUROLOGIST))
