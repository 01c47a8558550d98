"""Hearts: failure on the ward, fibrillation on warfarin, a pacemaker."""

from __future__ import annotations

from demo.chart import Chart
from demo.days import Days
from demo.documents import addendum, appointment, goal, note, plan, report
from demo.elements import Resource, quantity
from demo.measurements import observation, smoking, vital, vitals
from demo.person import registered
from demo.staff import DOCTOR, FAMILY_DOCTOR, HOSPITAL, NURSE, bed
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

VASSILIOU_SHEET = """
3 15:10 BP 162/94, pulse 112, breaths 28, SpO₂ 89, temperature 36.8
3 15:40 BP 156/92, pulse 108, breaths 26, SpO₂ 94 on 4 L
3 20:00 BP 148/88, pulse 104, breaths 24, SpO₂ 95 on 4 L, temperature 36.7
2 06:00 BP 138/82, pulse 98, breaths 22, SpO₂ 95 on 3 L, temperature 36.6
2 14:00 BP 132/80, pulse 94, breaths 20, SpO₂ 96 on 2 L, temperature 36.8
2 22:00 BP 126/76, pulse 90, breaths 20, SpO₂ 95 on 2 L, temperature 36.6
1 06:00 BP 122/74, pulse 86, breaths 18, SpO₂ 95 on 1 L, temperature 36.5
1 14:00 BP 118/72, pulse 84, breaths 18, SpO₂ 96, temperature 36.7
1 22:00 BP 114/70, pulse 80, breaths 16, SpO₂ 95, temperature 36.6
0 05:50 BP 116/70, pulse 78, breaths 16, SpO₂ 96, temperature 36.5
"""


def eleni_vassiliou(days: Days) -> Chart:
    """78, heart failure with reduced ejection fraction, losing water on the ward."""
    eleni = Chart(registered("eleni-vassiliou", days))
    long_ago = days.date(190)
    eleni.write(
        allergy("Lisinopril", reaction="cough", kind="intolerance", since=days.year(6)),
        problem("Heart failure with reduced ejection fraction", since=days.month(52), by=DOCTOR),
        problem("Ischaemic cardiomyopathy", since=days.month(52), by=DOCTOR),
        problem("Old myocardial infarction", since=days.year(9)),
        procedure("Coronary artery bypass graft", on=days.year(9)),
        relative("brother", "Coronary artery disease"),
        smoking("former smoker", days.date(700)),
        vaccine("Influenza", days.date(38)),
    )
    eleni.prescribe(
        """
        Sacubitril/valsartan | 24 mg/26 mg tablet
            | 1 tablet by mouth twice a day | Heart failure
        Metoprolol | succinate 50 mg extended-release tablet
            | 50 mg by mouth once a day | Heart failure
        Spironolactone | 25 mg tablet | 25 mg by mouth once a day | Heart failure
        Empagliflozin | 10 mg tablet | 10 mg by mouth once a day | Heart failure
        """,
        since=long_ago,
        by=DOCTOR,
    )
    eleni.prescribe(
        """
        Atorvastatin | 40 mg tablet | 40 mg by mouth every evening | Bypass graft
        Aspirin | 81 mg tablet | 81 mg by mouth once a day | Bypass graft
        """,
        since=days.date(700),
        by=FAMILY_DOCTOR,
    )
    eleni.prescribe(
        "Furosemide | 40 mg tablet | 40 mg by mouth every morning | Heart failure",
        since=long_ago,
        by=DOCTOR,
        status="on-hold",
        stopped="Given intravenously during the admission",
    )
    stay = eleni.open(
        admission(
            days.at(3, "14:40"),
            "Breathless at rest, legs swollen",
            bed=bed("3 East, Medicine", 4),
            by=DOCTOR,
        )
    )
    eleni.rounds(days, VASSILIOU_SHEET, by=NURSE, during=stay)
    _vassiliou_measured(eleni, days, stay)
    _vassiliou_treated(eleni, days, stay)
    return eleni


def _vassiliou_measured(eleni: Chart, days: Days, stay: Resource) -> None:
    eleni.series(days, "weight", "190:75.8 120:76.0 60:76.4 38:77.1", clock="09:15")
    eleni.series(days, "weight", "2:80.3 1:78.1 0:76.9", clock="05:45")
    eleni.labs(
        days.at(3, "14:55"),
        "Na 133, K 4.4, HCO3 26, urea 28, creatinine 1.18",
        panel="Basic metabolic panel",
        during=stay,
    )
    eleni.labs(days.at(3, "14:55"), "NT_proBNP 8640, troponin 21, Hb 11.6", during=stay)
    eleni.labs(days.at(3, "17:55"), "troponin 20", during=stay)
    eleni.labs(days.at(2, "05:40"), "Na 134, K 3.9, urea 29, creatinine 1.21", during=stay)
    eleni.labs(days.at(1, "05:40"), "Na 136, K 3.4, urea 32, creatinine 1.29", during=stay)
    eleni.labs(
        days.at(0, "05:30"),
        "Na 137, K 3.8, urea 33, creatinine 1.32, NT_proBNP 3980",
        during=stay,
    )
    wrong = "Pounds entered as kilograms."
    eleni.write(
        vital("weight", "181.7", days.at(3, "15:02"), status="entered-in-error", note=wrong),
        vital("weight", "82.4", days.at(3, "15:05"), by=NURSE),
        report(
            "Echocardiogram",
            days.at(2, "10:30"),
            "Ejection fraction 30 %, inferior wall thin and still. Moderate functional mitral "
            "regurgitation. No thrombus seen.",
            by=DOCTOR,
        ),
        observation(
            "ejection fraction",
            days.at(2, "10:30"),
            category="imaging",
            by=DOCTOR,
            valueQuantity=quantity(30, "%"),
        ),
        during=stay,
    )


def _vassiliou_treated(eleni: Chart, days: Days, stay: Resource) -> None:
    eleni.write(
        diagnosis("Acute decompensation of heart failure", since=days.date(3), by=DOCTOR),
        team("3 East", days.at(3, "14:40"), HOSPITAL, [DOCTOR, NURSE]),
        warning("For attempted CPR", since=days.at(3, "16:00"), by=DOCTOR),
        note(
            "Admission note",
            days.at(3, "16:05"),
            DOCTOR,
            """
            78-year-old with ischaemic cardiomyopathy and a week of salty food at a family feast.
            Gained 6 kg, sleeps upright. Crackles to mid-zones, pitting oedema to the knees,
            JVP up. No chest pain. Troponin 21, three hours later 20 ng/L: no rise.
            Plan: furosemide 40 mg IV twice a day, daily weight, fluid balance, potassium daily.
            Speaks Greek: call the interpreter for consent and discharge teaching.
            """,
        ),
        note(
            "Progress note",
            days.at(1, "09:30"),
            DOCTOR,
            """
            Lies flat again, 4.3 kg lighter. Potassium 3.4: replaced by mouth for four days,
            checked every morning because of spironolactone and sacubitril/valsartan.
            Creatinine up a little, accepted while she is losing water. Target weight 76 kg.
            """,
        ),
        plan(
            "Before going home",
            days.date(3),
            "Daily weight before breakfast",
            "Back to furosemide by mouth when at 76 kg",
            "Teach: 2 kg more in 3 days means a call",
            by=DOCTOR,
        ),
        goal(
            "Weight 76 kg, breathing comfortably on air",
            days.date(3),
            due=days.date(-2),
            so_far="improving",
        ),
        appointment("Heart failure clinic after discharge", days.ahead(9, "11:00"), by=DOCTOR),
        during=stay,
    )
    eleni.write(
        addendum(
            eleni.written_last("DocumentReference"),
            days.at(1, "12:10"),
            DOCTOR,
            "Son by telephone: she lives alone, he can stay with her for the first week.",
        ),
        during=stay,
    )
    _vassiliou_prescribed(eleni, days, stay)


def _vassiliou_prescribed(eleni: Chart, days: Days, stay: Resource) -> None:
    eleni.prescribe(
        """
        Furosemide | 10 mg/mL injection
            | 40 mg intravenously twice a day | Acute decompensation of heart failure
        """,
        since=days.at(3, "15:20"),
        by=DOCTOR,
        where="inpatient",
        during=stay,
    )
    eleni.prescribe(
        """
        Potassium chloride | 20 mEq extended-release tablet
            | 20 mEq by mouth once a day; with food | Potassium 3.4 mmol/L on furosemide
        """,
        since=days.at(1, "09:10"),
        until=days.date(-2),
        by=DOCTOR,
        where="inpatient",
        during=stay,
    )


def gideon_mwangi(days: Days) -> Chart:
    """76, permanent fibrillation and mitral stenosis: warfarin, and an INR that ran away."""
    gideon = Chart(
        registered("gideon-mwangi", days),
        group="on warfarin",
    )
    gideon.write(
        no_known_allergies(),
        problem("Permanent atrial fibrillation", since=days.year(7), by=DOCTOR),
        problem(
            "Rheumatic mitral stenosis",
            since=days.year(7),
            by=DOCTOR,
            note="Moderate. The reason for warfarin rather than a direct anticoagulant.",
        ),
        problem("Long-term anticoagulation", since=days.year(7)),
        warning("On warfarin: INR target 2.0–3.0", since=days.at(700, "09:00"), by=DOCTOR),
        team("Anticoagulation", days.at(820, "09:00"), HOSPITAL, [DOCTOR, FAMILY_DOCTOR, NURSE]),
        smoking("former smoker", days.date(820)),
    )
    gideon.prescribe(
        """
        Warfarin | 2.5 mg tablet
            | 2.5 mg by mouth every evening; as the INR card says
            | Stroke prevention: fibrillation with mitral stenosis
        Metoprolol | tartrate 50 mg tablet | 50 mg by mouth twice a day | Rate control
        """,
        since=days.date(820),
        by=DOCTOR,
    )
    gideon.prescribe(
        """
        Sulfamethoxazole/trimethoprim | 800 mg/160 mg tablet
            | 1 tablet by mouth twice a day | Urinary tract infection
        """,
        since=days.date(13),
        until=days.date(10),
        by=FAMILY_DOCTOR,
        status="stopped",
        stopped="Raises the INR: stopped on day 4, finished with cephalexin",
    )
    gideon.prescribe(
        "Cephalexin | 500 mg capsule | 500 mg by mouth every 12 hours | Urinary tract infection",
        since=days.date(10),
        until=days.date(7),
        by=DOCTOR,
        status="completed",
    )
    _mwangi_inr(gideon, days)
    return gideon


def _mwangi_inr(gideon: Chart, days: Days) -> None:
    gideon.series(
        days,
        "INR",
        "330:2.4 300:2.6 270:1.8 256:2.3 226:2.7 196:2.5 166:3.2 152:2.8 122:2.2 92:2.6 32:2.5",
    )
    seen = gideon.open(clinic_visit(days.at(10, "11:40"), "INR 5.6, no bleeding", by=DOCTOR))
    gideon.labs(
        days.at(10, "08:30"),
        "INR 5.6",
        status="corrected",
        note="First reported as 3.6: typing error. Phoned to Dr. Haddad at 11:20.",
        during=seen,
    )
    gideon.labs(days.at(10, "08:30"), "Hb 13.8, creatinine 1.05", during=seen)
    gideon.series(days, "INR", "8:3.4 5:2.7")
    gideon.write(
        diagnosis("High INR on warfarin", since=days.date(10), by=DOCTOR),
        *vitals(days.at(10, "11:42"), "BP 128/76, pulse 78, SpO₂ 97, weight 71.5", by=NURSE),
        note(
            "Progress note",
            days.at(10, "12:00"),
            DOCTOR,
            """
            INR 5.6 on day 4 of co-trimoxazole, started for a urinary infection at the clinic.
            No bleeding, no fall, no dark stool. Haemoglobin 13.8 g/dL, steady.
            Warfarin left out for two evenings; co-trimoxazole stopped, cephalexin instead.
            INR in two days, then weekly. Asked him to tell every doctor about the warfarin.
            """,
        ),
        during=seen,
    )
    gideon.write(
        addendum(
            gideon.written_last("DocumentReference"),
            days.at(8, "13:15"),
            DOCTOR,
            "INR 3.4 today. Back to 2.5 mg every evening. He has told his daughter.",
        ),
        plan(
            "Safe on warfarin",
            days.date(10),
            "INR weekly until three in a row are in range, then every four weeks",
            "Every new antibiotic: INR after three days",
            "No ibuprofen, no aspirin for pain",
            by=DOCTOR,
        ),
        goal(
            "INR 2.0–3.0 in seven of ten checks",
            days.date(10),
            due=days.date(-180),
            so_far="in-progress",
        ),
    )
    gideon.write(appointment("INR check", days.ahead(2, "08:30"), by=FAMILY_DOCTOR, minutes=10))


def arthur_penhaligon(days: Days) -> Chart:
    """81, complete heart block: lives with a pacemaker."""
    arthur = Chart(registered("arthur-penhaligon", days))
    implanted = days.at(1518, "12:00")
    arthur.write(
        no_known_allergies(),
        problem("Complete heart block", since=days.date(1520), by=DOCTOR),
        problem("Pacemaker in place", since=days.date(1518), by=DOCTOR),
        problem("Prostate enlargement", since=days.year(6)),
        procedure("Implantation of dual-chamber pacemaker", on=implanted, by=DOCTOR),
        warning("Pacemaker (dual chamber)", since=implanted, by=DOCTOR),
        team("Pacemaker clinic", implanted, HOSPITAL, [DOCTOR, NURSE]),
    )
    arthur.prescribe(
        "Tamsulosin | 0.4 mg capsule | 0.4 mg by mouth at bedtime | Prostate enlargement",
        since=days.date(900),
        by=DOCTOR,
    )
    seen = arthur.open(clinic_visit(days.at(8, "10:00"), "Pacemaker check", by=DOCTOR))
    arthur.labs(days.at(8, "09:20"), "creatinine 1.12, K 4.5, Hb 14.0", during=seen)
    arthur.write(
        *vitals(days.at(8, "10:02"), "BP 142/78, pulse 60, SpO₂ 97, weight 79.4", by=NURSE),
        note(
            "Progress note",
            days.at(8, "10:20"),
            DOCTOR,
            """
            Pacemaker check: battery 6 years, leads steady, ventricle paced 99 % of the time.
            No spells, walks the quay every day. Next check in 12 months.
            """,
        ),
        plan(
            "Living with a pacemaker",
            days.date(8),
            "Check every 12 months, at once after a fall or a faint",
            "MRI only after asking the pacemaker clinic",
            by=DOCTOR,
        ),
        goal("Walks the quay every day", days.date(8), so_far="sustaining"),
        report(
            "Chest X-ray",
            days.at(8, "09:40"),
            "Both leads where they were in the last picture. Heart not enlarged, lungs clear.",
            by=DOCTOR,
        ),
        during=seen,
    )
    return arthur
