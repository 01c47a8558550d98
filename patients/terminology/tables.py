"""The tables of codes that come with the product: which file holds which kind of which system."""

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CVX = "http://hl7.org/fhir/sid/cvx"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
GTS = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation"
ROLE_CODE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
# Codes of our own, where no verified one of a common system is at hand.
OWN = "https://chartwave.example/CodeSystem/"
SHORT_NAMES = {"loinc": LOINC, "snomed": SNOMED, "rxnorm": RXNORM, "gts": GTS}
FOLDER = Path(__file__).parent / "tables"
SYSTEM_NAMES = {
    ICD10CM: "ICD-10-CM",
    LOINC: "LOINC",
    SNOMED: "SNOMED CT",
    RXNORM: "RxNorm",
    CVX: "CVX",
    GTS: "HL7 GTS",
    ROLE_CODE: "HL7 RoleCode",
}
LOINC_KINDS = frozenset({"lab", "vital", "social", "imaging"})
# The words that LOINC's licence asks for wherever its content is shown.
LOINC_NOTICE = (
    "This material contains content from LOINC (http://loinc.org). LOINC is copyright © "
    "Regenstrief Institute, Inc. and the Logical Observation Identifiers Names and Codes (LOINC) "
    "Committee and is available at no cost under the license at http://loinc.org/license. "
    "LOINC® is a registered United States trademark of Regenstrief Institute, Inc."
)


@dataclass(frozen=True)
class Row:
    """One concept as a table holds it."""

    system: str
    code: str
    display: str
    name: str
    kinds: tuple[str, ...]
    category: str = ""
    unit: str = ""
    rank: int = 0
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A file of concepts.

    Attributes:
        name: Name of the file without its ending; also the ``source`` of its rows.
        title: What people call it.
        kinds: What its concepts can be picked as.
        system: Code system of every row; empty when the file names one per row.
    """

    name: str
    title: str | Promise
    kinds: tuple[str, ...]
    system: str = ""

    def rows(self) -> Iterator[Row]:
        for values in read(self.name):
            code = values["code"]
            yield Row(
                system=self.system_of(values.get("system", "")) if code else "",
                code=code,
                display=values["display"],
                name=values["name"],
                kinds=self.kinds,
                category=values.get("category", ""),
                unit=values.get("unit", ""),
                rank=int(values["rank"]),
                synonyms=tuple(filter(None, values["synonyms"].split(";"))),
            )

    def system_of(self, short: str) -> str:
        """The system's URI; ours is one per kind."""
        return self.system or SHORT_NAMES.get(short) or f"{OWN}{self.kinds[0]}"


TABLES = (
    Table("icd_problems", _("Common problems (ICD-10-CM)"), ("problem",), ICD10CM),
    Table("loinc_laboratory", _("Laboratory tests (LOINC)"), ("lab",), LOINC),
    Table("loinc_vital_signs", _("Vital signs (LOINC)"), ("vital",), LOINC),
    Table("loinc_social_history", _("Social history (LOINC)"), ("social",), LOINC),
    Table("cvx_vaccines", _("Vaccines (CVX)"), ("vaccine",), CVX),
    Table("allergens", _("Allergens"), ("allergen",)),
    Table("reactions", _("Allergic reactions"), ("reaction",)),
    Table("procedures", _("Operations and procedures"), ("procedure",)),
    Table("imaging", _("Imaging"), ("imaging",)),
    Table("routes", _("Routes"), ("route",)),
    Table("frequencies", _("Frequencies"), ("frequency",)),
    Table("relationships", _("Relatives"), ("relationship",), ROLE_CODE),
    Table("smoking_status", _("Smoking status"), ("smoking",), SNOMED),
)


KINDS = tuple(dict.fromkeys(kind for table in TABLES for kind in table.kinds))


def system_name(system: str) -> str:
    """How people call a code system; ours is Chartwave, an unfamiliar one is its address.

    >>> system_name("http://loinc.org"), system_name(OWN + "route"), system_name("")
    ('LOINC', 'Chartwave', '')
    """
    return "Chartwave" if system.startswith(OWN) else SYSTEM_NAMES.get(system, system)


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.csv"


def read(name: str) -> list[dict[str, str]]:
    """The lines of one file, by column name."""
    with path_of(name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def digest(name: str) -> str:
    """What the file held, to notice that it changed."""
    return hashlib.sha256(path_of(name).read_bytes()).hexdigest()
