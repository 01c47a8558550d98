"""People of the clinic: thyroid, depression, rheumatoid arthritis, and nothing at all."""

from __future__ import annotations

from demo.chart import Chart
from demo.days import Days
from demo.documents import appointment, goal, note, plan
from demo.elements import HL7, LOINC, Code, coding, concept
from demo.measurements import score, smoking, vitals
from demo.person import registered
from demo.staff import CLINIC_NURSE, FAMILY_DOCTOR, HOSPITAL, NURSE, RHEUMATOLOGIST
from demo.visits import clinic_visit
from demo.vocabulary import no_known_allergies, problem, relative, team, vaccine, warning

PRONOUNS = "http://hl7.org/fhir/StructureDefinition/individual-pronouns"
RESTRICTED = Code(f"{HL7}v3-Confidentiality", "R", "restricted")


def ana_lucia_moreira(days: Days) -> Chart:
    """45, hypothyroidism: the right dose found in four years."""
    ana = Chart(registered("ana-lucia-moreira", days))
    ana.write(
        no_known_allergies(),
        problem("Hypothyroidism (Hashimoto)", since=days.date(1460), by=FAMILY_DOCTOR),
        relative("mother", "Hypothyroidism (Hashimoto)"),
        smoking("never smoked", days.date(26)),
    )
    for dose, since, until in (
        (50, 1455, 1400),
        (75, 1400, 1330),
        (88, 1330, 760),
        (112, 760, 700),
    ):
        ana.prescribe(
            f"Levothyroxine | {dose} mcg tablet | {dose} mcg by mouth every morning | Thyroid",
            since=days.date(since),
            until=days.date(until),
            by=FAMILY_DOCTOR,
            status="completed",
        )
    ana.prescribe(
        """
        Levothyroxine | 100 mcg tablet
            | 100 mcg by mouth every morning; with water, half an hour before breakfast
            | Hypothyroidism
        """,
        since=days.date(700),
        by=FAMILY_DOCTOR,
    )
    ana.series(
        days,
        "TSH",
        "1460:18.40 1400:9.60 1330:5.20 1260:3.10 1095:2.80 910:4.60 760:5.90 700:0.22 "
        "640:1.70 460:1.95 270:2.20 26:1.85",
    )
    ana.series(days, "FT4", "1460:0.61 1330:0.92 700:1.72 640:1.31 26:1.28")
    seen = ana.open(clinic_visit(days.at(26, "11:20"), "Thyroid, once a year", by=FAMILY_DOCTOR))
    ana.write(
        *vitals(
            days.at(26, "11:22"), "BP 118/74, pulse 66, weight 65.1, height 161", by=CLINIC_NURSE
        ),
        note(
            "Progress note",
            days.at(26, "11:35"),
            FAMILY_DOCTOR,
            """
            Well, not cold, not tired. TSH 1.85 on 100 micrograms. Takes the tablet apart from
            her iron and coffee. Same dose, TSH in one year.
            """,
        ),
        during=seen,
    )
    return ana


def jonas_petrauskas(days: Days) -> Chart:
    """29, depression that came back, getting lighter."""
    jonas = Chart(registered("jonas-petrauskas", days))
    jonas.write(
        no_known_allergies(),
        problem("Recurrent depression", since=days.year(5), by=FAMILY_DOCTOR),
        smoking("current smoker", days.date(224)),
    )
    jonas.prescribe(
        "Sertraline | 50 mg tablet | 50 mg by mouth every morning | Depression",
        since=days.date(224),
        until=days.date(182),
        by=FAMILY_DOCTOR,
        status="completed",
    )
    jonas.prescribe(
        "Sertraline | 100 mg tablet | 100 mg by mouth every morning | Depression",
        since=days.date(182),
        by=FAMILY_DOCTOR,
    )
    for days_ago, points in (
        *((224, 19), (210, 18), (196, 17), (182, 16), (154, 13)),
        *((126, 11), (98, 9), (70, 8), (42, 7), (13, 5)),
    ):
        jonas.write(score("PHQ-9 score", points, days.at(days_ago, "17:05"), by=CLINIC_NURSE))
    seen = jonas.open(clinic_visit(days.at(13, "17:00"), "Depression", by=FAMILY_DOCTOR))
    told = note(
        "Progress note",
        days.at(13, "17:30"),
        FAMILY_DOCTOR,
        """
        Works full time again, sleeps seven hours, sees friends. PHQ-9 5 (was 19 in the worst week).
        Asked directly: no thoughts of death or of harming himself.
        Keep sertraline 100 mg for at least six more months, never stop it in one step.
        """,
    )
    told["meta"] = {"security": [coding(RESTRICTED)]}
    jonas.write(
        *vitals(days.at(13, "17:02"), "BP 124/78, pulse 70, weight 76.9", by=CLINIC_NURSE),
        told,
        plan(
            "Depression",
            days.date(224),
            "Talking therapy every two weeks",
            "Evening run three times a week",
            "If the dark thoughts come back: clinic by day, crisis line by night",
            by=FAMILY_DOCTOR,
        ),
        goal("PHQ-9 below 5 for six months", days.date(13), due=days.date(-180)),
        during=seen,
    )
    jonas.write(appointment("Depression", days.ahead(29, "17:00"), by=FAMILY_DOCTOR))
    return jonas


def fatima_al_rashidi(days: Days) -> Chart:
    """52, rheumatoid arthritis: methotrexate once WEEKLY, liver watched."""
    fatima = Chart(registered("fatima-al-rashidi", days))
    fatima.write(
        no_known_allergies(),
        problem("Seropositive rheumatoid arthritis", since=days.year(6), by=RHEUMATOLOGIST),
        warning(
            "Methotrexate once WEEKLY: no trimethoprim",
            since=days.at(720, "10:00"),
            by=RHEUMATOLOGIST,
        ),
        team("Rheumatology", days.at(720, "10:00"), HOSPITAL, [RHEUMATOLOGIST, FAMILY_DOCTOR]),
        vaccine("Influenza", days.date(29)),
        vaccine("Pneumococcal polysaccharide 23", days.date(740)),
    )
    fatima.prescribe(
        """
        Methotrexate | 2.5 mg tablet
            | 15 mg by mouth once WEEKLY on Mondays; 6 tablets together, never every day
            | Rheumatoid arthritis
        """,
        since=days.date(190),
        by=RHEUMATOLOGIST,
    )
    fatima.prescribe(
        """
        Methotrexate | 2.5 mg tablet
            | 20 mg by mouth once WEEKLY on Mondays | Rheumatoid arthritis
        """,
        since=days.date(500),
        until=days.date(204),
        by=RHEUMATOLOGIST,
        status="stopped",
        stopped="ALT 94 U/L: two weeks without, then 15 mg",
    )
    fatima.prescribe(
        "Folic acid | 1 mg tablet | 1 mg by mouth once a day | With methotrexate",
        since=days.date(720),
        by=RHEUMATOLOGIST,
    )
    fatima.series(
        days,
        "ALT",
        "720:22 640:26 560:24 500:31 420:34 340:38 260:52 204:94 190:47 150:33 90:28 30:27",
    )
    fatima.series(days, "CRP", "720:41 560:18 420:9 260:6 150:7 30:4")
    _al_rashidi_visit(fatima, days)
    return fatima


def _al_rashidi_visit(fatima: Chart, days: Days) -> None:
    seen = fatima.open(
        clinic_visit(days.at(23, "09:00"), "Rheumatoid arthritis", by=RHEUMATOLOGIST)
    )
    fatima.labs(
        days.at(23, "08:00"),
        "ALT 26, CRP 4, ESR 16, Hb 12.4, WBC 6.2, platelets 288, creatinine 0.69",
        panel="Full blood count",
        during=seen,
    )
    fatima.write(
        *vitals(days.at(23, "09:02"), "BP 128/80, pulse 72, weight 71.3, height 158", by=NURSE),
        note(
            "Progress note",
            days.at(23, "09:25"),
            RHEUMATOLOGIST,
            """
            No swollen joint, two tender. Morning stiffness 15 minutes. ALT 26 since the dose is
            15 mg. Said it back to me: six tablets, Mondays only. After the menopause.
            No alcohol. Blood count, liver and kidney every 3 months.
            """,
        ),
        during=seen,
    )
    fatima.write(appointment("Blood tests", days.ahead(60, "08:00"), by=FAMILY_DOCTOR, minutes=10))


def alex_haugen(days: Days) -> Chart:
    """34, healthy. Uses they/them; no sex is recorded, so no eGFR is computed."""
    patient = registered("alex-haugen", days)
    they = Code(LOINC, "LA29520-6", "they/them/their/theirs/themselves")
    spoken = {"url": "value", "valueCodeableConcept": concept("they/them", they)}
    patient["extension"] = [{"url": PRONOUNS, "extension": [spoken]}]
    alex = Chart(patient)
    alex.write(
        no_known_allergies(),
        smoking("never smoked", days.date(61)),
        vaccine("Tdap", days.date(61)),
        vaccine("Influenza", days.date(61)),
    )
    seen = alex.open(clinic_visit(days.at(61, "08:40"), "Check-up", by=FAMILY_DOCTOR))
    alex.labs(days.at(61, "08:20"), "LDL 92, HDL 58, HbA1c 5.2, creatinine 0.88", during=seen)
    alex.write(
        *vitals(
            days.at(61, "08:42"),
            "BP 116/72, pulse 58, SpO₂ 99, weight 74.5, height 178",
            by=CLINIC_NURSE,
        ),
        note(
            "Progress note",
            days.at(61, "09:00"),
            FAMILY_DOCTOR,
            """
            No complaints. Cycles to work, does not smoke, a beer on Saturdays.
            Nothing found. Again in three years, or when something is wrong.
            """,
        ),
        during=seen,
    )
    return alex
