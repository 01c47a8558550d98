"""Why something should never have been recorded."""

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.forms.fields import ReasonField, VersionField


class InErrorForm(forms.Form):
    """The reason, and the version that the person saw."""

    reason = ReasonField(
        label=_("Why should it never have been recorded?"),
        help_text=_("For example: belongs to another patient, measured wrongly, recorded twice."),
    )
    version = VersionField()
