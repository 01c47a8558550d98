"""Users, the roles they hold at facilities, and the practitioners they may be."""

import unicodedata
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin, UserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.facility import Organization
from accounts.roles import Role
from fhir.fields import VerbatimJSONField
from fhir.models import Record, RecordQuerySet
from fhir.models.record import new_id
from fhir.modifiers import noted


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in. What they may do follows from memberships, never from flags."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.CharField(
        max_length=150, unique=True, validators=[UnicodeUsernameValidator()]
    )
    full_name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    # May open the Django admin: users, devices, sync targets. Gives no clinical reading.
    is_staff = models.BooleanField(_("administers this house"), default=False)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    # Set while the password is one that somebody else chose: good only to choose another.
    password_given_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = UserManager["User"]()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["full_name"]

    def __str__(self) -> str:
        return self.full_name or self.username

    def set_password(self, raw_password: str | None) -> None:
        """Keep what was typed in one spelling of Unicode, whatever the keyboard made of it."""
        super().set_password(_one_spelling(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Compare in that spelling."""
        return super().check_password(_one_spelling(raw_password))

    def get_full_name(self) -> str:
        """The name as shown to others."""
        return self.full_name or self.username

    def get_short_name(self) -> str:
        """The name in a greeting."""
        return self.full_name.split(" ", 1)[0] or self.username


def _one_spelling(password: str | None) -> str | None:
    return None if password is None else unicodedata.normalize("NFKC", password)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> "MembershipQuerySet":
        """Memberships that hold now."""
        now = timezone.now()
        return self.filter(Q(start__lte=now), Q(end__isnull=True) | Q(end__gt=now))


class Membership(models.Model):
    """A role at a facility for a time."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    facility = models.ForeignKey(Organization, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    start = models.DateTimeField(default=timezone.now)
    end = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gte=F("start")),
                name="membership_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["user", "facility", "role"],
                condition=Q(end__isnull=True),
                name="one_open_membership",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()} at {self.facility}"


class Practitioner(Record):
    """A person who treats (FHIR Practitioner); an account is optional and never imported."""

    fhir_type = "Practitioner"

    names = VerbatimJSONField(default=list, blank=True)
    identifiers = VerbatimJSONField(default=list, blank=True)
    display = models.CharField(max_length=300, blank=True)
    active = models.BooleanField(null=True)
    gender = models.CharField(max_length=20, blank=True)
    user = models.OneToOneField(
        User, models.SET_NULL, null=True, blank=True, related_name="practitioner"
    )

    objects = RecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fhir_id"], name="practitioner_fhir_id_unique")
        ]

    def __str__(self) -> str:
        return noted(self.display or self.fhir_id, self)

    @property
    def about(self) -> UUID | None:
        return None
