"""The set-up checklist: what a new house still lacks, each line counted when it is shown."""

from collections.abc import Callable

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Location, Membership, Organization
from accounts.roles import Role
from ehr_project.admin_pages.backup import backup_line
from ehr_project.admin_pages.imports import last_imports
from ehr_project.admin_pages.line import Line, State
from patients.models import FormularyItem, TerminologyLoad
from vitals.models import Device

ORIGIN_OF_DEMO = "demo"


def checklist() -> list[Line]:
    """Every line, in the order in which a house is set up."""
    return [line() for line in LINES]


def _facility() -> Line:
    count = Organization.objects.filter(memberships__isnull=False).distinct().count()
    made = Organization.objects.count()
    return Line(
        what=_("Facility"),
        state=State.GOOD if count else State.BAD,
        value=_("%(made)d recorded, %(used)d with users") % {"made": made, "used": count},
        remedy=_("Make the facility, then give somebody a role there."),
        url=reverse("admin:accounts_organization_changelist"),
    )


def _beds() -> Line:
    wards = Location.objects.filter(part_of=None).count()
    beds = Location.objects.filter(part_of__isnull=False).count()
    return Line(
        what=_("Wards and beds"),
        state=State.GOOD if wards and beds else State.BAD,
        value=_("%(wards)d wards, %(beds)d beds") % {"wards": wards, "beds": beds},
        remedy=_("Without beds nobody can be admitted to one. A clinic without beds needs none."),
        url=reverse("admin:accounts_location_changelist"),
    )


def _held(role: Role) -> int:
    users = Membership.objects.current().filter(role=role, user__is_active=True)
    return users.values("user").distinct().count()


def _users() -> Line:
    counts = {role: _held(role) for role in Role}
    complete = all(count for role, count in counts.items() if role != Role.ADMINISTRATOR)
    return Line(
        what=_("Users with roles"),
        state=State.GOOD if complete else State.LOOK,
        value=", ".join(f"{role.label}: {count}" for role, count in counts.items()),
        remedy=_(
            "Only doctors prescribe; registrars see identities and no charts; without a privacy "
            "officer nobody judges why a glass was broken."
        ),
        url=reverse("admin:accounts_user_changelist"),
    )


def _second_administrator() -> Line:
    administrators = Membership.objects.current().filter(
        role=Role.ADMINISTRATOR, user__is_active=True, user__is_staff=True
    )
    count = administrators.values("user").distinct().count()
    return Line(
        what=_("A second administrator"),
        state=State.GOOD if count > 1 else State.BAD,
        value=_("%(n)d can open this page") % {"n": count},
        remedy=_("When the only one is away or locked out, nobody can let people in."),
        url=reverse("admin:accounts_user_add"),
    )


def _device() -> Line:
    count = Device.objects.registered().filter(status="active").count()
    return Line(
        what=_("Devices registered"),
        state=State.GOOD if count else State.LOOK,
        value=_("%(n)d in use") % {"n": count},
        remedy=_("Only needed where patients wear devices."),
        url=reverse("admin:vitals_device_changelist"),
    )


def _terminology() -> Line:
    loads = TerminologyLoad.objects.order_by("source")
    counted = ", ".join(f"{load.source}: {load.rows}" for load in loads)
    return Line(
        what=_("Codes loaded"),
        state=State.GOOD if counted else State.BAD,
        value=counted or _("none: everything typed stays uncoded"),
        remedy=_("Have the command load_terminology run; bin/run does it at the start."),
        url=reverse("admin:patients_concept_changelist"),
    )


def _formulary() -> Line:
    offered = FormularyItem.objects.filter(offered=True).count()
    own = FormularyItem.objects.filter(local=True).count()
    reviewed = State.GOOD if own else State.LOOK
    return Line(
        what=_("Formulary reviewed"),
        state=reviewed if offered else State.BAD,
        value=_("%(n)d medicines on offer, %(own)d added or changed here")
        % {"n": offered, "own": own},
        remedy=_("Have a pharmacist read it: stop offering what is not used, add what is missing."),
        url=reverse("admin:patients_formularyitem_changelist"),
    )


def _demo() -> Line:
    if ORIGIN_OF_DEMO not in last_imports():
        state, value = State.GOOD, _("none")
    else:
        state = State.LOOK if settings.DEMO else State.BAD
        value = _("present: invented people stand among the patients")
    return Line(
        what=_("Demo data"),
        state=state,
        value=value,
        remedy=_("Never mix them with real patients: start the real house on an empty database."),
    )


LINES: tuple[Callable[[], Line], ...] = (
    *(_facility, _beds, _users, _second_administrator, _device),
    *(_terminology, _formulary, backup_line, _demo),
)
