"""People who come to the house during a test: registered and received through its own pages."""

import random
import re
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urljoin
from uuid import uuid4

from playwright.sync_api import Locator, Page, expect

DAYS = iter(random.sample(range(18_000), 18_000))
CONSONANTS, VOWELS = "bdfghklmnprstvzw", "aeiou"


@dataclass(frozen=True)
class Newcomer:
    """Somebody nobody else in the house is called like.

    Attributes:
        family: Family name as registered.
        given: Given name.
        chart: Address of the chart, from the house's root.
    """

    family: str
    given: str
    chart: str

    @property
    def banner(self) -> str:
        """The name as the banner says it."""
        return f"{self.family.upper()}, {self.given}"


def unheard_of() -> str:
    """A name that is like no other: syllables of a random number."""
    number = uuid4().bytes[:6]
    return "".join(CONSONANTS[n % 16] + VOWELS[n // 16 % 5] for n in number).capitalize()


def some_day() -> str:
    """A birth date that no other newcomer has."""
    return f"{date(1930, 1, 1) + timedelta(days=next(DAYS)):%d-%b-%Y}"


def fill_in(page: Page, family: str, given: str, born: str) -> None:
    """The form of a new patient, up to the button."""
    page.goto(urljoin(page.url, "/patients/new/"))
    page.get_by_label("Family name").fill(family)
    page.get_by_label("Given names").fill(given)
    page.get_by_label("Born").fill(born)
    page.get_by_label("Gender (optional)").select_option("female")
    page.get_by_label("This person is invented").check()


def send(button: Locator) -> None:
    """Press it, and wait for the page that answers."""
    with button.page.expect_navigation():
        button.click()


def register(page: Page, given: str = "Ada", family: str = "", born: str = "") -> Newcomer:
    """A new patient of the facility; nobody's chart is open by that."""
    family = family or unheard_of()
    fill_in(page, family, given, born or some_day())
    send(page.get_by_role("button", name="Register"))
    chart = re.search(r"/patients/[0-9a-f-]{36}/", page.url)
    assert chart, page.get_by_role("main").inner_text()
    return Newcomer(family, given, chart.group(0))


def receive(page: Page, given: str = "Ada") -> Newcomer:
    """A new patient whose outpatient visit begins; the page shows the empty chart."""
    newcomer = register(page, given)
    visit(page, newcomer, "visits/start/")
    page.get_by_label("Why they come").fill("Cough for a week")
    send(page.get_by_role("button", name=newcomer.banner))
    expect(page.get_by_text("Cough for a week").first).to_be_visible()
    visit(page, newcomer)
    return newcomer


def admit(page: Page, newcomer: Newcomer) -> str:
    """Into the first free bed, as the admission names it."""
    visit(page, newcomer, "visits/admit/")
    beds = page.get_by_label("Bed", exact=True)
    bed = beds.locator("option:not([value='']):not(:disabled)").first
    name = bed.inner_text()
    beds.select_option(bed.get_attribute("value"))
    page.get_by_label("Why they come").fill("Pneumonia")
    send(page.get_by_role("button", name=newcomer.banner))
    expect(page.get_by_text("Pneumonia").first).to_be_visible()
    return name


def visit(page: Page, newcomer: Newcomer, part: str = "") -> None:
    """To a page of the chart; the banner says whose it is."""
    page.goto(urljoin(page.url, newcomer.chart + part))
    expect(page.get_by_role("region", name=f"Patient: {newcomer.banner}")).to_be_visible()
