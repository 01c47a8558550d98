"""Kidneys: diabetes with kidney disease, dialysis, and a potassium that cannot wait."""

from __future__ import annotations

from demo.chart import Chart
from demo.days import Days
from demo.documents import appointment, goal, note, order, plan
from demo.elements import Resource
from demo.measurements import smoking, vitals
from demo.person import registered
from demo.prescriptions import dose_given
from demo.staff import (
    CLINIC_NURSE,
    DOCTOR,
    EMERGENCY,
    FAMILY_DOCTOR,
    HOSPITAL,
    NEPHROLOGIST,
    NURSE,
    bed,
)
from demo.visits import attending, clinic_visit, emergency_visit, visit
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


def manoj_raghunathan(days: Days) -> Chart:
    """63, type 2 diabetes with kidney disease: five years of HbA1c going the right way."""
    manoj = Chart(registered("manoj-raghunathan", days))
    manoj.write(
        no_known_allergies(),
        problem("Type 2 diabetes with kidney disease", since=days.year(11), by=FAMILY_DOCTOR),
        problem("Chronic kidney disease stage 3b", since=days.month(18), by=NEPHROLOGIST),
        problem("Hypertension with chronic kidney disease", since=days.year(9)),
        problem("High cholesterol", since=days.year(9)),
        relative("mother", note="Type 2 diabetes; dialysis from age 68."),
        smoking("never smoked", days.date(33)),
        vaccine("Influenza", days.date(33)),
    )
    manoj.prescribe(
        """
        Metformin | 500 mg tablet | 500 mg by mouth twice a day; with food | Diabetes
        Empagliflozin | 10 mg tablet | 10 mg by mouth every morning | Diabetes, kidneys
        Lisinopril | 20 mg tablet | 20 mg by mouth once a day | Kidneys, blood pressure
        Amlodipine | 5 mg tablet | 5 mg by mouth once a day | Blood pressure
        Atorvastatin | 40 mg tablet | 40 mg by mouth every evening | Cholesterol
        """,
        since=days.date(215),
        by=FAMILY_DOCTOR,
    )
    manoj.prescribe(
        "Insulin glargine | 100 units/mL pen | 20 units under the skin at bedtime | Diabetes",
        since=days.date(215),
        until=days.date(12),
        by=FAMILY_DOCTOR,
        status="stopped",
        stopped="Three morning lows in a month: 18 units",
    )
    manoj.prescribe(
        "Insulin glargine | 100 units/mL pen | 18 units under the skin at bedtime | Diabetes",
        since=days.date(12),
        by=FAMILY_DOCTOR,
    )
    manoj.series(
        days,
        "HbA1c",
        "1830:9.6 1640:9.1 1460:8.7 1280:8.4 1095:8.6 910:8.0 730:7.8 550:7.9 365:7.4 215:7.3",
    )
    manoj.series(
        days, "creatinine", "1460:1.42 1095:1.55 730:1.68 550:1.76 365:1.82 215:1.86", clock="08:35"
    )
    manoj.series(days, "UACR", "1460:412 1095:380 730:290 365:214")
    manoj.series(days, "K", "730:4.6 550:4.8 365:4.9 215:5.2")
    _raghunathan_visit(manoj, days)
    return manoj


def _raghunathan_visit(manoj: Chart, days: Days) -> None:
    seen = manoj.open(clinic_visit(days.at(12, "09:40"), "Diabetes, 6 months", by=FAMILY_DOCTOR))
    manoj.labs(
        days.at(12, "08:30"),
        "HbA1c 7.2, creatinine 1.84, K 4.9, Na 139, LDL 68, UACR 176, Hb 12.9",
        during=seen,
    )
    signs = "BP 132/78, pulse 74, SpO₂ 98, weight 83.6, height 172"
    manoj.write(
        *vitals(days.at(12, "09:42"), signs, by=CLINIC_NURSE),
        note(
            "Progress note",
            days.at(12, "10:00"),
            FAMILY_DOCTOR,
            """
            HbA1c 7.2 %. Three mild morning lows (62–66 mg/dL) in a month: glargine 20 to 18 units.
            eGFR steady around 40: metformin stays at 1,000 mg a day, stop below 30.
            Albumin in the urine falling on lisinopril and empagliflozin. Potassium 4.9.
            Feet: pulses felt, feels the 10 g thread at all sites. Sick-day rules repeated.
            """,
        ),
        plan(
            "Diabetes and kidneys",
            days.date(12),
            "HbA1c, creatinine, potassium and urine albumin every 6 months",
            "Eye photographs once a year",
            "Pause metformin, empagliflozin and lisinopril when vomiting or feverish",
            by=FAMILY_DOCTOR,
        ),
        goal("HbA1c 7.0–7.5 % without lows", days.date(12), due=days.date(-170)),
        order("Eye photographs", on=days.at(12, "10:00"), by=FAMILY_DOCTOR, why="Diabetes"),
        during=seen,
    )
    manoj.write(
        appointment("Kidney clinic", days.ahead(25, "13:30"), by=NEPHROLOGIST),
        appointment("Diabetes, 6 months", days.ahead(170, "09:40"), by=FAMILY_DOCTOR),
    )


def teresita_magbanua(days: Days) -> Chart:
    """57, on haemodialysis three times a week through a fistula in the left arm."""
    teresita = Chart(registered("teresita-magbanua", days))
    begun = days.at(1270, "08:00")
    teresita.write(
        allergy("Iodinated contrast medium", reaction="urticaria", severity="moderate"),
        problem("End-stage renal disease", since=days.date(1290), by=NEPHROLOGIST),
        problem("On haemodialysis", since=days.date(1270), by=NEPHROLOGIST),
        problem("Hypertension with end-stage renal disease", since=days.year(14)),
        problem("Renal anaemia", since=days.year(4)),
        problem("Secondary hyperparathyroidism", since=days.year(3)),
        problem("MRSA carrier", since=days.date(75)),
        warning("Fistula: no cuff and no needle in the left arm", since=begun, by=NEPHROLOGIST),
        warning(
            "MRSA: contact precautions", since=days.at(75, "16:00"), by=NURSE, category="safety"
        ),
        team("Dialysis", begun, HOSPITAL, [NEPHROLOGIST, NURSE]),
    )
    teresita.prescribe(
        """
        Epoetin alfa | 4,000 units/mL injection
            | 4000 units intravenously at each dialysis | Renal anaemia
        Sevelamer carbonate | 800 mg tablet | 1600 mg by mouth with each meal | Phosphate
        Calcitriol | 0.25 mcg capsule | 0.25 mcg by mouth at each dialysis | Hyperparathyroidism
        Amlodipine | 10 mg tablet | 10 mg by mouth at bedtime | Blood pressure
        """,
        since=days.date(61),
        by=NEPHROLOGIST,
    )
    teresita.series(
        days,
        "K",
        "350:5.4 320:5.6 290:5.1 260:5.8 230:5.3 200:5.5 170:6.0 140:5.2 110:5.4 80:5.7 50:5.5",
        clock="06:50",
    )
    teresita.series(days, "Hb", "350:9.4 290:9.9 230:10.3 170:10.6 110:10.8 50:10.5", clock="06:50")
    teresita.series(days, "phosphate", "350:6.8 230:6.4 110:5.9 50:6.1", clock="06:50")
    _magbanua_dialysis(teresita, days)
    return teresita


def _magbanua_dialysis(teresita: Chart, days: Days) -> None:
    start = days.at(1, "07:00")
    session = teresita.open(
        visit(
            "AMB",
            start,
            "Haemodialysis",
            by=NEPHROLOGIST,
            end=days.at(1, "11:15"),
            places=(bed("Dialysis", 2),),
            words="Dialysis session",
        )
    )
    teresita.labs(
        days.at(1, "06:55"),
        "K 5.9, HCO3 20, urea 62, creatinine 8.40, phosphate 6.1, Ca 8.7, PTH 412, Hb 10.4",
        during=session,
    )
    teresita.write(
        *vitals(days.at(1, "06:58"), "BP 162/88, pulse 82, temperature 36.6", by=NURSE),
        *vitals(days.at(1, "11:10"), "BP 136/76, pulse 78", by=NURSE),
        procedure("Haemodialysis", on=start, by=NEPHROLOGIST, note="4 hours, 2.4 L taken off."),
        dose_given("Epoetin alfa", "injection", "4000 units", days.at(1, "11:00"), by=NURSE),
        during=session,
    )
    teresita.series(
        days,
        "weight",
        "24:61.2 22:61.3 20:61.1 17:61.4 15:61.2 13:61.0 10:61.3 8:61.1 6:61.2 3:61.3 1:61.0",
        clock="11:12",
    )
    teresita.write(
        note(
            "Progress note",
            days.at(1, "10:20"),
            NEPHROLOGIST,
            """
            Potassium 5.9 before dialysis after a bag of dried fruit; diet talked through again.
            Phosphate 6.1: sevelamer with every meal, also the small ones. Fistula hums well.
            Dry weight 61 kg. On the transplant list, blood group O.
            """,
        )
    )


KARIMOV_SHEET = """
0 04:25 BP 98/56, pulse 48, breaths 20, SpO₂ 96, temperature 36.4
0 05:20 BP 102/58, pulse 50, breaths 18, SpO₂ 97
0 05:50 BP 108/62, pulse 62, breaths 18, SpO₂ 97
"""


def rustam_karimov(days: Days) -> Chart:
    """67, weak since yesterday: potassium 6.7. Nobody has asked about allergies yet."""
    rustam = Chart(registered("rustam-karimov", days))
    acute = "Potassium 6.7 mmol/L, acute kidney injury"
    rustam.write(
        problem("Hypertension", since=days.year(15), by=FAMILY_DOCTOR),
        smoking("former smoker", days.date(160)),
    )
    rustam.prescribe(
        "Lisinopril | 20 mg tablet | 20 mg by mouth once a day | Hypertension",
        since=days.date(160),
        by=FAMILY_DOCTOR,
        status="on-hold",
        stopped=acute,
    )
    rustam.prescribe(
        """
        Spironolactone | 25 mg tablet
            | 50 mg by mouth once a day | Blood pressure still high on lisinopril
        """,
        since=days.date(40),
        by=FAMILY_DOCTOR,
        status="on-hold",
        stopped=acute,
    )
    rustam.prescribe(
        """
        Ibuprofen | 400 mg tablet
            | 400 mg by mouth three times a day; bought by himself for his back | Back pain
        """,
        since=days.date(9),
        until=days.date(0),
        by=EMERGENCY,
        status="stopped",
        stopped="Acute kidney injury",
    )
    rustam.series(days, "K", "700:4.4 430:4.6 160:4.7 40:4.9")
    rustam.series(days, "creatinine", "700:1.18 430:1.22 160:1.25 40:1.31", clock="08:35")
    stay = rustam.open(
        emergency_visit(
            days.at(0, "04:20"),
            "Weak legs, little urine for two days",
            bed=bed("Emergency", 2),
            by=EMERGENCY,
        )
    )
    stay["participant"].insert(0, attending(DOCTOR))
    rustam.rounds(days, KARIMOV_SHEET, by=NURSE, during=stay)
    _karimov_emergency(rustam, days, stay)
    _karimov_medicines(rustam, days, stay)
    return rustam


def _karimov_emergency(rustam: Chart, days: Days, stay: Resource) -> None:
    rustam.labs(
        days.at(0, "04:30"),
        "K 7.6",
        status="entered-in-error",
        note="Sample haemolysed: not valid. New sample asked for.",
        by=EMERGENCY,
        during=stay,
    )
    rustam.labs(
        days.at(0, "04:50"),
        "Na 134, K 6.7, HCO3 16, urea 74, creatinine 3.42, glucose 118",
        panel="Basic metabolic panel",
        note="Potassium phoned to Dr. Dlamini at 05:05.",
        by=EMERGENCY,
        during=stay,
    )
    rustam.labs(
        days.at(0, "05:45"),
        "K 6.1",
        status="preliminary",
        note="Point-of-care value; laboratory result to follow.",
        by=EMERGENCY,
        during=stay,
    )
    rustam.write(
        diagnosis("Hyperkalaemia", since=days.date(0), by=EMERGENCY),
        diagnosis("Acute kidney injury", since=days.date(0), by=EMERGENCY),
        dose_given("Calcium gluconate", "100 mg/mL", "2 g", days.at(0, "05:10"), by=NURSE),
        dose_given("Insulin regular", "100 units/mL", "5 units", days.at(0, "05:15"), by=NURSE),
        dose_given("Dextrose", "50 %", "25 g", days.at(0, "05:15"), by=NURSE),
        order(
            "Potassium and glucose, every hour",
            on=days.at(0, "05:10"),
            by=EMERGENCY,
            why="Hyperkalaemia",
            priority="stat",
        ),
        note(
            "Emergency note",
            days.at(0, "05:35"),
            EMERGENCY,
            """
            Weak legs and little urine for two days. Lisinopril, spironolactone doubled six weeks
            ago, ibuprofen for nine days. Speaks Uzbek, daughter on the phone: drugs from her list.
            ALLERGIES NOT ASKED YET.
            ECG at 04:35, read by me: tall peaked T waves, broad QRS, rate 48.
            Calcium, then insulin with dextrose; QRS narrower at 05:20. Bladder scan 40 mL.
            Potassium every hour; kidney team called in case it does not fall.
            Dr. Haddad takes over.
            """,
        ),
        team("Emergency", days.at(0, "04:20"), HOSPITAL, [EMERGENCY, DOCTOR, NEPHROLOGIST, NURSE]),
        during=stay,
    )


def _karimov_medicines(rustam: Chart, days: Days, stay: Resource) -> None:
    rustam.prescribe(
        """
        Calcium gluconate | 100 mg/mL injection
            | 2 g intravenously once; over 10 minutes | Hyperkalaemia with ECG changes
        """,
        since=days.at(0, "05:06"),
        by=EMERGENCY,
        status="completed",
        where="inpatient",
        during=stay,
    )
    rustam.prescribe(
        """
        Insulin regular | 100 units/mL injection
            | 5 units intravenously once; with 25 g dextrose; glucose every hour for 6 hours
            | Hyperkalaemia
        Dextrose | 50 % injection
            | 25 g intravenously once; into a good vein, slowly | With the insulin
        """,
        since=days.at(0, "05:08"),
        by=EMERGENCY,
        status="completed",
        where="inpatient",
        during=stay,
    )
