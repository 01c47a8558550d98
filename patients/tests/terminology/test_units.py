"""Units as clinics write them."""

import subprocess
import sys

import pytest

from patients.terminology.units import NotUcum, check_unit


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("mg", "mg"),
        ("mmHg", "mm[Hg]"),
        ("mm Hg", "mm[Hg]"),
        ("  mm   Hg ", "mm[Hg]"),
        ("bpm", "/min"),
        ("beats/min", "/min"),
        ("mcg", "ug"),
        ("µg", "ug"),
        ("μg", "ug"),
        ("°C", "Cel"),
        ("°F", "[degF]"),
        ("lbs", "[lb_av]"),
        ("ft", "[ft_i]"),
        ("10^9/L", "10*9/L"),
        ("x10^9/L", "10*9/L"),
        ("K/uL", "10*3/uL"),
        ("mg/dl", "mg/dL"),
        ("IU", "[iU]"),
        ("mEq/L", "meq/L"),
        ("mL/min/1.73m2", "mL/min/{1.73_m2}"),
        ("INR", "{INR}"),
        ("pH", "[pH]"),
        ("nmol/mL/h", "nmol/mL/h"),
        ("mg/{dose}", "mg/{dose}"),
    ],
)
def test_what_clinics_write_becomes_ucum(written, code):
    assert check_unit(written) == code


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("", "Write one"),
        ("   ", "Write one"),
        ("C", "°C"),
        ("F", "[degF]"),
        ("K", "mmol/L for potassium"),
        ("Mg", "Write mg"),
        ("ML", "Write mL"),
        ("furlong", "is not a UCUM unit"),
        ("mmhgg", "mm[Hg]"),
        ("mg per dL", "mg/dL"),
        ("<b>mg</b>", "is not a UCUM unit"),
        ("5 mg", "is not a UCUM unit"),
        ("mg\n/dL", "is not a UCUM unit"),
        pytest.param("m" * 41, "at most 40", id="41 letters"),
        pytest.param("m" * 1_000_000, "at most 40", id="a million letters"),
        ("😀", "is not a UCUM unit"),
    ],
)
def test_what_is_no_unit_is_refused_with_the_remedy(written, remedy):
    with pytest.raises(NotUcum, match="(?s)" + remedy.replace("[", r"\[")):
        check_unit(written)


def test_the_refusal_names_the_value():
    with pytest.raises(NotUcum, match='"furlong"'):
        check_unit("furlong")


def test_usual_units_load_no_parser_and_no_page_loads_the_classification():
    code = (
        "import django, sys; django.setup(); import ehr_project.urls, ehr_project.wsgi\n"
        "from patients.terminology.units import check_unit\n"
        "check_unit('mmHg'); check_unit('g/dL')\n"
        "heavy = {'lark', 'pint', 'ucumvert', 'simple_icd_10_cm'} & sys.modules.keys()\n"
        "sys.exit(' '.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
