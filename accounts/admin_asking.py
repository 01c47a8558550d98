"""Acts on one row of the admin: each asks on a page of its own before it is done."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

if TYPE_CHECKING:
    from collections.abc import Callable

    from django_stubs_ext import StrOrPromise

    Act = Callable[[Any, HttpRequest, Any], HttpResponse]


class AsksFirst(admin.ModelAdmin):  # type: ignore[type-arg]
    """A ModelAdmin whose rows have acts besides being saved."""

    def known(self, request: HttpRequest, pk: Any) -> Any:
        """The row, for somebody who may change rows like it.

        Raises:
            PermissionDenied: they may not.
            Http404: there is no such row among those they see.
        """
        if not self.has_change_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def page(self, request: HttpRequest, name: str, row: Any, **more: Any) -> TemplateResponse:
        """A page about one row."""
        context = self.admin_site.each_context(request) | {
            "row": row,
            "opts": self.model._meta,
            "title": str(row),
            "back": self._address(row),
            **more,
        }
        return TemplateResponse(request, name, context)

    def shown_once(self, request: HttpRequest, name: str, row: Any, **more: Any) -> HttpResponse:
        """A page with a secret, which no browser keeps."""
        answer = self.page(request, name, row, **more)
        answer["Cache-Control"] = "no-store"
        return answer

    def back(self, request: HttpRequest, row: Any, words: str) -> HttpResponse:
        """To the row's own page, with what was done."""
        self.message_user(request, words, messages.SUCCESS)
        return HttpResponseRedirect(self._address(row))

    def _address(self, row: Any) -> str:
        named = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return reverse(named, args=[row.pk])


def asks_first(button: StrOrPromise, question: StrOrPromise) -> Callable[[Act], Act]:
    """An act that is done by POST; to look is to be asked.

    Args:
        button: The words on the button that does it.
        question: What it will do, with the row as ``%(name)s``.
    """

    def asking(act: Act) -> Act:
        @wraps(act)
        def view(self: AsksFirst, request: HttpRequest, pk: Any) -> HttpResponse:
            row = self.known(request, pk)
            if request.method == "POST":
                return act(self, request, row)
            said = {"question": question % {"name": row}, "button": button}
            return self.page(request, "admin/ask.html", row, **said)

        return view

    return asking
