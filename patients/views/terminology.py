"""Picking a code by typing, and where the codes come from; no patient's data in either."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.roles import IDENTITY_READ
from fhir.errors import Refusal
from patients.models import TerminologyLoad
from patients.terminology import icd
from patients.terminology.search import find, is_loading
from patients.terminology.tables import LOINC_NOTICE, TABLES, system_name
from patients.terminology.words import LONGEST_QUERY


class TooLongToLookUp(Refusal):
    """More was sent than the name of anything."""

    status = 413
    code = "too-long"
    issue = "too-long"


@require_POST
@requires(IDENTITY_READ)
def terminology_find(request: HttpRequest) -> HttpResponse:
    """What the typed words may mean, as options of a list; nothing is kept of them.

    Raises:
        TooLongToLookUp: more than a name of anything.
    """
    text = request.POST.get("text", "")
    if len(text) > LONGEST_QUERY:
        limit = {"sent": len(text), "most": LONGEST_QUERY}
        raise TooLongToLookUp(
            _("text has %(sent)s characters; at most %(most)s are looked up. Type less.") % limit
        )
    kind = request.POST.get("kind", "")
    choices = [
        {"concept": concept, "says": f"{system_name(concept.system)} {concept.code}".strip()}
        for concept in find(text, kind)
    ]
    context = {"choices": choices, "is_loading": is_loading(kind)}
    return render(request, "terminology/_choices.html", context)


@require_safe
@requires(IDENTITY_READ)
def terminology_sources(request: HttpRequest) -> HttpResponse:
    """Which tables are loaded, with the notices that their licences ask for."""
    titles = {icd.SOURCE: _("All problems (ICD-10-CM)")}
    titles |= {table.name: str(table.title) for table in TABLES}
    loads = list(TerminologyLoad.objects.order_by("-rows"))
    context = {
        "sources": [
            {"title": titles.get(each.source, each.source), "load": each} for each in loads
        ],
        "loinc_notice": LOINC_NOTICE,
        "icd_loaded": any(each.source == icd.SOURCE for each in loads),
    }
    return render(request, "terminology/sources.html", context)
