"""Security labels that keep a patient or a record from those who do not treat them closely."""

from itertools import product

from django.db.models import BooleanField, Func

# How systems of several ages write the two code systems.
CONFIDENTIALITY = (
    "http://terminology.hl7.org/CodeSystem/v3-Confidentiality",
    "http://hl7.org/fhir/v3/Confidentiality",
    "urn:oid:2.16.840.1.113883.5.25",
)
ACT_CODE = (
    "http://terminology.hl7.org/CodeSystem/v3-ActCode",
    "http://hl7.org/fhir/v3/ActCode",
    "urn:oid:2.16.840.1.113883.5.4",
)
RESTRICTED, VERY_RESTRICTED = "R", "V"
# HL7 v3 ActCode: the codes under InformationSensitivityPolicy (FHIR R4).
_SENSITIVITIES = """
ADOL B BH CEL COGN DEMO DIA DOB DRGIS DVD EMOTDIS EMP EMPL ETH ETHUD GDIS GENDER HIV IDS LIVARG
LOCIS MARST MH MST OPIOIDUD PATLOC PDS PHY PREGNANT PRS PSY PSYTHPN RACE REL SCA SDV SEX SICKLE
SPI SSP STD SUD TBOO VIO VIP
"""
SENSITIVITIES = _SENSITIVITIES.split()
# Added to a record by a person; words in patients/forms/access.py.
OURS = {
    RESTRICTED: (CONFIDENTIALITY[0], "restricted"),
    "EMP": (ACT_CODE[0], "employee information sensitivity"),
    "CEL": (ACT_CODE[0], "celebrity information sensitivity"),
}


def _written(systems: tuple[str, ...], codes: list[str]) -> list[str]:
    return [f"{system}|{code}" for system, code in product(systems, codes)]


# As ``Record.security`` holds them. The database knows the same list (migration 0016): it asks
# itself for each row, and would else be sent the list with each of thirty questions of a page.
SENSITIVE = frozenset(
    _written(CONFIDENTIALITY, [RESTRICTED, VERY_RESTRICTED]) + _written(ACT_CODE, SENSITIVITIES)
)
FUNCTION = "chartwave_is_sensitive"


# In a statement of one's own: true where the reader may see all, or the row is for all.
SHOWN_TO_ALL = f"(%(all)s OR cardinality(security) = 0 OR NOT {FUNCTION}(security))"


class IsSensitive(Func):
    """Whether an array of labels holds a sensitive one; nearly all are empty, and cost nothing."""

    template = f"(cardinality(%(expressions)s) > 0 AND {FUNCTION}(%(expressions)s))"
    output_field = BooleanField()


def is_sensitive(labels: list[str]) -> bool:
    """The same of a row at hand."""
    return not SENSITIVE.isdisjoint(labels)
