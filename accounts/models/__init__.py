"""Who works here, where, in which role, and who did what."""

from accounts.models.audit import AuditEvent, AuditSeal
from accounts.models.cache import CacheEntry
from accounts.models.client import Client
from accounts.models.facility import Location, Organization
from accounts.models.people import Membership, Practitioner, User
from accounts.models.practitioner_role import PractitionerRole
from accounts.models.session import Session

__all__ = [
    "AuditEvent",
    "AuditSeal",
    "CacheEntry",
    "Client",
    "Location",
    "Membership",
    "Organization",
    "Practitioner",
    "PractitionerRole",
    "Session",
    "User",
]
