"""Addresses of the FHIR API."""

from django.urls import path, register_converter

from fhir import views


class TypeName:
    """A FHIR resource type in a URL."""

    regex = "[A-Z][A-Za-z]{1,63}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class FhirId(TypeName):
    """A FHIR id in a URL."""

    regex = r"[A-Za-z0-9\-.]{1,64}"


register_converter(TypeName, "type")
register_converter(FhirId, "fhirid")

urlpatterns = [
    path("metadata", views.metadata, name="fhir-metadata"),
    path("<type:type_>", views.search_type, name="fhir-search"),
    path("<type:type_>/<fhirid:fhir_id>", views.read, name="fhir-read"),
    path("<type:type_>/<fhirid:fhir_id>/_history/<int:version>", views.vread, name="fhir-vread"),
]
