"""Addresses of the medical history."""

from django.urls import URLPattern, path

from patients.views import history, history_entry
from patients.views.chapters import CHAPTERS

# Page of the chart → name of its addresses' entries → plural of one record's address.
PLACES = {
    "problem": ("problems", "problems"),
    "allergy": ("allergies", "allergies"),
    "immunization": ("immunizations", "immunizations"),
    "procedure": ("history/procedures", "procedures"),
    "relative": ("history/family", "relatives"),
    "social": ("history/social", "social-history"),
}


def entries(name: str) -> list[URLPattern]:
    """New, one record, edit and every step of one kind of entry."""
    place, plural = PLACES[name]
    chapter = {"chapter": name}
    one = f"{plural}/<uuid:record_id>/"
    return [
        path(
            f"patients/<uuid:patient_id>/{place}/new/",
            history_entry.new,
            chapter,
            name=f"{name}-new",
        ),
        path(one, history_entry.one, chapter, name=name),
        path(f"{one}edit/", history_entry.edit, chapter, name=f"{name}-edit"),
        *(
            path(
                f"{one}{step}/", history_entry.step, chapter | {"name": step}, name=f"{name}-{step}"
            )
            for step in CHAPTERS[name].steps
        ),
    ]


urlpatterns = [
    path("patients/<uuid:patient_id>/problems/", history.problem_list, name="problems"),
    path("patients/<uuid:patient_id>/allergies/", history.allergy_list, name="allergies"),
    path(
        "patients/<uuid:patient_id>/allergies/none-known/",
        history_entry.none_known,
        name="allergies-none-known",
    ),
    path(
        "patients/<uuid:patient_id>/immunizations/",
        history.immunization_list,
        name="immunizations",
    ),
    path("patients/<uuid:patient_id>/history/", history.history, name="history"),
    path(
        "problems/<uuid:record_id>/promote/",
        history_entry.problem_promote,
        name="problem-promote",
    ),
    *(address for name in CHAPTERS for address in entries(name)),
]
