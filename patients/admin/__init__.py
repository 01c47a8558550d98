"""What administrators keep of the chart: terms, medicines, ranges; nothing clinical."""

from patients.admin.formulary import Medicines
from patients.admin.notes import NoteTemplates
from patients.admin.ranges import Covers, ReferenceRanges
from patients.admin.terminology import Concepts

__all__ = ["Concepts", "Covers", "Medicines", "NoteTemplates", "ReferenceRanges"]
