"""The ECG viewer on recordings with a reading: leads, calipers, episodes, touch, words."""

import re

import pytest
from playwright.sync_api import expect

from ehr_project.database.processes import until

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.xdist_group("house"),
]

# Where the paper stood at each drawing, and the words that the script wrote on it with their
# places, as of the last drawing of the whole page with the lanes above.
WRITTEN = """
let writing = [];
const fillText = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...more) {
  const place = {text, x: Math.round(x), y: Math.round(y)};
  if (this.canvas.matches("[data-paper-canvas]")) writing.push(place);
  return fillText.call(this, text, x, y, ...more);
};
document.addEventListener("chartwave:drawn", ({detail}) => {
  const told = document.querySelector("[data-overview-words]").textContent;
  const paper = document.querySelector("[data-paper-canvas]");
  (window.tops ??= []).push(paper.getBoundingClientRect().top + scrollY);
  if (detail.whole && told) window.written = writing;
  writing = [];
});
"""
LEADS = {"I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"}
LEAD_IN_MM, MM_PER_S, ROW_S = 10, 25, 10
MS_PER_MM, MM_PER_MV = 40, 10
WITHIN_S = 120


@pytest.fixture(scope="package")
def recordings(house):
    """Ids of a recording of twelve leads and of one of three, by name."""
    return house.ask("tests.browser.read_recordings")


@pytest.fixture
def opened(desk, recordings):
    """Opens one of them, drawn as a whole."""

    def open_one(name, **wishes):
        page = desk.at("doctor", **wishes)
        page.add_init_script(WRITTEN)
        page.goto(f"{desk.house.base_url}/recordings/{recordings[name]}/")
        waits(page, "window.written?.length > 0")
        return page

    return open_one


def waits(page, told):
    """Until it is so; the page's own rules forbid the browser to look by itself."""
    assert until(lambda: page.evaluate(told), WITHIN_S)
    assert page.evaluate(told), told


def paper(page):
    return page.locator("[data-paper-canvas]")


def in_view(part):
    """Where it stands in the window, all of it."""
    part.scroll_into_view_if_needed()
    return part.bounding_box()


def written(page, *texts):
    """Places of these words on the paper."""
    return [each for each in page.evaluate("window.written") if each["text"] in texts]


def position_s(page):
    """Seconds from the start of the recording to the start of the page."""
    return int(page.locator("[data-overview-canvas]").get_attribute("aria-valuenow"))


def measured(page):
    """Milliseconds, rate and millivolt as the calipers say them."""
    line = page.locator("[data-caliper-words]")
    expect(line).to_contain_text("Calipers:")
    found = re.search(r"(\d+) ms, (\d+) /min · ([+−])(\d\.\d\d) mV", line.inner_text())
    assert found, line.inner_text()
    sign = -1 if found[3] == "−" else 1
    return int(found[1]), int(found[2]), sign * float(found[4])


def rows_of(page):
    """How many heights the names of the twelve leads stand at."""
    return len({each["y"] for each in written(page, *LEADS)})


def test_twelve_leads_open_as_three_by_four_with_a_rhythm_strip(opened, desk):
    page = opened("twelve")
    names = written(page, *LEADS)
    assert {each["text"] for each in names} == LEADS
    assert [each["text"] for each in names].count("II") == 2
    first_row = [each["text"] for each in names if each["y"] == names[0]["y"]]
    assert first_row == ["I", "aVR", "V1", "V4"]
    assert desk.complaints == []


def test_twelve_leads_are_switched_to_six_by_two(opened):
    page = opened("twelve")
    assert rows_of(page) == 4
    page.locator("[data-arrangement]").select_option("6x2")
    assert until(lambda: rows_of(page) == 6, WITHIN_S)
    names = written(page, *LEADS)
    assert rows_of(page) == 6
    assert [each["text"] for each in names if each["y"] == names[0]["y"]] == ["I", "V1"]


def test_calipers_are_placed_and_moved_by_keys(opened):
    page = opened("twelve")
    page.keyboard.press("c")
    before = measured(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    ms, rate, millivolt = measured(page)
    assert ms == before[0] + 4  # one sample at 250 Hz
    assert rate == round(60_000 / ms)
    assert millivolt == pytest.approx(before[2] + 0.1)
    page.keyboard.press("c")
    expect(page.locator("[data-caliper-words]")).to_be_hidden()


def test_calipers_are_drawn_with_the_mouse_to_scale(opened):
    page = opened("twelve")
    page.get_by_role("button", name="Calipers").click()
    box = in_view(paper(page))
    px_per_mm = box["width"] / (LEAD_IN_MM + MM_PER_S * ROW_S)
    x, y = box["x"] + 0.3 * box["width"], box["y"] + 0.25 * box["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20 * px_per_mm, y - 8 * px_per_mm, steps=4)
    page.mouse.up()
    ms, rate, millivolt = measured(page)
    assert ms == pytest.approx(20 * MS_PER_MM, abs=5)
    assert rate == round(60_000 / ms)
    assert millivolt == pytest.approx(8 / MM_PER_MV, abs=0.02)


def test_one_finger_pans_the_trace(opened):
    page = opened("three", has_touch=True)
    box = in_view(paper(page))
    touch = page.context.new_cdp_session(page)
    x, y = box["x"] + 0.8 * box["width"], box["y"] + 0.5 * box["height"]

    def send(kind, *points):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    send("touchStart", {"x": x, "y": y})
    for step in range(1, 9):
        send("touchMove", {"x": x - step * 0.08 * box["width"], "y": y})
    send("touchEnd")
    assert until(lambda: position_s(page) >= 5, WITHIN_S)
    assert position_s(page) >= 5


@pytest.mark.parametrize("name", ["three", "twelve"])
def test_what_comes_later_does_not_move_the_paper(opened, name):
    assert len(set(opened(name).evaluate("window.tops"))) == 1


def test_n_and_p_walk_through_the_episodes_and_say_so(opened):
    page = opened("three")
    line = page.locator("[data-episode-words]")
    expect(page.locator("[data-overview-words]")).to_contain_text("2 episodes")
    page.keyboard.press("n")
    expect(line).to_have_text(re.compile(r"Episode 1 of 2: pause, \d\d:\d\d:\d\d, 2\.4 s"))
    assert position_s(page) == 57  # the strip begins three seconds before
    page.keyboard.press("n")
    expect(line).to_contain_text("Episode 2 of 2: run of ventricular beats")
    assert position_s(page) == 117
    page.keyboard.press("n")
    expect(line).to_have_text("No later episode")
    page.keyboard.press("p")
    expect(line).to_contain_text("Episode 1 of 2: pause")


def test_an_episode_is_named_on_the_paper(opened):
    page = opened("three")
    expect(page.locator("[data-overview-words]")).to_contain_text("2 episodes")
    page.keyboard.press("n")
    waits(page, "window.written.some(({text}) => text === 'pause')")


def test_a_row_of_the_table_shows_its_moment(opened):
    page = opened("three")
    page.locator("#episodes a[data-show-ms]").nth(1).click()
    assert position_s(page) == 117
    expect(paper(page)).to_be_focused()


def test_each_beat_carries_the_letter_of_its_class(opened):
    page = opened("three")
    waits(page, "window.written.some(({text}) => text === 'V')")
    letters = [each["text"] for each in sorted(written(page, "N", "V"), key=lambda at: at["x"])]
    assert letters == list("NNNNVNNNNVNN")  # ten seconds at 75 a minute


def test_without_script_the_numbers_stand(desk, recordings):
    page = desk.at("doctor", java_script_enabled=False)
    page.goto(f"{desk.house.base_url}/recordings/{recordings['three']}/")
    expect(page.locator("#reading")).to_contain_text("70–76")
    expect(page.locator("#reading-details")).to_contain_text("402")
    expect(page.locator("#reading-details")).to_contain_text("withheld: no clear P wave")
    expect(page.locator("#episodes tbody tr")).to_have_count(2)
    expect(page.locator("#hours tbody tr")).to_have_count(1)
    expect(page.locator("[data-tools]")).to_be_hidden()  # they would do nothing


def test_a_strip_is_told_in_words(opened):
    page = opened("three")
    page.get_by_text("This page in words").click()
    strip = page.locator("[data-strips] li").first
    expect(strip).to_contain_text(
        re.compile(
            r"\d\d:\d\d:\d\d to \d\d:\d\d:\d\d: leads I, II, III; 12 beats: 10 N, 2 ventricular; "
            r"mean 75 per minute; signal good; no episode listed\."
        )
    )
    described = paper(page).get_attribute("aria-describedby").split()
    expect(page.locator(f"#{described[0]}")).to_contain_text("12 beats")
