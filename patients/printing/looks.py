"""Who opened the chart, on paper for the patient."""

from django.utils.translation import gettext as _

from fhir.principal import Principal
from patients.chart.looks import Day, Wish, all_looks, by_day
from patients.models import Patient
from patients.printing.blocks import Block, Heading, Notice, Table, Text
from patients.printing.parts import document
from patients.printing.pdf import Document
from patients.printing.words import day, filtered

MOST_LOOKS = 5_000


def report_of_looks(patient: Patient, by: Principal, wish: Wish) -> Document:
    """Who looked at the records of ``patient``, by days: person, what they did, and why.

    What a person wrote as the reason of an emergency stays with the privacy officer; the patient
    reads which reason it was.
    """
    looks = all_looks(by, patient, wish, MOST_LOOKS + 1)
    days = by_day(looks[:MOST_LOOKS])
    blocks: list[Block] = [Text(_explained(wish))]
    if len(looks) > MOST_LOOKS:
        said = _("Only the newest %(count)s looks are printed. Ask for a shorter time.")
        blocks.append(Notice(said % {"count": f"{MOST_LOOKS:,}"}))
    blocks.append(Heading(_("Looks at the record")))
    if not days:
        return document(_title(), patient, [*blocks, Text(_("None recorded."))], by=by)
    head = [_("Day"), _("Time"), _("Who"), _("What"), _("Why")]
    table = Table(head, list(map(_row, days)), widths=(2, 2.4, 4, 3, 3))
    return document(_title(), patient, [*blocks, table], by=by)


def _title() -> str:
    return _("Who opened this record")


def _explained(wish: Wish) -> str:
    said = [
        _(
            "Every look at the record is noted: who, when, from where and why. This list is made "
            "from those notes. Whoever treats a person opens the record often in one day."
        )
    ]
    if wish.since or wish.until:
        said.append(
            _("It covers %(since)s to %(until)s.")
            % {
                "since": day(wish.since) if wish.since else _("the beginning"),
                "until": _("before %s") % day(wish.until) if wish.until else _("now"),
            }
        )
    if wish.who or wish.what or wish.broken:
        said.append(_("It is not complete: some of the looks were chosen."))
    return "\n".join(said)


def _row(each: Day) -> list[str]:
    look = each.look
    first, last = filtered("clock", each.first), filtered("clock", each.last)
    time = last if first == last else f"{first[:5]}–{last}"
    who = f"{look.who}\n{look.role}" if look.role else look.who
    why = look.why or (_("stood in a list") if look.listed else _("treatment or administration"))
    return [day(each.first), time, who, str(each), why]
