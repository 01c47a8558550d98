"""Rosa Lindqvist, 58: palpitations and frequent ventricular ectopy. She wears the patch.

Her simulated patch replays a recording whose rhythm nobody here has named, so nothing in her
chart names one either.
"""

from __future__ import annotations

from demo.chart import Chart
from demo.days import Days
from demo.documents import appointment, goal, note, order, plan, report
from demo.elements import quantity
from demo.measurements import observation, smoking, vitals
from demo.person import registered
from demo.staff import DOCTOR, HOSPITAL, NURSE
from demo.visits import clinic_visit, home_care
from demo.vocabulary import allergy, problem, relative, team, told_allergy

KEY = "rosa-lindqvist"


def rosa_lindqvist(days: Days) -> Chart:
    """The wearer. Results inside their range carry no flag: the word for it is kept out."""
    rosa = Chart(
        registered(KEY, days),
        flag_within="",
    )
    _history(rosa, days)
    _work_up(rosa, days)
    _monitoring(rosa, days)
    return rosa


def _history(rosa: Chart, days: Days) -> None:
    low = "While taking chlorthalidone; better since it was stopped."
    rosa.write(
        allergy("Penicillin", reaction="urticaria", severity="moderate", since=days.year(31)),
        told_allergy(
            "Sticking plaster: red, itchy skin",
            note="Told by the patient. Look at the skin under the patch every day.",
        ),
        problem("Palpitations", since=days.month(38), by=DOCTOR),
        problem("Frequent ventricular ectopy", since=days.date(418), by=DOCTOR),
        problem("Hypertension", since=days.year(9), by=DOCTOR),
        problem("Low potassium", since=days.date(418), until=days.date(212), note=low),
        relative("father", note="Died suddenly at 61, cause not known."),
        relative("mother", "Hypertension"),
        smoking("never smoked", days.date(418)),
    )
    rosa.prescribe(
        "Chlorthalidone | 12.5 mg tablet | 12.5 mg by mouth every morning | Hypertension",
        since=days.date(1480),
        until=days.date(401),
        by=DOCTOR,
        status="stopped",
        stopped="Potassium 3.1 mmol/L with ventricular ectopy",
    )
    rosa.prescribe(
        "Lisinopril | 10 mg tablet | 10 mg by mouth once a day | Hypertension",
        since=days.date(401),
        by=DOCTOR,
    )
    rosa.prescribe(
        """
        Metoprolol | succinate 50 mg extended-release tablet
            | 50 mg by mouth once a day; swallow whole, do not crush
            | Palpitations with frequent ventricular ectopy
        """,
        since=days.date(96),
        by=DOCTOR,
    )


def _work_up(rosa: Chart, days: Days) -> None:
    rosa.series(
        days,
        "K",
        "418:3.1 404:3.3 390:3.6 360:3.8 300:3.9 256:3.7 212:4.1 150:4.0 96:4.2 40:4.0 3:4.1",
    )
    rosa.series(days, "Mg", "418:1.5 390:1.7 212:1.9 96:1.8 3:1.9")
    rosa.labs(days.at(418, "08:30"), "TSH 1.92, Hb 13.4, creatinine 0.78, troponin <3")
    rosa.labs(days.at(3, "08:30"), "creatinine 0.81, Hb 13.1, Na 139, TSH 2.05")
    rosa.write(
        report(
            "24-hour ambulatory ECG",
            days.at(410, "10:00"),
            "Ventricular ectopic beats 14 % of all beats, one shape, singly and in threes "
            "(every third beat); no run of more than 3. Symptoms in the diary match the ectopy.",
            by=DOCTOR,
        ),
        report(
            "Echocardiogram",
            days.at(402, "11:15"),
            "Left ventricular ejection fraction 58 %. No wall motion defect, no valve disease, "
            "chambers not enlarged.",
            by=DOCTOR,
        ),
        report(
            "Exercise test",
            days.at(395, "09:40"),
            "9 minutes, stopped for tired legs. No ischaemia. Ectopy becomes rarer with exercise.",
            by=DOCTOR,
        ),
        observation(
            "ejection fraction",
            days.at(402, "11:15"),
            category="imaging",
            by=DOCTOR,
            valueQuantity=quantity(58, "%"),
        ),
    )
    for days_ago, signs in (
        (418, "BP 158/96, pulse 104, SpO₂ 98"),
        (390, "BP 150/92, pulse 100, SpO₂ 98"),
        (300, "BP 146/90, pulse 98, SpO₂ 97"),
        (212, "BP 142/86, pulse 96, SpO₂ 98"),
        (150, "BP 138/86, pulse 94, SpO₂ 98"),
        (96, "BP 140/84, pulse 102, SpO₂ 98, weight 68.9"),
        (40, "BP 132/80, pulse 88, SpO₂ 99"),
    ):
        rosa.write(*vitals(days.at(days_ago, "09:10"), signs, by=NURSE))


def _monitoring(rosa: Chart, days: Days) -> None:
    seen = rosa.open(clinic_visit(days.at(3, "09:00"), "Palpitations more often", by=DOCTOR))
    signs = "BP 134/82, pulse 96, breaths 15, SpO₂ 98, temperature 36.7, weight 68.2, height 167"
    rosa.write(
        *vitals(days.at(3, "09:05"), signs, by=NURSE),
        note(
            "Progress note",
            days.at(3, "09:35"),
            DOCTOR,
            """
            S: Palpitations again most evenings for three weeks, "a thump, then a pause".
               No chest pain, no fainting, no breathlessness. Two cups of coffee a day.
            O: BP 134/82, pulse 96 and irregular at the wrist. Heart sounds clear, no oedema.
               Potassium 4.1 mmol/L, magnesium 1.9 mg/dL.
            A: Known frequent ventricular ectopy (14 % a year ago) with good pump function.
            P: 14-day patch recording at home. Keep metoprolol succinate 50 mg.
               Fainting or chest pain: emergency department at once.
            """,
        ),
        order("Patch ECG for 14 days", on=days.at(3, "09:30"), by=DOCTOR, why="Palpitations"),
        during=seen,
    )
    home = rosa.open(home_care(days.at(3, "09:45"), "14-day patch recording", by=DOCTOR))
    rosa.write(
        team("Palpitations", days.at(3, "09:45"), HOSPITAL, [DOCTOR, NURSE]),
        plan(
            "Patch recording at home",
            days.date(3),
            "Wear the patch day and night; press its button with every spell",
            "Look at the skin under the patch every day",
            "Go through the recording together at the next visit",
            by=DOCTOR,
        ),
        goal(
            "Ventricular ectopy below 10 % of all beats",
            days.date(3),
            due=days.date(-90),
            so_far="in-progress",
        ),
        appointment("Patch recording: results", days.ahead(12, "10:20"), by=DOCTOR),
        during=home,
    )
