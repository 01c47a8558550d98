"""Who looks after a patient: the teams, who is in them since when, and who was."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership, Practitioner
from accounts.roles import Role
from fhir.principal import Principal
from fhir.times import moment_range
from patients.chart.concepts import all_words, moment_words, understood
from patients.chart.people import practitioners
from patients.models import CareTeam, Patient
from patients.models.base import ENTERED_IN_ERROR

Words: TypeAlias = str | Promise
Participant: TypeAlias = dict[str, Any]

STATES: dict[str, Words] = {
    "active": gettext_lazy("active"),
    "proposed": gettext_lazy("proposed: not at work yet"),
    "suspended": gettext_lazy("suspended"),
    "inactive": gettext_lazy("no longer at work"),
    ENTERED_IN_ERROR: gettext_lazy("entered in error"),
}
AT_MOST = 100


@dataclass(frozen=True)
class Member:
    """Somebody in a team, or who was.

    Attributes:
        name: Who.
        work: Profession and role in the team, each once.
        since: From when, as precise as it was recorded.
        until: Till when; empty: no end.
        practitioner: Key of a practitioner of this house; None: of elsewhere, or no person.
        here: In the team now.
        mine: The reader.
    """

    name: str
    work: str
    since: str
    until: str
    practitioner: UUID | None
    here: bool
    mine: bool


@dataclass(frozen=True)
class Team:
    """People who look after the patient together."""

    id: UUID
    name: str
    members: list[Member]
    remarks: list[str]
    status_words: Words
    active: bool
    in_error: bool
    not_understood: bool

    @property
    def present(self) -> list[Member]:
        """Who is in it now."""
        return [each for each in self.members if each.here]

    @property
    def former(self) -> list[Member]:
        """Who was in it."""
        return [each for each in self.members if not each.here]


def teams(patient: Patient, by: Principal) -> list[Team]:
    """Every team of ``patient``, those at work first, then the newest."""
    rows = list(CareTeam.objects.of(patient).order_by("-id")[:AT_MOST])
    rows.sort(key=lambda row: row.status != "active")
    named = (str(_reference(each)) for row in rows for each in row.participants or [])
    known = _known(named)
    return [_team(row, known, by) for row in rows]


def in_a_team(found: Iterable[Team]) -> bool:
    """Whether the reader is in one of these teams now."""
    return any(member.mine for team in found if team.active for member in team.present)


def _reference(participant: Participant) -> Any:
    return (participant.get("member") or {}).get("reference")


def _known(references: Iterable[str]) -> dict[str, Any]:
    """The practitioners of this house by reference, with the role of their account."""
    held = Membership.objects.current().filter(user=OuterRef("user")).order_by("start")
    rows = practitioners(references).prefetch_related("roles")
    return {row.reference: row for row in rows.annotate(held=Subquery(held.values("role")[:1]))}


def _team(row: CareTeam, known: dict[str, Any], by: Principal) -> Team:
    return Team(
        id=row.id,
        name=str(row),
        members=[_member(each, row, known, by) for each in row.participants or []],
        remarks=[str(note["text"]) for note in row.notes if note.get("text")],
        status_words=STATES.get(row.status, row.status or _("status not recorded")),
        active=row.status == "active",
        in_error=row.status == ENTERED_IN_ERROR,
        not_understood=not understood(row),
    )


def _member(
    participant: Participant, team: CareTeam, known: dict[str, Any], by: Principal
) -> Member:
    period = participant.get("period") or {}
    began, end = (moment_range(str(period.get(each, ""))) for each in ("start", "end"))
    said = (participant.get("member") or {}).get("display")
    row = known.get(str(_reference(participant)))
    return Member(
        name=str(said or row or _("not named")),
        work=_work(participant, row),
        since=moment_words(*began) or moment_words(team.start, team.start),
        until=moment_words(*end),
        practitioner=row.pk if row is not None else None,
        here=end[1] is None or end[1] > timezone.now(),
        mine=row is not None and str(row.user_id) == by.id,
    )


def profession(row: Practitioner) -> str:
    """What somebody works as; empty where nobody said so."""
    said = (all_words(role.specialties or role.codes) for role in row.roles.all())
    return next(filter(None, said), "")


def _work(participant: Participant, row: Practitioner | None) -> str:
    """Role in the team, and the profession where that says something else."""
    words = [all_words(participant.get("role"))]
    if row is not None:
        words.append(profession(row))
        held = getattr(row, "held", None)
        words += [str(Role(held).label)] if held else []
    return " · ".join(list(dict.fromkeys(filter(None, words)))[:2])
