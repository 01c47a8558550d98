"""The way into the admin, its index with the checklist, the health page and the usage page."""

from django.contrib import admin, messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import principal
from accounts.roles import USER_MANAGE
from ehr_project.admin_pages.checklist import checklist
from ehr_project.admin_pages.health import health
from ehr_project.admin_pages.usage import usage


@login_not_required
def to_sign_in(request: HttpRequest) -> HttpResponse:
    """The one door; to who is signed in already it would only lead back here, without end."""
    if request.user.is_authenticated and not admin.site.has_permission(request):
        words = _(
            "The administration is for administrators. Ask one of them, or sign out and in again "
            "with an administrator's account."
        )
        messages.warning(request, words)
        return redirect("home")
    return HttpResponseRedirect(f"{resolve_url('sign-in')}?{request.GET.urlencode(safe='/')}")


def index(request: HttpRequest) -> HttpResponse:
    """Django's index, with the set-up checklist before it for administrators."""
    may = principal(request).may(USER_MANAGE)
    return admin.site.index(request, {"lines": checklist() if may else []})


@require_safe
def health_page(request: HttpRequest) -> HttpResponse:
    """How the machinery is, read at this moment."""
    if not principal(request).may(USER_MANAGE):
        raise PermissionDenied
    context = admin.site.each_context(request) | {
        "title": _("Health"),
        "lines": health(),
        "read_at": timezone.now(),
    }
    return TemplateResponse(request, "admin/health.html", context)


@require_safe
def usage_page(request: HttpRequest) -> HttpResponse:
    """How much room recordings take."""
    if not principal(request).may(USER_MANAGE):
        raise PermissionDenied
    context = admin.site.each_context(request) | {
        "title": _("Storage of recordings"),
        "usage": usage(),
        "read_at": timezone.now(),
    }
    return TemplateResponse(request, "admin/usage.html", context)
