"""Somebody new on the staff of a running house, and what becomes of them; runs beside the house.

``python -m tests.browser.hired hire NAME PASSWORD``, ``… switch-off NAME``, ``… let-go NAME``,
``… sign-out NAME``, ``… end-glass NAME``
"""

import json
import sys
from datetime import timedelta

import django

django.setup()

from django.utils import timezone  # noqa: E402  after the settings are there

from accounts.models import Membership, Organization, Session, User  # noqa: E402
from accounts.roles import Role  # noqa: E402
from patients.models import BreakGlass  # noqa: E402


def hire(name, password):
    user = User.objects.create_user(name, password=password, full_name=f"Dr {name.title()}")
    facility = Membership.objects.filter(user__username="doctor").get().facility
    yesterday = timezone.now() - timedelta(days=1)
    Membership.objects.create(user=user, facility=facility, role=Role.DOCTOR, start=yesterday)
    return str(Organization.objects.get(pk=facility.pk))


def switch_off(name):
    return User.objects.filter(username=name).update(is_active=False)


def let_go(name):
    return Membership.objects.filter(user__username=name).update(end=timezone.now())


def sign_out(name):
    return Session.objects.filter(user__username=name).delete()[0]


def end_glass(name):
    return BreakGlass.objects.filter(user__username=name).update(ended_at=timezone.now())


ACTS = {
    "hire": hire,
    "switch-off": switch_off,
    "let-go": let_go,
    "sign-out": sign_out,
    "end-glass": end_glass,
}

if __name__ == "__main__":
    print(json.dumps(ACTS[sys.argv[1]](*sys.argv[2:])))  # noqa: T201
