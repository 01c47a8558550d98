"""Why a recording, or a part of it, does not leave as a file."""

from fhir.errors import Refusal


class BadExport(Refusal):
    """The part to export goes from a time to a later one, each as H:MM:SS from the beginning."""

    code = "bad-export"
    issue = "value"


class NothingToExport(Refusal):
    """Nothing was received in this part of the recording. Choose another part."""

    code = "nothing-to-export"
    issue = "not-found"


class TooLongToExport(Refusal):
    """This part lasts longer than a month. Choose a shorter one."""

    code = "too-long-to-export"
    issue = "too-long"


class OnlyEcg(Refusal):
    """Only an ECG leaves as FHIR SampledData: choose another form."""

    code = "only-ecg"
    issue = "not-supported"
