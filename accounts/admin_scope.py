"""What an admin page lets somebody do: it follows from one scope, never from flags."""

from typing import ClassVar

from django.db import models
from django.http import HttpRequest

from accounts.access import principal
from accounts.roles import USER_MANAGE


class ByScope:
    """What a ModelAdmin may do follows from one scope; nothing is deleted by a click."""

    scope: ClassVar[str] = USER_MANAGE

    def has_module_permission(self, request: HttpRequest) -> bool:
        return principal(request).may(self.scope)

    def has_view_permission(self, request: HttpRequest, _obj: models.Model | None = None) -> bool:
        return principal(request).may(self.scope)

    def has_add_permission(self, request: HttpRequest, _obj: models.Model | None = None) -> bool:
        return principal(request).may(self.scope)

    def has_change_permission(self, request: HttpRequest, _obj: models.Model | None = None) -> bool:
        return principal(request).may(self.scope)

    def has_delete_permission(
        self, _request: HttpRequest, _obj: models.Model | None = None
    ) -> bool:
        return False
