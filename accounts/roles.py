"""Which role may do what: the one table of roles and scopes."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise


class Role(models.TextChoices):
    DOCTOR = "doctor", _("Doctor")
    NURSE = "nurse", _("Nurse")
    REGISTRAR = "registrar", _("Registrar")
    ADMINISTRATOR = "administrator", _("Administrator")
    PRIVACY_OFFICER = "privacy-officer", _("Privacy officer")


IDENTITY_READ = "identity.read"
IDENTITY_WRITE = "identity.write"
CHART_READ = "chart.read"
CHART_WRITE = "chart.write"
OBSERVATION_ACCEPT = "observation.accept"
MEDICATION_PRESCRIBE = "medication.prescribe"
MEDICATION_ADMINISTER = "medication.administer"
ORDER_WRITE = "order.write"
RESULT_ACKNOWLEDGE = "result.acknowledge"
NOTE_SIGN = "note.sign"
ENCOUNTER_MANAGE = "encounter.manage"
APPOINTMENT_MANAGE = "appointment.manage"
DEVICE_ATTACH = "device.attach"
DEVICE_MANAGE = "device.manage"
SYNC_MANAGE = "sync.manage"
USER_MANAGE = "user.manage"
CLIENT_MANAGE = "client.manage"
AUDIT_READ = "audit.read"
# Open a chart that nothing else opens, with a reason, until the shift ends.
CHART_BREAK_GLASS = "chart.break-glass"
# Judge whether a glass was broken for good reason.
ACCESS_REVIEW = "access.review"
# Write down and end whom a patient keeps from the chart; label a person as sensitive.
ACCESS_RESTRICT = "access.restrict"

# What each lets somebody do, as pages and refusals say it.
WORDS: dict[str, StrOrPromise] = {
    IDENTITY_READ: _("look people up"),
    IDENTITY_WRITE: _("register people"),
    CHART_READ: _("read charts"),
    CHART_WRITE: _("write in charts"),
    OBSERVATION_ACCEPT: _("accept readings of devices"),
    MEDICATION_PRESCRIBE: _("prescribe"),
    MEDICATION_ADMINISTER: _("give medicines"),
    ORDER_WRITE: _("order tests"),
    RESULT_ACKNOWLEDGE: _("acknowledge results"),
    NOTE_SIGN: _("sign notes"),
    ENCOUNTER_MANAGE: _("admit, transfer and discharge"),
    APPOINTMENT_MANAGE: _("book appointments"),
    DEVICE_ATTACH: _("attach devices to patients"),
    DEVICE_MANAGE: _("register devices"),
    SYNC_MANAGE: _("send records to other systems"),
    USER_MANAGE: _("keep accounts and roles"),
    CLIENT_MANAGE: _("register programs"),
    AUDIT_READ: _("see who opened what"),
    CHART_BREAK_GLASS: _("break the glass"),
    ACCESS_REVIEW: _("judge broken glasses"),
    ACCESS_RESTRICT: _("restrict and label charts"),
}

_DESK = {
    IDENTITY_READ,
    IDENTITY_WRITE,
    ENCOUNTER_MANAGE,
    APPOINTMENT_MANAGE,
    ACCESS_RESTRICT,
}
_CLINICAL = _DESK | {
    CHART_READ,
    CHART_WRITE,
    CHART_BREAK_GLASS,
    OBSERVATION_ACCEPT,
    DEVICE_ATTACH,
    MEDICATION_ADMINISTER,
    NOTE_SIGN,
}

SCOPES: dict[str, frozenset[str]] = {
    Role.DOCTOR: frozenset(_CLINICAL | {MEDICATION_PRESCRIBE, ORDER_WRITE, RESULT_ACKNOWLEDGE}),
    Role.NURSE: frozenset(_CLINICAL),
    Role.REGISTRAR: frozenset(_DESK),
    Role.ADMINISTRATOR: frozenset({DEVICE_MANAGE, SYNC_MANAGE, USER_MANAGE, CLIENT_MANAGE}),
    Role.PRIVACY_OFFICER: frozenset({AUDIT_READ, ACCESS_REVIEW, ACCESS_RESTRICT, IDENTITY_READ}),
}
