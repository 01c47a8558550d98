"""Adult reference ranges that a new house starts with; administrators edit them afterwards.

Usual values of adults, in the units of the source. They are defaults, not the ranges of any one
laboratory: wherever one is used it is shown as "local". Nothing stands here for people under 16.
"""

from decimal import Decimal
from typing import Any

ABIM = "ABIM Laboratory Test Reference Ranges, adults; replace by your laboratory's own"
FASTING = f"fasting; {ABIM}"
DESIRABLE = f"desirable; {ABIM}"
KOST = "critical limits: Kost, JAMA 1990;263:704"
BOTH = f"{ABIM}; {KOST}"
SIXTEEN_YEARS = 5844  # days, leap days included

# LOINC codes (serum or plasma first, then whole blood), test, sex, unit, low, high, critical low,
# critical high, source. An empty number means that the source has none.
TABLE: tuple[tuple[str, ...], ...] = (
    ("2951-2 2947-0", "Sodium", "", "mmol/L", "136", "145", "120", "158", BOTH),
    ("2823-3 6298-4", "Potassium", "", "mmol/L", "3.5", "5.0", "2.8", "6.2", BOTH),
    ("2075-0 2069-3", "Chloride", "", "mmol/L", "98", "106", "75", "126", BOTH),
    ("2028-9 20565-8 1963-8", "Bicarbonate", "", "mmol/L", "23", "28", "11", "40", BOTH),
    ("33037-3 10466-1", "Anion gap", "", "mmol/L", "7", "13", "", "", ABIM),
    ("3094-0 6299-2", "Urea nitrogen", "", "mg/dL", "8", "20", "", "104", BOTH),
    ("2160-0 38483-4", "Creatinine", "male", "mg/dL", "0.70", "1.30", "", "7.4", BOTH),
    ("2160-0 38483-4", "Creatinine", "female", "mg/dL", "0.50", "1.10", "", "7.4", BOTH),
    ("2345-7 2339-0", "Glucose", "", "mg/dL", "70", "99", "46", "484", f"fasting; {BOTH}"),
    ("4548-4", "Haemoglobin A1c", "", "%", "4.0", "5.6", "", "", ABIM),
    ("17861-6 49765-1", "Calcium", "", "mg/dL", "8.6", "10.2", "6.6", "12.9", BOTH),
    ("2777-1", "Phosphate", "", "mg/dL", "3.0", "4.5", "1.2", "8.9", BOTH),
    ("19123-9", "Magnesium", "", "mg/dL", "1.6", "2.6", "1.0", "4.9", BOTH),
    ("2885-2", "Protein, total", "", "g/dL", "5.5", "9.0", "", "", ABIM),
    ("1751-7", "Albumin", "", "g/dL", "3.5", "5.5", "", "", ABIM),
    ("1975-2 42719-5", "Bilirubin, total", "", "mg/dL", "0.3", "1.0", "", "", ABIM),
    ("1968-7", "Bilirubin, direct", "", "mg/dL", "0.1", "0.3", "", "", ABIM),
    ("6768-6", "Alkaline phosphatase", "", "U/L", "30", "120", "", "", ABIM),
    ("1742-6", "Alanine aminotransferase", "", "U/L", "10", "40", "", "", ABIM),
    ("1920-8", "Aspartate aminotransferase", "", "U/L", "10", "40", "", "", ABIM),
    ("1798-8", "Amylase", "", "U/L", "25", "125", "", "", ABIM),
    ("3040-3", "Lipase", "", "U/L", "10", "140", "", "", ABIM),
    ("2532-0 14804-9", "Lactate dehydrogenase", "", "U/L", "80", "225", "", "", ABIM),
    ("2157-6", "Creatine kinase", "male", "U/L", "55", "170", "", "", ABIM),
    ("2157-6", "Creatine kinase", "female", "U/L", "30", "135", "", "", ABIM),
    ("1988-5", "C-reactive protein", "", "mg/dL", "", "0.8", "", "", ABIM),
    ("3084-1", "Urate", "", "mg/dL", "3.0", "7.0", "", "", ABIM),
    ("2093-3", "Cholesterol, total", "", "mg/dL", "", "200", "", "", DESIRABLE),
    ("2571-8", "Triglycerides", "", "mg/dL", "", "150", "", "", FASTING),
    ("13457-7 18262-6 2089-1", "LDL cholesterol", "", "mg/dL", "", "100", "", "", DESIRABLE),
    ("2085-9", "HDL cholesterol", "", "mg/dL", "40", "", "", "", DESIRABLE),
    ("3016-3", "Thyrotropin (TSH)", "", "m[IU]/L", "0.5", "4.0", "", "", ABIM),
    ("3024-7", "Thyroxine, free", "", "ng/dL", "0.8", "1.8", "", "", ABIM),
    ("2132-9", "Vitamin B12", "", "pg/mL", "200", "800", "", "", ABIM),
    ("718-7", "Haemoglobin", "male", "g/dL", "14", "18", "6.6", "19.9", BOTH),
    ("718-7", "Haemoglobin", "female", "g/dL", "12", "16", "6.6", "19.9", BOTH),
    ("4544-3 20570-8", "Haematocrit", "male", "%", "42", "50", "18", "61", BOTH),
    ("4544-3 20570-8", "Haematocrit", "female", "%", "37", "47", "18", "61", BOTH),
    ("6690-2 26464-8", "Leukocytes", "", "10*3/uL", "4.0", "11.0", "2.0", "37.0", BOTH),
    ("6690-2 26464-8", "Leukocytes", "", "10*9/L", "4.0", "11.0", "2.0", "37.0", BOTH),
    ("777-3 26515-7", "Platelets", "", "10*3/uL", "150", "450", "37", "910", BOTH),
    ("777-3 26515-7", "Platelets", "", "10*9/L", "150", "450", "37", "910", BOTH),
    ("789-8 26453-1", "Erythrocytes", "", "10*6/uL", "4.2", "5.9", "", "", ABIM),
    ("789-8 26453-1", "Erythrocytes", "", "10*12/L", "4.2", "5.9", "", "", ABIM),
    ("787-2 30428-7", "MCV", "", "fL", "80", "98", "", "", ABIM),
    ("785-6", "MCH", "", "pg", "28", "32", "", "", ABIM),
    ("786-4", "MCHC", "", "g/dL", "33", "36", "", "", ABIM),
    ("5902-2", "Prothrombin time", "", "s", "11", "13", "", "27", BOTH),
    ("3173-2 14979-9", "aPTT", "", "s", "25", "35", "", "", ABIM),
    ("3255-7", "Fibrinogen", "", "mg/dL", "200", "400", "", "", ABIM),
)


def rows() -> list[dict[str, Any]]:
    """The table as columns of ReferenceRange, one row for each LOINC code."""
    return [
        {
            "code": code,
            "name": name,
            "sex": sex,
            "age_from_days": SIXTEEN_YEARS,
            "unit": unit,
            "low": _number(low),
            "high": _number(high),
            "critical_low": _number(critical_low),
            "critical_high": _number(critical_high),
            "source": source,
        }
        for codes, name, sex, unit, low, high, critical_low, critical_high, source in TABLE
        for code in codes.split()
    ]


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def load(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001  Django's signature
    """Fill the table of a new house."""
    table = apps.get_model("patients", "ReferenceRange")
    table.objects.bulk_create(table(**row) for row in rows())
