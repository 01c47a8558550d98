"""Problems: diagnosed, corrected, resolved, reopened, refuted, put on the list."""

from datetime import date

import pytest

from fhir import changes
from fhir.principal import SYSTEM
from fhir.times import moment_range
from patients.acts import problems
from patients.acts.problems import Diagnosis, NotActive, NotOver, OnTheListAlready, TakenBack
from patients.models import Condition
from patients.terminology.coded import Coded

GOUT = Coded("http://hl7.org/fhir/sid/icd-10-cm", "M10.9", "Gout, unspecified", "Gout")


@pytest.fixture
def gout(rosa, as_ames):
    said = Diagnosis(code=GOUT, onset=moment_range("2019"))
    return problems.diagnose(by=as_ames, patient=rosa, said=said)


def recorded(rosa, **columns):
    return changes.create(
        Condition(
            **{"patient": rosa, "code_text": "Asthma", "clinical_status": "active"} | columns
        ),
        by=SYSTEM,
    )


def form(gout=None, **said):
    usual = {"code": "Gout", "onset": "2019", "verification": "confirmed", "on_problem_list": "on"}
    return usual | ({"version": str(gout.version)} if gout else {}) | said


def test_a_diagnosis_is_an_active_problem(gout):
    assert (gout.clinical_status, gout.is_on_problem_list) == ("active", True)


def test_a_diagnosis_names_who_recorded_it(gout):
    assert gout.recorder == "Practitioner/ames"


def test_a_year_stays_a_year(gout, chart, rosa):
    text = chart.get(f"/patients/{rosa.id}/problems/").content.decode()
    assert ">2019<" in text


def test_the_form_records_a_problem(post, rosa):
    post(f"/patients/{rosa.id}/problems/new/", **form(code="Wandering spleen"))
    assert Condition.objects.get().code_text == "Wandering spleen"


def test_free_text_is_marked_on_the_page(post, chart, rosa):
    post(f"/patients/{rosa.id}/problems/new/", **form(code="Wandering spleen"))
    assert "free text" in chart.get(f"/patients/{rosa.id}/problems/").content.decode()


def test_markup_in_a_name_stays_text(chart, rosa):
    recorded(rosa, code_text="<script>alert(1)</script>", categories=["problem-list-item"])
    text = chart.get(f"/patients/{rosa.id}/problems/").content.decode()
    assert "&lt;script&gt;alert(1)" in text


def test_letters_of_any_script_are_kept(post, rosa):
    words = "Zöliakie 🍞 e\u0301 العربية"
    post(f"/patients/{rosa.id}/problems/new/", **form(code=words))
    assert Condition.objects.get().code_text == words


def test_a_megabyte_of_name_is_refused_in_words(post, rosa):
    answer = post(f"/patients/{rosa.id}/problems/new/", **form(code="x" * 1_000_000))
    assert (answer.status_code, b"at most 500 characters" in answer.content) == (422, True)


def test_a_megabyte_of_note_is_refused_in_words(post, rosa):
    answer = post(f"/patients/{rosa.id}/problems/new/", **form(note="x" * 1_000_000))
    assert (answer.status_code, b"at most 20000 characters" in answer.content) == (422, True)


def test_an_onset_to_come_is_refused(post, rosa):
    answer = post(f"/patients/{rosa.id}/problems/new/", **form(onset="2999"))
    assert (answer.status_code, b"2999 is in the future" in answer.content) == (422, True)


def test_an_onset_before_birth_is_refused(post, rosa):
    answer = post(f"/patients/{rosa.id}/problems/new/", **form(onset="1959"))
    assert b"before the patient was born (12-Mar-1960)" in answer.content


def test_an_onset_in_the_year_of_birth_is_possible(post, rosa):
    assert post(f"/patients/{rosa.id}/problems/new/", **form(onset="1960")).status_code == 302


def test_a_nameless_problem_is_refused(post, rosa):
    assert post(f"/patients/{rosa.id}/problems/new/", **form(code=" ")).status_code == 422


def test_a_date_that_is_none_is_refused_with_examples(post, rosa):
    answer = post(f"/patients/{rosa.id}/problems/new/", **form(onset="31-Feb-2019"))
    assert b"is not a date. Write 12-Mar-1958" in answer.content


def test_two_tabs_with_two_patients_never_mix(chart, rosa, otto):
    path = f"/patients/{rosa.id}/problems/new/"
    assert chart.post(path, {"patient": str(otto.id)} | form()).status_code == 409


def test_an_edit_is_the_next_version(post, gout):
    post(f"/problems/{gout.id}/edit/", **form(gout, body_site="left foot"))
    gout.refresh_from_db()
    assert (gout.version, gout.body_sites) == (2, [{"text": "left foot"}])


def test_an_edit_keeps_the_code_of_the_same_words(post, gout):
    post(f"/problems/{gout.id}/edit/", **form(gout, body_site="left foot"))
    gout.refresh_from_db()
    assert gout.code_code == "M10.9"


def test_an_edit_keeps_the_time_of_day_that_another_system_sent(post, rosa):
    start, end = moment_range("2020-09-27T05:07:21+00:00")
    asthma = recorded(rosa, onset_start=start, onset_end=end)
    post(f"/problems/{asthma.id}/edit/", **form(asthma, code="Asthma", onset="27-Sep-2020"))
    asthma.refresh_from_db()
    assert asthma.onset_start == start


def test_an_edit_of_the_date_drops_the_age_that_was_sent(rosa, as_ames):
    asthma = recorded(rosa)
    asthma.extra = {"onsetString": "as a child"}
    said = Diagnosis(code=Coded(text="Asthma"), onset=moment_range("1970"))
    problems.edit(by=as_ames, condition=asthma, said=said, expected=1)
    assert "onsetString" not in asthma.extra


def test_a_stale_edit_shows_both_versions(post, gout):
    changes.update(gout, by=SYSTEM)
    answer = post(f"/problems/{gout.id}/edit/", **form(version="1", body_site="left foot"))
    assert (answer.status_code, b"left foot" in answer.content) == (409, True)


def test_the_merge_page_saves_over_the_newest_version(post, gout):
    changes.update(gout, by=SYSTEM)
    post(f"/problems/{gout.id}/edit/", **form(version="2", body_site="left foot"))
    gout.refresh_from_db()
    assert gout.body_sites == [{"text": "left foot"}]


def test_resolving_ends_it(post, gout):
    post(f"/problems/{gout.id}/resolve/", abatement="Mar-2020", version="1")
    gout.refresh_from_db()
    assert gout.clinical_status == "resolved"


def test_an_end_before_the_onset_is_refused(post, gout):
    answer = post(f"/problems/{gout.id}/resolve/", abatement="2018", version="1")
    assert b"is before it began" in answer.content


def test_an_end_to_come_is_refused(post, gout):
    answer = post(f"/problems/{gout.id}/resolve/", abatement="2999", version="1")
    assert (answer.status_code, b"in the future" in answer.content) == (422, True)


def test_an_onset_after_the_end_is_refused(rosa, as_ames):
    low, high = moment_range("2018")
    asthma = recorded(rosa, abatement_start=low, abatement_end=high)
    said = Diagnosis(code=Coded(text="Asthma"), onset=moment_range("2019"))
    with pytest.raises(problems.Invalid, match="before it began"):
        problems.edit(by=as_ames, condition=asthma, said=said, expected=1)


def test_a_stale_end_changes_nothing_and_keeps_what_was_written(post, gout):
    changes.update(gout, by=SYSTEM)
    answer = post(f"/problems/{gout.id}/resolve/", abatement="Mar-2020", version="1")
    assert (answer.status_code, b"Mar-2020" in answer.content) == (409, True)


def test_what_is_over_cannot_be_resolved_again(gout, as_ames):
    problems.resolve(by=as_ames, condition=gout, expected=1)
    with pytest.raises(NotActive):
        problems.resolve(by=as_ames, condition=gout, expected=2)


def test_a_reopened_problem_is_a_recurrence(gout, as_ames):
    problems.resolve(by=as_ames, condition=gout, expected=1, on=moment_range("2020"))
    problems.reopen(by=as_ames, condition=gout, expected=2, reason="swollen again")
    assert (gout.clinical_status, gout.abatement_start) == ("recurrence", None)


def test_what_is_active_cannot_be_reopened(gout, as_ames):
    with pytest.raises(NotOver):
        problems.reopen(by=as_ames, condition=gout, expected=1, reason="x")


def test_a_refuted_problem_is_no_problem(gout, as_ames, chart, rosa):
    problems.refute(by=as_ames, condition=gout, expected=1, reason="no crystals")
    assert "Gout" not in chart.get(f"/patients/{rosa.id}/problems/").content.decode()


def test_a_refuted_problem_stands_under_its_filter_with_the_reason(gout, as_ames, chart, rosa):
    problems.refute(by=as_ames, condition=gout, expected=1, reason="no crystals")
    text = chart.get(f"/patients/{rosa.id}/problems/?show=ruled-out").content.decode()
    assert "Refuted: no crystals" in text


def test_a_refuted_problem_that_is_reopened_is_unconfirmed(gout, as_ames):
    problems.refute(by=as_ames, condition=gout, expected=1, reason="no crystals")
    problems.reopen(by=as_ames, condition=gout, expected=2, reason="crystals")
    assert (gout.clinical_status, gout.verification_status) == ("active", "unconfirmed")


def test_what_was_entered_in_error_is_not_edited(chart, rosa):
    wrong = recorded(rosa, clinical_status="", verification_status="entered-in-error")
    assert chart.get(f"/problems/{wrong.id}/edit/").status_code == 404


def test_what_was_entered_in_error_is_not_reopened(rosa, as_ames):
    wrong = recorded(rosa, clinical_status="", verification_status="entered-in-error")
    with pytest.raises(TakenBack):
        problems.reopen(by=as_ames, condition=wrong, expected=1, reason="x")


def test_a_diagnosis_without_category_stands_under_diagnoses_recorded(chart, rosa):
    recorded(rosa)
    text = chart.get(f"/patients/{rosa.id}/problems/").content.decode()
    assert text.index("Diagnoses recorded</h2>") < text.index("Asthma")


def test_a_diagnosis_without_category_is_not_on_the_problem_list(chart, rosa):
    recorded(rosa)
    text = chart.get(f"/patients/{rosa.id}/problems/").content.decode()
    assert "Problem list: <span>none recorded" in text


def test_one_key_promotes_a_recorded_diagnosis(post, rosa):
    asthma = recorded(rosa)
    post(f"/problems/{asthma.id}/promote/", version="1")
    asthma.refresh_from_db()
    assert asthma.categories == ["problem-list-item"]


def test_promoting_keeps_the_category_it_came_with(rosa, as_ames):
    asthma = recorded(rosa, categories=["encounter-diagnosis"])
    problems.promote(by=as_ames, condition=asthma, expected=1)
    assert asthma.categories == ["encounter-diagnosis", "problem-list-item"]


def test_what_is_on_the_list_is_not_promoted(gout, as_ames):
    with pytest.raises(OnTheListAlready):
        problems.promote(by=as_ames, condition=gout, expected=1)


def test_a_stale_promotion_changes_nothing(post, rosa):
    asthma = recorded(rosa)
    changes.update(asthma, by=SYSTEM)
    assert post(f"/problems/{asthma.id}/promote/", version="1").status_code == 409


def test_a_promotion_for_another_patient_changes_nothing(chart, rosa, otto):
    asthma = recorded(rosa)
    said = {"patient": str(otto.id), "version": "1"}
    assert chart.post(f"/problems/{asthma.id}/promote/", said).status_code == 409


def test_an_unchecked_box_takes_it_off_the_list(post, gout):
    said = form(gout)
    del said["on_problem_list"]
    post(f"/problems/{gout.id}/edit/", **said)
    gout.refresh_from_db()
    assert gout.categories == ["encounter-diagnosis"]


def test_an_onset_in_words_of_another_system_is_shown(chart, rosa):
    asthma = Condition(patient=rosa, code_text="Asthma")
    asthma.extra = {"onsetAge": {"value": 7, "unit": "a", "code": "a"}}
    changes.create(asthma, by=SYSTEM)
    assert "at 7 years" in chart.get(f"/patients/{rosa.id}/problems/").content.decode()


def test_one_problem_shows_its_facts_and_versions(chart, gout):
    text = chart.get(f"/problems/{gout.id}/").content.decode()
    assert "ICD-10-CM M10.9" in text
    assert "Dr Ada Ames" in text


def test_one_problem_links_to_entering_it_in_error(chart, gout):
    text = chart.get(f"/problems/{gout.id}/").content.decode()
    assert f"/records/Condition/{gout.id}/in-error/" in text


@pytest.mark.parametrize("page", ["", "edit/", "resolve/", "refute/", "reopen/"])
def test_a_problem_of_somebody_elses_patient_is_not_there(client, dr_baum, gout, page):
    client.force_login(dr_baum)
    assert client.get(f"/problems/{gout.id}/{page}").status_code == 404


def test_a_registrar_diagnoses_nothing(client, registrar, rosa):
    client.force_login(registrar)
    said = {"patient": str(rosa.id)} | form()
    assert client.post(f"/patients/{rosa.id}/problems/new/", said).status_code == 403


def test_a_nurse_may_record_a_problem(as_nurse, rosa):
    said = Diagnosis(code=GOUT)
    assert problems.diagnose(by=as_nurse, patient=rosa, said=said).recorder == "Practitioner/nora"


def test_the_list_goes_on_where_the_page_before_ended(chart, rosa):
    for year in range(1965, 2020):
        low, high = moment_range(str(year))
        recorded(
            rosa,
            code_text=f"Illness of {year}",
            onset_start=low,
            onset_end=high,
            clinical_status="resolved",
        )
    first = chart.get(f"/patients/{rosa.id}/problems/?show=resolved").content.decode()
    rows = Condition.objects.filter(onset_start__year=1970)
    second = chart.get(f"/patients/{rosa.id}/problems/?show=resolved&after={rows.get().id}")
    assert "Illness of 1970" in first
    assert "Illness of 1969" not in first
    assert "Illness of 1969" in second.content.decode()


def test_no_date_stands_in_an_address(chart, rosa):
    for year in range(1965, 2020):
        low, high = moment_range(str(year))
        recorded(rosa, onset_start=low, onset_end=high, clinical_status="resolved")
    text = chart.get(f"/patients/{rosa.id}/problems/?show=resolved").content.decode()
    assert "after=1970" not in text
    assert "&amp;after=" in text


def test_a_birth_date_that_is_a_year_refuses_only_what_is_before_it(as_ames, rosa):
    rosa.birth_date_low, rosa.birth_date_high = date(1960, 1, 1), date(1960, 12, 31)
    said = Diagnosis(code=GOUT, onset=moment_range("1960-02"))
    assert problems.diagnose(by=as_ames, patient=rosa, said=said).version == 1


def test_the_merge_page_says_choices_in_words(post, gout):
    changes.update(gout, by=SYSTEM)
    said = form(version="1", severity="24484000", verification="differential")
    text = post(f"/problems/{gout.id}/edit/", **said).content.decode()
    assert "<td>Severe</td>" in text
    assert "<td>Differential: one of several</td><td>Confirmed</td>" in text


def test_the_merge_page_says_what_is_added(post, gout):
    changes.update(gout, by=SYSTEM)
    text = post(
        f"/problems/{gout.id}/edit/", **form(version="1", note="Left foot")
    ).content.decode()
    assert "added to what stands now: Add a note." in text
    assert "says the same as what stands now" not in text


def test_the_merge_page_leaves_out_what_is_the_same(post, gout):
    changes.update(gout, by=SYSTEM)
    text = post(f"/problems/{gout.id}/edit/", **form(version="1")).content.decode()
    assert "says the same as what stands now" in text
