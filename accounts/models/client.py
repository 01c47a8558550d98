"""A program that uses the FHIR API: what it may do, at which facilities, and whether it is on."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from oauth2_provider.models import AbstractApplication

from accounts.models.facility import Organization
from accounts.models.people import User
from fhir import scopes


class Client(AbstractApplication):  # type: ignore[misc]
    """A registered program (an application, in the words of OAuth2). Closed unless it is opened.

    Of its secret only the SHA-256 is kept. It is never deleted: history names it.
    """

    facilities = models.ManyToManyField(Organization, blank=True, related_name="+")
    # Without this flag and without facilities it sees nobody.
    all_facilities = models.BooleanField(default=False)
    # The most that a token of it may do, such as system/*.rs.
    allowed = ArrayField(models.CharField(max_length=80), default=list)
    active = models.BooleanField(default=True)
    # Who registered it; None: manage.py on the machine itself.
    user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], name="client_name_unique"),
            models.CheckConstraint(condition=~Q(name=""), name="client_has_a_name"),
            models.CheckConstraint(
                condition=Q(authorization_grant_type="client-credentials"),
                name="client_by_credentials_only",
            ),
            models.CheckConstraint(
                condition=Q(hash_client_secret=True), name="client_secret_is_hashed"
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)

    @property
    def label(self) -> str:
        """As history and audit name it."""
        return f"client:{self.client_id}"

    @property
    def interactions(self) -> scopes.Interactions:
        """The most that a token of it may do."""
        return scopes.parse(" ".join(self.allowed))

    @property
    def is_of_this_machine(self) -> bool:
        """Registered by ``manage.py fhir_token``: nobody knows its secret."""
        return self.user_id is None

    def is_usable(self, _request: object) -> bool:
        """Asked by the OAuth2 machinery before it gives anything out."""
        return self.active
