"""What belongs together in a chart: doses and their orders, goals and their plan."""

from __future__ import annotations

from collections.abc import Iterator

from demo.chart import Chart
from demo.elements import Resource, reference


def tie(chart: Chart) -> None:
    """Let each dose name its order, and a plan its goals and the problems it is about."""
    for dose in _of(chart, "MedicationAdministration"):
        ordered = next((one for one in _of(chart, "MedicationRequest") if _is_of(dose, one)), None)
        if ordered:
            dose["request"] = reference(ordered)
    plans, goals = list(_of(chart, "CarePlan")), list(_of(chart, "Goal"))
    if len(plans) == 1 and goals:
        plans[0]["goal"] = [reference(goal) for goal in goals]
    problems = [one for one in _of(chart, "Condition") if _is_active_problem(one)]
    for plan in plans if problems else ():
        plan["addresses"] = [reference(problems[0])]


def _of(chart: Chart, kind: str) -> Iterator[Resource]:
    return (one for one in chart.written if one["resourceType"] == kind)


def _is_of(dose: Resource, order: Resource) -> bool:
    """The order of the same medicine that stood when the dose was given."""
    name, ordered = (_medicine(each) for each in (dose, order))
    begun = order["authoredOn"] <= dose["effectiveDateTime"]
    return name == ordered and begun and order["status"] in ("active", "completed")


def _medicine(resource: Resource) -> str:
    return str(resource["medicationCodeableConcept"]["text"]).split(" ")[0]


def _is_active_problem(condition: Resource) -> bool:
    status = condition["clinicalStatus"]["coding"][0]["code"]
    listed = condition["category"][0]["coding"][0]["code"] == "problem-list-item"
    return bool(listed and status == "active")
