"""The line about backups: good only where one was tried lately, and away from the data's disk."""

from datetime import timedelta

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from ehr_project import wording
from ehr_project.admin_pages.line import Line, State
from ehr_project.backups.standing import beside_the_data
from ehr_project.models import Backup


def backup_line() -> Line:
    """How old the last verified backup is, where backups stand, and whether the last one failed."""
    verified = Backup.objects.verified().first()
    newest = Backup.objects.order_by("-made_at").first()
    failed = newest if newest and newest.outcome == Backup.Outcome.FAILED else None
    words = [_verified(verified), _failed(failed), _where()]
    return Line(
        what=_("Last verified backup"),
        state=_state(verified, failed),
        value="; ".join(word for word in words if word),
        remedy=_(
            "manage.py backup nightly makes one and tries it. Point CHARTWAVE_BACKUPS to another "
            "disk, and keep a copy of the backup key away from this machine."
        ),
    )


def _state(verified: Backup | None, failed: Backup | None) -> State:
    if verified is None:
        return State.UNKNOWN if settings.DEMO else State.BAD
    late = timezone.now() - verified.made_at > timedelta(days=settings.BACKUP_LATE_DAYS)
    if late or failed:
        return State.BAD
    return State.LOOK if beside_the_data() else State.GOOD


def _verified(backup: Backup | None) -> str:
    if backup is None:
        return _("never; the demo makes none by itself") if settings.DEMO else _("never")
    when = f"{wording.moment(backup.made_at)}, {wording.ago(backup.made_at, timezone.now())}"
    return _("%(when)s: %(rows)d rows, %(size)s") % {
        "when": when,
        "rows": backup.rows,
        "size": filesizeformat(backup.size_bytes),
    }


def _failed(backup: Backup | None) -> str:
    if backup is None:
        return ""
    return _("the last one failed (%(when)s): %(words)s") % {
        "when": wording.moment(backup.made_at),
        "words": backup.words,
    }


def _where() -> str:
    return _("kept on the disk of the data") if beside_the_data() else _("kept on another disk")
