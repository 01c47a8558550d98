"""Addresses of the FHIR API: one table of what each method does at each of them."""

from collections.abc import Mapping

from django.urls import URLPattern, path, register_converter

from fhir.bundles import bundle
from fhir.views import changing, operations, reading, searching
from fhir.views.door import PUBLIC, Act, door


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


class Anything(TypeName):
    """Whatever else stands in a URL, line breaks too."""

    regex = r"[\s\S]+"


register_converter(TypeName, "type")
register_converter(FhirId, "fhirid")
register_converter(Anything, "anything")


def _writes(code: str, letter: str, plan: changing.Plan) -> Act:
    return Act(code, letter, changing.carrying_out(plan), plan)


TYPE, INSTANCE = "<type:type_>", "<type:type_>/<fhirid:fhir_id>"
CHART = "Patient/<fhirid:fhir_id>"

# Address → method → what FHIR calls it, the right it needs (one of these letters), what does it.
TABLE: Mapping[str, Mapping[str, Act]] = {
    "": {"POST": Act("batch", "", bundle)},
    "metadata": {"GET": Act("capabilities", PUBLIC, reading.metadata)},
    "_history": {"GET": Act("history-system", "", reading.history_of_all)},
    TYPE: {
        "GET": Act("search-type", "s", searching.search),
        "POST": _writes("create", "c", changing.create),
        "PUT": _writes("update", "u", changing.update_match),
        "PATCH": _writes("patch", "u", changing.patch_match),
        "DELETE": _writes("delete", "d", changing.delete_match),
    },
    f"{TYPE}/_search": {"POST": Act("search-type", "s", searching.search_posted)},
    f"{TYPE}/_history": {"GET": Act("history-type", "s", reading.history_of_type)},
    f"{TYPE}/$validate": {"POST": Act("validate", "cru", operations.validate)},
    INSTANCE: {
        "GET": Act("read", "r", reading.read),
        "PUT": _writes("update", "u", changing.update),
        "PATCH": _writes("patch", "u", changing.patch),
        "DELETE": _writes("delete", "d", changing.delete),
    },
    f"{INSTANCE}/_history": {"GET": Act("history-instance", "r", reading.history_of)},
    f"{INSTANCE}/_history/<int:version>": {"GET": Act("vread", "r", reading.vread)},
    f"{INSTANCE}/$validate": {"POST": Act("validate", "cru", operations.validate)},
    f"{CHART}/$everything": {
        "GET": Act("everything", "", operations.everything),
        "POST": Act("everything", "", operations.everything),
    },
    f"{CHART}/<type:type_>": {"GET": Act("search-type", "s", searching.search_chart)},
    f"{CHART}/<type:type_>/_search": {
        "POST": Act("search-type", "s", searching.search_chart_posted)
    },
}


def _name(address: str) -> str:
    words = [part for part in address.replace("<", "/").replace(">", "/").split("/") if part]
    return "-".join(["fhir", *words]).replace(":", "-")


urlpatterns: list[URLPattern] = [
    *(path(address, door(acts), name=_name(address)) for address, acts in TABLE.items()),
    path("<anything:rest>", door({}), name="fhir-nowhere"),
]

# The address of the server itself, also without the slash at its end.
base = door(TABLE[""])
